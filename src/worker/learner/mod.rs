//! The adapter to burn-train: what a `SupervisedTraining` needs to be watched and steered. Its types are known nowhere else.
//!
//! ```text
//!  SupervisedTraining
//!   ├─ .renderer(scope.renderer())                      metrics, progress, events ─▶ Probe
//!   ├─ .with_training_strategy(scope.strategy(device))  steps, norms ─▶ Probe; pause, stop, evaluate, checkpoint ◀─ Control
//!   └─ .launch(Learner::new(model, optimizer, scope.scheduler(theirs)))            learning rate ◀─ Control
//! ```
//!
//! Each of the three works without the others. With [`Scope::renderer`] alone every metric shows, and any strategy of burn's
//! trains, on one device or many; [`Scope::strategy`] adds steering and norms by layer, for one device; [`Scope::scheduler`]
//! adds the learning rate. The one idea: each part only pushes into a probe of its own, so burn's threads never wait, and what
//! they must agree on (the step, the learning rate) is in the scope that they are made from.
//!
//! A *step* is what burn calls an iteration: a batch, counted through all epochs. With gradient accumulation several make one
//! update of the weights.

mod checkpoints;
mod evaluation;
mod fit;
mod metrics;
mod ration;
mod renderer;
mod scheduler;
mod steps;
mod strategy;
mod summary;

pub use checkpoints::load_checkpoint;
pub use renderer::Renderer;
pub use scheduler::Scheduler;
pub use strategy::{NORMS_EVERY, Strategy};

use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::tensor::Device;
use burn::train::renderer::MetricsRenderer;
use burn::train::{LearnerModel, TrainingStrategy};

use crate::flow::Scope;

/// What burn's result says of a training that was stopped.
const STOPPED: &str = "asked to stop";

impl Scope {
    /// What shows every metric of a burn training or evaluation: give it to `SupervisedTraining::renderer`, or to the builder of
    /// an evaluator. See [`Renderer`].
    #[must_use]
    pub fn renderer(&self) -> Box<dyn MetricsRenderer> {
        Box::new(Renderer::new(self))
    }

    /// What trains on one device as burn does by itself, and can be paused, stepped, stopped and asked for an evaluation or a
    /// checkpoint: give it to `SupervisedTraining::with_training_strategy`. See [`Strategy`].
    #[must_use]
    pub fn strategy<M: LearnerModel>(&self, device: Device) -> TrainingStrategy<M> {
        Strategy::new(self, device).into()
    }

    /// A learning-rate schedule that yields to what is asked for in the window: give it to `Learner::new` instead of your own.
    /// See [`Scheduler`].
    #[must_use]
    pub fn scheduler(&self, theirs: impl Into<ModuleLrScheduler>) -> Scheduler {
        Scheduler::new(self, theirs)
    }
}
