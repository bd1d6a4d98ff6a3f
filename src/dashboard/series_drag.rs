//! A series on its way: within the list to another place, or onto a panel.
//!
//! Where it would land is worked out anew in each layout from where the pointer is; nothing changes until it is let go.

use std::sync::Arc;

use egui::{
    Align2, CursorIcon, Event, Id, Key, LayerId, Order, Pos2, Rect, Stroke, StrokeKind, pos2, vec2,
};

use super::Model;
use super::choosing::{Change, Choosing, placed};
use super::pen::Pen;
use super::series_list::{ROW, SeriesList};
use super::style::{Face, color, size};
use super::view::View;
use crate::scene::{PanelId, Selection, SeriesSummary};

/// A series that a hand holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drag {
    /// Its name.
    pub name: Arc<str>,
    /// Where it would land.
    target: Option<Target>,
}

/// Where a series would land.
#[derive(Clone, Debug, PartialEq)]
enum Target {
    /// In a group of the list, before the member at `place`; the line that shows it is at `y`.
    Place { group: usize, place: usize, y: f32 },
    /// In the panel of that name, which stands there.
    Panel(Arc<str>, Rect),
}

impl Drag {
    /// A series that was just taken.
    pub(super) const fn of(name: Arc<str>) -> Self {
        Self { name, target: None }
    }
}

/// Follows the pointer over the list in `area` and the panels that are `shown`; gives what is changed when it lets go.
pub(super) fn answer(
    pen: &Pen<'_>,
    model: &Model<'_>,
    area: Rect,
    choosing: &mut Choosing,
    selection: &Selection,
    shown: &[(PanelId, Rect)],
) -> Vec<Change> {
    let (is_escaped, is_held, has_moved) = pen.ui.input(|input| {
        let mut events = input.events.iter();
        (
            input.key_pressed(Key::Escape),
            input.pointer.primary_down(),
            events.any(|event| matches!(event, Event::PointerMoved(_))),
        )
    });
    let Some(drag) = choosing.drag.as_mut() else {
        return Vec::new();
    };
    if is_escaped || pen.is_covered {
        choosing.drag = None;
        return Vec::new();
    }
    let pointer = pen.ui.ctx().pointer_latest_pos();
    if let Some(pointer) = pointer
        && area.contains(pointer)
        && has_moved
    {
        // At an edge the list moves on.
        let beyond = |inner: f32| inner.clamp(0.0, ROW);
        choosing.scroll += beyond(pointer.y - area.bottom() + ROW) / 2.0;
        choosing.scroll -= beyond(area.top() + ROW - pointer.y) / 2.0;
        let most = (choosing.list.height - area.height()).max(0.0);
        choosing.scroll = choosing.scroll.clamp(0.0, most);
    }
    drag.target = pointer.and_then(|pointer| {
        if area.contains(pointer) {
            place_at(&choosing.list, pointer.y - area.top() + choosing.scroll)
        } else {
            panel_at(model, shown, pointer)
        }
    });
    if is_held {
        return Vec::new();
    }
    let drag = choosing.drag.take();
    drag.map_or_else(Vec::new, |drag| {
        landed(drag, &choosing.list, &model.scene.series, selection)
    })
}

/// The place in the list that is nearest to `y`, from its beginning.
fn place_at(list: &SeriesList, y: f32) -> Option<Target> {
    let last = list.rows.len().checked_sub(1)?;
    let row = list.rows[list.rows.partition_point(|row| row.bottom() <= y).min(last)];
    let group = row.group;
    let Some(series) = row.series else {
        return Some(Target::Place {
            group,
            place: 0,
            y: row.bottom(),
        });
    };
    let mut members = list.groups[group].members.iter();
    let place = members.position(|member| *member == series)?;
    Some(if y < row.top + ROW / 2.0 {
        Target::Place {
            group,
            place,
            y: row.top,
        }
    } else {
        Target::Place {
            group,
            place: place + 1,
            y: row.bottom(),
        }
    })
}

fn panel_at(model: &Model<'_>, shown: &[(PanelId, Rect)], pointer: Pos2) -> Option<Target> {
    let (id, rect) = shown.iter().find(|(_, rect)| rect.contains(pointer))?;
    let panel = model.scene.panel(*id)?;
    Some(Target::Panel(Arc::clone(&panel.name), *rect))
}

/// What is changed by letting go.
fn landed(
    drag: Drag,
    list: &SeriesList,
    series: &[SeriesSummary],
    selection: &Selection,
) -> Vec<Change> {
    let Drag { name, target } = drag;
    match target {
        None => Vec::new(),
        Some(Target::Panel(panel, _)) => vec![Change::Panel(name, Some(panel))],
        Some(Target::Place { group, place, .. }) => {
            let members = &list.groups[group].members;
            let names = list.names(members.iter().copied());
            let order = placed(selection, &names, &name, place);
            let is_at_home = list.find(&name).is_some_and(|(home, _)| home == group);
            let neighbour = place.saturating_sub(1).min(members.len().saturating_sub(1));
            let panel = members.get(neighbour).map(|index| {
                let beside = &series[*index];
                let chosen = selection.panels.get(&beside.name);
                Arc::clone(chosen.unwrap_or(&beside.panel))
            });
            let moved = panel.filter(|_| !is_at_home);
            let moved = moved.map(|panel| Change::Panel(name, Some(panel)));
            moved.into_iter().chain(order).collect()
        }
    }
}

/// Draws the line in the list where a series would land.
pub(super) fn show_place(pen: &Pen<'_>, area: Rect, choosing: &Choosing) {
    if let Some(Drag {
        target: Some(Target::Place { y, .. }),
        ..
    }) = choosing.drag
    {
        let y = (area.top() + y - choosing.scroll).clamp(area.top(), area.bottom());
        let line = Rect::from_min_max(
            pos2(area.left() + 24.0, y - 1.0),
            pos2(area.right() - 12.0, y + 1.0),
        );
        pen.painter.rect_filled(line, 1.0, color(pen.theme.text));
    }
}

/// Draws around the panel where a series would land, and the series at the pointer.
pub(super) fn show_target(pen: &Pen<'_>, view: &View) {
    let Some(Drag { name, target }) = &view.choosing.drag else {
        return;
    };
    let ctx = pen.ui.ctx();
    ctx.set_cursor_icon(CursorIcon::Grabbing);
    if let Some(Target::Panel(_, rect)) = target {
        let stroke = Stroke::new(2.0, color(pen.theme.text));
        pen.painter
            .rect_stroke(*rect, 8.0, stroke, StrokeKind::Inside);
    }
    if let Some(pointer) = ctx.pointer_latest_pos() {
        // Over the data.
        let layer = LayerId::new(Order::Tooltip, Id::unique("dragged series"));
        let painter = ctx.layer_painter(layer);
        let at = pointer + vec2(14.0, 10.0);
        let ink = color(pen.theme.text);
        let galley = painter.layout_no_wrap(name.to_string(), Face::Regular.at(size::TEXT), ink);
        let ground = Align2::LEFT_TOP
            .anchor_size(at, galley.size())
            .expand2(vec2(8.0, 4.0));
        painter.rect_filled(ground, 6.0, color(pen.theme.raised));
        let border = Stroke::new(1.0, color(pen.theme.line));
        painter.rect_stroke(ground, 6.0, border, StrokeKind::Inside);
        painter.galley(at, galley, ink);
    }
}
