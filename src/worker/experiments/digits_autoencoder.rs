//! `digits-autoencoder`: squeezes a digit's 64 pixels into a few numbers, and draws it again from them.
//!
//! Nobody tells it which digit it sees. Its loss is the mean squared error of a pixel; it is judged by the square root of that
//! on the held-out digits, the reconstruction error, as a part of the way from paper to ink.

use burn::module::Module;
use burn::nn::loss::{MseLoss, Reduction};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

use crate::flow::Probe;
use crate::message::{Parameter, Unit, Values};
use crate::worker::batches::means_over;
use crate::worker::built_in::BuiltIn;
use crate::worker::digits::{Digits, PIXELS, Samples};
use crate::worker::gradients::gradient_norm;
use crate::worker::settings::Settings;
use crate::worker::train::{Counts, Course, Summary, TrainError};
use crate::worker::validation::{Goal, Measure};

/// The experiment.
pub(in crate::worker) struct DigitsAutoencoder;

impl BuiltIn for DigitsAutoencoder {
    const NAME: &'static str = "digits-autoencoder";
    const DESCRIPTION: &'static str =
        "an autoencoder that draws the same digits again from a few numbers each";
    const DEFAULTS: Settings = Settings {
        epochs: 200,
        steps: None,
        batch_size: 32,
        learning_rate: 3e-3,
        seed: 0,
    };

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::integer("code size", 8, 1..=PIXELS as i64)
                .help("Numbers that a digit is squeezed into."),
        ]
    }

    fn train(course: Course, values: &Values) -> Result<Summary, TrainError> {
        train(course, &Digits::load()?, values.count("code size"))
    }
}

const HIDDEN: usize = 96;

/// An encoder and a decoder of two linear layers each.
#[derive(Module, Debug)]
struct Model {
    inward: Linear,
    code: Linear,
    outward: Linear,
    pixels: Linear,
}

impl Model {
    fn new(code_size: usize, device: &Device) -> Self {
        Self {
            inward: LinearConfig::new(PIXELS, HIDDEN).init(device),
            code: LinearConfig::new(HIDDEN, code_size).init(device),
            outward: LinearConfig::new(code_size, HIDDEN).init(device),
            pixels: LinearConfig::new(HIDDEN, PIXELS).init(device),
        }
    }

    /// Pixels `[batch, 64]` between 0 and 1 to a code `[batch, code size]`.
    fn encode(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.code.forward(relu(self.inward.forward(pixels)))
    }

    /// A code `[batch, code size]` to pixels `[batch, 64]` between 0 and 1.
    fn decode(&self, code: Tensor<2>) -> Tensor<2> {
        sigmoid(self.pixels.forward(relu(self.outward.forward(code))))
    }

    /// The mean squared error of a pixel, `[1]`, where the images `[batch, 64]` are drawn again.
    fn loss(&self, images: Tensor<2>) -> Tensor<1> {
        let drawn = self.decode(self.encode(images.clone()));
        MseLoss::new().forward(drawn, images, Reduction::Mean)
    }
}

fn train(course: Course, digits: &Digits, code_size: usize) -> Result<Summary, TrainError> {
    let device = course.device.clone();
    let batch_size = course.settings.batch_size;
    let measures = measures(&course.probe);
    let mut model = Model::new(code_size, &device);
    let mut optimizer = AdamConfig::new().init();
    let counts = Counts {
        train: digits.train.len(),
        valid: digits.valid.len(),
    };
    let mut training = course.begin("digits", counts, model.num_params(), measures)?;

    while let Some(turn) = training.next(|| evaluate(&model.valid(), &digits.valid, batch_size))? {
        let loss = model.loss(images(&digits.train, &turn.indices, &device));
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        let norm = gradient_norm(&model, &gradients);
        model = optimizer.step(turn.learning_rate, model, gradients);

        let error = loss.clone().without_autodiff().sqrt();
        training.report(&turn, [loss, error], norm);
    }
    training.finish()
}

fn measures(probe: &Probe) -> [Measure; 2] {
    let number = |loss| format!("{loss:.4}");
    let percent = |fraction| format!("{:.1} %", fraction * 100.0);
    [
        Measure::declare(probe, "loss", Goal::Lowest, number, |series| {
            series.with_note("mean squared error")
        }),
        Measure::declare(
            probe,
            "reconstruction error",
            Goal::Lowest,
            percent,
            |series| series.with_unit(Unit::Fraction),
        ),
    ]
}

/// The loss and the reconstruction error on samples.
fn evaluate(model: &Model, samples: &Samples, batch_size: usize) -> Option<[Tensor<1>; 2]> {
    let device = model.devices().into_iter().next()?.without_autodiff();
    let [loss] = means_over(samples.len(), batch_size, |indices| {
        [model.loss(images(samples, indices, &device)) * indices.len() as f32]
    })?;
    Some([loss.clone(), loss.sqrt()])
}

/// Samples as rows of pixels, `[batch, 64]`.
fn images(samples: &Samples, indices: &[usize], device: &Device) -> Tensor<2> {
    samples.batch(indices, device).images.flatten(1, 3)
}
