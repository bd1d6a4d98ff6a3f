//! The place at which lines are read: under the pointer, or where keys have moved it; and what was read there.
//!
//! The place goes to whoever builds scenes; what comes back stands in the lines as readings, exact. Until the answer to a new
//! place has come, the last readings are shown at their own step: crosshair and values always agree.

use egui::{Event, Pos2, Ui};

use super::nearest::Place;
use super::pen::Pen;
use crate::scene::{Line, Panel, PanelId, Plot, Range, Reading, Scene, Stroke, Vertex};

/// A side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To what is earlier.
    Back,
    /// To what is later.
    On,
}

/// As a share of what is visible: vertices nearer than this stand at one place.
const SAME: f64 = 1e-6;

/// The place at which lines are read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cursor {
    /// In axis space.
    pub(super) x: Option<f64>,
    /// The panel in which keys have moved it; the pointer is not asked until it moves.
    held_in: Option<PanelId>,
}

impl Cursor {
    /// Lets go of what keys have done, where the pointer moves.
    pub(super) fn release(&mut self, ui: &Ui) {
        let moves = |event: &Event| {
            matches!(
                event,
                Event::PointerMoved(_) | Event::PointerGone | Event::PointerButton { .. }
            )
        };
        if ui.input(|input| input.events.iter().any(moves)) {
            self.held_in = None;
        }
    }

    /// Goes to where the pointer is; nowhere while a hand does something else, or where plots count something else.
    pub(super) fn point(&mut self, pen: &Pen<'_>, plots: &[Plot], is_idle: bool) {
        if pen.is_covered || !is_idle {
            *self = Self::default();
        } else if self.held_in.is_none() {
            self.x = pointed(pen, plots).map(|(plot, pointer)| place(plot).x_at(pointer));
        }
    }

    /// Goes to the next point that is drawn in a panel.
    pub(super) fn step(&mut self, scene: &Scene, panel: &Panel, visible: Range, way: Way) {
        let read = self
            .x
            .and_then(|x| lead(scene, panel, x))
            .map(|reading| reading.x);
        let from = self.held_in.and(self.x).or(read).or(self.x);
        let from = from.unwrap_or(match way {
            Way::Back => visible.end,
            Way::On => visible.start,
        });
        if let Some(next) = beside(panel, visible, from, way) {
            self.x = Some(next);
            self.held_in = Some(panel.id);
        }
    }

    /// The plot that is read: in which keys have moved, or else that under the pointer.
    pub(super) fn plot<'a>(&self, pen: &Pen<'_>, plots: &'a [Plot]) -> Option<&'a Plot> {
        self.x?;
        match self.held_in {
            Some(panel) => plots.iter().find(|plot| plot.panel == panel),
            None => pointed(pen, plots).map(|(plot, _)| plot),
        }
    }

    /// The pointer, where it is what moves the cursor.
    pub(super) fn pointer(&self, pen: &Pen<'_>) -> Option<Pos2> {
        let pointer = pen.ui.ctx().pointer_hover_pos();
        pointer.filter(|_| self.held_in.is_none())
    }
}

/// The plot under the pointer.
fn pointed<'a>(pen: &Pen<'_>, plots: &'a [Plot]) -> Option<(&'a Plot, Pos2)> {
    let pointer = pen.ui.ctx().pointer_hover_pos()?;
    let plot = plots
        .iter()
        .find(|plot| place(plot).plot.contains(pointer))?;
    Some((plot, pointer))
}

/// A plot as a place to put points into.
pub(super) fn place(plot: &Plot) -> Place {
    Place {
        plot: super::view::place(plot.rect),
        bounds: plot.bounds,
    }
}

/// The reading of a panel that is nearest to where the scene was read, the cursor being at `x`: its step is the crosshair's.
pub(super) fn lead(scene: &Scene, panel: &Panel, x: f64) -> Option<Reading> {
    let x = scene.cursor.unwrap_or(x);
    let readings = panel.lines.iter().filter_map(|line| line.at_cursor);
    readings.min_by(|a, b| (a.x - x).abs().total_cmp(&(b.x - x).abs()))
}

/// The value of a reading that its line shows: what smoothing makes of it, where that is known.
pub(super) fn shown_value(reading: &Reading) -> f32 {
    reading.smoothed.unwrap_or(reading.value)
}

/// The place of the next point of any line that is drawn in a panel, on one side of a place.
fn beside(panel: &Panel, visible: Range, from: f64, way: Way) -> Option<f64> {
    let least = SAME * visible.span();
    let nexts = panel.lines.iter().filter_map(|line| {
        let (vertices, origin) = front(line)?;
        let at = |vertex: &Vertex| f64::from(vertex.x) + origin;
        let next = match way {
            Way::On => vertices.get(vertices.partition_point(|vertex| at(vertex) <= from + least)),
            Way::Back => vertices
                .partition_point(|vertex| at(vertex) < from - least)
                .checked_sub(1)
                .and_then(|index| vertices.get(index)),
        };
        next.map(at).filter(|at| visible.contains(*at))
    });
    nexts.reduce(match way {
        Way::On => f64::min,
        Way::Back => f64::max,
    })
}

/// The vertices of a line itself, not of its faint history, and their horizontal origin.
fn front(line: &Line) -> Option<(&[Vertex], f64)> {
    let mut parts = line.parts.iter().rev();
    let part = parts.find(|part| matches!(part.stroke, Stroke::Line { .. }))?;
    Some((&part.chunk.vertices, part.chunk.origin[0]))
}
