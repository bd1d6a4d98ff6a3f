//! The window's life, event by event.

use std::sync::Arc;
use std::time::{Duration, Instant};

use winit::application::ApplicationHandler;
use winit::dpi::LogicalSize;
use winit::event::{ElementState, KeyEvent, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoopProxy};
use winit::window::{Window, WindowId};

use super::agenda::{Frame, Next};
use super::pane::{Pane, canvas, hidden_window};
use super::{Setup, UserEvent, WindowError};
use crate::dashboard::{Action, Notice, Request, StartWish};
use crate::export::Exporter;
use crate::flow::Control;
use crate::message::{Command, Level};
use crate::render::Skip;
use crate::scene::{Scene, Theme, Viewport};
use crate::stage::{Facts, Seat, Shot, Stage};

/// The application, as winit drives it.
pub(super) struct App<'a> {
    pub(super) setup: Setup<'a>,
    pub(super) proxy: EventLoopProxy<UserEvent>,
    pub(super) scene: Arc<Scene>,
    pub(super) open: Option<Open>,
    /// Why a panel has no window of its own that was asked for.
    pub(super) refusal: Option<String>,
    /// Makes figures, from the first that is asked for.
    pub(super) exporter: Option<Exporter>,
    /// What was said last of what a person asked for.
    pub(super) told: Option<Notice>,
    viewport: Viewport,
    theme: Theme,
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

/// The windows with what draws in them.
pub(super) struct Open {
    pub(super) stage: Stage,
    /// The main window is the first.
    pub(super) panes: Vec<Pane>,
}

impl Open {
    fn index_of(&self, id: WindowId) -> Option<usize> {
        self.panes.iter().position(|pane| pane.window.id() == id)
    }
}

