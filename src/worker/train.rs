//! What the built-in experiments' loops share: they count steps, obey commands, report and validate by it, and never wait.
//!
//! An experiment's loop is written out in its own file. It asks a [`Training`] for its next [`Turn`], computes a loss and new
//! weights, and hands over their tensors. What is said of an epoch (its text, its best value, the end of an activity) is said
//! on the read-back thread, when the device has really computed it.
//!
//! ```text
//!  while let Some(turn) = training.next(|| evaluate(&model))? {      pause, stop, learning rate, validation: here
//!      batch ─▶ loss ─▶ gradients ─▶ optimizer.step(turn.learning_rate, ..)
//!      training.report(&turn, [loss], gradient_norm);                tensors, read back later
//!  }
//! ```

use std::time::Instant;

use burn::tensor::{Device, Tensor};

use super::batches::shuffled;
use super::corpus::CorpusError;
use super::digits::DigitsError;
use super::mnist::MnistError;
use super::settings::Settings;
use super::tensors::{TensorError, TensorProbe, Transfers};
use super::validation::{Best, Measure, Validation};
use crate::flow::Probe;
use crate::message::{
    Command, LearningRate, Level, Progress, Reply, RunInfo, Series, SeriesId, Step, Unit, grouped,
};

/// Why a training did not reach its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum TrainError {
    /// The embedded data is damaged.
    #[error(transparent)]
    Digits(#[from] DigitsError),
    /// There are no files to train on, or they are not what they should be.
    #[error(transparent)]
    Mnist(#[from] MnistError),
    /// There is no text to train on.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The backend has no device, or cannot open it.
    #[error(transparent)]
    Backend(#[from] super::backend::BackendError),
    /// Tensors could not be read back.
    #[error(transparent)]
    Tensors(#[from] TensorError),
}

/// What a training came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Summary {
    /// Whether it was stopped before it had done all its steps.
    pub(super) is_stopped: bool,
    /// Steps done.
    pub(super) steps: Step,
    /// The best validation, if there was one.
    pub(super) best: Option<Best>,
    /// How its values were read back.
    pub(super) transfers: Transfers,
}

/// All that a training needs.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) settings: Settings,
    /// The device, with autodiff, its random numbers at the seed.
    pub(super) device: Device,
    /// What is known of the run; the model is added to it.
    pub(super) info: RunInfo,
    pub(super) probe: Probe,
}

/// How many samples there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) train: usize,
    pub(super) valid: usize,
}

impl Course {
    /// The training of a model with `parameters` numbers on the data `dataset`: says what both are.
    pub(super) fn begin<const N: usize>(
        self,
        dataset: &str,
        counts: Counts,
        parameters: usize,
        measures: [Measure; N],
    ) -> Result<Training<N>, TrainError> {
        let Self {
            settings,
            mut info,
            probe,
            ..
        } = self;
        let series = CommonSeries::declare(&probe);
        probe.text(format!(
            "dataset {dataset} {} / {}",
            grouped(counts.train as u64),
            grouped(counts.valid as u64)
        ));
        let parameters = grouped(parameters as u64);
        probe.text(format!("model {parameters} parameters"));
        info.model = format!("{}, {parameters} parameters", info.model);
        probe.info(info);
        probe.activity("compiling kernels");
        Ok(Training {
            probe: TensorProbe::new(probe)?,
            settings,
            series,
            validation: Validation::of(measures),
            rate: LearningRate::Scheduled,
            samples: counts.train,
            total: settings.total_steps(counts.train),
            step: 0,
            epoch: 0,
            order: Vec::new(),
            taken: 0,
            is_stopped: false,
            step_began: Instant::now(),
        })
    }
}

/// The series that every training has, declared in the order they are shown, after what it measures.
#[derive(Clone, Copy, Debug)]
struct CommonSeries {
    learning_rate: SeriesId,
    gradient_norm: SeriesId,
    throughput: SeriesId,
}

