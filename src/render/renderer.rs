//! Frames: chrome when it changes, data when it has news.
//!
//! In: what egui wants painted; scenes, with the places their panels have. Out: finished pictures in a target, and a report
//! of what each cost. The one idea: two rhythms. Painting chrome is dear and rare; a frame of data gives a panel its chrome
//! back by a copy and draws its lines there, only where something is new. What a panel shows is known by a key of all that
//! its pixels depend on; the same key means the same pixels.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::arena::Arena;
use super::canvas::{Canvas, Presenter};
use super::data::DataPipelines;
use super::gpu::Gpu;
use super::news::{News, View};
use super::painter::{Chrome, Painter, TextureChanges, TextureCopies, opaque};
use super::target::{Skip, Target};
use super::timer::{GpuTime, Timer};
use crate::scene::{Plot, Scene, Theme};

/// What a frame did and what it cost, in microseconds of the calling thread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FrameReport {
    /// Counts calls of [`Renderer::draw`] from 1.
    pub frame: u64,
    /// Why nothing was shown; `None` where it was.
    pub skipped: Option<Skip>,
    /// Finding and sending what is new.
    pub upload_us: u64,
    /// Recording and submitting commands.
    pub encode_us: u64,
    /// Waiting for an image of the window's to draw into.
    pub acquire_us: u64,
    /// Handing the image to the display.
    pub present_us: u64,
    /// Bytes sent to the device: 0 where nothing is new.
    pub uploaded_bytes: u64,
    /// Panels whose lines were drawn.
    pub redrawn_panels: u32,
    /// Pixels that got their chrome back and their lines drawn again.
    pub restored_px: u64,
    /// More is new than one frame may send: draw again soon.
    pub is_pending: bool,
    /// The GPU's work for an earlier frame, where it can tell and has told. Each frame's comes once, in the frames' order.
    pub gpu: Option<GpuTime>,
}

/// What painting chrome did and cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChromeReport {
    /// Microseconds of the calling thread.
    pub encode_us: u64,
    /// Pixels that were painted again, of all the window's.
    pub painted_px: u64,
}

/// Draws windows' contents. One a device and format; it keeps the layers of one window.
pub struct Renderer {
    gpu: Gpu,
    format: wgpu::TextureFormat,
    painter: Painter,
    data: DataPipelines,
    arena: Arena,
    presenter: Presenter,
    timer: Timer,
    canvas: Option<Canvas>,
    pixels_per_point: f32,
    news: News,
    frame: u64,
    is_broken: bool,
}

