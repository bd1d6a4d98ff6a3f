//! What drawing costs, as the status line and the frame panel show it.
//!
//! A driver pushes a [`FrameRecord`] a frame into a [`FrameHistory`] and asks it for [`FrameStats`] before each layout.

use std::collections::VecDeque;
use std::time::Duration;

/// Frames kept for the percentiles: four seconds at sixty frames a second.
const KEPT: usize = 240;

/// The parts of one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameRecord {
    /// When it was begun, since the program's start.
    pub at: Duration,
    /// Time in event handling and layout.
    pub event: Duration,
    /// Handing new vertices and textures to the adapter.
    pub upload: Duration,
    /// Encoding and submitting commands.
    pub encode: Duration,
    /// On the adapter, where it can tell.
    pub gpu: Option<Duration>,
    /// Waiting for an image to draw to.
    pub acquire: Duration,
    /// Handing the image over.
    pub present: Duration,
    /// From begin to end.
    pub total: Duration,
    /// How old the newest point in it was when it was presented.
    pub age: Option<Duration>,
}

/// What drawing costs, over the last seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrameStats {
    /// Frames in the last second.
    pub fps: f32,
    /// Half of the frames took no longer.
    pub p50: Duration,
    /// Of a hundred frames, ninety-nine took no longer.
    pub p99: Duration,
    /// Half of the frames that had points to show were presented no later after the newest was reported.
    pub age: Option<Duration>,
    /// Half of the frames kept the adapter busy no longer; `None` where it cannot tell.
    pub gpu: Option<Duration>,
    /// The part of the machine's processors that drawing takes, 0 to 1, where it is known.
    pub share: Option<f64>,
    /// The time between two refreshes of the display: what a frame should stay below. Zero where it is not known.
    pub budget: Duration,
    /// The newest frames, oldest first.
    pub recent: Vec<FrameRecord>,
}

/// The last frames.
#[derive(Clone, Debug, Default)]
pub struct FrameHistory {
    records: VecDeque<FrameRecord>,
}

impl FrameHistory {
    /// Adds a frame, later than all before.
    pub fn push(&mut self, record: FrameRecord) {
        if self.records.len() == KEPT {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    /// Sets the adapter's time of the frame that was begun at `at`: it is known only frames later. A frame that is no longer
    /// kept is passed over.
    pub fn set_gpu(&mut self, at: Duration, gpu: Duration) {
        if let Some(record) = self.records.iter_mut().rev().find(|record| record.at == at) {
            record.gpu = Some(gpu);
        }
    }

    /// What the frames cost, as seen at `now` (since the program's start).
    ///
    /// `share` is the part of the machine's processors that drawing takes, `budget` the time between two refreshes.
    #[must_use]
    pub fn stats(&self, now: Duration, share: Option<f64>, budget: Duration) -> FrameStats {
        let totals = self.sorted(|record| Some(record.total));
        let second_ago = now.saturating_sub(Duration::from_secs(1));
        let in_last_second = self
            .records
            .iter()
            .rev()
            .take_while(|record| record.at > second_ago || now < Duration::from_secs(1))
            .count();
        FrameStats {
            fps: u16::try_from(in_last_second).map_or(f32::MAX, f32::from),
            p50: percentile(&totals, 0.5).unwrap_or_default(),
            p99: percentile(&totals, 0.99).unwrap_or_default(),
            age: percentile(&self.sorted(|record| record.age), 0.5),
            gpu: percentile(&self.sorted(|record| record.gpu), 0.5),
            share,
            budget,
            recent: self.records.iter().copied().collect(),
        }
    }

    fn sorted(&self, part: impl Fn(&FrameRecord) -> Option<Duration>) -> Vec<Duration> {
        let mut durations: Vec<_> = self.records.iter().filter_map(part).collect();
        durations.sort_unstable();
        durations
    }
}

/// The nearest-rank percentile of sorted values: `part` 0.5 is the median.
fn percentile(sorted: &[Duration], part: f64) -> Option<Duration> {
    // A rank within the slice: not negative, far below 2⁵³.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at_ms: u64, total_ms: u64) -> FrameRecord {
        FrameRecord {
            at: Duration::from_millis(at_ms),
            total: Duration::from_millis(total_ms),
            ..FrameRecord::default()
        }
    }

    #[test]
    fn nothing_drawn_costs_nothing() {
        let stats = FrameHistory::default().stats(Duration::ZERO, None, Duration::ZERO);
        assert_eq!(stats, FrameStats::default());
    }

    #[test]
    fn percentiles_are_nearest_ranks_over_what_is_kept() {
        let mut history = FrameHistory::default();
        for index in 0..1000 {
            history.push(record(
                index * 16,
                if index == 990 { 90 } else { index % 5 },
            ));
        }
        let stats = history.stats(Duration::from_millis(16_000), None, Duration::ZERO);
        assert_eq!(stats.recent.len(), KEPT);
        assert_eq!(stats.p50, Duration::from_millis(2));
        assert_eq!(stats.p99, Duration::from_millis(4));
        assert_eq!(
            percentile(&[Duration::from_millis(7)], 0.99),
            Some(Duration::from_millis(7))
        );
    }

    #[test]
    fn frames_a_second_are_those_of_the_last_second() {
        let mut history = FrameHistory::default();
        for index in 0..200 {
            history.push(record(index * 20, 1));
        }
        let stats = |now| history.stats(Duration::from_millis(now), None, Duration::ZERO);
        assert!((stats(3_990).fps - 50.0).abs() < 1.5);
        assert!(stats(6_000).fps < 0.5);
    }

    #[test]
    fn the_adapters_time_may_come_later() {
        let mut history = FrameHistory::default();
        history.push(record(1, 1));
        history.push(record(2, 1));
        history.set_gpu(Duration::from_millis(1), Duration::from_micros(400));
        history.set_gpu(Duration::from_millis(99), Duration::from_micros(900));
        let stats = history.stats(Duration::from_millis(3), Some(0.004), Duration::ZERO);
        assert_eq!(stats.gpu, Some(Duration::from_micros(400)));
        assert_eq!(stats.recent[1].gpu, None);
    }
}
