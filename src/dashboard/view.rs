//! What a person has chosen to see, and the order in which a dashboard's parts are drawn.
//!
//! In comes the model, out come shapes (into the `egui::Ui`), plots and actions. The view is all that a dashboard remembers
//! from one layout to the next: theme, smoothing, what is folded away, how far lists are scrolled.

use egui::epaint::PaintCallback;
use egui::{Event, Rect, Shape, Ui, pos2};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::arrange::{self, Parts, Wishes};
use super::commands::Command;
use super::hands::{self, points_in};
use super::keys::{self, Answer};
use super::palette::{Item, Outcome, Palette};
use super::pen::Pen;
use super::sight::{Sight, moved, zoomed};
use super::{
    Action, DataLayer, Model, Shown, chart, dialog, frame_panel, header, help, log, notices,
    sidebar, smoothing, status, style, sub_header,
};
use crate::message::{Step, Timestamp};
use crate::scene::{Bounds, Panel, PanelId, Plot, PlotRect, Selection, Smoothing, Theme, Viewport};

/// What a person has chosen to see.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The colours.
    pub theme: Theme,
    /// How lines are smoothed.
    pub smoothing: Smoothing,
    /// Which series are drawn, and where.
    pub selection: Arc<Selection>,
    /// The place on horizontal axes that a hand is over.
    pub cursor: Option<f64>,
    /// Steps that readings are compared with.
    pub pins: Vec<Step>,
    /// Local time minus UTC.
    pub utc_offset_s: i32,
    /// What is folded away.
    pub wishes: Wishes,
    /// What part of the charts is looked at.
    pub sight: Sight,
    /// How far the sidebar is scrolled, in points.
    pub sidebar_scroll: f32,
    /// The lowest line of the log; `None` for the newest.
    pub log_anchor: Option<Timestamp>,
    /// What keys have turned the log since the last layout, in points, towards older lines.
    log_turned: f32,
    /// Whether the help is open.
    pub is_help_open: bool,
    /// The command palette, while it is open.
    palette: Option<Palette>,
    /// What was chosen in it: it is done as soon as nothing lies over the panels any more.
    chosen: Vec<Item>,
    /// The row of panels at the top, where not all fit.
    top_row: usize,
    /// Where a key turns it.
    turn: Option<Turn>,
    /// What the wheel has turned over the panels since the last whole row, in points.
    wheel_rest: f32,
    /// Where plots stood in the last layout: over them the wheel zooms.
    plots: Vec<Rect>,
    /// Which panels stood where.
    shown: Vec<(PanelId, Rect)>,
}

/// Where a key turns the rows of panels.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// To the first.
    First,
    /// To the last.
    Last,
    /// By so many times what is visible, downwards.
    Pages(isize),
    /// To where a panel is visible.
    To(PanelId),
}

impl View {
    /// The view at first.
    pub(super) fn new(theme: Theme, utc_offset_s: i32) -> Self {
        Self {
            theme,
            smoothing: Smoothing::USUAL,
            selection: Arc::default(),
            cursor: None,
            pins: Vec::new(),
            utc_offset_s,
            wishes: Wishes::default(),
            sight: Sight::default(),
            plots: Vec::new(),
            shown: Vec::new(),
            sidebar_scroll: 0.0,
            log_anchor: None,
            log_turned: 0.0,
            is_help_open: false,
            palette: None,
            chosen: Vec::new(),
            top_row: 0,
            turn: None,
            wheel_rest: 0.0,
        }
    }

