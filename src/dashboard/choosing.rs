//! What a hand changes of a selection of series, and what the sidebar remembers while it does.
//!
//! The one idea: the sidebar draws a [`Selection`] and gives back [`Change`]s of it. Every change is a value that is done in one
//! place, so that whoever keeps a history of selections sees each of them once.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::Pos2;

use super::filter::Filter;
use super::series_drag::Drag;
use super::series_list::SeriesList;
use crate::message::{RunId, Series};
use crate::scene::{Selection, SeriesSummary};

/// A change of a selection.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// Show series.
    Show(Vec<Arc<str>>),
    /// Hide series.
    Hide(Vec<Arc<str>>),
    /// Show one of all series; all of them where it is the only one already.
    Isolate {
        /// The one.
        name: Arc<str>,
        /// All, and it among them.
        all: Vec<Arc<str>>,
    },
    /// Show every series.
    ShowAll,
    /// Give a series a colour, or its own again.
    Color(Arc<str>, Option<usize>),
    /// Put a series into a panel, or into the one that its path says.
    Panel(Arc<str>, Option<Arc<str>>),
    /// Let a group's series stand in this order as far as it goes; the others follow as they would.
    Order {
        /// The group's series that had a place in an order before, and more.
        group: Vec<Arc<str>>,
        /// How many of them have a place now.
        placed: usize,
    },
    /// Hide a run, or show it.
    ToggleRun(RunId),
    /// Give a run a colour, or its own again.
    RunColor(RunId, Option<usize>),
}

impl Change {
    /// Does it.
    pub(super) fn obey(self, selection: &mut Selection) {
        match self {
            Self::Show(names) => {
                for name in names {
                    selection.hidden.remove(&name);
                }
            }
            Self::Hide(names) => selection.hidden.extend(names),
            Self::ShowAll => selection.hidden.clear(),
            Self::Isolate { name, all } => isolate(selection, &name, all),
            Self::Color(name, Some(color)) => {
                selection.colors.insert(name, color);
            }
            Self::Color(name, None) => {
                selection.colors.remove(&name);
            }
            Self::Panel(name, panel) => put(selection, name, panel),
            Self::Order { group, placed } => {
                let members: BTreeSet<&str> = group.iter().map(|name| &**name).collect();
                selection.order.retain(|name| !members.contains(&**name));
                drop(members);
                selection.order.extend(group.into_iter().take(placed));
            }
            Self::ToggleRun(run) => {
                if !selection.hidden_runs.remove(&run) {
                    selection.hidden_runs.insert(run);
                }
            }
            Self::RunColor(run, Some(color)) => {
                selection.run_colors.insert(run, color);
            }
            Self::RunColor(run, None) => {
                selection.run_colors.remove(&run);
            }
        }
    }

    /// Hides what is shown, shows what is hidden.
    pub(super) fn toggle(selection: &Selection, name: &Arc<str>) -> Self {
        let names = vec![Arc::clone(name)];
        if selection.hidden.contains(name) {
            Self::Show(names)
        } else {
            Self::Hide(names)
        }
    }
}

fn isolate(selection: &mut Selection, name: &Arc<str>, all: Vec<Arc<str>>) {
    let is_alone = all
        .iter()
        .all(|other| (other == name) != selection.hidden.contains(other));
    if is_alone {
        for other in &all {
            selection.hidden.remove(other);
        }
    } else {
        selection.hidden.extend(all);
        selection.hidden.remove(name);
    }
}

/// Into the panel that its path says is no choice, and is not kept as one.
fn put(selection: &mut Selection, name: Arc<str>, panel: Option<Arc<str>>) {
    match panel.filter(|panel| **panel != *panel_by_path(&name)) {
        Some(panel) => selection.panels.insert(name, panel),
        None => selection.panels.remove(&name),
    };
}

/// The panel that a series is in where nobody has chosen one.
fn panel_by_path(name: &str) -> String {
    Series::scalar(name).panel()
}

/// The order of a group's `members` once `name` stands before the one that is at `place` now.
pub(super) fn placed(
    selection: &Selection,
    members: &[Arc<str>],
    name: &Arc<str>,
    place: usize,
) -> Option<Change> {
    let place = place.min(members.len());
    let from = members.iter().position(|member| member == name);
    if from == Some(place) || from.map(|from| from + 1) == Some(place) {
        return None;
    }
    let mut group: Vec<Arc<str>> = members.to_vec();
    group.insert(place, Arc::clone(name));
    if let Some(from) = from {
        group.remove(if from < place { from } else { from + 1 });
    }
    // Those with a place stand first: everything down to the lowest that has one, or has moved, gets one.
    let known: BTreeSet<&str> = selection.order.iter().map(|name| &**name).collect();
    let listed = |members: &[Arc<str>]| {
        let last = members.iter().rposition(|name| known.contains(&**name));
        last.map_or(0, |last| last + 1)
    };
    let moved = if from.is_some_and(|from| from < place) {
        place
    } else {
        place + 1
    };
    let placed = moved.max(listed(&group));
    Some(Change::Order { group, placed })
}

