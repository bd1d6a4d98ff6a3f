//! Tables: the points that a viewport shows, as they were reported.
//!
//! In goes a viewport, out come blocks of rows, series by series. The one idea: what belongs to a table is settled when it is
//! begun, as places in histories, and rows are made a block at a time: a table of any length takes the memory of a block. A
//! run may go on meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;

use super::course::Curve as _;
use super::drawn::is_smoothed;
use super::grid::Abscissa;
use super::history::History;
use super::smoothing::{Budget, Smoothed, SmoothedCurve};
use super::store::Store;
use crate::message::Step;
use crate::scene::{Panel, Range, Scale, SeriesKey, Smoothing, Viewport};

/// Rows in a block.
const ROWS: usize = 4096;

/// A point in a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableRow {
    /// Its step.
    pub step: Step,
    /// Where it stands on its panel's horizontal axis: the step, epochs, seconds.
    pub x: f64,
    /// Its value, as it was reported.
    pub value: f32,
    /// What smoothing makes of it, where the line is smoothed.
    pub smoothed: Option<f32>,
}

/// Rows of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct TableBlock {
    /// The run's name.
    pub run: Arc<str>,
    /// The series' name.
    pub series: Arc<str>,
    /// Its points, in order.
    pub rows: Vec<TableRow>,
}

/// What comes of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum TablePart {
    /// Rows; more follows.
    Block(TableBlock),
    /// It is whole.
    End,
}

/// What came of going on with a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// A part of it.
    Part(TablePart),
    /// Nothing yet: there is much to smooth first.
    Later,
}

/// A table in the making.
#[derive(Debug)]
pub struct Table {
    sheets: VecDeque<Sheet>,
    smoothing: Smoothing,
}

/// What of a series belongs to a table.
#[derive(Debug)]
struct Sheet {
    track: usize,
    abscissa: Abscissa,
    run: Arc<str>,
    series: Arc<str>,
    places: std::ops::Range<usize>,
    /// Where the next row is.
    next: usize,
    edits: u64,
    /// The steps of the row made last and of the last of all, to find them again where points were put between others.
    told: Option<Step>,
    last: Step,
    smoothed: Option<Smoothed>,
    is_smooth: bool,
}

impl Store {
    /// Begins a table of every point of the visible series in the visible horizontal ranges of the viewport's panels.
    pub fn table(&mut self, viewport: Viewport) -> Table {
        let shown = self.viewport().clone();
        let smoothing = viewport.smoothing.limited();
        let listed: Vec<_> = viewport.panels.iter().map(|view| view.panel).collect();
        self.show(viewport);
        let scene = self.scene(0, 0);
        self.show(shown);
        let panels = scene.panels.iter();
        let sheets = panels
            .filter(|panel| listed.contains(&panel.id))
            .filter_map(|panel| Some((panel, panel.fit?.x)))
            .flat_map(|(panel, x)| panel.lines.iter().map(move |line| (panel, x, line.key)))
            .filter_map(|(panel, x, key)| self.sheet(panel, x, key, smoothing))
            .collect();
        Table { sheets, smoothing }
    }

    fn sheet(
        &self,
        panel: &Panel,
        x: Range,
        key: SeriesKey,
        smoothing: Smoothing,
    ) -> Option<Sheet> {
        let material = self.material();
        let track = material.tracks.iter().position(|track| track.key == key)?;
        let (of, clock) = material.track(track);
        let shown = Abscissa {
            axis: panel.x_axis,
            scale: panel.x_scale,
        };
        let places = of.history.course(clock).within(shown, x);
        let last = places.end.checked_sub(1).filter(|_| !places.is_empty())?;
        Some(Sheet {
            track,
            // A table has the value itself, not where a logarithmic axis puts it.
            abscissa: Abscissa {
                scale: Scale::Linear,
                ..shown
            },
            run: material.runs[of.run].story.name().into(),
            series: Arc::clone(&of.series.name),
            next: places.start,
            places,
            edits: of.history.edits(),
            told: None,
            last: of.history.at(last).step,
            smoothed: is_smoothed(&of.series, smoothing).then(Smoothed::default),
            is_smooth: false,
        })
    }
}

impl Table {
    /// The next part, of the store that it was begun with.
    pub fn next(&mut self, store: &Store) -> Turn {
        let Some(sheet) = self.sheets.front_mut() else {
            return Turn::Part(TablePart::End);
        };
        let Some(block) = sheet.block(store, self.smoothing) else {
            return Turn::Later;
        };
        if sheet.next >= sheet.places.end {
            self.sheets.pop_front();
        }
        Turn::Part(TablePart::Block(block))
    }
}

/// The number of points up to a step.
fn after(history: &History, step: Step) -> usize {
    history.steps().before(step as f64 + 0.5)
}

