//! A dashboard frozen, to be laid out without a person: for figures.
//!
//! In goes what a person sees, [`Dashboard::still`](super::Dashboard::still), later a scene and a size; out come shapes that
//! are not yet triangles, so that text is text, and the plots. The one idea: a still owns all that it shows beside the scene.
//! It may be laid out by another thread, in a context of its own, while the dashboard goes on.

use std::sync::Arc;
use std::time::Duration;

use egui::epaint::{ClippedShape, PaintCallback};
use egui::{ClippedPrimitive, Context, Pos2, RawInput, Rect, Shape, TexturesDelta, Ui, vec2};

use super::cursor::Cursor;
use super::pen::Pen;
use super::view::View;
use super::{DataLayer, FrameStats, Model, Notice, RecordingView, Request, chart, style};
use crate::scene::{PanelId, Plot, Scene, Theme, Viewport};

/// What a figure shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// All of the dashboard.
    Dashboard,
    /// One panel: title, legend, axes and lines.
    Panel(PanelId),
}

/// What a person sees, frozen; all but the scene.
#[derive(Clone, Debug)]
pub struct Still {
    view: View,
    frames: FrameStats,
    adapter: String,
    is_software: bool,
    recording: RecordingView,
    skipped_scenes: u64,
    request: Request,
    notices: Vec<Notice>,
}

/// A still laid out: shapes as they were drawn, and where the data goes between them.
pub struct StillLayout {
    /// The shapes, back to front, on a ground of [`Theme::background`]. One of them is a callback whose payload is a
    /// [`DataLayer`]: what stands before it lies under the data, what stands after it over the data.
    pub shapes: Vec<ClippedShape>,
    /// Where data is drawn, with the bounds that its axes were laid out for.
    pub plots: Vec<Plot>,
    /// What is visible, for whoever builds scenes.
    pub viewport: Viewport,
    /// Width and height in points.
    pub size: [f32; 2],
    /// Physical pixels per point.
    pub pixels_per_point: f32,
    /// The theme it was laid out in.
    pub theme: Theme,
    ctx: Context,
    textures: TexturesDelta,
}

impl Still {
    pub(super) fn new(mut view: View, model: &Model<'_>) -> Self {
        // Nobody points at a figure.
        view.cursor = Cursor::default();
        view.grip = None;
        view.palette = None;
        view.is_help_open = false;
        view.are_layouts_open = false;
        view.learning_rate = None;
        view.marks = view.marks.labelled();
        view.new_run.is_open = false;
        view.runs_table.is_open = false;
        Self {
            view,
            frames: model.frames.clone(),
            adapter: model.adapter.to_owned(),
            is_software: model.is_software,
            recording: model.recording.clone(),
            skipped_scenes: model.skipped_scenes,
            request: model.request,
            notices: model.notices.to_vec(),
        }
    }

    /// The theme it was seen in.
    #[must_use]
    pub const fn theme(&self) -> Theme {
        self.view.theme
    }

    /// Lays out a scene as it would be seen, in any size and theme.
    #[must_use]
    pub fn layout(
        &self,
        scene: &Scene,
        subject: Subject,
        size: [f32; 2],
        pixels_per_point: f32,
        theme: Theme,
    ) -> StillLayout {
        let ctx = Context::default();
        style::install(&ctx, &theme);
        let mut view = self.view.clone();
        view.theme = theme;
        let model = self.model(scene);
        let mut plots = Vec::new();
        let mut pass = || {
            ctx.run_ui(input(size, pixels_per_point), |ui| {
                plots = match subject {
                    Subject::Dashboard => view.show(ui, &model, &mut Vec::new()).plots,
                    Subject::Panel(id) => alone(ui, &mut view, &model, id),
                };
            })
        };
        // What depends on the layout before is right in the second.
        let mut output = pass();
        output.append(pass());
        StillLayout {
            shapes: std::mem::take(&mut output.shapes),
            viewport: {
                let placed: Vec<_> = plots.iter().map(|plot| (*plot, pixels_per_point)).collect();
                view.viewport(&model, &placed, pixels_per_point)
            },
            plots,
            size,
            pixels_per_point,
            theme,
            textures: std::mem::take(&mut output.textures_delta),
            ctx,
        }
    }

