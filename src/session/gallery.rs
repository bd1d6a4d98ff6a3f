//! Experiments to pick from: each picked one is a run of its own, beside those that go on or in place of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Scope as Threads, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::dashboard::{Offer, Others, StartWish};
use crate::flow::Scope;
use crate::gallery::{Entry, Experiment, Gallery, Pick};
use crate::message::{Command, RunInfo, Timestamp, Value, Values};
use crate::recording::RunDirectory;
use crate::runs::{Handle, Runs};
use crate::window::Picking;

use super::show::Driver;
use super::{Error, Options, Session, worker};

/// Between two looks whether a run that waits for others is to stop itself.
const LOOK: Duration = Duration::from_millis(50);

impl Gallery {
    /// Shows a window in which experiments are picked, and runs what is picked: [`run_gallery`] with nothing picked before.
    ///
    /// # Errors
    /// See [`run_gallery`].
    pub fn run(&self, options: Options) -> Result<(), Error> {
        run_gallery(options, self, None)
    }
}

/// Opens the window, runs `first` if something was picked before, and whatever is picked in the window after that, each on a
/// thread of its own. Returns when the window is closed and all runs are over, with what became of the run that was the last to
/// start.
///
/// The name of [`Options::info`] is the window's; a run is called by its [`Pick`]. What else stands there is said of every run.
/// An experiment that panics or fails ends its own run and no other. Ctrl-C stops all.
///
/// # Errors
/// As [`run`](super::run); [`Error::Experiment`] where `first` is not in the gallery, [`Error::Refused`] where it cannot be run
/// so, [`Error::NothingPicked`] where there is neither a window nor a first.
pub fn run_gallery(
    mut options: Options,
    gallery: &Gallery,
    first: Option<Pick>,
) -> Result<(), Error> {
    let epoch = Instant::now();
    options.info.started = Timestamp::now();
    let layout = options.check()?;
    if options.is_headless && first.is_none() {
        return Err(Error::NothingPicked("there is no window".to_owned()));
    }
    let first = first
        .map(|pick| Planned::new(&options, gallery, pick))
        .transpose()?;
    let (session, driver, no_window) = Session::open(options, layout, epoch)?;
    if let (Driver::Headless, None) = (&driver, &first) {
        let why = no_window.unwrap_or_default();
        return Err(Error::NothingPicked(why));
    }
    let (result, notes) = std::thread::scope(|threads| {
        let crew = Crew {
            session: &session,
            threads,
            workers: Mutex::default(),
        };
        if let Some(planned) = first {
            crew.start(planned, Vec::new(), |opened| {
                session.warn(opened, &driver, no_window);
            })?;
        }
        let start = |wish| crew.obey(gallery, wish).map_err(|error| error.to_string());
        let picking = Picking {
            offers: offers(gallery),
            start: &start,
        };
        let notes = session.show(driver, threads, Some(picking));
        Ok::<_, Error>((crew.joined(), notes))
    })?;
    session.close(notes);
    result
}

/// What a window is told of the experiments.
fn offers(gallery: &Gallery) -> Vec<Offer> {
    let offer = |entry: &Entry| Offer {
        name: entry.name().to_owned(),
        description: entry.experiment().description().to_owned(),
        parameters: entry.experiment().parameters(),
    };
    gallery.entries().iter().map(offer).collect()
}

/// A run that can begin: its experiment is known, its directory made.
struct Planned {
    experiment: Arc<dyn Experiment>,
    values: Values,
    info: RunInfo,
    directory: Option<RunDirectory>,
}

impl Planned {
    fn new(options: &Options, gallery: &Gallery, pick: Pick) -> Result<Self, Error> {
        let entry = gallery.find(&pick.experiment)?;
        let checked = entry.experiment().check(&pick.values);
        checked.map_err(Error::Refused)?;
        let info = info(&options.info, &pick);
        Ok(Self {
            experiment: Arc::clone(entry.experiment()),
            directory: options.run_directory(&info.name)?,
            values: pick.values,
            info,
        })
    }

    /// The same by another name where a run has its name already: that of its directory, or one with a number.
    fn told_apart(mut self, runs: &Runs) -> Self {
        let name = &self.info.name;
        let directory = self.directory.as_ref().map(RunDirectory::path);
        let directory = directory.and_then(|path| path.file_name());
        let numbered = (2..).map(|number| format!("{name} {number}"));
        let mut names = std::iter::once(name.clone())
            .chain(directory.map(|name| name.to_string_lossy().into_owned()))
            .chain(numbered);
        if let Some(free) = names.find(|name| !runs.has_name(name)) {
            self.info.name = free;
        }
        self
    }
}

/// What can be said of a run before it begins: `about` all, and what was picked.
fn info(about: &RunInfo, pick: &Pick) -> RunInfo {
    let is_seed = |name: &str| name == "seed";
    let seed = pick.values.iter().find_map(|(parameter, value)| {
        let Value::Integer(seed) = value else {
            return None;
        };
        is_seed(&parameter.name)
            .then(|| u64::try_from(*seed).ok())
            .flatten()
    });
    let mut hyperparameters = pick.values.hyperparameters();
    // It has a place of its own.
    hyperparameters.retain(|setting| seed.is_none() || !is_seed(&setting.name));
    RunInfo {
        name: pick.name.as_ref().unwrap_or(&pick.experiment).clone(),
        model: pick.experiment.clone(),
        seed,
        hyperparameters,
        started: Timestamp::now(),
        ..about.clone()
    }
}

