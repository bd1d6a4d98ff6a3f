//! Chrome's large areas of one colour, drawn without a texture.
//!
//! In: egui's meshes. Out: the same triangles in the same order, in pieces: those with texture as meshes for egui's
//! renderer, those that are large and of one colour as ranges of buffers of our own. The one idea: egui draws every
//! triangle with a texture, a panel's ground with that texture's white pixel. On a software adapter looking the pixel up
//! costs ten times what filling does, and grounds are most of what chrome fills.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use egui::epaint::{Mesh, PaintCallback, PaintCallbackInfo, Vertex, WHITE_UV};
use egui::{Rect, TextureId};
use egui_wgpu::{Callback, CallbackResources, CallbackTrait};

use super::gpu::Gpu;
use super::shaders;

/// Smaller areas stay where they are: changing the pipeline costs something too.
const LEAST_AREA_PX: f32 = 1024.0;

/// A corner of a triangle of one colour.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(super) struct SolidVertex {
    /// In clip space.
    position: [f32; 2],
    /// sRGB, premultiplied.
    color: [u8; 4],
}

/// Triangles of a mesh that follow each other.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// To be drawn by egui's renderer.
    Textured(Mesh),
    /// To be drawn without texture: a range of [`Solids::indices`].
    Solid(Range<u32>),
}

/// What is to be known of a triangle, however many pieces it is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Triangle {
    /// Its vertices in the mesh.
    corners: [u32; 3],
    /// In points.
    bounds: Rect,
    is_solid: bool,
}

impl Triangle {
    /// All triangles of a mesh, in order.
    pub(super) fn all_of(mesh: &Mesh) -> Vec<Self> {
        let has_white = mesh.texture_id == TextureId::default();
        let triangles = mesh.indices.chunks_exact(3);
        triangles
            .map(|triangle| {
                let corners = [triangle[0], triangle[1], triangle[2]];
                let vertices: [&Vertex; 3] = corners.map(|corner| &mesh.vertices[corner as usize]);
                Self {
                    corners,
                    bounds: Rect::from_points(&vertices.map(|vertex| vertex.pos)),
                    is_solid: has_white && vertices.iter().all(|vertex| vertex.uv == WHITE_UV),
                }
            })
            .collect()
    }

    /// Half of its bounds within `clip`: for a ground, which is two triangles, that is the area.
    fn area_within(&self, clip: Rect) -> f32 {
        self.bounds.intersect(clip).area() / 2.0
    }
}

/// Triangles of one colour, of all pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Solids {
    pub(super) vertices: Vec<SolidVertex>,
    pub(super) indices: Vec<u32>,
}

/// Cuts meshes into pieces.
pub(super) struct Cutter {
    /// The window's width and height in points.
    screen: [f32; 2],
    pixels_per_point: f32,
    /// For each of a mesh's vertices its number in the piece that is being made, and in which piece that was.
    renumbered: Vec<(u32, u32)>,
    piece_number: u32,
}

impl Cutter {
    pub(super) fn new(screen: [f32; 2], pixels_per_point: f32) -> Self {
        Self {
            screen,
            pixels_per_point,
            renumbered: Vec::new(),
            piece_number: 0,
        }
    }

    /// The pieces of `mesh` that can be seen within `clip`, in points. Triangles of one colour are appended to `solids`.
    pub(super) fn cut(
        &mut self,
        mesh: &Mesh,
        triangles: &[Triangle],
        clip: Rect,
        solids: &mut Solids,
    ) -> Vec<Piece> {
        let seen: Vec<&Triangle> = triangles
            .iter()
            .filter(|triangle| triangle.bounds.intersects(clip))
            .collect();
        let mut pieces = Vec::new();
        let mut textured: Vec<&Triangle> = Vec::new();
        for run in seen.chunk_by(|a, b| a.is_solid == b.is_solid) {
            let area: f32 = run.iter().map(|triangle| triangle.area_within(clip)).sum();
            let area_px = area * self.pixels_per_point * self.pixels_per_point;
            if !run[0].is_solid || area_px < LEAST_AREA_PX {
                textured.extend(run);
                continue;
            }
            if !textured.is_empty() {
                pieces.push(self.textured(mesh, &textured));
                textured.clear();
            }
            pieces.push(self.solid(mesh, run, solids));
        }
        if !textured.is_empty() {
            pieces.push(self.textured(mesh, &textured));
        }
        pieces
    }

