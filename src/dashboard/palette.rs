//! The command palette: a field to write a few letters into, and the commands, layouts, panels and series that they may mean.
//!
//! It remembers nothing: it opens empty, and is gone once something is chosen. Names are matched only while it is open, and
//! only as many rows are drawn as are visible.

use std::collections::{BTreeMap, HashMap};

use egui::{Event, Id, Key, Rect, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

use super::commands::{Command, Held, Shortcut, TABLE, by_key};
use super::dialog::{Place, dialog};
use super::pen::{At, Ink, Pen};
use super::saved::SavedView;
use super::style::{Face, color, size};
use crate::scene::{PanelId, Scene, Theme};

/// The width of what it holds.
const WIDTH: f32 = 520.0;
/// The height of the field, and of a row.
const FIELD: f32 = 32.0;
const ROW: f32 = 26.0;
/// Between the field and the rows.
const GAP: f32 = 8.0;
/// The most rows that are visible at once.
const MOST_ROWS: usize = 12;
/// What a window needs beside rows: edges and field.
const AROUND: f32 = 60.0 + FIELD + GAP;
/// Room for a section.
const SECTION: f32 = 72.0;

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// Do this.
    Command(Command),
    /// Show things as they were kept under this name.
    Layout(String),
    /// Go to this panel.
    Panel(PanelId),
}

/// What became of it in a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It stays open.
    Open,
    /// It was closed.
    Closed,
    /// This was chosen.
    Chosen(Item),
}

/// What was written so far, and which row is meant.
#[derive(Clone, Debug)]
pub(super) struct Palette {
    query: String,
    chosen: usize,
    /// The panel that was chosen when it opened, and is chosen again when it closes.
    pub panel: Option<PanelId>,
    /// Whether the key that opens it has yet to be let through.
    is_new: bool,
}

/// A row: what it stands for, and what is written in it.
#[derive(Clone, Debug)]
struct Row<'a> {
    item: Item,
    section: &'static str,
    /// What comes before the name.
    verb: &'static str,
    name: &'a str,
    key: Option<Shortcut>,
}

impl Palette {
    /// One that opens while a panel is chosen, or none.
    pub(super) const fn new(panel: Option<PanelId>) -> Self {
        Self {
            query: String::new(),
            chosen: 0,
            panel,
            is_new: true,
        }
    }

    /// Draws it, and says what became of it.
    pub(super) fn show(
        &mut self,
        ui: &Ui,
        theme: &Theme,
        scene: &Scene,
        layouts: &BTreeMap<String, SavedView>,
    ) -> Outcome {
        let window = ui.ctx().content_rect();
        // A few rows.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let visible = (((window.height() - AROUND) / ROW).max(1.0) as usize).min(MOST_ROWS);
        let before = self.query.clone();
        let mut rows = Vec::new();
        let mut keyed = None;
        let mut clicked = None;
        let height = FIELD + GAP + visible as f32 * ROW;
        let place = dialog(ui, theme, "palette", vec2(WIDTH, height), |pen, _, rect| {
            self.field(pen, rect);
            rows = matching(scene, layouts, &self.query);
            if self.query != before {
                self.chosen = 0;
            }
            if !std::mem::take(&mut self.is_new) {
                keyed = self.keys(ui, rows.len());
            }
            let list = Rect::from_min_max(pos2(rect.left(), rect.top() + FIELD + GAP), rect.max);
            clicked = self.list(pen, list, &rows, visible);
        });
        if let Some(index) = clicked {
            return Outcome::Chosen(rows.swap_remove(index).item);
        }
        match keyed {
            Some(Keyed::Choose) => rows
                .get(self.chosen)
                .map_or(Outcome::Open, |row| Outcome::Chosen(row.item.clone())),
            Some(Keyed::Close) => Outcome::Closed,
            None if place == Some(Place::Outside) => Outcome::Closed,
            None => Outcome::Open,
        }
    }

