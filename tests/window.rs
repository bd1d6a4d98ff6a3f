//! The window on a real X server, driven as a person would drive it, while a real training runs.
#![cfg(all(target_os = "linux", feature = "train"))]

mod support;

use std::time::Duration;

use support::{
    Running, Xvfb, assert_every_step, emberscope, newest_step, pause, recorded, run_directory,
    run_file, wait_for,
};

const TAG: &str = "loss/train";

fn training(folder: &std::path::Path, xvfb: &Xvfb) -> Running {
    let mut command = emberscope(folder);
    command
        .env("DISPLAY", xvfb.display())
        .args([
            "train",
            "digits-mlp",
            "--backend",
            "flex",
            "--epochs",
            "100000",
        ])
        .args(["--timings", "timings.csv"]);
    Running::start(&command)
}

fn rows(folder: &std::path::Path) -> usize {
    std::fs::read_to_string(folder.join("timings.csv")).map_or(0, |text| text.lines().count())
}

#[test]
fn resizing_hiding_pausing_and_closing_leave_nothing_undone() {
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let program = training(folder.path(), &xvfb);
    let window = xvfb.window("emberscope");
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, TAG) > 10).then_some(())
    });

    // A storm of sizes, down to a point and back, while it trains.
    let sizes = [
        (1, 1),
        (1600, 1000),
        (640, 400),
        (3, 900),
        (1500, 2),
        (320, 240),
        (1, 1),
        (1280, 720),
    ];
    for round in 0..5 {
        for (width, height) in sizes {
            xvfb.xdotool(&[
                "windowsize",
                &window,
                &(width + round).to_string(),
                &height.to_string(),
            ]);
        }
    }
    let after_storm = newest_step(&run, TAG);
    wait_for("steps after the storm", || {
        (newest_step(&run, TAG) > after_storm + 10).then_some(())
    });
    let drawn = rows(folder.path());
    wait_for("frames after the storm", || {
        (rows(folder.path()) > drawn).then_some(())
    });

    // A storm of the wheel over a curve, in and out, and drags: its steps go on, and it is drawn.
    xvfb.xdotool(&["mousemove", "500", "260"]);
    for button in ["4", "5", "4", "5"] {
        xvfb.xdotool(&["click", "--repeat", "40", "--delay", "2", button]);
    }
    for by in ["300", "-600", "900"] {
        xvfb.xdotool(&["mousedown", "1"]);
        xvfb.xdotool(&["mousemove_relative", "--", by, "40"]);
        xvfb.xdotool(&["mouseup", "1"]);
    }
    for key in ["x", "y", "g", "x", "plus", "0"] {
        xvfb.key(&window, key);
    }
    let (after_storm, drawn) = (newest_step(&run, TAG), rows(folder.path()));
    wait_for("steps and frames after the wheel", || {
        let goes_on = newest_step(&run, TAG) > after_storm + 10;
        (goes_on && rows(folder.path()) > drawn).then_some(())
    });

    // Taken off the screen, as a minimised window is, and put back.
    xvfb.xdotool(&["windowunmap", &window]);
    let away = newest_step(&run, TAG);
    wait_for("steps while the window is away", || {
        (newest_step(&run, TAG) > away + 10).then_some(())
    });
    xvfb.xdotool(&["windowmap", &window]);
    let drawn = rows(folder.path());
    wait_for("frames when it is back", || {
        (rows(folder.path()) > drawn).then_some(())
    });

    // Paused: no step, and after the last answer no frame.
    xvfb.key(&window, "space");
    let (steps, frames) = wait_for("the pause", || {
        let before = (newest_step(&run, TAG), rows(folder.path()));
        pause(Duration::from_secs(3));
        let after = (newest_step(&run, TAG), rows(folder.path()));
        (before == after).then_some(after)
    });
    assert!(steps > 0 && frames > 1);

    // Resumed.
    xvfb.key(&window, "space");
    wait_for("steps after the pause", || {
        (newest_step(&run, TAG) > steps + 10).then_some(())
    });
    wait_for("frames after the pause", || {
        (rows(folder.path()) > frames).then_some(())
    });

    // Closed: it asks, and Return means: stop the training.
    xvfb.key(&window, "ctrl+q");
    pause(Duration::from_secs(1));
    let (code, said, complained) = program.end_by_key(&xvfb, &window, "Return");
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(run_file(&run)["outcome"], "stopped");
    assert!(said.contains("digits-mlp stopped"), "{said}");
}

/// The closing question, answered with "let it finish": the window goes, and the steps go on.
fn leave_to_finish(xvfb: &Xvfb, window: &str) {
    wait_for("the window to go", || {
        xvfb.key(window, "ctrl+q");
        pause(Duration::from_millis(500));
        xvfb.key(window, "f");
        pause(Duration::from_millis(500));
        let found = xvfb.xdotool(&["search", "--onlyvisible", "--name", "emberscope"]);
        found.is_empty().then_some(())
    });
}

#[test]
fn a_window_that_is_closed_can_leave_the_training_to_go_on() {
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let program = training(folder.path(), &xvfb);
    let window = xvfb.window("emberscope");
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, TAG) > 0).then_some(())
    });
    // Even where it is paused: there is nobody left to resume it.
    xvfb.key(&window, "space");
    pause(Duration::from_secs(1));
    leave_to_finish(&xvfb, &window);
    let steps = newest_step(&run, TAG);
    wait_for("steps without a window", || {
        (newest_step(&run, TAG) > steps + 100).then_some(())
    });
    program.signal("TERM");
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    assert!(complained.contains("goes on without it"), "{complained}");
    assert_eq!(run_file(&run)["outcome"], "stopped", "{said}");
}

