//! Points read one by one: the one nearest to a place or to a step, and those of a part of an axis.
//!
//! In come a series with its clock and a place; out come indices and [`Reading`]s. The one idea: places never fall along the
//! points, so that any of these is the first point from which on something holds. It is looked for from a guess, outward in
//! strides that double, and is exact wherever the guess was: nothing is lost to a scale that rounds.

use std::ops::Range;

use super::clock::Clock;
use super::grid::Abscissa;
use super::history::History;
use super::smoothing::{Smoothed, SmoothedCurve};
use crate::message::Step;
use crate::scene::{Range as Span, Reading};

/// A series' points where a horizontal axis shows them.
#[derive(Clone, Copy)]
pub(super) struct Points<'a> {
    pub(super) history: &'a History,
    pub(super) clock: &'a Clock,
    pub(super) abscissa: Abscissa,
    /// Its smoothed values, where it has some.
    pub(super) smoothed: Option<&'a Smoothed>,
}

impl Points<'_> {
    /// The point nearest to a place on the axis; of equally near ones the last.
    pub(super) fn at_place(&self, x: f64) -> Option<Reading> {
        if x.is_nan() {
            return None;
        }
        let x_of = |index| self.x(index);
        let near = nearest(self.history.len(), self.guess(x), x_of, x, |a, b| {
            (a - b).abs()
        });
        near.map(|index| self.read(index))
    }

    /// The point nearest to a step; of equally near ones the last.
    pub(super) fn at_step(&self, step: Step) -> Option<Reading> {
        let steps = self.history.steps();
        let guess = steps.before(step as f64);
        let step_of = |index| steps.at(index);
        let near = nearest(self.history.len(), guess, step_of, step, Step::abs_diff);
        near.map(|index| self.read(index))
    }

    /// The points in a part of the axis, ends included.
    pub(super) fn within(&self, x: Span) -> Range<usize> {
        let len = self.history.len();
        let from = first_where(len, self.guess(x.start), |index| self.x(index) >= x.start);
        let to = first_where(len, self.guess(x.end), |index| self.x(index) > x.end);
        from..to.max(from)
    }

    fn guess(&self, x: f64) -> usize {
        let step = self.clock.step_at(self.abscissa, x);
        self.history.steps().before(step)
    }

    fn x(&self, index: usize) -> f64 {
        let step = self.history.steps().at(index);
        self.clock.position(self.abscissa, step)
    }

    fn read(&self, index: usize) -> Reading {
        let sample = self.history.at(index);
        let raw = self.history;
        let curve = self
            .smoothed
            .map(|smoothed| SmoothedCurve { smoothed, raw });
        Reading {
            step: sample.step,
            x: self.clock.position(self.abscissa, sample.step),
            value: sample.value,
            smoothed: curve.and_then(|curve| curve.at(index)),
        }
    }
}

/// Which of `len` things whose places never fall is the nearest; of equally near ones the last.
fn nearest<P: Copy + PartialOrd, D: PartialOrd>(
    len: usize,
    guess: usize,
    place_of: impl Fn(usize) -> P,
    wanted: P,
    distance: impl Fn(P, P) -> D,
) -> Option<usize> {
    let after = first_where(len, guess, |index| place_of(index) >= wanted);
    let before = after.checked_sub(1);
    if after == len {
        return before;
    }
    let place = place_of(after);
    if let Some(before) = before
        && distance(place_of(before), wanted) < distance(place, wanted)
    {
        return Some(before);
    }
    let beyond = first_where(len, after + 1, |index| place_of(index) > place);
    beyond.checked_sub(1)
}

