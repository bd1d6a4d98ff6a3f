//! What a person has chosen to see, and the order in which a dashboard's parts are drawn.
//!
//! In comes the model, out come shapes (into the `egui::Ui`), plots and actions. The view is all that a dashboard remembers
//! from one layout to the next: theme, smoothing, what is folded away, how far lists are scrolled.

use egui::epaint::PaintCallback;
use egui::{Event, Rect, Shape, Ui, pos2};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::arrange::{self, Parts, Wishes};
use super::arrangement::Arrangement;
use super::asked::Asked;
use super::choosing::Choosing;
use super::commands::Command;
use super::cursor::Cursor;
use super::hands::{self, Grip, points_in};
use super::history::History;
use super::moving::Snapshot;
use super::new_run::NewRun;
use super::palette::{Item, Outcome, Palette};
use super::pen::Pen;
use super::popped::PoppedPanel;
use super::runs_table::RunsTable;
use super::saved::{SavedTheme, SavedView};
use super::sight::Sight;
use super::{
    Action, DataLayer, Model, Shown, dialog, frame_panel, header, help, learning_rate, log, marks,
    notices, overlay, series_drag, sidebar, statistics, status, sub_header,
};
use crate::message::{RunId, Step, Timestamp};
use crate::scene::{PanelId, Plot, PlotRect, Selection, Smoothing, Theme, Viewport};

/// What a person has chosen to see.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The colours.
    pub theme: Theme,
    /// Those that a person has chosen, here or the last time; others may be shown, where the program was started with them.
    pub chosen_theme: Option<SavedTheme>,
    /// How lines are smoothed.
    pub smoothing: Smoothing,
    /// Which series are drawn, and where.
    pub selection: Arc<Selection>,
    /// The run that the header tells of, where a person has chosen one.
    pub focus: Option<RunId>,
    /// The place at which lines are read.
    pub cursor: Cursor,
    /// Steps that readings are compared with.
    pub pins: Vec<Step>,
    /// Local time minus UTC.
    pub utc_offset_s: i32,
    /// What is folded away.
    pub wishes: Wishes,
    /// Where panels stand, as far as a person has said.
    pub arrangement: Arrangement,
    /// Views that were kept under a name.
    pub layouts: Arc<BTreeMap<String, SavedView>>,
    /// Whether the dialog for them is open.
    pub are_layouts_open: bool,
    /// The name that is being written there.
    pub layout_name: String,
    /// The dialog in which a run is started.
    pub new_run: NewRun,
    /// The dialog that lists all runs.
    pub runs_table: RunsTable,
    /// What part of the charts is looked at.
    pub sight: Sight,
    /// What the sidebar remembers.
    pub choosing: Choosing,
    /// The drag that goes on over a plot.
    pub grip: Option<Grip>,
    /// Whether statistics are shown.
    pub statistics: statistics::Shown,
    /// Whether what a run was asked is marked on its charts.
    pub marks: marks::Shown,
    /// What was asked of the run, and what of the answers was said.
    pub asked: Asked,
    /// The dialog for another learning rate, while it is open.
    pub learning_rate: Option<learning_rate::Dialog>,
    /// The views before and after this one.
    pub history: History<Snapshot>,
    /// The lowest line of the log; `None` for the newest.
    pub log_anchor: Option<Timestamp>,
    /// What keys have turned the log since the last layout, in points, towards older lines.
    pub log_turned: f32,
    /// Whether the help is open.
    pub is_help_open: bool,
    /// What was chosen in a panel's menu.
    pub of_menu: Option<(PanelId, Command)>,
    /// The command palette, while it is open.
    pub palette: Option<Palette>,
    /// What was chosen in it: it is done as soon as nothing lies over the panels any more.
    pub chosen: Vec<Item>,
    /// The row of panels at the top, where not all fit.
    pub top_row: usize,
    /// Where a key turns it.
    pub turn: Option<Turn>,
    /// What the wheel has turned over the panels since the last whole row, in points.
    pub wheel_rest: f32,
    /// The plots of the last layout.
    pub laid: Vec<Plot>,
    /// Which panels stood where.
    pub shown: Vec<(PanelId, Rect)>,
    /// The panels that have windows of their own.
    pub popped: Vec<PoppedPanel>,
    /// The panel whose own window is being laid out; `None` for the main window.
    pub here: Option<String>,
    /// All of the main window in its last layout.
    pub window: Rect,
}

