//! The probe: what a producer holds to report what it measures.
//!
//! Reporting a scalar is one write into a ring that only this probe writes to: no lock, no allocation, no clock. The clock
//! is read once a step. A probe can be sent to another thread and cloned for it, but not shared: each thread holds its own.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::control::Control;
use super::courier::Shared;
use super::lane::LaneWriter;
use crate::message::{
    Command, Level, Message, Point, Progress, RunInfo, Series, SeriesId, Step, StepMark, Text,
    Timestamp,
};

/// A producer's end of a run.
///
/// ```
/// # use emberscope::flow::Hub;
/// # let hub = Hub::new();
/// let probe = hub.probe();
/// let loss = probe.series("loss/train");
/// for step in 1..=100 {
///     if !probe.proceed() {
///         break; // somebody asked to stop
///     }
///     probe.step(step);
///     probe.scalar(loss, 1.0 / step as f32);
/// }
/// ```
#[derive(Debug)]
pub struct Probe {
    shared: Arc<Shared>,
    control: Control,
    lane: RefCell<LaneWriter>,
    step: Cell<Step>,
}

impl Clone for Probe {
    /// A probe of the same run for another thread, at the same step, with a ring of its own.
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            control: self.control.clone(),
            lane: RefCell::new(self.shared.open_lane()),
            step: self.step.clone(),
        }
    }
}

impl Probe {
    pub(super) fn new(shared: Arc<Shared>, control: Control) -> Self {
        let lane = RefCell::new(shared.open_lane());
        Self {
            shared,
            control,
            lane,
            step: Cell::new(0),
        }
    }

    /// The series of that name: a path such as `loss/train`, whose split is read from it. Declares it if it is new.
    ///
    /// Takes a lock and compares names: ask once and keep the id.
    #[must_use]
    pub fn series(&self, name: &str) -> SeriesId {
        self.shared
            .find(name)
            .unwrap_or_else(|| self.declare(Series::scalar(name)))
    }

    /// Declares a series with its unit and all. A series of that name that is known already stays as it was declared.
    pub fn declare(&self, series: Series) -> SeriesId {
        self.shared.intern(series)
    }

    /// Begins a step: the scalars that follow belong to it and share its time. Steps count from 1.
    pub fn step(&self, step: Step) {
        self.step.set(step);
        self.say(Message::Step(StepMark {
            step,
            time: Timestamp::now(),
        }));
        self.shared.ring();
    }

    /// The step last begun, 0 before the first.
    #[must_use]
    pub fn current_step(&self) -> Step {
        self.step.get()
    }

    /// Reports a scalar at the current step. Never waits and never drops; NaN and infinities are data.
    #[inline]
    pub fn scalar(&self, series: SeriesId, value: f32) {
        self.scalar_at(series, self.step.get(), value);
    }

    /// Reports a scalar at a step of its own: for values that are known later than their step.
    #[inline]
    pub fn scalar_at(&self, series: SeriesId, step: Step, value: f32) {
        self.lane.borrow_mut().point(Point {
            series,
            value,
            step,
        });
    }

    /// Reports a scalar by its series' name. Convenient, and slower than [`Probe::scalar`] by the look-up.
    pub fn log(&self, name: &str, value: f32) {
        self.scalar(self.series(name), value);
    }

    /// Says how far the run has come.
    pub fn progress(&self, progress: Progress) {
        self.say(Message::Progress(progress));
    }

    /// Says what the run is doing now, in a word or two; empty for plain training.
    ///
    /// A run whose phase was said before its first step counts as preparing until another is said, an empty one say: what
    /// compiles in the first step shows.
    pub fn phase(&self, phase: &str) {
        self.say(Message::Phase(phase.to_owned()));
        self.shared.ring();
    }

    /// Says more of the run than was known when it started.
    pub fn info(&self, info: RunInfo) {
        self.say(Message::Info(Box::new(info)));
    }

    /// Says a line of text.
    pub fn text(&self, text: impl Into<String>) {
        self.text_at(Level::Info, text);
    }

    /// Says a line of text of some weight.
    pub fn text_at(&self, level: Level, text: impl Into<String>) {
        let step = self.step.get();
        self.record(Text {
            time: Timestamp::now(),
            step: (step > 0).then_some(step),
            level,
            target: String::new(),
            text: text.into(),
        });
    }

    pub(super) fn record(&self, text: Text) {
        self.say(Message::Text(text));
    }

    /// Call before each step: waits while the run is paused, and tells whether to go on.
    ///
    /// False means that a stop was asked for: leave the loop, and the run ends as stopped.
    #[must_use]
    pub fn proceed(&self) -> bool {
        if self.control.is_pausing() {
            self.acknowledge(Command::Pause);
            self.control.wait_while_pausing();
            if !self.control.is_stopping() {
                self.acknowledge(Command::Resume);
            }
        }
        if !self.control.is_stopping() {
            return true;
        }
        if self.control.obey_stop() {
            self.acknowledge(Command::Stop);
        }
        false
    }

