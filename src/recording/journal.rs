//! Turns batches into files: the recorder's work, without its thread.
//!
//! What a batch says of the run as a whole is folded into `run.json` when it arrives; its points and text are encoded at
//! once while the disk takes them, and held while it does not. So after a failure the event file goes on where it stopped,
//! in order, and what `run.json` says of a run's values is right even where points were dropped.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::event_file::EventWriter;
use super::held::{Held, Missing, Waiting};
use super::run_file::{RunFile, RunGap, RunOutcome};
use super::status::{Figures, RecordingReport, RecordingState, RecordingStatus};
use super::step_times::StepTimes;
use crate::message::{Answer, Batch, Entry, Level, Message, Outcome, Point, Step, Text, Timestamp};

/// Encoded bytes that are written without waiting for the next tick.
const WRITE_BYTES: usize = 1 << 18;
/// The longest that `run.json` is behind.
const RUN_FILE_AGE: Duration = Duration::from_secs(5);
/// The tag under which the places of missing points are told.
const GAP_TAG: &str = "recording/gap";
/// And that under which it is told what was asked of the run, and what came of it.
const CONTROL_TAG: &str = "emberscope/control";

/// Writes one run.
#[derive(Debug)]
pub(super) struct Journal {
    directory: PathBuf,
    events: EventWriter,
    run_file: RunFile,
    times: StepTimes,
    held: Held,
    dropped: u64,
    epoch: u32,
    /// The step that the run had come to when what is encoded was said.
    step: Step,
    is_run_file_wanted: bool,
    run_file_written: Option<Instant>,
    /// What the event file's disk said at the last try, if it failed.
    event_error: Option<String>,
    /// The same of `run.json`.
    run_file_error: Option<String>,
    /// The last error of the event file, also when it is over.
    past_error: Option<String>,
    status: Arc<RecordingStatus>,
}

impl Journal {
    /// An empty journal in `directory`. While the disk fails it keeps batches of `held_bytes` in all.
    pub(super) fn new(
        directory: PathBuf,
        events: EventWriter,
        run_file: RunFile,
        held_bytes: usize,
    ) -> Self {
        Self {
            status: Arc::new(RecordingStatus::new(directory.clone())),
            directory,
            events,
            run_file,
            times: StepTimes::default(),
            held: Held::new(held_bytes),
            dropped: 0,
            epoch: 0,
            step: 0,
            is_run_file_wanted: false,
            run_file_written: None,
            event_error: None,
            run_file_error: None,
            past_error: None,
        }
    }

    /// How it stands, for others to look at.
    pub(super) fn status(&self) -> Arc<RecordingStatus> {
        Arc::clone(&self.status)
    }

    /// Takes a batch: writes it, or keeps it for later.
    pub(super) fn take(&mut self, batch: &Arc<Batch>) {
        let arrival = Timestamp::now();
        self.run_file.observe(batch);
        let (mut has_started, mut is_epoch_new) = (false, false);
        for message in batch.messages() {
            match message {
                Message::Declare(id, series) => self.events.declare(*id, series),
                Message::Start(_) => has_started = true,
                Message::Progress(progress) if progress.epoch != self.epoch => {
                    self.epoch = progress.epoch;
                    is_epoch_new = true;
                }
                Message::Gap { points } => self.dropped += points,
                _ => {}
            }
        }
        if self.event_error.is_none() && self.held.is_empty() {
            self.encode(batch, arrival);
        } else {
            self.dropped += self.held.push(batch, arrival);
        }
        if is_epoch_new {
            self.is_run_file_wanted = true;
            // A failing disk is tried each second, whatever the epochs do.
            if self.event_error.is_none() {
                self.flush();
            }
        }
        if has_started {
            self.write_run_file();
        }
        self.publish();
    }

    /// To be called each second: writes what is pending, or tries again.
    pub(super) fn tick(&mut self, now: Instant) {
        self.flush();
        let is_old = self
            .run_file_written
            .is_none_or(|written| now.saturating_duration_since(written) >= RUN_FILE_AGE);
        if self.is_run_file_wanted || is_old {
            self.write_run_file();
        }
        self.publish();
    }

