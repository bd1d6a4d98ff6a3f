//! The history of one series: every point kept.
//!
//! A [`Course`] through it is the one way to look at more than a point of it.
//!
//! What points mean that are not simply the next:
//! - One of the same step as the last is kept after it: the line goes straight up or down there.
//! - One of an earlier step is put in its place, after those of the same step. So a run that is taken up again at an earlier
//!   step adds to what is known of those steps. That costs as much as there are points after that place.
//! - NaN and infinities are kept. They interrupt the line and have a mark in their column; extremes leave them out.

use super::clock::Clock;
use super::course::Course;
use super::pyramid::Pyramid;
use super::steps::{Lists, Steps};
use crate::message::Step;
use crate::scene::Extreme;

/// A step with its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) step: Step,
    pub(super) value: f32,
}

/// Every point of a series, ordered by step; points of one step stay in the order they came.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    steps: Steps,
    values: Pyramid,
    extremes: Extremes,
    gaps: u64,
    /// Rises with every change that is not a mere append.
    edits: u64,
}

/// The extremes of all finite values; infinite where there are none.
#[derive(Clone, Copy, Debug)]
struct Extremes {
    smallest: Extreme,
    largest: Extreme,
    smallest_magnitude: f32,
}

impl Default for Extremes {
    fn default() -> Self {
        let nowhere = |value| Extreme { value, step: 0 };
        Self {
            smallest: nowhere(f32::INFINITY),
            largest: nowhere(f32::NEG_INFINITY),
            smallest_magnitude: f32::INFINITY,
        }
    }
}

impl Extremes {
    fn take(&mut self, point: Extreme) {
        if point.value < self.smallest.value {
            self.smallest = point;
        }
        if point.value > self.largest.value {
            self.largest = point;
        }
        if point.value != 0.0 {
            self.smallest_magnitude = self.smallest_magnitude.min(point.value.abs());
        }
    }
}

impl History {
    /// Adds a point. One of an earlier step than the last is put in its place.
    pub(super) fn push(&mut self, sample: Sample) {
        let Sample { step, value } = sample;
        if value.is_finite() {
            self.extremes.take(Extreme { value, step });
        } else {
            self.gaps += 1;
        }
        if self.steps.last().is_some_and(|last| step < last) {
            self.insert(sample);
        } else {
            self.steps.push(step);
            self.values.push(value);
        }
    }

    fn insert(&mut self, sample: Sample) {
        let at = self.steps.before(sample.step as f64 + 0.5);
        let steps = self.steps.split_off(at);
        let values = self.values.split_off(at);
        self.steps.push(sample.step);
        self.values.push(sample.value);
        for (step, value) in steps.into_iter().zip(values) {
            self.steps.push(step);
            self.values.push(value);
        }
        self.edits += 1;
    }

    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }

    /// Keeps what its steps have in common with the other series of its run once.
    pub(super) fn share_steps(&mut self, lists: &mut Lists) {
        self.steps.share(lists);
    }

    /// Rises whenever points already seen have moved: what was derived from them must be made anew.
    pub(super) const fn edits(&self) -> u64 {
        self.edits
    }

    /// # Panics
    /// If there is no such point.
    pub(super) fn at(&self, index: usize) -> Sample {
        Sample {
            step: self.steps.at(index),
            value: self.values.at(index),
        }
    }

    pub(super) fn first(&self) -> Option<Sample> {
        (self.len() > 0).then(|| self.at(0))
    }

    pub(super) fn last(&self) -> Option<Sample> {
        self.len().checked_sub(1).map(|index| self.at(index))
    }

    /// The smallest finite value.
    pub(super) fn smallest(&self) -> Option<Extreme> {
        Some(self.extremes.smallest).filter(|smallest| smallest.value.is_finite())
    }

    /// The largest finite value.
    pub(super) fn largest(&self) -> Option<Extreme> {
        Some(self.extremes.largest).filter(|largest| largest.value.is_finite())
    }

    /// The magnitude of the finite value nearest to zero that is not zero.
    pub(super) fn smallest_magnitude(&self) -> Option<f32> {
        Some(self.extremes.smallest_magnitude).filter(|value| value.is_finite())
    }

    /// How many values are NaN or infinite.
    pub(super) const fn gaps(&self) -> u64 {
        self.gaps
    }

    /// The steps of its points.
    pub(super) const fn steps(&self) -> &Steps {
        &self.steps
    }

    /// Its values, as they were reported.
    pub(super) const fn values(&self) -> &Pyramid {
        &self.values
    }

    /// The way that its values take.
    pub(super) const fn course<'a>(&'a self, clock: &'a Clock) -> Course<'a, &'a Pyramid> {
        Course {
            steps: &self.steps,
            values: &self.values,
            clock,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(samples: impl IntoIterator<Item = (Step, f32)>) -> History {
        let mut history = History::default();
        for (step, value) in samples {
            history.push(Sample { step, value });
        }
        history
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
    fn a_run_taken_up_at_an_earlier_step_adds_to_what_is_known_of_those_steps() {
        let first = (0..1000).map(|step| (step, 1.0));
        let again = (700..1500).map(|step| (step, 2.0));
        let resumed = history(first.chain(again));
        assert_eq!(resumed.len(), 1800);
        assert!((1..1800).all(|i| resumed.at(i - 1).step <= resumed.at(i).step));
        let of_step_800 = [resumed.at(900), resumed.at(901)].map(|s| (s.step, s.value));
        assert_eq!(of_step_800, [(800, 1.0), (800, 2.0)]);
        // From the last known step on they are mere appends again.
        assert_eq!(resumed.edits(), 299);
    }

    #[test]
    fn extremes_leave_out_what_is_not_finite() {
        let mixed = history([(1, f32::NAN), (2, 3.0), (3, f32::INFINITY), (4, -2.0)]);
        let extreme = |value, step| Some(Extreme { value, step });
        assert_eq!(mixed.smallest(), extreme(-2.0, 4));
        assert_eq!(mixed.largest(), extreme(3.0, 2));
        assert_eq!(mixed.smallest_magnitude(), Some(2.0));
        assert_eq!(mixed.gaps(), 2);
    }
}
