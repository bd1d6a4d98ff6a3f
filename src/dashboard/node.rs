//! An arrangement as plain data: what a file keeps of a tree of panels, and the tree that it describes.
//!
//! Whatever a file says is taken as far as it makes sense: a panel stands in one place, shares are positive, nothing is deep
//! without end.

use std::collections::HashSet;

use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};

use super::tree::{Name, tree_id};

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
    /// What stands in a tile.
    pub(super) fn of(tiles: &Tiles<Name>, tile: TileId) -> Option<Self> {
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
    pub(super) fn tree(&self) -> Option<Tree<Name>> {
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

    fn panel(name: &str) -> Node {
        Node::Panel(name.to_owned())
    }

    fn share(share: f32, node: Node) -> Share {
        Share { share, node }
    }

    /// What comes back of one that was kept.
    fn again(node: &Node) -> Option<Node> {
        let tree = node.tree()?;
        Node::of(&tree.tiles, tree.root?)
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
        assert_eq!(again(&row), Some(row));
    }

    #[test]
    fn a_file_that_makes_no_sense_is_taken_as_far_as_it_does() {
        let twice = Node::Row(vec![share(f32::NAN, panel("a")), share(-1.0, panel("a"))]);
        let once = Node::Row(vec![share(1.0, panel("a"))]);
        assert_eq!(again(&twice), Some(once));
        let empty = Node::Tabs {
            front: 9,
            children: vec![Node::Column(Vec::new())],
        };
        assert!(empty.tree().is_none());
        let mut deep = panel("a");
        for _ in 0..1000 {
            deep = Node::Row(vec![share(1.0, deep)]);
        }
        assert!(deep.tree().is_none());
    }
}
