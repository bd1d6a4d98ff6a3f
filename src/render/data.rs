//! The pipelines that draw data: lines, markers and gap marks.
//!
//! In: planned parts and the arena their vertices lie in. Out: commands in a render pass over the picture. The one idea:
//! what each part needs to know is one struct in one buffer that is written once a frame; a part is then a pipeline, an
//! offset into that buffer and a number of quads.
//!
//! A line is drawn in two draws. The first gathers its coverage in the picture's alpha channel, blending with "least", so
//! that the union of its segments is as strong as one of them; the second lays the colour over it and sets alpha to 1.

use std::num::NonZeroU64;

use super::arena::Arena;
use super::columns::{Column, GROUP};
use super::gpu::Gpu;
use super::news::Work;
use super::plot::{Draw, Kind, PlannedPart};
use super::px_rect::PxRect;
use super::shaders;
use crate::scene::Vertex;

const DRAW_BYTES: u64 = size_of::<Draw>() as u64;
const VERTEX_BYTES: u64 = size_of::<Vertex>() as u64;
const COLUMN_BYTES: u64 = size_of::<Column>() as u64;

/// Above so many vertices a pixel of width, laying the colour over the whole box is cheaper than over each segment.
const DENSE: f32 = 0.25;

/// Pipelines and the buffer of what they are told.
pub(super) struct DataPipelines {
    layout: wgpu::BindGroupLayout,
    line_coverage: wgpu::RenderPipeline,
    line_color: wgpu::RenderPipeline,
    column: wgpu::RenderPipeline,
    wide_column: wgpu::RenderPipeline,
    gap_coverage: wgpu::RenderPipeline,
    cover: wgpu::RenderPipeline,
    marker: wgpu::RenderPipeline,
    draws: wgpu::Buffer,
    columns: wgpu::Buffer,
    /// From one draw to the next in the buffer, in bytes.
    stride: u64,
    bound: Option<Bound>,
}

/// A bind group and what it was made for.
struct Bound {
    group: wgpu::BindGroup,
    arena_number: u64,
}

impl DataPipelines {
    pub(super) fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        let device = gpu.device();
        let alignment = u64::from(device.limits().min_uniform_buffer_offset_alignment);
        let stride = DRAW_BYTES.next_multiple_of(alignment.max(1));
        let layout = bind_group_layout(device);
        let build = Builder {
            device,
            format,
            layout: device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("data"),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            }),
        };
        let line = shaders::LINE.module(device);
        let column = shaders::COLUMN.module(device);
        let gap = shaders::GAP.module(device);
        let cover = shaders::COVER.module(device);
        let marker = shaders::MARKER.module(device);
        let alpha = wgpu::ColorWrites::ALPHA;
        let all = wgpu::ColorWrites::ALL;
        Self {
            line_coverage: build.pipeline("line", &line, "fs_coverage", LEAST, alpha),
            line_color: build.pipeline("line colour", &line, "fs_color", WHERE_COVERED, all),
            column: build.pipeline("columns", &column, "fs_near", OVER, all),
            wide_column: build.pipeline("wide columns", &column, "fs_far", OVER, all),
            gap_coverage: build.pipeline("gap", &gap, "fs_coverage", LEAST, alpha),
            cover: build.pipeline("cover", &cover, "fs_color", WHERE_COVERED, all),
            marker: build.pipeline("marker", &marker, "fs_main", OVER, all),
            draws: buffer(gpu, "draws", wgpu::BufferUsages::UNIFORM, stride * 64),
            columns: buffer(gpu, "columns", wgpu::BufferUsages::STORAGE, 1 << 18),
            stride,
            bound: None,
            layout,
        }
    }

    /// Sends what the parts need to know; returns the bytes.
    pub(super) fn send(&mut self, gpu: &Gpu, arena: &Arena, work: &Work) -> u64 {
        let draws = self.stride * work.parts.len() as u64;
        if draws > self.draws.size() {
            let usage = wgpu::BufferUsages::UNIFORM;
            self.draws = buffer(gpu, "draws", usage, draws.next_power_of_two());
            self.bound = None;
        }
        let columns = size_of_val(work.columns.as_slice()) as u64;
        if columns > self.columns.size() {
            let usage = wgpu::BufferUsages::STORAGE;
            self.columns = buffer(gpu, "columns", usage, columns.next_power_of_two());
            self.bound = None;
        }
        if let Some(size) = NonZeroU64::new(draws)
            && let Some(mut staging) = gpu.queue().write_buffer_with(&self.draws, 0, size)
        {
            for (part, at) in work.parts.iter().zip((0..).step_by(self.step())) {
                let draw = bytemuck::bytes_of(&part.draw);
                staging.slice(at..at + draw.len()).copy_from_slice(draw);
            }
        }
        if columns > 0 {
            let bytes = bytemuck::cast_slice::<Column, u8>(&work.columns);
            gpu.queue().write_buffer(&self.columns, 0, bytes);
        }
        if self
            .bound
            .as_ref()
            .is_none_or(|bound| bound.arena_number != arena.buffer_number())
        {
            self.bound = Some(Bound {
                group: self.bind(gpu, arena.buffer()),
                arena_number: arena.buffer_number(),
            });
        }
        draws + columns
    }

    fn bind(&self, gpu: &Gpu, vertices: &wgpu::Buffer) -> wgpu::BindGroup {
        gpu.device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("data"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                        buffer: &self.draws,
                        offset: 0,
                        size: NonZeroU64::new(DRAW_BYTES),
                    }),
                },
                wgpu::BindGroupEntry {
                    binding: 1,
                    resource: vertices.as_entire_binding(),
                },
                wgpu::BindGroupEntry {
                    binding: 2,
                    resource: self.columns.as_entire_binding(),
                },
            ],
        })
    }

    /// Draws the parts that were last sent, in their order.
    pub(super) fn record(&self, pass: &mut wgpu::RenderPass<'_>, parts: &[PlannedPart]) {
        let Some(bound) = &self.bound else {
            return;
        };
        let mut clip = PxRect::default();
        for (part, offset) in parts.iter().zip((0..).step_by(self.step())) {
            if part.clip != clip {
                clip = part.clip;
                pass.set_scissor_rect(clip.left, clip.top, clip.width(), clip.height());
            }
            pass.set_bind_group(0, &bound.group, &[offset]);
            let count = part.draw.count;
            match part.kind {
                Kind::Line => {
                    draw(pass, &self.line_coverage, count);
                    if is_dense(&part.draw) {
                        draw(pass, &self.cover, 1);
                    } else {
                        draw(pass, &self.line_color, count);
                    }
                }
                Kind::Columns => draw(pass, &self.column, count.div_ceil(GROUP)),
                Kind::WideColumns => draw(pass, &self.wide_column, count.div_ceil(GROUP)),
                Kind::Gaps => {
                    draw(pass, &self.gap_coverage, count);
                    draw(pass, &self.cover, 1);
                }
                Kind::Markers => draw(pass, &self.marker, count),
            }
        }
    }

    fn step(&self) -> usize {
        usize::try_from(self.stride).unwrap_or(usize::MAX)
    }
}

