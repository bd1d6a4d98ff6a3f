//! The store: every series of every run, and the scene they make.

use std::collections::HashMap;
use std::sync::Arc;

use super::clock::Clock;
use super::history::{History, Sample};
use super::panels::{Chart, Look, Material, View};
use super::run::RunStory;
use super::smoothing::Budget;
use super::steps::Lists;
use crate::message::{
    Batch, Entry, Message, Point, RunId, Series, SeriesId, Split, Timestamp, Unit,
};
use crate::scene::{PanelId, Scene, SeriesKey, SeriesSummary, Viewport};

/// Colours of series that belong to no split, panel by panel: never ember, which means "now", while others are left.
const UNSPLIT_COLORS: [usize; 5] = [4, 2, 5, 3, 1];

/// A series with all its points.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) key: SeriesKey,
    /// Which of the store's runs it belongs to.
    pub(super) run: usize,
    /// Which of the store's charts it is in.
    chart: usize,
    pub(super) series: Series,
    pub(super) label: Arc<str>,
    group: Arc<str>,
    pub(super) color: usize,
    pub(super) history: History,
}

/// A run.
#[derive(Debug)]
pub(super) struct Run {
    id: RunId,
    /// The track of each of its series, which are numbered from 0.
    tracks: Vec<Option<usize>>,
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
    /// The run that was the last to start: headers tell of it.
    current: usize,
    charts: Vec<Chart>,
    chart_names: HashMap<Arc<str>, usize>,
    /// Panels that have a series which belongs to no split.
    unsplit_charts: usize,
    /// The tracks under each heading, in the order they first came.
    groups: Vec<Vec<usize>>,
    group_names: HashMap<Arc<str>, usize>,
    viewport: Viewport,
    points: u64,
    newest: Option<Timestamp>,
    /// What the newest scene shows is still being smoothed.
    is_smoothing: bool,
}

impl Store {
    /// Takes in all that a batch says.
    pub fn ingest(&mut self, batch: &Batch) {
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
        let known = self.runs.iter().position(|run| run.id == id);
        known.unwrap_or_else(|| {
            self.runs.push(Run {
                id,
                tracks: Vec::new(),
                lists: Lists::default(),
                clock: Clock::default(),
                story: RunStory::default(),
            });
            self.runs.len() - 1
        })
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
        let chart = self.chart(&name);
        let color = self.color_for(chart, series.split);
        let (group, leaf) = name.rsplit_once('/').unwrap_or((&name, &name));
        let label = match (series.split, name.contains('/')) {
            (Split::None, _) => leaf.to_owned(),
            (split, false) => split.label().to_owned(),
            (split, true) => format!("{leaf} {}", split.label()),
        };
        let index = self.tracks.len();
        let group = self.put_in_group(index, group);
        self.runs[run].tracks[slot] = Some(index);
        self.charts[chart].add(index, &series);
        self.tracks.push(Track {
            key: SeriesKey {
                run: self.runs[run].id,
                series: id,
            },
            run,
            chart,
            series,
            label: label.into(),
            group,
            color,
            history: History::default(),
        });
        index
    }

    /// The panel of that name, made if there is none.
    fn chart(&mut self, name: &str) -> usize {
        if let Some(index) = self.chart_names.get(name) {
            return *index;
        }
        let index = self.charts.len();
        let id = PanelId(u32::try_from(index).unwrap_or(u32::MAX));
        self.charts.push(Chart::new(id, name));
        self.chart_names.insert(name.into(), index);
        index
    }

    /// Lists a track under a heading.
    fn put_in_group(&mut self, track: usize, name: &str) -> Arc<str> {
        if let Some((name, index)) = self.group_names.get_key_value(name) {
            self.groups[*index].push(track);
            return Arc::clone(name);
        }
        let name: Arc<str> = name.into();
        self.group_names
            .insert(Arc::clone(&name), self.groups.len());
        self.groups.push(vec![track]);
        name
    }

