//! The values of all lines at the cursor: in a small box near the pointer, and as text to be copied.
//!
//! In come readings, exact, never what is drawn. Lines that were read at another step than the crosshair's say so. Beside each
//! value stands what it differs by from the last pin.

use std::time::Duration;

use egui::{Pos2, Rect, Stroke, StrokeKind, Vec2, pos2, vec2};

use super::cursor::{lead, place, shown_value};
use super::nearest::{Place, nearest};
use super::number::{Digits, bare, clock, count, with_unit};
use super::pen::{At, Ink, Pen};
use super::pins;
use super::sample::{mark, mark_width};
use super::style::{Face, color, size};
use super::view::View;
use crate::message::{Step, Unit};
use crate::scene::{Line, Panel, Plot, Reading, Scene, SeriesKey, XAxis};

/// Lines in the box.
const MOST_ROWS: usize = 12;
const ROW: f32 = 18.0;
const PADDING: f32 = 10.0;
const BETWEEN: f32 = 12.0;
/// The widest name.
const MOST_NAME: f32 = 150.0;
/// Between the pointer and the box.
const AWAY: f32 = 14.0;

/// A line in the box.
struct Row<'a> {
    line: &'a Line,
    reading: Reading,
    /// Its cells, the first beside its name; empty where there is nothing to say.
    cells: [String; COLUMNS],
    is_nearest: bool,
}

/// Value, raw value, difference, difference in percent, its own step.
const COLUMNS: usize = 5;

/// Draws the box for a panel's plot.
pub(super) fn show(pen: &Pen<'_>, view: &View, scene: &Scene, panel: &Panel, plot: &Plot) {
    let Some(lead) = view.cursor.x.and_then(|x| lead(scene, panel, x)) else {
        return;
    };
    let here = place(plot);
    let at = here.position([lead.x, panel.scale.position(shown_value(&lead))]);
    let pointer = view.cursor.pointer(pen);
    let near = pointer.and_then(|pointer| nearest(panel, here.plot, here.bounds, pointer));
    let near = near.map(|near| near.line.key);
    let pointer = pointer.unwrap_or_else(|| pos2(at.x, here.plot.center().y));
    let most = most_rows(pen.ui.ctx().content_rect().height());
    let rows = rows(panel, near, &view.pins, lead.step);
    let (rows, rest) = most_of(rows, most, panel, here, pointer);
    let title = title(panel, &lead, &view.pins, view.utc_offset_s);
    paint(pen, panel, &title, (&rows, rest), pointer);
}

/// What is copied of the line that is nearest to the pointer, or else of the first that was read.
pub(super) fn value_as_text(
    scene: &Scene,
    panel: &Panel,
    plot: &Plot,
    pointer: Option<Pos2>,
) -> Option<String> {
    let here = place(plot);
    let near = pointer.and_then(|pointer| nearest(panel, here.plot, here.bounds, pointer));
    let near = near
        .map(|near| near.line)
        .filter(|line| line.at_cursor.is_some());
    let first = || panel.lines.iter().find(|line| line.at_cursor.is_some());
    let line = near.or_else(first)?;
    let reading = line.at_cursor?;
    let written = |value: f32| with_unit(f64::from(value), &panel.unit, Digits::Full);
    let smoothed = reading
        .smoothed
        .map(|value| format!(" (smoothed {})", written(value)));
    Some(format!(
        "{}, step {}: {}{}",
        name_of(scene, line),
        count(reading.step),
        written(reading.value),
        smoothed.unwrap_or_default()
    ))
}

/// What is copied of all lines: a table, its cells apart by tabs, its numbers as exact as they are kept.
pub(super) fn values_as_text(scene: &Scene, panel: &Panel) -> Option<String> {
    let rows: Vec<String> = panel
        .lines
        .iter()
        .filter_map(|line| {
            let Reading {
                step,
                value,
                smoothed,
                ..
            } = line.at_cursor?;
            let smoothed = smoothed.map(|value| value.to_string()).unwrap_or_default();
            let name = name_of(scene, line).replace(['\t', '\n'], " ");
            Some(format!("{name}\t{step}\t{value}\t{smoothed}\n"))
        })
        .collect();
    (!rows.is_empty()).then(|| format!("series\tstep\tvalue\tsmoothed\n{}", rows.concat()))
}

/// The series of a line, in full where it is known.
fn name_of(scene: &Scene, line: &Line) -> String {
    let series = scene.series.iter().find(|series| series.key == line.key);
    series.map_or_else(|| line.label.to_string(), |series| series.name.to_string())
}

