//! Programs that call `emberscope::run`, driven as their users would drive them.
//!
//! This file is two things. Asked by the variable [`GUEST`] it is such a program, and has the main thread to itself, as a
//! window needs it. Else it is the tests, which start it as that.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]
#![allow(clippy::print_stderr, reason = "a program tells why it failed")]

mod support;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use emberscope::dashboard::SavedTheme;
use emberscope::message::{Command as Ask, LearningRate, Reply};
use emberscope::{Options, Scope, WorkError};
use libtest_mimic::{Arguments, Failed, Trial};
use support::{Running, Xvfb, newest_step, pause, recorded, run_directory, run_file, wait_for};

/// Names the program to be.
const GUEST: &str = "EMBERSCOPE_TEST_GUEST";
/// Steps before something goes wrong.
const STEPS: u64 = 500;

type Guest = (&'static str, fn() -> Result<(), emberscope::Error>);

const GUESTS: [Guest; 7] = [
    ("panics", || emberscope::run(Options::new("guest"), panics)),
    ("is steered", || {
        emberscope::run(Options::new("steered"), is_steered)
    }),
    ("never stops", || {
        emberscope::run(headless(), |scope| never_stops(scope, u64::MAX))
    }),
    ("shows a layout", || {
        emberscope::run(with_layout("paper"), two_series)
    }),
    ("shows a layout in a window", || {
        let options = Options {
            is_headless: false,
            ..with_layout("talk")
        };
        emberscope::run(options, two_series)
    }),
    ("asks for a layout", || {
        emberscope::run(with_layout("poster"), two_series)
    }),
    ("lives on", || {
        emberscope::run(headless(), |scope| never_stops(scope, STEPS))?;
        std::fs::write("ran", "").expect("a file can be made");
        loop {
            std::thread::park();
        }
    }),
];

fn headless() -> Options {
    Options {
        is_headless: true,
        ..Options::new("guest")
    }
}

fn with_layout(name: &str) -> Options {
    Options {
        layout: Some(name.to_owned()),
        snapshot: Some("end.csv".into()),
        ..headless()
    }
}

fn two_series(scope: &Scope) -> Result<(), WorkError> {
    let probe = scope.probe();
    let (loss, norm) = (probe.series("loss"), probe.series("norm"));
    for step in 1..=STEPS {
        probe.step(step);
        probe.scalar(loss, 1.0 / step as f32);
        probe.scalar(norm, step as f32);
    }
    Ok(())
}

fn panics(scope: &Scope) -> Result<(), WorkError> {
    never_stops(scope, STEPS)?;
    panic!("no layer 7 in this model");
}

/// Reports without ever asking whether it should go on.
fn never_stops(scope: &Scope, steps: u64) -> Result<(), WorkError> {
    let probe = scope.probe();
    let loss = probe.series("loss");
    for step in 1..=steps {
        probe.step(step);
        probe.scalar(loss, 1.0 / step as f32);
        std::thread::park_timeout(Duration::from_millis(1));
    }
    Ok(())
}

/// Trains at a learning rate that can be changed; it can measure, and has nowhere to put a checkpoint.
fn is_steered(scope: &Scope) -> Result<(), WorkError> {
    let probe = scope.probe();
    let (loss, rate) = (probe.series("loss"), probe.series("lr"));
    let mut asked = LearningRate::Scheduled;
    for step in 1.. {
        let goes_on = probe.checkpoint_point(|command| match command {
            Ask::LearningRate(other) => {
                asked = other;
                Reply::done()
            }
            Ask::Evaluate => Reply::Done("97 %".to_owned()),
            _ => Reply::Refused("there is nowhere to put it".to_owned()),
        });
        if !goes_on {
            break;
        }
        probe.step(step);
        probe.scalar(loss, 1.0 / step as f32);
        // Rounding is what is wanted.
        #[allow(clippy::cast_possible_truncation)]
        probe.scalar(rate, asked.of(0.1) as f32);
        std::thread::park_timeout(Duration::from_millis(2));
    }
    Ok(())
}

fn start(guest: &str, folder: &Path, display: Option<&str>) -> Running {
    let mut command = Command::new(std::env::current_exe().expect("this program is a file"));
    command
        .current_dir(folder)
        .env(GUEST, guest)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stdin(Stdio::null());
    if let Some(display) = display {
        command.env("DISPLAY", display);
    }
    Running::start(&command)
}

fn a_panic_is_shown_over_the_last_data_and_fails_the_run() {
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let program = start("panics", folder.path(), Some(xvfb.display()));
    let window = xvfb.window("guest");
    let run = run_directory(&folder.path().join("runs"));
    // The recording is sealed while the window still stands.
    wait_for("the failure", || {
        (run_file(&run)["outcome"] == "failed").then_some(())
    });
    assert!(!xvfb.xdotool(&["search", "--name", "guest"]).is_empty());
    let (code, said, complained) = program.end_by_key(&xvfb, &window, "ctrl+q");
    assert_eq!(code, Some(1), "{said}{complained}");
    assert!(complained.contains("no layer 7"), "{complained}");
    assert!(said.contains("guest failed: panicked"), "{said}");
    assert_eq!(recorded(&run, "loss").len() as u64, STEPS);
}

/// In both layouts one series is hidden; in one of them the other's panel has a window of its own.
const LAYOUTS: &str = r#"{
    "schema": 1,
    "last": { "hidden": ["loss"] },
    "named": {
        "paper": { "hidden": ["norm"], "windows": [{ "name": "loss", "size": [640.0, 400.0] }] },
        "talk": { "hidden": ["norm"], "theme": "light" }
    }
}"#;

