//! The dialog that lists the session's runs side by side, and in which one is brought into focus.
//!
//! The run in focus is the one that header, progress and log tell of, and that is paused and stopped.

use std::sync::Arc;

use egui::{Key, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::comparison::{Column, Comparison, Metric, Order, Row, metrics, state_word};
use super::dialog::{EDGES, Place, dialog};
use super::fields::turned;

use super::number::{Digits, clock, count, with_unit};
use super::pen::{At, Button, Ink, Pen};
use super::run_list::shown_name;
use super::style::{Face, color, size, state_color};
use crate::message::RunId;
use crate::scene::{RunState, Scene, Selection, Theme};

/// The widest and the narrowest of what it holds, where there is room.
const WIDEST: f32 = 1000.0;
const LEAST: f32 = 600.0;
/// The height of its title, of the row of headings, of a run, of the last line.
const TITLE: f32 = 40.0;
const HEADINGS: f32 = 28.0;
const ROW: f32 = 30.0;
const LAST: f32 = 30.0;
/// The widths of columns, and of the name at least.
const NAME: f32 = 150.0;
const STATE: f32 = 86.0;
const STEPS: f32 = 84.0;
const DURATION: f32 = 80.0;
const SETTING: f32 = 108.0;
const VALUE: f32 = 104.0;
/// Within a column, at both sides.
const PAD: f32 = 8.0;

/// The dialog, and how it is sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct RunsTable {
    /// Whether it is open.
    pub is_open: bool,
    order: Option<Order>,
    /// The metric that was chosen.
    metric: Option<Arc<str>>,
    scroll: f32,
    wants_focus: bool,
}

/// A column: what it is of, what is written over it, where it stands.
struct Heading {
    column: Column,
    title: String,
    left: f32,
    width: f32,
}

impl RunsTable {
    /// Opens it, or closes it.
    pub(super) const fn toggle(&mut self) {
        self.is_open = !self.is_open;
        self.wants_focus = self.is_open;
    }

