//! From a plot to what the shaders are told: pure arithmetic, no device.
//!
//! In: a plot's place and bounds, a part of a line and its vertices. Out: a [`Draw`] and a rectangle to clip to. The one
//! idea: what is large cancels in 64 bits. A vertex is small and relative to its chunk's origin; origin minus bounds is
//! taken here, so that a line at step 2³⁰ is drawn like one at step 0.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::arena::Shape;
use super::columns::{Column, GROUP, ToPixels, Window, append_columns};
use super::px_rect::PxRect;
use crate::scene::{Bounds, Chunk, PlotRect, Rgb, Stroke, Theme, Vertex};

/// How far beyond its plot a panel's data may reach, in points: the half of a marker on the edge.
pub(crate) const REACH: f32 = 8.0;
/// How strongly a faint line covers what is under it.
pub(crate) const FAINT: f32 = 0.28;
/// The least radius of a point that no line leads to, in points.
pub(crate) const LONE_POINT: f32 = 2.0;
/// The ring around a marker, in points.
pub(crate) const RING: f32 = 1.5;
/// A gap mark's half width and height, in points.
pub(crate) const GAP_MARK: [f32; 2] = [3.5, 6.0];

/// With more pixel columns a vertex than this a line is drawn segment by segment, with exact corners and ends.
const SPARSE: u32 = 2;

/// One part of one line, as the shaders take it: the twin of `Draw` in `shaders/common.wgsl`. Lengths are in pixels.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(super) struct Draw {
    /// Position in pixels = vertex × scale + offset.
    pub(super) scale: [f32; 2],
    pub(super) offset: [f32; 2],
    pub(super) clip_min: [f32; 2],
    pub(super) clip_max: [f32; 2],
    /// The corners of all that the part may touch.
    pub(super) cover_min: [f32; 2],
    pub(super) cover_max: [f32; 2],
    /// sRGB, and how strongly it covers.
    pub(super) color: [f32; 4],
    /// What rings are drawn in.
    pub(super) ground: [f32; 4],
    pub(super) target_size: [f32; 2],
    /// Half of a line's width; a marker's radius; half of a gap mark's width.
    pub(super) radius: f32,
    /// A lone point's radius; a marker's ring; a gap mark's height.
    pub(super) detail: f32,
    /// The first vertex in the buffer.
    pub(super) first: u32,
    pub(super) count: u32,
    /// How many pixel columns to each side a column's part of the line can be seen.
    pub(super) reach: u32,
    pub(super) padding: u32,
}

/// Which pipelines draw a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Segment by segment.
    Line,
    /// A line pixel column by pixel column; `first` and `count` are columns.
    Columns,
    /// The same where it reaches farther than into the next column.
    WideColumns,
    Gaps,
    Markers,
}

/// A part of a line, ready to be drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlannedPart {
    pub(super) kind: Kind,
    pub(super) draw: Draw,
    /// Nothing is drawn outside it.
    pub(super) clip: PxRect,
}

impl PlannedPart {
    /// Whether it is drawn column by column.
    pub(super) const fn has_columns(&self) -> bool {
        matches!(self.kind, Kind::Columns | Kind::WideColumns)
    }

    /// What of it can be seen in `damage`.
    pub(super) fn within(&self, damage: PxRect) -> Option<Self> {
        let clip = self.clip.intersect(damage);
        if clip.is_empty() {
            return None;
        }
        let mut part = Self { clip, ..*self };
        if self.has_columns() {
            // Whole groups at the left of all that reaches into it.
            let from = clip.left.saturating_sub(self.draw.reach + GROUP);
            // Pixels, counted from the window's edge.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let cover_left = self.draw.cover_min[0] as u32;
            let skipped = from.saturating_sub(cover_left) / GROUP * GROUP;
            let skipped = skipped.min(self.draw.count);
            part.draw.first += skipped;
            part.draw.count -= skipped;
            part.draw.cover_min = whole([cover_left + skipped, 0]);
            part.draw.cover_min[1] = self.draw.cover_min[1];
        }
        Some(part)
    }
}

/// What a part is drawn in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    pub(super) color: Rgb,
    /// How strongly it covers what is under it, 0 to 1.
    pub(super) strength: f32,
}

/// What a part shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'a> {
    pub(super) vertices: &'a [Vertex],
    /// What they are relative to.
    pub(super) origin: [f64; 2],
    /// Whether their horizontal positions never fall.
    pub(super) is_sorted: bool,
}

