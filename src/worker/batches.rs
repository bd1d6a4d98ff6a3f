//! The batches of an epoch: in which order samples are trained on, and what many batches come to together.

use burn::tensor::Tensor;
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

/// The order of an epoch's samples: a shuffle that depends on the seed and the epoch alone.
pub(super) fn shuffled(samples: usize, seed: u64, epoch: u32) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(u64::from(epoch));
    let mut order: Vec<usize> = (0..samples).collect();
    order.shuffle(&mut random);
    order
}

/// The means of quantities over `samples` samples, of which `sums` gives the sums over a batch; `None` without samples.
pub(super) fn means_over<const N: usize>(
    samples: usize,
    batch_size: usize,
    mut sums: impl FnMut(&[usize]) -> [Tensor<1>; N],
) -> Option<[Tensor<1>; N]> {
    let all: Vec<usize> = (0..samples).collect();
    let mut batches = all.chunks(batch_size.max(1));
    let mut total = sums(batches.next()?);
    for batch in batches {
        let more = sums(batch);
        for (total, more) in total.iter_mut().zip(more) {
            *total = total.clone() + more;
        }
    }
    Some(total.map(|total| total / samples as f32))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn a_seed_gives_the_same_batches_and_another_gives_others() {
        let order = shuffled(1437, 7, 3);
        assert_eq!(order, shuffled(1437, 7, 3));
        assert_ne!(order, shuffled(1437, 7, 4));
        assert_ne!(order, shuffled(1437, 8, 3));
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().copied().eq(0..1437));
        // Fixed for good: a run of today can be repeated with a later version.
        assert_eq!(shuffled(1437, 0, 1)[..5], [128, 1377, 1180, 42, 883]);
    }

    #[test]
    fn means_weigh_every_sample_alike_and_are_none_without_samples() {
        let device = Device::flex();
        let sum = |indices: &[usize]| {
            let sum = indices.iter().map(|&index| index as f32).sum::<f32>();
            [Tensor::from_data([sum], &device)]
        };
        let [mean] = means_over(5, 2, sum).expect("there are samples");
        assert_eq!(mean.into_scalar::<f32>(), 2.0);
        assert!(means_over(0, 2, sum).is_none());
    }
}