type Worker<'scope> = ScopedJoinHandle<'scope, Result<(), Error>>;

/// The threads that work on what was picked.
struct Crew<'scope, 'env> {
    session: &'scope Session,
    threads: &'scope Threads<'scope, 'env>,
    /// In the order they were started.
    workers: Mutex<Vec<Worker<'scope>>>,
}

impl<'scope> Crew<'scope, '_> {
    /// Starts what was picked in the window.
    fn obey(&self, gallery: &Gallery, wish: StartWish) -> Result<(), Error> {
        let session = self.session;
        if session.runs.are_ending() {
            return Err(Error::Ending);
        }
        let pick = Pick {
            experiment: wish.experiment,
            values: wish.values,
            name: None,
        };
        let planned = Planned::new(&session.options, gallery, pick)?.told_apart(&session.runs);
        let stopping = match wish.others {
            Others::Keep => Vec::new(),
            Others::Stop => session.runs.live(),
        };
        self.start(planned, stopping, |_| ())
    }

    /// Opens a run, has `say` say something in it, and starts its thread. It begins when those that are `stopping` have ended.
    fn start(
        &self,
        planned: Planned,
        stopping: Vec<Handle>,
        say: impl FnOnce(&worker::Opened),
    ) -> Result<(), Error> {
        let opened = self.session.open_run(planned.info, planned.directory)?;
        say(&opened);
        for run in &stopping {
            run.control.ask(Command::Stop);
        }
        let (experiment, values) = (planned.experiment, planned.values);
        let worker = self.session.begin(self.threads, opened, move |scope| {
            wait_for(&stopping, scope);
            experiment.run(scope, &values)
        })?;
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.push(worker);
        Ok(())
    }

    /// Waits for all threads; what the newest came to.
    fn joined(self) -> Result<(), Error> {
        let workers = self.workers.into_inner();
        let workers = workers.unwrap_or_else(PoisonError::into_inner);
        // Every one of them is waited for.
        let mut results: Vec<_> = workers.into_iter().map(worker::joined).collect();
        results.pop().unwrap_or(Ok(()))
    }
}

