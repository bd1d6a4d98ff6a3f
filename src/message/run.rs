//! What is known of a run as a whole: what it is, how far it has come, how it ended.

use super::{Step, Timestamp};

/// A run within this process. Every batch belongs to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u32);

/// A named setting of a run, as its text form: `("learning rate", "0.001")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hyperparameter {
    /// The field's word for it.
    pub name: String,
    /// Its value, as written for a person.
    pub value: String,
}

/// What a run is: said once, when it starts. Text that is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunInfo {
    /// The run's name, shown in the header: `digits-cnn`.
    pub name: String,
    /// The model in a few words: `digits-cnn, 93,322 parameters`.
    pub model: String,
    /// What computes: `burn flex`, `burn wgpu`.
    pub backend: String,
    /// The device the backend runs on, as it names itself.
    pub device: String,
    /// The seed, where the run has one.
    pub seed: Option<u64>,
    /// Settings in the order they should be read.
    pub hyperparameters: Vec<Hyperparameter>,
    /// When it started.
    pub started: Timestamp,
}

/// How far a run has come. A total of 0 means that it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The epoch under way, from 1.
    pub epoch: u32,
    /// Epochs in all.
    pub epochs: u32,
    /// Steps done.
    pub step: Step,
    /// Steps in all.
    pub steps: Step,
}

impl Progress {
    /// The part done, between 0 and 1; `None` where the total is not known.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        (self.steps > 0).then(|| (self.step as f64 / self.steps as f64).clamp(0.0, 1.0))
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did all it set out to do.
    Finished,
    /// It was asked to stop, and did.
    Stopped,
    /// It failed or panicked: the text says how.
    Failed(String),
}

/// What a person asks of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Hold before the next step.
    Pause,
    /// Go on after a pause.
    Resume,
    /// End after the step under way, with everything written.
    Stop,
}
