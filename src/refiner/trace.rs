//! The vertices of a history on a grid of pixels, kept up as points are added.
//!
//! In comes a course that has grown, out come the vertices of its line and of the marks of its gaps. The one idea: points
//! that are added can change the last pixel column that has any, and nothing before it; so a trace goes on from there, and
//! what an added point costs does not depend on how many there are.

use std::ops::Range;

use super::course::{Course, Curve, Visible};
use super::grid::Grid;
use crate::scene::Vertex;

/// A line through a history as a grid shows it, with an overview of what lies beyond.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    grid: Option<Grid>,
    near: Strip,
    overview: Option<(Grid, Strip)>,
}

impl Trace {
    /// Brings it up to date; tells whether that changed it. The points before index `stands` are those that it was brought up
    /// to date with before, whatever grid it was on; with 0 it is made anew.
    pub(super) fn update<C: Curve>(
        &mut self,
        course: Course<'_, C>,
        grid: &Grid,
        stands: usize,
    ) -> bool {
        let is_same = self.grid == Some(*grid);
        self.grid = Some(*grid);
        let has_changed = self
            .near
            .update(course, grid, if is_same { stands } else { 0 });
        let Some(overview) = grid.overview() else {
            return self.overview.take().is_some() || has_changed;
        };
        match &mut self.overview {
            Some((grid, strip)) if *grid == overview => {
                strip.update(course, grid, stands) || has_changed
            }
            other => {
                let mut strip = Strip::default();
                strip.update(course, &overview, 0);
                *other = Some((overview, strip));
                true
            }
        }
    }

    /// The line's vertices.
    pub(super) fn line(&self) -> Vec<Vertex> {
        let near = self.near.line();
        let Some((from, to, overview)) = self.beyond(Strip::line) else {
            return near;
        };
        let first = near.first().map_or(from, |vertex| vertex.x);
        let last = near.last().map_or(to, |vertex| vertex.x);
        let left = overview.partition_point(|vertex| vertex.x < first);
        let right = overview.partition_point(|vertex| vertex.x <= last);
        let mut line = Vec::with_capacity(left + 1 + near.len() + overview.len() - right);
        line.extend_from_slice(&overview[..left]);
        if self.near.begins_in_gap || near.is_empty() {
            line.push(Vertex::gap(first));
        }
        line.extend(near);
        line.extend_from_slice(&overview[right..]);
        line
    }

    /// The marks of its gaps.
    pub(super) fn gaps(&self) -> Vec<Vertex> {
        let near = &self.near.gaps;
        let Some((from, to, overview)) = self.beyond(|strip| strip.gaps.clone()) else {
            return near.clone();
        };
        let left = overview.iter().take_while(|mark| mark.x < from);
        let right = overview.iter().skip_while(|mark| mark.x <= to);
        left.chain(near).chain(right).copied().collect()
    }

    /// The ends of what is near, and what an overview has, all from the grid's origin.
    fn beyond(&self, of: impl Fn(&Strip) -> Vec<Vertex>) -> Option<(f32, f32, Vec<Vertex>)> {
        let ((over, strip), grid) = (self.overview.as_ref()?, self.grid.as_ref()?);
        let [x, y] = grid.origin();
        let by = [over.origin()[0] - x, over.origin()[1] - y];
        let mut vertices = of(strip);
        // A coarse picture, in single precision.
        #[allow(clippy::cast_possible_truncation)]
        for vertex in &mut vertices {
            vertex.x = (f64::from(vertex.x) + by[0]) as f32;
            if !vertex.is_gap() {
                vertex.y = (f64::from(vertex.y) + by[1]) as f32;
            }
        }
        let near = grid.stretch().x;
        #[allow(clippy::cast_possible_truncation)]
        let [from, to] = [near.start, near.end].map(|end| (end - x) as f32);
        Some((from, to, vertices))
    }
}

