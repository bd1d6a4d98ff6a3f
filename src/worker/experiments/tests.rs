//! The built-in experiments, trained.

use super::char_lm::CharLm;
use super::digits_autoencoder::DigitsAutoencoder;
use super::digits_cnn::DigitsCnn;
use super::digits_mlp::DigitsMlp;
use super::mnist_cnn::MnistCnn;
use super::spirals::Spirals;
use super::*;
use crate::flow::{Control, Probe, Scope};
use crate::gallery::{Entry, Experiment as _};
use crate::message::{
    Answer, Command, LearningRate, Message, Progress, Reply, Split, Step, Values,
};
use crate::worker::testing::{Told, alone, record, record_watched};
use crate::worker::train::{Summary, TrainError};
use crate::worker::transfer::transfers_on_this_thread;

fn on_cpu<E: BuiltIn>() -> OnDevice<E> {
    OnDevice::new(Arc::new(|| Choice::new(None, false)))
}

fn values<E: BuiltIn>(set: &[(&str, &str)]) -> Values {
    let mut values = Values::defaults(&on_cpu::<E>().parameters());
    for (name, text) in set {
        values.set(name, text).expect("it may be set so");
    }
    values
}

fn train<E: BuiltIn>(set: &[(&str, &str)], probe: Probe) -> Result<Summary, TrainError> {
    on_cpu::<E>().train(&Scope::new(probe, None), &values::<E>(set))
}

fn run<E: BuiltIn>(set: &[(&str, &str)]) -> (Summary, Told) {
    let (result, told) = record(|probe| train::<E>(set, probe));
    (result.expect("the training ends"), told)
}

/// The mean of a series' first points and of its last.
fn ends(told: &Told, name: &str, points: usize) -> (f32, f32) {
    let all = told.points_of(name);
    let mean = |part: &[crate::message::Point]| {
        part.iter().map(|point| point.value).sum::<f32>() / part.len() as f32
    };
    (mean(&all[..points]), mean(&all[all.len() - points..]))
}

#[test]
fn the_gallery_has_every_experiment_and_each_says_what_it_is() {
    let gallery = gallery(|| Choice::new(None, false));
    let names: Vec<&str> = gallery.entries().iter().map(Entry::name).collect();
    assert_eq!(
        names,
        [
            "digits-cnn",
            "digits-mlp",
            "digits-autoencoder",
            "mnist-cnn",
            "spirals",
            "char-lm"
        ]
    );
    for entry in gallery.entries() {
        let experiment = entry.experiment();
        assert!(!experiment.description().is_empty());
        let parameters = experiment.parameters();
        assert!(
            parameters
                .iter()
                .all(|parameter| !parameter.help.is_empty())
        );
        let mut known: Vec<&str> = parameters.iter().map(|one| &*one.name).collect();
        assert_eq!(
            known[..5],
            ["epochs", "steps", "batch size", "learning rate", "seed"]
        );
        known.sort_unstable();
        assert!(known.windows(2).all(|pair| pair[0] != pair[1]), "{known:?}");
        let checked = experiment.check(&Values::defaults(&parameters));
        assert_eq!(checked.is_ok(), entry.name() != "mnist-cnn");
    }
}

#[test]
fn digits_cnn_tells_at_least_97_percent_of_the_held_out_digits() {
    let _turn = alone();
    let before = transfers_on_this_thread();
    let (summary, told) = run::<DigitsCnn>(&[]);
    let best = summary.best.expect("it was validated");
    assert!(best.value >= 0.97, "{best:?}");
    let last = *told.points_of("accuracy/valid").last().expect("validated");
    assert!(last.value >= 0.97, "{last:?}");
    assert_eq!(
        transfers_on_this_thread(),
        before,
        "the training thread waited"
    );
}

