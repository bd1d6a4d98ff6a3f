//! Sums of values by blocks: so the mean of any range costs next to nothing, however long it is.
//!
//! A block is summed up when it is full, so that taking a value in costs a fraction of an addition; 256 blocks are a group.
//! What of a range is no whole block is added up value by value, at most 2,046 of them. All is done in f64, and NaN and
//! infinities are left out and not counted.
//!
//! A block takes 16 bytes: 0.016 a value.

use std::ops::Range;

use super::blocks::Blocks;

/// Values of a block: many enough for little memory, few enough to be added up for every picture.
pub(super) const BLOCK: usize = 1024;
/// Blocks of a group.
const GROUP: usize = 256;

/// The sum of the finite ones among some values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sum {
    total: f64,
    count: u64,
}

impl Sum {
    /// In lanes, so that no addition waits for the one before.
    fn of(values: &[f32]) -> Self {
        const LANES: usize = 8;
        let finite = |value: f32| {
            if value.is_finite() {
                (f64::from(value), 1)
            } else {
                (0.0, 0)
            }
        };
        let mut totals = [0.0; LANES];
        let mut counts = [0_u64; LANES];
        let eights = values.chunks_exact(LANES);
        let rest = eights.remainder();
        for values in eights.chain([rest]) {
            for ((value, total), count) in values.iter().zip(&mut totals).zip(&mut counts) {
                let (value, one) = finite(*value);
                *total += value;
                *count += one;
            }
        }
        Self {
            total: totals.iter().sum(),
            count: counts.iter().sum(),
        }
    }

    const fn with(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            count: self.count + other.count,
        }
    }

    /// `None` of no finite value.
    pub(super) fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.total / self.count as f64)
    }
}

/// The sums of a list's values.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    blocks: Blocks<Sum>,
    groups: Blocks<Sum>,
}

impl Sums {
    /// Takes in the [`BLOCK`] newest values.
    pub(super) fn push(&mut self, block: &[f32]) {
        self.blocks.push(Sum::of(block));
        if self.blocks.len().is_multiple_of(GROUP) {
            let members = self.blocks.newest(GROUP).iter().copied();
            self.groups.push(members.fold(Sum::default(), Sum::with));
        }
    }

    /// Leaves those of the first `len` values.
    pub(super) fn truncate(&mut self, len: usize) {
        self.blocks.truncate(len / BLOCK);
        self.groups.truncate(len / BLOCK / GROUP);
    }

    /// The sum over a range of the list.
    ///
    /// # Panics
    /// If the range goes beyond the values.
    pub(super) fn over(&self, range: Range<usize>, values: &Blocks<f32>) -> Sum {
        let add = |range: Range<usize>| {
            let slices = values.slices(range);
            slices.map(Sum::of).fold(Sum::default(), Sum::with)
        };
        let (blocks, ends) = parted(range, BLOCK);
        let (groups, [before, after]) = parted(blocks, GROUP);
        let all = |sums: &Blocks<Sum>, range| {
            let sums = sums.slices(range).flatten().copied();
            sums.fold(Sum::default(), Sum::with)
        };
        let whole = [
            all(&self.groups, groups),
            all(&self.blocks, before),
            all(&self.blocks, after),
        ];
        ends.map(add)
            .into_iter()
            .chain(whole)
            .fold(Sum::default(), Sum::with)
    }
}

/// The whole blocks of a range, of so many each, and what is before and after them.
fn parted(range: Range<usize>, size: usize) -> (Range<usize>, [Range<usize>; 2]) {
    let whole = range.start.div_ceil(size)..range.end / size;
    if whole.is_empty() {
        return (0..0, [range.clone(), range.end..range.end]);
    }
    let ends = [range.start..whole.start * size, whole.end * size..range.end];
    (whole, ends)
}
