//! What is told of a run as a whole: its state, its clock, its speed.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::deeds::Deeds;
use crate::message::{
    Answer, Command, Hyperparameter, Level, Message, Outcome, Progress, Reply, RunInfo, Step,
    StepMark, Text, Timestamp, printable, printable_lines,
};
use crate::scene::{RunState, RunSummary, RunView};

/// Speed is told over the steps of this long.
const SPEED_WINDOW: Duration = Duration::from_secs(5);
/// Step marks kept to tell when a late point was measured.
const MARKS: usize = 8192;
/// Lines of text kept for the log panel.
const LINES: usize = 500;

/// The story of a run, message by message.
#[derive(Debug, Default)]
pub(super) struct RunStory {
    info: Arc<RunInfo>,
    state: RunState,
    activity: Arc<str>,
    /// The activity was said before the first step and goes on: what that step waits for (data, kernels) is still being done.
    is_opening: bool,
    progress: Progress,
    marks: VecDeque<StepMark>,
    /// Steps before this moment do not count for speed: a pause lies between.
    speed_from: Timestamp,
    end: Option<Timestamp>,
    lines: VecDeque<Text>,
    log: Option<Arc<[Text]>>,
    deeds: Deeds,
}

impl RunStory {
    /// Takes note of what a message says of the run.
    pub(super) fn tell(&mut self, message: &Message) {
        match message {
            Message::Start(info) => {
                self.info = Arc::new(printable_info(info));
                self.state = RunState::Preparing;
            }
            Message::Info(info) => Arc::make_mut(&mut self.info).learn(&printable_info(info)),
            Message::Step(mark) => self.step(*mark),
            Message::Progress(progress) => {
                let step = self.progress.step.max(progress.step);
                self.progress = Progress { step, ..*progress };
            }
            Message::Activity(activity) => self.activity(activity),
            Message::Hyperparameter(setting) => {
                Arc::make_mut(&mut self.info).set(&printable_setting(setting));
            }
            Message::Text(text) => self.line(text.clone()),
            Message::Answer(answer) => self.answered(answer),
            Message::End { outcome, time } => {
                self.end = Some(*time);
                self.activity = "".into();
                self.is_opening = false;
                self.state = match outcome {
                    Outcome::Finished => RunState::Finished,
                    Outcome::Stopped => RunState::Stopped,
                    Outcome::Failed(error) => RunState::Failed(printable_lines(error).into()),
                };
            }
            Message::Declare(..)
            | Message::Bulk { .. }
            | Message::Skipped { .. }
            | Message::Gap { .. } => {}
        }
    }

    /// Nothing more will be said: a run that has not told how it ended has failed.
    pub(super) fn close(&mut self) {
        if !self.state.is_over() {
            self.end = Some(Timestamp::now());
            self.state = RunState::Failed("it ended without saying how".into());
        }
    }

    /// An activity that lasts from before the first step holds the run in preparation: a step is said before it is computed, and
    /// the first one waits for kernels that are being compiled.
    fn activity(&mut self, activity: &str) {
        let was_opening = self.is_opening;
        self.is_opening = self.marks.is_empty() && !activity.is_empty();
        self.activity = printable(activity).into();
        if was_opening && !self.is_opening {
            // Steps said meanwhile were waiting, too: they tell no speed.
            let newest = self.marks.back().map_or(self.speed_from, |mark| mark.time);
            self.speed_from = self.speed_from.max(newest);
        }
        if self.state == RunState::Preparing {
            self.state = self.running();
        }
    }

    fn line(&mut self, mut text: Text) {
        if let Cow::Owned(written) = printable_lines(&text.text) {
            text.text = written;
        }
        if let Cow::Owned(written) = printable(&text.target) {
            text.target = written;
        }
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(text);
        self.log = None;
    }

    /// Warns of what the run reports.
    pub(super) fn warn(&mut self, step: Step, text: String) {
        self.line(Text {
            time: Timestamp::now(),
            step: (step > 0).then_some(step),
            level: Level::Warn,
            target: String::new(),
            text,
        });
    }

    /// The run says what came of what a person asked: its state changes, and the log says where.
    fn answered(&mut self, answer: &Answer) {
        let answer = self.placed(answer);
        let level = match answer.reply {
            Reply::Refused(_) => Level::Warn,
            Reply::Done(_) => {
                self.obeyed(&answer);
                Level::Info
            }
        };
        self.deeds.note(&answer);
        self.line(Text {
            time: answer.time,
            step: (answer.step > 0).then_some(answer.step),
            level,
            target: String::new(),
            text: answer.to_string(),
        });
    }

