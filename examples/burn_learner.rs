//! An ordinary burn-train program, watched and steered: `cargo run --release --example burn_learner`.
//!
//! It reads handwritten digits. What emberscope needs of it is marked with an arrow; without those lines it is the same program
//! in the terminal.

use std::sync::Arc;

use burn::data::dataloader::batcher::Batcher;
use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use burn::data::dataset::InMemDataset;
use burn::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::optim::AdamConfig;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::metric::{AccuracyMetric, LearningRateMetric, LossMetric};
use burn::train::{
    ClassificationOutput, InferenceStep, Learner, SupervisedTraining, TrainOutput, TrainStep,
};
use emberscope::worker::digits::{CLASSES, Digits, PIXELS, Samples};

const EPOCHS: usize = 20;
const BATCH: usize = 32;

#[derive(Clone, Debug)]
struct Digit {
    pixels: Vec<f32>,
    label: i32,
}

#[derive(Clone, Debug)]
struct Batch {
    /// `[batch, 64]`, each between 0 and 1.
    images: Tensor<2>,
    /// `[batch]`, each between 0 and 9.
    labels: Tensor<1, Int>,
}

#[derive(Clone)]
struct DigitBatcher;

impl Batcher<Digit, Batch> for DigitBatcher {
    fn batch(&self, digits: Vec<Digit>, device: &Device) -> Batch {
        let count = digits.len();
        let labels: Vec<i32> = digits.iter().map(|digit| digit.label).collect();
        let pixels: Vec<f32> = digits.into_iter().flat_map(|digit| digit.pixels).collect();
        Batch {
            images: Tensor::from_data(TensorData::new(pixels, [count, PIXELS]), device),
            labels: Tensor::from_data(TensorData::new(labels, [count]), device),
        }
    }
}

#[derive(Module, Debug)]
struct Reader {
    first: Linear,
    second: Linear,
    output: Linear,
    dropout: Dropout,
}

impl Reader {
    fn new(device: &Device) -> Self {
        let linear = |from, to| LinearConfig::new(from, to).init(device);
        Self {
            first: linear(PIXELS, 64),
            second: linear(64, 64),
            output: linear(64, CLASSES),
            dropout: DropoutConfig::new(0.2).init(),
        }
    }

    fn forward(&self, batch: Batch) -> ClassificationOutput {
        let hidden = self.dropout.forward(relu(self.first.forward(batch.images)));
        let hidden = self.dropout.forward(relu(self.second.forward(hidden)));
        let logits = self.output.forward(hidden);
        let loss_of = CrossEntropyLossConfig::new().init(&logits.device());
        let loss = loss_of.forward(logits.clone(), batch.labels.clone());
        ClassificationOutput::new(loss, logits, batch.labels)
    }
}

impl TrainStep for Reader {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> TrainOutput<ClassificationOutput> {
        let item = self.forward(batch);
        TrainOutput::new(self, item.loss.backward(), item)
    }
}

impl InferenceStep for Reader {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> ClassificationOutput {
        self.forward(batch)
    }
}

fn loader(samples: &Samples) -> Arc<dyn DataLoader<Batch>> {
    let digit = |(index, label): (usize, &u8)| Digit {
        pixels: samples.image(index).to_vec(),
        label: i32::from(*label),
    };
    let digits = samples.labels().iter().enumerate().map(digit).collect();
    DataLoaderBuilder::new(DigitBatcher)
        .batch_size(BATCH)
        .shuffle(0)
        .build(InMemDataset::new(digits))
}

fn main() -> Result<(), emberscope::Error> {
    emberscope::run(emberscope::Options::new("burn-learner"), |scope| {
        let device = Device::flex().autodiff();
        device.seed(0);
        let digits = Digits::load()?;
        let steps = EPOCHS * digits.train.len().div_ceil(BATCH);
        let schedule = CosineAnnealingLrSchedulerConfig::new(2e-3, steps).init()?;
        let artifacts = std::env::temp_dir().join("burn-learner");

        let training =
            SupervisedTraining::new(artifacts, loader(&digits.train), loader(&digits.valid))
                .metrics((LossMetric::new(), AccuracyMetric::new()))
                .metric_train_numeric(LearningRateMetric::new())
                .num_epochs(EPOCHS)
                .renderer(scope.renderer()) // ← every metric, progress and event
                .with_training_strategy(scope.strategy(device.clone())) // ← pause, step, stop, evaluate, checkpoint
                .summary();
        let result = training.launch(Learner::new(
            Reader::new(&device),
            AdamConfig::new().init(),
            scope.scheduler(schedule), // ← the learning rate, from the window
        ));
        match result.error {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    })
}
