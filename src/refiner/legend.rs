//! What the lines of a panel are called, in which order they come, and how each is told from the others.

use std::collections::HashMap;
use std::sync::Arc;

use super::dash::Dash;
use super::drawn::Style;
use super::panels::Material;
use super::track::Track;
use crate::message::Split;
use crate::scene::{Selection, Theme};

/// Line widths in points (logical pixels): of few lines, and of many.
const LINE_WIDTH: f32 = 2.0;
const CROWDED_WIDTH: f32 = 1.25;
/// With more lines than these, each is finer.
const FEW: usize = 8;
/// How many colours there are.
const PALETTE: usize = Theme::DARK.series.len();
/// With more lines than these dashes are only clutter.
const MOST_DASHED: usize = 24;

/// What a person chose, ready to be asked.
pub(super) struct Choice<'a> {
    pub(super) selection: &'a Selection,
    ranks: HashMap<&'a str, usize>,
}

impl<'a> Choice<'a> {
    pub(super) fn new(selection: &'a Selection) -> Self {
        let names = selection.order.iter().enumerate().rev();
        Self {
            selection,
            // Of a name that is there twice the first counts.
            ranks: names.map(|(rank, name)| (&**name, rank)).collect(),
        }
    }

    /// Where a series comes among those that were put first; after them where it was not.
    pub(super) fn rank(&self, track: &Track) -> usize {
        let rank = self.ranks.get(&*track.series.name);
        rank.copied().unwrap_or(usize::MAX)
    }

    fn shows(&self, track: &Track) -> bool {
        self.selection.shows(track.key.run, &track.series.name)
    }

    /// A series' colour. Where there are several runs colours tell those apart, whatever was chosen for a series.
    pub(super) fn color(&self, material: Material<'_>, track: &Track) -> usize {
        if material.runs.len() > 1 {
            let chosen = self.selection.run_colors.get(&track.key.run);
            chosen.copied().unwrap_or(track.run)
        } else {
            let chosen = self.selection.colors.get(&track.series.name);
            chosen.copied().unwrap_or(track.color)
        }
    }
}

/// A line that is shown.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Which member of the panel it is.
    pub(super) member: usize,
    /// Its series, by its index among the tracks.
    pub(super) track: usize,
    pub(super) label: Arc<str>,
    pub(super) style: Style,
}

/// The lines of a panel that are shown, in legend order. `members` are its series by their indices among the tracks, in the order
/// they came.
pub(super) fn legend(members: &[usize], material: Material<'_>, choice: &Choice<'_>) -> Vec<Entry> {
    let shown: Vec<(usize, &Track)> = members
        .iter()
        .map(|track| &material.tracks[*track])
        .enumerate()
        .filter(|(_, track)| choice.shows(track))
        .collect();
    let labels = Labels::of(members, material);
    let styles = styles(&shown, material, choice);
    let mut entries: Vec<_> = shown
        .into_iter()
        .zip(styles)
        .map(|((member, track), style)| {
            let entry = Entry {
                member,
                track: members[member],
                label: labels.label(material, track),
                style,
            };
            (choice.rank(track), entry)
        })
        .collect();
    entries.sort_by_key(|(rank, _)| *rank);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// How each line is drawn. Where there are several runs each has a colour, and its lines are told apart by their dashes; so are
/// lines of one run that share a colour. The more there are the finer they are drawn.
fn styles(shown: &[(usize, &Track)], material: Material<'_>, choice: &Choice<'_>) -> Vec<Style> {
    let count = shown.len();
    let (width, strength) = if count <= FEW {
        (LINE_WIDTH, 1.0)
    } else if count <= MOST_DASHED {
        (CROWDED_WIDTH, 0.8)
    } else {
        (CROWDED_WIDTH, 0.5)
    };
    let mut ranks = [0; PALETTE];
    shown
        .iter()
        .map(|(_, track)| {
            let color = choice.color(material, track);
            let rank = &mut ranks[color % PALETTE];
            let dash = if count <= MOST_DASHED {
                Dash::of(*rank)
            } else {
                Dash::Solid
            };
            *rank += 1;
            Style {
                color,
                dash,
                width,
                strength,
                has_raw: count <= FEW,
            }
        })
        .collect()
}

/// What lines are called beside the other members of their panel, shown or not: so hiding one renames none.
struct Labels {
    /// Members of each run.
    runs: HashMap<usize, usize>,
    /// Members come from several panels: only their whole paths tell them apart.
    are_mixed: bool,
}

impl Labels {
    fn of(members: &[usize], material: Material<'_>) -> Self {
        let mut runs = HashMap::new();
        let mut homes = members.iter().map(|track| {
            let track = &material.tracks[*track];
            *runs.entry(track.run).or_default() += 1;
            track.home
        });
        let first = homes.next();
        let foreign = homes.filter(|home| Some(*home) != first).count();
        Self {
            runs,
            are_mixed: foreign > 0,
        }
    }

    fn label(&self, material: Material<'_>, track: &Track) -> Arc<str> {
        let label = if self.are_mixed {
            Arc::clone(&track.series.name)
        } else if track.series.split == Split::None {
            Arc::clone(&track.label)
        } else {
            track.series.split.label().into()
        };
        if material.runs.len() < 2 {
            return label;
        }
        let name = material.runs[track.run].story.name();
        if self.runs.get(&track.run) == Some(&1) {
            name.into()
        } else {
            format!("{name} {label}").into()
        }
    }
}
