//! Panels: ground, title, legend with latest values or with those at the cursor, axes with round ticks. The plot between the axes stays free but for its
//! grid: the renderer draws the lines there.

use egui::{Rect, pos2};

use super::cursor::lead;
use super::hands::Hands;
use super::nearest::{Place, nearest};
use super::number::{clock, count};
use super::pen::{At, Ink, Pen};
use super::style::{Face, color, level_color, size};
use super::ticks::{Axis, Quantity, Tick, threshold};
use super::view::View;
use super::{Model, legend, marks};
use crate::message::{Level, Split, Unit};
use crate::scene::{Bounds, Panel, Plot, PlotRect, Range, RunState, Scale, XAxis};

/// Left and right of what a panel holds.
const PADDING: f32 = 14.0;
/// From a panel's upper edge to its plot.
const HEAD: f32 = 40.0;
/// From the plot's lower edge to the panel's.
const FOOT: f32 = 30.0;
/// From the tick labels to the plot.
const TICK_GAP: f32 = 8.0;
/// The least room for vertical tick labels.
const LEAST_GUTTER: f32 = 30.0;
/// The most, so that a strange range leaves room for its curve.
const MOST_GUTTER: f32 = 72.0;
/// The least distance between two horizontal ticks.
const SPACING: f32 = 64.0;
const TIME_SPACING: f32 = 80.0;
/// A vertical axis has at most that many steps, and no two of its ticks are nearer than the second.
const MOST_STEPS: f32 = 5.1;
const LEAST_SPACING: f32 = 26.0;
/// How far ticks reach out of the plot, and minor ones.
const TICK: f32 = 5.0;
const MINOR_TICK: f32 = 3.0;
/// Around the horizontal axis' title.
const TITLE_GAP: f32 = 6.0;
/// A plot lower or narrower than this shows nothing.
const LEAST_PLOT: f32 = 16.0;

/// A panel that is about to be drawn.
struct Chart<'a> {
    panel: &'a Panel,
    rect: Rect,
    /// What is visible, where there is anything.
    bounds: Option<Bounds>,
    /// From its upper edge to its plot.
    head: f32,
    /// Where lines are read.
    cursor: Option<f64>,
    /// Local time minus UTC.
    utc_offset_s: i32,
    /// The vertical ticks.
    ticks: Vec<Tick>,
    /// The positions of those without a label.
    minor_ticks: Vec<f64>,
}

/// Draws panels into their rectangles, and says where their data belongs. All plots begin at the same distance from their
/// panels' edges, so that those above each other line up.
pub(super) fn show_all(
    pen: &Pen<'_>,
    model: &Model<'_>,
    panels: &[(&Panel, Rect)],
    view: &mut View,
) -> Vec<Plot> {
    let charts: Vec<Chart<'_>> = panels
        .iter()
        .map(|(panel, rect)| {
            let bounds = view.sight.bounds(panel);
            let head = HEAD + view.statistics.height(panel, *rect);
            let axis = bounds.map(|bounds| vertical(panel, bounds, rect.height() - head - FOOT));
            Chart {
                panel,
                rect: *rect,
                bounds,
                head,
                cursor: view.cursor.x,
                utc_offset_s: view.utc_offset_s,
                ticks: axis.map_or_else(Vec::new, |axis| axis.ticks()),
                minor_ticks: axis.map_or_else(Vec::new, |axis| axis.minor_ticks()),
            }
        })
        .collect();
    let ink = tick_ink(pen);
    let widest = charts
        .iter()
        .flat_map(|chart| &chart.ticks)
        .map(|tick| pen.width(&tick.label, &ink))
        .fold(LEAST_GUTTER, f32::max);
    // In steps: a label that grows by a digit moves the plot seldom.
    let gutter = ((widest / 8.0).ceil() * 8.0 - 2.0).min(MOST_GUTTER);
    charts
        .iter()
        .filter_map(|chart| show(&pen.within(chart.rect), model, chart, gutter, view))
        .collect()
}

