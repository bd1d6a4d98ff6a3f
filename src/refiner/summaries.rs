//! Every series in a few numbers, as a sidebar lists them.
//!
//! The list is made anew only when there is news; scenes without share it.

use std::collections::HashMap;
use std::sync::Arc;

use super::bulk::Shelf;
use super::legend::Choice;
use super::membership::Charts;
use super::panels::Material;
use crate::scene::SeriesSummary;

/// The series under each heading, and the newest list.
#[derive(Debug, Default)]
pub(super) struct Summaries {
    /// The tracks under each heading, in the order they first came.
    groups: Vec<Vec<usize>>,
    names: HashMap<Arc<str>, usize>,
    /// The same in the order in which they are listed, and what the list says that changes with membership alone.
    listed: Option<Vec<(usize, About)>>,
    newest: Arc<Vec<SeriesSummary>>,
}

/// What is said of a series that its points do not change.
#[derive(Debug)]
struct About {
    label: Arc<str>,
    panel: Arc<str>,
    color: usize,
}

impl Summaries {
    /// Lists a track under a heading.
    pub(super) fn add(&mut self, track: usize, name: &str) -> Arc<str> {
        self.listed = None;
        if let Some((name, index)) = self.names.get_key_value(name) {
            self.groups[*index].push(track);
            return Arc::clone(name);
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name), self.groups.len());
        self.groups.push(vec![track]);
        name
    }

    /// Names, colours or the order have changed.
    pub(super) fn rearrange(&mut self) {
        self.listed = None;
    }

    /// The list as it was made last.
    pub(super) fn newest(&self) -> Arc<Vec<SeriesSummary>> {
        Arc::clone(&self.newest)
    }

    /// Makes the list anew: groups and series in the order they came, but for those that were put first; a group comes with its
    /// first series.
    pub(super) fn renew(
        &mut self,
        material: Material<'_>,
        shelf: &Shelf,
        charts: &Charts,
        choice: &Choice<'_>,
    ) {
        let groups = &self.groups;
        let listed = self
            .listed
            .get_or_insert_with(|| arranged(groups, material, charts, choice));
        let summaries = listed.iter().map(|(track, about)| {
            let track = &material.tracks[*track];
            SeriesSummary {
                key: track.key,
                name: Arc::clone(&track.series.name),
                group: Arc::clone(&track.group),
                label: Arc::clone(&about.label),
                panel: Arc::clone(&about.panel),
                split: track.series.split,
                unit: track.series.unit.clone(),
                direction: track.series.direction,
                color: about.color,
                points: track.history.len() as u64,
                latest: track.history.last().map(|sample| sample.value),
                smallest: track.history.smallest(),
                largest: track.history.largest(),
                bulk: track.row.map(|row| shelf.summary(row)),
                misfits: track.misfits,
            }
        });
        self.newest = Arc::new(summaries.collect());
    }
}

fn arranged(
    groups: &[Vec<usize>],
    material: Material<'_>,
    charts: &Charts,
    choice: &Choice<'_>,
) -> Vec<(usize, About)> {
    let rank = |track: &usize| choice.rank(&material.tracks[*track]);
    let mut groups = groups.to_vec();
    for group in &mut groups {
        group.sort_by_key(rank);
    }
    groups.sort_by_key(|group| group.first().map(rank));
    let about = |index: usize| {
        let track = &material.tracks[index];
        let label = if material.runs.len() > 1 {
            let run = material.runs[track.run].story.name();
            format!("{} · {run}", track.label).into()
        } else {
            Arc::clone(&track.label)
        };
        About {
            label,
            panel: charts.name_of(track.chart),
            color: choice.color(material, track),
        }
    };
    let listed = groups.into_iter().flatten();
    listed.map(|index| (index, about(index))).collect()
}
