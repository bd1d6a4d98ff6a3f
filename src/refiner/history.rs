//! The history of one series: every point kept, and the view of it that a grid of pixels can show.
//!
//! [`History::trace`] is the one way to look at a history: it gives, for each pixel column of the visible range, the first,
//! the lowest, the highest and the last point (M4: Jugel, Jerzak, Hackenbroich and Markl, "M4: A Visualization-Oriented Time
//! Series Data Aggregation", VLDB 2014), and every point where there are few. A line through those is, pixel for pixel, the
//! line through all points. They come from the [`Pyramid`], so that the number of points hardly matters.
//!
//! What points mean that are not simply the next:
//! - One of the same step as the last is kept after it: the line goes straight up or down there.
//! - One of an earlier step is put in its place, after those of the same step. So a run that is taken up again at an earlier
//!   step adds to what is known of those steps. That costs as much as there are points after that place.
//! - NaN and infinities are kept. They interrupt the line and have a mark in their column; extremes leave them out.

use super::pyramid::{Found, Pyramid, Run};
use super::steps::Steps;
use crate::message::Step;
use crate::scene::{Bounds, Extreme, Range, Scale, Vertex};

/// A step with its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) step: Step,
    pub(super) value: f32,
}

/// The pixels that a history is shown on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grid {
    /// What they show, in axis space.
    pub(super) bounds: Bounds,
    /// How many columns of pixels there are.
    pub(super) columns: u32,
    /// How many rows.
    pub(super) rows: u32,
    /// The vertical axis' scale.
    pub(super) scale: Scale,
}

impl Grid {
    /// What vertices are relative to: f32 alone would lose steps beyond 2²⁴.
    pub(super) const fn origin(&self) -> [f64; 2] {
        [self.bounds.x.start, self.bounds.y.start]
    }

    /// Where a point stands. Relative to the origin it fits into single precision.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn vertex(&self, sample: Sample) -> Vertex {
        Vertex {
            x: self.x(sample.step),
            y: (self.scale.position(sample.value) - self.bounds.y.start) as f32,
        }
    }

    /// Where a step stands.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn x(&self, step: Step) -> f32 {
        (step as f64 - self.bounds.x.start) as f32
    }
}

/// What of a history is to be drawn, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Visible {
    /// A pixel column begins with the point of this index. Not told where every point is.
    Column(usize),
    /// A point of the line.
    Point(Sample),
    /// The line is interrupted.
    Break(Step),
    /// And has a mark: a value at this step is NaN or infinite, or the axis cannot show it.
    Gap(Step),
}

/// Every point of a series, ordered by step; points of one step stay in the order they came.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    steps: Steps,
    values: Pyramid,
    extremes: Extremes,
    gaps: u64,
    /// Rises with every change that is not a mere append.
    edits: u64,
}

/// The extremes of all finite values; infinite where there are none.
#[derive(Clone, Copy, Debug)]
struct Extremes {
    smallest: Extreme,
    largest: Extreme,
    smallest_magnitude: f32,
}

impl Default for Extremes {
    fn default() -> Self {
        let nowhere = |value| Extreme { value, step: 0 };
        Self {
            smallest: nowhere(f32::INFINITY),
            largest: nowhere(f32::NEG_INFINITY),
            smallest_magnitude: f32::INFINITY,
        }
    }
}

impl Extremes {
    fn take(&mut self, point: Extreme) {
        if point.value < self.smallest.value {
            self.smallest = point;
        }
        if point.value > self.largest.value {
            self.largest = point;
        }
        if point.value != 0.0 {
            self.smallest_magnitude = self.smallest_magnitude.min(point.value.abs());
        }
    }
}

impl History {
    /// Adds a point. One of an earlier step than the last is put in its place.
    pub(super) fn push(&mut self, sample: Sample) {
        let Sample { step, value } = sample;
        if value.is_finite() {
            self.extremes.take(Extreme { value, step });
        } else {
            self.gaps += 1;
        }
        if self.steps.last().is_some_and(|last| step < last) {
            self.insert(sample);
        } else {
            self.steps.push(step);
            self.values.push(value);
        }
    }