    /// Ends it: a last try to write what is left, and the account of it.
    pub(super) fn finish(mut self) -> RecordingReport {
        if self.run_file.outcome == RunOutcome::Running {
            let how = Outcome::Failed("the run ended without saying how".to_owned());
            self.run_file.end(&how, Timestamp::now());
        }
        self.flush();
        if self.event_error.is_none()
            && let Err(error) = self.events.sync()
        {
            self.event_error = Some(self.cannot_write(&error));
        }
        // What waits now waits in vain.
        self.dropped += self.waiting_points();
        self.write_run_file();
        if self.run_file_error.is_some()
            && self
                .run_file
                .write_in_place(&self.directory, Timestamp::now())
                .is_ok()
        {
            self.run_file_error = None;
        }
        self.status.set_figures(Figures {
            waiting: 0,
            ..self.figures()
        });

        let error = self.what_is_missing();
        if let Some(error) = &error {
            tracing::warn!("the recording is incomplete: {error}");
        }
        self.status.set_state(RecordingState::Sealed {
            error: error.clone(),
        });
        RecordingReport {
            path: self.directory,
            event_file: self.events.path().to_owned(),
            bytes: self.events.written_bytes(),
            points: self.events.written_points(),
            dropped: self.dropped,
            error,
        }
    }

    /// Why not all that the run said is on the disk, if so.
    fn what_is_missing(&self) -> Option<String> {
        let current = self.event_error.as_ref().or(self.run_file_error.as_ref());
        match (self.dropped, current) {
            (0, None) => None,
            (0, Some(error)) => Some(error.clone()),
            (dropped, current) => Some(format!(
                "{dropped} points are missing: {}",
                current
                    .or(self.past_error.as_ref())
                    .map_or("the disk was too slow", String::as_str)
            )),
        }
    }

    fn encode(&mut self, batch: &Batch, arrival: Timestamp) {
        for entry in batch.entries() {
            match entry {
                Entry::Points(points) => self.encode_points(points, arrival),
                Entry::Message(Message::Step(mark)) => {
                    self.step = self.step.max(mark.step);
                    self.times.mark(*mark);
                }
                Entry::Message(Message::Progress(progress)) => {
                    self.step = self.step.max(progress.step);
                }
                Entry::Message(Message::Text(text)) => self.encode_text(text, arrival),
                Entry::Message(Message::Answer(answer)) => self.encode_answer(answer),
                Entry::Message(Message::Gap { points }) => {
                    let step = self.run_file.progress.step;
                    self.encode_gap(Missing {
                        points: RunGap {
                            points: *points,
                            from_step: step,
                            to_step: step,
                        },
                        lines: 0,
                        since: arrival,
                    });
                }
                Entry::Message(_) => {}
            }
        }
        if self.events.pending_bytes() >= WRITE_BYTES && self.event_error.is_none() {
            self.write_pending();
        }
    }

    fn encode_points(&mut self, points: &[Point], arrival: Timestamp) {
        // Points of one step follow each other.
        for points in points.chunk_by(|one, next| one.step == next.step) {
            let wall_time = self.times.at(points[0].step, arrival).unix_seconds();
            for point in points {
                self.events.scalar(wall_time, *point);
            }
        }
    }

    /// The run's own lines and the program's log records are told apart, and each level, by their tags.
    fn encode_text(&mut self, text: &Text, arrival: Timestamp) {
        let time = if text.time == Timestamp::default() {
            arrival
        } else {
            text.time
        };
        let (seconds, step) = (time.unix_seconds(), text.step.unwrap_or_default());
        let level = match text.level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Success => "success",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        if text.target.is_empty() {
            let tag = format!("text/{level}");
            self.events.text(seconds, step, &tag, &text.text);
        } else {
            let line = format!("{}: {}", text.target, text.text);
            self.events
                .text(seconds, step, &format!("log/{level}"), &line);
        }
    }

    /// What a person asked for is a line of text at the step where it was done, or refused.
    fn encode_answer(&mut self, answer: &Answer) {
        let answer = Answer {
            step: answer.step.max(self.step),
            ..answer.clone()
        };
        let seconds = answer.time.unix_seconds();
        let text = answer.to_string();
        self.events.text(seconds, answer.step, CONTROL_TAG, &text);
    }

