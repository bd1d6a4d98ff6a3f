//! `run.json`: what ran, with what, when, how far it came and how it ended: all that event files have no place for.
//!
//! It is folded from the same messages that everyone receives, and replaced as a whole. So a
//! run that was killed has one too, as it stood a few seconds before.

use std::fs::{Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::series_record::SeriesRecord;
use crate::message::{
    Answer, Batch, Entry, Message, Outcome, Point, Progress, Reply, RunInfo, Series, SeriesId,
    Step, Timestamp,
};
use crate::whole_file;

/// The name of the file within a run's directory.
pub const RUN_FILE_NAME: &str = "run.json";

/// The version of what the file says; it changes when the meaning of a field does.
const SCHEMA: u32 = 1;

/// Gaps told one by one; more are joined to the last of them.
const MOST_GAPS: usize = 100;
/// Commands that are told; beyond them the oldest goes. The event file has all.
const MOST_CONTROLS: usize = 500;

/// Why `run.json` could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum RunFileError {
    /// The disk would not have it.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is not there, or not to be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It says something else than a run.
    #[error("`{}` does not describe a run: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// How a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    /// It was under way when the file was written: still is, or was killed.
    #[default]
    Running,
    /// It did all it set out to do.
    Finished,
    /// It was asked to stop, and did.
    Stopped,
    /// It failed: [`RunFile::error`] says how.
    Failed,
}

/// How far a run has come. A total of 0 means that it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProgressRecord {
    /// The epoch reached, from 1.
    pub epoch: u32,
    /// Epochs in all.
    pub epochs: u32,
    /// The step reached.
    pub step: Step,
    /// Steps in all.
    pub steps: Step,
}

/// What the event file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordingRecord {
    /// The event file's name, in the same directory.
    pub event_file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Points in it.
    pub points: u64,
    /// Points that were reported and are not in it.
    pub dropped: u64,
    /// Where points are missing.
    pub gaps: Vec<RunGap>,
}

/// A place where points are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunGap {
    /// How many.
    pub points: u64,
    /// The step reached when the first was dropped.
    pub from_step: Step,
    /// The step reached when the last was dropped.
    pub to_step: Step,
}

/// What `run.json` says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFile {
    /// The version of the file's form: 1.
    pub schema: u32,
    /// The run's name.
    pub name: String,
    /// The model in a few words.
    pub model: String,
    /// What computed.
    pub backend: String,
    /// The device it computed on.
    pub device: String,
    /// The seed, where there was one.
    pub seed: Option<u64>,
    /// Settings by name, as text, in the order they should be read.
    pub hyperparameters: Map<String, Value>,
    /// The version of emberscope that recorded the run.
    pub emberscope: String,
    /// The command line.
    pub arguments: Vec<String>,
    /// When it started.
    #[serde(with = "rfc_3339")]
    pub started: Option<Timestamp>,
    /// When this file was written.
    #[serde(with = "rfc_3339")]
    pub updated: Option<Timestamp>,
    /// When it ended.
    #[serde(with = "rfc_3339")]
    pub ended: Option<Timestamp>,
    /// How it stands.
    pub outcome: RunOutcome,
    /// What failed, if it failed.
    pub error: Option<String>,
    /// How far it came.
    pub progress: ProgressRecord,
    /// What was recorded.
    pub recording: RecordingRecord,
    /// What was asked of it while it ran, and what came of that, oldest first.
    pub controls: Vec<ControlRecord>,
    /// Its series, in the order of declaration.
    pub series: Vec<SeriesRecord>,
}

/// What came of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ControlOutcome {
    /// It was done.
    #[default]
    Done,
    /// It could not be done.
    Refused,
}

/// A command, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ControlRecord {
    /// The step after which it took effect, or was refused; 0 before the first.
    pub step: Step,
    /// When.
    #[serde(with = "rfc_3339")]
    pub time: Option<Timestamp>,
    /// What was asked: `pause`, `learning rate × 0.5`.
    pub command: String,
    /// What came of it.
    pub outcome: ControlOutcome,
    /// What there is to tell of it, or why it could not be done; mostly nothing.
    pub text: String,
}

impl RunFile {
    /// What is known before the run says anything.
    #[must_use]
    pub fn new(arguments: Vec<String>) -> Self {
        Self {
            schema: SCHEMA,
            emberscope: env!("CARGO_PKG_VERSION").to_owned(),
            arguments,
            ..Self::default()
        }
    }

    /// Takes into account what a batch says.
    pub fn observe(&mut self, batch: &Batch) {
        for entry in batch.entries() {
            match entry {
                Entry::Points(points) => self.add_points(points),
                Entry::Message(message) => self.add_message(message),
            }
        }
    }

