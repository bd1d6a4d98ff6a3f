//! The list of series as a sidebar shows it: groups, their members in the order that was chosen, rows with their places.
//!
//! The one idea: all of it is kept, and made again only when series, selection, filter or folds have changed. What a layout
//! does is then for the rows that are visible alone, however many there are.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::filter::Filter;
use crate::message::RunId;
use crate::scene::{RunSummary, Selection, SeriesSummary};

/// The height of a series' row.
pub(super) const ROW: f32 = 22.0;
/// The height of a group's heading.
pub(super) const HEADING: f32 = 24.0;
/// Between two groups.
const BETWEEN: f32 = 10.0;

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// From the list's beginning.
    pub top: f32,
    /// Which group it belongs to.
    pub group: usize,
    /// Which series it is for; none where it is the group's heading.
    pub series: Option<usize>,
}

impl Row {
    /// Where it ends.
    pub(super) const fn bottom(&self) -> f32 {
        self.top + if self.series.is_none() { HEADING } else { ROW }
    }
}

/// Series under one heading.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// The heading; empty where there is none.
    pub name: Arc<str>,
    /// Its series, in order.
    pub members: Vec<usize>,
    /// How many of them are hidden.
    pub hidden: usize,
}

/// What a series was when the list was made.
#[derive(Clone, Debug)]
struct Known {
    name: Arc<str>,
    group: Arc<str>,
    run: RunId,
}

impl Known {
    fn of(summary: &SeriesSummary) -> Self {
        Self {
            name: Arc::clone(&summary.name),
            group: Arc::clone(&summary.group),
            run: summary.key.run,
        }
    }

    fn is(&self, summary: &SeriesSummary) -> bool {
        let same = |a: &Arc<str>, b: &Arc<str>| Arc::ptr_eq(a, b) || a == b;
        self.run == summary.key.run
            && same(&self.name, &summary.name)
            && same(&self.group, &summary.group)
    }
}

/// The series, arranged.
#[derive(Clone, Debug, Default)]
pub(super) struct SeriesList {
    known: Vec<Known>,
    selection: Arc<Selection>,
    filter: u64,
    folds: BTreeSet<Arc<str>>,
    is_stale: bool,
    /// The groups, those without a row too.
    pub groups: Vec<Group>,
    /// The rows, from the top.
    pub rows: Vec<Row>,
    /// How high all rows are.
    pub height: f32,
    /// How many series there are: one that several runs have counts once.
    pub all: usize,
    /// How many of them the filter lets through.
    pub matching: usize,
    /// How many are hidden.
    pub hidden: usize,
    /// Whether there is more than one run.
    pub has_runs: bool,
    /// The runs that have a series which the filter lets through; empty where it lets all through.
    runs: BTreeSet<RunId>,
}

impl SeriesList {
    /// Makes it again if anything has changed.
    pub(super) fn refresh(
        &mut self,
        series: &[SeriesSummary],
        selection: &Arc<Selection>,
        filter: &Filter,
    ) {
        let is_current = !self.is_stale
            && Arc::ptr_eq(&self.selection, selection)
            && self.filter == filter.generation()
            && self.known.len() == series.len()
            && self
                .known
                .iter()
                .zip(series)
                .all(|(known, now)| known.is(now));
        if is_current {
            return;
        }
        self.is_stale = false;
        self.selection = Arc::clone(selection);
        self.filter = filter.generation();
        self.known = series.iter().map(Known::of).collect();
        let runs: BTreeSet<RunId> = series.iter().map(|summary| summary.key.run).collect();
        self.has_runs = runs.len() > 1;
        self.groups = groups(series, selection, self.has_runs);
        for group in &mut self.groups {
            let members = group.members.iter();
            group.hidden = members
                .filter(|index| selection.hidden.contains(&series[**index].name))
                .count();
        }
        self.all = self.groups.iter().map(|group| group.members.len()).sum();
        self.hidden = self.groups.iter().map(|group| group.hidden).sum();
        self.place(series, filter);
        let of_filter = series.iter().filter(|_| filter.is_set());
        self.runs = of_filter
            .filter(|summary| filter.matches(&summary.name))
            .map(|summary| summary.key.run)
            .collect();
    }

    /// Whether a run is listed: the filter lets its name through, or a series that it has.
    pub(super) fn lists_run(&self, run: &RunSummary, filter: &Filter) -> bool {
        filter.matches(&run.name) || self.runs.contains(&run.id)
    }

