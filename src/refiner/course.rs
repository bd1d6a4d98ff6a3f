//! The way that a series' values take over a grid of pixels.
//!
//! In: steps, the values at them, raw or smoothed, and the clock that says where a step stands. Out, through
//! [`Course::trace`]: for each column of pixels the first, the lowest, the highest and the last point (M4: Jugel, Jerzak,
//! Hackenbroich and Markl, "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014), and every point where
//! there are few. A line through those is, pixel for pixel, the line through all points. They come from a [`Curve`], which
//! answers for whole ranges, so that the number of points hardly matters.

use std::ops::Range;

use super::clock::Clock;
use super::grid::{Abscissa, Grid, Stretch};
use super::history::Sample;
use super::pyramid::{At, Found, Pyramid, Run};
use super::steps::Steps;
use crate::message::Step;
use crate::scene::{Range as Span, Scale, Vertex};

/// Values that can be asked for by ranges.
pub(super) trait Curve: Copy {
    /// The indices of those that are known.
    fn known(self) -> Range<usize>;

    /// Tells `visit` the values of a range, one after the other.
    fn each(self, range: Range<usize>, visit: impl FnMut(f32));

    /// For each range from one of `bounds` to the next, none of which is empty, what a walk over it finds if that is one run;
    /// `None` where there are gaps.
    fn extremes(self, bounds: &[usize], scale: Scale) -> Vec<Option<Run>>;

    /// Tells `visit` what a range holds, in order. `scale` is the axis that is to show it.
    fn walk(self, range: Range<usize>, scale: Scale, visit: impl FnMut(Found));
}

impl Curve for &Pyramid {
    fn known(self) -> Range<usize> {
        0..self.len()
    }

    fn each(self, range: Range<usize>, visit: impl FnMut(f32)) {
        Pyramid::each(self, range, visit);
    }

    fn extremes(self, bounds: &[usize], scale: Scale) -> Vec<Option<Run>> {
        Pyramid::extremes(self, bounds, scale)
    }

    fn walk(self, range: Range<usize>, scale: Scale, visit: impl FnMut(Found)) {
        Pyramid::walk(self, range, scale, visit);
    }
}

/// What of a course is to be drawn, in order.
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

/// The way that values take over their steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course<'a, C> {
    pub(super) steps: &'a Steps,
    pub(super) values: C,
    pub(super) clock: &'a Clock,
}