#[test]
fn a_window_asked_to_close_closes_when_the_run_is_over() {
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = emberscope(folder.path());
    command
        .env("DISPLAY", xvfb.display())
        .args(["train", "digits-mlp", "--backend", "flex"])
        .args(["--epochs", "60", "--snapshot", "end.png"]);
    let program = Running::start(&command);
    let window = xvfb.window("emberscope");
    // The question comes up and nobody answers; or the run is over, and the window closes at once.
    let (code, said, complained) = program.end_by_key(&xvfb, &window, "ctrl+q");
    assert_eq!(code, Some(0), "{said}{complained}");
    assert!(said.contains("digits-mlp finished"), "{said}{complained}");
    assert!(folder.path().join("end.png").exists(), "{said}{complained}");
}

#[test]
fn a_second_stop_changes_nothing_and_the_window_stays() {
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let program = training(folder.path(), &xvfb);
    let window = xvfb.window("emberscope");
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, TAG) > 10).then_some(())
    });
    wait_for("the stop", || {
        xvfb.key(&window, "s");
        xvfb.key(&window, "s");
        (run_file(&run)["outcome"] == "stopped").then_some(())
    });
    pause(Duration::from_secs(1));
    let found = xvfb.xdotool(&["search", "--onlyvisible", "--name", "emberscope"]);
    assert!(!found.is_empty(), "the window is gone");
    let (code, said, complained) = program.end_by_key(&xvfb, &window, "ctrl+q");
    assert_eq!(code, Some(0), "{said}{complained}");
}

#[test]
fn ctrl_c_closes_the_window_with_everything_written() {
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let program = training(folder.path(), &xvfb);
    xvfb.window("emberscope");
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, TAG) > 10).then_some(())
    });
    program.signal("INT");
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(run_file(&run)["outcome"], "stopped");
}

#[test]
fn a_display_that_ends_leaves_the_training_to_finish() {
    let mut xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = emberscope(folder.path());
    command
        .env("DISPLAY", xvfb.display())
        .args(["train", "digits-mlp", "--backend", "flex"])
        .args(["--epochs", "60", "--snapshot", "end.png"])
        .args(["--timings", "timings.csv"]);
    let program = Running::start(&command);
    let window = xvfb.window("emberscope");
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, TAG) > 0).then_some(())
    });
    // Paused, too.
    xvfb.key(&window, "space");
    pause(Duration::from_secs(1));
    xvfb.kill();
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    let record = run_file(&run);
    assert_eq!(record["outcome"], "finished", "{said}{complained}");
    assert!(said.contains("digits-mlp finished"), "{said}{complained}");
    assert_every_step(&run, TAG);
    assert!(folder.path().join("end.png").exists(), "{said}{complained}");
    assert!(rows(folder.path()) > 1);
}

#[test]
fn a_display_that_ends_after_the_run_ends_the_program() {
    let mut xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = emberscope(folder.path());
    command
        .env("DISPLAY", xvfb.display())
        .args(["train", "digits-mlp", "--backend", "flex"])
        .args(["--steps", "20"]);
    let program = Running::start(&command);
    xvfb.window("emberscope");
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the end of the training", || {
        (run_file(&run)["outcome"] == "finished").then_some(())
    });
    xvfb.kill();
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    assert!(said.contains("digits-mlp finished"), "{said}{complained}");
}

/// burn's wgpu backend compiles its kernels on the software adapter for many seconds: the window stands all the while.
#[test]
fn a_training_on_the_adapter_that_draws_is_shown_and_recorded() {
    const STEPS: usize = 12;
    let xvfb = Xvfb::start();
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = emberscope(folder.path());
    command
        .env("DISPLAY", xvfb.display())
        .env("CUBECL_WGPU_DEFAULT_DEVICE", "Cpu")
        .args(["train", "digits-mlp", "--backend", "wgpu"])
        .args(["--steps", &STEPS.to_string(), "--batch-size", "16"])
        .args(["--timings", "timings.csv"]);
    let program = Running::start(&command);
    let window = xvfb.window("emberscope");
    // There is a picture before there is a step.
    wait_for("the first frame", || {
        (rows(folder.path()) > 1).then_some(())
    });
    let run = run_directory(&folder.path().join("runs"));
    let first_frames = rows(folder.path());
    wait_for("the end of the training", || {
        (run_file(&run)["outcome"] == "finished").then_some(())
    });
    wait_for("frames of the training", || {
        (rows(folder.path()) > first_frames).then_some(())
    });
    let (code, said, complained) = program.end_by_key(&xvfb, &window, "ctrl+q");
    assert_eq!(code, Some(0), "{said}{complained}");
    let losses = recorded(&run, TAG);
    assert_eq!(losses.len(), STEPS, "{said}{complained}");
    assert!(
        losses
            .iter()
            .all(|(_, loss)| loss.is_finite() && *loss > 0.0)
    );
    assert!(run_file(&run).to_string().contains("wgpu"), "{said}");
}