    fn add_points(&mut self, points: &[Point]) {
        for point in points {
            let index = point.series.0 as usize;
            if index >= self.series.len() {
                self.declare_up_to(point.series);
            }
            self.series[index].add(*point);
        }
    }

    fn add_message(&mut self, message: &Message) {
        match message {
            Message::Bulk { series, value, .. } => {
                self.record(*series).add_bulk(value.value().kind());
            }
            Message::Skipped { series, .. } => self.record(*series).add_skipped(),
            Message::Start(info) | Message::Info(info) => self.add_info(info),
            Message::Declare(id, series) => {
                *self.record(*id) = SeriesRecord::new(series);
            }
            Message::Step(mark) => self.progress.step = self.progress.step.max(mark.step),
            Message::Progress(progress) => self.add_progress(*progress),
            Message::End { outcome, time } => self.end(outcome, *time),
            Message::Hyperparameter(setting) => {
                self.hyperparameters
                    .insert(setting.name.clone(), setting.value.clone().into());
            }
            Message::Answer(answer) => self.add_control(answer),
            Message::Activity(_) | Message::Text(_) | Message::Gap { .. } => {}
        }
    }

    /// The record of series `id`.
    fn record(&mut self, id: SeriesId) -> &mut SeriesRecord {
        self.declare_up_to(id);
        &mut self.series[id.0 as usize]
    }

    /// Makes sure that there is a record of series `id`.
    fn declare_up_to(&mut self, id: SeriesId) {
        for index in self.series.len()..=id.0 as usize {
            self.series.push(SeriesRecord::new(&Series::scalar(&format!(
                "series {index}"
            ))));
        }
    }

    /// What is known now replaces what was; what is not known stays.
    fn add_info(&mut self, info: &RunInfo) {
        for (known, said) in [
            (&mut self.name, &info.name),
            (&mut self.model, &info.model),
            (&mut self.backend, &info.backend),
            (&mut self.device, &info.device),
        ] {
            if !said.is_empty() {
                known.clone_from(said);
            }
        }
        self.seed = info.seed.or(self.seed);
        for setting in &info.hyperparameters {
            self.hyperparameters
                .insert(setting.name.clone(), setting.value.clone().into());
        }
        if info.started != Timestamp::default() {
            self.started = Some(info.started);
        }
    }

    fn add_progress(&mut self, progress: Progress) {
        self.progress = ProgressRecord {
            epoch: progress.epoch,
            epochs: progress.epochs,
            step: self.progress.step.max(progress.step),
            steps: progress.steps,
        };
    }

    fn add_control(&mut self, answer: &Answer) {
        if self.controls.len() == MOST_CONTROLS {
            self.controls.remove(0);
        }
        let (outcome, text) = match &answer.reply {
            Reply::Done(text) => (ControlOutcome::Done, text),
            Reply::Refused(text) => (ControlOutcome::Refused, text),
        };
        self.controls.push(ControlRecord {
            step: answer.step.max(self.progress.step),
            time: Some(answer.time),
            command: answer.command.to_string(),
            outcome,
            text: text.clone(),
        });
    }

    pub(super) fn end(&mut self, outcome: &Outcome, time: Timestamp) {
        self.ended = Some(time);
        (self.outcome, self.error) = match outcome {
            Outcome::Finished => (RunOutcome::Finished, None),
            Outcome::Stopped => (RunOutcome::Stopped, None),
            Outcome::Failed(error) => (RunOutcome::Failed, Some(error.clone())),
        };
    }

    pub(super) fn add_gap(&mut self, gap: RunGap) {
        let gaps = &mut self.recording.gaps;
        let is_full = gaps.len() >= MOST_GAPS;
        match gaps.last_mut() {
            Some(last) if is_full => {
                last.points += gap.points;
                last.to_step = gap.to_step;
            }
            _ => gaps.push(gap),
        }
    }

    /// Replaces the file in `directory`, as of `now`. Where that fails the old one stays.
    ///
    /// # Errors
    /// [`RunFileError::Write`].
    pub fn write(&mut self, directory: &Path, now: Timestamp) -> Result<(), RunFileError> {
        self.updated = Some(now);
        let path = directory.join(RUN_FILE_NAME);
        whole_file::replace(&path, |file| file.write_all(&self.text()?))
            .map_err(|source| RunFileError::Write { path, source })
    }

