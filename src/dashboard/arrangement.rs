//! Where a person has put panels: rows and columns that can be split, tabs, one panel at its largest.
//!
//! In come the panels that there are and the area for them, out come the rectangles of those that are visible. Until a person
//! moves a panel there is no arrangement: [`super::arrange::grid`] places them. The first move turns the rows that are seen
//! into a tree of `egui_tiles`, which does the splitting, resizing and dropping; a pane is a panel's name, so that a tree
//! holds for every run, and a panel that is not there yet has its place kept.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use egui::{
    Color32, CursorIcon, Id, LayerId, Order, Painter, Rect, Sense, Stroke, StrokeKind, Style, Ui,
    Visuals, WidgetText, pos2, vec2,
};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, ResizeState, SimplificationOptions, TabState, Tile,
    TileId, Tiles, Tree, UiResponse,
};

use super::arrange::GAP;
use super::pen::Pen;
use super::style::color;
use crate::scene::Theme;

/// The part of a panel, from its top, by which it is dragged.
pub(super) const HANDLE: f32 = 38.0;
/// Panels that an arrangement takes in by itself. The rest, where there are more, stands on the pages after it.
pub(super) const MOST: usize = 24;
/// The height of a row of tabs.
const TABS: f32 = 30.0;
/// No panel is made smaller than this by dragging a border, either way.
const LEAST: f32 = 96.0;

/// A panel's name, as a tree holds it.
pub(super) type Name = Arc<str>;

/// Where a person has put panels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrangement {
    tree: Option<Tree<Name>>,
    /// The panel that has all the room.
    maximised: Option<Name>,
}

/// A panel that is visible, and where.
pub(super) type Placed = (Name, Rect);

impl Arrangement {
    /// An arrangement by a tree that was kept.
    pub(super) fn of(root: Option<&Node>, maximised: Option<Name>) -> Self {
        Self {
            tree: root.and_then(Node::tree),
            maximised,
        }
    }

    /// Whether panels stand where a person has put them.
    pub(super) const fn is_own(&self) -> bool {
        self.tree.is_some()
    }

    /// The panel that has all the room.
    pub(super) const fn maximised(&self) -> Option<&Name> {
        self.maximised.as_ref()
    }

    /// Gives a panel all the room, or takes it back.
    pub(super) fn toggle_maximised(&mut self, name: &Name) {
        self.maximised = if self.maximised.as_ref() == Some(name) {
            None
        } else {
            Some(Arc::clone(name))
        };
    }

    /// Every panel has its room again.
    pub(super) fn restore(&mut self) {
        self.maximised = None;
    }

    /// Panels are placed by themselves again.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// The tree as plain data.
    pub(super) fn root(&self) -> Option<Node> {
        let tree = self.tree.as_ref()?;
        Node::of(&tree.tiles, tree.root?)
    }

    /// Whether a panel has a place in the tree.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.tree
            .as_ref()
            .is_some_and(|tree| tile_of(&tree.tiles, name).is_some())
    }

    /// A drag begins that moves a panel of `cells`, which are placed by themselves so far.
    pub(super) fn take_over(&mut self, cells: &[Placed], dragged: &str, ui: &Ui) {
        let tree = from_cells(cells);
        if let Some(tile) = tile_of(&tree.tiles, dragged) {
            ui.ctx().set_dragged_id(tile.egui_id(tree.id()));
        }
        self.tree = Some(tree);
    }

    /// Brings a panel into sight: to the front of its tabs, and from behind one that is maximised.
    pub(super) fn reveal(&mut self, name: &str) {
        if self.maximised.as_deref().is_some_and(|one| one != name) {
            self.maximised = Some(name.into());
        }
        if let Some(tree) = &mut self.tree {
            tree.make_active(|_, tile| matches!(tile, Tile::Pane(pane) if **pane == *name));
        }
    }

    /// Draws borders and tabs, lets panels be moved, and gives the places of the visible ones of `panels`, each with its
    /// title. `heads` hears what a hand does to a panel's head.
    pub(super) fn show(
        &mut self,
        pen: &Pen<'_>,
        area: Rect,
        panels: &[(Name, Name)],
        heads: &mut dyn FnMut(&Ui, &Name, Rect) -> bool,
    ) -> Vec<Placed> {
        let Some(tree) = &mut self.tree else {
            return Vec::new();
        };
        keep_up(tree, panels);
        let mut ui = pen.child("arrangement", area);
        ui.set_clip_rect(area);
        let mut places = Places {
            theme: pen.theme,
            panels,
            heads,
            found: Vec::new(),
            is_covered: pen.is_covered,
            over: Cell::new(None),
        };
        ui.add_enabled_ui(!pen.is_covered, |ui| tree.ui(&mut places, ui));
        let Places { found, over, .. } = places;
        if let Some((parent, preview)) = over.get() {
            // Over the data: everything that `ui` paints lies under it.
            let layer = LayerId::new(Order::Foreground, Id::unique("where a panel falls"));
            let painter = ui.ctx().layer_painter(layer);
            outline(&painter, &pen.theme, parent, preview);
        }
        found
    }
}

