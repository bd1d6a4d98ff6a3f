//! The program as a whole, without a window: real trainings, wrong arguments, bad luck.
#![cfg(feature = "train")]

mod support;

use std::path::Path;

use emberscope::render::Picture;
use support::{
    Running, emberscope, newest_step, output, recorded, run_directory, run_file, said_by_success,
    text, wait_for,
};

#[test]
fn a_headless_run_leaves_a_picture_timings_and_a_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let result = output(emberscope(folder.path()).args([
        "train",
        "digits-mlp",
        "--backend",
        "flex",
        "--epochs",
        "3",
        "--seed",
        "5",
        "--name",
        "short",
        "--snapshot",
        "end.png",
        "--snapshot-every",
        "1",
        "--timings",
        "frames.csv",
    ]));
    let said = said_by_success(&result);
    assert!(said.contains("short finished"), "{said}");
    assert!(said.contains("accuracy/valid"), "{said}");

    let run = run_directory(&folder.path().join("runs"));
    assert!(run.ends_with("short-1"), "{}", run.display());
    let about = run_file(&run);
    assert_eq!(about["outcome"], "finished");
    assert_eq!(about["seed"], 5);
    let losses = recorded(&run, "loss/train");
    let steps: Vec<i64> = losses.iter().map(|(step, _)| *step).collect();
    assert_eq!(
        steps,
        (1..=steps.len() as i64).collect::<Vec<_>>(),
        "every step, once, in order"
    );
    assert_eq!(recorded(&run, "accuracy/valid").len(), 3);

    let picture = Picture::load_png(folder.path().join("end.png")).expect("the picture is whole");
    assert_eq!((picture.width, picture.height), (1280, 720));
    let ember = picture
        .rgba
        .chunks_exact(4)
        .filter(|pixel| pixel[..3] == [0xFF, 0x8A, 0x3D])
        .count();
    assert!(ember > 200, "{ember} pixels of the training curve's colour");

    let timings = std::fs::read_to_string(folder.path().join("frames.csv")).expect("timings");
    let mut lines = timings.lines();
    assert_eq!(
        lines.next(),
        Some(
            "frame,time_s,newest_point_age_us,events_us,upload_us,encode_us,gpu_us,acquire_us,present_us,total_us"
        )
    );
    assert!(lines.count() >= 1);
}

#[test]
fn runs_are_never_overwritten_and_a_seed_gives_the_same_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let train = || {
        let result = output(emberscope(folder.path()).args([
            "train",
            "digits-mlp",
            "--backend",
            "flex",
            "--steps",
            "20",
            "--seed",
            "3",
            "--headless",
        ]));
        said_by_success(&result);
    };
    train();
    train();
    let runs = folder.path().join("runs");
    let losses = |name: &str| recorded(&runs.join(name), "loss/train");
    assert_eq!(losses("digits-mlp-1").len(), 20);
    assert_eq!(losses("digits-mlp-1"), losses("digits-mlp-2"));
}

#[test]
fn what_is_wrong_is_named_and_refused_before_training() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("file"), "").expect("a file");
    for (arguments, named) in [
        (&["train", "digits-rnn"][..], "digits-rnn"),
        (&["train", "--backend", "abacus"], "abacus"),
        (&["train", "--backend", "rocm"], "rocm"),
        (&["train", "--epochs", "0"], "epochs"),
        (&["train", "--batch-size", "0"], "batch size"),
        (&["train", "--learning-rate", "-1"], "-1"),
        (&["train", "--runs", "file/runs"], "file/runs"),
        (
            &["train", "--timings", "missing/frames.csv"],
            "missing/frames.csv",
        ),
        (
            &["train", "--snapshot", "missing/end.png"],
            "missing/end.png",
        ),
        (&["--no-such-flag"], "--no-such-flag"),
    ] {
        let result = output(emberscope(folder.path()).args(arguments));
        let complained = text(&result.stderr);
        assert_eq!(result.status.code(), Some(2), "{arguments:?}: {complained}");
        assert!(complained.contains(named), "{arguments:?}: {complained}");
        assert!(
            !folder.path().join("runs/digits-cnn-1/run.json").exists(),
            "{arguments:?} trained"
        );
    }
}

#[test]
fn a_signal_stops_cleanly() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Running::start(emberscope(folder.path()).args([
        "train",
        "digits-mlp",
        "--backend",
        "flex",
        "--epochs",
        "100000",
    ]));
    let run = run_directory(&folder.path().join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, "loss/train") > 10).then_some(())
    });
    program.signal("TERM");
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(run_file(&run)["outcome"], "stopped");
    let losses = recorded(&run, "loss/train");
    assert!(
        losses
            .iter()
            .zip(1..)
            .all(|((step, _), expected)| *step == expected),
        "a step is missing"
    );
}

#[test]
fn values_that_are_no_numbers_do_not_end_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let result = output(emberscope(folder.path()).args([
        "train",
        "digits-mlp",
        "--backend",
        "flex",
        "--steps",
        "60",
        "--learning-rate",
        "1e30",
        "--headless",
        "--snapshot",
        "nan.png",
    ]));
    let said = said_by_success(&result);
    assert!(said.contains("NaN or infinite"), "{said}");
    let run = run_directory(&folder.path().join("runs"));
    assert_eq!(recorded(&run, "loss/train").len(), 60, "NaN is data");
}

#[test]
fn without_an_adapter_training_and_recording_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = Path::new("no-such-driver.json");
    let result = output(
        emberscope(folder.path())
            .env("VK_DRIVER_FILES", nowhere)
            .env("VK_ICD_FILENAMES", nowhere)
            .env("LIBGL_DRIVERS_PATH", nowhere)
            .args([
                "train",
                "digits-mlp",
                "--steps",
                "20",
                "--headless",
                "--snapshot",
                "end.png",
            ]),
    );
    let said = said_by_success(&result);
    assert!(said.contains("mesa-vulkan-drivers"), "{said}");
    let run = run_directory(&folder.path().join("runs"));
    assert_eq!(recorded(&run, "loss/train").len(), 20);
}

/// A limit on the size of files stands for the disk that is full; the recording is the only file here that grows.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_costs_the_recording_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = emberscope(folder.path());
    program.args(["train", "digits-mlp", "--backend", "flex"]);
    program.args(["--steps", "4000", "--epochs", "1000", "--headless"]);
    let result = output(&mut with_small_disk(&program));
    let said = said_by_success(&result);
    let complained = text(&result.stderr);
    assert!(
        complained.contains("recording waits in memory for the disk"),
        "{complained}"
    );
    assert!(said.contains("digits-mlp finished"), "{said}");
    assert!(said.contains(", incomplete: "), "{said}");
    let run = run_directory(&folder.path().join("runs"));
    let losses = recorded(&run, "loss/train");
    assert!(losses.len() > 50 && losses.len() < 4000, "{}", losses.len());
    assert_eq!(run_file(&run)["outcome"], "finished");
}

/// The same command where no file may grow beyond 64 KiB.
fn with_small_disk(program: &std::process::Command) -> std::process::Command {
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(program.get_args())
        .env("MESA_SHADER_CACHE_DISABLE", "true");
    if let Some(folder) = program.get_current_dir() {
        shell.current_dir(folder);
    }
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}