/// Waits until the runs that were to stop first have ended, or this one is to stop, too.
fn wait_for(stopping: &[Handle], scope: &Scope) {
    let probe = scope.probe();
    for run in stopping {
        probe.activity(&format!("waiting for {} to stop", run.name));
        while !run.control.wait_for_end(LOOK) && !scope.control().is_stopping() {}
    }
    if !stopping.is_empty() {
        probe.activity("");
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::flow::WorkError;
    use crate::message::Parameter;

    /// Reports so many steps, then panics if it is asked to.
    struct Falls;

    impl Experiment for Falls {
        fn description(&self) -> &str {
            "a loss that falls"
        }

        fn parameters(&self) -> Vec<Parameter> {
            vec![
                Parameter::integer("steps", 100, 1..=i64::MAX),
                Parameter::flag("panic", false),
                Parameter::integer("seed", 7, 0..=1000),
            ]
        }

        fn run(&self, scope: &Scope, values: &Values) -> Result<(), WorkError> {
            let probe = scope.probe();
            let loss = probe.series("loss");
            for step in 1..=values.count("steps") as u64 {
                if !probe.proceed() {
                    return Ok(());
                }
                probe.step(step);
                probe.scalar(loss, 1.0 / step as f32);
                if values.count("steps") > 1_000_000 {
                    std::thread::park_timeout(Duration::from_millis(1));
                }
            }
            assert!(!values.flag("panic"), "no layer 7 in this model");
            Ok(())
        }
    }

    fn gallery() -> Gallery {
        Gallery::new().add("falls", Falls)
    }

    fn options(folder: &Path) -> Options {
        Options {
            runs: Some(folder.join("runs")),
            is_headless: true,
            handles_signals: false,
            project: None,
            ..Options::new("test")
        }
    }

    fn pick(settings: &[(&str, &str)]) -> Pick {
        let mut pick = gallery().pick("falls").expect("it is there");
        for (name, text) in settings {
            pick.values.set(name, text).expect("it may be that");
        }
        pick
    }

    fn wish(settings: &[(&str, &str)], others: Others) -> StartWish {
        let pick = pick(settings);
        StartWish {
            experiment: pick.experiment,
            values: pick.values,
            others,
        }
    }

    fn run_file(folder: &Path, run: &str) -> serde_json::Value {
        let path = folder.join("runs").join(run).join("run.json");
        let text = std::fs::read_to_string(path).expect("the run is recorded");
        serde_json::from_str(&text).expect("it is JSON")
    }

    #[test]
    fn of_runs_at_the_same_time_one_panics_and_the_others_go_on_and_all_are_recorded() {
        let folder = tempfile::tempdir().expect("a folder");
        let gallery = gallery();
        let (session, _, _) =
            Session::open(options(folder.path()), None, Instant::now()).expect("it opens");
        let endless = i64::MAX.to_string();
        let result = std::thread::scope(|threads| {
            let crew = Crew {
                session: &session,
                threads,
                workers: Mutex::default(),
            };
            let start = |settings: &[(&str, &str)]| {
                let begun = crew.obey(&gallery, wish(settings, Others::Keep));
                begun.expect("it starts");
                session.runs.newest().expect("there is one")
            };
            let endless = start(&[("steps", &endless)]);
            let panics = start(&[("steps", "2000"), ("panic", "yes")]);
            start(&[("steps", "3000"), ("seed", "8")]);
            while !panics.control.wait_for_end(LOOK) {}
            assert!(!endless.control.has_ended());
            // A run that is stopped first has ended before the next begins.
            let last = crew.obey(&gallery, wish(&[("steps", "500")], Others::Stop));
            last.expect("it starts");
            let result = crew.joined();
            assert!(endless.control.has_stopped());
            result
        });
        assert!(result.is_ok(), "{result:?}");
        session.close(Vec::new());

        let scene = session.refiner.latest();
        // Runs that begin at once reach the refiner in any order.
        let mut runs: Vec<_> = scene.runs.iter().collect();
        runs.sort_by_key(|run| run.id);
        let names: Vec<&str> = runs.iter().map(|run| &*run.name).collect();
        assert_eq!(names, ["falls", "falls-2", "falls-3", "falls-4"]);
        let points = |run: usize| {
            let id = runs[run].id;
            let mut series = scene.series.iter();
            series
                .find(|series| series.key.run == id)
                .map_or(0, |series| series.points)
        };
        assert_eq!((points(1), points(2), points(3)), (2000, 3000, 500));
        for (run, outcome, points) in [
            ("falls-1", "stopped", points(0)),
            ("falls-2", "failed", 2000),
            ("falls-3", "finished", 3000),
            ("falls-4", "finished", 500),
        ] {
            let file = run_file(folder.path(), run);
            assert_eq!(file["outcome"], outcome, "{run}");
            assert_eq!(file["recording"]["points"], points, "{run}: {file}");
        }
        assert_eq!(run_file(folder.path(), "falls-3")["seed"], 8);
        let refused = Session::open_run(&session, RunInfo::default(), None);
        assert!(matches!(refused, Err(Error::Ending)));
    }

    #[test]
    fn what_cannot_be_started_is_told_and_nothing_is_stopped_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let gallery = gallery();
        let (session, _, _) =
            Session::open(options(folder.path()), None, Instant::now()).expect("it opens");
        std::thread::scope(|threads| {
            let crew = Crew {
                session: &session,
                threads,
                workers: Mutex::default(),
            };
            let endless = i64::MAX.to_string();
            let begun = crew.obey(&gallery, wish(&[("steps", &endless)], Others::Keep));
            begun.expect("it starts");
            let first = session.runs.newest().expect("there is one");
            let (runs, aside) = (folder.path().join("runs"), folder.path().join("aside"));
            std::fs::rename(&runs, aside).expect("it can be moved");
            std::fs::write(&runs, "").expect("a file in its place");
            let refused = crew.obey(&gallery, wish(&[], Others::Stop));
            let error = refused.expect_err("there is no room for its directory");
            assert!(error.to_string().contains("runs"), "{error}");
            assert!(!error.is_from_training() && !first.control.is_stopping());
            session.runs.end();
            let late = crew.obey(&gallery, wish(&[], Others::Keep));
            assert!(matches!(late, Err(Error::Ending)));
            assert!(crew.joined().is_ok());
        });
        assert!(session.runs.are_over());
        assert_eq!(session.runs.count(), 1);
        session.close(Vec::new());
    }

    #[test]
    fn what_is_picked_before_is_run_and_its_failure_is_the_result() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Pick {
            name: Some("named".to_owned()),
            ..pick(&[("panic", "yes")])
        };
        let result = run_gallery(options(folder.path()), &gallery(), Some(first));
        let error = result.expect_err("it panicked");
        assert!(error.is_from_training(), "{error}");
        let file = run_file(folder.path(), "named-1");
        assert_eq!(
            (&file["name"], &file["model"]),
            (&"named".into(), &"falls".into())
        );
        assert_eq!(file["hyperparameters"]["steps"], "100");
    }

    #[test]
    fn without_a_window_something_must_be_picked_that_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = || options(folder.path());
        let nothing = gallery().run(options());
        assert!(matches!(nothing, Err(Error::NothingPicked(_))));
        let unknown = Pick {
            experiment: "fals".to_owned(),
            ..pick(&[])
        };
        let error = run_gallery(options(), &gallery(), Some(unknown)).expect_err("no such");
        assert!(
            error.to_string().contains("did you mean `falls`?"),
            "{error}"
        );
        assert!(!error.is_from_training());
        assert!(!folder.path().join("runs").exists());
    }
}
