//! A learning-rate schedule that can be overridden: somebody else's inside, what a person asked for on top.

use std::sync::Arc;

use burn::lr_scheduler::{LrScheduler, LrSchedulerRecord};

use crate::flow::{Joint, Scope};

/// A schedule of burn's, or of yours, that yields to the learning rate asked for in the window.
///
/// The schedule inside goes on step by step whatever is asked for, so that taking it up again finds it where it would be. While
/// nothing is asked for, its values pass bit by bit. Records are its own: a checkpoint does not tell whether it was wrapped.
///
/// A `ModuleLrScheduler` has a schedule for each group of parameters: wrap each. All of them obey.
#[derive(Clone)]
pub struct Scheduler {
    theirs: Box<dyn LrScheduler>,
    joint: Arc<Joint>,
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheduler")
            .field("joint", &self.joint)
            .finish_non_exhaustive()
    }
}

impl Scheduler {
    /// Wraps a schedule.
    #[must_use]
    pub fn new(scope: &Scope, theirs: impl LrScheduler + 'static) -> Self {
        let joint = scope.joint();
        joint.obey();
        Self {
            theirs: Box::new(theirs),
            joint,
        }
    }
}

impl LrScheduler for Scheduler {
    fn step(&mut self) -> f64 {
        let scheduled = self.theirs.step();
        self.joint.rate().of(scheduled)
    }

    fn to_record(&self) -> LrSchedulerRecord {
        self.theirs.to_record()
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        self.theirs.load_record(record);
    }
}
