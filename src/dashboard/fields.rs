//! Hyperparameters as fields to be filled in: what was written for an experiment, and how it is written.
//!
//! A field holds a text; the value is what the last acceptable text said. So a slip is shown where it was made, and nothing is
//! lost by it.

use egui::{
    Align2, FontSelection, Key, Rect, Role, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
    pos2, vec2,
};

use super::hands::points_in;
use super::pen::{At, Ink, Pen};
use super::style::{Face, color, level_color, size};
use crate::message::{Domain, Level, Parameter, ParameterError, Values};

/// The height of a field, and of what is written under it.
pub(super) const FIELD: f32 = 28.0;
const NOTE: f32 = 18.0;
/// The width of names, and of fields.
const NAME: f32 = 128.0;
const FIELD_WIDTH: f32 = 190.0;
/// The longest text of a field, in characters.
const LONGEST: usize = 512;

/// What was written for one experiment.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub values: Values,
    pub fields: Vec<Field>,
}

/// A text, and why it is no value.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    text: String,
    refusal: Option<String>,
}

impl Draft {
    pub(super) fn new(parameters: &[Parameter]) -> Self {
        let fields = parameters.iter().map(|parameter| Field {
            text: parameter.default.to_string(),
            refusal: None,
        });
        Self {
            values: Values::defaults(parameters),
            fields: fields.collect(),
        }
    }

    /// Whether it is of an experiment with these hyperparameters.
    pub(super) fn fits(&self, parameters: &[Parameter]) -> bool {
        let own = self.values.iter().map(|(parameter, _)| parameter);
        own.eq(parameters)
    }

    /// Takes what was written in a field.
    pub(super) fn take(&mut self, index: usize, parameter: &Parameter) {
        let field = &mut self.fields[index];
        field.refusal = match self.values.set(&parameter.name, &field.text) {
            Ok(()) => None,
            Err(ParameterError::Refused { wanted, .. }) => Some(wanted),
            Err(error) => Some(error.to_string()),
        };
    }

    /// The name of the first hyperparameter whose text is no value.
    pub(super) fn refused<'a>(&self, parameters: &'a [Parameter]) -> Option<&'a str> {
        let mut both = self.fields.iter().zip(parameters);
        let found = both.find(|(field, _)| field.refusal.is_some());
        found.map(|(_, parameter)| &*parameter.name)
    }

    /// Texts that are no values give way to the last that were.
    pub(super) fn tidy(&mut self) {
        let values: Vec<String> = self.values.iter().map(|(_, v)| v.to_string()).collect();
        for (field, value) in self.fields.iter_mut().zip(values) {
            if field.refusal.take().is_some() {
                field.text = value;
            }
        }
    }
}

/// A hyperparameter: its name, its field, and under it what it does, or what it may be.
pub(super) struct Line<'a> {
    pub pen: &'a Pen<'a>,
    /// The experiment's name.
    pub offer: &'a str,
    pub parameter: &'a Parameter,
    pub row: Rect,
}

/// What a person did to a field.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub has_changed: bool,
    /// Enter: the whole form is done.
    pub is_done: bool,
    pub has_focus: bool,
}

