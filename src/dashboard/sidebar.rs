//! The sidebar: the run, and its series by group with their latest values.

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
    let content = content_height(series);
    *scroll = scroll.clamp(0.0, (content - list.height()).max(0.0));
    let ui = pen.child("series list", list);
    let inside = Pen {
        ui: &ui,
        theme: pen.theme,
    };
    rows(&inside, series, list, *scroll);
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
    pen.ui
        .painter()
        .rect_filled(row, 6.0, color(pen.theme.raised));
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
    pen.name("run row", row, name)
        .on_hover_text(about.join("\n"));
    row.bottom() + 14.0
}

/// Whether a series begins a group.
fn begins_group(series: &[SeriesSummary], index: usize) -> bool {
    index == 0 || series[index - 1].group != series[index].group
}

fn content_height(series: &[SeriesSummary]) -> f32 {
    let groups = (0..series.len()).filter(|index| begins_group(series, *index));
    let headed = groups
        .clone()
        .filter(|index| !series[*index].group.is_empty());
    series.len() as f32 * ROW
        + headed.count() as f32 * HEADING
        + groups.count().saturating_sub(1) as f32 * BETWEEN
}

/// The visible rows of the list.
fn rows(pen: &Pen<'_>, series: &[SeriesSummary], list: Rect, scroll: f32) {
    let strong = Ink::new(Face::Semibold, size::TEXT, pen.theme.text);
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.text);
    let value_ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
    let bad_ink = Ink::new(Face::Regular, size::TEXT, pen.theme.series[4]);
    // Whole rows only: nothing is cut.
    let is_visible =
        |top: f32, height: f32| top >= list.top() - 0.5 && top + height <= list.bottom() + 0.5;
    let mut top = list.top() - scroll;
    for (index, summary) in series.iter().enumerate() {
        if begins_group(series, index) {
            if index > 0 {
                top += BETWEEN;
            }
            if !summary.group.is_empty() {
                if is_visible(top, HEADING) {
                    let width = list.width() - 32.0;
                    let left = At::Left(list.left() + 16.0);
                    let id = ("group", index);
                    pen.label(
                        id,
                        &summary.group,
                        &strong,
                        left,
                        top + HEADING / 2.0,
                        width,
                    );
                }
                top += HEADING;
            }
        }
        if is_visible(top, ROW) {
            let middle = top + ROW / 2.0;
            let is_held_out = matches!(summary.split, Split::Valid | Split::Test);
            let swatch = pos2(list.left() + 30.0, middle);
            pen.swatch(swatch, pen.theme.series_color(summary.color), is_held_out);
            let (text, value_ink) = match summary.latest {
                Some(value) if value.is_finite() => (value_text(value, summary), &value_ink),
                Some(value) => (value_text(value, summary), &bad_ink),
                None => ("no value yet".to_owned(), &value_ink),
            };
            let right = list.right() - 17.0;
            let value = pen.text(&text, value_ink, At::Right(right), middle);
            let left = list.left() + 42.0;
            let galley = pen.row(&summary.label, &ink, value.left() - 10.0 - left);
            pen.paint_row(galley, At::Left(left), middle, size::TEXT);
            let row = Rect::from_min_max(pos2(list.left(), top), pos2(list.right(), top + ROW));
            let name = format!("{} {text}", summary.name);
            pen.name(("series", index), row, &name).on_hover_ui(|ui| {
                ui.label(about(summary));
            });
        }
        top += ROW;
    }
}

/// A value as the list writes it: units that are words stand in the panel's title.
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
