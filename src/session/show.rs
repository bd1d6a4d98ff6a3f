//! Runs are shown until all of them are over: in a window where there is one, else offscreen.

use std::sync::Arc;

use crossbeam_channel::Sender;

use crate::dashboard::Notice;
#[cfg(target_os = "linux")]
use crate::exit_guard::ExitGuard;
use crate::flow::Wake;
use crate::headless::{self, Headless, Snapshots};
use crate::message::{Command, Level};
use crate::window::{self, Display, Picking};

use super::Session;
use super::look::keeper;

/// What drives the dashboard.
pub(super) enum Driver {
    Window(Box<Display>),
    Headless,
}

impl Driver {
    /// A window if one may and can be had, else why not, where that is worth saying.
    pub(super) fn open(is_headless: bool) -> (Self, Option<String>) {
        if is_headless {
            return (Self::Headless, None);
        }
        match window::open() {
            Ok(display) => (Self::Window(Box::new(display)), None),
            Err(error) => (Self::Headless, Some(format!("{error}; running headless"))),
        }
    }

    /// What tells it that a scene waits.
    pub(super) fn wake(&self, bell: Sender<()>) -> Arc<dyn Wake> {
        match self {
            Self::Window(display) => display.wake(),
            Self::Headless => Arc::new(move || {
                let _ = bell.try_send(());
            }),
        }
    }

    /// What asks it to close when the runs are over.
    pub(super) fn leave(&self) -> Box<dyn Fn() + Send + Sync> {
        match self {
            Self::Window(display) => display.leave(),
            Self::Headless => Box::new(|| ()),
        }
    }
}

impl Session {
    /// Shows the runs until all are over. Gives what a person should know of what went wrong.
    ///
    /// If the X library takes the main thread with it, the runs go on without; then all is closed from here, the program ends
    /// with what became of the newest, and this does not return.
    pub(super) fn show<'scope>(
        &'scope self,
        driver: Driver,
        threads: &'scope std::thread::Scope<'scope, '_>,
        picking: Option<Picking<'_>>,
    ) -> Vec<String> {
        #[cfg(target_os = "linux")]
        let _guard = matches!(driver, Driver::Window(_)).then(|| {
            let carry_on = move || {
                let notes = self.go_on("the display is gone");
                let is_well = self.ended_well();
                self.close(notes);
                i32::from(!is_well)
            };
            ExitGuard::arm(threads, carry_on).inspect_err(|error| {
                tracing::warn!("cannot guard against a display that ends: {error}");
            })
        });
        #[cfg(not(target_os = "linux"))]
        let _ = threads;
        match driver {
            Driver::Window(display) => self.drive(*display, picking),
            Driver::Headless => self.drive_headless(),
        }
    }

    /// Whether the newest run ended well. Waits until all are closed.
    #[cfg(target_os = "linux")]
    fn ended_well(&self) -> bool {
        let ended = (0..self.runs.count()).filter_map(|_| self.ended.recv().ok());
        let newest = ended.max_by_key(|(run, _)| *run);
        newest.is_none_or(|(_, is_well)| is_well)
    }

    fn drive(&self, display: Display, picking: Option<Picking<'_>>) -> Vec<String> {
        let kept = self.look.kept.clone();
        let options = &self.options;
        let setup = window::Setup {
            views: kept.views,
            project: options.project.clone().unwrap_or_else(|| ".".into()),
            keeper: kept.place.and_then(keeper),
            notice: kept.notice.map(|text| Notice {
                level: Level::Warn,
                text,
            }),
            name: options.info.name.clone(),
            theme: self.look.theme,
            size: options.size,
            max_fps: options.max_fps,
            stays_open: options.stays_open,
            refiner: &self.refiner,
            runs: self.runs.clone(),
            picking,
            timings: self.timings.clone(),
            epoch: self.epoch,
        };
        match window::drive(display, setup) {
            Ok(()) => self.go_on("the window is closed"),
            Err(error) => self.go_on(&error.to_string()),
        }
    }

    /// What is not over goes on without the window it had: nobody could take a pause back any more.
    fn go_on(&self, why: &str) -> Vec<String> {
        if self.runs.are_over() || self.runs.are_over_in(&self.refiner.latest()) {
            return Vec::new();
        }
        let live = self.runs.live();
        let is_one = live.len() == 1;
        let what = if live.iter().all(|run| run.control.is_stopping()) {
            if is_one {
                "the run is stopping (Ctrl-C twice ends it)"
            } else {
                "the runs are stopping (Ctrl-C twice ends them)"
            }
        } else if live.iter().any(|run| run.control.is_pausing()) {
            for run in &live {
                run.control.ask(Command::Resume);
            }
            if is_one {
                "the run resumes and goes on without it"
            } else {
                "the runs go on without it, none of them paused"
            }
        } else if is_one {
            "the run goes on without it"
        } else {
            "the runs go on without it"
        };
        headless::tell(&format!("{why}: {what}"));
        self.drive_headless()
    }

    fn drive_headless(&self) -> Vec<String> {
        let options = &self.options;
        let headless = Headless {
            refiner: &self.refiner,
            runs: &self.runs,
            rings: self.rings.clone(),
            snapshots: options.last_picture(&self.look).and_then(|snapshot| {
                let every = options.snapshot_every?;
                Some(Snapshots { snapshot, every })
            }),
            timings: self.timings.clone(),
            max_fps: options.max_fps,
            theme: self.look.theme,
            layout: self.look.layout.clone(),
            size: options.size,
            epoch: self.epoch,
        };
        headless.drive()
    }
}
