//! The stage: a dashboard and what draws its windows, one frame at a time.
//!
//! A driver (the window, or the headless one) decides *when* to draw; [`Stage::shoot`] is *how*: lay out and paint the chrome
//! where the driver brings input, draw the data over it, and account for the time it took. Both drivers show the same because
//! both stand on this. Several windows are several seats before one stage: they share what a person chose to see, the device and
//! the budget, and each has its own target, renderer and rhythm.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::dashboard::{
    Action, Cost, Dashboard, FrameHistory, FrameRecord, Model, Notice, Offer, Pace, RecordingView,
    Request, SavedViews, Still,
};
use crate::message::Timestamp;
use crate::recording::{FrameRow, RecordingState, RecordingStatus, TimingsSink};
use crate::render::{
    Chrome, Gpu, GpuError, Picture, ProcessorClock, ProcessorTime, Renderer, Skip, Target,
};
use crate::scene::{Plot, Scene, Theme, Viewport};

/// Frames that may wait for the adapter to tell its time.
const WAITING_FRAMES: usize = 8;

/// What a driver knows beside the scene.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// What becomes of the run on disk, if it is recorded.
    pub recording: Option<&'a RecordingStatus>,
    /// Scenes that were replaced before they were drawn.
    pub skipped_scenes: u64,
    /// What a person has asked of the run.
    pub request: Request,
    /// Whether the closing question is open.
    pub closing: bool,
    /// Sentences across the top.
    pub notices: &'a [Notice],
    /// The experiments that can be started.
    pub offers: &'a [Offer],
}

/// What came of a frame.
#[derive(Default)]
pub struct Shot {
    /// Why nothing was shown; `None` where it was.
    pub skip: Option<Skip>,
    /// Whether data waits for the next frame to be uploaded.
    pub is_incomplete: bool,
    /// What a person asked for, oldest first.
    pub actions: Vec<Action>,
    /// For the platform: cursor, clipboard; where the chrome was laid out.
    pub platform: Option<egui::PlatformOutput>,
    /// What is visible; where the chrome was laid out.
    pub viewport: Option<Viewport>,
    /// What a person has arranged, to be kept; where that has changed.
    pub saved: Option<SavedViews>,
}

/// A window before the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seat {
    /// The main one.
    Main,
    /// That of the popped-out panel of this name.
    Popped(String),
}

/// A dashboard on the targets of its windows, drawn with one device.
pub struct Stage {
    gpu: Gpu,
    dashboard: Dashboard,
    /// The main window's is the first.
    panes: Vec<Pane>,
    /// What drew popped-out panels on a device that was lost: it knows their contexts' textures.
    idle: Vec<(Seat, Renderer)>,
    panes_made: u64,
    max_fps: Option<f64>,
    clock: ProcessorClock,
    cores: usize,
    books: Books,
    epoch: Instant,
}

/// What is drawn in one window: its chrome and data stand here until something differs.
struct Pane {
    seat: Seat,
    /// Never that of another pane.
    number: u64,
    target: Target,
    renderer: Renderer,
    pace: Pace,
    plots: Vec<Plot>,
    theme: Theme,
    has_chrome: bool,
}

/// What frames cost: for the dashboard, and for the timings once a frame's time on the adapter is known.
#[derive(Default)]
struct Books {
    history: FrameHistory,
    timings: Option<TimingsSink>,
    /// Frames whose time on the adapter is not known yet, oldest first.
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    /// A pane's number, and the frame's as the pane's renderer counts.
    frame: (u64, u64),
    row: FrameRow,
}

impl Stage {
    /// A stage whose main window is that target. Times count from `epoch`.
    #[must_use]
    pub fn new(
        gpu: Gpu,
        target: Target,
        theme: Theme,
        max_fps: Option<f64>,
        epoch: Instant,
    ) -> Self {
        let mut stage = Self {
            dashboard: Dashboard::new(theme),
            panes: Vec::new(),
            idle: Vec::new(),
            panes_made: 0,
            max_fps,
            clock: ProcessorClock::new(&gpu),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            books: Books::default(),
            epoch,
            gpu,
        };
        stage.seat(Seat::Main, target);
        stage
    }

