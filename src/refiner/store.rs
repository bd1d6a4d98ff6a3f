//! The store: every series of every run, and the scene they make.

use std::sync::Arc;

use super::clock::Clock;
use super::history::{History, Sample};
use super::legend::Choice;
use super::membership::Charts;
use super::panels::{Chart, Look, Material, View};
use super::run::RunStory;
use super::smoothing::Budget;
use super::steps::Lists;
use super::summaries::Summaries;
use crate::message::{
    Batch, Entry, Message, Point, RunId, Series, SeriesId, Split, Timestamp, Unit,
};
use crate::scene::{Panel, RunSummary, Scene, SeriesKey, Viewport};

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
    id: RunId,
    /// The track of each of its series, which are numbered from 0.
    tracks: Vec<Option<usize>>,
    /// The first of them that counts samples a second.
    throughput: Option<usize>,
    /// What the steps of its series have in common.
    lists: Lists,
    pub(super) clock: Clock,
    pub(super) story: RunStory,
}

/// Everything reported so far, and what of it is visible.
///
/// The refiner's thread owns one; tests and exports may use it directly.
#[derive(Debug, Default)]
pub struct Store {
    tracks: Vec<Track>,
    runs: Vec<Run>,
    /// The run that was the last to start: headers tell of it unless another is asked for.
    current: usize,
    charts: Charts,
    summaries: Summaries,
    viewport: Viewport,
    points: u64,
    newest: Option<Timestamp>,
    /// What the newest scene shows is still being smoothed.
    is_smoothing: bool,
    has_news: bool,
    /// Another view is to be shown.
    has_turned: bool,
    /// The newest scene's.
    panels: Vec<Arc<Panel>>,
    gaps: u64,
}

impl Store {
    /// Takes in all that a batch says.
    pub fn ingest(&mut self, batch: &Batch) {
        self.has_news = true;
        let run = self.place_of(batch.run);
        for entry in batch.entries() {
            match entry {
                Entry::Points(points) => self.add(run, points),
                Entry::Message(message) => self.tell(run, message),
            }
        }
    }

    fn tell(&mut self, run: usize, message: &Message) {
        if let Message::Declare(id, series) = message {
            self.track(run, *id, |_| series.clone());
        }
        if let Message::Start(_) = message {
            self.current = run;
        }
        let Run { clock, story, .. } = &mut self.runs[run];
        match message {
            Message::Start(info) => clock.start(info.started),
            Message::Step(mark) => clock.step(mark.step, mark.time),
            Message::Progress(progress) => clock.set_epochs(progress.epochs, progress.steps),
            _ => {}
        }
        story.tell(message);
        if let Message::Start(_) | Message::Info(_) = message
            && self.runs.len() > 1
        {
            // Series are told apart by the names of their runs.
            self.rearrange();
        }
    }

    /// What a series is called, how it is drawn or where it is listed may have changed for all of them.
    fn rearrange(&mut self) {
        self.charts.iter_mut().for_each(Chart::rearrange);
        self.summaries.rearrange();
    }

    fn add(&mut self, run: usize, points: &[Point]) {
        let Some(last) = points.last() else { return };
        let time = self.runs[run].story.time_of(last.step);
        self.newest = self.newest.max(Some(time.unwrap_or_else(Timestamp::now)));
        self.points += points.len() as u64;
        // A run's series are numbered from 0: an index finds them, where hashing would cost more than all the rest.
        let mut known = std::mem::take(&mut self.runs[run].tracks);
        for point in points {
            let slot = point.series.0 as usize;
            let index = match known.get(slot).copied().flatten() {
                Some(index) => index,
                None => {
                    // A source that reports before it declares: shown by its number.
                    self.runs[run].tracks = known;
                    let index = self.track(run, point.series, |id| {
                        Series::scalar(&format!("series {}", id.0))
                    });
                    known = std::mem::take(&mut self.runs[run].tracks);
                    index
                }
            };
            self.tracks[index].history.push(Sample {
                step: point.step,
                value: point.value,
            });
        }
        self.runs[run].tracks = known;
    }

    /// Where a run is among all: there are few, and one that has just reported is asked for again.
    fn place_of(&mut self, id: RunId) -> usize {
        if let Some(known) = self.runs.iter().position(|run| run.id == id) {
            return known;
        }
        self.runs.push(Run {
            id,
            tracks: Vec::new(),
            throughput: None,
            lists: Lists::default(),
            clock: Clock::default(),
            story: RunStory::default(),
        });
        // Colours tell runs apart where there are several.
        self.rearrange();
        self.runs.len() - 1
    }

    /// The track of a series of a run, made from what `about` says if there is none.
    fn track(&mut self, run: usize, id: SeriesId, about: impl FnOnce(SeriesId) -> Series) -> usize {
        let slot = id.0 as usize;
        let known = &mut self.runs[run].tracks;
        if known.len() <= slot {
            known.resize(slot + 1, None);
        }
        if let Some(index) = known[slot] {
            return index;
        }
        let series = about(id);
        let name = series.panel();
        let home = self.charts.named(&name);
        let color = self.charts.color(home, series.split);
        let (group, leaf) = name.rsplit_once('/').unwrap_or((&name, &name));
        let label = match (series.split, name.contains('/')) {
            (Split::None, _) => leaf.to_owned(),
            (split, false) => split.label().to_owned(),
            (split, true) => format!("{leaf} {}", split.label()),
        };
        let index = self.tracks.len();
        let group = self.summaries.add(index, group);
        self.runs[run].tracks[slot] = Some(index);
        if matches!(&series.unit, Unit::Other(unit) if &**unit == "samples/s") {
            self.runs[run].throughput.get_or_insert(index);
        }
        let selection = &self.viewport.selection;
        let chart = self.charts.add(index, &series, home, selection);
        self.tracks.push(Track {
            key: SeriesKey {
                run: self.runs[run].id,
                series: id,
            },
            run,
            home,
            chart,
            series,
            label: label.into(),
            group,
            color,
            history: History::default(),
        });
        index
    }

