//! What a training is asked to do, and the learning rate that follows from it.

use crate::message::{Hyperparameter, Step};

/// The part of a run during which the learning rate rises.
const WARM_UP: f64 = 0.1;

/// How an experiment is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Passes over the training data.
    pub epochs: u32,
    /// A limit to the steps in all; the learning rate's schedule fits itself into it.
    pub steps: Option<Step>,
    /// Samples of a step. The last step of an epoch takes what is left.
    pub batch_size: usize,
    /// The highest learning rate of the schedule.
    pub learning_rate: f64,
    /// Decides the initial weights, the batches and what dropout drops.
    pub seed: u64,
}

/// Which setting cannot be trained with.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// No epochs.
    #[error("epochs must be at least 1")]
    Epochs,
    /// No steps.
    #[error("steps must be at least 1")]
    Steps,
    /// Empty batches.
    #[error("the batch size must be at least 1")]
    BatchSize,
    /// A learning rate that is no positive number.
    #[error("the learning rate must be a positive number, not {0}")]
    LearningRate(f64),
}

impl Settings {
    /// Whether one can train with these settings.
    ///
    /// # Errors
    /// The first setting that is out of range.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.epochs == 0 {
            Err(SettingsError::Epochs)
        } else if self.steps == Some(0) {
            Err(SettingsError::Steps)
        } else if self.batch_size == 0 {
            Err(SettingsError::BatchSize)
        } else if !(self.learning_rate.is_finite() && self.learning_rate > 0.0) {
            Err(SettingsError::LearningRate(self.learning_rate))
        } else {
            Ok(())
        }
    }

    /// The steps of a training on `samples` samples.
    pub(super) fn total_steps(&self, samples: usize) -> Step {
        let epoch = samples.div_ceil(self.batch_size.max(1)) as Step;
        let all = epoch * Step::from(self.epochs);
        self.steps.map_or(all, |limit| all.min(limit))
    }

    /// The learning rate of a step (from 1) out of `total`: up in a straight line over the first tenth, down again along half
    /// a cosine, to zero one step after the last (Loshchilov and Hutter, SGDR, ICLR 2017, without restarts).
    pub(super) fn learning_rate_at(&self, step: Step, total: Step) -> f64 {
        let warm_up = (total as f64 * WARM_UP).ceil().max(1.0);
        let (step, total) = (step as f64, total as f64);
        let part = if step <= warm_up {
            step / warm_up
        } else {
            let decay = (step - warm_up) / (total + 1.0 - warm_up);
            0.5 * (1.0 + (decay * std::f64::consts::PI).cos())
        };
        self.learning_rate * part
    }

    /// The settings as text, in the order they should be read.
    #[must_use]
    pub fn hyperparameters(&self) -> Vec<Hyperparameter> {
        let named = |name: &str, value: String| Hyperparameter {
            name: name.to_owned(),
            value,
        };
        let mut list = vec![named("epochs", self.epochs.to_string())];
        if let Some(steps) = self.steps {
            list.push(named("steps", steps.to_string()));
        }
        list.extend([
            named("batch size", self.batch_size.to_string()),
            named("optimizer", "Adam".to_owned()),
            named("learning rate", self.learning_rate.to_string()),
            named("schedule", "cosine, warm-up".to_owned()),
        ]);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings {
        epochs: 10,
        steps: None,
        batch_size: 64,
        learning_rate: 0.01,
        seed: 0,
    };

    #[test]
    fn each_bad_setting_is_named() {
        assert_eq!(SETTINGS.check(), Ok(()));
        let with = |change: fn(&mut Settings)| {
            let mut settings = SETTINGS;
            change(&mut settings);
            settings.check()
        };
        assert_eq!(with(|s| s.epochs = 0), Err(SettingsError::Epochs));
        assert_eq!(with(|s| s.steps = Some(0)), Err(SettingsError::Steps));
        assert_eq!(with(|s| s.batch_size = 0), Err(SettingsError::BatchSize));
        for bad in [0.0, -1.0, f64::INFINITY] {
            let settings = Settings {
                learning_rate: bad,
                ..SETTINGS
            };
            assert_eq!(settings.check(), Err(SettingsError::LearningRate(bad)));
        }
        let settings = Settings {
            learning_rate: f64::NAN,
            ..SETTINGS
        };
        assert!(settings.check().is_err());
    }

    #[test]
    fn the_last_batch_of_an_epoch_counts_and_a_limit_cuts() {
        assert_eq!(SETTINGS.total_steps(1437), 230);
        let limited = |steps| Settings {
            steps: Some(steps),
            ..SETTINGS
        };
        assert_eq!(limited(7).total_steps(1437), 7);
        assert_eq!(limited(1000).total_steps(1437), 230);
    }

    #[test]
    fn the_learning_rate_rises_to_its_peak_once_and_falls_towards_zero() {
        for total in [1, 2, 3, 10, 230] {
            let rates: Vec<f64> = (1..=total)
                .map(|step| SETTINGS.learning_rate_at(step, total))
                .collect();
            let peak = rates.iter().copied().fold(0.0, f64::max);
            assert!((peak - 0.01).abs() < 1e-12, "{total} steps: {rates:?}");
            assert!(rates.iter().all(|&rate| rate > 0.0));
            let at = rates.iter().position(|&rate| rate == peak).expect("a peak");
            assert!(rates[..=at].windows(2).all(|pair| pair[0] < pair[1]));
            assert!(rates[at..].windows(2).all(|pair| pair[0] > pair[1]));
        }
        assert!(SETTINGS.learning_rate_at(230, 230) < 1e-5);
    }
}
