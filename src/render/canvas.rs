//! The layers that persist, and the way from them into a target.
//!
//! In: rectangles. Out: copies. The one idea: the chrome stands in one texture and the picture, chrome with data over it,
//! in another. A panel with news gets its chrome back by a copy, which costs a fraction of painting it; the finished
//! picture goes into the target by a copy too, or, where a surface takes none, by a blit.

use super::gpu::Gpu;
use super::px_rect::PxRect;
use super::shaders;

/// Chrome and picture, of one size.
pub(super) struct Canvas {
    pub(super) size_px: [u32; 2],
    pub(super) chrome: Layer,
    pub(super) picture: Layer,
}

/// A texture with its view.
pub(super) struct Layer {
    pub(super) texture: wgpu::Texture,
    pub(super) view: wgpu::TextureView,
}

impl Canvas {
    pub(super) fn new(gpu: &Gpu, format: wgpu::TextureFormat, size_px: [u32; 2]) -> Self {
        let largest = gpu.summary().max_texture_px;
        let size_px = size_px.map(|length| length.clamp(1, largest));
        let layer = |label| {
            let texture = gpu.device().create_texture(&wgpu::TextureDescriptor {
                label: Some(label),
                size: extent(PxRect::of_size(size_px)),
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT
                    | wgpu::TextureUsages::TEXTURE_BINDING
                    | wgpu::TextureUsages::COPY_SRC
                    | wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            });
            let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
            Layer { texture, view }
        };
        Self {
            size_px,
            chrome: layer("chrome"),
            picture: layer("picture"),
        }
    }

    /// Puts the chrome back into the picture there.
    pub(super) fn restore(&self, encoder: &mut wgpu::CommandEncoder, rect: PxRect) {
        copy(encoder, &self.chrome.texture, &self.picture.texture, rect);
    }

    /// A pass over the picture that keeps what is there.
    pub(super) fn draw_pass<'a>(
        &self,
        encoder: &'a mut wgpu::CommandEncoder,
    ) -> wgpu::RenderPass<'a> {
        begin_pass(encoder, "data", &self.picture.view, wgpu::LoadOp::Load)
    }
}

/// Puts finished pictures into targets.
#[derive(Default)]
pub(super) struct Presenter {
    /// Made when the first target needs it: copying needs no pipeline.
    blit: Option<Blit>,
}

struct Blit {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
}

impl Presenter {
    /// Puts the picture into `texture`, whose view in the picture's format is `view`. Where sizes differ, between a change
    /// of size and the next layout, what the picture does not reach becomes `background`.
    pub(super) fn put(
        &mut self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        canvas: &Canvas,
        texture: &wgpu::Texture,
        view: &wgpu::TextureView,
        background: wgpu::Color,
    ) {
        let size_px = [texture.width(), texture.height()];
        let common = PxRect::of_size(size_px).intersect(PxRect::of_size(canvas.size_px));
        let is_copied = texture.usage().contains(wgpu::TextureUsages::COPY_DST);
        if is_copied {
            if size_px != canvas.size_px {
                drop(begin_pass(
                    encoder,
                    "background",
                    view,
                    wgpu::LoadOp::Clear(background),
                ));
            }
            copy(encoder, &canvas.picture.texture, texture, common);
            return;
        }
        let format = canvas.picture.texture.format();
        if self.blit.as_ref().is_none_or(|blit| blit.format != format) {
            self.blit = Some(Blit::new(gpu, format));
        }
        if let Some(blit) = &self.blit {
            let group = gpu.device().create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("blit"),
                layout: &blit.layout,
                entries: &[wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(&canvas.picture.view),
                }],
            });
            let mut pass = begin_pass(encoder, "blit", view, wgpu::LoadOp::Clear(background));
            pass.set_scissor_rect(0, 0, common.width(), common.height());
            pass.set_pipeline(&blit.pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}

impl Blit {
    fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        let device = gpu.device();
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("blit"),
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::FRAGMENT,
                ty: wgpu::BindingType::Texture {
                    sample_type: wgpu::TextureSampleType::Float { filterable: false },
                    view_dimension: wgpu::TextureViewDimension::D2,
                    multisampled: false,
                },
                count: None,
            }],
        });
        let module = shaders::BLIT.module(device);
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("blit"),
            layout: Some(
                &device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                    label: Some("blit"),
                    bind_group_layouts: &[Some(&layout)],
                    immediate_size: 0,
                }),
            ),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fs_main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(format.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        Self {
            pipeline,
            layout,
            format,
        }
    }
}

const fn extent(rect: PxRect) -> wgpu::Extent3d {
    wgpu::Extent3d {
        width: rect.width(),
        height: rect.height(),
        depth_or_array_layers: 1,
    }
}

/// Copies a rectangle to the same place in another texture.
fn copy(
    encoder: &mut wgpu::CommandEncoder,
    from: &wgpu::Texture,
    to: &wgpu::Texture,
    rect: PxRect,
) {
    if rect.is_empty() {
        return;
    }
    let at = |texture| wgpu::TexelCopyTextureInfo {
        texture,
        mip_level: 0,
        origin: wgpu::Origin3d {
            x: rect.left,
            y: rect.top,
            z: 0,
        },
        aspect: wgpu::TextureAspect::All,
    };
    encoder.copy_texture_to_texture(at(from), at(to), extent(rect));
}

/// A pass over all of `view`.
pub(super) fn begin_pass<'a>(
    encoder: &'a mut wgpu::CommandEncoder,
    label: &str,
    view: &wgpu::TextureView,
    load: wgpu::LoadOp<wgpu::Color>,
) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some(label),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load,
                store: wgpu::StoreOp::Store,
            },
        })],
        depth_stencil_attachment: None,
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    })
}
