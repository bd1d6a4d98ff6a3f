//! A run, and the tracks of its series: what is known of each, and where its values are.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::clock::Clock;
use super::grid::Abscissa;
use super::history::History;
use super::run::RunStory;
use super::steps::Lists;
use crate::message::{Kind, RunId, Series, SeriesId, Unit, printable};
use crate::scene::{Mark, SeriesKey};

/// A series with all its points.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) key: SeriesKey,
    /// Which of the store's runs it belongs to.
    pub(super) run: usize,
    /// Which of the store's charts its path says.
    pub(super) home: usize,
    /// Which of them it is in.
    pub(super) chart: usize,
    pub(super) series: Series,
    pub(super) label: Arc<str>,
    pub(super) group: Arc<str>,
    /// Its own, where nobody chose another.
    pub(super) color: usize,
    pub(super) history: History,
    /// Where its values are kept, where they are not numbers.
    pub(super) row: Option<usize>,
    /// Values of another kind that were reported to it.
    pub(super) misfits: u64,
}

impl Track {
    /// Whether it is in the panel that its path says.
    pub(super) const fn is_at_home(&self) -> bool {
        self.home == self.chart
    }
}

/// A run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: RunId,
    /// The track of each of its series of scalars; all its series together are numbered from 0.
    pub(super) tracks: Vec<Option<usize>>,
    /// The tracks of the others: apart, so that a point that comes to one of them is found out at no cost for the rest.
    bulk: HashMap<SeriesId, usize>,
    /// The first of them that counts samples a second.
    pub(super) throughput: Option<usize>,
    /// What the steps of its series have in common.
    pub(super) lists: Lists,
    pub(super) clock: Clock,
    pub(super) story: RunStory,
}

impl Run {
    /// A run of which nothing is known.
    pub(super) fn new(id: RunId) -> Self {
        Self {
            id,
            tracks: Vec::new(),
            bulk: HashMap::new(),
            throughput: None,
            lists: Lists::default(),
            clock: Clock::default(),
            story: RunStory::default(),
        }
    }

    /// What it has done of what it was asked, on an axis of its charts.
    pub(super) fn marks(&self, abscissa: Abscissa) -> impl Iterator<Item = Mark> {
        self.story.deeds().marks(self.id, &self.clock, abscissa)
    }

    /// The track of a series.
    pub(super) fn find(&self, id: SeriesId) -> Option<usize> {
        let scalar = self.tracks.get(id.0 as usize).copied().flatten();
        scalar.or_else(|| self.bulk.get(&id).copied())
    }

    /// Notes the track of a new series.
    pub(super) fn note(&mut self, id: SeriesId, track: usize, series: &Series) {
        if series.kind != Kind::Scalar {
            self.bulk.insert(id, track);
            return;
        }
        let slot = id.0 as usize;
        if self.tracks.len() <= slot {
            self.tracks.resize(slot + 1, None);
        }
        self.tracks[slot] = Some(track);
        if matches!(&series.unit, Unit::Other(unit) if &**unit == "samples/s") {
            self.throughput.get_or_insert(track);
        }
    }
}

/// A series as it is shown: its name, its note and its unit may hold anything.
pub(super) fn shown(mut series: Series) -> Series {
    let write_out = |text: &mut Arc<str>| {
        if let Cow::Owned(written) = printable(text) {
            *text = written.into();
        }
    };
    write_out(&mut series.name);
    write_out(&mut series.note);
    if let Unit::Other(unit) = &mut series.unit {
        write_out(unit);
    }
    series
}