    /// Gives rows to what the filter lets through and what is not folded. A filter looks into folded groups too.
    fn place(&mut self, series: &[SeriesSummary], filter: &Filter) {
        self.rows.clear();
        self.matching = 0;
        let mut top = 0.0;
        for (place, group) in self.groups.iter().enumerate() {
            let matching: Vec<usize> = (group.members.iter().copied())
                .filter(|index| filter.matches(&series[*index].name))
                .collect();
            self.matching += matching.len();
            if matching.is_empty() {
                continue;
            }
            if top > 0.0 {
                top += BETWEEN;
            }
            let heading = (!group.name.is_empty()).then_some(None);
            let is_folded = !filter.is_set() && self.folds.contains(&group.name);
            let shown = if is_folded { &[][..] } else { &matching };
            for series in heading.into_iter().chain(shown.iter().copied().map(Some)) {
                let row = Row {
                    top,
                    group: place,
                    series,
                };
                top = row.bottom();
                self.rows.push(row);
            }
        }
        self.height = top;
    }

    /// Folds a group, or unfolds it.
    pub(super) fn toggle_fold(&mut self, group: &Arc<str>) {
        if !self.folds.remove(group) {
            self.folds.insert(Arc::clone(group));
        }
        self.is_stale = true;
    }

    /// Whether a group is folded.
    pub(super) fn is_folded(&self, group: &Group) -> bool {
        self.folds.contains(&group.name)
    }

    /// The rows that are whole within `height` points from `scroll` on: nothing is cut.
    pub(super) fn visible(&self, scroll: f32, height: f32) -> Range<usize> {
        let first = self.rows.partition_point(|row| row.top < scroll - 0.5);
        let end = self
            .rows
            .partition_point(|row| row.bottom() <= scroll + height + 0.5);
        first..end.max(first)
    }

    /// The group that a series of that name is in, and its place there.
    pub(super) fn find(&self, name: &str) -> Option<(usize, usize)> {
        self.groups.iter().enumerate().find_map(|(index, group)| {
            let mut members = group.members.iter();
            let place = members.position(|member| &*self.known[*member].name == name)?;
            Some((index, place))
        })
    }

    /// The names of some of the series.
    pub(super) fn names(&self, indices: impl IntoIterator<Item = usize>) -> Vec<Arc<str>> {
        let names = indices.into_iter().map(|index| &self.known[index].name);
        names.map(Arc::clone).collect()
    }

    /// The names of all.
    pub(super) fn all_names(&self) -> Vec<Arc<str>> {
        self.names(self.groups.iter().flat_map(|group| group.members.clone()))
    }

    /// The names of those that have a row.
    pub(super) fn listed_names(&self) -> Vec<Arc<str>> {
        self.names(self.rows.iter().filter_map(|row| row.series))
    }
}

/// The series by heading, in the order that was chosen. One that was put into a panel is under that panel's heading; one that
/// several runs have is listed once, as the newest of them has it.
fn groups(series: &[SeriesSummary], selection: &Selection, has_runs: bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<Arc<str>, usize> = HashMap::new();
    let mut known: HashMap<&str, (usize, usize)> = HashMap::new();
    // Those that stay in their groups first: they say in which order headings stand.
    for is_moved in [false, true] {
        for (index, summary) in series.iter().enumerate() {
            let panel = selection.panels.get(&summary.name);
            if panel.is_some() != is_moved {
                continue;
            }
            if let Some((group, place)) = known.get(&*summary.name) {
                groups[*group].members[*place] = index;
                continue;
            }
            let heading = panel.map_or_else(|| Arc::clone(&summary.group), heading);
            let group = *places.entry(heading).or_insert_with_key(|heading| {
                groups.push(Group {
                    name: Arc::clone(heading),
                    ..Group::default()
                });
                groups.len() - 1
            });
            if has_runs {
                known.insert(&summary.name, (group, groups[group].members.len()));
            }
            groups[group].members.push(index);
        }
    }
    if !selection.order.is_empty() {
        let ranks: HashMap<&str, usize> = (selection.order.iter().enumerate())
            .map(|(rank, name)| (&**name, rank))
            .collect();
        for group in &mut groups {
            group.members.sort_by_key(|index| {
                let rank = ranks.get(&*series[*index].name);
                rank.copied().unwrap_or(usize::MAX)
            });
        }
    }
    groups
}

