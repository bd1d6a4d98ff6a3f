//! An ordinary burn-train program, made small.

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
use burn::train::metric::{AccuracyMetric, LearningRateMetric, LossMetric, TopKAccuracyMetric};
use burn::train::{
    ClassificationOutput, InferenceStep, Learner, SupervisedTraining, TrainOutput, TrainStep,
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