impl<'a> App<'a> {
    pub(super) fn new(setup: Setup<'a>, proxy: EventLoopProxy<UserEvent>) -> Self {
        Self {
            theme: setup.theme,
            setup,
            proxy,
            scene: Arc::default(),
            open: None,
            refusal: None,
            exporter: None,
            told: None,
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
        for pane in self.open.iter().flat_map(|open| &open.panes) {
            pane.window.set_visible(false);
        }
        self.failure.map_or(Ok(()), Err)
    }

    fn open(&self, event_loop: &ActiveEventLoop) -> Result<Open, WindowError> {
        let setup = &self.setup;
        let [width, height] = setup.size;
        let attributes = Window::default_attributes()
            .with_title(format!("{} — emberscope", setup.name))
            .with_inner_size(LogicalSize::new(width, height));
        let window = hidden_window(event_loop, attributes)?;
        let (gpu, target) = canvas(&window)?;
        let mut stage = Stage::new(gpu, target, setup.theme, setup.max_fps, setup.epoch);
        stage.record_timings(setup.timings.clone());
        stage.restore(&setup.views);
        stage.dashboard_mut().set_theme(setup.theme);
        if setup.picking.is_some() && setup.runs.count() == 0 {
            stage.dashboard_mut().ask_for_run();
        }
        let main = Pane::shown(Seat::Main, window, &mut stage, event_loop, &self.proxy);
        Ok(Open {
            stage,
            panes: vec![main],
        })
    }

    /// A person did something that the picture in any window may answer.
    pub(super) fn note_input(&mut self) {
        for pane in self.open.iter_mut().flat_map(|open| &mut open.panes) {
            pane.agenda.note_input();
        }
    }

    pub(super) fn notices(&self) -> Vec<Notice> {
        let mut notices: Vec<Notice> = self.setup.notice.iter().cloned().collect();
        notices.extend(self.told.clone());
        if self.setup.refiner.has_failed() {
            notices.push(Notice {
                level: Level::Error,
                text: "the thread that prepares pictures failed: this one is its last; training and recording go on"
                    .to_owned(),
            });
        }
        notices.extend(self.refusal.clone().map(|text| Notice {
            level: Level::Warn,
            text,
        }));
        notices
    }

    /// What is known beside the scene.
    pub(super) fn facts<'b>(&self, notices: &'b [Notice]) -> Facts<'b> {
        let control = self.control();
        let control = control.as_ref();
        Facts {
            recording: None,
            skipped_scenes: self.skipped_scenes + self.setup.refiner.scenes().replaced(),
            request: Request {
                is_pausing: control.is_some_and(Control::is_pausing),
                is_stopping: control.is_some_and(Control::is_stopping),
            },
            closing: self.is_closing,
            notices,
            offers: &[],
        }
    }

    /// What steers the run that is shown; `None` while there is none.
    pub(super) fn control(&self) -> Option<Control> {
        let shown = self.setup.runs.shown_in(&self.scene);
        shown.map(|run| run.control)
    }

    /// Draws a frame of a window and does what a person asked for in it.
    fn draw(&mut self, index: usize, event_loop: &ActiveEventLoop) {
        let notices = self.notices();
        let shown = self.setup.runs.shown_in(&self.scene);
        let recording = shown.and_then(|run| run.recording);
        let facts = Facts {
            recording: recording.as_deref(),
            ..self.facts(&notices)
        };
        let picking = self.setup.picking.as_ref();
        let facts = Facts {
            offers: picking.map_or(&[], |picking| &picking.offers),
            ..facts
        };
        let Some(open) = &mut self.open else { return };
        let pane = &mut open.panes[index];
        let Some(pace) = open.stage.pace(&pane.seat) else {
            return;
        };
        let begin = Instant::now();
        // Drawn although nothing is due: the window was uncovered. The picture that stands is shown again.
        let frame = match pane.agenda.next(begin, pace) {
            Next::Now(frame) => frame,
            Next::At(_) | Next::Never => Frame::Data,
        };
        pane.agenda.note_drawn(frame);
        let input = match frame {
            Frame::Chrome => Some(pane.input.take_egui_input(&pane.window)),
            Frame::Data => None,
        };
        let (seat, in_events) = (&pane.seat, self.in_events);
        let shot = open
            .stage
            .shoot(seat, begin, in_events, &self.scene, &facts, input);
        self.in_events = Duration::ZERO;
        self.after(index, shot, event_loop);
    }

    fn after(&mut self, index: usize, shot: Shot, event_loop: &ActiveEventLoop) {
        let Some(open) = &mut self.open else { return };
        let pane = &mut open.panes[index];
        if let Some(platform) = shot.platform {
            pane.input.handle_platform_output(&pane.window, platform);
        }
        if let (Some(saved), Some(keeper)) = (shot.saved, &self.setup.keeper) {
            keeper.keep(saved);
        }
        if shot.is_incomplete {
            pane.agenda.note_more_data();
        }
        match shot.skip {
            None | Some(Skip::Empty) => {}
            Some(Skip::Occluded | Skip::Timeout | Skip::Outdated) => pane.agenda.note_more_data(),
            Some(Skip::SurfaceLost | Skip::DeviceLost) => self.rebuild(event_loop),
        }
        if let Some(viewport) = shot.viewport {
            self.show(index, viewport);
            self.agree_with_dashboard(event_loop);
        }
        for action in shot.actions {
            self.act(action, event_loop);
        }
    }

    /// What the layout of a window says is visible in all of them. The others follow where it is something else than before.
    fn show(&mut self, index: usize, viewport: Viewport) {
        let Some(open) = &mut self.open else { return };
        let theme = open.stage.dashboard().theme();
        let is_seen = !viewport.shows_as(&self.viewport);
        if is_seen || self.theme != theme {
            for (other, pane) in open.panes.iter_mut().enumerate() {
                if other != index {
                    pane.agenda.note_input();
                }
            }
        }
        self.theme = theme;
        if viewport != self.viewport {
            self.viewport = viewport.clone();
            let number = self.setup.refiner.show(viewport);
            if is_seen {
                self.awaited = Some(number);
            }
        }
    }

    /// The driver lost the device or a surface: new ones are made, and what a person chose to see stays.
    fn rebuild(&mut self, event_loop: &ActiveEventLoop) {
        let Some(Open { stage, panes }) = self.open.take() else {
            return;
        };
        tracing::warn!("the graphics device was lost: drawing starts anew");
        let rebuilt = stage.rebuilt(|| match panes.first() {
            Some(main) => canvas(&main.window),
            None => Err(WindowError::NoDisplay),
        });
        match rebuilt {
            Ok(stage) => {
                let mut open = Open { stage, panes };
                let refused = open.seat_popped();
                self.open = Some(open);
                for (name, error) in refused {
                    self.refuse(&name, &error);
                }
                self.note_input();
            }
            Err(error) => self.fail(error, event_loop),
        }
    }

    fn act(&mut self, action: Action, event_loop: &ActiveEventLoop) {
        match action {
            Action::Ask(command) => self.ask(command),
            Action::Start(wish) => self.start(*wish),
            Action::Close => self.close(event_loop),
            Action::CloseCancel => self.is_closing = false,
            Action::CloseStop => self.leave(event_loop),
            // The run goes on, and whoever opened the window drives it to its end.
            Action::CloseFinishHeadless => event_loop.exit(),
            Action::ToggleTheme
            | Action::SetSmoothing(_)
            | Action::ToggleLog
            | Action::ToggleFrames => return,
            Action::Figure(wish) => self.make_figure(wish),
        }
        self.note_input();
    }

    /// Asks something of the run that is shown.
    fn ask(&mut self, command: Command) {
        if let Some(control) = self.control()
            && !control.ask(command)
        {
            let is_over = control.has_ended() || self.scene.run.state.is_over();
            self.tell(Level::Warn, unheard(command, is_over));
        }
    }

    /// Starts a run, or says why not.
    fn start(&mut self, wish: StartWish) {
        let Some(picking) = &self.setup.picking else {
            return;
        };
        if let Err(why) = (picking.start)(wish) {
            self.tell(Level::Error, why);
        }
    }

    /// Whether nothing more will come: told by a scene, or, should scenes come no more, by the runs themselves.
    fn is_over(&self) -> bool {
        let runs = &self.setup.runs;
        runs.are_over_in(&self.scene) || (runs.are_over() && self.setup.refiner.has_failed())
    }

    /// A person closes the window: at once where nothing is lost by it, else after a question.
    fn close(&mut self, event_loop: &ActiveEventLoop) {
        if self.is_leaving || self.is_over() {
            event_loop.exit();
        } else {
            self.is_closing = true;
            self.note_input();
        }
    }

    /// The runs are stopped, and the window closes when they are over.
    fn leave(&mut self, event_loop: &ActiveEventLoop) {
        self.setup.runs.end();
        self.is_leaving = true;
        self.is_closing = false;
        self.note_input();
        if self.is_over() {
            event_loop.exit();
        }
    }

    fn fail(&mut self, error: WindowError, event_loop: &ActiveEventLoop) {
        self.failure = Some(error);
        event_loop.exit();
    }
}

