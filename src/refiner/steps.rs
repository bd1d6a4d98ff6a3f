//! The steps of a series' points, never decreasing.
//!
//! Most series are reported every so many steps: a stretch of those is three numbers, however long it is. Others are listed,
//! four bytes a point. The series of a run are mostly reported at the same steps, and have the same lists then: a list that is
//! full is kept once for all of them ([`Steps::share`]).

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::Arc;

use crate::message::Step;

/// A regular stretch that ends before it is so long is listed instead: it would take more memory.
const WORTH_IT: usize = 16;
/// Points that are listed together.
const LISTED: usize = 4096;

#[derive(Clone, Debug, PartialEq)]
enum Stretch {
    /// `first`, `first + stride`, and so on, so many.
    Regular {
        first: Step,
        stride: Step,
        len: usize,
    },
    /// Differences to `first`. Nobody else has them while more are added.
    Listed { first: Step, offsets: Arc<Vec<u32>> },
}

impl Stretch {
    fn len(&self) -> usize {
        match self {
            Self::Regular { len, .. } => *len,
            Self::Listed { offsets, .. } => offsets.len(),
        }
    }

    fn at(&self, index: usize) -> Step {
        match self {
            Self::Regular { first, stride, .. } => first + stride * index as Step,
            Self::Listed { first, offsets } => first + Step::from(offsets[index]),
        }
    }

    /// Adds a step, not before the last, if it fits.
    fn takes(&mut self, step: Step) -> bool {
        let last = self.at(self.len() - 1);
        match self {
            Self::Regular { stride, len, .. } => {
                if *len == 1 && step > last {
                    *stride = step - last;
                } else if step - last != *stride || *stride == 0 {
                    return *len < WORTH_IT && self.list() && self.takes(step);
                }
                *len += 1;
                true
            }
            Self::Listed { first, offsets } => {
                let offset = u32::try_from(step - *first);
                let is_open = offsets.len() < LISTED;
                is_open
                    && offset
                        .map(|offset| Arc::make_mut(offsets).push(offset))
                        .is_ok()
            }
        }
    }

    /// Lists its steps one by one, if they are near enough to each other.
    fn list(&mut self) -> bool {
        let offsets = (0..self.len()).map(|index| u32::try_from(self.at(index) - self.at(0)));
        let Ok(offsets) = offsets.collect::<Result<Vec<_>, _>>() else {
            return false;
        };
        *self = Self::Listed {
            first: self.at(0),
            offsets: Arc::new(offsets),
        };
        true
    }

    /// The number of steps before `step`.
    fn before(&self, step: f64) -> usize {
        match self {
            Self::Regular { first, stride, len } => {
                let share = (step - *first as f64) / (*stride).max(1) as f64;
                // Cast saturates: what lies outside is all or nothing.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let mut count = (share.ceil() as usize).min(*len);
                // A division rounds.
                while count < *len && (self.at(count) as f64) < step {
                    count += 1;
                }
                while count > 0 && self.at(count - 1) as f64 >= step {
                    count -= 1;
                }
                count
            }
            Self::Listed { first, offsets } => {
                offsets.partition_point(|offset| ((first + Step::from(*offset)) as f64) < step)
            }
        }
    }
}

/// Full lists of a run, the newest last.
#[derive(Debug, Default)]
pub(super) struct Lists(VecDeque<Arc<Vec<u32>>>);

impl Lists {
    /// So many are remembered: series that are reported together fill theirs together.
    const REMEMBERED: usize = 64;

    /// The same list, kept once.
    fn shared(&mut self, list: &Arc<Vec<u32>>) -> Arc<Vec<u32>> {
        if let Some(known) = self.0.iter().rev().find(|known| *known == list) {
            return Arc::clone(known);
        }
        if self.0.len() == Self::REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(Arc::clone(list));
        Arc::clone(list)
    }
}

/// Steps in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    /// Each with the number of steps before it. None is empty.
    stretches: Vec<(usize, Stretch)>,
    len: usize,
    last: Step,
    /// Stretches whose lists are shared where they can be: all up to here.
    shared: usize,
    /// The stride of the last stretch if it is a regular one: the usual step that follows is known by it.
    stride: Option<NonZeroU64>,
}

