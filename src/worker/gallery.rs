//! The built-in experiments as a gallery: each with the settings that all of them have, on a backend that is chosen when a run
//! begins.

use std::sync::Arc;

use super::backend::{BackendError, Choice};
use super::experiments::{self, experiments};
use super::job::Job;
use super::settings::Settings;
use crate::flow::{Scope, WorkError};
use crate::gallery::{Experiment, Gallery};
use crate::message::{Parameter, Step, Values};

type Choose = Arc<dyn Fn() -> Result<Choice, BackendError> + Send + Sync>;

/// All built-in experiments, the default first. `choose` is called when a run begins, on the run's own thread: asking the
/// drivers for a GPU takes a while.
pub fn gallery(
    choose: impl Fn() -> Result<Choice, BackendError> + Send + Sync + 'static,
) -> Gallery {
    let choose: Choose = Arc::new(choose);
    let add = |gallery: Gallery, experiment: &'static experiments::Experiment| {
        let choose = Arc::clone(&choose);
        gallery.add(experiment.name, OnDevice { experiment, choose })
    };
    experiments().iter().fold(Gallery::new(), add)
}

struct OnDevice {
    experiment: &'static experiments::Experiment,
    choose: Choose,
}

impl Experiment for OnDevice {
    fn description(&self) -> &str {
        self.experiment.description
    }

    fn parameters(&self) -> Vec<Parameter> {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let settings = self.experiment.defaults;
        vec![
            Parameter::integer("epochs", settings.epochs.into(), 1..=1_000_000)
                .help("Passes over the training data."),
            Parameter::integer("steps", settings.steps.map_or(0, whole), 0..=i64::MAX)
                .help("Ends after so many steps, whatever the epochs; 0 does all epochs."),
            Parameter::integer("batch size", whole(settings.batch_size as u64), 1..=65_536)
                .help("Samples of a step."),
            Parameter::real("learning rate", settings.learning_rate, 0.0..=f64::MAX)
                .help("The highest: it rises over the first tenth and falls along a cosine."),
            Parameter::integer("seed", whole(settings.seed), 0..=i64::MAX)
                .help("The same seed gives the same initial weights and batches."),
        ]
    }

    fn run(&self, scope: &Scope, values: &Values) -> Result<(), WorkError> {
        let job = Job {
            experiment: self.experiment,
            settings: Settings {
                epochs: u32::try_from(values.integer("epochs")).unwrap_or(1),
                steps: Some(values.count("steps") as Step).filter(|&steps| steps > 0),
                batch_size: values.count("batch size"),
                learning_rate: values.real("learning rate"),
                seed: values.count("seed") as u64,
            },
            choice: (self.choose)()?,
        };
        let info = crate::message::RunInfo {
            hyperparameters: job.settings.hyperparameters(),
            ..scope.info().clone()
        };
        job.run(info, scope.probe())?;
        Ok(())
    }
}
