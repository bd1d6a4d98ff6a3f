//! The log panel: the run's lines of text and the program's log records, newest at the bottom.

use egui::{Color32, Pos2, Rect, Role, Sense, Shape, Stroke, WidgetInfo, pos2, vec2};

use super::Model;
use super::pen::{At, Ink, Pen};
use super::style::{Face, level_color, size};
use super::view::View;
use crate::message::{Level, Text, Timestamp};

/// Left and right of the lines.
const PADDING: f32 = 14.0;
/// From the panel's upper edge to the first line.
const HEAD: f32 = 36.0;
/// The height of a line's first row, and what each further row adds.
const ROW: f32 = 24.0;
/// Rows that one line may take.
const MOST_ROWS: usize = 3;
/// Points of scrolling that move by one line.
const PER_LINE: f32 = 24.0;
/// Written in the head while the newest line is kept in view.
const FOLLOWING: &str = "follow";
/// Written on the way back to it.
const TO_NEWEST: &str = "to the newest";

/// Draws the log, moved by what was `scrolled` (in points, positive towards older lines).
pub(super) fn show(pen: &Pen<'_>, model: &Model<'_>, rect: Rect, view: &mut View, scrolled: f32) {
    pen.card(rect);
    if rect.height() < HEAD + ROW || rect.width() < 140.0 {
        return;
    }
    let log = &model.scene.log;
    let ink = Ink::new(Face::Semibold, size::TITLE, pen.theme.text);
    let head = rect.top() + 20.0;
    pen.label(
        "log title",
        "Log",
        &ink,
        At::Left(rect.left() + PADDING),
        head,
        f32::INFINITY,
    );
    let last = scroll(log, view, scrolled);
    follow(pen, rect, head, view);

    let area = Rect::from_min_max(
        pos2(rect.left() + PADDING, rect.top() + HEAD),
        pos2(rect.right() - PADDING, rect.bottom() - 8.0),
    );
    if log.is_empty() {
        let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
        pen.label(
            "no log",
            "nothing said yet",
            &ink,
            At::Left(area.left()),
            area.top() + 12.0,
            area.width(),
        );
        return;
    }
    lines(pen, &log[..=last], area, view.utc_offset_s);
}

/// Moves the lowest line; returns its index. There is at least one line where that means something.
fn scroll(log: &[Text], view: &mut View, scrolled: f32) -> usize {
    let newest = log.len().saturating_sub(1);
    let at = view.log_anchor.map_or(newest, |anchor| {
        log.partition_point(|line| line.time <= anchor)
            .saturating_sub(1)
    });
    // A few lines a notch.
    #[allow(clippy::cast_possible_truncation)]
    let lines = (scrolled / PER_LINE).round() as isize;
    let moved = at.saturating_add_signed(-lines).min(newest);
    if lines != 0 {
        view.log_anchor = (moved < newest).then(|| log[moved].time);
    }
    moved
}

/// Whether the newest line is kept in view, and the way back to it.
fn follow(pen: &Pen<'_>, rect: Rect, head: f32, view: &mut View) {
    let right = At::Right(rect.right() - PADDING);
    if view.log_anchor.is_none() {
        let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
        let place = pen.text_on(FOLLOWING, &ink, right, head, size::TITLE);
        let tip = "The newest line stays in view; turn the wheel to look back. L hides the log.";
        pen.explain(pen.name("following", place, FOLLOWING), tip);
        return;
    }
    let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.ember());
    let place = pen.text_on(TO_NEWEST, &ink, right, head, size::TITLE);
    let place = place.expand(4.0);
    let response = pen.ui.interact(place, pen.id("follow"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, TO_NEWEST));
    pen.focus_ring(&response, place, 4.0);
    if response.clicked() {
        view.log_anchor = None;
    }
    pen.explain(response, "Go back to the newest line");
}

