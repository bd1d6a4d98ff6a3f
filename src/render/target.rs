//! What is drawn on: a window's surface, or a texture that nobody sees until it is read.
//!
//! In: sizes, and a finished picture. Out: a texture to put the picture into, and its presentation or its bytes. The one
//! idea: a size is only noted when it changes and put into force when a frame is next begun. A storm of resizing costs one
//! configuration a frame, and a window without area costs none.

use std::sync::mpsc;
use std::time::Duration;

use super::gpu::{Gpu, GpuError};
use super::picture::Picture;

/// How long a picture is waited for when it is read back.
const READ_BACK_LIMIT: Duration = Duration::from_secs(10);

/// Why a frame was not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// The target has no area: the window is minimised.
    Empty,
    /// The window cannot be seen. Draw again when it can.
    Occluded,
    /// The window system gave no image in time. Draw again later.
    Timeout,
    /// The surface changed again while it was being adapted. Draw again.
    Outdated,
    /// The surface is lost: a new [`Gpu`], [`Target`] and [`super::Renderer`] are needed.
    SurfaceLost,
    /// The device is lost: a new [`Gpu`], [`Target`] and [`super::Renderer`] are needed.
    DeviceLost,
}

/// How a surface shows finished pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// In step with the display: no tearing.
    #[default]
    Display,
    /// As soon as they are there.
    Immediate,
}

/// What a surface can do and what was chosen, in words; for a bug report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurfaceSummary {
    /// The pixel format in use.
    pub format: String,
    /// All that the surface offers.
    pub formats: Vec<String>,
    /// The present mode in use.
    pub present_mode: String,
    /// All that the surface offers.
    pub present_modes: Vec<String>,
    /// Whether finished pictures are copied into it; else they are drawn into it.
    pub is_copied_to: bool,
}

enum Place {
    Surface {
        surface: wgpu::Surface<'static>,
        config: wgpu::SurfaceConfiguration,
        is_configured: bool,
    },
    Offscreen {
        texture: wgpu::Texture,
        /// Kept from one reading to the next: mapping fresh memory costs more than copying.
        read_back: Option<wgpu::Buffer>,
    },
}

/// A surface or an offscreen texture, of a size in physical pixels.
pub struct Target {
    gpu: Gpu,
    place: Place,
    size_px: [u32; 2],
    largest_px: u32,
    before_present: Option<Box<dyn Fn() + Send + Sync>>,
}

/// An image to draw a frame into.
pub(super) enum Frame {
    Surface {
        image: wgpu::SurfaceTexture,
        is_suboptimal: bool,
    },
    Offscreen(wgpu::Texture),
}

impl Frame {
    pub(super) const fn texture(&self) -> &wgpu::Texture {
        match self {
            Self::Surface { image, .. } => &image.texture,
            Self::Offscreen(texture) => texture,
        }
    }
}

impl Target {
    /// A window's surface, as [`Gpu::for_window`] gave it.
    ///
    /// # Errors
    ///
    /// When the surface offers no format to draw in.
    pub fn surface(
        gpu: &Gpu,
        surface: wgpu::Surface<'static>,
        size_px: [u32; 2],
        pace: Pace,
    ) -> Result<Self, GpuError> {
        let offers = surface.get_capabilities(gpu.adapter());
        let format = choose_format(&offers.formats).ok_or_else(|| GpuError::NoFittingAdapter {
            found: vec![format!(
                "{}: the surface offers no 8-bit format",
                gpu.adapter_name()
            )],
        })?;
        let drawn_in = format.remove_srgb_suffix();
        let config = wgpu::SurfaceConfiguration {
            usage: (wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_DST)
                & offers.usages,
            format,
            color_space: wgpu::SurfaceColorSpace::Auto,
            width: 1,
            height: 1,
            present_mode: match pace {
                Pace::Display => wgpu::PresentMode::AutoVsync,
                Pace::Immediate => wgpu::PresentMode::AutoNoVsync,
            },
            desired_maximum_frame_latency: 2,
            alpha_mode: if offers
                .alpha_modes
                .contains(&wgpu::CompositeAlphaMode::Opaque)
            {
                wgpu::CompositeAlphaMode::Opaque
            } else {
                wgpu::CompositeAlphaMode::Auto
            },
            // What lies over the data is blended as it was designed: in sRGB, not in linear light.
            view_formats: if drawn_in == format {
                vec![]
            } else {
                vec![drawn_in]
            },
        };
        let mut target = Self {
            gpu: gpu.clone(),
            place: Place::Surface {
                surface,
                config,
                is_configured: false,
            },
            size_px: [0; 2],
            largest_px: gpu.summary().max_texture_px,
            before_present: None,
        };
        target.resize(size_px);
        Ok(target)
    }

    /// A texture of that size; at least one pixel, at most what the device can hold.
    #[must_use]
    pub fn offscreen(gpu: &Gpu, size_px: [u32; 2]) -> Self {
        let largest_px = gpu.summary().max_texture_px;
        let size_px = size_px.map(|length| length.clamp(1, largest_px));
        Self {
            gpu: gpu.clone(),
            place: Place::Offscreen {
                texture: offscreen_texture(gpu, size_px),
                read_back: None,
            },
            size_px,
            largest_px,
            before_present: None,
        }
    }