/// Draws so many quads: two triangles each.
fn draw(pass: &mut wgpu::RenderPass<'_>, pipeline: &wgpu::RenderPipeline, quads: u32) {
    pass.set_pipeline(pipeline);
    pass.draw(0..quads.saturating_mul(6), 0..1);
}

fn is_dense(draw: &Draw) -> bool {
    let width = draw.cover_max[0] - draw.cover_min[0];
    // A count of vertices in sight is small.
    #[allow(clippy::cast_precision_loss)]
    let count = draw.count as f32;
    count > width * DENSE
}

/// Alpha becomes the least of what was there and what comes; colour stays.
const LEAST: wgpu::BlendState = wgpu::BlendState {
    color: wgpu::BlendComponent::REPLACE,
    alpha: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::One,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Min,
    },
};

/// Colour comes as far as alpha has fallen; alpha becomes 1 again.
const WHERE_COVERED: wgpu::BlendState = wgpu::BlendState {
    color: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::OneMinusDstAlpha,
        dst_factor: wgpu::BlendFactor::DstAlpha,
        operation: wgpu::BlendOperation::Add,
    },
    alpha: wgpu::BlendComponent::REPLACE,
};

/// Colour comes as far as it covers; alpha stays.
const OVER: wgpu::BlendState = wgpu::BlendState {
    color: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::SrcAlpha,
        dst_factor: wgpu::BlendFactor::OneMinusSrcAlpha,
        operation: wgpu::BlendOperation::Add,
    },
    alpha: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::Zero,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Add,
    },
};

struct Builder<'a> {
    device: &'a wgpu::Device,
    format: wgpu::TextureFormat,
    layout: wgpu::PipelineLayout,
}

impl Builder<'_> {
    fn pipeline(
        &self,
        label: &str,
        module: &wgpu::ShaderModule,
        fragment: &str,
        blend: wgpu::BlendState,
        write_mask: wgpu::ColorWrites,
    ) -> wgpu::RenderPipeline {
        self.device
            .create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(label),
                layout: Some(&self.layout),
                vertex: wgpu::VertexState {
                    module,
                    entry_point: Some("vs_main"),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    buffers: &[],
                },
                primitive: wgpu::PrimitiveState::default(),
                depth_stencil: None,
                multisample: wgpu::MultisampleState::default(),
                fragment: Some(wgpu::FragmentState {
                    module,
                    entry_point: Some(fragment),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    targets: &[Some(wgpu::ColorTargetState {
                        format: self.format,
                        blend: Some(blend),
                        write_mask,
                    })],
                }),
                multiview_mask: None,
                cache: None,
            })
    }
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let both = wgpu::ShaderStages::VERTEX_FRAGMENT;
    let buffer = |binding, visibility, ty, has_dynamic_offset, least| wgpu::BindGroupLayoutEntry {
        binding,
        visibility,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset,
            min_binding_size: NonZeroU64::new(least),
        },
        count: None,
    };
    let storage = wgpu::BufferBindingType::Storage { read_only: true };
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("data"),
        entries: &[
            buffer(0, both, wgpu::BufferBindingType::Uniform, true, DRAW_BYTES),
            buffer(1, wgpu::ShaderStages::VERTEX, storage, false, VERTEX_BYTES),
            buffer(2, both, storage, false, COLUMN_BYTES),
        ],
    })
}

fn buffer(gpu: &Gpu, label: &str, usage: wgpu::BufferUsages, bytes: u64) -> wgpu::Buffer {
    gpu.device().create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes,
        usage: usage | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}
