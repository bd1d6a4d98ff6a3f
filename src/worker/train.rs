//! The training loop: batches in, everything a person wants to watch out, and never a wait for the device.
//!
//! Each step asks the device for a loss, an accuracy, gradients and new weights, and hands their tensors to a [`TensorProbe`].
//! What is said of an epoch (its text, its best value, the end of a phase) is said on the read-back thread, when the device has
//! really computed it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor};

use super::digits::{Digits, DigitsError, Samples};
use super::experiments::Classifier;
use super::gradients::gradient_norm;
use super::settings::{Settings, SettingsError};
use super::tensors::{TensorError, TensorProbe, Transfers};
use crate::flow::Probe;
use crate::message::{Level, Progress, RunInfo, Series, SeriesId, Step, Unit, grouped};

/// Why a training did not reach its end.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A setting is out of range.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The data is damaged.
    #[error(transparent)]
    Digits(#[from] DigitsError),
    /// The backend has no device, or cannot open it.
    #[error(transparent)]
    Backend(#[from] super::backend::BackendError),
    /// Tensors could not be read back.
    #[error(transparent)]
    Tensors(#[from] TensorError),
}

/// What a training came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// Whether it was stopped before it had done all its steps.
    pub is_stopped: bool,
    /// Steps done.
    pub steps: Step,
    /// The best accuracy on the held-out data, if it was ever measured.
    pub best: Option<Best>,
    /// How its values were read back.
    pub transfers: Transfers,
}

/// The best validation of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// The part of the held-out samples that was told right, between 0 and 1.
    pub accuracy: f32,
    /// The epoch it was measured after, from 1.
    pub epoch: u32,
}

/// All that a training needs.
#[derive(Debug)]
pub(super) struct Course<'a> {
    pub(super) settings: Settings,
    pub(super) digits: &'a Digits,
    /// The device, with or without autodiff.
    pub(super) device: Device,
    /// What is known of the run; the model is added to it.
    pub(super) info: RunInfo,
    pub(super) probe: Probe,
}

/// The series of a run, declared in the order they are shown.
#[derive(Clone, Copy, Debug)]
struct Measured {
    train_loss: SeriesId,
    valid_loss: SeriesId,
    train_accuracy: SeriesId,
    valid_accuracy: SeriesId,
    learning_rate: SeriesId,
    gradient_norm: SeriesId,
    throughput: SeriesId,
}

impl Measured {
    fn declare(probe: &Probe) -> Self {
        let loss = |name| probe.declare(Series::scalar(name).with_note("cross-entropy"));
        let accuracy = |name| probe.declare(Series::scalar(name).with_unit(Unit::Fraction));
        let samples_per_second = Unit::Other("samples/s".into());
        Self {
            train_loss: loss("loss/train"),
            valid_loss: loss("loss/valid"),
            train_accuracy: accuracy("accuracy/train"),
            valid_accuracy: accuracy("accuracy/valid"),
            learning_rate: probe.declare(
                Series::scalar("optim/learning rate")
                    .with_note("cosine, warm-up")
                    .with_exact_values(),
            ),
            gradient_norm: probe.declare(Series::scalar("optim/gradient norm").with_log_axis()),
            throughput: probe
                .declare(Series::scalar("speed/throughput").with_unit(samples_per_second)),
        }
    }
}

/// Trains a model from fresh weights to the last step, or until it is asked to stop.
pub(super) fn train<M: Classifier>(course: Course<'_>) -> Result<Summary, TrainError> {
    let Course {
        settings,
        digits,
        device,
        mut info,
        probe,
    } = course;
    settings.check()?;
    let measured = Measured::declare(&probe);
    probe.text(format!(
        "dataset digits {} / {}",
        grouped(digits.train.len() as u64),
        grouped(digits.valid.len() as u64)
    ));

    let device = device.autodiff();
    device.seed(settings.seed);
    let mut model = M::new(&device);
    let parameters = grouped(model.num_params() as u64);
    probe.text(format!("model {parameters} parameters"));
    info.model = format!("{}, {parameters} parameters", info.model);
    probe.info(info);
    probe.activity("compiling kernels");

    let probe = TensorProbe::new(probe)?;
    let loss_of = CrossEntropyLossConfig::new().init(&device);
    let mut optimizer = AdamConfig::new().init();
    let best = Arc::new(Mutex::new(None));
    let total = settings.total_steps(digits.train.len());
    let mut step = 0;
    let mut is_stopped = false;

    'run: for epoch in 1..=settings.epochs {
        for indices in digits
            .train
            .shuffled(settings.seed, epoch)
            .chunks(settings.batch_size)
        {
            if !probe.proceed() {
                is_stopped = true;
                break 'run;
            }
            probe.check()?;
            let started = Instant::now();
            step += 1;
            probe.step(step);
            let rate = settings.learning_rate_at(step, total);
            #[allow(
                clippy::cast_possible_truncation,
                reason = "a rate is shown in single precision"
            )]
            probe.scalar(measured.learning_rate, rate as f32);

            let batch = digits.train.batch(indices, &device);
            let logits = model.forward(batch.images);
            let loss = loss_of.forward(logits.clone(), batch.labels.clone());
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            let norm = gradient_norm(&model, &gradients);
            let accuracy = hits(logits, batch.labels) / indices.len() as f32;
            model = optimizer.step(rate, model, gradients);

            probe.tensor(measured.train_loss, loss);
            probe.tensor(measured.train_accuracy, accuracy);
            if let Some(norm) = norm {
                probe.tensor(measured.gradient_norm, norm);
            }
            probe.samples(measured.throughput, indices.len());
            probe.progress(Progress {
                epoch,
                epochs: settings.epochs,
                step,
                steps: total,
            });
            if step == 1 {
                end_of_first_step(&probe, started);
            }
            if step == total {
                break;
            }
        }
        validate(
            &probe,
            &model.valid(),
            digits,
            &settings,
            epoch,
            &measured,
            &best,
        );
        if step == total {
            break;
        }
    }

    let said = Probe::clone(&probe);
    let transfers = probe.finish()?;
    let best: Option<Best> = *best.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(best) = best {
        said.text_at(
            Level::Success,
            format!(
                "best valid accuracy {} (epoch {})",
                percent(best.accuracy),
                best.epoch
            ),
        );
    }
    Ok(Summary {
        is_stopped,
        steps: step,
        best,
        transfers,
    })
}