/// Draws the area of all panels while there is none.
pub(super) fn nothing_yet(pen: &Pen<'_>, model: &Model<'_>, area: Rect) {
    if area.height() < 60.0 || area.width() < 120.0 {
        return;
    }
    pen.card(area);
    let run = &model.scene.run;
    let (title, detail) = match &run.state {
        RunState::Waiting => (
            "Waiting for a run",
            "Nothing was heard of it yet.".to_owned(),
        ),
        RunState::Failed(_) => (
            "No values",
            "The run failed before its first value.".to_owned(),
        ),
        RunState::Finished | RunState::Stopped => (
            "No values",
            "The run ended without reporting any.".to_owned(),
        ),
        _ => ("Before the first value", waiting_for(model)),
    };
    let (middle, center) = (area.center().y, area.center().x);
    let ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    pen.label(
        "nothing yet",
        title,
        &ink,
        At::Center(center),
        middle - 12.0,
        area.width() - 28.0,
    );
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
    pen.label(
        "why",
        &detail,
        &ink,
        At::Center(center),
        middle + 14.0,
        area.width() - 28.0,
    );
}

/// What a run that has not reported yet is doing.
fn waiting_for(model: &Model<'_>) -> String {
    let run = &model.scene.run;
    let doing = match &run.state {
        RunState::Paused => "paused",
        _ if !run.activity.is_empty() => &*run.activity,
        RunState::Waiting | RunState::Preparing => "loading data, compiling kernels",
        _ => "no value yet",
    };
    format!("{doing} · {}", clock(run.elapsed))
}

fn vertical(panel: &Panel, bounds: Bounds, length: f32) -> Axis<'_> {
    Axis {
        range: bounds.y,
        scale: panel.scale,
        quantity: Quantity::Number(&panel.unit),
        length,
        spacing: (length / MOST_STEPS).max(LEAST_SPACING),
    }
}

fn horizontal(panel: &Panel, bounds: Bounds, length: f32, utc_offset_s: i32) -> Axis<'_> {
    let (quantity, spacing) = match panel.x_axis {
        XAxis::Step => (Quantity::Whole, SPACING),
        XAxis::Epoch => (Quantity::Number(&Unit::None), SPACING),
        XAxis::RelativeTime => (Quantity::Elapsed, TIME_SPACING),
        XAxis::WallTime => (Quantity::Clock { utc_offset_s }, TIME_SPACING),
    };
    Axis {
        range: bounds.x,
        scale: panel.x_scale,
        quantity,
        length,
        spacing,
    }
}

/// What is written beside a horizontal axis.
const fn axis_title(axis: XAxis) -> &'static str {
    match axis {
        XAxis::Step => "step",
        XAxis::Epoch => "epoch",
        XAxis::RelativeTime | XAxis::WallTime => "time",
    }
}

fn tick_ink(pen: &Pen<'_>) -> Ink {
    Ink::new(Face::Regular, size::TICK, pen.theme.dim)
}

/// Draws a panel.
fn show(
    pen: &Pen<'_>,
    model: &Model<'_>,
    chart: &Chart<'_>,
    gutter: f32,
    view: &mut View,
) -> Option<Plot> {
    let rect = chart.rect;
    pen.card(rect);
    if rect.width() < 2.0 * PADDING + 20.0 || rect.height() < HEAD {
        return None;
    }
    let ppp = pen.ui.pixels_per_point();
    let snap = |value: f32| (value * ppp).round() / ppp;
    let plot = Rect::from_min_max(
        pos2(
            snap(rect.left() + PADDING + gutter + TICK_GAP),
            snap(rect.top() + chart.head),
        ),
        pos2(
            snap(rect.right() - PADDING - 2.0),
            snap(rect.bottom() - FOOT),
        ),
    );
    if plot.width() < LEAST_PLOT || plot.height() < LEAST_PLOT {
        head(pen, model, chart, None);
        return None;
    }
    let Some(bounds) = chart.bounds else {
        head(pen, model, chart, None);
        why_empty(pen, model, chart.panel, rect);
        return None;
    };
    axes(pen, chart, plot, bounds);
    let place = Place { plot, bounds };
    let selection = &view.selection;
    marks::show(pen, model, view.marks, selection, chart.panel, place);
    let is_live = !model.scene.run.state.is_over();
    let hands = Hands {
        pen,
        panel: chart.panel,
        card: rect,
        plot,
        bounds,
        is_live,
    };
    hands.answer(&mut view.sight, &mut view.grip);
    let pointer = pen.ui.ctx().pointer_hover_pos();
    let pointer = pointer.filter(|pointer| !pen.is_covered && plot.contains(*pointer));
    let near = pointer.and_then(|pointer| nearest(chart.panel, plot, bounds, pointer));
    let mark = pointer
        .and_then(|pointer| marks::pointed(model.scene, view.marks, chart.panel, place, pointer));
    head(pen, model, chart, mark);
    view.statistics
        .show(pen, chart.panel, rect, rect.top() + HEAD);
    let is_one_of_several = chart.panel.lines.len() > 1;
    let highlight = near.filter(|_| is_one_of_several);
    Some(Plot {
        panel: chart.panel.id,
        rect: PlotRect {
            left: plot.left(),
            top: plot.top(),
            right: plot.right(),
            bottom: plot.bottom(),
        },
        bounds,
        highlight: highlight.map(|near| near.line.key),
    })
}

