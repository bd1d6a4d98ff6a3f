//! Loops of one's own: a network, and a step that only computes.

use std::hint::black_box;

use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::Device;
use emberscope::message::Progress;
use emberscope::worker::TensorProbe;
use emberscope::worker::digits::Digits;
use emberscope::{Scope, WorkError};

use super::child::{Clock, Kind, Request};
use super::model::{BATCH, Network};

const RATE: f64 = 1e-4;
const SHOWN_RATE: f32 = 1e-4;
/// Dependent multiplications that take some ten microseconds.
const OPERATIONS: u32 = 8_000;

pub(crate) fn network(request: Request, scope: Option<&Scope>) -> Result<(), WorkError> {
    let device = Device::flex().autodiff();
    device.seed(1);
    let digits = Digits::load()?;
    let order: Vec<usize> = (0..digits.train.len()).collect();
    let mut batches = order.chunks_exact(BATCH).cycle();
    let mut model = Network::new(&device);
    let mut optimizer = AdamConfig::new().init();
    let loss_of = CrossEntropyLossConfig::new().init(&device);
    let probe = scope
        .map(|scope| TensorProbe::new(scope.probe()))
        .transpose()?;
    let loss_id = probe.as_ref().map(|probe| probe.series("loss/train"));
    let rate_id = probe.as_ref().map(|probe| probe.series("learning rate"));
    let mut clock = Clock::new(request);
    for step in 1.. {
        if let Some(probe) = &probe
            && !probe.proceed()
        {
            return Err("stopped".into());
        }
        let batch = digits
            .train
            .batch(batches.next().expect("it goes round"), &device);
        let loss = loss_of.forward(model.forward(batch.images), batch.labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        if let (Some(probe), Some(loss_id), Some(rate_id)) = (&probe, loss_id, rate_id) {
            probe.step(step);
            probe.scalar(rate_id, SHOWN_RATE);
            probe.progress(Progress {
                epoch: 1,
                epochs: 1,
                step,
                steps: 0,
            });
            match request.kind {
                Kind::Scalars => probe.scalar(loss_id, 0.5),
                Kind::Scalar => probe.scalar(loss_id, loss.into_scalar::<f32>()),
                _ => probe.tensor(loss_id, loss),
            }
            if request.kind == Kind::Norms && step % 10 == 0 {
                probe.model(&model, &gradients);
            }
        }
        model = optimizer.step(RATE, model, gradients);
        if clock.tick(step) {
            break;
        }
    }
    if let Some(probe) = probe {
        probe.finish()?;
    }
    Ok(())
}

pub(crate) fn synthetic(request: Request, scope: Option<&Scope>) -> Result<(), WorkError> {
    let probe = scope.map(Scope::probe);
    let series = probe
        .as_ref()
        .map(|probe| [probe.series("loss/train"), probe.series("learning rate")]);
    let mut clock = Clock::new(request);
    for step in 1.. {
        if let Some(probe) = &probe
            && !probe.proceed()
        {
            return Err("stopped".into());
        }
        let mut x = black_box(1.0f32);
        for _ in 0..OPERATIONS {
            x = x * 0.999_999 + 1e-6;
        }
        if let (Some(probe), Some([loss, rate])) = (&probe, series) {
            probe.step(step);
            probe.scalar(loss, x);
            probe.scalar(rate, SHOWN_RATE);
        }
        black_box(x);
        // Asked seldom: it reads clocks, and while a window is waited for, a file.
        if step % 1000 == 0 && clock.tick(step) {
            break;
        }
    }
    Ok(())
}
