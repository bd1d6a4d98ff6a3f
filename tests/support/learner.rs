//! An ordinary burn-train program, made small, and two ways to look at it: through burn's eyes and through a run's.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::data::dataloader::batcher::Batcher;
use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use burn::data::dataset::{Dataset, DatasetError};
use burn::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::optim::AdamConfig;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{
    AccuracyMetric, LearningRateMetric, LossMetric, MetricDefinition, NumericEntry,
    TopKAccuracyMetric,
};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};
use burn::train::{
    ClassificationOutput, InferenceStep, Learner, LearnerSummary, SupervisedTraining, TrainOutput,
    TrainStep,
};
use emberscope::Scope;
use emberscope::flow::{Control, Hub, Overflow, Received, Source as _};
use emberscope::message::{
    Answer, Command, Entry, Level, Message, Outcome, Point, Reply, RunInfo, Series, Step,
};

/// Samples to train on: with batches of eight, seven steps an epoch, the last with two samples.
pub(crate) const TRAINED_ON: usize = 50;
/// Samples held out: three batches.
pub(crate) const HELD_OUT: usize = 20;
pub(crate) const BATCH: usize = 8;
/// Steps of an epoch.
pub(crate) const PER_EPOCH: u64 = 7;

/// burn's random numbers come from one generator a process: tests that train take turns.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A point of the plane, and the quarter of it that it is in.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    place: [f32; 2],
    quarter: i32,
}

/// Samples that can be made to fail: at the `fails_at`th they are asked for, if at all.
pub(crate) struct Samples {
    all: Vec<Sample>,
    asked: AtomicUsize,
    fails_at: Option<usize>,
}

impl Samples {
    pub(crate) fn new(count: usize) -> Self {
        let sample = |index: usize| {
            let angle = index as f32 * 2.4;
            let place = [angle.cos(), angle.sin()];
            let quarter = i32::from(place[0] > 0.0) + 2 * i32::from(place[1] > 0.0);
            Sample { place, quarter }
        };
        Self {
            all: (0..count).map(sample).collect(),
            asked: AtomicUsize::new(0),
            fails_at: None,
        }
    }

