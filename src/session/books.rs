//! What is to be closed when all runs are over, in which order.

use crate::flow::Junction;
use crate::headless;
use crate::recording::{Recorder, TimingsReport, TimingsWriter};
use crate::signals::Signals;

use super::Session;

/// What a session has opened.
pub(super) struct Books {
    /// Where further runs reach the refiner; `None` where there will be none.
    pub(super) junction: Option<Junction>,
    pub(super) recorders: Vec<Recorder>,
    pub(super) timings: Option<TimingsWriter>,
    pub(super) signals: Option<Signals>,
}

impl Books {
    /// Waits until everything is written, and prints the summary.
    pub(super) fn close(self, session: &Session, mut notes: Vec<String>) {
        let refiner = &session.refiner;
        drop(self.junction);
        let shown = session.runs.shown_in(&refiner.latest());
        let recording = shown.and_then(|run| run.recording);
        let reports = self.recorders.into_iter();
        notes.extend(reports.map(|recorder| recorder.finish().to_string()));
        if let Some(snapshot) = session.options.last_picture(&session.look) {
            let written = headless::last_snapshot(refiner, &snapshot, recording.as_deref());
            let note = match written {
                Ok(()) => format!("picture in {}", snapshot.path.display()),
                Err(error) => error.to_string(),
            };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes.extend(self.timings.map(|timings| timings_note(&timings.finish())));
        if let Some(signals) = self.signals {
            signals.uninstall();
        }
        let scene = refiner.finish();
        if refiner.has_failed() {
            notes.push(
                "the thread that prepares pictures failed: the last points may be missing here"
                    .to_owned(),
            );
        }
        headless::print_summary(&scene, &notes);
    }
}

fn timings_note(report: &TimingsReport) -> String {
    let TimingsReport {
        path,
        rows,
        lost,
        error,
    } = report;
    let path = path.display();
    match error {
        Some(error) => format!("{rows} frame timings in {path}, {lost} lost: {error}"),
        None => format!("{rows} frame timings in {path}"),
    }
}