    fn model<'a>(&'a self, scene: &'a Scene) -> Model<'a> {
        Model {
            scene,
            frames: &self.frames,
            adapter: &self.adapter,
            is_software: self.is_software,
            recording: &self.recording,
            skipped_scenes: self.skipped_scenes,
            request: self.request,
            closing: false,
            notices: &self.notices,
            offers: &[],
            data_interval: Duration::ZERO,
        }
    }
}

fn input(size: [f32; 2], pixels_per_point: f32) -> RawInput {
    let mut input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(size[0], size[1]))),
        ..RawInput::default()
    };
    let viewport = input.viewports.entry(input.viewport_id).or_default();
    viewport.native_pixels_per_point = Some(pixels_per_point);
    input
}

/// Draws one panel over the whole of `ui`; nothing where there is no such panel.
fn alone(ui: &Ui, view: &mut View, model: &Model<'_>, id: PanelId) -> Vec<Plot> {
    let rect = ui.max_rect();
    let pen = Pen {
        is_covered: true,
        ..Pen::new(ui, view.theme)
    };
    let panel = model.scene.panel(id).map(|panel| (panel, rect));
    let panels: Vec<_> = panel.into_iter().collect();
    let plots = chart::show_all(&pen, model, &panels, view);
    let callback = Arc::new(DataLayer);
    let data = PaintCallback { rect, callback };
    ui.painter().add(Shape::Callback(data));
    plots
}

impl StillLayout {
    /// The shapes as triangles, with all the textures that they use: for a renderer that knows none of them yet.
    pub fn triangles(&mut self) -> (Vec<ClippedPrimitive>, TexturesDelta) {
        let primitives = self.tessellate(self.shapes.clone());
        (primitives, std::mem::take(&mut self.textures))
    }

    /// Some of the shapes as triangles.
    #[must_use]
    pub fn tessellate(&self, shapes: Vec<ClippedShape>) -> Vec<ClippedPrimitive> {
        self.ctx.tessellate(shapes, self.pixels_per_point)
    }
}

impl Drop for StillLayout {
    /// A layout that becomes vectors needs no textures.
    fn drop(&mut self) {
        self.textures.clear();
    }
}

impl std::fmt::Debug for StillLayout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StillLayout")
            .field("shapes", &self.shapes.len())
            .field("plots", &self.plots)
            .field("size", &self.size)
            .field("pixels_per_point", &self.pixels_per_point)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Dashboard;
    use super::*;

    fn still() -> Still {
        let model = Model {
            scene: &Scene::default(),
            frames: &FrameStats::default(),
            adapter: "test",
            is_software: false,
            recording: &RecordingView::Off,
            skipped_scenes: 0,
            request: Request::default(),
            closing: true,
            notices: &[],
            offers: &[],
            data_interval: Duration::ZERO,
        };
        Dashboard::new(Theme::DARK).still(&model)
    }

    fn data_layers(layout: &StillLayout) -> usize {
        let shapes = layout.shapes.iter();
        shapes
            .filter(|shape| matches!(&shape.shape, Shape::Callback(data) if data.callback.is::<DataLayer>()))
            .count()
    }

    #[test]
    fn another_thread_may_lay_a_still_out_and_the_data_has_its_place() {
        let still = still();
        let layouts = std::thread::Builder::new()
            .name("still".into())
            .spawn(move || {
                [Subject::Dashboard, Subject::Panel(PanelId(3))].map(|subject| {
                    let size = [640.0, 400.0];
                    let layout = still.layout(&Scene::default(), subject, size, 2.0, Theme::PRINT);
                    (layout.shapes.len(), data_layers(&layout))
                })
            })
            .expect("a thread can be started")
            .join()
            .expect("it does not panic");
        assert!(layouts[0].0 > 10);
        assert_eq!(layouts.map(|(_, layers)| layers), [1, 1]);
    }

    #[test]
    fn a_still_without_room_is_laid_out_all_the_same() {
        for size in [[0.0, 0.0], [1.0, 1.0], [3.0, 4000.0]] {
            let layout = still().layout(
                &Scene::default(),
                Subject::Dashboard,
                size,
                1.0,
                Theme::LIGHT,
            );
            assert_eq!(layout.plots, []);
        }
    }
}
