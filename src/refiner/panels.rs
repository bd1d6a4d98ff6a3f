//! Charts: what a panel shows of its series.
//!
//! Which series those are is decided in [`membership`](super::membership), how they are told apart in
//! [`legend`](super::legend). What of its plane a panel shows is [`Ranges`]' to say, the vertices are [`Drawn`]'s to make.
//!
//! Series that are hidden are no part of it: they have no line, and neither axis makes room for them. A panel all of whose series
//! are hidden has no lines and no bounds, and is a panel still: somebody may want to show them again. One that nobody sees is left
//! as it was last seen.

use std::sync::Arc;

use super::clock::Clock;
use super::drawn::Drawn;
use super::grid::{Abscissa, Grid};
use super::history::History;
use super::legend::{Choice, Entry, legend};
use super::membership::{Agreed, Colors};
use super::ranges::Ranges;
use super::reading::Points;
use super::smoothing::Budget;
use super::statistics::statistics;
use super::track::{Run, Track};
use crate::message::{Step, Unit};
use crate::scene::{Bounds, Line, Mark, Panel, PanelId, PanelView, Range, Smoothing, XAxis};

/// The size a panel is built at until somebody says how large it is, in pixels.
const USUAL_SIZE: [u32; 2] = [1024, 512];

/// How a panel is seen.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'a> {
    /// As somebody says.
    As(&'a PanelView),
    /// Nobody has said yet what is seen.
    Unknown,
    /// Not at all.
    Hidden,
}

/// What a scene's panels depend on beside their points.
pub(super) struct Look<'a> {
    pub(super) x_axis: XAxis,
    pub(super) is_x_log: bool,
    pub(super) smoothing: Smoothing,
    pub(super) pixels_per_point: f64,
    /// Where lines are read.
    pub(super) cursor: Option<f64>,
    pub(super) pins: &'a [Step],
}

/// Every series of every run.
#[derive(Clone, Copy)]
pub(super) struct Material<'a> {
    pub(super) tracks: &'a [Track],
    pub(super) runs: &'a [Run],
}

impl<'a> Material<'a> {
    pub(super) fn track(&self, index: usize) -> (&'a Track, &'a Clock) {
        let track = &self.tracks[index];
        (track, &self.runs[track.run].clock)
    }
}

/// A panel in the making, from scene to scene.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) id: PanelId,
    pub(super) name: Arc<str>,
    title: Arc<str>,
    agreed: Agreed,
    /// Its series, in the order they came.
    drawn: Vec<Drawn>,
    /// Those that are shown, in legend order, and their indices among the tracks.
    entries: Vec<Entry>,
    shown: Vec<usize>,
    /// Whether those are as its members and what was chosen of them want it.
    is_arranged: bool,
    pub(super) colors: Colors,
    whole: Option<(Abscissa, Range)>,
    newest: Option<Arc<Panel>>,
    /// Whether somebody saw it when it was made.
    was_seen: bool,
}

