//! SVG from a layout: egui's shapes as elements of the same place, size and colour, with the data between them.
//!
//! Lengths are points. The one idea: a shape is written as it was meant and not as the triangles it becomes, and where egui
//! moves edges to whole pixels the same is done here, so that the picture is the one on the screen.

use std::collections::HashMap;
use std::fmt::Write as _;

use egui::epaint::{
    CircleShape, ClippedShape, ColorMode, CornerRadius, EllipseShape, Mesh, PathShape, PathStroke,
    Primitive, RectShape,
};
use egui::{Color32, Pos2, Rect, Shape, Stroke, StrokeKind};

use super::{lines, text};
use crate::dashboard::{DataLayer, StillLayout};
use crate::scene::{Rgb, Scene};

/// Farther out than this nothing is seen, and some programs get lost.
const FARTHEST: f64 = 1e5;

/// A document in the making.
#[derive(Debug, Default)]
pub(super) struct Svg {
    pub(super) out: String,
    /// Rectangles that something is clipped to, in hundredths of a point, and their numbers.
    clips: HashMap<[i64; 4], usize>,
}

/// A layout with its data as an SVG document.
pub(super) fn document(layout: &StillLayout, scene: &Scene) -> String {
    let [width, height] = layout.size.map(number);
    let mut svg = Svg::default();
    let _ = writeln!(
        svg.out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">"
    );
    svg.out.push_str("<title>");
    text::escape(scene.run.info.name.chars(), &mut svg.out);
    svg.out.push_str("</title>\n");
    let ground = opaque(layout.theme.background);
    let _ = write!(svg.out, "<rect width=\"{width}\" height=\"{height}\"");
    svg.paint("fill", ground);
    // All digits as wide as each other, as in the embedded fonts.
    svg.out
        .push_str("/>\n<g style=\"font-feature-settings:'tnum'\" xml:space=\"preserve\">\n");
    let mut has_data = false;
    for ClippedShape {
        clip_rect, shape, ..
    } in &layout.shapes
    {
        if let Shape::Callback(callback) = shape {
            if callback.callback.is::<DataLayer>() && !has_data {
                has_data = true;
                lines::write_all(&mut svg, layout, scene);
            }
            continue;
        }
        svg.clipped(*clip_rect, shape, layout);
    }
    if !has_data {
        lines::write_all(&mut svg, layout, scene);
    }
    svg.out.push_str("</g>\n</svg>\n");
    svg.out
}

/// A theme's colour as egui's.
pub(super) const fn opaque(rgb: Rgb) -> Color32 {
    Color32::from_rgb(rgb.0, rgb.1, rgb.2)
}

/// A length with two decimals at most.
pub(super) fn number(value: impl Into<f64>) -> String {
    let value: f64 = value.into();
    if !value.is_finite() {
        return "0".to_owned();
    }
    let mut text = format!("{:.2}", value.clamp(-FARTHEST, FARTHEST));
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text == "-0" { "0".to_owned() } else { text }
}

impl Svg {
    /// Opens a group that is clipped to a rectangle.
    pub(super) fn begin_clip(&mut self, rect: Rect) {
        // Hundredths, within the limits of numbers.
        #[allow(clippy::cast_possible_truncation)]
        let key = [rect.min.x, rect.min.y, rect.max.x, rect.max.y]
            .map(|edge| (f64::from(edge).clamp(-FARTHEST, FARTHEST) * 100.0).round() as i64);
        let next = self.clips.len();
        let id = *self.clips.entry(key).or_insert(next);
        if id == next {
            let _ = write!(self.out, "<clipPath id=\"clip{id}\"><rect");
            self.place(rect);
            self.out.push_str("/></clipPath>\n");
        }
        let _ = writeln!(self.out, "<g clip-path=\"url(#clip{id})\">");
    }

    pub(super) fn end_group(&mut self) {
        self.out.push_str("</g>\n");
    }

    /// Writes a colour as `fill` or `stroke`, with its opacity.
    pub(super) fn paint(&mut self, what: &str, color: Color32) {
        let [red, green, blue, alpha] = color.to_srgba_unmultiplied();
        if alpha == 0 {
            let _ = write!(self.out, " {what}=\"none\"");
            return;
        }
        let _ = write!(self.out, " {what}=\"#{red:02x}{green:02x}{blue:02x}\"");
        if alpha < 255 {
            let opacity = (f32::from(alpha) / 255.0 * 1000.0).round() / 1000.0;
            let _ = write!(self.out, " {what}-opacity=\"{opacity}\"");
        }
    }

    fn place(&mut self, rect: Rect) {
        let size = rect.size().max(egui::Vec2::ZERO);
        let _ = write!(
            self.out,
            " x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            number(rect.min.x),
            number(rect.min.y),
            number(size.x),
            number(size.y),
        );
    }

    fn stroke(&mut self, stroke: Stroke) {
        if stroke.is_empty() {
            return;
        }
        self.paint("stroke", stroke.color);
        let _ = write!(self.out, " stroke-width=\"{}\"", number(stroke.width));
    }

