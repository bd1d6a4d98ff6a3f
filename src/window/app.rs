//! The window's life, event by event.

use std::sync::Arc;
use std::time::{Duration, Instant};

use winit::application::ApplicationHandler;
use winit::dpi::LogicalSize;
use winit::event::WindowEvent;
use winit::event_loop::{ActiveEventLoop, ControlFlow};
use winit::window::{Window, WindowId};

use super::agenda::{Agenda, Frame, Next};
use super::{Setup, UserEvent, WindowError};
use crate::dashboard::{Action, Notice, Request};
use crate::message::{Command, Level};
use crate::render::{Gpu, Pace as Presentation, Skip, Target};
use crate::scene::{Scene, Viewport};
use crate::stage::{Facts, Shot, Stage};

/// The smallest useful window, in points.
const SMALLEST: LogicalSize<u32> = LogicalSize::new(320, 240);

/// The application, as winit drives it.
pub(super) struct App<'a> {
    setup: Setup<'a>,
    scene: Arc<Scene>,
    open: Option<Open>,
    agenda: Agenda,
    viewport: Viewport,
    /// The number of the viewport that no scene was made for yet.
    awaited: Option<u64>,
    is_closing: bool,
    is_leaving: bool,
    /// Time spent in callbacks since the last frame.
    in_events: Duration,
    /// Scenes that were replaced by newer ones before they were drawn.
    skipped_scenes: u64,
    failure: Option<WindowError>,
}

/// A window with what draws in it.
struct Open {
    window: Arc<Window>,
    input: egui_winit::State,
    stage: Stage,
}

/// A device that can draw in the window, and the window's surface.
fn canvas(window: &Arc<Window>) -> Result<(Gpu, Target), WindowError> {
    let (gpu, surface) = Gpu::for_window(window)?;
    let size = window.inner_size();
    let mut target = Target::surface(
        &gpu,
        surface,
        [size.width, size.height],
        Presentation::Display,
    )?;
    let shown = Arc::clone(window);
    target.on_present(Box::new(move || shown.pre_present_notify()));
    Ok((gpu, target))
}

impl<'a> App<'a> {
    pub(super) fn new(setup: Setup<'a>) -> Self {
        Self {
            setup,
            scene: Arc::default(),
            open: None,
            agenda: Agenda::default(),
            viewport: Viewport::default(),
            awaited: None,
            is_closing: false,
            is_leaving: false,
            in_events: Duration::ZERO,
            skipped_scenes: 0,
            failure: None,
        }
    }

    /// # Errors
    /// What made it end, where that was no person's wish.
    pub(super) fn finish(self) -> Result<(), WindowError> {
        // What is asked of an X server when a window is dropped may wait in a buffer for as long as the program lives; this does
        // not.
        if let Some(open) = &self.open {
            open.window.set_visible(false);
        }
        self.failure.map_or(Ok(()), Err)
    }

    fn open(&self, event_loop: &ActiveEventLoop) -> Result<Open, WindowError> {
        let [width, height] = self.setup.size;
        let attributes = Window::default_attributes()
            .with_title(format!("{} — emberscope", self.setup.name))
            .with_inner_size(LogicalSize::new(width, height))
            .with_min_inner_size(SMALLEST);
        let window = Arc::new(event_loop.create_window(attributes)?);
        let (gpu, target) = canvas(&window)?;
        let setup = &self.setup;
        let mut stage = Stage::new(gpu, target, setup.theme, setup.max_fps, setup.epoch);
        stage.record_timings(setup.timings.clone());
        stage.restore(setup.views.clone());
        let refresh = window
            .current_monitor()
            .and_then(|monitor| monitor.refresh_rate_millihertz());
        if let Some(millihertz) = refresh {
            stage.set_refresh(Duration::from_secs_f64(
                1000.0 / f64::from(millihertz.max(1)),
            ));
        }
        let input = egui_winit::State::new(
            stage.context().clone(),
            egui::ViewportId::ROOT,
            &window,
            None,
            None,
            Some(stage.largest_texture_px()),
        );
        Ok(Open {
            window,
            input,
            stage,
        })
    }

