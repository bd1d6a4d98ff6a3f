//! Which panel each series is in, and what a panel says of itself.
//!
//! In come series as they are declared and the [`Selection`]; out come [`Chart`]s with their members. A series has a home, the
//! panel that its path says, and is in the panel that it was put into, or else at home. Panels are known by name: one that has
//! lost its last series is not shown, and is the same again when it has one.

use std::collections::HashMap;
use std::sync::Arc;

use super::panels::Chart;
use super::track::Track;
use crate::message::{Series, Split, Unit};
use crate::scene::{PanelId, Selection, Theme};

/// Colours of series that belong to no split, panel by panel: never ember, which means "now", while others are left.
const UNSPLIT_COLORS: [usize; 5] = [4, 2, 5, 3, 1];

/// Every panel that there ever was, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Charts {
    all: Vec<Chart>,
    names: HashMap<Arc<str>, usize>,
    /// Panels that have a series which belongs to no split.
    unsplit: usize,
}

impl Charts {
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Chart> {
        self.all.iter_mut()
    }

    pub(super) fn name_of(&self, chart: usize) -> Arc<str> {
        Arc::clone(&self.all[chart].name)
    }

    /// The panel of that name, made if there is none.
    pub(super) fn named(&mut self, name: &str) -> usize {
        if let Some(index) = self.names.get(name) {
            return *index;
        }
        let index = self.all.len();
        let id = PanelId(u32::try_from(index).unwrap_or(u32::MAX));
        let chart = Chart::new(id, name);
        self.names.insert(Arc::clone(&chart.name), index);
        self.all.push(chart);
        index
    }

    /// The panel that a series is to be in.
    fn place_of(&mut self, series: &Series, home: usize, selection: &Selection) -> usize {
        let chosen = selection.panels.get(&series.name);
        chosen.map_or(home, |name| self.named(name))
    }

    /// Puts a series, by its index among the tracks, into the panel that it is to be in.
    pub(super) fn add(
        &mut self,
        track: usize,
        series: &Series,
        home: usize,
        selection: &Selection,
    ) -> usize {
        let place = self.place_of(series, home, selection);
        self.all[place].add(track);
        place
    }

    /// Puts every series where a selection says.
    pub(super) fn regroup(&mut self, tracks: &mut [Track], selection: &Selection) {
        let mut has_moved = vec![false; tracks.len()];
        for (track, has_moved) in tracks.iter_mut().zip(&mut has_moved) {
            let place = self.place_of(&track.series, track.home, selection);
            *has_moved = place != track.chart;
            track.chart = place;
        }
        let moved: Vec<_> = self
            .all
            .iter_mut()
            .flat_map(|chart| chart.release(|track| has_moved[track]))
            .collect();
        for drawn in moved {
            self.all[tracks[drawn.track].chart].receive(drawn);
        }
    }

    /// The colour of a series that has come to a home: train is ember, valid is blue; what has no split takes the panel's own;
    /// none twice in a panel while others are left.
    pub(super) fn color(&mut self, home: usize, split: Split) -> usize {
        let colors = &mut self.all[home].colors;
        let wanted = match split {
            Split::Train => 0,
            Split::Valid => 1,
            Split::Test => 3,
            Split::None => {
                let rank = *colors.unsplit_rank.get_or_insert_with(|| {
                    self.unsplit += 1;
                    self.unsplit - 1
                });
                UNSPLIT_COLORS[rank % UNSPLIT_COLORS.len()]
            }
        };
        let color = [wanted, 0, 1, 2, 3, 4, 5]
            .into_iter()
            .find(|color| !colors.are_taken[*color])
            .unwrap_or(wanted);
        colors.are_taken[color] = true;
        color
    }
}

/// The colours of the series that are at home in a panel.
#[derive(Debug, Default)]
pub(super) struct Colors {
    are_taken: [bool; Theme::DARK.series.len()],
    /// Where the panel is among those with series that belong to no split.
    unsplit_rank: Option<usize>,
}

/// What all series of a panel say of it.
#[derive(Debug, Default)]
pub(super) struct Agreed {
    pub(super) unit: Unit,
    pub(super) note: Arc<str>,
    pub(super) is_log: bool,
}

impl Agreed {
    /// Of the members of a chart.
    pub(super) fn among<'a>(members: impl Iterator<Item = &'a Track> + Clone) -> Self {
        let is_log = |track: &Track| track.series.is_log;
        let mut natives = members
            .clone()
            .filter(|track| track.is_at_home())
            .peekable();
        let is_log = if natives.peek().is_some() {
            natives.any(is_log)
        } else {
            members.clone().next().is_some() && members.clone().all(is_log)
        };
        Self {
            unit: agreed(members.clone(), |series| &series.unit, &Unit::None),
            note: agreed(members, |series| &series.note, &"".into()),
            is_log,
        }
    }
}

