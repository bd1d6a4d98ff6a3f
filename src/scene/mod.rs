//! What is to be drawn, as plain data.
//!
//! A [`Scene`] is a complete, immutable picture of a run at one moment: every scene is correct by itself and a skipped one
//! costs nothing. Its panels point at [`Chunk`]s of vertices that are shared between scenes; a renderer uploads only the
//! generations it has not seen. The way back, from the window to whoever builds scenes, is the [`Viewport`].
//!
//! Nothing here knows a GPU, a window or a toolkit.

mod answer;
mod chunk;
mod dash;
mod panel;
mod reading;
mod run;
mod selection;
mod smoothing;
mod theme;
mod viewport;

use std::sync::Arc;

pub use answer::{Mark, RunAnswer};
pub use chunk::{Chunk, ChunkId, Vertex};
pub use dash::Dash;
pub use panel::{Bounds, Line, Panel, PanelId, Part, Range, Scale, SeriesKey, Stroke, XAxis};
pub use reading::{Reading, Statistics};
pub use run::{BulkSummary, Extreme, RunState, RunSummary, RunView, SeriesSummary};
pub use selection::Selection;
pub use smoothing::Smoothing;
pub use theme::{Contrast, Rgb, Theme};
pub use viewport::{PanelView, Plot, PlotRect, Viewport, XRange, YRange};

use crate::message::{Text, Timestamp};

/// Everything a dashboard shows, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Counts scenes from 1; 0 is the empty scene before the first.
    pub number: u64,
    /// The number of the viewport that it was made for, counted from 1 by whoever builds scenes; 0 for none.
    pub viewport: u64,
    /// The run as a whole.
    pub run: RunView,
    /// Every run, in the order they came.
    pub runs: Arc<[RunSummary]>,
    /// The charts, in the order they are shown, each with a higher id than the one before. One that is not visible may be as it
    /// was when it was.
    pub panels: Vec<Arc<Panel>>,
    /// Every series with its newest value, grouped as a sidebar lists them; shared between scenes until there is news.
    pub series: Arc<Vec<SeriesSummary>>,
    /// The newest lines of text, oldest first.
    pub log: Arc<[Text]>,
    /// The newest answers of all runs to what was asked of them, oldest first.
    pub answers: Arc<[RunAnswer]>,
    /// Scalars kept in all.
    pub points: u64,
    /// Scalars reported that this scene does not hold yet.
    pub waiting_points: u64,
    /// Values shown as gaps because they are NaN or infinite.
    pub gaps: u64,
    /// The smoothing that smoothed lines were made with.
    pub smoothing: Smoothing,
    /// The place on horizontal axes that [`Line::at_cursor`] was read at.
    pub cursor: Option<f64>,
    /// When the newest point in it was reported.
    pub newest: Option<Timestamp>,
}

impl Scene {
    /// The panel of that id.
    #[must_use]
    pub fn panel(&self, id: PanelId) -> Option<&Panel> {
        let at = self.panels.binary_search_by_key(&id, |panel| panel.id);
        at.ok().map(|index| &*self.panels[index])
    }

    /// The run that [`Scene::run`] tells of.
    #[must_use]
    pub fn current_run(&self) -> Option<&RunSummary> {
        self.runs.iter().find(|run| run.is_current)
    }

    /// The series of that run; all of them where no run is known.
    pub fn current_series(&self) -> impl Iterator<Item = &SeriesSummary> {
        let run = self.current_run().map(|run| run.id);
        let is_own = move |series: &&SeriesSummary| run.is_none_or(|run| series.key.run == run);
        self.series.iter().filter(is_own)
    }
}
