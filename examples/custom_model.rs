//! A model, a loop and data of your own, watched live: `cargo run --release --example custom_model`.
//!
//! It learns to tell two spirals apart. What emberscope needs of the loop is marked with an arrow.

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor, TensorData, activation::tanh};
use emberscope::worker::{TensorProbe, gradient_norm};

const STEPS: u64 = 3000;
const POINTS: u16 = 400;

#[derive(Module, Debug)]
struct Spirals {
    hidden: [Linear; 2],
    output: Linear,
}

impl Spirals {
    fn new(device: &Device) -> Self {
        let linear = |from, to| LinearConfig::new(from, to).init(device);
        Self {
            hidden: [linear(2, 32), linear(32, 32)],
            output: linear(32, 2),
        }
    }

    fn forward(&self, points: Tensor<2>) -> Tensor<2> {
        let hidden = |x, layer: &Linear| tanh(layer.forward(x));
        self.output.forward(self.hidden.iter().fold(points, hidden))
    }
}

/// Points `[400, 2]`, and which of two spirals each is on `[400]`.
fn data(device: &Device) -> (Tensor<2>, Tensor<1, Int>) {
    let (mut points, mut labels) = (Vec::new(), Vec::new());
    for index in 0..POINTS {
        let turn = 0.5 + f32::from(index) / 40.0;
        let angle = turn + std::f32::consts::PI * f32::from(index % 2);
        points.extend([angle.cos() * turn / 10.0, angle.sin() * turn / 10.0]);
        labels.push(i32::from(index % 2));
    }
    let count = usize::from(POINTS);
    let points = Tensor::from_data(TensorData::new(points, [count, 2]), device);
    (
        points,
        Tensor::from_data(TensorData::new(labels, [count]), device),
    )
}

fn main() -> Result<(), emberscope::Error> {
    emberscope::run(emberscope::Options::new("spirals"), |scope| {
        let device = Device::flex().autodiff();
        let (points, labels) = data(&device);
        let loss_of = CrossEntropyLossConfig::new().init(&device);
        let mut model = Spirals::new(&device);
        let mut optimizer = AdamConfig::new().init();
        let probe = TensorProbe::new(scope.probe())?; // ← a probe that takes tensors
        let loss = probe.series("loss/train");
        let norm = probe.series("optim/gradient norm");

        for step in 1..=STEPS {
            if !probe.proceed() {
                break; // ← pause and stop
            }
            let error = loss_of.forward(model.forward(points.clone()), labels.clone());
            let gradients = GradientsParams::from_grads(error.backward(), &model);
            probe.step(step); // ← what follows belongs to this step
            probe.tensor(loss, error); // ← read back later: the loop does not wait
            if let Some(length) = gradient_norm(&model, &gradients) {
                probe.tensor(norm, length);
            }
            model = optimizer.step(5e-3, model, gradients);
        }
        Ok(probe.finish().map(drop)?)
    })
}
