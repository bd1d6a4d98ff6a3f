//! Means of the points around: a plain one of a window, and one weighted by a bell.
//!
//! A value depends on the raw values around it alone, so that any group can be made by itself. What a plain window holds is
//! never found by taking away what has left it, which would leave a spike's rounding behind: some windows in a row share
//! their middle, and what each has beside that is summed up outward from it.

use std::ops::Range;

use super::groups::{GROUP, lengthen};
use crate::refiner::history::History;

/// How the points around weigh.
#[derive(Clone, Debug)]
pub(super) enum Window {
    /// All the same, up to so many points away.
    Even(Even),
    /// By their distance: the weights from the one farthest before to the one farthest after.
    Bell(Vec<f64>),
}

/// A sum, and the number or the weight of what it is of.
type Sum = [f64; 2];

/// A plain window.
#[derive(Clone, Debug, Default)]
pub(super) struct Even {
    /// How far it reaches to either side.
    half: usize,
    /// What groups of raw values sum up to.
    sums: Vec<Sum>,
    /// Which of those are known.
    summed: Range<usize>,
}

impl Window {
    /// Of so many points, an odd number.
    pub(super) fn even(points: u32) -> Self {
        Self::Even(Even {
            half: points as usize / 2,
            ..Even::default()
        })
    }

    /// Of a standard deviation, as `scipy.ndimage.gaussian_filter1d` cuts it off.
    // At most some thousands.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn bell(sigma: f64) -> Self {
        let half = (4.0 * sigma + 0.5) as i32;
        let weight = |distance| (-0.5 * (f64::from(distance) / sigma).powi(2)).exp();
        Self::Bell((-half..=half).map(weight).collect())
    }

    /// How far it reaches to either side.
    pub(super) const fn half(&self) -> usize {
        match self {
            Self::Even(even) => even.half,
            Self::Bell(weights) => weights.len() / 2,
        }
    }

    /// What a point costs, in points of an exponential mean.
    pub(super) const fn cost(&self) -> usize {
        match self {
            Self::Even(_) => 2,
            Self::Bell(weights) => 1 + weights.len() / 8,
        }
    }

    /// Sums up what is to be had in groups for [`Window::make`] of the points of a range. Ranges follow one another on either
    /// side.
    pub(super) fn prepare(&mut self, raw: &History, points: Range<usize>) {
        let Self::Even(even) = self else { return };
        // In a narrower one there is no whole group.
        if even.half < GROUP {
            return;
        }
        let groups = points.start.saturating_sub(even.half) / GROUP
            ..(points.end + even.half).min(raw.len()) / GROUP;
        if groups.is_empty() {
            return;
        }
        if even.summed.is_empty() {
            even.summed = groups.start..groups.start;
        }
        lengthen(&mut even.sums, groups.end, [0.0; 2]);
        let missing = (groups.start..even.summed.start).chain(even.summed.end..groups.end);
        for group in missing {
            even.sums[group] = sum_of(raw, group * GROUP..(group + 1) * GROUP);
        }
        even.summed = even.summed.start.min(groups.start)..even.summed.end.max(groups.end);
    }

    /// The smoothed values of a group's first points, as many as `made` takes, of those that there are.
    // A mean of f32 values lies within f32.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn make(&self, raw: &History, group: usize, made: &mut [f32]) {
        let start = group * GROUP;
        let mut sums = [[0.0; 2]; GROUP];
        match self {
            Self::Even(even) => even.make(raw, start..start + GROUP, &mut sums),
            Self::Bell(weights) => bell(raw, start, weights, &mut sums[..made.len()]),
        }
        let mut slots = made.iter_mut().zip(&sums);
        raw.values().each(start..start + slots.len(), |value| {
            if let Some((slot, [sum, weight])) = slots.next() {
                *slot = if value.is_finite() {
                    (sum / weight) as f32
                } else {
                    value
                };
            }
        });
    }
}