/// Ends the phase in which kernels are compiled, when the device is through with it, and tells how long it took.
fn end_of_first_step(probe: &TensorProbe, started: Instant) {
    probe.when_computed(move |probe| {
        let seconds = started.elapsed().as_secs_f64();
        probe.text_at(Level::Debug, format!("first step {seconds:.2} s"));
        probe.activity("");
    });
    probe.flush();
}

/// Measures loss and accuracy on the held-out data, at the step the epoch ended with.
fn validate<M: Classifier>(
    probe: &TensorProbe,
    model: &M,
    digits: &Digits,
    settings: &Settings,
    epoch: u32,
    measured: &Measured,
    best: &Arc<Mutex<Option<Best>>>,
) {
    probe.when_computed(|probe| probe.activity("validating"));
    probe.flush();
    let Some((loss, accuracy)) = evaluate(model, &digits.valid, settings.batch_size) else {
        return;
    };
    let (measured, best) = (*measured, Arc::clone(best));
    let step = probe.current_step();
    probe.read([loss, accuracy], move |values, probe| {
        let &[loss, accuracy] = values else {
            return;
        };
        probe.scalar_at(measured.valid_loss, step, loss);
        probe.scalar_at(measured.valid_accuracy, step, accuracy);
        probe.text(format!(
            "epoch {epoch} valid {loss:.3} {}",
            percent(accuracy)
        ));
        probe.activity("");
        let mut best = best.lock().unwrap_or_else(PoisonError::into_inner);
        if best.is_none_or(|best: Best| accuracy > best.accuracy) {
            *best = Some(Best { accuracy, epoch });
        }
    });
    probe.flush();
}

/// The mean loss and the accuracy of a model on samples, each `[1]`; `None` without samples. The model is one without autodiff.
fn evaluate<M: Classifier>(
    model: &M,
    samples: &Samples,
    batch_size: usize,
) -> Option<(Tensor<1>, Tensor<1>)> {
    let device = model.devices().into_iter().next()?.without_autodiff();
    let loss_of = CrossEntropyLossConfig::new().init(&device);
    let all: Vec<usize> = (0..samples.len()).collect();
    let sums = all.chunks(batch_size).map(|indices| {
        let batch = samples.batch(indices, &device);
        let logits = model.forward(batch.images);
        let loss = loss_of.forward(logits.clone(), batch.labels.clone());
        (loss * indices.len() as f32, hits(logits, batch.labels))
    });
    let (loss, hits) =
        sums.reduce(|(loss, hits), (more_loss, more_hits)| (loss + more_loss, hits + more_hits))?;
    let count = samples.len() as f32;
    Some((loss / count, hits / count))
}

/// How many of the logits `[batch, classes]` are highest at the label `[batch]`: `[1]`, outside autodiff.
fn hits(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    logits
        .without_autodiff()
        .argmax(1)
        .squeeze_dim::<1>(1)
        .equal(labels.without_autodiff())
        .float()
        .sum()
}

fn percent(fraction: f32) -> String {
    format!("{:.1} %", fraction * 100.0)
}

#[cfg(test)]
mod tests {
    use super::super::backend::Choice;
    use super::super::experiments::{Experiment, experiments};
    use super::super::job::Job;
    use super::super::testing::{Told, alone, record, record_watched};
    use super::super::transfer::transfers_on_this_thread;
    use super::*;
    use crate::flow::Control;
    use crate::message::{Command, Message, Split};

