//! The arguments, as they were written.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The experiment that is trained when none is named.
const DEFAULT_EXPERIMENT: &str = "digits-cnn";

/// A live, GPU-rendered window onto a model in training.
///
/// Without a command: trains `digits-cnn` and shows it.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) run: Run,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Train a built-in experiment and show it.
    Train(Box<Train>),
    /// List experiments, backends and graphics adapters.
    List,
    /// Print what a bug report needs, and what is missing, with the fix.
    Doctor,
}

#[cfg_attr(not(feature = "train"), allow(dead_code))]
#[derive(Debug, Args)]
pub(super) struct Train {
    /// The experiment: see `emberscope list`.
    #[arg(default_value = DEFAULT_EXPERIMENT)]
    pub(super) experiment: String,
    #[command(flatten)]
    pub(super) run: Run,
}

impl Train {
    /// The default experiment with those options.
    pub(super) fn default_with(run: Run) -> Self {
        Self {
            experiment: DEFAULT_EXPERIMENT.to_owned(),
            run,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ThemeName {
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

// Without the feature `train` these are parsed, so that the error is about the missing feature, and not read.
#[cfg_attr(not(feature = "train"), allow(dead_code))]
#[derive(Debug, Args)]
pub(super) struct Run {
    /// What to train on: flex (CPU), wgpu, vulkan, metal, cuda or rocm [default: a GPU if there is one, else flex].
    #[arg(long, value_name = "BACKEND")]
    pub(super) backend: Option<String>,
    /// Passes over the training data [default: the experiment's].
    #[arg(long, value_name = "N")]
    pub(super) epochs: Option<u32>,
    /// Stop after this many steps.
    #[arg(long, value_name = "N")]
    pub(super) steps: Option<u64>,
    /// Samples in a batch [default: the experiment's].
    #[arg(long, value_name = "N")]
    pub(super) batch_size: Option<usize>,
    /// The optimiser's highest learning rate [default: the experiment's].
    #[arg(long, value_name = "F")]
    pub(super) learning_rate: Option<f64>,
    /// The same seed gives the same batches and initial weights [default: the experiment's].
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// The run's name [default: the experiment's].
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Where runs are recorded, a directory each.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(super) runs: PathBuf,
    /// Record nothing.
    #[arg(long, conflicts_with = "runs")]
    pub(super) no_record: bool,
    /// Open no window, even where there is a display.
    #[arg(long)]
    pub(super) headless: bool,
    /// Write a picture of the dashboard (PNG) when the run ends.
    #[arg(long, value_name = "FILE")]
    pub(super) snapshot: Option<PathBuf>,
    /// Write it every so many seconds as well.
    #[arg(long, value_name = "SECONDS", requires = "snapshot", value_parser = positive)]
    pub(super) snapshot_every: Option<f64>,
    /// Write a row for every frame drawn (CSV).
    #[arg(long, value_name = "FILE")]
    pub(super) timings: Option<PathBuf>,
    /// The most frames a second that new data may cause [default: the display's rate, less on a software adapter;
    /// headless with --timings: 10].
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(super) max_fps: Option<f64>,
    /// The colours.
    #[arg(long, value_enum, default_value_t = ThemeName::Dark)]
    pub(super) theme: ThemeName,
}

/// A number above zero.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        Ok(_) => Err("it must be above zero".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_command_is_the_default_experiment_with_its_options() {
        let arguments = Arguments::parse_from(["emberscope", "--epochs", "3", "--headless"]);
        assert!(arguments.command.is_none());
        assert_eq!(arguments.run.epochs, Some(3));
        let train = Train::default_with(arguments.run);
        assert_eq!(train.experiment, DEFAULT_EXPERIMENT);
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (arguments, named) in [
            (&["--max-fps", "0"][..], "--max-fps"),
            (&["--max-fps", "nan"], "--max-fps"),
            (&["--snapshot-every", "2"], "--snapshot"),
            (&["--epochs", "-1"], "-1"),
            (&["--theme", "pink"], "--theme"),
            (&["--no-record", "--runs", "x"], "--runs"),
            (&["tran"], "tran"),
        ] {
            let all = ["emberscope"].iter().chain(arguments);
            let error = Arguments::try_parse_from(all)
                .expect_err("it makes no sense")
                .to_string();
            assert!(error.contains(named), "{arguments:?}: {error}");
        }
    }
}