/// A line through a history on some columns.
#[derive(Clone, Debug, Default)]
struct Strip {
    line: Vec<Vertex>,
    gaps: Vec<Vertex>,
    begins_in_gap: bool,
    /// Vertices of the line since it was last interrupted.
    run: usize,
    /// Where the last pixel column begins.
    seal: Option<Seal>,
    /// The points that it shows, by index.
    shown: Range<usize>,
}

/// A trace up to a pixel column.
#[derive(Clone, Copy, Debug)]
struct Seal {
    /// The index of the column's first point.
    point: usize,
    line: usize,
    gaps: usize,
    run: usize,
}

impl Strip {
    /// Brings it up to date; tells whether that changed it. The points before index `stands` are those that it was brought up
    /// to date with before, on the same grid; with 0 it is made anew.
    fn update<C: Curve>(&mut self, course: Course<'_, C>, grid: &Grid, stands: usize) -> bool {
        let shown = course.shown(grid);
        let is_continued = stands > 0 && self.shown.start == shown.start;
        if is_continued && self.shown.end == shown.end && shown.end <= stands {
            return false;
        }
        let can_go_on = |seal: &Seal| is_continued && seal.point <= stands;
        let from = match self.seal.take().filter(can_go_on) {
            Some(seal) => {
                self.line.truncate(seal.line);
                self.gaps.truncate(seal.gaps);
                self.run = seal.run;
                seal.point
            }
            None => {
                self.line.clear();
                self.gaps.clear();
                self.begins_in_gap = false;
                self.run = 0;
                0
            }
        };
        self.shown = shown;
        course.trace(grid, from, |visible| self.take(course, grid, visible));
        true
    }

    fn take<C: Curve>(&mut self, course: Course<'_, C>, grid: &Grid, visible: Visible) {
        match visible {
            Visible::Column(point) => {
                self.seal = Some(Seal {
                    point,
                    line: self.line.len(),
                    gaps: self.gaps.len(),
                    run: self.run,
                });
            }
            Visible::Point(sample) => {
                self.line.push(course.vertex(grid, sample));
                self.run += 1;
            }
            Visible::Break(step) => self.interrupt(course.x(grid, step)),
            Visible::Gap(step) => {
                let x = course.x(grid, step);
                self.begins_in_gap |= self.line.is_empty();
                self.interrupt(x);
                self.gaps.push(Vertex { x, y: 0.0 });
            }
        }
    }

    fn interrupt(&mut self, x: f32) {
        if self.run > 0 {
            self.line.extend(self.second_of_a_lone_point());
            self.line.push(Vertex::gap(x));
            self.run = 0;
        }
    }

    /// A lone point is a segment of no length: its round caps make a dot.
    fn second_of_a_lone_point(&self) -> Option<Vertex> {
        self.line.last().copied().filter(|_| self.run == 1)
    }

