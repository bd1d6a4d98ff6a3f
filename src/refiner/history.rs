//! The history of one series: every point kept, and the view of it that a number of pixel columns can show.
//!
//! [`History::columns`] is the one way to look at a history: it gives, for each column of the visible range, the first, the
//! smallest, the largest and the last point (M4: Jugel, Jerzak, Hackenbroich and Markl, "M4: A Visualization-Oriented Time
//! Series Data Aggregation", VLDB 2014), and every point where there are few. No extreme is lost at any zoom.

use crate::message::Step;
use crate::scene::{Extreme, Range};

/// A step with its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) step: Step,
    pub(super) value: f32,
}

/// What of a history is to be drawn, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Visible {
    /// A point of the line.
    Point(Sample),
    /// The line is interrupted here: a value at this step is NaN or infinite, or the axis cannot show it.
    Gap(Step),
}

/// Steps at a regular stride cost no memory; others are kept one by one.
#[derive(Clone, Debug)]
enum Steps {
    Regular {
        first: Step,
        stride: Step,
        len: usize,
    },
    Irregular(Vec<Step>),
}

impl Steps {
    fn len(&self) -> usize {
        match self {
            Self::Regular { len, .. } => *len,
            Self::Irregular(steps) => steps.len(),
        }
    }

    fn at(&self, index: usize) -> Step {
        match self {
            Self::Regular { first, stride, .. } => first + stride * index as Step,
            Self::Irregular(steps) => steps[index],
        }
    }

    fn push(&mut self, step: Step) {
        match self {
            Self::Regular { first, len, .. } if *len == 0 => {
                *first = step;
                *len = 1;
            }
            Self::Regular { first, stride, len } if *len == 1 && step > *first => {
                *stride = step - *first;
                *len = 2;
            }
            Self::Regular { first, stride, len }
                if *len > 1 && step == *first + *stride * *len as Step =>
            {
                *len += 1;
            }
            Self::Regular { .. } => self.irregular().push(step),
            Self::Irregular(steps) => steps.push(step),
        }
    }

    fn irregular(&mut self) -> &mut Vec<Step> {
        if let Self::Regular { len, .. } = *self {
            *self = Self::Irregular((0..len).map(|index| self.at(index)).collect());
        }
        match self {
            Self::Irregular(steps) => steps,
            Self::Regular { .. } => unreachable!("made irregular above"),
        }
    }