    /// Moves the choice by key; says whether it was made, or given up.
    fn keys(&mut self, ui: &Ui, rows: usize) -> Option<Keyed> {
        ui.input(|input| {
            let mut keyed = None;
            for event in &input.events {
                let Event::Key {
                    key,
                    pressed: true,
                    modifiers,
                    ..
                } = event
                else {
                    continue;
                };
                let last = rows.saturating_sub(1);
                match key {
                    Key::ArrowDown => self.chosen = (self.chosen + 1).min(last),
                    Key::ArrowUp => self.chosen = self.chosen.saturating_sub(1),
                    Key::PageDown => self.chosen = (self.chosen + MOST_ROWS).min(last),
                    Key::PageUp => self.chosen = self.chosen.saturating_sub(MOST_ROWS),
                    Key::Enter => keyed = Some(Keyed::Choose),
                    Key::Escape => keyed = Some(Keyed::Close),
                    key => {
                        let held = Held::of(*modifiers);
                        let command = held.and_then(|held| by_key(*key, held));
                        if command == Some(Command::Palette) && modifiers.command {
                            keyed = Some(Keyed::Close);
                        }
                    }
                }
            }
            keyed
        })
    }

    /// The field; whatever is written goes into it.
    fn field(&mut self, pen: &Pen<'_>, rect: Rect) {
        let place = Rect::from_min_size(rect.min, vec2(rect.width(), FIELD));
        let theme = &pen.theme;
        pen.painter.rect_filled(place, 6.0, color(theme.raised));
        let mut ui = pen.child("field", place);
        let id = Id::unique("palette field");
        let edit = TextEdit::singleline(&mut self.query)
            .id(id)
            .font(Face::Regular.at(size::TITLE))
            .text_color(color(theme.text))
            .hint_text("Find a command, a layout, a panel or a series")
            .frame(egui::Frame::NONE);
        let response = ui.put(place.shrink2(vec2(10.0, 6.0)), edit);
        let query = self.query.clone();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(query.clone()),
            ..WidgetInfo::labeled(Role::TextInput, true, "Find a command")
        });
        if !response.has_focus() {
            response.request_focus();
        }
        pen.focus_ring(&response, place, 6.0);
    }

    /// The rows around the chosen one; gives the one that was clicked.
    fn list(&self, pen: &Pen<'_>, rect: Rect, rows: &[Row<'_>], visible: usize) -> Option<usize> {
        let whole = pen.name("matches", rect, "");
        whole.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "Matches"));
        if rows.is_empty() {
            let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
            let left = At::Left(rect.left() + 10.0);
            let middle = rect.top() + ROW / 2.0;
            pen.label(
                "nothing",
                "Nothing has these letters",
                &ink,
                left,
                middle,
                rect.width(),
            );
        }
        let first = (self.chosen + 1).saturating_sub(visible);
        let mut clicked = None;
        for (line, (index, row)) in rows
            .iter()
            .enumerate()
            .skip(first)
            .take(visible)
            .enumerate()
        {
            let top = rect.top() + line as f32 * ROW;
            let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), ROW));
            if draw(pen, place, line, row, index == self.chosen) {
                clicked = Some(index);
            }
        }
        clicked
    }
}

/// What a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keyed {
    Choose,
    Close,
}

/// Draws a row: its section, its name, its key; says whether it was clicked.
fn draw(pen: &Pen<'_>, place: Rect, line: usize, row: &Row<'_>, is_chosen: bool) -> bool {
    let name = format!("{}{}", row.verb, row.name);
    let key = row.key.map(Shortcut::written);
    // It hears clicks without being a place that Tab goes to: the field keeps what is written.
    let response = pen.ui.interact(place, pen.id(("row", line)), Sense::CLICK);
    response.widget_info(|| WidgetInfo {
        selected: Some(is_chosen),
        ..WidgetInfo::labeled(Role::ListBoxOption, true, &name)
    });
    let theme = &pen.theme;
    pen.option_ground(&response, place, is_chosen);
    let middle = place.center().y;
    let dim = Ink::new(Face::Regular, size::SMALL, theme.dim);
    let ink = Ink::new(Face::Regular, size::TEXT, theme.text);
    let left = place.left() + 10.0;
    pen.text_on(row.section, &dim, At::Left(left), middle, size::TEXT);
    let mut right = place.right() - 10.0;
    if let Some(key) = key {
        right = pen
            .text_on(&key, &dim, At::Right(right), middle, size::TEXT)
            .left()
            - 12.0;
    }
    let left = left + SECTION;
    let galley = pen.row(&name, &ink, right - left);
    pen.paint_row(galley, At::Left(left), middle, size::TEXT);
    response.clicked()
}