    fn line(&self) -> Vec<Vertex> {
        let more = self.second_of_a_lone_point();
        let mut line = Vec::with_capacity(self.line.len() + 1);
        line.extend_from_slice(&self.line);
        line.extend(more);
        line
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::clock::Clock;
    use super::super::grid::Abscissa;
    use super::super::history::{History, Sample};
    use super::*;
    use crate::message::Timestamp;
    use crate::scene::{Bounds, Range as Span, Scale, XAxis};

    fn history(samples: &[Sample]) -> History {
        let mut history = History::default();
        for sample in samples {
            history.push(*sample);
        }
        history
    }

    pub(in crate::refiner) fn grid(x: Span, columns: u32, rows: u32, scale: Scale) -> Grid {
        let y = match scale {
            Scale::Linear => Span::new(-10.0, 10.0),
            Scale::Log => Span::new(-1.0, 1.0),
            Scale::Symlog { .. } => Span::new(-2.0, 2.0),
        };
        Grid {
            bounds: Bounds { x, y },
            whole: x,
            columns,
            rows,
            abscissa: Abscissa::default(),
            scale,
        }
    }

    /// Steps that take a while each, and now and then much longer.
    pub(in crate::refiner) fn clock(samples: &[Sample]) -> Clock {
        let mut clock = Clock::default();
        let mut time_ns = 1_790_000_000_000_000_000;
        for sample in samples {
            let is_pause = sample.step % 101 == 0;
            time_ns += if is_pause { 9_000_000_000 } else { 37_000_000 };
            clock.step(sample.step, Timestamp::from_unix_ns(time_ns));
        }
        clock
    }

    /// The line through all points, and the marks of all gaps: what a trace is to look like.
    pub(in crate::refiner) fn through_all(
        history: &History,
        clock: &Clock,
        grid: &Grid,
    ) -> [Vec<Vertex>; 2] {
        let mut trace = Strip::default();
        for index in 0..history.len() {
            let sample = &history.at(index);
            let shown = grid.scale.shows(sample.value);
            trace.take(
                history.course(clock),
                grid,
                if shown {
                    Visible::Point(*sample)
                } else {
                    Visible::Gap(sample.step)
                },
            );
        }
        [trace.line(), trace.gaps]
    }

    /// The pixels of a line, aliased: all that a segment touches of each column it crosses.
    pub(in crate::refiner) fn pixels(line: &[Vertex], grid: &Grid) -> BTreeSet<(i64, i64)> {
        let Bounds { x, y } = grid.bounds;
        let (columns, rows) = (f64::from(grid.columns), f64::from(grid.rows));
        let place = |vertex: &Vertex| {
            [
                f64::from(vertex.x) * columns / x.span(),
                f64::from(vertex.y) * rows / y.span(),
            ]
        };
        let mut pixels = BTreeSet::new();
        for pair in line
            .windows(2)
            .filter(|pair| !pair[0].is_gap() && !pair[1].is_gap())
        {
            let (from, to) = (place(&pair[0]), place(&pair[1]));
            let slope = if to[0] > from[0] {
                (to[1] - from[1]) / (to[0] - from[0])
            } else {
                0.0
            };
            let first = (from[0].floor() as i64).max(0);
            let last = (to[0].floor() as i64).min(i64::from(grid.columns) - 1);
            for column in first..=last {
                let height = |x: f64| {
                    if x <= from[0] {
                        from[1]
                    } else if x >= to[0] {
                        to[1]
                    } else {
                        from[1] + (x - from[0]) * slope
                    }
                };
                let (enter, leave) = (height(column as f64), height((column + 1) as f64));
                let row = |height: f64| (height.floor() as i64).clamp(-1, i64::from(grid.rows));
                for row in row(enter.min(leave))..=row(enter.max(leave)) {
                    pixels.insert((column, row));
                }
            }
        }
        pixels
    }

    /// The columns that have a mark.
    pub(in crate::refiner) fn marked(gaps: &[Vertex], grid: &Grid) -> BTreeSet<i64> {
        let per_step = f64::from(grid.columns) / grid.bounds.x.span();
        gaps.iter()
            .map(|mark| (f64::from(mark.x) * per_step).floor() as i64)
            .filter(|column| (0..i64::from(grid.columns)).contains(column))
            .collect()
    }

    /// A series as a person would meet it: up to 11 pieces of noise, spikes, plateaus, ramps, gaps, over regular and irregular
    /// steps.
    pub(in crate::refiner) fn series(longest_piece: usize) -> impl Strategy<Value = Vec<Sample>> {
        let piece = (0_u8..7, 1_usize..longest_piece, -8.0_f32..8.0, any::<u32>());
        let strides = prop_oneof![Just(vec![1_u64]), prop::collection::vec(1_u64..9, 1..40)];
        (prop::collection::vec(piece, 1..12), strides, 0_u64..2).prop_map(
            |(pieces, strides, first)| {
                let mut step = first;
                let mut samples = Vec::new();
                for (kind, count, level, seed) in pieces {
                    for i in 0..count {
                        let noise = seed.wrapping_add(i as u32).wrapping_mul(0x9E37_79B9);
                        let noise = (noise ^ noise >> 15).wrapping_mul(0x85EB_CA6B) >> 8;
                        let noise = noise as f32 / 8_388_608.0 - 1.0;
                        let value = match kind {
                            0 => level,
                            1 => level * (i as f32 / count as f32),
                            2 if i == count / 2 => level * 1e6,
                            3 => f32::NAN,
                            4 if i % 2 == 0 => f32::NAN,
                            5 if i == count / 3 => f32::NEG_INFINITY,
                            _ => level + noise,
                        };
                        samples.push(Sample { step, value });
                        step += strides[i % strides.len()];
                    }
                }
                samples
            },
        )
    }

    /// A part of an axis, between the shares of it that are given, outward to whole numbers.
    pub(in crate::refiner) fn part(whole: Span, ends: (f64, f64)) -> Span {
        let at = |share: f64| whole.start + share * whole.span();
        let (start, end) = (at(ends.0.min(ends.1)), at(ends.0.max(ends.1)));
        let unit = (whole.span() / 1e3).min(1.0);
        let down = |at: f64| (at / unit).floor() * unit;
        Span::new(down(start), down(end) + unit)
    }

    /// The theorem of M4, gaps included, on a part of a series between two shares of it.
    fn check_all_pixels(
        samples: &[Sample],
        ends: (f64, f64),
        abscissa: Abscissa,
        size: [u32; 2],
        scale: Scale,
        is_alone: bool,
    ) {
        let [columns, rows] = size;
        let clock = clock(samples);
        let position = |sample: Option<&Sample>| {
            sample.map_or(0.0, |sample| clock.position(abscissa, sample.step))
        };
        let whole = Span::new(
            position(samples.first()).min(0.0),
            position(samples.last()).max(1.0),
        );
        let visible = grid(part(whole, ends), columns, rows, scale);
        let grid = Grid {
            whole: if is_alone { visible.whole } else { whole },
            abscissa,
            ..visible
        };
        let history = history(samples);
        let mut trace = Trace::default();
        trace.update(history.course(&clock), &grid, 0);
        let [line, gaps] = through_all(&history, &clock, &grid);
        assert_eq!(pixels(&trace.line(), &grid), pixels(&line, &grid));
        assert_eq!(marked(&trace.gaps(), &grid), marked(&gaps, &grid));
        let overview = grid.overview().map_or(0, |grid| grid.columns);
        let columns = grid.stretch().columns + overview;
        let limit = columns as usize * (9 + 3 * rows as usize) + 8;
        assert!(
            trace.line().len() <= limit,
            "{} vertices",
            trace.line().len()
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// At any zoom, with and without what lies beyond it.
        #[test]
        fn it_is_pixel_for_pixel_the_line_through_all_points(
            samples in series(400),
            ends in (0.0_f64..1.0, 0.0_f64..1.0),
            size in (1_u32..200, 1_u32..120),
            scale in 0..3_usize,
            is_alone in any::<bool>(),
            axis in prop_oneof![2 => Just(XAxis::Step), 1 => Just(XAxis::RelativeTime)],
            is_x_log in any::<bool>(),
        ) {
            let scale = [Scale::Linear, Scale::Log, Scale::Symlog { power: 0 }][scale];
            let abscissa = Abscissa { axis, scale: axis.scale(is_x_log) };
            check_all_pixels(&samples, ends, abscissa, size.into(), scale, is_alone);
        }

        /// However points come in, what is shown in the end is the same.
        #[test]
        fn a_trace_that_goes_on_is_one_made_anew(
            samples in series(400),
            cuts in prop::collection::vec(0.0_f64..1.0, 0..6),
            columns in 1_u32..200,
            room in 0.5_f64..1.5,
            ends in (0.0_f64..1.0, 0.0_f64..1.0),
            is_whole in any::<bool>(),
        ) {
            let last = samples.last().map_or(1, |sample| sample.step.max(1)) as f64;
            let whole = Span::new(0.0, last * room + 1.0);
            let visible = if is_whole { whole } else { part(whole, ends) };
            let grid = Grid { whole, ..grid(visible, columns, 50, Scale::Linear) };
            let clock = Clock::default();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| (cut * samples.len() as f64) as usize).collect();
            cuts.push(samples.len());
            cuts.sort_unstable();
            let mut grown = History::default();
            let mut going_on = Trace::default();
            for (round, cut) in cuts.into_iter().enumerate() {
                let stands = if round > 0 { grown.len() } else { 0 };
                for sample in &samples[grown.len()..cut] {
                    grown.push(*sample);
                }
                let before = going_on.clone();
                let has_changed = going_on.update(grown.course(&clock), &grid, stands);
                let mut anew = Trace::default();
                anew.update(grown.course(&clock), &grid, 0);
                prop_assert_eq!(going_on.line(), anew.line());
                prop_assert_eq!(going_on.gaps(), anew.gaps());
                if !has_changed {
                    prop_assert_eq!(before.line(), anew.line());
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]

        #[test]
        fn it_is_so_for_a_million_points_too(
            samples in series(180_000),
            ends in (0.0_f64..1.0, 0.0_f64..1.0),
            is_alone in any::<bool>(),
        ) {
            check_all_pixels(&samples, ends, Abscissa::default(), [300, 150], Scale::Linear, is_alone);
        }
    }

    #[test]
    fn ten_million_points_with_one_spike_and_one_gap_keep_both() {
        let count = 10_000_000_u64;
        let mut long = History::default();
        for step in 0..count {
            let value = match step {
                1_234_567 => 9.0,
                7_654_321 => f32::NAN,
                _ => (step % 100) as f32 * 0.01,
            };
            long.push(Sample { step, value });
        }
        let grid = grid(Span::new(0.0, count as f64), 1000, 400, Scale::Linear);
        let mut trace = Trace::default();
        let clock = Clock::default();
        trace.update(long.course(&clock), &grid, 0);
        let line = trace.line();
        assert!(line.len() <= 4 * 1000 + 8, "{}", line.len());
        let spike = line.iter().filter(|vertex| vertex.y == 19.0);
        // Somewhere in its pixel column.
        let column = spike.map(|vertex| (vertex.x / 10_000.0).floor());
        assert!(column.eq([123.0]));
        assert_eq!(
            trace.gaps(),
            [Vertex {
                x: 7_654_321.0,
                y: 0.0
            }]
        );
        // A point more changes the last column alone.
        let before = line.len();
        long.push(Sample {
            step: count,
            value: 1.0,
        });
        let stands = long.len() - 1;
        assert!(trace.update(long.course(&clock), &grid, stands));
        assert!(trace.line().len() <= before + 4);
        assert!(!trace.update(long.course(&clock), &grid, long.len()));
    }

    #[test]
    fn a_series_half_of_which_is_nan_stays_bounded() {
        let samples: Vec<_> = (0..1_000_000_u64)
            .map(|step| Sample {
                step,
                value: if step % 2 == 0 {
                    (step % 1999) as f32 * 0.01 - 10.0
                } else {
                    f32::NAN
                },
            })
            .collect();
        let grid = grid(Span::new(0.0, 1e6), 1000, 400, Scale::Linear);
        let mut trace = Trace::default();
        trace.update(history(&samples).course(&Clock::default()), &grid, 0);
        assert!(
            trace.line().len() < 1000 * 3 * 200,
            "{}",
            trace.line().len()
        );
        assert_eq!(trace.gaps().len(), 1000);
    }
}
