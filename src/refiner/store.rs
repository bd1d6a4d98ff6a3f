//! The store: every series of every run, and the scene they make.

use std::collections::VecDeque;
use std::sync::Arc;

use super::bulk::{Kept, Shelf};
use super::history::{History, Sample};
use super::legend::Choice;
use super::membership::Charts;
use super::panels::{Chart, Look, Material, View};
use super::smoothing::Budget;
use super::summaries::Summaries;
use super::track::{Run, Track, shown};
use crate::message::{
    Answer, Batch, Entry, Kind, Message, Point, RunId, Series, SeriesId, Split, Step, Timestamp,
};
use crate::scene::{Panel, RunAnswer, RunSummary, Scene, SeriesKey, Viewport};

/// Answers that a scene has.
const MOST_ANSWERS: usize = 100;

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
    shelf: Shelf,
    viewport: Viewport,
    answers: Answers,
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

/// The newest answers of all runs; shared between scenes until there is another.
#[derive(Debug, Default)]
struct Answers {
    told: u64,
    list: VecDeque<RunAnswer>,
    newest: Option<Arc<[RunAnswer]>>,
}

impl Answers {
    fn add(&mut self, run: RunId, answer: Answer) {
        if self.list.len() == MOST_ANSWERS {
            self.list.pop_front();
        }
        self.told += 1;
        let number = self.told;
        self.list.push_back(RunAnswer {
            number,
            run,
            answer,
        });
        self.newest = None;
    }

