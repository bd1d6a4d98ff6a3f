//! Charts: which series a panel holds, the bounds that fit them, and the vertices that show them.
//!
//! Vertices are made anew only when something they depend on has changed: that is what [`Basis`] holds. Where only points
//! were added, a line goes on from its last pixel column. A chunk whose content stands is shared with the scenes before, and
//! no renderer uploads it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fit::{Extent, fit, log_scale};
use super::history::{Grid, History};
use super::store::Track;
use super::trace::Trace;
use crate::message::{Series, Split, Unit};
use crate::scene::{
    Bounds, Chunk, ChunkId, Line, Panel, PanelId, PanelView, Part, Range, Scale, Stroke, Vertex,
};

/// The size a panel is built at until somebody says how large it is, in pixels.
const USUAL_SIZE: [u32; 2] = [1024, 512];
/// The least distance between two markers; where points are nearer to each other, only some of them get one.
const MARKER_SPACING: f64 = 9.0;
/// Line widths and the marker's radius, in points (logical pixels).
const FAINT_WIDTH: f32 = 1.0;
const LINE_WIDTH: f32 = 2.0;
const MARKER_RADIUS: f32 = 3.0;

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

impl View<'_> {
    /// The visible range, if it is not all there is, and the pixels it is seen on.
    fn pixels(self) -> Option<(Option<Range>, [u32; 2])> {
        match self {
            Self::As(view) => Some((view.x, view.size_px)),
            Self::Unknown => Some((None, USUAL_SIZE)),
            Self::Hidden => None,
        }
    }
}

/// What a scene's panels depend on beside their points.
pub(super) struct Look {
    pub(super) total_steps: u64,
    pub(super) is_over: bool,
    pub(super) smoothing: f64,
    pub(super) pixels_per_point: f64,
}

/// All that the vertices of a line depend on, but for points that are added.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Basis {
    grid: Grid,
    edits: u64,
    smoothing: f64,
    /// In pixels.
    marker_spacing: f64,
}

/// The chunks of one series.
#[derive(Debug)]
struct Drawn {
    track: usize,
    ids: [ChunkId; 4],
    generation: u64,
    basis: Option<Basis>,
    raw: Trace,
    smooth: Trace,
    parts: Vec<Part>,
}

/// A panel in the making, from scene to scene.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) id: PanelId,
    pub(super) name: Arc<str>,
    title: Arc<str>,
    note: Arc<str>,
    unit: Unit,
    is_log: bool,
    drawn: Vec<Drawn>,
    tracks: Vec<usize>,
    /// Where it is among the panels with series that belong to no split.
    pub(super) unsplit_rank: Option<usize>,
    bounds: Option<Bounds>,
}

fn next_chunk_id() -> ChunkId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    ChunkId(NEXT.fetch_add(1, Ordering::Relaxed))
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
            note: "".into(),
            unit: Unit::None,
            is_log: false,
            drawn: Vec::new(),
            tracks: Vec::new(),
            unsplit_rank: None,
            bounds: None,
        }
    }

    /// Adds a series, by its index among the tracks.
    pub(super) fn add(&mut self, track: usize, series: &Series) {
        if self.note.is_empty() {
            self.note = Arc::clone(&series.note);
        }
        if self.unit == Unit::None {
            self.unit = series.unit.clone();
        }
        self.is_log |= series.is_log;
        self.tracks.push(track);
        self.drawn.push(Drawn {
            track,
            ids: std::array::from_fn(|_| next_chunk_id()),
            generation: 0,
            basis: None,
            raw: Trace::default(),
            smooth: Trace::default(),
            parts: Vec::new(),
        });
    }

    /// The series it holds, by their indices among the tracks.
    pub(super) fn tracks(&self) -> &[usize] {
        &self.tracks
    }

    /// The panel as it stands, in that view. Where nobody sees it, its lines stay as they were.
    pub(super) fn panel(&mut self, tracks: &mut [Track], view: View<'_>, look: &Look) -> Panel {
        let histories = || self.tracks.iter().map(|track| &tracks[*track].history);
        let scale = if self.is_log {
            scale(&histories())
        } else {
            Scale::Linear
        };
        let extent = extent(histories(), scale);
        let gaps = histories().map(History::gaps).sum();
        let ceiling = (self.unit == Unit::Fraction).then_some(1.0);
        self.bounds = extent.map(|extent| {
            // A run that is over grows no more: its end is the axis' end.
            let total = if look.is_over {
                extent.last_step
            } else {
                look.total_steps
            };
            fit(
                self.bounds.filter(|_| !look.is_over),
                extent,
                scale,
                total,
                ceiling,
            )
        });
        let bounds = self.bounds;
        let lines = self
            .drawn
            .iter_mut()
            .map(|drawn| {
                let track = &mut tracks[drawn.track];
                if let (Some(fit), Some((x, [columns, rows]))) = (bounds, view.pixels()) {
                    let x = x.unwrap_or(fit.x);
                    let grid = Grid {
                        bounds: Bounds { x, y: fit.y },
                        columns,
                        rows,
                        scale,
                    };
                    drawn.update(track, grid, look);
                }
                Line {
                    key: track.key,
                    label: if track.series.split == Split::None {
                        Arc::clone(&track.label)
                    } else {
                        track.series.split.label().into()
                    },
                    split: track.series.split,
                    color: track.color,
                    parts: drawn.parts.clone(),
                    latest: track.history.last().map(|sample| sample.value),
                }
            })
            .collect();
        Panel {
            id: self.id,
            name: Arc::clone(&self.name),
            title: Arc::clone(&self.title),
            note: Arc::clone(&self.note),
            unit: self.unit.clone(),
            scale,
            fit: self.bounds,
            lines,
            gaps,
        }
    }
}

