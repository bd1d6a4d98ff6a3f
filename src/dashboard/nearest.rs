//! Where points stand in a plot, and the line that is nearest to the pointer.
//!
//! It is looked for among the vertices that are drawn: nearest is what looks nearest. Its values are read elsewhere.

use egui::{Pos2, Rect, vec2};

use crate::scene::{Bounds, Line, Panel, Range, Stroke, Vertex};

/// Farther away than this, in points, nothing is meant.
const REACH: f32 = 14.0;

/// A line that is near.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nearest<'a> {
    pub(super) line: &'a Line,
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
            let distance = place.distance(line, pointer)?;
            (distance <= REACH).then_some((distance, Nearest { line }))
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, nearest)| nearest)
}

/// A plot, and what is visible there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) plot: Rect,
    pub(super) bounds: Bounds,
}

impl Place {
    /// How far a line is from the pointer, in points.
    fn distance(&self, line: &Line, pointer: Pos2) -> Option<f32> {
        // In front of the others: the line itself, not its faint history.
        let mut parts = line.parts.iter().rev();
        let part = parts.find(|part| matches!(part.stroke, Stroke::Line { .. }))?;
        let (vertices, origin) = (&part.chunk.vertices, part.chunk.origin);
        let around = |points: f32| self.x_at(pointer + vec2(points, 0.0)) - origin[0];
        let before = |x: f64| vertices.partition_point(|vertex| f64::from(vertex.x) < x);
        let from = before(around(-REACH)).saturating_sub(1);
        let to = (before(around(REACH)) + 1).min(vertices.len());
        let seen = vertices.get(from..to)?;
        let position = |vertex: &Vertex| {
            self.position([
                f64::from(vertex.x) + origin[0],
                f64::from(vertex.y) + origin[1],
            ])
        };
        let segments = seen
            .windows(2)
            .filter(|pair| !pair[0].is_gap() && !pair[1].is_gap())
            .map(|pair| to_segment(pointer, position(&pair[0]), position(&pair[1])));
        segments.reduce(f32::min)
    }

    /// What stands horizontally where the pointer is.
    pub(super) fn x_at(&self, pointer: Pos2) -> f64 {
        let share = (pointer.x - self.plot.left()) / self.plot.width();
        self.bounds.x.start + f64::from(share) * self.bounds.x.span()
    }

    /// Where a point stands in the window.
    pub(super) fn position(&self, at: [f64; 2]) -> Pos2 {
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
