//! When a run's steps were, and what else a horizontal axis can count them by.
//!
//! All series of a run share one clock: steps come in with their times, and any step's time comes out, to a millisecond. The
//! one idea: training keeps its pace for long, so that a straight line tells the times of many steps. A knot is kept only
//! where the next step would be off by more (the swinging door of Bristol, "Swinging door trending", 1990): a run of 10⁸ even
//! steps takes two.
//!
//! Time never runs backwards along the steps. A step that is told again keeps the time it was first told at: so a run that is
//! taken up at an earlier step goes over the times it has had, and goes on when it comes to new steps.

use super::grid::Abscissa;
use crate::message::{Step, Timestamp};
use crate::scene::XAxis;

/// How far a step's time may be off, in seconds.
const TOLERANCE_S: f64 = 1e-3;

/// A step and its time in seconds since the clock's origin.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Knot {
    step: Step,
    time_s: f64,
}

/// The times of a run's steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// Rising in step, never falling in time.
    knots: Vec<Knot>,
    /// The newest step, on the line from the last knot.
    newest: Option<Knot>,
    /// Slopes, in seconds a step, that pass near enough to all steps since the last knot.
    slopes: Option<[f64; 2]>,
    /// What times count from: when the run started, or its first step where nobody said that it did.
    origin: Option<Timestamp>,
    steps_per_epoch: Option<f64>,
}

impl Clock {
    /// The run starts.
    pub(super) fn start(&mut self, at: Timestamp) {
        self.origin.get_or_insert(at);
    }

    /// How many steps an epoch has; all have as many.
    pub(super) fn set_epochs(&mut self, epochs: u32, steps: Step) {
        if epochs > 0 && steps > 0 {
            self.steps_per_epoch = Some(steps as f64 / f64::from(epochs));
        }
    }

    /// A step is reached.
    pub(super) fn step(&mut self, step: Step, at: Timestamp) {
        let time_s = at.since(*self.origin.get_or_insert(at)).as_secs_f64();
        let Some(newest) = self.newest else {
            let first = Knot { step, time_s };
            self.knots.push(first);
            self.newest = Some(first);
            return;
        };
        if step <= newest.step {
            return;
        }
        let now = Knot {
            step,
            time_s: time_s.max(newest.time_s),
        };
        let mut fits = self.fitting(now);
        if let (Some([low, high]), Some([least, most])) = (self.slopes, fits) {
            fits = Some([low.max(least), high.min(most)]).filter(|[low, high]| low <= high);
            if fits.is_none() {
                // The line ends at the step before, and a new one begins there.
                let end = self.on_line(newest);
                self.knots.push(end);
                fits = self.fitting(now);
            }
        }
        self.slopes = fits;
        self.newest = Some(now);
    }

    /// The slopes of the lines from the last knot that pass near enough to a step after it.
    fn fitting(&self, now: Knot) -> Option<[f64; 2]> {
        let last = self.knots.last()?;
        let steps = (now.step - last.step) as f64;
        let rise = now.time_s - last.time_s;
        Some([
            ((rise - TOLERANCE_S) / steps).max(0.0),
            ((rise + TOLERANCE_S) / steps).max(0.0),
        ])
    }

    /// The newest step's place on the line from the last knot.
    fn on_line(&self, newest: Knot) -> Knot {
        let (Some(last), Some([low, high])) = (self.knots.last(), self.slopes) else {
            return newest;
        };
        let steps = (newest.step - last.step) as f64;
        let slope = ((newest.time_s - last.time_s) / steps).clamp(low, high);
        Knot {
            time_s: last.time_s + slope * steps,
            ..newest
        }
    }

    /// The axis that can be shown where another is wished for: without times or epochs there are steps.
    pub(super) fn shown(&self, wished: XAxis) -> XAxis {
        let is_known = match wished {
            XAxis::Step => true,
            XAxis::Epoch => self.steps_per_epoch.is_some(),
            XAxis::RelativeTime | XAxis::WallTime => self.newest.is_some(),
        };
        if is_known { wished } else { XAxis::Step }
    }

    /// Where a step stands on an axis: the step itself, epochs, seconds since the run's start, Unix seconds, as its scale maps
    /// them.
    pub(super) fn position(&self, abscissa: Abscissa, step: Step) -> f64 {
        let Abscissa { axis, scale } = abscissa;
        scale.position_of(match axis {
            XAxis::Step => step as f64,
            XAxis::Epoch => step as f64 / self.steps_per_epoch.unwrap_or(1.0),
            XAxis::RelativeTime => self.time_of(step),
            XAxis::WallTime => self.began() + self.time_of(step),
        })
    }

    /// The step, or a place between two, from which on positions are not below `position`; of many the first.
    pub(super) fn step_at(&self, abscissa: Abscissa, position: f64) -> f64 {
        let value = abscissa.scale.value(position);
        match abscissa.axis {
            XAxis::Step => value,
            XAxis::Epoch => value * self.steps_per_epoch.unwrap_or(1.0),
            XAxis::RelativeTime => self.step_at_time(value),
            XAxis::WallTime => self.step_at_time(value - self.began()),
        }
    }

    /// The origin in Unix seconds: f64 tells those apart to a quarter of a microsecond.
    fn began(&self) -> f64 {
        self.origin.map_or(0.0, Timestamp::unix_seconds)
    }

