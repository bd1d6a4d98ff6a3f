//! Figures as pixels, drawn offscreen like the window.
//!
//! The one idea: making a device takes longer than drawing with it, so an [`Easel`] keeps it from one figure to the next.

use std::sync::Arc;

use super::FigureError;
use crate::dashboard::StillLayout;
use crate::render::{Chrome, Gpu, GpuError, Picture, Renderer, Target};
use crate::scene::Scene;

/// Frames until all that is new is on the device: 4 MB each.
const MOST_FRAMES: usize = 10_000;

/// What figures are drawn with, from the first on.
#[derive(Debug, Default)]
pub(super) struct Easel {
    gpu: Option<Gpu>,
}

impl Easel {
    /// Draws a layout, all of it.
    pub(super) fn draw(
        &mut self,
        layout: StillLayout,
        scene: &Arc<Scene>,
    ) -> Result<Picture, FigureError> {
        draw(self.gpu()?, layout, scene)
    }

    /// The device; a new one where there is none or it is lost.
    fn gpu(&mut self) -> Result<&Gpu, GpuError> {
        if self.is_lost() {
            self.put_away();
        }
        let gpu = match self.gpu.take() {
            Some(gpu) => gpu,
            None => Gpu::headless()?,
        };
        Ok(self.gpu.insert(gpu))
    }

    /// Whether it had a device and that is lost.
    pub(super) fn is_lost(&self) -> bool {
        self.gpu.as_ref().is_some_and(|gpu| gpu.lost().is_some())
    }

    /// Whether it keeps a device.
    pub(super) fn is_set_up(&self) -> bool {
        self.gpu.is_some()
    }

    /// Gives the device back.
    pub(super) fn put_away(&mut self) {
        self.gpu = None;
    }
}

fn draw(gpu: &Gpu, mut layout: StillLayout, scene: &Arc<Scene>) -> Result<Picture, FigureError> {
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
    let mut target = Target::offscreen(gpu, size_px);
    let mut renderer = Renderer::new(gpu, target.format());
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_device_is_kept_until_it_is_lost_or_put_away() {
        let mut easel = Easel::default();
        let device = easel.gpu().expect("there is an adapter").device().clone();
        assert!(easel.is_set_up());
        // What becomes of this one is seen by the one that is kept: it is the same.
        device.destroy();
        let lost = easel
            .gpu()
            .expect("it is kept")
            .wait(Duration::from_secs(10));
        assert!(lost.is_err() && easel.is_lost());
        assert!(easel.gpu().expect("there is another").lost().is_none());
        assert!(!easel.is_lost());
        easel.put_away();
        assert!(!easel.is_set_up());
    }
}
