//! What is drawn of one series: its line, smoothed or not, its markers, the marks of its gaps.
//!
//! Vertices are made anew only when something they depend on has changed: that is what [`Basis`] holds. Where only points
//! were added, a line goes on from its last pixel column. A chunk whose content stands is shared with the scenes before, and
//! no renderer uploads it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::clock::Clock;
use super::course::{Course, Curve};
use super::dash::cut;
use super::grid::Grid;
use super::history::History;
use super::panels::Look;
use super::smoothing::{Budget, Smoothed, SmoothedCurve};
use super::trace::Trace;
use super::track::Track;
use crate::message::Series;
use crate::scene::{Bounds, Chunk, ChunkId, Dash, Part, Smoothing, Stroke, Vertex};

/// The least distance between two markers, in points (logical pixels); where points are nearer to each other, only some of them
/// get one. Of a dashed line more is seen between two.
const MARKER_SPACING: f64 = 9.0;
const DASHED_MARKER_SPACING: f64 = 44.0;
/// The width of values as they were reported behind a smoothed line, and the markers' radius, in points (logical pixels).
const FAINT_WIDTH: f32 = 1.0;
const MARKER_RADIUS: f32 = 3.0;
/// The distances between points, in points, at which a line begins to have markers and at which they have their full size; of a
/// solid line, and of a dashed one.
const SPARSE: [f64; 2] = [10.0, 28.0];
const DASHED_SPARSE: [f64; 2] = [20.0, 40.0];
const LEAST_RADIUS: f32 = 1.5;

/// How a line is told from the others of its panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) color: usize,
    pub(super) dash: Dash,
    /// In points.
    pub(super) width: f32,
    pub(super) strength: f32,
    /// Whether the values as they were reported stand behind their smoothed line.
    pub(super) has_raw: bool,
    /// Whether points that are far from each other have markers, on whatever data they were measured.
    pub(super) marks_points: bool,
}

/// All that the vertices of a line depend on, but for points that are added.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Basis {
    grid: Grid,
    edits: u64,
    style: Style,
    /// In pixels.
    marker_spacing: f64,
}

/// The chunks of one series.
#[derive(Debug)]
pub(super) struct Drawn {
    /// The series, by its index among the tracks.
    pub(super) track: usize,
    ids: [ChunkId; 4],
    generation: u64,
    basis: Option<Basis>,
    /// How many points there were when it was last brought up to date.
    seen: usize,
    /// `None` where it is shown as it is.
    smoothed: Option<Smoothed>,
    raw: Trace,
    smooth: Trace,
    /// What is drawn, back to front.
    pub(super) parts: Vec<Part>,
}

/// Whether a series is shown smoothed.
pub(super) fn is_smoothed(series: &Series, smoothing: Smoothing) -> bool {
    !smoothing.is_none() && !series.split.is_held_out() && !series.is_exact
}

