//! The pyramid: every value of a series, and over them, sixteen to one, the least and the greatest of each group.
//!
//! Values come in at the end and the least and greatest of any range come out, with what the range has of gaps, in time that
//! grows with the logarithm of its length. Only whole groups are summed up: what is not yet a group is looked at by itself,
//! so that taking a value in costs next to nothing. A group that holds a gap (NaN, an infinity) carries a flag, and whoever
//! walks over a range goes down into such groups until it stands before the gap itself.
//!
//! Long histories lie in memory that no cache holds, and waiting for it is what a query costs. So the ranges of a whole
//! picture are looked at together, level by level ([`Pyramid::extremes`]): what one range waits for, others wait for at the
//! same time.
//!
//! A value takes 4 bytes and its share of the groups above it 8 · (1/16 + 1/256 + …) + 1/8 · (1/16 + …) = 0.54 bytes, and its
//! share of the sums beside it 0.02.

use std::ops::Range;

use super::blocks::Blocks;
use super::sums::{BLOCK, Sum, Sums};
use crate::scene::Scale;

/// Members of a group.
const FAN_OUT: usize = 16;
/// The largest groups that an extreme is looked for in, as a height: 16 values.
const EXACT: usize = 1;

/// The least and the greatest finite value of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Node {
    low: f32,
    high: f32,
}

impl Node {
    /// Of no value at all.
    const EMPTY: Self = Self {
        low: f32::INFINITY,
        high: f32::NEG_INFINITY,
    };

    const fn of(value: f32) -> Self {
        Self {
            low: value,
            high: value,
        }
    }

    /// With what another has. NaN is left out.
    const fn with(self, other: Self) -> Self {
        // As a processor compares, in one instruction; `f32::min` takes three.
        Self {
            low: if other.low < self.low {
                other.low
            } else {
                self.low
            },
            high: if other.high > self.high {
                other.high
            } else {
                self.high
            },
        }
    }

    /// Of all members together: in lanes, so that none waits for the one before.
    fn of_all<T>(members: &[T], of: impl Fn(&T) -> Self) -> Self {
        const LANES: usize = 4;
        let mut lanes = [Self::EMPTY; LANES];
        let fours = members.chunks_exact(LANES);
        let rest = fours.remainder();
        for four in fours {
            for (lane, member) in lanes.iter_mut().zip(four) {
                *lane = lane.with(of(member));
            }
        }
        rest.iter()
            .map(of)
            .chain(lanes)
            .fold(Self::EMPTY, Self::with)
    }
}

/// The groups of one size.
#[derive(Clone, Debug, Default)]
struct Level {
    nodes: Blocks<Node>,
    /// A bit a node: it holds a gap.
    gaps: Vec<u64>,
}

impl Level {
    fn push(&mut self, node: Node, has_gap: bool) {
        let (word, bit) = (self.nodes.len() / 64, self.nodes.len() % 64);
        if self.gaps.len() <= word {
            self.gaps.push(0);
        }
        self.gaps[word] |= u64::from(has_gap) << bit;
        self.nodes.push(node);
    }

    fn has_gap(&self, index: usize) -> bool {
        self.gaps[index / 64] >> (index % 64) & 1 == 1
    }

    /// Whether one of the newest sixteen holds a gap; they are a group.
    fn have_newest_gap(&self) -> bool {
        let first = self.nodes.len() - FAN_OUT;
        self.gaps[first / 64] >> (first % 64) & 0xFFFF != 0
    }

    fn truncate(&mut self, len: usize) {
        self.nodes.truncate(len);
        self.gaps.truncate(len.div_ceil(64));
        if let Some(last) = self.gaps.last_mut()
            && !len.is_multiple_of(64)
        {
            *last &= (1 << (len % 64)) - 1;
        }
    }
}

/// A value and its index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct At {
    pub(super) index: usize,
    pub(super) value: f32,
}

