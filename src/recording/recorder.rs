//! The recorder: a thread of its own that writes what a run says into the run's directory.
//!
//! It always takes what its [`Inlet`] offers, so that nobody waits for a disk; what to do with it while the disk fails is
//! the journal's matter. It ends when the inlet is closed.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::event_file::EventWriter;
use super::journal::Journal;
use super::run_directory::RunDirectory;
use super::run_file::RunFile;
use super::status::{RecordingReport, RecordingState, RecordingStatus};
use crate::flow::{Inlet, Received, panic_message};
use crate::message::Timestamp;

/// The longest that a point waits to be written, and the time between two tries of a failing disk.
const INTERVAL: Duration = Duration::from_secs(1);

/// Why a recording could not be started.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// The event file cannot be made.
    #[error("cannot make an event file in `{}`: {source}; name another directory (--runs DIR) or record nothing (--no-record)", path.display())]
    EventFile {
        /// The run's directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system would not start the recorder's thread.
    #[error("cannot start the thread that records: {0}")]
    Thread(#[source] io::Error),
}

/// How to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecorderOptions {
    /// The command line, for `run.json`.
    pub arguments: Vec<String>,
    /// Bytes of batches kept in memory while the disk fails: 64 MiB unless said otherwise, some four million points. Beyond
    /// it points are dropped, counted, and their place marked.
    pub held_bytes: usize,
}

impl Default for RecorderOptions {
    fn default() -> Self {
        Self {
            arguments: Vec::new(),
            held_bytes: 64 << 20,
        }
    }
}

/// Records one run. Dropped without [`Recorder::finish`] it writes what it has received and ends.
#[derive(Debug)]
pub struct Recorder {
    directory: RunDirectory,
    event_file: PathBuf,
    status: Arc<RecordingStatus>,
    stop: Sender<()>,
    /// Gives what became of the recording, or what its panic said.
    thread: Option<JoinHandle<Result<RecordingReport, String>>>,
}

impl Recorder {
    /// Starts to record what `inlet` receives into `directory`, on a thread named `emberscope-recorder`.
    ///
    /// # Errors
    /// [`RecorderError`], if the event file or the thread cannot be made. Later failures of the disk are no errors: see
    /// [`RecordingStatus::state`].
    pub fn start(
        inlet: Inlet,
        directory: RunDirectory,
        options: RecorderOptions,
    ) -> Result<Self, RecorderError> {
        let events =
            EventWriter::create(directory.path()).map_err(|source| RecorderError::EventFile {
                path: directory.path().to_owned(),
                source,
            })?;
        Self::start_with(inlet, directory, options, events, INTERVAL)
    }

    fn start_with(
        inlet: Inlet,
        directory: RunDirectory,
        options: RecorderOptions,
        events: EventWriter,
        interval: Duration,
    ) -> Result<Self, RecorderError> {
        let event_file = events.path().to_owned();
        let journal = Journal::new(
            directory.path().to_owned(),
            events,
            RunFile::new(options.arguments),
            options.held_bytes,
        );
        let status = journal.status();
        let (stop, stopped) = bounded(1);
        let thread_status = Arc::clone(&status);
        let body = move || {
            let recording = || record(&inlet, &stopped, journal, interval);
            // A panic there is a fault of this program, and to be known at once: nothing is written any more.
            catch_unwind(AssertUnwindSafe(recording)).map_err(|payload| {
                let error = panicked(panic_message(&*payload));
                thread_status.set_state(RecordingState::Failing {
                    error: error.clone(),
                    since: Timestamp::now(),
                });
                tracing::error!("{error}: what the run says from now on is not recorded");
                error
            })
        };
        let thread = std::thread::Builder::new()
            .name("emberscope-recorder".into())
            .spawn(body)
            .map_err(RecorderError::Thread)?;
        Ok(Self {
            directory,
            event_file,
            status,
            stop,
            thread: Some(thread),
        })
    }

    /// How the recording stands, to be looked at from any thread.
    #[must_use]
    pub fn status(&self) -> Arc<RecordingStatus> {
        Arc::clone(&self.status)
    }

    /// Waits until all that was said before the inlet was closed is written, and says what became of it.
    ///
    /// Close the source first: this waits for that.
    #[must_use]
    pub fn finish(mut self) -> RecordingReport {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Ok(report))) => report,
            Some(Ok(Err(error))) => self.failed(error),
            // Whatever panics inside was caught there.
            Some(Err(_)) | None => self.failed(panicked(None)),
        }
    }

    /// What became of a recording whose thread panicked.
    fn failed(&self, error: String) -> RecordingReport {
        let error = Some(error);
        self.status.set_state(RecordingState::Sealed {
            error: error.clone(),
        });
        RecordingReport {
            path: self.directory.path().to_owned(),
            event_file: self.event_file.clone(),
            bytes: self.status.bytes(),
            points: self.status.points(),
            dropped: self.status.dropped_points() + self.status.waiting_points(),
            error,
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread may have ended by itself.
            let _ = self.stop.try_send(());
            // A panic was caught and logged inside.
            let _ = thread.join();
        }
    }
}