    /// Takes note of what is visible; tells whether that changes the scene.
    pub fn show(&mut self, viewport: Viewport) -> bool {
        let has_changed = !viewport.shows_as(&self.viewport);
        let is_chosen_anew = viewport.selection != self.viewport.selection;
        self.viewport = viewport;
        self.has_turned |= has_changed;
        if is_chosen_anew {
            let selection = &self.viewport.selection;
            self.charts.regroup(&mut self.tracks, selection);
            self.rearrange();
            self.has_news = true;
        }
        has_changed
    }

    /// What is visible.
    pub(super) const fn viewport(&self) -> &Viewport {
        &self.viewport
    }

    /// Every series of every run.
    pub(super) fn material(&self) -> Material<'_> {
        Material {
            tracks: &self.tracks,
            runs: &self.runs,
        }
    }

    /// Nothing more will be said. A run that has not said how it ended has failed.
    pub fn close(&mut self) {
        if self.runs.is_empty() {
            self.place_of(RunId::default());
        }
        self.has_news = true;
        for run in &mut self.runs {
            run.story.close();
        }
    }

    /// Whether a run's clock runs: a scene made later would show a later time.
    #[must_use]
    pub fn has_running_clock(&self) -> bool {
        self.runs.iter().any(|run| run.story.has_running_clock())
    }

    /// Whether the newest scene shows less than is known, because smoothing a long history takes more than a scene's time: the
    /// next one shows more.
    #[must_use]
    pub const fn is_smoothing(&self) -> bool {
        self.is_smoothing
    }

    /// The scene of this moment. `waiting_points` are reported and not yet taken in.
    pub fn scene(&mut self, number: u64, waiting_points: u64) -> Scene {
        if self.has_news {
            self.take_stock();
        }
        if self.has_news || self.has_turned || self.is_smoothing {
            self.make_panels();
        }
        self.has_news = false;
        self.has_turned = false;
        let now = Timestamp::now();
        let focused = self.focused();
        let current = self.runs.get_mut(focused);
        let (run, log) = current.map_or_else(Default::default, |run| {
            let throughput = run.throughput.map(|track| &self.tracks[track].history);
            let samples_per_second = throughput
                .and_then(History::last)
                .map(|sample| f64::from(sample.value));
            let view = run.story.view(now, samples_per_second);
            (view, run.story.log())
        });
        Scene {
            number,
            viewport: 0,
            run,
            runs: self.run_summaries(focused, now),
            panels: self.panels.clone(),
            series: self.summaries.newest(),
            log,
            points: self.points,
            waiting_points,
            gaps: self.gaps,
            smoothing: self.viewport.smoothing.limited(),
            cursor: self.viewport.cursor,
            newest: self.newest,
        }
    }

    /// The run that headers tell of.
    fn focused(&self) -> usize {
        let asked = self.viewport.focus;
        let place = asked.and_then(|id| self.runs.iter().position(|run| run.id == id));
        place.unwrap_or(self.current)
    }

    /// Every run, at the moment `now`.
    fn run_summaries(&self, focused: usize, now: Timestamp) -> Arc<[RunSummary]> {
        let summary = |(index, run): (usize, &Run)| RunSummary {
            id: run.id,
            color: index,
            is_current: index == focused,
            ..run.story.summary(now)
        };
        self.runs.iter().enumerate().map(summary).collect()
    }

    /// Looks at every series, which takes a while where there are thousands: only after there was news.
    fn take_stock(&mut self) {
        for track in &mut self.tracks {
            track.history.share_steps(&mut self.runs[track.run].lists);
        }
        self.gaps = self.tracks.iter().map(|track| track.history.gaps()).sum();
        let material = Material {
            tracks: &self.tracks,
            runs: &self.runs,
        };
        let choice = Choice::new(&self.viewport.selection);
        self.summaries.renew(material, &self.charts, &choice);
    }

    fn make_panels(&mut self) {
        let viewport = &self.viewport;
        let look = Look {
            x_axis: viewport.x_axis,
            is_x_log: viewport.is_x_log,
            smoothing: viewport.smoothing.limited(),
            pixels_per_point: f64::from(viewport.pixels_per_point),
            cursor: viewport.cursor,
            pins: &viewport.pins,
        };
        let material = Material {
            tracks: &self.tracks,
            runs: &self.runs,
        };
        let choice = Choice::new(&viewport.selection);
        let mut budget = Budget::of_a_scene();
        self.panels.clear();
        for chart in self.charts.iter_mut() {
            let mut views = viewport.panels.iter();
            let view = match views.find(|view| view.panel == chart.id) {
                Some(view) => View::As(view),
                None if viewport.panels.is_empty() => View::Unknown,
                None => View::Hidden,
            };
            let panel = chart.panel(material, &choice, view, &look, &mut budget);
            self.panels.extend(panel);
        }
        self.is_smoothing = budget.is_short();
    }
}