fn next_chunk_id() -> ChunkId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    ChunkId(NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Drawn {
    pub(super) fn new(track: usize) -> Self {
        Self {
            track,
            ids: std::array::from_fn(|_| next_chunk_id()),
            generation: 0,
            basis: None,
            seen: 0,
            smoothed: None,
            raw: Trace::default(),
            smooth: Trace::default(),
            parts: Vec::new(),
        }
    }

    /// Its smoothed values; `None` where it is shown as it is.
    pub(super) const fn smoothed(&self) -> Option<&Smoothed> {
        self.smoothed.as_ref()
    }

    /// Brings its parts up to date.
    pub(super) fn update(
        &mut self,
        track: &Track,
        clock: &Clock,
        grid: Grid,
        style: Style,
        look: &Look<'_>,
        budget: &mut Budget,
    ) {
        let basis = Basis {
            grid,
            edits: track.history.edits(),
            style,
            marker_spacing: match style.dash {
                Dash::Solid => MARKER_SPACING,
                _ => DASHED_MARKER_SPACING,
            } * look.pixels_per_point,
        };
        let is_same = self.basis == Some(basis);
        let is_grown = self.basis.is_some_and(|old| old.edits == basis.edits);
        self.basis = Some(basis);
        let stands = if is_grown { self.seen } else { 0 };
        self.seen = track.history.len();
        let course = track.history.course(clock);
        let visible = course.within(grid.abscissa, grid.bounds.x);
        let has_raw_changed = self.raw.update(course, &grid, stands) || !is_same;
        let is_smoothed = is_smoothed(&track.series, look.smoothing);
        let has_kind_changed = is_smoothed != self.smoothed.is_some();
        let mut has_smooth_changed = false;
        if is_smoothed {
            let smoothed = self.smoothed.get_or_insert_default();
            let kept = smoothed.update(&track.history, look.smoothing, &visible, budget);
            let course = Course {
                steps: course.steps,
                values: SmoothedCurve {
                    smoothed,
                    raw: &track.history,
                },
                clock,
            };
            has_smooth_changed = self.smooth.update(course, &grid, stands.min(kept));
        } else {
            self.smoothed = None;
        }
        if !has_raw_changed && !has_smooth_changed && !has_kind_changed {
            return;
        }
        self.generation += 1;
        let earlier = std::mem::take(&mut self.parts);
        let [raw_id, smooth_id, marker_id, gap_id] = self.ids;
        let stroke = |width| Stroke::Line {
            width,
            is_faint: width == FAINT_WIDTH,
        };
        let cut = |line| {
            let Bounds { x, y } = grid.bounds;
            let per_unit = [
                f64::from(grid.columns) / x.span(),
                f64::from(grid.rows) / y.span(),
            ];
            cut(line, style.dash, per_unit, look.pixels_per_point)
        };
        // What stands is shared with the scenes before.
        let standing = |id| {
            let mut parts = earlier.iter().filter(|_| !has_raw_changed);
            parts.find(|part: &&Part| part.chunk.id == id)
        };
        let raw_stroke = stroke(if is_smoothed {
            FAINT_WIDTH
        } else {
            style.width
        });
        let is_cut_the_same = !has_kind_changed || style.dash == Dash::Solid;
        match standing(raw_id).filter(|_| is_cut_the_same) {
            // In crowds only what is meant is drawn.
            _ if is_smoothed && !style.has_raw => {}
            Some(raw) => self.parts.push(Part {
                chunk: Arc::clone(&raw.chunk),
                stroke: raw_stroke,
            }),
            // Behind a smoothed line it is solid: pieces so faint would be read as noise.
            None if is_smoothed => self.part(raw_id, &grid, self.raw.line(), raw_stroke),
            None => self.part(raw_id, &grid, cut(self.raw.line()), raw_stroke),
        }
        if is_smoothed {
            let smooth = cut(self.smooth.line());
            self.part(smooth_id, &grid, smooth, stroke(style.width));
        }
        if track.series.split.is_held_out() || visible.len() == 1 {
            let markers = markers(&track.history, course, &grid, basis.marker_spacing);
            let radius = MARKER_RADIUS;
            self.part(marker_id, &grid, markers, Stroke::Markers { radius });
        } else if style.marks_points
            && let Some(radius) = sparse_radius(visible.len(), &grid, style, look)
        {
            let line = if is_smoothed { &self.smooth } else { &self.raw };
            let mut markers = line.line();
            markers.retain(|vertex| !vertex.is_gap());
            self.part(marker_id, &grid, markers, Stroke::Markers { radius });
        }
        match standing(gap_id) {
            Some(gaps) => self.parts.push(gaps.clone()),
            None => {
                let gaps = self.raw.gaps();
                if !gaps.is_empty() {
                    self.part(gap_id, &grid, gaps, Stroke::Gaps);
                }
            }
        }
    }

    fn part(&mut self, id: ChunkId, grid: &Grid, vertices: Vec<Vertex>, stroke: Stroke) {
        let chunk = Chunk {
            id,
            generation: self.generation,
            origin: grid.origin(),
            vertices,
        };
        self.parts.push(Part {
            chunk: Arc::new(chunk),
            stroke,
        });
    }
}

/// How large the markers of a line are that has few points, in points: they grow with the distance between two, from nothing.
fn sparse_radius(visible: usize, grid: &Grid, style: Style, look: &Look<'_>) -> Option<f32> {
    let spacing = f64::from(grid.columns) / visible.max(1) as f64 / look.pixels_per_point;
    let [least, most] = match style.dash {
        Dash::Solid => SPARSE,
        _ => DASHED_SPARSE,
    };
    let share = ((spacing - least) / (most - least)).clamp(0.0, 1.0);
    // In steps: a point more seldom changes all of them. A few points.
    #[allow(clippy::cast_possible_truncation)]
    let radius = (share * f64::from(MARKER_RADIUS) * 4.0).round() as f32 / 4.0;
    (radius >= LEAST_RADIUS).then_some(radius)
}

/// Points of a history, at least `spacing` pixels apart on the whole: each second, fourth, eighth where there are too many,
/// so that the same ones keep their marker as points are added.
fn markers<C: Curve>(
    history: &History,
    course: Course<'_, C>,
    grid: &Grid,
    spacing: f64,
) -> Vec<Vertex> {
    let shown = course.shown(grid);
    let room = (f64::from(grid.stretch().columns) / spacing).max(1.0);
    let mut stride = 1;
    while (shown.len() / stride) as f64 > room {
        stride *= 2;
    }
    shown
        .skip_while(|index| index % stride != 0)
        .step_by(stride)
        .map(|index| history.at(index))
        .filter(|sample| grid.scale.shows(sample.value))
        .map(|sample| course.vertex(grid, sample))
        .collect()
}
