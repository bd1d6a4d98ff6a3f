//! What a built-in experiment is, and how it comes to a device.
//!
//! A [`BuiltIn`] says what it is and trains once a device is open. [`OnDevice`] makes a [`gallery::Experiment`](Experiment) of
//! it: it chooses and opens the device, says so, and sets the seed.

use std::marker::PhantomData;
use std::sync::Arc;

use super::backend::{Backend, BackendError, Choice, OpenDevice};
use super::settings::Settings;
use super::train::{Course, Summary, TrainError};
use crate::flow::{Probe, Scope, WorkError};
use crate::gallery::Experiment;
use crate::message::{Level, Parameter, RunInfo, Values};

/// An experiment of this program.
pub(super) trait BuiltIn: Send + Sync + 'static {
    /// What it is called: `digits-cnn`.
    const NAME: &'static str;
    /// What it is, in one line.
    const DESCRIPTION: &'static str;
    /// What it is trained with unless asked otherwise.
    const DEFAULTS: Settings;

    /// What may be set of it besides its settings.
    fn parameters() -> Vec<Parameter> {
        Vec::new()
    }

    /// Whether what it needs is there.
    fn check(_values: &Values) -> Result<(), TrainError> {
        Ok(())
    }

    /// Trains, on this thread, to the end or until it is asked to stop.
    fn train(course: Course, values: &Values) -> Result<Summary, TrainError>;
}

/// Chooses what a run is trained on, when it begins.
pub(super) type Choose = Arc<dyn Fn() -> Result<Choice, BackendError> + Send + Sync>;

/// A built-in experiment that finds its device by itself.
pub(super) struct OnDevice<E> {
    choose: Choose,
    experiment: PhantomData<E>,
}

impl<E: BuiltIn> OnDevice<E> {
    pub(super) fn new(choose: Choose) -> Self {
        Self {
            choose,
            experiment: PhantomData,
        }
    }

    /// Opens the device and trains. Where the backend was not asked for by name and cannot be opened, the CPU trains instead,
    /// and the run says so.
    pub(super) fn train(&self, scope: &Scope, values: &Values) -> Result<Summary, TrainError> {
        let settings = Settings::of(values);
        let probe = scope.probe();
        let choice = (self.choose)()?;
        if let Some(note) = choice.note() {
            probe.text(note);
        }
        probe.activity("opening the device");
        let open = open(choice, &probe)?;
        let mut info = RunInfo {
            model: E::NAME.to_owned(),
            backend: open.label(),
            device: open.name.clone(),
            seed: Some(settings.seed),
            hyperparameters: settings.hyperparameters(values),
            ..scope.info().clone()
        };
        if info.name.is_empty() {
            E::NAME.clone_into(&mut info.name);
        }
        probe.info(info.clone());
        let device = open.device.autodiff();
        device.seed(settings.seed);
        let course = Course {
            settings,
            device,
            info,
            probe,
        };
        E::train(course, values)
    }
}

impl<E: BuiltIn> Experiment for OnDevice<E> {
    fn description(&self) -> &str {
        E::DESCRIPTION
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = E::DEFAULTS.parameters();
        parameters.extend(E::parameters());
        parameters
    }

    fn check(&self, values: &Values) -> Result<(), WorkError> {
        Ok(E::check(values)?)
    }

    fn run(&self, scope: &Scope, values: &Values) -> Result<(), WorkError> {
        self.train(scope, values)?;
        Ok(())
    }
}

fn open(choice: Choice, probe: &Probe) -> Result<OpenDevice, BackendError> {
    match choice.open() {
        Err(error) if !choice.is_asked => {
            probe.text_at(
                Level::Warn,
                format!("{error}; training on the CPU (flex) instead"),
            );
            let cpu = Choice {
                backend: Backend::Flex,
                ..choice
            };
            cpu.open()
        }
        result => result,
    }
}