#[test]
fn a_run_tells_everything_a_person_wants_to_watch() {
    let _turn = alone();
    let (summary, told) = run::<DigitsMlp>(&[("epochs", "3")]);
    let per_epoch = 1437u64.div_ceil(32);
    assert_eq!(summary.steps, 3 * per_epoch);
    assert!(!summary.is_stopped);

    let series = told.series();
    let names: Vec<&str> = series.iter().map(|series| &*series.name).collect();
    assert_eq!(
        names,
        [
            "loss/train",
            "loss/valid",
            "accuracy/train",
            "accuracy/valid",
            "optim/learning rate",
            "optim/gradient norm",
            "speed/throughput",
        ]
    );
    assert_eq!(series[1].split, Split::Valid);
    assert!(series[5].is_log);
    for name in [names[0], names[2], names[4], names[5]] {
        let steps: Vec<Step> = told
            .points_of(name)
            .iter()
            .map(|point| point.step)
            .collect();
        assert!(
            steps.iter().copied().eq(1..=summary.steps),
            "{name}: {steps:?}"
        );
    }
    for name in [names[1], names[3]] {
        let steps: Vec<Step> = told
            .points_of(name)
            .iter()
            .map(|point| point.step)
            .collect();
        assert_eq!(steps, [1, 2, 3].map(|epoch| epoch * per_epoch), "{name}");
    }
    assert!(!told.points_of("speed/throughput").is_empty());
    let losses = told.points_of("loss/train");
    assert!(
        losses[0].value > 2.0 && losses[0].value < 2.8,
        "{}",
        losses[0].value
    );
    assert!(losses[losses.len() - 1].value < 1.0);
    assert!(
        told.points_of("optim/gradient norm")
            .iter()
            .all(|point| point.value > 0.0)
    );

    assert_eq!(
        told.phases(),
        [
            "opening the device",
            "compiling kernels",
            "",
            "validating",
            "",
            "validating",
            "",
            "validating",
            ""
        ]
    );
    let texts = told.texts();
    assert_eq!(texts[0], "no GPU found: training on the CPU (flex)");
    assert_eq!(texts[1], "dataset digits 1,437 / 360");
    assert_eq!(texts[2], "model 8,970 parameters");
    assert!(texts[3].starts_with("first step 0."), "{texts:?}");
    assert!(texts[4].starts_with("epoch 1 valid "), "{texts:?}");
    assert!(texts[7].starts_with("best valid accuracy "), "{texts:?}");
    let info = told
        .messages
        .iter()
        .rev()
        .find_map(|message| match message {
            Message::Info(info) => Some(info),
            _ => None,
        });
    let info = info.expect("the model is told");
    assert_eq!(info.model, "digits-mlp, 8,970 parameters");
    assert_eq!(info.backend, "burn flex");
    let progress = told
        .messages
        .iter()
        .rev()
        .find_map(|message| match message {
            Message::Progress(progress) => Some(*progress),
            _ => None,
        });
    let all = 3 * per_epoch;
    assert_eq!(
        progress,
        Some(Progress {
            epoch: 3,
            epochs: 3,
            step: all,
            steps: all
        })
    );
}

#[test]
fn device_reads_are_at_most_one_a_batch_and_none_on_the_training_thread() {
    let _turn = alone();
    let before = transfers_on_this_thread();
    let (summary, _) = run::<DigitsMlp>(&[("epochs", "2")]);
    assert_eq!(transfers_on_this_thread(), before);
    // Three tensors a step and two an epoch, and hardly a transfer for each step.
    assert_eq!(summary.transfers.tensors, 3 * summary.steps + 2 * 2);
    assert!(summary.transfers.transfers <= summary.steps, "{summary:?}");
}

#[test]
fn a_limit_of_steps_ends_within_an_epoch_and_is_validated() {
    let _turn = alone();
    let (summary, told) = run::<DigitsMlp>(&[("steps", "5")]);
    assert_eq!((summary.steps, summary.is_stopped), (5, false));
    assert_eq!(told.points_of("loss/train").len(), 5);
    assert_eq!(told.points_of("loss/valid")[0].step, 5);
}

#[test]
fn a_stop_before_the_first_step_trains_nothing() {
    let (result, told) = record(|probe| {
        probe.control().ask(Command::Stop);
        train::<DigitsMlp>(&[], probe)
    });
    let summary = result.expect("a stop is no failure");
    assert!(summary.is_stopped);
    assert_eq!((summary.steps, summary.best), (0, None));
    let answered = told.messages.iter().any(
        |message| matches!(message, Message::Answer(answer) if answer.command == Command::Stop),
    );
    assert!(answered);
}

#[test]
fn a_stop_ends_the_run_with_every_value_told() {
    let _turn = alone();
    let stop = |told: &Told, control: &Control| {
        if told.points.iter().any(|point| point.step >= 10) {
            control.ask(Command::Stop);
        }
    };
    let (result, told) = record_watched(stop, |probe| {
        train::<DigitsMlp>(&[("epochs", "1000000")], probe)
    });
    let summary = result.expect("a stop is no failure");
    assert!(summary.is_stopped);
    assert!(summary.steps >= 10);
    for name in ["loss/train", "accuracy/train", "optim/gradient norm"] {
        let steps = told.points_of(name).into_iter().map(|point| point.step);
        assert!(steps.eq(1..=summary.steps), "{name}");
    }
}

