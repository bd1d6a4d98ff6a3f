//! A live, GPU-rendered window onto a model in training.
//!
//! A training loop reports what it measures through a [`flow::Probe`]; a refiner thread turns the reports into geometry; the
//! main thread draws that geometry. Training is never held up by drawing, and drawing is never held up by training.
//!
//! The rooms, from the ground up: [`message`] (what a run says), [`flow`] (how it travels), [`scene`] (what is to be drawn),
//! [`recording`] (what stays on disk), `worker` (burn, with the feature `train`), [`refiner`], [`dashboard`], [`render`],
//! [`window`], [`headless`]. A file imports only from floors below its own.

pub mod dashboard;
pub mod flow;
pub mod headless;
pub mod message;
pub mod recording;
pub mod refiner;
pub mod render;
pub mod scene;
pub mod window;
#[cfg(feature = "train")]
pub mod worker;
