//! What runs said to commands: for whoever asked, and for the charts.

use std::sync::Arc;

use crate::message::{Answer, Command, RunId, Step};

/// What a run said to a command.
#[derive(Clone, Debug, PartialEq)]
pub struct RunAnswer {
    /// Counts the answers of all runs from 1: by it a gap shows where scenes were skipped.
    pub number: u64,
    /// Who says so.
    pub run: RunId,
    /// What, at the step that the run has come to.
    pub answer: Answer,
}

/// A command that was done, marked on a chart of its run.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The run.
    pub run: RunId,
    /// The step after which it took effect; 0 before the first.
    pub step: Step,
    /// Where that step stands on the panel's horizontal axis, in axis space.
    pub x: f64,
    /// What was done. A pause stands for itself and for the going on after it.
    pub command: Command,
    /// The same in words: `learning rate × 0.5 from step 1,284`.
    pub text: Arc<str>,
}
