//! Panels that stand in windows of their own.
//!
//! In comes the name of a panel, out comes a layout that shows it alone: title, legend and axes by the code that draws it in
//! the main window. The one idea: *several sheets, one view.* A window has its own egui context, its own pointer and its own
//! help; all else that a person has chosen (ranges, smoothing, theme) is the view's, so what a hand does in one window is
//! seen in all.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::epaint::PaintCallback;
use egui::{Context, RawInput, Rect, Role, Sense, Shape, Ui, Vec2, WidgetInfo, vec2};

use super::arrange::GAP;
use super::pen::{At, Ink, Pen};
use super::style::{self, Face, size};
use super::view::View;
use super::{Action, DataLayer, Layout, Model, Shown, chart, fingerprint, hands, help};
use crate::scene::{Panel, PanelId, Plot, Theme, Viewport};

/// The first size of a window, in points, where nothing says how large its panel was.
const USUAL_SIZE: Vec2 = vec2(640.0, 400.0);
/// A window is not smaller than this at first.
const LEAST_SIZE: Vec2 = vec2(400.0, 260.0);

/// A file that asks for more windows does not get them.
const MOST_WINDOWS: usize = 16;

/// A panel that has a window of its own.
#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct PoppedPanel {
    /// [`Panel::name`]. There need not be such a panel at present.
    pub name: String,
    /// The size of what its window holds, in points.
    pub size: [f32; 2],
    /// Where its window stands on the screen, in physical pixels, once that is known.
    #[serde(default)]
    pub position: Option<[i32; 2]>,
}

/// What of a view is each popped-out window's own. While such a window is laid out, it takes the place of the main one's.
#[derive(Clone, Debug, Default)]
struct Own {
    shown: Vec<(PanelId, Rect)>,
    is_help_open: bool,
}

/// One window: an egui context, and what its last layout looked like.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The context that it is laid out in.
    pub ctx: Context,
    /// Where data was in the last layout.
    pub plots: Vec<Plot>,
    /// Physical pixels per point of the last layout.
    pub pixels_per_point: f32,
    /// What the context's style is for.
    theme: Theme,
    fingerprint: Option<u64>,
    had_pointer: bool,
    own: Own,
}

impl Sheet {
    /// A sheet that nothing was laid out on.
    pub(super) fn new(theme: Theme) -> Self {
        let ctx = Context::default();
        style::install(&ctx, &theme);
        Self {
            ctx,
            plots: Vec::new(),
            pixels_per_point: 1.0,
            theme,
            fingerprint: None,
            had_pointer: false,
            own: Own::default(),
        }
    }

    /// Lays out what `show` draws. The viewport is left to whoever knows all windows.
    pub(super) fn lay(
        &mut self,
        view: &mut View,
        mut input: RawInput,
        title: &str,
        mut show: impl FnMut(&mut View, &Ui, &mut Vec<Action>) -> Shown,
    ) -> Layout {
        if self.theme != view.theme {
            style::apply(&self.ctx, &view.theme);
        }
        let cursor = view.cursor;
        input.events.retain(hands::is_sound);
        let has_events = !input.events.is_empty();
        let mut settled = input.clone();
        settled.events.clear();
        let mut shown = Shown::default();
        let mut actions = Vec::new();
        let ctx = &self.ctx;
        let mut pass = |view: &mut View, input| {
            ctx.run_ui(input, |ui| {
                ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(title));
                shown = show(view, ui, &mut actions);
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
        self.theme = view.theme;
        // Only a window that the pointer is in, or has just left, says where it is: two windows would differ for ever.
        let has_pointer = self.ctx.pointer_hover_pos().is_some();
        if !has_pointer && !self.had_pointer {
            view.cursor = cursor;
        }
        self.had_pointer = has_pointer;
        let primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        let fingerprint = fingerprint(&primitives, &shown.plots, output.pixels_per_point);
        let is_changed = self.fingerprint.replace(fingerprint) != Some(fingerprint)
            || !output.textures_delta.is_empty();
        self.plots.clone_from(&shown.plots);
        self.pixels_per_point = output.pixels_per_point;
        Layout {
            primitives,
            textures: output.textures_delta,
            pixels_per_point: output.pixels_per_point,
            theme: view.theme,
            platform: output.platform_output,
            viewport: Viewport::default(),
            plots: shown.plots,
            actions,
            is_changed,
        }
    }

    /// Lays out the panel of that name alone.
    pub(super) fn lay_popped(
        &mut self,
        view: &mut View,
        name: &str,
        model: &Model<'_>,
        input: RawInput,
    ) -> Layout {
        let mut own = std::mem::take(&mut self.own);
        let mut panels = model.scene.panels.iter();
        let panel = panels.find(|panel| &*panel.name == name);
        let title = panel.map_or(name, |panel| &*panel.title);
        let title = format!("{title} — {} — emberscope", model.scene.run.info.name);
        let layout = self.lay(view, input, &title, |view, ui, actions| {
            view.lend(&mut own);
            view.here = Some(name.to_owned());
            let shown = view.show_popped(ui, name, model, actions);
            view.here = None;
            view.lend(&mut own);
            shown
        });
        self.own = own;
        layout
    }
}

/// Makes a sheet for each panel that has none, and drops those of panels that are back.
pub(super) fn keep_sheets(sheets: &mut BTreeMap<String, Sheet>, view: &View) {
    sheets.retain(|name, _| view.is_popped(name));
    for panel in &view.popped {
        if !sheets.contains_key(&panel.name) {
            sheets.insert(panel.name.clone(), Sheet::new(view.theme));
        }
    }
}

impl View {
    /// Whether the panel of that name has a window of its own.
    pub(super) fn is_popped(&self, name: &str) -> bool {
        self.popped.iter().any(|panel| panel.name == name)
    }

    /// The panels that the main window shows.
    pub(super) fn panels_at_home<'a>(&self, model: &Model<'a>) -> Vec<&'a Panel> {
        let panels = model.scene.panels.iter().map(|panel| &**panel);
        panels
            .filter(|panel| !self.is_popped(&panel.name))
            .collect()
    }