/// The last part of a path, with a capital.
fn title(name: &str) -> String {
    let leaf = name.rsplit('/').next().unwrap_or(name);
    let mut letters = leaf.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

impl Chart {
    pub(super) fn new(id: PanelId, name: &str) -> Self {
        Self {
            id,
            name: name.into(),
            title: title(name).into(),
            agreed: Agreed::default(),
            drawn: Vec::new(),
            entries: Vec::new(),
            shown: Vec::new(),
            is_arranged: false,
            colors: Colors::default(),
            whole: None,
            newest: None,
            was_seen: false,
        }
    }

    /// Adds a new series, by its index among the tracks.
    pub(super) fn add(&mut self, track: usize) {
        self.drawn.push(Drawn::new(track));
        self.is_arranged = false;
    }

    /// Gives away the series that are to leave.
    pub(super) fn release(&mut self, leaves: impl Fn(usize) -> bool) -> Vec<Drawn> {
        let is_leaving = |drawn: &mut Drawn| leaves(drawn.track);
        let released: Vec<_> = self.drawn.extract_if(.., is_leaving).collect();
        self.is_arranged &= released.is_empty();
        released
    }

    /// Takes in a series of another panel.
    pub(super) fn receive(&mut self, drawn: Drawn) {
        self.drawn.push(drawn);
        self.is_arranged = false;
    }

    /// What is known of runs, or what was chosen of series, has changed.
    pub(super) const fn rearrange(&mut self) {
        self.is_arranged = false;
    }

    /// The panel as it stands, in that view; `None` where it has no series. One that nobody sees is the one that was seen, but
    /// for what was chosen of its series since.
    pub(super) fn panel(
        &mut self,
        material: Material<'_>,
        choice: &Choice<'_>,
        view: View<'_>,
        look: &Look<'_>,
        budget: &mut Budget,
    ) -> Option<Arc<Panel>> {
        if self.drawn.is_empty() {
            return None;
        }
        let is_seen = !matches!(view, View::Hidden);
        let can_stay = self.is_arranged && !is_seen && !self.was_seen;
        self.arrange(material, choice);
        if can_stay
            && let Some(newest) = &self.newest
            && (newest.fit.is_some() || !self.has_finite(material))
        {
            return Some(Arc::clone(newest));
        }
        self.was_seen = is_seen;
        let panel = Arc::new(self.made(material, view, look, budget));
        self.newest = Some(Arc::clone(&panel));
        Some(panel)
    }

    /// Says anew which series are shown, and how.
    fn arrange(&mut self, material: Material<'_>, choice: &Choice<'_>) {
        if self.is_arranged {
            return;
        }
        self.is_arranged = true;
        // Whoever came back takes the old place.
        self.drawn.sort_by_key(|drawn| drawn.track);
        let members: Vec<usize> = self.drawn.iter().map(|drawn| drawn.track).collect();
        let tracks = members.iter().map(|track| &material.tracks[*track]);
        self.agreed = Agreed::among(tracks);
        self.entries = legend(&members, material, choice);
        let shown: Vec<usize> = self.entries.iter().map(|entry| entry.track).collect();
        let mut standing = shown.clone();
        standing.sort_unstable();
        let has_left = |track: &usize| standing.binary_search(track).is_err();
        if self.shown.iter().any(has_left) {
            // What others have left behind is no reason for room.
            self.whole = None;
        }
        self.shown = shown;
    }

    fn has_finite(&self, material: Material<'_>) -> bool {
        let mut histories = self.histories(material);
        histories.any(|history| history.smallest().is_some())
    }

    fn made(
        &mut self,
        material: Material<'_>,
        view: View<'_>,
        look: &Look<'_>,
        budget: &mut Budget,
    ) -> Panel {
        let seen = match view {
            View::As(view) => *view,
            View::Unknown | View::Hidden => PanelView::all(self.id, USUAL_SIZE),
        };
        let ranges = Ranges {
            material,
            tracks: &self.shown,
        };
        let scale = ranges.scale(seen.is_log.unwrap_or(self.agreed.is_log));
        let mut clocks = self.shown.iter().map(|track| material.track(*track).1);
        let x_axis = if clocks.all(|clock| clock.shown(look.x_axis) == look.x_axis) {
            look.x_axis
        } else {
            XAxis::Step
        };
        let abscissa = Abscissa {
            axis: x_axis,
            scale: x_axis.scale(look.is_x_log),
        };
        let previous = self.whole.filter(|(of, _)| *of == abscissa);
        let whole = ranges.whole(previous.map(|(_, range)| range), abscissa);
        self.whole = whole.map(|range| (abscissa, range));
        let newest_x = ranges.newest(abscissa);
        let ceiling = (self.agreed.unit == Unit::Fraction).then_some(1.0);
        let fit = whole.and_then(|whole| {
            let x = ranges.visible_x(&seen, abscissa, look.x_axis, whole);
            let y = ranges.visible_y(&seen, abscissa, x, scale, ceiling)?;
            Some(Bounds { x, y })
        });
        let is_seen = !matches!(view, View::Hidden);
        if let (Some(bounds), Some(whole), true) = (fit, whole, is_seen) {
            let [columns, rows] = seen.size_px;
            let grid = Grid {
                bounds,
                whole,
                columns,
                rows,
                abscissa,
                scale,
            };
            for entry in &self.entries {
                let (track, clock) = material.track(entry.track);
                let drawn = &mut self.drawn[entry.member];
                drawn.update(track, clock, grid, entry.style, look, budget);
            }
        }
        let lines = self.entries.iter().map(|entry| {
            let line = self.line(material, entry);
            if is_seen {
                self.read(line, material, entry, look, abscissa, fit)
            } else {
                line
            }
        });
        Panel {
            id: self.id,
            name: Arc::clone(&self.name),
            title: Arc::clone(&self.title),
            note: Arc::clone(&self.agreed.note),
            unit: self.agreed.unit.clone(),
            scale,
            x_axis,
            x_scale: abscissa.scale,
            x_range: seen.x,
            fit,
            whole_x: whole,
            newest_x,
            lines: lines.collect(),
            gaps: self.histories(material).map(History::gaps).sum(),
            marks: self.marks(material, abscissa),
        }
    }

    /// What the runs of its lines have done, from left to right.
    fn marks(&self, material: Material<'_>, abscissa: Abscissa) -> Vec<Mark> {
        let mut runs: Vec<usize> = Vec::new();
        for track in &self.shown {
            let run = material.tracks[*track].run;
            if !runs.contains(&run) {
                runs.push(run);
            }
        }
        let of_run = |run: usize| material.runs[run].marks(abscissa);
        let mut marks: Vec<Mark> = runs.into_iter().flat_map(of_run).collect();
        marks.sort_by(|one, other| one.x.total_cmp(&other.x));
        marks
    }

    /// A line as it is drawn.
    fn line(&self, material: Material<'_>, entry: &Entry) -> Line {
        let (track, _) = material.track(entry.track);
        Line {
            key: track.key,
            label: Arc::clone(&entry.label),
            split: track.series.split,
            color: entry.style.color,
            dash: entry.style.dash,
            strength: entry.style.strength,
            parts: self.drawn[entry.member].parts.clone(),
            latest: track.history.last().map(|sample| sample.value),
            at_cursor: None,
            at_pins: Vec::new(),
            visible: None,
        }
    }

    /// A line with what is read of it.
    fn read(
        &self,
        line: Line,
        material: Material<'_>,
        entry: &Entry,
        look: &Look<'_>,
        abscissa: Abscissa,
        fit: Option<Bounds>,
    ) -> Line {
        let (track, clock) = material.track(entry.track);
        let history = &track.history;
        let points = Points {
            history,
            clock,
            abscissa,
            smoothed: self.drawn[entry.member].smoothed(),
        };
        let pins = look.pins.iter().map(|step| points.at_step(*step));
        Line {
            at_cursor: look.cursor.and_then(|x| points.at_place(x)),
            at_pins: pins.collect(),
            visible: fit.and_then(|fit| statistics(history.values(), points.within(fit.x))),
            ..line
        }
    }

    fn histories<'a>(&'a self, material: Material<'a>) -> impl Iterator<Item = &'a History> {
        let shown = self.shown.iter();
        shown.map(move |track| &material.tracks[*track].history)
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::Store;
    use super::*;
    use crate::message::{Batch, Message, Point, RunId, RunInfo, Series, SeriesId};
    use crate::scene::{Dash, Scale, Scene, Stroke, Viewport};

    fn batch(series: &[(Series, &[f32])]) -> Batch {
        let mut batch = Batch::new(RunId(0));
        for (index, (series, values)) in series.iter().enumerate() {
            let id = SeriesId(index as u32);
            batch.push_message(Message::Declare(id, series.clone()));
            batch.extend_points(values.iter().zip(1..).map(|(value, step)| Point {
                series: id,
                value: *value,
                step,
            }));
        }
        batch
    }

    fn scene_of(series: &[(Series, &[f32])]) -> (Store, Scene) {
        let mut store = Store::default();
        store.ingest(&batch(series));
        let scene = store.scene(1, 0);
        (store, scene)
    }

    #[test]
    fn train_and_valid_share_a_panel_and_are_told_apart() {
        let (_, scene) = scene_of(&[
            (
                Series::scalar("loss/train").with_note("cross-entropy"),
                &[2.0, 1.0, 0.5],
            ),
            (Series::scalar("loss/valid"), &[1.5, 0.75]),
            (
                Series::scalar("optim/learning rate").with_exact_values(),
                &[0.1, 0.2],
            ),
        ]);
        assert_eq!(scene.panels.len(), 2);
        let loss = &scene.panels[0];
        assert_eq!((&*loss.title, &*loss.note), ("Loss", "cross-entropy"));
        let colors: Vec<_> = loss.lines.iter().map(|line| line.color).collect();
        assert_eq!(colors, [0, 1]);
        assert!(matches!(
            loss.lines[0].parts[0].stroke,
            Stroke::Line { is_faint: true, .. }
        ));
        assert!(matches!(
            loss.lines[1].parts[1].stroke,
            Stroke::Markers { .. }
        ));
        let rate = &scene.panels[1];
        assert_eq!(
            (&*rate.title, &*rate.lines[0].label),
            ("Learning rate", "learning rate")
        );
        // The line, with markers since there is so little of it.
        assert_eq!(rate.lines[0].parts.len(), 2);
        assert_eq!(rate.lines[0].color, 4);
    }

    #[test]
    fn runs_share_a_panel_each_in_its_colour_and_with_its_dash() {
        let mut store = Store::default();
        for run in [3, 8] {
            let mut batch = Batch::new(RunId(run));
            batch.push_message(Message::Start(Box::new(RunInfo {
                name: format!("sweep-{run}"),
                ..RunInfo::default()
            })));
            for (id, name) in [(0, "loss/train"), (1, "loss/valid"), (2, "norm")] {
                let series = Series::scalar(name).with_exact_values();
                batch.push_message(Message::Declare(SeriesId(id), series));
                batch.extend_points((0..50).map(|step| Point {
                    series: SeriesId(id),
                    value: run as f32 + step as f32,
                    step,
                }));
            }
            store.ingest(&batch);
        }
        let scene = store.scene(1, 0);
        assert_eq!(scene.panels.len(), 2);
        let told = |panel: &Panel| -> Vec<(String, usize, u32)> {
            let lines = panel.lines.iter();
            lines
                .map(|line| (line.label.to_string(), line.color, line.key.run.0))
                .collect()
        };
        let of = |label: &str, color, run| (label.to_owned(), color, run);
        assert_eq!(
            told(&scene.panels[0]),
            [
                of("sweep-3 train", 0, 3),
                of("sweep-3 valid", 0, 3),
                of("sweep-8 train", 1, 8),
                of("sweep-8 valid", 1, 8)
            ]
        );
        assert_eq!(
            told(&scene.panels[1]),
            [of("sweep-3", 0, 3), of("sweep-8", 1, 8)]
        );
        let pieces = |line: &Line| {
            let vertices = &line.parts[0].chunk.vertices;
            vertices.iter().filter(|vertex| vertex.is_gap()).count()
        };
        let dashes = |panel: &Panel| panel.lines.iter().map(|line| line.dash).collect::<Vec<_>>();
        let [first, second] = [Dash::Solid, Dash::Dashed];
        assert_eq!(dashes(&scene.panels[0]), [first, first, second, second]);
        assert_eq!(dashes(&scene.panels[1]), [first, second]);
        let of_runs: Vec<_> = scene.runs.iter().map(|run| run.dash).collect();
        assert_eq!(of_runs, [first, second]);
        let lines = &scene.panels[0].lines;
        assert_eq!((pieces(&lines[0]), pieces(&lines[1])), (0, 0));
        assert!(pieces(&lines[2]) > 20 && pieces(&lines[3]) > 20);
        // Splits of one run have markers or none, however few points there are.
        let markers = |line: &Line| -> usize {
            let parts = line.parts.iter();
            parts
                .filter(|part| matches!(part.stroke, Stroke::Markers { .. }))
                .map(|part| part.chunk.vertices.len())
                .sum()
        };
        assert_eq!((markers(&lines[0]), markers(&lines[2])), (0, 0));
        assert!(markers(&lines[1]) > markers(&lines[3]) && markers(&lines[3]) > 5);
        let labels: Vec<_> = scene.series.iter().map(|series| &*series.label).collect();
        assert_eq!(labels[0], "train · sweep-3");
    }

    #[test]
    fn values_that_are_not_finite_are_a_gap_with_a_mark() {
        let values = [1.0, f32::NAN, 2.0, 3.0, f32::INFINITY];
        let (_, scene) = scene_of(&[(Series::scalar("loss/valid"), &values)]);
        let panel = &scene.panels[0];
        assert_eq!((panel.gaps, scene.gaps), (2, 2));
        let parts = &panel.lines[0].parts;
        let line = &parts[0].chunk.vertices;
        // The lone first point is doubled; then the gap, two points, the gap.
        let is_gap: Vec<_> = line.iter().map(|vertex| vertex.is_gap()).collect();
        assert_eq!(is_gap, [false, false, true, false, false, true]);
        let marks = parts
            .iter()
            .find(|part| part.stroke == Stroke::Gaps)
            .expect("gaps are marked");
        let steps: Vec<_> = marks
            .chunk
            .vertices
            .iter()
            .map(|vertex| f64::from(vertex.x) + marks.chunk.origin[0])
            .collect();
        assert_eq!(steps, [2.0, 5.0]);
    }

    #[test]
    fn a_series_of_nothing_but_nan_has_no_bounds_and_does_not_panic() {
        let (_, scene) = scene_of(&[(Series::scalar("loss/train"), &[f32::NAN; 5])]);
        assert_eq!(scene.panels[0].fit, None);
        assert_eq!(scene.panels[0].gaps, 5);
        assert!(scene.panels[0].lines[0].latest.is_some_and(f32::is_nan));
    }

    #[test]
    fn a_log_axis_shows_logarithms() {
        let values = [100.0, 10.0, 1.0];
        let (_, scene) = scene_of(&[(
            Series::scalar("norm").with_log_axis().with_exact_values(),
            &values,
        )]);
        let panel = &scene.panels[0];
        assert_eq!(panel.scale, Scale::Log);
        let bounds = panel.fit.expect("finite points have bounds");
        assert!(bounds.y.start <= 0.0 && bounds.y.end >= 2.0);
        let chunk = &panel.lines[0].parts[0].chunk;
        let last = chunk.vertices.last().expect("it has vertices");
        assert!((f64::from(last.y) + chunk.origin[1]).abs() < 1e-6);
    }

    #[test]
    fn a_log_axis_with_values_that_have_no_logarithm_is_linear_near_zero() {
        let (_, scene) = scene_of(&[
            (Series::scalar("norm/train").with_log_axis(), &[0.5, 0.02]),
            (
                Series::scalar("norm/valid").with_log_axis(),
                &[100.0, 0.0, -10.0],
            ),
        ]);
        let panel = &scene.panels[0];
        let threshold = Scale::THRESHOLD;
        assert_eq!(panel.scale, Scale::Symlog { power: -2 });
        let bounds = panel.fit.expect("finite points have bounds");
        assert_eq!(
            bounds.y,
            Range::new(-threshold - 3.0, threshold + 4.0),
            "from −10 to 100"
        );
        assert_eq!(panel.gaps, 0);
        let chunk = &panel.lines[1].parts[0].chunk;
        let heights: Vec<f64> = chunk
            .vertices
            .iter()
            .map(|vertex| f64::from(vertex.y) + chunk.origin[1])
            .collect();
        let expected = [threshold + 4.0, 0.0, -threshold - 3.0];
        assert_eq!(heights.len(), expected.len());
        assert!(
            heights
                .iter()
                .zip(expected)
                .all(|(height, expected)| (height - expected).abs() < 1e-5),
            "{heights:?}"
        );
    }

    #[test]
    fn what_has_not_changed_keeps_its_generation() {
        let mut store = Store::default();
        let both = [
            (Series::scalar("loss/train"), &[1.0_f32, 2.0][..]),
            (Series::scalar("norm"), &[1.0, 2.0][..]),
        ];
        store.ingest(&batch(&both));
        let first = store.scene(1, 0);
        let again = store.scene(2, 0);
        assert_eq!(first.panels, again.panels);
        let mut more = Batch::new(RunId(0));
        more.push_point(Point {
            series: SeriesId(1),
            value: 1.5,
            step: 3,
        });
        store.ingest(&more);
        let third = store.scene(3, 0);
        assert_eq!(third.panels[0], first.panels[0]);
        assert_ne!(third.panels[1], first.panels[1]);
    }

    #[test]
    fn another_smoothing_leaves_the_raw_line_and_its_chunk_as_they_are() {
        let values: Vec<f32> = (0..500).map(|i| (i % 7) as f32).collect();
        let (mut store, first) = scene_of(&[(Series::scalar("loss/train"), &values)]);
        let mut smoothed = |smoothing| {
            store.show(Viewport {
                smoothing,
                ..Viewport::default()
            });
            store.scene(1, 0).panels[0].lines[0].parts.clone()
        };
        let usual = first.panels[0].lines[0].parts.clone();
        let window = smoothed(Smoothing::RunningAverage { points: 9 });
        assert!(Arc::ptr_eq(&usual[0].chunk, &window[0].chunk));
        assert_eq!(usual[1].chunk.id, window[1].chunk.id);
        assert!(window[1].chunk.generation > usual[1].chunk.generation);
        // Without any the raw line is the line, and comes to the fore.
        let none = smoothed(Smoothing::NONE);
        assert!(none.len() == 1 && Arc::ptr_eq(&usual[0].chunk, &none[0].chunk));
        assert_ne!(none[0].stroke, usual[0].stroke);
        assert_eq!(smoothed(Smoothing::NONE), none);
        let again = smoothed(Smoothing::USUAL);
        assert_eq!(again[1].chunk.vertices, usual[1].chunk.vertices);
    }

    #[test]
    fn a_long_line_is_smoothed_over_scenes_beginning_at_its_end() {
        let values: Vec<f32> = (0..6_000_000).map(|i| (i % 7) as f32).collect();
        let (mut store, first) = scene_of(&[(Series::scalar("loss/train"), &values)]);
        let mut scenes = vec![first];
        while store.is_smoothing() {
            scenes.push(store.scene(1, 0));
        }
        assert!(scenes.len() > 1);
        let parts = |scene: &Scene| scene.panels[0].lines[0].parts.clone();
        let ends = |scene: &Scene| {
            let smooth = &parts(scene)[1].chunk.vertices;
            [smooth[0].x, smooth[smooth.len() - 1].x]
        };
        for pair in scenes.windows(2) {
            // Only the smoothed line is sent again.
            assert!(Arc::ptr_eq(
                &parts(&pair[0])[0].chunk,
                &parts(&pair[1])[0].chunk
            ));
            let [[start, end], [next_start, next_end]] = [ends(&pair[0]), ends(&pair[1])];
            assert!(next_start < start && next_end >= end);
        }
        assert_eq!(ends(&scenes[scenes.len() - 1]), [1.0, 6_000_000.0]);
        assert_eq!(ends(&scenes[0])[1], 6_000_000.0);
    }

    #[test]
    fn vertices_follow_the_width_of_the_viewport() {
        let values: Vec<f32> = (0..100_000).map(|i| (i as f32 * 0.01).sin()).collect();
        let (mut store, _) = scene_of(&[(Series::scalar("wave").with_exact_values(), &values)]);
        let mut drawn = |width_px| {
            store.show(Viewport {
                panels: vec![PanelView::all(PanelId(0), [width_px, 300])],
                ..Viewport::default()
            });
            store.scene(1, 0).panels[0].lines[0].parts[0]
                .chunk
                .vertices
                .len()
        };
        let (narrow, wide) = (drawn(200), drawn(800));
        assert!(
            narrow <= 4 * 201 && wide > 2 * narrow,
            "{narrow} and {wide}"
        );
    }

    #[test]
    fn steps_beyond_two_to_the_24_stay_apart() {
        let mut store = Store::default();
        let mut batch = Batch::new(RunId(0));
        batch.push_message(Message::Declare(
            SeriesId(0),
            Series::scalar("x").with_exact_values(),
        ));
        let first = 1_u64 << 40;
        batch.extend_points((0..100).map(|i| Point {
            series: SeriesId(0),
            value: 1.0,
            step: first + i,
        }));
        store.ingest(&batch);
        let scene = store.scene(1, 0);
        let vertices = &scene.panels[0].lines[0].parts[0].chunk.vertices;
        assert!(vertices.windows(2).all(|pair| pair[1].x - pair[0].x == 1.0));
    }
}