    fn encode_gap(&mut self, missing: Missing) {
        let RunGap {
            points,
            from_step,
            to_step,
        } = missing.points;
        let line = format!(
            "{points} points of steps {from_step} to {to_step} and {} lines of text are missing here",
            missing.lines
        );
        let seconds = missing.since.unix_seconds();
        self.events.text(seconds, to_step, GAP_TAG, &line);
        if points > 0 {
            self.run_file.add_gap(missing.points);
        }
    }

    /// Writes all that is pending and held, as far as the disk takes it.
    fn flush(&mut self) {
        if !self.write_pending() {
            return;
        }
        while let Some(waiting) = self.held.pop() {
            match waiting {
                Waiting::Batch(batch, arrival) => self.encode(&batch, arrival),
                Waiting::Gap(missing) => self.encode_gap(missing),
            }
            if self.event_error.is_some() {
                return;
            }
        }
        self.write_pending();
    }

    /// Writes what is encoded; whether that went well.
    fn write_pending(&mut self) -> bool {
        let result = self.events.flush();
        let error = result.as_ref().err().map(|error| self.cannot_write(error));
        if error.is_some() {
            self.past_error.clone_from(&error);
        }
        self.event_error = error;
        self.update_state();
        result.is_ok()
    }

    fn cannot_write(&self, error: &std::io::Error) -> String {
        format!("cannot write `{}`: {error}", self.events.path().display())
    }

    fn write_run_file(&mut self) {
        let record = &mut self.run_file.recording;
        record.event_file = self
            .events
            .path()
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        record.bytes = self.events.written_bytes();
        record.points = self.events.written_points();
        record.dropped = self.dropped;
        let result = self.run_file.write(&self.directory, Timestamp::now());
        self.is_run_file_wanted = result.is_err();
        self.run_file_written = Some(Instant::now());
        self.run_file_error = result.err().map(|error| error.to_string());
        self.update_state();
    }

    /// Says once when the disk begins to fail, and once when it is well again.
    fn update_state(&self) {
        let error = self.event_error.as_ref().or(self.run_file_error.as_ref());
        match (self.status.state(), error) {
            (RecordingState::Failing { since, error: said }, Some(error)) => {
                if said != *error {
                    let error = error.clone();
                    self.status
                        .set_state(RecordingState::Failing { error, since });
                }
            }
            (_, Some(error)) => {
                tracing::warn!("recording waits in memory for the disk: {error}");
                self.status.set_state(RecordingState::Failing {
                    error: error.clone(),
                    since: Timestamp::now(),
                });
            }
            (RecordingState::Failing { .. }, None) => {
                tracing::info!("recording reaches the disk again");
                self.status.set_state(RecordingState::Recording);
            }
            (_, None) => {}
        }
    }

    fn publish(&self) {
        self.status.set_figures(self.figures());
    }

    fn figures(&self) -> Figures {
        Figures {
            bytes: self.events.written_bytes(),
            points: self.events.written_points(),
            waiting: self.waiting_points(),
            dropped: self.dropped,
        }
    }