impl Renderer {
    /// A renderer for targets of that format, see [`Target::format`].
    #[must_use]
    pub fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        Self::with_textures(gpu, format, TextureCopies::default())
    }

    /// A renderer on another device, after one was lost. egui's textures come along: egui sends each only once.
    #[must_use]
    pub fn rebuilt(self, gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        Self::with_textures(gpu, format, self.painter.into_copies())
    }

    fn with_textures(gpu: &Gpu, format: wgpu::TextureFormat, textures: TextureCopies) -> Self {
        // The layers hold sRGB as bytes; a surface that converts gets the bytes as they are.
        let format = format.remove_srgb_suffix();
        Self {
            painter: Painter::new(gpu, format, textures),
            data: DataPipelines::new(gpu, format),
            arena: Arena::new(gpu),
            presenter: Presenter::default(),
            timer: Timer::new(gpu),
            gpu: gpu.clone(),
            format,
            canvas: None,
            pixels_per_point: 1.0,
            news: News::default(),
            frame: 0,
            is_broken: false,
        }
    }

    /// Paints the chrome where it differs from what stands, and keeps what lies over the data for the frames to come.
    ///
    /// Once the device is lost the textures are kept, for the next device, and nothing is painted.
    pub fn paint_chrome(&mut self, mut chrome: Chrome, theme: &Theme) -> ChromeReport {
        let began = Instant::now();
        // Before anything can fail: egui sends each only once.
        let textures = self.painter.keep_textures(&mut chrome.textures);
        if self.is_lost() {
            return ChromeReport::default();
        }
        // egui's painter panics where the device is lost, or has no memory left, while it is being filled.
        let painted = catch_unwind(AssertUnwindSafe(|| self.paint(chrome, &textures, theme)));
        let painted_px = painted.unwrap_or_else(|_| {
            self.is_broken = true;
            tracing::error!("the graphics device took no more chrome");
            0
        });
        ChromeReport {
            encode_us: micros_since(began),
            painted_px,
        }
    }

    fn paint(&mut self, mut chrome: Chrome, textures: &TextureChanges, theme: &Theme) -> u64 {
        let largest = self.gpu.summary().max_texture_px;
        chrome.size_px = chrome.size_px.map(|length| length.clamp(1, largest));
        let keeps_texture = self
            .canvas
            .as_ref()
            .is_some_and(|canvas| canvas.size_px == chrome.size_px);
        if !keeps_texture {
            self.canvas = None;
            self.news.picture_replaced();
        }
        self.pixels_per_point = chrome.pixels_per_point;
        let canvas = self
            .canvas
            .get_or_insert_with(|| Canvas::new(&self.gpu, self.format, chrome.size_px));
        let mut encoder = encoder(&self.gpu, "chrome");
        let prepared = self.painter.prepare(
            &self.gpu,
            &mut encoder,
            chrome,
            textures,
            theme.background,
            keeps_texture,
        );
        let painted = prepared.damage.iter().map(|rect| rect.area()).sum();
        self.news.chrome_changed(&prepared.damage);
        self.painter
            .paint(&mut encoder, &canvas.chrome.view, prepared);
        self.gpu.queue().submit([encoder.finish()]);
        painted
    }

    /// Draws `scene`'s panels at `plots` over the chrome, where they have news, and shows the result in `target`.
    pub fn draw(
        &mut self,
        target: &mut Target,
        scene: &Arc<Scene>,
        plots: &[Plot],
        theme: &Theme,
    ) -> FrameReport {
        self.frame += 1;
        let mut report = FrameReport {
            frame: self.frame,
            ..FrameReport::default()
        };
        report.skipped = match target.size_px() {
            _ if self.is_lost() => Some(Skip::DeviceLost),
            size if size.contains(&0) => Some(Skip::Empty),
            _ => None,
        };
        if report.skipped.is_some() {
            return report;
        }

        let began = Instant::now();
        self.ensure_canvas(target.size_px(), theme);
        let Some(canvas) = &self.canvas else {
            // Only a device that is lost gives none.
            report.skipped = Some(Skip::DeviceLost);
            return report;
        };
        let view = View {
            scene,
            plots,
            theme,
            pixels_per_point: self.pixels_per_point,
            size_px: canvas.size_px,
        };
        report.is_pending = self.news.admit(&self.gpu, &mut self.arena, &view);
        let news = self.news.plan(&self.arena, &view);
        report.redrawn_panels = news.panels;
        report.restored_px = news.restored.iter().map(|rect| rect.area()).sum();
        report.uploaded_bytes =
            self.arena.sent_bytes() + self.data.send(&self.gpu, &self.arena, &news);
        report.upload_us = micros_since(began);

        // The window's image comes as late as it can: waiting for it holds nothing else up.
        let began = Instant::now();
        let image = target.begin();
        report.acquire_us = micros_since(began);

        let began = Instant::now();
        let mut encoder = encoder(&self.gpu, "frame");
        let query = self.timer.begin(self.frame, &mut encoder);
        for rect in &news.restored {
            canvas.restore(&mut encoder, *rect);
        }
        if !news.parts.is_empty() {
            self.data
                .record(&mut canvas.draw_pass(&mut encoder), &news.parts);
        }
        if let Ok(image) = &image {
            let texture = image.texture();
            let view = texture.create_view(&wgpu::TextureViewDescriptor {
                format: Some(self.format),
                ..Default::default()
            });
            let background = opaque(theme.background);
            self.presenter
                .put(&self.gpu, &mut encoder, canvas, texture, &view, background);
            let size_px = [texture.width(), texture.height()];
            self.painter.paint_overlay(&mut encoder, &view, size_px);
        }
        self.timer.end(&mut encoder, query);
        self.gpu.queue().submit([encoder.finish()]);
        self.timer.end_frame(&self.gpu);
        report.gpu = self.timer.take();
        report.encode_us = micros_since(began);

        let began = Instant::now();
        match image {
            Ok(image) => target.present(image),
            Err(skip) => report.skipped = Some(skip),
        }
        report.present_us = micros_since(began);
        report
    }

    fn is_lost(&self) -> bool {
        self.is_broken || self.gpu.lost().is_some()
    }

    /// Before the first chrome there is only the background.
    fn ensure_canvas(&mut self, size_px: [u32; 2], theme: &Theme) {
        if self.canvas.is_none() {
            let chrome = Chrome {
                primitives: Vec::new(),
                textures: egui::TexturesDelta::default(),
                size_px,
                pixels_per_point: self.pixels_per_point,
            };
            self.paint_chrome(chrome, theme);
        }
    }
}