/// Where lines are read, and how far that is from the last pin.
fn title(panel: &Panel, lead: &Reading, pins: &[Step], utc_offset_s: i32) -> String {
    let mut title = format!("step {}", count(lead.step));
    let x = panel.x_scale.value(lead.x);
    let place = match panel.x_axis {
        XAxis::Step => None,
        XAxis::Epoch => Some(format!("epoch {x:.2}")),
        XAxis::RelativeTime => {
            let elapsed = Duration::try_from_secs_f64(x).unwrap_or_default();
            Some(clock(elapsed))
        }
        XAxis::WallTime => Some(time_of_day(x, utc_offset_s)),
    };
    if let Some(place) = place {
        title = format!("{title} · {place}");
    }
    if let Some(pin) = pins.last() {
        let sign = if lead.step < *pin { '−' } else { '+' };
        let steps = count(lead.step.abs_diff(*pin));
        title = format!("{title} · {sign}{steps} from pin {}", pins.len());
    }
    title
}

/// Unix seconds as hours, minutes and seconds of a place that is ahead of UTC by `offset_s`.
fn time_of_day(unix_s: f64, offset_s: i32) -> String {
    let seconds = (unix_s + f64::from(offset_s)).rem_euclid(86_400.0);
    // Less than a day.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let seconds = seconds as u32;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

/// A row for each line that was read, in legend order; of many those that are near the pointer, the nearest first.
fn rows<'a>(panel: &'a Panel, near: Option<SeriesKey>, pins: &[Step], step: Step) -> Vec<Row<'a>> {
    panel
        .lines
        .iter()
        .filter_map(|line| {
            let reading = line.at_cursor?;
            Some(Row {
                line,
                reading,
                cells: cells(line, &reading, &panel.unit, pins, step),
                is_nearest: near == Some(line.key),
            })
        })
        .collect()
}

/// How many rows there are at most in a window of that height: the readout leaves the charts their room.
fn most_rows(height: f32) -> usize {
    // A dozen at most.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rows = (height * 0.3 / ROW) as usize;
    rows.clamp(3, MOST_ROWS)
}

/// The rows that are nearest to the pointer, and how many others there are.
fn most_of<'a>(
    mut rows: Vec<Row<'a>>,
    most: usize,
    panel: &Panel,
    here: Place,
    pointer: Pos2,
) -> (Vec<Row<'a>>, usize) {
    let rest = rows.len().saturating_sub(most);
    if rest > 0 {
        let far = |row: &Row<'_>| {
            let y = panel.scale.position(shown_value(&row.reading));
            let at = here.position([row.reading.x, y]);
            let far = (at.y - pointer.y).abs();
            let far = if far.is_finite() { far } else { f32::MAX };
            if row.is_nearest { -1.0 } else { far }
        };
        rows.sort_by(|a, b| far(a).total_cmp(&far(b)));
        rows.truncate(most);
    }
    (rows, rest)
}

fn cells(
    line: &Line,
    reading: &Reading,
    unit: &Unit,
    pins: &[Step],
    step: Step,
) -> [String; COLUMNS] {
    let written = |value: f64| bare(value, unit, Digits::Full);
    let raw = reading
        .smoothed
        .map(|_| written(reading.value.into()))
        .unwrap_or_default();
    let compared = pins::last(pins, line).map(|(_, pinned)| {
        // Smoothed values are compared where both are known.
        let (now, then) = match (reading.smoothed, pinned.smoothed) {
            (Some(now), Some(then)) => (now, then),
            _ => (reading.value, pinned.value),
        };
        (f64::from(now), f64::from(then))
    });
    let (difference, percent) = compared.map_or_else(Default::default, |(now, then)| {
        let difference = signed(now - then, written);
        let part = (now - then) / then.abs() * 100.0;
        let percent = if part.is_finite() {
            signed(part, |size| format!("{size:.1} %"))
        } else {
            "–".to_owned()
        };
        (difference, percent)
    });
    let own = (reading.step != step).then(|| format!("at {}", count(reading.step)));
    [
        written(shown_value(reading).into()),
        raw,
        difference,
        percent,
        own.unwrap_or_default(),
    ]
}

/// A difference with its sign.
fn signed(value: f64, write: impl Fn(f64) -> String) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value < 0.0 {
        "−"
    } else if value > 0.0 {
        "+"
    } else {
        ""
    };
    format!("{sign}{}", write(value.abs()))
}

