//! `digits-mlp`: two hidden layers on the optical digits' bare pixels.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::{Classifier, Experiment};
use crate::worker::digits::{CLASSES, PIXELS};
use crate::worker::settings::Settings;

pub(super) const EXPERIMENT: Experiment = Experiment::of::<DigitsMlp>(
    "digits-mlp",
    "a multilayer perceptron on the same digits: quicker, and not quite as good",
    Settings {
        epochs: 120,
        steps: None,
        batch_size: 32,
        learning_rate: 2e-3,
        seed: 0,
    },
);

const HIDDEN: usize = 64;

/// Three linear layers.
#[derive(Module, Debug)]
pub(super) struct DigitsMlp {
    first: Linear,
    second: Linear,
    output: Linear,
}

impl Classifier for DigitsMlp {
    fn new(device: &Device) -> Self {
        Self {
            first: LinearConfig::new(PIXELS, HIDDEN).init(device),
            second: LinearConfig::new(HIDDEN, HIDDEN).init(device),
            output: LinearConfig::new(HIDDEN, CLASSES).init(device),
        }
    }

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = images.flatten::<2>(1, 3); // [batch, 64]
        let x = relu(self.first.forward(x));
        let x = relu(self.second.forward(x));
        self.output.forward(x)
    }
}
