//! `digits-mlp`: two hidden layers on the optical digits' bare pixels.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::message::Values;
use crate::worker::built_in::BuiltIn;
use crate::worker::classify::{self, Classifier};
use crate::worker::digits::{CLASSES, Digits, PIXELS};
use crate::worker::settings::Settings;
use crate::worker::train::{Course, Summary, TrainError};

/// The experiment.
pub(in crate::worker) struct DigitsMlp;

impl BuiltIn for DigitsMlp {
    const NAME: &'static str = "digits-mlp";
    const DESCRIPTION: &'static str =
        "a multilayer perceptron on the same digits: quicker, and not quite as good";
    const DEFAULTS: Settings = Settings {
        epochs: 120,
        steps: None,
        batch_size: 32,
        learning_rate: 2e-3,
        seed: 0,
    };

    fn train(course: Course, _values: &Values) -> Result<Summary, TrainError> {
        classify::train(course, &Digits::load()?.data_set(), Model::new)
    }
}

const HIDDEN: usize = 64;

/// Three linear layers.
#[derive(Module, Debug)]
struct Model {
    first: Linear,
    second: Linear,
    output: Linear,
}

impl Model {
    fn new(device: &Device) -> Self {
        Self {
            first: LinearConfig::new(PIXELS, HIDDEN).init(device),
            second: LinearConfig::new(HIDDEN, HIDDEN).init(device),
            output: LinearConfig::new(HIDDEN, CLASSES).init(device),
        }
    }
}

impl Classifier<4> for Model {
    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = images.flatten::<2>(1, 3); // [batch, 64]
        let x = relu(self.first.forward(x));
        let x = relu(self.second.forward(x));
        self.output.forward(x)
    }
}
