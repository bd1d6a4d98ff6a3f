//! The lines of a scene as vectors, drawn by the renderer's measures: what its shaders draw as pixels.
//!
//! In: plots and panels. Out: a path for each line, circles for markers, triangles for gaps. The one idea: a part of a line
//! lies within its plot, give or take its width. What is outside is cut off, and what cannot be told apart at a hundredth of a
//! point is left out, so that a figure's size depends on its width and not on its history's length.

use std::fmt::Write as _;

use egui::{Pos2, Rect, pos2};

use super::svg::{Svg, number, opaque};
use crate::dashboard::StillLayout;
use crate::render::{FAINT, GAP_MARK, LONE_POINT, REACH, RING, layer, strength};
use crate::scene::{Chunk, Plot, Scene, Stroke, Vertex};

/// Writes the lines of every plot.
pub(super) fn write_all(svg: &mut Svg, layout: &StillLayout, scene: &Scene) {
    for plot in &layout.plots {
        write_plot(svg, layout, scene, plot);
    }
}

fn write_plot(svg: &mut Svg, layout: &StillLayout, scene: &Scene, plot: &Plot) {
    let Some(place) = Place::of(plot) else { return };
    let panel = scene.panel(plot.panel);
    let lines = panel.iter().flat_map(|panel| &panel.lines);
    let mut parts: Vec<_> = lines
        .flat_map(|line| line.parts.iter().map(move |part| (line, part)))
        .collect();
    // As the renderer orders them; within a layer the legend's order holds.
    parts.sort_by_key(|(line, part)| layer(part.stroke, plot.highlight == Some(line.key)));
    for (line, part) in parts {
        let ink = opaque(layout.theme.series_color(line.color));
        let strength = strength(line, plot).clamp(0.0, 1.0);
        match part.stroke {
            Stroke::Line { width, is_faint } => {
                // As thin as a pixel at least: a thinner line is only a paler one.
                let width = width.max(1.0 / layout.pixels_per_point);
                let faint = if is_faint { FAINT } else { 1.0 };
                let way = polyline(&place, &part.chunk, width);
                if way.is_empty() {
                    continue;
                }
                svg.begin_clip(place.rect.expand((width / 2.0).min(REACH)));
                let color = ink.gamma_multiply(strength * faint);
                if !way.line.is_empty() {
                    let _ = write!(svg.out, "<path d=\"{}\" fill=\"none\"", way.line);
                    svg.paint("stroke", color);
                    let width = number(width);
                    let _ = writeln!(
                        svg.out,
                        " stroke-width=\"{width}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>"
                    );
                }
                for (dot, radius) in way.dots {
                    let (x, y, radius) = (number(dot.x), number(dot.y), number(radius));
                    let _ = write!(svg.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"");
                    svg.paint("fill", color);
                    svg.out.push_str("/>\n");
                }
                svg.end_group();
            }
            Stroke::Markers { radius } => {
                let ring = opaque(layout.theme.panel);
                let _ = write!(svg.out, "<g");
                if strength < 1.0 {
                    let _ = write!(svg.out, " opacity=\"{strength}\"");
                }
                svg.paint("fill", ink);
                svg.paint("stroke", ring);
                let _ = writeln!(svg.out, " stroke-width=\"{}\">", number(RING));
                // The ring lies around the disc, and a stroke along its middle.
                let radius = number(radius + RING / 2.0);
                for vertex in place.near(&part.chunk).iter().filter(|v| !v.is_gap()) {
                    let at = place.at(*vertex, part.chunk.origin);
                    if place.holds(at) {
                        let (x, y) = (number(at[0]), number(at[1]));
                        let _ = writeln!(svg.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
                    }
                }
                svg.end_group();
            }
            Stroke::Gaps => {
                let marks = gap_marks(&place, &part.chunk, layout.pixels_per_point);
                if !marks.is_empty() {
                    let _ = write!(svg.out, "<path d=\"{marks}\"");
                    svg.paint("fill", ink);
                    svg.out.push_str("/>\n");
                }
            }
        }
    }
}

/// Where a plot's plane is on the page.
struct Place {
    rect: Rect,
    /// Points a unit of axis space, and where zero is.
    scale: [f64; 2],
    start: [f64; 2],
    corner: [f64; 2],
}

impl Place {
    /// `None` where there is no area.
    fn of(plot: &Plot) -> Option<Self> {
        let rect = Rect::from_min_max(
            pos2(plot.rect.left, plot.rect.top),
            pos2(plot.rect.right, plot.rect.bottom),
        );
        let spans = [plot.bounds.x.span(), plot.bounds.y.span()];
        let has_area = rect.is_positive() && spans.iter().all(|s| *s > 0.0 && s.is_finite());
        has_area.then(|| Self {
            rect,
            scale: [
                f64::from(rect.width()) / spans[0],
                // Upwards on the page is downwards in coordinates.
                -f64::from(rect.height()) / spans[1],
            ],
            start: [plot.bounds.x.start, plot.bounds.y.start],
            corner: [f64::from(rect.left()), f64::from(rect.bottom())],
        })
    }

    fn at(&self, vertex: Vertex, origin: [f64; 2]) -> [f64; 2] {
        let vertex = [f64::from(vertex.x), f64::from(vertex.y)];
        std::array::from_fn(|axis| {
            // What is large cancels first.
            let offset = origin[axis] - self.start[axis];
            self.corner[axis] + (vertex[axis] + offset) * self.scale[axis]
        })
    }

    /// Whether a place is in the plot, with half a pixel of grace for those on its edge.
    fn holds(&self, at: [f64; 2]) -> bool {
        // Coordinates of a page.
        #[allow(clippy::cast_possible_truncation)]
        let at = pos2(at[0] as f32, at[1] as f32);
        self.rect.expand(0.5).contains(at)
    }

    /// The vertices that can be seen, with one neighbour on each side; all where they are not in order.
    fn near<'a>(&self, chunk: &'a Chunk) -> &'a [Vertex] {
        let vertices = &chunk.vertices;
        if !vertices.is_sorted_by(|a, b| a.x <= b.x) {
            return vertices;
        }
        let reach = f64::from(REACH);
        let x = |vertex: &Vertex| self.at(*vertex, chunk.origin)[0];
        let (left, right) = (f64::from(self.rect.left()), f64::from(self.rect.right()));
        let first = vertices.partition_point(|vertex| x(vertex) < left - reach);
        let end = vertices.partition_point(|vertex| x(vertex) <= right + reach);
        &vertices[first.saturating_sub(1)..(end + 1).min(vertices.len())]
    }
}

