//! The gallery: experiments by name, each with hyperparameters of its own, to be picked on the command line or in the window.
//!
//! An [`Experiment`] says what may be set of it and trains with what was set. Whoever shows a gallery (`Gallery::run`) lists its
//! experiments, asks for values and runs one on a thread of its own; nothing here knows burn or a window.

use std::sync::Arc;

use crate::flow::{Scope, WorkError};
use crate::message::{Parameter, Values, nearest};

/// Something that can be trained by its name.
///
/// ```
/// use emberscope::message::{Parameter, Values};
/// use emberscope::{Experiment, Scope, WorkError};
///
/// struct Decay;
///
/// impl Experiment for Decay {
///     fn description(&self) -> &str {
///         "a loss that falls"
///     }
///
///     fn parameters(&self) -> Vec<Parameter> {
///         vec![
///             Parameter::integer("steps", 1000, 1..=1_000_000).help("How long it falls."),
///             Parameter::real("rate", 0.01, 0.0..=1.0).help("How fast it falls."),
///         ]
///     }
///
///     fn run(&self, scope: &Scope, values: &Values) -> Result<(), WorkError> {
///         let probe = scope.probe();
///         let loss = probe.series("loss/train");
///         for step in 1..=values.count("steps") as u64 {
///             if !probe.proceed() {
///                 break;
///             }
///             probe.step(step);
///             probe.scalar(loss, (-values.real("rate") * step as f64).exp() as f32);
///         }
///         Ok(())
///     }
/// }
///
/// let gallery = emberscope::Gallery::new().add("decay", Decay);
/// assert!(gallery.find("decay").is_ok());
/// ```
pub trait Experiment: Send + Sync {
    /// What it is, in one line.
    fn description(&self) -> &str;

    /// What may be set of it, in the order it should be read. May be asked for often.
    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// Whether it can train with these values: what it needs besides, such as files, is looked at before a run is begun.
    ///
    /// # Errors
    /// What is missing or wrong, and what to do about it, in one text.
    fn check(&self, _values: &Values) -> Result<(), WorkError> {
        Ok(())
    }

    /// Trains with these values, on this thread, to the end or until the scope's probes say to stop.
    ///
    /// # Errors
    /// Whatever kept it from its end: the run is shown as failed, with this text.
    fn run(&self, scope: &Scope, values: &Values) -> Result<(), WorkError>;
}

/// Experiments by name, in the order they were added. The first is the default.
#[derive(Clone, Default)]
pub struct Gallery {
    entries: Vec<Entry>,
}

/// An experiment with its name.
#[derive(Clone)]
pub struct Entry {
    name: String,
    experiment: Arc<dyn Experiment>,
}

/// An experiment that was picked, and what it is to be run with.
#[derive(Clone, Debug, PartialEq)]
pub struct Pick {
    /// The experiment's name.
    pub experiment: String,
    /// A value for each of its hyperparameters.
    pub values: Values,
    /// What the run is called; as the experiment where nothing else is said.
    pub name: Option<String>,
}

/// There is no experiment of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no experiment `{name}`: {}choose one of {}", meant(.nearest.as_deref()), .names.join(", "))]
pub struct UnknownExperiment {
    /// The name that was given.
    pub name: String,
    /// The name that was probably meant.
    pub nearest: Option<String>,
    /// The names there are.
    pub names: Vec<String>,
}

fn meant(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("did you mean `{name}`? Or "))
}

impl Gallery {
    /// An empty gallery.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same gallery with one more experiment.
    ///
    /// # Panics
    /// If there is one of that name already, or the name is empty.
    #[must_use]
    pub fn add(mut self, name: &str, experiment: impl Experiment + 'static) -> Self {
        assert!(!name.is_empty(), "an experiment needs a name");
        assert!(
            self.entries.iter().all(|entry| entry.name != name),
            "there are two experiments `{name}`"
        );
        self.entries.push(Entry {
            name: name.to_owned(),
            experiment: Arc::new(experiment),
        });
        self
    }

    /// The experiments, in the order they were added.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The experiment of that name.
    ///
    /// # Errors
    /// [`UnknownExperiment`] with the nearest name there is.
    pub fn find(&self, name: &str) -> Result<&Entry, UnknownExperiment> {
        let names = || self.entries.iter().map(|entry| &*entry.name);
        let found = self.entries.iter().find(|entry| entry.name == name);
        found.ok_or_else(|| UnknownExperiment {
            name: name.to_owned(),
            nearest: nearest(name, names()).map(str::to_owned),
            names: names().map(str::to_owned).collect(),
        })
    }

    /// Picks the experiment of that name, with the defaults of its hyperparameters.
    ///
    /// # Errors
    /// [`UnknownExperiment`] with the nearest name there is.
    pub fn pick(&self, name: &str) -> Result<Pick, UnknownExperiment> {
        let entry = self.find(name)?;
        Ok(Pick {
            experiment: entry.name.clone(),
            values: Values::defaults(&entry.experiment.parameters()),
            name: None,
        })
    }
}

impl std::fmt::Debug for Gallery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.entries).finish()
    }
}

impl Entry {
    /// The experiment's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The experiment.
    #[must_use]
    pub fn experiment(&self) -> &Arc<dyn Experiment> {
        &self.experiment
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Experiment for Nothing {
        fn description(&self) -> &str {
            "nothing"
        }

        fn run(&self, _scope: &Scope, _values: &Values) -> Result<(), WorkError> {
            Ok(())
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let gallery = Gallery::new()
            .add("digits-cnn", Nothing)
            .add("digits-mlp", Nothing);
        assert_eq!(
            gallery.find("digits-mlp").map(Entry::name),
            Ok("digits-mlp")
        );
        let error = gallery.find("digits-mpl").expect_err("a slip").to_string();
        assert_eq!(
            error,
            "there is no experiment `digits-mpl`: did you mean `digits-mlp`? Or choose one of digits-cnn, digits-mlp"
        );
        let error = gallery.find("resnet").expect_err("no such").to_string();
        assert_eq!(
            error,
            "there is no experiment `resnet`: choose one of digits-cnn, digits-mlp"
        );
    }

    #[test]
    #[should_panic(expected = "there are two experiments `a`")]
    fn names_are_unique() {
        let _ = Gallery::new().add("a", Nothing).add("a", Nothing);
    }
}
