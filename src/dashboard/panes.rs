//! The panels of a view: where each stands, how a hand moves them, and which of them are in sight.
//!
//! By themselves they stand in rows, as many as fit ([`arrange::grid`]). Where a person has moved one, the
//! [`super::arrangement::Arrangement`] says; panels that it does not hold stand in rows on the pages after it. One that is
//! maximised has all the room.

use std::sync::Arc;

use egui::{Rect, Ui, pos2};

use super::arrange::{self, Parts};
use super::commands::Command;
use super::pen::Pen;
use super::places::head;
use super::tree::{self, Name, Placed};
use super::view::{Turn, View, wheel};
use super::{Model, chart, panel_menu, style};
use crate::scene::{Panel, Plot};

/// Windows narrower than this, in points, have one column: there an arrangement waits for more room.
const NARROW: f32 = 600.0;

/// What a hand does to a panel's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grip {
    Maximise,
    Drag,
    /// Something in its menu.
    Choose(Command),
}

/// Lets a panel be taken by its head; says what a hand does there.
fn grip(pen: &Pen<'_>, ui: &Ui, name: &Name, panel: Rect) -> Option<Grip> {
    let response = head(ui, name, panel);
    // First: a menu that is open is drawn in every layout.
    let chosen = panel_menu::show(pen, &response, name);
    if response.double_clicked() {
        Some(Grip::Maximise)
    } else if response.drag_started() {
        Some(Grip::Drag)
    } else {
        chosen.map(Grip::Choose)
    }
}

impl View {
    /// Draws the panels, and says where their data belongs.
    pub(super) fn panels(&mut self, pen: &Pen<'_>, model: &Model<'_>, parts: &Parts) -> Vec<Plot> {
        let area = parts.panels;
        let panels = self.panels_at_home(model);
        if panels.is_empty() {
            self.laid.clear();
            self.shown.clear();
            if model.scene.panels.is_empty() {
                chart::nothing_yet(pen, model, area);
            } else {
                self.all_away(pen, area);
            }
            return Vec::new();
        }
        let shown = self.placed(pen, area, &panels);
        let rects = shown.iter().map(|(panel, rect)| (panel.id, *rect));
        self.shown = rects.collect();
        let plots = chart::show_all(pen, model, &shown, self);
        self.laid.clone_from(&plots);
        plots
    }

    /// The panels that are in sight, and where.
    fn placed<'a>(
        &mut self,
        pen: &Pen<'_>,
        area: Rect,
        panels: &[&'a Panel],
    ) -> Vec<(&'a Panel, Rect)> {
        let named = |name: &Name| panels.iter().copied().find(|panel| panel.name == *name);
        if let Some(panel) = self.arrangement.maximised().and_then(named) {
            self.hold(pen, &[(panel, area)]);
            return vec![(panel, area)];
        }
        if !self.arrangement.is_own() || pen.ui.max_rect().width() < NARROW {
            return self.in_rows(pen, area, panels, 0);
        }
        let rest: Vec<&Panel> = if panels.len() > tree::MOST {
            let is_out = |panel: &&&Panel| !self.arrangement.holds(&panel.name);
            panels.iter().filter(is_out).copied().collect()
        } else {
            Vec::new()
        };
        // A panel that is asked for is on the first page, or after it.
        if let Some(Turn::To(id)) = self.turn
            && !rest.is_empty()
        {
            let is_out = rest.iter().any(|panel| panel.id == id);
            self.top_row = if is_out { self.top_row.max(1) } else { 0 };
        }
        if !rest.is_empty() && self.top_row > 0 {
            return self.in_rows(pen, area, &rest, 1);
        }
        if !rest.is_empty() {
            self.top_row = self.turned(pen, area, 1, 2, 0);
        }
        let names: Vec<(Name, Name)> = panels
            .iter()
            .map(|panel| (Arc::clone(&panel.name), Arc::clone(&panel.title)))
            .collect();
        let mut taken = None;
        let mut heads = |ui: &Ui, name: &Name, rect: Rect| {
            let grip = grip(pen, ui, name, rect);
            taken = grip.map(|grip| (Arc::clone(name), grip)).or(taken.take());
            grip == Some(Grip::Drag)
        };
        let found = self.arrangement.show(pen, area, &names, &mut heads);
        match taken {
            Some((name, Grip::Maximise)) => self.arrangement.toggle_maximised(&name),
            Some((name, Grip::Choose(command))) => {
                self.of_menu = named(&name).map(|panel| (panel.id, command));
            }
            // The tree moves it.
            Some((_, Grip::Drag)) | None => {}
        }
        found
            .iter()
            .filter_map(|(name, rect)| Some((named(name)?, *rect)))
            .collect()
    }