    fn newest(&mut self) -> Arc<[RunAnswer]> {
        let list = &self.list;
        Arc::clone(
            self.newest
                .get_or_insert_with(|| list.iter().cloned().collect()),
        )
    }
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
        match message {
            Message::Declare(id, series) => {
                self.track(run, *id, |_| series.clone());
            }
            Message::Start(_) => self.current = run,
            Message::Bulk {
                series,
                step,
                time,
                value,
            } => {
                let (step, time) = (*step, *time);
                let value = Arc::clone(value);
                self.keep(run, *series, Kept { step, time, value });
            }
            Message::Skipped { series, step } => self.skip(run, *series, *step),
            _ => {}
        }
        let Run { clock, story, .. } = &mut self.runs[run];
        match message {
            Message::Start(info) => clock.start(info.started),
            Message::Step(mark) => clock.step(mark.step, mark.time),
            Message::Progress(progress) => clock.set_epochs(progress.epochs, progress.steps),
            _ => {}
        }
        story.tell(message);
        if let Message::Answer(answer) = message {
            let answer = story.placed(answer);
            let run = self.runs[run].id;
            self.answers.add(run, answer);
        }
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
        let mut misfits = 0;
        // A run's series are numbered from 0: an index finds them, where hashing would cost more than all the rest.
        let mut known = std::mem::take(&mut self.runs[run].tracks);
        for point in points {
            let slot = point.series.0 as usize;
            let index = match known.get(slot).copied().flatten() {
                Some(index) => index,
                None => {
                    self.runs[run].tracks = known;
                    let index = self.fitting(run, point.series, Kind::Scalar, point.step);
                    known = std::mem::take(&mut self.runs[run].tracks);
                    let Some(index) = index else {
                        misfits += 1;
                        continue;
                    };
                    index
                }
            };
            self.tracks[index].history.push(Sample {
                step: point.step,
                value: point.value,
            });
        }
        self.runs[run].tracks = known;
        self.points += points.len() as u64 - misfits;
    }

    /// Keeps a bulk value.
    #[inline(never)]
    fn keep(&mut self, run: usize, series: SeriesId, kept: Kept) {
        let kind = kept.value.value().kind();
        let track = self.fitting(run, series, kind, kept.step);
        if let Some(row) = track.and_then(|track| self.tracks[track].row) {
            self.shelf.keep(row, kept);
        }
    }

    /// Counts a bulk value that could not be sent. One of a series of scalars has no kind that could be told: a misfit.
    #[inline(never)]
    fn skip(&mut self, run: usize, series: SeriesId, step: Step) {
        let Some(index) = self.runs[run].find(series) else {
            return;
        };
        match self.tracks[index].row {
            Some(row) => self.shelf.skip(row, step),
            None => self.tracks[index].misfits += 1,
        }
    }

    /// The track of a series that a value of some kind is reported to at `step`. If the series is of another kind there is none
    /// for the value: it is counted, and that is said once.
    #[cold]
    fn fitting(&mut self, run: usize, id: SeriesId, kind: Kind, step: Step) -> Option<usize> {
        // A source may report before it declares: such a series is shown by its number.
        let about = |id: SeriesId| Series::of(kind, &format!("series {}", id.0));
        let index = self.track(run, id, about);
        let track = &mut self.tracks[index];
        if track.series.kind == kind {
            return Some(index);
        }
        track.misfits += 1;
        if track.misfits == 1 {
            let text = format!(
                "{} is a series of {}: {} that are reported to it are counted and not shown",
                track.series.name,
                track.series.kind.plural(),
                kind.plural()
            );
            self.runs[run].story.warn(step, text);
        }
        None
    }

    /// The bulk values that are kept of a series, oldest first: the newest ones, as many as the budget allows.
    pub fn bulk(&self, key: SeriesKey) -> impl Iterator<Item = &Kept> {
        let mut runs = self.runs.iter();
        let run = runs.find(|run| run.id == key.run);
        let track = run.and_then(|run| run.find(key.series));
        let row = track.and_then(|track| self.tracks[track].row);
        row.into_iter().flat_map(|row| self.shelf.kept(row))
    }

    /// Where a run is among all: there are few, and one that has just reported is asked for again.
    fn place_of(&mut self, id: RunId) -> usize {
        if let Some(known) = self.runs.iter().position(|run| run.id == id) {
            return known;
        }
        self.runs.push(Run::new(id));
        // Colours tell runs apart where there are several.
        self.rearrange();
        self.runs.len() - 1
    }

    /// The track of a series of a run, made from what `about` says if there is none.
    fn track(&mut self, run: usize, id: SeriesId, about: impl FnOnce(SeriesId) -> Series) -> usize {
        if let Some(index) = self.runs[run].find(id) {
            return index;
        }
        let series = shown(about(id));
        let is_scalar = series.kind == Kind::Scalar;
        let name = series.panel();
        let home = self.charts.named(&name);
        let (group, leaf) = name.rsplit_once('/').unwrap_or((&name, &name));
        let label = match (series.split, name.contains('/')) {
            (Split::None, _) => leaf.to_owned(),
            (split, false) => split.label().to_owned(),
            (split, true) => format!("{leaf} {}", split.label()),
        };
        let index = self.tracks.len();
        let group = self.summaries.add(index, group);
        self.runs[run].note(id, index, &series);
        let (color, chart, row) = if is_scalar {
            let color = self.charts.color(home, series.split);
            let selection = &self.viewport.selection;
            let chart = self.charts.add(index, &series, home, selection);
            (color, chart, None)
        } else {
            // No line: it is in no chart.
            (0, home, Some(self.shelf.add(series.kind)))
        };
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
            row,
            misfits: 0,
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
            answers: self.answers.newest(),
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
        let choice = Choice::new(&self.viewport.selection, &self.runs);
        let summary = |(index, run): (usize, &Run)| RunSummary {
            id: run.id,
            color: index,
            dash: choice.run_dash(index),
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
        let choice = Choice::new(&self.viewport.selection, &self.runs);
        self.summaries
            .renew(material, &self.shelf, &self.charts, &choice);
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
        let choice = Choice::new(&viewport.selection, &self.runs);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Command, Reply};

    #[test]
    fn answers_of_all_runs_are_numbered_in_their_order() {
        let mut store = Store::default();
        for (run, count) in [(0, 70), (1, 50)] {
            let mut batch = Batch::new(RunId(run));
            for step in 1..=count {
                batch.push_message(Message::Answer(Box::new(Answer {
                    command: Command::Checkpoint,
                    step,
                    time: Timestamp::default(),
                    reply: Reply::done(),
                })));
            }
            store.ingest(&batch);
        }
        let answers = store.scene(1, 0).answers;
        assert_eq!(answers.len(), MOST_ANSWERS);
        let told = |answer: &RunAnswer| (answer.number, answer.run, answer.answer.step);
        assert_eq!(answers.first().map(told), Some((21, RunId(0), 21)));
        assert_eq!(answers.last().map(told), Some((120, RunId(1), 50)));
        assert!(Arc::ptr_eq(&answers, &store.scene(2, 0).answers));
    }
}
