//! Validation: what is measured of a model, in training and on held-out data, and the best that was ever measured.
//!
//! In: the means of the quantities, as tensors. Out, when the device has computed them: their points, a line of text, and the
//! best. The last quantity is the one that a model is judged by.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Tensor;

use super::tensors::TensorProbe;
use crate::flow::Probe;
use crate::message::{Series, SeriesId, Step};

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// The higher.
    Highest,
    /// The lower.
    Lowest,
}

impl Goal {
    /// Whether `value` is better than `best`; any number is better than NaN.
    fn prefers(self, value: f32, best: f32) -> bool {
        let is_beyond = match self {
            Self::Highest => value > best,
            Self::Lowest => value < best,
        };
        is_beyond || (best.is_nan() && !value.is_nan())
    }
}

/// A quantity that is measured: of every training batch, and of the held-out data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    /// What it is called in a sentence: `accuracy`.
    name: &'static str,
    goal: Goal,
    /// Writes a value for a person.
    write: fn(f32) -> String,
    train: SeriesId,
    valid: SeriesId,
}

impl Measure {
    /// Declares the series `NAME/train` and `NAME/valid`, each as `describe` has it.
    pub(super) fn declare(
        probe: &Probe,
        name: &'static str,
        goal: Goal,
        write: fn(f32) -> String,
        describe: impl Fn(Series) -> Series,
    ) -> Self {
        let series = |split| probe.declare(describe(Series::scalar(&format!("{name}/{split}"))));
        Self {
            name,
            goal,
            write,
            train: series("train"),
            valid: series("valid"),
        }
    }

    /// The series of the training batches' values.
    pub(super) fn train(&self) -> SeriesId {
        self.train
    }
}

/// The best validation of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Best {
    /// The value of the quantity that the model is judged by.
    pub(super) value: f32,
    /// The epoch it was measured after or in, from 1.
    pub(super) epoch: u32,
}

/// The validations of a run.
#[derive(Debug)]
pub(super) struct Validation<const N: usize> {
    measures: [Measure; N],
    best: Arc<Mutex<Option<Best>>>,
    /// The step that was validated last.
    step: Cell<Step>,
}

impl<const N: usize> Validation<N> {
    pub(super) fn of(measures: [Measure; N]) -> Self {
        Self {
            measures,
            best: Arc::default(),
            step: Cell::default(),
        }
    }

    pub(super) fn measures(&self) -> &[Measure; N] {
        &self.measures
    }

    /// Whether the model was validated as it is after that step.
    pub(super) fn is_told_of(&self, step: Step) -> bool {
        self.step.get() == step
    }

    /// Has the quantities measured on the held-out data, and tells them at the current step when they are computed. False if
    /// nothing is held out.
    pub(super) fn tell(
        &self,
        probe: &TensorProbe,
        heading: &str,
        epoch: u32,
        evaluate: &mut impl FnMut() -> Option<[Tensor<1>; N]>,
    ) -> bool {
        probe.when_computed(|probe| probe.activity("validating"));
        probe.flush();
        let Some(means) = evaluate() else {
            return false;
        };
        let step = probe.current_step();
        self.step.set(step);
        let (measures, best) = (self.measures, Arc::clone(&self.best));
        let heading = heading.to_owned();
        probe.read(means, move |values, probe| {
            let mut text = format!("{heading} valid");
            for (measure, &value) in measures.iter().zip(values) {
                probe.scalar_at(measure.valid, step, value);
                text.push(' ');
                text.push_str(&(measure.write)(value));
            }
            probe.text(text);
            probe.activity("");
            if let (Some(judge), Some(&value)) = (measures.last(), values.last()) {
                let mut best = best.lock().unwrap_or_else(PoisonError::into_inner);
                let is_better = |best: Best| judge.goal.prefers(value, best.value);
                if best.is_none_or(is_better) {
                    *best = Some(Best { value, epoch });
                }
            }
        });
        probe.flush();
        true
    }

    /// The best so far.
    pub(super) fn best(&self) -> Option<Best> {
        *self.best.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The best in words.
    pub(super) fn praise(&self, best: Best) -> String {
        let Some(judge) = self.measures.last() else {
            return String::new();
        };
        format!(
            "best valid {} {} (epoch {})",
            judge.name,
            (judge.write)(best.value),
            best.epoch
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Goal;

    #[test]
    fn the_better_value_is_preferred_and_any_number_to_nan() {
        assert!(Goal::Highest.prefers(0.9, 0.8) && !Goal::Highest.prefers(0.8, 0.8));
        assert!(Goal::Lowest.prefers(0.1, 0.2) && !Goal::Lowest.prefers(0.2, 0.2));
        for goal in [Goal::Highest, Goal::Lowest] {
            assert!(goal.prefers(1.0, f32::NAN));
            assert!(!goal.prefers(f32::NAN, 1.0) && !goal.prefers(f32::NAN, f32::NAN));
        }
    }
}
