//! egui_plot, drawn by egui-wgpu on the software adapter, at the work that `benches/peers/run` describes.
//!
//!     peer-egui-plot VARIANT DATA POINTS     one case; prints a line of JSON
//!
//! The whole frame is timed: layout, tessellation, sending, drawing and reading the pixels back. The points are handed over
//! borrowed, in egui_plot's own form; the bounds are given.

use std::error::Error;
use std::time::Instant;

use egui::{Color32, Pos2, RawInput, Rect, vec2};
use egui_plot::{Line, Plot, PlotBounds, PlotPoint, PlotPoints};
use egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};

const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1080;
/// A part of the width that stays empty at the right, as in every peer.
const AHEAD: f64 = 1.05;
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// The line that all draw; see `work.py`.
fn line(data: &str, points: u32, seed: u32) -> Vec<PlotPoint> {
    let mut y = 0.0;
    let value = |i: u32| {
        let mut mixed = i
            .wrapping_mul(0x9E37_79B9)
            .wrapping_add(seed.wrapping_mul(0x85EB_CA6B));
        mixed = (mixed ^ mixed >> 16).wrapping_mul(0x21F0_AAAD);
        mixed = (mixed ^ mixed >> 15).wrapping_mul(0x735A_2D97);
        let noise = f64::from(mixed ^ mixed >> 15) / 2_147_483_648.0 - 1.0;
        y = match data {
            "walk" => y + noise,
            _ => 1.0 / (1.0 + 4.0 * f64::from(i) / f64::from(points)) + 0.1 * noise,
        };
        PlotPoint::new(f64::from(i), y)
    };
    (0..points).map(value).collect()
}

/// Where pixels come from: a device, a texture to draw in, a buffer to read from.
struct Screen {
    device: wgpu::Device,
    queue: wgpu::Queue,
    renderer: Renderer,
    texture: wgpu::Texture,
    buffer: wgpu::Buffer,
    adapter: String,
}

impl Screen {
    fn new(dithering: bool) -> Result<Self, Box<dyn Error>> {
        let descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        let instance = wgpu::Instance::new(descriptor);
        let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
        let adapter = adapters
            .into_iter()
            .find(|adapter| adapter.get_info().device_type == wgpu::DeviceType::Cpu)
            .ok_or("no software adapter: install mesa-vulkan-drivers")?;
        let (device, queue) =
            pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
                required_limits: adapter.limits(),
                ..Default::default()
            }))?;
        let options = RendererOptions {
            dithering,
            ..Default::default()
        };
        let renderer = Renderer::new(&device, FORMAT, options);
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d {
                width: WIDTH,
                height: HEIGHT,
                depth_or_array_layers: 1,
            },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(WIDTH * HEIGHT * 4),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        Ok(Self {
            device,
            queue,
            renderer,
            texture,
            buffer,
            adapter: adapter.get_info().name,
        })
    }

    /// Draws what egui laid out and reads it back into `pixels`.
    fn draw(
        &mut self,
        context: &egui::Context,
        output: egui::FullOutput,
        pixels: &mut Vec<u8>,
    ) -> Result<(), Box<dyn Error>> {
        let mut textures = output.textures_delta;
        let jobs = context.tessellate(output.shapes, output.pixels_per_point);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        let Self { device, queue, .. } = self;
        for (id, deltas) in &textures.set {
            for delta in deltas {
                self.renderer.update_texture(device, queue, *id, delta);
            }
        }
        let screen = ScreenDescriptor {
            size_in_pixels: [WIDTH, HEIGHT],
            pixels_per_point: 1.0,
        };
        let before = self
            .renderer
            .update_buffers(device, queue, &mut encoder, &jobs, &screen);
        let view = self.texture.create_view(&Default::default());
        let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..Default::default()
        });
        self.renderer
            .render(&mut pass.forget_lifetime(), &jobs, &screen);
        encoder.copy_texture_to_buffer(
            self.texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &self.buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(WIDTH * 4),
                    rows_per_image: None,
                },
            },
            self.texture.size(),
        );
        queue.submit(before.into_iter().chain([encoder.finish()]));
        self.buffer.map_async(wgpu::MapMode::Read, .., |_| ());
        device.poll(wgpu::PollType::wait_indefinitely())?;
        pixels.clear();
        pixels.extend_from_slice(&self.buffer.get_mapped_range(..)?);
        self.buffer.unmap();
        for id in &textures.free {
            self.renderer.free_texture(id);
        }
        // egui insists that all of them were applied.
        textures.clear();
        Ok(())
    }
}