    /// Draws in one target more.
    pub fn seat(&mut self, seat: Seat, target: Target) {
        let known = self.idle.iter().position(|(other, _)| *other == seat);
        let renderer = match known {
            Some(index) => {
                let (_, renderer) = self.idle.swap_remove(index);
                renderer.rebuilt(&self.gpu, target.format())
            }
            None => Renderer::new(&self.gpu, target.format()),
        };
        self.unseat(&seat);
        self.panes_made += 1;
        self.panes.push(Pane {
            seat,
            number: self.panes_made,
            renderer,
            pace: Pace::new(self.gpu.is_software(), self.max_fps, self.cores),
            plots: Vec::new(),
            theme: self.dashboard.theme(),
            has_chrome: false,
            target,
        });
        self.divide_budget();
    }

    /// Draws no longer in the target of that seat, which goes. The main window's stays.
    pub fn unseat(&mut self, seat: &Seat) {
        if *seat != Seat::Main {
            self.panes.retain(|pane| pane.seat != *seat);
            self.idle.retain(|(other, _)| other != seat);
            self.divide_budget();
        }
    }

    /// Arranges things as they were kept.
    pub fn restore(&mut self, saved: &SavedViews) {
        self.dashboard.restore(saved);
    }

    fn divide_budget(&mut self) {
        let windows = self.panes.len();
        for pane in &mut self.panes {
            pane.pace.divide_budget(windows);
        }
    }

    /// The same stage on a device and a target of the main window that `make` gives, after the old ones were lost. What a person
    /// chose to see stays; the other windows are to be seated again. The old targets go before `make` is called: a window can
    /// have one surface at a time.
    ///
    /// # Errors
    /// What `make` says.
    pub fn rebuilt<E>(self, make: impl FnOnce() -> Result<(Gpu, Target), E>) -> Result<Self, E> {
        let mut idle = self.idle;
        let mut main = None;
        for pane in self.panes {
            drop(pane.target);
            if pane.seat == Seat::Main {
                main = Some((pane.renderer, pane.pace));
            } else {
                idle.push((pane.seat, pane.renderer));
            }
        }
        let (gpu, target) = make()?;
        let mut stage = Self {
            panes: Vec::new(),
            clock: ProcessorClock::new(&gpu),
            gpu,
            idle,
            ..self
        };
        let pace = main.map(|(renderer, pace)| {
            stage.idle.push((Seat::Main, renderer));
            pace
        });
        stage.seat(Seat::Main, target);
        if let (Some(pace), Some(main)) = (pace, stage.panes.first_mut()) {
            main.pace = pace;
            main.pace.divide_budget(1);
        }
        Ok(stage)
    }

    /// Sends a row a frame to `timings`.
    pub fn record_timings(&mut self, timings: Option<TimingsSink>) {
        self.books.timings = timings;
    }

    /// What is shown, and in which windows.
    #[must_use]
    pub const fn dashboard(&self) -> &Dashboard {
        &self.dashboard
    }

    /// What is shown, for changing it without a layout.
    pub const fn dashboard_mut(&mut self) -> &mut Dashboard {
        &mut self.dashboard
    }

    /// The device that draws in all windows.
    #[must_use]
    pub const fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    fn pane(&self, seat: &Seat) -> Option<&Pane> {
        self.panes.iter().find(|pane| pane.seat == *seat)
    }

    fn pane_mut(&mut self, seat: &Seat) -> Option<&mut Pane> {
        self.panes.iter_mut().find(|pane| pane.seat == *seat)
    }

    /// Sets the time between two refreshes of the display that a window is on.
    pub fn set_refresh(&mut self, seat: &Seat, refresh: Duration) {
        if let Some(pane) = self.pane_mut(seat) {
            pane.pace.set_refresh(refresh);
        }
    }

    /// When frames may be drawn in a window; `None` where it is not seated.
    #[must_use]
    pub fn pace(&self, seat: &Seat) -> Option<&Pace> {
        self.pane(seat).map(|pane| &pane.pace)
    }