/// What is said of a command that nobody hears any more.
fn unheard(command: Command, is_over: bool) -> String {
    let why = if is_over {
        "the run is over"
    } else {
        "the run is stopping"
    };
    format!("{command}: {why}")
}

impl App<'_> {
    /// Takes the scene that waits.
    fn take_scene(&mut self, event_loop: &ActiveEventLoop) {
        // Taking clears the mark that a wake-up is pending, before it empties the slot.
        if let Some(scene) = self.setup.refiner.scenes().take() {
            self.scene = scene;
            let main = self.open.as_ref().and_then(|open| open.panes.first());
            let is_skipped = main.is_some_and(|main| main.agenda.has_data());
            self.skipped_scenes += u64::from(is_skipped);
            self.keep_titles();
        }
        for pane in self.open.iter_mut().flat_map(|open| &mut open.panes) {
            pane.agenda.note_scene();
        }
        // What was made for a hand's work is part of the answer to it.
        if self
            .awaited
            .is_some_and(|awaited| awaited <= self.scene.viewport)
        {
            self.awaited = None;
            self.note_input();
        }
        // Whoever was asked what should become of the run wanted to close the window.
        let stays = self.setup.stays_open && !self.is_leaving && !self.is_closing;
        // Before anything was picked nothing is over.
        let has_begun = self.is_leaving || self.setup.runs.count() > 0;
        if !stays && has_begun && self.is_over() {
            event_loop.exit();
        }
    }

    /// Takes what happened to a window.
    fn take_event(&mut self, index: usize, event: &WindowEvent, event_loop: &ActiveEventLoop) {
        let Some(open) = &mut self.open else { return };
        let pane = &mut open.panes[index];
        let response = pane.input.on_window_event(&pane.window, event);
        if response.repaint {
            pane.agenda.note_input();
        }
        match event {
            WindowEvent::Resized(size) => {
                open.stage.resize(&pane.seat, [size.width, size.height]);
                pane.agenda.note_input();
                open.note_place(index);
            }
            WindowEvent::Moved(_) => {
                pane.take_refresh(&mut open.stage);
                open.note_place(index);
            }
            WindowEvent::ScaleFactorChanged { .. } => {
                pane.take_refresh(&mut open.stage);
                pane.agenda.note_input();
            }
            WindowEvent::Occluded(is_hidden) => pane.agenda.note_hidden(*is_hidden),
            // What a hand does in one window is seen in all. Where the pointer is, the layout tells.
            WindowEvent::MouseWheel { .. }
            | WindowEvent::MouseInput { .. }
            | WindowEvent::KeyboardInput { .. } => self.note_input(),
            WindowEvent::CloseRequested | WindowEvent::Destroyed => match &pane.seat {
                Seat::Popped(name) => {
                    let name = name.clone();
                    self.bring_back(&name);
                    self.agree_with_dashboard(event_loop);
                }
                Seat::Main if matches!(event, WindowEvent::Destroyed) => event_loop.exit(),
                Seat::Main => self.close(event_loop),
            },
            _ => {}
        }
    }
}