/// Where a key turns the rows of panels.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
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
            chosen_theme: None,
            smoothing: Smoothing::USUAL,
            selection: Arc::default(),
            focus: None,
            cursor: Cursor::default(),
            pins: Vec::new(),
            utc_offset_s,
            wishes: Wishes::default(),
            arrangement: Arrangement::default(),
            layouts: Arc::default(),
            are_layouts_open: false,
            layout_name: String::new(),
            new_run: NewRun::default(),
            runs_table: RunsTable::default(),
            sight: Sight::default(),
            grip: None,
            statistics: statistics::Shown::default(),
            marks: marks::Shown::default(),
            asked: Asked::default(),
            learning_rate: None,
            history: History::default(),
            laid: Vec::new(),
            shown: Vec::new(),
            popped: Vec::new(),
            here: None,
            window: Rect::ZERO,
            choosing: Choosing::default(),
            log_anchor: None,
            log_turned: 0.0,
            is_help_open: false,
            palette: None,
            of_menu: None,
            chosen: Vec::new(),
            top_row: 0,
            turn: None,
            wheel_rest: 0.0,
        }
    }

    /// Draws everything.
    pub(super) fn show(&mut self, ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> Shown {
        let window = ui.max_rect();
        self.window = window;
        self.asked.hear(model.scene);
        let lines = notices::lines(model, &self.asked);
        self.is_help_open &= !model.closing;
        self.are_layouts_open &= !model.closing;
        self.runs_table.is_open &= !model.closing;
        if model.closing {
            self.new_run.close();
            self.palette = None;
            self.learning_rate = None;
        }
        if ui.memory(egui::Memory::top_modal_layer).is_none() {
            for item in std::mem::take(&mut self.chosen) {
                match item {
                    Item::Command(command) => self.obey(command, ui, model, &lines, actions),
                    Item::Layout(name) => self.take_layout(ui, &name),
                    Item::Panel(panel) => self.go_to(ui, model, panel),
                }
            }
        }
        self.cursor.release(ui);
        self.obey_keys(ui, model, &lines, actions);
        let pen = Pen {
            is_covered: model.closing
                || self.is_help_open
                || self.are_layouts_open
                || self.learning_rate.is_some()
                || self.new_run.is_open
                || self.runs_table.is_open
                || self.palette.is_some(),
            ..Pen::new(ui, self.theme)
        };
        let parts = self.parts(&pen, &lines);

        // The background is the renderer's: it clears to the theme's before it paints.
        let header = pen.within(parts.header);
        let chosen = header::show(&header, model, parts.header, actions, self);
        if let Some(command) = chosen {
            self.obey(command, ui, model, &lines, actions);
        }
        header::progress(&pen.within(parts.progress), model, parts.progress);
        if let Some(rect) = parts.sub_header {
            sub_header::show(&pen.within(rect), model, rect, actions, self);
        }
        if let Some(rect) = parts.notices {
            notices::show(&pen.within(rect), &lines, rect);
        }
        match parts.sidebar {
            Some(rect) => sidebar::show(&pen.within(rect), model, rect, self),
            None => self.choosing.rest(),
        }
        let plots = self.panels(&pen, model, &parts);
        if let Some((panel, command)) = self.of_menu.take() {
            // What is chosen in a panel's menu is meant for that panel.
            let id = hands::plot_id(ui, panel);
            ui.memory_mut(|memory| memory.request_focus(id));
            self.obey(command, ui, model, &lines, actions);
        }
        series_drag::show_target(&pen, self);
        // A panel that went away never hears that its drag ended.
        if !ui.input(|input| input.pointer.any_down()) {
            self.grip = None;
        }
        let agree = |plot: &Plot| {
            let panel = model.scene.panel(plot.panel);
            panel.is_some_and(|panel| self.sight.agrees(panel))
        };
        // What is being dragged elsewhere reads nothing on its way.
        let is_free = self.grip.is_none() && ui.ctx().dragged_id().is_none();
        let is_idle = is_free && plots.iter().any(agree);
        self.cursor.point(&pen, &plots, is_idle);
        self.pin_by_click(&pen, model, &plots);
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
        overlay::show(&pen, model, self, &plots);
        self.remember(ui);
        if model.closing {
            let live = model.scene.runs.iter().filter(|run| run.is_live());
            dialog::question(ui, &self.theme, live.count(), actions);
        } else if self.are_layouts_open {
            self.show_layouts(ui);
        } else if self.learning_rate.is_some() {
            self.show_learning_rate(ui, model, actions);
        } else if self.new_run.is_open {
            self.show_new_run(ui, model, actions);
        } else if self.runs_table.is_open {
            let (theme, selection) = (self.theme, Arc::clone(&self.selection));
            let chosen = self.runs_table.show(ui, &theme, model.scene, &selection);
            self.focus = chosen.or(self.focus);
        } else if self.is_help_open && help::show(ui, &self.theme) {
            self.is_help_open = false;
        } else if let Some(mut palette) = self.palette.take() {
            let outcome = palette.show(ui, &self.theme, model.scene, &self.layouts);
            if outcome != Outcome::Open {
                self.chosen.extend(palette.panel.map(Item::Panel));
            }
            match outcome {
                Outcome::Open => self.palette = Some(palette),
                Outcome::Closed => {}
                Outcome::Chosen(item) => self.chosen.push(item),
            }
        }
        self.asked.dismiss(ui);
        Shown { plots }
    }

    /// Draws the dialog for a new run. What is started there is what the header tells of next.
    fn show_new_run(&mut self, ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        let (theme, before) = (self.theme, actions.len());
        self.new_run.show(ui, &theme, model, actions);
        if actions.len() > before {
            self.focus = None;
        }
    }

    /// Where everything stands in the main window at present, with `lines` across the top.
    pub(super) fn parts(&self, pen: &Pen<'_>, lines: &[notices::Line]) -> Parts {
        let window = self.window;
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

    /// What is visible, for whoever builds scenes: plots with the physical pixels per point of their windows, and those of
    /// the main window.
    pub(super) fn viewport(
        &self,
        model: &Model<'_>,
        plots: &[(Plot, f32)],
        pixels_per_point: f32,
    ) -> Viewport {
        // A plot's size in pixels, never negative.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let pixels =
            |length: f32, pixels_per_point: f32| (length * pixels_per_point).round() as u32;
        Viewport {
            panels: plots
                .iter()
                .map(|(plot, pixels_per_point)| {
                    let size_px = [
                        pixels(plot.rect.right - plot.rect.left, *pixels_per_point),
                        pixels(plot.rect.bottom - plot.rect.top, *pixels_per_point),
                    ];
                    self.sight.view(plot.panel, size_px)
                })
                .collect(),
            x_axis: self.sight.axis(),
            is_x_log: self.sight.is_x_log(),
            smoothing: self.smoothing,
            selection: Arc::clone(&self.selection),
            focus: self.focus,
            cursor: self.cursor.x,
            pins: self.pins.clone(),
            pixels_per_point,
            scene_interval_s: model.data_interval.as_secs_f64(),
        }
    }

    /// Changes which series are drawn, and where: the one way in which that is done.
    pub(super) fn change_selection(&mut self, change: impl FnOnce(&mut Selection)) {
        let mut selection = (*self.selection).clone();
        change(&mut selection);
        if selection != *self.selection {
            self.selection = Arc::new(selection);
        }
    }

    /// Notes the theme as a person's choice.
    pub(super) fn choose_theme(&mut self, theme: Theme) {
        self.theme = theme;
        self.chosen_theme = Some(theme.into());
    }
}

pub(super) fn place(rect: PlotRect) -> Rect {
    Rect::from_min_max(pos2(rect.left, rect.top), pos2(rect.right, rect.bottom))
}

/// What the wheel has turned over a part, in points; positive towards its beginning. Under a dialog it turns nothing.
pub(super) fn wheel(pen: &Pen<'_>, rect: Rect) -> f32 {
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
