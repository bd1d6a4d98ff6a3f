//! The training strategy as burn sees it: what it is made with, and where it hands over to [`Fit`].

use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::Device;
use burn::train::{
    Learner, LearnerModel, SupervisedLearningStrategy, SupervisedTrainingEventProcessor,
    TrainLoader, TrainingComponents, TrainingStrategy, ValidLoader,
};

use super::fit::{Fit, Steering};
use crate::flow::Scope;
use crate::message::Step;

/// How many steps apart norms are measured, where nothing else is said.
pub const NORMS_EVERY: Step = 10;

/// Where checkpoints go within the run's directory.
const CHECKPOINTS: &str = "checkpoints";

/// Trains on one device, bit by bit as burn's own strategy does, and obeys between two steps:
///
/// | command | what happens |
/// | --- | --- |
/// | pause, resume, single step | it waits before the next step; a validation is not interrupted by them |
/// | stop | it ends through burn's `Interrupter`, after the step or the validation batch under way: the result is burn's own |
/// | evaluate | the validation data is measured now, by burn's metrics. burn's own record of the epoch then holds these values beside those of the epoch's end, and so do what chooses checkpoints and stops early by them |
/// | checkpoint | model, optimizer and schedule are written to `checkpoints/` in the run's directory ([`load_checkpoint`](super::load_checkpoint)); a failure is an answer, and training goes on |
/// | learning rate | [`Scope::scheduler`] takes it from the next update on; without it the command is refused |
///
/// Every [`NORMS_EVERY`] steps the norms of each layer's weights, gradients and updates are measured.
///
/// burn tells a strategy of one's own nothing of `SupervisedTraining::gradient_checkpointing`: give a device with it
/// (`device.autodiff().gradient_checkpointing()`).
///
/// ```no_run
/// # use burn::{tensor::Device, train::{LearnerModel, SupervisedTraining}};
/// # use emberscope::{Scope, worker::learner::Strategy};
/// # fn training<M: LearnerModel>(scope: &Scope, training: SupervisedTraining<M>) -> SupervisedTraining<M> {
/// let strategy = Strategy::new(scope, Device::flex()).with_norms_every(50);
/// training.with_training_strategy(strategy.into())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Strategy {
    scope: Scope,
    device: Device,
    norms_every: Step,
    checkpoints: Option<PathBuf>,
}

impl Strategy {
    /// A strategy for one device, with or without autodiff.
    #[must_use]
    pub fn new(scope: &Scope, device: Device) -> Self {
        let checkpoints = scope
            .directory()
            .map(|directory| directory.join(CHECKPOINTS));
        Self {
            scope: scope.clone(),
            device,
            norms_every: NORMS_EVERY,
            checkpoints,
        }
    }

    /// Measures norms at the first step and every `steps` steps; never, if that is 0.
    #[must_use]
    pub const fn with_norms_every(mut self, steps: Step) -> Self {
        self.norms_every = steps;
        self
    }

    /// Writes checkpoints into a directory of your own.
    #[must_use]
    pub fn with_checkpoints(mut self, directory: impl Into<PathBuf>) -> Self {
        self.checkpoints = Some(directory.into());
        self
    }
}

impl<M: LearnerModel> From<Strategy> for TrainingStrategy<M> {
    fn from(strategy: Strategy) -> Self {
        #[allow(
            clippy::arc_with_non_send_sync,
            reason = "burn asks for an `Arc`, and one thread uses it"
        )]
        Self::Custom(Arc::new(strategy))
    }
}

impl<M: LearnerModel> SupervisedLearningStrategy<M> for Strategy {
    fn fit(
        &self,
        mut components: TrainingComponents<M>,
        mut learner: Learner<M>,
        dataloader_train: TrainLoader<M>,
        dataloader_valid: ValidLoader<M>,
        starting_epoch: usize,
    ) -> (M, SupervisedTrainingEventProcessor<M>) {
        let device = with_autodiff(self.device.clone());
        let train = dataloader_train.to_device(&device);
        let valid = dataloader_valid.to_device(&device.clone().inner());
        learner.fork(&device);
        let steering = Steering::new(&self.scope, self.checkpoints.clone(), self.norms_every);
        let checkpointer = components.checkpointer.take();
        let early_stopping = components.early_stopping.take();
        let last_epoch = components.num_epochs;
        let mut fit = Fit::new(components, learner, train, valid, steering, starting_epoch);
        fit.run(last_epoch, checkpointer, early_stopping);
        fit.end()
    }
}

/// As burn has it of the devices it is given.
fn with_autodiff(device: Device) -> Device {
    if device.is_autodiff() {
        device
    } else {
        device.autodiff()
    }
}