    /// Has `hook` called right before each picture is shown, and only then: a window system may want to know. Offscreen a
    /// picture is shown to nobody; the hook is called all the same.
    pub fn on_present(&mut self, hook: Box<dyn Fn() + Send + Sync>) {
        self.before_present = Some(hook);
    }

    /// Width and height in physical pixels; 0 while the window has no area.
    #[must_use]
    pub const fn size_px(&self) -> [u32; 2] {
        self.size_px
    }

    /// The format that a [`super::Renderer`] for it draws in.
    #[must_use]
    pub const fn format(&self) -> wgpu::TextureFormat {
        match &self.place {
            Place::Surface { config, .. } => config.format,
            Place::Offscreen { .. } => OFFSCREEN_FORMAT,
        }
    }

    /// Takes a new size. A surface may be given one without area: nothing is drawn until it has one again.
    pub fn resize(&mut self, size_px: [u32; 2]) {
        let size_px = size_px.map(|length| length.min(self.largest_px));
        if size_px == self.size_px {
            return;
        }
        match &mut self.place {
            Place::Surface { is_configured, .. } => {
                *is_configured = false;
                self.size_px = size_px;
            }
            Place::Offscreen { texture, read_back } => {
                self.size_px = size_px.map(|length| length.max(1));
                *texture = offscreen_texture(&self.gpu, self.size_px);
                *read_back = None;
            }
        }
    }

    /// What the surface can do; `None` for an offscreen texture.
    #[must_use]
    pub fn summary(&self) -> Option<SurfaceSummary> {
        let Place::Surface {
            surface, config, ..
        } = &self.place
        else {
            return None;
        };
        let offers = surface.get_capabilities(self.gpu.adapter());
        Some(SurfaceSummary {
            format: format!("{:?}", config.format),
            formats: offers.formats.iter().map(|f| format!("{f:?}")).collect(),
            present_mode: format!("{:?}", config.present_mode),
            present_modes: offers
                .present_modes
                .iter()
                .map(|mode| format!("{mode:?}"))
                .collect(),
            is_copied_to: config.usage.contains(wgpu::TextureUsages::COPY_DST),
        })
    }

    /// The next image to draw into. May wait for the display.
    pub(super) fn begin(&mut self) -> Result<Frame, Skip> {
        if self.size_px.contains(&0) {
            return Err(Skip::Empty);
        }
        let (surface, config, is_configured) = match &mut self.place {
            Place::Offscreen { texture, .. } => return Ok(Frame::Offscreen(texture.clone())),
            Place::Surface {
                surface,
                config,
                is_configured,
            } => (surface, config, is_configured),
        };
        for _ in 0..2 {
            if !*is_configured {
                [config.width, config.height] = self.size_px;
                surface.configure(self.gpu.device(), config);
                *is_configured = true;
            }
            match surface.get_current_texture() {
                wgpu::CurrentSurfaceTexture::Success(image) => {
                    return Ok(Frame::Surface {
                        image,
                        is_suboptimal: false,
                    });
                }
                wgpu::CurrentSurfaceTexture::Suboptimal(image) => {
                    return Ok(Frame::Surface {
                        image,
                        is_suboptimal: true,
                    });
                }
                wgpu::CurrentSurfaceTexture::Timeout => return Err(Skip::Timeout),
                wgpu::CurrentSurfaceTexture::Occluded => return Err(Skip::Occluded),
                wgpu::CurrentSurfaceTexture::Lost => return Err(Skip::SurfaceLost),
                // Without an error that was reported, this is how a lost device looks.
                wgpu::CurrentSurfaceTexture::Validation if self.gpu.lost().is_some() => {
                    return Err(Skip::DeviceLost);
                }
                wgpu::CurrentSurfaceTexture::Outdated | wgpu::CurrentSurfaceTexture::Validation => {
                    *is_configured = false;
                }
            }
        }
        Err(Skip::Outdated)
    }

    /// Shows what was drawn.
    pub(super) fn present(&mut self, frame: Frame) {
        if let Some(hook) = &self.before_present {
            hook();
        }
        let (
            Frame::Surface {
                image,
                is_suboptimal,
            },
            Place::Surface { is_configured, .. },
        ) = (frame, &mut self.place)
        else {
            return;
        };
        self.gpu.queue().present(image);
        if is_suboptimal {
            // Only once the image is gone can the surface be configured: when the next frame begins.
            *is_configured = false;
        }
    }

    /// The pixels of an offscreen target, once all that was submitted is done. Of no use in a window's frame: it waits.
    ///
    /// # Errors
    ///
    /// When the GPU does not finish within 10 s, the device is lost, or the target is a surface.
    pub fn read_rgba(&mut self) -> Result<Picture, GpuError> {
        let mut picture = Picture::default();
        self.read_rgba_into(&mut picture)?;
        Ok(picture)
    }

