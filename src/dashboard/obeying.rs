//! What is done when a person asks for something: by key, in a menu or in the palette.
//!
//! In comes a [`Command`] of the one table, out come changes of the view and [`Action`]s for whoever drives the dashboard.

use std::ops::RangeInclusive;
use std::sync::Arc;

use egui::{Event, Ui};

use super::commands::Command;
use super::keys::{self, Answer};
use super::palette::Palette;
use super::pen::Pen;
use super::still::Subject;
use super::view::{Turn, View};
use super::{
    Action, FigureKind, FigureWish, Model, hands, header, learning_rate, notices, smoothing, style,
};
use crate::message;
use crate::scene::Theme;

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

impl View {
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
        let is_dialog_open =
            self.learning_rate.is_some() || self.new_run.is_open || self.runs_table.is_open;
        if self.palette.is_some() || is_dialog_open {
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
            Command::PauseResume => self.ask(header::pause_or_resume(model), model, actions),
            Command::SingleStep => self.ask(message::Command::Step, model, actions),
            Command::Stop => self.ask(message::Command::Stop, model, actions),
            Command::Evaluate => self.ask(message::Command::Evaluate, model, actions),
            Command::Checkpoint => self.ask(message::Command::Checkpoint, model, actions),
            Command::LearningRate => {
                self.learning_rate = Some(learning_rate::Dialog::new(model.scene));
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
            | Command::Statistics
            | Command::Marks => self.obey_hand(ui, model, command, actions),
        }
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

    /// Changes between dark and light.
    pub(super) fn toggle_theme(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        self.change_theme(ui, self.theme.other_ground(), actions);
    }

    /// Changes the theme; it is seen from the next pass on.
    fn change_theme(&mut self, ui: &Ui, theme: Theme, actions: &mut Vec<Action>) {
        self.choose_theme(theme);
        style::apply(ui.ctx(), &self.theme);
        actions.push(Action::ToggleTheme);
    }
}

/// Draws everything larger, or smaller; it is seen from the next pass on.
fn scale(ui: &Ui, by: f32) {
    let ctx = ui.ctx();
    ctx.set_zoom_factor(limited_zoom(ctx.zoom_factor() + by));
}
