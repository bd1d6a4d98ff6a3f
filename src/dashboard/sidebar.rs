//! The sidebar: the runs, and their series by group with their latest values; which of them are drawn, and where.
//!
//! It draws a selection and what a hand does to it; what a hand has done is obeyed at the end, so that all of a layout shows
//! one state.

use std::sync::Arc;

use egui::{
    Align2, CursorIcon, Frame, Id, Key, Margin, Rect, RichText, Role, Sense, TextEdit, WidgetInfo,
    pos2, vec2,
};

use super::arrange::Wishes;
use super::choosing::{Change, Choosing, Deed};
use super::number::count;
use super::pen::{At, Ink, Pen};
use super::series_drag::Drag;
use super::series_list::{HEADING, ROW};
use super::series_rows::Rows;
use super::style::{Face, color, level_color, size};
use super::view::{View, wheel};
use super::{Model, list_keys, run_list, series_drag, series_menu};
use crate::message::Level;

/// The height of the filter's field.
const FIELD: f32 = 28.0;
/// The height of a line under it.
const LINE: f32 = 20.0;
/// The longest text that a filter may be.
const LONGEST_FILTER: usize = 400;

/// Draws the sidebar, and does what a hand does to it.
pub(super) fn show(pen: &Pen<'_>, model: &Model<'_>, rect: Rect, view: &mut View) {
    pen.fill(rect, pen.theme.panel);
    let mut choosing = std::mem::take(&mut view.choosing);
    let selection = Arc::clone(&view.selection);
    choosing.has_paging = false;
    let mut deeds = Vec::new();
    if rect.height() >= 40.0 {
        let top = rect.top() + 12.0;
        if model.scene.runs.len() > 1 && compare(pen, rect, top) {
            view.runs_table.toggle();
        }
        let top = run_list::show(pen, model, rect, top, &mut choosing, &selection, &mut deeds);
        let series = &model.scene.series;
        if series.is_empty() {
            choosing.rest();
        } else {
            choosing.refresh(series, &selection);
            let top = head(pen, rect, top, &mut choosing, &mut deeds);
            choosing.refresh_filtered(series, &selection);
            let area = Rect::from_min_max(
                pos2(rect.left(), top),
                pos2(rect.right(), rect.bottom() - 8.0),
            );
            let shown = &view.shown;
            if area.height() >= ROW {
                list(pen, model, area, &mut choosing, view, &mut deeds);
            }
            let landed = series_drag::answer(pen, model, area, &mut choosing, &selection, shown);
            deeds.extend(landed.into_iter().map(Deed::Change));
        }
    }
    edge(pen, rect, &mut view.wishes);
    let mut changes = Vec::new();
    for deed in deeds {
        match deed {
            Deed::Change(change) => changes.push(change),
            Deed::Fold(group) => choosing.list.toggle_fold(&group),
            Deed::Menu(menu) => choosing.menu = Some(menu),
            Deed::Drag(name) => choosing.drag = Some(Drag::of(name)),
        }
    }
    // In the layout that asked for it: the next pass would only find out how large it is.
    series_menu::show(pen, model, &mut choosing, &selection, &mut changes);
    view.choosing = choosing;
    for change in changes {
        view.change_selection(|selection| change.obey(selection));
    }
}

/// A heading in capitals; returns what it covers.
pub(super) fn heading(pen: &Pen<'_>, text: &str, rect: Rect, top: f32) -> Rect {
    let ink = Ink::new(Face::Medium, size::TICK, pen.theme.dim);
    let at = At::Left(rect.left() + 16.0);
    pen.text(text, &ink, at, top + HEADING / 2.0)
}

