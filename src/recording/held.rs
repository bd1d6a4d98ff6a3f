//! What waits while the disk fails: batches in their order, up to a cap in bytes, and behind it the mark of what was dropped.

use std::collections::VecDeque;
use std::sync::Arc;

use super::run_file::RunGap;
use crate::message::{Batch, Message, Timestamp};

/// Something that waits to be written.
#[derive(Debug)]
pub(super) enum Waiting {
    /// A batch, and when it came.
    Batch(Arc<Batch>, Timestamp),
    /// The place where something is missing.
    Gap(Missing),
}

/// What was dropped at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// The points, and the steps they belong to.
    pub(super) points: RunGap,
    /// Lines of text.
    pub(super) lines: u64,
    /// When the first of it was dropped.
    pub(super) since: Timestamp,
}

/// Batches that wait, oldest first.
#[derive(Debug)]
pub(super) struct Held {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    points: u64,
    cap_bytes: usize,
}

impl Held {
    /// Nothing, with room for `cap_bytes`.
    pub(super) fn new(cap_bytes: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            bytes: 0,
            points: 0,
            cap_bytes,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Points that wait.
    pub(super) fn points(&self) -> u64 {
        self.points
    }

    /// Adds a batch behind the others, or drops its points and text where there is no room. Returns the points dropped.
    pub(super) fn push(&mut self, batch: &Arc<Batch>, arrival: Timestamp) -> u64 {
        // Bulk values are not written: held, they would only be in the way of those that are to be seen.
        let held = batch
            .without_bulk()
            .map_or_else(|| Arc::clone(batch), Arc::new);
        let bytes = held.own_bytes();
        if self.bytes + bytes <= self.cap_bytes {
            self.bytes += bytes;
            self.points += batch.points().len() as u64;
            self.waiting.push_back(Waiting::Batch(held, arrival));
            return 0;
        }
        let missing = missing_of(batch, arrival);
        if missing.points.points > 0 || missing.lines > 0 {
            match self.waiting.back_mut() {
                Some(Waiting::Gap(gap)) => gap.join(missing),
                _ => self.waiting.push_back(Waiting::Gap(missing)),
            }
        }
        batch.points().len() as u64
    }

    /// Takes the oldest.
    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let waiting = self.waiting.pop_front()?;
        if let Waiting::Batch(batch, _) = &waiting {
            self.bytes -= batch.own_bytes();
            self.points -= batch.points().len() as u64;
        }
        Some(waiting)
    }
}

impl Missing {
    /// Takes in what was dropped right behind it.
    fn join(&mut self, next: Self) {
        self.lines += next.lines;
        if self.points.points == 0 {
            self.points = next.points;
        } else if next.points.points > 0 {
            self.points.points += next.points.points;
            self.points.from_step = self.points.from_step.min(next.points.from_step);
            self.points.to_step = self.points.to_step.max(next.points.to_step);
        }
    }
}

/// What is lost with a batch. Its other messages are taken into account when it arrives.
fn missing_of(batch: &Batch, since: Timestamp) -> Missing {
    let steps = || batch.points().iter().map(|point| point.step);
    let mut missing = Missing {
        points: RunGap {
            points: batch.points().len() as u64,
            from_step: steps().min().unwrap_or_default(),
            to_step: steps().max().unwrap_or_default(),
        },
        lines: 0,
        since,
    };
    for message in batch.messages() {
        match message {
            Message::Text(_) | Message::Answer(_) => missing.lines += 1,
            // Dropped before it came here: told at this place with the rest.
            Message::Gap { points } => missing.points.points += points,
            _ => {}
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Bulk, BulkBudget, BulkValue, Point, RunId, SeriesId, Text};

    fn batch(from: u64, count: u64) -> Arc<Batch> {
        let mut batch = Batch::new(RunId(0));
        batch.extend_points((from..from + count).map(|step| Point {
            series: SeriesId(0),
            value: 0.0,
            step,
        }));
        Arc::new(batch)
    }

    #[test]
    fn bulk_values_do_not_wait_for_a_disk() {
        let budget = BulkBudget::new(1 << 20);
        let text = BulkValue::Text("x".repeat(100_000));
        let value = Bulk::within(&budget, text).expect("there is room");
        let mut with_bulk = Batch::clone(&batch(1, 10));
        with_bulk.push_message(Message::Bulk {
            series: SeriesId(1),
            step: 1,
            time: Timestamp::default(),
            value: Arc::new(value),
        });
        let mut held = Held::new(batch(1, 10).size_bytes() * 2);
        assert_eq!(held.push(&Arc::new(with_bulk), Timestamp::default()), 0);
        assert_eq!(budget.live_bytes(), 0);
        assert!(matches!(held.pop(), Some(Waiting::Batch(kept, _)) if kept.points().len() == 10));
        assert_eq!((held.points(), held.bytes), (0, 0));
    }

    #[test]
    fn beyond_the_cap_one_mark_tells_what_is_missing() {
        let when = Timestamp::from_unix_ns(9);
        let mut held = Held::new(batch(0, 10).size_bytes() * 2);
        assert_eq!(held.push(&batch(1, 10), when), 0);
        assert_eq!(held.push(&batch(11, 10), when), 0);
        assert_eq!(held.push(&batch(21, 10), when), 10);
        let mut text = Batch::clone(&batch(31, 5));
        text.push_message(Message::Text(Text {
            time: when,
            step: None,
            level: Default::default(),
            target: String::new(),
            text: "x".repeat(100_000),
        }));
        text.push_message(Message::Gap { points: 7 });
        assert_eq!(held.push(&Arc::new(text), when), 5);
        assert_eq!(held.points(), 20);
        assert!(
            matches!(held.pop(), Some(Waiting::Batch(batch, _)) if batch.points()[0].step == 1)
        );
        // There is room again, and the order stands.
        assert_eq!(held.push(&batch(36, 1), when), 0);
        assert!(matches!(held.pop(), Some(Waiting::Batch(..))));
        let Some(Waiting::Gap(missing)) = held.pop() else {
            panic!("the mark is behind what was kept");
        };
        let points = RunGap {
            points: 22,
            from_step: 21,
            to_step: 35,
        };
        assert_eq!(
            missing,
            Missing {
                points,
                lines: 1,
                since: when
            }
        );
        assert!(
            matches!(held.pop(), Some(Waiting::Batch(batch, _)) if batch.points()[0].step == 36)
        );
        assert!(held.is_empty());
        assert_eq!((held.points(), held.bytes), (0, 0));
    }
}
