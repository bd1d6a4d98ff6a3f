//! The dialog in which a run is started: an experiment is picked, its hyperparameters are set in a form.
//!
//! In come the experiments that a program offers, out goes a wish to start one. What was written stays, experiment by
//! experiment, until the program ends: the form opens again as it was left.

use std::collections::BTreeMap;

use egui::{EventFilter, Key, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::dialog::{EDGES, Place, dialog};
use super::fields::{Draft, FIELD, Line, segment, turned};
use super::model::{Offer, Others, StartWish};
use super::pen::{At, Button, Ink, Pen};
use super::style::{Face, size};
use super::{Action, Model};
use crate::scene::Theme;

/// The width of what it holds, and of the list of experiments in it.
const WIDTH: f32 = 760.0;
const LIST: f32 = 176.0;
/// Between the list and the form.
const GUTTER: f32 = 24.0;
/// The height of its title, of an experiment in the list, of its description, of a hyperparameter.
const TITLE: f32 = 34.0;
const ROW: f32 = 30.0;
const ABOUT: f32 = 46.0;
const FIELD_ROW: f32 = 54.0;
/// The height of the last row, and of the one above it.
const BUTTONS: f32 = 44.0;
const OTHERS: f32 = 40.0;

/// The dialog, and what was written in it.
#[derive(Clone, Debug, Default)]
pub(super) struct NewRun {
    /// Whether it is open.
    pub is_open: bool,
    /// Which of the experiments is picked.
    chosen: usize,
    /// What was written, by the experiments' names.
    drafts: BTreeMap<String, Draft>,
    others: Others,
    /// How far the form is scrolled, in points.
    scroll: f32,
    /// The picked experiment is to be the one that keys are for.
    wants_focus: bool,
}

/// What became of the dialog in a layout.
enum Outcome {
    Cancel,
    Start,
}

impl NewRun {
    /// Opens it, or closes it.
    pub(super) fn toggle(&mut self, model: &Model<'_>) {
        if self.is_open {
            self.close();
        } else if !model.offers.is_empty() {
            self.open();
        }
    }

    /// Opens it.
    pub(super) const fn open(&mut self) {
        self.is_open = true;
        self.wants_focus = true;
    }

    /// Closes it.
    pub(super) fn close(&mut self) {
        self.is_open = false;
        self.scroll = 0.0;
        self.drafts.values_mut().for_each(Draft::tidy);
    }

    /// Draws it; adds the run that is asked for to `actions`.
    pub(super) fn show(
        &mut self,
        ui: &Ui,
        theme: &Theme,
        model: &Model<'_>,
        actions: &mut Vec<Action>,
    ) {
        let Some(offer) = model.offers.get(self.chosen).or(model.offers.first()) else {
            self.is_open = false;
            return;
        };
        let live = model.scene.runs.iter().filter(|run| run.is_live());
        let live: Vec<&str> = live.map(|run| &*run.name).collect();
        let others = if live.is_empty() { 0.0 } else { OTHERS };
        let list = ROW * model.offers.len() as f32;
        let most = ui.ctx().content_rect().height() - EDGES - TITLE - others - BUTTONS;
        // As high for each of them: picking another moves nothing.
        let longest = model
            .offers
            .iter()
            .map(|offer| offer.parameters.len())
            .max();
        let form = ABOUT + FIELD_ROW * longest.unwrap_or(0) as f32;
        let body = list.max(form).min(most).max(FIELD_ROW);
        let mut outcome = None;
        let extent = vec2(WIDTH, TITLE + body + others + BUTTONS);
        let place = dialog(ui, theme, "new run", extent, |pen, _, rect| {
            title(pen, rect);
            let top = rect.top() + TITLE;
            let list = (rect.width() * 0.3).min(LIST);
            let left = Rect::from_min_size(pos2(rect.left(), top), vec2(list, body));
            self.experiments(pen, left, model.offers);
            let right = Rect::from_min_max(
                pos2(left.right() + GUTTER, top),
                pos2(rect.right(), top + body),
            );
            // What was picked just now is shown at once.
            let offer = model.offers.get(self.chosen).unwrap_or(offer);
            self.form(pen, right, offer, &mut outcome);
            let mut bottom = Rect::from_min_max(pos2(rect.left(), top + body), rect.max);
            if !live.is_empty() {
                let row = Rect::from_min_size(bottom.min, vec2(bottom.width(), OTHERS));
                self.others(pen, row, &live);
                bottom.min.y += OTHERS;
            }
            outcome = self.buttons(pen, bottom, offer).or(outcome.take());
        });
        let is_escaped = ui.input(|input| input.key_pressed(Key::Escape));
        let offer = model.offers.get(self.chosen).unwrap_or(offer);
        match outcome {
            Some(Outcome::Start) => self.start(offer, actions),
            Some(Outcome::Cancel) => self.close(),
            None if is_escaped || place == Some(Place::Outside) => self.close(),
            None => {}
        }
    }

    fn start(&mut self, offer: &Offer, actions: &mut Vec<Action>) {
        let draft = self.draft(offer);
        if draft.refused(&offer.parameters).is_some() {
            return;
        }
        actions.push(Action::Start(Box::new(StartWish {
            experiment: offer.name.clone(),
            values: draft.values.clone(),
            others: self.others,
        })));
        self.close();
    }

    fn draft(&mut self, offer: &Offer) -> &mut Draft {
        let fresh = || Draft::new(&offer.parameters);
        let draft = self.drafts.entry(offer.name.clone()).or_insert_with(fresh);
        if !draft.fits(&offer.parameters) {
            *draft = fresh();
        }
        draft
    }

    /// The experiments, one of which is picked: by a click, or by arrows where it is the one that keys are for.
    fn experiments(&mut self, pen: &Pen<'_>, rect: Rect, offers: &[Offer]) {
        let area = pen.child("experiments", rect);
        let whole = pen.name("experiments", rect, "");
        whole.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "Experiments"));
        let inside = Pen::new(&area, pen.theme).within(rect);
        let mut picked = self.chosen.min(offers.len().saturating_sub(1));
        for (index, offer) in offers.iter().enumerate() {
            let top = rect.top() + ROW * index as f32;
            let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), ROW));
            let is_picked = index == self.chosen;
            let response = pick(&inside, row, offer, is_picked);
            if is_picked && std::mem::take(&mut self.wants_focus) {
                response.request_focus();
            }
            if response.clicked() {
                picked = index;
            } else if response.has_focus() {
                picked = turned_by_key(pen.ui, &response, index, offers.len());
            }
        }
        if picked != self.chosen {
            self.chosen = picked;
            self.scroll = 0.0;
            self.wants_focus = true;
        }
    }

    /// What an experiment is, and a field for each of its hyperparameters.
    fn form(&mut self, pen: &Pen<'_>, rect: Rect, offer: &Offer, outcome: &mut Option<Outcome>) {
        let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
        let galley = pen.paragraph(&offer.description, &ink, rect.width(), 2);
        // On the line of the first in the list.
        let corner = rect.min + vec2(0.0, 5.0);
        let about = Rect::from_min_size(corner, galley.size());
        pen.painter.galley(corner, galley, ink.color);
        pen.name("description", about, &offer.description);
        let area = Rect::from_min_max(pos2(rect.left(), rect.top() + ABOUT), rect.max);
        let content = FIELD_ROW * offer.parameters.len() as f32;
        let most = (content - area.height()).max(0.0);
        self.scroll = (self.scroll - turned(pen, area)).clamp(0.0, most);
        // A child of its own for each experiment: what was chosen in another's form is forgotten.
        let mut ui = pen.child("form", area);
        ui.set_clip_rect(area.expand2(vec2(4.0, 2.0)).intersect(ui.clip_rect()));
        let mut scroll = self.scroll;
        let draft = self.draft(offer);
        for (index, parameter) in offer.parameters.iter().enumerate() {
            let top = area.top() + FIELD_ROW * index as f32 - scroll;
            let row = Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), FIELD_ROW));
            let line = Line {
                pen,
                offer: &offer.name,
                parameter,
                row,
            };
            let said = line.show(&mut ui, &mut draft.fields[index]);
            if said.has_changed {
                draft.take(index, parameter);
            }
            if said.is_done {
                *outcome = Some(Outcome::Start);
            }
            if said.has_focus {
                // What keys are for is in sight from the next layout on.
                scroll = scroll.min(FIELD_ROW * index as f32);
                scroll = scroll.max(FIELD_ROW * (index as f32 + 1.0) - area.height());
            }
        }
        if offer.parameters.is_empty() {
            let text = "There is nothing to set.";
            let middle = area.top() + FIELD / 2.0;
            pen.label(
                "none",
                text,
                &ink,
                At::Left(area.left()),
                middle,
                area.width(),
            );
        }
        self.scroll = scroll.clamp(0.0, most);
    }

    /// What becomes of the runs that are not over.
    fn others(&mut self, pen: &Pen<'_>, row: Rect, live: &[&str]) {
        let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
        let (text, keep, stop) = match live {
            [name] => (
                format!("{name} is still running:"),
                "Keep it going",
                "Stop it first",
            ),
            _ => (
                format!("{} runs are still running:", live.len()),
                "Keep them going",
                "Stop them first",
            ),
        };
        let room = row.width() - 268.0;
        let middle = row.top() + OTHERS / 2.0;
        pen.label("others", &text, &ink, At::Left(row.left()), middle, room);
        let mut left = row.right() - 258.0;
        for (text, others, about) in [
            (keep, Others::Keep, "Both train at the same time"),
            (
                stop,
                Others::Stop,
                "The new run begins when they have ended",
            ),
        ] {
            let place = Rect::from_min_size(pos2(left, middle - 14.0), vec2(126.0, FIELD));
            if segment(
                pen,
                place,
                ("others", text),
                text,
                about,
                self.others == others,
            ) {
                self.others = others;
            }
            left += 132.0;
        }
    }

    fn buttons(&mut self, pen: &Pen<'_>, row: Rect, offer: &Offer) -> Option<Outcome> {
        let refused = self.draft(offer).refused(&offer.parameters);
        let top = row.bottom() - 32.0;
        let place = |left: f32, width: f32| Rect::from_min_size(pos2(left, top), vec2(width, 32.0));
        let cancel = Button {
            name: "cancel new run",
            text: "Cancel",
            tip: "Start nothing (Escape)",
            is_primary: false,
            is_enabled: true,
        };
        let is_cancelled = pen
            .button(&cancel, place(row.right() - 212.0, 92.0))
            .clicked();
        let tip = refused.map_or_else(
            || "Start it (Enter in a field)".to_owned(),
            |name| format!("{name} is not set yet"),
        );
        let start = Button {
            name: "start new run",
            text: "Start",
            tip: &tip,
            is_primary: true,
            is_enabled: refused.is_none(),
        };
        let is_started = pen
            .button(&start, place(row.right() - 112.0, 112.0))
            .clicked();
        if is_cancelled {
            Some(Outcome::Cancel)
        } else if is_started && refused.is_none() {
            Some(Outcome::Start)
        } else {
            None
        }
    }
}

