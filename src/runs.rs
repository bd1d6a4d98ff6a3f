//! The runs of this process, as whoever shows them knows them: how each is steered, what becomes of it on disk, whether all
//! are over.
//!
//! A [`Handle`] comes in when a run starts, and is found by the run's number from then on. Clones share one list: the window,
//! the signals and the session ask the same.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::flow::Control;
use crate::message::{Command, RunId};
use crate::recording::RecordingStatus;
use crate::scene::Scene;

/// A run that has been started.
#[derive(Clone, Debug)]
pub struct Handle {
    /// The run.
    pub id: RunId,
    /// Its name.
    pub name: String,
    /// What pauses and stops it, and tells that it is closed.
    pub control: Control,
    /// What becomes of it on disk, if it is recorded.
    pub recording: Option<Arc<RecordingStatus>>,
}

/// Every run of a session, in the order they were started.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    handles: Vec<Handle>,
    is_ending: bool,
}

impl Runs {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a run. Where all are to end already, it is asked to stop, too.
    pub fn add(&self, handle: Handle) {
        let mut known = self.known();
        if known.is_ending {
            handle.control.ask(Command::Stop);
        }
        known.handles.push(handle);
    }

    /// The run of that number.
    #[must_use]
    pub fn find(&self, id: RunId) -> Option<Handle> {
        let known = self.known();
        known.handles.iter().find(|run| run.id == id).cloned()
    }

    /// The run that was the last to start.
    #[must_use]
    pub fn newest(&self) -> Option<Handle> {
        self.known().handles.last().cloned()
    }

    /// The run that a scene's header tells of, or else the newest.
    #[must_use]
    pub fn shown_in(&self, scene: &Scene) -> Option<Handle> {
        let current = scene.current_run().and_then(|run| self.find(run.id));
        current.or_else(|| self.newest())
    }

    /// The runs that are not closed yet.
    #[must_use]
    pub fn live(&self) -> Vec<Handle> {
        let known = self.known();
        let live = known.handles.iter().filter(|run| !run.control.has_ended());
        live.cloned().collect()
    }

    /// Whether one has this name.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        let known = self.known();
        known.handles.iter().any(|run| run.name == name)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.known().handles.len()
    }

    /// Whether all are closed.
    #[must_use]
    pub fn are_over(&self) -> bool {
        let known = self.known();
        known.handles.iter().all(|run| run.control.has_ended())
    }

    /// Whether a scene shows the end of each.
    #[must_use]
    pub fn are_over_in(&self, scene: &Scene) -> bool {
        let shown = scene.runs.iter().filter(|run| !run.is_live()).count();
        shown >= self.count()
    }

    /// Asks all of them to stop, and those that may come.
    pub fn end(&self) {
        let mut known = self.known();
        known.is_ending = true;
        for run in &known.handles {
            run.control.ask(Command::Stop);
        }
    }

    /// Whether all are asked to stop, and none should be started any more.
    #[must_use]
    pub fn are_ending(&self) -> bool {
        self.known().is_ending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(id: u32) -> Handle {
        Handle {
            id: RunId(id),
            name: format!("run {id}"),
            control: Control::default(),
            recording: None,
        }
    }

    #[test]
    fn the_end_is_asked_of_all_and_of_those_that_come_later() {
        let runs = Runs::default();
        assert!(runs.are_over() && runs.newest().is_none());
        runs.add(handle(0));
        runs.end();
        runs.add(handle(1));
        assert!(runs.are_ending());
        assert!(runs.live().iter().all(|run| run.control.is_stopping()));
        assert_eq!((runs.live().len(), runs.count()), (2, 2));
        assert!(!runs.are_over() && !runs.are_over_in(&Scene::default()));
    }

    #[test]
    fn what_is_asked_is_asked_of_the_run_that_is_shown() {
        let runs = Runs::default();
        runs.add(handle(3));
        runs.add(handle(4));
        let shown = |scene: &Scene| runs.shown_in(scene).map(|run| run.id);
        assert_eq!(shown(&Scene::default()), Some(RunId(4)));
        let scene = Scene {
            runs: vec![crate::scene::RunSummary {
                id: RunId(3),
                is_current: true,
                ..Default::default()
            }]
            .into(),
            ..Scene::default()
        };
        assert_eq!(shown(&scene), Some(RunId(3)));
        assert!(runs.find(RunId(9)).is_none());
    }
}
