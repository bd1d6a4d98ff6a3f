//! Where a listener receives batches, and what becomes of those it has no time for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded, select};

use crate::message::{Batch, Message};

/// Batches a channel holds before the rest waits with the courier.
const CHANNEL_BATCHES: usize = 64;

/// Whatever yields the messages of runs: live training, a recorded run, a stream. Listeners cannot tell them apart.
pub trait Source {
    /// A new listener's end. It receives everything said from now on.
    fn subscribe(&mut self, overflow: Overflow) -> Inlet;
}

/// What happens to batches that a listener does not take in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// They wait, however many they are.
    Keep,
    /// Beyond this many waiting bytes the points of further batches are dropped, counted, and their place marked by a
    /// [`Message::Gap`]. Messages are kept.
    DropBeyond(usize),
}

/// What waiting for a batch came to.
#[derive(Debug)]
pub enum Received {
    /// A batch.
    Batch(Arc<Batch>),
    /// Nothing by the deadline.
    Nothing,
    /// The bell rang first.
    Bell,
    /// Nothing, and nothing will come any more.
    Closed,
}

#[derive(Debug, Default)]
struct Waiting {
    points: AtomicU64,
    dropped: AtomicU64,
}

/// A listener's end: batches in the order they were sent.
#[derive(Debug)]
pub struct Inlet {
    batches: Receiver<Arc<Batch>>,
    waiting: Arc<Waiting>,
}

impl Inlet {
    /// Waits for the next batch, at most until `deadline`.
    #[must_use]
    pub fn receive(&self, deadline: Instant) -> Received {
        match self.batches.recv_deadline(deadline) {
            Ok(batch) => self.received(batch),
            Err(RecvTimeoutError::Timeout) => Received::Nothing,
            Err(RecvTimeoutError::Disconnected) => Received::Closed,
        }
    }

    /// Waits for the next batch for as long as it takes.
    #[must_use]
    pub fn receive_any(&self) -> Received {
        self.batches
            .recv()
            .map_or(Received::Closed, |batch| self.received(batch))
    }

    /// Waits for the next batch, for `bell`, or until `deadline`, whichever comes first.
    ///
    /// A bell whose senders are gone counts as rung.
    #[must_use]
    pub fn receive_or(&self, bell: &Receiver<()>, deadline: Instant) -> Received {
        select! {
            recv(self.batches) -> batch => batch.map_or(Received::Closed, |batch| self.received(batch)),
            recv(bell) -> _ => Received::Bell,
            default(deadline.saturating_duration_since(Instant::now())) => Received::Nothing,
        }
    }

    fn received(&self, batch: Arc<Batch>) -> Received {
        self.waiting
            .points
            .fetch_sub(batch.points().len() as u64, Ordering::Relaxed);
        Received::Batch(batch)
    }

    /// Points sent to this listener that it has not received.
    #[must_use]
    pub fn waiting_points(&self) -> u64 {
        self.waiting.points.load(Ordering::Relaxed)
    }

    /// Points dropped because too much was waiting.
    #[must_use]
    pub fn dropped_points(&self) -> u64 {
        self.waiting.dropped.load(Ordering::Relaxed)
    }
}

/// The courier's end of an [`Inlet`].
#[derive(Debug)]
pub(super) struct Outlet {
    batches: Sender<Arc<Batch>>,
    /// What the channel had no room for, oldest first.
    backlog: VecDeque<Arc<Batch>>,
    backlog_bytes: usize,
    overflow: Overflow,
    waiting: Arc<Waiting>,
}

/// Where several runs, at the same time or one after another, feed one [`Inlet`].
///
/// The inlet is closed once this is gone and all runs that fed it are.
#[derive(Debug)]
pub struct Junction {
    batches: Sender<Arc<Batch>>,
    overflow: Overflow,
    waiting: Arc<Waiting>,
}

impl Junction {
    /// A junction that nothing flows into yet, and the inlet behind it.
    #[must_use]
    pub fn new(overflow: Overflow) -> (Self, Inlet) {
        let (outlet, inlet) = outlet(overflow);
        let junction = Self {
            batches: outlet.batches,
            overflow,
            waiting: outlet.waiting,
        };
        (junction, inlet)
    }

    /// One more end that feeds the inlet. What overflows is counted for each by itself.
    pub(super) fn outlet(&self) -> Outlet {
        Outlet {
            batches: self.batches.clone(),
            backlog: VecDeque::new(),
            backlog_bytes: 0,
            overflow: self.overflow,
            waiting: Arc::clone(&self.waiting),
        }
    }
}

/// The two ends of a new outlet.
pub(super) fn outlet(overflow: Overflow) -> (Outlet, Inlet) {
    let (sender, receiver) = bounded(CHANNEL_BATCHES);
    let waiting = Arc::new(Waiting::default());
    let outlet = Outlet {
        batches: sender,
        backlog: VecDeque::new(),
        backlog_bytes: 0,
        overflow,
        waiting: Arc::clone(&waiting),
    };
    (
        outlet,
        Inlet {
            batches: receiver,
            waiting,
        },
    )
}