    fn job(name: &str, change: impl FnOnce(&mut Settings)) -> Job {
        let experiment = Experiment::find(name).expect("it is built in");
        let mut settings = experiment.defaults;
        change(&mut settings);
        Job {
            experiment,
            settings,
            choice: Choice::new(None, false).expect("flex is always there"),
        }
    }

    fn run(job: Job) -> (Summary, Told) {
        let (result, told) = record(|probe| job.run(job.info(), probe));
        (result.expect("the training ends"), told)
    }

    #[test]
    fn every_experiment_is_found_by_its_name() {
        for experiment in experiments() {
            assert_eq!(
                Experiment::find(experiment.name).map(|e| e.name),
                Some(experiment.name)
            );
            assert_eq!(experiment.defaults.check(), Ok(()));
        }
        assert_eq!(experiments()[0].name, "digits-cnn");
        assert!(Experiment::find("digits").is_none());
    }

    #[test]
    fn digits_cnn_tells_at_least_97_percent_of_the_held_out_digits() {
        let _turn = alone();
        let before = transfers_on_this_thread();
        let (summary, told) = run(job("digits-cnn", |_| {}));
        let best = summary.best.expect("it was validated");
        assert!(best.accuracy >= 0.97, "{best:?}");
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
        let (summary, told) = run(job("digits-mlp", |settings| settings.epochs = 3));
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
        let (summary, _) = run(job("digits-mlp", |settings| settings.epochs = 2));
        assert_eq!(transfers_on_this_thread(), before);
        // Three tensors a step and two an epoch, and hardly a transfer for each step.
        assert_eq!(summary.transfers.tensors, 3 * summary.steps + 2 * 2);
        assert!(summary.transfers.transfers <= summary.steps, "{summary:?}");
    }

    #[test]
    fn a_limit_of_steps_ends_within_an_epoch_and_is_validated() {
        let _turn = alone();
        let (summary, told) = run(job("digits-mlp", |settings| settings.steps = Some(5)));
        assert_eq!((summary.steps, summary.is_stopped), (5, false));
        assert_eq!(told.points_of("loss/train").len(), 5);
        assert_eq!(told.points_of("loss/valid")[0].step, 5);
    }

    #[test]
    fn a_stop_before_the_first_step_trains_nothing() {
        let job = job("digits-mlp", |_| {});
        let (result, told) = record(|probe| {
            probe.control().ask(Command::Stop);
            job.run(job.info(), probe)
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
        let job = job("digits-mlp", |settings| settings.epochs = 1_000_000);
        let stop = |told: &Told, control: &Control| {
            if told.points.iter().any(|point| point.step >= 10) {
                control.ask(Command::Stop);
            }
        };
        let (result, told) = record_watched(stop, |probe| job.run(job.info(), probe));
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
            let (_, told) = run(job("digits-cnn", |settings| {
                settings.seed = seed;
                settings.steps = Some(6);
                settings.batch_size = 8;
            }));
            let points = told.points_of("loss/train");
            points.iter().map(|point| point.value).collect::<Vec<_>>()
        };
        let first = losses(7);
        assert_eq!(first, losses(7));
        assert_ne!(first, losses(8));
    }

    #[test]
    fn a_training_that_blows_up_goes_on_and_tells_nan() {
        let _turn = alone();
        let (summary, told) = run(job("digits-mlp", |settings| {
            settings.steps = Some(30);
            settings.learning_rate = 1e30;
        }));
        assert_eq!(summary.steps, 30);
        let losses = told.points_of("loss/train");
        assert_eq!(losses.len(), 30);
        assert!(losses[29].value.is_nan(), "{}", losses[29].value);
    }

    #[test]
    fn a_setting_out_of_range_trains_nothing() {
        let job = job("digits-mlp", |settings| settings.batch_size = 0);
        let (result, told) = record(|probe| job.run(job.info(), probe));
        assert!(matches!(
            result,
            Err(TrainError::Settings(SettingsError::BatchSize))
        ));
        assert!(told.points.is_empty());
    }

    /// A training loop that reads a tensor by itself would wait for the device, and not be counted.
    #[test]
    fn only_one_file_reads_tensors() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/worker");
        let mut folders = vec![folder];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("the room is there") {
                let path = entry.expect("a readable folder").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.ends_with("transfer.rs") {
                    continue;
                }
                files += 1;
                let text = std::fs::read_to_string(&path).expect("source is text");
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
                for read in [
                    "_scalar::<",
                    "into_scalar",
                    "_data(",
                    "_data_",
                    "_vec_as",
                    "execute",
                    ".sync(",
                ] {
                    let found = code
                        .lines()
                        .find(|line| line.contains(read) && !line.contains("from_data("));
                    assert_eq!(found, None, "{} reads a tensor", path.display());
                }
            }
        }
        assert!(files > 5);
    }

    #[test]
    fn counts_are_written_for_people() {
        let texts: Vec<String> = [0, 999, 1000, 93_322, 1_234_567].map(grouped).to_vec();
        assert_eq!(texts, ["0", "999", "1,000", "93,322", "1,234,567"]);
    }
}
