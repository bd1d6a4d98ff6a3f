//! The one place where the room waits for a device: many tensors in, their values out, in one transfer.
//!
//! Every tensor that is read is read here, so reads can be counted, and a test sees to it that no other file reads one. On a
//! GPU a transfer is one submission of copies and one wait, whatever the number of tensors; no kernel is launched for it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::{Device, Tensor, TensorData, Transaction};

use crate::flow::panic_message;

/// Why values did not come back.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The device says that what it was asked to compute failed.
    #[error("the device failed: {0}")]
    Device(String),
    /// The values are of a kind that is no number.
    #[error("the values cannot be read as numbers: {0}")]
    Kind(String),
    /// burn panicked.
    #[error("burn panicked while values were read back: {0}")]
    Panic(String),
}

thread_local! {
    /// Transfers this thread has waited for.
    static TRANSFERS: Cell<u64> = const { Cell::new(0) };
}

/// How many transfers this thread has waited for so far. A training loop that never waits keeps it as it is.
#[must_use]
pub fn transfers_on_this_thread() -> u64 {
    TRANSFERS.get()
}

/// The values of tensors, one tensor after another. Waits until the devices have computed them; one transfer a device.
pub(super) fn read(tensors: Vec<Tensor<1>>) -> Result<Vec<f32>, ReadError> {
    let mut values = vec![Vec::new(); tensors.len()];
    for (device, group) in by_device(tensors) {
        TRANSFERS.set(TRANSFERS.get() + 1);
        let (indices, tensors): (Vec<usize>, Vec<Tensor<1>>) = group.into_iter().unzip();
        tracing::trace!(?device, count = tensors.len(), "reading tensors back");
        for (index, data) in indices.into_iter().zip(transfer(tensors)?) {
            values[index] = numbers(data)?;
        }
    }
    Ok(values.concat())
}

/// Tensors with their places in the list, those of a device together: a transfer cannot span two.
fn by_device(tensors: Vec<Tensor<1>>) -> Vec<(Device, Vec<(usize, Tensor<1>)>)> {
    let mut groups: Vec<(Device, Vec<(usize, Tensor<1>)>)> = Vec::new();
    for (index, tensor) in tensors.into_iter().enumerate() {
        let device = tensor.device();
        match groups.iter_mut().find(|(known, _)| *known == device) {
            Some((_, group)) => group.push((index, tensor)),
            None => groups.push((device, vec![(index, tensor)])),
        }
    }
    groups
}

fn transfer(tensors: Vec<Tensor<1>>) -> Result<Vec<TensorData>, ReadError> {
    // burn answers some failures of a device with a panic, and a panic must not end the thread that reads.
    catch_unwind(AssertUnwindSafe(|| {
        tensors
            .into_iter()
            .fold(Transaction::default(), Transaction::register)
            .try_execute()
    }))
    .map_err(|payload| ReadError::Panic(panic_text(&*payload)))?
    .map_err(|error| ReadError::Device(error.to_string()))
}

fn numbers(data: TensorData) -> Result<Vec<f32>, ReadError> {
    data.try_cast_as::<f32>()
        .and_then(TensorData::try_into_vec)
        .map_err(|error| ReadError::Kind(error.to_string()))
}

/// What a panic said.
pub(super) fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    panic_message(payload).unwrap_or_else(|| "no text".to_owned())
}

#[cfg(test)]
mod tests {
    use burn::tensor::FloatDType;

    use super::*;

    #[test]
    fn values_come_back_in_order_and_in_one_transfer() {
        let device = Device::flex();
        let tensors: Vec<Tensor<1>> = (0..100)
            .map(|index| Tensor::from_data([index as f32], &device))
            .collect();
        let before = transfers_on_this_thread();
        let values = read(tensors).expect("flex reads");
        assert_eq!(transfers_on_this_thread(), before + 1);
        assert!(
            values
                .iter()
                .zip(0..)
                .all(|(&value, index)| value == index as f32)
        );
    }

    #[test]
    fn what_is_no_number_comes_back_too() {
        let device = Device::flex();
        let tensors = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY]
            .map(|value| Tensor::<1>::from_data([value], &device))
            .to_vec();
        let values = read(tensors).expect("flex reads");
        assert!(values[0].is_nan());
        assert_eq!(values[1..], [f32::INFINITY, f32::NEG_INFINITY]);
    }

    #[test]
    fn other_precisions_are_read_as_f32() {
        let device = Device::flex();
        let half = Tensor::<1>::from_data([1.5f32], &device).cast(FloatDType::F16);
        let double = Tensor::<1>::from_data([2.5f32], &device).cast(FloatDType::F64);
        assert_eq!(read(vec![half, double]).expect("flex reads"), [1.5, 2.5]);
    }

    #[test]
    fn tensors_of_several_values_keep_their_places() {
        let device = Device::flex();
        let tensors = vec![
            Tensor::<1>::from_data([1.0f32, 2.0], &device),
            Tensor::from_data([3.0f32], &device),
            Tensor::from_data([4.0f32, 5.0], &device),
        ];
        assert_eq!(
            read(tensors).expect("flex reads"),
            [1.0, 2.0, 3.0, 4.0, 5.0]
        );
    }

    #[test]
    fn nothing_to_read_is_no_transfer() {
        let before = transfers_on_this_thread();
        assert!(read(Vec::new()).expect("nothing fails").is_empty());
        assert_eq!(transfers_on_this_thread(), before);
    }
}
