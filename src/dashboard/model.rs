//! What a dashboard is given to show, and what it gives back: plain data on both sides.

use std::time::Duration;

use super::frames::FrameStats;
use super::still::Subject;
use crate::message::{Command, Level, Parameter, Values};
use crate::scene::{Plot, Scene, Smoothing, Theme, Viewport};

/// Everything a dashboard shows at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    /// The run, its panels, series and log.
    pub scene: &'a Scene,
    /// What drawing costs.
    pub frames: &'a FrameStats,
    /// The adapter that draws, as it names itself.
    pub adapter: &'a str,
    /// Whether that adapter is the processor.
    pub is_software: bool,
    /// What becomes of the run on disk.
    pub recording: &'a RecordingView,
    /// Scenes that came and were replaced before they were drawn.
    pub skipped_scenes: u64,
    /// What a person has asked of the run.
    pub request: Request,
    /// Whether the closing question is open.
    pub closing: bool,
    /// More to be said across the top, in this order.
    pub notices: &'a [Notice],
    /// The experiments that can be started; none where the program runs one thing alone.
    pub offers: &'a [Offer],
    /// The least time between two data frames, as drawing allows: it goes into the viewport.
    pub data_interval: Duration,
}

impl Model<'_> {
    /// Whether nothing was started yet, of what can be.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.scene.runs.is_empty() && !self.offers.is_empty()
    }
}

/// What a person has asked of the run and the run may not have obeyed yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// A pause is asked for and not taken back.
    pub is_pausing: bool,
    /// A stop is asked for.
    pub is_stopping: bool,
}

/// What becomes of the run on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RecordingView {
    /// Nothing is recorded.
    #[default]
    Off,
    /// Everything is.
    On {
        /// The run's directory.
        path: String,
        /// Written so far.
        bytes: u64,
    },
    /// The disk refuses: training goes on, and what is not yet written waits in memory.
    Failing {
        /// The run's directory.
        path: String,
        /// What the system says.
        error: String,
        /// Points given up for good.
        lost_points: u64,
    },
    /// The run is over and everything is written.
    Sealed {
        /// The run's directory.
        path: String,
        /// Written in all.
        bytes: u64,
    },
}

/// A sentence across the top of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub level: Level,
    /// The sentence.
    pub text: String,
}

/// What a person asks for through a dashboard.
///
/// Those that concern the view alone are already done by the dashboard when they are reported: [`Action::is_done`].
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Ask this of the run. Where it can no longer be heard, the driver says so.
    Ask(Command),
    /// Close the window: the driver opens the closing question, or closes where the run is over.
    Close,
    /// The closing question's answer: stop the run, then close.
    CloseStop,
    /// The closing question's answer: close, and let the run finish without a window.
    CloseFinishHeadless,
    /// The closing question's answer: neither.
    CloseCancel,
    /// The theme was changed; [`Layout::theme`] says to which.
    ToggleTheme,
    /// The smoothing was set; [`Layout::viewport`] carries it.
    SetSmoothing(Smoothing),
    /// The log was shown or hidden.
    ToggleLog,
    /// The frame panel was shown or hidden.
    ToggleFrames,
    /// Make a figure.
    Figure(FigureWish),
    /// Start a run.
    Start(Box<StartWish>),
}

/// An experiment that can be started.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its name.
    pub name: String,
    /// What it is, in one line.
    pub description: String,
    /// What may be set of it.
    pub parameters: Vec<Parameter>,
}

/// A run that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct StartWish {
    /// The experiment's name.
    pub experiment: String,
    /// A value for each of its hyperparameters, within their domains.
    pub values: Values,
    /// What becomes of the runs that are not over.
    pub others: Others,
}

/// What becomes of the runs that are not over when another is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// They go on beside it.
    #[default]
    Keep,
    /// They are stopped, and it begins when they have ended.
    Stop,
}

/// A figure that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FigureWish {
    /// What it shows.
    pub subject: Subject,
    /// What becomes of it.
    pub kind: FigureKind,
    /// As large as it is seen, in points.
    pub size: [f32; 2],
}

/// What becomes of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureKind {
    /// A file of pixels.
    Png,
    /// A file of vectors.
    Svg,
    /// The same, with its fonts.
    Pdf,
    /// A table of all visible points.
    Csv,
    /// Pixels in the clipboard.
    Clipboard,
}

impl Action {
    /// Whether the dashboard has done it already: a driver need not act, but may want to remember.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(
            self,
            Self::ToggleTheme | Self::SetSmoothing(_) | Self::ToggleLog | Self::ToggleFrames
        )
    }
}

/// A dashboard laid out: what a renderer paints, and what a person asked for.
pub struct Layout {
    /// Triangles, back to front, on a ground that the renderer clears to [`Theme::background`]. One of them is a callback
    /// whose payload is a [`super::DataLayer`]: what stands before it lies under the data, what stands after it over the
    /// data.
    pub primitives: Vec<egui::ClippedPrimitive>,
    /// Changes to the textures that the primitives use, to be applied before painting.
    pub textures: egui::TexturesDelta,
    /// Physical pixels per point.
    pub pixels_per_point: f32,
    /// The theme it was laid out in.
    pub theme: Theme,
    /// For the platform: cursor, clipboard, accessibility.
    pub platform: egui::PlatformOutput,
    /// Where data is drawn, with the bounds that its axes were laid out for.
    pub plots: Vec<Plot>,
    /// What a person asked for since the last layout, oldest first.
    pub actions: Vec<Action>,
    /// What is visible, for whoever builds scenes.
    pub viewport: Viewport,
    /// Whether anything differs from the last layout. If not, the chrome painted then still stands.
    pub is_changed: bool,
}
