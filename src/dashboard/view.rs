//! What a person has chosen to see, and the order in which a dashboard's parts are drawn.
//!
//! In comes the model, out come shapes (into the `egui::Ui`), plots and actions. The view is all that a dashboard remembers
//! from one layout to the next: theme, smoothing, what is folded away, how far lists are scrolled.

use egui::epaint::PaintCallback;
use egui::{Event, Rect, Shape, Ui, pos2};
use std::sync::Arc;

use super::arrange::{self, Parts, Wishes};
use super::cursor::Cursor;
use super::hands::{Grip, points_in};
use super::history::History;
use super::keys::{self, KeyCommand};
use super::moving::Snapshot;
use super::pen::Pen;
use super::sight::Sight;
use super::{
    Action, DataLayer, Model, Shown, chart, dialog, frame_panel, header, log, notices, overlay,
    sidebar, smoothing, statistics, status, style, sub_header,
};
use crate::message::{Step, Timestamp};
use crate::scene::{Panel, PanelId, Plot, PlotRect, Selection, Smoothing, Theme, Viewport};

/// What a person has chosen to see.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The colours.
    pub theme: Theme,
    /// How lines are smoothed.
    pub smoothing: Smoothing,
    /// Which series are drawn, and where.
    pub selection: Arc<Selection>,
    /// The place at which lines are read.
    pub cursor: Cursor,
    /// Steps that readings are compared with.
    pub pins: Vec<Step>,
    /// Local time minus UTC.
    pub utc_offset_s: i32,
    /// What is folded away.
    pub wishes: Wishes,
    /// What part of the charts is looked at.
    pub sight: Sight,
    /// The drag that goes on over a plot.
    pub grip: Option<Grip>,
    /// Whether statistics are shown.
    pub statistics: statistics::Shown,
    /// The views before and after this one.
    pub history: History<Snapshot>,
    /// How far the sidebar is scrolled, in points.
    pub sidebar_scroll: f32,
    /// The lowest line of the log; `None` for the newest.
    pub log_anchor: Option<Timestamp>,
    /// Whether the help is open.
    pub is_help_open: bool,
    /// The row of panels at the top, where not all fit.
    top_row: usize,
    /// What the wheel has turned over the panels since the last whole row, in points.
    wheel_rest: f32,
    /// The plots of the last layout.
    pub laid: Vec<Plot>,
    /// Which panels stood where.
    pub shown: Vec<(PanelId, Rect)>,
}

impl View {
    /// The view at first.
    pub(super) fn new(theme: Theme, utc_offset_s: i32) -> Self {
        Self {
            theme,
            smoothing: Smoothing::USUAL,
            selection: Arc::default(),
            cursor: Cursor::default(),
            pins: Vec::new(),
            utc_offset_s,
            wishes: Wishes::default(),
            sight: Sight::default(),
            grip: None,
            statistics: statistics::Shown::default(),
            history: History::default(),
            laid: Vec::new(),
            shown: Vec::new(),
            sidebar_scroll: 0.0,
            log_anchor: None,
            is_help_open: false,
            top_row: 0,
            wheel_rest: 0.0,
        }
    }

