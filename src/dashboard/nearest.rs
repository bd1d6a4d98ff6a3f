//! The line that is nearest to the pointer.
//!
//! Looked for among the vertices that are drawn, so that what is told is what is seen: they are points as they were reported,
//! but for smoothed lines.

use egui::{Pos2, Rect};

use crate::scene::{Bounds, Line, Panel, Range, Stroke, Vertex};

/// Farther away than this, in points, nothing is meant.
const REACH: f32 = 14.0;

/// A line and its point that is nearest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nearest<'a> {
    pub(super) line: &'a Line,
    /// Where the point stands on the panel's axes.
    pub(super) at: [f64; 2],
}

/// The line of a panel that comes nearest to the pointer.
pub(super) fn nearest<'a>(
    panel: &'a Panel,
    plot: Rect,
    bounds: Bounds,
    pointer: Pos2,
) -> Option<Nearest<'a>> {
    let place = Place { plot, bounds };
    panel
        .lines
        .iter()
        .filter_map(|line| {
            let (distance, at) = place.distance(line, pointer)?;
            (distance <= REACH).then_some((distance, Nearest { line, at }))
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, nearest)| nearest)
}

struct Place {
    plot: Rect,
    bounds: Bounds,
}

impl Place {
    /// How far a line is from the pointer, in points, and its nearest vertex.
    fn distance(&self, line: &Line, pointer: Pos2) -> Option<(f32, [f64; 2])> {
        // In front of the others: the line itself, not its faint history.
        let mut parts = line.parts.iter().rev();
        let part = parts.find(|part| matches!(part.stroke, Stroke::Line { .. }))?;
        let (vertices, origin) = (&part.chunk.vertices, part.chunk.origin);
        let around = |points: f32| {
            let x = self.bounds.x;
            let share = (pointer.x + points - self.plot.left()) / self.plot.width();
            x.start + f64::from(share) * x.span() - origin[0]
        };
        let before = |x: f64| vertices.partition_point(|vertex| f64::from(vertex.x) < x);
        let from = before(around(-REACH)).saturating_sub(1);
        let to = (before(around(REACH)) + 1).min(vertices.len());
        let seen = vertices.get(from..to)?;
        let position = |vertex: &Vertex| {
            let at = [
                f64::from(vertex.x) + origin[0],
                f64::from(vertex.y) + origin[1],
            ];
            (self.position(at), at)
        };
        let segments = seen
            .windows(2)
            .filter(|pair| !pair[0].is_gap() && !pair[1].is_gap())
            .map(|pair| to_segment(pointer, position(&pair[0]).0, position(&pair[1]).0));
        let least = segments.reduce(f32::min)?;
        let vertex = seen
            .iter()
            .filter(|vertex| !vertex.is_gap())
            .map(position)
            .min_by(|(a, _), (b, _)| {
                let far = |place: &Pos2| (*place - pointer).length_sq();
                far(a).total_cmp(&far(b))
            })?;
        Some((least, vertex.1))
    }

    fn position(&self, at: [f64; 2]) -> Pos2 {
        // Within some screens of the plot, or farther away than any distance that counts.
        #[allow(clippy::cast_possible_truncation)]
        let share = |range: Range, at: f64| ((at - range.start) / range.span()) as f32;
        Pos2::new(
            self.plot.left() + share(self.bounds.x, at[0]) * self.plot.width(),
            self.plot.bottom() - share(self.bounds.y, at[1]) * self.plot.height(),
        )
    }
}

fn to_segment(pointer: Pos2, from: Pos2, to: Pos2) -> f32 {
    let way = to - from;
    let share = if way.length_sq() > 0.0 {
        ((pointer - from).dot(way) / way.length_sq()).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (from + way * share - pointer).length()
}
