//! What a training is asked to do, and the learning rate that follows from it.

use crate::message::{Hyperparameter, Parameter, Step, Value, Values};

/// The part of a run during which the learning rate rises.
const WARM_UP: f64 = 0.1;
/// The most epochs that may be asked for.
const MOST_EPOCHS: i64 = 1_000_000;
/// The largest batch that may be asked for.
const LARGEST_BATCH: i64 = 65_536;

/// How an experiment is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settings {
    /// Passes over the training data.
    pub(super) epochs: u32,
    /// A limit to the steps in all; the learning rate's schedule fits itself into it.
    pub(super) steps: Option<Step>,
    /// Samples of a step. The last step of an epoch takes what is left.
    pub(super) batch_size: usize,
    /// The highest learning rate of the schedule.
    pub(super) learning_rate: f64,
    /// Decides the initial weights, the batches and what dropout drops.
    pub(super) seed: u64,
}

impl Settings {
    /// What may be set of every built-in experiment, with these as the defaults.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        vec![
            Parameter::integer("epochs", i64::from(self.epochs), 1..=MOST_EPOCHS)
                .help("Passes over the training data."),
            Parameter::integer("steps", self.steps.map_or(0, whole), 0..=i64::MAX)
                .help("Ends after so many steps, whatever the epochs; 0 does all epochs."),
            Parameter::integer(
                "batch size",
                whole(self.batch_size as u64),
                1..=LARGEST_BATCH,
            )
            .help("Samples of a step."),
            Parameter::real("learning rate", self.learning_rate, 0.0..=f64::MAX)
                .help("The highest: it rises over the first tenth and falls along a cosine."),
            Parameter::integer("seed", whole(self.seed), 0..=i64::MAX)
                .help("The same seed gives the same initial weights and batches."),
        ]
    }

    /// The settings that values of those parameters say.
    pub(super) fn of(values: &Values) -> Self {
        Self {
            epochs: u32::try_from(values.integer("epochs")).unwrap_or(1),
            steps: Some(values.count("steps") as Step).filter(|&steps| steps > 0),
            batch_size: values.count("batch size").max(1),
            learning_rate: values.real("learning rate"),
            seed: values.count("seed") as u64,
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

    /// The settings as text, in the order they should be read, and after them what else `values` say.
    pub(super) fn hyperparameters(&self, values: &Values) -> Vec<Hyperparameter> {
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
        let common = self.parameters();
        let of_its_own = |parameter: &Parameter, value: &Value| {
            let is_empty = matches!(value, Value::Text(text) if text.is_empty());
            !is_empty && common.iter().all(|known| known.name != parameter.name)
        };
        let others = values
            .iter()
            .filter(|(parameter, value)| of_its_own(parameter, value))
            .map(|(parameter, value)| named(&parameter.name, value.to_string()));
        list.extend(others);
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
    fn settings_come_back_from_the_values_they_are_the_defaults_of() {
        let mut parameters = SETTINGS.parameters();
        parameters.push(Parameter::text("data", ""));
        parameters.push(Parameter::integer("layers", 2, 1..=8));
        let mut values = Values::defaults(&parameters);
        assert_eq!(Settings::of(&values), SETTINGS);
        for (name, text) in [
            ("epochs", "3"),
            ("steps", "7"),
            ("batch size", "1"),
            ("learning rate", "1e30"),
            ("seed", "9"),
        ] {
            assert_eq!(values.set(name, text), Ok(()));
        }
        let settings = Settings::of(&values);
        let wanted = Settings {
            epochs: 3,
            steps: Some(7),
            batch_size: 1,
            learning_rate: 1e30,
            seed: 9,
        };
        assert_eq!(settings, wanted);
        let told = settings.hyperparameters(&values);
        let names: Vec<&str> = told.iter().map(|one| &*one.name).collect();
        assert_eq!(
            names,
            [
                "epochs",
                "steps",
                "batch size",
                "optimizer",
                "learning rate",
                "schedule",
                "layers"
            ]
        );
    }

    #[test]
    fn each_bad_setting_is_named() {
        for (name, text) in [
            ("epochs", "0"),
            ("steps", "-1"),
            ("batch size", "0"),
            ("learning rate", "-1"),
            ("learning rate", "nan"),
            ("learning rate", "inf"),
            ("seed", "-1"),
        ] {
            let mut values = Values::defaults(&SETTINGS.parameters());
            let error = values.set(name, text).expect_err(name).to_string();
            assert!(error.starts_with(name), "{error}");
            assert!(error.len() < 100, "{error}");
        }
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
