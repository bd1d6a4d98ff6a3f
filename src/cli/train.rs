//! `emberscope train`: from arguments to a run.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use emberscope::flow::TextSink;
use emberscope::message::{RunInfo, Values};
use emberscope::render;
use emberscope::scene::Theme;
use emberscope::worker::{Backend, BackendError, Choice, gallery};
use emberscope::{Experiment, Options, run as run_session};

use super::args::{FigureTheme, Run, ThemeName, Train};
use super::{FAILED, REFUSED, tell};

/// Trains and shows what was asked for.
pub(super) fn run(arguments: Train, text: TextSink) -> anyhow::Result<ExitCode> {
    let Train { experiment, run } = arguments;
    let asked = run.backend.as_deref().map(open).transpose()?;
    let gallery = gallery(move || match asked {
        Some(choice) => Ok(choice),
        // Asking the drivers for a GPU takes a while: on the run's own thread it does not keep the window waiting.
        None => Choice::new(None, render::has_gpu()),
    });
    let entry = gallery.find(&experiment)?;
    let experiment = entry.experiment();
    let values = values(experiment.as_ref(), &run)?;
    experiment
        .check(&values)
        .map_err(anyhow::Error::from_boxed)?;
    let name = run.name.clone().unwrap_or_else(|| entry.name().to_owned());
    let info = RunInfo {
        name,
        model: entry.name().to_owned(),
        backend: asked.map_or_else(String::new, |choice| format!("burn {}", choice.backend)),
        hyperparameters: values.hyperparameters(),
        ..RunInfo::default()
    };
    let options = options(run, info, text);
    let result = run_session(options, |scope| experiment.run(scope, &values));
    match result {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            tell(&format!("error: {error}"));
            Ok(ExitCode::from(if error.is_from_training() {
                FAILED
            } else {
                REFUSED
            }))
        }
    }
}

/// The backend asked for by name. Opens its device, so that a run is not begun where there is none; the training finds it
/// open.
fn open(name: &str) -> anyhow::Result<Choice> {
    let choose = || {
        let mut choice = Choice::new(Some(name.parse()?), false)?;
        choice.has_gpu = choice.backend != Backend::Flex && render::has_gpu();
        choice.open()?;
        Ok::<_, BackendError>(choice)
    };
    choose().context("--backend")
}

/// The experiment's values, where the command line says nothing else.
fn values(experiment: &dyn Experiment, run: &Run) -> anyhow::Result<Values> {
    let mut values = Values::defaults(&experiment.parameters());
    for (name, value) in [
        ("epochs", run.epochs.map(|number| number.to_string())),
        ("steps", run.steps.map(|number| number.to_string())),
        (
            "batch-size",
            run.batch_size.map(|number| number.to_string()),
        ),
        (
            "learning-rate",
            run.learning_rate.map(|number| number.to_string()),
        ),
        ("seed", run.seed.map(|number| number.to_string())),
        ("data", run.data.clone()),
        ("text", run.text.clone()),
    ] {
        if let Some(value) = value {
            let set = values.set(name, &value);
            set.with_context(|| format!("--{name}"))?;
        }
    }
    Ok(values)
}

fn options(run: Run, info: RunInfo, text: TextSink) -> Options {
    let mut options = Options::new(&info.name);
    options.info = info;
    options.runs = (!run.no_record).then_some(run.runs);
    options.is_headless = run.headless;
    options.snapshot = run.snapshot;
    options.snapshot_scale = run.snapshot_scale;
    options.snapshot_theme = run.snapshot_theme.map(|theme| match theme {
        FigureTheme::Print => Theme::PRINT,
        FigureTheme::Dark => Theme::DARK,
        FigureTheme::Light => Theme::LIGHT,
    });
    options.snapshot_every = run.snapshot_every.map(Duration::from_secs_f64);
    options.timings = run.timings;
    options.max_fps = run.max_fps;
    options.theme = run.theme.map(|theme| match theme {
        ThemeName::Dark => Theme::DARK,
        ThemeName::Light => Theme::LIGHT,
        ThemeName::HighContrast => Theme::HIGH_CONTRAST,
    });
    options.layout = run.layout;
    options.text = text;
    options
}
