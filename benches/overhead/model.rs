//! The network that is trained: that of `digits-cnn`, as a burn user would write it for burn-train.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor};
use burn::train::{ClassificationOutput, InferenceStep, TrainOutput, TrainStep};

use super::learner;

pub(crate) const BATCH: usize = 32;

#[derive(Module, Debug)]
pub(crate) struct Network {
    first: Conv2d,
    second: Conv2d,
    pool: MaxPool2d,
    dropout: Dropout,
    hidden: Linear,
    output: Linear,
}

impl Network {
    pub(crate) fn new(device: &Device) -> Self {
        let convolution = |from, to| {
            Conv2dConfig::new([from, to], [3, 3])
                .with_padding(PaddingConfig2d::Same)
                .init(device)
        };
        Self {
            first: convolution(1, 32),
            second: convolution(32, 64),
            pool: MaxPool2dConfig::new([2, 2]).init(),
            dropout: DropoutConfig::new(0.25).init(),
            hidden: LinearConfig::new(64 * 4 * 4, 64).init(device),
            output: LinearConfig::new(64, 10).init(device),
        }
    }

    pub(crate) fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = relu(self.first.forward(images));
        let x = relu(self.second.forward(x));
        let x = self.pool.forward(x);
        let x = self.dropout.forward(x.flatten::<2>(1, 3));
        let x = self.dropout.forward(relu(self.hidden.forward(x)));
        self.output.forward(x)
    }

    fn classify(&self, images: Tensor<4>, labels: Tensor<1, Int>) -> ClassificationOutput {
        let output = self.forward(images);
        let loss_of = CrossEntropyLossConfig::new().init(&output.device());
        let loss = loss_of.forward(output.clone(), labels.clone());
        ClassificationOutput::new(loss, output, labels)
    }
}

/// Images `[batch, 1, 8, 8]` and labels `[batch]`.
#[derive(Clone, Debug)]
pub(crate) struct Images {
    pub(crate) images: Tensor<4>,
    pub(crate) labels: Tensor<1, Int>,
}

impl TrainStep for Network {
    type Input = Images;
    type Output = ClassificationOutput;

    fn step(&self, batch: Images) -> TrainOutput<ClassificationOutput> {
        learner::tick();
        let output = self.classify(batch.images, batch.labels);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

impl InferenceStep for Network {
    type Input = Images;
    type Output = ClassificationOutput;

    fn step(&self, batch: Images) -> ClassificationOutput {
        self.classify(batch.images, batch.labels)
    }
}
