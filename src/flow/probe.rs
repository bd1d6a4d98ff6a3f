//! The probe: what a producer holds to report what it measures.
//!
//! Reporting a scalar is one write into a ring that only this probe writes to: no lock, no allocation, no clock. The clock
//! is read once a step. A probe can be sent to another thread and cloned for it, but not shared: each thread holds its own.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::sync::Arc;

use super::control::Control;
use super::courier::Shared;
use super::lane::LaneWriter;
use super::phase::{Phase, Phases};
use crate::message::{
    Answer, Bulk, BulkError, BulkValue, Command, Confusion, Histogram, Hyperparameter, Image,
    Level, Message, Point, Points, Progress, Reply, Reported, RunId, RunInfo, Series, SeriesId,
    Step, StepMark, Text, Timestamp, Unit,
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
///
/// It may be sent to another thread, and cloned for it, but two threads cannot share one:
///
/// ```
/// # let probe = emberscope::flow::Hub::new().probe();
/// let mine = probe.clone();
/// std::thread::spawn(move || mine.step(1)).join().expect("it does not panic");
/// ```
///
/// ```compile_fail,E0277
/// # let probe = emberscope::flow::Hub::new().probe();
/// let shared = &probe;
/// std::thread::scope(|threads| {
///     threads.spawn(move || shared.step(1));
/// });
/// ```
#[derive(Debug)]
pub struct Probe {
    shared: Arc<Shared>,
    control: Control,
    lane: RefCell<LaneWriter>,
    step: Cell<Step>,
    /// A pause was answered and is not over.
    is_held: Cell<bool>,
    phases: Phases,
}

impl Clone for Probe {
    /// A probe of the same run for another thread, at the same step, with a ring of its own.
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            control: self.control.clone(),
            lane: RefCell::new(self.shared.open_lane()),
            step: self.step.clone(),
            is_held: Cell::default(),
            phases: self.phases.clone(),
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
            is_held: Cell::default(),
            phases: Phases::default(),
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

    /// Declares a series with its unit and all. A series of that name that is known already stays as it was declared; that it is
    /// of another kind is said once.
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

    /// Takes a step for the current one that somebody else has begun: what follows belongs to it.
    #[cfg_attr(
        not(feature = "train"),
        allow(dead_code, reason = "only the worker trains by several parts")
    )]
    pub(crate) fn stand_at(&self, step: Step) {
        self.step.set(step);
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

    /// Reports a histogram at the current step: of a series of [`Kind::Histogram`](crate::message::Kind), edges in its unit.
    ///
    /// Takes the histogram, or what came of making it: one that could not be made is said once a series and counted, and the
    /// training goes on. Like all bulk values it obeys the run's budget of bytes: where there is no room for it, it is counted
    /// and not kept. Never waits.
    ///
    /// ```
    /// use emberscope::message::{Histogram, Kind, Series};
    /// # let probe = emberscope::flow::Hub::new().probe();
    /// let weights = probe.declare(Series::of(Kind::Histogram, "weights/layer 1"));
    /// probe.step(1);
    /// probe.histogram(weights, Histogram::of(&[0.1, -0.3, 0.2], 30));
    /// ```
    pub fn histogram(&self, series: SeriesId, histogram: impl Reported<Histogram>) {
        self.bulk(series, histogram.checked());
    }

    /// Reports an image of shape `[channels, height, width]` at the current step, as [`Probe::histogram`] does a histogram.
    pub fn image(&self, series: SeriesId, image: impl Reported<Image>) {
        self.bulk(series, image.checked());
    }

    /// Reports points of shape `[n, 2]` or `[n, 3]` at the current step, as [`Probe::histogram`] does a histogram.
    pub fn points(&self, series: SeriesId, points: impl Reported<Points>) {
        self.bulk(series, points.checked());
    }

    /// Reports a confusion matrix at the current step, as [`Probe::histogram`] does a histogram.
    pub fn confusion(&self, series: SeriesId, confusion: impl Reported<Confusion>) {
        self.bulk(series, confusion.checked());
    }

    /// Reports a text that a model made or was given at the current step: of a series of [`Kind::Text`](crate::message::Kind).
    /// What the run itself has to say goes to [`Probe::text`].
    pub fn sample_text(&self, series: SeriesId, text: impl Into<String>) {
        self.bulk(series, Ok(text.into()));
    }

    fn bulk(&self, series: SeriesId, value: Result<impl Into<BulkValue>, BulkError>) {
        let step = self.step.get();
        let kept = value.and_then(|value| Bulk::within(&self.shared.bulk_budget, value.into()));
        let message = match kept {
            Ok(value) => Message::Bulk {
                series,
                step,
                time: Timestamp::now(),
                value: Arc::new(value),
            },
            Err(why) => {
                self.shared.note_skipped(series, &why);
                Message::Skipped { series, step }
            }
        };
        self.say(message);
    }

    /// Measures a phase of a step, until what it gives is dropped: its duration in seconds is a scalar of the series
    /// `phase/NAME`, at the step that is current then. Phases may be nested; each has all of its own time.
    ///
    /// Costs two readings of the clock and a scalar, once the phase is known to this probe.
    ///
    /// ```
    /// # let probe = emberscope::flow::Hub::new().probe();
    /// probe.step(1);
    /// {
    ///     let _phase = probe.phase("forward");
    ///     // what is measured
    /// }
    /// ```
    ///
    /// A phase ends before its probe does:
    ///
    /// ```compile_fail,E0597
    /// let phase = {
    ///     let probe = emberscope::flow::Hub::new().probe();
    ///     probe.phase("forward")
    /// };
    /// ```
    #[inline]
    pub fn phase(&self, name: &str) -> Phase<'_> {
        let known = self.phases.find(name);
        let series = known.unwrap_or_else(|| self.declare_phase(name));
        Phase::begin(self, series)
    }

    #[cold]
    fn declare_phase(&self, name: &str) -> SeriesId {
        let series = Series::scalar(&format!("phase/{name}")).with_unit(Unit::Seconds);
        let id = self.declare(series);
        self.phases.add(name, id);
        id
    }

    /// Says a hyperparameter, or what it is from now on.
    pub fn hyperparameter(&self, name: &str, value: impl Display) {
        self.say(Message::Hyperparameter(Hyperparameter {
            name: name.to_owned(),
            value: value.to_string(),
        }));
    }

    /// Says how far the run has come.
    pub fn progress(&self, progress: Progress) {
        self.say(Message::Progress(progress));
    }

    /// Says what the run is doing now, in a word or two; empty for plain training.
    ///
    /// A run whose activity was said before its first step counts as preparing until another is said, an empty one say: what
    /// compiles in the first step shows.
    pub fn activity(&self, activity: &str) {
        self.say(Message::Activity(activity.to_owned()));
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
    /// False means that a stop was asked for: leave the loop, and the run ends as stopped. A loop that can do more than pause,
    /// single-step and stop says so by calling [`Probe::checkpoint_point`] instead.
    #[must_use]
    pub fn proceed(&self) -> bool {
        self.checkpoint_point(|_| Reply::Refused("this training loop does not offer it".to_owned()))
    }

    /// The point between two steps where a run is steered: waits while the run is paused, does what was asked in the order
    /// asked, and tells whether to go on. Call it before each step. Costs one read of an atomic where nothing was asked.
    ///
    /// Pause, resume, single step and stop are done here. What else is asked ([`Command::Evaluate`], [`Command::Checkpoint`],
    /// [`Command::LearningRate`]) is handed to `obey`, at once and also while the run is paused; what it replies is shown in
    /// the window, logged, recorded and marked on the charts.
    ///
    /// ```
    /// use emberscope::message::{Command, LearningRate, Reply};
    /// # let probe = emberscope::flow::Hub::new().probe();
    /// let (mut rate, schedule) = (LearningRate::Scheduled, 0.1);
    /// for step in 1..=100 {
    ///     let goes_on = probe.checkpoint_point(|command| match command {
    ///         Command::LearningRate(asked) => {
    ///             rate = asked;
    ///             Reply::done()
    ///         }
    ///         _ => Reply::Refused("this loop only knows learning rates".to_owned()),
    ///     });
    ///     if !goes_on {
    ///         break; // somebody asked to stop
    ///     }
    ///     probe.step(step);
    ///     let rate = rate.of(schedule); // train with it
    /// }
    /// ```
    #[must_use]
    pub fn checkpoint_point(&self, mut obey: impl FnMut(Command) -> Reply) -> bool {
        while !self.control.is_calm() {
            if self.control.is_stopping() {
                if self.control.obey_stop() {
                    self.answer(Command::Stop, Reply::done());
                }
                return false;
            }
            match self.control.take_order() {
                Some(Command::Step) => {
                    self.answer(Command::Step, Reply::done());
                    return true;
                }
                Some(order) => {
                    let reply = obey(order);
                    self.answer(order, reply);
                }
                None if self.control.is_pausing() => {
                    if !self.is_held.replace(true) {
                        self.answer(Command::Pause, Reply::done());
                    }
                    self.control.wait_while_pausing();
                }
                None => {}
            }
        }
        if self.is_held.replace(false) {
            self.answer(Command::Resume, Reply::done());
        }
        true
    }

    /// Which run it reports to.
    #[must_use]
    pub fn run(&self) -> RunId {
        self.shared.run
    }

    /// The handle by which this run is paused and stopped.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    fn answer(&self, command: Command, reply: Reply) {
        self.say(Message::Answer(Box::new(Answer {
            command,
            step: self.step.get(),
            time: Timestamp::now(),
            reply,
        })));
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
    use crate::message::{Entry, LearningRate, Outcome};

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

    fn answers(message: &Message, command: Command) -> bool {
        matches!(message, Message::Answer(answer)
            if answer.command == command && answer.reply == Reply::done())
    }

    /// The answers of a run, in order: command, step, whether it was done.
    fn answered(messages: &[Message]) -> Vec<(Command, Step, bool)> {
        let answer = |message: &Message| match message {
            Message::Answer(answer) => Some((
                answer.command,
                answer.step,
                matches!(answer.reply, Reply::Done(_)),
            )),
            _ => None,
        };
        messages.iter().filter_map(answer).collect()
    }

    #[test]
    fn orders_are_obeyed_in_turn_and_what_a_loop_does_not_know_is_refused() {
        let (mut hub, inlet) = open();
        let probe = hub.probe();
        let rate = Command::LearningRate(LearningRate::Scaled(0.5));
        for command in [rate, Command::Evaluate, Command::Checkpoint] {
            assert!(hub.control().ask(command));
        }
        probe.step(3);
        let mut asked = Vec::new();
        let goes_on = probe.checkpoint_point(|command| {
            asked.push(command);
            if command == Command::Evaluate {
                Reply::Refused("no data is held out".to_owned())
            } else {
                Reply::done()
            }
        });
        assert!(goes_on);
        assert_eq!(asked, [rate, Command::Evaluate, Command::Checkpoint]);
        assert!(hub.control().ask(Command::Checkpoint));
        assert!(probe.proceed());
        drop(probe);
        hub.close(Outcome::Finished);
        assert_eq!(
            answered(&drain(&inlet).0),
            [
                (rate, 3, true),
                (Command::Evaluate, 3, false),
                (Command::Checkpoint, 3, true),
                (Command::Checkpoint, 3, false),
            ]
        );
    }

    #[test]
    fn a_single_step_is_one_step_and_a_pause_after_it() {
        let (mut hub, inlet) = open();
        let probe = hub.probe();
        let control = hub.control();
        control.ask(Command::Step);
        let worker = std::thread::Builder::new()
            .name("worker".into())
            .spawn(move || {
                let mut step = 0;
                while probe.proceed() {
                    step += 1;
                    probe.step(step);
                }
                step
            })
            .expect("a thread can be started");
        let mut messages: Vec<Message> = Vec::new();
        let mut wait_for = |wanted: &dyn Fn(&Message) -> bool| {
            while !messages.iter().any(wanted) {
                match inlet.receive_any() {
                    Received::Batch(batch) => messages.extend(batch.messages().cloned()),
                    other => panic!("the run ended early: {other:?}"),
                }
            }
        };
        wait_for(&|message| answers(message, Command::Pause));
        control.ask(Command::Step);
        wait_for(&|message| matches!(message, Message::Step(mark) if mark.step == 2));
        control.ask(Command::Stop);
        assert_eq!(worker.join().expect("the worker does not panic"), 2);
        hub.close(Outcome::Stopped);
        messages.extend(drain(&inlet).0);
        assert_eq!(
            answered(&messages),
            [
                (Command::Step, 0, true),
                (Command::Pause, 1, true),
                (Command::Step, 1, true),
                (Command::Stop, 2, true),
            ]
        );
    }

    #[test]
    fn what_a_run_did_not_come_to_is_refused_and_then_nothing_is_heard() {
        let (mut hub, inlet) = open();
        let control = hub.control();
        assert!(control.ask(Command::Checkpoint));
        hub.close(Outcome::Finished);
        let (messages, _) = drain(&inlet);
        assert_eq!(answered(&messages), [(Command::Checkpoint, 0, false)]);
        assert!(matches!(messages.last(), Some(Message::End { .. })));
        assert!(!control.ask(Command::Pause));
        assert!(!control.is_pausing());
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
        while !messages
            .iter()
            .any(|message| answers(message, Command::Pause))
        {
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
        assert!(answers(&rest[0], Command::Resume), "{:?}", rest[0]);
        assert!(rest.iter().any(|message| answers(message, Command::Stop)));
    }
}
