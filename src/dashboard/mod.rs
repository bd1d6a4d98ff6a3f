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
mod arrangement;
mod asked;
mod best;
mod chart;
mod choosing;
mod commands;
mod comparison;
mod cursor;
mod dialog;
mod fields;
mod filter;
mod frame_panel;
mod frames;
mod hands;
mod header;
mod header_buttons;
mod help;
mod history;
mod keeping;
mod keys;
mod layouts;
mod learning_rate;
mod legend;
mod list_keys;
mod log;
mod marks;
mod meant;
mod model;
mod moving;
mod nearest;
mod new_run;
mod node;
mod notices;
mod number;
mod obeying;
mod overlay;
mod pace;
mod palette;
mod panel_menu;
mod panes;
mod pen;
mod pins;
mod places;
mod popped;
mod readout;
mod run_list;
mod runs_table;
mod sample;
mod saved;
mod series_drag;
mod series_list;
mod series_menu;
mod series_rows;
mod sidebar;
mod sight;
mod smoothing;
mod statistics;
mod status;
mod still;
mod style;
mod sub_header;
mod summary;
mod ticks;
mod trail;
mod tree;
mod view;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use egui::epaint::Primitive;
use egui::{ClippedPrimitive, Context, RawInput};

pub use best::{Best, best_values};
pub use frames::{FrameHistory, FrameRecord, FrameStats};
pub use model::{
    Action, FigureKind, FigureWish, Layout, Model, Notice, Offer, Others, RecordingView, Request,
    StartWish,
};
pub use node::{Node, Share};
pub use pace::{BUDGET, Cost, Pace};
pub use popped::PoppedPanel;

pub use saved::{SavedTheme, SavedView, SavedViews, SavedX, SavedY};
pub use still::{Still, StillLayout, Subject};
pub use style::{font_files, font_weight};

use crate::message::Unit;
use crate::scene::{Plot, Smoothing, Theme, Viewport};
use keeping::Keeping;
use popped::Sheet;
use view::View;

/// The payload of the callback that stands where the data belongs: after it comes what is painted over the data.
#[derive(Clone, Copy, Debug)]
pub struct DataLayer;

/// What a person has chosen to see of a run, laid out in one window or several: see [`PoppedPanel`].
#[derive(Debug)]
pub struct Dashboard {
    view: View,
    /// The main window.
    main: Sheet,
    /// The windows of single panels, by the panels' names.
    popped: BTreeMap<String, Sheet>,
    keeping: Keeping,
}

impl Dashboard {
    /// A dashboard in a theme. Times in the log are in the system's time zone.
    #[must_use]
    pub fn new(theme: Theme) -> Self {
        let now = jiff::Timestamp::now();
        let offset = jiff::tz::TimeZone::system().to_offset(now);
        Self {
            view: View::new(theme, offset.seconds()),
            main: Sheet::new(theme),
            popped: BTreeMap::new(),
            keeping: Keeping::default(),
        }
    }