impl Outlet {
    /// Sends a batch after all earlier ones, without waiting.
    pub(super) fn send(&mut self, batch: &Arc<Batch>) {
        let batch = match self.overflow {
            Overflow::DropBeyond(cap) if self.backlog_bytes + batch.own_bytes() > cap => {
                let dropped = batch.points().len() as u64;
                self.waiting.dropped.fetch_add(dropped, Ordering::Relaxed);
                let mut kept = Batch::new(batch.run);
                if dropped > 0 {
                    kept.push_message(Message::Gap { points: dropped });
                }
                for message in batch.messages() {
                    kept.push_message(message.clone());
                }
                Arc::new(kept)
            }
            _ => Arc::clone(batch),
        };
        self.waiting
            .points
            .fetch_add(batch.points().len() as u64, Ordering::Relaxed);
        self.backlog_bytes += batch.own_bytes();
        self.backlog.push_back(batch);
        self.flush();
    }

    /// Moves what was waiting into the channel, as far as there is room.
    pub(super) fn flush(&mut self) {
        while let Some(batch) = self.backlog.pop_front() {
            let bytes = batch.own_bytes();
            match self.batches.try_send(batch) {
                // A listener that is gone wants nothing more.
                Ok(()) | Err(TrySendError::Disconnected(_)) => self.backlog_bytes -= bytes,
                Err(TrySendError::Full(batch)) => {
                    self.backlog.push_front(batch);
                    break;
                }
            }
        }
    }

    /// Hands over all that waits, waiting for room. For the end of a run.
    pub(super) fn flush_all(&mut self) {
        for batch in self.backlog.drain(..) {
            if self.batches.send(batch).is_err() {
                break;
            }
        }
        self.backlog_bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Point, RunId, SeriesId};

    fn batch_of(points: u64, from: u64) -> Arc<Batch> {
        let mut batch = Batch::new(RunId(0));
        batch.extend_points((from..from + points).map(|step| Point {
            series: SeriesId(0),
            value: 1.0,
            step,
        }));
        Arc::new(batch)
    }

    #[test]
    fn what_the_channel_cannot_hold_waits_in_order() {
        let (mut outlet, inlet) = outlet(Overflow::Keep);
        for index in 0..1000 {
            outlet.send(&batch_of(10, index * 10));
        }
        assert_eq!(inlet.waiting_points(), 10_000);
        let mut next = 0;
        while next < 10_000 {
            outlet.flush();
            match inlet.receive(Instant::now()) {
                Received::Batch(batch) => {
                    for point in batch.points() {
                        assert_eq!(point.step, next);
                        next += 1;
                    }
                }
                other => panic!("expected a batch, got {other:?}"),
            }
        }
        assert_eq!(inlet.waiting_points(), 0);
        drop(outlet);
        assert!(matches!(inlet.receive_any(), Received::Closed));
    }

    #[test]
    fn a_junction_brings_several_runs_to_one_inlet_and_closes_it_after_the_last() {
        let (junction, inlet) = Junction::new(Overflow::Keep);
        let mut outlets = [junction.outlet(), junction.outlet()];
        drop(junction);
        for (index, outlet) in outlets.iter_mut().enumerate() {
            outlet.send(&batch_of(10, 10 * index as u64));
        }
        assert_eq!(inlet.waiting_points(), 20);
        let [first, second] = outlets;
        drop(first);
        let mut points = 0;
        while let Received::Batch(batch) = inlet.receive(Instant::now()) {
            points += batch.points().len();
        }
        assert_eq!((points, inlet.waiting_points()), (20, 0));
        assert!(matches!(inlet.receive(Instant::now()), Received::Nothing));
        drop(second);
        assert!(matches!(inlet.receive_any(), Received::Closed));
    }

    #[test]
    fn beyond_the_cap_points_are_dropped_counted_and_marked() {
        let (mut outlet, inlet) = outlet(Overflow::DropBeyond(10_000));
        let count = CHANNEL_BATCHES as u64 + 50;
        for index in 0..count {
            outlet.send(&batch_of(100, index * 100));
        }
        let dropped = inlet.dropped_points();
        assert!(dropped > 0);
        let (mut kept, mut marked) = (0, 0);
        loop {
            outlet.flush();
            let Received::Batch(batch) = inlet.receive(Instant::now()) else {
                break;
            };
            kept += batch.points().len() as u64;
            for message in batch.messages() {
                if let Message::Gap { points } = message {
                    marked += points;
                }
            }
        }
        assert_eq!(marked, dropped);
        assert_eq!(kept + dropped, count * 100);
    }
}
