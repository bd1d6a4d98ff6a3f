//! The same network by burn-train, watched by nobody, by emberscope, or by burn's own dashboard.

use std::sync::{Mutex, PoisonError};

use burn::data::dataloader::DataLoaderBuilder;
use burn::data::dataloader::batcher::Batcher;
use burn::data::dataset::InMemDataset;
use burn::optim::AdamConfig;
use burn::tensor::{Device, Tensor, TensorData};
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{AccuracyMetric, LossMetric, MetricDefinition};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};
use burn::train::{Learner, LearnerSummary, SupervisedTraining};
use emberscope::worker::digits::{Digits, Samples};
use emberscope::{Scope, WorkError};

use super::child::{Clock, Kind, Request};
use super::model::{BATCH, Images, Network};

/// The clock, and the steps so far: burn-train owns the loop, the network's step is where it can be told from.
static CLOCK: Mutex<Option<(Clock, u64)>> = Mutex::new(None);

/// Takes note that a step begins. When all that are timed are over, so is the process.
pub(crate) fn tick() {
    let mut clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((clock, step)) = clock.as_mut() {
        *step += 1;
        if clock.tick(*step) {
            std::process::exit(0);
        }
    }
}

#[derive(Clone, Debug)]
struct Digit {
    pixels: Vec<f32>,
    label: i64,
}

#[derive(Clone)]
struct Together;

impl Batcher<Digit, Images> for Together {
    fn batch(&self, digits: Vec<Digit>, device: &Device) -> Images {
        let count = digits.len();
        let pixels: Vec<f32> = digits
            .iter()
            .flat_map(|digit| digit.pixels.clone())
            .collect();
        let labels: Vec<i64> = digits.iter().map(|digit| digit.label).collect();
        Images {
            images: Tensor::from_data(TensorData::new(pixels, [count, 1, 8, 8]), device),
            labels: Tensor::from_data(TensorData::new(labels, [count]), device),
        }
    }
}

fn dataset(samples: &Samples) -> InMemDataset<Digit> {
    let digits = samples.labels().iter().enumerate();
    InMemDataset::new(
        digits
            .map(|(index, label)| Digit {
                pixels: samples.image(index).to_vec(),
                label: (*label).into(),
            })
            .collect(),
    )
}

pub(crate) fn train(request: Request, scope: Option<&Scope>) -> Result<(), WorkError> {
    let device = Device::flex().autodiff();
    device.seed(1);
    let digits = Digits::load()?;
    let loader = |samples: &Samples| {
        DataLoaderBuilder::new(Together)
            .batch_size(BATCH)
            .shuffle(1)
            .build(dataset(samples))
    };
    let training =
        SupervisedTraining::new("artifacts", loader(&digits.train), loader(&digits.valid))
            .metrics((LossMetric::new(), AccuracyMetric::new()))
            .with_application_logger(None)
            .num_epochs(1_000_000);
    let training = match (scope, request.kind) {
        (Some(scope), _) => training
            .renderer(scope.renderer())
            .with_training_strategy(scope.strategy(Device::flex())),
        (None, Kind::Terminal) => training,
        (None, _) => training.renderer(Box::new(Nobody)),
    };
    let learner = Learner::new(Network::new(&device), AdamConfig::new().init(), 1e-4);
    *CLOCK.lock().unwrap_or_else(PoisonError::into_inner) = Some((Clock::new(request), 0));
    training.launch(learner);
    Err("the training ended before its steps were timed".into())
}

/// A renderer that shows nothing.
struct Nobody;

impl MetricsRendererTraining for Nobody {
    fn update_train(&mut self, _state: MetricState) {}
    fn update_valid(&mut self, _state: MetricState) {}
    fn on_train_end(
        &mut self,
        _summary: Option<LearnerSummary>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        Ok(())
    }
}

impl MetricsRendererEvaluation for Nobody {
    fn update_test(&mut self, _name: EvaluationName, _state: MetricState) {}
}

impl TrainingProgressLogger for Nobody {
    fn start(&mut self, _: usize, _: usize, _: Option<usize>, _: Option<&str>) {}
    fn update_epoch(&mut self, _epoch: usize) {}
    fn start_split(&mut self, _split: &str, _total_items: usize) {}
    fn update_split(&mut self, _items_processed: usize) {}
    fn end_split(&mut self) {}
    fn end(&mut self) {}
    fn log_event_training(&mut self, _event: String) {}
}

impl EvaluationProgressLogger for Nobody {
    fn start_global_progress(&mut self, _total_tests: usize) {}
    fn start_test(&mut self, _name: &str, _total_items: usize) {}
    fn update_test_progress(&mut self, _items_processed: usize) {}
    fn end_test(&mut self) {}
    fn end_global_progress(&mut self) {}
    fn log_event_evaluation(&mut self, _event: String) {}
}

impl MetricsRenderer for Nobody {
    fn manual_close(&mut self) {}
    fn register_metric(&mut self, _definition: MetricDefinition) {}
}