/// What is said of a panic of the recorder.
fn panicked(message: Option<String>) -> String {
    match message {
        Some(message) => format!("the recorder panicked: {message}"),
        None => "the recorder panicked".to_owned(),
    }
}

fn record(
    inlet: &Inlet,
    stopped: &Receiver<()>,
    mut journal: Journal,
    interval: Duration,
) -> RecordingReport {
    let mut next_tick = Instant::now() + interval;
    loop {
        match inlet.receive_or(stopped, next_tick) {
            Received::Batch(batch) => journal.take(&batch),
            Received::Nothing => {}
            Received::Closed => break,
            Received::Bell => {
                while let Received::Batch(batch) = inlet.receive(Instant::now()) {
                    journal.take(&batch);
                }
                break;
            }
        }
        let now = Instant::now();
        if now >= next_tick {
            journal.tick(now);
            next_tick = now + interval;
        }
    }
    journal.finish()
}

#[cfg(test)]
mod tests {
    use super::super::append_file::Disk;
    use super::super::append_file::test_disk::TestDisk;
    use super::super::event::What;
    use super::super::event_reader::EventReader;
    use super::super::run_file::RunOutcome;
    use super::*;
    use crate::flow::{Hub, Overflow, Source};
    use crate::message::{Outcome, Progress, RunInfo, Series};

    fn directory(root: &tempfile::TempDir) -> RunDirectory {
        RunDirectory::create(root.path(), "run").expect("it can be made")
    }

    #[test]
    fn every_point_of_a_run_is_read_back_with_its_step_and_time() {
        const STEPS: u64 = 20_000;
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let begin = Timestamp::now();
        let mut hub = Hub::new();
        let inlet = hub.subscribe(Overflow::DropBeyond(1 << 26));
        let options = RecorderOptions {
            arguments: vec!["emberscope".into(), "train".into()],
            ..RecorderOptions::default()
        };
        let recorder =
            Recorder::start(inlet, directory(&root), options).expect("it can be started");
        hub.open(RunInfo {
            name: "run".into(),
            started: begin,
            ..RunInfo::default()
        })
        .expect("the courier starts");
        let probe = hub.probe();
        let loss = probe.declare(Series::scalar("loss/train").with_note("cross-entropy"));
        let rate = probe.series("learning rate");
        for step in 1..=STEPS {
            probe.step(step);
            probe.scalar(
                loss,
                if step % 100 == 0 {
                    f32::NAN
                } else {
                    1.0 / step as f32
                },
            );
            probe.scalar(rate, 0.5);
            if step > 500 {
                probe.scalar_at(rate, step - 500, step as f32);
            }
            if step % 1000 == 0 {
                probe.progress(Progress {
                    epoch: 1 + u32::try_from(step / 1000).expect("tests count to little"),
                    epochs: 20,
                    step,
                    steps: STEPS,
                });
            }
        }
        drop(probe);
        hub.close(Outcome::Stopped);
        let report = recorder.finish();
        assert_eq!(report.points, STEPS * 3 - 500);
        assert_eq!((report.dropped, &report.error), (0, &None));
        assert_eq!(
            report.bytes,
            std::fs::metadata(&report.event_file)
                .expect("it is there")
                .len()
        );

        let (mut losses, mut rates) = (Vec::new(), Vec::new());
        let end = Timestamp::now().unix_seconds();
        let mut reader = EventReader::open(&report.event_file).expect("it is there");
        for event in reader.by_ref() {
            let event = event.expect("every event is whole");
            assert!((begin.unix_seconds()..=end).contains(&event.wall_time));
            let Some(What::Summary(summary)) = &event.what else {
                continue;
            };
            let value = &summary.value[0];
            let series = match value.tag.as_str() {
                "loss/train" => &mut losses,
                "learning rate" => &mut rates,
                other => panic!("no series is called {other}"),
            };
            let scalar = value.scalar().expect("only scalars were said");
            series.push((event.step, scalar, event.wall_time));
        }
        assert!(!reader.is_truncated());
        assert_eq!(losses.len() as u64, STEPS);
        assert!(losses.windows(2).all(|pair| pair[0].2 <= pair[1].2));
        for (step, (found, value, _)) in (1..).zip(&losses) {
            assert_eq!(*found, step);
            if step % 100 == 0 {
                assert!(value.is_nan());
            } else {
                assert_eq!(*value, 1.0 / step as f32);
            }
        }
        assert_eq!(rates.len() as u64, STEPS * 2 - 500);
        for (step, value, wall_time) in rates {
            // Late or not, a point has the time of its step.
            assert_eq!(
                wall_time,
                losses[usize::try_from(step).expect("it is positive") - 1].2
            );
            assert!(value == 0.5 || value == (step + 500) as f32);
        }

        let file = RunFile::read(&report.path).expect("it was written");
        assert_eq!(file.outcome, RunOutcome::Stopped);
        assert_eq!(file.arguments, ["emberscope", "train"]);
        assert_eq!((file.progress.epoch, file.progress.step), (21, STEPS));
        assert_eq!(file.recording.points, report.points);
        assert_eq!(file.series[0].best.map(|best| best.step), Some(STEPS - 1));
        assert_eq!(file.series[0].non_finite, STEPS / 100);
        assert_eq!(file.started, Some(begin));
        assert!(file.ended.is_some());
    }

