//! The other driver: the same dashboard, drawn offscreen, for a run that nobody watches.
//!
//! It takes scenes as they come, keeps a line of progress on the terminal, and draws only when somebody will look: pictures
//! at the pace that was asked for, frames for their timings at ten a second. At the end there is a summary in words.

mod progress;
mod snapshot;
mod summary;

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use crate::dashboard::{Dashboard, SavedView, SavedViews};
use crate::export::FigureError;
use crate::message::{Level, Text};
use crate::recording::{RecordingStatus, TimingsSink};
use crate::refiner::{Moment, Refiner};
use crate::render::{Gpu, GpuError, PictureError, Skip, Target};
use crate::runs::Runs;
use crate::scene::{Scene, Theme, Viewport};
use crate::stage::{Facts, Seat, Stage};

use progress::Progress;
pub use snapshot::{Snapshot, last_snapshot};
pub use summary::summary;

/// Between two looks for a scene, where no ring comes.
const TICK: Duration = Duration::from_millis(100);
/// Frames a second where they are drawn for their timings.
const TIMED_FPS: f64 = 10.0;
/// The longest between two frames.
const LONGEST_INTERVAL: Duration = Duration::from_secs(3600);
/// Seconds between two scenes where only a line of progress shows them.
const SCENE_INTERVAL_S: f64 = 0.2;

/// Why a picture was not written.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// There is nothing to draw with.
    #[error("no picture: {0}")]
    Gpu(#[from] GpuError),
    /// The device was lost, and there was no other.
    #[error("no picture: the graphics device was lost and could not be replaced")]
    NoDevice,
    /// The file was not written.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The figure was not made, or its file not written.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

/// A picture of the dashboard, written while the run goes on.
#[derive(Clone, Debug)]
pub struct Snapshots {
    /// The file, replaced whole each time.
    pub snapshot: Snapshot,
    /// How often.
    pub every: Duration,
}

/// Runs to be driven without a window.
#[derive(Debug)]
pub struct Headless<'a> {
    /// Where scenes come from.
    pub refiner: &'a Refiner,
    /// Tell when they are closed.
    pub runs: &'a Runs,
    /// Rings when a scene waits.
    pub rings: Receiver<()>,
    /// Pictures on the way, if any.
    pub snapshots: Option<Snapshots>,
    /// Takes a row a frame; frames are drawn for it.
    pub timings: Option<TimingsSink>,
    /// The most frames a second.
    pub max_fps: Option<f64>,
    /// The colours.
    pub theme: Theme,
    /// How things are arranged; by themselves where it is `None`.
    pub layout: Option<SavedView>,
    /// Size of the pictures in points, which are pixels here.
    pub size: [u32; 2],
    /// What frames' times count from.
    pub epoch: Instant,
}

