//! A live, GPU-rendered window onto a model in training.
//!
//! A training loop reports what it measures through a [`flow::Probe`]; a refiner thread turns the reports into geometry; the
//! main thread draws that geometry. Training is never held up by drawing, and drawing is never held up by training.
//!
//! The rooms, from the ground up: [`message`] (what a run says), [`flow`] (how it travels), [`gallery`] (experiments by name), [`scene`] (what is to be drawn),
//! [`recording`] (what stays on disk), `worker` (burn, with the feature `train`), [`refiner`], [`dashboard`], [`render`],
//! [`stage`], [`window`], [`headless`]; [`runs`] lists what was started, [`run`] and [`run_gallery`] wire them. A file imports only from floors below its own.

#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "tests make their own small numbers"
    )
)]

pub mod dashboard;
#[cfg(target_os = "linux")]
mod exit_guard;
pub mod export;
pub mod flow;
pub mod gallery;
pub mod headless;
pub mod layouts;
pub mod message;
pub mod recording;
pub mod refiner;
pub mod render;
pub mod runs;
pub mod scene;
mod session;
mod signals;
pub mod stage;
mod whole_file;
pub mod window;
#[cfg(feature = "train")]
pub mod worker;

pub use flow::{Scope, WorkError};
pub use gallery::{Experiment, Gallery, Pick};
pub use session::{Error, Options, run, run_gallery};

/// Has the program in the README compiled with the doc tests.
#[cfg(all(doctest, feature = "train"))]
#[doc = include_str!("../README.md")]
struct Readme;
