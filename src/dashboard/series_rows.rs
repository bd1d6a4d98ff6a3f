//! The rows of the list of series: headings, and series with their latest values. Each is a toggle for a pointer, for keys and
//! for the accessibility tree alike.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::{
    Event, EventFilter, Id, InputState, Key, PointerButton, Pos2, Rect, Response, Role, Sense,
    Shape, Stroke, WidgetInfo, pos2, vec2,
};

use super::choosing::{Change, Deed, Menu, Subject};
use super::number::{Digits, bare, with_unit};
use super::pen::{At, Ink, Pen};
use super::sample::{self, Sample};
use super::series_list::{Group, HEADING, Row, SeriesList};
use super::style::{Face, color, level_color, size};
use crate::message::{Level, Unit};
use crate::scene::{Dash, Panel, Selection, SeriesKey, SeriesSummary};

/// At the right of a row: the scroll bar's, and the sidebar's edge.
const EDGE: f32 = 12.0;
/// Between a value and its row's end.
const AFTER_VALUE: f32 = 5.0;
/// Between a label and the unit after it.
const UNIT_GAP: f32 = 6.0;

/// The rows that are visible in `area`.
pub(super) struct Rows<'a> {
    pub(super) pen: &'a Pen<'a>,
    pub(super) series: &'a [SeriesSummary],
    /// The panels they are drawn in.
    pub(super) panels: &'a [Arc<Panel>],
    pub(super) list: &'a SeriesList,
    pub(super) selection: &'a Selection,
    pub(super) area: Rect,
    pub(super) scroll: f32,
}

