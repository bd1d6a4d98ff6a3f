//! The program as a whole, without a window: real trainings, wrong arguments, bad luck.
#![cfg(feature = "train")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use emberscope::render::Picture;
use support::{
    Running, after, assert_every_step, emberscope, newest_step, output, recorded, run_directory,
    run_file, said_by_success, text, wait_for,
};

/// A long training of the quick experiment, without a window.
fn long_training(folder: &Path) -> Command {
    let mut command = emberscope(folder);
    command
        .args(["train", "digits-mlp", "--backend", "flex"])
        .args(["--epochs", "100000", "--headless"]);
    command
}

/// Its run directory, once there are some steps in it.
fn with_steps(folder: &Path) -> PathBuf {
    let run = run_directory(&folder.join("runs"));
    wait_for("the first steps", || {
        (newest_step(&run, "loss/train") > 10).then_some(())
    });
    run
}

/// The program on a machine without a graphics driver.
fn without_adapter(folder: &Path) -> Command {
    let mut command = emberscope(folder);
    for variable in [
        "VK_DRIVER_FILES",
        "VK_ICD_FILENAMES",
        "LIBGL_DRIVERS_PATH",
        "__EGL_VENDOR_LIBRARY_FILENAMES",
    ] {
        command.env(variable, "no-such-driver.json");
    }
    command
}

#[test]
fn what_there_is_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    for (command, named) in [
        ("list", &["digits-cnn", "flex", "wgpu", "llvmpipe"][..]),
        ("doctor", &["emberscope", "flex", "llvmpipe", "Findings"]),
    ] {
        let said = said_by_success(&output(emberscope(folder.path()).arg(command)));
        for name in named {
            assert!(said.contains(name), "{command}: no {name} in {said}");
        }
    }
}

/// As where `head` has had enough.
#[test]
fn nobody_who_listens_is_no_reason_to_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, code) in [
        (&["list"][..], 0),
        (&["doctor"], 0),
        (&["train", "--backend", "abacus"], 2),
    ] {
        let mut program = emberscope(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop((program.stdout.take(), program.stderr.take()));
        let status = program.wait().expect("it can be waited for");
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

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
        (&["train", "--epochs", "0"], "--epochs"),
        (&["train", "--epochs", "-1"], "--epochs"),
        (&["train", "--steps", "-1"], "--steps"),
        (&["train", "--batch-size", "0"], "--batch-size"),
        (&["train", "--learning-rate", "-1"], "--learning-rate"),
        (&["train", "--max-fps", "1e-300"], "--max-fps"),
        (
            &[
                "train",
                "--snapshot",
                "end.png",
                "--snapshot-every",
                "1e300",
            ],
            "--snapshot-every",
        ),
        (&["train", "--runs", "file/runs"], "file/runs"),
        (
            &["train", "--timings", "missing/frames.csv"],
            "missing/frames.csv",
        ),
        (
            &["train", "--snapshot", "missing/end.png"],
            "missing/end.png",
        ),
        (
            &["train", "--snapshot", "end.jpg"],
            "end.jpg: a figure is a .png, .svg, .pdf or .csv file",
        ),
        (
            &["train", "--snapshot", "end.svg", "--snapshot-scale", "2"],
            "--snapshot-scale",
        ),
        (&["--no-such-flag"], "--no-such-flag"),
    ] {
        let result = output(emberscope(folder.path()).args(arguments));
        let complained = text(&result.stderr);
        assert_eq!(result.status.code(), Some(2), "{arguments:?}: {complained}");
        assert!(complained.contains(named), "{arguments:?}: {complained}");
        assert!(
            !folder.path().join("runs").exists(),
            "{arguments:?} began a run"
        );
    }
}

#[test]
fn a_backend_without_a_device_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let result = output(without_adapter(folder.path()).args([
        "train",
        "--backend",
        "wgpu",
        "--timings",
        "frames.csv",
    ]));
    let complained = text(&result.stderr);
    assert_eq!(result.status.code(), Some(2), "{complained}");
    assert!(complained.contains("mesa-vulkan-drivers"), "{complained}");
    assert!(complained.contains("--backend flex"), "{complained}");
    let mut made = std::fs::read_dir(folder.path()).expect("the folder is there");
    assert!(made.next().is_none(), "something was made");
}

#[test]
fn a_signal_stops_cleanly() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Running::start(&long_training(folder.path()));
    let run = with_steps(folder.path());
    program.signal("TERM");
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(run_file(&run)["outcome"], "stopped");
    assert_every_step(&run, "loss/train");
}

