//! The store: every series of every run, and the scene they make.

use std::collections::HashMap;
use std::sync::Arc;

use super::history::{History, Sample};
use super::panels::{Chart, Look};
use super::run::RunStory;
use super::smoothing::Smoothed;
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
    pub(super) series: Series,
    pub(super) label: Arc<str>,
    group: Arc<str>,
    pub(super) color: usize,
    pub(super) history: History,
    pub(super) smoothed: Smoothed,
}

/// Everything reported so far, and what of it is visible.
///
/// The refiner's thread owns one; tests and exports may use it directly.
#[derive(Debug, Default)]
pub struct Store {
    tracks: Vec<Track>,
    by_key: HashMap<SeriesKey, usize>,
    charts: Vec<Chart>,
    story: RunStory,
    viewport: Viewport,
    points: u64,
    newest: Option<Timestamp>,
}

impl Store {
    /// Takes in all that a batch says.
    pub fn ingest(&mut self, batch: &Batch) {
        for entry in batch.entries() {
            match entry {
                Entry::Points(points) => self.add(batch.run, points),
                Entry::Message(Message::Declare(id, series)) => {
                    self.declare(batch.run, *id, series);
                }
                Entry::Message(message) => self.story.tell(message),
            }
        }
    }

    fn add(&mut self, run: RunId, points: &[Point]) {
        let Some(last) = points.last() else { return };
        self.newest = self.newest.max(Some(
            self.story.time_of(last.step).unwrap_or_else(Timestamp::now),
        ));
        self.points += points.len() as u64;
        // Points of one series often come in a row.
        let mut previous = None;
        for point in points {
            let index = match previous {
                Some((series, index)) if series == point.series => index,
                _ => {
                    let index = self.track_of(SeriesKey {
                        run,
                        series: point.series,
                    });
                    previous = Some((point.series, index));
                    index
                }
            };
            self.tracks[index].history.push(Sample {
                step: point.step,
                value: point.value,
            });
        }
    }

    fn track_of(&mut self, key: SeriesKey) -> usize {
        if let Some(index) = self.by_key.get(&key) {
            return *index;
        }
        // A source that reports before it declares: shown by its number.
        self.declare(
            key.run,
            key.series,
            &Series::scalar(&format!("series {}", key.series.0)),
        );
        self.tracks.len() - 1
    }

    fn declare(&mut self, run: RunId, id: SeriesId, series: &Series) {
        let key = SeriesKey { run, series: id };
        if self.by_key.contains_key(&key) {
            return;
        }
        let name = series.panel();
        let chart = match self.charts.iter().position(|chart| *chart.name == *name) {
            Some(index) => index,
            None => {
                let id = PanelId(u32::try_from(self.charts.len()).unwrap_or(u32::MAX));
                self.charts.push(Chart::new(id, &name));
                self.charts.len() - 1
            }
        };
        let color = self.color_for(chart, series.split);
        let (group, leaf) = name.rsplit_once('/').unwrap_or((&name, &name));
        let label = match (series.split, name.contains('/')) {
            (Split::None, _) => leaf.to_owned(),
            (split, false) => split.label().to_owned(),
            (split, true) => format!("{leaf} {}", split.label()),
        };
        let index = self.tracks.len();
        self.tracks.push(Track {
            key,
            series: series.clone(),
            label: label.into(),
            group: group.into(),
            color,
            history: History::default(),
            smoothed: Smoothed::default(),
        });
        self.by_key.insert(key, index);
        self.charts[chart].add(index, series);
    }

    /// Train is ember, valid is blue; what has no split takes the panel's own colour; no colour twice in a panel while
    /// others are left.
    fn color_for(&self, chart: usize, split: Split) -> usize {
        let taken: Vec<usize> = self.charts[chart]
            .tracks()
            .iter()
            .map(|track| self.tracks[*track].color)
            .collect();
        let wanted = match split {
            Split::Train => 0,
            Split::Valid => 1,
            Split::Test => 3,
            Split::None => {
                let before = self.charts[..chart]
                    .iter()
                    .filter(|chart| {
                        chart
                            .tracks()
                            .iter()
                            .any(|track| self.tracks[*track].series.split == Split::None)
                    })
                    .count();
                UNSPLIT_COLORS[before % UNSPLIT_COLORS.len()]
            }
        };
        [wanted, 0, 1, 2, 3, 4, 5]
            .into_iter()
            .find(|color| !taken.contains(color))
            .unwrap_or(wanted)
    }

    /// Takes note of what is visible; tells whether that changes the scene.
    pub fn show(&mut self, viewport: Viewport) -> bool {
        let has_changed = viewport.panels != self.viewport.panels
            || viewport.smoothing != self.viewport.smoothing;
        self.viewport = viewport;
        has_changed
    }

    /// Nothing more will be said. A run that has not said how it ended has failed.
    pub fn close(&mut self) {
        self.story.close();
    }

    /// Whether the run's clock runs: a scene made later would show a later time.
    #[must_use]
    pub fn has_running_clock(&self) -> bool {
        self.story.has_running_clock()
    }

    /// The scene of this moment. `waiting_points` are reported and not yet taken in.
    pub fn scene(&mut self, number: u64, waiting_points: u64) -> Scene {
        let samples_per_second = self
            .tracks
            .iter()
            .find(|track| matches!(&track.series.unit, Unit::Other(unit) if &**unit == "samples/s"))
            .and_then(|track| track.history.last())
            .map(|sample| f64::from(sample.value));
        let run = self.story.view(Timestamp::now(), samples_per_second);
        let smoothing = self.viewport.smoothing.clamp(0.0, 0.999);
        let look = Look {
            total_steps: run.progress.steps,
            is_over: run.state.is_over(),
            smoothing,
        };
        let (tracks, viewport) = (&mut self.tracks, &self.viewport);
        let panels = self
            .charts
            .iter_mut()
            .map(|chart| {
                let view = viewport.panels.iter().find(|view| view.panel == chart.id);
                chart.panel(tracks, view, &look)
            })
            .collect();
        Scene {
            number,
            run,
            panels,
            series: self.summaries(),
            log: self.story.log(),
            points: self.points,
            waiting_points,
            gaps: self.tracks.iter().map(|track| track.history.gaps()).sum(),
            smoothing,
            newest: self.newest,
        }
    }

    /// Every series, under the groups in the order they first came.
    fn summaries(&self) -> Vec<SeriesSummary> {
        let mut groups: Vec<&str> = Vec::new();
        for track in &self.tracks {
            if !groups.contains(&&*track.group) {
                groups.push(&track.group);
            }
        }
        groups
            .into_iter()
            .flat_map(|group| {
                self.tracks
                    .iter()
                    .filter(move |track| &*track.group == group)
            })
            .map(|track| SeriesSummary {
                key: track.key,
                name: Arc::clone(&track.series.name),
                group: Arc::clone(&track.group),
                label: Arc::clone(&track.label),
                split: track.series.split,
                unit: track.series.unit.clone(),
                color: track.color,
                points: track.history.len() as u64,
                latest: track.history.last().map(|sample| sample.value),
                smallest: track.history.smallest(),
                largest: track.history.largest(),
            })
            .collect()
    }
}
