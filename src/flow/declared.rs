//! The series of a run as its producers know them: their numbers, their kinds, and what was already said of them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::message::{BulkError, Kind, Series, SeriesId};

/// Every series that was declared.
#[derive(Debug, Default)]
pub(super) struct Declared {
    ids: HashMap<Arc<str>, SeriesId>,
    all: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    name: Arc<str>,
    kind: Kind,
    /// It was said that it was declared as another kind, too.
    has_disagreed: bool,
    /// It was said that a value of it could not be kept.
    has_skipped: bool,
}

impl Declared {
    pub(super) fn find(&self, name: &str) -> Option<SeriesId> {
        self.ids.get(name).copied()
    }

    /// Adds a series that is not known by its name.
    pub(super) fn add(&mut self, series: &Series) -> SeriesId {
        let id = SeriesId(
            u32::try_from(self.all.len()).expect("a run has fewer than four billion series"),
        );
        self.ids.insert(Arc::clone(&series.name), id);
        self.all.push(Known {
            name: Arc::clone(&series.name),
            kind: series.kind,
            has_disagreed: false,
            has_skipped: false,
        });
        id
    }

    /// A series is declared again: what there is to say of it, if it is of another kind and nothing was said yet.
    pub(super) fn disagree(&mut self, id: SeriesId, series: &Series) -> Option<String> {
        let known = self.known(id)?;
        if known.kind == series.kind || std::mem::replace(&mut known.has_disagreed, true) {
            return None;
        }
        Some(format!(
            "{} is a series of {} already and stays one: it was declared again, of {}",
            known.name,
            known.kind.plural(),
            series.kind.plural()
        ))
    }

    /// A value of a series could not be kept: what there is to say of it, if nothing was said yet.
    pub(super) fn skip(&mut self, id: SeriesId, why: &BulkError) -> Option<String> {
        // A number of another run: there is nothing to name.
        let known = self.known(id)?;
        if std::mem::replace(&mut known.has_skipped, true) {
            return None;
        }
        Some(format!(
            "{}: a value is not kept: {why}; more of it that cannot be kept are counted",
            known.name
        ))
    }

    fn known(&mut self, id: SeriesId) -> Option<&mut Known> {
        self.all.get_mut(id.0 as usize)
    }
}
