//! A model in a few numbers: the L2 norms of each layer's weights, gradients and updates.
//!
//! In: a module, its gradients, and the module after the step. Out: the series `weights/LAYER`, `gradients/LAYER` and
//! `updates/LAYER`. A layer is the part of the module that holds parameters itself, by its path: `encoder.0.linear`.
//!
//! The one idea: the device reduces each parameter to one number, all of them become one tensor, and that is read back in one
//! transfer by another thread, which also adds up a layer's parameters and takes the root.

use std::collections::HashMap;

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{DType, Device, FloatDType, Tensor};

use super::tensors::TensorProbe;
use crate::flow::Probe;
use crate::message::{Direction, Series, Split, Step};

/// What a module is called that holds parameters without a part of its own around them.
const WHOLE: &str = "model";

/// What of a layer is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Quantity {
    Weights,
    Gradients,
    Updates,
}

impl Quantity {
    const ALL: [Self; 3] = [Self::Weights, Self::Gradients, Self::Updates];

    const fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Gradients => "gradients",
            Self::Updates => "updates",
        }
    }
}

/// A sum of squares that the device computes, and whose it is.
#[derive(Debug)]
struct Part {
    layer: usize,
    quantity: Quantity,
    sum: Tensor<1>,
}

/// The norms of a model's layers, being computed where the model is. [`TensorProbe::norms`] reports them.
///
/// ```no_run
/// # use burn::{module::Module, optim::{GradientsParams, ModuleOptimizer}};
/// # use emberscope::worker::{LayerNorms, TensorProbe};
/// # fn step<M: Module>(probe: &TensorProbe, optimizer: &mut ModuleOptimizer, mut model: M, gradients: GradientsParams) -> M {
/// let norms = LayerNorms::new(&model, &gradients);
/// model = optimizer.step(1e-3, model, gradients);
/// probe.norms(norms.with_updates(&model)); // does not wait for the device
/// # model
/// # }
/// ```
#[derive(Debug, Default)]
pub struct LayerNorms {
    /// In the order of the module.
    layers: Vec<String>,
    parts: Vec<Part>,
    /// The weights as they were, flat: what the updates are counted from.
    weights: HashMap<ParamId, Tensor<1>>,
}

impl LayerNorms {
    /// The norms of a module's weights and of their gradients. A parameter without a gradient counts as weights alone; one that
    /// is not initialized yet is left out, and stays so.
    #[must_use]
    pub fn new<M: Module>(model: &M, gradients: &GradientsParams) -> Self {
        let mut before = Before {
            path: Path::default(),
            gradients,
            norms: Self::default(),
        };
        model.visit(&mut before);
        before.norms
    }

    /// The same with the norms of what a step has changed: the module before it and this one, after it, are held against each
    /// other, parameter by parameter.
    #[must_use]
    pub fn with_updates<M: Module>(self, after: &M) -> Self {
        let mut visitor = After {
            path: Path::default(),
            norms: self,
        };
        after.visit(&mut visitor);
        visitor.norms
    }

    fn add(&mut self, layer: &str, quantity: Quantity, values: Tensor<1>) {
        let known = self.layers.iter().rposition(|known| known == layer);
        let layer = known.unwrap_or_else(|| {
            self.layers.push(layer.to_owned());
            self.layers.len() - 1
        });
        self.parts.push(Part {
            layer,
            quantity,
            sum: square_sum(values),
        });
    }
}

impl TensorProbe {
    /// Reports a model: the L2 norms of each layer's weights and gradients, as `weights/LAYER` and `gradients/LAYER`.
    ///
    /// The device reduces them, and they are read back together, later: this does not wait. Every tenth step is often enough.
    pub fn model<M: Module>(&self, model: &M, gradients: &GradientsParams) {
        self.norms(LayerNorms::new(model, gradients));
    }

    /// Reports norms at the current step. Does not wait.
    pub fn norms(&self, norms: LayerNorms) {
        let LayerNorms { layers, parts, .. } = norms;
        if parts.is_empty() {
            return;
        }
        let (tensors, owners) = by_device(parts);
        let step = self.current_step();
        self.read_whole(tensors, move |sums, probe| {
            tell(probe, step, &layers, &owners, sums);
        });
    }
}

/// One tensor for each device, and whose each of their values is, in order.
fn by_device(parts: Vec<Part>) -> (Vec<Tensor<1>>, Vec<(usize, Quantity)>) {
    type Group = (Device, Vec<Tensor<1>>, Vec<(usize, Quantity)>);
    let mut groups: Vec<Group> = Vec::new();
    for part in parts {
        let device = part.sum.device();
        let owner = (part.layer, part.quantity);
        match groups.iter_mut().find(|(known, ..)| *known == device) {
            Some((_, sums, owners)) => {
                sums.push(part.sum);
                owners.push(owner);
            }
            None => groups.push((device, vec![part.sum], vec![owner])),
        }
    }
    let mut all_owners = Vec::new();
    let tensors = groups.into_iter().map(|(_, sums, owners)| {
        all_owners.extend(owners);
        Tensor::cat(sums, 0)
    });
    (tensors.collect(), all_owners)
}

