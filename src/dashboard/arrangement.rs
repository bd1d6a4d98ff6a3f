//! Where a person has put panels: rows and columns that can be split, tabs, one panel at its largest.
//!
//! In come the panels that there are and the area for them, out come the rectangles of those that are visible. Until a person
//! moves a panel there is no arrangement: [`super::arrange::grid`] places them. The first move turns the rows that are seen
//! into a tree of `egui_tiles`, which does the splitting, resizing and dropping; a pane is a panel's name, so that a tree
//! holds for every run, and a panel that is not there yet has its place kept.

use std::cell::Cell;
use std::sync::Arc;

use egui::{Id, LayerId, Order, Rect, Ui};
use egui_tiles::{Tile, Tree};

use super::node::Node;
use super::pen::Pen;
use super::places::{Places, outline};
use super::tree::{Name, Placed, from_cells, keep_up, tile_of};

/// Where a person has put panels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrangement {
    tree: Option<Tree<Name>>,
    /// The panel that has all the room.
    maximised: Option<Name>,
}

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
