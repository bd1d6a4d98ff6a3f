//! What a person has chosen to see, and the order in which a dashboard's parts are drawn.
//!
//! In comes the model, out come shapes (into the `egui::Ui`), plots and actions. The view is all that a dashboard remembers
//! from one layout to the next: theme, smoothing, what is folded away, how far lists are scrolled.

use egui::epaint::PaintCallback;
use egui::{Event, Rect, Shape, Ui, pos2};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::arrange::{self, Parts, Wishes};
use super::arrangement::Arrangement;
use super::choosing::Choosing;
use super::commands::Command;
use super::cursor::Cursor;
use super::hands::{self, Grip, points_in};
use super::history::History;
use super::keys::{self, Answer};
use super::moving::Snapshot;
use super::new_run::NewRun;
use super::palette::{Item, Outcome, Palette};
use super::pen::Pen;
use super::popped::PoppedPanel;
use super::runs_table::RunsTable;
use super::saved::SavedView;
use super::sight::Sight;
use super::still::Subject;
use super::{
    Action, DataLayer, FigureKind, FigureWish, Model, Shown, dialog, frame_panel, header, help,
    log, notices, overlay, series_drag, sidebar, smoothing, statistics, status, style, sub_header,
};
use crate::message::{RunId, Step, Timestamp};
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
    pub layouts: BTreeMap<String, SavedView>,
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
    /// The views before and after this one.
    pub history: History<Snapshot>,
    /// The lowest line of the log; `None` for the newest.
    pub log_anchor: Option<Timestamp>,
    /// What keys have turned the log since the last layout, in points, towards older lines.
    log_turned: f32,
    /// Whether the help is open.
    pub is_help_open: bool,
    /// What was chosen in a panel's menu.
    pub of_menu: Option<(PanelId, Command)>,
    /// The command palette, while it is open.
    pub palette: Option<Palette>,
    /// What was chosen in it: it is done as soon as nothing lies over the panels any more.
    chosen: Vec<Item>,
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
            smoothing: Smoothing::USUAL,
            selection: Arc::default(),
            focus: None,
            cursor: Cursor::default(),
            pins: Vec::new(),
            utc_offset_s,
            wishes: Wishes::default(),
            arrangement: Arrangement::default(),
            layouts: BTreeMap::new(),
            are_layouts_open: false,
            layout_name: String::new(),
            new_run: NewRun::default(),
            runs_table: RunsTable::default(),
            sight: Sight::default(),
            grip: None,
            statistics: statistics::Shown::default(),
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
        let lines = notices::lines(model);
        self.is_help_open &= !model.closing;
        self.are_layouts_open &= !model.closing;
        self.runs_table.is_open &= !model.closing;
        if model.closing {
            self.new_run.close();
            self.palette = None;
        }
        if ui.memory(egui::Memory::top_modal_layer).is_none() {
            for item in std::mem::take(&mut self.chosen) {
                match item {
                    Item::Command(command) => self.obey(command, ui, model, &lines, actions),
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
                || self.new_run.is_open
                || self.runs_table.is_open
                || self.palette.is_some(),
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
        } else if self.new_run.is_open {
            self.show_new_run(ui, model, actions);
        } else if self.runs_table.is_open {
            let (theme, selection) = (self.theme, Arc::clone(&self.selection));
            let chosen = self.runs_table.show(ui, &theme, model.scene, &selection);
            self.focus = chosen.or(self.focus);
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

    /// Draws the dialog for a new run. What is started there is what the header tells of next.
    fn show_new_run(&mut self, ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        let (theme, before) = (self.theme, actions.len());
        self.new_run.show(ui, &theme, model, actions);
        if actions.len() > before {
            self.focus = None;
        }
    }

    /// Where everything stands in the main window at present, with `lines` across the top.
    fn parts(&self, pen: &Pen<'_>, lines: &[notices::Line]) -> Parts {
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

    /// Does what is asked for by key: of what stands over everything else, or of the window.
    pub(super) fn obey_keys(
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
        if self.palette.is_some() || self.new_run.is_open || self.runs_table.is_open {
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
            let is_covered = self.is_help_open || self.are_layouts_open;
            if !is_covered || command.is_of_help() || command == Command::Layouts {
                self.obey(command, ui, model, lines, actions);
            }
        }
        let is_covered = self.is_help_open || self.are_layouts_open;
        if answers.contains(&Answer::Cancel) {
            if !is_covered && self.here.is_some() {
                self.pop_in_here();
            } else if !is_covered {
                self.arrangement.restore();
            }
            self.are_layouts_open = false;
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
                let is_over = model.is_idle() || model.scene.run.state.is_over();
                if !is_over && !model.request.is_stopping {
                    actions.push(Action::Stop);
                }
            }
            Command::NewRun => self.new_run.toggle(model),
            Command::Runs => self.runs_table.toggle(),
            Command::PopOut => self.pop(ui, model),
            // In a window of its own it takes the panel back, and closes nothing else.
            Command::Close if self.here.is_some() => self.pop_in_here(),
            Command::Close => actions.push(Action::Close),
            Command::Layouts => self.are_layouts_open = !self.are_layouts_open,
            Command::Maximise => {
                let panel = self.pointed_at(ui, model);
                let name = panel.map(|panel| Arc::clone(&panel.name));
                if let Some(name) = name {
                    self.arrangement.toggle_maximised(&name);
                }
            }
            Command::Unarrange => self.arrangement.reset(),
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
            Command::Sidebar => {
                let parts = self.parts(&Pen::new(ui, self.theme), lines);
                self.wishes.ask_sidebar(parts.sidebar.is_none());
            }
            Command::Filter => {
                let parts = self.parts(&Pen::new(ui, self.theme), lines);
                if parts.sidebar.is_none() {
                    self.wishes.ask_sidebar(true);
                }
                self.choosing.wants_filter = true;
            }
            Command::ZoomIn => self.look(ui, model, 2.0, 0.0),
            Command::ZoomOut => self.look(ui, model, 0.5, 0.0),
            Command::Earlier => self.look(ui, model, 1.0, -0.1),
            Command::Later => self.look(ui, model, 1.0, 0.1),
            Command::ZoomInY => self.look_y(ui, model, 2.0, 0.0),
            Command::ZoomOutY => self.look_y(ui, model, 0.5, 0.0),
            Command::Higher => self.look_y(ui, model, 1.0, 0.1),
            Command::Lower => self.look_y(ui, model, 1.0, -0.1),
            Command::ShowAll => self.sight.show_all(),
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
            Command::SaveSvg => self.save(FigureKind::Svg, ui, model, actions),
            Command::SavePdf => self.save(FigureKind::Pdf, ui, model, actions),
            Command::SavePng => self.save(FigureKind::Png, ui, model, actions),
            Command::CopyPicture => self.save(FigureKind::Clipboard, ui, model, actions),
            Command::SaveCsv => self.save_all(FigureKind::Csv, ui, actions),
            Command::SaveAll => self.save_all(FigureKind::Png, ui, actions),
            Command::SaveAllSvg => self.save_all(FigureKind::Svg, ui, actions),
            Command::NextPanel => self.choose_panel(ui, model, 1),
            Command::PreviousPanel => self.choose_panel(ui, model, -1),
            Command::Palette => {
                self.is_help_open = false;
                self.palette = Some(Palette::new(self.chosen_panel(ui)));
            }
            Command::Help => self.is_help_open = !self.is_help_open,
            Command::Undo
            | Command::Redo
            | Command::Links
            | Command::Follow
            | Command::ReadBefore
            | Command::ReadAfter
            | Command::Pin
            | Command::Unpin
            | Command::CopyValue
            | Command::CopyValues
            | Command::Statistics => self.obey_hand(ui, model, command, actions),
        }
    }

    /// Whether the pointer is where the wheel zooms: over a plot of the last layout, or the labels of its axes.
    pub(super) fn is_over_plot(&self, pen: &Pen<'_>) -> bool {
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
            self.go_to(ui, model, panel.id);
        }
    }

    /// Chooses a panel, and turns the rows so that it is visible.
    fn go_to(&mut self, ui: &Ui, model: &Model<'_>, panel: PanelId) {
        if let Some(panel) = model.scene.panel(panel) {
            self.arrangement.reveal(&panel.name);
        }
        self.turn = Some(Turn::To(panel));
        let id = hands::plot_id(ui, panel);
        ui.memory_mut(|memory| memory.request_focus(id));
    }

    /// The panel that was chosen by key, or that the pointer is over, or else the first that is visible.
    pub(super) fn pointed_at<'a>(&self, ui: &Ui, model: &'a Model<'_>) -> Option<&'a Panel> {
        if let Some(chosen) = self.chosen_panel(ui) {
            return model.scene.panel(chosen);
        }
        let pointer = ui.ctx().pointer_hover_pos();
        let pointed =
            pointer.and_then(|pointer| self.shown.iter().find(|(_, rect)| rect.contains(pointer)));
        let (id, _) = pointed.or(self.shown.first())?;
        model.scene.panel(*id)
    }

    /// Where a panel stands.
    pub(super) fn rect_of(&self, panel: PanelId) -> Option<Rect> {
        let mut shown = self.shown.iter();
        shown.find(|(id, _)| *id == panel).map(|(_, rect)| *rect)
    }

    /// Asks for a figure of the panel that is meant.
    fn save(&self, kind: FigureKind, ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        if let Some(panel) = self.pointed_at(ui, model)
            && let Some(rect) = self.rect_of(panel.id)
        {
            actions.push(Action::Figure(FigureWish {
                subject: Subject::Panel(panel.id),
                kind,
                size: rect.size().into(),
            }));
        }
    }

    /// Asks for a figure of everything.
    fn save_all(&self, kind: FigureKind, ui: &Ui, actions: &mut Vec<Action>) {
        actions.push(Action::Figure(FigureWish {
            subject: Subject::Dashboard,
            kind,
            size: ui.max_rect().size().into(),
        }));
    }

    /// Changes which series are drawn, and where: the one way in which that is done.
    pub(super) fn change_selection(&mut self, change: impl FnOnce(&mut Selection)) {
        let mut selection = (*self.selection).clone();
        change(&mut selection);
        if selection != *self.selection {
            self.selection = Arc::new(selection);
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
