//! The frame panel: what the last frames cost, as bars and in numbers.

use egui::{Color32, Rect, Shape, Stroke, pos2, vec2};
use std::time::Duration;

use super::Model;
use super::frames::{FrameRecord, FrameStats};
use super::number::brief;
use super::pen::{At, Ink, Pen};
use super::style::{Face, color, size};
use crate::scene::Rgb;

/// Left and right of what the panel holds.
const PADDING: f32 = 14.0;
/// From the panel's upper edge to the bars.
const HEAD: f32 = 48.0;
/// The bars' height where there is room.
const BARS: f32 = 76.0;
/// The height of a row of numbers.
const ROW: f32 = 21.0;
/// A bar with its gap.
const PITCH: f32 = 4.0;

/// Draws the panel.
pub(super) fn show(pen: &Pen<'_>, model: &Model<'_>, rect: Rect) {
    pen.card(rect);
    if rect.height() < HEAD || rect.width() < 140.0 {
        return;
    }
    let ink = Ink::new(Face::Semibold, size::TITLE, pen.theme.text);
    let head = rect.top() + 20.0;
    let (left, right) = (rect.left() + PADDING, rect.right() - PADDING);
    pen.label(
        "frame title",
        "Frame",
        &ink,
        At::Left(left),
        head,
        f32::INFINITY,
    );
    let dim = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
    pen.text_on("F3", &dim, At::Right(right), head, size::TITLE);

    let rows = rows(model);
    let numbers = rows.len() as f32 * ROW;
    let bars = (rect.height() - HEAD - ROW - numbers - 16.0).clamp(0.0, BARS);
    let mut top = rect.top() + HEAD;
    if bars >= 24.0 {
        let area = Rect::from_min_size(pos2(left, top), vec2(right - left, bars));
        history(pen, model, area);
        top = area.bottom() + 4.0;
        legend(pen, model, left, top + ROW / 2.0, right);
        top += ROW + 2.0;
    }
    for (name, value, tip) in rows {
        if top + ROW > rect.bottom() {
            break;
        }
        let middle = top + ROW / 2.0;
        let ink = Ink::new(Face::Medium, size::SMALL, pen.theme.text);
        pen.text(name, &dim, At::Left(left), middle);
        pen.text(&value, &ink, At::Right(right), middle);
        let row = Rect::from_min_max(pos2(left, top), pos2(right, top + ROW));
        let response = pen.name(("frame", name), row, &format!("{name} {value}"));
        pen.explain(response, tip);
        top += ROW;
    }
}

/// The numbers: name, value, explanation.
fn rows(model: &Model<'_>) -> [(&'static str, String, &'static str); 4] {
    let frames = model.frames;
    let unknown = || "–".to_owned();
    let p50_p99 = if frames.recent.is_empty() {
        unknown()
    } else {
        let (p50, p99) = (brief(frames.p50), brief(frames.p99));
        // `2.1 / 3.4 ms` where both have the same unit.
        match p50.strip_suffix(" ms") {
            Some(p50) if p99.ends_with(" ms") => format!("{p50} / {p99}"),
            _ => format!("{p50} / {p99}"),
        }
    };
    [
        (
            "p50 / p99",
            p50_p99,
            "The time of half of the frames, and of ninety-nine in a hundred",
        ),
        (
            "report → picture",
            frames.age.map_or_else(unknown, brief),
            "How old the newest point was when it was seen: the median",
        ),
        (
            if model.is_software { "drawn in" } else { "GPU" },
            frames.gpu.map_or_else(unknown, brief),
            "What the adapter was busy with a frame: the median",
        ),
        (
            "watching costs",
            frames
                .share
                .map_or_else(unknown, |share| format!("{:.1} %", share * 100.0)),
            "The part of this machine's processors that drawing takes",
        ),
    ]
}

/// The parts of a frame in the order they are stacked, and their colours.
fn parts(pen: &Pen<'_>, record: &FrameRecord) -> [(Duration, Rgb); 3] {
    let [prepare, adapter, present] = colors(pen);
    [
        (record.event + record.upload + record.encode, prepare),
        (record.gpu.unwrap_or_default(), adapter),
        (record.acquire + record.present, present),
    ]
}

