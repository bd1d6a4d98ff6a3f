//! `emberscope train`: from arguments to a run.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use emberscope::flow::TextSink;
use emberscope::message::{ParameterError, RunInfo};
use emberscope::render;
use emberscope::scene::Theme;
use emberscope::worker::{Choice, gallery};
use emberscope::{Options, Pick, run_gallery};

use super::args::{FigureTheme, Run, ThemeName, Train};
use super::{FAILED, REFUSED, backends, tell};

/// Trains and shows what was asked for, and what is picked in the window after that.
pub(super) fn run(arguments: Train, text: TextSink) -> anyhow::Result<ExitCode> {
    let Train { experiment, run } = arguments;
    let mut pick = gallery(|| Choice::new(None, false)).pick(&experiment)?;
    set(&mut pick, &run)?;
    let asked = run.backend.as_deref().map(open).transpose()?;
    let gallery = gallery(move || match asked {
        Some(choice) => Ok(choice),
        // Asking the drivers for a GPU takes a while: on the run's own thread it does not keep the window waiting.
        None => Choice::new(None, render::has_gpu()),
    });
    pick.name.clone_from(&run.name);
    let info = RunInfo {
        name: run.name.clone().unwrap_or(experiment),
        backend: asked.map_or_else(String::new, |choice| format!("burn {}", choice.backend)),
        ..RunInfo::default()
    };
    let options = options(run, info, text);
    match run_gallery(options, &gallery, Some(pick)) {
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

/// Sets what the command line says of the experiment.
fn set(pick: &mut Pick, run: &Run) -> anyhow::Result<()> {
    let flags = [
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
    ];
    for (name, value) in flags {
        if let Some(value) = value {
            set_one(pick, name, &value).with_context(|| format!("--{name}"))?;
        }
    }
    for (name, value) in &run.set {
        set_one(pick, name, value).with_context(|| format!("--set {name}"))?;
    }
    Ok(())
}

fn set_one(pick: &mut Pick, name: &str, value: &str) -> anyhow::Result<()> {
    pick.values.set(name, value).map_err(|error| match error {
        ParameterError::Unknown { nearest: None, .. } => anyhow::anyhow!(
            "{} has no such hyperparameter, but {}",
            pick.experiment,
            pick.values.names().collect::<Vec<_>>().join(", ")
        ),
        error => error.into(),
    })
}

/// The backend asked for by name. Opens its device, so that a run is not begun where there is none; the training finds it
/// open.
fn open(name: &str) -> anyhow::Result<Choice> {
    let opened = name.parse().and_then(backends::open);
    opened.map(|(choice, _)| choice).context("--backend")
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