/// At the right of the heading of runs: the table of them; says whether it was asked for.
fn compare(pen: &Pen<'_>, rect: Rect, top: f32) -> bool {
    let right = rect.right() - 14.0;
    let place = Rect::from_min_max(pos2(right - 64.0, top), pos2(right, top + HEADING));
    let response = pen
        .ui
        .interact(place, pen.id("compare runs"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Compare runs"));
    let is_lit = response.hovered() && !pen.is_covered;
    let rgb = if is_lit {
        pen.theme.text
    } else {
        pen.theme.dim
    };
    let ink = Ink::new(Face::Medium, size::TICK, rgb);
    let (at, middle) = (At::Right(right - 4.0), top + HEADING / 2.0);
    pen.text("compare", &ink, at, middle);
    pen.focus_ring(&response, place, 6.0);
    let is_clicked = response.clicked();
    pen.explain(response, "All runs side by side (Shift+R)");
    is_clicked && !pen.is_covered
}

/// The border at the right, which a hand moves.
fn edge(pen: &Pen<'_>, rect: Rect, wishes: &mut Wishes) {
    let ppp = pen.ui.pixels_per_point();
    let border = Rect::from_min_max(pos2(rect.right() - 1.0 / ppp, rect.top()), rect.max);
    pen.fill(border, pen.theme.line);
    if rect.right() >= pen.ui.max_rect().right() - 1.0 {
        return;
    }
    let zone = Rect::from_min_max(
        pos2(rect.right() - 3.0, rect.top()),
        pos2(rect.right() + 4.0, rect.bottom()),
    );
    let response = pen
        .ui
        .interact(zone, pen.id("sidebar edge"), Sense::CLICK | Sense::DRAG);
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, "sidebar width"));
    if pen.is_covered {
        return;
    }
    if response.hovered() || response.dragged() {
        pen.ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        let lit = Rect::from_min_max(pos2(rect.right() - 2.0, rect.top()), rect.max);
        pen.fill(lit, pen.theme.dim);
    }
    if response.double_clicked() {
        wishes.sidebar_width = None;
    } else if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        wishes.ask_sidebar_width(pointer.x - rect.left());
    }
}

/// What stands above the list: its heading, the filter and what it does. Returns where that ends.
fn head(
    pen: &Pen<'_>,
    rect: Rect,
    mut top: f32,
    choosing: &mut Choosing,
    deeds: &mut Vec<Deed>,
) -> f32 {
    let title = heading(pen, "SERIES", rect, top);
    let middle = top + HEADING / 2.0;
    let mut right = rect.right() - 17.0;
    let list = &choosing.list;
    if list.hidden > 0 {
        let text = format!("{} hidden", count(list.hidden as u64));
        let place = text_button(pen, "all hidden", &text, At::Right(right), middle);
        right = place.0.left() - 8.0;
        if place.1 {
            deeds.push(Deed::Change(Change::ShowAll));
        }
    }
    if choosing.filter.is_set() {
        let ink = Ink::new(Face::Regular, size::TICK, pen.theme.dim);
        let of = format!(
            "{} of {}",
            count(list.matching as u64),
            count(list.all as u64)
        );
        let left = title.right() + 8.0;
        pen.label("matching", &of, &ink, At::Left(left), middle, right - left);
    }
    top += HEADING;
    let field = Rect::from_min_max(
        pos2(rect.left() + 8.0, top),
        pos2(rect.right() - 9.0, top + FIELD),
    );
    filter(pen, field, choosing);
    top = field.bottom() + 4.0;
    if let Some(error) = choosing.filter.error() {
        let warn = level_color(&pen.theme, Level::Warn);
        let ink = Ink::colored(Face::Regular, size::SMALL, warn);
        let left = At::Left(rect.left() + 16.0);
        let room = rect.width() - 33.0;
        pen.label("filter error", error, &ink, left, top + LINE / 2.0, room);
        top += LINE;
    }
    if choosing.filter.is_set() && choosing.list.matching > 0 {
        matching(pen, rect, top + LINE / 2.0, choosing, deeds);
        top += LINE;
    }
    top + 4.0
}

