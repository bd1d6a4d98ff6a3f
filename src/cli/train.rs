//! `emberscope train`: from arguments to a run.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use emberscope::flow::TextSink;
use emberscope::message::RunInfo;
use emberscope::render;
use emberscope::scene::Theme;
use emberscope::worker::{
    Backend, BackendError, Choice, Experiment, Job, Settings, SettingsError, experiments,
};
use emberscope::{Options, run as run_session};

use super::args::{FigureTheme, Run, ThemeName, Train};
use super::{FAILED, REFUSED, tell};

/// Trains and shows what was asked for.
pub(super) fn run(arguments: Train, text: TextSink) -> anyhow::Result<ExitCode> {
    let Train { experiment, run } = arguments;
    let experiment = find(&experiment)?;
    let settings = settings(experiment, &run)?;
    let asked = run.backend.as_deref().map(open).transpose()?;
    let name = run
        .name
        .clone()
        .unwrap_or_else(|| experiment.name.to_owned());
    let info = RunInfo {
        name,
        model: experiment.name.to_owned(),
        backend: asked.map_or_else(String::new, |choice| format!("burn {}", choice.backend)),
        seed: Some(settings.seed),
        hyperparameters: settings.hyperparameters(),
        ..RunInfo::default()
    };
    let options = options(run, info.clone(), text);
    let result = run_session(options, |scope| {
        let choice = match asked {
            Some(choice) => choice,
            // Asking the drivers for a GPU takes a while: here it does not keep the window waiting.
            None => Choice::new(None, render::has_gpu())?,
        };
        let job = Job {
            experiment,
            settings,
            choice,
        };
        Ok(job.run(info, scope.probe())?)
    });
    match result {
        Ok(_) => Ok(ExitCode::SUCCESS),
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

fn find(name: &str) -> anyhow::Result<&'static Experiment> {
    Experiment::find(name).with_context(|| {
        let names: Vec<&str> = experiments()
            .iter()
            .map(|experiment| experiment.name)
            .collect();
        format!(
            "there is no experiment `{name}`: choose one of {}",
            names.join(", ")
        )
    })
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

fn settings(experiment: &Experiment, run: &Run) -> anyhow::Result<Settings> {
    let defaults = experiment.defaults;
    let settings = Settings {
        epochs: run.epochs.unwrap_or(defaults.epochs),
        steps: run.steps.or(defaults.steps),
        batch_size: run.batch_size.unwrap_or(defaults.batch_size),
        learning_rate: run.learning_rate.unwrap_or(defaults.learning_rate),
        seed: run.seed.unwrap_or(defaults.seed),
    };
    settings.check().map_err(|error| {
        let flag = match error {
            SettingsError::Epochs => "--epochs",
            SettingsError::Steps => "--steps",
            SettingsError::BatchSize => "--batch-size",
            SettingsError::LearningRate(_) => "--learning-rate",
        };
        anyhow::Error::new(error).context(flag)
    })?;
    Ok(settings)
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