/// Values that no gap interrupts: the four that a pixel column needs of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) first: At,
    /// The first of the least values. Of many values its index may be that of one before it: what it stands for is a pixel
    /// column, which is the same wherever in it the least value is, and to go and look costs more than all the rest.
    pub(super) lowest: At,
    /// The first of the greatest values, likewise.
    pub(super) highest: At,
    pub(super) last: At,
}

/// What a range holds, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Found {
    /// Values that can be shown.
    Run(Run),
    /// One or more that cannot; the first one's index.
    Gap(usize),
}

/// Every value of a series.
#[derive(Clone, Debug, Default)]
pub(super) struct Pyramid {
    values: Blocks<f32>,
    /// The groups of 16, of 256, and so on.
    levels: Vec<Level>,
    sums: Sums,
    /// Whether any group has ever held a gap.
    has_gaps: bool,
}

impl Pyramid {
    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }

    /// # Panics
    /// If there is no such value.
    pub(super) fn at(&self, index: usize) -> f32 {
        self.values.at(index)
    }

    pub(super) fn push(&mut self, value: f32) {
        self.values.push(value);
        if self.values.len().is_multiple_of(FAN_OUT) {
            self.sum_up();
        }
    }

    /// Adds the group that the newest values have become, and those that it completes.
    fn sum_up(&mut self) {
        let newest = self.values.newest(FAN_OUT);
        let finite = newest.iter().filter(|value| value.is_finite());
        let mut node = finite
            .map(|value| Node::of(*value))
            .fold(Node::EMPTY, Node::with);
        let mut has_gap = newest.iter().any(|value| !value.is_finite());
        self.has_gaps |= has_gap;
        for height in 0.. {
            if height == self.levels.len() {
                self.levels.push(Level::default());
            }
            let level = &mut self.levels[height];
            level.push(node, has_gap);
            if !level.nodes.len().is_multiple_of(FAN_OUT) {
                break;
            }
            let members = level.nodes.newest(FAN_OUT).iter().copied();
            node = members.fold(Node::EMPTY, Node::with);
            has_gap = level.have_newest_gap();
        }
        if self.values.len().is_multiple_of(BLOCK) {
            self.sums.push(self.values.newest(BLOCK));
        }
    }

    /// Takes away the values from `index` on, and gives them.
    pub(super) fn split_off(&mut self, index: usize) -> Vec<f32> {
        let tail = self
            .values
            .slices(index..self.len())
            .flatten()
            .copied()
            .collect();
        self.values.truncate(index);
        let mut len = index;
        for level in &mut self.levels {
            len /= FAN_OUT;
            level.truncate(len);
        }
        self.sums.truncate(index);
        tail
    }

    /// Tells `visit` the values of a range, one after the other.
    ///
    /// # Panics
    /// If the range goes beyond the values.
    pub(super) fn each(&self, range: Range<usize>, visit: impl FnMut(f32)) {
        self.values.slices(range).flatten().copied().for_each(visit);
    }

    /// Tells `visit` what a range holds, in order. `scale` is the axis that is to show it.
    ///
    /// # Panics
    /// If the range goes beyond the values.
    pub(super) fn walk(&self, range: Range<usize>, scale: Scale, visit: impl FnMut(Found)) {
        let mut walk = Walk {
            pyramid: self,
            scale,
            visit,
            run: None,
            is_in_gap: false,
        };
        walk.cover(0, range.clone());
        walk.end_run(range.end);
    }

    /// The least and the greatest finite value of a range, whatever gaps it has.
    ///
    /// # Panics
    /// If the range goes beyond the values.
    pub(super) fn extent(&self, range: Range<usize>) -> Option<[f32; 2]> {
        let mut node = Node::EMPTY;
        let mut rest = range;
        for height in 0..=self.levels.len() {
            let whole = rest.start.div_ceil(FAN_OUT)..rest.end / FAN_OUT;
            if height == self.levels.len() || whole.is_empty() {
                node = node.with(self.summed(height, rest));
                break;
            }
            node = node.with(self.summed(height, rest.start..whole.start * FAN_OUT));
            node = node.with(self.summed(height, whole.end * FAN_OUT..rest.end));
            rest = whole;
        }
        (node.low <= node.high).then_some([node.low, node.high])
    }

    /// The sum of a range's finite values.
    ///
    /// # Panics
    /// If the range goes beyond the values.
    pub(super) fn sum(&self, range: Range<usize>) -> Sum {
        self.sums.over(range, &self.values)
    }

    /// The finite values of some groups of one height.
    fn summed(&self, height: usize, groups: Range<usize>) -> Node {
        match height.checked_sub(1) {
            Some(below) => {
                let nodes = self.levels[below].nodes.slices(groups).flatten();
                nodes.copied().fold(Node::EMPTY, Node::with)
            }
            None => {
                let values = self.values.slices(groups).flatten();
                let finite = values.filter(|value| value.is_finite());
                finite
                    .map(|value| Node::of(*value))
                    .fold(Node::EMPTY, Node::with)
            }
        }
    }

    /// For each range from one of `bounds` to the next, none of which is empty, what a walk over it finds if that is one run;
    /// `None` where there are gaps.
    ///
    /// # Panics
    /// If a range goes beyond the values.
    pub(super) fn extremes(&self, bounds: &[usize], scale: Scale) -> Vec<Option<Run>> {
        let mut ranges: Vec<Extent> = bounds
            .windows(2)
            .map(|ends| Extent::new(ends[0]..ends[1]))
            .collect();
        for height in 0..=self.levels.len() {
            let mut has_more = false;
            for extent in &mut ranges {
                has_more |= self.widen(extent, height, scale);
            }
            if !has_more {
                break;
            }
        }
        for height in (0..=EXACT).rev() {
            for extent in &mut ranges {
                self.narrow(&mut extent.low, height, |node| node.low);
                self.narrow(&mut extent.high, height, |node| node.high);
            }
        }
        let runs = ranges.iter().zip(bounds.windows(2));
        runs.map(|(extent, ends)| {
            extent.is_clean.then(|| Run {
                first: self.point(ends[0]),
                lowest: extent.low.point(),
                highest: extent.high.point(),
                last: self.point(ends[1] - 1),
            })
        })
        .collect()
    }

    /// Looks at what of a range is to be looked at on one height; tells whether there is more on the next.
    fn widen(&self, extent: &mut Extent, height: usize, scale: Scale) -> bool {
        let range = extent.rest.clone();
        if range.is_empty() {
            return false;
        }
        let whole = range.start.div_ceil(FAN_OUT)..range.end / FAN_OUT;
        if height == self.levels.len() || whole.is_empty() {
            self.look_at(extent, height, range.clone(), scale);
            extent.rest = range.end..range.end;
            return false;
        }
        self.look_at(extent, height, range.start..whole.start * FAN_OUT, scale);
        self.look_at(extent, height, whole.end * FAN_OUT..range.end, scale);
        extent.rest = whole;
        true
    }

    /// Takes some groups of one height into an extent, without a branch a group.
    fn look_at(&self, extent: &mut Extent, height: usize, range: Range<usize>, scale: Scale) {
        let mut start = range.start;
        let Some(below) = height.checked_sub(1) else {
            for slice in self.values.slices(range) {
                let node = Node::of_all(slice, |value| Node::of(*value));
                let is_clean = slice
                    .iter()
                    .fold(true, |all, value| all & value.is_finite());
                extent.take(node, is_clean, 0, start..start + slice.len(), scale);
                start += slice.len();
            }
            return;
        };
        let level = &self.levels[below];
        for slice in level.nodes.slices(range) {
            let node = Node::of_all(slice, |member| *member);
            let groups = start..start + slice.len();
            let is_clean = !self.has_gaps || !groups.clone().any(|group| level.has_gap(group));
            extent.take(node, is_clean, height, groups, scale);
            start += slice.len();
        }
    }

    /// Follows an extreme from a height to the one below, to the first of those that have it.
    fn narrow(&self, place: &mut Place, height: usize, of: impl Fn(&Node) -> f32) {
        if place.height != height {
            return;
        }
        let range = place.index..place.index + place.count;
        let found = match height.checked_sub(1) {
            Some(below) => {
                let mut nodes = self.levels[below].nodes.slices(range).flatten();
                nodes.position(|node| of(node) == place.value)
            }
            None => {
                let mut values = self.values.slices(range).flatten();
                values.position(|value| *value == place.value)
            }
        };
        // A group's extreme is one of its members'; only where there are gaps may there be none.
        let index = place.index + found.unwrap_or(0);
        *place = match height.checked_sub(1) {
            Some(below) => Place {
                height: below,
                index: index * FAN_OUT,
                count: FAN_OUT,
                ..*place
            },
            None => Place { index, ..*place },
        };
    }

    /// The first value of those that have an extreme, or one before it.
    fn locate(&self, mut place: Place, of: impl Fn(&Node) -> f32) -> At {
        for height in (0..=EXACT).rev() {
            self.narrow(&mut place, height, &of);
        }
        place.point()
    }

    fn point(&self, index: usize) -> At {
        let value = self.at(index);
        At { index, value }
    }
}