/// What can be done with all that match.
fn matching(pen: &Pen<'_>, rect: Rect, middle: f32, choosing: &Choosing, deeds: &mut Vec<Deed>) {
    let (left, right) = (At::Left(rect.left() + 16.0), At::Right(rect.right() - 17.0));
    let names = || choosing.list.listed_names();
    if text_button(pen, "show matching", "show matching", left, middle).1 {
        deeds.push(Deed::Change(Change::Show(names())));
    }
    if text_button(pen, "hide matching", "hide matching", right, middle).1 {
        deeds.push(Deed::Change(Change::Hide(names())));
    }
}

/// A text that can be clicked; returns what it covers, and whether it was.
fn text_button(pen: &Pen<'_>, name: &str, text: &str, at: At, middle: f32) -> (Rect, bool) {
    let ink = |rgb| Ink::new(Face::Regular, size::SMALL, rgb);
    let width = pen.width(text, &ink(pen.theme.dim));
    let left = match at {
        At::Left(x) => x,
        At::Right(x) => x - width,
        At::Center(x) => x - width / 2.0,
    };
    let place = Rect::from_min_size(pos2(left - 4.0, middle - 10.0), vec2(width + 8.0, 20.0));
    let response = pen.ui.interact(place, pen.id(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    let is_lit = !pen.is_covered && (response.hovered() || response.has_focus());
    let rgb = if is_lit {
        pen.theme.text
    } else {
        pen.theme.dim
    };
    pen.focus_ring(&response, place, 6.0);
    let written = pen.text(text, &ink(rgb), At::Left(left), middle);
    (written, response.clicked() && !pen.is_covered)
}

/// The field that the filter is written in, and whether it is a regular expression.
fn filter(pen: &Pen<'_>, field: Rect, choosing: &mut Choosing) {
    let theme = &pen.theme;
    pen.painter.rect_filled(field, 6.0, color(theme.raised));
    let kind = Rect::from_min_max(
        pos2(field.right() - 30.0, field.top() + 4.0),
        field.max - vec2(4.0, 4.0),
    );
    let inner = Rect::from_min_max(field.min, pos2(kind.left() - 4.0, field.bottom()));
    let has_runs = choosing.list.has_runs;
    let filter = &mut choosing.filter;
    let hint = RichText::new("filter").color(color(theme.faint));
    let edit = TextEdit::singleline(&mut filter.text)
        .id(pen.id("filter"))
        .frame(Frame::NONE.inner_margin(Margin::symmetric(8, 0)))
        .hint_text(hint)
        .font(Face::Regular.at(size::TEXT))
        .text_color(color(theme.text))
        .align(Align2::LEFT_CENTER)
        .min_size(inner.size())
        .desired_width(inner.width())
        .char_limit(LONGEST_FILTER);
    let response = pen.child("filter field", inner).put(inner, edit);
    pen.ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(if has_runs {
            "filter runs and series"
        } else {
            "filter series"
        });
    });
    // After it: the key that asks for it is not written into it.
    if std::mem::take(&mut choosing.wants_filter) {
        response.request_focus();
    }
    let is_pressed = |key| pen.ui.input(|input| input.key_pressed(key));
    if response.lost_focus() && is_pressed(Key::Escape) && !filter.text.is_empty() {
        filter.text.clear();
        response.request_focus();
    }
    choosing.wants_list = response.has_focus() && is_pressed(Key::ArrowDown);
    choosing.has_paging |= response.has_focus();
    pen.focus_ring(&response, field, 6.0);
    let about = if has_runs {
        "Show the series whose name holds this, and the runs\n\
         that have such a series or are called so (/, Ctrl+F);\n\
         Escape clears"
    } else {
        "Show the series whose name holds this (/, Ctrl+F); Escape clears"
    };
    pen.explain(response, about);
    kind_of_filter(pen, kind, choosing);
}

