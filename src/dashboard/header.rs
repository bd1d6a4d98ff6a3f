//! The header: which run, on what, in what state, and what a person can do about it. Under it the progress line.

use egui::{Color32, Rect, Role, Sense, Shape, Stroke, Vec2, WidgetInfo, pos2, vec2};

use super::pen::{At, Button, Ink, Pen};
use super::style::{Face, color, size, state_color};
use super::view::View;
use super::{Action, Model};
use crate::scene::RunState;

/// The widest of the words that tell a state.
const WIDEST_STATE: &str = "validating";
/// After the name.
const NAME_GAP: f32 = 10.0;
/// The width of a button, whatever is written on it.
const BUTTON: Vec2 = vec2(76.0, 28.0);

/// The width of the button for a new run; headers narrower than that leave it out.
const NEW_RUN: f32 = 80.0;
const ROOM_FOR_NEW_RUN: f32 = 640.0;

/// Draws the header.
pub(super) fn show(
    pen: &Pen<'_>,
    model: &Model<'_>,
    rect: Rect,
    actions: &mut Vec<Action>,
    view: &mut View,
) {
    pen.fill(rect, pen.theme.panel);
    if rect.height() < 24.0 {
        return;
    }
    let middle = rect.center().y;
    let right = buttons(pen, model, rect, actions, view);
    let right = new_run(pen, model, rect, right, view);
    let mut left = rect.left() + 12.0;
    if right - left < 40.0 {
        return;
    }
    flame(
        pen,
        Rect::from_min_size(pos2(left, middle - 14.0), vec2(24.0, 28.0)),
    );
    left += 34.0;

    // The state first: it is the last to be given up. Its place is as wide whatever it is.
    let (word, tint) = state(pen, model);
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
        let galley = pen.row(&word, &ink, right - left);
        let is_shortened = galley.elided;
        let rect = pen.paint_row(galley, At::Left(left), middle, size::NAME);
        let response = pen.name("state", rect, &word);
        if is_shortened {
            pen.explain(response, &word);
        }
    }
}

/// What pausing means at present: an action where there is one.
pub(super) fn pause_or_resume(model: &Model<'_>) -> Option<Action> {
    let request = model.request;
    if model.is_idle() || model.scene.run.state.is_over() || request.is_stopping {
        None
    } else if request.is_pausing {
        Some(Action::Resume)
    } else {
        Some(Action::Pause)
    }
}

/// The buttons at the right; returns where they begin.
fn buttons(
    pen: &Pen<'_>,
    model: &Model<'_>,
    rect: Rect,
    actions: &mut Vec<Action>,
    view: &mut View,
) -> f32 {
    let middle = rect.center().y;
    let mut right = rect.right() - 12.0;
    let icon = |right: &mut f32| {
        let rect = Rect::from_center_size(pos2(*right - 14.0, middle), Vec2::splat(28.0));
        *right -= 32.0;
        rect
    };
    if rect.width() >= 520.0 {
        if help(pen, icon(&mut right)) {
            view.is_help_open = !view.is_help_open;
        }
        if theme_button(pen, icon(&mut right)) {
            view.toggle_theme(pen.ui, actions);
        }
        right -= if rect.width() >= 1100.0 { 24.0 } else { 8.0 };
    }
    let is_nothing = model.is_idle() || model.scene.run.state.is_over();
    if is_nothing || rect.width() < 2.0 * BUTTON.x + 60.0 {
        return right - 12.0;
    }
    let place = |right: &mut f32| {
        let rect = Rect::from_center_size(pos2(*right - BUTTON.x / 2.0, middle), BUTTON);
        *right -= BUTTON.x + 8.0;
        rect
    };
    let is_stopping = model.request.is_stopping || model.scene.run.state == RunState::Stopping;
    let stop = Button {
        name: "stop",
        text: if is_stopping { "Stopping" } else { "Stop" },
        tip: "Stop after the step under way, with everything written (S)",
        is_primary: false,
        is_enabled: !is_stopping,
    };
    if pen.button(&stop, place(&mut right)).clicked() && !is_stopping {
        actions.push(Action::Stop);
    }
    let is_pausing = model.request.is_pausing;
    let pause = Button {
        name: "pause",
        text: if is_pausing { "Resume" } else { "Pause" },
        tip: if is_pausing {
            "Go on with the training (Space)"
        } else {
            "Hold the training before its next step (Space)"
        },
        is_primary: true,
        is_enabled: !is_stopping,
    };
    if pen.button(&pause, place(&mut right)).clicked() {
        actions.extend(pause_or_resume(model));
    }
    right - 4.0
}