/// A terminal that is closed hangs up more than once: the kernel does, and the shell does.
#[test]
#[cfg(target_os = "linux")]
fn hanging_up_twice_stops_cleanly() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Running::start(&long_training(folder.path()));
    let run = with_steps(folder.path());
    let id = program.id().to_string();
    let status = Command::new("kill")
        .args(["-s", "HUP", &id, &id, &id])
        .status()
        .expect("kill runs");
    assert!(status.success());
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    assert!(complained.contains("stopping"), "{complained}");
    assert_eq!(run_file(&run)["outcome"], "stopped");
}

/// As under `nohup`.
#[test]
#[cfg(target_os = "linux")]
fn a_signal_that_was_ignored_stays_ignored() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Running::start(&after("trap '' HUP", &long_training(folder.path())));
    let run = with_steps(folder.path());
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id()))
        .expect("Linux tells of a program that runs");
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .expect("it tells what is ignored");
    let ignored = u128::from_str_radix(ignored.trim(), 16).expect("a mask");
    assert_eq!(ignored & 1, 1, "SIGHUP is the lowest bit: {status}");
    program.signal("HUP");
    program.signal("TERM");
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
    assert_eq!(run_file(&run)["outcome"], "stopped");
}

#[test]
fn pictures_are_written_while_the_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = long_training(folder.path());
    command.args(["--snapshot", "now.png", "--snapshot-every", "0.5"]);
    let mut program = Running::start(&command);
    let path = folder.path().join("now.png");
    let picture = wait_for("a picture", || Picture::load_png(&path).ok());
    assert_eq!((picture.width, picture.height), (1280, 720));
    assert!(program.status().is_none(), "the run was over by then");
    program.signal("TERM");
    let (code, said, complained) = program.end();
    assert_eq!(code, Some(0), "{said}{complained}");
}

#[test]
fn frames_are_drawn_for_their_timings_at_the_rate_asked_for() {
    // Seconds in which no frame follows another: at ten a second, and at two.
    const RATES: [(&[&str], f64); 2] = [(&[], 0.08), (&["--max-fps", "2"], 0.45)];
    for (options, least_s) in RATES {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("frames.csv");
        let mut command = long_training(folder.path());
        command.args(["--timings", "frames.csv"]).args(options);
        let program = Running::start(&command);
        wait_for("frames", || (frames(&path).len() > 5).then_some(()));
        program.signal("TERM");
        let (code, said, complained) = program.end();
        assert_eq!(code, Some(0), "{said}{complained}");
        let frames = frames(&path);
        for (pair, number) in frames.windows(2).zip(1..) {
            assert_eq!((pair[0].0, pair[1].0), (number, number + 1));
            assert!(pair[1].1 - pair[0].1 >= least_s, "{options:?}: {frames:?}");
        }
    }
}

/// Numbers and times, in seconds, of the frames in a file of timings.
fn frames(path: &Path) -> Vec<(u64, f64)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split(',');
            Some((columns.next()?.parse().ok()?, columns.next()?.parse().ok()?))
        })
        .collect()
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
    let result = output(without_adapter(folder.path()).args([
        "train",
        "digits-mlp",
        "--steps",
        "20",
        "--headless",
        "--snapshot",
        "end.png",
    ]));
    let said = said_by_success(&result);
    assert!(said.contains("mesa-vulkan-drivers"), "{said}");
    let run = run_directory(&folder.path().join("runs"));
    assert_eq!(recorded(&run, "loss/train").len(), 20);
}

#[test]
fn a_snapshot_is_vectors_or_a_table_where_its_name_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, begins) in [
        ("end.svg", "<svg "),
        ("end.pdf", "%PDF-"),
        ("end.csv", "run,series,step,x,value,smoothed\n"),
    ] {
        let result = output(without_adapter(folder.path()).args([
            "train",
            "digits-mlp",
            "--backend",
            "flex",
            "--steps",
            "30",
            "--headless",
            "--no-record",
            "--snapshot",
            name,
            "--snapshot-theme",
            "print",
        ]));
        let said = said_by_success(&result);
        assert!(said.contains(&format!("picture in {name}")), "{said}");
        let file = std::fs::read(folder.path().join(name)).expect("it is written");
        assert!(file.starts_with(begins.as_bytes()), "{name}");
        if begins.starts_with("run") {
            let rows = text(&file);
            let losses = rows.lines().filter(|row| row.contains(",loss/train,"));
            assert_eq!(losses.count(), 30);
        }
    }
}

/// A limit on the size of files, 64 KiB, stands for the disk that is full; the recording is the only file here that grows.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_costs_the_recording_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = emberscope(folder.path());
    program.args(["train", "digits-mlp", "--backend", "flex"]);
    program.args(["--steps", "4000", "--epochs", "1000", "--headless"]);
    let mut program = after("trap '' XFSZ; ulimit -f 128", &program);
    let result = output(program.env("MESA_SHADER_CACHE_DISABLE", "true"));
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