/// Grid lines, ticks and their labels, and the horizontal axis' title.
fn axes(pen: &Pen<'_>, chart: &Chart<'_>, plot: Rect, bounds: Bounds) {
    let ink = tick_ink(pen);
    let (grid, line) = (color(pen.theme.grid), color(pen.theme.line));
    let y_of = |at| {
        let y = plot.bottom() - plot.height() * part(bounds.y, at);
        y.min(plot.bottom() - 0.5)
    };
    for at in &chart.minor_ticks {
        pen.hairline(plot.left() - MINOR_TICK, plot.left(), y_of(*at), line);
    }
    for tick in &chart.ticks {
        let y = y_of(tick.at);
        pen.hairline(plot.left(), plot.right(), y, grid);
        pen.hairline(plot.left() - TICK, plot.left(), y, line);
        let galley = pen.row(&tick.label, &ink, MOST_GUTTER);
        let y = plot.bottom() - plot.height() * part(bounds.y, tick.at);
        pen.paint_row(galley, At::Right(plot.left() - TICK_GAP), y, size::TICK);
    }
    let steps = horizontal(chart.panel, bounds, plot.width(), chart.utc_offset_s);
    let x_of = |at| plot.left() + plot.width() * part(bounds.x, at);
    let middle = plot.bottom() + FOOT / 2.0 - 1.0;
    let first = x_title(
        pen,
        axis_title(chart.panel.x_axis),
        chart.rect.left() + PADDING,
        plot.left(),
        middle,
    );
    for at in steps.minor_ticks() {
        let bottom = plot.bottom() + MINOR_TICK;
        pen.upright(
            x_of(at).min(plot.right() - 0.5),
            plot.bottom(),
            bottom,
            line,
        );
    }
    for tick in steps.ticks() {
        let x = x_of(tick.at);
        pen.upright(
            x.min(plot.right() - 0.5),
            plot.bottom(),
            plot.bottom() + TICK,
            line,
        );
        let half = pen.width(&tick.label, &ink) / 2.0;
        // The last label ends with the panel's padding instead of being cut, and the first leaves the title its room.
        let x = x.min(chart.rect.right() - 6.0 - half).max(first + half);
        pen.text(&tick.label, &ink, At::Center(x), middle);
    }
}

/// How far along a range a position is, from 0 to 1.
fn part(range: Range, at: f64) -> f32 {
    // Single precision is enough for a place in a plot.
    #[allow(clippy::cast_possible_truncation)]
    let part = ((at - range.start) / range.span()).clamp(0.0, 1.0) as f32;
    part
}

/// Writes the horizontal axis' title where nothing else ever stands: in the row of its labels, under the vertical ones, if
/// it has room there. Returns where labels may begin.
fn x_title(pen: &Pen<'_>, title: &str, left: f32, right: f32, middle: f32) -> f32 {
    let ink = tick_ink(pen);
    if left + pen.width(title, &ink) + TITLE_GAP > right {
        return left;
    }
    let rect = pen.text(title, &ink, At::Left(left), middle);
    rect.right() + TITLE_GAP
}