impl Rows<'_> {
    /// Draws them, and adds what a hand does to `deeds`; gives the row that has the keyboard.
    pub(super) fn show(&self, deeds: &mut Vec<Deed>) -> Option<usize> {
        let visible = self.list.visible(self.scroll, self.area.height());
        let focused = self.pen.ui.memory(egui::Memory::focused);
        let mut rows = visible.clone();
        let focused = focused.and_then(|id| rows.find(|row| self.id(*row) == id));
        // Tab comes to one row, arrows to the others.
        let stop = focused.unwrap_or(visible.start);
        let dashes = self.dashes(visible.clone());
        for index in visible {
            let row = self.list.rows[index];
            let sense = if index == stop {
                Sense::click_and_drag()
            } else {
                Sense::CLICK | Sense::DRAG
            };
            let response = self.pen.ui.interact(self.place(row), self.id(index), sense);
            if response.has_focus() {
                self.keep_arrows(response.id);
            }
            match row.series {
                Some(series) => {
                    let dash = dashes.get(&self.series[series].key).copied();
                    self.entry(row, series, dash, response, deeds);
                }
                None => self.heading(row, &response, deeds),
            }
        }
        focused
    }

    /// How the series of some rows are dashed. Where colours are those of runs, dashes are, too.
    fn dashes(&self, rows: Range<usize>) -> HashMap<SeriesKey, Dash> {
        if self.list.has_runs {
            return HashMap::new();
        }
        let series = self.list.rows[rows].iter().filter_map(|row| row.series);
        let keys: Vec<SeriesKey> = series.map(|series| self.series[series].key).collect();
        sample::dashes(self.panels, &keys)
    }

    /// A row's identity: that of what it is for, wherever it stands.
    pub(super) fn id(&self, row: usize) -> Id {
        let row = self.list.rows[row];
        match row.series {
            Some(series) => {
                let summary = &self.series[series];
                let salt = ("series", &*summary.name, summary.key.series.0);
                self.pen.id(salt)
            }
            None => self.pen.id(("group", &*self.list.groups[row.group].name)),
        }
    }

    /// Where a row stands.
    pub(super) fn place(&self, row: Row) -> Rect {
        let top = self.area.top() + row.top - self.scroll;
        Rect::from_min_max(
            pos2(self.area.left(), top),
            pos2(self.area.right() - EDGE, top + row.bottom() - row.top),
        )
    }

    /// Arrows go from row to row here, and not to the next thing on the screen.
    fn keep_arrows(&self, id: Id) {
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        self.pen
            .ui
            .memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }

    /// The ground of a row that is pointed at or has the keyboard.
    fn ground(&self, place: Rect, response: &Response) {
        let pen = self.pen;
        let inner = place
            .with_min_x(place.left() + 8.0)
            .with_max_x(place.right() + 3.0);
        if response.hovered() && !pen.is_covered {
            pen.painter.rect_filled(inner, 5.0, color(pen.theme.raised));
        }
        pen.focus_ring(response, inner, 6.0);
    }

    /// A group's heading: a click folds, another at its end hides or shows all of it.
    fn heading(&self, row: Row, response: &Response, deeds: &mut Vec<Deed>) {
        let pen = self.pen;
        let group = &self.list.groups[row.group];
        let place = self.place(row);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &*group.name));
        let is_folded = self.list.is_folded(group);
        pen.ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_expanded(!is_folded);
        });
        self.ground(place, response);
        let middle = place.top() + HEADING / 2.0;
        self.fold_mark(pos2(place.left() + 17.0, middle), is_folded);
        let end = self.group_toggle(group, place, response, deeds);
        let ink = Ink::new(Face::Semibold, size::TEXT, pen.theme.text);
        let left = place.left() + 24.0;
        let galley = pen.row(&group.name, &ink, end - 8.0 - left);
        let is_shortened = galley.elided;
        pen.paint_row(galley, At::Left(left), middle, size::TEXT);
        if pen.is_covered {
            return;
        }
        if response.clicked() {
            deeds.push(Deed::Fold(Arc::clone(&group.name)));
        }
        if is_shortened && response.contains_pointer() {
            pen.explain(response.clone(), &*group.name);
        }
    }

    /// A small triangle: down where what is under it is shown.
    fn fold_mark(&self, center: Pos2, is_folded: bool) {
        let points = if is_folded {
            [vec2(-1.5, -3.0), vec2(2.0, 0.0), vec2(-1.5, 3.0)]
        } else {
            [vec2(-3.0, -1.5), vec2(3.0, -1.5), vec2(0.0, 2.0)]
        };
        let points = points.map(|offset| center + offset).to_vec();
        let tint = color(self.pen.theme.dim);
        self.pen
            .painter
            .add(Shape::convex_polygon(points, tint, Stroke::NONE));
    }

    /// At the heading's end: how many are hidden, or that they can be. Returns where it begins.
    fn group_toggle(
        &self,
        group: &Group,
        place: Rect,
        heading: &Response,
        deeds: &mut Vec<Deed>,
    ) -> f32 {
        let pen = self.pen;
        let right = place.right() - AFTER_VALUE;
        let zone = Rect::from_min_max(pos2(right - 62.0, place.top()), pos2(right, place.bottom()));
        let response = pen
            .ui
            .interact(zone, heading.id.with("toggle"), Sense::CLICK);
        let is_shown = group.hidden == 0;
        let name = format!("all of {}", group.name);
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_shown, &name));
        let is_pointed = !pen.is_covered && (heading.hovered() || response.hovered());
        let text = match (is_shown, is_pointed) {
            (true, true) => "hide".to_owned(),
            (false, true) => "show".to_owned(),
            (false, false) => format!("{} hidden", group.hidden),
            (true, false) if self.list.is_folded(group) => group.members.len().to_string(),
            (true, false) => return right,
        };
        let rgb = if response.hovered() && is_pointed {
            pen.theme.text
        } else {
            pen.theme.dim
        };
        let ink = Ink::new(Face::Regular, size::SMALL, rgb);
        let middle = place.top() + HEADING / 2.0;
        let written = pen.text_on(&text, &ink, At::Right(right), middle, size::TEXT);
        if response.clicked() && !pen.is_covered {
            let names = self.list.names(group.members.iter().copied());
            deeds.push(Deed::Change(if is_shown {
                Change::Hide(names)
            } else {
                Change::Show(names)
            }));
        }
        written.left()
    }

    /// A series with its latest value; one of values that are not drawn, with their count, can be neither hidden nor moved.
    fn entry(
        &self,
        row: Row,
        series: usize,
        dash: Option<Dash>,
        response: Response,
        deeds: &mut Vec<Deed>,
    ) {
        let pen = self.pen;
        let summary = &self.series[series];
        let is_shown = !self.selection.hidden.contains(&summary.name);
        let place = self.place(row);
        self.ground(place, &response);
        let is_drawn = summary.bulk.is_none();
        if is_drawn {
            let mark = pos2(place.left() + 30.0, place.center().y);
            self.mark(summary, mark, dash, is_shown);
        }
        let text = self.written(row, summary, is_shown, place);
        let name = format!("{} {text} {}", summary.name, unit_beside(summary));
        let name = name.trim_end();
        response.widget_info(|| {
            if is_drawn {
                WidgetInfo::selected(Role::CheckBox, true, is_shown, name)
            } else {
                WidgetInfo::labeled(Role::ListItem, true, name)
            }
        });
        if pen.is_covered {
            return;
        }
        if is_drawn {
            self.answer(&summary.name, &response, place, deeds);
        }
        if response.contains_pointer() {
            pen.explain(response, about(summary));
        }
    }

    /// What a hand does to a series' row.
    fn answer(&self, name: &Arc<str>, response: &Response, place: Rect, deeds: &mut Vec<Deed>) {
        let ui = self.pen.ui;
        let has_focus = response.has_focus();
        if response.clicked() {
            let is_alone =
                is_alt_held(ui) || (has_focus && ui.input(|i| i.key_pressed(Key::Enter)));
            deeds.push(Deed::Change(if is_alone {
                Change::Isolate {
                    name: Arc::clone(name),
                    all: self.list.all_names(),
                }
            } else {
                Change::toggle(self.selection, name)
            }));
        }
        let by_key = has_focus && ui.input(is_menu_asked_for);
        if by_key || response.secondary_clicked() {
            let pointer = response.interact_pointer_pos().filter(|_| !by_key);
            deeds.push(Deed::Menu(Menu {
                subject: Subject::Series(Arc::clone(name)),
                at: pointer.unwrap_or(place.left_bottom() + vec2(42.0, 0.0)),
                panels_from: None,
            }));
        }
        if response.drag_started_by(PointerButton::Primary) {
            deeds.push(Deed::Drag(Arc::clone(name)));
        }
    }

    /// The mark of a series: filled where it is drawn, dashed where others in its panel are, hollow where it is hidden. Where colours are those of runs it has none.
    fn mark(&self, summary: &SeriesSummary, center: Pos2, dash: Option<Dash>, is_shown: bool) {
        let pen = self.pen;
        let split = summary.split;
        let is_held_out = split.is_held_out();
        let rgb = if self.list.has_runs {
            pen.theme.dim
        } else {
            let chosen = self.selection.colors.get(&summary.name).copied();
            pen.theme.series_color(chosen.unwrap_or(summary.color))
        };
        if let Some(dash) = dash.filter(|_| is_shown) {
            // It ends well before the label.
            let left = center.x - sample::WIDTH / 2.0 - 3.0;
            Sample { rgb, dash, split }.show(pen, left, center.y);
        } else if is_shown {
            pen.swatch(center, rgb, is_held_out);
        } else {
            pen.hollow_swatch(center, rgb, is_held_out);
        }
    }

    /// Writes label, unit and value; returns the value.
    fn written(&self, row: Row, summary: &SeriesSummary, is_shown: bool, place: Rect) -> String {
        let pen = self.pen;
        let middle = place.center().y;
        let (text, value_ink) = match summary.latest {
            _ if summary.bulk.is_some() => (counted(summary), color(pen.theme.dim)),
            Some(value) if !value.is_finite() => (
                value_text(value, summary),
                level_color(&pen.theme, Level::Warn),
            ),
            Some(value) => (value_text(value, summary), color(pen.theme.dim)),
            None => ("no value yet".to_owned(), color(pen.theme.dim)),
        };
        let ink = Ink::colored(Face::Regular, size::TEXT, value_ink);
        let value = pen.text(&text, &ink, At::Right(place.right() - AFTER_VALUE), middle);
        let left = place.left() + 42.0;
        let mut room = value.left() - 8.0 - left;
        let unit = unit_beside(summary);
        let unit_ink = Ink::new(Face::Regular, size::TICK, pen.theme.dim);
        // The number is never shortened, and its unit after the label: half of the room is the label's.
        let unit = (!unit.is_empty()).then(|| pen.row(unit, &unit_ink, room / 2.0 - UNIT_GAP));
        if let Some(unit) = &unit {
            room -= unit.size().x + UNIT_GAP;
        }
        let rgb = if is_shown {
            pen.theme.text
        } else {
            pen.theme.dim
        };
        let ink = Ink::new(Face::Regular, size::TEXT, rgb);
        let galley = pen.row(self.label(row, summary), &ink, room);
        let label = pen.paint_row(galley, At::Left(left), middle, size::TEXT);
        if let Some(unit) = unit {
            let at = At::Left(label.right() + UNIT_GAP);
            pen.paint_row(unit, at, middle, size::TEXT);
        }
        text
    }

    /// A series under its heading. Under another's it is named in full; of several runs it names none.
    fn label<'a>(&self, row: Row, summary: &'a SeriesSummary) -> &'a str {
        if *self.list.groups[row.group].name != *summary.group {
            return &summary.name;
        }
        let label = &*summary.label;
        if self.list.has_runs {
            label.rsplit_once(" · ").map_or(label, |(label, _)| label)
        } else {
            label
        }
    }
}

