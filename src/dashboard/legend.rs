//! A panel's legend: each line's name and latest value, or that at the cursor, from the right, as many as there is room for.
//!
//! Every value stands in a column of its own that is as wide as such values usually are: a value that changes moves neither
//! its name nor its neighbour. Where room is short the little strokes go first, but for those that show dashes; then whole
//! entries, which are counted.

use egui::{Rect, pos2};

use super::number::{Digits, bare, widest};
use super::pen::{At, Ink, Pen};
use super::sample::{self, Sample, has_dashes};
use super::statistics;
use super::style::{Face, level_color, size};
use crate::message::{Level, Unit};
use crate::scene::{Line, Panel};

/// Lines that a legend knows; beyond them it counts.
const MOST_ENTRIES: usize = 24;
/// Between two entries.
const BETWEEN: f32 = 16.0;
/// Between a name and its value.
const NAME_GAP: f32 = 6.0;
/// What separates a stroke from its name.
const KEY_GAP: f32 = 6.0;
/// The widest name.
const MOST_NAME: f32 = 96.0;
/// Room for the count of what is not shown.
const MORE: f32 = 34.0;

/// Which values a legend tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// The latest.
    Latest,
    /// Those at the cursor.
    Read,
}

/// A line in the legend.
struct Entry<'a> {
    line: &'a Line,
    value: Option<f32>,
    text: String,
    /// The width of its column.
    column: f32,
    /// The width of its name; none where the line is alone.
    name: Option<f32>,
}

impl Entry<'_> {
    /// With so much room for its stroke.
    fn width(&self, key: f32) -> f32 {
        self.column + self.name.map_or(0.0, |name| key + name + NAME_GAP)
    }
}

/// Draws the legend between `left` and `right`; returns where it begins.
pub(super) fn show(
    pen: &Pen<'_>,
    panel: &Panel,
    values: Values,
    left: f32,
    right: f32,
    middle: f32,
) -> f32 {
    let entries = entries(pen, panel, values);
    let all = panel.lines.len();
    let fits = |shown: usize, key: f32| {
        let entries = entries.iter().take(shown);
        let width: f32 = entries.map(|entry| entry.width(key) + BETWEEN).sum();
        let more = if shown < all { MORE } else { 0.0 };
        right - left >= width - BETWEEN + more
    };
    let key = if has_dashes(panel) {
        KEY_GAP + sample::WIDTH
    } else {
        let plain = KEY_GAP + sample::PLAIN;
        let fits_without = !fits(entries.len(), plain) && fits(entries.len(), 0.0);
        if fits_without { 0.0 } else { plain }
    };
    let shown = (0..=entries.len())
        .rev()
        .find(|shown| fits(*shown, key))
        .unwrap_or(0);
    let mut x = right;
    if shown < all {
        if right - left < MORE {
            return right;
        }
        x = rest(pen, panel, &entries[shown..], all - shown, x, middle) - 12.0;
    }
    for (index, entry) in entries.iter().enumerate().take(shown).rev() {
        show_entry(pen, panel, index, entry, key, x, middle);
        x -= entry.width(key) + BETWEEN;
    }
    x + BETWEEN
}

fn entries<'a>(pen: &Pen<'_>, panel: &'a Panel, values: Values) -> Vec<Entry<'a>> {
    let value_ink = Ink::new(Face::Semibold, size::TEXT, pen.theme.text);
    let usual = pen.width(widest(&panel.unit), &value_ink).ceil();
    let is_alone = panel.lines.len() == 1;
    let lines = panel.lines.iter().take(MOST_ENTRIES);
    lines
        .map(|line| {
            let value = match values {
                Values::Latest => line.latest,
                Values::Read => line.at_cursor.map(|reading| reading.value),
            };
            let text = written(value, &panel.unit);
            let name = pen.width(&line.label, &name_ink(pen, line));
            Entry {
                line,
                column: pen.width(&text, &value_ink).max(usual),
                value,
                text,
                name: (!is_alone).then(|| name.min(MOST_NAME)),
            }
        })
        .collect()
}

/// Draws one entry that ends at `right`.
fn show_entry(
    pen: &Pen<'_>,
    panel: &Panel,
    index: usize,
    entry: &Entry<'_>,
    key: f32,
    right: f32,
    middle: f32,
) {
    let line = entry.line;
    let ink = if entry.value.is_none_or(f32::is_finite) {
        Ink::new(Face::Semibold, size::TEXT, pen.theme.text)
    } else {
        let warn = level_color(&pen.theme, Level::Warn);
        Ink::colored(Face::Semibold, size::TEXT, warn)
    };
    let value = pen.text(&entry.text, &ink, At::Right(right), middle);
    let left = right - entry.width(key);
    if entry.name.is_some() {
        let galley = pen.row(&line.label, &name_ink(pen, line), MOST_NAME);
        let end = right - entry.column - NAME_GAP;
        pen.paint_row(galley, At::Right(end), middle, size::TEXT);
        let sample = Sample::of(pen, line);
        if key >= KEY_GAP + sample::WIDTH {
            sample.show(pen, left, middle);
        } else if key > 0.0 {
            sample.show_plain(pen, left, middle);
        }
    }
    let rect = Rect::from_min_max(pos2(left, value.top()), pos2(right, value.bottom()));
    let name = format!("{} {}", line.label, entry.text);
    let response = pen.name(("legend", panel.id.0, index), rect, &name);
    if let Some(visible) = &line.visible {
        pen.explain(response, statistics::sentence(visible, &panel.unit));
    }
}

/// Counts what is not shown, and names it when pointed at; returns where that begins.
fn rest(
    pen: &Pen<'_>,
    panel: &Panel,
    entries: &[Entry<'_>],
    count: usize,
    right: f32,
    middle: f32,
) -> f32 {
    let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
    let rect = pen.text(&format!("+{count}"), &ink, At::Right(right), middle);
    let mut names: Vec<String> = entries
        .iter()
        .map(|entry| format!("{} {}", entry.line.label, entry.text))
        .collect();
    if count > entries.len() {
        names.push("…".to_owned());
    }
    let response = pen.name(("more", panel.id.0), rect, &names.join(", "));
    pen.explain(response, names.join("\n"));
    rect.left()
}

fn name_ink(pen: &Pen<'_>, line: &Line) -> Ink {
    let rgb = pen.theme.series_color(line.color);
    Ink::new(Face::Regular, size::TEXT, rgb)
}

fn written(value: Option<f32>, unit: &Unit) -> String {
    value.map_or_else(
        || "–".to_owned(),
        |value| bare(f64::from(value), unit, Digits::Short),
    )
}