impl<C: Curve> Course<'_, C> {
    /// Where a point stands on a grid. Relative to the origin it fits into single precision.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn vertex(&self, grid: &Grid, sample: Sample) -> Vertex {
        Vertex {
            x: self.x(grid, sample.step),
            y: (grid.scale.position(sample.value) - grid.bounds.y.start) as f32,
        }
    }

    /// Where a step stands.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn x(&self, grid: &Grid, step: Step) -> f32 {
        (self.clock.position(grid.abscissa, step) - grid.bounds.x.start) as f32
    }

    /// The number of points before a place on a horizontal axis.
    fn before(&self, abscissa: Abscissa, x: f64) -> usize {
        self.steps.before(self.clock.step_at(abscissa, x))
    }

    /// The points in a part of a horizontal axis, ends included.
    pub(super) fn within(&self, abscissa: Abscissa, x: Span) -> Range<usize> {
        let known = self.values.known();
        let from = self.before(abscissa, x.start).clamp(known.start, known.end);
        let to = self.before(abscissa, x.end.next_up()).min(known.end);
        from..to.max(from)
    }

    /// The points that a grid shows, with one more on either side so that the line runs on to the edges.
    pub(super) fn shown(&self, grid: &Grid) -> Range<usize> {
        let known = self.values.known();
        let Stretch { x, .. } = grid.stretch();
        let from = self.before(grid.abscissa, x.start).saturating_sub(1);
        let from = from.clamp(known.start, known.end);
        let to = self.before(grid.abscissa, x.end.next_up()) + 1;
        from..to.clamp(from, known.end)
    }

    /// Tells `visit` what a grid can show of the points from index `from` on, which is 0 or was told as a
    /// [`Visible::Column`] of the same grid: so a trace is continued when points were added.
    pub(super) fn trace(&self, grid: &Grid, from: usize, mut visit: impl FnMut(Visible)) {
        let (shown, stretch) = (self.shown(grid), grid.stretch());
        let rest = from.max(shown.start)..shown.end;
        if rest.is_empty() {
            return;
        }
        if shown.len() as f64 <= 2.0 * f64::from(stretch.columns) {
            self.trace_all(grid.scale, rest, &mut visit);
            return;
        }
        let bounds = self.columns(grid, stretch, rest);
        let runs = self.values.extremes(&bounds, grid.scale);
        for (run, ends) in runs.into_iter().zip(bounds.windows(2)) {
            visit(Visible::Column(ends[0]));
            match run {
                Some(run) => self.tell(run, &mut visit),
                None => self.trace_column(grid, ends[0]..ends[1], &mut visit),
            }
        }
    }

    /// Where each pixel column of some points begins, and where the last one ends.
    fn columns(&self, grid: &Grid, stretch: Stretch, points: Range<usize>) -> Vec<usize> {
        let column_of = |index| stretch.column_of(self.x(grid, self.steps.at(index)));
        let mut index = points.start;
        let mut bounds = vec![index];
        while index < points.end {
            let column = column_of(index);
            let next_left = stretch.left_of(column + 1);
            let mut end = self
                .before(grid.abscissa, next_left)
                .clamp(index + 1, points.end);
            // What lies on the edge of two columns belongs where `column_of` says, whichever way the division was rounded.
            while end < points.end && column_of(end) <= column {
                end += 1;
            }
            while end > index + 1 && column_of(end - 1) > column {
                end -= 1;
            }
            bounds.push(end);
            index = end;
        }
        bounds
    }

    fn trace_all(&self, scale: Scale, range: Range<usize>, visit: &mut impl FnMut(Visible)) {
        let mut index = range.start;
        self.values.each(range, |value| {
            let step = self.steps.at(index);
            index += 1;
            visit(if scale.shows(value) {
                Visible::Point(Sample { step, value })
            } else {
                Visible::Gap(step)
            });
        });
    }

    /// The points of one pixel column with gaps.
    ///
    /// Of what lies between two gaps only the height counts, and heights that no empty row of pixels parts are one.
    fn trace_column(&self, grid: &Grid, range: Range<usize>, visit: &mut impl FnMut(Visible)) {
        let mut between: Vec<Run> = Vec::new();
        let mut newest: Option<Run> = None;
        let mut is_marked = false;
        self.values
            .walk(range.clone(), grid.scale, |found| match found {
                Found::Run(run) => newest = Some(run),
                Found::Gap(first) => {
                    if let Some(run) = newest.take() {
                        if run.first.index == range.start {
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
            let step = self.steps.at(foremost.first.index);
            for [low, high] in heights(grid, &between) {
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
        let (early, late) = if run.lowest.index <= run.highest.index {
            (run.lowest, run.highest)
        } else {
            (run.highest, run.lowest)
        };
        let mut previous = None;
        for at in [run.first, early, late, run.last] {
            if previous != Some(at) {
                let At { index, value } = at;
                let step = self.steps.at(index);
                visit(Visible::Point(Sample { step, value }));
                previous = Some(at);
            }
        }
    }
}

/// The heights that runs cover together, from the lowest up.
fn heights(grid: &Grid, runs: &[Run]) -> Vec<[f32; 2]> {
    let mut heights: Vec<[f32; 2]> = runs
        .iter()
        .map(|run| [run.lowest.value, run.highest.value])
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

#[cfg(test)]
mod tests {
    use super::super::history::History;
    use super::*;
    use crate::scene::Bounds;

    fn history(samples: impl IntoIterator<Item = (Step, f32)>) -> History {
        let mut history = History::default();
        for (step, value) in samples {
            history.push(Sample { step, value });
        }
        history
    }

    fn grid(start: f64, end: f64, columns: u32) -> Grid {
        let x = Span::new(start, end);
        Grid {
            bounds: Bounds {
                x,
                y: Span::new(-10.0, 10.0),
            },
            whole: x,
            columns,
            rows: 100,
            abscissa: Abscissa::default(),
            scale: Scale::Linear,
        }
    }

    #[test]
    fn few_points_are_shown_as_they_are_with_neighbours_beyond_the_edges() {
        let ten = history((0..10).map(|i| (i, i as f32)));
        let mut steps = Vec::new();
        ten.course(&Clock::default())
            .trace(&grid(3.0, 6.0, 100), 0, |visible| match visible {
                Visible::Point(sample) => steps.push(sample.step),
                other => panic!("{other:?}"),
            });
        assert_eq!(steps, [2, 3, 4, 5, 6, 7]);
        let clock = Clock::default();
        let near = ten
            .course(&clock)
            .within(Abscissa::default(), Span::new(3.0, 6.0));
        assert_eq!(near, 3..7);
    }

    #[test]
    fn many_points_are_at_most_four_a_column() {
        let wave = history((0..10_000).map(|i| (i, (i as f32).sin())));
        let (mut columns, mut points) = (0, 0);
        wave.course(&Clock::default()).trace(
            &grid(0.0, 10_000.0, 50),
            0,
            |visible| match visible {
                Visible::Column(_) => columns += 1,
                Visible::Point(_) => points += 1,
                other => panic!("{other:?}"),
            },
        );
        // First or last may be the lowest or the highest.
        assert!(
            columns == 50 && (100..=200).contains(&points),
            "{columns} {points}"
        );
    }
}