    /// Train is ember, valid is blue; what has no split takes the panel's own colour; no colour twice in a panel while
    /// others are left.
    fn color_for(&mut self, chart: usize, split: Split) -> usize {
        let chart = &mut self.charts[chart];
        let wanted = match split {
            Split::Train => 0,
            Split::Valid => 1,
            Split::Test => 3,
            Split::None => {
                let rank = *chart.unsplit_rank.get_or_insert_with(|| {
                    self.unsplit_charts += 1;
                    self.unsplit_charts - 1
                });
                UNSPLIT_COLORS[rank % UNSPLIT_COLORS.len()]
            }
        };
        let is_taken = |color| {
            let mut tracks = chart.tracks().iter();
            tracks.any(|track| self.tracks[*track].color == color)
        };
        [wanted, 0, 1, 2, 3, 4, 5]
            .into_iter()
            .find(|color| !is_taken(*color))
            .unwrap_or(wanted)
    }

    /// Takes note of what is visible; tells whether that changes the scene.
    pub fn show(&mut self, viewport: Viewport) -> bool {
        let has_changed = !viewport.shows_as(&self.viewport);
        self.viewport = viewport;
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
        for track in &mut self.tracks {
            track.history.share_steps(&mut self.runs[track.run].lists);
        }
        let samples_per_second = self
            .tracks
            .iter()
            .filter(|track| track.run == self.current)
            .find(|track| matches!(&track.series.unit, Unit::Other(unit) if &**unit == "samples/s"))
            .and_then(|track| track.history.last())
            .map(|sample| f64::from(sample.value));
        let current = self.runs.get_mut(self.current);
        let (run, log) = current.map_or_else(Default::default, |run| {
            let view = run.story.view(Timestamp::now(), samples_per_second);
            (view, run.story.log())
        });
        let smoothing = self.viewport.smoothing.limited();
        let look = Look {
            x_axis: self.viewport.x_axis,
            is_x_log: self.viewport.is_x_log,
            smoothing,
            pixels_per_point: f64::from(self.viewport.pixels_per_point),
        };
        let material = Material {
            tracks: &self.tracks,
            runs: &self.runs,
        };
        let viewport = &self.viewport;
        let mut budget = Budget::of_a_scene();
        let panels = self
            .charts
            .iter_mut()
            .map(|chart| {
                let mut views = viewport.panels.iter();
                let view = match views.find(|view| view.panel == chart.id) {
                    Some(view) => View::As(view),
                    None if viewport.panels.is_empty() => View::Unknown,
                    None => View::Hidden,
                };
                chart.panel(material, view, &look, &mut budget)
            })
            .collect();
        self.is_smoothing = budget.is_short();
        Scene {
            number,
            viewport: 0,
            run,
            panels,
            series: self.summaries(),
            log,
            points: self.points,
            waiting_points,
            gaps: self.tracks.iter().map(|track| track.history.gaps()).sum(),
            smoothing,
            cursor: self.viewport.cursor,
            newest: self.newest,
        }
    }

    /// Every series, under the groups in the order they first came.
    fn summaries(&self) -> Vec<SeriesSummary> {
        self.groups
            .iter()
            .flatten()
            .map(|track| &self.tracks[*track])
            .map(|track| SeriesSummary {
                key: track.key,
                name: Arc::clone(&track.series.name),
                group: Arc::clone(&track.group),
                label: if self.runs.len() > 1 {
                    let run = &self.runs[track.run].story.name();
                    format!("{} · {run}", track.label).into()
                } else {
                    Arc::clone(&track.label)
                },
                panel: Arc::clone(&self.charts[track.chart].name),
                split: track.series.split,
                unit: track.series.unit.clone(),
                color: if self.runs.len() > 1 {
                    track.run
                } else {
                    track.color
                },
                points: track.history.len() as u64,
                latest: track.history.last().map(|sample| sample.value),
                smallest: track.history.smallest(),
                largest: track.history.largest(),
            })
            .collect()
    }
}