/// Takes in panels that are new, and hides the places of those that are not there.
fn keep_up(tree: &mut Tree<Name>, panels: &[(Name, Name)]) {
    if panels.len() <= MOST {
        for (name, _) in panels {
            if tile_of(&tree.tiles, name).is_none() {
                append(tree, name);
            }
        }
    }
    let present: HashSet<&str> = panels.iter().map(|(name, _)| &**name).collect();
    let tiles = &mut tree.tiles;
    let panes: Vec<(TileId, bool)> = tiles
        .iter()
        .filter_map(|(id, tile)| match tile {
            Tile::Pane(name) => Some((*id, present.contains(&**name))),
            Tile::Container(_) => None,
        })
        .collect();
    for (id, is_present) in panes {
        if tiles.is_visible(id) != is_present {
            tiles.set_visible(id, is_present);
        }
    }
}

/// Puts a panel behind the last: into the last row where that is shorter than the widest, else into a row of its own.
fn append(tree: &mut Tree<Name>, name: &Name) {
    let tile = tree.tiles.insert_pane(Arc::clone(name));
    let Some(root) = tree.root else {
        tree.root = Some(tile);
        return;
    };
    let rows: Vec<TileId> = match tree.tiles.get(root) {
        Some(Tile::Container(Container::Linear(linear))) if linear.dir == LinearDir::Vertical => {
            linear.children.clone()
        }
        _ => {
            tree.root = Some(tree.tiles.insert_vertical_tile(vec![root, tile]));
            return;
        }
    };
    let width = |tiles: &Tiles<Name>, row: TileId| match tiles.get(row) {
        Some(Tile::Container(Container::Linear(linear))) if linear.dir == LinearDir::Horizontal => {
            linear.children.len()
        }
        _ => 1,
    };
    let widest = rows.iter().map(|row| width(&tree.tiles, *row)).max();
    let last = rows
        .last()
        .copied()
        .filter(|last| Some(width(&tree.tiles, *last)) < widest);
    let home = match last {
        Some(last) if width(&tree.tiles, last) == 1 => {
            let row = tree.tiles.insert_horizontal_tile(vec![last, tile]);
            if let Some(Tile::Container(container)) = tree.tiles.get_mut(root) {
                // It holds it: it is one of its rows.
                let _ = container.replace_child(last, row);
            }
            return;
        }
        Some(last) => last,
        None => root,
    };
    if let Some(Tile::Container(container)) = tree.tiles.get_mut(home) {
        container.add_child(tile);
    }
}

fn tile_of(tiles: &Tiles<Name>, name: &str) -> Option<TileId> {
    tiles.iter().find_map(|(id, tile)| match tile {
        Tile::Pane(pane) if **pane == *name => Some(*id),
        _ => None,
    })
}

fn tree_id() -> Id {
    Id::unique("panels")
}

/// The rows that cells stand in, as a tree of the same proportions.
fn from_cells(cells: &[Placed]) -> Tree<Name> {
    let mut tiles = Tiles::default();
    let mut rows = Linear::new(LinearDir::Vertical, Vec::new());
    let heights = mean(cells.iter().map(|(_, cell)| cell.height()));
    for row in cells.chunk_by(|(_, a), (_, b)| a.top() == b.top()) {
        let widths = mean(row.iter().map(|(_, cell)| cell.width()));
        let mut columns = Linear::new(LinearDir::Horizontal, Vec::new());
        for (name, cell) in row {
            let tile = tiles.insert_pane(Arc::clone(name));
            columns.add_child(tile);
            columns
                .shares
                .set_share(tile, cell.width().max(1.0) / widths);
        }
        let tile = match columns.children[..] {
            [only] => only,
            _ => tiles.insert_container(columns),
        };
        rows.add_child(tile);
        let height = row.first().map_or(1.0, |(_, cell)| cell.height());
        rows.shares.set_share(tile, height.max(1.0) / heights);
    }
    let root = tiles.insert_container(rows);
    Tree::new(tree_id(), root, tiles)
}

