//! What is kept of smoothed values: of each 256 the least, the greatest and where they are, and of each 16 groups the same.
//!
//! The groups that are known follow each other without a hole, and more become known at either end.

use std::ops::Range;

/// Points of a group.
pub(super) const GROUP: usize = 256;
/// Members of a group of groups.
const FAN_OUT: usize = 16;

/// What is kept of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    /// The least finite value; an infinity where there is none.
    pub(super) low: f32,
    /// The greatest.
    pub(super) high: f32,
    /// Which member has them first.
    low_at: u8,
    high_at: u8,
    /// Whether a value is NaN or infinite.
    pub(super) has_gap: bool,
}

impl Node {
    const EMPTY: Self = Self {
        low: f32::INFINITY,
        high: f32::NEG_INFINITY,
        low_at: 0,
        high_at: 0,
        has_gap: false,
    };

    /// Of at most [`GROUP`] values.
    pub(super) fn of(values: &[f32]) -> Self {
        let all = least_and_greatest(values);
        let has_gap = all.is_none();
        let [low, high] = all.unwrap_or_else(|| {
            let finite = || values.iter().copied().filter(|value| value.is_finite());
            [
                finite().fold(f32::INFINITY, f32::min),
                finite().fold(f32::NEG_INFINITY, f32::max),
            ]
        });
        let at = |wanted| u8::try_from(first(values, wanted)).unwrap_or(0);
        Self {
            low,
            high,
            low_at: at(low),
            high_at: at(high),
            has_gap,
        }
    }

    fn of_nodes(nodes: &[Self]) -> Self {
        let mut all = Self::EMPTY;
        for (node, at) in nodes.iter().zip(0..) {
            if node.low < all.low {
                (all.low, all.low_at) = (node.low, at);
            }
            if node.high > all.high {
                (all.high, all.high_at) = (node.high, at);
            }
            all.has_gap |= node.has_gap;
        }
        all
    }
}

/// The least and the greatest of some values; `None` where some are NaN or infinite.
pub(super) fn least_and_greatest(values: &[f32]) -> Option<[f32; 2]> {
    // In lanes, so that no comparison waits for the one before.
    const LANES: usize = 16;
    let (mut lows, mut highs) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
    let mut is_finite = true;
    let mut take = |at: usize, value: f32| {
        is_finite &= value.is_finite();
        lows[at] = if value < lows[at] { value } else { lows[at] };
        highs[at] = if value > highs[at] { value } else { highs[at] };
    };
    let (lanes, rest) = values.as_chunks::<LANES>();
    for lane in lanes {
        for (at, value) in lane.iter().enumerate() {
            take(at, *value);
        }
    }
    for value in rest {
        take(0, *value);
    }
    is_finite.then(|| {
        [
            lows.into_iter().fold(f32::INFINITY, f32::min),
            highs.into_iter().fold(f32::NEG_INFINITY, f32::max),
        ]
    })
}

/// The place of the first of some values that is this one; 0 where none is.
pub(super) fn first(values: &[f32], wanted: f32) -> usize {
    let place = values.iter().position(|value| *value == wanted);
    place.unwrap_or(0)
}

/// An extreme, in a node of some height.
#[derive(Clone, Copy)]
struct Place {
    value: f32,
    height: usize,
    index: usize,
}

/// What groups hold together: the values of their first extremes, the points that have them, and whether there is a gap.
pub(super) struct Extent {
    pub(super) low: (usize, f32),
    pub(super) high: (usize, f32),
    pub(super) has_gap: bool,
}

/// Groups, and groups of groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    levels: Vec<Vec<Node>>,
}

impl Groups {
    pub(super) fn set(&mut self, group: usize, node: Node) {
        if self.levels.is_empty() {
            self.levels.push(Vec::new());
        }
        put(&mut self.levels[0], group, node);
    }

    /// # Panics
    /// If there is no such group.
    pub(super) fn at(&self, group: usize) -> &Node {
        &self.levels[0][group]
    }

    /// Sums up what the groups `new` complete, among all that are known.
    pub(super) fn sum_up(&mut self, mut known: Range<usize>, mut new: Range<usize>) {
        for height in 1.. {
            let within = known.start.div_ceil(FAN_OUT)..known.end / FAN_OUT;
            new =
                (new.start / FAN_OUT).max(within.start)..new.end.div_ceil(FAN_OUT).min(within.end);
            if new.is_empty() {
                break;
            }
            if self.levels.len() == height {
                self.levels.push(Vec::new());
            }
            for index in new.clone() {
                let members = index * FAN_OUT..(index + 1) * FAN_OUT;
                let node = Node::of_nodes(&self.levels[height - 1][members]);
                put(&mut self.levels[height], index, node);
            }
            known = within;
        }
    }

    /// What some groups hold, all of which are known. At least one.
    pub(super) fn extent(&self, groups: Range<usize>) -> Extent {
        let nowhere = |value| Place {
            value,
            height: 0,
            index: groups.start,
        };
        let mut found = Gathered {
            low: nowhere(f32::INFINITY),
            high: nowhere(f32::NEG_INFINITY),
            has_gap: false,
        };
        self.cover(0, groups, &mut found);
        Extent {
            low: (self.point(found.low, |node| node.low_at), found.low.value),
            high: (
                self.point(found.high, |node| node.high_at),
                found.high.value,
            ),
            has_gap: found.has_gap,
        }
    }

    /// Goes over nodes of one height from left to right, by larger ones where they are whole.
    fn cover(&self, height: usize, nodes: Range<usize>, found: &mut Gathered) {
        let whole = nodes.start.div_ceil(FAN_OUT)..nodes.end / FAN_OUT;
        if whole.is_empty() || height + 1 >= self.levels.len() {
            found.take(&self.levels[height], height, nodes);
            return;
        }
        let level = &self.levels[height];
        found.take(level, height, nodes.start..whole.start * FAN_OUT);
        let rest = whole.end * FAN_OUT..nodes.end;
        self.cover(height + 1, whole, found);
        found.take(level, height, rest);
    }

    /// The point that has an extreme.
    fn point(&self, place: Place, of: impl Fn(&Node) -> u8) -> usize {
        let mut index = place.index;
        for height in (1..=place.height).rev() {
            index = index * FAN_OUT + usize::from(of(&self.levels[height][index]));
        }
        index * GROUP + usize::from(of(&self.levels[0][index]))
    }
}

/// Puts a node in its place; what is missing before it is not known yet.
fn put(nodes: &mut Vec<Node>, index: usize, node: Node) {
    lengthen(nodes, index + 1, Node::EMPTY);
    nodes[index] = node;
}

/// Makes a list that long with what is empty. It keeps an eighth in reserve at the most: by itself a `Vec` would keep as much
/// again.
pub(super) fn lengthen<T: Clone>(list: &mut Vec<T>, len: usize, empty: T) {
    if list.capacity() < len {
        list.reserve_exact(len + len / 8 - list.len());
    }
    if list.len() < len {
        list.resize(len, empty);
    }
}

/// What was found so far.
struct Gathered {
    low: Place,
    high: Place,
    has_gap: bool,
}

impl Gathered {
    fn take(&mut self, level: &[Node], height: usize, nodes: Range<usize>) {
        for (node, index) in level[nodes.clone()].iter().zip(nodes) {
            let place = |value| Place {
                value,
                height,
                index,
            };
            if node.low < self.low.value {
                self.low = place(node.low);
            }
            if node.high > self.high.value {
                self.high = place(node.high);
            }
            self.has_gap |= node.has_gap;
        }
    }
}