    /// Draws a frame and does what a person asked for in it.
    fn draw(&mut self, event_loop: &ActiveEventLoop) {
        let Some(open) = &mut self.open else { return };
        let begin = Instant::now();
        // Drawn although nothing is due: the window was uncovered. The picture that stands is shown again.
        let frame = match self.agenda.next(begin, open.stage.pace()) {
            Next::Now(frame) => frame,
            Next::At(_) | Next::Never => Frame::Data,
        };
        self.agenda.note_drawn(frame);
        let mut notices: Vec<Notice> = self.setup.notice.iter().cloned().collect();
        if self.setup.refiner.has_failed() {
            notices.push(Notice {
                level: Level::Error,
                text: "the thread that prepares pictures failed: this one is its last; training and recording go on"
                    .to_owned(),
            });
        }
        let facts = Facts {
            recording: self.setup.recording.as_deref(),
            skipped_scenes: self.skipped_scenes + self.setup.refiner.scenes().replaced(),
            request: Request {
                is_pausing: self.setup.control.is_pausing(),
                is_stopping: self.setup.control.is_stopping(),
            },
            closing: self.is_closing,
            notices: &notices,
        };
        let input = match frame {
            Frame::Chrome => Some(open.input.take_egui_input(&open.window)),
            Frame::Data => None,
        };
        let shot = open
            .stage
            .shoot(begin, self.in_events, &self.scene, &facts, input);
        self.in_events = Duration::ZERO;
        self.after(shot, event_loop);
    }

    fn after(&mut self, shot: Shot, event_loop: &ActiveEventLoop) {
        let Some(open) = &mut self.open else { return };
        if let Some(platform) = shot.platform {
            open.input.handle_platform_output(&open.window, platform);
        }
        if let Some(viewport) = shot.viewport
            && viewport != self.viewport
        {
            let is_seen = !viewport.shows_as(&self.viewport);
            self.viewport = viewport.clone();
            let number = self.setup.refiner.show(viewport);
            if is_seen {
                self.awaited = Some(number);
            }
        }
        if let (Some(saved), Some(keeper)) = (shot.saved, &self.setup.keeper) {
            keeper.keep(saved);
        }
        if shot.is_incomplete {
            self.agenda.note_more_data();
        }
        match shot.skip {
            None | Some(Skip::Empty) => {}
            Some(Skip::Occluded) => self.agenda.note_more_data(),
            Some(Skip::Timeout | Skip::Outdated) => self.agenda.note_more_data(),
            Some(Skip::SurfaceLost | Skip::DeviceLost) => self.rebuild(event_loop),
        }
        for action in shot.actions {
            self.act(action, event_loop);
        }
    }

    /// The driver lost the device or the surface: new ones are made, and what a person chose to see stays.
    fn rebuild(&mut self, event_loop: &ActiveEventLoop) {
        let Some(Open {
            window,
            input,
            stage,
        }) = self.open.take()
        else {
            return;
        };
        tracing::warn!("the graphics device was lost: drawing starts anew");
        match stage.rebuilt(|| canvas(&window)) {
            Ok(stage) => {
                self.open = Some(Open {
                    window,
                    input,
                    stage,
                });
                self.agenda.note_input();
            }
            Err(error) => self.fail(error, event_loop),
        }
    }

    fn act(&mut self, action: Action, event_loop: &ActiveEventLoop) {
        let control = &self.setup.control;
        match action {
            Action::Pause => control.ask(Command::Pause),
            Action::Resume => control.ask(Command::Resume),
            Action::Stop => control.ask(Command::Stop),
            Action::Close => self.close(event_loop),
            Action::CloseCancel => self.is_closing = false,
            Action::CloseStop => self.leave(event_loop),
            // The run goes on, and whoever opened the window drives it to its end.
            Action::CloseFinishHeadless => event_loop.exit(),
            Action::ToggleTheme
            | Action::SetSmoothing(_)
            | Action::ToggleLog
            | Action::ToggleFrames => return,
        }
        self.agenda.note_input();
    }

