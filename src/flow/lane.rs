//! A lane: the ring between one probe and the courier, and what happens when it is full.
//!
//! Points go through a wait-free ring. Messages, a few a step, go through a list under a lock that is only ever held for a
//! push or a swap; each carries the number of points said before it. When the ring is full the points overflow into that
//! same list's neighbour, and keep doing so until the courier has emptied both, so that their order stands.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rtrb::{Consumer, Producer, RingBuffer};

use crate::message::{Batch, Message, Point};

/// Points a ring holds: 512 KiB, 10 ms at 3 million points a second.
const RING_POINTS: usize = 1 << 15;

#[derive(Debug, Default)]
struct Slow {
    /// Each with the number of points of this lane said before it.
    messages: Vec<(u64, Message)>,
    /// Points that found the ring full.
    overflow: Vec<Point>,
    /// The number of points said before the first of `overflow`.
    overflow_from: u64,
}

/// The producer's end.
#[derive(Debug)]
pub(super) struct LaneWriter {
    ring: Producer<Point>,
    slow: Arc<Mutex<Slow>>,
    said: u64,
    is_overflowing: bool,
}

/// The courier's end.
#[derive(Debug)]
pub(super) struct LaneReader {
    ring: Consumer<Point>,
    slow: Arc<Mutex<Slow>>,
    taken: u64,
    points: Vec<Point>,
}

/// The two ends of a new lane.
pub(super) fn lane() -> (LaneWriter, LaneReader) {
    let (producer, consumer) = RingBuffer::new(RING_POINTS);
    let slow = Arc::new(Mutex::new(Slow::default()));
    let writer = LaneWriter {
        ring: producer,
        slow: Arc::clone(&slow),
        said: 0,
        is_overflowing: false,
    };
    let reader = LaneReader {
        ring: consumer,
        slow,
        taken: 0,
        points: Vec::new(),
    };
    (writer, reader)
}

fn locked(slow: &Mutex<Slow>) -> MutexGuard<'_, Slow> {
    slow.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LaneWriter {
    /// Says a point. Never waits, never drops.
    #[inline]
    pub(super) fn point(&mut self, point: Point) {
        self.said += 1;
        if self.is_overflowing || self.ring.push(point).is_err() {
            self.overflow(point);
        }
    }

    #[cold]
    fn overflow(&mut self, point: Point) {
        let mut slow = locked(&self.slow);
        if self.is_overflowing && slow.overflow.is_empty() {
            // The courier has emptied the ring and then the overflow: back to the ring.
            self.is_overflowing = self.ring.push(point).is_err();
        } else {
            self.is_overflowing = true;
        }
        if self.is_overflowing {
            if slow.overflow.is_empty() {
                slow.overflow_from = self.said - 1;
            }
            slow.overflow.push(point);
        }
    }

    /// Says a message, after all points said so far.
    pub(super) fn message(&mut self, message: Message) {
        locked(&self.slow).messages.push((self.said, message));
    }
}

impl LaneReader {
    /// Whether the producer is gone. What it said may still wait to be taken.
    pub(super) fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }

    fn take_from_ring(&mut self, most: usize) {
        let available = self.ring.slots().min(most);
        if let Ok(chunk) = self.ring.read_chunk(available) {
            self.points.extend(chunk);
        }
    }

    /// Moves what was said so far to the end of `batch`, in order.
    pub(super) fn drain_into(&mut self, batch: &mut Batch) {
        let base = self.taken;
        self.take_from_ring(usize::MAX);
        let (messages, overflow, overflow_from) = {
            let mut slow = locked(&self.slow);
            (
                std::mem::take(&mut slow.messages),
                std::mem::take(&mut slow.overflow),
                slow.overflow_from,
            )
        };
        // Points may have entered the ring since it was read. Those said before what was just taken belong here; later ones
        // may follow messages that are not taken yet, and stay.
        let wanted = if overflow.is_empty() {
            messages.last().map_or(0, |(said, _)| *said)
        } else {
            overflow_from
        };
        let missing = wanted.saturating_sub(base + self.points.len() as u64);
        self.take_from_ring(usize::try_from(missing).unwrap_or(usize::MAX));
        self.points.extend(overflow);

        let mut from = 0;
        for (said, message) in messages {
            let to = usize::try_from(said - base)
                .unwrap_or(usize::MAX)
                .min(self.points.len());
            batch.extend_points(self.points[from..to].iter().copied());
            batch.push_message(message);
            from = to;
        }
        batch.extend_points(self.points[from..].iter().copied());
        self.taken = base + self.points.len() as u64;
        self.points.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Entry, RunId, SeriesId, StepMark, Timestamp};

    fn say(writer: &mut LaneWriter, step: u64) {
        writer.point(Point {
            series: SeriesId(0),
            value: 0.0,
            step,
        });
    }

    /// Every point's step, and every message's step plus a million, in order.
    fn told(batch: &Batch) -> Vec<u64> {
        batch
            .entries()
            .flat_map(|entry| match entry {
                Entry::Points(points) => points.iter().map(|point| point.step).collect(),
                Entry::Message(Message::Step(mark)) => vec![mark.step + 1_000_000],
                Entry::Message(other) => panic!("unexpected {other:?}"),
            })
            .collect()
    }

    fn mark(step: u64) -> Message {
        Message::Step(StepMark {
            step,
            time: Timestamp::default(),
        })
    }

    #[test]
    fn messages_keep_their_place_between_points() {
        let (mut writer, mut reader) = lane();
        writer.message(mark(0));
        say(&mut writer, 1);
        writer.message(mark(1));
        say(&mut writer, 2);
        let mut batch = Batch::new(RunId(0));
        reader.drain_into(&mut batch);
        say(&mut writer, 3);
        writer.message(mark(3));
        reader.drain_into(&mut batch);
        assert_eq!(told(&batch), [1_000_000, 1, 1_000_001, 2, 3, 1_000_003]);
    }

    #[test]
    fn a_full_ring_overflows_and_loses_nothing() {
        let (mut writer, mut reader) = lane();
        let many = RING_POINTS as u64 * 3 + 17;
        let mut batch = Batch::new(RunId(0));
        for round in 0..3 {
            for step in 0..many {
                say(&mut writer, round * many + step);
            }
            reader.drain_into(&mut batch);
        }
        let steps: Vec<u64> = batch.points().iter().map(|point| point.step).collect();
        assert_eq!(steps, (0..many * 3).collect::<Vec<_>>());
    }

    #[test]
    fn order_holds_between_two_running_threads() {
        let (mut writer, mut reader) = lane();
        let count = 2_000_000_u64;
        let producer = std::thread::Builder::new()
            .name("producer".into())
            .spawn(move || {
                for step in 0..count {
                    if step % 1000 == 0 {
                        writer.message(mark(step));
                    }
                    say(&mut writer, step);
                }
            })
            .expect("a thread can be started");
        let mut expected = 0;
        while expected < count {
            let is_last = reader.is_abandoned();
            let mut batch = Batch::new(RunId(0));
            reader.drain_into(&mut batch);
            for entry in batch.entries() {
                match entry {
                    Entry::Points(points) => {
                        for point in points {
                            assert_eq!(point.step, expected);
                            expected += 1;
                        }
                    }
                    Entry::Message(Message::Step(mark)) => assert_eq!(mark.step, expected),
                    Entry::Message(other) => panic!("unexpected {other:?}"),
                }
            }
            assert!(!is_last || expected == count, "a point was lost");
        }
        producer.join().expect("the producer does not panic");
    }
}
