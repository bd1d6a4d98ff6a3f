//! What stands over everything else: the closing question; and the frame of every dialog.

use egui::{Area, Frame, Id, Modal, Rect, Sense, Stroke, Ui, UiBuilder, Vec2, pos2, vec2};

use super::Action;
use super::pen::{At, Button, Ink, Pen};
use super::style::{Face, color, size};
use crate::scene::Theme;

/// What the question and its answers are called.
struct Words {
    question: &'static str,
    explanation: &'static str,
    stop: &'static str,
    finish: &'static str,
}

const ONE: Words = Words {
    question: "The training is still running",
    explanation: "What should become of it when the window closes?",
    stop: "Stop the training",
    finish: "Let it finish without the window",
};
const MANY: Words = Words {
    question: "{} trainings are still running",
    explanation: "What should become of them when the window closes?",
    stop: "Stop all of them",
    finish: "Let them finish without the window",
};

/// The size of what the question holds.
const QUESTION: Vec2 = vec2(420.0, 178.0);
/// The height of its buttons.
const BUTTON: f32 = 32.0;
/// Between a dialog's border and what it holds.
const MARGIN: f32 = 20.0;
/// Between what a dialog holds and the window's edges.
pub(super) const AROUND: f32 = 28.0;
/// What of a window's height a dialog's edges take, both of them, and a little air.
pub(super) const EDGES: f32 = 2.0 * AROUND + 8.0;

/// Draws the closing question, about as many runs as are `live`; adds what was answered to `actions`.
pub(super) fn question(ui: &Ui, theme: &Theme, live: usize, actions: &mut Vec<Action>) {
    let clicked = dialog(ui, theme, "closing question", QUESTION, |pen, _, rect| {
        answers(pen, rect, live, actions);
    });
    if clicked == Some(Place::Outside) {
        actions.push(Action::CloseCancel);
    }
}

/// Where a dialog was clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On what it holds, beside its buttons.
    Inside,
    /// Beside it.
    Outside,
}

/// Draws a dialog around `contents`; says whether it was clicked, and where.
pub(super) fn dialog(
    ui: &Ui,
    theme: &Theme,
    name: &'static str,
    size: Vec2,
    contents: impl FnOnce(&Pen<'_>, &mut Ui, Rect),
) -> Option<Place> {
    let id = Id::unique(name);
    let window = ui.ctx().content_rect();
    let width = size.x.min(window.width() - 2.0 * AROUND).max(60.0);
    let frame = Frame {
        fill: color(theme.panel),
        stroke: Stroke::new(1.0, color(theme.line)),
        corner_radius: 10.into(),
        ..Frame::NONE
    };
    let area: Area = Modal::default_area(id).fade_in(false);
    let modal = Modal::new(id).area(area).frame(frame);
    let response = modal.show(ui.ctx(), |ui| {
        let whole = vec2(width, size.y) + Vec2::splat(2.0 * MARGIN);
        // It hears clicks without being a place that Tab goes to.
        let (rect, response) = ui.allocate_exact_size(whole, Sense::CLICK);
        // What egui itself lays out in it stands in a part of its own, beside what the pen writes.
        let mut fields = ui.new_child(UiBuilder::new().max_rect(rect));
        let pen = Pen::new(ui, *theme);
        contents(&pen, &mut fields, rect.shrink(MARGIN));
        response.clicked()
    });
    if response.backdrop_response.clicked() {
        Some(Place::Outside)
    } else {
        response.inner.then_some(Place::Inside)
    }
}

/// The question and the buttons that answer it.
fn answers(pen: &Pen<'_>, rect: Rect, live: usize, actions: &mut Vec<Action>) {
    let words = if live > 1 { &MANY } else { &ONE };
    let question = words.question.replace("{}", &live.to_string());
    let ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    let left = At::Left(rect.left());
    pen.label(
        "question",
        &question,
        &ink,
        left,
        rect.top() + 8.0,
        rect.width(),
    );
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
    let text = words.explanation;
    pen.label(
        "explanation",
        text,
        &ink,
        left,
        rect.top() + 36.0,
        rect.width(),
    );
    let answers = [
        (
            words.stop,
            "Stop after the step under way, with everything written (Enter)",
            Action::CloseStop,
        ),
        (
            words.finish,
            "The training goes on; its progress is shown on the terminal (F)",
            Action::CloseFinishHeadless,
        ),
        (
            "Cancel",
            "Keep the window open (Escape)",
            Action::CloseCancel,
        ),
    ];
    let mut top = rect.top() + 62.0;
    for (index, (text, tip, action)) in answers.into_iter().enumerate() {
        let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), BUTTON));
        let button = Button {
            name: text,
            text,
            tip,
            is_primary: index == 0,
            is_enabled: true,
        };
        if pen.button(&button, place).clicked() {
            actions.push(action);
        }
        top += BUTTON + 10.0;
    }
}