/// Whose menu is open.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Subject {
    /// A series'.
    Series(Arc<str>),
    /// A run's.
    Run(RunId),
}

/// An open menu.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Menu {
    /// Whose it is.
    pub subject: Subject,
    /// Where it was asked for.
    pub at: Pos2,
    /// From which panel on they are listed; `None` while they are not.
    pub panels_from: Option<usize>,
}

/// What a hand does to the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    /// It changes the selection.
    Change(Change),
    /// It folds a group, or unfolds it.
    Fold(Arc<str>),
    /// It asks for a menu.
    Menu(Menu),
    /// It takes a series along.
    Drag(Arc<str>),
}

/// What the sidebar remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct Choosing {
    /// The filter of series, and of runs.
    pub filter: Filter,
    /// The series, arranged.
    pub list: SeriesList,
    /// How far they are scrolled, in points.
    pub scroll: f32,
    /// How far runs are scrolled, in points.
    pub runs_scroll: f32,
    /// The menu that is open.
    pub menu: Option<Menu>,
    /// The series that is being dragged.
    pub drag: Option<Drag>,
    /// Whether the filter is to have the keyboard.
    pub wants_filter: bool,
    /// Whether the keyboard goes from the filter to the list.
    pub wants_list: bool,
    /// Whether paging keys belong to the list: it has the keyboard, or is pointed at.
    pub has_paging: bool,
}

impl Choosing {
    /// Arranges the series anew where anything has changed.
    pub(super) fn refresh(&mut self, series: &[SeriesSummary], selection: &Arc<Selection>) {
        self.filter.update();
        self.list.refresh(series, selection, &self.filter);
    }

    /// The same after the filter may have been changed: what it lets through is shown from its beginning.
    pub(super) fn refresh_filtered(
        &mut self,
        series: &[SeriesSummary],
        selection: &Arc<Selection>,
    ) {
        let before = self.filter.generation();
        self.refresh(series, selection);
        if self.filter.generation() != before {
            self.scroll = 0.0;
            self.runs_scroll = 0.0;
        }
    }

    /// Lets go of what only a sidebar that is shown can hold.
    pub(super) fn rest(&mut self) {
        self.drag = None;
        self.menu = None;
        self.has_paging = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Arc<str>> {
        text.split_whitespace().map(Into::into).collect()
    }

    fn order_after(selection: &mut Selection, members: &str, name: &str, place: usize) -> String {
        let change = placed(selection, &names(members), &name.into(), place);
        change.expect("it moves").obey(selection);
        selection.order.join(" ")
    }

    #[test]
    fn a_place_is_given_down_to_what_has_moved() {
        let mut selection = Selection::default();
        assert_eq!(order_after(&mut selection, "a b c d", "c", 0), "c");
        assert_eq!(order_after(&mut selection, "c a b d", "c", 2), "a c");
        // Another group keeps its own.
        assert_eq!(order_after(&mut selection, "x y", "x", 2), "a c y x");
        assert_eq!(
            order_after(&mut selection, "a c b d", "new", 1),
            "y x a new c"
        );
        let members = names("a b c");
        for place in [1, 2] {
            assert_eq!(placed(&selection, &members, &"b".into(), place), None);
        }
        assert_eq!(placed(&selection, &members, &"c".into(), 99), None);
    }

    #[test]
    fn one_alone_comes_with_all_the_others_again() {
        let mut selection = Selection::default();
        let only = |name: &str| Change::Isolate {
            name: name.into(),
            all: names("a b c"),
        };
        only("b").obey(&mut selection);
        assert_eq!(selection.hidden, names("a c").into_iter().collect());
        only("c").obey(&mut selection);
        assert_eq!(selection.hidden, names("a b").into_iter().collect());
        only("c").obey(&mut selection);
        assert_eq!(selection, Selection::default());
    }

    #[test]
    fn the_panel_that_a_path_says_is_no_choice() {
        let mut selection = Selection::default();
        Change::Panel("loss/train".into(), Some("accuracy".into())).obey(&mut selection);
        assert_eq!(selection.panels.len(), 1);
        Change::Panel("loss/train".into(), Some("loss".into())).obey(&mut selection);
        assert!(selection.panels.is_empty());
    }

    #[test]
    fn what_is_toggled_twice_is_as_it_was() {
        let mut selection = Selection::default();
        for _ in 0..2 {
            Change::toggle(&selection, &"a".into()).obey(&mut selection);
            Change::ToggleRun(RunId(3)).obey(&mut selection);
        }
        assert_eq!(selection, Selection::default());
        Change::Color("a".into(), Some(3)).obey(&mut selection);
        Change::RunColor(RunId(1), Some(2)).obey(&mut selection);
        assert_eq!((selection.colors.len(), selection.run_colors.len()), (1, 1));
        Change::Color("a".into(), None).obey(&mut selection);
        Change::RunColor(RunId(1), None).obey(&mut selection);
        assert_eq!(selection, Selection::default());
    }
}
