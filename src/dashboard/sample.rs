//! A line in small, as it stands beside its name: a stroke that is dashed as the line is, with a disc where it has markers.
//!
//! Where nothing is dashed there is nothing to show of it: short strokes and squares, which are calmer, stand for lines there.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Rect, Stroke, pos2, vec2};

use super::pen::Pen;
use super::style::color;
use crate::message::Split;
use crate::scene::{Dash, Line, Panel, Rgb, SeriesKey};

/// How wide a stroke is that shows a dash.
pub(super) const WIDTH: f32 = 18.0;
/// How wide one is that shows none.
pub(super) const PLAIN: f32 = 12.0;
/// What separates a square or a disc from a name, with itself.
const SWATCH: f32 = 16.0;
/// A stroke's height.
const HEIGHT: f32 = 2.0;
/// A marker's radius.
const MARKER: f32 = 3.0;

/// What is seen of a line in small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) rgb: Rgb,
    pub(super) dash: Dash,
    pub(super) split: Split,
}

impl Sample {
    pub(super) fn of(pen: &Pen<'_>, line: &Line) -> Self {
        Self {
            rgb: pen.theme.series_color(line.color),
            dash: line.dash,
            split: line.split,
        }
    }

    /// Draws it from `left` on, [`WIDTH`] wide. The disc stands at its end, where it covers no dash.
    pub(super) fn show(&self, pen: &Pen<'_>, left: f32, middle: f32) {
        let left = left.round();
        let end = if self.split.is_held_out() {
            WIDTH - 2.0 * MARKER
        } else {
            WIDTH
        };
        for [from, to] in pieces(self.dash) {
            let piece = Rect::from_min_size(
                pos2(left + from, middle - HEIGHT / 2.0),
                vec2(to.min(end) - from, HEIGHT),
            );
            if *from < end {
                pen.painter.rect_filled(piece, 0.0, color(self.rgb));
            }
        }
        if self.split.is_held_out() {
            let center = pos2(left + WIDTH - MARKER, middle);
            pen.painter.circle_filled(center, MARKER, color(self.rgb));
        }
    }

    /// Draws it [`PLAIN`] wide, as a line that is not dashed.
    pub(super) fn show_plain(&self, pen: &Pen<'_>, left: f32, middle: f32) {
        let tint = color(self.rgb);
        let stroke = Stroke::new(HEIGHT, tint);
        pen.painter.hline(left..=left + PLAIN, middle, stroke);
        if self.split.is_held_out() {
            let center = pos2(left + PLAIN / 2.0, middle);
            pen.painter.circle_filled(center, MARKER, tint);
        }
    }
}

/// Where a dash is drawn, of [`WIDTH`]: shorter than on a chart, so that what makes it is there whole.
const fn pieces(dash: Dash) -> &'static [[f32; 2]] {
    match dash {
        Dash::Solid => &[[0.0, 18.0]],
        Dash::Dashed => &[[0.0, 4.0], [7.0, 11.0], [14.0, 18.0]],
        Dash::Dotted => &[
            [0.0, 2.0],
            [4.0, 6.0],
            [8.0, 10.0],
            [12.0, 14.0],
            [16.0, 18.0],
        ],
        Dash::DashDot => &[[0.0, 6.0], [8.0, 10.0], [12.0, 18.0]],
        Dash::LongDash => &[[0.0, 8.0], [10.0, 18.0]],
        Dash::DashDotDot => &[[0.0, 4.0], [6.0, 8.0], [10.0, 12.0], [14.0, 18.0]],
    }
}

/// Whether any line of a panel is dashed.
pub(super) fn has_dashes(panel: &Panel) -> bool {
    panel.lines.iter().any(|line| line.dash != Dash::Solid)
}

/// How wide the mark of each line of a panel is, with what separates it from a name.
pub(super) fn mark_width(panel: &Panel) -> f32 {
    if has_dashes(panel) {
        WIDTH + 6.0
    } else {
        SWATCH
    }
}

/// The mark of a line in a table: a sample where its panel has dashes, or else a square or a disc.
pub(super) fn mark(pen: &Pen<'_>, panel: &Panel, line: &Line, left: f32, middle: f32) {
    let sample = Sample::of(pen, line);
    if has_dashes(panel) {
        sample.show(pen, left, middle);
    } else {
        let center = pos2(left + 5.0, middle);
        pen.swatch(center, sample.rgb, line.split.is_held_out());
    }
}

/// How some series are dashed: those that are drawn in a panel that has dashes.
pub(super) fn dashes(panels: &[Arc<Panel>], wanted: &[SeriesKey]) -> HashMap<SeriesKey, Dash> {
    let lines = panels.iter().flat_map(|panel| {
        let lines = panel.lines.iter().filter(|line| wanted.contains(&line.key));
        lines.filter(|_| has_dashes(panel))
    });
    lines.map(|line| (line.key, line.dash)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// What of a sample is drawn, in halves of a point.
    fn seen(dash: Dash, end: f32) -> Vec<bool> {
        let drawn = |at: f32| {
            let mut pieces = pieces(dash).iter();
            pieces.any(|[from, to]| (*from..*to).contains(&at))
        };
        let places = (0_u8..36).map(|half| f32::from(half) / 2.0);
        places.filter(|at| *at < end).map(drawn).collect()
    }

    #[test]
    fn any_two_samples_differ_with_and_without_a_disc() {
        for end in [WIDTH, WIDTH - 2.0 * MARKER] {
            let all: HashSet<_> = Dash::ALL.iter().map(|dash| seen(*dash, end)).collect();
            assert_eq!(all.len(), Dash::ALL.len());
        }
    }

    #[test]
    fn pieces_are_apart_and_fill_the_width() {
        for dash in Dash::ALL {
            let pieces = pieces(dash);
            assert_eq!((pieces[0][0], pieces[pieces.len() - 1][1]), (0.0, WIDTH));
            let apart = pieces.windows(2).all(|pair| pair[1][0] >= pair[0][1] + 2.0);
            assert!(apart, "{dash:?}");
        }
    }
}