    /// The same for a disk that has no room for a second file: writes over the old one, if the room that one has is enough.
    /// A power failure in the middle would leave neither whole, so this is for a run's last word only.
    ///
    /// # Errors
    /// [`RunFileError::Write`].
    pub(super) fn write_in_place(
        &mut self,
        directory: &Path,
        now: Timestamp,
    ) -> Result<(), RunFileError> {
        self.updated = Some(now);
        let path = directory.join(RUN_FILE_NAME);
        let write = || {
            let text = self.text()?;
            let mut file = OpenOptions::new().write(true).open(&path)?;
            if room_bytes(&file.metadata()?) < text.len() as u64 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            file.write_all(&text)?;
            file.set_len(text.len() as u64)?;
            file.sync_data()
        };
        write().map_err(|source| RunFileError::Write { path, source })
    }

    fn text(&self) -> io::Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads the file in `directory`. Fields that it does not have are empty.
    ///
    /// # Errors
    /// [`RunFileError::Read`] and [`RunFileError::Parse`].
    pub fn read(directory: &Path) -> Result<Self, RunFileError> {
        let path = directory.join(RUN_FILE_NAME);
        let text = std::fs::read(&path).map_err(|source| RunFileError::Read {
            path: path.clone(),
            source,
        })?;
        serde_json::from_slice(&text).map_err(|source| RunFileError::Parse { path, source })
    }
}

/// The bytes a file can hold without more room on the disk: what its blocks hold, where the system tells.
#[cfg(unix)]
fn room_bytes(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    // Blocks of 512 bytes, whatever the file system's own are.
    metadata.len().max(metadata.blocks().saturating_mul(512))
}

#[cfg(not(unix))]
fn room_bytes(metadata: &Metadata) -> u64 {
    metadata.len()
}

/// Times as `2026-03-01T12:00:00.123456789Z`.
mod rfc_3339 {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    use crate::message::Timestamp;

