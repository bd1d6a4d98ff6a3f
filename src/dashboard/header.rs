//! The header: which run, on what, in what state, and what a person can do about it. Under it the progress line.

use egui::{Color32, Rect, Shape, Stroke, pos2, vec2};

use super::commands::Command;
use super::comparison::state_word;
use super::pen::{At, Ink, Pen};
use super::style::{Face, color, size, state_color};
use super::view::View;
use super::{Action, Model, header_buttons};
use crate::message;
use crate::scene::RunState;

/// The widest of the words that tell a state.
const WIDEST_STATE: &str = "validating";
/// After the name.
const NAME_GAP: f32 = 10.0;

/// Draws the header; gives what was chosen in its menu.
pub(super) fn show(
    pen: &Pen<'_>,
    model: &Model<'_>,
    rect: Rect,
    actions: &mut Vec<Action>,
    view: &mut View,
) -> Option<Command> {
    pen.fill(rect, pen.theme.panel);
    if rect.height() < 24.0 {
        return None;
    }
    let middle = rect.center().y;
    let mut chosen = None;
    let right = header_buttons::show(pen, model, rect, actions, view, &mut chosen);
    let mut left = rect.left() + 12.0;
    if right - left < 40.0 {
        return chosen;
    }
    flame(
        pen,
        Rect::from_min_size(pos2(left, middle - 14.0), vec2(24.0, 28.0)),
    );
    left += 34.0;

    // The state first: it is the last to be given up. Its place is as wide whatever it is.
    let (word, tint) = state(pen, model, view.asked.waiting());
    let ink = Ink::colored(Face::Regular, size::TEXT, tint);
    let room = right - left;
    let state_width = pen.width(WIDEST_STATE, &ink).ceil() + 40.0;

    let info = &model.scene.run.info;
    let name = if info.name.is_empty() {
        "emberscope"
    } else {
        &info.name
    };
    let name_ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    let name_room = (room - state_width - NAME_GAP).clamp(0.0, 320.0);
    if name_room > 30.0 {
        let name = pen.label(
            "run name",
            name,
            &name_ink,
            At::Left(left),
            middle,
            name_room,
        );
        left = name.right() + NAME_GAP;
    }
    let details = details(model);
    let details_room = right - left - state_width;
    if details_room > 60.0 && !details.is_empty() {
        let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
        let galley = pen.row(&details, &ink, details_room);
        let is_shortened = galley.elided;
        // On the name's baseline.
        let rect = pen.paint_row(galley, At::Left(left), middle, size::NAME);
        let response = pen.name("run details", rect, &details);
        if is_shortened {
            pen.explain(response, &details);
        }
        left = rect.right();
    }
    if state_width <= room {
        left += 22.0;
        let dot = pos2(left + 4.0, middle + 1.0);
        pen.painter.circle_filled(dot, 4.0, tint);
        left += 16.0;
        // What else there is room for beside it moves nothing.
        let room = right - left;
        let is_long = pen.width(&word, &ink) > room;
        let first = word.split(" · ").next().filter(|_| is_long);
        let galley = pen.row(first.unwrap_or(&word), &ink, room);
        let is_shortened = is_long || galley.elided;
        let rect = pen.paint_row(galley, At::Left(left), middle, size::NAME);
        let response = pen.name("state", rect, &word);
        if is_shortened {
            pen.explain(response, &word);
        }
    }
    chosen
}

/// What the key and the button for pausing mean at present.
pub(super) const fn pause_or_resume(model: &Model<'_>) -> message::Command {
    if model.request.is_pausing {
        message::Command::Resume
    } else {
        message::Command::Pause
    }
}

/// Whether a stop was asked for, or is obeyed.
pub(super) fn is_stopping(model: &Model<'_>) -> bool {
    model.request.is_stopping || model.scene.run.state == RunState::Stopping
}

/// What the run is doing, in a word; with the phase, where it has said one: in place of `training`, else beside the word. In
/// preparation the sub-header and the panels say it. While a command waits for its step, that is what is said.
fn state(pen: &Pen<'_>, model: &Model<'_>, waiting: Option<message::Command>) -> (String, Color32) {
    let run = &model.scene.run;
    let request = model.request;
    let word = match &run.state {
        RunState::Training | RunState::Preparing if request.is_stopping => "stopping",
        RunState::Paused if request.is_stopping => "stopping",
        RunState::Training | RunState::Preparing if request.is_pausing => "pausing",
        RunState::Paused if !request.is_pausing => "resuming",
        state => state_word(state),
    };
    let phase = &*run.activity;
    let request = match word {
        "pausing" => Some(message::Command::Pause),
        "resuming" => Some(message::Command::Resume),
        "stopping" => (run.state != RunState::Stopping).then_some(message::Command::Stop),
        _ if run.state.is_over() => None,
        _ => waiting,
    };
    let tint = state_color(&pen.theme, &run.state);
    if let Some(command) = request {
        return (waits(command, phase), tint);
    }
    let text = match word {
        _ if phase.is_empty() || run.state.is_over() => word.to_owned(),
        "training" => phase.to_owned(),
        "waiting" | "preparing" => word.to_owned(),
        word => format!("{word} · {phase}"),
    };
    (text, tint)
}

