//! What the room's tests share: a run to report into, and all that was said in it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::flow::{Control, Hub, Inlet, Overflow, Probe, Received, Source};
use crate::message::{Entry, Message, Outcome, Point, RunInfo, Series, SeriesId};

/// burn's random numbers come from one generator a process: tests that depend on them take turns.
pub(super) fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a run said.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) messages: Vec<Message>,
    pub(super) points: Vec<Point>,
}

impl Told {
    /// The names of the series, in the order of their declaration.
    pub(super) fn series(&self) -> Vec<Series> {
        self.messages
            .iter()
            .filter_map(|message| match message {
                Message::Declare(_, series) => Some(series.clone()),
                _ => None,
            })
            .collect()
    }

    /// The points of a series, by step.
    pub(super) fn points_of(&self, name: &str) -> Vec<Point> {
        let id = self.messages.iter().find_map(|message| match message {
            Message::Declare(id, series) if &*series.name == name => Some(*id),
            _ => None,
        });
        let id: SeriesId = id.unwrap_or_else(|| panic!("no series {name}"));
        let mut points: Vec<Point> = self
            .points
            .iter()
            .filter(|p| p.series == id)
            .copied()
            .collect();
        points.sort_by_key(|point| point.step);
        points
    }

    /// Every line of text.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.messages
            .iter()
            .filter_map(|message| match message {
                Message::Text(text) => Some(text.text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Every phase.
    pub(super) fn phases(&self) -> Vec<&str> {
        self.messages
            .iter()
            .filter_map(|message| match message {
                Message::Activity(phase) => Some(phase.as_str()),
                _ => None,
            })
            .collect()
    }

    fn add(&mut self, inlet: &Inlet) -> bool {
        let Received::Batch(batch) = inlet.receive_any() else {
            return false;
        };
        for entry in batch.entries() {
            match entry {
                Entry::Points(points) => self.points.extend_from_slice(points),
                Entry::Message(message) => self.messages.push(message.clone()),
            }
        }
        true
    }
}

/// Runs `producer` as a run of its own, and returns what it returned and what it said.
pub(super) fn record<T>(producer: impl FnOnce(Probe) -> T) -> (T, Told) {
    record_watched(|_, _| (), producer)
}

/// The same, with somebody who sees all that was said so far whenever more is, and may pause and stop the run.
pub(super) fn record_watched<T>(
    mut watch: impl FnMut(&Told, &Control) + Send + 'static,
    producer: impl FnOnce(Probe) -> T,
) -> (T, Told) {
    let mut hub = Hub::new();
    let inlet = hub.subscribe(Overflow::Keep);
    let control = hub.control();
    hub.open(RunInfo::default()).expect("the courier starts");
    // The run's end waits for its listeners, so they listen while it runs.
    let listener = std::thread::Builder::new()
        .name("listener".into())
        .spawn(move || {
            let mut told = Told::default();
            while told.add(&inlet) {
                watch(&told, &control);
            }
            told
        })
        .expect("a thread starts");
    let result = producer(hub.probe());
    hub.close(Outcome::Finished);
    let told = listener.join().expect("the listener does not panic");
    (result, told)
}