    /// Draws it; gives the run that was brought into focus.
    pub(super) fn show(
        &mut self,
        ui: &Ui,
        theme: &Theme,
        scene: &Scene,
        selection: &Selection,
    ) -> Option<RunId> {
        let metrics = metrics(scene);
        let chosen = metrics
            .iter()
            .position(|metric| Some(&metric.name) == self.metric.as_ref())
            .unwrap_or(0);
        let metric = metrics.get(chosen);
        let comparison = Comparison::new(scene, metric, self.order.as_ref());
        let content = ui.ctx().content_rect();
        let most = content.height() - EDGES - TITLE - HEADINGS - LAST;
        let rows = (comparison.rows.len().max(1) as f32 * ROW)
            .min(most)
            .max(ROW);
        let extent = vec2(
            wanted_width(&comparison, metric),
            TITLE + HEADINGS + rows + LAST,
        );
        let mut focus = None;
        let mut is_done = false;
        let place = dialog(ui, theme, "runs", extent, |pen, _, rect| {
            self.title(pen, rect, &metrics, chosen);
            let columns = columns(&comparison, metric, rect);
            let top = rect.top() + TITLE;
            self.headings(
                pen,
                Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), HEADINGS)),
                &columns,
            );
            let area =
                Rect::from_min_size(pos2(rect.left(), top + HEADINGS), vec2(rect.width(), rows));
            let table = Rows {
                comparison: &comparison,
                columns: &columns,
                metric,
                selection,
                area,
            };
            focus = self.rows(pen, &table);
            is_done = last(pen, rect, &comparison, &columns);
        });
        let is_escaped = ui.input(|input| input.key_pressed(Key::Escape));
        if is_done || is_escaped || place == Some(Place::Outside) {
            self.is_open = false;
        }
        focus
    }

    /// What it is, and the metric, which a click changes for the next.
    fn title(&mut self, pen: &Pen<'_>, rect: Rect, metrics: &[Metric], chosen: usize) {
        let ink = Ink::new(Face::Semibold, size::NAME, pen.theme.text);
        let (left, middle) = (At::Left(rect.left()), rect.top() + 12.0);
        pen.label("runs title", "Runs", &ink, left, middle, 120.0);
        let Some(metric) = metrics.get(chosen) else {
            return;
        };
        let text = format!("by {}", metric.name);
        let ink = Ink::new(Face::Medium, size::TEXT, pen.theme.text);
        let width = (pen.width(&text, &ink) + 28.0).min(rect.width() - 140.0);
        let place = Rect::from_min_size(
            pos2(rect.right() - width, rect.top() - 2.0),
            vec2(width, 28.0),
        );
        let button = Button {
            name: "metric",
            text: &text,
            tip: "What runs are compared by; a click takes the next",
            is_primary: false,
            is_enabled: metrics.len() > 1,
        };
        if pen.button(&button, place).clicked() && metrics.len() > 1 {
            let next = &metrics[(chosen + 1) % metrics.len()];
            self.metric = Some(Arc::clone(&next.name));
        }
    }

    /// What stands over the columns; a click sorts by one, another the other way round.
    fn headings(&mut self, pen: &Pen<'_>, row: Rect, columns: &[Heading]) {
        for place in columns {
            let cell = Rect::from_min_size(
                pos2(place.left, row.top()),
                vec2(place.width, row.height() - 4.0),
            );
            let id = pen.id(("heading", &*place.title));
            let response = pen.ui.interact(cell, id, Sense::click());
            let order = self.order.as_ref();
            let order = order.filter(|order| order.column == place.column);
            let arrow = match order {
                Some(order) if order.is_descending => " ↓",
                Some(_) => " ↑",
                None => "",
            };
            let about = format!("Sort by {}", place.title);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &about));
            pen.focus_ring(&response, cell, 6.0);
            let is_lit = order.is_some() || response.hovered();
            let rgb = if is_lit {
                pen.theme.text
            } else {
                pen.theme.dim
            };
            let ink = Ink::new(Face::Medium, size::SMALL, rgb);
            let text = format!("{}{arrow}", place.title);
            write(pen, &text, &ink, cell, place.is_left());
            if response.clicked() {
                // Large numbers are of more interest at first; names and words are not.
                let is_descending = order.map_or(!place.is_left(), |order| !order.is_descending);
                self.order = Some(Order {
                    column: place.column.clone(),
                    is_descending,
                });
            }
            pen.explain(response, about);
        }
        let y = row.bottom() - 3.0;
        pen.hairline(row.left(), row.right(), y, color(pen.theme.line));
    }

    /// A row a run; gives the one that was chosen.
    fn rows(&mut self, pen: &Pen<'_>, table: &Rows<'_>) -> Option<RunId> {
        let area = table.area;
        let rows = &table.comparison.rows;
        if rows.is_empty() {
            let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
            let middle = area.top() + ROW / 2.0;
            let left = At::Left(area.left() + PAD);
            pen.label(
                "none",
                "There is no run yet.",
                &ink,
                left,
                middle,
                area.width(),
            );
            return None;
        }
        let most = (rows.len() as f32 * ROW - area.height()).max(0.0);
        self.scroll = (self.scroll - turned(pen, area)).clamp(0.0, most);
        let mut ui = pen.child("rows of runs", area);
        ui.set_clip_rect(area.intersect(ui.clip_rect()));
        let inside = Pen::new(&ui, pen.theme);
        let mut chosen = None;
        let mut scroll = self.scroll;
        for (index, row) in rows.iter().enumerate() {
            let top = area.top() + ROW * index as f32 - self.scroll;
            let place = Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), ROW));
            let response = table.row(&inside, row, place);
            if row.is_current && std::mem::take(&mut self.wants_focus) {
                response.request_focus();
            }
            if response.has_focus() {
                // What keys are for is in sight from the next layout on.
                scroll = scroll.min(ROW * index as f32);
                scroll = scroll.max(ROW * (index as f32 + 1.0) - area.height());
            }
            if response.clicked() {
                chosen = Some(row.run);
            }
        }
        self.scroll = scroll.clamp(0.0, most);
        chosen
    }
}

impl Heading {
    /// Words begin at the left, numbers end at the right.
    const fn is_left(&self) -> bool {
        matches!(self.column, Column::Run | Column::State)
    }
}

