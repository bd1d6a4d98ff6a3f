//! Experiments picked on the command line: listed, set by name, refused by name.
#![cfg(feature = "train")]

mod support;

use support::{emberscope, output, run_directory, run_file, said_by_success, text};

#[test]
fn every_experiment_is_listed_with_what_may_be_set_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = said_by_success(&output(emberscope(folder.path()).arg("list")));
    for told in [
        "digits-mlp          a multilayer perceptron",
        "batch-size        32          a whole number from 1 to 65536: Samples of a step.",
        "learning-rate     0.002       a number of at least 0: ",
        "seed              0           a whole number of at least 0: ",
    ] {
        assert!(said.contains(told), "no {told} in {said}");
    }
}

#[test]
fn what_is_set_by_name_or_by_flag_reaches_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let result = output(emberscope(folder.path()).args([
        "train",
        "digits-mlp",
        "--headless",
        "--backend",
        "flex",
        "--set",
        "steps=12",
        "--set",
        "batch size=16",
        "--learning-rate",
        "0.004",
        "--set",
        "seed=9",
    ]));
    said_by_success(&result);
    let about = run_file(&run_directory(&folder.path().join("runs")));
    assert_eq!(about["name"], "digits-mlp");
    assert_eq!(about["seed"], 9);
    assert_eq!(about["progress"]["step"], 12);
    let settings = &about["hyperparameters"];
    assert_eq!(settings["batch size"], "16", "{settings}");
    assert_eq!(settings["learning rate"], "0.004", "{settings}");
}

#[test]
fn what_cannot_be_set_is_refused_by_name_with_what_was_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, said) in [
        (
            &["digits-mpl"][..],
            "there is no experiment `digits-mpl`: did you mean `digits-mlp`? Or choose one of digits-cnn, ",
        ),
        (
            &["digits-mlp", "--set", "epochs=0"],
            "--set epochs: epochs must be a whole number from 1 to 1000000, not `0`",
        ),
        (
            &["digits-mlp", "--epochs", "0"],
            "--epochs: epochs must be a whole number from 1 to 1000000, not `0`",
        ),
        (
            &["digits-mlp", "--set", "learnig-rate=0.1"],
            "did you mean `learning rate`?",
        ),
        (
            &["digits-mlp", "--set", "momentum=0.9"],
            "--set momentum: digits-mlp has no such hyperparameter, but epochs, ",
        ),
        (
            &["digits-mlp", "--data", "folder"],
            "--data: digits-mlp has no such hyperparameter, but epochs, ",
        ),
        (&["digits-mlp", "--set", "epochs"], "--set"),
    ] {
        let result = output(emberscope(folder.path()).arg("train").args(arguments));
        let complained = text(&result.stderr);
        assert_eq!(result.status.code(), Some(2), "{arguments:?}: {complained}");
        assert!(complained.contains(said), "{arguments:?}: {complained}");
        assert!(!folder.path().join("runs").exists(), "{arguments:?}");
    }
}
