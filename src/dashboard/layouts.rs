//! The dialog in which arrangements are kept under a name, taken again, and given up.

use std::sync::Arc;

use egui::{Align2, FontSelection, Key, Rect, TextEdit, Ui, pos2, vec2};

use super::dialog::{Place, dialog};
use super::pen::{At, Button, Ink, Pen};
use super::style::{self, Face, size};
use super::view::View;

/// The width of what it holds.
const WIDTH: f32 = 360.0;
/// The height of its title, of a row, and of the field with its button.
const TITLE: f32 = 34.0;
const ROW: f32 = 36.0;
/// Rows that are shown; there is no use for more.
const MOST: usize = 8;
/// The width of the buttons at the right.
const SMALL: f32 = 72.0;
/// The longest name, in characters.
const LONGEST: usize = 48;

/// What is asked for.
enum Wish {
    Take(String),
    Forget(String),
    Keep(String),
}

impl View {
    /// Draws the dialog.
    pub(super) fn show_layouts(&mut self, ui: &Ui) {
        let names: Vec<String> = self.layouts.keys().take(MOST).cloned().collect();
        let rows = names.len().max(1) as f32;
        let extent = vec2(WIDTH, TITLE + ROW * (rows + 1.0) + 8.0);
        let mut wish = None;
        let theme = self.theme;
        let field = &mut self.layout_name;
        let clicked = dialog(ui, &theme, "layouts", extent, |pen, ui, rect| {
            title(pen, rect);
            let mut top = rect.top() + TITLE;
            if names.is_empty() {
                let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
                let text = "None is kept yet.";
                let middle = top + ROW / 2.0;
                pen.label(
                    "none",
                    text,
                    &ink,
                    At::Left(rect.left()),
                    middle,
                    rect.width(),
                );
                top += ROW;
            }
            for name in &names {
                let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), ROW));
                wish = kept(pen, name, row).or(wish.take());
                top += ROW;
            }
            let row = Rect::from_min_size(pos2(rect.left(), top + 8.0), vec2(rect.width(), ROW));
            wish = keep_as(pen, ui, field, row).or(wish.take());
        });
        match wish {
            Some(Wish::Take(name)) => {
                self.take_layout(ui, &name);
                self.are_layouts_open = false;
            }
            Some(Wish::Forget(name)) => {
                Arc::make_mut(&mut self.layouts).remove(&name);
            }
            Some(Wish::Keep(name)) => {
                let saved = self.named();
                Arc::make_mut(&mut self.layouts).insert(name, saved);
                self.layout_name.clear();
            }
            None => {}
        }
        if clicked == Some(Place::Outside) {
            self.are_layouts_open = false;
        }
    }

    /// Shows things as they were kept under a name; its colours are seen from the next pass on.
    pub(super) fn take_layout(&mut self, ui: &Ui, name: &str) {
        let layouts = Arc::clone(&self.layouts);
        if let Some(saved) = layouts.get(name) {
            self.take(saved);
            style::apply(ui.ctx(), &self.theme);
        }
    }
}

fn title(pen: &Pen<'_>, rect: Rect) {
    let ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    let middle = rect.top() + 8.0;
    pen.label(
        "layouts title",
        "Layouts",
        &ink,
        At::Left(rect.left()),
        middle,
        rect.width(),
    );
}

/// A layout that is kept: a button that takes it, and one that forgets it.
fn kept(pen: &Pen<'_>, name: &str, row: Rect) -> Option<Wish> {
    let height = 28.0;
    let top = row.center().y - height / 2.0;
    let right = row.right() - SMALL - 8.0;
    let take = Rect::from_min_max(pos2(row.left(), top), pos2(right, top + height));
    let forget = Rect::from_min_size(pos2(row.right() - SMALL, top), vec2(SMALL, height));
    let button = |text, tip, place, salt: &str| {
        let button = Button {
            name: "layout",
            text,
            tip,
            is_primary: false,
            is_enabled: true,
        };
        pen.button_of(&button, (salt, name), place).clicked()
    };
    if button(name, "Arrange everything as it was kept", take, "take") {
        Some(Wish::Take(name.to_owned()))
    } else if button("Forget", "It is kept no longer", forget, "forget") {
        Some(Wish::Forget(name.to_owned()))
    } else {
        None
    }
}

/// The field for a new name, and the button beside it.
fn keep_as(pen: &Pen<'_>, ui: &mut Ui, text: &mut String, row: Rect) -> Option<Wish> {
    let height = 28.0;
    let top = row.center().y - height / 2.0;
    let right = row.right() - SMALL - 8.0;
    let place = Rect::from_min_max(pos2(row.left(), top), pos2(right, top + height));
    let edit = TextEdit::singleline(text)
        .id(pen.id("layout name"))
        .char_limit(LONGEST)
        .hint_text("keep this one as …")
        .font(FontSelection::FontId(Face::Regular.at(size::TEXT)))
        .align(Align2::LEFT_CENTER)
        .margin(vec2(8.0, 5.0));
    let response = ui.put(place, edit);
    let has_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let name = text.trim();
    let keep = Button {
        name: "keep layout",
        text: "Keep",
        tip: "Keep how everything is arranged now under this name",
        is_primary: true,
        is_enabled: !name.is_empty(),
    };
    let place = Rect::from_min_size(pos2(row.right() - SMALL, top), vec2(SMALL, height));
    let is_clicked = pen.button(&keep, place).clicked();
    ((is_clicked || has_entered) && !name.is_empty()).then(|| Wish::Keep(name.to_owned()))
}
