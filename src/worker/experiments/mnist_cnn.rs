//! `mnist-cnn`: a convolutional network on the MNIST database of handwritten digits, whose files are not in this program.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::message::{Parameter, Values};
use crate::worker::built_in::BuiltIn;
use crate::worker::classify::{self, Classifier};
use crate::worker::idx::SIDE;
use crate::worker::mnist::{CLASSES, Mnist};
use crate::worker::settings::Settings;
use crate::worker::train::{Course, Summary, TrainError};

/// The experiment.
pub(in crate::worker) struct MnistCnn;

impl BuiltIn for MnistCnn {
    const NAME: &'static str = "mnist-cnn";
    const DESCRIPTION: &'static str = "a convolutional network on MNIST (28×28 pixels, 10 classes); needs the four files: --data DIR";
    const DEFAULTS: Settings = Settings {
        epochs: 3,
        steps: None,
        batch_size: 64,
        learning_rate: 3e-3,
        seed: 0,
    };

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::text("data", "")
                .help("The folder with the four MNIST files, as they come or gzipped."),
        ]
    }

    fn check(values: &Values) -> Result<(), TrainError> {
        Mnist::load(values.text("data"))?;
        Ok(())
    }

    fn train(course: Course, values: &Values) -> Result<Summary, TrainError> {
        course.probe.activity("reading the data");
        let mnist = Mnist::load(values.text("data"))?;
        classify::train(course, &mnist.data_set(), Model::new)
    }
}

const CHANNELS: [usize; 3] = [1, 16, 32];
const HIDDEN: usize = 64;

/// Two convolutions with a pooling each, two linear layers.
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
        let pooled = SIDE / 4;
        Self {
            first: convolution(CHANNELS[0], CHANNELS[1]),
            second: convolution(CHANNELS[1], CHANNELS[2]),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            dropout: DropoutConfig::new(0.25).init(),
            hidden: LinearConfig::new(CHANNELS[2] * pooled * pooled, HIDDEN).init(device),
            output: LinearConfig::new(HIDDEN, CLASSES).init(device),
        }
    }
}

impl Classifier<4> for Model {
    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.first.forward(images))); // [batch, 16, 14, 14]
        let x = self.pool.forward(relu(self.second.forward(x))); // [batch, 32, 7, 7]
        let x = self.dropout.forward(x.flatten::<2>(1, 3));
        let x = relu(self.hidden.forward(x));
        self.output.forward(x)
    }
}