fn colors(pen: &Pen<'_>) -> [Rgb; 3] {
    [
        pen.theme.series[1],
        pen.theme.series[3],
        pen.theme.series[0],
    ]
}

/// What the colours of the bars mean; and what their line means, where that is not written on it.
fn legend(pen: &Pen<'_>, model: &Model<'_>, mut left: f32, middle: f32, right: f32) {
    let frames = model.frames;
    if frames.recent.is_empty() {
        return;
    }
    let ink = Ink::new(Face::Regular, size::TICK, pen.theme.dim);
    for (name, rgb) in ["prepare", "draw", "present"].into_iter().zip(colors(pen)) {
        let width = pen.width(name, &ink);
        if left + 10.0 + width > right {
            break;
        }
        let swatch = Rect::from_center_size(pos2(left + 3.0, middle), vec2(6.0, 6.0));
        pen.painter.rect_filled(swatch, 1.5, color(rgb));
        pen.text(name, &ink, At::Left(left + 10.0), middle);
        left += width + 24.0;
    }
    let text = brief(frames.budget);
    let has_room = left + pen.width(&text, &ink) + 20.0 < right;
    if frames.budget > Duration::ZERO && !has_budget_on_top(frames) && has_room {
        let label = pen.text(&text, &ink, At::Right(right), middle);
        dots(pen, label.left() - 18.0, label.left() - 4.0, middle);
    }
}

/// The time that the bars' full height stands for.
fn full_height(frames: &FrameStats) -> Duration {
    let most = frames.p99.mul_f32(1.2).max(Duration::from_millis(1));
    most.max(frames.budget)
}

/// Whether the line for the refresh interval is high enough to be written on: bars seldom reach it then.
fn has_budget_on_top(frames: &FrameStats) -> bool {
    frames.budget.as_secs_f32() > 0.8 * full_height(frames).as_secs_f32()
}

/// The newest frames as bars, newest at the right, with the refresh interval as a line where it is known.
fn history(pen: &Pen<'_>, model: &Model<'_>, area: Rect) {
    let frames = model.frames;
    if frames.recent.is_empty() {
        let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
        pen.text(
            "no frame yet",
            &ink,
            At::Left(area.left()),
            area.top() + 8.0,
        );
        return;
    }
    // A handful of bars.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = (area.width() / PITCH) as usize;
    let most = full_height(frames).as_secs_f32();
    let height = |part: Duration| (part.as_secs_f32() / most * area.height()).min(area.height());
    let newest = frames.recent.iter().rev().take(count);
    for (index, record) in newest.enumerate() {
        let right = area.right() - index as f32 * PITCH;
        let mut bottom = area.bottom();
        for (part, rgb) in parts(pen, record) {
            let top = (bottom - height(part)).max(area.top());
            if bottom - top > 0.05 {
                let bar = Rect::from_min_max(pos2(right - PITCH + 1.0, top), pos2(right, bottom));
                flat(pen, bar, color(rgb));
            }
            bottom = top;
        }
    }
    if frames.budget > Duration::ZERO {
        let y = area.bottom() - height(frames.budget);
        dots(pen, area.left(), area.right(), y);
        if has_budget_on_top(frames) {
            let ink = Ink::new(Face::Regular, size::TICK, pen.theme.dim);
            pen.text(
                &brief(frames.budget),
                &ink,
                At::Right(area.right()),
                y - 8.0,
            );
        }
    }
}

/// A dotted line.
fn dots(pen: &Pen<'_>, left: f32, right: f32, y: f32) {
    let stroke = Stroke::new(1.0, color(pen.theme.dim));
    let ends = [pos2(left, y), pos2(right, y)];
    pen.painter
        .extend(Shape::dashed_line(&ends, stroke, 2.0, 3.0));
}

/// A rectangle with sharp sides whose height need not be whole pixels.
fn flat(pen: &Pen<'_>, rect: Rect, color: Color32) {
    let shape = egui::epaint::RectShape::filled(rect, 0.0, color).with_round_to_pixels(false);
    pen.painter.add(shape);
}
