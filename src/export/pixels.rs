//! Figures as pixels, drawn offscreen like the window.

use std::sync::Arc;

use super::FigureError;
use crate::dashboard::StillLayout;
use crate::render::{Chrome, Gpu, Picture, Renderer, Target};
use crate::scene::Scene;

/// Frames until all that is new is on the device: 4 MB each.
const MOST_FRAMES: usize = 10_000;

/// Draws a layout, all of it.
pub(super) fn draw(mut layout: StillLayout, scene: &Arc<Scene>) -> Result<Picture, FigureError> {
    let gpu = Gpu::headless()?;
    let largest = gpu.summary().max_texture_px;
    let size_px = layout.size.map(|length| {
        // A cast from a float saturates.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let pixels = (length * layout.pixels_per_point).round() as u32;
        pixels.max(1)
    });
    if size_px.iter().any(|length| *length > largest) {
        let [width, height] = size_px;
        return Err(FigureError::Drawing(format!(
            "{width}×{height} pixels are more than the graphics adapter draws ({largest} a side): \
             choose a smaller scale"
        )));
    }
    let mut target = Target::offscreen(&gpu, size_px);
    let mut renderer = Renderer::new(&gpu, target.format());
    let (primitives, textures) = layout.triangles();
    let chrome = Chrome {
        primitives,
        textures,
        size_px,
        pixels_per_point: layout.pixels_per_point,
    };
    renderer.paint_chrome(chrome, &layout.theme);
    for _ in 0..MOST_FRAMES {
        let report = renderer.draw(&mut target, scene, &layout.plots, &layout.theme);
        if let Some(skip) = report.skipped {
            return Err(FigureError::Drawing(format!(
                "the frame was not drawn ({skip:?})"
            )));
        }
        if !report.is_pending {
            break;
        }
    }
    Ok(target.read_rgba()?)
}