/// The button that opens the dialog for a new run, where one can be started; returns where it begins.
fn new_run(pen: &Pen<'_>, model: &Model<'_>, rect: Rect, right: f32, view: &mut View) -> f32 {
    if model.offers.is_empty() || rect.width() < ROOM_FOR_NEW_RUN {
        return right;
    }
    let middle = pos2(right - 4.0 - NEW_RUN / 2.0, rect.center().y);
    let place = Rect::from_center_size(middle, vec2(NEW_RUN, BUTTON.y));
    let button = Button {
        name: "new run",
        text: "New run",
        tip: "Start another run (Ctrl+N)",
        is_primary: false,
        is_enabled: true,
    };
    if pen.button(&button, place).clicked() {
        view.new_run.toggle(model);
    }
    place.left() - 8.0
}

/// An icon that can be pointed at; says whether it was clicked.
fn icon_button(pen: &Pen<'_>, name: &str, tip: &str, rect: Rect) -> (bool, Color32) {
    let response = pen.ui.interact(rect, pen.id(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let theme = &pen.theme;
    pen.focus_ring(&response, rect, 6.0);
    let ink = if response.hovered() {
        theme.text
    } else {
        theme.dim
    };
    let is_clicked = response.clicked();
    pen.explain(response, tip);
    (is_clicked, color(ink))
}

/// `?`: the keys; says whether it was clicked.
fn help(pen: &Pen<'_>, rect: Rect) -> bool {
    let (is_clicked, ink) = icon_button(pen, "Keys", "The keys (?)", rect);
    let ink = Ink::colored(Face::Regular, size::TEXT, ink);
    pen.text("?", &ink, At::Center(rect.center().x), rect.center().y);
    is_clicked
}

/// A disc half filled: dark or light.
fn theme_button(pen: &Pen<'_>, rect: Rect) -> bool {
    let (tip, radius) = (
        if pen.theme.is_dark {
            "Light theme (T)"
        } else {
            "Dark theme (T)"
        },
        5.5,
    );
    let (is_clicked, ink) = icon_button(pen, "Theme", tip, rect);
    let center = rect.center();
    let painter = &pen.painter;
    painter.circle_stroke(center, radius, Stroke::new(1.3, ink));
    let half = (0..=16)
        .map(|step| {
            let angle = std::f32::consts::PI * (step as f32 / 16.0 - 0.5);
            center + radius * Vec2::angled(angle)
        })
        .collect();
    painter.add(Shape::convex_polygon(half, ink, Stroke::NONE));
    is_clicked
}

/// What the run is doing, in a word; with the phase, where it has said one: in place of `training`, else beside the word. In
/// preparation the sub-header and the panels say it.
fn state(pen: &Pen<'_>, model: &Model<'_>) -> (String, Color32) {
    let run = &model.scene.run;
    let request = model.request;
    let word = match &run.state {
        RunState::Training | RunState::Preparing if request.is_stopping => "stopping",
        RunState::Paused if request.is_stopping => "stopping",
        RunState::Training | RunState::Preparing if request.is_pausing => "pausing",
        RunState::Paused if !request.is_pausing => "resuming",
        RunState::Waiting => "waiting",
        RunState::Preparing => "preparing",
        RunState::Training => "training",
        RunState::Paused => "paused",
        RunState::Stopping => "stopping",
        RunState::Finished => "finished",
        RunState::Stopped => "stopped",
        RunState::Failed(_) => "failed",
    };
    let phase = &*run.activity;
    let text = match word {
        _ if phase.is_empty() || run.state.is_over() => word.to_owned(),
        "training" => phase.to_owned(),
        "waiting" | "preparing" => word.to_owned(),
        word => format!("{word} · {phase}"),
    };
    (text, state_color(&pen.theme, &run.state))
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