/// A share of 1 is that of a panel that comes later: the usual one.
fn mean(lengths: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = lengths.fold((0.0, 0.0), |(sum, count), length| {
        (sum + length, count + 1.0)
    });
    if count > 0.0 {
        (sum / count).max(1.0)
    } else {
        1.0
    }
}

/// What the tree asks while it is shown.
struct Places<'a> {
    theme: Theme,
    /// Names and titles.
    panels: &'a [(Name, Name)],
    heads: &'a mut dyn FnMut(&Ui, &Name, Rect) -> bool,
    found: Vec<Placed>,
    is_covered: bool,
    /// Where a dragged panel would fall: in what, and where.
    over: Cell<Option<(Option<Rect>, Rect)>>,
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
fn outline(painter: &Painter, theme: &Theme, parent: Option<Rect>, preview: Rect) {
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

/// An arrangement as plain data, to be kept in a file.
#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// A panel, by its name.
    Panel(String),
    /// Side by side, each with its share of the width.
    Row(Vec<Share>),
    /// One above the other, each with its share of the height.
    Column(Vec<Share>),
    /// In one place; the one in front is shown.
    Tabs {
        /// Which is in front.
        front: usize,
        /// All of them.
        children: Vec<Self>,
    },
}

/// A part of a row or a column.
#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct Share {
    /// How much of the room it has, in relation to its neighbours.
    pub share: f32,
    /// What stands there.
    pub node: Node,
}

/// Deeper than anybody builds one: a file that is deeper is not believed.
const DEEPEST: usize = 32;

impl Node {
    fn of(tiles: &Tiles<Name>, tile: TileId) -> Option<Self> {
        Some(match tiles.get(tile)? {
            Tile::Pane(name) => Self::Panel(name.to_string()),
            Tile::Container(Container::Tabs(tabs)) => {
                let front = tabs
                    .children
                    .iter()
                    .position(|child| tabs.is_active(*child));
                let children = tabs.children.iter();
                Self::Tabs {
                    front: front.unwrap_or(0),
                    children: children
                        .filter_map(|child| Self::of(tiles, *child))
                        .collect(),
                }
            }
            Tile::Container(Container::Linear(linear)) => {
                let shares = linear.children.iter().filter_map(|child| {
                    Some(Share {
                        share: linear.shares[*child],
                        node: Self::of(tiles, *child)?,
                    })
                });
                let shares = shares.collect();
                match linear.dir {
                    LinearDir::Horizontal => Self::Row(shares),
                    LinearDir::Vertical => Self::Column(shares),
                }
            }
            // Made by nobody here.
            Tile::Container(Container::Grid(grid)) => Self::Row(
                grid.children()
                    .filter_map(|child| {
                        Some(Share {
                            share: 1.0,
                            node: Self::of(tiles, *child)?,
                        })
                    })
                    .collect(),
            ),
        })
    }

    /// The tree that it describes; none where it holds no panel.
    fn tree(&self) -> Option<Tree<Name>> {
        let mut tiles = Tiles::default();
        let root = self.insert(&mut tiles, &mut HashSet::new(), 0)?;
        Some(Tree::new(tree_id(), root, tiles))
    }

