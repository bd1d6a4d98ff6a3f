//! Figures: what is seen as a file, or as pixels for the clipboard.
//!
//! In: a [`Still`] of the dashboard, a scene, and the refiner's [`Desk`]. Out: PNG, SVG, PDF, or a table (CSV) of every point
//! that is visible. The one idea: a figure is laid out like the window, in a size and theme of its own, and shows lines that
//! were made for its own pixels.
//!
//! [`Exporter`] makes figures on a thread of its own; [`Figure::write`] does so at once. Files are written whole or not at
//! all, and every error names its file.

mod csv;
mod exporter;
mod file;
mod lines;
mod pdf;
mod pixels;
mod svg;
mod text;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use exporter::{Done, Exporter, Job, Output};
pub use file::{check_writable, free_name};
use pixels::Easel;

use crate::dashboard::{Still, StillLayout, Subject};
use crate::refiner::{Desk, Moment};
use crate::render::{GpuError, Picture, PictureError};
use crate::scene::{Scene, Theme};

/// Layouts until sizes have settled: a new tick label may move a plot.
const MOST_LAYOUTS: usize = 4;
/// The most pixels that a point may be magnified to.
pub const MOST_SCALE: u32 = 8;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Pixels.
    Png,
    /// Vectors, text as text.
    Svg,
    /// The same, with its fonts.
    Pdf,
    /// Every visible point, as it was reported.
    Csv,
}

impl Format {
    /// The format that a file's extension says.
    ///
    /// # Errors
    /// [`FigureError::Extension`] where it says none.
    pub fn of(path: &Path) -> Result<Self, FigureError> {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        match extension.to_str() {
            Some("png") => Ok(Self::Png),
            Some("svg") => Ok(Self::Svg),
            Some("pdf") => Ok(Self::Pdf),
            Some("csv") => Ok(Self::Csv),
            _ => Err(FigureError::Extension(path.to_owned())),
        }
    }

    /// Its files' extension.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
        }
    }
}

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The file's name says no format.
    #[error("{}: a figure is a .png, .svg, .pdf or .csv file", .0.display())]
    Extension(PathBuf),
    /// The file could not be written.
    #[error("cannot write the figure {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The picture could not be written; the sentence names the file.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The figure could not be made.
    #[error("cannot make the figure {}: {why}", .path.display())]
    Make {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// There is nothing to draw with.
    #[error("no picture: {0}")]
    Gpu(#[from] GpuError),
    /// It could not be drawn.
    #[error("no picture: {0}")]
    Drawing(String),
    /// The thread could not be started.
    #[error("cannot start the thread that makes figures: {0}")]
    Thread(#[source] std::io::Error),
}

/// A figure to be made.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What a person sees.
    pub still: Still,
    /// The newest scene.
    pub scene: Arc<Scene>,
    /// What of it is shown.
    pub subject: Subject,
    /// Width and height in points.
    pub size: [f32; 2],
    /// Pixels a point, of a PNG; from 1 to [`MOST_SCALE`].
    pub scale: u32,
    /// The colours; [`Theme::PRINT`] for paper.
    pub theme: Theme,
    /// When it is made.
    pub moment: Moment,
}

impl Figure {
    /// Makes the figure and writes it; its format is the file's extension.
    ///
    /// # Errors
    /// [`FigureError`]; what was there before still is.
    pub fn write(&self, desk: &Desk, path: &Path) -> Result<(), FigureError> {
        self.write_on(&mut Easel::default(), desk, path)
    }

    /// The same with what earlier figures were drawn with.
    fn write_on(&self, easel: &mut Easel, desk: &Desk, path: &Path) -> Result<(), FigureError> {
        match Format::of(path)? {
            Format::Png => Ok(self.pixels_on(easel, desk)?.save_png(path)?),
            Format::Svg => {
                let text = self.svg(desk);
                file::write_whole(path, |file| file.write_all(text.as_bytes()))
            }
            Format::Pdf => {
                let bytes = pdf::document(&self.svg(desk)).map_err(|why| FigureError::Make {
                    path: path.to_owned(),
                    why,
                })?;
                file::write_whole(path, |file| file.write_all(&bytes))
            }
            Format::Csv => {
                let (layout, _) = self.settled(desk, 1.0);
                let parts = desk.table(layout.viewport.clone(), self.moment);
                file::write_whole(path, |file| csv::write(file, &parts))
            }
        }
    }

    /// The figure as pixels.
    ///
    /// # Errors
    /// [`FigureError`] if there is nothing to draw with, or that draws nothing so large.
    pub fn pixels(&self, desk: &Desk) -> Result<Picture, FigureError> {
        self.pixels_on(&mut Easel::default(), desk)
    }

    /// The same with what earlier figures were drawn with; where that is lost on the way, once more with another.
    fn pixels_on(&self, easel: &mut Easel, desk: &Desk) -> Result<Picture, FigureError> {
        let scale = self.scale.clamp(1, MOST_SCALE) as f32;
        let draw = |easel: &mut Easel| {
            let (layout, scene) = self.settled(desk, scale);
            easel.draw(layout, &scene)
        };
        match draw(easel) {
            Err(_) if easel.is_lost() => draw(easel),
            drawn => drawn,
        }
    }

    /// The figure as an SVG document.
    #[must_use]
    pub fn svg(&self, desk: &Desk) -> String {
        let (layout, scene) = self.settled(desk, 1.0);
        svg::document(&layout, &scene)
    }

    /// The layout, and the scene with lines made for its pixels. Where the refiner has ended the scene is the one that there
    /// is.
    fn settled(&self, desk: &Desk, pixels_per_point: f32) -> (StillLayout, Arc<Scene>) {
        let lay_out = |scene: &Scene| {
            let Self {
                subject,
                size,
                theme,
                ..
            } = *self;
            self.still
                .layout(scene, subject, size, pixels_per_point, theme)
        };
        let mut scene = Arc::clone(&self.scene);
        let mut layout = lay_out(&scene);
        for _ in 1..MOST_LAYOUTS {
            let asked = layout.viewport.clone();
            let Ok(answer) = desk.scene(asked.clone(), self.moment).recv() else {
                break;
            };
            scene = answer;
            layout = lay_out(&scene);
            if layout.viewport.shows_as(&asked) {
                break;
            }
        }
        (layout, scene)
    }
}