/// Draws as many of the last lines as fit.
fn lines(pen: &Pen<'_>, log: &[Text], area: Rect, utc_offset_s: i32) {
    let time_ink = Ink::new(Face::Mono, size::SMALL, pen.theme.dim);
    let time_width = pen.width("00:00:00", &time_ink).ceil();
    let left = area.left() + time_width + 12.0;
    let mut fitting = Vec::new();
    let mut height = 0.0;
    for (index, line) in log.iter().enumerate().rev() {
        let ink = Ink::colored(
            Face::Regular,
            size::SMALL,
            level_color(&pen.theme, line.level),
        );
        let galley = pen.paragraph(&line.text, &ink, area.right() - left, MOST_ROWS);
        let tall = ROW + (galley.rows.len().max(1) - 1) as f32 * (size::SMALL * 1.4).round();
        if height + tall > area.height() && !fitting.is_empty() {
            break;
        }
        height += tall;
        fitting.push((index, line, galley, tall));
    }
    let painter = pen.painter.with_clip_rect(area.expand2(vec2(PADDING, 0.0)));
    let mut top = area.top();
    for (index, line, galley, tall) in fitting.into_iter().rev() {
        let middle = top + ROW / 2.0;
        pen.text(
            &of_day(line.time, utc_offset_s),
            &time_ink,
            At::Left(area.left()),
            middle,
        );
        mark(pen, line.level, pos2(area.left() - PADDING / 2.0, middle));
        let first_row = galley.rows.first().map_or(0.0, |row| row.rect().height());
        let min = pos2(left, middle - first_row / 2.0);
        let is_shortened = galley.elided;
        painter.galley(min, galley, Color32::PLACEHOLDER);
        let row = Rect::from_min_max(pos2(area.left(), top), pos2(area.right(), top + tall));
        let response = pen.name(("log", index), row.intersect(area), &line.text);
        if is_shortened || !line.target.is_empty() {
            let parts = [&*line.text, &*line.target].map(str::trim_end);
            pen.explain(response, parts.join("\n").trim_end());
        }
        top += tall;
    }
}

/// What is worse than usual has a mark, so that it is found without colour: a triangle for a warning, a square for an error.
fn mark(pen: &Pen<'_>, level: Level, center: Pos2) {
    let tint = level_color(&pen.theme, level);
    match level {
        Level::Warn => {
            let corners = [vec2(-3.5, 3.0), vec2(0.0, -3.5), vec2(3.5, 3.0)];
            let corners = corners.map(|corner| center + corner).to_vec();
            let triangle = Shape::convex_polygon(corners, tint, Stroke::NONE);
            pen.painter.add(triangle);
        }
        Level::Error => {
            let square = Rect::from_center_size(center, vec2(6.0, 6.0));
            pen.painter.rect_filled(square, 0.0, tint);
        }
        Level::Debug | Level::Info | Level::Success => {}
    }
}

/// The time of day: `18:20:03`.
fn of_day(time: Timestamp, utc_offset_s: i32) -> String {
    let seconds = i64::try_from(time.unix_ns() / 1_000_000_000).unwrap_or(i64::MAX);
    let local = seconds
        .saturating_add(utc_offset_s.into())
        .rem_euclid(86_400);
    let (hour, minute, second) = (local / 3600, local / 60 % 60, local % 60);
    format!("{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Theme;

    fn line(seconds: u64) -> Text {
        Text {
            time: Timestamp::from_unix_ns(seconds * 1_000_000_000),
            step: None,
            level: Level::Info,
            target: String::new(),
            text: format!("line {seconds}"),
        }
    }

    #[test]
    fn the_time_of_day_is_local() {
        let noon = Timestamp::from_unix_ns(12 * 3600 * 1_000_000_000 + 3_000_000_000);
        assert_eq!(of_day(noon, 0), "12:00:03");
        assert_eq!(of_day(noon, 7200), "14:00:03");
        assert_eq!(of_day(noon, -13 * 3600), "23:00:03");
    }

    #[test]
    fn looking_back_stays_where_it_is_while_lines_come() {
        let mut view = View::new(Theme::DARK, 0);
        let mut log: Vec<Text> = (0..50).map(line).collect();
        assert_eq!(scroll(&log, &mut view, 0.0), 49);
        assert_eq!(scroll(&log, &mut view, 240.0), 39);
        log.extend((50..60).map(line));
        log.drain(..20);
        let at = scroll(&log, &mut view, 0.0);
        assert_eq!(log[at].text, "line 39");
        assert_eq!(scroll(&log, &mut view, -10_000.0), log.len() - 1);
        assert_eq!(view.log_anchor, None);
        assert_eq!(scroll(&log, &mut view, 1e9), 0);
        assert_eq!(scroll(&[], &mut view, 24.0), 0);
    }
}
