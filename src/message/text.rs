//! Lines of text a run says: its own reports and the program's log records.

use super::{Step, Timestamp};

/// How much a line matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Of use when looking for a fault.
    Debug,
    /// What happens, in order.
    #[default]
    Info,
    /// Good news worth seeing: a new best value, the end of a run.
    Success,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
}

/// One line of text with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// When it was said.
    pub time: Timestamp,
    /// The step it was said at, if a step had begun.
    pub step: Option<Step>,
    /// How much it matters.
    pub level: Level,
    /// Where it came from: empty for the run itself, else a log record's target.
    pub target: String,
    /// The text, without a line break at its end.
    pub text: String,
}
