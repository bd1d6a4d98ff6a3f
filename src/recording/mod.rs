//! Run directories: what a run said, on disk.
//!
//! ```text
//!            ┌─▶ EventWriter ─▶ events.out.tfevents.…   every scalar and line of text, append-only, readable by TensorBoard
//!  Inlet ─▶ Recorder thread
//!            └─▶ RunFile ─────▶ run.json                what ran, with what, how far it came and how it ended
//! ```
//!
//! A [`Recorder`] owns one thread and one [`RunDirectory`]. A disk that fails is waited for, never waited on: what could not
//! be written stays in memory up to a cap, each second is a new try, and beyond the cap points are dropped, counted and
//! their place marked. [`TimingsWriter`] writes the frame timings the same way. [`EventReader`] reads the files back.

mod append_file;
mod event;
mod event_file;
mod event_reader;
mod frame;
mod held;
mod journal;
mod recorder;
mod run_directory;
mod run_file;
mod series_record;
mod status;
mod step_times;
mod timings;

pub use event::{
    DataClass, DataType, Dimension, Event, PluginData, Summary, SummaryMetadata, SummaryValue,
    TensorProto, TensorShape, Value, What,
};
pub use event_file::EventWriter;
pub use event_reader::{EventFileError, EventReader};
pub use recorder::{Recorder, RecorderError, RecorderOptions};
pub use run_directory::{RunDirectory, RunDirectoryError};
pub use run_file::{
    ControlOutcome, ControlRecord, ProgressRecord, RUN_FILE_NAME, RecordingRecord, RunFile,
    RunFileError, RunGap, RunOutcome,
};
pub use series_record::{BestIs, Extreme, SeriesRecord};
pub use status::{RecordingReport, RecordingState, RecordingStatus};
pub use timings::{FrameRow, TimingsError, TimingsReport, TimingsSink, TimingsWriter};
