//! The built-in experiments: each one small file with a model, its settings, and nothing else.
//!
//! An experiment is a name, a sentence, default settings and a model. How it is trained is the same for all
//! ([`super::train`]); to add one, write its file and name it in [`experiments`].

mod digits_cnn;
mod digits_mlp;

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::settings::Settings;
use super::train::{Course, Summary, TrainError, train};

/// A model that tells digits apart.
pub(super) trait Classifier: Module {
    /// The model with fresh weights on a device.
    fn new(device: &Device) -> Self;

    /// Images `[batch, 1, 8, 8]` between 0 and 1 to logits `[batch, 10]`.
    fn forward(&self, images: Tensor<4>) -> Tensor<2>;
}

/// Something that can be trained by its name.
#[derive(Clone, Copy, Debug)]
pub struct Experiment {
    /// What it is called on the command line: `digits-cnn`.
    pub name: &'static str,
    /// What it is, in one line.
    pub description: &'static str,
    /// What it is trained with unless asked otherwise.
    pub defaults: Settings,
    train: fn(Course<'_>) -> Result<Summary, TrainError>,
}

impl Experiment {
    const fn of<M: Classifier>(
        name: &'static str,
        description: &'static str,
        defaults: Settings,
    ) -> Self {
        Self {
            name,
            description,
            defaults,
            train: train::<M>,
        }
    }

    /// Trains it on this thread.
    pub(super) fn run(&self, course: Course<'_>) -> Result<Summary, TrainError> {
        (self.train)(course)
    }

    /// The experiment of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        experiments()
            .iter()
            .find(|experiment| experiment.name == name)
    }
}

/// All built-in experiments, the default first.
#[must_use]
pub const fn experiments() -> &'static [Experiment] {
    const ALL: &[Experiment] = &[digits_cnn::EXPERIMENT, digits_mlp::EXPERIMENT];
    ALL
}
