//! winit: events in, actions out.
//!
//! [`open`] reaches the display; [`drive`] runs the event loop on the calling thread until the window is closed. Callbacks are
//! short: they take what is ready, note what happened on the agenda, and draw when a frame is due. None of them
//! waits for training, for a disk or for the GPU, other than for an image to draw to, and for the directory of a run that a
//! person starts.
//!
//! There is a main window, and one for each panel that a person has popped out: one event loop, one device, one dashboard. Each
//! window tells assistive technology what it shows, where that asks.

mod agenda;
mod app;
mod figures;
mod inspect;
mod pane;
mod popped;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui_winit::accesskit_winit;
use winit::event_loop::{EventLoop, EventLoopProxy};

use crate::dashboard::{Notice, Offer, SavedViews, StartWish};
use crate::export::{Done, FigureError};
use crate::flow::{Wake, panic_message};
use crate::layouts::Keeper;
use crate::recording::TimingsSink;
use crate::refiner::Refiner;
use crate::runs::Runs;
use crate::scene::Theme;

pub use inspect::{DisplayReport, inspect};

/// Why there is no window, or no longer one.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No display server is named in the environment.
    #[error("no display: neither DISPLAY nor WAYLAND_DISPLAY is set")]
    NoDisplay,
    /// The display server cannot be reached, or ended.
    #[error("the display server cannot be used: {0}")]
    EventLoop(#[from] winit::error::EventLoopError),
    /// The display server gives no window.
    #[error("no window could be opened: {0}")]
    Window(#[from] winit::error::OsError),
    /// There is nothing to draw with.
    #[error(transparent)]
    Gpu(#[from] crate::render::GpuError),
    /// A library that talks to the display server gave up: often because a part of it is not installed.
    #[error("the display cannot be used: {0}; `emberscope doctor` tells what is missing")]
    Panicked(String),
}

/// Calls what may panic in a library beneath: winit does where X11 lacks an extension or a library.
fn guarded<T>(body: impl FnOnce() -> Result<T, WindowError>) -> Result<T, WindowError> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        let said =
            panic_message(&*payload).unwrap_or_else(|| "a panic without a message".to_owned());
        Err(WindowError::Panicked(said))
    })
}

/// What reaches the event loop from other threads.
#[derive(Debug)]
enum UserEvent {
    /// A scene waits to be taken.
    SceneReady,
    /// The program is asked to end: the runs are being stopped, and the window closes with them.
    Leave,
    /// A figure is made, or is not.
    Figure(Box<Result<Done, FigureError>>),
    /// Assistive technology asks a window for something.
    Accessibility(accesskit_winit::Event),
}

impl From<accesskit_winit::Event> for UserEvent {
    fn from(event: accesskit_winit::Event) -> Self {
        Self::Accessibility(event)
    }
}

/// A display server that can be reached, and no window yet.
#[derive(Debug)]
pub struct Display {
    event_loop: EventLoop<UserEvent>,
}

/// Reaches the display server. Must be called on the main thread, and once in a program.
///
/// # Errors
/// [`WindowError::NoDisplay`] or [`WindowError::EventLoop`] where there is no display.
pub fn open() -> Result<Display, WindowError> {
    let is_named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    let has_server = cfg!(not(all(unix, not(target_os = "macos"))))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .into_iter()
            .any(is_named);
    if !has_server {
        return Err(WindowError::NoDisplay);
    }
    guarded(|| {
        let event_loop = EventLoop::<UserEvent>::with_user_event().build()?;
        Ok(Display { event_loop })
    })
}

/// Sends an event to the loop; nothing where the loop has ended.
#[derive(Clone, Debug)]
struct Proxy(EventLoopProxy<UserEvent>);

impl Proxy {
    fn send(&self, event: UserEvent) {
        let _ = self.0.send_event(event);
    }
}

impl Display {
    /// What wakes the event loop when a scene is ready.
    #[must_use]
    pub fn wake(&self) -> Arc<dyn Wake> {
        let proxy = Proxy(self.event_loop.create_proxy());
        Arc::new(move || proxy.send(UserEvent::SceneReady))
    }

    /// What asks the window to close as soon as the runs are over.
    #[must_use]
    pub fn leave(&self) -> Box<dyn Fn() + Send + Sync> {
        let proxy = Proxy(self.event_loop.create_proxy());
        Box::new(move || proxy.send(UserEvent::Leave))
    }
}

/// The experiments that a person can start, and what starts one.
#[derive(Clone)]
pub struct Picking<'a> {
    /// What can be started.
    pub offers: Vec<Offer>,
    /// Starts a run, or says why not.
    pub start: &'a dyn Fn(StartWish) -> Result<(), String>,
}

impl std::fmt::Debug for Picking<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picking")
            .field("offers", &self.offers)
            .finish_non_exhaustive()
    }
}

/// What a window shows and how.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The title's first part: the run's name.
    pub name: String,
    /// The colours it starts with, whatever [`Self::views`] says.
    pub theme: Theme,
    /// Its first size in points (logical pixels).
    pub size: [u32; 2],
    /// The most frames a second that data may cause; `None` adapts to the adapter.
    pub max_fps: Option<f64>,
    /// Whether it stays when the run is over, until a person closes it.
    pub stays_open: bool,
    /// Where scenes come from.
    pub refiner: &'a Refiner,
    /// What pauses and stops each run, and tells what becomes of it on disk.
    pub runs: Runs,
    /// The experiments that can be started, where there are any.
    pub picking: Option<Picking<'a>>,
    /// The folder that figures are saved below.
    pub project: PathBuf,
    /// Takes a row a frame.
    pub timings: Option<TimingsSink>,
    /// How things are arranged at first.
    pub views: SavedViews,
    /// Keeps how they are arranged.
    pub keeper: Option<Keeper>,
    /// What a person should know from the beginning.
    pub notice: Option<Notice>,
    /// What frames' times count from.
    pub epoch: Instant,
}

/// Opens the window and runs the event loop until it is closed. Runs may be over then, be stopping, or go on.
///
/// # Errors
/// [`WindowError`] where there is nothing to draw with, or the display server ends. The run goes on.
pub fn drive(display: Display, setup: Setup<'_>) -> Result<(), WindowError> {
    guarded(|| {
        let mut app = app::App::new(setup, display.event_loop.create_proxy());
        display.event_loop.run_app(&mut app)?;
        app.finish()
    })
}
