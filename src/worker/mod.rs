//! The worker: the only room that imports burn. Models and data in, messages through a [`crate::flow::Probe`] out.
//!
//! ```text
//!  worker thread                         read-back thread
//!  Job ─▶ open backend ─▶ training loop ──tensors──▶ one transfer for many ─▶ Probe::scalar_at
//!                              └──plain numbers, progress─────────────────▶ Probe
//! ```
//!
//! The one idea: asking a device for a number is cheap and waiting for it is not, so the training loop never waits. A
//! [`TensorProbe`] takes the tensor; another thread waits for many at a time.
//!
//! A [`Job`] is one of the built-in [`experiments`] with [`Settings`] and a [`Choice`] of a [`Backend`]. Its [`Job::run`] is
//! called on a thread that somebody else owns.

mod backend;
pub mod digits;
mod experiments;
mod gallery;
mod gradients;
mod job;
mod queue;
mod readback;
mod settings;
mod tensors;
#[cfg(test)]
mod testing;
mod throughput;
mod train;
mod transfer;

pub use backend::{Backend, BackendError, Choice, OpenDevice};
pub use experiments::{Experiment, experiments};
pub use gallery::gallery;
pub use gradients::gradient_norm;
pub use job::Job;
pub use readback::{LONGEST_HOLD, MOST_STEPS};
pub use settings::{Settings, SettingsError};
pub use tensors::{TensorError, TensorProbe, Transfers};
pub use train::{Best, Summary, TrainError};
pub use transfer::{ReadError, transfers_on_this_thread};