/// Title, note and legend. Where lines are read the note says where, and the legend's values are those there; where a mark is
/// pointed at, the note is its words.
fn head(pen: &Pen<'_>, model: &Model<'_>, chart: &Chart<'_>, mark: Option<String>) {
    let (panel, rect) = (chart.panel, chart.rect);
    let middle = rect.top() + 20.0;
    let (left, right) = (rect.left() + PADDING, rect.right() - PADDING);
    let title_ink = Ink::new(Face::Semibold, size::TITLE, pen.theme.text);
    let title_width = pen.width(&panel.title, &title_ink);
    // A title keeps at least half of a narrow panel; the legend gives way to it.
    let kept = title_width.min((right - left) * 0.5);
    let room = left + kept + 12.0;
    let read = chart.cursor.and_then(|x| lead(model.scene, panel, x));
    let values = match read {
        Some(_) => legend::Values::Read,
        None => legend::Values::Latest,
    };
    let legend = legend::show(pen, panel, values, room, right, middle);
    let title_room = legend - left - 8.0;
    let title = pen.label(
        ("title", panel.id.0),
        &panel.title,
        &title_ink,
        At::Left(left),
        middle,
        title_room,
    );
    let mut left = title.right() + 9.0;
    let (note, rgb) = match (mark, read) {
        (Some(mark), _) => (mark, pen.theme.text),
        (None, Some(read)) => (format!("at step {}", count(read.step)), pen.theme.text),
        (None, None) => (note(panel), pen.theme.dim),
    };
    let room = legend - left - 8.0;
    let note_ink = Ink::new(Face::Regular, size::SMALL, rgb);
    if !note.is_empty() && (room >= 60.0 || pen.width(&note, &note_ink) <= room) {
        let galley = pen.row(&note, &note_ink, room);
        let is_shortened = galley.elided;
        let rect = pen.paint_row(galley, At::Left(left), middle, size::TITLE);
        left = rect.right() + 9.0;
        let response = pen.name(("note", panel.id.0), rect, &note);
        if is_shortened {
            pen.explain(response, &note);
        }
    }
    if panel.gaps > 0 {
        let text = format!("{} NaN or ∞", count(panel.gaps));
        let ink = Ink::colored(
            Face::Regular,
            size::SMALL,
            level_color(&pen.theme, Level::Warn),
        );
        if pen.width(&text, &ink) <= legend - left - 8.0 {
            pen.label(
                ("gaps", panel.id.0),
                &text,
                &ink,
                At::Left(left),
                middle,
                f32::INFINITY,
            );
        }
    }
}

/// A few words beside the title: note, unit, scale.
fn note(panel: &Panel) -> String {
    let unit = match &panel.unit {
        // Their tick labels carry the unit, with its prefix.
        Unit::Seconds | Unit::Bytes => "",
        unit => unit.label(),
    };
    let scale = match panel.scale {
        Scale::Linear => String::new(),
        Scale::Log => "log".to_owned(),
        Scale::Symlog { power } => {
            format!("symlog, linear below {}", threshold(power, &panel.unit))
        }
    };
    let parts: Vec<&str> = [&*panel.note, unit, &scale]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" · ")
}

/// Says why there is nothing to draw.
fn why_empty(pen: &Pen<'_>, model: &Model<'_>, panel: &Panel, rect: Rect) {
    let run = &model.scene.run;
    let is_held_out = !panel.lines.is_empty()
        && panel
            .lines
            .iter()
            .all(|line| matches!(line.split, Split::Valid | Split::Test));
    let text = if panel.lines.is_empty() {
        "all of its series are hidden".to_owned()
    } else if panel.gaps > 0 {
        format!("only NaN or infinite values so far: {}", count(panel.gaps))
    } else if run.state.is_over() {
        "the run ended before its first value".to_owned()
    } else if matches!(run.state, RunState::Waiting | RunState::Preparing) {
        waiting_for(model)
    } else if !run.activity.is_empty() {
        format!("no value yet: {}", run.activity)
    } else if is_held_out {
        "no value yet: measured at the end of an epoch".to_owned()
    } else {
        "no value yet".to_owned()
    };
    let rgb = if panel.gaps > 0 {
        level_color(&pen.theme, Level::Warn)
    } else {
        color(pen.theme.dim)
    };
    let ink = Ink::colored(Face::Regular, size::TEXT, rgb);
    let middle = (rect.top() + HEAD + rect.bottom()) / 2.0 - 6.0;
    let center = At::Center(rect.center().x);
    pen.label(
        ("empty", panel.id.0),
        &text,
        &ink,
        center,
        middle,
        rect.width() - 2.0 * PADDING,
    );
}
