//! The stage: dashboard and renderer together, one frame at a time.
//!
//! A driver (the window, or the headless one) decides *when* to draw; [`Stage::shoot`] is *how*: lay out and paint the chrome
//! where the driver brings input, draw the data over it, and account for the time it took. Both drivers show the same because
//! both stand on this.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::dashboard::{
    Action, Cost, Dashboard, FrameHistory, FrameRecord, Model, Notice, Pace, RecordingView,
    Request, Still,
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
}

/// The dashboard on one target.
pub struct Stage {
    gpu: Gpu,
    target: Target,
    renderer: Renderer,
    dashboard: Dashboard,
    pace: Pace,
    clock: ProcessorClock,
    cores: usize,
    books: Books,
    plots: Vec<Plot>,
    theme: Theme,
    has_chrome: bool,
    epoch: Instant,
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
    /// As the renderer counts.
    frame: u64,
    row: FrameRow,
}

impl Stage {
    /// A stage on a target. Times count from `epoch`.
    #[must_use]
    pub fn new(
        gpu: Gpu,
        target: Target,
        theme: Theme,
        max_fps: Option<f64>,
        epoch: Instant,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            renderer: Renderer::new(&gpu, target.format()),
            pace: Pace::new(gpu.is_software(), max_fps, cores),
            dashboard: Dashboard::new(theme),
            clock: ProcessorClock::new(&gpu),
            cores,
            books: Books::default(),
            plots: Vec::new(),
            theme,
            has_chrome: false,
            epoch,
            gpu,
            target,
        }
    }

    /// The same stage on a device and target that `make` gives, after the old ones were lost. What a person chose to see
    /// stays. The old target goes before `make` is called: a window can have one surface at a time.
    ///
    /// # Errors
    /// What `make` says.
    pub fn rebuilt<E>(self, make: impl FnOnce() -> Result<(Gpu, Target), E>) -> Result<Self, E> {
        drop(self.target);
        let (gpu, target) = make()?;
        Ok(Self {
            renderer: self.renderer.rebuilt(&gpu, target.format()),
            clock: ProcessorClock::new(&gpu),
            gpu,
            target,
            has_chrome: false,
            ..self
        })
    }

    /// Sends a row a frame to `timings`.
    pub fn record_timings(&mut self, timings: Option<TimingsSink>) {
        self.books.timings = timings;
    }

    /// Sets the time between two refreshes of the display.
    pub fn set_refresh(&mut self, refresh: Duration) {
        self.pace.set_refresh(refresh);
    }

    /// When frames may be drawn.
    #[must_use]
    pub const fn pace(&self) -> &Pace {
        &self.pace
    }

    /// The context that input is gathered for.
    #[must_use]
    pub const fn context(&self) -> &egui::Context {
        self.dashboard.context()
    }

    /// The largest texture the adapter takes, in pixels a side.
    #[must_use]
    pub fn largest_texture_px(&self) -> usize {
        self.gpu.summary().max_texture_px as usize
    }

    /// Takes a new size in physical pixels; 0 where the window has no area.
    pub fn resize(&mut self, size_px: [u32; 2]) {
        self.target.resize(size_px);
    }

    /// The last frame, read back. Only for a stage on an offscreen target.
    ///
    /// # Errors
    /// [`GpuError`] if the adapter does not give it.
    pub fn picture(&mut self) -> Result<Picture, GpuError> {
        self.target.read_rgba()
    }

    /// What is seen now, frozen, for a figure.
    #[must_use]
    pub fn still(&self, now: Instant, scene: &Scene, facts: &Facts<'_>) -> Still {
        let frames = self.books.history.stats(
            now.saturating_duration_since(self.epoch),
            Some(self.pace.share(now)),
            self.pace.refresh(),
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
            data_interval: self.pace.data_interval(),
        })
    }

    /// Draws a frame that begins at `begin`; `in_events` is the time spent on events since the last one. With `input` the
    /// chrome is laid out anew and a person's wishes are heard; without it only the data is drawn.
    pub fn shoot(
        &mut self,
        begin: Instant,
        in_events: Duration,
        scene: &Arc<Scene>,
        facts: &Facts<'_>,
        input: Option<egui::RawInput>,
    ) -> Shot {
        let mut shot = Shot::default();
        let before = self.clock.read();
        let has_layout = input.is_some();
        let mut chrome_us = 0;
        if let Some(input) = input {
            chrome_us = self.lay_out(begin, scene, facts, input, &mut shot);
        }
        let layout = begin
            .elapsed()
            .saturating_sub(Duration::from_micros(chrome_us));
        let report = self
            .renderer
            .draw(&mut self.target, scene, &self.plots, &self.theme);
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
        if has_layout {
            self.pace.drew_chrome(begin, cost);
        } else {
            self.pace.drew_data(begin, cost);
        }
        if let Some(gpu) = report.gpu {
            self.books.adapter_took(gpu.frame, adapter);
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
            self.books
                .add(report.frame, row, self.gpu.summary().has_timestamps);
        }
        shot
    }

    /// Draws a whole frame that nobody gives input to, as large as the target, a point a pixel.
    pub fn shoot_unattended(
        &mut self,
        begin: Instant,
        scene: &Arc<Scene>,
        facts: &Facts<'_>,
    ) -> Shot {
        let [width, height] = self.target.size_px().map(|length| length as f32);
        let size = egui::vec2(width, height);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
            ..egui::RawInput::default()
        };
        self.shoot(begin, Duration::ZERO, scene, facts, Some(input))
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

    /// Lays out the chrome and paints it where it changed. Gives the microseconds that painting took.
    fn lay_out(
        &mut self,
        begin: Instant,
        scene: &Arc<Scene>,
        facts: &Facts<'_>,
        input: egui::RawInput,
        shot: &mut Shot,
    ) -> u64 {
        let share = self.pace.share(begin);
        let frames = self
            .books
            .history
            .stats(begin - self.epoch, Some(share), self.pace.refresh());
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
            data_interval: self.pace.data_interval(),
        };
        let layout = self.dashboard.layout(&model, input);
        self.plots = layout.plots;
        self.theme = layout.theme;
        shot.actions = layout.actions;
        shot.platform = Some(layout.platform);
        shot.viewport = Some(layout.viewport);
        if !layout.is_changed && self.has_chrome {
            return 0;
        }
        self.has_chrome = true;
        let chrome = Chrome {
            primitives: layout.primitives,
            textures: layout.textures,
            size_px: self.target.size_px(),
            pixels_per_point: layout.pixels_per_point,
        };
        self.renderer.paint_chrome(chrome, &self.theme).encode_us
    }
}

impl Books {
    /// Enters a frame, by the renderer's count. `is_timed` says whether the adapter will tell its time.
    fn add(&mut self, frame: u64, row: FrameRow, is_timed: bool) {
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
    fn adapter_took(&mut self, frame: u64, time: Duration) {
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
        let before = stage.picture().expect("it is read back");

        let device = stage.gpu.device().clone();
        device.destroy();
        assert!(stage.gpu.wait(Duration::from_secs(10)).is_err());
        assert_eq!(shoot(&mut stage), Some(Skip::DeviceLost));

        let mut stage = stage.rebuilt(offscreen).expect("there is a new device");
        assert_eq!(shoot(&mut stage), None);
        let after = stage.picture().expect("it is read back");
        // The status line tells what frames took, and is another each time.
        let pixels = before.rgba.chunks_exact(4).zip(after.rgba.chunks_exact(4));
        let same = pixels.filter(|(before, after)| before == after).count();
        assert!(same > before.rgba.len() / 4 * 9 / 10, "{same} pixels");
        let first = &before.rgba[..4];
        assert!(after.rgba.chunks_exact(4).any(|pixel| pixel != first));
    }
}
