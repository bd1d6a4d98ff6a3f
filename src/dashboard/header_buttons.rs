//! What a person can do at the right of the header: pause, single step, stop, and what else can be asked of a run; the theme and the
//! keys. Where there is no room the last to be given up are pause and stop.

use egui::containers::menu::menu_style;
use egui::{Color32, Popup, Rect, Role, Sense, Shape, Stroke, Vec2, WidgetInfo, pos2, vec2};

use super::commands::Command;
use super::header::{is_stopping, pause_or_resume};
use super::panel_menu::is_chosen;
use super::pen::{At, Button, Ink, Pen};
use super::style::{Face, color, size};
use super::view::View;
use super::{Action, Model};
use crate::message;

/// The width of a button, whatever is written on it.
const BUTTON: Vec2 = vec2(76.0, 28.0);
/// That of the one for a single step, and of the one for all else that can be asked.
const STEP: f32 = 60.0;
const MORE: f32 = 32.0;
/// That of the one for a new run; headers narrower than that leave it out.
const NEW_RUN: f32 = 80.0;
const ROOM_FOR_NEW_RUN: f32 = 800.0;
/// Headers narrower than this leave the one out, and narrower than that the other, too.
const ROOM_FOR_STEP: f32 = 720.0;
const ROOM_FOR_MORE: f32 = 600.0;
/// The width of the menu.
const MENU: f32 = 240.0;
/// What else can be asked of a run.
const OFFERED: [Command; 3] = [
    Command::Evaluate,
    Command::Checkpoint,
    Command::LearningRate,
];

/// The buttons at the right; returns where they begin.
pub(super) fn show(
    pen: &Pen<'_>,
    model: &Model<'_>,
    rect: Rect,
    actions: &mut Vec<Action>,
    view: &mut View,
    chosen: &mut Option<Command>,
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
        return new_run(pen, model, rect, right - 12.0, view);
    }
    let place = |right: &mut f32, width: f32| {
        let size = vec2(width, BUTTON.y);
        let rect = Rect::from_center_size(pos2(*right - width / 2.0, middle), size);
        *right -= width + 8.0;
        rect
    };
    let (is_stopping, is_pausing) = (is_stopping(model), model.request.is_pausing);
    let dots = (rect.width() >= ROOM_FOR_MORE).then(|| place(&mut right, MORE));
    let at_stop = place(&mut right, BUTTON.x);
    let at_step = (rect.width() >= ROOM_FOR_STEP).then(|| place(&mut right, STEP));
    let at_pause = place(&mut right, BUTTON.x);
    // From left to right, as Tab goes.
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
    if pen.button(&pause, at_pause).clicked() {
        view.ask(pause_or_resume(model), model, actions);
    }
    let step = Button {
        name: "step",
        text: "Step",
        tip: "Do one step and hold (Shift+Space)",
        is_primary: false,
        is_enabled: !is_stopping,
    };
    if let Some(place) = at_step
        && pen.button(&step, place).clicked()
        && !is_stopping
    {
        view.ask(message::Command::Step, model, actions);
    }
    let stop = Button {
        name: "stop",
        text: if is_stopping { "Stopping" } else { "Stop" },
        tip: "Stop after the step under way, with everything written (S)",
        is_primary: false,
        is_enabled: !is_stopping,
    };
    if pen.button(&stop, at_stop).clicked() {
        view.ask(message::Command::Stop, model, actions);
    }
    *chosen = dots.and_then(|place| more(pen, place));
    new_run(pen, model, rect, right - 4.0, view)
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

/// Three dots: a menu of what else can be asked; gives what was chosen.
fn more(pen: &Pen<'_>, rect: Rect) -> Option<Command> {
    let button = Button {
        name: "more",
        text: "",
        tip: "Evaluate, write a checkpoint, change the learning rate",
        is_primary: false,
        is_enabled: true,
    };
    let response = pen.button(&button, rect);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "More to ask"));
    for side in [-5.0, 0.0, 5.0] {
        let center = rect.center() + vec2(side, 0.0);
        pen.painter
            .circle_filled(center, 1.5, color(pen.theme.text));
    }
    if pen.is_covered {
        return None;
    }
    let mut chosen = None;
    Popup::menu(&response)
        .id(pen.id("menu of the run"))
        .style(menu_style)
        .gap(4.0)
        .show(|ui| {
            ui.set_width(MENU);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.spacing_mut().button_padding = vec2(6.0, 0.0);
            ui.spacing_mut().interact_size.y = 22.0;
            for command in OFFERED {
                if is_chosen(pen, ui, command) {
                    chosen = Some(command);
                }
            }
        });
    chosen
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
