//! The sidebar: the run, and its series by group with their latest values.

use std::ops::Range;

use egui::{Rect, pos2, vec2};

use super::Model;
use super::best::headline;
use super::number::{Digits, bare, with_unit};
use super::pen::{At, Ink, Pen};
use super::style::{Face, color, size};
use super::view::scroll_bar;
use crate::message::{Split, Unit};
use crate::scene::SeriesSummary;

/// The height of a series' row.
const ROW: f32 = 22.0;
/// The height of a group's heading.
const HEADING: f32 = 24.0;
/// Between two groups.
const BETWEEN: f32 = 10.0;
/// Between a label and the unit after it.
const UNIT_GAP: f32 = 6.0;

/// Draws the sidebar, scrolled by `scroll` points, which is kept within what there is.
pub(super) fn show(pen: &Pen<'_>, model: &Model<'_>, rect: Rect, scroll: &mut f32) {
    pen.fill(rect, pen.theme.panel);
    let ppp = pen.ui.pixels_per_point();
    let border = Rect::from_min_max(pos2(rect.right() - 1.0 / ppp, rect.top()), rect.max);
    pen.fill(border, pen.theme.line);
    if rect.height() < 40.0 {
        return;
    }
    let mut top = rect.top() + 12.0;
    top = run(pen, model, rect, top);
    let series = &model.scene.series;
    if series.is_empty() {
        return;
    }
    heading(pen, "SERIES", rect, top);
    top += HEADING;
    let list = Rect::from_min_max(
        pos2(rect.left(), top),
        pos2(rect.right(), rect.bottom() - 8.0),
    );
    if list.height() < ROW {
        return;
    }
    let (rows, content) = arrange(series);
    *scroll = scroll.clamp(0.0, (content - list.height()).max(0.0));
    let ui = pen.child("series list", list);
    let inside = Pen {
        is_covered: pen.is_covered,
        ..Pen::new(&ui, pen.theme)
    };
    for row in &rows[visible(&rows, *scroll, list.height())] {
        let top = list.top() + row.top - *scroll;
        if row.is_heading {
            group(&inside, row.index, &series[row.index], list, top);
        } else {
            entry(&inside, row.index, &series[row.index], list, top);
        }
    }
    scroll_bar(pen, list, *scroll, content);
}

/// A heading in capitals.
fn heading(pen: &Pen<'_>, text: &str, rect: Rect, top: f32) {
    let ink = Ink::new(Face::Medium, size::TICK, pen.theme.dim);
    pen.text(
        text,
        &ink,
        At::Left(rect.left() + 16.0),
        top + HEADING / 2.0,
    );
}

/// The run with the value that says best how good it is; returns where it ends.
fn run(pen: &Pen<'_>, model: &Model<'_>, rect: Rect, mut top: f32) -> f32 {
    let info = &model.scene.run.info;
    heading(pen, "RUN", rect, top);
    top += HEADING;
    let row = Rect::from_min_size(
        pos2(rect.left() + 8.0, top),
        vec2(rect.width() - 17.0, 26.0),
    );
    pen.painter.rect_filled(row, 6.0, color(pen.theme.raised));
    let middle = row.center().y;
    pen.swatch(pos2(row.left() + 15.0, middle), pen.theme.ember(), false);
    let mut right = row.right() - 8.0;
    let mut about = Vec::new();
    if let Some(best) = headline(&model.scene.series)
        && let Some(latest) = best.latest
    {
        let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
        let text = with_unit(f64::from(latest), &best.unit, Digits::Full);
        right = pen.text(&text, &ink, At::Right(right), middle).left() - 8.0;
        about.push(format!("latest {} {text}", best.name));
    }
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.text);
    let name = if info.name.is_empty() {
        "unnamed run"
    } else {
        &info.name
    };
    let left = row.left() + 30.0;
    let galley = pen.row(name, &ink, right - left);
    pen.paint_row(galley, At::Left(left), middle, size::TEXT);
    about.insert(0, name.to_owned());
    about.extend([&info.model, &info.backend, &info.device].map(String::clone));
    about.extend(info.seed.map(|seed| format!("seed {seed}")));
    about.extend(
        info.hyperparameters
            .iter()
            .map(|parameter| format!("{}: {}", parameter.name, parameter.value)),
    );
    about.retain(|line| !line.is_empty());
    pen.explain(pen.name("run row", row, name), about.join("\n"));
    row.bottom() + 14.0
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    /// From the list's beginning.
    top: f32,
    /// Which series it is for, or which is the first under it.
    index: usize,
    /// Whether it is a group's heading.
    is_heading: bool,
}

impl Row {
    const fn bottom(&self) -> f32 {
        self.top + if self.is_heading { HEADING } else { ROW }
    }
}

/// The rows of the list, from the top, and its height.
fn arrange(series: &[SeriesSummary]) -> (Vec<Row>, f32) {
    let mut rows = Vec::with_capacity(series.len() + series.len() / 4);
    let mut top = 0.0;
    let mut group: Option<&str> = None;
    for (index, summary) in series.iter().enumerate() {
        let mut push = |is_heading| {
            let row = Row {
                top,
                index,
                is_heading,
            };
            top = row.bottom();
            rows.push(row);
        };
        if group != Some(&summary.group) {
            if !summary.group.is_empty() {
                push(true);
            }
            group = Some(&summary.group);
        }
        push(false);
        let is_last_of_group = series
            .get(index + 1)
            .is_some_and(|next| next.group != summary.group);
        if is_last_of_group {
            top += BETWEEN;
        }
    }
    (rows, top)
}