/// A plot in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PlotPx {
    /// Left, top, right and bottom edge.
    edges: [f32; 4],
    bounds: Bounds,
    pixels_per_point: f32,
    size_px: [u32; 2],
}

impl PlotPx {
    pub(super) fn new(
        rect: PlotRect,
        bounds: Bounds,
        pixels_per_point: f32,
        size_px: [u32; 2],
    ) -> Self {
        Self {
            edges: [rect.left, rect.top, rect.right, rect.bottom]
                .map(|edge| edge * pixels_per_point),
            bounds,
            pixels_per_point,
            size_px,
        }
    }

    /// Whether anything can be seen in it.
    pub(super) fn has_area(&self) -> bool {
        let [left, top, right, bottom] = self.edges;
        let spans = [self.bounds.x.span(), self.bounds.y.span()];
        right > left && bottom > top && spans.iter().all(|span| *span > 0.0 && span.is_finite())
    }

    /// All pixels that its data may touch.
    pub(super) fn reach(&self) -> PxRect {
        self.inflated(REACH * self.pixels_per_point)
    }

    /// What a stroke may touch from a horizontal position on.
    pub(super) fn right_of(&self, stroke: Stroke, x: f64) -> PxRect {
        let around = match stroke {
            Stroke::Line { width, .. } => (width / 2.0).max(LONE_POINT).max(0.5),
            Stroke::Markers { radius } => radius + RING,
            Stroke::Gaps => GAP_MARK[0],
        };
        // A pixel for its edge, and one for the column next to it, which ends where it begins.
        let around = f64::from(around * self.pixels_per_point) + 2.0;
        let [left, _, right, _] = self.edges.map(f64::from);
        let at = left + (x - self.bounds.x.start) * (right - left) / self.bounds.x.span();
        let reach = self.reach();
        // A cast from a float saturates.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let from = (at - around).floor() as u32;
        PxRect {
            left: reach.left.max(from),
            ..reach
        }
        .intersect(reach)
    }

    fn inflated(&self, by_px: f32) -> PxRect {
        let [left, top, right, bottom] = self.edges;
        PxRect::around(
            [left - by_px, top - by_px, right + by_px, bottom + by_px],
            self.size_px,
        )
    }

    fn transform(&self, origin: [f64; 2]) -> ToPixels {
        let [left, top, right, bottom] = self.edges.map(f64::from);
        let scale = [
            (right - left) / self.bounds.x.span(),
            // Upwards on the screen is downwards in pixels.
            (top - bottom) / self.bounds.y.span(),
        ];
        ToPixels {
            scale,
            offset: [
                left + (origin[0] - self.bounds.x.start) * scale[0],
                bottom + (origin[1] - self.bounds.y.start) * scale[1],
            ],
        }
    }

    /// Which vertices of a chunk sorted by x are in sight, with one neighbour on each side.
    fn in_sight(&self, vertices: &[Vertex], origin: [f64; 2]) -> Range<usize> {
        let grace = f64::from(REACH * self.pixels_per_point) / self.transform(origin).scale[0];
        let start = self.bounds.x.start - grace - origin[0];
        let end = self.bounds.x.end + grace - origin[0];
        let first = vertices.partition_point(|vertex| f64::from(vertex.x) < start);
        let last = vertices.partition_point(|vertex| f64::from(vertex.x) <= end);
        first.saturating_sub(1)..(last + 1).min(vertices.len())
    }

    /// Whether a part is surely drawn by pixel columns, and so without its vertices.
    pub(super) fn shows_columns_of(&self, stroke: Stroke, chunk: &Chunk, shape: Shape) -> bool {
        let Stroke::Line { width, .. } = stroke else {
            return false;
        };
        if !shape.is_sorted || shape.has_gaps || !self.has_area() {
            return false;
        }
        let count = self.in_sight(&chunk.vertices, chunk.origin).len();
        // A line covers its plot at most, and half of its width on each side.
        let [left, _, right, _] = self.edges;
        let widest = right - left + (width * self.pixels_per_point).max(1.0) + 4.0;
        (count * SPARSE as usize) as f64 > f64::from(widest)
    }