    pub(crate) fn failing_at(mut self, ask: usize) -> Self {
        self.fails_at = Some(ask);
        self
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the disk has a hole at sample {0}")]
struct Hole(usize);

impl Dataset<Sample> for Samples {
    fn get(&self, index: usize) -> Result<Sample, DatasetError> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if self.fails_at == Some(asked) {
            return Err(DatasetError::new(Hole(index)));
        }
        Ok(self.all[index].clone())
    }

    fn len(&self) -> usize {
        self.all.len()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Batch {
    places: Tensor<2>,
    quarters: Tensor<1, Int>,
}

#[derive(Clone)]
struct Gather;

impl Batcher<Sample, Batch> for Gather {
    fn batch(&self, samples: Vec<Sample>, device: &Device) -> Batch {
        let count = samples.len();
        let places: Vec<f32> = samples.iter().flat_map(|sample| sample.place).collect();
        let quarters: Vec<i32> = samples.iter().map(|sample| sample.quarter).collect();
        Batch {
            places: Tensor::from_data(TensorData::new(places, [count, 2]), device),
            quarters: Tensor::from_data(TensorData::new(quarters, [count]), device),
        }
    }
}

/// With dropout: its random numbers must not be disturbed either.
#[derive(Module, Debug)]
pub(crate) struct Net {
    hidden: Linear,
    dropout: Dropout,
    output: Linear,
}

impl Net {
    fn forward(&self, batch: Batch) -> ClassificationOutput {
        let hidden = self
            .dropout
            .forward(relu(self.hidden.forward(batch.places)));
        let logits = self.output.forward(hidden);
        let loss = CrossEntropyLossConfig::new()
            .init(&logits.device())
            .forward(logits.clone(), batch.quarters.clone());
        ClassificationOutput::new(loss, logits, batch.quarters)
    }
}

/// How many steps are taken before one panics.
pub(crate) static STEPS_BEFORE_PANIC: AtomicUsize = AtomicUsize::new(usize::MAX);

impl TrainStep for Net {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> TrainOutput<ClassificationOutput> {
        assert!(
            STEPS_BEFORE_PANIC.fetch_sub(1, Ordering::Relaxed) != 0,
            "this panic is part of a test"
        );
        let item = self.forward(batch);
        TrainOutput::new(self, item.loss.backward(), item)
    }
}

impl InferenceStep for Net {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> ClassificationOutput {
        self.forward(batch)
    }
}

pub(crate) fn loader(samples: Samples) -> Arc<dyn DataLoader<Batch>> {
    DataLoaderBuilder::new(Gather)
        .batch_size(BATCH)
        .shuffle(3)
        .build(samples)
}

/// The same net each time: call it while you are [`alone`].
pub(crate) fn learner(scheduler: impl Into<ModuleLrScheduler>) -> Learner<Net> {
    let device = Device::flex().autodiff();
    device.seed(42);
    let net = Net {
        hidden: LinearConfig::new(2, 16).init(&device),
        dropout: DropoutConfig::new(0.25).init(),
        output: LinearConfig::new(16, 4).init(&device),
    };
    Learner::new(net, AdamConfig::new().init(), scheduler)
}

/// A rate that falls from step to step.
pub(crate) fn schedule() -> ModuleLrScheduler {
    LinearLrSchedulerConfig::new(0.05, 0.001, 40)
        .init()
        .expect("the rates are in range")
}

/// A training of three epochs, with metrics of every kind: by batch, text, set.
pub(crate) fn training(directory: &Path) -> SupervisedTraining<Net> {
    training_on(directory, Samples::new(TRAINED_ON), Samples::new(HELD_OUT))
}

pub(crate) fn training_on(
    directory: &Path,
    train: Samples,
    valid: Samples,
) -> SupervisedTraining<Net> {
    SupervisedTraining::new(directory, loader(train), loader(valid))
        .with_application_logger(None)
        .metrics((LossMetric::new(), AccuracyMetric::new()))
        .metric_train_numeric(LearningRateMetric::new())
        .metrics_text((TopKAccuracyMetric::new(2),))
        .num_epochs(3)
}

/// Every weight of a model, by bits, in the order of the module.
pub(crate) fn bits<M: Module>(model: &M) -> Vec<u32> {
    struct Bits(Vec<u32>);
    impl ModuleVisitor for Bits {
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            let values: Vec<f32> = parameter
                .val()
                .without_autodiff()
                .try_into_vec_as()
                .expect("flex reads");
            self.0.extend(values.iter().map(|value| value.to_bits()));
        }
    }
    let mut bits = Bits(Vec::new());
    model.visit(&mut bits);
    assert!(!bits.0.is_empty());
    bits.0
}

/// By series name, its points in the order they came: step and value by bits.
pub(crate) type Curves = BTreeMap<String, Vec<(Step, u32)>>;

/// What burn's plain terminal renderer receives, written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) curves: Curves,
    /// The text metrics at the end of each split.
    pub(crate) texts: Vec<String>,
    steps: Step,
    is_training: bool,
    held: Vec<(&'static str, String)>,
}

/// A renderer that writes down what it receives, and shows nothing.
#[derive(Clone, Default)]
pub(crate) struct Plain(Arc<Mutex<Notes>>);

impl Plain {
    pub(crate) fn received(&self) -> Notes {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().expect("no test panics with it")
    }

    fn update(&self, split: &'static str, state: MetricState) {
        let mut received = self.locked();
        match state {
            MetricState::Numeric(entry, Some(value)) => {
                let id = format!("{:?}", entry.metric_id);
                let name = id.split('"').nth(1).expect("an id is its name");
                let is_final = matches!(value, NumericEntry::Final(_));
                let over = if is_final { "/epoch" } else { "" };
                // burn tells a batch's metrics before it tells that it is over.
                let step = match (split, is_final) {
                    ("train", false) => received.steps + 1,
                    _ => received.steps,
                };
                let value = (value.current() as f32).to_bits();
                let curve = received.curves.entry(format!("{name}{over}/{split}"));
                curve.or_default().push((step, value));
            }
            MetricState::Numeric(_, None) => {}
            MetricState::Generic(entry) => {
                received
                    .held
                    .push((split, entry.serialized_entry.formatted));
            }
        }
    }
}

impl MetricsRendererTraining for Plain {
    fn update_train(&mut self, state: MetricState) {
        self.update("train", state);
    }

    fn update_valid(&mut self, state: MetricState) {
        self.update("valid", state);
    }

    fn on_train_end(&mut self, _: Option<LearnerSummary>) -> Result<(), Box<dyn Error>> {
        Ok(())
    }
}

impl MetricsRendererEvaluation for Plain {
    fn update_test(&mut self, _: EvaluationName, _: MetricState) {}
}

impl MetricsRenderer for Plain {
    fn manual_close(&mut self) {}
    fn register_metric(&mut self, _: MetricDefinition) {}
}

impl TrainingProgressLogger for Plain {
    fn start(&mut self, _: usize, _: usize, _: Option<usize>, _: Option<&str>) {}

    fn update_epoch(&mut self, _: usize) {}

    fn start_split(&mut self, split: &str, _: usize) {
        self.locked().is_training = split == "train";
    }

    fn update_split(&mut self, _: usize) {
        let mut received = self.locked();
        if received.is_training {
            received.steps += 1;
        }
        received.held.clear();
    }

    fn end_split(&mut self) {
        let mut received = self.locked();
        for (split, text) in std::mem::take(&mut received.held) {
            received
                .texts
                .push(format!("Top-K Accuracy @ TopK(2) {split}: {text}"));
        }
    }

    fn end(&mut self) {}

    fn log_event_training(&mut self, _: String) {}
}

impl EvaluationProgressLogger for Plain {
    fn start_global_progress(&mut self, _: usize) {}
    fn start_test(&mut self, _: &str, _: usize) {}
    fn update_test_progress(&mut self, _: usize) {}
    fn end_test(&mut self) {}
    fn end_global_progress(&mut self) {}
    fn log_event_evaluation(&mut self, _: String) {}
}

/// What a run said.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) messages: Vec<Message>,
    pub(crate) points: Vec<Point>,
}

impl Told {
    pub(crate) fn series(&self) -> Vec<Series> {
        self.declared().map(|(_, series)| series.clone()).collect()
    }