impl Even {
    /// The sums over the windows around some points; what lies beyond the points that there are is left out.
    fn make(&self, raw: &History, points: Range<usize>, sums: &mut [Sum]) {
        let half = self.half;
        let is_narrow = half < GROUP;
        let clipped = |start: usize, end: usize| {
            let end = end.min(raw.len());
            start.min(end)..end
        };
        // All that a narrow window sees of them; of a wide one, what not all of them see.
        let mut values = Vec::with_capacity(3 * GROUP);
        let around = clipped(points.start.saturating_sub(half), points.end + half);
        if is_narrow {
            gather(raw, around.clone(), &mut values);
        }
        // As many windows at once as have a point in common.
        let together = (2 * half + 1).min(GROUP);
        for (piece, sums) in sums.chunks_mut(together).enumerate() {
            let first = points.start + piece * together;
            let last = first + sums.len() - 1;
            let before = clipped(first.saturating_sub(half), last.saturating_sub(half));
            let common = clipped(last.saturating_sub(half), first + half + 1);
            let after = clipped(first + half + 1, last + half + 1);
            let missing = half.saturating_sub(first);
            if is_narrow {
                let part = |range: Range<usize>| {
                    &values[range.start - around.start..range.end - around.start]
                };
                let common = part(common).iter();
                let common = common.fold([0.0; 2], |sum, value| added(sum, *value));
                outward(part(before), missing, common, part(after), sums);
            } else {
                gather(raw, before.clone(), &mut values);
                raw.values().each(after, |value| values.push(value));
                let (before, after) = values.split_at(before.len());
                outward(before, missing, self.sum_of(raw, common), after, sums);
            }
        }
    }

    /// What a range of raw values sums up to.
    fn sum_of(&self, raw: &History, range: Range<usize>) -> Sum {
        let start = range.start.div_ceil(GROUP).max(self.summed.start);
        let end = (range.end / GROUP).min(self.summed.end);
        if start >= end {
            return sum_of(raw, range);
        }
        let before = sum_of(raw, range.start..start * GROUP);
        let after = sum_of(raw, end * GROUP..range.end);
        let whole = &self.sums[start..end];
        whole.iter().fold(
            [before[0] + after[0], before[1] + after[1]],
            |[sum, count], [more, counted]| [sum + more, count + counted],
        )
    }
}

/// The sums of some windows in a row, from what they have in common outward. The first of them has all of `before` and none of
/// `after`, but for the `missing` first ones before; the last has it the other way round.
fn outward(before: &[f32], missing: usize, common: Sum, after: &[f32], sums: &mut [Sum]) {
    let mut left = common;
    for (offset, slot) in sums.iter_mut().enumerate().rev() {
        *slot = left;
        let more = offset.checked_sub(missing + 1);
        if let Some(value) = more.and_then(|at| before.get(at)) {
            left = added(left, *value);
        }
    }
    let mut right = [0.0; 2];
    for (slot, value) in sums.iter_mut().skip(1).zip(after) {
        right = added(right, *value);
        *slot = [slot[0] + right[0], slot[1] + right[1]];
    }
    // Beyond the newest point there is nothing to add.
    for slot in sums.iter_mut().skip(1 + after.len()) {
        *slot = [slot[0] + right[0], slot[1] + right[1]];
    }
}

/// Adds a value to a sum if it is finite.
fn added([sum, count]: Sum, value: f32) -> Sum {
    if value.is_finite() {
        [sum + f64::from(value), count + 1.0]
    } else {
        [sum, count]
    }
}

fn sum_of(raw: &History, range: Range<usize>) -> Sum {
    let mut sum = [0.0; 2];
    raw.values().each(range, |value| sum = added(sum, value));
    sum
}

fn gather(raw: &History, range: Range<usize>, values: &mut Vec<f32>) {
    values.clear();
    raw.values().each(range, |value| values.push(value));
}

/// The weighted sums around some points from `start` on; what lies beyond the points that there are is left out.
fn bell(raw: &History, start: usize, weights: &[f64], sums: &mut [Sum]) {
    let half = weights.len() / 2;
    let around = start.saturating_sub(half)..(start + sums.len() + half).min(raw.len());
    let missing = (half + around.start).saturating_sub(start);
    let all = sums.len() + 2 * half;
    let (mut values, mut present) = (vec![0.0; all], vec![0.0; all]);
    let mut is_whole = around.len() == all;
    let mut slots = values.iter_mut().zip(&mut present).skip(missing);
    raw.values().each(around, |value| {
        if let Some((slot, here)) = slots.next() {
            if value.is_finite() {
                (*slot, *here) = (f64::from(value), 1.0);
            } else {
                is_whole = false;
            }
        }
    });
    let mut weighted = [0.0; GROUP];
    weigh(weights, &values, &mut weighted[..sums.len()]);
    let mut total = [weights.iter().sum(); GROUP];
    if !is_whole {
        total = [0.0; GROUP];
        weigh(weights, &present, &mut total[..sums.len()]);
    }
    for (slot, (sum, weight)) in sums.iter_mut().zip(weighted.into_iter().zip(total)) {
        *slot = [sum, weight];
    }
}

/// To each of some sums adds the values from its place on, weighted.
fn weigh(weights: &[f64], values: &[f64], sums: &mut [f64]) {
    for (at, weight) in weights.iter().enumerate() {
        for (sum, value) in sums.iter_mut().zip(&values[at..]) {
            *sum += weight * value;
        }
    }
}