    /// Writes a shape, clipped where it reaches out of its clip rectangle.
    fn clipped(&mut self, clip: Rect, shape: &Shape, layout: &StillLayout) {
        let bounds = shape.visual_bounding_rect();
        if !bounds.intersects(clip) && !matches!(shape, Shape::Vec(_)) {
            return;
        }
        let is_clipped = !clip.expand(0.01).contains_rect(bounds);
        if is_clipped {
            self.begin_clip(clip);
        }
        self.shape(shape, layout);
        if is_clipped {
            self.end_group();
        }
    }

    fn shape(&mut self, shape: &Shape, layout: &StillLayout) {
        let pixels_per_point = layout.pixels_per_point;
        match shape {
            Shape::Noop | Shape::Callback(_) => {}
            Shape::Vec(shapes) => {
                for shape in shapes {
                    self.shape(shape, layout);
                }
            }
            Shape::Circle(circle) => self.circle(circle),
            Shape::Ellipse(ellipse) => self.ellipse(ellipse),
            Shape::LineSegment { points, stroke } => {
                self.segment(*points, *stroke, pixels_per_point);
            }
            Shape::Path(path) => self.path(path),
            Shape::Rect(rect) => self.rect(rect, pixels_per_point),
            Shape::Text(text) => text::write(self, text, pixels_per_point),
            Shape::Mesh(mesh) => self.mesh(mesh),
            // Rare, and as triangles they are vectors as well.
            Shape::Band(_) | Shape::QuadraticBezier(_) | Shape::CubicBezier(_) => {
                let shape = ClippedShape::new(Rect::EVERYTHING, shape.clone());
                for primitive in layout.tessellate(vec![shape]) {
                    if let Primitive::Mesh(mesh) = primitive.primitive {
                        self.mesh(&mesh);
                    }
                }
            }
        }
    }

    fn circle(&mut self, circle: &CircleShape) {
        let CircleShape {
            center,
            radius,
            fill,
            stroke,
        } = *circle;
        let (x, y, r) = (number(center.x), number(center.y), number(radius));
        let _ = write!(self.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"");
        self.paint("fill", fill);
        self.stroke(stroke);
        self.out.push_str("/>\n");
    }

    fn ellipse(&mut self, ellipse: &EllipseShape) {
        let EllipseShape {
            center,
            radius,
            fill,
            stroke,
            angle,
        } = *ellipse;
        let (x, y) = (number(center.x), number(center.y));
        let (rx, ry) = (number(radius.x), number(radius.y));
        let _ = write!(
            self.out,
            "<ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{rx}\" ry=\"{ry}\""
        );
        self.turn(angle, center);
        self.paint("fill", fill);
        self.stroke(stroke);
        self.out.push_str("/>\n");
    }

    fn turn(&mut self, angle: f32, about: Pos2) {
        if angle != 0.0 {
            let degrees = number(angle.to_degrees());
            let (x, y) = (number(about.x), number(about.y));
            let _ = write!(self.out, " transform=\"rotate({degrees} {x} {y})\"");
        }
    }

    /// egui puts upright and level lines on whole pixels.
    fn segment(&mut self, points: [Pos2; 2], stroke: Stroke, pixels_per_point: f32) {
        if stroke.is_empty() {
            return;
        }
        let [mut from, mut to] = points;
        if from.x == to.x {
            stroke.round_center_to_pixel(pixels_per_point, &mut from.x);
            to.x = from.x;
        } else if from.y == to.y {
            stroke.round_center_to_pixel(pixels_per_point, &mut from.y);
            to.y = from.y;
        }
        self.out.push_str("<path");
        self.way([from, to].into_iter(), false);
        self.out.push_str(" fill=\"none\"");
        self.stroke(stroke);
        self.out.push_str("/>\n");
    }