    /// The context that a window's input is gathered for.
    #[must_use]
    pub fn context(&self, seat: &Seat) -> Option<&egui::Context> {
        match seat {
            Seat::Main => Some(self.dashboard.context()),
            Seat::Popped(name) => self.dashboard.popped_context(name),
        }
    }

    /// The largest texture the adapter takes, in pixels a side.
    #[must_use]
    pub fn largest_texture_px(&self) -> usize {
        self.gpu.summary().max_texture_px as usize
    }

    /// Takes a window's new size in physical pixels; 0 where it has no area.
    pub fn resize(&mut self, seat: &Seat, size_px: [u32; 2]) {
        if let Some(pane) = self.pane_mut(seat) {
            pane.target.resize(size_px);
        }
    }

    /// The last frame of a window, read back. Only for an offscreen target.
    ///
    /// # Errors
    /// [`GpuError`] if the adapter does not give it, or there is no such window.
    pub fn picture(&mut self, seat: &Seat) -> Result<Picture, GpuError> {
        let pane = self.pane_mut(seat).ok_or_else(|| GpuError::ReadBack {
            why: "there is no such window".to_owned(),
        })?;
        pane.target.read_rgba()
    }

    /// What is seen now, frozen, for a figure.
    #[must_use]
    pub fn still(&self, now: Instant, scene: &Scene, facts: &Facts<'_>) -> Still {
        // The main window is always there.
        let pace = &self.panes[0].pace;
        let frames = self.books.history.stats(
            now.saturating_duration_since(self.epoch),
            Some(pace.share(now)),
            pace.refresh(),
        );
        self.dashboard.still(&Model {
            scene,
            frames: &frames,
            adapter: self.gpu.adapter_name(),
            is_software: self.gpu.is_software(),
            recording: &recording_view(facts.recording),
            skipped_scenes: facts.skipped_scenes,
            request: facts.request,
            closing: false,
            notices: facts.notices,
            offers: facts.offers,
            data_interval: pace.data_interval(),
        })
    }

    /// Draws a frame of a window that begins at `begin`; `in_events` is the time spent on events since the last one. With
    /// `input` the chrome is laid out anew and a person's wishes are heard; without it only the data is drawn. Nothing where the
    /// window is not seated.
    pub fn shoot(
        &mut self,
        seat: &Seat,
        begin: Instant,
        in_events: Duration,
        scene: &Arc<Scene>,
        facts: &Facts<'_>,
        input: Option<egui::RawInput>,
    ) -> Shot {
        let mut shot = Shot::default();
        let Some(index) = self.panes.iter().position(|pane| pane.seat == *seat) else {
            return shot;
        };
        let before = self.clock.read();
        let has_layout = input.is_some();
        let mut chrome_us = 0;
        if let Some(input) = input {
            chrome_us = self.lay_out(index, begin, scene, facts, input, &mut shot);
        }
        let layout = begin
            .elapsed()
            .saturating_sub(Duration::from_micros(chrome_us));
        let pane = &mut self.panes[index];
        let report = pane
            .renderer
            .draw(&mut pane.target, scene, &pane.plots, &pane.theme);
        shot.skip = report.skipped;
        shot.is_incomplete = report.is_pending;
        let total = begin.elapsed();
        let waited = Duration::from_micros(report.acquire_us);
        let adapter = report
            .gpu
            .map_or(Duration::ZERO, |gpu| microseconds(gpu.time_us));
        let wall = Cost {
            thread: total.saturating_sub(waited),
            adapter,
        };
        let cost = self.processor_cost(before).unwrap_or(wall);
        let pane = &mut self.panes[index];
        if has_layout {
            pane.pace.drew_chrome(begin, cost);
        } else {
            pane.pace.drew_data(begin, cost);
        }
        let number = pane.number;
        if let Some(gpu) = report.gpu {
            self.books.adapter_took((number, gpu.frame), adapter);
        }
        if report.skipped.is_none() {
            let row = FrameRow {
                frame: 0,
                time: begin.saturating_duration_since(self.epoch),
                newest_point_age: scene.newest.map(|newest| Timestamp::now().since(newest)),
                events: in_events + if has_layout { layout } else { Duration::ZERO },
                upload: Duration::from_micros(report.upload_us),
                encode: Duration::from_micros(report.encode_us + chrome_us),
                gpu: None,
                acquire: waited,
                present: Duration::from_micros(report.present_us),
                total,
            };
            let is_timed = self.gpu.summary().has_timestamps;
            self.books.add((number, report.frame), row, is_timed);
        }
        shot
    }