/// egui's part of a frame: one line, as wide as a pixel, and nothing else.
fn lay_out(context: &egui::Context, points: &[PlotPoint], bounds: PlotBounds) -> egui::FullOutput {
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(
            Pos2::ZERO,
            vec2(WIDTH as f32, HEIGHT as f32),
        )),
        max_texture_side: Some(4096),
        ..Default::default()
    };
    context.run_ui(input, |ui| {
        Plot::new("plot")
            .show_axes(false)
            .show_grid(false)
            .show_x(false)
            .show_y(false)
            .show_background(false)
            .width(WIDTH as f32)
            .height(HEIGHT as f32)
            .show(ui, |plot| {
                plot.set_plot_bounds(bounds);
                let line = Line::new("walk", PlotPoints::Borrowed(points));
                plot.line(line.width(1.0).color(Color32::WHITE).allow_hover(false));
            });
    })
}

/// The median of the redraws, in seconds, and how many there were; by the rules of `work.py`.
fn measure(
    mut redraw: impl FnMut(usize) -> Result<(), Box<dyn Error>>,
) -> Result<(f64, usize), Box<dyn Error>> {
    let mut times: Vec<f64> = Vec::new();
    loop {
        let begin = Instant::now();
        redraw(times.len())?;
        times.push(begin.elapsed().as_secs_f64());
        let total: f64 = times.iter().sum();
        let least = if times[0] > 2.0 { 3 } else { 7 };
        let is_enough = times.len() >= least && total >= 2.0;
        if is_enough || times.len() == 200 || total >= 60.0 {
            times.sort_by(f64::total_cmp);
            return Ok((times[times.len() / 2], times.len()));
        }
    }
}

/// A package's, from the lock file.
fn version(package: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let named = format!("name = \"{package}\"\nversion = \"");
    let after = lock.split(&*named).nth(1);
    after.and_then(|rest| rest.split('"').next()).unwrap_or("?")
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [variant, data, points] = &arguments[..] else {
        return Err("usage: peer-egui-plot default|plain walk|loss POINTS".into());
    };
    let points: u32 = points.parse()?;
    let is_plain = match &**variant {
        "default" => false,
        "plain" => true,
        other => return Err(format!("no variant {other}").into()),
    };
    let lines = [line(data, points, 1), line(data, points, 2)];
    let ys = || lines.iter().flatten().map(|point| point.y);
    let bounds = PlotBounds::from_min_max(
        [0.0, ys().fold(f64::INFINITY, f64::min)],
        [
            f64::from(points) * AHEAD,
            ys().fold(f64::NEG_INFINITY, f64::max),
        ],
    );
    let context = egui::Context::default();
    context.tessellation_options_mut(|options| options.feathering = !is_plain);
    let mut screen = Screen::new(!is_plain)?;
    let mut pixels = Vec::new();
    let mut redraw = |turn: usize, pixels: &mut Vec<u8>| {
        let output = lay_out(&context, &lines[turn % 2], bounds);
        screen.draw(&context, output, pixels)
    };
    redraw(0, &mut pixels)?;
    let mut other = Vec::new();
    redraw(1, &mut other)?;
    let ink = pixels
        .chunks_exact(4)
        .filter(|p| **p != pixels[..4])
        .count();
    if ink == 0 || pixels == other {
        return Err("the picture does not show the data".into());
    }
    if let Ok(path) = std::env::var("PEERS_PICTURE") {
        std::fs::write(path, &pixels)?;
    }
    let (seconds, runs) = measure(|turn| redraw(turn, &mut pixels))?;
    let line = serde_json::json!({
        "peer": "egui_plot",
        "variant": variant,
        "data": data,
        "points": points,
        "seconds": seconds,
        "runs": runs,
        "version": version("egui_plot"),
        "using": format!("egui {}, wgpu {}", version("egui"), version("wgpu")),
        "adapter": screen.adapter,
    });
    println!("{line}");
    Ok(())
}
