//! Where a training stands, counted from what burn says of it.
//!
//! burn counts the iterations of each epoch anew and does not say how many an epoch has; a training that is taken up at a later
//! epoch says nothing of those before it. The first batch tells: all epochs have as many iterations as its size makes of the data.

use crate::message::{Progress, Step};

/// The iterations of an epoch of `total` items whose first batch has `first`.
fn per_epoch(total: usize, first: usize) -> Step {
    total.div_ceil(first.max(1)) as Step
}

/// The iterations of the epochs before `epoch`, which counts from 1.
pub(super) fn steps_before(epoch: usize, total: usize, first: usize) -> Step {
    (epoch.saturating_sub(1) as Step).saturating_mul(per_epoch(total, first))
}

/// The steps of the trainings of one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    epochs: usize,
    starting_epoch: usize,
    epoch: usize,
    /// The steps before this training; known with its first batch where it is taken up at a later epoch.
    base: Option<Step>,
    /// The steps of this training.
    done: Step,
    /// 0 until the first batch tells.
    per_epoch: Step,
}

impl Steps {
    /// A training starts; one that begins with its first epoch goes on after the last.
    pub(super) fn start(&mut self, epochs: usize, starting_epoch: usize) {
        *self = Self {
            epochs,
            starting_epoch,
            epoch: starting_epoch,
            base: (starting_epoch <= 1).then_some(self.current()),
            done: 0,
            per_epoch: 0,
        };
    }

    /// An iteration is over: with how many items of the epoch's.
    pub(super) fn advance(&mut self, items: usize, total: usize) -> Step {
        if self.per_epoch == 0 {
            self.per_epoch = per_epoch(total, items);
        }
        let epoch = self.starting_epoch;
        self.base
            .get_or_insert_with(|| steps_before(epoch, total, items));
        self.done += 1;
        self.current()
    }

    /// An epoch is over.
    pub(super) fn end_epoch(&mut self, epoch: usize) {
        self.epoch = (epoch + 1).min(self.epochs.max(epoch));
    }

    /// The step done last.
    pub(super) fn current(&self) -> Step {
        self.base.unwrap_or(0) + self.done
    }

    /// Whether the step done last is this training's first.
    pub(super) fn is_first(&self) -> bool {
        self.done == 1
    }

    /// The epoch under way, from 1.
    pub(super) fn epoch(&self) -> usize {
        self.epoch
    }

    /// How far the training has come.
    pub(super) fn progress(&self) -> Progress {
        let epochs = (self.epochs + 1).saturating_sub(self.starting_epoch.max(1));
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Progress {
            epoch: small(self.epoch),
            epochs: small(self.epochs),
            step: self.current(),
            steps: self.base.unwrap_or(0) + self.per_epoch.saturating_mul(epochs as Step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_count_through_the_epochs() {
        let mut steps = Steps::default();
        steps.start(2, 1);
        assert_eq!(steps.progress().fraction(), None);
        assert_eq!(steps.advance(4, 10), 1);
        assert!(steps.is_first());
        assert_eq!((steps.advance(8, 10), steps.advance(10, 10)), (2, 3));
        steps.end_epoch(1);
        assert_eq!(steps.advance(4, 10), 4);
        let progress = steps.progress();
        assert_eq!((progress.epoch, progress.epochs), (2, 2));
        assert_eq!((progress.step, progress.steps), (4, 6));
        steps.end_epoch(2);
        assert_eq!(steps.progress().epoch, 2);
    }

    #[test]
    fn a_training_taken_up_at_a_later_epoch_counts_those_before_it() {
        let mut steps = Steps::default();
        steps.start(3, 3);
        assert_eq!(steps.current(), 0);
        assert_eq!(steps.advance(4, 10), 7);
        assert_eq!(steps.progress().steps, 9);
        assert_eq!(steps_before(3, 10, 4), 6);
    }

    #[test]
    fn a_second_training_goes_on_after_the_first() {
        let mut steps = Steps::default();
        steps.start(1, 1);
        steps.advance(5, 5);
        steps.start(1, 1);
        assert_eq!(steps.advance(5, 5), 2);
        assert_eq!(steps.progress().steps, 2);
    }

    #[test]
    fn nonsense_is_counted_too() {
        let mut steps = Steps::default();
        steps.start(0, 0);
        assert_eq!(steps.advance(0, 0), 1);
        steps.end_epoch(usize::MAX - 1);
        assert_eq!(steps.progress().steps, 0);
        assert_eq!(steps_before(usize::MAX, usize::MAX, 0), Step::MAX);
    }
}