    fn declared(&self) -> impl Iterator<Item = (emberscope::message::SeriesId, &Series)> {
        self.messages.iter().filter_map(|message| match message {
            Message::Declare(id, series) => Some((*id, series)),
            _ => None,
        })
    }

    /// Every point of every series.
    pub(crate) fn curves(&self) -> Curves {
        let mut curves = Curves::new();
        for (id, series) in self.declared() {
            let points = self.points.iter().filter(|point| point.series == id);
            let curve = points.map(|point| (point.step, point.value.to_bits()));
            curves.insert(series.name.to_string(), curve.collect());
        }
        curves
    }

    /// The points of a series: step and value.
    pub(crate) fn points_of(&self, name: &str) -> Vec<(Step, f32)> {
        let curves = self.curves();
        let points = curves
            .get(name)
            .unwrap_or_else(|| panic!("no series {name}"));
        points
            .iter()
            .map(|&(step, bits)| (step, f32::from_bits(bits)))
            .collect()
    }

    /// The steps that were begun.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let step = |message: &Message| match message {
            Message::Step(mark) => Some(mark.step),
            _ => None,
        };
        self.messages.iter().filter_map(step).collect()
    }

    pub(crate) fn texts(&self) -> Vec<(Level, &str)> {
        self.messages
            .iter()
            .filter_map(|message| match message {
                Message::Text(text) => Some((text.level, text.text.as_str())),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn answers(&self) -> Vec<&Answer> {
        self.messages
            .iter()
            .filter_map(|message| match message {
                Message::Answer(answer) => Some(&**answer),
                _ => None,
            })
            .collect()
    }

    /// The answer to a command, and the step it took effect at.
    pub(crate) fn answer(&self, command: Command) -> (Step, &Reply) {
        let all = self.answers();
        let answer = all.iter().find(|answer| answer.command == command);
        let answer = answer.unwrap_or_else(|| panic!("{command} was not answered: {all:?}"));
        (answer.step, &answer.reply)
    }

    pub(crate) fn has_answered(&self, command: Command) -> bool {
        self.answers()
            .iter()
            .any(|answer| answer.command == command)
    }

    /// The last step with a point of training.
    pub(crate) fn newest_step(&self) -> Step {
        self.points
            .iter()
            .map(|point| point.step)
            .max()
            .unwrap_or(0)
    }
}

/// Runs `work` as a run of its own, with somebody who sees all that was said so far whenever more is, and may steer the run.
pub(crate) fn watched<T>(
    directory: Option<&Path>,
    mut watch: impl FnMut(&Told, &Control) + Send + 'static,
    work: impl FnOnce(&Scope) -> T,
) -> (T, Told) {
    let mut hub = Hub::new();
    let inlet = hub.subscribe(Overflow::Keep);
    let control = hub.control();
    hub.open(RunInfo::default()).expect("the courier starts");
    let listener = std::thread::Builder::new()
        .name("listener".into())
        .spawn(move || {
            let mut told = Told::default();
            while let Received::Batch(batch) = inlet.receive_any() {
                for entry in batch.entries() {
                    match entry {
                        Entry::Points(points) => told.points.extend_from_slice(points),
                        Entry::Message(message) => told.messages.push(message.clone()),
                    }
                }
                watch(&told, &control);
            }
            told
        })
        .expect("a thread starts");
    let result = work(&Scope::new(hub.probe(), directory.map(Path::to_owned)));
    hub.close(Outcome::Finished);
    (
        result,
        listener.join().expect("the listener does not panic"),
    )
}
