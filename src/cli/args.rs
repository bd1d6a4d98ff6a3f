//! The arguments, as they were written.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The experiment that is trained when none is named.
const DEFAULT_EXPERIMENT: &str = "digits-cnn";
/// Seconds between two pictures: from a thousandth to a day.
const SNAPSHOT_INTERVAL_S: RangeInclusive<f64> = 0.001..=86_400.0;
/// Frames a second: from one in a quarter of an hour to more than any display shows.
const MAX_FPS: RangeInclusive<f64> = 0.001..=1000.0;

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
    /// White on black, for eyes that need more.
    HighContrast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FigureTheme {
    /// Black on white, for paper.
    Print,
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
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) epochs: Option<u32>,
    /// Stop after this many steps; 0 does all epochs.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) steps: Option<u64>,
    /// Samples in a batch [default: the experiment's].
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) batch_size: Option<usize>,
    /// The optimiser's highest learning rate [default: the experiment's].
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub(super) learning_rate: Option<f64>,
    /// The same seed gives the same batches and initial weights [default: the experiment's].
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,
    /// The folder with the data of mnist-cnn.
    #[arg(long, value_name = "DIR")]
    pub(super) data: Option<String>,
    /// The text char-lm learns from [default: one that is built in].
    #[arg(long, value_name = "FILE")]
    pub(super) text: Option<String>,
    /// Set any hyperparameter of the experiment (see `emberscope list`); may be given again for another.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    pub(super) set: Vec<(String, String)>,
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
    /// Write a picture of the dashboard when the run ends: pixels (.png), vectors (.svg, .pdf), or a table of every
    /// visible point (.csv).
    #[arg(long, value_name = "FILE")]
    pub(super) snapshot: Option<PathBuf>,
    /// Pixels a point in a PNG snapshot: 1 to 8.
    #[arg(long, value_name = "N", requires = "snapshot", default_value_t = 1, allow_negative_numbers = true,
        value_parser = clap::value_parser!(u32).range(1..=8))]
    pub(super) snapshot_scale: u32,
    /// The snapshot's colours [default: the window's].
    #[arg(long, value_enum, value_name = "THEME", requires = "snapshot")]
    pub(super) snapshot_theme: Option<FigureTheme>,
    /// Write it every so many seconds as well, where there is no window.
    #[arg(long, value_name = "SECONDS", requires = "snapshot", allow_negative_numbers = true,
        value_parser = within(SNAPSHOT_INTERVAL_S))]
    pub(super) snapshot_every: Option<f64>,
    /// Write a row for every frame drawn (CSV).
    #[arg(long, value_name = "FILE")]
    pub(super) timings: Option<PathBuf>,
    /// The most frames a second that new data may cause [default: the display's rate, less on a software adapter;
    /// headless with --timings: 10].
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = within(MAX_FPS))]
    pub(super) max_fps: Option<f64>,
    /// The colours [default: the layout's, or those chosen in the window the last time, or dark].
    #[arg(long, value_enum, value_name = "THEME")]
    pub(super) theme: Option<ThemeName>,
    /// Show the layout that was kept under this name (Ctrl+L in the window), in pictures without a window too.
    #[arg(long, value_name = "NAME")]
    pub(super) layout: Option<String>,
}

/// Reads `NAME=VALUE`.
fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("it must be a name and a value, as in `epochs=3`")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Reads a number of that range.
fn within(
    range: RangeInclusive<f64>,
) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync + 'static {
    move |text: &str| match text.parse::<f64>() {
        Ok(number) if range.contains(&number) => Ok(number),
        Ok(_) => Err(format!(
            "it must be between {} and {}",
            range.start(),
            range.end()
        )),
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
    fn colours_are_left_to_what_was_kept_unless_they_are_named() {
        let theme = |arguments: &[&str]| {
            let all = ["emberscope"].iter().chain(arguments);
            Arguments::parse_from(all).run.theme
        };
        assert_eq!(theme(&["--layout", "paper"]), None);
        assert_eq!(theme(&["--theme", "dark"]), Some(ThemeName::Dark));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (arguments, named) in [
            (&["--max-fps", "0"][..], "--max-fps"),
            (&["--max-fps", "nan"], "--max-fps"),
            (&["--max-fps", "-1"], "--max-fps"),
            (&["--snapshot-every", "2"], "--snapshot"),
            (&["--snapshot-scale", "2"], "--snapshot"),
            (&["--snapshot-theme", "print"], "--snapshot"),
            (
                &["--snapshot", "a.png", "--snapshot-scale", "0"],
                "--snapshot-scale",
            ),
            (
                &["--snapshot", "a.png", "--snapshot-scale", "9"],
                "--snapshot-scale",
            ),
            (&["--epochs", "-1"], "--epochs"),
            (&["--steps", "-1"], "--steps"),
            (&["--batch-size", "-1"], "--batch-size"),
            (&["--learning-rate", "fast"], "--learning-rate"),
            (&["--seed", "-1"], "--seed"),
            (&["--set", "epochs"], "epochs=3"),
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

    #[test]
    fn any_hyperparameter_can_be_set_again_and_again() {
        let arguments = ["emberscope", "--set", "hidden size=32", "--set", "rate=a=b"];
        let run = Arguments::parse_from(arguments).run;
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(run.set, [named("hidden size", "32"), named("rate", "a=b")]);
    }

    #[test]
    fn numbers_have_limits_and_the_error_tells_them() {
        let fps = within(MAX_FPS);
        assert_eq!((fps("0.001"), fps("1000")), (Ok(0.001), Ok(1000.0)));
        for beyond in ["0", "-1", "1e-300", "1000.1", "inf", "NaN"] {
            let error = fps(beyond).expect_err("it is no rate");
            assert_eq!(error, "it must be between 0.001 and 1000", "{beyond}");
        }
        let seconds = within(SNAPSHOT_INTERVAL_S);
        assert_eq!(
            (seconds("0.001"), seconds("86400")),
            (Ok(0.001), Ok(86_400.0))
        );
        for beyond in ["0", "-0.5", "1e-9", "86400.5", "1e300"] {
            let error = seconds(beyond).expect_err("it is no interval");
            assert_eq!(error, "it must be between 0.001 and 86400", "{beyond}");
        }
        assert!(seconds("soon").is_err());
    }

    #[test]
    fn a_negative_learning_rate_is_read_and_left_to_the_settings() {
        let arguments = Arguments::parse_from(["emberscope", "--learning-rate", "-0.001"]);
        assert_eq!(arguments.run.learning_rate, Some(-0.001));
    }
}