/// As wide as it takes to show all there is.
fn wanted_width(comparison: &Comparison, metric: Option<&Metric>) -> f32 {
    let values = if metric.is_some() { 2.0 * VALUE } else { 0.0 };
    let settings = SETTING * comparison.settings.len() as f32;
    let name = 1.4 * NAME;
    (name + STATE + STEPS + DURATION + settings + values).clamp(LEAST, WIDEST)
}

/// The columns that there is room for: hyperparameters are the first to be left out.
fn columns(comparison: &Comparison, metric: Option<&Metric>, rect: Rect) -> Vec<Heading> {
    let named = |column, title: &str, width| (column, title.to_owned(), width);
    let mut columns = vec![named(Column::State, "state", STATE)];
    if rect.width() > 480.0 {
        columns.push(named(Column::Steps, "steps", STEPS));
    }
    if rect.width() > 560.0 {
        columns.push(named(Column::Duration, "duration", DURATION));
    }
    if let Some(metric) = metric {
        let best = if metric.is_largest { "best" } else { "lowest" };
        columns.push(named(Column::Best, best, VALUE));
        columns.push(named(Column::Last, "last", VALUE));
    }
    let used: f32 = columns.iter().map(|(.., width)| width).sum();
    // A few.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let fitting = ((rect.width() - NAME - used) / SETTING).max(0.0) as usize;
    let settings = comparison.settings.iter().take(fitting);
    let settings = settings.map(|name| (Column::Setting(name.clone()), name.clone(), SETTING));
    let at = columns.len() - if metric.is_some() { 2 } else { 0 };
    columns.splice(at..at, settings);
    let used: f32 = columns.iter().map(|(.., width)| width).sum();
    let name = (rect.width() - used).max(60.0);
    columns.insert(0, named(Column::Run, "run", name));
    let mut left = rect.left();
    let placed = columns.into_iter().map(|(column, title, width)| {
        let place = Heading {
            column,
            title,
            left,
            width,
        };
        left += width;
        place
    });
    placed.collect()
}

/// All that a row is drawn with.
struct Rows<'a> {
    comparison: &'a Comparison,
    columns: &'a [Heading],
    metric: Option<&'a Metric>,
    selection: &'a Selection,
    area: Rect,
}