/// A command that waits for its step, and what the run does meanwhile.
fn waits(command: message::Command, phase: &str) -> String {
    use message::Command;
    let word = match command {
        Command::Pause => "pausing",
        Command::Resume => "resuming",
        Command::Stop => "stopping",
        Command::Step => "stepping",
        Command::Evaluate => "evaluating",
        Command::Checkpoint => "saving",
        Command::LearningRate(_) => "adjusting",
    };
    if phase.is_empty() {
        format!("{word} · waits for the step")
    } else {
        format!("{word} · {phase}")
    }
}

/// Seed, model, backend, devices.
fn details(model: &Model<'_>) -> String {
    let info = &model.scene.run.info;
    let mut parts: Vec<String> = Vec::new();
    if let Some(seed) = info.seed {
        parts.push(format!("seed {seed}"));
    }
    // `digits-cnn, 93,322 parameters` beside `digits-cnn` says the name twice.
    let text = info
        .model
        .strip_prefix(info.name.as_str())
        .unwrap_or(&info.model);
    parts.push(text.trim_start_matches([',', ' ', '·']).to_owned());
    parts.push(info.backend.clone());
    parts.push(info.device.clone());
    if model.is_software {
        parts.push(format!("software drawing ({})", model.adapter));
    } else if model.adapter != info.device {
        parts.push(model.adapter.to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// The progress line, split by epoch.
pub(super) fn progress(pen: &Pen<'_>, model: &Model<'_>, rect: Rect) {
    let progress = &model.scene.run.progress;
    let fraction = progress.fraction();
    let epochs = progress.epochs.max(1);
    // Narrower segments are a hatch, not a scale.
    let segments = if rect.width() / epochs as f32 >= 8.0 {
        epochs
    } else {
        1
    };
    // Between 0 and 1.
    #[allow(clippy::cast_possible_truncation)]
    let part = fraction.unwrap_or(0.0) as f32;
    let done = rect.left() + rect.width() * part;
    for segment in 0..segments {
        let at = |index: u32| rect.left() + (rect.width() * index as f32 / segments as f32).round();
        let end = if segment + 1 == segments {
            rect.right()
        } else {
            at(segment + 1) - 2.0
        };
        let track = Rect::from_min_max(pos2(at(segment), rect.top()), pos2(end, rect.bottom()));
        pen.fill(track, pen.theme.line);
        if done > track.left() {
            let ember = Rect::from_min_max(track.min, pos2(done.min(end), rect.bottom()));
            pen.fill(ember, pen.theme.ember());
        }
    }
    let text = match fraction {
        Some(fraction) => format!("progress {:.0} %", fraction * 100.0),
        None => "progress unknown".to_owned(),
    };
    pen.name("progress", rect, &text);
}

/// The flame: an ember outline with a notch, as two fans from the bottom.
fn flame(pen: &Pen<'_>, rect: Rect) {
    /// Left and right outline in a box of 24 × 28, from the bottom up.
    const OUTLINE: [(f32, f32); 19] = [
        (12.0, 27.0),
        (7.2, 26.0),
        (3.6, 23.2),
        (1.8, 19.2),
        (2.0, 15.0),
        (3.6, 11.6),
        (5.8, 9.0),
        (7.0, 11.6),
        (8.8, 12.8),
        (9.8, 8.6),
        (11.4, 4.6),
        (14.2, 1.0),
        (15.2, 5.0),
        (17.6, 8.4),
        (20.4, 12.0),
        (22.0, 16.0),
        (21.6, 20.6),
        (19.2, 24.4),
        (15.8, 26.4),
    ];
    let scale = vec2(rect.width() / 24.0, rect.height() / 28.0);
    let points = OUTLINE
        .iter()
        .map(|(x, y)| rect.min + vec2(*x, *y) * scale)
        .collect();
    // Seen from its first point, at the bottom, the outline never turns back: a fan fills it.
    let ember = color(pen.theme.ember());
    pen.painter
        .add(Shape::convex_polygon(points, ember, Stroke::NONE));
}
