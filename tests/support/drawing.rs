//! Small scenes and a stage to draw them on.

use std::sync::Arc;

use egui::epaint::{ClippedPrimitive, ImageDelta, Mesh, Primitive};
use egui::{Color32, ColorImage, Rect, TextureId, TextureOptions, TexturesDelta, pos2};
use emberscope::message::{RunId, SeriesId, Split, Unit};
use emberscope::render::{Chrome, FrameReport, Gpu, Picture, Renderer, Target};
use emberscope::scene::{
    Bounds, Chunk, ChunkId, Dash, Line, Panel, PanelId, Part, Plot, PlotRect, Range, Rgb, Scale,
    Scene, SeriesKey, Stroke, Theme, Vertex, XAxis, XRange,
};

use crate::references::gpu;

pub(crate) const WIDTH: f32 = 320.0;
pub(crate) const HEIGHT: f32 = 180.0;
pub(crate) const SMOOTH: Stroke = Stroke::Line {
    width: 2.0,
    is_faint: false,
};
pub(crate) const RAW: Stroke = Stroke::Line {
    width: 1.0,
    is_faint: true,
};

pub(crate) fn chunk(id: u64, vertices: Vec<Vertex>) -> Arc<Chunk> {
    Arc::new(Chunk {
        id: ChunkId(id),
        generation: 1,
        origin: [0.0, 0.0],
        vertices,
    })
}

pub(crate) fn curve(points: impl IntoIterator<Item = (f32, f32)>) -> Vec<Vertex> {
    points.into_iter().map(|(x, y)| Vertex { x, y }).collect()
}

/// The same noise everywhere: between −1 and 1.
pub(crate) fn noise(index: u32) -> f32 {
    let mut state = index.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    state = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    state = (state >> 22) ^ state;
    let bits = u16::try_from(state >> 16).expect("16 bits are left");
    f32::from(bits) / 32_767.5 - 1.0
}

pub(crate) fn decay(x: f32) -> f32 {
    0.1 + 1.7 * (-x / 25.0).exp()
}

pub(crate) fn line(color: usize, parts: Vec<(Arc<Chunk>, Stroke)>) -> Line {
    Line {
        key: SeriesKey {
            run: RunId(1),
            series: SeriesId(u32::try_from(color).expect("a small index")),
        },
        label: "train".into(),
        split: Split::Train,
        color,
        dash: Dash::Solid,
        strength: 1.0,
        parts: parts
            .into_iter()
            .map(|(chunk, stroke)| Part { chunk, stroke })
            .collect(),
        latest: None,
        at_cursor: None,
        at_pins: Vec::new(),
        visible: None,
    }
}

pub(crate) fn panel(id: u32, lines: Vec<Line>) -> Panel {
    Panel {
        id: PanelId(id),
        name: "loss".into(),
        title: "Loss".into(),
        note: "".into(),
        unit: Unit::default(),
        scale: Scale::Linear,
        x_axis: XAxis::Step,
        x_scale: Scale::Linear,
        x_range: XRange::All,
        fit: None,
        whole_x: None,
        newest_x: None,
        lines,
        gaps: 0,
        marks: Vec::new(),
    }
}

pub(crate) fn scene(panels: Vec<Panel>) -> Arc<Scene> {
    Arc::new(Scene {
        number: 1,
        panels: panels.into_iter().map(Arc::new).collect(),
        ..Scene::default()
    })
}

pub(crate) fn rect() -> PlotRect {
    PlotRect {
        left: 20.0,
        top: 15.0,
        right: WIDTH - 20.0,
        bottom: HEIGHT - 20.0,
    }
}

pub(crate) fn plot(id: u32, rect: PlotRect) -> Plot {
    Plot {
        panel: PanelId(id),
        rect,
        bounds: Bounds {
            x: Range::new(0.0, 100.0),
            y: Range::new(0.0, 2.0),
        },
        highlight: None,
    }
}

pub(crate) fn filled(
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    Rgb(r, g, b): Rgb,
) -> ClippedPrimitive {
    let mut mesh = Mesh::default();
    mesh.add_colored_rect(
        Rect::from_min_max(pos2(left, top), pos2(right, bottom)),
        Color32::from_rgb(r, g, b),
    );
    ClippedPrimitive {
        clip_rect: Rect::EVERYTHING,
        primitive: Primitive::Mesh(mesh),
    }
}

/// A panel with grid lines, as a dashboard would lay it out.
pub(crate) fn chrome(theme: &Theme, pixels_per_point: f32, has_textures: bool) -> Chrome {
    let mut primitives = vec![filled(8.0, 4.0, WIDTH - 8.0, HEIGHT - 6.0, theme.panel)];
    let PlotRect {
        left,
        top,
        right,
        bottom,
    } = rect();
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let y = (top + (bottom - top) * share).floor();
        primitives.push(filled(left, y, right, y + 1.0, theme.grid));
    }
    let mut textures = TexturesDelta::default();
    if has_textures {
        // All that egui's renderer needs of a font: a white pixel in the corner.
        let white = ColorImage::filled([1, 1], Color32::WHITE);
        textures.push(
            TextureId::default(),
            ImageDelta::full(white, TextureOptions::NEAREST),
        );
    }
    Chrome {
        primitives,
        textures,
        size_px: size(pixels_per_point),
        pixels_per_point,
    }
}

pub(crate) fn size(pixels_per_point: f32) -> [u32; 2] {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    [WIDTH, HEIGHT].map(|length| (length * pixels_per_point).round() as u32)
}

/// A renderer with its target and its chrome.
pub(crate) struct Stage {
    pub(crate) gpu: Gpu,
    pub(crate) renderer: Renderer,
    pub(crate) target: Target,
    pub(crate) theme: Theme,
}

impl Stage {
    pub(crate) fn new(theme: Theme, pixels_per_point: f32) -> Self {
        let gpu = gpu();
        let target = Target::offscreen(&gpu, size(pixels_per_point));
        let mut renderer = Renderer::new(&gpu, target.format());
        renderer.paint_chrome(chrome(&theme, pixels_per_point, true), &theme);
        Self {
            gpu,
            renderer,
            target,
            theme,
        }
    }

    pub(crate) fn draw(&mut self, scene: &Arc<Scene>, plots: &[Plot]) -> FrameReport {
        let report = self
            .renderer
            .draw(&mut self.target, scene, plots, &self.theme);
        assert_eq!(report.skipped, None);
        assert_eq!(self.gpu.errors(), 0, "the log says which");
        report
    }

    pub(crate) fn picture(&mut self) -> Picture {
        self.target.read_rgba().expect("the picture can be read")
    }
}
