//! What a training is given to report with and to be steered by.

use std::path::{Path, PathBuf};

use super::control::Control;
use super::probe::Probe;
use crate::message::RunInfo;

/// What a training may fail with: anything that can be shown.
pub type WorkError = Box<dyn std::error::Error + Send + Sync>;

/// What a training is given: probes to report with, and where its run is kept.
#[derive(Clone, Debug)]
pub struct Scope {
    probe: Probe,
    directory: Option<PathBuf>,
    info: RunInfo,
}

impl Scope {
    /// The scope of a run whose directory is `directory`, where it has one.
    #[must_use]
    pub fn new(probe: Probe, directory: Option<PathBuf>) -> Self {
        Self {
            probe,
            directory,
            info: RunInfo::default(),
        }
    }

    /// The same scope, of a run that was started with `info`.
    #[must_use]
    pub fn with_info(mut self, info: RunInfo) -> Self {
        self.info = info;
        self
    }

    /// What the run was started with. Who knows more of it, says all of it again: [`Probe::info`].
    #[must_use]
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// A probe to report with. Every thread that reports asks for its own, or clones one.
    #[must_use]
    pub fn probe(&self) -> Probe {
        self.probe.clone()
    }

    /// The handle by which the run is steered.
    #[must_use]
    pub fn control(&self) -> &Control {
        self.probe.control()
    }

    /// The directory that this run is recorded in, for what belongs beside the recording: checkpoints, samples. `None` where
    /// nothing is recorded.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }
}
