//! What the parts of one training share that a program makes apart from each other: what trains, what sets the learning rate,
//! and what shows the metrics.
//!
//! All of them are made from one [`Scope`](super::Scope), whose clones share one [`Joint`].

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::message::{LearningRate, Step};

/// What those who train and those who show agree on.
#[derive(Debug, Default)]
pub(crate) struct Joint {
    /// Read once a step by who sets the rate, written when a person asks for another.
    rate: Mutex<LearningRate>,
    schedules: Mutex<Schedules>,
    /// The step begun last.
    step: AtomicU64,
}

/// Who takes the rate asked for.
#[derive(Debug, Default)]
struct Schedules {
    are_there: bool,
    /// What they would set by themselves, for who knows the type.
    unseen: Vec<Box<dyn Any + Send>>,
}

#[cfg_attr(
    not(feature = "train"),
    allow(dead_code, reason = "only the worker trains by several parts")
)]
impl Joint {
    fn locked(&self) -> MutexGuard<'_, LearningRate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn schedules(&self) -> MutexGuard<'_, Schedules> {
        self.schedules
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The learning rate that was asked for.
    pub(crate) fn rate(&self) -> LearningRate {
        *self.locked()
    }

    /// Asks for a learning rate, from the next step on.
    pub(crate) fn set_rate(&self, rate: LearningRate) {
        *self.locked() = rate;
    }

    /// Says that the learning rate asked for will be taken, and what it would be otherwise.
    pub(crate) fn obey(&self, schedule: Box<dyn Any + Send>) {
        let mut schedules = self.schedules();
        schedules.are_there = true;
        schedules.unseen.push(schedule);
    }

    /// Whether anybody takes the learning rate asked for.
    pub(crate) fn is_obeyed(&self) -> bool {
        self.schedules().are_there
    }

    /// The schedules that take it and that nobody has looked at yet.
    pub(crate) fn take_schedules(&self) -> Vec<Box<dyn Any + Send>> {
        std::mem::take(&mut self.schedules().unseen)
    }

    /// The step begun last; 0 before the first.
    pub(crate) fn step(&self) -> Step {
        self.step.load(Ordering::Acquire)
    }

    /// Notes that a step has begun; tells whether nobody has said so yet.
    pub(crate) fn begin(&self, step: Step) -> bool {
        self.step.fetch_max(step, Ordering::AcqRel) < step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_news_once() {
        let joint = Joint::default();
        assert!(joint.begin(3));
        assert!(!joint.begin(3) && !joint.begin(2));
        assert_eq!(joint.step(), 3);
    }

    #[test]
    fn a_rate_is_scheduled_until_another_is_asked_for() {
        let joint = Joint::default();
        assert_eq!(joint.rate(), LearningRate::Scheduled);
        joint.set_rate(LearningRate::Fixed(0.5));
        assert_eq!(joint.rate(), LearningRate::Fixed(0.5));
        assert!(!joint.is_obeyed());
        joint.obey(Box::new(0.1));
        assert!(joint.is_obeyed());
        assert_eq!(joint.take_schedules().len(), 1);
        assert!(joint.is_obeyed() && joint.take_schedules().is_empty());
    }
}
