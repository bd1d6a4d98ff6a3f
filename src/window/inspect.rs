//! What a window would get on this machine: asked by opening one that is never shown.

use std::sync::Arc;

use winit::application::ApplicationHandler;
use winit::dpi::LogicalSize;
use winit::event::WindowEvent;
use winit::event_loop::ActiveEventLoop;
use winit::raw_window_handle::{HasDisplayHandle, RawDisplayHandle};
use winit::window::{Window, WindowId};

use super::{UserEvent, WindowError, guarded, open};
use crate::render::{Gpu, Pace as Presentation, SurfaceSummary, Target};

/// The display server, and what it and the adapter agree on.
#[derive(Clone, Debug)]
pub struct DisplayReport {
    /// The kind of display server: `X11`, `Wayland`.
    pub server: String,
    /// The adapter that would draw.
    pub adapter: String,
    /// What its surface can do.
    pub surface: SurfaceSummary,
    /// Physical pixels per point.
    pub scale_factor: f64,
}

/// Opens a hidden window, asks, and closes it. Must be called on the main thread, and once in a program.
///
/// # Errors
/// [`WindowError`] where no window can be opened or nothing can draw in it.
pub fn inspect() -> Result<DisplayReport, WindowError> {
    let display = open()?;
    guarded(|| {
        let mut app = Inspection::default();
        display.event_loop.run_app(&mut app)?;
        app.result.unwrap_or(Err(WindowError::NoDisplay))
    })
}

#[derive(Default)]
struct Inspection {
    result: Option<Result<DisplayReport, WindowError>>,
}

fn report(event_loop: &ActiveEventLoop) -> Result<DisplayReport, WindowError> {
    let attributes = Window::default_attributes()
        .with_visible(false)
        .with_inner_size(LogicalSize::new(64, 64));
    let window = Arc::new(event_loop.create_window(attributes)?);
    let server = match window.display_handle().map(|handle| handle.as_raw()) {
        Ok(RawDisplayHandle::Xlib(_) | RawDisplayHandle::Xcb(_)) => "X11".to_owned(),
        Ok(RawDisplayHandle::Wayland(_)) => "Wayland".to_owned(),
        Ok(RawDisplayHandle::AppKit(_)) => "AppKit".to_owned(),
        Ok(RawDisplayHandle::Windows(_)) => "Windows".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(error) => error.to_string(),
    };
    let (gpu, surface) = Gpu::for_window(&window)?;
    let size = window.inner_size();
    let size_px = [size.width.max(1), size.height.max(1)];
    let target = Target::surface(&gpu, surface, size_px, Presentation::Display)?;
    let surface = target.summary().ok_or(WindowError::NoDisplay)?;
    Ok(DisplayReport {
        server,
        adapter: gpu.adapter_name().to_owned(),
        surface,
        scale_factor: window.scale_factor(),
    })
}

impl ApplicationHandler<UserEvent> for Inspection {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        self.result = Some(report(event_loop));
        event_loop.exit();
    }

    fn window_event(&mut self, _loop: &ActiveEventLoop, _id: WindowId, _event: WindowEvent) {}
}
