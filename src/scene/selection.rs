//! What a person chose of the series: which are drawn, in what colour and order, and in which panel.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::message::RunId;

/// A choice of series. They are meant by name, so that a choice holds for every run, and for the runs to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Series that are listed and not drawn.
    pub hidden: BTreeSet<Arc<str>>,
    /// Runs none of whose series are drawn.
    pub hidden_runs: BTreeSet<RunId>,
    /// Colours that were chosen, as indices into [`super::Theme::series`], where there is one run.
    pub colors: BTreeMap<Arc<str>, usize>,
    /// Colours that were chosen for runs, where there are several.
    pub run_colors: BTreeMap<RunId, usize>,
    /// Panels that series were put into, by [`super::Panel::name`]; the others are in the panel that their path says.
    pub panels: BTreeMap<Arc<str>, Arc<str>>,
    /// Names that come first, in this order: in lists and legends.
    pub order: Vec<Arc<str>>,
}

impl Selection {
    /// Whether a series of a run is drawn.
    #[must_use]
    pub fn shows(&self, run: RunId, name: &str) -> bool {
        !self.hidden.contains(name) && !self.hidden_runs.contains(&run)
    }
}
