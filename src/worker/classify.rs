//! How a classifier is trained: cross-entropy by Adam, judged by its accuracy on held-out samples.
//!
//! In: labelled samples and a model. The loop is the same for images and for points in the plane; what differs is in the
//! experiments' files.

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor};

use super::batches::means_over;
use super::gradients::gradient_norm;
use super::train::{Counts, Course, Summary, TrainError};
use super::validation::{Goal, Measure};
use crate::flow::Probe;
use crate::message::Unit;

/// A model that tells classes apart. Its input has `D` dimensions, the batch first.
pub(super) trait Classifier<const D: usize>: Module {
    /// A batch to logits `[batch, classes]`.
    fn forward(&self, input: Tensor<D>) -> Tensor<2>;
}

/// Samples whose classes are known.
pub(super) trait Labelled<const D: usize> {
    /// How many there are.
    fn len(&self) -> usize;

    /// The samples at `indices`, and their classes `[batch]`.
    fn batch(&self, indices: &[usize], device: &Device) -> (Tensor<D>, Tensor<1, Int>);
}

/// What a classifier is trained on, and judged by.
#[derive(Debug)]
pub(super) struct DataSet<'a, S> {
    /// As the log has it: `digits`.
    pub(super) name: &'a str,
    pub(super) train: &'a S,
    pub(super) valid: &'a S,
}

/// Trains a model from fresh weights to the last step, or until it is asked to stop.
pub(super) fn train<const D: usize, M: Classifier<D>, S: Labelled<D>>(
    course: Course,
    data: &DataSet<'_, S>,
    new: impl FnOnce(&Device) -> M,
) -> Result<Summary, TrainError> {
    let device = course.device.clone();
    let batch_size = course.settings.batch_size;
    let measures = [loss(&course.probe), accuracy(&course.probe)];
    let mut model = new(&device);
    let loss_of = CrossEntropyLossConfig::new().init(&device);
    let mut optimizer = AdamConfig::new().init();
    let counts = Counts {
        train: data.train.len(),
        valid: data.valid.len(),
    };
    let mut training = course.begin(data.name, counts, model.num_params(), measures)?;

    while let Some(turn) = training.next(|| evaluate(&model.valid(), data.valid, batch_size))? {
        let (input, classes) = data.train.batch(&turn.indices, &device);
        let logits = model.forward(input);
        let loss = loss_of.forward(logits.clone(), classes.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        let norm = gradient_norm(&model, &gradients);
        let accuracy = hits(logits, classes) / turn.indices.len() as f32;
        model = optimizer.step(turn.learning_rate, model, gradients);

        training.report(&turn, [loss, accuracy], norm);
    }
    training.finish()
}

fn loss(probe: &Probe) -> Measure {
    let write = |loss| format!("{loss:.3}");
    Measure::declare(probe, "loss", Goal::Lowest, write, |series| {
        series.with_note("cross-entropy")
    })
}

fn accuracy(probe: &Probe) -> Measure {
    let percent = |fraction| format!("{:.1} %", fraction * 100.0);
    Measure::declare(probe, "accuracy", Goal::Highest, percent, |series| {
        series.with_unit(Unit::Fraction)
    })
}

/// The mean loss and the accuracy of a model on samples, each `[1]`; `None` without samples. The model is one without autodiff.
fn evaluate<const D: usize, M: Classifier<D>>(
    model: &M,
    samples: &impl Labelled<D>,
    batch_size: usize,
) -> Option<[Tensor<1>; 2]> {
    let device = model.devices().into_iter().next()?.without_autodiff();
    let loss_of = CrossEntropyLossConfig::new().init(&device);
    means_over(samples.len(), batch_size, |indices| {
        let (input, classes) = samples.batch(indices, &device);
        let logits = model.forward(input);
        let loss = loss_of.forward(logits.clone(), classes.clone());
        [loss * indices.len() as f32, hits(logits, classes)]
    })
}

/// How many of the logits `[batch, classes]` are highest at the class `[batch]`: `[1]`, outside autodiff.
fn hits(logits: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<1> {
    logits
        .without_autodiff()
        .argmax(1)
        .squeeze_dim::<1>(1)
        .equal(classes.without_autodiff())
        .float()
        .sum()
}
