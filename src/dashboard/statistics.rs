//! What lies in sight, in a few numbers: a row a line under a panel's head, or a sentence where the legend is pointed at.

use egui::{Rect, pos2};

use super::number::{Digits, bare, count, widest, with_unit};
use super::pen::{At, Ink, Pen};
use super::sample::{mark, mark_width};
use super::style::{Face, size};
use crate::message::Unit;
use crate::scene::{Panel, Statistics};

/// The height of a row.
const ROW: f32 = 18.0;
/// Rows for lines; the last of them counts what has none.
const MOST_ROWS: usize = 6;
/// A panel in which curves would have less than this, in points, keeps its room for them.
const LEAST_LEFT: f32 = 84.0;
/// What a panel needs beside curves and statistics.
const AROUND: f32 = 70.0;
/// Left and right of a row.
const PADDING: f32 = 14.0;
/// The least room for names, and what is between columns.
const LEAST_NAME: f32 = 48.0;
const BETWEEN: f32 = 14.0;

/// A column's name, and what stands in it of a line.
type Column = (&'static str, fn(&Statistics) -> f64);

/// The columns; those that go first where room is short come last.
const COLUMNS: [Column; 4] = [
    ("last", |seen| seen.last.into()),
    ("mean", |seen| seen.mean),
    ("max", |seen| seen.largest.into()),
    ("min", |seen| seen.smallest.into()),
];

/// Whether statistics are shown under the heads of panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown(bool);

impl Shown {
    /// Shows what is hidden, hides what is shown.
    pub(super) const fn toggle(&mut self) {
        self.0 = !self.0;
    }

    /// The room they take in a panel.
    pub(super) fn height(self, panel: &Panel, rect: Rect) -> f32 {
        let has_some = panel.lines.iter().any(|line| line.visible.is_some());
        let height = ROW * (1 + panel.lines.len().min(MOST_ROWS)) as f32;
        let is_roomy = rect.height() - AROUND - height >= LEAST_LEFT;
        if self.0 && has_some && is_roomy {
            height
        } else {
            0.0
        }
    }

    /// Draws them from `top` on, where there is room.
    pub(super) fn show(self, pen: &Pen<'_>, panel: &Panel, rect: Rect, top: f32) {
        if self.height(panel, rect) > 0.0 {
            rows(pen, panel, rect, top - 6.0);
        }
    }
}

fn rows(pen: &Pen<'_>, panel: &Panel, rect: Rect, top: f32) {
    let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.text);
    let dim = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
    let values = |(_, of): &Column| {
        let visible = panel.lines.iter().filter_map(|line| line.visible.as_ref());
        let texts = visible.map(|seen| bare(of(seen), &panel.unit, Digits::Full));
        let widths = texts.map(|text| pen.width(&text, &ink));
        widths.fold(pen.width(widest(&panel.unit), &ink), f32::max)
    };
    let left = rect.left() + PADDING;
    let key = mark_width(panel);
    let mut right = rect.right() - PADDING;
    let mut columns = Vec::new();
    for column in &COLUMNS {
        let width = values(column).ceil();
        if right - width - BETWEEN < left + key + LEAST_NAME {
            break;
        }
        columns.push((column, right));
        right -= width + BETWEEN;
    }
    let middle = |row: usize| top + (row as f32 + 0.5) * ROW;
    for ((name, _), right) in &columns {
        pen.text(name, &dim, At::Right(*right), middle(0));
    }
    let is_counted = panel.lines.len() > MOST_ROWS;
    let shown = panel.lines.len().min(MOST_ROWS) - usize::from(is_counted);
    for (row, line) in panel.lines.iter().take(shown).enumerate() {
        let middle = middle(row + 1);
        mark(pen, panel, line, left, middle);
        let name = pen.row(&line.label, &ink, right - left - key);
        pen.paint_row(name, At::Left(left + key), middle, size::SMALL);
        for ((_, of), right) in &columns {
            let text = line.visible.as_ref().map_or_else(
                || "–".to_owned(),
                |seen| bare(of(seen), &panel.unit, Digits::Full),
            );
            pen.text(&text, &ink, At::Right(*right), middle);
        }
        let place = Rect::from_min_max(
            pos2(left, middle - ROW / 2.0),
            pos2(rect.right() - PADDING, middle + ROW / 2.0),
        );
        let sentence = line.visible.as_ref().map_or_else(
            || "no finite value in sight".to_owned(),
            |seen| sentence(seen, &panel.unit),
        );
        let name = format!("{}: {sentence}", line.label);
        pen.name(("statistics", panel.id.0, row), place, &name);
    }
    if is_counted {
        let text = format!("+{} more", count((panel.lines.len() - shown) as u64));
        let id = ("further statistics", panel.id.0);
        let room = rect.width() - 2.0 * PADDING;
        pen.label(
            id,
            &text,
            &dim,
            At::Left(left + key),
            middle(MOST_ROWS),
            room,
        );
    }
}

/// What lies in sight of a line, in words.
pub(super) fn sentence(seen: &Statistics, unit: &Unit) -> String {
    let columns = COLUMNS.iter().rev();
    let numbers: Vec<String> = columns
        .map(|(name, of)| format!("{name} {}", with_unit(of(seen), unit, Digits::Full)))
        .collect();
    format!(
        "{}, of {} points in sight",
        numbers.join(", "),
        count(seen.points)
    )
}