    /// Draws everything.
    pub(super) fn show(&mut self, ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> Shown {
        let window = ui.max_rect();
        let lines = notices::lines(model);
        self.is_help_open &= !model.closing;
        self.cursor.release(ui);
        self.obey_keys(ui, model, &lines, actions);
        let pen = Pen {
            is_covered: model.closing || self.is_help_open,
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
        // A panel that went away never hears that its drag ended.
        if !ui.input(|input| input.pointer.any_down()) {
            self.grip = None;
        }
        let agree = |plot: &Plot| {
            let panel = model.scene.panel(plot.panel);
            panel.is_some_and(|panel| self.sight.agrees(panel))
        };
        let is_idle = self.grip.is_none() && plots.iter().any(agree);
        self.cursor.point(&pen, &plots, is_idle);
        self.pin_by_click(&pen, model, &plots);
        if let Some(rect) = parts.log {
            let scrolled = wheel(&pen, rect);
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
        overlay::show(&pen, model, self, &plots);
        self.remember(ui);
        if model.closing {
            dialog::question(ui, &self.theme, actions);
        } else if self.is_help_open && dialog::help(ui, &self.theme) {
            self.is_help_open = false;
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
            cursor: self.cursor.x,
            pins: self.pins.clone(),
            pixels_per_point,
            scene_interval_s: model.data_interval.as_secs_f64(),
        }
    }

    fn obey_keys(
        &mut self,
        ui: &Ui,
        model: &Model<'_>,
        lines: &[notices::Line],
        actions: &mut Vec<Action>,
    ) {
        let state = &model.scene.run.state;
        for command in keys::commands(ui) {
            if model.closing {
                match command {
                    KeyCommand::Accept => actions.push(Action::CloseStop),
                    KeyCommand::Finish => actions.push(Action::CloseFinishHeadless),
                    KeyCommand::Cancel => actions.push(Action::CloseCancel),
                    _ => {}
                }
                continue;
            }
            match command {
                KeyCommand::PauseResume => actions.extend(header::pause_or_resume(model)),
                KeyCommand::Stop if !state.is_over() && !model.request.is_stopping => {
                    actions.push(Action::Stop);
                }
                KeyCommand::Theme => self.toggle_theme(ui, actions),
                // What is asked for is the other of what is on the screen.
                KeyCommand::Log => {
                    let parts = self.parts(&Pen::new(ui, self.theme), lines);
                    self.wishes.ask_log(parts.log.is_none());
                    actions.push(Action::ToggleLog);
                }
                KeyCommand::Frames => {
                    let parts = self.parts(&Pen::new(ui, self.theme), lines);
                    self.wishes.ask_frames(parts.frames.is_none());
                    actions.push(Action::ToggleFrames);
                }
                KeyCommand::NextAxis => self.sight.next_axis(),
                KeyCommand::NextSmoothing => {
                    self.smoothing = smoothing::next_kind(self.smoothing);
                    actions.push(Action::SetSmoothing(self.smoothing));
                }
                KeyCommand::LogarithmicX => self.sight.toggle_x_log(),
                KeyCommand::NextFit => self.sight.next_fit(),
                KeyCommand::ShowAll => self.sight.show_all(),
                KeyCommand::Logarithmic => {
                    if let Some(panel) = self.pointed_at(ui, model) {
                        self.sight.toggle_log(panel);
                    }
                }
                KeyCommand::Zoom { factor, by } => self.look(ui, model, factor, by),
                KeyCommand::Help => self.is_help_open = !self.is_help_open,
                KeyCommand::Close => actions.push(Action::Close),
                KeyCommand::Accept | KeyCommand::Cancel => self.is_help_open = false,
                KeyCommand::Stop | KeyCommand::Finish => {}
                _ => self.obey_hand(ui, model, command, actions),
            }
        }
    }

    /// Whether the pointer is where the wheel zooms: over a plot of the last layout, or the labels of its axes.
    fn is_over_plot(&self, pen: &Pen<'_>) -> bool {
        let Some(pointer) = pen.ui.ctx().pointer_hover_pos() else {
            return false;
        };
        self.laid.iter().any(|plot| {
            let mut shown = self.shown.iter();
            let card = shown.find(|(panel, _)| *panel == plot.panel);
            card.is_some_and(|(_, card)| {
                card.contains(pointer) && pointer.y >= plot.rect.top && pointer.x <= plot.rect.right
            })
        })
    }

    /// The panel that the pointer is over, or else the first that is visible.
    pub(super) fn pointed_at<'a>(&self, ui: &Ui, model: &'a Model<'_>) -> Option<&'a Panel> {
        let pointer = ui.ctx().pointer_hover_pos();
        let pointed =
            pointer.and_then(|pointer| self.shown.iter().find(|(_, rect)| rect.contains(pointer)));
        let (id, _) = pointed.or(self.shown.first())?;
        model.scene.panel(*id)
    }

    /// Changes to the other theme; it is seen from the next pass on.
    pub(super) fn toggle_theme(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        self.theme = if self.theme.is_dark {
            Theme::LIGHT
        } else {
            Theme::DARK
        };
        style::apply(ui.ctx(), &self.theme);
        actions.push(Action::ToggleTheme);
    }

    /// Draws the panels, and says where their data belongs.
    fn panels(&mut self, pen: &Pen<'_>, model: &Model<'_>, parts: &Parts) -> Vec<Plot> {
        let panels = &model.scene.panels;
        let area = parts.panels;
        let width = pen.ui.max_rect().width();
        if panels.is_empty() {
            self.laid.clear();
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
            let paged = if pen.is_covered {
                0
            } else {
                keys::rows_paged(pen.ui, grid.visible_rows, grid.rows)
            };
            let top_row = grid.top_row.saturating_add_signed(turned + paged);
            grid = arrange::grid(area, panels.len(), top_row, width);
        } else {
            self.wheel_rest = 0.0;
        }
        self.top_row = grid.top_row;
        let visible = panels.iter().skip(grid.first);
        let shown: Vec<_> = visible.zip(grid.cells.iter().copied()).collect();
        let rects = shown.iter().map(|(panel, rect)| (panel.id, *rect));
        self.shown = rects.collect();
        let plots = chart::show_all(pen, model, &shown, self);
        self.laid.clone_from(&plots);
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

/// A rectangle as egui has it.
pub(super) fn place(rect: PlotRect) -> Rect {
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
