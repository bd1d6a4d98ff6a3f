//! A job: an experiment, its settings and a backend, ready to be run by whoever owns a thread for it.

use super::backend::{Backend, BackendError, Choice, OpenDevice};
use super::digits::Digits;
use super::experiments::Experiment;
use super::settings::Settings;
use super::train::{Course, Summary, TrainError};
use crate::flow::Probe;
use crate::message::{Level, RunInfo, Timestamp};

/// One training, decided on and not yet begun.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// What is trained.
    pub experiment: &'static Experiment,
    /// How.
    pub settings: Settings,
    /// On what.
    pub choice: Choice,
}

impl Job {
    /// What can be said of the run before its device is open: [`Job::run`] says the rest.
    #[must_use]
    pub fn info(&self) -> RunInfo {
        RunInfo {
            name: self.experiment.name.to_owned(),
            model: self.experiment.name.to_owned(),
            backend: format!("burn {}", self.choice.backend),
            device: String::new(),
            seed: Some(self.settings.seed),
            hyperparameters: self.settings.hyperparameters(),
            started: Timestamp::now(),
        }
    }

    /// Opens the device and trains, on this thread, to the end or until the probe's control asks to stop.
    ///
    /// `info` is what the run was started with ([`Job::info`], perhaps with another name); the device and the model are added
    /// to it. Where the backend was not asked for by name and cannot be opened, the CPU trains instead, and the run says so.
    ///
    /// # Errors
    /// [`TrainError`] if a setting is out of range, the backend cannot be opened, or the device fails on the way.
    ///
    /// # Panics
    /// Where burn does: whoever owns the thread should catch it.
    pub fn run(&self, mut info: RunInfo, probe: Probe) -> Result<Summary, TrainError> {
        self.settings.check()?;
        if let Some(note) = self.choice.note() {
            probe.text(note);
        }
        probe.activity("opening the device");
        let open = self.open(&probe)?;
        info.backend = open.label();
        info.device = open.name.clone();
        probe.info(info.clone());
        let digits = Digits::load()?;
        self.experiment.run(Course {
            settings: self.settings,
            digits: &digits,
            device: open.device,
            info,
            probe,
        })
    }

    fn open(&self, probe: &Probe) -> Result<OpenDevice, BackendError> {
        match self.choice.open() {
            Err(error) if !self.choice.is_asked => {
                probe.text_at(
                    Level::Warn,
                    format!("{error}; training on the CPU (flex) instead"),
                );
                Choice {
                    backend: Backend::Flex,
                    ..self.choice
                }
                .open()
            }
            result => result,
        }
    }
}
