//! `digits-cnn`: a small convolutional network on the optical digits.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::{Classifier, Experiment};
use crate::worker::digits::CLASSES;
use crate::worker::settings::Settings;

pub(super) const EXPERIMENT: Experiment = Experiment::of::<DigitsCnn>(
    "digits-cnn",
    "a convolutional network that reads handwritten digits (8×8 pixels, 10 classes)",
    Settings {
        epochs: 20,
        steps: None,
        batch_size: 32,
        learning_rate: 2e-3,
        seed: 0,
    },
);

const CHANNELS: [usize; 3] = [1, 32, 64];
const HIDDEN: usize = 64;

/// Two convolutions, a pooling, two linear layers.
#[derive(Module, Debug)]
pub(super) struct DigitsCnn {
    first: Conv2d,
    second: Conv2d,
    pool: MaxPool2d,
    dropout: Dropout,
    hidden: Linear,
    output: Linear,
}

impl Classifier for DigitsCnn {
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

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = relu(self.first.forward(images));
        let x = relu(self.second.forward(x));
        let x = self.pool.forward(x); // [batch, 64, 4, 4]
        let x = self.dropout.forward(x.flatten::<2>(1, 3));
        let x = self.dropout.forward(relu(self.hidden.forward(x)));
        self.output.forward(x)
    }
}