impl Steps {
    /// Adds a step that is not before the last.
    pub(super) fn push(&mut self, step: Step) {
        let stride = step.wrapping_sub(self.last);
        if let (Some(usual), Some((_, Stretch::Regular { len, .. }))) =
            (self.stride, self.stretches.last_mut())
            && usual.get() == stride
        {
            *len += 1;
        } else {
            self.push_unusual(step);
        }
        self.last = step;
        self.len += 1;
    }

    #[cold]
    fn push_unusual(&mut self, step: Step) {
        let fits = match self.stretches.last_mut() {
            Some((_, last)) => last.takes(step),
            None => false,
        };
        if !fits {
            let alone = Stretch::Regular {
                first: step,
                stride: 0,
                len: 1,
            };
            self.stretches.push((self.len, alone));
        }
        self.note_stride();
    }

    fn note_stride(&mut self) {
        self.stride = match self.stretches.last() {
            Some((_, Stretch::Regular { stride, .. })) => NonZeroU64::new(*stride),
            _ => None,
        };
    }

    fn stretch_at(&self, index: usize) -> &(usize, Stretch) {
        let after = self.stretches.partition_point(|(start, _)| *start <= index);
        &self.stretches[after - 1]
    }

    /// # Panics
    /// If there is no such step.
    pub(super) fn at(&self, index: usize) -> Step {
        let (start, stretch) = self.stretch_at(index);
        stretch.at(index - start)
    }

    /// Tells `visit` the steps of a range, one after the other.
    ///
    /// # Panics
    /// If the range goes beyond the steps.
    pub(super) fn each(&self, range: Range<usize>, mut visit: impl FnMut(Step)) {
        let mut index = range.start;
        while index < range.end {
            let (start, stretch) = self.stretch_at(index);
            let end = range.end.min(start + stretch.len());
            match stretch {
                Stretch::Regular { first, stride, .. } => {
                    let mut step = first + stride * (index - start) as Step;
                    for _ in index..end {
                        visit(step);
                        step = step.wrapping_add(*stride);
                    }
                }
                Stretch::Listed { first, offsets } => {
                    let offsets = &offsets[index - start..end - start];
                    for offset in offsets {
                        visit(first + Step::from(*offset));
                    }
                }
            }
            index = end;
        }
    }

    pub(super) fn last(&self) -> Option<Step> {
        (self.len > 0).then_some(self.last)
    }

    /// The number of steps before `step`.
    pub(super) fn before(&self, step: f64) -> usize {
        let begun = self
            .stretches
            .partition_point(|(_, stretch)| (stretch.at(0) as f64) < step);
        begun.checked_sub(1).map_or(0, |last| {
            let (start, stretch) = &self.stretches[last];
            start + stretch.before(step)
        })
    }

    /// Shares lists that will not grow any more with the other series of the run.
    pub(super) fn share(&mut self, lists: &mut Lists) {
        let done = self.stretches.len().saturating_sub(1);
        if self.shared >= done {
            return;
        }
        for (_, stretch) in &mut self.stretches[self.shared..done] {
            if let Stretch::Listed { offsets, .. } = stretch
                && offsets.len() == LISTED
            {
                *offsets = lists.shared(offsets);
            }
        }
        self.shared = done;
    }

