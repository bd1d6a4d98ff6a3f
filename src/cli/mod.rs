//! The command line: what was asked for, checked before anything starts.
//!
//! Parsing the arguments ([`args`]) and deciding what they mean (here and in the commands) are two steps. Exit codes: 0 for
//! a run that ended as asked, 1 for a training that failed, 2 for anything wrong before training, 130 for a second Ctrl-C.

mod args;
#[cfg(feature = "train")]
mod backends;
mod doctor;
mod list;
#[cfg(feature = "train")]
mod train;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use emberscope::flow::TextSink;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::prelude::*;

use args::{Arguments, Command};

/// Something was wrong before training began.
const REFUSED: u8 = 2;
/// The training failed.
#[cfg(feature = "train")]
const FAILED: u8 = 1;

/// What log records are shown unless `RUST_LOG` says otherwise: the program's own, and warnings of its libraries but those
/// that a machine without a GPU or a desktop always gives.
const DEFAULT_FILTER: &str = "warn,emberscope=info,wgpu_hal::gles=off,winit=error";

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let text = TextSink::default();
    install_log(&text);
    let result = match arguments.command {
        None => train(args::Train::default_with(arguments.run), text),
        Some(Command::Train(arguments)) => train(*arguments, text),
        Some(Command::List) => list::print().map(|()| ExitCode::SUCCESS),
        Some(Command::Doctor) => doctor::print().map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        tell(&format!("error: {error:#}"));
        ExitCode::from(REFUSED)
    })
}

/// Log records go to the run's log panel, and warnings to the terminal too, if it is still there.
fn install_log(text: &TextSink) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let terminal = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .without_time()
        .with_target(false)
        // Else a terminal that is gone is complained of there, with a panic.
        .log_internal_errors(false)
        .with_filter(tracing_subscriber::filter::LevelFilter::WARN);
    tracing_subscriber::registry()
        .with(filter)
        .with(text.clone())
        .with(terminal)
        .init();
}

/// A line for the person at the terminal.
pub(crate) fn tell(line: &str) {
    // Nobody may be reading: that is no reason to fail.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A line of the output that was asked for.
pub(crate) fn say(line: &str) {
    // Nobody may be reading any more (`emberscope doctor | head -1`).
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

#[cfg(feature = "train")]
fn train(arguments: args::Train, text: TextSink) -> anyhow::Result<ExitCode> {
    train::run(arguments, text)
}

#[cfg(not(feature = "train"))]
#[allow(clippy::needless_pass_by_value, reason = "as with the feature")]
fn train(_arguments: args::Train, _text: TextSink) -> anyhow::Result<ExitCode> {
    anyhow::bail!(
        "this emberscope was built without the feature `train` and cannot train; \
         build it with its default features"
    )
}