/// A value, and the groups of one height among which it is; height 0 is values themselves.
#[derive(Clone, Copy)]
struct Place {
    value: f32,
    height: usize,
    index: usize,
    count: usize,
}

impl Place {
    /// The point that it is, as far as it has been followed.
    const fn point(self) -> At {
        At {
            index: self.index << (FAN_OUT.trailing_zeros() as usize * self.height),
            value: self.value,
        }
    }
}

/// What is known of a range so far.
struct Extent {
    /// What is still to be looked at, in groups of the height that is next.
    rest: Range<usize>,
    low: Place,
    high: Place,
    is_clean: bool,
}

impl Extent {
    fn new(rest: Range<usize>) -> Self {
        let place = |value| Place {
            value,
            height: 0,
            index: rest.start,
            count: 1,
        };
        Self {
            low: place(f32::INFINITY),
            high: place(f32::NEG_INFINITY),
            rest,
            is_clean: true,
        }
    }

    fn take(
        &mut self,
        node: Node,
        is_clean: bool,
        height: usize,
        groups: Range<usize>,
        scale: Scale,
    ) {
        self.is_clean &= is_clean && scale.shows(node.low);
        let place = |value| Place {
            value,
            height,
            index: groups.start,
            count: groups.len(),
        };
        // Of equals the first counts. What is on the left of a range is looked at before what is on its right, but for what
        // is between them, which comes last.
        let is_before = |known: &Place| {
            let first =
                |height: usize, index: usize| index << (FAN_OUT.trailing_zeros() as usize * height);
            first(height, groups.start) < first(known.height, known.index)
        };
        if node.low < self.low.value || (node.low == self.low.value && is_before(&self.low)) {
            self.low = place(node.low);
        }
        if node.high > self.high.value || (node.high == self.high.value && is_before(&self.high)) {
            self.high = place(node.high);
        }
    }
}

