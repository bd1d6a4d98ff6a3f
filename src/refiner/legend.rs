//! What the lines of a panel are called, in which order they come, and how each is told from the others.

use std::collections::HashMap;
use std::sync::Arc;

use super::dashes::Dashes;
use super::drawn::Style;
use super::panels::Material;
use super::track::{Run, Track};
use crate::message::{RunId, Split};
use crate::scene::{Dash, Selection};

/// Line widths in points (logical pixels): of few lines, and of many.
const LINE_WIDTH: f32 = 2.0;
const CROWDED_WIDTH: f32 = 1.25;
/// With more lines than these, each is finer.
const FEW: usize = 8;
/// With more lines than these dashes are only clutter: names, the readout and the line under the pointer tell them apart.
const MOST_DASHED: usize = 24;

/// What a person chose, ready to be asked.
pub(super) struct Choice<'a> {
    pub(super) selection: &'a Selection,
    ranks: HashMap<&'a str, usize>,
    /// How the lines of each run are dashed.
    run_dashes: Vec<Dash>,
}

impl<'a> Choice<'a> {
    pub(super) fn new(selection: &'a Selection, runs: &[Run]) -> Self {
        let names = selection.order.iter().enumerate().rev();
        Self {
            selection,
            // Of a name that is there twice the first counts.
            ranks: names.map(|(rank, name)| (&**name, rank)).collect(),
            run_dashes: run_dashes(selection, runs),
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

    /// How the lines of a run are dashed, by its index among the runs, where a panel leaves it the choice.
    pub(super) fn run_dash(&self, run: usize) -> Dash {
        self.run_dashes.get(run).copied().unwrap_or_default()
    }

    /// A series' colour. Where there are several runs colours tell those apart, whatever was chosen for a series.
    pub(super) fn color(&self, material: Material<'_>, track: &Track) -> usize {
        if material.runs.len() > 1 {
            run_color(self.selection, track.key.run, track.run)
        } else {
            let chosen = self.selection.colors.get(&track.series.name);
            chosen.copied().unwrap_or(track.color)
        }
    }
}

/// A run's colour.
fn run_color(selection: &Selection, run: RunId, index: usize) -> usize {
    let chosen = selection.run_colors.get(&run);
    chosen.copied().unwrap_or(index)
}

/// A dash for each run that is shown, the same in all panels.
fn run_dashes(selection: &Selection, runs: &[Run]) -> Vec<Dash> {
    let is_shown = |run: &Run| !selection.hidden_runs.contains(&run.id);
    let count = runs.iter().filter(|run| is_shown(run)).count();
    if !(2..=MOST_DASHED).contains(&count) {
        return Vec::new();
    }
    let mut dashes = Dashes::default();
    let dash = |(index, run): (usize, &Run)| {
        if is_shown(run) {
            dashes.take(run_color(selection, run.id, index), Dash::Solid)
        } else {
            Dash::Solid
        }
    };
    runs.iter().enumerate().map(dash).collect()
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

/// How each line is drawn. Lines with markers, those of held-out data, and lines without are told apart by these; lines of one
/// kind by their dashes, as far as there are any, and by their colours. The more there are the finer they are drawn.
fn styles(shown: &[(usize, &Track)], material: Material<'_>, choice: &Choice<'_>) -> Vec<Style> {
    let count = shown.len();
    let (width, strength) = if count <= FEW {
        (LINE_WIDTH, 1.0)
    } else if count <= MOST_DASHED {
        (CROWDED_WIDTH, 0.8)
    } else {
        (CROWDED_WIDTH, 0.5)
    };
    let is_held_out = |track: &Track| track.series.split.is_held_out();
    // Beside lines that have them for what they are, markers say nothing of how many points there are.
    let has_held_out = shown.iter().any(|(_, track)| is_held_out(track));
    let mut kinds = [Dashes::default(), Dashes::default()];
    shown
        .iter()
        .map(|(_, track)| {
            let color = choice.color(material, track);
            let dash = if count <= MOST_DASHED {
                let kind = &mut kinds[usize::from(is_held_out(track))];
                kind.take(color, choice.run_dash(track.run))
            } else {
                Dash::Solid
            };
            Style {
                color,
                dash,
                width,
                strength,
                has_raw: count <= FEW,
                marks_points: count <= FEW && !has_held_out,
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::dashes::PALETTE;
    use super::super::store::Store;
    use super::*;
    use crate::message::{Batch, Message, Point, Series, SeriesId};
    use crate::scene::{Line, Panel, Stroke, Viewport};

    /// Runs that have these series, of which some are hidden.
    fn panels(runs: &[Vec<String>], selection: Selection, points: u64) -> Vec<Arc<Panel>> {
        let mut store = Store::default();
        for (run, names) in (0..).zip(runs) {
            let mut batch = Batch::new(RunId(run));
            batch.push_message(Message::Start(Box::default()));
            for (id, name) in (0..).map(SeriesId).zip(names) {
                batch.push_message(Message::Declare(id, Series::scalar(name)));
                batch.extend_points((0..points).map(|step| Point {
                    series: id,
                    value: step as f32,
                    step,
                }));
            }
            store.ingest(&batch);
        }
        store.show(Viewport {
            selection: Arc::new(selection),
            ..Viewport::default()
        });
        store.scene(1, 0).panels
    }

    fn dashes(panel: &Panel) -> Vec<Dash> {
        panel.lines.iter().map(|line| line.dash).collect()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn train_and_valid_are_solid_and_test_is_told_from_valid() {
        let run = names(&["loss/train", "loss/valid", "loss/test"]);
        let panels = panels(&[run], Selection::default(), 9);
        let told = [Dash::Solid, Dash::Solid, Dash::Dashed];
        assert_eq!(dashes(&panels[0]), told);
    }

    #[test]
    fn a_run_keeps_its_dash_where_others_have_no_line() {
        let [all, one] = [names(&["loss", "norm"]), names(&["loss"])];
        let panels = panels(&[one.clone(), one, all], Selection::default(), 9);
        assert_eq!(dashes(&panels[0]), Dash::ALL[..3]);
        assert_eq!(dashes(&panels[1]), [Dash::Dotted]);
    }

    #[test]
    fn a_run_that_is_hidden_takes_no_dash() {
        let runs = [names(&["loss"]), names(&["loss"]), names(&["loss"])];
        let selection = Selection {
            hidden_runs: [RunId(0)].into(),
            ..Selection::default()
        };
        let panels = panels(&runs, selection, 9);
        assert_eq!(dashes(&panels[0]), Dash::ALL[..2]);
    }

    #[test]
    fn a_crowd_is_not_dashed() {
        let crowd: Vec<_> = (0..=MOST_DASHED).map(|i| format!("layer/{i}")).collect();
        let panels = panels(&[crowd], Selection::default(), 9);
        assert!(dashes(&panels[0]).iter().all(|dash| *dash == Dash::Solid));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_two_lines_of_a_panel_are_told_apart_by_colour_alone(
            runs in 1..5_usize,
            layers in 0..4_usize,
            splits in proptest::collection::hash_set(0..3_usize, 0..=3),
            colors in proptest::collection::vec(0..6_usize, 5),
            points in 1..60_u64,
        ) {
            let mut series: Vec<_> = (0..layers).map(|i| format!("loss/{i}")).collect();
            let splits = splits.iter().map(|split| ["train", "valid", "test"][*split]);
            series.extend(splits.map(|split| format!("loss/{split}")));
            let moved = (0..layers).map(|i| (format!("loss/{i}").into(), "loss".into()));
            let selection = Selection {
                run_colors: (0..).map(RunId).zip(colors.iter().copied()).collect(),
                panels: moved.collect(),
                ..Selection::default()
            };
            let runs: Vec<_> = (0..runs).map(|_| series.clone()).collect();
            for panel in panels(&runs, selection, points) {
                for is_held_out in [false, true] {
                    let kind = || panel.lines.iter().filter(|line| line.split.is_held_out() == is_held_out);
                    let dashes: HashSet<Dash> = kind().map(|line| line.dash).collect();
                    prop_assert_eq!(dashes.len(), kind().count().min(Dash::ALL.len()));
                    for color in 0..PALETTE {
                        let of_color = || kind().filter(|line| line.color % PALETTE == color);
                        let dashes: HashSet<Dash> = of_color().map(|line| line.dash).collect();
                        prop_assert_eq!(dashes.len(), of_color().count().min(Dash::ALL.len()));
                    }
                    let has_markers = |line: &Line| line.parts.iter().any(|part| matches!(part.stroke, Stroke::Markers { .. }));
                    prop_assert!(!is_held_out || kind().all(has_markers));
                }
            }
        }
    }
}
