//! Which panel is meant: the one that was chosen by key, or that the pointer is over; and how another is chosen.

use egui::{Rect, Ui};

use super::pen::Pen;
use super::view::{Turn, View};
use super::{Model, hands};
use crate::scene::{Panel, PanelId};

impl View {
    /// Whether the pointer is where the wheel zooms: over a plot of the last layout, or the labels of its axes.
    pub(super) fn is_over_plot(&self, pen: &Pen<'_>) -> bool {
        let Some(pointer) = pen.ui.ctx().pointer_hover_pos() else {
            return false;
        };
        self.laid.iter().any(|plot| {
            let mut shown = self.shown.iter();
            let card = shown.find(|(panel, _)| *panel == plot.panel);
            card.is_some_and(|(_, card)| {
                card.contains(pointer) && pointer.y >= plot.rect.top && pointer.x <= plot.rect.right
            })
        })
    }

    /// The visible panel that was chosen by key.
    pub(super) fn chosen_panel(&self, ui: &Ui) -> Option<PanelId> {
        let focused = ui.memory(egui::Memory::focused)?;
        let mut shown = self.shown.iter().map(|(panel, _)| *panel);
        shown.find(|panel| hands::plot_id(ui, *panel) == focused)
    }

    /// Chooses the panel that comes `by` after the chosen one, or else the first that is visible.
    pub(super) fn choose_panel(&mut self, ui: &Ui, model: &Model<'_>, by: isize) {
        let panels = &model.scene.panels;
        let place = |id: PanelId| panels.iter().position(|panel| panel.id == id);
        let chosen = self.chosen_panel(ui).and_then(place);
        let next = match chosen {
            Some(chosen) => chosen.checked_add_signed(by),
            None => self.shown.first().and_then(|(panel, _)| place(*panel)),
        };
        if let Some(panel) = next.and_then(|next| panels.get(next)) {
            self.go_to(ui, model, panel.id);
        }
    }

    /// Chooses a panel, and turns the rows so that it is visible.
    pub(super) fn go_to(&mut self, ui: &Ui, model: &Model<'_>, panel: PanelId) {
        if let Some(panel) = model.scene.panel(panel) {
            self.arrangement.reveal(&panel.name);
        }
        self.turn = Some(Turn::To(panel));
        let id = hands::plot_id(ui, panel);
        ui.memory_mut(|memory| memory.request_focus(id));
    }

    /// The panel that was chosen by key, or that the pointer is over, or else the first that is visible.
    pub(super) fn pointed_at<'a>(&self, ui: &Ui, model: &'a Model<'_>) -> Option<&'a Panel> {
        if let Some(chosen) = self.chosen_panel(ui) {
            return model.scene.panel(chosen);
        }
        let pointer = ui.ctx().pointer_hover_pos();
        let pointed =
            pointer.and_then(|pointer| self.shown.iter().find(|(_, rect)| rect.contains(pointer)));
        let (id, _) = pointed.or(self.shown.first())?;
        model.scene.panel(*id)
    }

    /// Where a panel stands.
    pub(super) fn rect_of(&self, panel: PanelId) -> Option<Rect> {
        let mut shown = self.shown.iter();
        shown.find(|(id, _)| *id == panel).map(|(_, rect)| *rect)
    }
}