    /// An answer at the step that the run has come to: whoever gives it may not count steps.
    pub(super) fn placed(&self, answer: &Answer) -> Answer {
        Answer {
            step: answer.step.max(self.progress.step),
            ..answer.clone()
        }
    }

    /// Takes note of what was done.
    fn obeyed(&mut self, answer: &Answer) {
        match answer.command {
            Command::Pause => self.state = RunState::Paused,
            Command::Resume => {
                self.speed_from = answer.time;
                self.state = self.running();
            }
            Command::Stop => self.state = RunState::Stopping,
            Command::Step | Command::Evaluate | Command::Checkpoint | Command::LearningRate(_) => {}
        }
    }

    /// What it has done of what it was asked.
    pub(super) const fn deeds(&self) -> &Deeds {
        &self.deeds
    }

    fn running(&self) -> RunState {
        if self.marks.is_empty() || self.is_opening {
            RunState::Preparing
        } else {
            RunState::Training
        }
    }

    fn step(&mut self, mark: StepMark) {
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back(mark);
        self.progress.step = self.progress.step.max(mark.step);
        if self.state == RunState::Preparing {
            self.state = self.running();
        }
    }

    /// When a step was reported, if it is not too long ago to be known.
    pub(super) fn time_of(&self, step: Step) -> Option<Timestamp> {
        let newest = self.marks.back()?;
        if newest.step <= step {
            return Some(newest.time);
        }
        let (first, second) = self.marks.as_slices();
        let marks = if second.first().is_some_and(|mark| mark.step <= step) {
            second
        } else {
            first
        };
        let after = marks.partition_point(|mark| mark.step <= step);
        after.checked_sub(1).map(|index| marks[index].time)
    }

    /// The run's name.
    pub(super) fn name(&self) -> &str {
        &self.info.name
    }

    /// How many steps it will have; `None` where that is not known, or it has ended and will have no more.
    pub(super) fn steps_to_come(&self) -> Option<Step> {
        let steps = Some(self.progress.steps).filter(|steps| *steps > 0);
        steps.filter(|_| !self.is_over())
    }

    /// Whether nothing more will come of it.
    pub(super) const fn is_over(&self) -> bool {
        self.state.is_over()
    }

    /// Whether time passes for it: it has begun, is not over and not held.
    pub(super) fn has_running_clock(&self) -> bool {
        matches!(
            self.state,
            RunState::Preparing | RunState::Training | RunState::Stopping
        )
    }

    /// Steps a second over the last seconds of training.
    fn speed(&self) -> Option<f64> {
        if self.is_opening {
            return None;
        }
        let newest = self.marks.back()?;
        let counts = |mark: &&StepMark| {
            mark.time >= self.speed_from && newest.time.since(mark.time) <= SPEED_WINDOW
        };
        let oldest = self.marks.iter().rev().take_while(counts).last()?;
        let seconds = newest.time.since(oldest.time).as_secs_f64();
        let steps = newest.step.saturating_sub(oldest.step);
        (steps > 0 && seconds > 0.0).then(|| steps as f64 / seconds)
    }

    /// The run as a scene shows it, at the moment `now`.
    pub(super) fn view(&self, now: Timestamp, samples_per_second: Option<f64>) -> RunView {
        let speed = self.speed();
        let left = self.progress.steps.saturating_sub(self.progress.step);
        let remaining = match (speed, &self.state) {
            (Some(speed), state) if !state.is_over() && self.progress.steps > 0 => {
                Duration::try_from_secs_f64(left as f64 / speed).ok()
            }
            _ => None,
        };
        RunView {
            info: Arc::clone(&self.info),
            state: self.state.clone(),
            activity: Arc::clone(&self.activity),
            progress: self.progress,
            elapsed: self.elapsed(now),
            remaining,
            steps_per_second: speed,
            samples_per_second,
        }
    }

    /// The run as it is listed among others, at the moment `now`; its number, colour and place are not known here.
    pub(super) fn summary(&self, now: Timestamp) -> RunSummary {
        RunSummary {
            name: self.name().into(),
            info: Arc::clone(&self.info),
            state: self.state.clone(),
            step: self.progress.step,
            elapsed: self.elapsed(now),
            ..RunSummary::default()
        }
    }

