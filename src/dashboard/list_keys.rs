//! What keys do to the list of series: they go from row to row, turn pages, and move a series up or down.

use egui::{Event, Key, Modifiers};

use super::choosing::{Deed, placed};
use super::series_rows::Rows;

/// Answers the keys that belong to the list: where a row has the keyboard, or `is_pointed`; `is_entered` where the keyboard
/// comes to it. Returns how far it is scrolled then.
pub(super) fn answer(
    rows: &Rows<'_>,
    focused: Option<usize>,
    is_pointed: bool,
    is_entered: bool,
    deeds: &mut Vec<Deed>,
) -> f32 {
    let last = rows.list.rows.len().saturating_sub(1);
    let mut scroll = rows.scroll;
    let mut row = focused;
    if is_entered {
        row = Some(rows.list.visible(scroll, rows.area.height()).start);
    }
    let is_writing = rows.pen.ui.ctx().text_edit_focused();
    for (key, modifiers) in pressed(rows) {
        match row {
            Some(at) if focused.is_some() => match (key, modifiers.alt) {
                (Key::ArrowUp, true) => deeds.extend(moved(rows, at, -1)),
                (Key::ArrowDown, true) => deeds.extend(moved(rows, at, 1)),
                _ => row = Some(at.saturating_add_signed(step(rows, key)).min(last)),
            },
            _ if is_pointed && !is_writing => scroll += by_pages(rows, key),
            _ => {}
        }
    }
    if let Some(row) = row.filter(|row| focused != Some(*row)) {
        let id = rows.id(row);
        rows.pen.ui.memory_mut(|memory| memory.request_focus(id));
        let row = rows.list.rows[row];
        scroll = scroll.clamp(
            (row.bottom() - rows.area.height()).min(row.top),
            row.top.max(0.0),
        );
    }
    scroll
}

fn pressed(rows: &Rows<'_>) -> Vec<(Key, Modifiers)> {
    rows.pen.ui.input(|input| {
        let key = |event: &Event| match event {
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => Some((*key, *modifiers)),
            _ => None,
        };
        input.events.iter().filter_map(key).collect()
    })
}

/// By how many rows a key goes on.
fn step(rows: &Rows<'_>, key: Key) -> isize {
    let page = rows.list.visible(rows.scroll, rows.area.height()).len();
    let (page, all) = (
        page.max(1).cast_signed(),
        rows.list.rows.len().cast_signed(),
    );
    match key {
        Key::ArrowUp => -1,
        Key::ArrowDown => 1,
        Key::PageUp => -page,
        Key::PageDown => page,
        Key::Home => -all,
        Key::End => all,
        _ => 0,
    }
}

/// By how many points a key turns the list.
fn by_pages(rows: &Rows<'_>, key: Key) -> f32 {
    match key {
        Key::PageUp => -rows.area.height(),
        Key::PageDown => rows.area.height(),
        Key::Home => -rows.list.height,
        Key::End => rows.list.height,
        _ => 0.0,
    }
}

/// The series of a row moved up or down within its group.
fn moved(rows: &Rows<'_>, row: usize, by: isize) -> Option<Deed> {
    let row = rows.list.rows[row];
    let series = row.series?;
    let members = &rows.list.groups[row.group].members;
    let place = members.iter().position(|member| *member == series)?;
    let to = if by < 0 {
        place.checked_sub(1)?
    } else {
        place + 2
    };
    let names = rows.list.names(members.iter().copied());
    let change = placed(rows.selection, &names, &rows.series[series].name, to)?;
    (to <= names.len()).then_some(Deed::Change(change))
}