    /// Gives a panel a window of its own, as large as `rect` where that is known.
    pub(super) fn pop_out(&mut self, name: &str, rect: Option<Rect>) {
        if self.is_popped(name) {
            return;
        }
        let size = rect.map_or(USUAL_SIZE, |rect| {
            (rect.size() + Vec2::splat(2.0 * GAP)).max(LEAST_SIZE)
        });
        self.popped.push(PoppedPanel {
            name: name.to_owned(),
            size: size.into(),
            position: None,
        });
    }

    /// Gives a panel the window that it had.
    pub(super) fn pop_out_as(&mut self, panel: &PoppedPanel) {
        let is_sound = panel
            .size
            .iter()
            .all(|length| (1.0..=16_384.0).contains(length));
        if !self.is_popped(&panel.name) && self.popped.len() < MOST_WINDOWS {
            let size = if is_sound {
                panel.size
            } else {
                USUAL_SIZE.into()
            };
            self.popped.push(PoppedPanel {
                size,
                ..panel.clone()
            });
        }
    }

    /// Takes a panel back into the main window.
    pub(super) fn pop_in(&mut self, name: &str) {
        self.popped.retain(|panel| panel.name != name);
    }

    /// By key: in the main window the panel that is pointed at gets a window, in a window of its own it goes back.
    pub(super) fn pop(&mut self, ui: &Ui, model: &Model<'_>) {
        if self.here.is_some() {
            self.pop_in_here();
        } else if let Some(panel) = self.pointed_at(ui, model) {
            let rect = self.rect_of(panel.id);
            self.pop_out(&panel.name, rect);
        }
    }

    /// Takes back the panel whose window is being laid out.
    pub(super) fn pop_in_here(&mut self) {
        if let Some(name) = self.here.take() {
            self.pop_in(&name);
        }
    }

    fn lend(&mut self, own: &mut Own) {
        std::mem::swap(&mut self.shown, &mut own.shown);
        std::mem::swap(&mut self.is_help_open, &mut own.is_help_open);
    }

    /// Draws the panel of that name into all of its window.
    fn show_popped(
        &mut self,
        ui: &Ui,
        name: &str,
        model: &Model<'_>,
        actions: &mut Vec<Action>,
    ) -> Shown {
        let window = ui.max_rect();
        let area = window.shrink(GAP.min(window.width().min(window.height()) / 4.0));
        let mut panels = model.scene.panels.iter().map(|panel| &**panel);
        let panel = panels.find(|panel| &*panel.name == name);
        self.shown = panel.map(|panel| (panel.id, area)).into_iter().collect();
        self.is_help_open &= !model.closing;
        self.asked.dismiss_elsewhere(ui);
        // The closing question is the main window's: nobody answers here what is asked there.
        if !model.closing {
            self.obey_keys(ui, model, &[], actions);
        }
        let pen = Pen {
            is_covered: model.closing || self.is_help_open,
            ..Pen::new(ui, self.theme)
        };
        let plots = if let Some(panel) = panel {
            chart::show_all(&pen, model, &[(panel, area)], self)
        } else {
            not_there(&pen, name, area);
            Vec::new()
        };
        // As in the main window: what comes later lies over the data.
        ui.painter().add(Shape::Callback(PaintCallback {
            rect: window,
            callback: Arc::new(DataLayer),
        }));
        if self.is_help_open && help::show(ui, &self.theme) {
            self.is_help_open = false;
        }
        Shown { plots }
    }

    /// Where all panels are away: says so, and takes them back where it is clicked.
    pub(super) fn all_away(&mut self, pen: &Pen<'_>, area: Rect) {
        if area.width() < 120.0 || area.height() < 40.0 {
            return;
        }
        let text = match self.popped.len() {
            1 => "1 panel in a window of its own · bring back".to_owned(),
            count => format!("{count} panels in windows of their own · bring back"),
        };
        let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
        let room = area.width() - 2.0 * GAP;
        let place = Vec2::new(pen.width(&text, &ink).min(room) + 2.0 * GAP, 32.0);
        let place = Rect::from_center_size(area.center(), place);
        let response = pen.ui.interact(place, pen.id("bring back"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &text));
        let rgb = if response.hovered() || response.has_focus() {
            pen.theme.text
        } else {
            pen.theme.dim
        };
        let galley = pen.row(&text, &Ink::new(Face::Regular, size::TEXT, rgb), room);
        let at = At::Center(area.center().x);
        pen.paint_row(galley, at, area.center().y, size::TEXT);
        if response.clicked() {
            self.popped.clear();
        }
    }
}

/// A panel that the run does not have, or not yet.
fn not_there(pen: &Pen<'_>, name: &str, area: Rect) {
    pen.card(area);
    let (center, middle) = (At::Center(area.center().x), area.center().y);
    let room = area.width() - 2.0 * GAP;
    let ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    pen.label("not there", name, &ink, center, middle - 12.0, room);
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
    let text = "no series of this panel · O brings it back";
    pen.label("why", text, &ink, center, middle + 14.0, room);
}