/// A line on the page: a path, and dots where it is shorter than it is wide.
#[derive(Default)]
struct Way {
    line: String,
    dots: Vec<(Pos2, f32)>,
}

impl Way {
    fn is_empty(&self) -> bool {
        self.line.is_empty() && self.dots.is_empty()
    }
}

/// A line within its plot.
fn polyline(place: &Place, chunk: &Chunk, width: f32) -> Way {
    let window = place.rect.expand(width + 2.0 * LONE_POINT);
    let mut way = Way::default();
    for piece in place.near(chunk).split(|vertex| vertex.is_gap()) {
        let points: Vec<[f64; 2]> = piece
            .iter()
            .map(|vertex| place.at(*vertex, chunk.origin))
            .collect();
        let Some(first) = points.first() else {
            continue;
        };
        let is_dot = points
            .iter()
            .all(|point| hundredths(*point) == hundredths(*first));
        if is_dot {
            let radius = if points.len() == 1 {
                LONE_POINT.max(width / 2.0)
            } else {
                width / 2.0
            };
            // Coordinates of a page.
            #[allow(clippy::cast_possible_truncation)]
            let dot = pos2(first[0] as f32, first[1] as f32);
            if window.contains(dot) {
                way.dots.push((dot, radius));
            }
            continue;
        }
        let mut pencil = Pencil::default();
        for pair in points.windows(2) {
            if let Some([from, to]) = within(window, pair[0], pair[1]) {
                pencil.draw(from, to, &mut way.line);
            }
        }
        pencil.lift(&mut way.line);
    }
    way
}

