//! The closing question, over everything else.

use egui::{Area, Frame, Id, Margin, Modal, Rect, Stroke, Ui, vec2};

use super::Action;
use super::pen::{At, Button, Ink, Pen};
use super::style::{Face, color, size};
use crate::scene::Theme;

/// The size of what the dialog holds.
const SIZE: egui::Vec2 = vec2(420.0, 178.0);
/// The height of its buttons.
const BUTTON: f32 = 32.0;

/// Draws the question; says what was answered.
pub(super) fn show(ui: &Ui, theme: &Theme, actions: &mut Vec<Action>) {
    let id = Id::unique("closing question");
    let window = ui.ctx().content_rect();
    let width = SIZE.x.min(window.width() - 56.0).max(60.0);
    let frame = Frame {
        inner_margin: Margin::same(20),
        fill: color(theme.panel),
        stroke: Stroke::new(1.0, color(theme.line)),
        corner_radius: 10.into(),
        ..Frame::NONE
    };
    let area: Area = Modal::default_area(id).fade_in(false);
    let modal = Modal::new(id).area(area).frame(frame);
    let response = modal.show(ui.ctx(), |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(width, SIZE.y), egui::Sense::hover());
        let pen = Pen::new(ui, *theme);
        contents(&pen, rect, actions);
    });
    if response.backdrop_response.clicked() {
        actions.push(Action::CloseCancel);
    }
}

fn contents(pen: &Pen<'_>, rect: Rect, actions: &mut Vec<Action>) {
    let ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    let left = At::Left(rect.left());
    pen.label(
        "question",
        "The training is still running",
        &ink,
        left,
        rect.top() + 8.0,
        rect.width(),
    );
    let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
    let text = "What should become of it when the window closes?";
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
            "Stop the training",
            "Stop after the step under way, with everything written (Enter)",
            Action::CloseStop,
        ),
        (
            "Let it finish without the window",
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
        let place = Rect::from_min_size(egui::pos2(rect.left(), top), vec2(rect.width(), BUTTON));
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