    /// Whether nothing more will come: told by a scene, or, should scenes come no more, by the run itself.
    fn is_over(&self) -> bool {
        self.scene.run.state.is_over()
            || (self.setup.control.has_ended() && self.setup.refiner.has_failed())
    }

    /// A person closes the window: at once where nothing is lost by it, else after a question.
    fn close(&mut self, event_loop: &ActiveEventLoop) {
        if self.is_leaving || self.is_over() {
            event_loop.exit();
        } else {
            self.is_closing = true;
            self.agenda.note_input();
        }
    }

    /// The run is stopped, and the window closes when it is over.
    fn leave(&mut self, event_loop: &ActiveEventLoop) {
        self.setup.control.ask(Command::Stop);
        self.is_leaving = true;
        self.is_closing = false;
        self.agenda.note_input();
        if self.is_over() {
            event_loop.exit();
        }
    }

    fn fail(&mut self, error: WindowError, event_loop: &ActiveEventLoop) {
        self.failure = Some(error);
        event_loop.exit();
    }
}

impl ApplicationHandler<UserEvent> for App<'_> {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.open.is_none() {
            match self.open(event_loop) {
                Ok(open) => {
                    self.open = Some(open);
                    self.agenda.note_input();
                }
                Err(error) => self.fail(error, event_loop),
            }
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: UserEvent) {
        let begin = Instant::now();
        match event {
            UserEvent::SceneReady => {
                // Taking clears the mark that a wake-up is pending, before it empties the slot.
                if let Some(scene) = self.setup.refiner.scenes().take() {
                    self.scene = scene;
                    self.skipped_scenes += u64::from(self.agenda.has_data());
                }
                self.agenda.note_scene();
                // What was made for a hand's work is part of the answer to it.
                if self
                    .awaited
                    .is_some_and(|awaited| awaited <= self.scene.viewport)
                {
                    self.awaited = None;
                    self.agenda.note_input();
                }
                // Whoever was asked what should become of the run wanted to close the window.
                let stays = self.setup.stays_open && !self.is_leaving && !self.is_closing;
                if !stays && self.is_over() {
                    event_loop.exit();
                }
            }
            UserEvent::Leave => self.leave(event_loop),
        }
        self.in_events += begin.elapsed();
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _id: WindowId, event: WindowEvent) {
        if let WindowEvent::RedrawRequested = event {
            self.draw(event_loop);
            return;
        }
        let begin = Instant::now();
        let Some(open) = &mut self.open else { return };
        let response = open.input.on_window_event(&open.window, &event);
        if response.repaint {
            self.agenda.note_input();
        }
        match event {
            WindowEvent::Resized(size) => {
                open.stage.resize([size.width, size.height]);
                self.agenda.note_input();
            }
            WindowEvent::ScaleFactorChanged { .. } => self.agenda.note_input(),
            WindowEvent::Occluded(is_hidden) => self.agenda.note_hidden(is_hidden),
            WindowEvent::CloseRequested => self.close(event_loop),
            WindowEvent::Destroyed => event_loop.exit(),
            _ => {}
        }
        self.in_events += begin.elapsed();
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let Some(open) = &self.open else { return };
        match self.agenda.next(Instant::now(), open.stage.pace()) {
            Next::Now(_) => {
                open.window.request_redraw();
                event_loop.set_control_flow(ControlFlow::Wait);
            }
            Next::At(moment) => event_loop.set_control_flow(ControlFlow::WaitUntil(moment)),
            Next::Never => event_loop.set_control_flow(ControlFlow::Wait),
        }
    }
}