/// What the letters may mean, the likeliest first; all commands where there are none.
fn matching<'a>(
    scene: &'a Scene,
    layouts: &'a BTreeMap<String, SavedView>,
    query: &str,
) -> Vec<Row<'a>> {
    let commands = TABLE.iter().map(|entry| Row {
        item: Item::Command(entry.command),
        section: entry.section.title(),
        verb: "",
        name: entry.title,
        key: entry.keys.first().copied(),
    });
    let mut letters = lowered(query);
    letters.retain(|letter| !letter.is_whitespace());
    if letters.is_empty() {
        return commands.collect();
    }
    let panels = scene.panels.iter().map(|panel| Row {
        item: Item::Panel(panel.id),
        section: "Panel",
        verb: "Go to ",
        name: &panel.title,
        key: None,
    });
    let by_name: HashMap<&str, PanelId> = scene
        .panels
        .iter()
        .map(|panel| (&*panel.name, panel.id))
        .collect();
    let series = scene.series.iter().filter_map(|series| {
        Some(Row {
            item: Item::Panel(*by_name.get(&*series.panel)?),
            section: "Series",
            verb: "Show ",
            name: &series.name,
            key: None,
        })
    });
    let mut found: Vec<(u32, Row<'a>)> = commands
        .chain(panels)
        .chain(series)
        .filter_map(|row| Some((distance(&letters, row.name)?, row)))
        .chain(layouts.keys().filter_map(|name| layout(&letters, name)))
        .collect();
    // Stable: what is as likely stays in its order.
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, row)| row).collect()
}

/// A layout that the letters may mean: by its name, or by that with what it is.
fn layout<'a>(letters: &[char], name: &'a str) -> Option<(u32, Row<'a>)> {
    const VERB: &str = "Layout: ";
    let named = distance(letters, name);
    let in_full = distance(letters, &format!("{VERB}{name}"));
    let row = Row {
        item: Item::Layout(name.to_owned()),
        section: "Layout",
        verb: VERB,
        name,
        key: None,
    };
    Some((named.into_iter().chain(in_full).min()?, row))
}

/// A text in small letters; most are ASCII, which costs little.
fn lowered(text: &str) -> Vec<char> {
    let mut letters = Vec::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            letters.push(letter.to_ascii_lowercase());
        } else {
            letters.extend(letter.to_lowercase());
        }
    }
    letters
}

