//! A program with experiments of its own, driven in its window as a person would drive it.
//!
//! This file is two things. Asked by the variable [`GUEST`] it is that program, and has the main thread to itself, as a window
//! needs it. Else it is the tests, which start it as that.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]
#![allow(clippy::print_stderr, reason = "a program tells why it failed")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use emberscope::message::{Parameter, Values};
use emberscope::{Experiment, Gallery, Options, Scope, WorkError, run_gallery};
use libtest_mimic::{Arguments, Failed, Trial};
use support::{Manager, Running, Xvfb, newest_step, pause, recorded, run_file, wait_for};

/// Names the program to be.
const GUEST: &str = "EMBERSCOPE_TEST_GALLERY";
/// Steps before it panics.
const STEPS: u64 = 300;

/// Reports until it is told to stop, or panics after some steps.
struct Falls {
    panics: bool,
}

impl Experiment for Falls {
    fn description(&self) -> &str {
        "a loss that falls"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![Parameter::real("rate", 0.01, 0.0..=1.0).help("How fast it falls.")]
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "a loss needs no more digits"
    )]
    fn run(&self, scope: &Scope, values: &Values) -> Result<(), WorkError> {
        let probe = scope.probe();
        let loss = probe.series("loss");
        for step in 1_u64.. {
            if !probe.proceed() {
                break;
            }
            probe.step(step);
            probe.scalar(loss, (-values.real("rate") * step as f64).exp() as f32);
            assert!(!self.panics || step < STEPS, "no layer 7 in this model");
            std::thread::park_timeout(Duration::from_millis(2));
        }
        Ok(())
    }
}

/// The program: asked for `first`, or for nothing.
fn guest(first: &str) -> Result<(), emberscope::Error> {
    let gallery = Gallery::new()
        .add("falls", Falls { panics: false })
        .add("panics", Falls { panics: true });
    let options = Options::new("experiments");
    match first {
        "nothing" => gallery.run(options),
        first => {
            let pick = gallery.pick(first)?;
            run_gallery(options, &gallery, Some(pick))
        }
    }
}

fn start(first: &str, folder: &Path, xvfb: &Xvfb) -> Running {
    let mut command = Command::new(std::env::current_exe().expect("this program is a file"));
    command
        .current_dir(folder)
        .env(GUEST, first)
        .env("DISPLAY", xvfb.display())
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stdin(Stdio::null());
    Running::start(&command)
}

/// The directory of a run that reports, once there are some steps in it.
fn reporting(run: PathBuf) -> PathBuf {
    wait_for("steps", || (newest_step(&run, "loss") > 50).then_some(()));
    run
}

/// Starts what the dialog offers, `down` lines below the first, by keys, until its directory is there. `opens` is the key that
/// opens the dialog, where it is not open already.
fn pick(xvfb: &Xvfb, window: &str, opens: Option<&str>, down: usize, run: &Path) {
    wait_for("a new run", || {
        if run.exists() {
            return Some(());
        }
        xvfb.activate(window);
        let mut keys: Vec<&str> = opens.map_or_else(Vec::new, |key| vec!["Escape", key]);
        // What was picked last is picked still.
        keys.extend(["Up", "Up"]);
        keys.extend(std::iter::repeat_n("Down", down));
        keys.extend(["Tab", "Return"]);
        for key in keys {
            xvfb.xdotool(&["key", key]);
            pause(Duration::from_millis(400));
        }
        pause(Duration::from_secs(1));
        run.exists().then_some(())
    });
}

fn goes_on(run: &Path) {
    let known = newest_step(run, "loss");
    wait_for("further steps", || {
        (newest_step(run, "loss") > known + 50).then_some(())
    });
}

fn outcome(run: &Path) -> String {
    run_file(run)["outcome"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn runs_are_started_beside_each_other_and_steered_one_by_one() {
    let xvfb = Xvfb::start();
    let _manager = Manager::start(&xvfb);
    let folder = tempfile::tempdir().expect("a folder");
    let program = start("falls", folder.path(), &xvfb);
    let window = xvfb.window("emberscope");
    let runs = folder.path().join("runs");
    let first = reporting(runs.join("falls-1"));

    // One that panics fails alone.
    let panics = runs.join("panics-1");
    pick(&xvfb, &window, Some("ctrl+n"), 1, &panics);
    wait_for("the failure", || {
        (outcome(&panics) == "failed").then_some(())
    });
    assert_eq!(recorded(&panics, "loss").len() as u64, STEPS);
    goes_on(&first);

    // Two at the same time; a stop is for the newer.
    let second = runs.join("falls-2");
    pick(&xvfb, &window, Some("ctrl+n"), 0, &second);
    let second = reporting(second);
    assert_eq!(run_file(&second)["name"], "falls-2");
    wait_for("the stop", || {
        xvfb.activate(&window);
        xvfb.xdotool(&["key", "s"]);
        pause(Duration::from_millis(700));
        (outcome(&second) == "stopped").then_some(())
    });
    goes_on(&first);

    // Ctrl-C stops all that runs.
    let third = runs.join("falls-3");
    pick(&xvfb, &window, Some("ctrl+n"), 0, &third);
    let third = reporting(third);
    program.signal("INT");
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(
        (outcome(&first), outcome(&third)),
        ("stopped".into(), "stopped".into())
    );
    for summary in [
        "falls stopped after",
        "panics failed: panicked",
        "falls-3 stopped after",
    ] {
        assert!(said.contains(summary), "no {summary} in {said}");
    }
}

fn where_nothing_was_picked_the_window_asks() {
    let xvfb = Xvfb::start();
    let _manager = Manager::start(&xvfb);
    let folder = tempfile::tempdir().expect("a folder");
    let program = start("nothing", folder.path(), &xvfb);
    let window = xvfb.window("experiments");
    let run = folder.path().join("runs/falls-1");
    pick(&xvfb, &window, None, 0, &run);
    let run = reporting(run);
    xvfb.activate(&window);
    xvfb.xdotool(&["key", "ctrl+q"]);
    pause(Duration::from_secs(1));
    let (code, said, complained) = program.end_by_key(&xvfb, &window, "Return");
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(outcome(&run), "stopped");
}

fn main() -> ExitCode {
    if let Some(first) = std::env::var_os(GUEST) {
        return match guest(&first.to_string_lossy()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let trial = |name: &str, test: fn()| {
        let trial = Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        });
        // It needs an X server, a window manager and xdotool.
        trial.with_ignored_flag(cfg!(not(target_os = "linux")))
    };
    let trials = vec![
        trial(
            "runs_are_started_beside_each_other_and_steered_one_by_one",
            runs_are_started_beside_each_other_and_steered_one_by_one,
        ),
        trial(
            "where_nothing_was_picked_the_window_asks",
            where_nothing_was_picked_the_window_asks,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