fn title(pen: &Pen<'_>, rect: Rect) {
    let ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
    let (left, middle) = (At::Left(rect.left()), rect.top() + 8.0);
    pen.label("new run title", "New run", &ink, left, middle, rect.width());
}

/// Which of `count` arrows lead to from the one at `index`, which keys are for.
fn turned_by_key(ui: &Ui, response: &egui::Response, index: usize, count: usize) -> usize {
    let arrows = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let presses = |key| ui.input(|input| input.num_presses(key));
    (index + presses(Key::ArrowDown))
        .min(count.saturating_sub(1))
        .saturating_sub(presses(Key::ArrowUp))
}

/// An experiment in the list.
fn pick(pen: &Pen<'_>, row: Rect, offer: &Offer, is_picked: bool) -> egui::Response {
    let id = pen.id(("experiment", &*offer.name));
    // Tab goes to the list once.
    let sense = if is_picked {
        Sense::click()
    } else {
        Sense::CLICK
    };
    let response = pen.ui.interact(row, id, sense);
    response.widget_info(|| WidgetInfo {
        selected: Some(is_picked),
        ..WidgetInfo::labeled(Role::ListBoxOption, true, &offer.name)
    });
    let theme = &pen.theme;
    let ground = row.shrink2(vec2(0.0, 1.0));
    pen.option_ground(&response, ground, is_picked);
    pen.focus_ring(&response, ground, 6.0);
    let face = if is_picked {
        Face::Medium
    } else {
        Face::Regular
    };
    let ink = Ink::new(face, size::TEXT, theme.text);
    let galley = pen.row(&offer.name, &ink, row.width() - 20.0);
    pen.paint_row(
        galley,
        At::Left(row.left() + 12.0),
        row.center().y,
        size::TEXT,
    );
    pen.explain(response.clone(), offer.description.as_str());
    response
}
