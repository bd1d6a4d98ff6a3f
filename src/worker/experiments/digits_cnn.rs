//! `digits-cnn`: a small convolutional network on the optical digits.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::message::Values;
use crate::worker::built_in::BuiltIn;
use crate::worker::classify::{self, Classifier};
use crate::worker::digits::{CLASSES, Digits};
use crate::worker::settings::Settings;
use crate::worker::train::{Course, Summary, TrainError};

/// The experiment.
pub(in crate::worker) struct DigitsCnn;

impl BuiltIn for DigitsCnn {
    const NAME: &'static str = "digits-cnn";
    const DESCRIPTION: &'static str =
        "a convolutional network that reads handwritten digits (8×8 pixels, 10 classes)";
    const DEFAULTS: Settings = Settings {
        epochs: 20,
        steps: None,
        batch_size: 32,
        learning_rate: 2e-3,
        seed: 0,
    };

    fn train(course: Course, _values: &Values) -> Result<Summary, TrainError> {
        classify::train(course, &Digits::load()?.data_set(), Model::new)
    }
}

const CHANNELS: [usize; 3] = [1, 32, 64];
const HIDDEN: usize = 64;

/// Two convolutions, a pooling, two linear layers.
#[derive(Module, Debug)]
struct Model {
    first: Conv2d,
    second: Conv2d,
    pool: MaxPool2d,
    dropout: Dropout,
    hidden: Linear,
    output: Linear,
}

impl Model {
    fn new(device: &Device) -> Self {
        let convolution = |from, to| {
            Conv2dConfig::new([from, to], [3, 3])
                .with_padding(PaddingConfig2d::Same)
                .init(device)
        };
        Self {
            first: convolution(CHANNELS[0], CHANNELS[1]),
            second: convolution(CHANNELS[1], CHANNELS[2]),
            pool: MaxPool2dConfig::new([2, 2]).init(),
            dropout: DropoutConfig::new(0.25).init(),
            hidden: LinearConfig::new(CHANNELS[2] * 4 * 4, HIDDEN).init(device),
            output: LinearConfig::new(HIDDEN, CLASSES).init(device),
        }
    }
}

impl Classifier<4> for Model {
    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = relu(self.first.forward(images)); // [batch, 32, 8, 8]
        let x = relu(self.second.forward(x));
        let x = self.pool.forward(x); // [batch, 64, 4, 4]
        let x = self.dropout.forward(x.flatten::<2>(1, 3));
        let x = self.dropout.forward(relu(self.hidden.forward(x)));
        self.output.forward(x)
    }
}
