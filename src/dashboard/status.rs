//! The status line: how drawing keeps up at the left, what becomes of the run on disk at the right.

use egui::{Rect, pos2};

use super::number::{brief, bytes, count};
use super::pen::{At, Ink, Pen};
use super::style::{Face, level_color, size};
use super::{Model, RecordingView};
use crate::message::Level;

/// Draws the status line.
pub(super) fn show(pen: &Pen<'_>, model: &Model<'_>, rect: Rect) {
    pen.fill(rect, pen.theme.panel);
    let ppp = pen.ui.pixels_per_point();
    let border = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + 1.0 / ppp));
    pen.fill(border, pen.theme.line);
    let middle = rect.center().y;
    let right = recording(pen, model, rect);
    let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
    let mut left = rect.left() + 16.0;
    for (index, (text, widest)) in readouts(model).into_iter().enumerate() {
        let width = pen.width(&widest, &ink).max(pen.width(&text, &ink)).ceil();
        if left + width > right - 12.0 {
            break;
        }
        pen.label(
            ("status", index),
            &text,
            &ink,
            At::Left(left),
            middle,
            width + 1.0,
        );
        left += width + 20.0;
    }
}

/// What is written at the left, each with the widest text expected in its place.
fn readouts(model: &Model<'_>) -> Vec<(String, String)> {
    let (frames, scene) = (model.frames, model.scene);
    let (fps, frame) = if frames.recent.is_empty() {
        ("– fps".to_owned(), "frame –".to_owned())
    } else {
        (
            format!("{:.0} fps", frames.fps),
            format!("frame {}", brief(frames.p50)),
        )
    };
    let mut readouts = vec![
        (fps, "000 fps".to_owned()),
        (frame, "frame 00.0 ms".to_owned()),
        (
            format!("queue {}", count(scene.waiting_points)),
            "queue 0,000".to_owned(),
        ),
        (
            format!("skipped scenes {}", count(model.skipped_scenes)),
            "skipped scenes 0,000".to_owned(),
        ),
        (
            format!("points {}", count(scene.points)),
            "points 0,000,000".to_owned(),
        ),
    ];
    if scene.gaps > 0 {
        readouts.push((
            format!("gaps {} (NaN or ∞)", count(scene.gaps)),
            String::new(),
        ));
    }
    readouts
}

/// The recording's state at the right; returns where it begins.
fn recording(pen: &Pen<'_>, model: &Model<'_>, rect: Rect) -> f32 {
    let right = rect.right() - 16.0;
    let dim = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
    let warn = Ink::colored(
        Face::Regular,
        size::SMALL,
        level_color(&pen.theme, Level::Warn),
    );
    let size_text = |size: &u64| format!(" {}", bytes(*size as f64));
    let (before, path, after, ink) = match model.recording {
        RecordingView::Off => ("not recorded", "", String::new(), dim),
        RecordingView::On { path, bytes } => ("recording ", path.as_str(), size_text(bytes), dim),
        RecordingView::Failing { path, .. } => {
            ("recording ", path.as_str(), " fails".to_owned(), warn)
        }
        RecordingView::Sealed { path, bytes } => {
            ("recorded ", path.as_str(), size_text(bytes), dim)
        }
    };
    let room = (rect.width() * 0.5 - 16.0).max(0.0);
    let whole = format!("{before}{path}{after}");
    // Where the whole path does not fit, its end says which run it is.
    let text = if pen.width(&whole, &ink) <= room {
        whole.clone()
    } else {
        let end = path.rsplit(['/', '\\']).next().unwrap_or(path);
        format!("{before}{end}{after}")
    };
    let galley = pen.row(&text, &ink, room);
    let place = pen.paint_row(galley, At::Right(right), rect.center().y, size::SMALL);
    pen.explain(pen.name("recording", place, &whole), whole);
    place.left()
}