fn keep_layouts(folder: &Path) {
    let place = emberscope::layouts::place(folder);
    let parent = place.parent().expect("it has one");
    std::fs::create_dir_all(parent).expect("a folder can be made");
    std::fs::write(place, LAYOUTS).expect("a file can be made");
}

/// How many points of both series are in the table of what was visible.
fn rows_of(folder: &Path) -> [u64; 2] {
    let table = std::fs::read_to_string(folder.join("end.csv")).expect("it is written");
    [",loss,", ",norm,"].map(|series| {
        let rows = table.lines().filter(|row| row.contains(series));
        rows.count() as u64
    })
}

fn a_window_begins_with_the_layout_that_is_named_and_keeps_what_becomes_of_it() {
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    keep_layouts(folder.path());
    let program = start(
        "shows a layout in a window",
        folder.path(),
        Some(xvfb.display()),
    );
    let window = xvfb.window("guest");
    let place = emberscope::layouts::place(folder.path());
    let kept = wait_for("a sidebar that is folded away", || {
        xvfb.key(&window, "b");
        pause(Duration::from_millis(500));
        let views = emberscope::layouts::read(&place).views;
        views.last.sidebar.map(|_| views)
    });
    assert_eq!(kept.last.hidden, ["norm"]);
    assert_eq!(kept.last.theme, Some(SavedTheme::Light));
    assert_eq!(kept.named.len(), 2, "all of them are there still");
    assert_eq!(kept.named["talk"].sidebar, None, "they are as they were");
    let (code, said, complained) = program.end_by_key(&xvfb, &window, "ctrl+q");
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(rows_of(folder.path()), [STEPS, 0]);
}

fn a_picture_without_a_window_shows_the_layout_that_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    keep_layouts(folder.path());
    let (code, said, complained) = start("shows a layout", folder.path(), None).end();
    assert_eq!(code, Some(0), "{said}{complained}");
    // What would have a window of its own stands in its place.
    assert_eq!(rows_of(folder.path()), [STEPS, 0]);
    let place = emberscope::layouts::place(folder.path());
    let kept = std::fs::read_to_string(place).expect("it is there");
    assert_eq!(kept, LAYOUTS, "it is only read");
}

fn a_layout_that_nobody_kept_is_refused_and_the_others_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    keep_layouts(folder.path());
    let (code, said, complained) = start("asks for a layout", folder.path(), None).end();
    assert_eq!(code, Some(1), "{said}{complained}");
    let named = "there is no layout `poster`: choose one of paper, talk";
    assert!(complained.contains(named), "{complained}");
    assert!(!folder.path().join("runs").exists(), "it began a run");
}