impl Headless<'_> {
    /// Drives until the runs are over. Gives what a person should know of what went wrong.
    #[must_use]
    pub fn drive(self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut progress = Progress::new();
        let mut said = HashSet::new();
        let mut scene = self.refiner.latest();
        let mut frames = self.frames(&mut notes);
        let mut next_snapshot = self
            .snapshots
            .as_ref()
            .and_then(|snapshots| Instant::now().checked_add(snapshots.every));
        self.refiner.show(Viewport {
            scene_interval_s: SCENE_INTERVAL_S,
            ..Viewport::default()
        });
        while !self.runs.are_over_in(&scene) && !self.refiner.has_failed() && !self.runs.are_over()
        {
            let deadline = Instant::now() + TICK;
            // A ring, a time-out and a ring that is gone all mean: look.
            if let Err(crossbeam_channel::RecvTimeoutError::Disconnected) =
                self.rings.recv_deadline(deadline)
            {
                std::thread::park_timeout(TICK);
            }
            let Some(newest) = self.refiner.scenes().take() else {
                continue;
            };
            scene = newest;
            let recording = self.recording(&scene);
            progress.show(&scene);
            for line in complaints(&scene.log) {
                if said.insert((line.time, line.text.clone())) {
                    progress.say(&line.text);
                }
            }
            let now = Instant::now();
            if let (Some(snapshots), Some(due)) = (&self.snapshots, &mut next_snapshot)
                && now >= *due
            {
                *due = now.checked_add(snapshots.every).unwrap_or(now);
                let (snapshot, recording) = (&snapshots.snapshot, recording.as_deref());
                let written = match &mut frames {
                    _ if !self.is_frame(snapshot) => {
                        snapshot.write(self.refiner, &scene, recording, Moment::Now)
                    }
                    Some(frames) => frames.save(&scene, recording, &snapshot.path),
                    None => Ok(()),
                };
                if let Err(error) = written {
                    let note = error.to_string();
                    // Once is enough for a disk that stays full.
                    if !notes.contains(&note) {
                        tracing::warn!("{note}");
                        notes.push(note);
                    }
                }
            }
            if let Some(frames) = &mut frames
                && self.timings.is_some()
                && frames.is_due(now)
            {
                frames.draw(&scene, recording.as_deref());
            }
            if let Some(viewport) = frames.as_mut().and_then(Frames::new_viewport) {
                self.refiner.show(viewport);
            }
        }
        // A run that was over before a frame was due is drawn once all the same.
        if let Some(frames) = &mut frames
            && self.timings.is_some()
            && frames.last.is_none()
        {
            let scene = self.refiner.latest();
            frames.draw(&scene, self.recording(&scene).as_deref());
        }
        // Where the run is closed before its last scene was taken.
        for line in complaints(&self.refiner.latest().log) {
            if said.insert((line.time, line.text.clone())) {
                progress.say(&line.text);
            }
        }
        progress.clear();
        notes
    }

    /// What becomes on disk of the run that a scene tells of.
    fn recording(&self, scene: &Scene) -> Option<Arc<RecordingStatus>> {
        self.runs.shown_in(scene)?.recording
    }

    /// Whether a snapshot is a frame like any other.
    fn is_frame(&self, snapshot: &Snapshot) -> bool {
        snapshot.is_frame() && (snapshot.theme, snapshot.size) == (self.theme, self.size)
    }

    /// What draws, where something is to be drawn and there is something to draw with.
    fn frames(&self, notes: &mut Vec<String>) -> Option<Frames> {
        let snapshots = self.snapshots.as_ref();
        let has_pictures = snapshots.is_some_and(|snapshots| self.is_frame(&snapshots.snapshot));
        if !has_pictures && self.timings.is_none() {
            return None;
        }
        let layout = self.layout.as_ref();
        match Frames::new(
            self.theme,
            self.size,
            layout,
            self.epoch,
            self.timings.clone(),
        ) {
            Ok(mut frames) => {
                let fps = self.max_fps.filter(|fps| fps.is_finite() && *fps > 0.0);
                frames.interval = Duration::try_from_secs_f64(1.0 / fps.unwrap_or(TIMED_FPS))
                    .map_or(LONGEST_INTERVAL, |interval| interval.min(LONGEST_INTERVAL));
                Some(frames)
            }
            Err(error) => {
                notes.push(error.to_string());
                None
            }
        }
    }
}

/// Warnings and errors that the run itself says; a program's log records reach the terminal by themselves.
fn complaints(log: &[Text]) -> impl Iterator<Item = &Text> {
    log.iter()
        .filter(|line| line.target.is_empty() && matches!(line.level, Level::Warn | Level::Error))
}

/// The dashboard, offscreen.
struct Frames {
    stage: Option<Stage>,
    size: [u32; 2],
    interval: Duration,
    last: Option<Instant>,
    /// What the last frame showed, and what the refiner was told.
    viewport: Viewport,
    told: Viewport,
}

impl Frames {
    fn new(
        theme: Theme,
        size: [u32; 2],
        layout: Option<&SavedView>,
        epoch: Instant,
        timings: Option<TimingsSink>,
    ) -> Result<Self, HeadlessError> {
        let (gpu, target) = canvas(size)?;
        let mut stage = Stage::new(gpu, target, theme, None, epoch);
        if let Some(layout) = layout {
            arrange(stage.dashboard_mut(), layout, theme);
        }
        stage.record_timings(timings);
        Ok(Self {
            stage: Some(stage),
            size,
            interval: TICK,
            last: None,
            viewport: Viewport::default(),
            told: Viewport::default(),
        })
    }

