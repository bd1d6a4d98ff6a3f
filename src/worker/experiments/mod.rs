//! The built-in experiments: each one file with its model, its data, and what may be set of it.
//!
//! To add one, write its file and name it in [`gallery`].

mod char_lm;
mod digits_autoencoder;
mod digits_cnn;
mod digits_mlp;
mod mnist_cnn;
mod spirals;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::backend::{BackendError, Choice};
use super::built_in::{BuiltIn, Choose, OnDevice};
use crate::gallery::Gallery;

/// All built-in experiments, the default first. `choose` is called when a run begins, on the run's own thread: asking the
/// drivers for a GPU takes a while.
pub fn gallery(
    choose: impl Fn() -> Result<Choice, BackendError> + Send + Sync + 'static,
) -> Gallery {
    let choose: Choose = Arc::new(choose);
    let gallery = Gallery::new();
    let gallery = add::<digits_cnn::DigitsCnn>(gallery, &choose);
    let gallery = add::<digits_mlp::DigitsMlp>(gallery, &choose);
    let gallery = add::<digits_autoencoder::DigitsAutoencoder>(gallery, &choose);
    let gallery = add::<mnist_cnn::MnistCnn>(gallery, &choose);
    let gallery = add::<spirals::Spirals>(gallery, &choose);
    add::<char_lm::CharLm>(gallery, &choose)
}

fn add<E: BuiltIn>(gallery: Gallery, choose: &Choose) -> Gallery {
    gallery.add(E::NAME, OnDevice::<E>::new(Arc::clone(choose)))
}