fn every_command_is_obeyed_answered_and_recorded_and_one_after_the_end_is_told() {
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let program = start("is steered", folder.path(), Some(xvfb.display()));
    let window = xvfb.window("steered");
    let run = run_directory(&folder.path().join("runs"));
    let newest = || newest_step(&run, "loss");
    wait_for("the first steps", || (newest() > 10).then_some(()));
    let press = |keys: &[&str]| {
        for key in keys {
            xvfb.key(&window, key);
            pause(Duration::from_millis(400));
        }
    };
    press(&["e", "w"]);
    // The second of three ways: times a half.
    press(&["r", "Tab", "Tab", "space", "Return"]);
    wait_for("another learning rate", || {
        let rates = recorded(&run, "lr");
        rates.last().filter(|(_, rate)| *rate == 0.05).map(|_| ())
    });
    press(&["space"]);
    let held = wait_for("the pause", || {
        let before = newest();
        pause(Duration::from_millis(2500));
        (newest() == before).then_some(before)
    });
    press(&["shift+space"]);
    let stepped = wait_for("the step", || (newest() > held).then(&newest));
    assert_eq!(stepped, held + 1);
    press(&["space"]);
    wait_for("steps after it", || (newest() > stepped + 10).then_some(()));
    press(&["s"]);
    wait_for("the end", || {
        (run_file(&run)["outcome"] == "stopped").then_some(())
    });

    // Nobody hears any more: the window says so across its top, until something else is done.
    pause(Duration::from_millis(1000));
    let before = xvfb.pixels(&window);
    press(&["e"]);
    let told = wait_for("a notice", || {
        let now = xvfb.pixels(&window);
        (now != before).then_some(now)
    });
    assert_ne!(told, before);
    let (code, said, complained) = program.end_by_key(&xvfb, &window, "ctrl+q");
    assert_eq!(code, Some(0), "{said}{complained}");

    let about = run_file(&run);
    let controls = about["controls"].as_array().expect("they are recorded");
    let told: Vec<(&str, &str, &str)> = controls
        .iter()
        .map(|control| {
            let text = |name: &str| control[name].as_str().unwrap_or_default();
            (text("command"), text("outcome"), text("text"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("evaluate", "done", "97 %"),
            ("checkpoint", "refused", "there is nowhere to put it"),
            ("learning rate × 0.5", "done", ""),
            ("pause", "done", ""),
            ("single step", "done", ""),
            ("resume", "done", ""),
            ("stop", "done", ""),
        ]
    );
    let step = |index: usize| controls[index]["step"].as_i64();
    assert_eq!(
        (step(3), step(4), step(5)),
        (Some(held), Some(held), Some(held + 1))
    );
    // From that step on, and not before.
    let changed = step(2).expect("it has a step");
    for (step, rate) in recorded(&run, "lr") {
        assert_eq!(rate, if step > changed { 0.05 } else { 0.1 }, "{step}");
    }
}

fn a_second_ctrl_c_ends_a_program_that_does_not_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = start("never stops", folder.path(), None);
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, "loss") > 10).then_some(())
    });
    program.signal("INT");
    pause(Duration::from_secs(2));
    assert!(program.status().is_none(), "the first one ended it");
    let known = newest_step(&run, "loss");
    program.signal("INT");
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(130), "{said}{complained}");
    assert!(newest_step(&run, "loss") >= known);
}

fn after_a_run_ctrl_c_is_the_programs_own_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = start("lives on", folder.path(), None);
    wait_for("the end of the run", || {
        folder.path().join("ran").exists().then_some(())
    });
    program.signal("INT");
    let (code, said, complained) = program.end();
    assert_eq!(code, None, "no signal ended it: {said}{complained}");
}

fn main() -> ExitCode {
    if let Ok(wanted) = std::env::var(GUEST) {
        let guest = GUESTS.iter().find(|(name, _)| *name == wanted);
        return match guest.expect("the guest exists").1() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let tests: [(&str, fn()); 7] = [
        (
            "a_panic_is_shown_over_the_last_data_and_fails_the_run",
            a_panic_is_shown_over_the_last_data_and_fails_the_run,
        ),
        (
            "a_window_begins_with_the_layout_that_is_named_and_keeps_what_becomes_of_it",
            a_window_begins_with_the_layout_that_is_named_and_keeps_what_becomes_of_it,
        ),
        (
            "a_picture_without_a_window_shows_the_layout_that_is_named",
            a_picture_without_a_window_shows_the_layout_that_is_named,
        ),
        (
            "a_layout_that_nobody_kept_is_refused_and_the_others_are_named",
            a_layout_that_nobody_kept_is_refused_and_the_others_are_named,
        ),
        (
            "every_command_is_obeyed_answered_and_recorded_and_one_after_the_end_is_told",
            every_command_is_obeyed_answered_and_recorded_and_one_after_the_end_is_told,
        ),
        (
            "a_second_ctrl_c_ends_a_program_that_does_not_stop",
            a_second_ctrl_c_ends_a_program_that_does_not_stop,
        ),
        (
            "after_a_run_ctrl_c_is_the_programs_own_again",
            after_a_run_ctrl_c_is_the_programs_own_again,
        ),
    ];
    let trials = tests.map(|(name, test)| {
        let trial = Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        });
        // They need signals, an X server and xdotool.
        trial.with_ignored_flag(cfg!(not(target_os = "linux")))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}
