//! What keys do to what is looked at and read, and the way back to views before.

use egui::{Event, PointerButton, Ui};

use super::commands::Command;
use super::cursor::{Way, lead, place};
use super::history::Gesture;
use super::pen::Pen;
use super::sight::{Seen, moved};
use super::trail::{Kind, Step};
use super::view::View;
use super::{Action, Model, pins, readout};
use crate::message;
use crate::scene::{Bounds, Panel, Plot, Selection, Smoothing, XAxis};
use std::sync::Arc;

/// All of a view that is undone and redone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Snapshot {
    seen: Seen,
    smoothing: Smoothing,
    selection: Arc<Selection>,
    pins: Vec<message::Step>,
}

impl View {
    fn snapshot(&self) -> Snapshot {
        Snapshot {
            seen: self.sight.seen().clone(),
            smoothing: self.smoothing,
            selection: Arc::clone(&self.selection),
            pins: self.pins.clone(),
        }
    }

    /// Notes for the history what input has changed.
    pub(super) fn remember(&mut self, ui: &Ui) {
        let pointed = ui.ctx().pointer_hover_pos();
        let over = pointed.and_then(|pointer| {
            let mut shown = self.shown.iter();
            shown.find(|(_, rect)| rect.contains(pointer))
        });
        let over = over.map(|(panel, _)| *panel);
        let (gesture, is_over) = ui.input(|input| {
            let turns = |event: &Event| matches!(event, Event::MouseWheel { .. } | Event::Zoom(_));
            let ends =
                |event: &Event| matches!(event, Event::Key { .. } | Event::PointerButton { .. });
            let gesture = if input.pointer.any_down() || input.pointer.any_released() {
                Some(Gesture::Held)
            } else if input.events.iter().any(turns) {
                Some(Gesture::Wheel(over))
            } else {
                None
            };
            (gesture, input.events.iter().any(ends))
        });
        self.history.note(self.snapshot(), gesture);
        if is_over {
            self.history.close();
        }
    }

    /// Goes back, or forth, to another view.
    fn travel(&mut self, ui: &Ui, command: Command, actions: &mut Vec<Action>) {
        self.remember(ui);
        let snapshot = match command {
            Command::Undo => self.history.undo(),
            _ => self.history.redo(),
        };
        let Some(Snapshot {
            seen,
            smoothing,
            selection,
            pins,
        }) = snapshot.cloned()
        else {
            return;
        };
        self.sight.see(seen);
        self.selection = selection;
        self.pins = pins;
        if self.smoothing != smoothing {
            self.smoothing = smoothing;
            actions.push(Action::SetSmoothing(smoothing));
        }
    }

    /// Does what a key asks of what is looked at and read.
    pub(super) fn obey_hand(
        &mut self,
        ui: &Ui,
        model: &Model<'_>,
        command: Command,
        actions: &mut Vec<Action>,
    ) {
        if matches!(command, Command::Undo | Command::Redo) {
            self.travel(ui, command, actions);
            return;
        }
        match command {
            Command::Links => self.sight.toggle_links(),
            Command::Unpin => self.pins.clear(),
            Command::Statistics => self.statistics.toggle(),
            Command::Marks => self.marks.toggle(),
            _ => {}
        }
        let Some(panel) = self.pointed_at(ui, model) else {
            return;
        };
        match command {
            Command::Follow if !model.scene.run.state.is_over() => {
                self.sight.toggle_follow(panel);
            }
            Command::ReadBefore | Command::ReadAfter => {
                let way = if command == Command::ReadBefore {
                    Way::Back
                } else {
                    Way::On
                };
                if let Some(Bounds { x, .. }) = self.sight.bounds(panel) {
                    self.cursor.step(model.scene, panel, x, way);
                }
            }
            Command::Pin => self.pin(model, panel),
            Command::CopyValue => {
                let pointer = ui.ctx().pointer_hover_pos();
                let plot = self.laid.iter().find(|plot| plot.panel == panel.id);
                let text =
                    plot.and_then(|plot| readout::value_as_text(model.scene, panel, plot, pointer));
                if let Some(text) = text {
                    ui.ctx().copy_text(text);
                }
            }
            Command::CopyValues => {
                if let Some(text) = readout::values_as_text(model.scene, panel) {
                    ui.ctx().copy_text(text);
                }
            }
            _ => {}
        }
    }

    /// Zooms by keys about the middle, and moves by a part of what is visible.
    pub(super) fn look(&mut self, ui: &Ui, model: &Model<'_>, factor: f64, by: f64) {
        let Some(panel) = self.pointed_at(ui, model) else {
            return;
        };
        let is_live = !model.scene.run.state.is_over();
        for (kind, amount) in [(Kind::ZoomX, factor.ln()), (Kind::MoveX, by)] {
            let step = Step {
                kind,
                from: [-1.0; 2],
                anchor: [0.5, 0.0],
                amount,
            };
            self.sight.step(panel, step, is_live);
        }
    }

    /// Pins the step that is read, or takes its pin out.
    fn pin(&mut self, model: &Model<'_>, panel: &Panel) {
        let Some(x) = self.cursor.x else {
            return;
        };
        let on_axis = || {
            let step = panel.x_scale.value(x).round();
            // It is no step where it is negative, and rounded where no line has points there.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let step = (panel.x_axis == XAxis::Step && step >= 0.0).then_some(step as u64);
            step
        };
        let read = lead(model.scene, panel, x).map(|reading| reading.step);
        if let Some(step) = read.or_else(on_axis) {
            pins::toggle(&mut self.pins, step);
        }
    }

    /// Pins where a plot is clicked with Alt held.
    pub(super) fn pin_by_click(&mut self, pen: &Pen<'_>, model: &Model<'_>, plots: &[Plot]) {
        let is_clicked = pen.ui.input(|input| {
            input.modifiers.alt && input.pointer.button_clicked(PointerButton::Primary)
        });
        let pointer = pen.ui.ctx().pointer_hover_pos();
        let (true, false, Some(pointer)) = (is_clicked, pen.is_covered, pointer) else {
            return;
        };
        let plot = plots.iter().find(|plot| place(plot).plot.contains(pointer));
        if let Some(panel) = plot.and_then(|plot| model.scene.panel(plot.panel)) {
            self.pin(model, panel);
        }
    }

    /// The same vertically.
    pub(super) fn look_y(&mut self, ui: &Ui, model: &Model<'_>, factor: f64, by: f64) {
        let Some(panel) = self.pointed_at(ui, model) else {
            return;
        };
        let is_live = !model.scene.run.state.is_over();
        if by == 0.0 {
            let step = Step {
                kind: Kind::ZoomY,
                from: [-1.0; 2],
                anchor: [0.0, 0.5],
                amount: factor.ln(),
            };
            self.sight.step(panel, step, is_live);
        } else if let Some(Bounds { y, .. }) = self.sight.bounds(panel) {
            self.sight.look_at_y(panel, moved(y, by * y.span()));
        }
    }
}