    /// Writes corners as the path of an element.
    pub(super) fn way(&mut self, corners: impl Iterator<Item = Pos2>, is_closed: bool) {
        self.out.push_str(" d=\"");
        for (index, corner) in corners.enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            let (x, y) = (number(corner.x), number(corner.y));
            let _ = write!(self.out, "{command}{x} {y}");
        }
        self.out.push_str(if is_closed { "Z\"" } else { "\"" });
    }

    fn path(&mut self, path: &PathShape) {
        let PathShape {
            points,
            closed,
            fill,
            stroke: PathStroke { width, color, .. },
        } = path;
        if points.len() < 2 {
            return;
        }
        let color = match color {
            ColorMode::Solid(color) => *color,
            ColorMode::UV(color) => color(path.visual_bounding_rect(), points[0]),
        };
        self.out.push_str("<path");
        self.way(points.iter().copied(), *closed);
        self.paint("fill", *fill);
        self.stroke(Stroke::new(*width, color));
        self.out.push_str("/>\n");
    }

    fn rect(&mut self, shape: &RectShape, pixels_per_point: f32) {
        let mut rect = shape.rect;
        if shape.round_to_pixels != Some(false) {
            let snap = |length: f32| (length * pixels_per_point).round() / pixels_per_point;
            let snapped = Rect::from_min_max(
                Pos2::new(snap(rect.min.x), snap(rect.min.y)),
                Pos2::new(snap(rect.max.x), snap(rect.max.y)),
            );
            // What is thinner than a pixel stays what it is.
            if snapped.is_positive() {
                rect = snapped;
            }
        }
        let width = if shape.stroke.is_empty() {
            0.0
        } else {
            shape.stroke.width
        };
        // SVG's strokes run along the middle of the edge.
        let inwards = match shape.stroke_kind {
            StrokeKind::Inside => width / 2.0,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => -width / 2.0,
        };
        let rect = rect.shrink(inwards);
        if !rect.is_positive() || (shape.fill.a() == 0 && width == 0.0) {
            return;
        }
        let radii = corners(shape.corner_radius).map(|radius| (radius - inwards).max(0.0));
        if radii.iter().all(|radius| *radius == radii[0]) {
            self.out.push_str("<rect");
            self.place(rect);
            if radii[0] > 0.0 {
                let _ = write!(self.out, " rx=\"{}\"", number(radii[0]));
            }
        } else {
            self.out.push_str("<path");
            self.rounded(rect, radii);
        }
        self.turn(shape.angle, rect.center());
        self.paint("fill", shape.fill);
        self.stroke(shape.stroke);
        self.out.push_str("/>\n");
    }

    /// A rectangle whose corners differ, from the upper left one clockwise.
    fn rounded(&mut self, rect: Rect, radii: [f32; 4]) {
        let most = rect.size().min_elem() / 2.0;
        let [nw, ne, se, sw] = radii.map(|radius| radius.min(most));
        let [left, top, right, bottom] = [rect.min.x, rect.min.y, rect.max.x, rect.max.y];
        let mut way = String::new();
        let sides = [
            ([left + nw, top], [right - ne, top], ne, [right, top + ne]),
            (
                [right, top + ne],
                [right, bottom - se],
                se,
                [right - se, bottom],
            ),
            (
                [right - se, bottom],
                [left + sw, bottom],
                sw,
                [left, bottom - sw],
            ),
            ([left, bottom - sw], [left, top + nw], nw, [left + nw, top]),
        ];
        for (index, (from, to, radius, end)) in sides.into_iter().enumerate() {
            let pair = |[x, y]: [f32; 2]| format!("{} {}", number(x), number(y));
            if index == 0 {
                let _ = write!(way, "M{}", pair(from));
            }
            let radius = number(radius);
            let _ = write!(way, "L{}A{radius} {radius} 0 0 1 {}", pair(to), pair(end));
        }
        let _ = write!(self.out, " d=\"{way}Z\"");
    }

    /// Triangles, each in the mean of its corners' colours.
    fn mesh(&mut self, mesh: &Mesh) {
        for corners in mesh.indices.chunks_exact(3) {
            let corners = [corners[0], corners[1], corners[2]].map(|index| {
                mesh.vertices
                    .get(index as usize)
                    .copied()
                    .unwrap_or_default()
            });
            let mean = |channel: usize| {
                let sum: u16 = corners
                    .iter()
                    .map(|corner| u16::from(corner.color.to_array()[channel]))
                    .sum();
                // The mean of three bytes is one.
                #[allow(clippy::cast_possible_truncation)]
                let byte = (sum / 3) as u8;
                byte
            };
            let color = Color32::from_rgba_premultiplied(mean(0), mean(1), mean(2), mean(3));
            if color.a() > 0 {
                self.out.push_str("<path");
                self.way(corners.iter().map(|corner| corner.pos), true);
                self.paint("fill", color);
                self.out.push_str("/>\n");
            }
        }
    }
}

/// Radii from the upper left corner clockwise.
fn corners(radius: CornerRadius) -> [f32; 4] {
    [radius.nw, radius.ne, radius.se, radius.sw].map(f32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_always_numbers() {
        for (value, text) in [
            (0.0, "0"),
            (-0.001, "0"),
            (1.0, "1"),
            (12.345, "12.35"),
            (-3.10, "-3.1"),
            (100.0, "100"),
            (f64::NAN, "0"),
            (f64::INFINITY, "0"),
            (1e30, "100000"),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
    }

    #[test]
    fn a_clip_is_defined_once() {
        let mut svg = Svg::default();
        let rect = Rect::from_min_max(Pos2::new(1.0, 2.0), Pos2::new(3.0, 4.5));
        for _ in 0..2 {
            svg.begin_clip(rect);
            svg.end_group();
        }
        assert_eq!(svg.out.matches("<clipPath").count(), 1);
        assert_eq!(svg.out.matches("url(#clip0)").count(), 2);
        assert!(svg.out.contains("height=\"2.5\""));
    }
}
