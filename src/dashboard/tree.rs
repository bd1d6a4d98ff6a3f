//! The tree that holds where panels stand: made of the rows that were seen, and kept up with the panels that there are.
//!
//! A pane is a panel's name, so that a tree holds for every run. Nothing is drawn here.

use std::collections::HashSet;
use std::sync::Arc;

use egui::{Id, Rect};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};

/// Panels that an arrangement takes in by itself. The rest, where there are more, stands on the pages after it.
pub(super) const MOST: usize = 24;

/// A panel's name, as a tree holds it.
pub(super) type Name = Arc<str>;

/// A panel that is visible, and where.
pub(super) type Placed = (Name, Rect);

/// Takes in panels that are new, and hides the places of those that are not there.
pub(super) fn keep_up(tree: &mut Tree<Name>, panels: &[(Name, Name)]) {
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

/// The tile of a panel.
pub(super) fn tile_of(tiles: &Tiles<Name>, name: &str) -> Option<TileId> {
    tiles.iter().find_map(|(id, tile)| match tile {
        Tile::Pane(pane) if **pane == *name => Some(*id),
        _ => None,
    })
}

/// What egui knows a tree by: there is one in a view.
pub(super) fn tree_id() -> Id {
    Id::unique("panels")
}

/// The rows that cells stand in, as a tree of the same proportions.
pub(super) fn from_cells(cells: &[Placed]) -> Tree<Name> {
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

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;
    use crate::dashboard::{Node, Share};

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

    fn root(tree: &Tree<Name>) -> Option<Node> {
        Node::of(&tree.tiles, tree.root?)
    }

    #[test]
    fn rows_become_a_tree_of_the_same_proportions() {
        let root = root(&from_cells(&cells()));
        let row = Node::Row(vec![
            share(1.0, panel("accuracy")),
            share(1.0, panel("norm")),
        ]);
        let column = Node::Column(vec![share(0.75, panel("loss")), share(1.125, row)]);
        assert_eq!(root, Some(column));
    }

    #[test]
    fn a_new_panel_fills_the_last_row_before_it_begins_another() {
        let mut tree = from_cells(&cells());
        let with = |names: &[&str]| -> Vec<(Name, Name)> {
            names.iter().map(|one| (name(one), name(one))).collect()
        };
        keep_up(&mut tree, &with(&["loss", "accuracy", "norm", "speed"]));
        keep_up(
            &mut tree,
            &with(&["loss", "accuracy", "norm", "speed", "rate"]),
        );
        let Some(Node::Column(rows)) = root(&tree) else {
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
        let mut tree = from_cells(&cells());
        keep_up(&mut tree, &[(name("loss"), name("Loss"))]);
        let tile = tile_of(&tree.tiles, "norm").expect("it is kept");
        assert!(!tree.tiles.is_visible(tile));
        keep_up(&mut tree, &[(name("norm"), name("Norm"))]);
        assert!(tree.tiles.is_visible(tile));
        assert!(tile_of(&tree.tiles, "loss").is_some());
    }
}