fn encoder(gpu: &Gpu, label: &str) -> wgpu::CommandEncoder {
    gpu.device()
        .create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some(label) })
}

fn micros_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renderer")
            .field("gpu", &self.gpu)
            .field("format", &self.format)
            .field("frame", &self.frame)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use egui::epaint::{ClippedPrimitive, ImageDelta, Mesh, Primitive};
    use egui::{Color32, ColorImage, Rect, TextureId, TextureOptions, TexturesDelta, pos2};

    use super::*;
    use crate::render::target::OFFSCREEN_FORMAT;

    const SIZE_PX: [u32; 2] = [8, 8];
    const LIMIT: Duration = Duration::from_secs(10);

    fn gpu() -> Gpu {
        Gpu::software().expect("these tests need a software adapter")
    }

    /// A square in the left upper corner, in the colour of the texture's first pixel.
    fn chrome(side: f32, texture: Option<ImageDelta>) -> Chrome {
        let mut mesh = Mesh::with_texture(TextureId::default());
        let square = Rect::from_min_max(pos2(0.0, 0.0), pos2(side, side));
        let first = pos2(0.25, 0.5);
        mesh.add_rect_with_uv(square, Rect::from_min_max(first, first), Color32::WHITE);
        let mut textures = TexturesDelta::default();
        if let Some(delta) = texture {
            textures.push(TextureId::default(), delta);
        }
        Chrome {
            primitives: vec![ClippedPrimitive {
                clip_rect: Rect::EVERYTHING,
                primitive: Primitive::Mesh(mesh),
            }],
            textures,
            size_px: SIZE_PX,
            pixels_per_point: 1.0,
        }
    }

    #[test]
    fn a_glyph_that_comes_while_the_device_is_lost_is_not_lost_with_it() {
        let theme = Theme::DARK;
        for is_known in [true, false] {
            let lost = gpu();
            let mut renderer = Renderer::new(&lost, OFFSCREEN_FORMAT);
            let empty = ColorImage::filled([2, 1], Color32::BLACK);
            let empty = ImageDelta::full(empty, TextureOptions::NEAREST);
            renderer.paint_chrome(chrome(4.0, Some(empty)), &theme);

            lost.device().destroy();
            if is_known {
                assert!(lost.wait(LIMIT).is_err());
            }
            let glyph = ColorImage::filled([1, 1], Color32::RED);
            let glyph = ImageDelta::partial([0, 0], glyph, TextureOptions::NEAREST);
            renderer.paint_chrome(chrome(8.0, Some(glyph)), &theme);

            let new = gpu();
            let mut target = Target::offscreen(&new, SIZE_PX);
            let mut renderer = renderer.rebuilt(&new, target.format());
            renderer.paint_chrome(chrome(8.0, None), &theme);
            renderer.draw(&mut target, &Arc::default(), &[], &theme);
            let picture = target.read_rgba().expect("it is read back");
            let red = [255, 0, 0, 255];
            assert_eq!(picture.pixel(6, 6), red, "loss known: {is_known}");
        }
    }

    #[test]
    fn the_hook_is_called_once_a_picture_and_not_where_none_is_shown() {
        let gpu = gpu();
        let mut target = Target::offscreen(&gpu, SIZE_PX);
        let mut renderer = Renderer::new(&gpu, target.format());
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        target.on_present(Box::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        }));
        let mut draw = || {
            renderer
                .draw(&mut target, &Arc::default(), &[], &Theme::DARK)
                .skipped
        };
        assert_eq!([draw(), draw()], [None, None]);
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        gpu.device().destroy();
        assert!(gpu.wait(LIMIT).is_err());
        assert_eq!(draw(), Some(Skip::DeviceLost));
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }
}