/// What all say, or else nothing. Of those that are at home, who says nothing means what the others at home say.
fn agreed<'a, T: Clone + PartialEq + 'a>(
    members: impl Iterator<Item = &'a Track> + Clone,
    say: impl Fn(&'a Series) -> &'a T,
    nothing: &T,
) -> T {
    let mut is_empty = true;
    let mut at_home = None;
    for track in members.clone().filter(|track| track.is_at_home()) {
        is_empty = false;
        at_home = at_home.or(Some(say(&track.series)).filter(|said| *said != nothing));
    }
    let first = if is_empty {
        members.clone().next().map(|track| say(&track.series))
    } else {
        at_home
    };
    let first = first.unwrap_or(nothing);
    let is_agreed = members
        .map(|track| (track, say(&track.series)))
        .all(|(track, said)| said == first || (said == nothing && track.is_at_home()));
    if is_agreed { first } else { nothing }.clone()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Store;
    use super::*;
    use crate::message::{Batch, Message, Point, RunId, RunInfo, SeriesId};
    use crate::scene::{Line, Panel, PanelView, Scene, SeriesKey, Viewport};

    const NAMES: [&str; 6] = [
        "loss/train",
        "loss/valid",
        "accuracy/train",
        "accuracy/valid",
        "optim/rate",
        "norm",
    ];

    fn declared(name: &str) -> Series {
        let series = Series::scalar(name);
        match name.split('/').next() {
            Some("accuracy") => series.with_unit(Unit::Fraction),
            Some("loss") => series.with_note("cross-entropy"),
            Some("optim") => series.with_log_axis().with_exact_values(),
            _ => series,
        }
    }

    /// Some runs that report all of the names, each series ten times as large as the one before, each run twice as long.
    fn store(runs: u32) -> Store {
        let mut store = Store::default();
        for run in 0..runs {
            let mut batch = Batch::new(RunId(run));
            batch.push_message(Message::Start(Box::new(RunInfo {
                name: format!("run {run}"),
                ..RunInfo::default()
            })));
            for (name, id) in NAMES.into_iter().zip(0..) {
                batch.push_message(Message::Declare(SeriesId(id), declared(name)));
                batch.extend_points((1..=100 << run).map(|step| Point {
                    series: SeriesId(id),
                    value: 10_f32.powi(id as i32) * (1.0 + (step % 5) as f32),
                    step,
                }));
            }
            store.ingest(&batch);
        }
        store
    }

    fn chosen(store: &mut Store, selection: &Selection) -> Scene {
        store.show(Viewport {
            selection: Arc::new(selection.clone()),
            ..Viewport::default()
        });
        store.scene(1, 0)
    }

    fn named<'a>(scene: &'a Scene, name: &str) -> Option<&'a Panel> {
        let mut panels = scene.panels.iter();
        panels
            .find(|panel| &*panel.name == name)
            .map(|panel| &**panel)
    }

    fn labels(panel: &Panel) -> Vec<&str> {
        panel.lines.iter().map(|line| &*line.label).collect()
    }

    /// All of a panel but for how often its vertices were made.
    fn looks(panel: &Panel) -> Panel {
        let mut panel = panel.clone();
        for part in panel.lines.iter_mut().flat_map(|line| &mut line.parts) {
            Arc::make_mut(&mut part.chunk).generation = 0;
        }
        panel
    }

    fn moved(names: &[(&str, &str)]) -> Selection {
        let panels = names
            .iter()
            .map(|(name, panel)| ((*name).into(), (*panel).into()));
        Selection {
            panels: panels.collect(),
            ..Selection::default()
        }
    }

    #[test]
    fn a_hidden_series_is_listed_and_neither_drawn_nor_made_room_for() {
        let mut store = store(1);
        let all = chosen(&mut store, &Selection::default());
        let hidden = Selection {
            hidden: ["loss/valid".into(), "norm".into()].into(),
            ..Selection::default()
        };
        let scene = chosen(&mut store, &hidden);
        let loss = named(&scene, "loss").expect("one of its series is shown");
        assert_eq!(labels(loss), ["train"]);
        let top = |scene: &Scene| {
            named(scene, "loss")
                .and_then(|panel| panel.fit)
                .map(|fit| fit.y.end)
        };
        assert!(top(&all) >= Some(50.0) && top(&scene) < Some(10.0));
        // All of it is hidden: it is a panel still, with nothing to show.
        let norm = named(&scene, "norm").expect("it has a series");
        assert!(norm.lines.is_empty() && norm.fit.is_none() && norm.whole_x.is_none());
        let names: Vec<_> = scene.series.iter().map(|series| &*series.name).collect();
        assert_eq!(names, NAMES);
        let again = chosen(&mut store, &Selection::default());
        let pairs = again.panels.iter().zip(&all.panels);
        assert!(pairs.clone().count() == 4 && pairs.clone().all(|(a, b)| looks(a) == looks(b)));
    }

    #[test]
    fn a_hidden_run_leaves_its_room_to_the_others() {
        let mut store = store(2);
        let both = chosen(&mut store, &Selection::default());
        let hidden = Selection {
            hidden_runs: [RunId(1)].into(),
            ..Selection::default()
        };
        let scene = chosen(&mut store, &hidden);
        for panel in &scene.panels {
            assert!(!panel.lines.is_empty());
            assert!(panel.lines.iter().all(|line| line.key.run == RunId(0)));
            let all = both.panel(panel.id).expect("it was there before");
            let end = |panel: &Panel| panel.whole_x.map(|x| x.end);
            assert!(end(panel) < end(all));
        }
        assert_eq!(scene.series.len(), both.series.len());
    }

    #[test]
    fn a_series_of_another_panel_is_called_by_its_path_and_units_that_differ_are_none() {
        let mut store = store(1);
        let scene = chosen(&mut store, &moved(&[("loss/train", "accuracy")]));
        let mixed = named(&scene, "accuracy").expect("it has series");
        assert_eq!(
            labels(mixed),
            ["loss/train", "accuracy/train", "accuracy/valid"]
        );
        assert_eq!((&mixed.unit, &*mixed.note), (&Unit::None, ""));
        let loss = named(&scene, "loss").expect("it has a series");
        assert_eq!(
            (labels(loss), &*loss.note),
            (vec!["valid"], "cross-entropy")
        );
        let listed = |name: &str| {
            let mut series = scene.series.iter();
            let found = series.find(|series| &*series.name == name);
            found.map(|series| series.panel.to_string())
        };
        assert_eq!(listed("loss/train").as_deref(), Some("accuracy"));
        assert_eq!(listed("loss/valid").as_deref(), Some("loss"));
        // A whole panel under another name is what it was.
        let both = [
            ("accuracy/train", "x/quality"),
            ("accuracy/valid", "x/quality"),
        ];
        let scene = chosen(&mut store, &moved(&both));
        let quality = named(&scene, "x/quality").expect("it has series");
        assert_eq!(
            (&quality.unit, &*quality.title),
            (&Unit::Fraction, "Quality")
        );
        assert_eq!(labels(quality), ["train", "valid"]);
        assert_eq!(named(&scene, "accuracy"), None);
    }

    #[test]
    fn a_series_that_comes_later_goes_where_it_was_put_before() {
        let mut store = Store::default();
        let selection = moved(&[("norm", "optim")]);
        chosen(&mut store, &selection);
        let mut batch = Batch::new(RunId(0));
        batch.push_message(Message::Declare(SeriesId(0), declared("norm")));
        batch.push_point(Point {
            series: SeriesId(0),
            value: 1.0,
            step: 1,
        });
        store.ingest(&batch);
        let names = |scene: &Scene| -> Vec<String> {
            let panels = scene.panels.iter();
            panels.map(|panel| panel.name.to_string()).collect()
        };
        assert_eq!(names(&chosen(&mut store, &selection)), ["optim"]);
        assert_eq!(names(&chosen(&mut store, &Selection::default())), ["norm"]);
    }

    #[test]
    fn chosen_colours_are_those_of_series_or_where_there_are_several_of_runs() {
        let selection = Selection {
            colors: [("loss/train".into(), 5)].into(),
            run_colors: [(RunId(1), 4)].into(),
            ..Selection::default()
        };
        let told = |scene: &Scene| {
            let loss = named(scene, "loss").expect("it has series");
            let drawn: Vec<_> = loss.lines.iter().map(|line| line.color).collect();
            for line in &loss.lines {
                let listed = scene.series.iter().find(|series| series.key == line.key);
                assert_eq!(listed.map(|series| series.color), Some(line.color));
            }
            drawn
        };
        assert_eq!(told(&chosen(&mut store(1), &selection)), [5, 1]);
        assert_eq!(told(&chosen(&mut store(2), &selection)), [0, 0, 4, 4]);
    }

    #[test]
    fn names_that_were_put_first_come_first_and_so_do_their_groups() {
        let order = ["optim/rate", "nothing", "loss/valid"].map(Into::into);
        let selection = Selection {
            order: order.into(),
            ..Selection::default()
        };
        let scene = chosen(&mut store(1), &selection);
        let listed: Vec<_> = scene.series.iter().map(|series| &*series.name).collect();
        let expected = [
            "optim/rate",
            "loss/valid",
            "loss/train",
            "accuracy/train",
            "accuracy/valid",
            "norm",
        ];
        assert_eq!(listed, expected);
        let loss = named(&scene, "loss").expect("it has series");
        assert_eq!(labels(loss), ["valid", "train"]);
    }

    #[test]
    fn what_is_not_seen_is_shared_until_it_is_and_without_news_all_is() {
        let mut store = store(1);
        let first = store.scene(1, 0);
        let [seen, unseen] = [&first.panels[0], &first.panels[1]].map(|panel| panel.id);
        let look = |cursor| Viewport {
            panels: vec![PanelView::all(seen, [300, 200])],
            cursor,
            ..Viewport::default()
        };
        store.show(look(None));
        let before = store.scene(2, 0);
        let hidden = before.panel(unseen).expect("it is a panel");
        assert!(hidden.fit.is_some() && hidden.lines[0].visible.is_none());
        let again = store.scene(3, 0);
        assert!(Arc::ptr_eq(&before.series, &again.series));
        let mut pairs = before.panels.iter().zip(&again.panels);
        assert!(pairs.all(|(a, b)| Arc::ptr_eq(a, b)));
        store.show(look(Some(7.2)));
        store.ingest(&Batch::new(RunId(0)));
        let moved = store.scene(4, 0);
        let is_shared = |at: usize| Arc::ptr_eq(&before.panels[at], &moved.panels[at]);
        assert_eq!([0, 1, 2, 3].map(is_shared), [false, true, true, true]);
        let line: &Line = &moved.panels[0].lines[0];
        let reading = line.at_cursor.expect("it has points");
        assert_eq!((reading.step, reading.x, reading.value), (7, 7.0, 3.0));
        assert!(reading.smoothed.is_some() && line.visible.is_some());
    }

    proptest! {
        /// Whatever is moved and hidden: who is shown is in exactly one panel, the one it was put into, and who moves back finds
        /// everything as it was.
        #[test]
        fn moved_and_moved_back_panels_are_as_they_were(
            choices in prop::collection::vec((0..NAMES.len(), 0..8_usize), 0..8),
            hidden in prop::collection::btree_set(0..NAMES.len(), 0..4),
            runs in 1_u32..3,
        ) {
            let mut store = store(runs);
            let before = chosen(&mut store, &Selection::default());
            let panels = ["loss", "accuracy", "optim/rate", "norm", "new", "a/b", "", "loss/"];
            let mut selection = moved(&choices.iter().map(|(name, panel)| (NAMES[*name], panels[*panel])).collect::<Vec<_>>());
            selection.hidden = hidden.iter().map(|name| NAMES[*name].into()).collect();
            let scene = chosen(&mut store, &selection);
            let mut drawn: Vec<(SeriesKey, Arc<str>)> = Vec::new();
            for panel in &scene.panels {
                drawn.extend(panel.lines.iter().map(|line| (line.key, Arc::clone(&panel.name))));
                if let Some(before) = named(&before, &panel.name) {
                    prop_assert_eq!(before.id, panel.id);
                }
                let mut labels = labels(panel);
                labels.sort_unstable();
                labels.dedup();
                prop_assert_eq!(labels.len(), panel.lines.len());
            }
            let mut expected: Vec<(SeriesKey, Arc<str>)> = scene.series.iter()
                .filter(|series| selection.shows(series.key.run, &series.name))
                .map(|series| (series.key, Arc::clone(selection.panels.get(&series.name).unwrap_or(&series.panel))))
                .collect();
            drawn.sort();
            expected.sort();
            prop_assert_eq!(drawn, expected);
            prop_assert!(scene.panels.is_sorted_by_key(|panel| panel.id));
            let after = chosen(&mut store, &Selection::default());
            prop_assert_eq!(before.panels.len(), after.panels.len());
            for (before, after) in before.panels.iter().zip(&after.panels) {
                prop_assert_eq!(looks(before), looks(after));
            }
            prop_assert_eq!(&before.series, &after.series);
        }
    }
}