/// Writes segments as a path, those that go on in the same direction as one.
#[derive(Default)]
struct Pencil {
    /// The last corner written, and the end that is still to be written.
    corner: Option<[i64; 2]>,
    end: Option<[i64; 2]>,
}

impl Pencil {
    fn draw(&mut self, from: [f64; 2], to: [f64; 2], line: &mut String) {
        let (from, to) = (hundredths(from), hundredths(to));
        let here = self.end.or(self.corner);
        if here != Some(from) {
            self.lift(line);
            put(line, 'M', from);
            self.corner = Some(from);
        }
        if to == from {
            return;
        }
        if let (Some(corner), Some(end)) = (self.corner, self.end)
            && !is_straight(corner, end, to)
        {
            put(line, 'L', end);
            self.corner = Some(end);
        }
        self.end = Some(to);
    }

    fn lift(&mut self, line: &mut String) {
        if let Some(end) = self.end.take() {
            put(line, 'L', end);
        }
        self.corner = None;
    }
}

/// Whether a corner is on the way from one place to another.
fn is_straight(from: [i64; 2], by: [i64; 2], to: [i64; 2]) -> bool {
    let [a, b] = [0, 1].map(|axis| by[axis] - from[axis]);
    let [c, d] = [0, 1].map(|axis| to[axis] - by[axis]);
    a * d == b * c && a * c >= 0 && b * d >= 0
}

/// A place in hundredths of a point, as it is written.
fn hundredths(place: [f64; 2]) -> [i64; 2] {
    // A cast from a float saturates, and places are near the page.
    #[allow(clippy::cast_possible_truncation)]
    place.map(|length| (length.clamp(-1e7, 1e7) * 100.0).round() as i64)
}

fn put(line: &mut String, command: char, place: [i64; 2]) {
    // Far below what f64 tells apart.
    let [x, y] = place.map(|length| number(length as f64 / 100.0));
    let _ = write!(line, "{command}{x} {y}");
}

/// The part of a segment that lies in a rectangle (Liang and Barsky, 1984).
fn within(window: Rect, from: [f64; 2], to: [f64; 2]) -> Option<[[f64; 2]; 2]> {
    let (low, high) = (window.min, window.max);
    let limits = [[low.x, high.x], [low.y, high.y]].map(|pair| pair.map(f64::from));
    let (mut enter, mut leave) = ((0.0, None), (1.0, None));
    for axis in 0..2 {
        let way = to[axis] - from[axis];
        let [least, most] = limits[axis];
        if way == 0.0 {
            if !(least..=most).contains(&from[axis]) {
                return None;
            }
            continue;
        }
        let (near, far) = if way > 0.0 {
            (least, most)
        } else {
            (most, least)
        };
        let share = |limit: f64| (limit - from[axis]) / way;
        if share(near) > enter.0 {
            enter = (share(near), Some((axis, near)));
        }
        if share(far) < leave.0 {
            leave = (share(far), Some((axis, far)));
        }
    }
    if enter.0 > leave.0 {
        return None;
    }
    let at = |(share, cut): (f64, Option<(usize, f64)>), end: [f64; 2]| {
        // Ends that are inside stay as they are, to the last bit: the next segment begins there.
        let Some((axis, limit)) = cut else { return end };
        let mut place = [0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * share);
        // Exactly: from far outside few digits are left.
        place[axis] = limit;
        place
    };
    Some([at(enter, from), at(leave, to)])
}

