//! The gradient norm: one number that tells whether a training is about to blow up or to fall asleep.
//!
//! Computed where the gradients are, as a tensor; nobody waits for it.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

struct Squares<'a> {
    gradients: &'a GradientsParams,
    /// One element for each parameter that has a gradient.
    sums: Vec<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(parameter.id) {
            self.sums.push(gradient.square().sum());
        }
    }
}

/// The L2 norm of all gradients of a model taken together, as PyTorch's `clip_grad_norm_` has it: `[1]`, on the gradients'
/// device. `None` if there are no gradients.
pub fn gradient_norm<M: Module>(model: &M, gradients: &GradientsParams) -> Option<Tensor<1>> {
    let mut squares = Squares {
        gradients,
        sums: Vec::new(),
    };
    model.visit(&mut squares);
    (!squares.sums.is_empty()).then(|| Tensor::cat(squares.sums, 0).sum().sqrt())
}

#[cfg(test)]
mod tests {
    use burn::nn::{Linear, LinearConfig};
    use burn::tensor::Device;

    use super::super::testing::alone;
    use super::*;

    #[test]
    fn it_is_the_norm_over_all_parameters_together() {
        let _turn = alone();
        let device = Device::flex().autodiff();
        let model: Linear = LinearConfig::new(2, 1).init(&device);
        let input = Tensor::<2>::from_data([[3.0f32, 4.0]], &device);
        // d(out)/d(weight) = input = (3, 4), d(out)/d(bias) = 1.
        let gradients = GradientsParams::from_grads(model.forward(input).backward(), &model);
        let norm = gradient_norm(&model, &gradients).expect("there are gradients");
        assert!(!norm.is_autodiff());
        let norm = norm.into_scalar::<f32>();
        assert!((norm - 26f32.sqrt()).abs() < 1e-5, "{norm}");
    }

    #[test]
    fn without_gradients_there_is_no_norm() {
        let _turn = alone();
        let model: Linear = LinearConfig::new(2, 1).init(&Device::flex());
        assert!(gradient_norm(&model, &GradientsParams::new()).is_none());
    }
}
