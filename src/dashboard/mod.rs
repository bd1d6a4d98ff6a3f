//! The dashboard: a run's scene and a person's input in, shapes, plot rectangles and actions out.
//!
//! [`Dashboard::layout`] turns a [`Model`] (everything there is to show) and egui's raw input into a [`Layout`]: triangles for
//! the chrome (panels, axes, text, buttons), the rectangles in which a renderer draws the data, and the [`Action`]s that a
//! person asked for. It draws no data itself: a plot's ground and grid are all it puts there. The window and the headless
//! driver use the same.
//!
//! The one idea: *a layout is a function of model and input.* Nothing depends on the time, nothing moves by itself, and a
//! layout never asks for another. So a driver lays out when there is news or input and at no other time, and a picture can be
//! compared with the last one: [`Layout::is_changed`].
//!
//! How often to do so is [`Pace`]'s to say.

mod arrange;
mod best;
mod chart;
mod commands;
mod dialog;
mod frame_panel;
mod frames;
mod hands;
mod header;
mod help;
mod keys;
mod legend;
mod log;
mod model;
mod nearest;
mod notices;
mod number;
mod pace;
mod palette;
mod pen;
mod sidebar;
mod sight;
mod smoothing;
mod status;
mod style;
mod sub_header;
mod summary;
mod ticks;
mod view;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use egui::epaint::Primitive;
use egui::{ClippedPrimitive, Context, RawInput};

pub use best::{Best, best_values};
pub use frames::{FrameHistory, FrameRecord, FrameStats};
pub use model::{Action, Layout, Model, Notice, RecordingView, Request};
pub use pace::{BUDGET, Cost, Pace};

use crate::message::Unit;
use crate::scene::{Plot, Smoothing, Theme};
use view::View;

/// The payload of the callback that stands where the data belongs: after it comes what is painted over the data.
#[derive(Clone, Copy, Debug)]
pub struct DataLayer;

/// One window's dashboard: an egui context and what a person has chosen to see.
#[derive(Debug)]
pub struct Dashboard {
    ctx: Context,
    view: View,
    /// What the last layout looked like.
    fingerprint: Option<u64>,
}

impl Dashboard {
    /// A dashboard in a theme. Times in the log are in the system's time zone.
    #[must_use]
    pub fn new(theme: Theme) -> Self {
        let ctx = Context::default();
        style::install(&ctx, &theme);
        let now = jiff::Timestamp::now();
        let offset = jiff::tz::TimeZone::system().to_offset(now);
        Self {
            ctx,
            view: View::new(theme, offset.seconds()),
            fingerprint: None,
        }
    }

    /// The egui context that it is laid out in.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.ctx
    }

    /// The theme it is laid out in.
    #[must_use]
    pub const fn theme(&self) -> Theme {
        self.view.theme
    }

    /// Changes the theme from the next layout on.
    pub fn set_theme(&mut self, theme: Theme) {
        self.view.theme = theme;
        style::apply(&self.ctx, &theme);
    }

    /// Sets the smoothing; [`Smoothing::USUAL`] until then.
    pub const fn set_smoothing(&mut self, smoothing: Smoothing) {
        self.view.smoothing = smoothing.limited();
    }

    /// How large everything is drawn: 1 as it is meant to be.
    #[must_use]
    pub fn zoom(&self) -> f32 {
        self.ctx.zoom_factor()
    }

    /// Sets how large everything is drawn, within what can be used; from the next input on.
    pub fn set_zoom(&mut self, zoom: f32) {
        let zoom = view::limited_zoom(zoom);
        self.ctx.options_mut(|options| options.zoom_factor = zoom);
    }

    /// Sets how far the local time shown in the log is ahead of UTC, in seconds, instead of what the system says.
    pub const fn set_utc_offset(&mut self, seconds: i32) {
        self.view.utc_offset_s = seconds;
    }

    /// Lays out everything. Same model, same input, same layout, whatever `input.time` says.
    ///
    /// A layout's textures must reach the renderer even where the layout is not painted.
    #[must_use]
    pub fn layout(&mut self, model: &Model<'_>, input: RawInput) -> Layout {
        let has_events = !input.events.is_empty();
        let mut settled = input.clone();
        settled.events.clear();
        let mut shown = Shown::default();
        let mut actions = Vec::new();
        let (ctx, view) = (&self.ctx, &mut self.view);
        let mut pass = |view: &mut View, input| {
            ctx.run_ui(input, |ui| {
                shown = view.show(ui, model, &mut actions);
            })
        };
        let mut output = pass(view, input);
        // What a click changes, and what opens for the first time, is right in the pass after it: it is run at once instead
        // of asking for another layout.
        if has_events || ctx.has_requested_repaint() {
            // What was chosen in the palette is done once egui knows that it is gone, and seen in the pass after that.
            let more = if view.has_chosen() { 3 } else { 1 };
            for _ in 0..more {
                output.append(pass(view, settled.clone()));
            }
        }
        let primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        let fingerprint = fingerprint(&primitives, &shown.plots, output.pixels_per_point);
        let is_changed = self.fingerprint.replace(fingerprint) != Some(fingerprint)
            || !output.textures_delta.is_empty();
        Layout {
            primitives,
            textures: output.textures_delta,
            pixels_per_point: output.pixels_per_point,
            theme: self.view.theme,
            platform: output.platform_output,
            viewport: self
                .view
                .viewport(model, &shown.plots, output.pixels_per_point),
            plots: shown.plots,
            actions,
            is_changed,
        }
    }
}

/// What showing the view yields beside shapes.
#[derive(Debug, Default)]
struct Shown {
    plots: Vec<Plot>,
}

/// A number that changes when the picture does.
fn fingerprint(primitives: &[ClippedPrimitive], plots: &[Plot], pixels_per_point: f32) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u32(pixels_per_point.to_bits());
    for ClippedPrimitive {
        clip_rect,
        primitive,
    } in primitives
    {
        let (min, max) = (clip_rect.min, clip_rect.max);
        hasher.write(bytemuck::cast_slice(&[min.x, min.y, max.x, max.y]));
        match primitive {
            Primitive::Mesh(mesh) => {
                mesh.texture_id.hash(&mut hasher);
                hasher.write(bytemuck::cast_slice(&mesh.indices));
                hasher.write(bytemuck::cast_slice(&mesh.vertices));
            }
            Primitive::Callback(_) => hasher.write_u8(0),
        }
    }
    for Plot {
        panel,
        rect,
        bounds,
        highlight,
    } in plots
    {
        highlight.hash(&mut hasher);
        panel.hash(&mut hasher);
        hasher.write(bytemuck::cast_slice(&[
            rect.left,
            rect.top,
            rect.right,
            rect.bottom,
        ]));
        hasher.write(bytemuck::cast_slice(&[
            bounds.x.start,
            bounds.x.end,
            bounds.y.start,
            bounds.y.end,
        ]));
    }
    hasher.finish()
}

/// A value with its unit, as the dashboard writes it: `98.1 %`, `32.9 ms`, `1,946 samples/s`, `8.20e−4`.
#[must_use]
pub fn written(value: f64, unit: &Unit) -> String {
    number::with_unit(value, unit, number::Digits::Full)
}

/// A span of time, as the dashboard writes it: `0:42`, `1:01:05`.
#[must_use]
pub fn clock(duration: Duration) -> String {
    number::clock(duration)
}