    /// The number of steps before `step`.
    fn before(&self, step: f64) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if (self.at(middle) as f64) < step {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Every point of a series, ordered by step; points of one step stay in the order they came.
#[derive(Clone, Debug)]
pub(super) struct History {
    steps: Steps,
    values: Vec<f32>,
    smallest: Option<Extreme>,
    largest: Option<Extreme>,
    smallest_positive: Option<f32>,
    gaps: u64,
    /// Rises with every change that is not a mere append.
    edits: u64,
}

impl Default for History {
    fn default() -> Self {
        Self {
            steps: Steps::Regular {
                first: 0,
                stride: 1,
                len: 0,
            },
            values: Vec::new(),
            smallest: None,
            largest: None,
            smallest_positive: None,
            gaps: 0,
            edits: 0,
        }
    }
}

impl History {
    /// Adds a point. One of an earlier step than the last is put in its place.
    pub(super) fn push(&mut self, sample: Sample) {
        let Sample { step, value } = sample;
        if value.is_finite() {
            let here = Extreme { value, step };
            if self.smallest.is_none_or(|known| value < known.value) {
                self.smallest = Some(here);
            }
            if self.largest.is_none_or(|known| value > known.value) {
                self.largest = Some(here);
            }
            if value > 0.0 && self.smallest_positive.is_none_or(|known| value < known) {
                self.smallest_positive = Some(value);
            }
        } else {
            self.gaps += 1;
        }
        let is_late = self.last().is_some_and(|last| step < last.step);
        if is_late {
            let at = self.steps.before(step as f64 + 0.5);
            self.steps.irregular().insert(at, step);
            self.values.insert(at, value);
            self.edits += 1;
        } else {
            self.steps.push(step);
            self.values.push(value);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Rises whenever points already seen have moved: what was derived from them must be made anew.
    pub(super) const fn edits(&self) -> u64 {
        self.edits
    }

    pub(super) fn at(&self, index: usize) -> Sample {
        Sample {
            step: self.steps.at(index),
            value: self.values[index],
        }
    }

    pub(super) fn first(&self) -> Option<Sample> {
        (self.len() > 0).then(|| self.at(0))
    }

    pub(super) fn last(&self) -> Option<Sample> {
        self.len().checked_sub(1).map(|index| self.at(index))
    }

    /// The smallest finite value.
    pub(super) const fn smallest(&self) -> Option<Extreme> {
        self.smallest
    }

    /// The largest finite value.
    pub(super) const fn largest(&self) -> Option<Extreme> {
        self.largest
    }

    /// The smallest value above zero.
    pub(super) const fn smallest_positive(&self) -> Option<f32> {
        self.smallest_positive
    }

    /// How many values are NaN or infinite.
    pub(super) const fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Points within a horizontal range.
    pub(super) fn count_in(&self, x: Range) -> usize {
        self.steps
            .before(x.end + 0.5)
            .saturating_sub(self.steps.before(x.start))
    }

    /// Tells `visit` what `columns` pixel columns over `x` can show, in order, with one point more on either side so that the
    /// line runs on to the edges. `is_shown` says whether the axis can show a value.
    pub(super) fn columns(
        &self,
        x: Range,
        columns: u32,
        is_shown: impl Fn(f32) -> bool,
        mut visit: impl FnMut(Visible),
    ) {
        let from = self.steps.before(x.start).saturating_sub(1);
        let to = (self.steps.before(x.end + 0.5) + 1).min(self.len());
        let columns_f = f64::from(columns.max(1));
        if (to.saturating_sub(from)) as f64 <= 2.0 * columns_f {
            for index in from..to {
                let sample = self.at(index);
                visit(if is_shown(sample.value) {
                    Visible::Point(sample)
                } else {
                    Visible::Gap(sample.step)
                });
            }
            return;
        }
        let per_step = columns_f / x.span();
        let mut group = Group::default();
        let mut column = i64::MIN;
        let mut has_split = false;
        for index in from..to {
            let sample = self.at(index);
            // A column index: far from the ends of i64 by construction of `from` and `to`.
            #[allow(clippy::cast_possible_truncation)]
            let here = ((sample.step as f64 - x.start) * per_step).floor() as i64;
            if here != column {
                group.flush(&mut visit);
                column = here;
                has_split = false;
            }
            if is_shown(sample.value) {
                group.add(sample);
            } else if has_split {
                group.ends_in_gap = Some(sample.step);
            } else {
                // The first gap of a column splits it; later ones fall into the same pixels.
                group.flush(&mut visit);
                visit(Visible::Gap(sample.step));
                has_split = true;
            }
        }
        group.flush(&mut visit);
    }
}

/// The points of one column, as M4 keeps them.
#[derive(Default)]
struct Group {
    points: Option<[Sample; 4]>,
    ends_in_gap: Option<Step>,
}

impl Group {
    fn add(&mut self, sample: Sample) {
        self.ends_in_gap = None;
        match &mut self.points {
            None => self.points = Some([sample; 4]),
            Some([_, smallest, largest, last]) => {
                if sample.value < smallest.value {
                    *smallest = sample;
                }
                if sample.value > largest.value {
                    *largest = sample;
                }
                *last = sample;
            }
        }
    }

    fn flush(&mut self, visit: &mut impl FnMut(Visible)) {
        if let Some([first, smallest, largest, last]) = self.points.take() {
            let (early, late) = if smallest.step <= largest.step {
                (smallest, largest)
            } else {
                (largest, smallest)
            };
            let mut previous = None;
            for sample in [first, early, late, last] {
                if previous != Some(sample) {
                    visit(Visible::Point(sample));
                    previous = Some(sample);
                }
            }
        }
        if let Some(step) = self.ends_in_gap.take() {
            visit(Visible::Gap(step));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn history(samples: impl IntoIterator<Item = (Step, f32)>) -> History {
        let mut history = History::default();
        for (step, value) in samples {
            history.push(Sample { step, value });
        }
        history
    }

    fn shown(history: &History, x: Range, columns: u32) -> Vec<Visible> {
        let mut out = Vec::new();
        history.columns(x, columns, f32::is_finite, |visible| out.push(visible));
        out
    }

    #[test]
    fn regular_steps_take_no_memory_and_irregular_ones_are_exact() {
        let regular = history((0..1000).map(|i| (10 + 5 * i, 0.0)));
        assert!(matches!(
            regular.steps,
            Steps::Regular {
                first: 10,
                stride: 5,
                len: 1000
            }
        ));
        let mut irregular = regular.clone();
        irregular.push(Sample {
            step: 10_000,
            value: 1.0,
        });
        assert!(matches!(irregular.steps, Steps::Irregular(_)));
        assert_eq!(irregular.at(999).step, 10 + 5 * 999);
        assert_eq!(irregular.at(1000).step, 10_000);
    }

    #[test]
    fn late_points_find_their_place_and_repeated_steps_keep_their_order() {
        let late = history([(1, 1.0), (5, 5.0), (3, 3.0), (5, 5.5), (3, 3.5)]);
        let all: Vec<_> = (0..late.len())
            .map(|i| (late.at(i).step, late.at(i).value))
            .collect();
        assert_eq!(all, [(1, 1.0), (3, 3.0), (3, 3.5), (5, 5.0), (5, 5.5)]);
        assert_eq!(late.edits(), 2);
    }

    #[test]
    fn extremes_leave_out_what_is_not_finite() {
        let mixed = history([(1, f32::NAN), (2, 3.0), (3, f32::INFINITY), (4, -2.0)]);
        assert_eq!(
            mixed.smallest(),
            Some(Extreme {
                value: -2.0,
                step: 4
            })
        );
        assert_eq!(
            mixed.largest(),
            Some(Extreme {
                value: 3.0,
                step: 2
            })
        );
        assert_eq!(mixed.smallest_positive(), Some(3.0));
        assert_eq!(mixed.gaps(), 2);
    }

    #[test]
    fn few_points_are_shown_as_they_are_with_neighbours_beyond_the_edges() {
        let ten = history((0..10).map(|i| (i, i as f32)));
        let steps: Vec<_> = shown(&ten, Range::new(3.0, 6.0), 100)
            .into_iter()
            .map(|visible| match visible {
                Visible::Point(sample) => sample.step,
                Visible::Gap(step) => panic!("no gap at {step}"),
            })
            .collect();
        assert_eq!(steps, [2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn an_alternating_series_of_gaps_stays_small() {
        let half = history((0..100_000).map(|i| (i, if i % 2 == 0 { 1.0 } else { f32::NAN })));
        let drawn = shown(&half, Range::new(0.0, 99_999.0), 500);
        assert!(drawn.len() <= 500 * 10, "{} for 500 columns", drawn.len());
        assert!(
            drawn
                .iter()
                .filter(|visible| matches!(visible, Visible::Gap(_)))
                .count()
                >= 500
        );
    }

    proptest! {
        /// Every column's extremes, and whether it has a gap, survive; and what is drawn is a subsequence of the series.
        #[test]
        fn no_extreme_and_no_gap_is_lost(
            values in prop::collection::vec(
                prop_oneof![8 => -1e3_f32..1e3, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY)], 1..600),
            columns in 1_u32..100,
            strides in prop::collection::vec(1_u64..4, 600),
        ) {
            let mut step = 0;
            let samples: Vec<(Step, f32)> = values.iter().zip(&strides).map(|(value, stride)| {
                step += stride;
                (step, *value)
            }).collect();
            let series = history(samples.iter().copied());
            let x = Range::new(0.0, step as f64);
            let drawn = shown(&series, x, columns);
            let per_step = f64::from(columns) / x.span();
            let column = |step: Step| (step as f64 * per_step).floor() as i64;
            for index in 0..=column(step) {
                let inside = || samples.iter().filter(|(step, _)| column(*step) == index);
                let finite = || inside().map(|(_, value)| *value).filter(|value| value.is_finite());
                let drawn_here = || drawn.iter().filter_map(|visible| match visible {
                    Visible::Point(sample) if column(sample.step) == index => Some(sample.value),
                    _ => None,
                });
                prop_assert_eq!(finite().reduce(f32::max), drawn_here().reduce(f32::max));
                prop_assert_eq!(finite().reduce(f32::min), drawn_here().reduce(f32::min));
                let has_gap = inside().any(|(_, value)| !value.is_finite());
                let draws_gap = drawn.iter().any(|visible| matches!(visible, Visible::Gap(step) if column(*step) == index));
                prop_assert_eq!(has_gap, draws_gap);
            }
            let mut rest = samples.iter();
            for visible in &drawn {
                let is_told = rest.any(|(step, value)| match visible {
                    Visible::Point(sample) => sample.step == *step && sample.value == *value,
                    Visible::Gap(gap) => gap == step && !value.is_finite(),
                });
                prop_assert!(is_told);
            }
        }
    }
}