/// Adds up what belongs together, and reports it.
fn tell(probe: &Probe, step: Step, layers: &[String], owners: &[(usize, Quantity)], sums: &[f32]) {
    let mut totals: HashMap<(usize, Quantity), f64> = HashMap::new();
    for (owner, sum) in owners.iter().zip(sums) {
        *totals.entry(*owner).or_default() += f64::from(*sum);
    }
    for quantity in Quantity::ALL {
        for (index, layer) in layers.iter().enumerate() {
            if let Some(total) = totals.get(&(index, quantity)) {
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "a norm is shown in single precision"
                )]
                let norm = total.sqrt() as f32;
                probe.scalar_at(probe.declare(series(quantity, layer)), step, norm);
            }
        }
    }
}

fn series(quantity: Quantity, layer: &str) -> Series {
    let mut series = Series::scalar(&format!("{}/{layer}", quantity.name()))
        .with_note(&format!("L2 norm of {}", quantity.name()))
        .with_direction(Direction::Neither)
        .with_log_axis();
    // A layer may be called `train`.
    series.split = Split::None;
    series
}

/// Where a visitor is.
#[derive(Debug, Default)]
struct Path(Vec<String>);

impl Path {
    fn enter(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    fn exit(&mut self) {
        self.0.pop();
    }

    /// The layer that holds the parameter at this place: its path without the parameter's own name.
    fn layer(&self) -> String {
        match self.0.split_last() {
            None | Some((_, [])) => WHOLE.to_owned(),
            Some((_, holders)) => holders.join("."),
        }
    }
}

/// Takes the weights and gradients of a module.
struct Before<'a> {
    path: Path,
    gradients: &'a GradientsParams,
    norms: LayerNorms,
}

impl ModuleVisitor for Before<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let Some(weights) = weights_of(parameter) else {
            return;
        };
        let layer = self.path.layer();
        self.norms.weights.insert(parameter.id, weights.clone());
        self.norms.add(&layer, Quantity::Weights, weights);
        if let Some(gradient) = self.gradients.get::<D>(parameter.id).and_then(flat) {
            self.norms.add(&layer, Quantity::Gradients, gradient);
        }
    }

    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}

/// Holds the weights of a module against those it had.
struct After {
    path: Path,
    norms: LayerNorms,
}

impl ModuleVisitor for After {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let (Some(after), Some(before)) = (
            weights_of(parameter),
            self.norms.weights.get(&parameter.id).cloned(),
        ) else {
            return;
        };
        // A module whose shape has changed, or that has moved, has no update to speak of.
        if after.shape() != before.shape() || after.device() != before.device() {
            return;
        }
        let layer = self.path.layer();
        self.norms.add(&layer, Quantity::Updates, after - before);
    }

    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }
}

/// A parameter's values, flat. `None` where it has none yet: to ask for them would draw random numbers at another time than
/// the program does.
fn weights_of<const D: usize>(parameter: &Param<Tensor<D>>) -> Option<Tensor<1>> {
    parameter
        .is_initialized()
        .then(|| parameter.val())
        .and_then(flat)
}

/// All values in a row, outside autodiff; `None` where there are none.
fn flat<const D: usize>(tensor: Tensor<D>) -> Option<Tensor<1>> {
    let tensor = tensor.without_autodiff();
    let count = tensor.shape().num_elements();
    if count == 0 {
        return None;
    }
    let tensor = match tensor.dtype() {
        DType::QFloat(_) => tensor.dequantize(),
        _ => tensor,
    };
    Some(tensor.reshape([count]))
}

/// The sum of the squares, in single precision: halves would overflow at once.
fn square_sum(values: Tensor<1>) -> Tensor<1> {
    let values = match values.dtype() {
        DType::F32 => values,
        _ => values.cast(FloatDType::F32),
    };
    values.square().sum()
}

#[cfg(test)]
mod tests {
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::SgdConfig;

    use super::super::testing::{Told, record};
    use super::super::transfer::transfers_on_this_thread;
    use super::*;

    #[derive(Module, Debug)]
    struct Net {
        first: Linear,
        /// A layer whose name is that of a split.
        train: [Linear; 2],
        /// No input reaches it: it has no gradients.
        idle: Linear,
    }

    fn net(device: &Device) -> Net {
        let linear = || LinearConfig::new(3, 3).init(device);
        let net = Net {
            first: linear(),
            train: [linear(), linear()],
            idle: linear(),
        };
        // Lazy until they are asked for.
        let _ = (net.first.weight.val(), net.train[0].weight.val());
        net
    }