impl CommonSeries {
    fn declare(probe: &Probe) -> Self {
        let samples_per_second = Unit::Other("samples/s".into());
        Self {
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

/// One step to be done.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// Which, from 1.
    pub(super) step: Step,
    /// The epoch it belongs to, from 1.
    pub(super) epoch: u32,
    /// The training samples of its batch.
    pub(super) indices: Vec<usize>,
    /// What the optimiser is to take.
    pub(super) learning_rate: f64,
}

/// A training under way, `N` quantities of which are measured in training and validation.
#[derive(Debug)]
pub(super) struct Training<const N: usize> {
    probe: TensorProbe,
    settings: Settings,
    series: CommonSeries,
    validation: Validation<N>,
    /// What a person wants the learning rate to be.
    rate: LearningRate,
    /// Samples of an epoch.
    samples: usize,
    /// Steps in all.
    total: Step,
    /// Steps begun.
    step: Step,
    epoch: u32,
    /// The samples of the epoch in their order, and how many of them were trained on.
    order: Vec<usize>,
    taken: usize,
    is_stopped: bool,
    step_began: Instant,
}

impl<const N: usize> Training<N> {
    /// To be called between two steps: validates by `evaluate` where an epoch has ended or somebody asked for it, obeys, and
    /// says what the next step is. `None` when all steps are done, or somebody asked to stop.
    ///
    /// `evaluate` gives the mean of each quantity on the held-out data, as a tensor; `None` if nothing is held out.
    pub(super) fn next(
        &mut self,
        mut evaluate: impl FnMut() -> Option<[Tensor<1>; N]>,
    ) -> Result<Option<Turn>, TrainError> {
        if self.ends_epoch() {
            let heading = format!("epoch {}", self.epoch);
            self.validation
                .tell(&self.probe, &heading, self.epoch, &mut evaluate);
        }
        if self.step == self.total {
            return Ok(None);
        }
        if !self.obey(&mut evaluate) {
            self.is_stopped = true;
            return Ok(None);
        }
        self.probe.check()?;
        Ok(Some(self.begin_step()))
    }

    /// Whether the step begun last is the last of its epoch or of all.
    fn ends_epoch(&self) -> bool {
        self.step > 0 && (self.taken == self.order.len() || self.step == self.total)
    }

    fn obey(&mut self, evaluate: &mut impl FnMut() -> Option<[Tensor<1>; N]>) -> bool {
        let Self {
            probe,
            validation,
            rate,
            step,
            epoch,
            ..
        } = self;
        probe.checkpoint_point(|command| match command {
            Command::LearningRate(asked) => take_rate(rate, asked),
            Command::Evaluate if *step == 0 => {
                Reply::Refused("nothing has been trained yet".to_owned())
            }
            Command::Evaluate if validation.is_told_of(*step) => {
                Reply::Done("measured at this step already".to_owned())
            }
            Command::Evaluate => {
                if validation.tell(probe, "asked for:", *epoch, evaluate) {
                    Reply::done()
                } else {
                    Reply::Refused("no data is held out".to_owned())
                }
            }
            Command::Checkpoint => {
                Reply::Refused("the built-in experiments write no checkpoints".to_owned())
            }
            // These are obeyed before anybody is asked.
            Command::Pause | Command::Resume | Command::Step | Command::Stop => Reply::done(),
        })
    }

    fn begin_step(&mut self) -> Turn {
        if self.taken == self.order.len() {
            self.epoch += 1;
            self.order = shuffled(self.samples, self.settings.seed, self.epoch);
            self.taken = 0;
        }
        self.step_began = Instant::now();
        self.step += 1;
        self.probe.step(self.step);
        let scheduled = self.settings.learning_rate_at(self.step, self.total);
        let learning_rate = self.rate.of(scheduled);
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a rate is shown in single precision"
        )]
        self.probe
            .scalar(self.series.learning_rate, learning_rate as f32);
        let end = (self.taken + self.settings.batch_size).min(self.order.len());
        let indices = self.order[self.taken..end].to_vec();
        self.taken = end;
        Turn {
            step: self.step,
            epoch: self.epoch,
            indices,
            learning_rate,
        }
    }

    /// Reports what the step measured of its batch, each quantity as the mean over its samples, and the norm of its gradients.
    pub(super) fn report(&self, turn: &Turn, values: [Tensor<1>; N], norm: Option<Tensor<1>>) {
        let probe = &self.probe;
        for (measure, value) in self.validation.measures().iter().zip(values) {
            probe.tensor(measure.train(), value);
        }
        if let Some(norm) = norm {
            probe.tensor(self.series.gradient_norm, norm);
        }
        probe.samples(self.series.throughput, turn.indices.len());
        probe.progress(Progress {
            epoch: turn.epoch,
            epochs: self.settings.epochs,
            step: turn.step,
            steps: self.total,
        });
        if turn.step == 1 {
            end_of_first_step(probe, self.step_began);
        }
    }

    /// The probe it reports with.
    pub(super) fn probe(&self) -> &TensorProbe {
        &self.probe
    }

    /// Whether this is the last step of all.
    pub(super) fn is_last(&self, turn: &Turn) -> bool {
        turn.step == self.total
    }

    /// Waits until all that was reported has been read, and says what was best.
    pub(super) fn finish(self) -> Result<Summary, TrainError> {
        let said = Probe::clone(&self.probe);
        let transfers = self.probe.finish()?;
        let best = self.validation.best();
        if let Some(best) = best {
            said.text_at(Level::Success, self.validation.praise(best));
        }
        Ok(Summary {
            is_stopped: self.is_stopped,
            steps: self.step,
            best,
            transfers,
        })
    }
}

/// Takes another learning rate, unless no optimiser could.
fn take_rate(rate: &mut LearningRate, asked: LearningRate) -> Reply {
    let number = asked.of(1.0);
    if number.is_finite() && number >= 0.0 {
        *rate = asked;
        Reply::done()
    } else {
        Reply::Refused("a learning rate must be a finite number of at least 0".to_owned())
    }
}

/// Ends the activity in which kernels are compiled, when the device is through with it, and tells how long it took.
fn end_of_first_step(probe: &TensorProbe, started: Instant) {
    probe.when_computed(move |probe| {
        let seconds = started.elapsed().as_secs_f64();
        probe.text_at(Level::Debug, format!("first step {seconds:.2} s"));
        probe.activity("");
    });
    probe.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learning_rate_that_is_no_number_is_refused() {
        let mut rate = LearningRate::Scheduled;
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            for asked in [LearningRate::Fixed(bad), LearningRate::Scaled(bad)] {
                assert!(matches!(take_rate(&mut rate, asked), Reply::Refused(_)));
            }
        }
        assert_eq!(rate, LearningRate::Scheduled);
        let half = LearningRate::Scaled(0.5);
        assert_eq!(take_rate(&mut rate, half), Reply::done());
        assert_eq!(rate, half);
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