/// The first of `len` indices from which on something holds; `len` if there is none.
fn first_where(len: usize, guess: usize, holds: impl Fn(usize) -> bool) -> usize {
    // It is not before `low` and not after `high`, once those have stopped.
    let (mut low, mut high) = (guess.min(len), guess.min(len));
    let mut stride = 1;
    while low > 0 && holds(low - 1) {
        high = low - 1;
        low = low.saturating_sub(stride);
        stride *= 2;
    }
    let mut stride = 1;
    while high < len && !holds(high) {
        low = high + 1;
        high = (high + stride).min(len);
        stride *= 2;
    }
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::history::Sample;
    use super::super::smoothing::Budget;
    use super::super::trace::tests::clock;
    use super::*;
    use crate::scene::{Smoothing, XAxis};

    fn history(samples: &[Sample]) -> History {
        let mut history = History::default();
        for sample in samples {
            history.push(*sample);
        }
        history
    }

    fn samples(strides: &[u64]) -> Vec<Sample> {
        let steps = strides.iter().scan(0, |step, stride| {
            *step += stride;
            Some(*step)
        });
        steps
            .enumerate()
            .map(|(index, step)| Sample {
                step,
                value: if index % 11 == 5 {
                    f32::NAN
                } else {
                    index as f32
                },
            })
            .collect()
    }

    /// By looking at each point: of equally near ones the last.
    fn by_looking<D: PartialOrd>(len: usize, distance: impl Fn(usize) -> D) -> Option<usize> {
        (0..len).reduce(|best, index| {
            if distance(index) <= distance(best) {
                index
            } else {
                best
            }
        })
    }

    #[test]
    fn the_later_of_two_equally_near_points_is_read() {
        let even = history(&samples(&[10, 10, 0, 10]));
        let clock = Clock::default();
        let points = Points {
            history: &even,
            clock: &clock,
            abscissa: Abscissa::default(),
            smoothed: None,
        };
        let at = |x| points.at_place(x).map(|reading| reading.value);
        assert_eq!(at(15.0), Some(2.0));
        assert_eq!(at(14.9), Some(0.0));
        assert_eq!(at(24.9), Some(2.0));
        assert_eq!(at(-1e300), Some(0.0));
        assert_eq!(at(f64::INFINITY), Some(3.0));
        assert_eq!(at(f64::NAN), None);
        let pinned = |step| points.at_step(step).map(|reading| reading.value);
        assert_eq!(
            [0, 15, 25, u64::MAX].map(pinned),
            [0.0, 2.0, 3.0, 3.0].map(Some)
        );
    }

    #[test]
    fn a_series_without_points_has_none_near_anything() {
        let points = Points {
            history: &History::default(),
            clock: &Clock::default(),
            abscissa: Abscissa::default(),
            smoothed: None,
        };
        assert_eq!((points.at_place(3.0), points.at_step(3)), (None, None));
        assert_eq!(points.within(Span::new(0.0, 9.0)), 0..0);
    }

    #[test]
    fn what_is_not_smoothed_yet_is_not_read() {
        let values: Vec<Sample> = (0..2_000_000)
            .map(|step| Sample {
                step,
                value: (step % 7) as f32,
            })
            .collect();
        let raw = history(&values);
        let mut smoothed = Smoothed::default();
        let ema = Smoothing::Ema { weight: 0.9 };
        let mut budget = Budget::of_a_scene();
        smoothed.update(&raw, ema, &(0..raw.len()), &mut budget);
        while budget.is_short() {
            budget = Budget::of_a_scene();
            smoothed.update(&raw, ema, &(0..raw.len()), &mut budget);
        }
        let read = |raw: &History, smoothed: &Smoothed, step| {
            let points = Points {
                history: raw,
                clock: &Clock::default(),
                abscissa: Abscissa::default(),
                smoothed: Some(smoothed),
            };
            points.at_step(step).and_then(|reading| reading.smoothed)
        };
        // As a mean that goes over all points makes it.
        let (mut mean, mut weight) = (0.0, 0.0);
        for sample in &values[..1_000_001] {
            mean = 0.9 * mean + 0.1 * f64::from(sample.value);
            weight = 0.9 * weight + 0.1;
        }
        let told = read(&raw, &smoothed, 1_000_000).expect("all is smoothed");
        assert!((f64::from(told) - mean / weight).abs() < 1e-6);
        // A history that has gone on since.
        let mut longer = raw.clone();
        longer.push(Sample {
            step: 2_000_000,
            value: 1.0,
        });
        assert_eq!(read(&longer, &smoothed, 1_000_000), None);
        assert_eq!(read(&raw, &Smoothed::default(), 1_000_000), None);
    }

    proptest! {
        #[test]
        fn a_reading_is_of_the_nearest_point(
            strides in prop::collection::vec(prop_oneof![4 => Just(1_u64), 2 => 0_u64..6, 1 => 0_u64..5_000], 1..300),
            share in -0.2_f64..1.2,
            step in 0_u64..20_000,
            axis in 0..4_usize,
            is_log in any::<bool>(),
        ) {
            let samples = samples(&strides);
            let raw = history(&samples);
            let mut clock = clock(&samples);
            clock.set_epochs(7, 4_000);
            let axis = [XAxis::Step, XAxis::Epoch, XAxis::RelativeTime, XAxis::WallTime][axis];
            let abscissa = Abscissa { axis, scale: axis.scale(is_log) };
            let points = Points { history: &raw, clock: &clock, abscissa, smoothed: None };
            let x_of = |index: usize| clock.position(abscissa, raw.at(index).step);
            let (first, last) = (x_of(0), x_of(raw.len() - 1));
            let between = [first + share * (last - first), x_of(raw.len() / 2)];
            for x in between {
                let expected = by_looking(raw.len(), |index| (x_of(index) - x).abs());
                prop_assert_eq!(
                    points.at_place(x).map(|reading| (reading.step, reading.x, reading.value.to_bits())),
                    expected.map(|index| (raw.at(index).step, x_of(index), raw.at(index).value.to_bits()))
                );
                let part = Span::new(x.min(between[0]), between[1].max(x));
                let inside = (0..raw.len()).filter(|index| part.contains(x_of(*index)));
                prop_assert!(points.within(part).eq(inside));
            }
            let expected = by_looking(raw.len(), |index| raw.at(index).step.abs_diff(step));
            prop_assert_eq!(
                points.at_step(step).map(|reading| (reading.step, reading.value.to_bits())),
                expected.map(|index| (raw.at(index).step, raw.at(index).value.to_bits()))
            );
        }
    }
}