/// How far a name is from being what the letters mean; `None` where it does not have them in this order.
///
/// Letters are taken one by one: the next of the name where it is the same, else the next that begins a word, else the next at
/// all. Each jump costs, one into the middle of a word more; so does a beginning in the middle of a word.
fn distance(letters: &[char], name: &str) -> Option<u32> {
    const TO_A_WORD: u32 = 4;
    const INTO_A_WORD: u32 = 24;
    let (first, others) = letters.split_first()?;
    let name = lowered(name);
    let mut rest = name.iter();
    if !letters.iter().all(|letter| rest.any(|one| one == letter)) {
        return None;
    }
    let begins = |at: usize| at == 0 || !name[at - 1].is_alphanumeric();
    let toll = |at: usize| if begins(at) { TO_A_WORD } else { INTO_A_WORD };
    let any = |from: usize, letter: char| (from..name.len()).find(|at| name[*at] == letter);
    let word = |from: usize, letter: char| {
        let mut places = from..name.len();
        places.find(|at| name[*at] == letter && begins(*at))
    };
    let walk = |begin: usize, jump: &dyn Fn(usize, char) -> Option<usize>| {
        let mut at = begin;
        let mut cost = if begin == 0 { 0 } else { toll(begin) };
        for letter in others {
            if name.get(at + 1) == Some(letter) {
                at += 1;
            } else {
                at = jump(at + 1, *letter)?;
                cost += toll(at);
            }
        }
        Some(cost)
    };
    let starts = (0..name.len()).filter(|at| name[*at] == *first);
    let to_words = |from, letter| word(from, letter).or_else(|| any(from, letter));
    // A jump to a word may go too far: then letter by letter.
    starts
        .filter_map(|begin| walk(begin, &to_words).or_else(|| walk(begin, &any)))
        .min()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;
    use crate::message::{Direction, RunId, SeriesId, Split, Unit};
    use crate::scene::{SeriesKey, SeriesSummary};

    fn far(query: &str, name: &str) -> Option<u32> {
        distance(&query.chars().collect::<Vec<_>>(), name)
    }

    #[test]
    fn letters_must_be_there_in_their_order() {
        assert_eq!(far("", "Loss"), None);
        assert_eq!(far("x", "Loss"), None);
        assert_eq!(far("sol", "Loss"), None);
        assert!(far("ls", "Loss").is_some());
        assert!(far("lsss", "Loss").is_none());
        assert!(far("straße", "Straße").is_some());
    }

    #[test]
    fn beginnings_of_words_come_first() {
        for (query, nearer, farther) in [
            ("hc", "High contrast", "Show or hide the accuracy"),
            ("log", "Logarithmic", "Catalogue"),
            ("log", "Show the log", "Catalogue"),
            ("train", "loss/train", "loss/constrain"),
            ("lt", "loss/train", "loss/late"),
            ("stop", "Stop the training", "Smooth the top"),
        ] {
            let (near, far) = (far(query, nearer), far(query, farther));
            assert!(
                near.is_some() && near < far.or(Some(u32::MAX)),
                "{query}: {near:?} {far:?}"
            );
        }
        // A word too far ahead does not hide what is there.
        assert!(far("abc", "a bx bc").is_some());
    }

    fn series(count: usize) -> Scene {
        let mut series = Vec::new();
        for index in 0..count {
            let name: Arc<str> = format!("layers/{index}/attention/weight norm").into();
            series.push(SeriesSummary {
                key: SeriesKey {
                    run: RunId(0),
                    series: SeriesId(index as u32),
                },
                name: Arc::clone(&name),
                group: "layers".into(),
                label: Arc::clone(&name),
                panel: name,
                split: Split::None,
                unit: Unit::None,
                direction: Direction::Unsaid,
                color: 0,
                points: 0,
                latest: None,
                smallest: None,
                largest: None,
                bulk: None,
                misfits: 0,
            });
        }
        Scene {
            series: Arc::new(series),
            ..Scene::default()
        }
    }

    #[test]
    fn without_letters_all_commands_are_offered_and_nothing_else() {
        let scene = series(3);
        let layouts = kept(&["paper"]);
        let rows = matching(&scene, &layouts, " ");
        assert_eq!(rows.len(), TABLE.len());
    }

    #[test]
    fn a_series_whose_panel_is_not_there_is_not_offered() {
        let scene = series(3);
        assert!(matching(&scene, &BTreeMap::new(), "weight").is_empty());
    }

    fn kept(names: &[&str]) -> BTreeMap<String, SavedView> {
        let names = names.iter().map(|name| (*name).to_owned());
        names.map(|name| (name, SavedView::default())).collect()
    }

    #[test]
    fn a_layout_is_found_by_its_name_and_by_what_it_is() {
        let layouts = kept(&["paper", "two runs", ""]);
        let scene = Scene::default();
        for (query, name) in [
            ("pap", "paper"),
            ("layout pa", "paper"),
            ("Layout: two", "two runs"),
        ] {
            let rows = matching(&scene, &layouts, query);
            let first = rows.first().expect("it is found");
            assert_eq!(first.item, Item::Layout(name.to_owned()), "{query}");
        }
        let rows = matching(&scene, &layouts, "layout");
        let found = rows.iter().filter(|row| row.section == "Layout");
        assert_eq!(found.count(), layouts.len());
        // The command of that name comes before them.
        assert_eq!(rows[0].item, Item::Command(Command::Layouts));
    }

    /// How long ten thousand names take: `cargo test --release -- --ignored --nocapture ten_thousand`.
    #[test]
    #[ignore = "a measurement"]
    #[allow(clippy::print_stdout, reason = "it is what it is for")]
    fn ten_thousand_names_are_matched() {
        let scene = series(10_000);
        for query in ["w", "weight", "lawn", "9999", "zzz"] {
            let letters: Vec<char> = query.chars().collect();
            let begin = Instant::now();
            let names = scene.series.iter().map(|series| &*series.name);
            let found = names.filter_map(|name| distance(&letters, name)).count();
            let took = begin.elapsed();
            assert!(found <= 10_000);
            println!("{query}: {found} of 10,000 in {took:.2?}");
        }
    }
}