    fn waiting_points(&self) -> u64 {
        self.events.pending_points() + self.held.points()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::append_file::test_disk::TestDisk;
    use super::super::event::Event;
    use super::super::event_reader::EventReader;
    use super::super::run_file::ControlOutcome;
    use super::*;
    use crate::message::{
        Command, LearningRate, Progress, Reply, RunId, RunInfo, Series, SeriesId, StepMark,
    };

    /// A moment of the tests: step 1 at 1 s, step 2 at 2 s.
    fn second(step: Step) -> Timestamp {
        Timestamp::from_unix_ns(step * 1_000_000_000)
    }

    fn journal(directory: &Path, disk: &TestDisk, held_bytes: usize) -> Journal {
        let events = EventWriter::on(Box::new(disk.clone()), directory.join("events"));
        Journal::new(
            directory.to_owned(),
            events,
            RunFile::new(Vec::new()),
            held_bytes,
        )
    }

    fn declaration() -> Arc<Batch> {
        let mut batch = Batch::new(RunId(0));
        batch.push_message(Message::Start(Box::default()));
        batch.push_message(Message::Declare(SeriesId(0), Series::scalar("loss/train")));
        Arc::new(batch)
    }

    /// Steps with a mark and a point each.
    fn steps(steps: std::ops::Range<Step>) -> Arc<Batch> {
        let mut batch = Batch::new(RunId(0));
        for step in steps {
            batch.push_message(Message::Step(StepMark {
                step,
                time: second(step),
            }));
            batch.push_point(Point {
                series: SeriesId(0),
                value: step as f32,
                step,
            });
        }
        Arc::new(batch)
    }

    fn end() -> Arc<Batch> {
        let mut batch = Batch::new(RunId(0));
        batch.push_message(Message::End {
            outcome: Outcome::Finished,
            time: second(99),
        });
        Arc::new(batch)
    }

    fn events(disk: &TestDisk) -> Vec<Event> {
        let bytes = disk.state().bytes.clone();
        let mut reader = EventReader::new(bytes.as_slice());
        let events = reader
            .by_ref()
            .collect::<Result<_, _>>()
            .expect("every event is whole");
        assert!(!reader.is_truncated());
        events
    }

    /// Step, value and wall time of every point; they are the same number in these tests.
    fn recorded(disk: &TestDisk) -> Vec<i64> {
        let events = events(disk);
        let points = events
            .iter()
            .filter_map(|event| Some((event, event.values().first()?.scalar()?)));
        points
            .map(|(event, value)| {
                assert_eq!(value, event.step as f32);
                assert_eq!(event.wall_time, event.step as f64);
                event.step
            })
            .collect()
    }

    #[test]
    fn a_disk_that_fills_up_is_waited_for_in_memory() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let disk = TestDisk::with_room(2000);
        let mut journal = journal(directory.path(), &disk, 1 << 20);
        let status = journal.status();
        journal.take(&declaration());
        journal.take(&steps(1..100));
        assert_eq!(status.state(), RecordingState::Recording);
        assert_eq!(status.waiting_points(), 99);
        journal.tick(Instant::now());
        let RecordingState::Failing { error, since } = status.state() else {
            panic!("the disk is full");
        };
        assert!(error.contains("events"), "{error}");
        for from in 1..20 {
            journal.take(&steps(from * 100..from * 100 + 100));
            journal.tick(Instant::now());
            // The failure is the same one.
            assert!(
                matches!(status.state(), RecordingState::Failing { since: at, .. } if at == since)
            );
        }
        let before = recorded(&disk);
        assert_eq!(before, (1..=before.len() as i64).collect::<Vec<_>>());
        assert_eq!(status.points(), before.len() as u64);
        assert_eq!(status.waiting_points() + status.points(), 1999);

        disk.state().room = usize::MAX;
        journal.tick(Instant::now());
        assert_eq!(status.state(), RecordingState::Recording);
        assert_eq!((status.waiting_points(), status.dropped_points()), (0, 0));
        journal.take(&steps(2000..2100));
        journal.take(&end());
        let report = journal.finish();
        assert_eq!(
            (report.points, report.dropped, report.error),
            (2099, 0, None)
        );
        assert_eq!(recorded(&disk), (1..2100).collect::<Vec<_>>());
        assert_eq!(status.state(), RecordingState::Sealed { error: None });
    }

    #[test]
    fn beyond_the_cap_points_are_dropped_counted_and_their_place_marked() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let disk = TestDisk::with_room(500);
        let cap = steps(1..101).size_bytes() * 3;
        let mut journal = journal(directory.path(), &disk, cap);
        let status = journal.status();
        journal.take(&declaration());
        for from in 0..10 {
            journal.take(&steps(from * 100 + 1..from * 100 + 101));
            journal.tick(Instant::now());
        }
        // The first hundred is encoded, three more are held.
        assert_eq!(status.dropped_points(), 600);
        disk.state().room = usize::MAX;
        journal.tick(Instant::now());
        journal.take(&steps(1001..1101));
        journal.take(&end());
        let report = journal.finish();
        assert_eq!((report.points, report.dropped), (500, 600));
        assert!(
            report
                .error
                .is_some_and(|error| error.starts_with("600 points are missing"))
        );
        let expected: Vec<i64> = (1..401).chain(1001..1101).collect();
        assert_eq!(recorded(&disk), expected);
        let events = events(&disk);
        let gap = events
            .iter()
            .position(|event| event.values().iter().any(|value| value.text().is_some()))
            .expect("the place is marked");
        assert_eq!((events[gap - 1].step, events[gap + 1].step), (400, 1001));
        let (tag, text) = events[gap].values()[0].text().expect("it is text");
        assert_eq!(tag, GAP_TAG);
        assert!(
            text.starts_with("600 points of steps 401 to 1000 "),
            "{text}"
        );