/// Whether a key asks for a menu: the one that is for it, or Shift and F10.
fn is_menu_asked_for(input: &InputState) -> bool {
    let asks = |event: &Event| match event {
        Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } => *key == Key::Menu || (*key == Key::F10 && modifiers.shift),
        _ => false,
    };
    input.events.iter().any(asks)
}

/// Whether Alt is held, or was when a button was pressed.
fn is_alt_held(ui: &egui::Ui) -> bool {
    ui.input(|input| {
        let with_alt = |event: &Event| matches!(event, Event::PointerButton { modifiers, .. } if modifiers.alt);
        input.modifiers.alt || input.events.iter().any(with_alt)
    })
}

/// The unit as it stands beside the label: one that is a word. The others stand beside the number.
fn unit_beside(summary: &SeriesSummary) -> &str {
    match &summary.unit {
        // A label may name it already, as `samples/s` does.
        Unit::Other(unit) if *unit != summary.label => unit,
        _ => "",
    }
}

/// A value as the list writes it: units that are words stand beside the label.
fn value_text(value: f32, summary: &SeriesSummary) -> String {
    match &summary.unit {
        Unit::Other(_) => bare(f64::from(value), &summary.unit, Digits::Full),
        unit => with_unit(f64::from(value), unit, Digits::Full),
    }
}