    fn textured(&mut self, mesh: &Mesh, triangles: &[&Triangle]) -> Piece {
        let mut piece = Mesh::with_texture(mesh.texture_id);
        let vertices = &mut piece.vertices;
        piece.indices = self.renumber(mesh, triangles, |vertex| {
            vertices.push(*vertex);
            vertices.len() - 1
        });
        Piece::Textured(piece)
    }

    fn solid(&mut self, mesh: &Mesh, triangles: &[&Triangle], solids: &mut Solids) -> Piece {
        let [width, height] = self.screen;
        let vertices = &mut solids.vertices;
        let indices = self.renumber(mesh, triangles, |vertex| {
            vertices.push(SolidVertex {
                // The same arithmetic as in egui's shader: the same pixels.
                position: [
                    2.0 * vertex.pos.x / width - 1.0,
                    1.0 - 2.0 * vertex.pos.y / height,
                ],
                color: vertex.color.to_array(),
            });
            vertices.len() - 1
        });
        let first = number(solids.indices.len());
        solids.indices.extend(indices);
        Piece::Solid(first..number(solids.indices.len()))
    }

    /// The triangles' indices among the vertices that `add` takes, each once, and numbers.
    fn renumber(
        &mut self,
        mesh: &Mesh,
        triangles: &[&Triangle],
        mut add: impl FnMut(&Vertex) -> usize,
    ) -> Vec<u32> {
        self.piece_number += 1;
        let size = self.renumbered.len().max(mesh.vertices.len());
        self.renumbered.resize(size, (0, 0));
        triangles
            .iter()
            .flat_map(|triangle| triangle.corners)
            .map(|index| {
                let place = &mut self.renumbered[index as usize];
                if place.1 != self.piece_number {
                    let new = add(&mesh.vertices[index as usize]);
                    *place = (number(new), self.piece_number);
                }
                place.0
            })
            .collect()
    }
}

/// egui counts vertices in 32 bits.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Draws triangles of one colour.
pub(super) struct SolidPipeline {
    pipeline: wgpu::RenderPipeline,
    vertices: wgpu::Buffer,
    indices: wgpu::Buffer,
}

impl SolidPipeline {
    pub(super) fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        let device = gpu.device();
        let module = shaders::SOLID.module(device);
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("solid"),
            layout: Some(
                &device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                    label: Some("solid"),
                    bind_group_layouts: &[],
                    immediate_size: 0,
                }),
            ),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[Some(wgpu::VertexBufferLayout {
                    array_stride: size_of::<SolidVertex>() as u64,
                    step_mode: wgpu::VertexStepMode::Vertex,
                    attributes: &wgpu::vertex_attr_array![0 => Float32x2, 1 => Unorm8x4],
                })],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(wgpu::ColorTargetState {
                    format,
                    blend: Some(LIKE_EGUI),
                    write_mask: wgpu::ColorWrites::ALL,
                })],
            }),
            multiview_mask: None,
            cache: None,
        });
        Self {
            pipeline,
            vertices: buffer(gpu, wgpu::BufferUsages::VERTEX, 1 << 12),
            indices: buffer(gpu, wgpu::BufferUsages::INDEX, 1 << 12),
        }
    }

    /// Sends all that the next chrome draws without texture.
    pub(super) fn send(&mut self, gpu: &Gpu, solids: &Solids) {
        let write = |buffer_: &mut wgpu::Buffer, usage, bytes: &[u8]| {
            let size = bytes.len() as u64;
            if size > buffer_.size() {
                *buffer_ = buffer(gpu, usage, size.next_power_of_two());
            }
            if size > 0 {
                gpu.queue().write_buffer(buffer_, 0, bytes);
            }
        };
        write(
            &mut self.vertices,
            wgpu::BufferUsages::VERTEX,
            bytemuck::cast_slice(&solids.vertices),
        );
        write(
            &mut self.indices,
            wgpu::BufferUsages::INDEX,
            bytemuck::cast_slice(&solids.indices),
        );
    }

    /// A range of what was last sent, as a shape for egui's renderer; `screen` is the whole window, in points.
    pub(super) fn shape(&self, range: Range<u32>, screen: Rect) -> PaintCallback {
        let drawing = SolidDrawing {
            pipeline: self.pipeline.clone(),
            vertices: self.vertices.clone(),
            indices: self.indices.clone(),
            range,
        };
        Callback::new_paint_callback(screen, drawing)
    }
}