/// A run whose end is not seen yet.
#[derive(Clone, Copy)]
struct OpenRun {
    first: usize,
    low: Place,
    high: Place,
}

struct Walk<'a, F> {
    pyramid: &'a Pyramid,
    scale: Scale,
    visit: F,
    run: Option<OpenRun>,
    is_in_gap: bool,
}

impl<F: FnMut(Found)> Walk<'_, F> {
    /// Goes over a range of groups of one height, by larger groups where it holds whole ones.
    fn cover(&mut self, height: usize, range: Range<usize>) {
        let whole = range.start.div_ceil(FAN_OUT)..range.end / FAN_OUT;
        if height == self.pyramid.levels.len() || whole.is_empty() {
            self.span(height, range);
            return;
        }
        self.span(height, range.start..whole.start * FAN_OUT);
        let rest = whole.end * FAN_OUT..range.end;
        self.cover(height + 1, whole);
        self.span(height, rest);
    }

    /// Goes over a range of groups of one height, one by one.
    fn span(&mut self, height: usize, range: Range<usize>) {
        let pyramid = self.pyramid;
        let mut index = range.start;
        let Some(level) = height.checked_sub(1).map(|below| &pyramid.levels[below]) else {
            for value in pyramid.values.slices(range).flatten() {
                if self.scale.shows(*value) {
                    let place = Place {
                        value: *value,
                        height: 0,
                        index,
                        count: 1,
                    };
                    self.extend(index, place, place);
                } else {
                    self.gap(index);
                }
                index += 1;
            }
            return;
        };
        for node in level.nodes.slices(range).flatten() {
            let first = index << (FAN_OUT.trailing_zeros() as usize * height);
            let place = |value| Place {
                value,
                height,
                index,
                count: 1,
            };
            if !self.scale.shows(node.high) {
                // Nor is anything below it shown; where there is nothing at all, this is an infinity.
                self.gap(first);
            } else if level.has_gap(index) || !self.scale.shows(node.low) {
                self.span(height - 1, index * FAN_OUT..(index + 1) * FAN_OUT);
            } else {
                self.extend(first, place(node.low), place(node.high));
            }
            index += 1;
        }
    }

    fn extend(&mut self, first: usize, low: Place, high: Place) {
        self.is_in_gap = false;
        match &mut self.run {
            None => self.run = Some(OpenRun { first, low, high }),
            Some(run) => {
                if low.value < run.low.value {
                    run.low = low;
                }
                if high.value > run.high.value {
                    run.high = high;
                }
            }
        }
    }

    fn gap(&mut self, first: usize) {
        self.end_run(first);
        if !self.is_in_gap {
            self.is_in_gap = true;
            (self.visit)(Found::Gap(first));
        }
    }

    /// The run, if there is one, ends before `end`.
    fn end_run(&mut self, end: usize) {
        if let Some(OpenRun { first, low, high }) = self.run.take() {
            (self.visit)(Found::Run(Run {
                first: self.pyramid.point(first),
                lowest: self.pyramid.locate(low, |node| node.low),
                highest: self.pyramid.locate(high, |node| node.high),
                last: self.pyramid.point(end - 1),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pyramid(values: &[f32]) -> Pyramid {
        let mut pyramid = Pyramid::default();
        for value in values {
            pyramid.push(*value);
        }
        pyramid
    }

    fn found(pyramid: &Pyramid, range: Range<usize>, scale: Scale) -> Vec<Found> {
        let mut all = Vec::new();
        pyramid.walk(range, scale, |found| all.push(found));
        all
    }

    /// The same by looking at each value.
    fn by_looking(values: &[f32], range: Range<usize>, scale: Scale) -> Vec<Found> {
        let mut all = Vec::new();
        let mut index = range.start;
        while index < range.end {
            let first = index;
            let is_shown = scale.shows(values[first]);
            while index < range.end && scale.shows(values[index]) == is_shown {
                index += 1;
            }
            all.push(if is_shown {
                let order = |a: &usize, b: &usize| values[*a].total_cmp(&values[*b]);
                let at = |index| At {
                    index,
                    value: values[index],
                };
                Found::Run(Run {
                    first: at(first),
                    lowest: at((first..index).min_by(order).unwrap_or(first)),
                    highest: at((first..index).rev().max_by(order).unwrap_or(first)),
                    last: at(index - 1),
                })
            } else {
                Found::Gap(first)
            });
        }
        all
    }

    /// What was found is what was to be found; where an extreme is need only be told of few values.
    fn check(found: &[Found], expected: &[Found]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let (Found::Run(found), Found::Run(expected)) = (found, expected) else {
                assert_eq!(found, expected);
                continue;
            };
            assert_eq!((found.first, found.last), (expected.first, expected.last));
            let extremes = [
                (found.lowest, expected.lowest),
                (found.highest, expected.highest),
            ];
            for (found, place) in extremes {
                assert_eq!(found.value, place.value);
                let is_few = expected.last.index - expected.first.index < 256;
                let earliest = if is_few {
                    place.index
                } else {
                    expected.first.index
                };
                assert!((earliest..=place.index).contains(&found.index));
            }
        }
    }

    #[test]
    fn a_long_ramp_is_one_run_with_its_ends() {
        let values: Vec<f32> = (0..100_000).map(|i| i as f32).collect();
        let ramp = pyramid(&values);
        for range in [0..100_000, 3..99_999, 16..32, 17..18, 255..4097] {
            let at = |index: usize| At {
                index,
                value: values[index],
            };
            let run = Run {
                first: at(range.start),
                lowest: at(range.start),
                highest: at(range.end - 1),
                last: at(range.end - 1),
            };
            check(&found(&ramp, range, Scale::Linear), &[Found::Run(run)]);
        }
        assert_eq!(found(&ramp, 5..5, Scale::Linear), []);
        assert_eq!(ramp.levels.len(), 4);
    }

    #[test]
    fn one_gap_among_many_values_is_found() {
        let mut values = vec![1.0; 50_000];
        values[31_234] = f32::NAN;
        let gap = found(&pyramid(&values), 0..50_000, Scale::Linear);
        assert!(
            matches!(
                gap[..],
                [
                    Found::Run(Run {
                        last: At { index: 31_233, .. },
                        ..
                    }),
                    Found::Gap(31_234),
                    Found::Run(Run {
                        first: At { index: 31_235, .. },
                        ..
                    })
                ]
            ),
            "{gap:?}"
        );
    }

    #[test]
    fn a_logarithmic_axis_has_gaps_where_values_have_no_logarithm() {
        let mut values = vec![2.0; 1_000];
        values[500] = 0.0;
        values[501] = -1.0;
        let pyramid = pyramid(&values);
        assert_eq!(found(&pyramid, 0..1_000, Scale::Linear).len(), 1);
        assert_eq!(found(&pyramid, 0..1_000, Scale::Log).len(), 3);
    }

    proptest! {
        #[test]
        fn walking_tells_what_looking_at_each_value_tells(
            pattern in prop::collection::vec(prop_oneof![
                12 => -9_i8..9, 1 => Just(100), 1 => Just(101)
            ], 1..70),
            repeats in 1_usize..40,
            gap_every in prop_oneof![Just(1_usize), 2_usize..900],
            ends in (0.0_f64..1.0, 0.0_f64..1.0),
            cut in 0.0_f64..1.0,
            is_log in any::<bool>(),
        ) {
            let count = pattern.len() * repeats;
            let values: Vec<f32> = (0..count).map(|i| match pattern[i % pattern.len()] {
                100 if i % gap_every == 0 => f32::NAN,
                101 if i % gap_every == 0 => f32::NEG_INFINITY,
                value => f32::from(value) + 3.0,
            }).collect();
            let scale = if is_log { Scale::Log } else { Scale::Linear };
            let share = |share: f64| (share * (count + 1) as f64) as usize;
            let (start, end) = (share(ends.0.min(ends.1)), share(ends.0.max(ends.1)).min(count));
            let mut pyramid = pyramid(&values);
            check(&found(&pyramid, start..end, scale), &by_looking(&values, start..end, scale));
            let finite = values[start..end].iter().copied().filter(|value| value.is_finite());
            let extent = finite.clone().reduce(f32::min).zip(finite.reduce(f32::max));
            prop_assert_eq!(pyramid.extent(start..end), extent.map(|(low, high)| [low, high]));
            // Many ranges at once.
            let mut bounds: Vec<usize> = (0..9).map(|i| start + (end - start) * i / 8).collect();
            bounds.dedup();
            for (run, ends) in pyramid.extremes(&bounds, scale).into_iter().zip(bounds.windows(2)) {
                let expected = by_looking(&values, ends[0]..ends[1], scale);
                match run {
                    Some(run) => check(&[Found::Run(run)], &expected),
                    None => prop_assert!(expected.len() > 1 || matches!(expected[..], [Found::Gap(_)])),
                }
            }
            // Taken apart and put together again it is the same.
            let tail = pyramid.split_off(share(cut).min(count));
            prop_assert_eq!(pyramid.len() + tail.len(), count);
            for value in tail {
                pyramid.push(value);
            }
            check(&found(&pyramid, start..end, scale), &by_looking(&values, start..end, scale));
        }
    }
}