    /// How long it has taken, at the moment `now`.
    fn elapsed(&self, now: Timestamp) -> Duration {
        match self.state {
            RunState::Waiting => Duration::ZERO,
            _ => self.end.unwrap_or(now).since(self.info.started),
        }
    }

    /// The newest lines of text, oldest first.
    pub(super) fn log(&mut self) -> Arc<[Text]> {
        let lines = &self.lines;
        Arc::clone(
            self.log
                .get_or_insert_with(|| lines.iter().cloned().collect()),
        )
    }
}

/// What is known of a run, fit to be shown.
fn printable_info(info: &RunInfo) -> RunInfo {
    let shown = |text: &str| printable(text).into_owned();
    RunInfo {
        name: shown(&info.name),
        model: shown(&info.model),
        backend: shown(&info.backend),
        device: shown(&info.device),
        seed: info.seed,
        hyperparameters: info.hyperparameters.iter().map(printable_setting).collect(),
        started: info.started,
    }
}

fn printable_setting(setting: &Hyperparameter) -> Hyperparameter {
    Hyperparameter {
        name: printable(&setting.name).into_owned(),
        value: printable(&setting.value).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;
    use crate::message::{Batch, RunId};

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_unix_ns(1_000_000_000_000 + (seconds * 1e9) as u64)
    }

    fn started(steps: Step) -> RunStory {
        let mut story = RunStory::default();
        story.tell(&Message::Start(Box::new(RunInfo {
            started: at(0.0),
            ..RunInfo::default()
        })));
        story.tell(&Message::Progress(Progress {
            epoch: 1,
            epochs: 1,
            step: 0,
            steps,
        }));
        story
    }

    #[test]
    fn speed_and_remaining_time_follow_the_last_seconds() {
        let mut story = started(1000);
        assert_eq!(story.view(at(1.0), None).state, RunState::Preparing);
        for step in 1..=100 {
            story.tell(&Message::Step(StepMark {
                step,
                time: at(step as f64 * 0.1),
            }));
        }
        let view = story.view(at(10.5), None);
        assert_eq!(view.state, RunState::Training);
        assert!((view.steps_per_second.expect("100 steps tell a speed") - 10.0).abs() < 0.01);
        assert!((view.remaining.expect("the end is known").as_secs_f64() - 90.0).abs() < 0.1);
        assert_eq!(view.elapsed, Duration::from_millis(10_500));
    }

    /// A store that has been told of a run's start.
    fn begun() -> Store {
        let mut store = Store::default();
        tell(&mut store, [Message::Start(Box::default())]);
        store
    }

    fn tell(store: &mut Store, messages: impl IntoIterator<Item = Message>) {
        let mut batch = Batch::new(RunId(0));
        for message in messages {
            batch.push_message(message);
        }
        store.ingest(&batch);
    }

    fn step(step: Step) -> Message {
        let time = at(step as f64);
        Message::Step(StepMark { step, time })
    }

    fn done(command: Command) -> Message {
        Message::Answer(Box::new(Answer {
            command,
            step: 0,
            time: Timestamp::now(),
            reply: Reply::done(),
        }))
    }

    fn activity(activity: &str) -> Message {
        Message::Activity(activity.into())
    }

    /// State, activity and speed, as a scene has them.
    fn doing(store: &mut Store) -> (RunState, String, Option<f64>) {
        let run = store.scene(1, 0).run;
        (run.state, run.activity.to_string(), run.steps_per_second)
    }

    #[test]
    fn a_scene_tells_of_the_newest_run_until_another_is_in_focus() {
        let mut store = Store::default();
        for (id, name) in [(0, "first"), (1, "second")] {
            let mut batch = Batch::new(RunId(id));
            let info = RunInfo {
                name: name.to_owned(),
                model: "cnn".to_owned(),
                ..RunInfo::default()
            };
            batch.push_message(Message::Start(Box::new(info)));
            // What it leaves open stays as it was.
            batch.push_message(Message::Info(Box::new(RunInfo {
                device: "cpu".to_owned(),
                ..RunInfo::default()
            })));
            batch.push_message(step(Step::from(id) + 10));
            store.ingest(&batch);
        }
        let mut told = |focus| {
            store.show(crate::scene::Viewport {
                focus,
                ..Default::default()
            });
            let scene = store.scene(1, 0);
            let run = scene.current_run().cloned().expect("one is told of");
            assert_eq!(
                (&run.info, run.step),
                (&scene.run.info, scene.run.progress.step)
            );
            (
                run.name.to_string(),
                run.step,
                scene.run.info.device.clone(),
            )
        };
        let (first, second) = (("first".to_owned(), 10), ("second".to_owned(), 11));
        for (focus, (name, step)) in [
            (None, second.clone()),
            (Some(RunId(0)), first),
            (Some(RunId(9)), second),
        ] {
            assert_eq!(told(focus), (name, step, "cpu".to_owned()));
        }
    }

    #[test]
    fn a_run_prepares_until_the_device_is_through_with_the_first_step() {
        let mut store = begun();
        tell(&mut store, [activity("opening the device")]);
        tell(
            &mut store,
            [activity("compiling kernels"), step(1), step(2)],
        );
        let compiling = || (RunState::Preparing, "compiling kernels".to_owned(), None);
        assert_eq!(doing(&mut store), compiling());
        // A pause does not make it forget.
        tell(&mut store, [done(Command::Pause)]);
        assert_eq!(doing(&mut store).0, RunState::Paused);
        tell(&mut store, [done(Command::Resume)]);
        assert_eq!(doing(&mut store), compiling());
        tell(&mut store, [activity("")]);
        assert_eq!(doing(&mut store), (RunState::Training, String::new(), None));
        tell(&mut store, [activity("validating"), step(3)]);
        let (state, activity, _) = doing(&mut store);
        assert_eq!((state, &*activity), (RunState::Training, "validating"));
    }

    #[test]
    fn a_run_that_says_no_activity_trains_from_its_first_step_on() {
        let mut store = begun();
        assert_eq!(doing(&mut store).0, RunState::Preparing);
        tell(&mut store, [step(1)]);
        assert_eq!(doing(&mut store).0, RunState::Training);
        // The end of the activity may overtake the step on its way.
        let mut store = begun();
        tell(
            &mut store,
            [activity("loading data"), activity(""), step(1)],
        );
        assert_eq!(doing(&mut store).0, RunState::Training);
    }

    #[test]
    fn waiting_for_kernels_does_not_count_for_the_speed() {
        let mut story = started(1000);
        story.tell(&activity("compiling kernels"));
        let mark = |story: &mut RunStory, step, seconds| {
            let time = at(seconds);
            story.tell(&Message::Step(StepMark { step, time }));
        };
        mark(&mut story, 1, 0.0);
        mark(&mut story, 2, 3.0);
        story.tell(&activity(""));
        mark(&mut story, 3, 3.1);
        mark(&mut story, 4, 3.2);
        let speed = story.view(at(3.2), None).steps_per_second;
        assert!((speed.expect("two steps tell a speed") - 10.0).abs() < 0.01);
    }

    #[test]
    fn what_a_person_asked_for_stands_in_the_log() {
        let mut store = begun();
        tell(
            &mut store,
            [
                done(Command::Pause),
                done(Command::Resume),
                step(1406),
                done(Command::Pause),
                done(Command::Resume),
                done(Command::Stop),
            ],
        );
        let log = store.scene(1, 0).log;
        let lines: Vec<&str> = log.iter().map(|line| &*line.text).collect();
        assert_eq!(
            lines,
            [
                "paused before the first step",
                "resumed",
                "paused at step 1,406",
                "resumed",
                "stopping at step 1,406",
            ]
        );
        assert_eq!((log[0].step, log[4].step), (None, Some(1406)));
    }

    #[test]
    fn the_clock_stops_at_the_end() {
        let mut story = started(10);
        assert!(story.has_running_clock());
        story.tell(&Message::End {
            outcome: Outcome::Finished,
            time: at(7.0),
        });
        assert!(!story.has_running_clock());
        assert_eq!(story.view(at(100.0), None).elapsed, Duration::from_secs(7));
    }

    #[test]
    fn a_steps_time_is_found_among_the_marks() {
        let mut story = started(0);
        for step in 1..=20_000 {
            story.tell(&Message::Step(StepMark {
                step,
                time: at(step as f64),
            }));
        }
        assert_eq!(story.time_of(19_000), Some(at(19_000.0)));
        assert_eq!(story.time_of(30_000), Some(at(20_000.0)));
        assert_eq!(story.time_of(15_000), Some(at(15_000.0)));
        assert_eq!(story.time_of(5), None);
    }
}