fn paint(
    pen: &Pen<'_>,
    panel: &Panel,
    title: &str,
    (shown, rest): (&[Row<'_>], usize),
    pointer: Pos2,
) {
    let head = Ink::new(Face::Semibold, size::SMALL, pen.theme.text);
    let value = Ink::new(Face::Semibold, size::SMALL, pen.theme.text);
    let dim = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
    let ink = |column: usize| if column == 0 { &value } else { &dim };
    let width_of = |column: usize| {
        let cells = shown.iter().map(|row| &row.cells[column]);
        let widths = cells.map(|text| pen.width(text, ink(column)));
        widths.fold(0.0, f32::max).ceil()
    };
    let widths: [f32; COLUMNS] = std::array::from_fn(width_of);
    let names = shown
        .iter()
        .map(|row| pen.width(&row.line.label, &dim))
        .fold(0.0, f32::max)
        .min(MOST_NAME)
        .ceil();
    let columns: f32 = widths
        .iter()
        .filter(|width| **width > 0.0)
        .map(|width| width + BETWEEN)
        .sum();
    let key = mark_width(panel);
    let unit = panel.unit.label();
    let titles = pen.width(title, &head) + BETWEEN + pen.width(unit, &dim);
    let width = (key + names + columns).max(titles.ceil()) + 2.0 * PADDING;
    let height = ROW * (1 + shown.len() + usize::from(rest > 0)) as f32 + 12.0;
    let window = pen.ui.max_rect();
    let size = vec2(width.min(window.width()), height.min(window.height()));
    let rect = beside(pointer, size, window);
    let border = Stroke::new(1.0, color(pen.theme.line));
    let painter = &pen.painter;
    painter.rect(
        rect,
        6.0,
        color(pen.theme.raised),
        border,
        StrokeKind::Inside,
    );

    let (left, right) = (rect.left() + PADDING, rect.right() - PADDING);
    let middle = |row: usize| rect.top() + 6.0 + (row as f32 + 0.5) * ROW;
    pen.label(
        "read at",
        title,
        &head,
        At::Left(left),
        middle(0),
        right - left,
    );
    pen.text(unit, &dim, At::Right(right), middle(0));
    for (index, row) in shown.iter().enumerate() {
        let middle = middle(index + 1);
        let place = Rect::from_min_max(
            pos2(left - 4.0, middle - ROW / 2.0),
            pos2(right + 4.0, middle + ROW / 2.0),
        );
        if row.is_nearest && shown.len() > 1 {
            painter.rect_filled(place, 3.0, color(pen.theme.line));
        }
        mark(pen, panel, row.line, left, middle);
        let name = if row.is_nearest { &value } else { &dim };
        let galley = pen.row(&row.line.label, name, names + 4.0);
        pen.paint_row(galley, At::Left(left + key), middle, size::SMALL);
        let mut end = right;
        for column in (0..COLUMNS).rev().filter(|column| widths[*column] > 0.0) {
            pen.text(&row.cells[column], ink(column), At::Right(end), middle);
            end -= widths[column] + BETWEEN;
        }
        let text = told(row);
        pen.name(("read", index), place, &text);
    }
    if rest > 0 {
        let text = format!("+{} more", count(rest as u64));
        let at = At::Left(left + key);
        pen.label(
            "not read",
            &text,
            &dim,
            at,
            middle(shown.len() + 1),
            right - left,
        );
    }
}

/// A row in words.
fn told(row: &Row<'_>) -> String {
    let [value, raw, difference, percent, own] = &row.cells;
    let mut text = format!("{}: {value}", row.line.label);
    for (before, cell, after) in [
        (", raw ", raw, ""),
        (", ", difference, " since the pin"),
        (", ", percent, ""),
        (", ", own, ""),
    ] {
        if !cell.is_empty() {
            text.push_str(before);
            text.push_str(cell);
            text.push_str(after);
        }
    }
    text
}

/// Beside the pointer, on a side that has room, and never over it.
fn beside(pointer: Pos2, size: Vec2, window: Rect) -> Rect {
    let most = window.max - size;
    let (below, above) = (pointer.y + AWAY, pointer.y - AWAY - size.y);
    let y = if below <= most.y || above < window.top() {
        below.min(most.y)
    } else {
        above
    };
    let (after, before) = (pointer.x + AWAY, pointer.x - AWAY - size.x);
    let x = if after <= most.x {
        after
    } else if before >= window.left() {
        before
    } else {
        // It is wider than either side: above or below it lies free.
        most.x
    };
    Rect::from_min_size(pos2(x.max(window.left()), y.max(window.top())), size)
}