    /// The egui context that the main window is laid out in.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.main.ctx
    }

    /// The egui context that the window of a popped-out panel is laid out in; `None` where the panel is at home.
    #[must_use]
    pub fn popped_context(&self, name: &str) -> Option<&Context> {
        self.popped.get(name).map(|sheet| &sheet.ctx)
    }

    /// The theme it is laid out in.
    #[must_use]
    pub const fn theme(&self) -> Theme {
        self.view.theme
    }

    /// Changes the theme from the next layout on. It is not kept as a person's choice is.
    pub const fn set_theme(&mut self, theme: Theme) {
        self.view.theme = theme;
    }

    /// Sets the smoothing; [`Smoothing::USUAL`] until then.
    pub const fn set_smoothing(&mut self, smoothing: Smoothing) {
        self.view.smoothing = smoothing.limited();
    }

    /// What a person has arranged, to be kept.
    #[must_use]
    pub fn saved(&self) -> SavedViews {
        keeping::saved(&self.view, self.zoom())
    }

    /// What a person has arranged, where that is not what it was when this was asked last, or restored. Costs little where
    /// nothing has changed: a driver asks after each layout.
    pub fn newly_saved(&mut self) -> Option<SavedViews> {
        let zoom = self.zoom();
        self.keeping.news(&self.view, zoom)
    }

    /// Arranges things as they were kept.
    pub fn restore(&mut self, saved: &SavedViews) {
        self.view.take(&saved.last);
        self.set_zoom(saved.last.zoom.unwrap_or(1.0));
        self.view.layouts = Arc::new(saved.named.clone());
        self.keeping = Keeping::restored(saved);
    }

    /// How large everything is drawn: 1 as it is meant to be.
    #[must_use]
    pub fn zoom(&self) -> f32 {
        self.main.ctx.zoom_factor()
    }

    /// Sets how large everything is drawn, within what can be used; from the next input on.
    pub fn set_zoom(&mut self, zoom: f32) {
        let zoom = obeying::limited_zoom(zoom);
        self.main
            .ctx
            .options_mut(|options| options.zoom_factor = zoom);
    }

    /// Sets how far the local time shown in the log is ahead of UTC, in seconds, instead of what the system says.
    pub const fn set_utc_offset(&mut self, seconds: i32) {
        self.view.utc_offset_s = seconds;
    }

    /// Opens the dialog in which a run is started: where nothing was picked before.
    pub const fn ask_for_run(&mut self) {
        self.view.new_run.open();
    }

    /// What is seen now, frozen: for a picture that may be made later, and elsewhere.
    #[must_use]
    pub fn still(&self, model: &Model<'_>) -> Still {
        Still::new(self.view.clone(), model)
    }

    /// The panels that have windows of their own. A person may change that in any layout: a driver asks after each.
    #[must_use]
    pub fn popped(&self) -> &[PoppedPanel] {
        &self.view.popped
    }

    /// Gives the panel of that name a window of its own: the main window leaves it out from the next layout on.
    pub fn pop_out(&mut self, name: &str) {
        self.view.pop_out(name, None);
        popped::keep_sheets(&mut self.popped, &self.view);
    }

    /// Takes the panel of that name back into the main window.
    pub fn pop_in(&mut self, name: &str) {
        self.view.pop_in(name);
        popped::keep_sheets(&mut self.popped, &self.view);
    }

    /// Notes where the window of a popped-out panel stands, and how large it is.
    pub fn place_popped(&mut self, name: &str, size: [f32; 2], position: Option<[i32; 2]>) {
        let mut panels = self.view.popped.iter_mut();
        if let Some(panel) = panels.find(|panel| panel.name == name) {
            panel.size = size;
            panel.position = position.or(panel.position);
        }
    }

    /// Lays out the main window. Same model, same input, same layout, whatever `input.time` says.
    ///
    /// A layout's textures must reach the renderer even where the layout is not painted.
    #[must_use]
    pub fn layout(&mut self, model: &Model<'_>, input: RawInput) -> Layout {
        let show = |view: &mut View, ui: &egui::Ui, actions: &mut Vec<Action>| {
            view.show(ui, model, actions)
        };
        let title = format!("{} — emberscope", model.scene.run.info.name);
        let layout = self.main.lay(&mut self.view, input, &title, show);
        self.finished(layout, model)
    }

    /// Lays out the window of the popped-out panel of that name; `None` where it has none. Its keys and its wheel work on
    /// what all windows show, as in the main one.
    #[must_use]
    pub fn layout_popped(
        &mut self,
        name: &str,
        model: &Model<'_>,
        input: RawInput,
    ) -> Option<Layout> {
        let sheet = self.popped.get_mut(name)?;
        let layout = sheet.lay_popped(&mut self.view, name, model, input);
        Some(self.finished(layout, model))
    }

    /// The layout with what all windows show. Whoever builds scenes knows one viewport.
    fn finished(&mut self, mut layout: Layout, model: &Model<'_>) -> Layout {
        popped::keep_sheets(&mut self.popped, &self.view);
        layout.viewport = self.viewport(model);
        layout
    }

    fn viewport(&self, model: &Model<'_>) -> Viewport {
        let placed = |sheet: &Sheet| {
            let pixels_per_point = sheet.pixels_per_point;
            let plots = sheet.plots.clone();
            plots.into_iter().map(move |plot| (plot, pixels_per_point))
        };
        let popped: Vec<_> = self.popped.values().flat_map(placed).collect();
        // A panel that has just left the main window was still there in its last layout.
        let is_away = |plot: &Plot| popped.iter().any(|(other, _)| other.panel == plot.panel);
        let at_home = placed(&self.main).filter(|(plot, _)| !is_away(plot));
        let plots: Vec<_> = at_home.chain(popped.iter().copied()).collect();
        self.view
            .viewport(model, &plots, self.main.pixels_per_point)
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
