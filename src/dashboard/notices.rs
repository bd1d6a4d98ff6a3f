//! Sentences across the top: what failed, what ended, what is wrong with the disk. The error comes first.

use egui::{Color32, Rect, Stroke, StrokeKind, pos2, vec2};

use super::arrange::GAP;
use super::asked::Asked;
use super::best::best_values;
use super::number::{clock, count};
use super::pen::{Ink, Pen};
use super::style::{Face, color, level_color, size};
use super::{Model, RecordingView};
use crate::message::Level;
use crate::scene::RunState;

/// Rows that one sentence may take.
const ROWS: usize = 4;
/// Above and below the text.
const PADDING: f32 = 8.0;
/// Between two sentences.
const BETWEEN: f32 = 8.0;
/// Left of the text, and right of it.
const SIDE: f32 = 14.0;

/// A sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    level: Level,
    text: String,
}

/// What is to be said, most important first.
pub(super) fn lines(model: &Model<'_>, asked: &Asked) -> Vec<Line> {
    let run = &model.scene.run;
    let mut lines = Vec::new();
    let mut say = |level, text| lines.push(Line { level, text });
    if let RunState::Failed(error) = &run.state {
        let at = match run.progress.step {
            0 => "before the first step".to_owned(),
            step => format!("at step {}", count(step)),
        };
        say(Level::Error, format!("Failed {at}: {error}"));
    }
    if let RecordingView::Failing {
        path,
        error,
        lost_points,
    } = model.recording
    {
        let lost = match lost_points {
            0 => "no point is lost yet".to_owned(),
            points => format!("{} points are lost", count(*points)),
        };
        let meanwhile = if run.state.is_over() {
            ""
        } else {
            "Training goes on, "
        };
        say(
            Level::Warn,
            format!("Recording to {path} fails: {error}. {meanwhile}{lost}."),
        );
    }
    for notice in model.notices {
        say(notice.level, notice.text.clone());
    }
    for notice in asked.notices(model.scene) {
        say(notice.level, notice.text);
    }
    let ended = match &run.state {
        RunState::Finished => Some((Level::Success, "Finished in")),
        RunState::Stopped => Some((Level::Info, "Stopped after")),
        _ => None,
    };
    if let Some((level, word)) = ended {
        let mut text = format!("{word} {}", clock(run.elapsed));
        for best in best_values(model.scene.current_series()).iter().take(3) {
            text.push_str(" · ");
            text.push_str(&best.text());
        }
        say(level, text);
    }
    lines
}

/// The height that they take in a strip of that width.
pub(super) fn height(pen: &Pen<'_>, lines: &[Line], width: f32) -> f32 {
    if lines.is_empty() {
        return 0.0;
    }
    lines
        .iter()
        .map(|line| galley(pen, line, width).size().y + 2.0 * PADDING + BETWEEN)
        .sum::<f32>()
        + GAP
        - BETWEEN
}

fn galley(pen: &Pen<'_>, line: &Line, width: f32) -> std::sync::Arc<egui::Galley> {
    let rgb = match line.level {
        Level::Debug | Level::Info | Level::Success => color(pen.theme.text),
        Level::Warn | Level::Error => level_color(&pen.theme, line.level),
    };
    let ink = Ink::colored(Face::Medium, size::TEXT, rgb);
    pen.paragraph(&line.text, &ink, width - 2.0 * SIDE, ROWS)
}

/// Draws them.
pub(super) fn show(pen: &Pen<'_>, lines: &[Line], rect: Rect) {
    let painter = pen.painter.with_clip_rect(rect);
    let mut top = rect.top() + GAP;
    let (left, right) = (rect.left() + GAP, rect.right() - GAP);
    for (index, line) in lines.iter().enumerate() {
        let galley = galley(pen, line, right - left);
        let height = galley.size().y + 2.0 * PADDING;
        let card = Rect::from_min_max(pos2(left, top), pos2(right, top + height));
        if card.bottom() > rect.bottom() + 1.0 && index > 0 {
            break;
        }
        let mark = level_color(&pen.theme, line.level);
        let stroke = Stroke::new(1.0, mark);
        painter.rect(
            card,
            8.0,
            color(pen.theme.raised),
            stroke,
            StrokeKind::Inside,
        );
        let is_shortened = galley.elided;
        painter.galley(card.min + vec2(SIDE, PADDING), galley, Color32::PLACEHOLDER);
        let response = pen.name(("notice", index), card.intersect(rect), &line.text);
        if is_shortened || card.bottom() > rect.bottom() {
            pen.explain(response, &line.text);
        }
        top += height + BETWEEN;
    }
}