/// The rows that are whole within `height` points from `scroll` on: nothing is cut.
fn visible(rows: &[Row], scroll: f32, height: f32) -> Range<usize> {
    let first = rows.partition_point(|row| row.top < scroll - 0.5);
    let end = rows.partition_point(|row| row.bottom() <= scroll + height + 0.5);
    first..end.max(first)
}

/// A group's heading.
fn group(pen: &Pen<'_>, index: usize, first: &SeriesSummary, list: Rect, top: f32) {
    let ink = Ink::new(Face::Semibold, size::TEXT, pen.theme.text);
    pen.label(
        ("group", index),
        &first.group,
        &ink,
        At::Left(list.left() + 16.0),
        top + HEADING / 2.0,
        list.width() - 32.0,
    );
}

/// A series with its latest value.
fn entry(pen: &Pen<'_>, index: usize, summary: &SeriesSummary, list: Rect, top: f32) {
    let middle = top + ROW / 2.0;
    let is_held_out = matches!(summary.split, Split::Valid | Split::Test);
    let swatch = pos2(list.left() + 30.0, middle);
    pen.swatch(swatch, pen.theme.series_color(summary.color), is_held_out);
    let (text, rgb) = match summary.latest {
        Some(value) if value.is_finite() => (value_text(value, summary), pen.theme.dim),
        Some(value) => (value_text(value, summary), pen.theme.series[4]),
        None => ("no value yet".to_owned(), pen.theme.dim),
    };
    let ink = Ink::new(Face::Regular, size::TEXT, rgb);
    let value = pen.text(&text, &ink, At::Right(list.right() - 17.0), middle);
    let left = list.left() + 42.0;
    let mut room = value.left() - 8.0 - left;
    let unit = unit_beside(summary);
    let unit_ink = Ink::new(Face::Regular, size::TICK, pen.theme.dim);
    // The number is never shortened, and its unit after the label: half of the room is the label's.
    let unit = (!unit.is_empty()).then(|| pen.row(unit, &unit_ink, room / 2.0 - UNIT_GAP));
    if let Some(unit) = &unit {
        room -= unit.size().x + UNIT_GAP;
    }
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.text);
    let galley = pen.row(&summary.label, &ink, room);
    let label = pen.paint_row(galley, At::Left(left), middle, size::TEXT);
    if let Some(unit) = unit {
        let at = At::Left(label.right() + UNIT_GAP);
        pen.paint_row(unit, at, middle, size::TEXT);
    }
    let row = Rect::from_min_max(pos2(list.left(), top), pos2(list.right(), top + ROW));
    let unit = unit_beside(summary);
    let name = format!("{} {text} {unit}", summary.name);
    let name = name.trim_end();
    let response = pen.name(("series", index), row, name);
    if response.contains_pointer() {
        pen.explain(response, about(summary));
    }
}

/// The unit as it stands beside the label: one that is a word. The others stand beside the number.
fn unit_beside(summary: &SeriesSummary) -> &str {
    match &summary.unit {
        // A label may name it already, as `samples/s` does.
        Unit::Other(unit) if *unit != summary.label => unit,
        _ => "",
    }
}

/// A value as the list writes it: units that are words stand beside the label.
fn value_text(value: f32, summary: &SeriesSummary) -> String {
    match &summary.unit {
        Unit::Other(_) => bare(f64::from(value), &summary.unit, Digits::Full),
        unit => with_unit(f64::from(value), unit, Digits::Full),
    }
}

/// All that is known of a series.
fn about(summary: &SeriesSummary) -> String {
    let value = |value: f32| with_unit(f64::from(value), &summary.unit, Digits::Full);
    let count = super::number::count;
    let mut lines = vec![
        summary.name.to_string(),
        format!("points {}", count(summary.points)),
    ];
    if let Some(latest) = summary.latest {
        lines.push(format!("latest {}", value(latest)));
    }
    for (word, extreme) in [("lowest", summary.smallest), ("highest", summary.largest)] {
        if let Some(extreme) = extreme {
            let step = count(extreme.step);
            lines.push(format!("{word} {} at step {step}", value(extreme.value)));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{RunId, SeriesId};
    use crate::scene::SeriesKey;

    fn series(groups: &[&str]) -> Vec<SeriesSummary> {
        groups
            .iter()
            .map(|group| SeriesSummary {
                key: SeriesKey {
                    run: RunId(0),
                    series: SeriesId(0),
                },
                name: "x".into(),
                group: (*group).into(),
                label: "x".into(),
                panel: "x".into(),
                split: Split::None,
                unit: Unit::None,
                color: 0,
                points: 0,
                latest: None,
                smallest: None,
                largest: None,
            })
            .collect()
    }

    #[test]
    fn groups_have_one_heading_and_a_gap_between() {
        let (rows, height) = arrange(&series(&["loss", "loss", "", "optim"]));
        let headings: Vec<_> = rows.iter().map(|row| row.is_heading).collect();
        assert_eq!(headings, [true, false, false, false, true, false]);
        assert_eq!(rows[3].top, HEADING + 2.0 * ROW + BETWEEN);
        assert_eq!(height, 2.0 * HEADING + 4.0 * ROW + 2.0 * BETWEEN);
        assert_eq!(arrange(&[]), (Vec::new(), 0.0));
    }

    #[test]
    fn only_whole_rows_are_visible() {
        let (rows, _) = arrange(&series(&[""; 100]));
        assert_eq!(visible(&rows, 0.0, 3.0 * ROW), 0..3);
        assert_eq!(visible(&rows, ROW * 0.6, 3.0 * ROW), 1..3);
        assert_eq!(visible(&rows, ROW * 97.0, 3.0 * ROW), 97..100);
        assert_eq!(visible(&rows, ROW * 0.6, 4.0), 1..1);
    }
}