#[test]
fn the_same_seed_trains_the_same_model_and_another_does_not() {
    let _turn = alone();
    let losses = |seed| {
        let (_, told) = run::<DigitsCnn>(&[("seed", seed), ("steps", "6"), ("batch size", "8")]);
        let points = told.points_of("loss/train");
        points.iter().map(|point| point.value).collect::<Vec<_>>()
    };
    let first = losses("7");
    assert_eq!(first, losses("7"));
    assert_ne!(first, losses("8"));
}

#[test]
fn a_training_that_blows_up_goes_on_and_tells_nan() {
    let _turn = alone();
    let (summary, told) = run::<DigitsMlp>(&[("steps", "30"), ("learning rate", "1e30")]);
    assert_eq!(summary.steps, 30);
    let losses = told.points_of("loss/train");
    assert_eq!(losses.len(), 30);
    assert!(losses[29].value.is_nan(), "{}", losses[29].value);
}

#[test]
fn a_learning_rate_from_the_window_is_taken_and_told_from_the_next_step_on() {
    let _turn = alone();
    let (result, told) = record(|probe| {
        let half = Command::LearningRate(LearningRate::Scaled(0.5));
        assert!(probe.control().ask(half));
        train::<Spirals>(&[("steps", "20")], probe)
    });
    assert_eq!(result.expect("the training ends").steps, 20);
    let (_, scheduled) = run::<Spirals>(&[("steps", "20")]);
    let scheduled = scheduled.points_of("optim/learning rate");
    for (point, scheduled) in told.points_of("optim/learning rate").iter().zip(scheduled) {
        assert_eq!(point.value, scheduled.value * 0.5);
    }
    let (_, fixed) = record(|probe| {
        for rate in [0.25, f64::NAN] {
            probe
                .control()
                .ask(Command::LearningRate(LearningRate::Fixed(rate)));
        }
        train::<Spirals>(&[("steps", "3")], probe)
    });
    let rates = fixed.points_of("optim/learning rate");
    assert!(rates.iter().all(|point| point.value == 0.25), "{rates:?}");
    let replies = answers(&fixed);
    assert_eq!(replies[0].reply, Reply::done());
    assert!(matches!(replies[1].reply, Reply::Refused(_)));
}

fn answers<'a>(told: &'a Told) -> Vec<&'a Answer> {
    let answer = |message: &'a Message| match message {
        Message::Answer(answer) => Some(&**answer),
        _ => None,
    };
    told.messages.iter().filter_map(answer).collect()
}

#[test]
fn a_validation_asked_for_is_done_at_once_and_changes_no_number_of_the_training() {
    let _turn = alone();
    let set = [("steps", "80"), ("epochs", "100")];
    let mut asked = false;
    let ask = move |told: &Told, control: &Control| {
        if !asked && told.points.iter().any(|point| point.step >= 5) {
            asked = true;
            control.ask(Command::Pause);
            control.ask(Command::Evaluate);
            control.ask(Command::Evaluate);
            control.ask(Command::Checkpoint);
            control.ask(Command::Resume);
        }
    };
    let (result, told) = record_watched(ask, |probe| train::<DigitsCnn>(&set, probe));
    assert_eq!(result.expect("the training ends").steps, 80);
    let replies = answers(&told);
    let evaluated: Vec<&Answer> = replies
        .iter()
        .filter(|answer| answer.command == Command::Evaluate)
        .copied()
        .collect();
    assert_eq!(evaluated.len(), 2);
    assert!(matches!(evaluated[0].reply, Reply::Done(_)));
    let again = Reply::Done("measured at this step already".to_owned());
    assert_eq!(evaluated[1].reply, again);
    let step = evaluated[0].step;
    assert!(
        told.points_of("loss/valid")
            .iter()
            .any(|point| point.step == step)
    );
    assert!(replies.iter().any(|answer| {
        answer.command == Command::Checkpoint && matches!(answer.reply, Reply::Refused(_))
    }));

    let (_, calm) = run::<DigitsCnn>(&set);
    let bits = |told: &Told| -> Vec<u32> {
        let points = told.points_of("loss/train");
        points.iter().map(|point| point.value.to_bits()).collect()
    };
    assert_eq!(bits(&told), bits(&calm));
}