impl Sheet {
    /// The next rows; `None` while they are still to be smoothed.
    fn block(&mut self, store: &Store, smoothing: Smoothing) -> Option<TableBlock> {
        let (track, clock) = store.material().track(self.track);
        let history = &track.history;
        if self.edits != history.edits() {
            self.edits = history.edits();
            self.places.end = after(history, self.last);
            let told = self.told.map(|step| after(history, step));
            self.next = told.unwrap_or(self.places.start);
            self.is_smooth = false;
        }
        if let Some(smoothed) = &mut self.smoothed
            && !self.is_smooth
        {
            smoothed.update(history, smoothing, &self.places, &mut Budget::of_a_scene());
            let known = SmoothedCurve {
                smoothed,
                raw: history,
            }
            .known();
            self.is_smooth = known.start <= self.next && known.end >= self.places.end;
            if !self.is_smooth {
                return None;
            }
        }
        let end = self.places.end.min(self.next + ROWS);
        let places = self.next..end.max(self.next);
        let mut rows = Vec::with_capacity(places.len());
        history.steps().each(places.clone(), |step| {
            rows.push(TableRow {
                step,
                x: clock.position(self.abscissa, step),
                value: 0.0,
                smoothed: None,
            });
        });
        let mut values = rows.iter_mut();
        history.values().each(places.clone(), |value| {
            if let Some(row) = values.next() {
                row.value = value;
            }
        });
        if let Some(smoothed) = &self.smoothed {
            let raw = history;
            let mut values = rows.iter_mut();
            SmoothedCurve { smoothed, raw }.each(places.clone(), |value| {
                if let Some(row) = values.next() {
                    row.smoothed = Some(value);
                }
            });
        }
        self.next = places.end;
        self.told = rows.last().map(|row| row.step).or(self.told);
        Some(TableBlock {
            run: Arc::clone(&self.run),
            series: Arc::clone(&self.series),
            rows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Batch, Message, Point, RunId, Series, SeriesId};
    use crate::scene::{PanelId, PanelView, XRange};

    fn store(values: &[f32]) -> Store {
        let mut store = Store::default();
        let mut batch = Batch::new(RunId(0));
        for (id, name) in [(0, "loss/train"), (1, "loss/valid"), (2, "other")] {
            batch.push_message(Message::Declare(SeriesId(id), Series::scalar(name)));
            batch.extend_points(values.iter().zip(0..).map(|(value, step)| Point {
                series: SeriesId(id),
                value: *value,
                step,
            }));
        }
        store.ingest(&batch);
        store
    }

    fn rows(store: &mut Store, view: PanelView, smoothing: Smoothing) -> Vec<(String, TableRow)> {
        let mut table = store.table(Viewport {
            panels: vec![view],
            smoothing,
            ..Viewport::default()
        });
        let mut rows = Vec::new();
        loop {
            match table.next(store) {
                Turn::Part(TablePart::Block(block)) => {
                    assert!(block.rows.len() <= ROWS);
                    let series = block.series.to_string();
                    rows.extend(block.rows.iter().map(|row| (series.clone(), *row)));
                }
                Turn::Part(TablePart::End) => return rows,
                Turn::Later => {}
            }
        }
    }

    #[test]
    fn a_table_has_what_its_panel_shows_and_no_other_point() {
        let mut values = vec![1.5; 10_000];
        values[200] = f32::NAN;
        let mut store = store(&values);
        let view = PanelView {
            x: XRange::Part(Range::new(100.0, 5200.5)),
            ..PanelView::all(PanelId(0), [300, 200])
        };
        let rows = rows(&mut store, view, Smoothing::NONE);
        for (series, rows) in ["loss/train", "loss/valid"].iter().zip(rows.chunks(5101)) {
            for ((name, row), step) in rows.iter().zip(100..) {
                assert_eq!((&**name, row.step, row.x), (*series, step, step as f64));
                assert_eq!(row.value.to_bits(), values[step as usize].to_bits());
                assert_eq!(row.smoothed, None);
            }
        }
        assert_eq!(rows.len(), 2 * 5101);
    }

    #[test]
    fn a_smoothed_line_has_its_smoothed_values_beside_it() {
        let values: Vec<f32> = (0..20_000).map(|i| (i % 17) as f32).collect();
        let mut store = store(&values);
        let view = PanelView::all(PanelId(0), [300, 200]);
        let rows = rows(&mut store, view, Smoothing::RunningAverage { points: 3 });
        let (train, valid) = rows.split_at(20_000);
        for at in 1..19_999 {
            let mean = values[at - 1..=at + 1].iter().sum::<f32>() / 3.0;
            let smoothed = train[at].1.smoothed.expect("it is smoothed");
            assert!((smoothed - mean).abs() < 1e-4, "{at}: {smoothed}, {mean}");
        }
        assert!(valid.iter().all(|(_, row)| row.smoothed.is_none()));
    }

    #[test]
    fn points_that_come_late_neither_repeat_nor_end_a_table() {
        let mut store = store(&vec![1.0; 9000]);
        let mut table = store.table(Viewport {
            panels: vec![PanelView::all(PanelId(1), [300, 200])],
            ..Viewport::default()
        });
        let mut steps = Vec::new();
        let mut is_late = true;
        loop {
            match table.next(&store) {
                Turn::Part(TablePart::Block(block)) => {
                    steps.extend(block.rows.iter().map(|row| row.step));
                }
                Turn::Part(TablePart::End) => break,
                Turn::Later => continue,
            }
            if std::mem::take(&mut is_late) {
                let mut batch = Batch::new(RunId(0));
                batch.extend_points([10, 8000].map(|step| Point {
                    series: SeriesId(2),
                    value: 2.0,
                    step,
                }));
                store.ingest(&batch);
            }
        }
        assert_eq!(steps.len(), 9001);
        assert!(steps.is_sorted());
    }
}