impl Line<'_> {
    pub(super) fn show(&self, ui: &mut Ui, field: &mut Field) -> Said {
        let name = &self.parameter.name;
        let middle = self.row.top() + FIELD / 2.0;
        let inside = Pen::new(ui, self.pen.theme);
        let ink = Ink::new(Face::Regular, size::TEXT, inside.theme.text);
        let left = self.row.left();
        let salt = ("name", self.offer, &**name);
        inside.label(salt, name, &ink, At::Left(left), middle, NAME - 10.0);
        let width = FIELD_WIDTH.min(self.row.width() - NAME).max(40.0);
        let place = Rect::from_min_size(pos2(left + NAME, self.row.top()), vec2(width, FIELD));
        let said = match &self.parameter.domain {
            Domain::Flag => self.words(ui, &["no", "yes"], place, field),
            Domain::Choice(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                self.words(ui, &words, place, field)
            }
            Domain::Integer(_) | Domain::Real(_) | Domain::Text => self.text(ui, place, field),
        };
        self.notes(ui, place, field);
        said
    }

    /// A field to write in.
    fn text(&self, ui: &mut Ui, place: Rect, field: &mut Field) -> Said {
        let theme = self.pen.theme;
        let name = &self.parameter.name;
        let id = self.pen.id(("field", self.offer, &**name));
        // A path may be long: it has all the room there is.
        let place = match self.parameter.domain {
            Domain::Text => place.with_max_x(self.row.right()),
            _ => place,
        };
        ui.painter().rect_filled(place, 6.0, color(theme.raised));
        let edit = TextEdit::singleline(&mut field.text)
            .id(id)
            .char_limit(LONGEST)
            .font(FontSelection::FontId(Face::Regular.at(size::TEXT)))
            .text_color(color(theme.text))
            .align(Align2::LEFT_CENTER)
            .frame(egui::Frame::NONE)
            .desired_width(place.width() - 20.0);
        let inner = place.shrink2(vec2(10.0, 4.0));
        let response = ui.put(inner, edit);
        let about = field.refusal.clone().unwrap_or_else(|| self.about());
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_label(name.as_str());
            node.set_description(about.as_str());
        });
        let inside = Pen::new(ui, theme);
        if field.refusal.is_some() {
            let stroke = Stroke::new(1.0, level_color(&theme, Level::Error));
            inside
                .painter
                .rect_stroke(place, 6.0, stroke, StrokeKind::Inside);
        }
        inside.focus_ring(&response, place, 6.0);
        let is_entered = ui.input(|input| input.key_pressed(Key::Enter));
        Said {
            has_changed: response.changed(),
            is_done: response.lost_focus() && is_entered,
            has_focus: response.has_focus(),
        }
    }

    /// Words to choose one of: side by side where they fit, else one that a click changes for the next.
    fn words(&self, ui: &Ui, words: &[&str], place: Rect, field: &mut Field) -> Said {
        let inside = Pen::new(ui, self.pen.theme);
        let place = place.with_max_x(self.row.right());
        let ink = Ink::new(Face::Medium, size::TEXT, inside.theme.text);
        let widths: Vec<f32> = words
            .iter()
            .map(|word| (inside.width(word, &ink) + 24.0).max(52.0).ceil())
            .collect();
        let all = widths.iter().sum::<f32>() + 6.0 * (words.len().max(1) - 1) as f32;
        let chosen = words.iter().position(|word| *word == field.text);
        let mut said = Said::default();
        let mut choose = |index: usize| {
            words[index].clone_into(&mut field.text);
            said.has_changed = true;
        };
        let help = self.parameter.help.as_str();
        let name = &*self.parameter.name;
        if all > place.width() {
            let chosen = chosen.unwrap_or(0);
            let text = format!("{name}: {}", words[chosen]);
            let width = place.width().min(FIELD_WIDTH);
            let place = Rect::from_min_size(place.min, vec2(width, FIELD));
            if segment(&inside, place, (self.offer, name), &text, help, true) {
                choose((chosen + 1) % words.len());
            }
            return said;
        }
        let mut left = place.left();
        for (index, width) in widths.into_iter().enumerate() {
            let place = Rect::from_min_size(pos2(left, place.top()), vec2(width, FIELD));
            let salt = (self.offer, name, index);
            let is_chosen = chosen == Some(index);
            if segment(&inside, place, salt, words[index], help, is_chosen) {
                choose(index);
            }
            left += width + 6.0;
        }
        said
    }

    /// What it does, or, where nobody says, what it may be.
    fn about(&self) -> String {
        let Parameter { help, domain, .. } = self.parameter;
        match domain {
            Domain::Integer(_) | Domain::Real(_) if help.is_empty() => self.parameter.wanted(),
            _ => help.clone(),
        }
    }

    /// The default beside the field where something else is set; under it what it does, or what it may be.
    fn notes(&self, ui: &Ui, place: Rect, field: &Field) {
        let inside = Pen::new(ui, self.pen.theme);
        let dim = Ink::new(Face::Regular, size::SMALL, inside.theme.dim);
        let name = &*self.parameter.name;
        let default = self.parameter.default.to_string();
        let is_wordy = matches!(
            self.parameter.domain,
            Domain::Text | Domain::Flag | Domain::Choice(_)
        );
        if !is_wordy {
            let left = place.right() + 10.0;
            let text = format!("default {default}");
            let salt = ("default", self.offer, name);
            let (at, middle) = (At::Left(left), place.center().y);
            inside.label(salt, &text, &dim, at, middle, self.row.right() - left);
        }
        let (text, ink) = match &field.refusal {
            Some(wanted) => (
                format!("must be {wanted}"),
                Ink::colored(
                    Face::Regular,
                    size::SMALL,
                    level_color(&inside.theme, Level::Error),
                ),
            ),
            None if is_wordy && !default.is_empty() && default != field.text => {
                let help = &self.parameter.help;
                let gap = if help.is_empty() { "" } else { " " };
                (format!("{help}{gap}Default: {default}."), dim)
            }
            None => (self.about(), dim),
        };
        if !text.is_empty() {
            let at = At::Left(place.left());
            let middle = place.bottom() + NOTE / 2.0;
            let salt = ("note", self.offer, name);
            let room = self.row.right() - place.left();
            inside.label(salt, &text, &ink, at, middle, room);
        }
    }
}

/// One of several words side by side; says whether it was chosen.
pub(super) fn segment(
    pen: &Pen<'_>,
    place: Rect,
    salt: impl egui::AsIdSalt,
    text: &str,
    about: &str,
    is_chosen: bool,
) -> bool {
    let response = pen
        .ui
        .interact(place, pen.id("segment").with(salt), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, text));
    let theme = &pen.theme;
    let strength = match (is_chosen, response.hovered()) {
        (true, _) => 0.16,
        (false, true) => 0.08,
        (false, false) => 0.0,
    };
    let ground = theme.text.over(theme.raised, strength);
    pen.painter.rect_filled(place, 6.0, color(ground));
    pen.focus_ring(&response, place, 6.0);
    let (face, rgb) = if is_chosen {
        (Face::Medium, theme.text)
    } else {
        (Face::Regular, theme.dim)
    };
    if is_chosen {
        // An edge says it without a shade.
        let stroke = Stroke::new(1.0, color(theme.text));
        let inside = StrokeKind::Inside;
        pen.painter.rect_stroke(place, 6.0, stroke, inside);
    }
    let galley = pen.row(text, &Ink::new(face, size::TEXT, rgb), place.width() - 8.0);
    pen.paint_row(
        galley,
        At::Center(place.center().x),
        place.center().y,
        size::TEXT,
    );
    let is_clicked = response.clicked();
    if !about.is_empty() {
        pen.explain(response, about);
    }
    is_clicked
}

/// What the wheel has turned over a part of a dialog, in points; positive towards its beginning.
pub(super) fn turned(pen: &Pen<'_>, rect: Rect) -> f32 {
    let pointer = pen.ui.ctx().pointer_hover_pos();
    if !pointer.is_some_and(|pointer| rect.contains(pointer)) {
        return 0.0;
    }
    pen.ui.input(|input| {
        let turns = input.events.iter().map(|event| match event {
            egui::Event::MouseWheel { unit, delta, .. } => {
                delta.y * points_in(*unit, rect.height())
            }
            _ => 0.0,
        });
        turns.sum()
    })
}