/// Handles to what a range needs.
struct SolidDrawing {
    pipeline: wgpu::RenderPipeline,
    vertices: wgpu::Buffer,
    indices: wgpu::Buffer,
    range: Range<u32>,
}

impl CallbackTrait for SolidDrawing {
    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        _resources: &CallbackResources,
    ) {
        pass.set_pipeline(&self.pipeline);
        pass.set_vertex_buffer(0, self.vertices.slice(..));
        pass.set_index_buffer(self.indices.slice(..), wgpu::IndexFormat::Uint32);
        pass.draw_indexed(self.range.clone(), 0, 0..1);
    }
}

/// How egui's renderer blends.
const LIKE_EGUI: wgpu::BlendState = wgpu::BlendState {
    color: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::One,
        dst_factor: wgpu::BlendFactor::OneMinusSrcAlpha,
        operation: wgpu::BlendOperation::Add,
    },
    alpha: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::OneMinusDstAlpha,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Add,
    },
};

fn buffer(gpu: &Gpu, usage: wgpu::BufferUsages, bytes: u64) -> wgpu::Buffer {
    gpu.device().create_buffer(&wgpu::BufferDescriptor {
        label: Some("solid"),
        size: bytes,
        usage: usage | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Color32, pos2};

    fn rect(left: f32, top: f32, right: f32, bottom: f32) -> Rect {
        Rect::from_min_max(pos2(left, top), pos2(right, bottom))
    }

    fn glyph(mesh: &mut Mesh, place: Rect) {
        mesh.add_rect_with_uv(place, rect(0.1, 0.1, 0.2, 0.2), Color32::WHITE);
    }

    fn cut(mesh: &Mesh, clip: Rect) -> (Vec<Piece>, Solids) {
        let mut solids = Solids::default();
        let triangles = Triangle::all_of(mesh);
        let mut cutter = Cutter::new([200.0, 100.0], 1.0);
        let pieces = cutter.cut(mesh, &triangles, clip, &mut solids);
        (pieces, solids)
    }

    #[test]
    fn large_grounds_are_taken_out_in_order() {
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(rect(0.0, 0.0, 100.0, 50.0), Color32::RED);
        glyph(&mut mesh, rect(10.0, 10.0, 20.0, 20.0));
        // Too small to be worth it: stays with its neighbours.
        mesh.add_colored_rect(rect(0.0, 0.0, 9.0, 9.0), Color32::GREEN);
        glyph(&mut mesh, rect(30.0, 10.0, 40.0, 20.0));
        mesh.add_colored_rect(rect(0.0, 50.0, 200.0, 100.0), Color32::BLUE);
        let (pieces, solids) = cut(&mesh, Rect::EVERYTHING);
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[0], Piece::Solid(0..6));
        assert_eq!(pieces[2], Piece::Solid(6..12));
        let Piece::Textured(between) = &pieces[1] else {
            panic!("{pieces:?}");
        };
        assert_eq!((between.vertices.len(), between.indices.len()), (12, 18));
        assert!(between.is_valid());
        assert_eq!(between.vertices[..], mesh.vertices[4..16]);
        assert_eq!(solids.vertices.len(), 8);
        assert_eq!(solids.vertices[0].position, [-1.0, 1.0]);
        assert_eq!(solids.vertices[7].position, [1.0, -1.0]);
        assert_eq!(solids.vertices[7].color, Color32::BLUE.to_array());
    }

    #[test]
    fn only_what_is_seen_is_kept() {
        let mut mesh = Mesh::default();
        for i in 0..10_u8 {
            let left = f32::from(i) * 20.0;
            glyph(&mut mesh, rect(left, 0.0, left + 10.0, 10.0));
        }
        let (pieces, solids) = cut(&mesh, rect(41.0, 0.0, 49.0, 5.0));
        let [Piece::Textured(seen)] = &pieces[..] else {
            panic!("{pieces:?}");
        };
        assert_eq!(seen.vertices[..], mesh.vertices[8..12]);
        assert_eq!(seen.indices.len(), 6);
        assert!(solids.indices.is_empty());
        assert!(cut(&mesh, rect(0.0, 50.0, 9.0, 60.0)).0.is_empty());
    }

    #[test]
    fn images_keep_their_texture() {
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(rect(0.0, 0.0, 100.0, 50.0), Color32::RED);
        mesh.texture_id = TextureId::Managed(3);
        let (pieces, _) = cut(&mesh, Rect::EVERYTHING);
        assert_eq!(pieces, [Piece::Textured(mesh)]);
    }
}