    fn time_of(&self, step: Step) -> f64 {
        let after = self.knots.partition_point(|knot| knot.step <= step);
        let Some(begin) = after.checked_sub(1).map(|index| self.knots[index]) else {
            return self.knots.first().map_or(0.0, |first| first.time_s);
        };
        let Some(end) = self.end_of_line(after) else {
            return begin.time_s;
        };
        let share = (step - begin.step) as f64 / (end.step - begin.step) as f64;
        begin.time_s + (end.time_s - begin.time_s) * share.min(1.0)
    }

    fn step_at_time(&self, time_s: f64) -> f64 {
        let after = self.knots.partition_point(|knot| knot.time_s < time_s);
        let Some(begin) = after.checked_sub(1).map(|index| self.knots[index]) else {
            return f64::NEG_INFINITY;
        };
        match self.end_of_line(after) {
            Some(end) if time_s <= end.time_s => {
                let share = (time_s - begin.time_s) / (end.time_s - begin.time_s);
                begin.step as f64 + (end.step - begin.step) as f64 * share
            }
            _ => f64::INFINITY,
        }
    }

    /// The end of the line that begins at the knot before the one of index `after`.
    fn end_of_line(&self, after: usize) -> Option<Knot> {
        let begin = self.knots.get(after.wrapping_sub(1))?;
        let newest = || self.newest.map(|newest| self.on_line(newest));
        let end = self.knots.get(after).copied().or_else(newest)?;
        (end.step > begin.step).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START_NS: u64 = 1_790_000_000_000_000_000;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_unix_ns(START_NS + (seconds * 1e9) as u64)
    }

    fn linear(axis: XAxis) -> Abscissa {
        Abscissa {
            axis,
            ..Abscissa::default()
        }
    }

    #[test]
    fn an_even_pace_takes_one_knot_and_a_pause_two_more() {
        let mut clock = Clock::default();
        clock.start(at(0.0));
        for step in 1..=100_000 {
            let pause = if step > 50_000 { 3600.0 } else { 0.0 };
            clock.step(step, at(step as f64 * 0.01 + pause));
        }
        assert_eq!(clock.knots.len(), 3);
        let elapsed = |step| clock.position(linear(XAxis::RelativeTime), step);
        assert!((elapsed(25_000) - 250.0).abs() < 1e-3);
        assert!((elapsed(75_000) - 4350.0).abs() < 1e-3);
        let in_the_pause = clock.step_at(linear(XAxis::RelativeTime), 1000.0);
        assert!((50_000.0..=50_001.0).contains(&in_the_pause));
    }

    #[test]
    fn epochs_are_equal_shares_of_the_steps() {
        let mut clock = Clock::default();
        assert_eq!(clock.shown(XAxis::Epoch), XAxis::Step);
        clock.set_epochs(4, 1000);
        assert_eq!(clock.shown(XAxis::Epoch), XAxis::Epoch);
        assert_eq!(clock.position(linear(XAxis::Epoch), 500), 2.0);
        assert_eq!(clock.step_at(linear(XAxis::Epoch), 2.0), 500.0);
        assert_eq!(clock.shown(XAxis::WallTime), XAxis::Step);
    }

    #[test]
    fn steps_told_again_keep_their_time() {
        let mut clock = Clock::default();
        for (step, time) in [
            (1, 1.0),
            (2, 2.0),
            (3, 3.0),
            (2, 50.0),
            (3, 51.0),
            (4, 52.0),
        ] {
            clock.step(step, at(time));
        }
        let elapsed: Vec<f64> = (1..=4)
            .map(|step| clock.position(linear(XAxis::RelativeTime), step))
            .collect();
        for (elapsed, expected) in elapsed.iter().zip([0.0, 1.0, 2.0, 51.0]) {
            assert!(
                (elapsed - expected).abs() < 2e-3,
                "{elapsed} for {expected}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_step_is_near_its_time_and_time_never_runs_back(
            paces in prop::collection::vec((1_u64..4, prop_oneof![Just(0.0), Just(0.01), 0.0_f64..0.1, 0.0_f64..100.0]), 1..300),
        ) {
            let mut clock = Clock::default();
            let mut told = Vec::new();
            let (mut step, mut time) = (0, 0.0);
            for (stride, pause) in paces {
                step += stride;
                time += pause;
                clock.step(step, at(time));
                told.push((step, time));
            }
            let axis = linear(XAxis::RelativeTime);
            let mut last = f64::NEG_INFINITY;
            for (step, time) in &told {
                let shown = clock.position(axis, *step);
                prop_assert!((shown - (time - told[0].1)).abs() < 1.01 * TOLERANCE_S);
                prop_assert!(shown >= last);
                last = shown;
            }
            for step in told[0].0..=step {
                let position = clock.position(axis, step);
                let found = clock.step_at(axis, position);
                // Where no time passes a rounding may lead on.
                let is_same = clock.position(axis, found.floor() as Step) - position < 1e-9;
                prop_assert!(found <= step as f64 + 0.01 || is_same, "{found} for {step}");
                let before = (found - 0.01).floor();
                if before >= told[0].0 as f64 {
                    prop_assert!(clock.position(axis, before as Step) <= position);
                }
            }
        }
    }
}
