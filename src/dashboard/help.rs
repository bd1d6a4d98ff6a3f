//! The help: every command with its keys, and what the pointer does.
//!
//! It is written from the table of commands, in as many columns as there is room for; sections stay whole.

use egui::{Rect, Ui, pos2, vec2};

use super::commands::{GESTURES, TABLE};
use super::dialog::{AROUND, dialog};
use super::pen::{At, Ink, Pen};
use super::style::{Face, color, size};
use crate::scene::Theme;

/// The height of its title.
const TITLE: f32 = 32.0;
/// The height of a line, where the window is high enough; and where it is not.
const ROW: f32 = 22.0;
const LEAST_ROW: f32 = 12.0;
/// A line lower than this is written smaller.
const SMALL_ROW: f32 = 17.0;
/// And so is a column narrower than this.
const SMALL_COLUMN: f32 = 230.0;
/// Between what can be done and its keys.
const KEY_GAP: f32 = 8.0;
/// The width of a column, where the window is wide enough; and where it is not.
const COLUMN: f32 = 320.0;
const LEAST_COLUMN: f32 = 170.0;
/// Between two columns, and between two sections of one, in rows.
const COLUMN_GAP: f32 = 24.0;
const SECTION_GAP: f32 = 0.5;
/// The most columns.
const COLUMNS: usize = 3;

/// A heading and what stands under it: keys, the first of which may stand alone, and what they do.
struct Part {
    title: &'static str,
    lines: Vec<(Vec<String>, &'static str)>,
}

impl Part {
    /// Its height in rows.
    fn rows(&self) -> f32 {
        1.0 + self.lines.len() as f32
    }
}

/// Draws the help; says whether it was clicked away.
pub(super) fn show(ui: &Ui, theme: &Theme) -> bool {
    let window = ui.ctx().content_rect();
    let room = vec2(
        window.width() - 2.0 * AROUND,
        window.height() - 2.0 * AROUND - TITLE,
    );
    let (parts, title) = fitting(room.y);
    let columns = (1..=COLUMNS)
        .take_while(|count| *count == 1 || column_width(room.x, *count) >= LEAST_COLUMN)
        .map(|count| divided(&parts, count))
        .reduce(|best, next| {
            let is_enough = row_height(room.y, highest(&best)) >= ROW;
            if is_enough { best } else { next }
        })
        .unwrap_or_default();
    let rows = highest(&columns);
    let row = row_height(room.y, rows);
    let width = columns.len() as f32 * (column_width(room.x, columns.len()) + COLUMN_GAP);
    let size = vec2(width - COLUMN_GAP, TITLE + row * rows);
    dialog(ui, theme, "help", size, |pen, _, rect| {
        write(pen, rect, title, &columns, row);
    })
    .is_some()
}

/// What there is room for, and its title. In the smallest windows the last sections are left to the palette.
fn fitting(height: f32) -> (Vec<Part>, &'static str) {
    let mut parts = parts();
    let all = parts.len();
    while parts.len() > COLUMNS && LEAST_ROW * highest(&divided(&parts, COLUMNS)) > height {
        parts.pop();
    }
    let is_whole = parts.len() == all;
    (
        parts,
        if is_whole {
            "Keys"
        } else {
            "Keys · all: Ctrl+K"
        },
    )
}

/// What it says, by section.
fn parts() -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for entry in TABLE {
        let title = entry.section.title();
        let keys = entry.keys.iter().map(|key| key.written());
        let line = (keys.collect(), entry.title);
        match parts.last_mut() {
            Some(part) if part.title == title => part.lines.push(line),
            _ => parts.push(Part {
                title,
                lines: vec![line],
            }),
        }
    }
    let gestures = GESTURES
        .iter()
        .map(|(key, what)| (vec![(*key).to_owned()], *what));
    parts.push(Part {
        title: "Pointer",
        lines: gestures.collect(),
    });
    parts
}

fn column_width(room: f32, columns: usize) -> f32 {
    let count = columns.max(1) as f32;
    ((room + COLUMN_GAP) / count - COLUMN_GAP).min(COLUMN)
}

fn row_height(room: f32, rows: f32) -> f32 {
    (room / rows.max(1.0)).floor().clamp(LEAST_ROW, ROW)
}

/// The height of a column in rows.
fn rows(column: &[Part]) -> f32 {
    let gaps = column.len().saturating_sub(1) as f32 * SECTION_GAP;
    column.iter().map(Part::rows).sum::<f32>() + gaps
}

