//! Why a run could not be started, or how it failed.

use std::path::PathBuf;

use crate::export::{FigureError, MOST_SCALE};
use crate::flow::{HubError, WorkError};
use crate::gallery::UnknownExperiment;
use crate::layouts::LayoutError;
use crate::recording::{RecorderError, RunDirectoryError, TimingsError};
use crate::refiner::RefinerError;

/// Why a run could not be started, or how it failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The run's directory cannot be made.
    #[error(transparent)]
    RunDirectory(#[from] RunDirectoryError),
    /// The file for frame timings cannot be written.
    #[error(transparent)]
    Timings(#[from] TimingsError),
    /// The picture's file cannot be written.
    #[error("{0}; name a file in a directory that exists and can be written (--snapshot FILE.png)")]
    Snapshot(#[source] FigureError),
    /// The picture's name says no format.
    #[error("{0} (--snapshot)")]
    SnapshotFormat(#[source] FigureError),
    /// The picture cannot be magnified so.
    #[error(
        "{}: a scale is from 1 to {MOST_SCALE}, and only a .png has one, vectors have no pixels (--snapshot-scale)",
        .0.display()
    )]
    SnapshotScale(PathBuf),
    /// There is no layout of that name.
    #[error("{0} (--layout)")]
    Layout(#[from] LayoutError),
    /// One file cannot hold both.
    #[error("the snapshot and the frame timings cannot both be written to {}", .0.display())]
    SameFile(PathBuf),
    /// The recording could not be started.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// A thread could not be started.
    #[error(transparent)]
    Courier(#[from] HubError),
    /// A thread could not be started.
    #[error(transparent)]
    Refiner(#[from] RefinerError),
    /// There is no experiment of that name.
    #[error(transparent)]
    Experiment(#[from] UnknownExperiment),
    /// The experiment cannot train with what was picked.
    #[error("{0}")]
    Refused(#[source] WorkError),
    /// Nothing was picked, and without a window nothing can be.
    #[error("{0}: name the experiment to run")]
    NothingPicked(String),
    /// The session ends: no run begins any more.
    #[error("no run can be started any more: the program is ending")]
    Ending,
    /// A thread could not be started.
    #[error("cannot start the thread {name}: {source}")]
    Thread {
        /// Its name.
        name: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// The closure returned an error.
    #[error("{0}")]
    Work(WorkError),
    /// The closure panicked.
    #[error("the training panicked: {0}")]
    Panicked(String),
}

impl Error {
    /// Whether it came from the training; else nothing was trained.
    #[must_use]
    pub const fn is_from_training(&self) -> bool {
        matches!(self, Self::Work(_) | Self::Panicked(_))
    }
}
