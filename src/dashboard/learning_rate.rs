//! The dialog in which another learning rate is asked for: as scheduled, the schedule's times a factor, or a fixed one.
//!
//! It opens with what the run was last told. A number that is none, or is no learning rate, is said to be so under its field, and
//! cannot be asked for.

use egui::{
    Align2, Event, FontSelection, Id, Key, Rect, Response, Role, Sense, Stroke, StrokeKind,
    TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::dialog::{Place, dialog};
use super::number::{Digits, with_unit};
use super::pen::{At, Button, Ink, Pen};
use super::style::{Face, color, level_color, size};
use super::view::View;
use super::{Action, Model};
use crate::message::{Command, LearningRate, Level, Reply};
use crate::scene::{Scene, SeriesSummary};

/// The size of what it holds.
const EXTENT: egui::Vec2 = vec2(360.0, 246.0);
/// The height of its title with what is said under it, and of a row.
const TITLE: f32 = 56.0;
const ROW: f32 = 36.0;
/// The size of a field, and of a button.
const FIELD: egui::Vec2 = vec2(150.0, 28.0);
const BUTTON: egui::Vec2 = vec2(92.0, 30.0);
/// The longest number, in characters.
const LONGEST: usize = 32;
/// Series that the present value is looked for in.
const LOOKED_AT: usize = 2000;

/// Which of the three is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Scheduled,
    Scaled,
    Fixed,
}

/// The ways, and what is written beside each.
const KINDS: [(Kind, &str); 3] = [
    (Kind::Scheduled, "As scheduled"),
    (Kind::Scaled, "Times a factor"),
    (Kind::Fixed, "Fixed value"),
];

/// What was chosen and written so far.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    kind: Kind,
    factor: String,
    rate: String,
    /// Nothing was done in it yet: the key that opens it is not written into a field.
    is_new: bool,
}

/// What is asked for.
enum Wish {
    Apply(LearningRate),
    Close,
}

impl Dialog {
    /// One that says what holds for the run at present.
    pub(super) fn new(scene: &Scene) -> Self {
        let now = present(scene).and_then(|series| series.latest);
        let mut dialog = Self {
            kind: Kind::Scheduled,
            factor: "0.5".to_owned(),
            rate: now.map_or_else(|| "0.001".to_owned(), rounded),
            is_new: true,
        };
        match told(scene) {
            LearningRate::Scheduled => {}
            LearningRate::Scaled(factor) => {
                (dialog.kind, dialog.factor) = (Kind::Scaled, factor.to_string());
            }
            LearningRate::Fixed(rate) => {
                (dialog.kind, dialog.rate) = (Kind::Fixed, rate.to_string());
            }
        }
        dialog
    }

    /// What is meant, or why it is no learning rate.
    fn meant(&self) -> Result<LearningRate, String> {
        match self.kind {
            Kind::Scheduled => Ok(LearningRate::Scheduled),
            Kind::Scaled => number(&self.factor).map(LearningRate::Scaled),
            Kind::Fixed => number(&self.rate).map(LearningRate::Fixed),
        }
    }
}

impl View {
    /// Draws the dialog, and asks for what was chosen.
    pub(super) fn show_learning_rate(
        &mut self,
        ui: &Ui,
        model: &Model<'_>,
        actions: &mut Vec<Action>,
    ) {
        let Some(mut state) = self.learning_rate.take() else {
            return;
        };
        let theme = self.theme;
        let mut wish = None;
        let clicked = dialog(ui, &theme, "learning rate", EXTENT, |pen, ui, rect| {
            head(pen, model, rect);
            let mut top = rect.top() + TITLE;
            for (kind, text) in KINDS {
                let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), ROW));
                way(pen, ui, &mut state, kind, text, row);
                top += ROW;
            }
            let error = state.meant().err();
            if let Some(error) = &error {
                let tint = level_color(&pen.theme, Level::Error);
                let ink = Ink::colored(Face::Regular, size::SMALL, tint);
                let at = At::Left(rect.left() + 26.0);
                pen.label("error", error, &ink, at, top + 10.0, rect.width() - 26.0);
            }
            wish = buttons(pen, &state, rect);
            state.is_new = false;
        });
        match wish {
            Some(Wish::Apply(rate)) => self.ask(Command::LearningRate(rate), model, actions),
            Some(Wish::Close) => {}
            None if clicked == Some(Place::Outside) => {}
            None => self.learning_rate = Some(state),
        }
    }
}