    /// What to tell the shaders of a part; `None` where nothing of it is in sight. `first` counts within the chunk, or,
    /// where the part is drawn column by column, within `columns`, to which its own are appended.
    pub(super) fn plan(
        &self,
        stroke: Stroke,
        ink: Ink,
        theme: &Theme,
        content: Content<'_>,
        columns: &mut Vec<Column>,
    ) -> Option<PlannedPart> {
        let Content {
            vertices,
            origin,
            is_sorted,
        } = content;
        let range = if is_sorted {
            self.in_sight(vertices, origin)
        } else {
            0..vertices.len()
        };
        let visible = &vertices[range.clone()];
        let scale = self.pixels_per_point;
        let (kind, radius, detail, strength) = match stroke {
            Stroke::Line { width, is_faint } => {
                // Never thinner than a pixel: a thinner line is only a paler one.
                let radius = (width * scale).max(1.0) / 2.0;
                let lone_point = (LONE_POINT * scale).max(radius);
                let strength = if is_faint { FAINT } else { 1.0 };
                (Kind::Line, radius, lone_point, strength * ink.strength)
            }
            Stroke::Markers { radius } => {
                (Kind::Markers, radius * scale, RING * scale, ink.strength)
            }
            Stroke::Gaps => (Kind::Gaps, GAP_MARK[0] * scale, GAP_MARK[1] * scale, 1.0),
        };
        let transform = self.transform(origin);
        let [left, top, right, bottom] = self.edges;
        let extent = match kind {
            Kind::Gaps => [left, bottom - detail - 1.0, right, bottom],
            Kind::Line | Kind::Columns | Kind::WideColumns | Kind::Markers => {
                extent(visible, &transform)?
            }
        };
        let around = match kind {
            Kind::Line | Kind::Columns | Kind::WideColumns => radius.max(detail) + 1.0,
            Kind::Markers => radius + detail + 1.0,
            Kind::Gaps => radius + 1.0,
        };
        let clip = match kind {
            // A line on the plot's edge keeps its width.
            Kind::Line | Kind::Columns | Kind::WideColumns => self.inflated(radius),
            Kind::Markers => self.inflated(around),
            Kind::Gaps => {
                PxRect::around([left - around, top, right + around, bottom], self.size_px)
            }
        }
        .intersect(self.reach());
        let cover = PxRect::around(
            [
                extent[0] - around,
                extent[1] - around,
                extent[2] + around,
                extent[3] + around,
            ],
            self.size_px,
        )
        .intersect(clip);
        if cover.is_empty() || visible.is_empty() {
            return None;
        }
        let [red, green, blue] = ink.color.channels();
        let ground = theme.panel.channels();
        let draw = Draw {
            scale: narrow(transform.scale),
            offset: narrow(transform.offset),
            clip_min: [left, top],
            clip_max: [right, bottom],
            cover_min: whole([cover.left, cover.top]),
            cover_max: whole([cover.right, cover.bottom]),
            color: [red, green, blue, strength],
            ground: [ground[0], ground[1], ground[2], 1.0],
            target_size: whole(self.size_px),
            radius,
            detail,
            first: u32::try_from(range.start).ok()?,
            count: u32::try_from(range.len()).ok()?,
            reach: 0,
            padding: 0,
        };
        let is_dense = draw.count.saturating_mul(SPARSE) > cover.width();
        if kind == Kind::Line
            && is_sorted
            && is_dense
            && let Some(part) = self.plan_columns(visible, transform, draw, cover, clip, columns)
        {
            return Some(part);
        }
        Some(PlannedPart { kind, draw, clip })
    }

    /// A line that runs from left to right, which covers `cover`; `None` where it has holes that columns cannot show.
    fn plan_columns(
        &self,
        visible: &[Vertex],
        transform: ToPixels,
        draw: Draw,
        cover: PxRect,
        clip: PxRect,
        columns: &mut Vec<Column>,
    ) -> Option<PlannedPart> {
        let first = u32::try_from(columns.len()).ok()?;
        let unseen = f64::from(4.0 * draw.detail.max(draw.radius) + 8.0);
        let window = Window {
            first: cover.left,
            end: cover.right,
            heights: [
                f64::from(self.edges[1]) - unseen,
                f64::from(self.edges[3]) + unseen,
            ],
        };
        let appended = append_columns(visible, transform, window, columns);
        if appended.has_holes {
            columns.truncate(first as usize);
            return None;
        }
        // From a pixel's centre to a column's edge is half a pixel less than to its centre.
        let farthest = if appended.has_lone_points {
            draw.detail.max(draw.radius)
        } else {
            draw.radius
        };
        // A handful of pixels.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let reach = (farthest + 0.499).floor() as u32;
        let draw = Draw {
            first,
            count: cover.width(),
            reach,
            ..draw
        };
        Some(PlannedPart {
            kind: if reach > 1 {
                Kind::WideColumns
            } else {
                Kind::Columns
            },
            draw,
            clip,
        })
    }
}