    /// Like [`Target::read_rgba`], into a picture whose memory is used again.
    ///
    /// # Errors
    ///
    /// Those of [`Target::read_rgba`].
    pub fn read_rgba_into(&mut self, picture: &mut Picture) -> Result<(), GpuError> {
        let Place::Offscreen { texture, read_back } = &mut self.place else {
            return Err(GpuError::ReadBack {
                why: "a window's surface cannot be read".to_owned(),
            });
        };
        let gpu = &self.gpu;
        let [width, height] = self.size_px;
        let row = (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let buffer = read_back.get_or_insert_with(|| {
            gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("read-back"),
                size: u64::from(row) * u64::from(height),
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            })
        });
        let mut encoder = gpu
            .device()
            .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                label: Some("read-back"),
            });
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(row),
                    rows_per_image: None,
                },
            },
            texture.size(),
        );
        gpu.queue().submit([encoder.finish()]);

        let (done, mapped) = mpsc::channel();
        buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody listens any more after a timeout.
            let _ = done.send(result);
        });
        let read = gpu.wait(READ_BACK_LIMIT).and_then(|()| {
            let failed = |why: String| GpuError::ReadBack { why };
            mapped
                .try_recv()
                .map_err(|error| failed(error.to_string()))?
                .map_err(|error| failed(error.to_string()))?;
            let bytes = buffer
                .get_mapped_range(..)
                .map_err(|error| failed(error.to_string()))?;
            picture.width = width;
            picture.height = height;
            picture.rgba.clear();
            picture.rgba.reserve(width as usize * height as usize * 4);
            for line in bytes.chunks_exact(row as usize) {
                picture.rgba.extend_from_slice(&line[..width as usize * 4]);
            }
            Ok(())
        });
        if read.is_ok() {
            buffer.unmap();
        } else {
            // It may yet be mapped, late: a new one next time.
            *read_back = None;
        }
        read
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("size_px", &self.size_px)
            .field("format", &self.format())
            .finish_non_exhaustive()
    }
}

/// The format of offscreen textures: the one files are made of.
pub(super) const OFFSCREEN_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

fn offscreen_texture(gpu: &Gpu, [width, height]: [u32; 2]) -> wgpu::Texture {
    gpu.device().create_texture(&wgpu::TextureDescriptor {
        label: Some("offscreen target"),
        size: wgpu::Extent3d {
            width,
            height,
            depth_or_array_layers: 1,
        },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: OFFSCREEN_FORMAT,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT
            | wgpu::TextureUsages::COPY_DST
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    })
}

/// The first of the formats whose bytes are sRGB without conversion; else one that only differs in that it converts.
fn choose_format(offered: &[wgpu::TextureFormat]) -> Option<wgpu::TextureFormat> {
    const PLAIN: [wgpu::TextureFormat; 2] = [
        wgpu::TextureFormat::Bgra8Unorm,
        wgpu::TextureFormat::Rgba8Unorm,
    ];
    let first = |fits: fn(wgpu::TextureFormat) -> bool| offered.iter().copied().find(|f| fits(*f));
    first(|format| PLAIN.contains(&format))
        .or_else(|| first(|format| PLAIN.contains(&format.remove_srgb_suffix())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wgpu::TextureFormat as F;

    #[test]
    fn plain_formats_come_before_those_that_convert() {
        assert_eq!(
            choose_format(&[F::Bgra8UnormSrgb, F::Rgba16Float, F::Rgba8Unorm]),
            Some(F::Rgba8Unorm)
        );
        assert_eq!(
            choose_format(&[F::Rgba16Float, F::Rgba8UnormSrgb]),
            Some(F::Rgba8UnormSrgb)
        );
        assert_eq!(choose_format(&[F::Rgba16Float]), None);
    }

    #[test]
    fn an_offscreen_target_keeps_an_area_and_can_be_read_at_any_width() {
        let gpu = Gpu::software().expect("these tests need a software adapter");
        let mut target = Target::offscreen(&gpu, [0, 7]);
        assert_eq!(target.size_px(), [1, 7]);
        for size in [[1, 1], [67, 5], [64, 64]] {
            target.resize(size);
            let picture = target.read_rgba().unwrap();
            assert_eq!([picture.width, picture.height], size);
            assert_eq!(picture.rgba.len(), (size[0] * size[1] * 4) as usize);
            // A second reading uses the same buffer.
            assert_eq!(target.read_rgba().unwrap(), picture);
        }
        target.resize([1 << 30, 1]);
        assert_eq!(target.size_px(), [gpu.summary().max_texture_px, 1]);
    }

    #[test]
    fn reading_from_a_lost_device_is_an_error() {
        let gpu = Gpu::software().expect("these tests need a software adapter");
        let mut target = Target::offscreen(&gpu, [8, 8]);
        gpu.device().destroy();
        assert!(target.read_rgba().is_err());
        assert!(gpu.lost().is_some());
    }
}