/// Triangles on the lower edge, each on the middle of its pixel.
fn gap_marks(place: &Place, chunk: &Chunk, pixels_per_point: f32) -> String {
    let mut marks = String::new();
    let (left, right) = (f64::from(place.rect.left()), f64::from(place.rect.right()));
    let pixel = f64::from(pixels_per_point);
    let bottom = f64::from(place.rect.bottom());
    let [half, height] = GAP_MARK.map(f64::from);
    let mut last = None;
    for vertex in &chunk.vertices {
        // Only where it is horizontally counts.
        let at = place.at(Vertex { y: 0.0, ..*vertex }, chunk.origin)[0];
        if at < left - 0.5 || at > right + 0.5 {
            continue;
        }
        let foot = ((at * pixel).floor() + 0.5) / pixel;
        if last.replace(foot) == Some(foot) {
            continue;
        }
        put(&mut marks, 'M', hundredths([foot - half, bottom]));
        put(&mut marks, 'L', hundredths([foot, bottom - height]));
        put(&mut marks, 'L', hundredths([foot + half, bottom]));
        marks.push('Z');
    }
    marks
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::scene::{Bounds, ChunkId, PanelId, PlotRect, Range};

    fn place() -> Place {
        let plot = Plot {
            panel: PanelId(0),
            rect: PlotRect {
                left: 10.0,
                top: 20.0,
                right: 110.0,
                bottom: 70.0,
            },
            bounds: Bounds {
                x: Range::new(0.0, 100.0),
                y: Range::new(0.0, 50.0),
            },
            highlight: None,
        };
        Place::of(&plot).expect("it has an area")
    }

    fn chunk(points: &[[f32; 2]]) -> Arc<Chunk> {
        let vertices = points.iter().map(|[x, y]| Vertex { x: *x, y: *y });
        Arc::new(Chunk {
            id: ChunkId(1),
            generation: 1,
            origin: [0.0, 0.0],
            vertices: vertices.collect(),
        })
    }

    #[test]
    fn a_line_is_cut_at_gaps_and_far_outside_its_plot() {
        let gap = Vertex::GAP;
        let line = [
            [0.0, 0.0],
            [10.0, 10.0],
            [15.0, gap],
            [20.0, 0.0],
            [30.0, 1e30],
            [40.0, 10.0],
        ];
        let way = polyline(&place(), &chunk(&line), 2.0);
        assert_eq!(way.line, "M10 70L20 60M30 70L30 14M50 14L50 60");
        assert_eq!(way.dots, []);
    }

    #[test]
    fn lone_points_are_dots() {
        let gap = Vertex::GAP;
        let line = [[10.0, 10.0], [20.0, gap], [30.0, 5.0], [30.0, 5.0]];
        let way = polyline(&place(), &chunk(&line), 2.0);
        assert_eq!(way.line, "");
        let dots = [(pos2(20.0, 60.0), 2.0), (pos2(40.0, 65.0), 1.0)];
        assert_eq!(way.dots, dots);
    }

    #[test]
    fn what_goes_straight_on_is_one_segment_and_what_turns_back_is_not() {
        let line = [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [2.0, 9.0], [2.0, 4.0]];
        let way = polyline(&place(), &chunk(&line), 2.0);
        assert_eq!(way.line, "M10 70L12 68L12 61L12 66");
    }

    #[test]
    fn a_million_vertices_in_a_plot_are_not_a_million_corners() {
        let line: Vec<[f32; 2]> = (0..1_000_000)
            .map(|i| [i as f32 * 1e-4, (i / 5000 % 2) as f32])
            .collect();
        let way = polyline(&place(), &chunk(&line), 2.0);
        let corners = way.line.matches('L').count();
        assert!(corners < 1000, "{corners}");
    }

    #[test]
    fn marks_of_one_pixel_are_one_mark() {
        let gap = Vertex::GAP;
        let gaps = chunk(&[[0.2, gap], [0.4, gap], [50.0, gap], [500.0, gap]]);
        let marks = gap_marks(&place(), &gaps, 1.0);
        assert_eq!(marks, "M7 70L10.5 64L14 70ZM57 70L60.5 64L64 70Z");
    }
}
