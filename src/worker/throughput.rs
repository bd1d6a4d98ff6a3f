//! Throughput: samples per second, told honestly by a device that computes later than it is asked.
//!
//! A training loop that only asks a GPU for work can ask faster than the GPU works, so samples are counted when a value that
//! was computed from them has arrived. In: how many samples were found done, and when. Out: the rate over the last second,
//! without the pauses.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How far back the rate looks.
const WINDOW: Duration = Duration::from_secs(1);
/// Over less time than this, a rate says nothing.
const LEAST: Duration = Duration::from_millis(1);

/// A moving rate.
#[derive(Debug, Default)]
pub(super) struct Throughput {
    /// Moments at which samples were found done, each with how many since the moment before. The first one's count is of no
    /// use: nobody knows how long those took.
    done: VecDeque<(Instant, u64)>,
}

impl Throughput {
    /// Begins again at a moment from which on samples are computed: after a pause, a validation, the first step.
    pub(super) fn restart(&mut self, at: Instant) {
        self.done.clear();
        self.done.push_back((at, 0));
    }

    /// Tells that by `at` so many more samples are done, and gets the rate in samples per second, if there is one yet. A moment
    /// before the last one told counts as that one.
    pub(super) fn done(&mut self, samples: u64, at: Instant) -> Option<f64> {
        let at = self.done.back().map_or(at, |&(last, _)| at.max(last));
        // What is older than the window goes, but for the moment at which the window begins.
        while self
            .done
            .get(1)
            .is_some_and(|&(second, _)| at.saturating_duration_since(second) >= WINDOW)
        {
            self.done.pop_front();
        }
        self.done.push_back((at, samples));
        let (from, _) = *self.done.front()?;
        let time = at.saturating_duration_since(from);
        let samples: u64 = self.done.iter().skip(1).map(|&(_, samples)| samples).sum();
        (time >= LEAST).then(|| samples as f64 / time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn the_first_samples_give_no_rate_as_nobody_knows_how_long_they_took() {
        let mut throughput = Throughput::default();
        let start = Instant::now();
        assert_eq!(throughput.done(64, start), None);
        assert_eq!(throughput.done(64, start + milliseconds(500)), Some(128.0));
    }

    #[test]
    fn the_rate_follows_a_change_within_the_window() {
        let mut throughput = Throughput::default();
        let start = Instant::now();
        throughput.restart(start);
        let mut now = start;
        let mut rate = 0.0;
        for _ in 0..50 {
            now += milliseconds(50);
            rate = throughput.done(10, now).expect("a rate");
        }
        assert!((rate - 200.0).abs() < 1e-6, "{rate}");
        for _ in 0..21 {
            now += milliseconds(50);
            rate = throughput.done(20, now).expect("a rate");
        }
        assert!((rate - 400.0).abs() < 1e-6, "{rate}");
    }

    #[test]
    fn a_pause_does_not_count() {
        let mut throughput = Throughput::default();
        let start = Instant::now();
        throughput.restart(start);
        assert_eq!(throughput.done(10, start + milliseconds(100)), Some(100.0));
        let resumed = start + Duration::from_secs(60);
        throughput.restart(resumed);
        assert_eq!(
            throughput.done(10, resumed + milliseconds(100)),
            Some(100.0)
        );
    }

    #[test]
    fn a_step_longer_than_the_window_still_has_a_rate() {
        let mut throughput = Throughput::default();
        let start = Instant::now();
        throughput.restart(start);
        for index in 1..5 {
            let at = start + Duration::from_secs(4) * index;
            assert_eq!(throughput.done(8, at), Some(2.0));
        }
    }
}