    /// A panel stands in one place: where a file names it again, that is left out.
    fn insert<'a>(
        &'a self,
        tiles: &mut Tiles<Name>,
        known: &mut HashSet<&'a str>,
        depth: usize,
    ) -> Option<TileId> {
        if depth > DEEPEST {
            return None;
        }
        let (dir, shares) = match self {
            Self::Panel(name) => {
                return known
                    .insert(name)
                    .then(|| tiles.insert_pane(name.as_str().into()));
            }
            Self::Tabs { front, children } => {
                let mut active = None;
                let mut inserted = Vec::new();
                for (index, child) in children.iter().enumerate() {
                    let Some(tile) = child.insert(tiles, known, depth + 1) else {
                        continue;
                    };
                    if index == *front {
                        active = Some(tile);
                    }
                    inserted.push(tile);
                }
                if inserted.is_empty() {
                    return None;
                }
                let mut tabs = egui_tiles::Tabs::new(inserted);
                if let Some(active) = active {
                    tabs.set_active(active);
                }
                return Some(tiles.insert_container(tabs));
            }
            Self::Row(shares) => (LinearDir::Horizontal, shares),
            Self::Column(shares) => (LinearDir::Vertical, shares),
        };
        let mut linear = Linear::new(dir, Vec::new());
        for Share { share, node } in shares {
            if let Some(tile) = node.insert(tiles, known, depth + 1) {
                linear.add_child(tile);
                let is_sound = share.is_finite() && *share > 0.0;
                linear
                    .shares
                    .set_share(tile, if is_sound { *share } else { 1.0 });
            }
        }
        (!linear.children.is_empty()).then(|| tiles.insert_container(linear))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Name {
        name.into()
    }

    fn panel(name: &str) -> Node {
        Node::Panel(name.to_owned())
    }

    fn share(share: f32, node: Node) -> Share {
        Share { share, node }
    }

    fn cells() -> Vec<Placed> {
        let rect = |x, y, w, h| Rect::from_min_size(pos2(x, y), vec2(w, h));
        vec![
            (name("loss"), rect(0.0, 0.0, 812.0, 200.0)),
            (name("accuracy"), rect(0.0, 212.0, 400.0, 300.0)),
            (name("norm"), rect(412.0, 212.0, 400.0, 300.0)),
        ]
    }

    fn from(cells: &[Placed]) -> Arrangement {
        Arrangement {
            tree: Some(from_cells(cells)),
            maximised: None,
        }
    }

    #[test]
    fn rows_become_a_tree_of_the_same_proportions() {
        let root = from(&cells()).root();
        let row = Node::Row(vec![
            share(1.0, panel("accuracy")),
            share(1.0, panel("norm")),
        ]);
        let column = Node::Column(vec![share(0.75, panel("loss")), share(1.125, row)]);
        assert_eq!(root, Some(column));
    }

    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        let tabs = Node::Tabs {
            front: 1,
            children: vec![panel("a"), panel("b")],
        };
        let row = Node::Row(vec![share(1.0, tabs), share(2.5, panel("c"))]);
        let text = serde_json::to_string(&row).expect("it can be written");
        let read: Node = serde_json::from_str(&text).expect("it can be read");
        assert_eq!(read, row);
        assert_eq!(Arrangement::of(Some(&row), None).root(), Some(row));
    }

    #[test]
    fn a_file_that_makes_no_sense_is_taken_as_far_as_it_does() {
        let twice = Node::Row(vec![share(f32::NAN, panel("a")), share(-1.0, panel("a"))]);
        let once = Node::Row(vec![share(1.0, panel("a"))]);
        assert_eq!(Arrangement::of(Some(&twice), None).root(), Some(once));
        let empty = Node::Tabs {
            front: 9,
            children: vec![Node::Column(Vec::new())],
        };
        assert!(!Arrangement::of(Some(&empty), None).is_own());
        let mut deep = panel("a");
        for _ in 0..1000 {
            deep = Node::Row(vec![share(1.0, deep)]);
        }
        assert!(!Arrangement::of(Some(&deep), None).is_own());
    }

    #[test]
    fn a_new_panel_fills_the_last_row_before_it_begins_another() {
        let mut arrangement = from(&cells());
        let tree = arrangement.tree.as_mut().expect("it has one");
        let with = |names: &[&str]| -> Vec<(Name, Name)> {
            names.iter().map(|one| (name(one), name(one))).collect()
        };
        keep_up(tree, &with(&["loss", "accuracy", "norm", "speed"]));
        keep_up(tree, &with(&["loss", "accuracy", "norm", "speed", "rate"]));
        let Some(Node::Column(rows)) = arrangement.root() else {
            panic!("rows under each other");
        };
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[2].node,
            Node::Row(vec![share(1.0, panel("speed")), share(1.0, panel("rate"))])
        );
    }

    #[test]
    fn a_panel_that_is_gone_has_its_place_kept() {
        let mut arrangement = from(&cells());
        let tree = arrangement.tree.as_mut().expect("it has one");
        keep_up(tree, &[(name("loss"), name("Loss"))]);
        let tile = tile_of(&tree.tiles, "norm").expect("it is kept");
        assert!(!tree.tiles.is_visible(tile));
        keep_up(tree, &[(name("norm"), name("Norm"))]);
        assert!(tree.tiles.is_visible(tile));
        assert!(arrangement.holds("loss"));
    }
}