/// The title, and what the learning rate is now.
fn head(pen: &Pen<'_>, model: &Model<'_>, rect: Rect) {
    let ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    let left = At::Left(rect.left());
    let middle = rect.top() + 8.0;
    pen.label(
        "learning rate title",
        "Learning rate",
        &ink,
        left,
        middle,
        rect.width(),
    );
    let now = present(model.scene).and_then(|series| {
        let rate = with_unit(f64::from(series.latest?), &series.unit, Digits::Full);
        Some(format!("now {rate} · {}", series.name))
    });
    let text = now.unwrap_or_else(|| "The run does not report one.".to_owned());
    let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
    pen.label(
        "learning rate now",
        &text,
        &ink,
        left,
        rect.top() + 32.0,
        rect.width(),
    );
}

/// One of the ways: a choice, and the field that belongs to it.
fn way(pen: &Pen<'_>, ui: &mut Ui, state: &mut Dialog, kind: Kind, text: &str, row: Rect) {
    let place = Rect::from_min_max(row.min, pos2(row.right() - FIELD.x - 8.0, row.bottom()));
    if choice(pen, text, state.kind == kind, place.shrink2(vec2(0.0, 3.0))).clicked() {
        state.kind = kind;
    }
    let (name, written) = match kind {
        Kind::Scheduled => return,
        Kind::Scaled => ("factor", &mut state.factor),
        Kind::Fixed => ("fixed learning rate", &mut state.rate),
    };
    let top = row.center().y - FIELD.y / 2.0;
    let place = Rect::from_min_size(pos2(row.right() - FIELD.x, top), FIELD);
    let is_wrong = state.kind == kind && number(written).is_err();
    let edit = TextEdit::singleline(written)
        .id(Id::unique(name))
        .char_limit(LONGEST)
        .font(FontSelection::FontId(Face::Regular.at(size::TEXT)))
        .text_color(color(pen.theme.text))
        .align(Align2::RIGHT_CENTER)
        .margin(vec2(8.0, 5.0));
    let response = ui.put(place, edit);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(name);
    });
    if response.gained_focus() || response.changed() {
        state.kind = kind;
    }
    if is_wrong {
        let stroke = Stroke::new(1.0, level_color(&pen.theme, Level::Error));
        pen.painter
            .rect_stroke(place, 6.0, stroke, StrokeKind::Inside);
    }
    pen.focus_ring(&response, place, 6.0);
    if state.is_new && state.kind == kind {
        response.request_focus();
    }
}

/// A disc in a ring where it is chosen, a ring where it is not.
fn choice(pen: &Pen<'_>, text: &str, is_chosen: bool, place: Rect) -> Response {
    let response = pen.ui.interact(place, pen.id(text), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, text));
    let theme = &pen.theme;
    let center = pos2(place.left() + 9.0, place.center().y);
    let ring = if is_chosen { theme.ember() } else { theme.dim };
    pen.painter
        .circle_stroke(center, 7.0, Stroke::new(1.5, color(ring)));
    if is_chosen {
        pen.painter.circle_filled(center, 3.5, color(ring));
    }
    let rgb = if is_chosen || response.hovered() {
        theme.text
    } else {
        theme.dim
    };
    let ink = Ink::new(Face::Regular, size::TEXT, rgb);
    let galley = pen.row(text, &ink, place.width() - 26.0);
    pen.paint_row(
        galley,
        At::Left(place.left() + 26.0),
        place.center().y,
        size::TEXT,
    );
    pen.focus_ring(&response, place, 6.0);
    response
}

/// The buttons, and the keys that mean the same.
fn buttons(pen: &Pen<'_>, state: &Dialog, rect: Rect) -> Option<Wish> {
    let meant = state.meant().ok();
    let mut right = rect.right();
    let mut button = |button: Button<'_>| {
        let place = Rect::from_min_size(pos2(right - BUTTON.x, rect.bottom() - BUTTON.y), BUTTON);
        right -= BUTTON.x + 8.0;
        let response = pen.button(&button, place);
        (response.clicked(), response.has_focus())
    };
    let (is_applied, _) = button(Button {
        name: "apply",
        text: "Apply",
        tip: "From the next step on (Enter)",
        is_primary: true,
        is_enabled: meant.is_some(),
    });
    let (is_cancelled, is_on_cancel) = button(Button {
        name: "cancel",
        text: "Cancel",
        tip: "Leave it as it is (Escape)",
        is_primary: false,
        is_enabled: true,
    });
    let is_pressed = |wanted| {
        let of = |event: &Event| matches!(event, Event::Key { key, pressed: true, .. } if *key == wanted);
        !state.is_new && pen.ui.input(|input| input.events.iter().any(of))
    };
    if is_cancelled || is_pressed(Key::Escape) {
        return Some(Wish::Close);
    }
    let is_entered = is_pressed(Key::Enter) && !is_on_cancel;
    meant.filter(|_| is_applied || is_entered).map(Wish::Apply)
}