    #[test]
    fn a_disk_that_recovers_gets_everything_while_the_run_goes_on() {
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let disk = TestDisk::with_room(5000);
        disk.state().recovers_after = 5;
        let mut hub = Hub::new();
        let inlet = hub.subscribe(Overflow::DropBeyond(1 << 26));
        let directory = directory(&root);
        let events = EventWriter::on(Box::new(disk.clone()), directory.path().join("events"));
        let recorder = Recorder::start_with(
            inlet,
            directory,
            RecorderOptions::default(),
            events,
            Duration::from_millis(1),
        )
        .expect("it can be started");
        let status = recorder.status();
        hub.open(RunInfo::default()).expect("the courier starts");
        let probe = hub.probe();
        let loss = probe.series("loss");
        let mut step = 0;
        // The run goes on whatever the disk does, until it has failed and recovered.
        while disk.state().failures < 5 || status.state() != RecordingState::Recording {
            step += 1;
            probe.step(step);
            probe.scalar(loss, step as f32);
            std::thread::yield_now();
        }
        drop(probe);
        hub.close(Outcome::Finished);
        let report = recorder.finish();
        assert_eq!(
            (report.points, report.dropped, report.error),
            (step, 0, None)
        );
        let bytes = disk.state().bytes.clone();
        let steps: Vec<i64> = EventReader::new(bytes.as_slice())
            .map(|event| event.expect("every event is whole"))
            .filter(|event| event.values().iter().any(|value| value.scalar().is_some()))
            .map(|event| event.step)
            .collect();
        assert_eq!(
            steps,
            (1..=i64::try_from(step).expect("tests count to little")).collect::<Vec<_>>()
        );
    }

    /// A disk whose driver has a fault.
    struct FaultyDisk;

    impl Disk for FaultyDisk {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            panic!("sector 7 is upside down");
        }

        fn truncate(&mut self, _: u64) -> io::Result<()> {
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_of_the_recorder_is_seen_while_the_run_goes_on_and_reported() {
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let mut hub = Hub::new();
        let inlet = hub.subscribe(Overflow::DropBeyond(1 << 26));
        let directory = directory(&root);
        let events = EventWriter::on(Box::new(FaultyDisk), directory.path().join("events"));
        let recorder = Recorder::start_with(
            inlet,
            directory,
            RecorderOptions::default(),
            events,
            Duration::from_millis(1),
        )
        .expect("it can be started");
        let status = recorder.status();
        hub.open(RunInfo::default()).expect("the courier starts");
        let probe = hub.probe();
        let loss = probe.series("loss");
        let mut step = 0;
        let error = loop {
            step += 1;
            probe.step(step);
            probe.scalar(loss, 1.0);
            if let RecordingState::Failing { error, .. } = status.state() {
                break error;
            }
            std::thread::yield_now();
        };
        assert!(
            error.contains("panicked: sector 7 is upside down"),
            "{error}"
        );
        drop(probe);
        hub.close(Outcome::Finished);
        let report = recorder.finish();
        assert_eq!(report.error, Some(error));
        assert_eq!(report.points, 0);
        let sealed = RecordingState::Sealed {
            error: report.error,
        };
        assert_eq!(status.state(), sealed);
    }

    #[test]
    fn a_recorder_that_is_dropped_before_its_source_ends_by_itself() {
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let mut hub = Hub::new();
        let inlet = hub.subscribe(Overflow::Keep);
        let directory = directory(&root);
        let path = directory.path().to_owned();
        let recorder = Recorder::start(inlet, directory, RecorderOptions::default())
            .expect("it can be started");
        hub.open(RunInfo::default()).expect("the courier starts");
        drop(recorder);
        let file = RunFile::read(&path).expect("it was written");
        assert_eq!(file.outcome, RunOutcome::Failed);
        hub.close(Outcome::Finished);
    }

    #[test]
    fn a_directory_that_vanished_is_named() {
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let mut hub = Hub::new();
        let inlet = hub.subscribe(Overflow::Keep);
        let directory = directory(&root);
        std::fs::remove_dir(directory.path()).expect("it is empty");
        let path = directory.path().display().to_string();
        let error = Recorder::start(inlet, directory, RecorderOptions::default())
            .expect_err("the directory is gone");
        assert!(error.to_string().contains(&path));
    }
}