    fn stepped(probe: &TensorProbe, device: &Device) -> (Net, Net, Vec<f32>) {
        let before = net(device);
        let input = Tensor::<2>::from_data([[1.0f32, -2.0, 0.5]], device);
        let hidden = before.first.forward(input);
        let hidden = before.train[1].forward(before.train[0].forward(hidden));
        let gradients = GradientsParams::from_grads(hidden.sum().backward(), &before);
        let of_first = [
            gradients.get::<2>(before.first.weight.id).map(flat),
            before
                .first
                .bias
                .as_ref()
                .map(|bias| gradients.get::<1>(bias.id).and_then(flat)),
        ];
        let of_first: Vec<f32> = of_first
            .into_iter()
            .flatten()
            .flatten()
            .flat_map(|tensor| tensor.try_into_vec_as::<f32>().expect("flex reads"))
            .collect();
        probe.step(7);
        let norms = LayerNorms::new(&before, &gradients);
        let mut optimizer = SgdConfig::new().init();
        let after = optimizer.step(0.5, before.clone(), gradients);
        probe.norms(norms.with_updates(&after));
        (before, after, of_first)
    }

    fn length(values: &[f32]) -> f64 {
        let squares = values.iter().map(|&value| f64::from(value).powi(2));
        squares.sum::<f64>().sqrt()
    }

    fn assert_near(told: &Told, name: &str, expected: f64) {
        let points = told.points_of(name);
        assert_eq!(points.len(), 1, "{name}");
        assert_eq!(points[0].step, 7);
        let value = f64::from(points[0].value);
        assert!(
            (value - expected).abs() < 1e-5 * expected.max(1.0),
            "{name}: {value} {expected}"
        );
    }

    #[test]
    fn each_layer_has_norms_of_weights_gradients_and_updates_by_one_transfer() {
        let before = transfers_on_this_thread();
        let ((weights, gradients, transfers), told) = record(|probe| {
            let probe = TensorProbe::new(probe).expect("a thread starts");
            let (net, _, gradients) = stepped(&probe, &Device::flex().autodiff());
            let transfers = probe.finish().expect("flex reads");
            let bias = net.first.bias.expect("a linear layer has one by default");
            let mut weights: Vec<f32> = net
                .first
                .weight
                .val()
                .try_into_vec_as()
                .expect("flex reads");
            let bias: Vec<f32> = bias.val().try_into_vec_as().expect("flex reads");
            weights.extend(bias);
            (weights, gradients, transfers)
        });
        assert_eq!(transfers.transfers, 1);
        assert_eq!(transfers.tensors, 1);
        assert_eq!(
            transfers_on_this_thread(),
            before,
            "the training thread waited"
        );
        assert_near(&told, "weights/first", length(&weights));
        assert_near(&told, "gradients/first", length(&gradients));
        assert_near(&told, "updates/first", 0.5 * length(&gradients));
        let series = told.series();
        let names: Vec<&str> = series.iter().map(|series| &*series.name).collect();
        assert_eq!(
            names[..3],
            ["weights/first", "weights/train.0", "weights/train.1"]
        );
        assert!(
            series
                .iter()
                .all(|series| series.is_log && series.split == Split::None)
        );
    }

    #[test]
    fn a_layer_without_gradients_has_weights_alone() {
        let ((), told) = record(|probe| {
            let probe = TensorProbe::new(probe).expect("a thread starts");
            let net = net(&Device::flex());
            let _ = net.idle.weight.val();
            probe.model(&net.idle, &GradientsParams::new());
            probe.finish().expect("flex reads");
        });
        let series = told.series();
        let names: Vec<&str> = series.iter().map(|series| &*series.name).collect();
        assert_eq!(names, ["weights/model"]);
    }

    #[test]
    fn a_parameter_that_is_not_initialized_stays_so() {
        let net: Linear = LinearConfig::new(3, 3).init(&Device::flex());
        assert!(!net.weight.is_initialized());
        let norms = LayerNorms::new(&net, &GradientsParams::new());
        assert!(norms.parts.is_empty());
        assert!(!net.weight.is_initialized());
    }

    #[test]
    fn what_is_no_number_and_what_is_nothing_pass() {
        let device = Device::flex();
        let parameter = |values: &[f32]| {
            let count = values.len();
            let data = burn::tensor::TensorData::new(values.to_vec(), [count]);
            Param::from_tensor(Tensor::<1>::from_data(data, &device))
        };
        let ((), told) = record(|probe| {
            let probe = TensorProbe::new(probe).expect("a thread starts");
            probe.model(&parameter(&[]), &GradientsParams::new());
            probe.model(&parameter(&[f32::NAN, 1.0]), &GradientsParams::new());
            probe.finish().expect("flex reads");
        });
        let points = told.points_of("weights/model");
        assert_eq!(points.len(), 1);
        assert!(points[0].value.is_nan());
    }

    #[test]
    fn halves_do_not_overflow() {
        let half =
            Tensor::<1>::from_data([3000.0f32, 4000.0], &Device::flex()).cast(FloatDType::F16);
        let sum = square_sum(flat(half).expect("it has values"));
        assert_eq!(sum.into_scalar::<f32>(), 25e6);
    }
}
