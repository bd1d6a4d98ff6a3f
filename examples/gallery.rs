//! Experiments of your own to pick from: `cargo run --release --example gallery`.
//!
//! The window lists them with a form for their hyperparameters. Each that is started is a run of its own, drawn over the
//! earlier ones; `Shift+R` compares them.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Distribution, Tensor, activation};
use emberscope::message::{Parameter, Values};
use emberscope::worker::TensorProbe;
use emberscope::{Experiment, Gallery, Options, Scope, WorkError};

/// Two layers that learn a wave from points on it.
#[derive(Module, Debug)]
struct Wave {
    hidden: Linear,
    output: Linear,
}

/// A perceptron with one nonlinearity or another.
struct Perceptron(fn(Tensor<2>) -> Tensor<2>);

impl Experiment for Perceptron {
    fn description(&self) -> &str {
        "two layers that learn a sine wave"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![
            Parameter::integer("steps", 3000, 1..=1_000_000).help("Of 256 points each."),
            Parameter::integer("hidden size", 64, 1..=4096).help("Neurons between the two layers."),
            Parameter::real("learning rate", 0.01, 0.0..=1.0)
                .help("Of Adam, the same all the time."),
            Parameter::real("noise", 0.05, 0.0..=1.0).help("How far points are beside the wave."),
            Parameter::integer("seed", 0, 0..=i64::MAX).help("Decides weights and points."),
        ]
    }

    fn run(&self, scope: &Scope, values: &Values) -> Result<(), WorkError> {
        let device = Device::flex().autodiff();
        device.seed(values.count("seed") as u64);
        let hidden = values.count("hidden size");
        let mut model = Wave {
            hidden: LinearConfig::new(1, hidden).init(&device),
            output: LinearConfig::new(hidden, 1).init(&device),
        };
        let mut optimizer = AdamConfig::new().init();
        let probe = TensorProbe::new(scope.probe())?;
        let loss_series = probe.series("loss/train");
        for step in 1..=values.count("steps") as u64 {
            if !probe.proceed() {
                break;
            }
            probe.step(step);
            let x = Tensor::<2>::random([256, 1], Distribution::Uniform(-3.0, 3.0), &device);
            let noise = Distribution::Normal(0.0, values.real("noise"));
            let y = (x.clone() * 2.0).sin() + Tensor::random([256, 1], noise, &device);
            let guess = model.output.forward((self.0)(model.hidden.forward(x)));
            let loss = (guess - y).powi_scalar(2).mean();
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            probe.tensor(loss_series, loss);
            model = optimizer.step(values.real("learning rate"), model, gradients);
        }
        Ok(probe.finish().map(drop)?)
    }
}

fn main() -> Result<(), emberscope::Error> {
    Gallery::new()
        .add("tanh", Perceptron(activation::tanh))
        .add("relu", Perceptron(activation::relu))
        .run(Options::new("waves"))
}
