//! The worker: the only room that imports burn. Models and data in, messages through a [`crate::flow::Probe`] out.
//!
//! ```text
//!  worker thread                         read-back thread
//!  experiment ─▶ open device ─▶ loop ──tensors──▶ one transfer for many ─▶ Probe::scalar_at
//!                              └──plain numbers, progress─────────────────▶ Probe
//! ```
//!
//! The one idea: asking a device for a number is cheap and waiting for it is not, so the training loop never waits. A
//! [`TensorProbe`] takes the tensor; another thread waits for many at a time.
//!
//! The built-in experiments are a [`gallery`]: each is one file in `experiments/`, with its loop written out there or, for
//! classifiers, in `classify.rs`. A [`LayerNorms`] is a model in a few numbers. [`learner`] is the adapter to burn-train: its
//! programs are watched and steered by it.

mod backend;
mod batches;
mod built_in;
mod classify;
mod corpus;
pub mod digits;
mod experiments;
mod gradients;
mod idx;
pub mod learner;
mod mnist;
mod norms;
mod queue;
mod readback;
mod settings;
mod tensors;
#[cfg(test)]
mod testing;

mod throughput;
mod train;
mod transfer;
mod validation;

pub use backend::{Backend, BackendError, Choice, OpenDevice};
pub use experiments::gallery;
pub use gradients::gradient_norm;
pub use norms::LayerNorms;
pub use readback::{LONGEST_HOLD, MOST_STEPS};
pub use tensors::{TensorError, TensorProbe, Transfers};
pub use transfer::{ReadError, transfers_on_this_thread};