    /// The handle by which this run is paused and stopped.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    fn acknowledge(&self, command: Command) {
        self.say(Message::Acknowledge(command));
        self.shared.ring();
    }

    fn say(&self, message: Message) {
        self.lane.borrow_mut().message(message);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::{Hub, Inlet, Overflow, Received, Source};
    use super::*;
    use crate::message::{Entry, Outcome};

    fn open() -> (Hub, Inlet) {
        let mut hub = Hub::new();
        let inlet = hub.subscribe(Overflow::Keep);
        hub.open(RunInfo::default()).expect("the courier starts");
        (hub, inlet)
    }

    /// All that is received until the run is closed.
    fn drain(inlet: &Inlet) -> (Vec<Message>, Vec<Point>) {
        let (mut messages, mut points) = (Vec::new(), Vec::new());
        while let Received::Batch(batch) = inlet.receive_any() {
            for entry in batch.entries() {
                match entry {
                    Entry::Points(some) => points.extend_from_slice(some),
                    Entry::Message(message) => messages.push(message.clone()),
                }
            }
        }
        (messages, points)
    }

    #[test]
    fn a_run_starts_declares_reports_and_ends_in_that_order() {
        let (mut hub, inlet) = open();
        let probe = hub.probe();
        let loss = probe.series("loss/train");
        assert_eq!(probe.series("loss/train"), loss);
        for step in 1..=5000 {
            probe.step(step);
            probe.scalar(loss, step as f32);
        }
        drop(probe);
        hub.close(Outcome::Finished);
        let (messages, points) = drain(&inlet);
        assert!(matches!(messages[0], Message::Start(_)));
        assert!(
            matches!(&messages[1], Message::Declare(id, series) if *id == loss && &*series.name == "loss/train")
        );
        assert!(matches!(
            messages.last(),
            Some(Message::End {
                outcome: Outcome::Finished,
                ..
            })
        ));
        assert_eq!(points.len(), 5000);
        assert!(
            points
                .iter()
                .zip(1..)
                .all(|(point, step)| point.step == step)
        );
    }

    #[test]
    fn a_point_arrives_though_no_other_call_comes() {
        let (_hub, inlet) = open();
        let probe = _hub.probe();
        probe.scalar(probe.series("x"), 1.0);
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            match inlet.receive(deadline) {
                Received::Batch(batch) if !batch.points().is_empty() => break,
                Received::Batch(_) => {}
                other => panic!("the point never came: {other:?}"),
            }
        }
    }

    #[test]
    fn a_series_is_declared_before_any_thread_reports_it() {
        for _ in 0..50 {
            let (mut hub, inlet) = open();
            let first = hub.probe();
            let second = first.clone();
            let thread = std::thread::Builder::new()
                .name("second".into())
                .spawn(move || {
                    for index in 0..50 {
                        second.log(&format!("series {index}"), 1.0);
                    }
                })
                .expect("a thread can be started");
            for index in 0..50 {
                first.log(&format!("series {index}"), 1.0);
            }
            thread.join().expect("the second producer does not panic");
            drop(first);
            hub.close(Outcome::Finished);
            let mut known = Vec::new();
            let mut count = 0;
            while let Received::Batch(batch) = inlet.receive_any() {
                for entry in batch.entries() {
                    match entry {
                        Entry::Message(Message::Declare(id, _)) => known.push(*id),
                        Entry::Message(_) => {}
                        Entry::Points(points) => {
                            count += points.len();
                            assert!(points.iter().all(|point| known.contains(&point.series)));
                        }
                    }
                }
            }
            assert_eq!(count, 100);
        }
    }

    #[test]
    fn a_pause_holds_the_worker_until_it_is_resumed() {
        let (mut hub, inlet) = open();
        let probe = hub.probe();
        let control = hub.control();
        control.ask(Command::Pause);
        let worker = std::thread::Builder::new()
            .name("worker".into())
            .spawn(move || {
                let mut step = 0;
                while probe.proceed() {
                    step += 1;
                    probe.step(step);
                    if step == 3 {
                        probe.control().ask(Command::Stop);
                    }
                }
                step
            })
            .expect("a thread can be started");
        let mut messages = Vec::new();
        while !messages.contains(&Message::Acknowledge(Command::Pause)) {
            match inlet.receive_any() {
                Received::Batch(batch) => messages.extend(batch.messages().cloned()),
                other => panic!("the run ended early: {other:?}"),
            }
        }
        assert!(
            !messages
                .iter()
                .any(|message| matches!(message, Message::Step(_)))
        );
        control.ask(Command::Resume);
        assert_eq!(worker.join().expect("the worker does not panic"), 3);
        hub.close(Outcome::Stopped);
        let (rest, _) = drain(&inlet);
        assert_eq!(rest[0], Message::Acknowledge(Command::Resume));
        assert!(rest.contains(&Message::Acknowledge(Command::Stop)));
    }
}