    /// Panels in rows, as many as fit; `before` rows stand on pages before them.
    fn in_rows<'a>(
        &mut self,
        pen: &Pen<'_>,
        area: Rect,
        panels: &[&'a Panel],
        before: usize,
    ) -> Vec<(&'a Panel, Rect)> {
        let width = pen.ui.max_rect().width();
        let grid = |top_row: usize| {
            arrange::grid(area, panels.len(), top_row.saturating_sub(before), width)
        };
        let mut placed = grid(self.top_row);
        if placed.visible_rows < placed.rows || before > 0 {
            let (visible, rows) = (placed.visible_rows, placed.rows);
            let wanted = self.turn_to(panels);
            let top = wanted.map_or(placed.top_row, |index| {
                arrange::row_of(area, panels.len(), placed.top_row, width, index)
            });
            let top_row = top + before;
            self.top_row = self.turned(pen, area, visible, rows + before, top_row);
            placed = grid(self.top_row);
            rows_in_sight(pen, area, [placed.top_row + before, visible, rows + before]);
        } else {
            self.wheel_rest = 0.0;
            self.turn = None;
            self.top_row = 0;
        }
        let visible = panels.iter().copied().skip(placed.first);
        let shown: Vec<_> = visible.zip(placed.cells.iter().copied()).collect();
        self.hold(pen, &shown);
        shown
    }

    /// Lets panels that stand by themselves be taken by their heads.
    fn hold(&mut self, pen: &Pen<'_>, shown: &[(&Panel, Rect)]) {
        if pen.is_covered {
            return;
        }
        let mut taken = None;
        for (panel, rect) in shown {
            let grip = grip(pen, pen.ui, &panel.name, *rect);
            taken = grip.map(|grip| (*panel, grip)).or(taken);
        }
        match taken {
            Some((panel, Grip::Maximise)) => self.arrangement.toggle_maximised(&panel.name),
            Some((panel, Grip::Choose(command))) => self.of_menu = Some((panel.id, command)),
            Some((panel, Grip::Drag)) if shown.len() > 1 && !self.arrangement.is_own() => {
                let cells: Vec<Placed> = shown
                    .iter()
                    .map(|(panel, rect)| (Arc::clone(&panel.name), *rect))
                    .collect();
                self.arrangement.take_over(&cells, &panel.name, pen.ui);
            }
            Some((_, Grip::Drag)) | None => {}
        }
    }

    /// Which of some panels is to be brought into sight.
    fn turn_to(&mut self, panels: &[&Panel]) -> Option<usize> {
        let Some(Turn::To(id)) = self.turn else {
            return None;
        };
        self.turn = None;
        panels.iter().position(|panel| panel.id == id)
    }

    /// The row at the top after what the wheel and the keys have turned.
    fn turned(
        &mut self,
        pen: &Pen<'_>,
        area: Rect,
        visible: usize,
        rows: usize,
        top_row: usize,
    ) -> usize {
        if !self.is_over_plot(pen) {
            self.wheel_rest -= wheel(pen, area);
        }
        let row = area.height() / visible.max(1) as f32;
        let turned = (self.wheel_rest / row * 2.0).trunc();
        self.wheel_rest -= turned * row / 2.0;
        // A handful of rows.
        #[allow(clippy::cast_possible_truncation)]
        let turned = turned as isize;
        let top_row = top_row.saturating_add_signed(turned);
        let top_row = match self.turn.take() {
            None | Some(Turn::To(_)) => top_row,
            Some(Turn::First) => 0,
            Some(Turn::Last) => rows,
            Some(Turn::Pages(pages)) => {
                top_row.saturating_add_signed(pages * visible.cast_signed())
            }
        };
        top_row.min(rows)
    }
}

/// Shows in the gap at the right where the visible rows are among all.
fn rows_in_sight(pen: &Pen<'_>, area: Rect, [top, visible, rows]: [usize; 3]) {
    let part = |row: usize| row as f32 / rows as f32 * area.height() + area.top();
    let track = Rect::from_min_max(
        pos2(area.right() + 4.0, area.top()),
        pos2(area.right() + 8.0, area.bottom()),
    );
    let thumb = Rect::from_min_max(
        pos2(track.left(), part(top)),
        pos2(track.right(), part((top + visible).min(rows))),
    );
    pen.painter
        .rect_filled(thumb, 2.0, style::color(pen.theme.line));
    let text = format!("rows of panels: {visible} of {rows}");
    pen.name("panel rows", track, &text);
}
