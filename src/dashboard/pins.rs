//! Pins: steps that readings are compared with.
//!
//! A pin is a step; where it stands on another axis is read from the lines. Marks and flags lie over the data.

use egui::{Align2, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, WidgetInfo, pos2, vec2};

use super::cursor::place;
use super::number::count;
use super::pen::Pen;
use super::style::{Face, color, size};
use crate::message::Step;
use crate::scene::{Line, Panel, Plot, Reading, XAxis};

/// As many as there are digits to number them with.
pub(super) const MOST: usize = 9;
/// A flag's width and height.
const FLAG: egui::Vec2 = vec2(15.0, 15.0);

/// Pins a step, or takes its pin out. Where there is no more room nothing happens.
pub(super) fn toggle(pins: &mut Vec<Step>, step: Step) {
    match pins.iter().position(|pin| *pin == step) {
        Some(index) => {
            pins.remove(index);
        }
        None if pins.len() < MOST => pins.push(step),
        None => {}
    }
}

/// What a line says at the last pin, and that pin's number, as far as it was read already.
pub(super) fn last<'a>(pins: &[Step], line: &'a Line) -> Option<(usize, &'a Reading)> {
    if line.at_pins.len() != pins.len() {
        return None;
    }
    let reading = line.at_pins.last()?.as_ref()?;
    Some((pins.len(), reading))
}

/// Draws the pins of a plot, and takes out the one that was clicked.
pub(super) fn show(pen: &Pen<'_>, panel: &Panel, plot: &Plot, pins: &mut Vec<Step>) {
    let mut taken = None;
    for (index, step) in pins.iter().enumerate() {
        let Some(x) = x_of(panel, pins, index) else {
            continue;
        };
        let here = place(plot);
        if !plot.bounds.x.contains(x) {
            continue;
        }
        let at = here.position([x, plot.bounds.y.start]).x;
        let tint = color(pen.theme.dim);
        pen.upright(at, here.plot.top(), here.plot.bottom(), tint);
        if is_flag_clicked(pen, panel, index, *step, pos2(at, here.plot.top())) {
            taken = Some(index);
        }
    }
    if let Some(index) = taken {
        pins.remove(index);
    }
}

fn is_flag_clicked(
    pen: &Pen<'_>,
    panel: &Panel,
    index: usize,
    step: Step,
    top: egui::Pos2,
) -> bool {
    let rect = Rect::from_min_size(top - vec2(FLAG.x / 2.0, 0.0), FLAG);
    let id = pen.id(("pin", panel.id.0, index));
    let response = pen.ui.interact(rect, id, Sense::click());
    let text = format!("pin {} at step {}", index + 1, count(step));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &text));
    let is_lit = !pen.is_covered && response.hovered();
    if is_lit {
        pen.ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    }
    let ground = if is_lit {
        pen.theme.line
    } else {
        pen.theme.raised
    };
    let border = Stroke::new(1.0, color(pen.theme.dim));
    let painter = &pen.painter;
    painter.rect(rect, 3.0, color(ground), border, StrokeKind::Inside);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        index + 1,
        Face::Semibold.at(size::TICK),
        color(pen.theme.text),
    );
    let is_clicked = response.clicked() && !pen.is_covered;
    pen.explain(response, format!("{text}; click to take it out"));
    is_clicked
}

/// Where a pin stands on a panel's axis; `None` where that is not known yet.
fn x_of(panel: &Panel, pins: &[Step], index: usize) -> Option<f64> {
    let step = pins[index];
    if panel.x_axis == XAxis::Step {
        // Steps beyond 2⁵³ do not occur.
        return Some(panel.x_scale.position_of(step as f64));
    }
    let readings = panel
        .lines
        .iter()
        .filter(|line| line.at_pins.len() == pins.len())
        .filter_map(|line| line.at_pins[index]);
    readings
        .min_by_key(|reading| reading.step.abs_diff(step))
        .map(|reading| reading.x)
}
