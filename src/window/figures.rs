//! Figures that a person asks for in a window: made by a thread of their own, told in a sentence, or put into the clipboard.

use std::time::Instant;

use winit::event_loop::EventLoopProxy;

use super::app::App;
use super::{Setup, UserEvent};
use crate::dashboard::{FigureKind, FigureWish, Notice, Subject};
use crate::export::{Done, Exporter, Figure, FigureError, Format, Job, Output};
use crate::message::Level;
use crate::refiner::Moment;
use crate::scene::Theme;
use crate::stage::Facts;

/// Pixels a point of a picture in a file: of twice a screen's sharpness.
const SCALE: u32 = 2;
/// The folder in the project's that figures are saved in.
const FOLDER: &str = "figures";

/// Starts the thread that makes figures.
pub(super) fn start(
    setup: &Setup<'_>,
    proxy: EventLoopProxy<UserEvent>,
) -> Result<Exporter, FigureError> {
    let report = move |done: Result<Done, FigureError>| {
        // Nobody is left to tell where the loop has ended.
        let _ = proxy.send_event(UserEvent::Figure(Box::new(done)));
    };
    Exporter::start(setup.refiner.desk().clone(), report)
}

impl App<'_> {
    /// Has a figure made.
    pub(super) fn make_figure(&mut self, wish: FigureWish) {
        if self.exporter.is_none() {
            match start(&self.setup, self.proxy.clone()) {
                Ok(exporter) => self.exporter = Some(exporter),
                Err(error) => return self.tell(Level::Error, error.to_string()),
            }
        }
        let notices = self.notices();
        let shown = self.setup.runs.shown_in(&self.scene);
        let recording = shown.and_then(|run| run.recording);
        let facts = Facts {
            recording: recording.as_deref(),
            ..self.facts(&notices)
        };
        let (Some(open), Some(exporter)) = (&self.open, &self.exporter) else {
            return;
        };
        let still = open.stage.still(Instant::now(), &self.scene, &facts);
        let (format, theme) = match wish.kind {
            FigureKind::Png => (Some(Format::Png), still.theme()),
            FigureKind::Svg => (Some(Format::Svg), Theme::PRINT),
            FigureKind::Pdf => (Some(Format::Pdf), Theme::PRINT),
            FigureKind::Csv => (Some(Format::Csv), still.theme()),
            FigureKind::Clipboard => (None, still.theme()),
        };
        let subject = match wish.subject {
            Subject::Dashboard => "dashboard".to_owned(),
            Subject::Panel(id) => {
                let panel = self.scene.panel(id);
                panel.map_or_else(|| "panel".to_owned(), |panel| panel.name.to_string())
            }
        };
        let output = format.map_or(Output::Pixels, |format| Output::Folder {
            folder: self.setup.project.join(FOLDER),
            run: self.setup.name.clone(),
            subject,
            format,
        });
        exporter.export(Job {
            figure: Figure {
                still,
                scene: self.scene.clone(),
                subject: wish.subject,
                size: wish.size,
                scale: SCALE,
                theme,
                moment: Moment::Now,
            },
            output,
        });
    }

    /// Tells what came of a figure.
    pub(super) fn figure_done(&mut self, done: Result<Done, FigureError>) {
        match done {
            Ok(Done::File(path)) => {
                let path = path.strip_prefix(".").unwrap_or(&path);
                self.tell(Level::Info, format!("saved {}", path.display()));
            }
            Ok(Done::Pixels(picture)) => {
                let size = [picture.width as usize, picture.height as usize];
                let image = egui::ColorImage::from_rgba_unmultiplied(size, &picture.rgba);
                if let Some(pane) = self.open.as_mut().and_then(|open| open.panes.first_mut()) {
                    pane.input.egui_ctx().copy_image(image);
                }
                self.tell(Level::Info, "the picture is in the clipboard".to_owned());
            }
            Err(error) => self.tell(Level::Error, error.to_string()),
        }
    }

    /// Says a sentence across the top until a person does something else.
    pub(super) fn tell(&mut self, level: Level, text: String) {
        self.told = Some(Notice { level, text });
        self.note_input();
    }
}