fn highest(columns: &[&[Part]]) -> f32 {
    columns
        .iter()
        .map(|column| rows(column))
        .fold(0.0, f32::max)
}

/// Sections in their order in up to `count` columns, the highest of which is as low as can be.
fn divided(parts: &[Part], count: usize) -> Vec<&[Part]> {
    if count < 2 || parts.len() < 2 {
        return vec![parts];
    }
    (1..parts.len())
        .map(|first| {
            let mut columns = divided(&parts[first..], count - 1);
            columns.insert(0, &parts[..first]);
            columns
        })
        .min_by(|a, b| highest(a).total_cmp(&highest(b)))
        .unwrap_or_default()
}

/// What can be done at the left of each column, and its keys at the right.
fn write(pen: &Pen<'_>, rect: Rect, text: &str, columns: &[&[Part]], row: f32) {
    let title = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    let left = At::Left(rect.left());
    pen.label("help", text, &title, left, rect.top() + 8.0, rect.width());
    let step = (rect.width() + COLUMN_GAP) / columns.len().max(1) as f32;
    for (index, column) in columns.iter().enumerate() {
        let corner = pos2(rect.left() + index as f32 * step, rect.top() + TITLE);
        let size = vec2(step - COLUMN_GAP, rect.height() - TITLE);
        write_column(pen, Rect::from_min_size(corner, size), column, row);
    }
}

fn write_column(pen: &Pen<'_>, rect: Rect, column: &[Part], row: f32) {
    let is_small = row < SMALL_ROW || rect.width() < SMALL_COLUMN;
    let small = if is_small { size::TICK } else { size::TEXT };
    let heading_ink = Ink::new(Face::Semibold, small, pen.theme.text);
    let key_ink = Ink::new(Face::Medium, small, pen.theme.text);
    let ink = Ink::new(Face::Regular, small, pen.theme.dim);
    let (left, right, width) = (rect.left(), rect.right(), rect.width());
    let mut middle = rect.top() + row / 2.0;
    for part in column {
        let id = ("section", part.title);
        pen.label(id, part.title, &heading_ink, At::Left(left), middle, width);
        let y = middle + row / 2.0 - 1.0;
        pen.hairline(left, right, y, color(pen.theme.line));
        for (keys, what) in &part.lines {
            middle += row;
            let needed = pen.width(what, &ink) + KEY_GAP;
            let all = keys.join(", ");
            let fits = needed + pen.width(&all, &key_ink) <= width;
            let first = keys.first().map_or("", String::as_str);
            let shown = if fits { all.as_str() } else { first };
            let key = pen.label(
                ("key", all.as_str()),
                shown,
                &key_ink,
                At::Right(right),
                middle,
                width,
            );
            let room = key.left() - KEY_GAP - left;
            pen.label(
                ("help", all.as_str()),
                what,
                &ink,
                At::Left(left),
                middle,
                room,
            );
        }
        middle += row * (1.0 + SECTION_GAP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_every_gesture_is_told() {
        let parts = parts();
        let lines = || parts.iter().flat_map(|part| &part.lines);
        for entry in TABLE {
            assert!(lines().any(|(keys, what)| *what == entry.title && !keys.is_empty()));
        }
        assert_eq!(lines().count(), TABLE.len() + GESTURES.len());
    }

    #[test]
    fn sections_stay_whole_and_in_their_order() {
        let parts = parts();
        for count in 1..=4 {
            let columns = divided(&parts, count);
            assert_eq!(columns.len(), count);
            let titles = columns.iter().flat_map(|column| column.iter());
            assert!(
                titles
                    .map(|part| part.title)
                    .eq(parts.iter().map(|part| part.title))
            );
            assert!(highest(&columns) <= rows(&parts));
        }
    }

    #[test]
    fn it_fits_the_smallest_window() {
        let room = vec2(640.0, 400.0) - egui::Vec2::splat(2.0 * AROUND);
        let (some, title) = fitting(room.y - TITLE);
        let columns = divided(&some, COLUMNS);
        assert!(column_width(room.x, COLUMNS) >= LEAST_COLUMN);
        assert!(LEAST_ROW * highest(&columns) <= room.y - TITLE);
        assert!(some.len() + 3 >= parts().len() && title.contains("Ctrl+K"));
        assert_eq!(fitting(720.0).0.len(), parts().len());
    }
}