/// The heading that a panel's series stand under.
fn heading(panel: &Arc<str>) -> Arc<str> {
    panel
        .rsplit_once('/')
        .map_or_else(|| Arc::clone(panel), |(group, _)| group.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Direction, SeriesId, Split, Unit};
    use crate::scene::SeriesKey;

    fn series(names: &[&str]) -> Vec<SeriesSummary> {
        let of = |(index, name): (usize, &&str)| SeriesSummary {
            key: SeriesKey {
                run: RunId(0),
                series: SeriesId(u32::try_from(index).expect("a few")),
            },
            name: (*name).into(),
            group: name.rsplit_once('/').map_or("", |(group, _)| group).into(),
            label: "x".into(),
            panel: "x".into(),
            split: Split::None,
            unit: Unit::None,
            direction: Direction::Unsaid,
            color: 0,
            points: 0,
            latest: None,
            smallest: None,
            largest: None,
            bulk: None,
            misfits: 0,
        };
        names.iter().enumerate().map(of).collect()
    }

    fn list(series: &[SeriesSummary], selection: Selection, text: &str) -> SeriesList {
        let filter = Filter::of(text);
        let mut list = SeriesList::default();
        list.refresh(series, &Arc::new(selection), &filter);
        list
    }

    #[test]
    fn groups_have_one_heading_and_a_gap_between() {
        let series = series(&["loss/a", "loss/b", "alone", "optim/lr"]);
        let made = list(&series, Selection::default(), "");
        let headings: Vec<_> = made.rows.iter().map(|row| row.series.is_none()).collect();
        assert_eq!(headings, [true, false, false, false, true, false]);
        assert_eq!(made.rows[3].top, HEADING + 2.0 * ROW + BETWEEN);
        assert_eq!(made.height, 2.0 * HEADING + 4.0 * ROW + 2.0 * BETWEEN);
        let none = list(&[], Selection::default(), "");
        assert_eq!((none.rows.len(), none.height), (0, 0.0));
    }

    #[test]
    fn only_whole_rows_are_visible() {
        let made = list(&series(&["x"; 100]), Selection::default(), "");
        assert_eq!(made.visible(0.0, 3.0 * ROW), 0..3);
        assert_eq!(made.visible(ROW * 0.6, 3.0 * ROW), 1..3);
        assert_eq!(made.visible(ROW * 97.0, 3.0 * ROW), 97..100);
        assert_eq!(made.visible(ROW * 0.6, 4.0), 1..1);
    }

    #[test]
    fn a_filter_looks_into_folded_groups() {
        let series = series(&["loss/a", "loss/b", "optim/a"]);
        let mut made = list(&series, Selection::default(), "");
        made.toggle_fold(&"loss".into());
        let selection = Arc::clone(&made.selection);
        made.refresh(&series, &selection, &Filter::default());
        assert_eq!((made.rows.len(), made.matching), (3, 3));
        made.refresh(&series, &selection, &Filter::of("S/A"));
        assert_eq!((made.rows.len(), made.matching, made.all), (2, 1, 3));
        assert_eq!(made.listed_names(), ["loss/a".into()]);
    }

    #[test]
    fn a_chosen_order_and_panel_are_obeyed() {
        let series = series(&["loss/a", "loss/b", "optim/lr"]);
        let selection = Selection {
            order: vec!["loss/b".into()],
            panels: [("optim/lr".into(), "loss".into())].into(),
            hidden: ["loss/a".into(), "gone".into()].into(),
            ..Selection::default()
        };
        let made = list(&series, selection, "");
        assert_eq!(made.groups.len(), 1);
        assert_eq!(made.groups[0].members, [1, 0, 2]);
        assert_eq!((made.hidden, made.groups[0].hidden), (1, 1));
        assert_eq!(made.find("optim/lr"), Some((0, 2)));
    }

    #[test]
    fn what_several_runs_have_is_listed_once() {
        let mut series = series(&["loss/a", "loss/b", "loss/a", "loss/c"]);
        series[2].key.run = RunId(1);
        series[3].key.run = RunId(1);
        let made = list(&series, Selection::default(), "");
        assert!(made.has_runs);
        assert_eq!(made.groups[0].members, [2, 1, 3]);
        // And each run by what it has, or is called.
        let run = |id, name: &str| RunSummary {
            id: RunId(id),
            name: name.into(),
            ..RunSummary::default()
        };
        let runs = [run(0, "warm"), run(1, "cold-C"), run(2, "idle")];
        for (text, listed) in [
            ("", [true, true, true]),
            ("loss", [true, true, false]),
            ("loss/b", [true, false, false]),
            ("c", [false, true, false]),
            ("WARM", [true, false, false]),
            ("nothing", [false; 3]),
        ] {
            let (filter, made) = (Filter::of(text), list(&series, Selection::default(), text));
            let lists = |run| made.lists_run(run, &filter);
            assert_eq!(runs.each_ref().map(lists), listed, "{text}");
        }
        // Two of one name in one run are two.
        let two = self::series(&["a", "a"]);
        let made = list(&two, Selection::default(), "");
        assert_eq!((made.all, made.has_runs), (2, false));
    }
}
