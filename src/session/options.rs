//! How runs are shown and kept: what a program asks for before any of it begins.

use std::path::PathBuf;
use std::time::Duration;

use super::Error;
use super::look::Look;
use crate::dashboard::SavedView;
use crate::export::{self, Format, MOST_SCALE};
use crate::flow::TextSink;
use crate::headless::Snapshot;
use crate::layouts::{self, LayoutError};
use crate::message::{BulkBudget, RunInfo};
use crate::recording::{RunDirectory, TimingsWriter};
use crate::scene::Theme;

/// How a run is shown and kept. Everything but the name has a sensible default.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the run is. Its name is shown in the header and is part of its directory's name; the start is set by [`run`](super::run).
    pub info: RunInfo,
    /// Where run directories are made; `None` records nothing. The default is `runs`.
    pub runs: Option<PathBuf>,
    /// Whether to open no window even where there is a display.
    pub is_headless: bool,
    /// Where a picture of the dashboard is written at the end of the run. The extension says as what: pixels (`.png`), vectors
    /// (`.svg`, `.pdf`), or a table of every point that is visible (`.csv`).
    pub snapshot: Option<PathBuf>,
    /// Pixels a point in a snapshot that is a PNG, from 1 to 8.
    pub snapshot_scale: u32,
    /// The colours of the snapshot; `None` for those of the window.
    pub snapshot_theme: Option<Theme>,
    /// How often it is written in between.
    pub snapshot_every: Option<Duration>,
    /// Where a row for each frame drawn is written, as CSV.
    pub timings: Option<PathBuf>,
    /// The most frames a second that data may cause; `None` adapts to the adapter.
    pub max_fps: Option<f64>,
    /// The colours; `None` for those of the layout, or those that were chosen in the window the last time, or dark ones.
    pub theme: Option<Theme>,
    /// The layout that is shown, by the name that a person kept it under in the window. `None` shows a window as it was the last
    /// time, and pictures without one as things stand by themselves.
    pub layout: Option<String>,
    /// Size of the window, and of pictures without one, in points (logical pixels).
    pub size: [u32; 2],
    /// Whether the window stays when the run is over, until a person closes it.
    pub stays_open: bool,
    /// Whether Ctrl-C and SIGTERM stop the run cleanly, and end the program at the second time (exit code 130); a terminal that
    /// is closed (SIGHUP) stops it cleanly too.
    pub handles_signals: bool,
    /// The project directory in whose `.emberscope/layouts.json` it is kept how a person arranges the window; `None` keeps
    /// nothing. The default is the current directory.
    pub project: Option<PathBuf>,
    /// Bytes that histograms, images and other values bigger than a number may take in memory, on their way and kept to be looked
    /// at, of all runs together. What finds no room is counted and not kept, what is older makes room for what is newer; scalars
    /// are always all kept. The default is 256 MiB.
    pub bulk_budget: usize,
    /// Brings a program's log records into the run; see [`TextSink`].
    pub text: TextSink,
}

impl Options {
    /// The defaults for a run of that name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            info: RunInfo {
                name: name.to_owned(),
                ..RunInfo::default()
            },
            runs: Some("runs".into()),
            is_headless: false,
            snapshot: None,
            snapshot_scale: 1,
            snapshot_theme: None,
            snapshot_every: None,
            timings: None,
            max_fps: None,
            theme: None,
            layout: None,
            size: [1280, 720],
            stays_open: true,
            handles_signals: true,
            project: Some(".".into()),
            bulk_budget: BulkBudget::USUAL_BYTES,
            text: TextSink::default(),
        }
    }

    /// What is written when the run ends.
    pub(super) fn last_picture(&self, look: &Look) -> Option<Snapshot> {
        self.snapshot.as_ref().map(|path| Snapshot {
            path: path.clone(),
            size: self.size,
            scale: self.snapshot_scale,
            theme: self.snapshot_theme.unwrap_or(look.theme),
            layout: look.layout.clone(),
        })
    }

    /// Refuses what can be refused before anything is made or emptied; gives the layout that is asked for.
    pub(super) fn check(&self) -> Result<Option<SavedView>, Error> {
        self.check_snapshot()?;
        let layout = self.find_layout()?;
        if let Some(path) = &self.timings {
            TimingsWriter::check(path)?;
        }
        Ok(layout)
    }

    /// The layout that is asked for.
    fn find_layout(&self) -> Result<Option<SavedView>, Error> {
        let Some(name) = &self.layout else {
            return Ok(None);
        };
        let project = self.project.as_deref();
        let project = project.ok_or_else(|| LayoutError::NoProject(name.clone()))?;
        Ok(Some(layouts::find(&layouts::place(project), name)?))
    }

    /// Makes the directory of a run of that name, where runs are recorded.
    pub(super) fn run_directory(&self, name: &str) -> Result<Option<RunDirectory>, Error> {
        let root = self.runs.as_deref();
        Ok(root
            .map(|root| RunDirectory::create(root, name))
            .transpose()?)
    }

    /// Whether what is asked for as a snapshot can be had.
    fn check_snapshot(&self) -> Result<(), Error> {
        let Some(path) = &self.snapshot else {
            return Ok(());
        };
        if self.timings.as_ref() == Some(path) {
            return Err(Error::SameFile(path.clone()));
        }
        let format = Format::of(path).map_err(Error::SnapshotFormat)?;
        let is_sound = (1..=MOST_SCALE).contains(&self.snapshot_scale);
        if !is_sound || (self.snapshot_scale > 1 && format != Format::Png) {
            return Err(Error::SnapshotScale(path.clone()));
        }
        export::check_writable(path).map_err(Error::Snapshot)
    }
}