/// Left, top, right and bottom of all vertices, in pixels; `None` where all of them are gaps.
fn extent(vertices: &[Vertex], transform: &ToPixels) -> Option<[f32; 4]> {
    let mut low = [f32::INFINITY; 2];
    let mut high = [f32::NEG_INFINITY; 2];
    for vertex in vertices.iter().filter(|vertex| !vertex.is_gap()) {
        low = [low[0].min(vertex.x), low[1].min(vertex.y)];
        high = [high[0].max(vertex.x), high[1].max(vertex.y)];
    }
    let to_px =
        |axis: usize, value: f32| f64::from(value) * transform.scale[axis] + transform.offset[axis];
    (low[0] <= high[0]).then(|| {
        let [left, bottom] = [to_px(0, low[0]), to_px(1, low[1])];
        let [right, top] = [to_px(0, high[0]), to_px(1, high[1])];
        let [left, top] = narrow([left, top]);
        let [right, bottom] = narrow([right, bottom]);
        [left, top, right, bottom]
    })
}

/// Pixels need no more than 32 bits.
#[allow(clippy::cast_possible_truncation)]
const fn narrow(pair: [f64; 2]) -> [f32; 2] {
    [pair[0] as f32, pair[1] as f32]
}

/// Windows are far smaller than 2²⁴ pixels.
#[allow(clippy::cast_precision_loss)]
const fn whole(pair: [u32; 2]) -> [f32; 2] {
    [pair[0] as f32, pair[1] as f32]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Range as Span;

    const SIZE: [u32; 2] = [400, 300];
    const LINE: Stroke = Stroke::Line {
        width: 2.0,
        is_faint: false,
    };

    const DOTS: Stroke = Stroke::Markers { radius: 3.0 };

    const fn ember(theme: &Theme) -> Ink {
        Ink {
            color: theme.ember(),
            strength: 1.0,
        }
    }

    fn plot(start: f64, end: f64, pixels_per_point: f32) -> PlotPx {
        let rect = PlotRect {
            left: 20.0,
            top: 10.0,
            right: 120.0,
            bottom: 90.0,
        };
        let bounds = Bounds {
            x: Span::new(start, end),
            y: Span::new(-1.0, 1.0),
        };
        PlotPx::new(rect, bounds, pixels_per_point, SIZE)
    }

    fn ramp(count: u16) -> Vec<Vertex> {
        (0..count)
            .map(|i| Vertex {
                x: f32::from(i),
                y: f32::from(i) / 100.0,
            })
            .collect()
    }

    fn plan(plot: &PlotPx, stroke: Stroke, vertices: &[Vertex], origin: f64) -> PlannedPart {
        let (theme, origin) = (Theme::DARK, [origin, 0.0]);
        let content = Content {
            vertices,
            origin,
            is_sorted: true,
        };
        plot.plan(stroke, ember(&theme), &theme, content, &mut Vec::new())
            .expect("it is in sight")
    }

    fn position(draw: &Draw, vertex: Vertex) -> [f32; 2] {
        [
            vertex.x * draw.scale[0] + draw.offset[0],
            vertex.y * draw.scale[1] + draw.offset[1],
        ]
    }

    #[test]
    fn corners_of_the_bounds_are_corners_of_the_plot() {
        for (scale, far) in [(1.0, 0.0), (1.5, 0.0), (2.0, f64::from(1_u32 << 30))] {
            let plot = plot(far, far + 100.0, scale);
            let draw = plan(&plot, LINE, &ramp(101), far).draw;
            let lower_left = position(&draw, Vertex { x: 0.0, y: -1.0 });
            let upper_right = position(&draw, Vertex { x: 100.0, y: 1.0 });
            assert_eq!(lower_left, [20.0 * scale, 90.0 * scale]);
            assert_eq!(upper_right, [120.0 * scale, 10.0 * scale]);
        }
    }

    #[test]
    fn far_steps_are_told_like_near_ones() {
        let far = f64::from(1_u32 << 30);
        let near = plan(&plot(0.0, 100.0, 1.0), LINE, &ramp(101), 0.0);
        let away = plan(&plot(far, far + 100.0, 1.0), LINE, &ramp(101), far);
        assert_eq!(near.draw, away.draw);
        assert_eq!(near.clip, away.clip);
    }

    #[test]
    fn only_what_is_in_sight_is_drawn_with_a_neighbour_on_each_side() {
        let draw = plan(&plot(40.0, 60.0, 1.0), DOTS, &ramp(101), 0.0).draw;
        // 8 points are 1.6 steps: 39 to 61 are in sight.
        assert_eq!((draw.first, draw.count), (38, 25));
        let theme = Theme::DARK;
        let ramp = ramp(101);
        let unsorted = Content {
            vertices: &ramp,
            origin: [0.0; 2],
            is_sorted: false,
        };
        let all =
            plot(40.0, 60.0, 1.0).plan(DOTS, ember(&theme), &theme, unsorted, &mut Vec::new());
        assert_eq!(all.map(|part| part.draw.count), Some(101));
        let sorted = Content {
            is_sorted: true,
            ..unsorted
        };
        let away =
            plot(400.0, 600.0, 1.0).plan(DOTS, ember(&theme), &theme, sorted, &mut Vec::new());
        assert!(away.is_none());
    }

    #[test]
    fn a_line_that_runs_to_the_right_is_drawn_column_by_column() {
        let theme = Theme::DARK;
        let dense: Vec<_> = (0..1_000_u16)
            .map(|i| Vertex {
                x: f32::from(i) / 10.0,
                y: f32::from(i % 2),
            })
            .collect();
        let content = Content {
            vertices: &dense,
            origin: [0.0; 2],
            is_sorted: true,
        };
        let earlier = Column {
            enter: 0.0,
            leave: 0.0,
            top: 0.0,
            bottom: 0.0,
        };
        let mut columns = vec![earlier; 7];
        let part = plot(0.0, 100.0, 1.0)
            .plan(LINE, ember(&theme), &theme, content, &mut columns)
            .expect("it is in sight");
        assert_eq!((part.kind, part.draw.reach), (Kind::Columns, 1));
        // The plot from 20 to 120, widened by half of the line.
        assert_eq!((part.draw.first, part.draw.count), (7, 102));
        assert_eq!(part.draw.cover_min[0], 19.0);
        assert_eq!(columns.len(), 7 + 102);
        // From 0 to 1 of −1 to 1: the upper half of the plot.
        let middle = columns[57];
        assert_eq!(middle.top.min(middle.enter).min(middle.leave), 10.0);
        assert_eq!(middle.bottom.max(middle.enter).max(middle.leave), 50.0);
    }

    #[test]
    fn what_is_covered_lies_around_the_line_and_inside_the_clip() {
        let plot = plot(0.0, 100.0, 2.0);
        let flat = [Vertex { x: 10.0, y: 0.0 }, Vertex { x: 20.0, y: 0.0 }];
        let part = plan(&plot, LINE, &flat, 0.0);
        // From x = 60 to 80 at y = 100, by the lone point's radius of 4, and 1.
        assert_eq!(part.draw.cover_min, [55.0, 95.0]);
        assert_eq!(part.draw.cover_max, [85.0, 105.0]);
        assert!(plot.reach().contains(part.clip));
    }

    #[test]
    fn strokes_become_pixels() {
        let plot = plot(0.0, 100.0, 1.5);
        let faint = Stroke::Line {
            width: 0.5,
            is_faint: true,
        };
        let draw = plan(&plot, faint, &ramp(9), 0.0).draw;
        assert_eq!((draw.radius, draw.color[3]), (0.5, FAINT));
        let markers = plan(&plot, Stroke::Markers { radius: 3.0 }, &ramp(9), 0.0);
        assert_eq!(
            (markers.kind, markers.draw.radius, markers.draw.detail),
            (Kind::Markers, 4.5, 2.25)
        );
        let gaps = plan(&plot, Stroke::Gaps, &[Vertex::gap(5.0)], 0.0);
        assert_eq!((gaps.kind, gaps.draw.radius), (Kind::Gaps, 5.25));
    }

    #[test]
    fn a_line_of_gaps_alone_is_nothing() {
        let theme = Theme::LIGHT;
        let gaps = [Vertex::gap(1.0), Vertex::gap(2.0)];
        let content = Content {
            vertices: &gaps,
            origin: [0.0; 2],
            is_sorted: true,
        };
        let plot = plot(0.0, 100.0, 1.0);
        let part = plot.plan(LINE, ember(&theme), &theme, content, &mut Vec::new());
        assert!(part.is_none());
    }

    #[test]
    fn plots_without_area_are_known() {
        assert!(plot(0.0, 1.0, 1.0).has_area());
        assert!(!plot(1.0, 1.0, 1.0).has_area());
        assert!(!plot(0.0, f64::INFINITY, 1.0).has_area());
        assert!(!plot(0.0, f64::NAN, 1.0).has_area());
        assert!(!plot(0.0, 1.0, 0.0).has_area());
    }
}