/// Whether the filter is a regular expression.
fn kind_of_filter(pen: &Pen<'_>, place: Rect, choosing: &mut Choosing) {
    let filter = &mut choosing.filter;
    let response = pen
        .ui
        .interact(place, pen.id("regular expression"), Sense::click());
    let is_regex = filter.is_regex;
    response
        .widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_regex, "regular expression"));
    if filter.is_regex {
        pen.painter.rect_filled(place, 4.0, color(pen.theme.line));
    }
    pen.focus_ring(&response, place, 6.0);
    let is_lit = filter.is_regex || (response.hovered() && !pen.is_covered);
    let rgb = if is_lit {
        pen.theme.text
    } else {
        pen.theme.dim
    };
    let ink = Ink::new(Face::Mono, size::SMALL, rgb);
    let center = place.center();
    pen.text(".*", &ink, At::Center(center.x), center.y);
    if response.clicked() && !pen.is_covered {
        filter.is_regex = !filter.is_regex;
    }
    pen.explain(response, "Regular expression");
}

/// The series: as many rows as there is room for.
fn list(
    pen: &Pen<'_>,
    model: &Model<'_>,
    area: Rect,
    choosing: &mut Choosing,
    view: &View,
    deeds: &mut Vec<Deed>,
) {
    let content = choosing.list.height;
    choosing.scroll -= wheel(pen, area);
    scroll_bar(pen, area, choosing, content);
    choosing.scroll = choosing
        .scroll
        .clamp(0.0, (content - area.height()).max(0.0));
    if choosing.list.rows.is_empty() {
        let ink = Ink::new(Face::Regular, size::TEXT, pen.theme.dim);
        let (left, middle) = (At::Left(area.left() + 16.0), area.top() + ROW / 2.0);
        let room = area.width() - 32.0;
        pen.label("no match", "nothing matches", &ink, left, middle, room);
        return;
    }
    let ui = pen.child("series list", area);
    let inside = Pen {
        is_covered: pen.is_covered,
        ..Pen::new(&ui, pen.theme)
    };
    let rows = Rows {
        pen: &inside,
        series: &model.scene.series,
        panels: &model.scene.panels,
        list: &choosing.list,
        selection: &view.selection,
        area,
        scroll: choosing.scroll,
    };
    let focused = rows.show(deeds);
    let pointer = pen.ui.ctx().pointer_hover_pos();
    let is_pointed = pointer.is_some_and(|pointer| area.contains(pointer));
    let wants_list = std::mem::take(&mut choosing.wants_list);
    if !pen.is_covered {
        let turned = list_keys::answer(&rows, focused, is_pointed, wants_list, deeds);
        choosing.scroll = turned;
        choosing.has_paging |= focused.is_some() || is_pointed;
    }
    series_drag::show_place(&inside, area, choosing);
}

/// A thin bar at the list's right edge, which a hand moves.
fn scroll_bar(pen: &Pen<'_>, area: Rect, choosing: &mut Choosing, content: f32) {
    if content <= area.height() || area.height() < 8.0 {
        return;
    }
    let length = (area.height() * area.height() / content).max(16.0);
    let (travel, most) = (area.height() - length, content - area.height());
    let zone = Rect::from_min_max(
        pos2(area.right() - 12.0, area.top()),
        area.right_bottom() - vec2(3.0, 0.0),
    );
    let id: Id = pen.id("scroll bar");
    let response = pen.ui.interact(zone, id, Sense::DRAG);
    let is_held = response.is_pointer_button_down_on() && !pen.is_covered;
    if is_held && let Some(pointer) = response.interact_pointer_pos() {
        // Held by its middle: a press beside it brings it there.
        let part = (pointer.y - area.top() - length / 2.0) / travel;
        choosing.scroll = part.clamp(0.0, 1.0) * most;
    }
    let top = area.top() + travel * (choosing.scroll / most).clamp(0.0, 1.0);
    let is_lit = is_held || (response.hovered() && !pen.is_covered);
    let (wide, rgb) = if is_lit {
        (6.0, pen.theme.dim)
    } else {
        (3.0, pen.theme.line)
    };
    let thumb = Rect::from_min_max(
        pos2(area.right() - 3.0 - wide, top),
        pos2(area.right() - 3.0, top + length),
    );
    pen.painter.rect_filled(thumb, wide / 2.0, color(rgb));
}