/// The scale that shows all finite points of some histories on an axis that is asked to be logarithmic.
fn scale<'a>(histories: &(impl Iterator<Item = &'a History> + Clone)) -> Scale {
    let values = |of: fn(&History) -> Option<f32>| histories.clone().filter_map(of);
    let low = values(|history| Some(history.smallest()?.value)).fold(f32::INFINITY, f32::min);
    let high = values(|history| Some(history.largest()?.value)).fold(f32::NEG_INFINITY, f32::max);
    log_scale(
        low,
        high,
        values(History::smallest_magnitude).reduce(f32::min),
    )
}

/// What the finite points of some histories extend over; `None` where there are none.
fn extent<'a>(histories: impl Iterator<Item = &'a History>, scale: Scale) -> Option<Extent> {
    histories
        .filter_map(|history| {
            Some(Extent {
                first_step: history.first()?.step,
                last_step: history.last()?.step,
                low: scale.position(history.smallest()?.value),
                high: scale.position(history.largest()?.value),
            })
        })
        .reduce(|a, b| Extent {
            first_step: a.first_step.min(b.first_step),
            last_step: a.last_step.max(b.last_step),
            low: a.low.min(b.low),
            high: a.high.max(b.high),
        })
}

impl Drawn {
    fn update(&mut self, track: &mut Track, grid: Grid, look: &Look) {
        let smoothing = look.smoothing;
        let basis = Basis {
            grid,
            edits: track.history.edits(),
            smoothing,
            marker_spacing: MARKER_SPACING * look.pixels_per_point,
        };
        let is_continued = self.basis == Some(basis);
        self.basis = Some(basis);
        if !self.raw.update(&track.history, &grid, is_continued) {
            return;
        }
        self.generation += 1;
        self.parts.clear();
        let [raw_id, smooth_id, marker_id, gap_id] = self.ids;
        let is_held_out = matches!(track.series.split, Split::Valid | Split::Test);
        let is_smoothed = smoothing > 0.0 && !is_held_out && !track.series.is_exact;
        let stroke = |width| Stroke::Line {
            width,
            is_faint: width == FAINT_WIDTH,
        };
        let raw = self.raw.line();
        if is_smoothed {
            let smoothed = track.smoothed.update(&track.history, smoothing);
            self.smooth.update(smoothed, &grid, is_continued);
            let smooth = self.smooth.line();
            self.part(raw_id, &grid, raw, stroke(FAINT_WIDTH));
            self.part(smooth_id, &grid, smooth, stroke(LINE_WIDTH));
        } else {
            self.part(raw_id, &grid, raw, stroke(LINE_WIDTH));
        }
        if is_held_out || track.history.count_in(grid.bounds.x) == 1 {
            let markers = markers(&track.history, &grid, basis.marker_spacing);
            let radius = MARKER_RADIUS;
            self.part(marker_id, &grid, markers, Stroke::Markers { radius });
        }
        if !self.raw.gaps().is_empty() {
            let gaps = self.raw.gaps().to_vec();
            self.part(gap_id, &grid, gaps, Stroke::Gaps);
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

/// Points of a history, at least `spacing` pixels apart on the whole: each second, fourth, eighth where there are too many,
/// so that the same ones keep their marker as points are added.
fn markers(history: &History, grid: &Grid, spacing: f64) -> Vec<Vertex> {
    let shown = history.shown(grid);
    let room = (f64::from(grid.columns) / spacing).max(1.0);
    let mut stride = 1;
    while (shown.len() / stride) as f64 > room {
        stride *= 2;
    }
    shown
        .skip_while(|index| index % stride != 0)
        .step_by(stride)
        .map(|index| history.at(index))
        .filter(|sample| grid.scale.shows(sample.value))
        .map(|sample| grid.vertex(sample))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::store::Store;
    use super::*;
    use crate::message::{Batch, Message, Point, RunId, SeriesId};
    use crate::scene::{Scene, Viewport};

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
        assert_eq!(rate.lines[0].parts.len(), 1);
        assert_eq!(rate.lines[0].color, 4);
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
    fn vertices_follow_the_width_of_the_viewport() {
        let values: Vec<f32> = (0..100_000).map(|i| (i as f32 * 0.01).sin()).collect();
        let (mut store, _) = scene_of(&[(Series::scalar("wave").with_exact_values(), &values)]);
        let mut drawn = |width_px| {
            store.show(Viewport {
                panels: vec![PanelView {
                    panel: PanelId(0),
                    x: None,
                    size_px: [width_px, 300],
                }],
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
