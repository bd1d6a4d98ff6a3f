//! One window of the program: what the system knows of it, the input it gathers, and what is to be drawn in it.

use std::sync::Arc;
use std::time::Duration;

use egui_winit::accesskit_winit;
use winit::dpi::LogicalSize;
use winit::event_loop::{ActiveEventLoop, EventLoopProxy};
use winit::window::{Window, WindowAttributes};

use super::agenda::Agenda;
use super::{UserEvent, WindowError};
use crate::render::{Gpu, Pace as Presentation, Target};
use crate::stage::{Seat, Stage};

/// The smallest useful window, in points.
const SMALLEST: LogicalSize<u32> = LogicalSize::new(320, 240);

/// A window before the stage.
pub(super) struct Pane {
    pub(super) seat: Seat,
    pub(super) window: Arc<Window>,
    pub(super) input: egui_winit::State,
    pub(super) agenda: Agenda,
}

/// A window that is not shown yet: assistive technology must learn of it first.
pub(super) fn hidden_window(
    event_loop: &ActiveEventLoop,
    attributes: WindowAttributes,
) -> Result<Arc<Window>, WindowError> {
    let attributes = attributes.with_min_inner_size(SMALLEST).with_visible(false);
    Ok(Arc::new(event_loop.create_window(attributes)?))
}

/// A device that can draw in the window, and the window's surface.
pub(super) fn canvas(window: &Arc<Window>) -> Result<(Gpu, Target), WindowError> {
    let (gpu, surface) = Gpu::for_window(window)?;
    let mut target = Target::surface(&gpu, surface, size_px(window), Presentation::Display)?;
    notify(&mut target, window);
    Ok((gpu, target))
}

/// The surface of a further window, for the device that draws in the first.
pub(super) fn further_canvas(gpu: &Gpu, window: &Arc<Window>) -> Result<Target, WindowError> {
    let surface = gpu.further_surface(window)?;
    let mut target = Target::surface(gpu, surface, size_px(window), Presentation::Display)?;
    notify(&mut target, window);
    Ok(target)
}

fn size_px(window: &Window) -> [u32; 2] {
    let size = window.inner_size();
    [size.width, size.height]
}

/// Lets the window know when a picture is about to be shown.
fn notify(target: &mut Target, window: &Arc<Window>) {
    let shown = Arc::clone(window);
    target.on_present(Box::new(move || shown.pre_present_notify()));
}

impl Pane {
    /// Shows a hidden window that has a seat before the stage.
    pub(super) fn shown(
        seat: Seat,
        window: Arc<Window>,
        stage: &mut Stage,
        event_loop: &ActiveEventLoop,
        proxy: &EventLoopProxy<UserEvent>,
    ) -> Self {
        let context = stage.context(&seat).cloned().unwrap_or_default();
        let mut input = egui_winit::State::new(
            context,
            egui::ViewportId::ROOT,
            &window,
            None,
            None,
            Some(stage.largest_texture_px()),
        );
        input.init_accesskit(event_loop, &window, proxy.clone());
        let mut agenda = Agenda::default();
        agenda.note_input();
        let pane = Self {
            seat,
            window,
            input,
            agenda,
        };
        pane.take_refresh(stage);
        pane.window.set_visible(true);
        pane
    }

    /// Tells the stage how often the display that the window is on is refreshed.
    pub(super) fn take_refresh(&self, stage: &mut Stage) {
        let refresh = self
            .window
            .current_monitor()
            .and_then(|monitor| monitor.refresh_rate_millihertz());
        if let Some(millihertz) = refresh {
            let seconds = 1000.0 / f64::from(millihertz.max(1));
            stage.set_refresh(&self.seat, Duration::from_secs_f64(seconds));
        }
    }

    /// Assistive technology came, asked for something, or went.
    pub(super) fn hear(&mut self, event: accesskit_winit::WindowEvent) {
        let context = self.input.egui_ctx();
        match event {
            accesskit_winit::WindowEvent::InitialTreeRequested => context.enable_accesskit(),
            accesskit_winit::WindowEvent::AccessibilityDeactivated => context.disable_accesskit(),
            accesskit_winit::WindowEvent::ActionRequested(request) => {
                self.input.on_accesskit_action_request(request);
            }
        }
        self.agenda.note_input();
    }

    /// The size of what the window holds, in points.
    pub(super) fn size(&self) -> [f32; 2] {
        let size: LogicalSize<f32> = self
            .window
            .inner_size()
            .to_logical(self.window.scale_factor());
        size.into()
    }
}