/// A value in three digits, as a person would write it: `0.1`, `6.69e-4`.
fn rounded(value: f32) -> String {
    let text = format!("{value:.2e}");
    // What was just written is a number.
    let rounded: f64 = text.parse().unwrap_or_default();
    if (1e-3..1e4).contains(&rounded.abs()) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}

/// A number that a learning rate or a factor can be.
fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a number is missing".to_owned());
    }
    let Ok(number) = text.parse::<f64>() else {
        return Err(format!("“{text}” is not a number"));
    };
    if !number.is_finite() {
        Err(format!("{text} is not finite"))
    } else if number > 0.0 {
        Ok(number)
    } else {
        Err("it must be larger than zero".to_owned())
    }
}

/// Whether a run other than the current one reports it.
fn is_foreign(scene: &Scene, series: &SeriesSummary) -> bool {
    let mut runs = scene.runs.iter();
    let run = runs.find(|run| run.id == series.key.run);
    run.is_some_and(|run| !run.is_current)
}

/// The current run's series that tells its learning rate.
fn present(scene: &Scene) -> Option<&SeriesSummary> {
    let mut series = scene.series.iter().take(LOOKED_AT);
    series.find(|series| is_learning_rate(&series.name) && !is_foreign(scene, series))
}

fn is_learning_rate(path: &str) -> bool {
    let path = path.to_lowercase().replace(['_', '-', '.'], " ");
    let mut words = path.split(|c: char| !c.is_alphanumeric());
    path.contains("learning rate") || words.any(|word| word == "lr")
}

/// What the current run was last told to take.
fn told(scene: &Scene) -> LearningRate {
    let current = scene.runs.iter().find(|run| run.is_current);
    let answers = scene.answers.iter().rev();
    let mut rates = answers.filter_map(|told| match (told.answer.command, &told.answer.reply) {
        (Command::LearningRate(rate), Reply::Done(_))
            if current.is_none_or(|current| current.id == told.run) =>
        {
            Some(rate)
        }
        _ => None,
    });
    rates.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_learning_rate_is_said_to_be_none() {
        for (text, number_or_why) in [
            ("0.5", Ok(0.5)),
            (" 1e-3 ", Ok(1e-3)),
            ("1E+2", Ok(100.0)),
            ("", Err("missing")),
            ("abc", Err("“abc” is not a number")),
            ("0,5", Err("not a number")),
            ("nan", Err("not finite")),
            ("inf", Err("not finite")),
            ("1e999", Err("not finite")),
            ("0", Err("larger than zero")),
            ("-0.1", Err("larger than zero")),
        ] {
            match (number(text), number_or_why) {
                (Ok(number), Ok(expected)) => assert_eq!(number, expected),
                (Err(said), Err(part)) => assert!(said.contains(part), "{said}"),
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn the_present_value_is_offered_in_three_digits() {
        for (value, text) in [
            (0.000_668_936_1, "6.69e-4"),
            (0.1, "0.1"),
            (0.012_345, "0.0123"),
            (3e-5, "3e-5"),
            (12.0, "12"),
        ] {
            assert_eq!(rounded(value), text);
            assert!(number(&rounded(value)).is_ok());
        }
        assert!(number(&rounded(f32::NAN)).is_err());
    }

    #[test]
    fn a_series_tells_the_learning_rate_by_its_name() {
        for name in [
            "optim/learning rate",
            "Learning_Rate",
            "learning-rate/head",
            "lr",
            "optim/LR/0",
        ] {
            assert!(is_learning_rate(name), "{name}");
        }
        for name in ["color/rgb", "flr", "learning", "rate", "lrx/1"] {
            assert!(!is_learning_rate(name), "{name}");
        }
    }
}
