//! What a tree of panels asks while it is drawn: its borders, its tabs, and where a panel that is dragged would fall.
//!
//! `egui_tiles` asks, and draws by what it is told; the panels themselves are drawn by whoever gets the places that are found.

use std::cell::Cell;
use std::sync::Arc;

use egui::{
    Color32, CursorIcon, Painter, Rect, Sense, Stroke, StrokeKind, Style, Ui, Visuals, WidgetText,
    pos2, vec2,
};
use egui_tiles::{
    Behavior, ResizeState, SimplificationOptions, TabState, Tile, TileId, Tiles, UiResponse,
};

use super::arrange::GAP;
use super::style::color;
use super::tree::{Name, Placed};
use crate::scene::Theme;

/// The part of a panel, from its top, by which it is dragged.
const HANDLE: f32 = 38.0;
/// The height of a row of tabs.
const TABS: f32 = 30.0;
/// No panel is made smaller than this by dragging a border, either way.
const LEAST: f32 = 96.0;

/// What the tree asks while it is shown.
pub(super) struct Places<'a> {
    pub(super) theme: Theme,
    /// Names and titles.
    pub(super) panels: &'a [(Name, Name)],
    /// Hears what a hand does to a panel's head; says whether it drags.
    pub(super) heads: &'a mut dyn FnMut(&Ui, &Name, Rect) -> bool,
    /// The panels that are visible.
    pub(super) found: Vec<Placed>,
    pub(super) is_covered: bool,
    /// Where a dragged panel would fall: in what, and where.
    pub(super) over: Cell<Option<(Option<Rect>, Rect)>>,
}

impl Behavior<Name> for Places<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Name) -> UiResponse {
        let rect = ui.max_rect();
        self.found.push((
            Arc::clone(pane),
            Rect::from_min_max(rect.min.round(), rect.max.round()),
        ));
        if !self.is_covered && (self.heads)(ui, pane, rect) {
            UiResponse::DragStarted
        } else {
            UiResponse::None
        }
    }

    fn tab_title_for_pane(&mut self, pane: &Name) -> WidgetText {
        let mut panels = self.panels.iter();
        let title = panels.find(|(name, _)| name == pane);
        title
            .map_or_else(|| pane.to_string(), |(_, title)| title.to_string())
            .into()
    }

    fn tab_title_for_tile(&mut self, tiles: &Tiles<Name>, tile: TileId) -> WidgetText {
        match tiles.get(tile) {
            Some(Tile::Pane(pane)) => self.tab_title_for_pane(pane),
            Some(Tile::Container(container)) => {
                let count = container.num_children();
                format!("{count} panels").into()
            }
            None => "".into(),
        }
    }

    fn tab_bar_height(&self, _style: &Style) -> f32 {
        TABS
    }

    fn gap_width(&self, _style: &Style) -> f32 {
        GAP
    }

    fn min_size(&self) -> f32 {
        LEAST
    }

    fn resize_stroke(&self, _style: &Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => Stroke::NONE,
            ResizeState::Hovering => Stroke::new(2.0, color(self.theme.line)),
            ResizeState::Dragging => Stroke::new(2.0, color(self.theme.dim)),
        }
    }

    fn tab_bar_color(&self, _visuals: &Visuals) -> Color32 {
        color(self.theme.background)
    }

    fn tab_bg_color(
        &self,
        _visuals: &Visuals,
        _tiles: &Tiles<Name>,
        _tile: TileId,
        state: &TabState,
    ) -> Color32 {
        if state.active {
            color(self.theme.panel)
        } else {
            Color32::TRANSPARENT
        }
    }

    fn tab_outline_stroke(
        &self,
        _visuals: &Visuals,
        _tiles: &Tiles<Name>,
        _tile: TileId,
        state: &TabState,
    ) -> Stroke {
        if state.active {
            Stroke::new(1.0, color(self.theme.line))
        } else {
            Stroke::NONE
        }
    }

    fn tab_bar_hline_stroke(&self, _visuals: &Visuals) -> Stroke {
        Stroke::NONE
    }

    fn tab_text_color(
        &self,
        _visuals: &Visuals,
        _tiles: &Tiles<Name>,
        _tile: TileId,
        state: &TabState,
    ) -> Color32 {
        color(if state.active {
            self.theme.text
        } else {
            self.theme.dim
        })
    }

    fn dragged_overlay_color(&self, _visuals: &Visuals) -> Color32 {
        color(self.theme.background).gamma_multiply(0.5)
    }

    fn paint_drag_preview(
        &self,
        _visuals: &Visuals,
        _painter: &Painter,
        parent: Option<Rect>,
        preview: Rect,
    ) {
        self.over.set(Some((parent, preview)));
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            join_nested_linear_containers: true,
            ..SimplificationOptions::default()
        }
    }
}

/// Shows where a dragged panel would fall.
pub(super) fn outline(painter: &Painter, theme: &Theme, parent: Option<Rect>, preview: Rect) {
    let ember = color(theme.ember());
    if let Some(parent) = parent {
        let stroke = Stroke::new(1.0, color(theme.dim));
        painter.rect_stroke(parent, 8.0, stroke, StrokeKind::Inside);
    }
    let stroke = Stroke::new(1.5, ember);
    let fill = ember.gamma_multiply(0.16);
    painter.rect(preview, 8.0, fill, stroke, StrokeKind::Inside);
}

/// Lets a panel be taken by its head; gives what a hand does there.
pub(super) fn head(ui: &Ui, name: &str, panel: Rect) -> egui::Response {
    let size = vec2(panel.width(), HANDLE.min(panel.height()));
    let rect = Rect::from_min_size(pos2(panel.left(), panel.top()), size);
    let id = ui.unique_id().with(("head", name));
    ui.interact(rect, id, Sense::CLICK | Sense::DRAG)
        .on_hover_cursor(CursorIcon::Grab)
}