impl Rows<'_> {
    fn row(&self, pen: &Pen<'_>, row: &Row, place: Rect) -> egui::Response {
        let id = pen.id(("row of a run", row.run.0));
        let response = pen.ui.interact(place, id, Sense::click());
        let told = self.told(row);
        response.widget_info(|| WidgetInfo {
            selected: Some(row.is_current),
            ..WidgetInfo::labeled(Role::ListBoxOption, true, &told)
        });
        let theme = &pen.theme;
        let ground = place.shrink2(vec2(0.0, 1.0));
        if row.is_current || response.hovered() {
            let strength = if row.is_current { 0.12 } else { 0.05 };
            let fill = theme.text.over(theme.panel, strength);
            pen.painter.rect_filled(ground, 6.0, color(fill));
        }
        pen.focus_ring(&response, ground, 6.0);
        for column in self.columns {
            let cell = Rect::from_min_size(
                pos2(column.left, place.top()),
                vec2(column.width, place.height()),
            );
            let (text, ink) = self.cell(pen, row, &column.column);
            if column.column == Column::Run {
                let chosen = self.selection.run_colors.get(&row.run).copied();
                let rgb = theme.series_color(chosen.unwrap_or(row.color));
                let mark = pos2(cell.left() + PAD + 4.0, cell.center().y);
                if self.selection.hidden_runs.contains(&row.run) {
                    pen.hollow_swatch(mark, rgb, false);
                } else {
                    pen.swatch(mark, rgb, false);
                }
                write(pen, &text, &ink, cell.with_min_x(cell.left() + 16.0), true);
            } else {
                write(pen, &text, &ink, cell, column.is_left());
            }
        }
        let about = match &row.state {
            RunState::Failed(why) => format!("{}: {why}", shown_name(&row.name)),
            _ => told,
        };
        pen.explain(response.clone(), about);
        response
    }

    fn cell(&self, pen: &Pen<'_>, row: &Row, column: &Column) -> (String, Ink) {
        let theme = &pen.theme;
        let strong = if row.is_current {
            Face::Medium
        } else {
            Face::Regular
        };
        let name = || Ink::new(strong, size::TEXT, theme.text);
        let plain = || Ink::new(Face::Regular, size::TEXT, theme.text);
        let dim = || Ink::new(Face::Regular, size::TEXT, theme.dim);
        match column {
            Column::Run => (shown_name(&row.name).to_owned(), name()),
            Column::State => {
                let tint = state_color(theme, &row.state);
                let ink = Ink::colored(Face::Regular, size::TEXT, tint);
                (state_word(&row.state).to_owned(), ink)
            }
            Column::Steps => (count(row.step), plain()),
            Column::Duration => (clock(row.elapsed), plain()),
            Column::Setting(_) | Column::Best | Column::Last => {
                let text = self.value(row, column);
                text.map_or_else(|| ("–".to_owned(), dim()), |text| (text, plain()))
            }
        }
    }

    /// A hyperparameter or a value of the metric, as it is written.
    fn value(&self, row: &Row, column: &Column) -> Option<String> {
        let number = |value: Option<f32>| {
            let unit = &self.metric?.unit;
            Some(with_unit(value?.into(), unit, Digits::Full))
        };
        match column {
            Column::Setting(name) => {
                let mut settings = self.comparison.settings.iter();
                let place = settings.position(|known| known == name)?;
                row.settings[place].clone()
            }
            Column::Best => number(row.best.map(|(value, _)| value)),
            Column::Last => number(row.last),
            _ => None,
        }
    }

    /// A run in a sentence.
    fn told(&self, row: &Row) -> String {
        let mut parts = vec![
            shown_name(&row.name).to_owned(),
            state_word(&row.state).to_owned(),
            format!("{} steps", count(row.step)),
            clock(row.elapsed),
        ];
        for (name, value) in self.comparison.settings.iter().zip(&row.settings) {
            parts.extend(value.as_ref().map(|value| format!("{name} {value}")));
        }
        if let (Some(metric), Some((_, step))) = (self.metric, row.best) {
            let best = self.value(row, &Column::Best).unwrap_or_default();
            let word = if metric.is_largest { "best" } else { "lowest" };
            let (name, step) = (&metric.name, count(step));
            parts.push(format!("{word} {name} {best} at step {step}"));
        }
        let latest = self.value(row, &Column::Last);
        parts.extend(latest.map(|value| format!("last {value}")));
        parts.join(", ")
    }
}

/// What there was no room for, what a click does, and the button that closes; says whether that was clicked.
fn last(pen: &Pen<'_>, rect: Rect, comparison: &Comparison, columns: &[Heading]) -> bool {
    let is_column = |name: &&String| {
        let mut known = columns.iter();
        known.any(|place| place.column == Column::Setting((**name).clone()))
    };
    let hidden: Vec<&str> = comparison
        .settings
        .iter()
        .filter(|name| !is_column(name))
        .map(String::as_str)
        .collect();
    let text = if hidden.is_empty() {
        "A click brings a run into focus: the header tells of it, pause and stop are for it."
            .to_owned()
    } else {
        format!("They also differ in {}.", hidden.join(", "))
    };
    let ink = Ink::new(Face::Regular, size::SMALL, pen.theme.dim);
    let middle = rect.bottom() - 8.0;
    let room = rect.width() - 100.0;
    pen.label(
        "last line",
        &text,
        &ink,
        At::Left(rect.left() + PAD),
        middle,
        room,
    );
    let place = Rect::from_min_size(pos2(rect.right() - 84.0, middle - 14.0), vec2(84.0, 28.0));
    let close = Button {
        name: "close runs",
        text: "Close",
        tip: "Close (Escape)",
        is_primary: false,
        is_enabled: true,
    };
    pen.button(&close, place).clicked()
}

/// Writes into a cell, from its left or up to its right.
fn write(pen: &Pen<'_>, text: &str, ink: &Ink, cell: Rect, is_left: bool) {
    let galley = pen.row(text, ink, cell.width() - 2.0 * PAD);
    let at = if is_left {
        At::Left(cell.left() + PAD)
    } else {
        At::Right(cell.right() - PAD)
    };
    pen.paint_row(galley, at, cell.center().y, size::TEXT);
}