    /// What is visible.
    fn viewport(&self) -> Viewport {
        Viewport {
            scene_interval_s: self.interval.as_secs_f64().min(SCENE_INTERVAL_S),
            ..self.viewport.clone()
        }
    }

    /// What is visible, where that has changed since it was last asked.
    fn new_viewport(&mut self) -> Option<Viewport> {
        let viewport = self.viewport();
        (viewport != self.told).then(|| {
            self.told = viewport.clone();
            viewport
        })
    }

    fn is_due(&self, now: Instant) -> bool {
        self.last
            .is_none_or(|last| now.saturating_duration_since(last) >= self.interval)
    }

    /// Draws a frame, all of it, until nothing waits to be uploaded.
    fn draw(&mut self, scene: &Arc<Scene>, recording: Option<&RecordingStatus>) {
        let facts = Facts {
            recording,
            ..Facts::default()
        };
        while let Some(stage) = &mut self.stage {
            let now = Instant::now();
            self.last = Some(now);
            let shot = stage.shoot_unattended(now, scene, &facts);
            self.viewport = shot.viewport.unwrap_or_default();
            if shot.skip == Some(Skip::DeviceLost) {
                self.rebuild();
            } else if !shot.is_incomplete {
                break;
            }
        }
    }

    /// The driver lost the device. Without another there are no more pictures, and the run goes on.
    fn rebuild(&mut self) {
        tracing::warn!("the graphics device was lost: drawing starts anew");
        let stage = self.stage.take();
        match stage.map(|stage| stage.rebuilt(|| canvas(self.size))) {
            Some(Ok(stage)) => self.stage = Some(stage),
            Some(Err(error)) => tracing::warn!("no more pictures: {error}"),
            None => {}
        }
    }

    fn save(
        &mut self,
        scene: &Arc<Scene>,
        recording: Option<&RecordingStatus>,
        path: &Path,
    ) -> Result<(), HeadlessError> {
        self.draw(scene, recording);
        let stage = self.stage.as_mut().ok_or(HeadlessError::NoDevice)?;
        Ok(stage.picture(&Seat::Main)?.save_png(path)?)
    }
}

/// Arranges a dashboard as a layout says. There is one window: what has its own elsewhere stands in its place here.
fn arrange(dashboard: &mut Dashboard, layout: &SavedView, theme: Theme) {
    dashboard.restore(&SavedViews {
        last: SavedView {
            windows: Vec::new(),
            ..layout.clone()
        },
        ..SavedViews::default()
    });
    dashboard.set_theme(theme);
}

fn canvas(size: [u32; 2]) -> Result<(Gpu, Target), GpuError> {
    let gpu = Gpu::headless()?;
    let target = Target::offscreen(&gpu, size);
    Ok((gpu, target))
}

/// Says a sentence to whoever is at the terminal.
pub fn tell(sentence: &str) {
    // Nobody may be reading: that is no reason to fail.
    let _ = writeln!(io::stderr(), "{sentence}");
}

/// Prints a run's closing summary on standard output.
pub fn print_summary(scene: &Scene, notes: &[String]) {
    // Nobody may be reading: that is no reason to fail.
    let _ = io::stdout().write_all(summary(scene, notes).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Answer, Batch, Command, Message, Reply, RunId, Timestamp};
    use crate::refiner::Store;

    #[test]
    fn a_command_that_was_refused_is_told_on_the_terminal() {
        let mut batch = Batch::new(RunId(0));
        for (command, reply) in [
            (Command::Evaluate, Reply::done()),
            (
                Command::Checkpoint,
                Reply::Refused("the disk is full".into()),
            ),
        ] {
            batch.push_message(Message::Answer(Box::new(Answer {
                command,
                step: 3,
                time: Timestamp::now(),
                reply,
            })));
        }
        let mut store = Store::default();
        store.ingest(&batch);
        let log = store.scene(1, 0).log;
        let said: Vec<&str> = complaints(&log).map(|line| line.text.as_str()).collect();
        assert_eq!(said, ["checkpoint refused: the disk is full"]);
    }
}
