//! What a dashboard's header, sidebar and summary say of a run.

use std::sync::Arc;
use std::time::Duration;

use super::{Dash, SeriesKey};
use crate::message::{Direction, Kind, Progress, RunId, RunInfo, Split, Step, Unit};

/// What a run is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RunState {
    /// Nothing was heard of it yet.
    #[default]
    Waiting,
    /// It has started and no step is done: data is loaded, kernels are compiled.
    Preparing,
    /// Steps are being done.
    Training,
    /// Held between two steps.
    Paused,
    /// A stop is obeyed; what is left is being written.
    Stopping,
    /// It did all it set out to do.
    Finished,
    /// It was stopped.
    Stopped,
    /// It failed: how, in its own words.
    Failed(Arc<str>),
}

impl RunState {
    /// Whether nothing more will come.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Finished | Self::Stopped | Self::Failed(_))
    }
}

/// The run as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunView {
    /// What it is.
    pub info: Arc<RunInfo>,
    /// What it is doing.
    pub state: RunState,
    /// More of what it is doing, in a word or two; may be empty.
    pub activity: Arc<str>,
    /// How far it has come.
    pub progress: Progress,
    /// Since its start, pauses included; to its end once it is over.
    pub elapsed: Duration,
    /// Until its end at the present speed, where that can be told.
    pub remaining: Option<Duration>,
    /// Steps a second over the last seconds, where that can be told.
    pub steps_per_second: Option<f64>,
    /// Training samples a second as the run reports them.
    pub samples_per_second: Option<f64>,
}

/// One of several runs, as a sidebar and the table of runs list it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// The run.
    pub id: RunId,
    /// Its name; may be empty.
    pub name: Arc<str>,
    /// What it is.
    pub info: Arc<RunInfo>,
    /// What it is doing, or how it ended.
    pub state: RunState,
    /// Steps done.
    pub step: Step,
    /// Since its start, pauses included; to its end once it is over.
    pub elapsed: Duration,
    /// Index into [`super::Theme::series`], where nobody has chosen another.
    pub color: usize,
    /// How its lines are dashed where there are several runs, each with one line of a kind in a panel.
    pub dash: Dash,
    /// Whether it is the one that [`super::Scene::run`] tells of.
    pub is_current: bool,
}

impl RunSummary {
    /// Whether more may come.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        !self.state.is_over()
    }
}

/// An extreme value of a series and where it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extreme {
    /// The value, in the series' unit.
    pub value: f32,
    /// The first step that has it.
    pub step: Step,
}

/// A series in a few numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesSummary {
    /// The series.
    pub key: SeriesKey,
    /// Its whole path: `loss/train`.
    pub name: Arc<str>,
    /// The heading it is listed under: `loss`.
    pub group: Arc<str>,
    /// Its name under that heading: `train`.
    pub label: Arc<str>,
    /// The [`super::Panel::name`] of the panel that it is in.
    pub panel: Arc<str>,
    /// The part of the data it was measured on.
    pub split: Split,
    /// The unit of its values.
    pub unit: Unit,
    /// Which of its values are the better ones.
    pub direction: Direction,
    /// Index into [`super::Theme::series`].
    pub color: usize,
    /// How many points it has.
    pub points: u64,
    /// Its newest value; may be NaN or infinite.
    pub latest: Option<f32>,
    /// Its smallest finite value.
    pub smallest: Option<Extreme>,
    /// Its largest finite value.
    pub largest: Option<Extreme>,
    /// Its values in a few numbers, where they are no numbers themselves.
    pub bulk: Option<BulkSummary>,
    /// Values of another kind that were reported to it: they are not shown.
    pub misfits: u64,
}

/// The values of a bulk series in a few numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkSummary {
    /// What they are.
    pub kind: Kind,
    /// How many were reported.
    pub reported: u64,
    /// How many of them are kept: the newest ones that the budget has room for.
    pub kept: u64,
    /// The newest step that one was reported at.
    pub newest: Option<Step>,
}

impl BulkSummary {
    /// How many are not kept: those that found no room, and those that made room for newer ones.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.reported - self.kept
    }
}
