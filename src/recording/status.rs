//! How the recording stands: written by the recorder, looked at by anyone, and what is left to say when it is over.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::message::Timestamp;

/// Whether what a run says reaches the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RecordingState {
    /// It does.
    #[default]
    Recording,
    /// It does not, at the moment: it waits in memory, and each second is a new try. Or the recorder itself has failed: then
    /// nothing more will be written.
    Failing {
        /// What the disk said last, or what the recorder's panic said.
        error: String,
        /// Since when.
        since: Timestamp,
    },
    /// The run is over, and nothing more will be written.
    Sealed {
        /// What is missing, if not all that the run said is on the disk.
        error: Option<String>,
    },
}

/// How a recording stands, to be looked at while it goes on. Looking never waits for the disk.
#[derive(Debug)]
pub struct RecordingStatus {
    directory: PathBuf,
    bytes: AtomicU64,
    points: AtomicU64,
    waiting: AtomicU64,
    dropped: AtomicU64,
    /// Held for a look or a replacement only.
    state: Mutex<RecordingState>,
}

/// The recorder's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) bytes: u64,
    pub(super) points: u64,
    pub(super) waiting: u64,
    pub(super) dropped: u64,
}

impl RecordingStatus {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            bytes: AtomicU64::new(0),
            points: AtomicU64::new(0),
            waiting: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            state: Mutex::default(),
        }
    }

    /// The run's directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Bytes in the event file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Points in the event file.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points.load(Ordering::Relaxed)
    }

    /// Points that wait in memory for the next write: up to a second's worth, more while the disk fails.
    #[must_use]
    pub fn waiting_points(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Points that will never be in the event file.
    #[must_use]
    pub fn dropped_points(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Whether what the run says reaches the disk.
    #[must_use]
    pub fn state(&self) -> RecordingState {
        self.locked_state().clone()
    }

    pub(super) fn set_state(&self, state: RecordingState) {
        *self.locked_state() = state;
    }

    pub(super) fn set_figures(&self, figures: Figures) {
        self.bytes.store(figures.bytes, Ordering::Relaxed);
        self.points.store(figures.points, Ordering::Relaxed);
        self.waiting.store(figures.waiting, Ordering::Relaxed);
        self.dropped.store(figures.dropped, Ordering::Relaxed);
    }

    fn locked_state(&self) -> MutexGuard<'_, RecordingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingReport {
    /// The run's directory.
    pub path: PathBuf,
    /// The event file in it.
    pub event_file: PathBuf,
    /// Bytes in the event file.
    pub bytes: u64,
    /// Points in the event file.
    pub points: u64,
    /// Points that the run reported and that are not in the event file.
    pub dropped: u64,
    /// What is missing and why, if not all that the run said is on the disk.
    pub error: Option<String>,
}

impl fmt::Display for RecordingReport {
    /// A line for the summary at the end of a run.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} points in {}",
            self.points,
            self.path.display()
        )?;
        match &self.error {
            Some(error) => write!(formatter, ", incomplete: {error}"),
            None => Ok(()),
        }
    }
}