    /// Takes away the steps from `index` on, and gives them.
    pub(super) fn split_off(&mut self, index: usize) -> Vec<Step> {
        let tail = (index..self.len).map(|index| self.at(index)).collect();
        let kept = self.stretches.partition_point(|(start, _)| *start < index);
        self.stretches.truncate(kept);
        self.shared = self.shared.min(kept.saturating_sub(1));
        if let Some((start, last)) = self.stretches.last_mut() {
            match last {
                Stretch::Regular { len, .. } => *len = index - *start,
                Stretch::Listed { offsets, .. } => Arc::make_mut(offsets).truncate(index - *start),
            }
        }
        self.len = self.len.min(index);
        self.last = self.len.checked_sub(1).map_or(0, |last| self.at(last));
        self.note_stride();
        tail
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn steps(list: impl IntoIterator<Item = Step>) -> Steps {
        let mut steps = Steps::default();
        for step in list {
            steps.push(step);
        }
        steps
    }

    #[test]
    fn regular_steps_are_one_stretch_and_a_hiccup_is_a_second() {
        let regular = steps((0..1_000_000).map(|i| 10 + 5 * i));
        assert_eq!(regular.stretches.len(), 1);
        assert_eq!(regular.at(999_999), 10 + 5 * 999_999);
        let resumed = steps((0..1000).chain(1500..2500));
        assert_eq!(resumed.stretches.len(), 2);
        assert_eq!((resumed.at(999), resumed.at(1000)), (999, 1500));
        assert_eq!(resumed.before(1200.0), 1000);
    }

    #[test]
    fn irregular_steps_are_listed_whole_blocks_at_a_time() {
        let squares = steps((0..10_000).map(|i| i * i));
        assert!(squares.stretches.len() <= 4, "{}", squares.stretches.len());
        assert_eq!(squares.at(9_999), 9_999 * 9_999);
    }

    #[test]
    fn series_of_the_same_irregular_steps_keep_one_list() {
        let irregular = || (0..3 * LISTED as Step).map(|i| i * 3 + i % 2);
        let mut lists = Lists::default();
        let mut both = [steps(irregular()), steps(irregular())];
        for steps in &mut both {
            steps.share(&mut lists);
        }
        let full = |steps: &Steps| -> Vec<*const u32> {
            let listed = steps
                .stretches
                .iter()
                .filter_map(|(_, stretch)| match stretch {
                    Stretch::Listed { offsets, .. } if offsets.len() == LISTED => Some(offsets),
                    _ => None,
                });
            listed.map(|offsets| offsets.as_ptr()).collect()
        };
        // All but the last, which may still change.
        assert_eq!(full(&both[0]).len(), 3);
        assert_eq!(full(&both[0])[..2], full(&both[1])[..2]);
        // One that changes leaves the other as it was.
        let [one, other] = &mut both;
        let tail = one.split_off(10);
        assert_eq!(tail.len(), 3 * LISTED - 10);
        assert!((0..3 * LISTED).map(|index| other.at(index)).eq(irregular()));
        for step in tail {
            one.push(step);
        }
        one.share(&mut lists);
        assert!((0..3 * LISTED).map(|index| one.at(index)).eq(irregular()));
    }

    #[test]
    fn steps_far_apart_and_steps_that_repeat_are_kept() {
        let list = [0, 1 << 40, 1 << 41, 1 << 62, u64::MAX, u64::MAX];
        let kept = steps(list);
        assert!((0..list.len()).map(|index| kept.at(index)).eq(list));
        let same = steps([7; 100]);
        assert_eq!((same.before(7.0), same.before(7.5)), (0, 100));
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_list(
            strides in prop::collection::vec(prop_oneof![4 => Just(1_u64), 1 => 0_u64..5, 1 => Just(1 << 33)], 1..300),
            cut in 0_usize..300,
            at in 0.0_f64..400.0,
        ) {
            let mut list: Vec<Step> = strides.iter().scan(3, |step, stride| { *step += stride; Some(*step) }).collect();
            let mut kept = steps(list.iter().copied());
            for step in list.iter().map(|step| *step as f64 - 0.5).chain([at, 0.0, 1e30]) {
                prop_assert_eq!(kept.before(step), list.partition_point(|listed| (*listed as f64) < step));
            }
            let cut = cut.min(list.len());
            let tail = kept.split_off(cut);
            prop_assert_eq!(&tail[..], &list[cut..]);
            list.truncate(cut);
            for step in tail.iter().chain(&[u64::MAX - 1]) {
                kept.push(*step);
                list.push(*step);
            }
            prop_assert!((0..list.len()).map(|index| kept.at(index)).eq(list.iter().copied()));
            prop_assert_eq!(kept.last(), list.last().copied());
            let mut told = Vec::new();
            kept.each(cut / 2..list.len(), |step| told.push(step));
            prop_assert_eq!(&told[..], &list[cut / 2..]);
        }
    }
}
