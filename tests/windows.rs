//! Several windows of one run on a real X server, under a window manager, driven as a person would drive them.
//!
//! This file is two things. Asked by the variable [`GUEST`] it is a program with a run, and has the main thread to itself, as a
//! window needs it. Else it is the tests, which start it as that.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]
#![allow(clippy::print_stderr, reason = "a program tells why it failed")]

mod support;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use emberscope::{Options, Scope, WorkError};
use libtest_mimic::{Arguments, Failed, Trial};
use support::{Manager, Running, Xvfb, newest_step, pause, run_directory, run_file, wait_for};

/// Asks for the program.
const GUEST: &str = "EMBERSCOPE_TEST_WINDOWS";
/// How the title of the popped-out panel's window begins, and no other.
const POPPED: &str = "^Loss";

/// Reports two series until it is told to stop.
fn reports(scope: &Scope) -> Result<(), WorkError> {
    let probe = scope.probe();
    let (loss, accuracy) = (probe.series("loss"), probe.series("accuracy"));
    for step in 1_u64.. {
        if !probe.proceed() {
            break;
        }
        let part = step as f32 * 0.01;
        probe.step(step);
        probe.scalar(loss, 1.0 / (1.0 + part) + 0.1 * (part * 3.0).sin());
        probe.scalar(accuracy, 1.0 - 1.0 / (1.0 + part));
        std::thread::park_timeout(Duration::from_millis(2));
    }
    Ok(())
}

fn start(folder: &Path, xvfb: &Xvfb) -> Running {
    let mut command = Command::new(std::env::current_exe().expect("this program is a file"));
    command
        .current_dir(folder)
        .env(GUEST, "1")
        .env("DISPLAY", xvfb.display())
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stdin(Stdio::null());
    Running::start(&command)
}

/// The window of the popped-out panel, once its key was heard over the first panel of the main window.
fn pop_out(xvfb: &Xvfb, main: &str) -> String {
    wait_for("a second window", || {
        if let Some(found) = xvfb.find(POPPED) {
            return Some(found);
        }
        xvfb.activate(main);
        xvfb.xdotool(&["mousemove", "--window", main, "420", "260"]);
        xvfb.xdotool(&["key", "o"]);
        pause(Duration::from_millis(700));
        None
    })
}

/// The pixels of a window once they stand still.
fn still(xvfb: &Xvfb, window: &str) -> Vec<u8> {
    wait_for("a picture that stands still", || {
        let before = xvfb.pixels(window);
        pause(Duration::from_millis(700));
        (!before.is_empty() && before == xvfb.pixels(window)).then_some(before)
    })
}

fn a_panel_in_a_window_of_its_own_is_sized_zoomed_and_closed_while_the_run_goes_on() {
    let xvfb = Xvfb::start();
    let _manager = Manager::start(&xvfb);
    let folder = tempfile::tempdir().expect("a folder");
    let program = start(folder.path(), &xvfb);
    let main = xvfb.window("emberscope");
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, "loss") > 100).then_some(())
    });

    let popped = pop_out(&xvfb, &main);
    assert_ne!(popped, main);
    xvfb.xdotool(&["windowsize", "--sync", &popped, "720", "420"]);
    // All of it on the screen.
    xvfb.xdotool(&["windowmove", "--sync", &popped, "100", "60"]);
    wait_for("the size", || {
        (xvfb.geometry(&popped)?[2..] == [720, 420]).then_some(())
    });

    // Paused from the popped-out window, by the key that the main one knows.
    wait_for("the pause", || {
        xvfb.activate(&popped);
        xvfb.xdotool(&["key", "space"]);
        pause(Duration::from_millis(1500));
        let before = newest_step(&run, "loss");
        pause(Duration::from_millis(1500));
        (newest_step(&run, "loss") == before).then_some(())
    });
    let before = still(&xvfb, &popped);
    let colors: std::collections::HashSet<&[u8]> = before.chunks_exact(4).collect();
    assert!(colors.len() > 20, "only {} colours", colors.len());
    xvfb.xdotool(&["mousemove", "--window", &popped, "400", "200"]);
    let pointed = still(&xvfb, &popped);
    xvfb.xdotool(&["click", "--repeat", "6", "--delay", "30", "4"]);
    wait_for("the zoom", || {
        let now = xvfb.pixels(&popped);
        (now.len() == pointed.len() && differing(&now, &pointed) > 500).then_some(())
    });
    // Sharper lines follow, and it stays zoomed.
    assert!(differing(&still(&xvfb, &popped), &pointed) > 500);

    // Closed as a person closes it: the panel is back, and the run goes on.
    wait_for("the window to go", || {
        let Some(popped) = xvfb.find(POPPED) else {
            return Some(());
        };
        xvfb.activate(&popped);
        xvfb.xdotool(&["key", "alt+F4"]);
        pause(Duration::from_millis(500));
        None
    });
    let steps = newest_step(&run, "loss");
    wait_for("steps after the window", || {
        xvfb.activate(&main);
        xvfb.xdotool(&["key", "space"]);
        pause(Duration::from_millis(1500));
        (newest_step(&run, "loss") > steps + 20).then_some(())
    });

    // It is back: it can be popped out again. This time its window is destroyed under it.
    let again = pop_out(&xvfb, &main);
    pause(Duration::from_millis(500));
    xvfb.xdotool(&["windowclose", &again]);
    wait_for("the window to go", || {
        xvfb.find(POPPED).is_none().then_some(())
    });
    let steps = newest_step(&run, "loss");
    wait_for("steps after the destroyed window", || {
        (newest_step(&run, "loss") > steps + 20).then_some(())
    });

    // With the main window go all.
    pop_out(&xvfb, &main);
    xvfb.activate(&main);
    xvfb.xdotool(&["key", "ctrl+q"]);
    pause(Duration::from_secs(1));
    let (code, said, complained) = program.end_by_key(&xvfb, &main, "Return");
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(run_file(&run)["outcome"], "stopped");
    // There is no bus for assistive technology here, and nothing to say about that.
    let heard = complained.to_lowercase();
    assert!(
        !heard.contains("dbus") && !heard.contains("accessib"),
        "{complained}"
    );
}

/// How many pixels of two pictures of one size differ.
fn differing(one: &[u8], other: &[u8]) -> usize {
    let pixels = one.chunks_exact(4).zip(other.chunks_exact(4));
    pixels.filter(|(one, other)| one != other).count()
}

fn main() -> ExitCode {
    if std::env::var_os(GUEST).is_some() {
        return match emberscope::run(Options::new("windows"), reports) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let trial = Trial::test(
        "a_panel_in_a_window_of_its_own_is_sized_zoomed_and_closed_while_the_run_goes_on",
        || {
            a_panel_in_a_window_of_its_own_is_sized_zoomed_and_closed_while_the_run_goes_on();
            Ok::<(), Failed>(())
        },
    );
    // It needs an X server, a window manager and xdotool.
    let trials = vec![trial.with_ignored_flag(cfg!(not(target_os = "linux")))];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
