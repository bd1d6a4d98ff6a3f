//! Snapshots: what the dashboard shows, as a file of any format.
//!
//! A PNG in the window's own look is a frame like any other; everything else is a [`Figure`] of the newest scene.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Frames, HeadlessError};
use crate::dashboard::{Dashboard, FrameStats, Model, Request, SavedView, Subject};
use crate::export::{Figure, Format};
use crate::recording::RecordingStatus;
use crate::refiner::{Moment, Refiner};
use crate::scene::{Scene, Theme};
use crate::stage::recording_view;

/// A picture of the dashboard, or a table of what it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The file; its extension says the format: `.png`, `.svg`, `.pdf`, `.csv`.
    pub path: PathBuf,
    /// Width and height in points.
    pub size: [u32; 2],
    /// Pixels a point, of a PNG.
    pub scale: u32,
    /// The colours.
    pub theme: Theme,
    /// How things are arranged; by themselves where it is `None`.
    pub layout: Option<SavedView>,
}

impl Snapshot {
    /// Whether it is what a frame shows, a pixel a point.
    pub(super) fn is_frame(&self) -> bool {
        self.scale <= 1 && matches!(Format::of(&self.path), Ok(Format::Png))
    }

    /// Writes it, replacing the file whole.
    pub(super) fn write(
        &self,
        refiner: &Refiner,
        scene: &Arc<Scene>,
        recording: Option<&RecordingStatus>,
        moment: Moment,
    ) -> Result<(), HeadlessError> {
        let mut dashboard = Dashboard::new(self.theme);
        if let Some(layout) = &self.layout {
            super::arrange(&mut dashboard, layout, self.theme);
        }
        let still = dashboard.still(&Model {
            scene,
            frames: &FrameStats::default(),
            adapter: "",
            is_software: false,
            recording: &recording_view(recording),
            skipped_scenes: 0,
            request: Request::default(),
            closing: false,
            notices: &[],
            offers: &[],
            data_interval: Duration::ZERO,
        });
        let figure = Figure {
            still,
            scene: Arc::clone(scene),
            subject: Subject::Dashboard,
            size: self.size.map(|length| length as f32),
            scale: self.scale,
            theme: self.theme,
            moment,
        };
        Ok(figure.write(refiner.desk(), &self.path)?)
    }
}

/// Writes a snapshot at the end of a run, replacing the file whole. May end the refiner.
///
/// # Errors
/// [`HeadlessError`] if there is nothing to draw with, or the file cannot be written.
pub fn last_snapshot(
    refiner: &Refiner,
    snapshot: &Snapshot,
    recording: Option<&RecordingStatus>,
) -> Result<(), HeadlessError> {
    if !snapshot.is_frame() {
        return snapshot.write(refiner, &refiner.latest(), recording, Moment::Close);
    }
    let Snapshot {
        theme,
        size,
        layout,
        ..
    } = snapshot;
    let mut frames = Frames::new(*theme, *size, layout.as_ref(), Instant::now(), None)?;
    // Once for where everything stands, so that curves are made for the pixels they are shown on.
    frames.draw(&refiner.latest(), recording);
    if layout.is_some()
        && let Some(viewport) = frames.new_viewport()
        && let Ok(scene) = refiner.desk().scene(viewport, Moment::Close).recv()
    {
        // Series that the layout puts elsewhere make other panels, whose places are known now.
        frames.draw(&scene, recording);
    }
    refiner.show(frames.viewport());
    frames.save(&refiner.finish(), recording, &snapshot.path)
}