    /// Draws a whole frame of the main window that nobody gives input to, as large as its target, a point a pixel.
    pub fn shoot_unattended(
        &mut self,
        begin: Instant,
        scene: &Arc<Scene>,
        facts: &Facts<'_>,
    ) -> Shot {
        let size_px = self
            .pane(&Seat::Main)
            .map_or([1, 1], |pane| pane.target.size_px());
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(
                egui::Pos2::ZERO,
                size_px.map(|length| length as f32).into(),
            )),
            ..egui::RawInput::default()
        };
        self.shoot(
            &Seat::Main,
            begin,
            Duration::ZERO,
            scene,
            facts,
            Some(input),
        )
    }

    /// What the frame begun at `before` took of the processors, where the system tells. Presenting waits for the rasteriser, so
    /// that its work is done by now.
    fn processor_cost(&self, before: Option<ProcessorTime>) -> Option<Cost> {
        let (before, after) = (before?, self.clock.read()?);
        // The pace takes a software adapter's time as that of all cores.
        let cores = u32::try_from(self.cores).unwrap_or(u32::MAX).max(1);
        Some(Cost {
            thread: after.thread.saturating_sub(before.thread),
            adapter: after.rasteriser.saturating_sub(before.rasteriser) / cores,
        })
    }

    /// Lays out a pane's chrome and paints it where it changed. Gives the microseconds that painting took.
    fn lay_out(
        &mut self,
        index: usize,
        begin: Instant,
        scene: &Arc<Scene>,
        facts: &Facts<'_>,
        input: egui::RawInput,
        shot: &mut Shot,
    ) -> u64 {
        let shares = self.panes.iter().map(|pane| pane.pace.share(begin));
        let share = shares.sum::<f64>().min(1.0);
        let intervals = self.panes.iter().map(|pane| pane.pace.data_interval());
        let data_interval = intervals.min().unwrap_or_default();
        let pane = &mut self.panes[index];
        let frames = self
            .books
            .history
            .stats(begin - self.epoch, Some(share), pane.pace.refresh());
        let recording = recording_view(facts.recording);
        let model = Model {
            scene,
            frames: &frames,
            adapter: self.gpu.adapter_name(),
            is_software: self.gpu.is_software(),
            recording: &recording,
            skipped_scenes: facts.skipped_scenes,
            request: facts.request,
            closing: facts.closing,
            notices: facts.notices,
            offers: facts.offers,
            // Scenes for the quickest window: another skips some.
            data_interval,
        };
        let layout = match &pane.seat {
            Seat::Main => Some(self.dashboard.layout(&model, input)),
            Seat::Popped(name) => self.dashboard.layout_popped(name, &model, input),
        };
        // A panel that is back in the main window: its own is about to go.
        let Some(layout) = layout else { return 0 };
        pane.plots = layout.plots;
        pane.theme = layout.theme;
        shot.actions = layout.actions;
        shot.platform = Some(layout.platform);
        shot.viewport = Some(layout.viewport);
        shot.saved = self.dashboard.newly_saved();
        if !layout.is_changed && pane.has_chrome {
            return 0;
        }
        pane.has_chrome = true;
        let chrome = Chrome {
            primitives: layout.primitives,
            textures: layout.textures,
            size_px: pane.target.size_px(),
            pixels_per_point: layout.pixels_per_point,
        };
        pane.renderer.paint_chrome(chrome, &pane.theme).encode_us
    }
}

