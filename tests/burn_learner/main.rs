//! burn-train programs, watched and steered: what is trained stays the same to the bit, and what is shown is what burn told.

#![allow(
    clippy::cast_possible_truncation,
    reason = "values are shown in single precision, and compared as they are shown"
)]

use std::path::Path;

use burn::tensor::Device;
use burn::train::{LearningResult, SupervisedTraining};
use emberscope::Scope;
use emberscope::flow::Control;
use emberscope::message::Command;

mod eyes;
mod program;
mod steering;
mod watching;

use eyes::{Curves, Told};
use program::{Net, learner, schedule, training};

/// Takes so many steps and holds, so that who watches need not be quick.
pub(crate) fn hold_after(scope: &Scope, steps: usize) {
    for _ in 0..steps {
        scope.control().ask(Command::Step);
    }
}

/// As a person does: goes on when it holds.
pub(crate) fn resume(told: &Told, control: &Control) {
    if told.has_answered(Command::Pause) && control.is_pausing() {
        control.ask(Command::Resume);
    }
}

pub(crate) fn nobody(_: &Told, _: &Control) {}

/// Trains with a strategy and renderer of the scope's.
pub(crate) fn train(
    scope: &Scope,
    directory: &Path,
    change: impl FnOnce(SupervisedTraining<Net>) -> SupervisedTraining<Net>,
) -> LearningResult<Net> {
    change(training(directory))
        .renderer(scope.renderer())
        .with_training_strategy(scope.strategy(Device::flex()))
        .launch(learner(scope.scheduler(schedule())))
}

/// What a run showed of burn's metrics: all but what the strategy measured itself.
pub(crate) fn of_burn(told: &Told) -> Curves {
    let mut curves = told.curves();
    curves.retain(|name, _| {
        !["weights/", "gradients/", "updates/"]
            .iter()
            .any(|own| name.starts_with(own))
    });
    curves
}

pub(crate) fn files(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("a readable folder");
        entry.file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

/// Asks for commands, each once the one before was answered, the first when `step` is reached.
pub(crate) fn in_turn(
    step: u64,
    commands: Vec<Command>,
) -> impl FnMut(&Told, &Control) + Send + 'static {
    let mut asked: Vec<String> = Vec::new();
    move |told, control| {
        let count = |all: &[String], one: &String| all.iter().filter(|all| *all == one).count();
        let answered: Vec<String> = told
            .answers()
            .iter()
            .map(|answer| answer.command.to_string())
            .collect();
        let are_answered = asked
            .iter()
            .all(|command| count(&answered, command) >= count(&asked, command));
        if told.newest_step() >= step
            && are_answered
            && let Some(command) = commands.get(asked.len())
        {
            asked.push(command.to_string());
            control.ask(*command);
        }
    }
}