/// What there is of a series whose values are no numbers.
fn counted(summary: &SeriesSummary) -> String {
    let bulk = summary.bulk.filter(|bulk| bulk.reported > 0);
    bulk.map_or_else(
        || "no value yet".to_owned(),
        |bulk| bulk.kind.counted(bulk.reported),
    )
}

/// All that is known of a series.
fn about(summary: &SeriesSummary) -> String {
    let value = |value: f32| with_unit(f64::from(value), &summary.unit, Digits::Full);
    let count = super::number::count;
    let mut lines = vec![summary.name.to_string()];
    if let Some(bulk) = &summary.bulk {
        lines.push(format!("{} reported", bulk.kind.counted(bulk.reported)));
        lines.push(format!("the newest {} kept", count(bulk.kept)));
        if let Some(step) = bulk.newest {
            lines.push(format!("newest at step {}", count(step)));
        }
    } else {
        lines.push(format!("points {}", count(summary.points)));
    }
    if summary.misfits > 0 {
        let misfits = count(summary.misfits);
        lines.push(format!("{misfits} of another kind, not shown"));
    }
    if let Some(latest) = summary.latest {
        lines.push(format!("latest {}", value(latest)));
    }
    for (word, extreme) in [("lowest", summary.smallest), ("highest", summary.largest)] {
        if let Some(extreme) = extreme {
            let step = count(extreme.step);
            lines.push(format!("{word} {} at step {step}", value(extreme.value)));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Split;
    use crate::message::{Direction, Kind, RunId, SeriesId};
    use crate::scene::{BulkSummary, SeriesKey};

    #[test]
    fn of_values_that_are_not_drawn_it_is_told_how_many_there_are() {
        let images = SeriesSummary {
            key: SeriesKey {
                run: RunId(0),
                series: SeriesId(0),
            },
            name: "samples/worst".into(),
            group: "samples".into(),
            label: "worst".into(),
            panel: "samples/worst".into(),
            split: Split::None,
            direction: Direction::default(),
            unit: Unit::None,
            color: 0,
            points: 0,
            latest: None,
            smallest: None,
            largest: None,
            bulk: Some(BulkSummary {
                kind: Kind::Image,
                reported: 2_400,
                kept: 31,
                newest: Some(1_200),
            }),
            misfits: 2,
        };
        assert_eq!(counted(&images), "2,400 images");
        assert_eq!(
            about(&images),
            "samples/worst\n2,400 images reported\nthe newest 31 kept\nnewest at step 1,200\n\
             2 of another kind, not shown"
        );
    }
}