#[test]
fn spirals_are_told_apart() {
    let _turn = alone();
    let (summary, told) = run::<Spirals>(&[]);
    let best = summary.best.expect("it was validated");
    assert!(best.value >= 0.99, "{best:?}");
    let (first, last) = ends(&told, "loss/train", 10);
    assert!(last < first / 10.0, "{first} {last}");
}

#[test]
fn the_autoencoder_draws_better_and_better() {
    let _turn = alone();
    let before = transfers_on_this_thread();
    let (summary, told) = run::<DigitsAutoencoder>(&[("epochs", "5")]);
    let (first, last) = ends(&told, "loss/train", 10);
    assert!(last < first / 2.0, "{first} {last}");
    let best = summary.best.expect("it was validated");
    let errors = told.points_of("reconstruction error/valid");
    let lowest = errors.iter().map(|point| point.value).fold(1.0, f32::min);
    assert_eq!(best.value, lowest);
    let losses = told.points_of("loss/valid");
    assert!((losses[0].value.sqrt() - errors[0].value).abs() < 1e-6);
    assert_eq!(transfers_on_this_thread(), before);
}

#[test]
fn the_transformer_learns_and_writes_the_same_from_the_same_seed() {
    let _turn = alone();
    let before = transfers_on_this_thread();
    let set = [
        ("steps", "30"),
        ("layers", "1"),
        ("context", "32"),
        ("sample every", "20"),
        ("sample length", "40"),
    ];
    let (summary, told) = run::<CharLm>(&set);
    assert_eq!(summary.steps, 30);
    assert_eq!(transfers_on_this_thread(), before);
    let (first, last) = ends(&told, "loss/train", 5);
    assert!(first > 5.0 && last < first - 1.0, "{first} {last}");
    let written = |told: &Told| -> Vec<String> {
        let texts = told.texts().into_iter();
        let samples = texts.filter(|text| text.contains(" writes: "));
        samples.map(str::to_owned).collect()
    };
    let samples = written(&told);
    assert_eq!(samples.len(), 2, "{samples:?}");
    assert!(samples[0].starts_with("step 20 writes: "));
    assert!(samples[1].starts_with("step 30 writes: "));
    let (_, again) = run::<CharLm>(&set);
    assert_eq!(written(&again), samples);
}

#[test]
fn mnist_cnn_learns_from_four_files() {
    let _turn = alone();
    let folder = tempfile::tempdir().expect("a folder");
    // A bright row, by which the digit is told.
    for (set, count) in [("train", 200u32), ("t10k", 40)] {
        let mut images = [0x803, count, 28, 28].map(u32::to_be_bytes).concat();
        let mut labels = [0x801, count].map(u32::to_be_bytes).concat();
        for index in 0..count as usize {
            let mut image = [0; 28 * 28];
            image[index % 10 * 2 * 28..][..28].fill(200);
            images.extend(image);
            labels.push((index % 10) as u8);
        }
        let write = |name: String, bytes: Vec<u8>| {
            std::fs::write(folder.path().join(name), bytes).expect("a file");
        };
        write(format!("{set}-images-idx3-ubyte"), images);
        write(format!("{set}-labels-idx1-ubyte"), labels);
    }
    let data = folder.path().to_str().expect("a plain path");
    let set = [
        ("data", data),
        ("steps", "24"),
        ("epochs", "6"),
        ("batch size", "40"),
    ];
    assert!(
        on_cpu::<MnistCnn>()
            .check(&values::<MnistCnn>(&set))
            .is_ok()
    );
    let (summary, told) = run::<MnistCnn>(&set);
    assert_eq!(summary.steps, 24);
    assert!(told.texts().contains(&"dataset MNIST 200 / 40"));
    let (first, last) = ends(&told, "loss/train", 3);
    assert!(last < first / 2.0, "{first} {last}");
}

#[test]
fn what_an_experiment_lacks_is_told_before_and_in_the_run() {
    let missing = [("data", "no/such")];
    let error = on_cpu::<MnistCnn>()
        .check(&values::<MnistCnn>(&missing))
        .expect_err("no such folder");
    assert!(error.to_string().contains("no/such"), "{error}");
    let (result, _) = record(|probe| train::<MnistCnn>(&missing, probe));
    assert!(matches!(result, Err(TrainError::Mnist(_))));
    let missing = [("text", "no/such")];
    let error = on_cpu::<CharLm>()
        .check(&values::<CharLm>(&missing))
        .expect_err("no such file");
    assert!(error.to_string().contains("no/such"), "{error}");
}