impl ApplicationHandler<UserEvent> for App<'_> {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.open.is_none() {
            match self.open(event_loop) {
                Ok(open) => self.open = Some(open),
                Err(error) => self.fail(error, event_loop),
            }
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: UserEvent) {
        let begin = Instant::now();
        match event {
            UserEvent::SceneReady => self.take_scene(event_loop),
            UserEvent::Leave => self.leave(event_loop),
            UserEvent::Figure(done) => self.figure_done(*done),
            UserEvent::Accessibility(event) => {
                if let Some(open) = &mut self.open
                    && let Some(index) = open.index_of(event.window_id)
                {
                    open.panes[index].hear(event.window_event);
                }
            }
        }
        self.in_events += begin.elapsed();
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        // Of a window that has gone.
        let Some(index) = self.open.as_ref().and_then(|open| open.index_of(id)) else {
            return;
        };
        if let WindowEvent::RedrawRequested = event {
            self.draw(index, event_loop);
            return;
        }
        let begin = Instant::now();
        if matches!(
            event,
            WindowEvent::KeyboardInput {
                event: KeyEvent {
                    state: ElementState::Pressed,
                    ..
                },
                ..
            } | WindowEvent::MouseInput {
                state: ElementState::Released,
                ..
            }
        ) {
            // Seen, and out of the way. What a key asked for may be told before it is let go of, and a click is made where it began.
            self.told = None;
        }
        self.take_event(index, &event, event_loop);
        self.in_events += begin.elapsed();
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let Some(open) = &self.open else { return };
        let now = Instant::now();
        let mut earliest: Option<Instant> = None;
        for pane in &open.panes {
            let Some(pace) = open.stage.pace(&pane.seat) else {
                continue;
            };
            match pane.agenda.next(now, pace) {
                Next::Now(_) => pane.window.request_redraw(),
                Next::At(moment) => {
                    earliest = Some(earliest.map_or(moment, |other| other.min(moment)));
                }
                Next::Never => {}
            }
        }
        event_loop.set_control_flow(earliest.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }
}