    #[allow(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(super) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        // A time beyond the year 9999 has no such form.
        time.and_then(|time| jiff::Timestamp::from_nanosecond(time.unix_ns().into()).ok())
            .map(|time| time.to_string())
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let time: jiff::Timestamp = text.parse().map_err(D::Error::custom)?;
        u64::try_from(time.as_nanosecond())
            .map(|ns| Some(Timestamp::from_unix_ns(ns)))
            .map_err(|_before_1970| D::Error::custom(format!("`{text}` is before 1970")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Command, Hyperparameter, RunId, StepMark, Unit};

    fn setting(name: &str, value: &str) -> Hyperparameter {
        Hyperparameter {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    fn observed(messages: Vec<Message>) -> RunFile {
        let mut batch = Batch::new(RunId(0));
        for message in messages {
            batch.push_message(message);
        }
        batch.push_point(Point {
            series: SeriesId(1),
            value: f32::NAN,
            step: 9,
        });
        let mut file = RunFile::new(vec!["emberscope".to_owned(), "--seed=3".to_owned()]);
        file.observe(&batch);
        file
    }

    fn sample() -> RunFile {
        let accuracy = Series::scalar("accuracy/train").with_unit(Unit::Fraction);
        observed(vec![
            Message::Start(Box::new(RunInfo {
                name: "digits".into(),
                backend: "burn flex".into(),
                seed: Some(u64::MAX),
                hyperparameters: vec![setting("epochs", "3"), setting("batch size", "64")],
                started: Timestamp::from_unix_ns(1_700_000_000_123_456_789),
                ..RunInfo::default()
            })),
            Message::Info(Box::new(RunInfo {
                model: "93,322 parameters".into(),
                hyperparameters: vec![setting("batch size", "32")],
                ..RunInfo::default()
            })),
            Message::Declare(SeriesId(1), accuracy),
            Message::Progress(Progress {
                epoch: 2,
                epochs: 3,
                step: 8,
                steps: 12,
            }),
            Message::Step(StepMark {
                step: 9,
                time: Timestamp::default(),
            }),
        ])
    }

    #[test]
    fn messages_add_up() {
        let file = sample();
        assert_eq!(
            (file.name.as_str(), file.backend.as_str()),
            ("digits", "burn flex")
        );
        assert_eq!(file.model, "93,322 parameters");
        let settings: Vec<_> = file.hyperparameters.iter().collect();
        assert_eq!(settings[0], (&"epochs".to_owned(), &Value::from("3")));
        assert_eq!(settings[1], (&"batch size".to_owned(), &Value::from("32")));
        assert_eq!((file.progress.epoch, file.progress.step), (2, 9));
        assert_eq!(file.outcome, RunOutcome::Running);
        assert_eq!(file.series[0].name, "series 0");
        assert_eq!(file.series[1].points, 1);
        let failed = observed(vec![Message::End {
            outcome: Outcome::Failed("out of memory".into()),
            time: Timestamp::from_unix_ns(5),
        }]);
        assert_eq!(failed.outcome, RunOutcome::Failed);
        assert_eq!(failed.error.as_deref(), Some("out of memory"));
        assert_eq!(failed.ended, Some(Timestamp::from_unix_ns(5)));
    }

    #[test]
    fn it_is_read_back_as_written_and_leaves_nothing_beside() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let mut file = sample();
        for ns in [1, 2] {
            file.write(directory.path(), Timestamp::from_unix_ns(ns))
                .expect("it can be written");
        }
        let mut back = RunFile::read(directory.path()).expect("it was just written");
        // NaN is not equal to itself, and stays NaN.
        let value = |file: &mut RunFile| file.series[1].last.take().map(|last| last.value);
        assert!(value(&mut back).is_some_and(f32::is_nan));
        value(&mut file);
        assert_eq!(back, file);
        assert_eq!(
            back.started.map(Timestamp::unix_ns),
            Some(1_700_000_000_123_456_789)
        );
        let names: Vec<_> = std::fs::read_dir(directory.path())
            .expect("it can be read")
            .map(|entry| entry.expect("it can be read").file_name())
            .collect();
        assert_eq!(names, [RUN_FILE_NAME]);
        let text =
            std::fs::read_to_string(directory.path().join(RUN_FILE_NAME)).expect("it can be read");
        assert!(
            text.contains("\"started\": \"2023-11-14T22:13:20.123456789Z\""),
            "{text}"
        );
        assert!(text.contains("\"outcome\": \"running\""), "{text}");
        assert!(text.contains("\"value\": \"NaN\""), "{text}");
    }

    #[test]
    fn a_file_of_another_version_is_read_as_far_as_it_goes() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let path = directory.path().join(RUN_FILE_NAME);
        std::fs::write(&path, r#"{"schema": 7, "name": "x", "new": [1]}"#)
            .expect("it can be written");
        let file = RunFile::read(directory.path()).expect("it is JSON");
        assert_eq!((file.schema, file.name.as_str()), (7, "x"));
        std::fs::write(&path, "[").expect("it can be written");
        let error = RunFile::read(directory.path()).expect_err("it is no JSON");
        assert!(error.to_string().contains(&path.display().to_string()));
    }

    #[test]
    fn a_failed_write_names_the_file_and_keeps_the_old_one() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let mut file = sample();
        file.write(directory.path(), Timestamp::from_unix_ns(1))
            .expect("it can be written");
        // A directory in the way of the file beside it.
        let beside = whole_file::partial(&directory.path().join(RUN_FILE_NAME));
        std::fs::create_dir(beside).expect("it can be made");
        let error = file
            .write(directory.path(), Timestamp::from_unix_ns(2))
            .expect_err("a directory is no file");
        assert!(error.to_string().contains(RUN_FILE_NAME));
        let old = RunFile::read(directory.path()).expect("the old one stays");
        assert_eq!(old.updated, Some(Timestamp::from_unix_ns(1)));

        // The last word is written over it, if it fits.
        file.outcome = RunOutcome::Finished;
        file.device = String::new();
        file.series.pop();
        file.write_in_place(directory.path(), Timestamp::from_unix_ns(3))
            .expect("it is shorter");
        let new = RunFile::read(directory.path()).expect("it was just written");
        assert_eq!((new.outcome, new.series.len()), (RunOutcome::Finished, 1));
        file.model = "x".repeat(1 << 20);
        file.write_in_place(directory.path(), Timestamp::from_unix_ns(4))
            .expect_err("it does not fit");
        let new = RunFile::read(directory.path()).expect("the old one stays");
        assert_eq!(new.updated, Some(Timestamp::from_unix_ns(3)));
    }

    #[test]
    fn gaps_are_told_one_by_one_until_they_are_too_many() {
        let mut file = RunFile::default();
        for step in 0..500 {
            file.add_gap(RunGap {
                points: 2,
                from_step: step,
                to_step: step + 1,
            });
        }
        let gaps = &file.recording.gaps;
        assert_eq!(gaps.len(), MOST_GAPS);
        assert_eq!(gaps.iter().map(|gap| gap.points).sum::<u64>(), 1000);
        assert_eq!(gaps.last().map(|gap| gap.to_step), Some(500));
    }

    #[test]
    fn of_very_many_commands_the_newest_are_told() {
        let mut file = RunFile::default();
        for step in 1..=1200 {
            file.add_control(&Answer {
                command: Command::Step,
                step,
                time: Timestamp::from_unix_ns(step),
                reply: Reply::done(),
            });
        }
        assert_eq!(file.controls.len(), MOST_CONTROLS);
        assert_eq!(file.controls.last().map(|control| control.step), Some(1200));
    }
}
