//! What a run says: the words every other room shares.
//!
//! A producer's reports become [`Message`]s and [`Point`]s, packed into [`Batch`]es that belong to one run. Live training,
//! a recorded run and a network stream all speak this language, so nothing downstream can tell them apart.
//!
//! This is floor 0: it knows nothing of burn, wgpu, winit or egui.

mod batch;
mod bulk;
mod count;
mod nearest;
mod parameter;
mod printable;
mod run;
mod series;
mod text;
mod time;

pub use batch::{Batch, Entry, Message, Point, StepMark};
pub use bulk::{
    Bulk, BulkBudget, BulkError, BulkValue, Confusion, Histogram, Image, Points, Reported,
};
pub use count::{group, grouped};
pub use nearest::nearest;
pub use parameter::{Domain, Parameter, ParameterError, Value, Values};
pub use printable::{printable, printable_lines};
pub use run::{
    Answer, Command, Hyperparameter, LearningRate, Outcome, Progress, Reply, RunId, RunInfo,
};
pub use series::{Direction, Kind, Series, SeriesId, Split, Unit};
pub use text::{Level, Text};
pub use time::Timestamp;

/// The training step a value belongs to: optimiser updates since the run began, starting at 1.
pub type Step = u64;