    /// Draws everything.
    pub(super) fn show(&mut self, ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> Shown {
        let window = ui.max_rect();
        let lines = notices::lines(model);
        self.is_help_open &= !model.closing;
        if model.closing {
            self.palette = None;
        }
        if ui.memory(egui::Memory::top_modal_layer).is_none() {
            for item in std::mem::take(&mut self.chosen) {
                match item {
                    Item::Command(command) => self.obey(command, ui, model, &lines, actions),
                    Item::Panel(panel) => self.go_to(ui, panel),
                }
            }
        }
        self.obey_keys(ui, model, &lines, actions);
        let pen = Pen {
            is_covered: model.closing || self.is_help_open || self.palette.is_some(),
            ..Pen::new(ui, self.theme)
        };
        let parts = self.parts(&pen, &lines);

        // The background is the renderer's: it clears to the theme's before it paints.
        let header = pen.within(parts.header);
        header::show(&header, model, parts.header, actions, self);
        header::progress(&pen.within(parts.progress), model, parts.progress);
        if let Some(rect) = parts.sub_header {
            sub_header::show(&pen.within(rect), model, rect, actions, self);
        }
        if let Some(rect) = parts.notices {
            notices::show(&pen.within(rect), &lines, rect);
        }
        if let Some(rect) = parts.sidebar {
            self.sidebar_scroll -= wheel(&pen, rect);
            sidebar::show(&pen.within(rect), model, rect, &mut self.sidebar_scroll);
        }
        let plots = self.panels(&pen, model, &parts);
        if let Some(rect) = parts.log {
            let scrolled = wheel(&pen, rect) + self.log_turned;
            self.log_turned = 0.0;
            log::show(&pen.within(rect), model, rect, self, scrolled);
        }
        if let Some(rect) = parts.frames {
            frame_panel::show(&pen.within(rect), model, rect);
        }
        if let Some(rect) = parts.status {
            status::show(&pen.within(rect), model, rect);
        }
        // Everything so far lies under the data, every other layer of egui's over it.
        ui.painter().add(Shape::Callback(PaintCallback {
            rect: window,
            callback: Arc::new(DataLayer),
        }));
        if model.closing {
            dialog::question(ui, &self.theme, actions);
        } else if self.is_help_open && help::show(ui, &self.theme) {
            self.is_help_open = false;
        } else if let Some(mut palette) = self.palette.take() {
            let outcome = palette.show(ui, &self.theme, model.scene);
            if outcome != Outcome::Open {
                self.chosen.extend(palette.panel.map(Item::Panel));
            }
            match outcome {
                Outcome::Open => self.palette = Some(palette),
                Outcome::Closed => {}
                Outcome::Chosen(item) => self.chosen.push(item),
            }
        }
        Shown { plots }
    }

    /// Where everything stands at present, with `lines` across the top.
    fn parts(&self, pen: &Pen<'_>, lines: &[notices::Line]) -> Parts {
        let window = pen.ui.max_rect();
        let strip = arrange::parts(window, self.wishes, window.height()).notices;
        let height = strip.map_or(0.0, |strip| {
            notices::height(pen, lines, strip.width() - 2.0 * arrange::GAP)
        });
        arrange::parts(window, self.wishes, height)
    }

    /// Whether something was chosen that is not done yet.
    pub(super) const fn has_chosen(&self) -> bool {
        !self.chosen.is_empty()
    }

    /// What is visible, for whoever builds scenes.
    pub(super) fn viewport(
        &self,
        model: &Model<'_>,
        plots: &[Plot],
        pixels_per_point: f32,
    ) -> Viewport {
        // A plot's size in pixels, never negative.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let pixels = |length: f32| (length * pixels_per_point).round() as u32;
        Viewport {
            panels: plots
                .iter()
                .map(|plot| {
                    let size_px = [
                        pixels(plot.rect.right - plot.rect.left),
                        pixels(plot.rect.bottom - plot.rect.top),
                    ];
                    self.sight.view(plot.panel, size_px)
                })
                .collect(),
            x_axis: self.sight.axis(),
            is_x_log: self.sight.is_x_log(),
            smoothing: self.smoothing,
            selection: Arc::clone(&self.selection),
            cursor: self.cursor,
            pins: self.pins.clone(),
            pixels_per_point,
            scene_interval_s: model.data_interval.as_secs_f64(),
        }
    }

    /// Does what is asked for by key: of what stands over everything else, or of the window.
    fn obey_keys(
        &mut self,
        ui: &Ui,
        model: &Model<'_>,
        lines: &[notices::Line],
        actions: &mut Vec<Action>,
    ) {
        if model.closing {
            actions.extend(keys::answers(ui).into_iter().map(|answer| match answer {
                Answer::Accept => Action::CloseStop,
                Answer::Finish => Action::CloseFinishHeadless,
                Answer::Cancel => Action::CloseCancel,
            }));
            return;
        }
        if self.palette.is_some() {
            return;
        }
        let answers = keys::answers(ui);
        let chart = self.chosen_panel(ui).map(|panel| hands::plot_id(ui, panel));
        let has_moved = ui.input(|input| {
            let mut events = input.events.iter();
            events.any(|event| matches!(event, Event::PointerMoved(_)))
        });
        if let Some(chart) = chart
            && has_moved
        {
            ui.memory_mut(|memory| memory.surrender_focus(chart));
        }
        for command in keys::commands(ui, chart) {
            if !self.is_help_open || command.is_of_help() {
                self.obey(command, ui, model, lines, actions);
            }
        }
        if answers.contains(&Answer::Accept) || answers.contains(&Answer::Cancel) {
            self.is_help_open = false;
        }
    }

    /// Does what is asked for.
    pub(super) fn obey(
        &mut self,
        command: Command,
        ui: &Ui,
        model: &Model<'_>,
        lines: &[notices::Line],
        actions: &mut Vec<Action>,
    ) {
        match command {
            Command::PauseResume => actions.extend(header::pause_or_resume(model)),
            Command::Stop => {
                let is_over = model.scene.run.state.is_over();
                if !is_over && !model.request.is_stopping {
                    actions.push(Action::Stop);
                }
            }
            Command::Close => actions.push(Action::Close),
            Command::Theme => self.toggle_theme(ui, actions),
            Command::Contrast => self.change_theme(ui, self.theme.other_contrast(), actions),
            Command::Larger => scale(ui, 0.1),
            Command::Smaller => scale(ui, -0.1),
            Command::UsualSize => ui.ctx().set_zoom_factor(1.0),
            // What is asked for is the other of what is on the screen.
            Command::Log => {
                let parts = self.parts(&Pen::new(ui, self.theme), lines);
                self.wishes.ask_log(parts.log.is_none());
                actions.push(Action::ToggleLog);
            }
            Command::OlderLog => self.log_turned += LOG_TURN,
            Command::NewerLog => self.log_turned -= LOG_TURN,
            Command::Frames => {
                let parts = self.parts(&Pen::new(ui, self.theme), lines);
                self.wishes.ask_frames(parts.frames.is_none());
                actions.push(Action::ToggleFrames);
            }
            Command::ZoomIn => self.look(ui, model, 2.0, 0.0),
            Command::ZoomOut => self.look(ui, model, 0.5, 0.0),
            Command::Earlier => self.look(ui, model, 1.0, -0.1),
            Command::Later => self.look(ui, model, 1.0, 0.1),
            Command::ZoomInY => self.look_y(ui, model, 2.0, 0.0),
            Command::ZoomOutY => self.look_y(ui, model, 0.5, 0.0),
            Command::Higher => self.look_y(ui, model, 1.0, 0.1),
            Command::Lower => self.look_y(ui, model, 1.0, -0.1),
            Command::ShowAll => self.sight.show_all(None),
            Command::NextAxis => self.sight.next_axis(),
            Command::LogarithmicX => self.sight.toggle_x_log(),
            Command::NextFit => self.sight.next_fit(),
            Command::Logarithmic => {
                if let Some(panel) = self.pointed_at(ui, model) {
                    self.sight.toggle_log(panel);
                }
            }
            Command::NextSmoothing => {
                self.smoothing = smoothing::next_kind(self.smoothing);
                actions.push(Action::SetSmoothing(self.smoothing));
            }
            Command::NextRows => self.turn = Some(Turn::Pages(1)),
            Command::PreviousRows => self.turn = Some(Turn::Pages(-1)),
            Command::FirstRow => self.turn = Some(Turn::First),
            Command::LastRow => self.turn = Some(Turn::Last),
            Command::NextPanel => self.choose_panel(ui, model, 1),
            Command::PreviousPanel => self.choose_panel(ui, model, -1),
            Command::Palette => {
                self.is_help_open = false;
                self.palette = Some(Palette::new(self.chosen_panel(ui)));
            }
            Command::Help => self.is_help_open = !self.is_help_open,
        }
    }

    fn is_over_plot(&self, pen: &Pen<'_>) -> bool {
        let pointer = pen.ui.ctx().pointer_hover_pos();
        pointer.is_some_and(|pointer| self.plots.iter().any(|plot| plot.contains(pointer)))
    }

    /// The visible panel that was chosen by key.
    fn chosen_panel(&self, ui: &Ui) -> Option<PanelId> {
        let focused = ui.memory(egui::Memory::focused)?;
        let mut shown = self.shown.iter().map(|(panel, _)| *panel);
        shown.find(|panel| hands::plot_id(ui, *panel) == focused)
    }

    /// Chooses the panel that comes `by` after the chosen one, or else the first that is visible.
    fn choose_panel(&mut self, ui: &Ui, model: &Model<'_>, by: isize) {
        let panels = &model.scene.panels;
        let place = |id: PanelId| panels.iter().position(|panel| panel.id == id);
        let chosen = self.chosen_panel(ui).and_then(place);
        let next = match chosen {
            Some(chosen) => chosen.checked_add_signed(by),
            None => self.shown.first().and_then(|(panel, _)| place(*panel)),
        };
        if let Some(panel) = next.and_then(|next| panels.get(next)) {
            self.go_to(ui, panel.id);
        }
    }

    /// Chooses a panel, and turns the rows so that it is visible.
    fn go_to(&mut self, ui: &Ui, panel: PanelId) {
        self.turn = Some(Turn::To(panel));
        let id = hands::plot_id(ui, panel);
        ui.memory_mut(|memory| memory.request_focus(id));
    }

    /// The panel that was chosen by key, or that the pointer is over, or else the first that is visible.
    fn pointed_at<'a>(&self, ui: &Ui, model: &'a Model<'_>) -> Option<&'a Panel> {
        if let Some(chosen) = self.chosen_panel(ui) {
            return model.scene.panel(chosen);
        }
        let pointer = ui.ctx().pointer_hover_pos();
        let pointed =
            pointer.and_then(|pointer| self.shown.iter().find(|(_, rect)| rect.contains(pointer)));
        let (id, _) = pointed.or(self.shown.first())?;
        model.scene.panel(*id)
    }

    /// Zooms by keys about the middle, and moves by a part of what is visible.
    fn look(&mut self, ui: &Ui, model: &Model<'_>, factor: f64, by: f64) {
        let Some(panel) = self.pointed_at(ui, model) else {
            return;
        };
        if let Some(Bounds { x, .. }) = self.sight.bounds(panel) {
            let middle = (x.start + x.end) / 2.0;
            let range = moved(zoomed(x, middle, factor), by * x.span());
            let is_live = !model.scene.run.state.is_over();
            self.sight.look_at_x(panel, range, is_live);
        }
    }

    /// The same vertically.
    fn look_y(&mut self, ui: &Ui, model: &Model<'_>, factor: f64, by: f64) {
        let Some(panel) = self.pointed_at(ui, model) else {
            return;
        };
        if let Some(Bounds { y, .. }) = self.sight.bounds(panel) {
            let middle = (y.start + y.end) / 2.0;
            let range = moved(zoomed(y, middle, factor), by * y.span());
            self.sight.look_at_y(panel, range);
        }
    }

    /// Changes between dark and light.
    pub(super) fn toggle_theme(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        self.change_theme(ui, self.theme.other_ground(), actions);
    }

    /// Changes the theme; it is seen from the next pass on.
    fn change_theme(&mut self, ui: &Ui, theme: Theme, actions: &mut Vec<Action>) {
        self.theme = theme;
        style::apply(ui.ctx(), &self.theme);
        actions.push(Action::ToggleTheme);
    }

    /// Draws the panels, and says where their data belongs.
    fn panels(&mut self, pen: &Pen<'_>, model: &Model<'_>, parts: &Parts) -> Vec<Plot> {
        let panels = &model.scene.panels;
        let area = parts.panels;
        let width = pen.ui.max_rect().width();
        if panels.is_empty() {
            self.plots.clear();
            chart::nothing_yet(pen, model, area);
            return Vec::new();
        }
        let mut grid = arrange::grid(area, panels.len(), self.top_row, width);
        if grid.visible_rows < grid.rows {
            if !self.is_over_plot(pen) {
                self.wheel_rest -= wheel(pen, area);
            }
            let row = area.height() / grid.visible_rows as f32;
            let turned = (self.wheel_rest / row * 2.0).trunc();
            self.wheel_rest -= turned * row / 2.0;
            // A handful of rows.
            #[allow(clippy::cast_possible_truncation)]
            let turned = turned as isize;
            let top_row = grid.top_row.saturating_add_signed(turned);
            let top_row = match self.turn {
                None => top_row,
                Some(Turn::First) => 0,
                Some(Turn::Last) => grid.rows,
                Some(Turn::To(panel)) => panels
                    .iter()
                    .position(|other| other.id == panel)
                    .map_or(top_row, |index| {
                        arrange::row_of(area, panels.len(), top_row, width, index)
                    }),
                Some(Turn::Pages(pages)) => {
                    top_row.saturating_add_signed(pages * grid.visible_rows.cast_signed())
                }
            };
            grid = arrange::grid(area, panels.len(), top_row, width);
        } else {
            self.wheel_rest = 0.0;
        }
        self.turn = None;
        self.top_row = grid.top_row;
        let visible = panels.iter().skip(grid.first);
        let shown: Vec<_> = visible.zip(grid.cells.iter().copied()).collect();
        let rects = shown.iter().map(|(panel, rect)| (panel.id, *rect));
        self.shown = rects.collect();
        let plots = chart::show_all(pen, model, &shown, &mut self.sight, self.utc_offset_s);
        self.plots = plots.iter().map(|plot| place(plot.rect)).collect();
        if grid.visible_rows < grid.rows {
            // In the gap at the right: where the visible rows are among all.
            let part = |row: usize| row as f32 / grid.rows as f32 * area.height() + area.top();
            let track = Rect::from_min_max(
                pos2(area.right() + 4.0, area.top()),
                pos2(area.right() + 8.0, area.bottom()),
            );
            let thumb = Rect::from_min_max(
                pos2(track.left(), part(grid.top_row)),
                pos2(track.right(), part(grid.top_row + grid.visible_rows)),
            );
            let painter = &pen.painter;
            painter.rect_filled(thumb, 2.0, style::color(self.theme.line));
            let text = format!("rows of panels: {} of {}", grid.visible_rows, grid.rows);
            pen.name("panel rows", track, &text);
        }
        plots
    }
}

/// How far a key turns the log, in points: some lines.
const LOG_TURN: f32 = 192.0;
/// How large everything can be drawn: below, text cannot be read; beyond, nothing fits.
const ZOOMS: RangeInclusive<f32> = 0.8..=2.0;

/// The size nearest to `zoom` that can be used.
pub(super) fn limited_zoom(zoom: f32) -> f32 {
    if zoom.is_nan() {
        return 1.0;
    }
    // In tenths.
    (zoom.clamp(*ZOOMS.start(), *ZOOMS.end()) * 10.0).round() / 10.0
}

/// Draws everything larger, or smaller; it is seen from the next pass on.
fn scale(ui: &Ui, by: f32) {
    let ctx = ui.ctx();
    ctx.set_zoom_factor(limited_zoom(ctx.zoom_factor() + by));
}

fn place(rect: PlotRect) -> Rect {
    Rect::from_min_max(pos2(rect.left, rect.top), pos2(rect.right, rect.bottom))
}

/// What the wheel has turned over a part, in points; positive towards its beginning. Under a dialog it turns nothing.
fn wheel(pen: &Pen<'_>, rect: Rect) -> f32 {
    let pointer = pen.ui.ctx().pointer_hover_pos();
    if pen.is_covered || !pointer.is_some_and(|pointer| rect.contains(pointer)) {
        return 0.0;
    }
    pen.ui.input(|input| {
        input
            .events
            .iter()
            .map(|event| match event {
                Event::MouseWheel { unit, delta, .. } => delta.y * points_in(*unit, rect.height()),
                _ => 0.0,
            })
            .sum()
    })
}

/// A thin bar at the right edge of a scrolled list.
pub(super) fn scroll_bar(pen: &Pen<'_>, area: Rect, offset: f32, content: f32) {
    if content <= area.height() || area.height() < 8.0 {
        return;
    }
    let length = (area.height() * area.height() / content).max(16.0);
    let travel = area.height() - length;
    let top = area.top() + travel * (offset / (content - area.height())).clamp(0.0, 1.0);
    let thumb = Rect::from_min_max(
        pos2(area.right() - 5.0, top),
        pos2(area.right() - 2.0, top + length),
    );
    pen.painter
        .rect_filled(thumb, 1.5, style::color(pen.theme.line));
}