impl Books {
    /// Enters a frame. `is_timed` says whether the adapter will tell its time.
    fn add(&mut self, frame: (u64, u64), row: FrameRow, is_timed: bool) {
        self.history.push(FrameRecord {
            at: row.time,
            event: row.events,
            upload: row.upload,
            encode: row.encode,
            gpu: None,
            acquire: row.acquire,
            present: row.present,
            total: row.total,
            age: row.newest_point_age,
        });
        self.waiting.push_back(Waiting { frame, row });
        while let Some(first) = self.waiting.front()
            && (!is_timed || first.row.gpu.is_some() || self.waiting.len() > WAITING_FRAMES)
        {
            self.send_first();
        }
    }

    /// Notes what an earlier frame took on the adapter.
    fn adapter_took(&mut self, frame: (u64, u64), time: Duration) {
        if let Some(waiting) = self
            .waiting
            .iter_mut()
            .find(|waiting| waiting.frame == frame)
        {
            waiting.row.gpu = Some(time);
            self.history.set_gpu(waiting.row.time, time);
        }
    }

    fn send_first(&mut self) {
        if let Some(Waiting { row, .. }) = self.waiting.pop_front()
            && let Some(timings) = &self.timings
        {
            timings.row(row);
        }
    }
}

impl Drop for Books {
    /// Rows that still wait for the adapter's time are sent without it.
    fn drop(&mut self) {
        while !self.waiting.is_empty() {
            self.send_first();
        }
    }
}

fn microseconds(time_us: f64) -> Duration {
    Duration::try_from_secs_f64(time_us * 1e-6).unwrap_or_default()
}

/// The recording as the dashboard shows it.
pub(crate) fn recording_view(status: Option<&RecordingStatus>) -> RecordingView {
    let Some(status) = status else {
        return RecordingView::Off;
    };
    let path = status.path().display().to_string();
    match status.state() {
        RecordingState::Recording => RecordingView::On {
            path,
            bytes: status.bytes(),
        },
        RecordingState::Failing { error, .. } | RecordingState::Sealed { error: Some(error) } => {
            RecordingView::Failing {
                path,
                error,
                lost_points: status.dropped_points(),
            }
        }
        RecordingState::Sealed { error: None } => RecordingView::Sealed {
            path,
            bytes: status.bytes(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE_PX: [u32; 2] = [640, 400];

    fn offscreen() -> Result<(Gpu, Target), GpuError> {
        let gpu = Gpu::headless()?;
        let target = Target::offscreen(&gpu, SIZE_PX);
        Ok((gpu, target))
    }

    fn shoot(stage: &mut Stage) -> Option<Skip> {
        let now = Instant::now();
        stage
            .shoot_unattended(now, &Arc::default(), &Facts::default())
            .skip
    }

    #[test]
    fn a_lost_device_is_replaced_and_the_picture_comes_back() {
        let (gpu, target) = offscreen().expect("an adapter to draw with");
        let mut stage = Stage::new(gpu, target, Theme::LIGHT, None, Instant::now());
        assert_eq!(shoot(&mut stage), None);
        let before = stage.picture(&Seat::Main).expect("it is read back");

        let device = stage.gpu.device().clone();
        device.destroy();
        assert!(stage.gpu.wait(Duration::from_secs(10)).is_err());
        assert_eq!(shoot(&mut stage), Some(Skip::DeviceLost));

        let mut stage = stage.rebuilt(offscreen).expect("there is a new device");
        assert_eq!(shoot(&mut stage), None);
        let after = stage.picture(&Seat::Main).expect("it is read back");
        // The status line tells what frames took, and is another each time.
        let pixels = before.rgba.chunks_exact(4).zip(after.rgba.chunks_exact(4));
        let same = pixels.filter(|(before, after)| before == after).count();
        assert!(same > before.rgba.len() / 4 * 9 / 10, "{same} pixels");
        let first = &before.rgba[..4];
        assert!(after.rgba.chunks_exact(4).any(|pixel| pixel != first));
    }
}