    fn insert(&mut self, sample: Sample) {
        let at = self.steps.before(sample.step as f64 + 0.5);
        let steps = self.steps.split_off(at);
        let values = self.values.split_off(at);
        self.steps.push(sample.step);
        self.values.push(sample.value);
        for (step, value) in steps.into_iter().zip(values) {
            self.steps.push(step);
            self.values.push(value);
        }
        self.edits += 1;
    }

    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }

    /// Rises whenever points already seen have moved: what was derived from them must be made anew.
    pub(super) const fn edits(&self) -> u64 {
        self.edits
    }

    /// # Panics
    /// If there is no such point.
    pub(super) fn at(&self, index: usize) -> Sample {
        Sample {
            step: self.steps.at(index),
            value: self.values.at(index),
        }
    }

    pub(super) fn first(&self) -> Option<Sample> {
        (self.len() > 0).then(|| self.at(0))
    }

    pub(super) fn last(&self) -> Option<Sample> {
        self.len().checked_sub(1).map(|index| self.at(index))
    }

    /// The smallest finite value.
    pub(super) fn smallest(&self) -> Option<Extreme> {
        Some(self.extremes.smallest).filter(|smallest| smallest.value.is_finite())
    }

    /// The largest finite value.
    pub(super) fn largest(&self) -> Option<Extreme> {
        Some(self.extremes.largest).filter(|largest| largest.value.is_finite())
    }

    /// The magnitude of the finite value nearest to zero that is not zero.
    pub(super) fn smallest_magnitude(&self) -> Option<f32> {
        Some(self.extremes.smallest_magnitude).filter(|value| value.is_finite())
    }

    /// How many values are NaN or infinite.
    pub(super) const fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Points within a horizontal range.
    pub(super) fn count_in(&self, x: Range) -> usize {
        self.steps
            .before(x.end + 0.5)
            .saturating_sub(self.steps.before(x.start))
    }

    /// The points that a grid shows, by index, with one more on either side so that the line runs on to the edges.
    pub(super) fn shown(&self, grid: &Grid) -> std::ops::Range<usize> {
        let x = grid.bounds.x;
        let from = self.steps.before(x.start).saturating_sub(1);
        let to = (self.steps.before(x.end + 0.5) + 1).min(self.len());
        from..to.max(from)
    }

    /// Tells `visit` what a grid can show of the points from index `from` on, which is 0 or was told as a
    /// [`Visible::Column`] of the same grid: so a trace is continued when points were added.
    pub(super) fn trace(&self, grid: &Grid, from: usize, mut visit: impl FnMut(Visible)) {
        let shown = self.shown(grid);
        let columns = f64::from(grid.columns.max(1));
        let mut index = from.max(shown.start);
        if shown.len() as f64 <= 2.0 * columns {
            self.trace_all(grid.scale, index..shown.end, visit);
            return;
        }
        let x = grid.bounds.x;
        let per_step = columns / x.span();
        // A column index: far from the ends of i64 by construction of what is shown.
        #[allow(clippy::cast_possible_truncation)]
        let column_of = |index| ((self.steps.at(index) as f64 - x.start) * per_step).floor() as i64;
        let mut bounds = vec![index];
        while index < shown.end {
            let column = column_of(index);
            let next_left = x.start + (column + 1) as f64 / per_step;
            let mut end = self.steps.before(next_left).clamp(index + 1, shown.end);
            // What lies on the edge of two columns belongs where `column_of` says, whichever way the division was rounded.
            while end < shown.end && column_of(end) <= column {
                end += 1;
            }
            while end > index + 1 && column_of(end - 1) > column {
                end -= 1;
            }
            bounds.push(end);
            index = end;
        }
        let runs = self.values.extremes(&bounds, grid.scale);
        for (run, ends) in runs.into_iter().zip(bounds.windows(2)) {
            visit(Visible::Column(ends[0]));
            match run {
                Some(run) => self.tell(run, &mut visit),
                None => self.trace_column(grid, ends[0]..ends[1], &mut visit),
            }
        }
    }

    fn trace_all(
        &self,
        scale: Scale,
        range: std::ops::Range<usize>,
        mut visit: impl FnMut(Visible),
    ) {
        for index in range {
            let sample = self.at(index);
            visit(if scale.shows(sample.value) {
                Visible::Point(sample)
            } else {
                Visible::Gap(sample.step)
            });
        }
    }

    /// The points of one pixel column with gaps.
    ///
    /// Of what lies between two gaps only the height counts, and heights that no empty row of pixels parts are one.
    fn trace_column(
        &self,
        grid: &Grid,
        range: std::ops::Range<usize>,
        visit: &mut impl FnMut(Visible),
    ) {
        let mut between: Vec<Run> = Vec::new();
        let mut newest: Option<Run> = None;
        let mut is_marked = false;
        self.values
            .walk(range.clone(), grid.scale, |found| match found {
                Found::Run(run) => newest = Some(run),
                Found::Gap(first) => {
                    if let Some(run) = newest.take() {
                        if run.first == range.start {
                            self.tell(run, visit);
                        } else {
                            between.push(run);
                        }
                    }
                    if !is_marked {
                        is_marked = true;
                        visit(Visible::Gap(self.steps.at(first)));
                    }
                }
            });
        if let Some(foremost) = between.first() {
            let step = self.steps.at(foremost.first);
            for [low, high] in self.heights(grid, &between) {
                visit(Visible::Point(Sample { step, value: low }));
                if low != high {
                    visit(Visible::Point(Sample { step, value: high }));
                }
                visit(Visible::Break(step));
            }
        }
        match newest {
            Some(run) => self.tell(run, visit),
            // The column ends in a gap, and so does the line.
            None if range.end > range.start => {
                visit(Visible::Break(self.steps.at(range.end - 1)));
            }
            None => {}
        }
    }

    /// The four points of a run, in order, each once.
    fn tell(&self, run: Run, visit: &mut impl FnMut(Visible)) {
        let (early, late) = if run.lowest <= run.highest {
            (run.lowest, run.highest)
        } else {
            (run.highest, run.lowest)
        };
        let mut previous = None;
        for index in [run.first, early, late, run.last] {
            if previous != Some(index) {
                visit(Visible::Point(self.at(index)));
                previous = Some(index);
            }
        }
    }

    /// The heights that runs cover together, from the lowest up.
    fn heights(&self, grid: &Grid, runs: &[Run]) -> Vec<[f32; 2]> {
        let mut heights: Vec<[f32; 2]> = runs
            .iter()
            .map(|run| [self.values.at(run.lowest), self.values.at(run.highest)])
            .collect();
        heights.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
        let y = grid.bounds.y;
        let per_unit = f64::from(grid.rows.max(1)) / y.span();
        let row = |value| ((grid.scale.position(value) - y.start) * per_unit).floor();
        let mut joined: Vec<[f32; 2]> = Vec::new();
        for [low, high] in heights {
            match joined.last_mut() {
                Some([_, top]) if low <= *top || row(low) <= row(*top) + 1.0 => {
                    *top = top.max(high);
                }
                _ => joined.push([low, high]),
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(samples: impl IntoIterator<Item = (Step, f32)>) -> History {
        let mut history = History::default();
        for (step, value) in samples {
            history.push(Sample { step, value });
        }
        history
    }

    fn grid(start: f64, end: f64, columns: u32) -> Grid {
        Grid {
            bounds: Bounds {
                x: Range::new(start, end),
                y: Range::new(-10.0, 10.0),
            },
            columns,
            rows: 100,
            scale: Scale::Linear,
        }
    }

    #[test]
    fn late_points_find_their_place_and_repeated_steps_keep_their_order() {
        let late = history([(1, 1.0), (5, 5.0), (3, 3.0), (5, 5.5), (3, 3.5)]);
        let all: Vec<_> = (0..late.len())
            .map(|i| (late.at(i).step, late.at(i).value))
            .collect();
        assert_eq!(all, [(1, 1.0), (3, 3.0), (3, 3.5), (5, 5.0), (5, 5.5)]);
        assert_eq!(late.edits(), 2);
    }

    #[test]
    fn a_run_taken_up_at_an_earlier_step_adds_to_what_is_known_of_those_steps() {
        let first = (0..1000).map(|step| (step, 1.0));
        let again = (700..1500).map(|step| (step, 2.0));
        let resumed = history(first.chain(again));
        assert_eq!(resumed.len(), 1800);
        assert!((1..1800).all(|i| resumed.at(i - 1).step <= resumed.at(i).step));
        let of_step_800 = [resumed.at(900), resumed.at(901)].map(|s| (s.step, s.value));
        assert_eq!(of_step_800, [(800, 1.0), (800, 2.0)]);
        // From the last known step on they are mere appends again.
        assert_eq!(resumed.edits(), 299);
    }

    #[test]
    fn extremes_leave_out_what_is_not_finite() {
        let mixed = history([(1, f32::NAN), (2, 3.0), (3, f32::INFINITY), (4, -2.0)]);
        let extreme = |value, step| Some(Extreme { value, step });
        assert_eq!(mixed.smallest(), extreme(-2.0, 4));
        assert_eq!(mixed.largest(), extreme(3.0, 2));
        assert_eq!(mixed.smallest_magnitude(), Some(2.0));
        assert_eq!(mixed.gaps(), 2);
    }

    #[test]
    fn few_points_are_shown_as_they_are_with_neighbours_beyond_the_edges() {
        let ten = history((0..10).map(|i| (i, i as f32)));
        let mut steps = Vec::new();
        ten.trace(&grid(3.0, 6.0, 100), 0, |visible| match visible {
            Visible::Point(sample) => steps.push(sample.step),
            other => panic!("{other:?}"),
        });
        assert_eq!(steps, [2, 3, 4, 5, 6, 7]);
        assert_eq!(ten.count_in(Range::new(3.0, 6.0)), 4);
    }

    #[test]
    fn many_points_are_at_most_four_a_column() {
        let wave = history((0..10_000).map(|i| (i, (i as f32).sin())));
        let (mut columns, mut points) = (0, 0);
        wave.trace(&grid(0.0, 10_000.0, 50), 0, |visible| match visible {
            Visible::Column(_) => columns += 1,
            Visible::Point(_) => points += 1,
            other => panic!("{other:?}"),
        });
        // First or last may be the lowest or the highest.
        assert!(
            columns == 50 && (100..=200).contains(&points),
            "{columns} {points}"
        );
    }
}
