//! The other driver: the same dashboard, drawn offscreen, for a run that nobody watches.
//!
//! It takes scenes as they come, keeps a line of progress on the terminal, and draws only when somebody will look: pictures
//! at the pace that was asked for, frames for their timings at ten a second. At the end there is a summary in words.

mod progress;
mod summary;

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use crate::recording::{RecordingStatus, TimingsSink};
use crate::refiner::Refiner;
use crate::render::{Gpu, GpuError, PictureError, Target};
use crate::scene::{Scene, Theme};
use crate::stage::{Facts, Stage};

use progress::Progress;
pub use summary::summary;

/// Between two looks for a scene, where no ring comes.
const TICK: Duration = Duration::from_millis(100);
/// Frames a second where they are drawn for their timings.
const TIMED_FPS: f64 = 10.0;

/// Why a picture was not written.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// There is nothing to draw with.
    #[error("no picture: {0}")]
    Gpu(#[from] GpuError),
    /// The file was not written.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// A picture of the dashboard, written while the run goes on.
#[derive(Clone, Debug)]
pub struct Snapshots {
    /// The file, replaced whole each time.
    pub path: PathBuf,
    /// How often.
    pub every: Duration,
}

/// A run to be driven without a window.
#[derive(Debug)]
pub struct Headless<'a> {
    /// Where scenes come from.
    pub refiner: &'a Refiner,
    /// Rings when a scene waits.
    pub rings: Receiver<()>,
    /// Pictures on the way, if any.
    pub snapshots: Option<Snapshots>,
    /// What becomes of the run on disk, if it is recorded.
    pub recording: Option<Arc<RecordingStatus>>,
    /// Takes a row a frame; frames are drawn for it.
    pub timings: Option<TimingsSink>,
    /// The most frames a second.
    pub max_fps: Option<f64>,
    /// The colours.
    pub theme: Theme,
    /// Size of the pictures in points, which are pixels here.
    pub size: [u32; 2],
    /// What frames' times count from.
    pub epoch: Instant,
}

impl Headless<'_> {
    /// Drives until the run is over. Gives the last scene, and what a person should know of what went wrong.
    #[must_use]
    pub fn drive(self) -> (Arc<Scene>, Vec<String>) {
        let mut notes = Vec::new();
        let mut progress = Progress::new();
        let mut scene: Arc<Scene> = Arc::default();
        let mut frames = self.frames(&mut notes);
        let mut next_snapshot = self
            .snapshots
            .as_ref()
            .map(|snapshots| Instant::now() + snapshots.every);
        while !scene.run.state.is_over() && !self.refiner.has_failed() {
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
            progress.show(&scene);
            let now = Instant::now();
            if let (Some(snapshots), Some(due)) = (&self.snapshots, &mut next_snapshot)
                && now >= *due
            {
                *due = now + snapshots.every;
                let written = match &mut frames {
                    Some(frames) => frames.save(&scene, self.recording.as_deref(), &snapshots.path),
                    None => Ok(()),
                };
                if let Err(error) = written {
                    tracing::warn!("{error}");
                }
            }
            if let Some(frames) = &mut frames
                && self.timings.is_some()
                && frames.is_due(now)
            {
                frames.draw(&scene, self.recording.as_deref());
            }
        }
        progress.clear();
        (scene, notes)
    }

    /// What draws, where something is to be drawn and there is something to draw with.
    fn frames(&self, notes: &mut Vec<String>) -> Option<Frames> {
        if self.snapshots.is_none() && self.timings.is_none() {
            return None;
        }
        match Frames::new(self.theme, self.size, self.epoch) {
            Ok(mut frames) => {
                frames.interval = Duration::from_secs_f64(1.0 / self.max_fps.unwrap_or(TIMED_FPS));
                frames.stage.record_timings(self.timings.clone());
                Some(frames)
            }
            Err(error) => {
                notes.push(error.to_string());
                None
            }
        }
    }
}

/// The dashboard, offscreen.
struct Frames {
    stage: Stage,
    interval: Duration,
    last: Option<Instant>,
}

impl Frames {
    fn new(theme: Theme, size: [u32; 2], epoch: Instant) -> Result<Self, HeadlessError> {
        let gpu = Gpu::headless()?;
        let target = Target::offscreen(&gpu, size);
        let stage = Stage::new(gpu, target, theme, None, epoch);
        Ok(Self {
            stage,
            interval: TICK,
            last: None,
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
        loop {
            let now = Instant::now();
            self.last = Some(now);
            let shot = self.stage.shoot_unattended(now, scene, &facts);
            if !shot.is_incomplete {
                break;
            }
        }
    }

    fn save(
        &mut self,
        scene: &Arc<Scene>,
        recording: Option<&RecordingStatus>,
        path: &Path,
    ) -> Result<(), HeadlessError> {
        self.draw(scene, recording);
        self.stage.picture()?.save_png(path)?;
        Ok(())
    }
}

/// Writes a picture of the dashboard to a PNG file, replacing it whole.
///
/// # Errors
/// [`HeadlessError`] if there is nothing to draw with, or the file cannot be written.
pub fn snapshot(
    scene: &Arc<Scene>,
    theme: Theme,
    size: [u32; 2],
    recording: Option<&RecordingStatus>,
    path: &Path,
) -> Result<(), HeadlessError> {
    Frames::new(theme, size, Instant::now())?.save(scene, recording, path)
}

/// Whether a file can be written where it is asked for: made if it is not there, and left as it is if it is.
///
/// # Errors
/// What the system says.
pub fn check_writable(path: &Path) -> io::Result<()> {
    let existed = path.exists();
    OpenOptions::new().append(true).create(true).open(path)?;
    if !existed {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

/// Prints a run's closing summary on standard output.
pub fn print_summary(scene: &Scene, notes: &[String]) {
    // Nobody may be reading: that is no reason to fail.
    let _ = io::stdout().write_all(summary(scene, notes).as_bytes());
}