        let file = RunFile::read(directory.path()).expect("it was written");
        assert_eq!(
            file.recording.gaps,
            [RunGap {
                points: 600,
                from_step: 401,
                to_step: 1000
            }]
        );
        assert_eq!((file.recording.points, file.recording.dropped), (500, 600));
        // What the run came to is known though points were dropped.
        assert_eq!(file.series[0].points, 1100);
        assert_eq!(file.progress.step, 1100);
        assert_eq!(file.outcome, RunOutcome::Finished);
    }

    #[test]
    fn a_disk_that_stays_full_is_reported_at_the_end() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let disk = TestDisk::with_room(500);
        let mut journal = journal(directory.path(), &disk, 1 << 20);
        let status = journal.status();
        journal.take(&declaration());
        journal.take(&steps(1..51));
        journal.tick(Instant::now());
        journal.take(&steps(51..101));
        journal.take(&end());
        let report = journal.finish();
        assert_eq!(report.points, recorded(&disk).len() as u64);
        assert_eq!(report.points + report.dropped, 100);
        assert!(report.dropped > 50);
        assert!(report.to_string().contains("incomplete"));
        assert_eq!(
            status.state(),
            RecordingState::Sealed {
                error: report.error
            }
        );
        assert_eq!(
            (status.waiting_points(), status.dropped_points()),
            (0, report.dropped)
        );
    }

    #[test]
    fn a_run_file_that_cannot_be_written_is_a_failure_too_and_mends() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let runs = directory.path().join("run-1");
        let disk = TestDisk::with_room(usize::MAX);
        let mut journal = journal(&runs, &disk, 1 << 20);
        let status = journal.status();
        journal.take(&declaration());
        assert!(
            matches!(status.state(), RecordingState::Failing { error, .. } if error.contains("run.json"))
        );
        // Points go on to the disk.
        journal.take(&steps(1..5));
        journal.tick(Instant::now());
        assert_eq!(status.points(), 4);
        std::fs::create_dir(&runs).expect("it can be made");
        journal.tick(Instant::now());
        assert_eq!(status.state(), RecordingState::Recording);
        drop(journal);
        let file = RunFile::read(&runs).expect("it was written");
        assert_eq!(file.outcome, RunOutcome::Running);
        assert_eq!(file.recording.points, 4);
    }

    #[test]
    fn a_new_epoch_is_written_at_once() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let disk = TestDisk::with_room(usize::MAX);
        let mut journal = journal(directory.path(), &disk, 1 << 20);
        let status = journal.status();
        journal.take(&declaration());
        let progress = |epoch| {
            let mut batch = Batch::clone(&steps(1..2));
            batch.push_message(Message::Progress(Progress {
                epoch,
                ..Progress::default()
            }));
            Arc::new(batch)
        };
        journal.take(&progress(1));
        assert_eq!(status.points(), 1);
        journal.take(&progress(1));
        assert_eq!((status.points(), status.waiting_points()), (1, 1));
        journal.take(&progress(2));
        assert_eq!((status.points(), status.waiting_points()), (3, 0));
    }

    #[test]
    fn late_points_have_the_time_of_their_step_and_text_its_level() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let disk = TestDisk::with_room(usize::MAX);
        let mut journal = journal(directory.path(), &disk, 1 << 20);
        journal.take(&declaration());
        let mut batch = Batch::clone(&steps(1..500));
        batch.push_message(Message::Gap { points: 3 });
        for (level, target) in [(Level::Warn, ""), (Level::Error, "data")] {
            batch.push_message(Message::Text(Text {
                time: second(600),
                step: Some(499),
                level,
                target: target.to_owned(),
                text: "look".to_owned(),
            }));
        }
        // Read back from the device long after.
        for step in 1..500 {
            batch.push_point(Point {
                series: SeriesId(7),
                value: step as f32,
                step,
            });
        }
        journal.take(&Arc::new(batch));
        let info = RunInfo::default();
        let mut last = Batch::new(RunId(0));
        last.push_message(Message::Info(Box::new(info)));
        journal.take(&Arc::new(last));
        let report = journal.finish();
        assert_eq!((report.points, report.dropped), (998, 3));
        let twice: Vec<i64> = (1..500).chain(1..500).collect();
        assert_eq!(recorded(&disk), twice);
        let events = events(&disk);
        let texts: Vec<_> = events
            .iter()
            .filter_map(|event| {
                Some((event.wall_time, event.step, event.values().first()?.text()?))
            })
            .collect();
        assert!(texts[0].2.1.starts_with("3 points "));
        assert_eq!(texts[1], (600.0, 499, ("text/warn", "look")));
        assert_eq!(texts[2], (600.0, 499, ("log/error", "data: look")));
        // Nobody said how it ended.
        let file = RunFile::read(directory.path()).expect("it was written");
        assert_eq!(file.outcome, RunOutcome::Failed);
    }

    #[test]
    fn what_was_asked_is_read_back_with_what_came_of_it() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let disk = TestDisk::with_room(usize::MAX);
        let mut journal = journal(directory.path(), &disk, 1 << 20);
        journal.take(&declaration());
        let rate = Command::LearningRate(LearningRate::Scaled(0.5));
        let mut batch = Batch::clone(&steps(1..8));
        for (command, seconds, reply) in [
            (rate, 8, Reply::done()),
            (
                Command::Checkpoint,
                9,
                Reply::Refused("größer als der Platz".into()),
            ),
            (Command::Evaluate, 10, Reply::Done("97.8 %".into())),
        ] {
            let time = second(seconds);
            batch.push_message(Message::Answer(Box::new(Answer {
                command,
                step: 0,
                time,
                reply,
            })));
        }
        // What the run came to later is no reason to tell it later.
        batch.push_message(Message::Step(StepMark {
            step: 8,
            time: second(11),
        }));
        journal.take(&Arc::new(batch));
        journal.take(&end());
        let report = journal.finish();
        assert_eq!((report.points, report.error), (7, None));
        let events = events(&disk);
        let told: Vec<_> = events
            .iter()
            .filter_map(|event| {
                let (tag, text) = event.values().first()?.text()?;
                assert_eq!(tag, CONTROL_TAG);
                Some((event.step, event.wall_time, text))
            })
            .collect();
        assert_eq!(
            told,
            [
                (7, 8.0, "learning rate × 0.5 from step 7"),
                (7, 9.0, "checkpoint refused: größer als der Platz"),
                (7, 10.0, "evaluated at step 7: 97.8 %"),
            ]
        );
        let value = events.iter().find_map(|event| {
            event
                .values()
                .first()
                .filter(|value| value.text().is_some())
        });
        let value = value.expect("there are three");
        assert_eq!(value.tag, "emberscope/control/text_summary");
        let plugin = value
            .metadata
            .as_ref()
            .and_then(|about| about.plugin_data.as_ref());
        assert_eq!(
            plugin.map(|plugin| plugin.plugin_name.as_str()),
            Some("text")
        );

        let file = RunFile::read(directory.path()).expect("it was written");
        let controls: Vec<_> = file
            .controls
            .iter()
            .map(|control| {
                (
                    control.step,
                    control.command.as_str(),
                    control.text.as_str(),
                )
            })
            .collect();
        assert_eq!(
            controls,
            [
                (7, "learning rate × 0.5", ""),
                (7, "checkpoint", "größer als der Platz"),
                (7, "evaluate", "97.8 %"),
            ]
        );
        assert_eq!(file.controls[1].outcome, ControlOutcome::Refused);
        assert_eq!(file.controls[2].outcome, ControlOutcome::Done);
        assert_eq!(file.controls[0].time, Some(second(8)));
    }
}
