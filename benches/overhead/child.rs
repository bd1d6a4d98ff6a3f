//! One measurement, in a process of its own: what is asked of it, and what it tells.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use emberscope::{Options, Scope, WorkError, run};

use super::{learner, own_loop};

/// Tells a child process what to measure: the program, the kind, the steps, the milliseconds of warm-up, and the folder it may
/// use, where it writes what it measured.
const REQUEST: &str = "EMBERSCOPE_BENCH_REQUEST";
/// What was measured, in the child's folder.
const RESULT: &str = "speed";
/// A window that has not drawn by then never will.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// What trains.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// A convolutional network in a loop of its own.
    Loop,
    /// Ten microseconds of arithmetic a step.
    Synthetic,
    /// The same network, trained by burn-train.
    Learner,
}

impl Program {
    pub(crate) const ALL: [Self; 3] = [Self::Loop, Self::Synthetic, Self::Learner];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Synthetic => "synthetic",
            Self::Learner => "learner",
        }
    }

    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Loop => "the network of digits-cnn in a loop",
            Self::Synthetic => "10 µs of arithmetic a step",
            Self::Learner => "the network of digits-cnn by burn-train",
        }
    }

    /// The steps that are timed: some seconds.
    pub(crate) const fn steps(self) -> u64 {
        match self {
            Self::Loop | Self::Learner => 300,
            Self::Synthetic => 200_000,
        }
    }

    /// The first is what the others are compared with.
    pub(crate) fn kinds(self) -> Vec<Kind> {
        match self {
            Self::Loop => vec![
                Kind::Bare,
                Kind::Scalars,
                Kind::Tensors,
                Kind::Scalar,
                Kind::Norms,
                Kind::Window,
            ],
            Self::Synthetic => vec![Kind::Bare, Kind::Scalars, Kind::Window],
            Self::Learner => {
                let mut kinds = vec![Kind::Bare, Kind::Tensors, Kind::Window];
                if cfg!(feature = "burn-tui") {
                    kinds.push(Kind::Terminal);
                }
                kinds
            }
        }
    }
}

/// How it is watched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Not at all.
    Bare,
    /// Two numbers a step, refined and recorded.
    Scalars,
    /// The loss as a tensor that is read back later, besides.
    Tensors,
    /// The loss by `into_scalar` in each step instead.
    Scalar,
    /// Norms of every layer each tenth step, besides the tensors.
    Norms,
    /// A window that draws, besides the tensors.
    Window,
    /// burn's own dashboard in a terminal.
    Terminal,
}

impl Kind {
    const ALL: [(Self, &str); 7] = [
        (Self::Bare, "bare"),
        (Self::Scalars, "scalars"),
        (Self::Tensors, "tensors"),
        (Self::Scalar, "scalar"),
        (Self::Norms, "norms"),
        (Self::Window, "window"),
        (Self::Terminal, "terminal"),
    ];

    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Bare => "not watched",
            Self::Scalars => "scalars, refined and recorded",
            Self::Tensors => "tensors read back later",
            Self::Scalar => "the loss by into_scalar each step",
            Self::Norms => "norms of every layer each 10th step",
            Self::Window => "a window that draws",
            Self::Terminal => "burn's terminal dashboard",
        }
    }

    fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(kind, _)| *kind == self);
        found.expect("all kinds have names").1
    }

    const fn has_window(self) -> bool {
        matches!(self, Self::Window)
    }
}

/// What a child process measured.
#[derive(Clone, Copy)]
pub(crate) struct Speed {
    pub(crate) steps_per_second: f64,
    /// Shown by the window meanwhile.
    pub(crate) frames_per_second: f64,
}

/// What a child process is to measure.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    pub(crate) program: Program,
    pub(crate) kind: Kind,
    pub(crate) steps: u64,
    pub(crate) warm_up: Duration,
}

impl Request {
    /// What this process was started for, if it is a child.
    pub(crate) fn received() -> Option<Self> {
        let words = std::env::var(REQUEST).ok()?;
        let words: Vec<&str> = words.split(' ').collect();
        let &[program, kind, steps, warm_up] = words.as_slice() else {
            panic!("a request has four words: {words:?}");
        };
        let kind = Kind::ALL.iter().find(|(_, name)| *name == kind);
        let program: usize = program.parse().expect("a number of a program");
        Some(Self {
            program: Program::ALL[program],
            kind: kind.expect("a kind by its name").0,
            steps: steps.parse().expect("a number of steps"),
            warm_up: Duration::from_millis(warm_up.parse().expect("milliseconds")),
        })
    }

    fn words(&self) -> String {
        let programs = Program::ALL.iter();
        let program = programs
            .clone()
            .position(|program| *program == self.program);
        format!(
            "{} {} {} {}",
            program.expect("all programs are listed"),
            self.kind.name(),
            self.steps,
            self.warm_up.as_millis()
        )
    }

    /// Has a process of its own measure.
    pub(crate) fn send(&self, display: Option<&str>) -> Speed {
        let folder = tempfile::tempdir().expect("a folder for what is measured");
        let program = std::env::current_exe().expect("the benchmark knows its own path");
        let mut command = if self.kind == Kind::Terminal {
            // It draws only where there is a terminal.
            let mut command = Command::new("script");
            command.args(["-qefc", &program.to_string_lossy(), "/dev/null"]);
            command
        } else {
            Command::new(program)
        };
        command
            .env(REQUEST, self.words())
            .env("TMPDIR", folder.path())
            .current_dir(folder.path())
            // How soon glibc gives memory back follows from what a process has freed so far, and a training that gets its
            // memory anew each step is slower by a half: a window would make it quicker by what it frees itself.
            .env("MALLOC_MMAP_THRESHOLD_", "33554432")
            .env("MALLOC_TRIM_THRESHOLD_", "1073741824");
        if let Some(display) = display {
            // Where there is Wayland as well, a window would open there.
            command
                .env("DISPLAY", display)
                .env_remove("WAYLAND_DISPLAY")
                .env_remove("WAYLAND_SOCKET");
        }
        let output = command.output().expect("the benchmark starts itself");
        let told = std::fs::read_to_string(folder.path().join(RESULT)).unwrap_or_default();
        let speed = told.split_once(' ').and_then(|(steps, frames)| {
            Some(Speed {
                steps_per_second: steps.parse().ok()?,
                frames_per_second: frames.parse().ok()?,
            })
        });
        speed.unwrap_or_else(|| {
            panic!(
                "{}, {}: no speed was told: {}{}",
                self.program.describe(),
                self.kind.describe(),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            )
        })
    }
}

/// Times a training: after the warm-up, so many steps.
pub(crate) struct Clock {
    request: Request,
    begun: Instant,
    /// The step after which the timed ones begin, and when it was over.
    timed: Option<(u64, Instant)>,
}

impl Clock {
    pub(crate) fn new(request: Request) -> Self {
        Self {
            request,
            begun: Instant::now(),
            timed: None,
        }
    }

    /// Takes note that a step is over; true when all that are timed are, and what was measured is written.
    pub(crate) fn tick(&mut self, step: u64) -> bool {
        match self.timed {
            Some((before, since)) if step >= before + self.request.steps => {
                let seconds = since.elapsed().as_secs_f64();
                let frames = frames_since(since.duration_since(self.begun));
                let told = format!(
                    "{} {}",
                    (step - before) as f64 / seconds,
                    frames as f64 / seconds
                );
                std::fs::write(RESULT, told).expect("the child's folder can be written");
                true
            }
            None if self.begun.elapsed() >= self.request.warm_up && self.is_shown() => {
                self.timed = Some((step, Instant::now()));
                false
            }
            None => {
                assert!(self.begun.elapsed() < PATIENCE, "no window has drawn");
                false
            }
            Some(_) => false,
        }
    }

    /// Whether the window, where there is to be one, has drawn.
    fn is_shown(&self) -> bool {
        !self.request.kind.has_window() || lines(&timings()) > 2
    }
}

/// Where a window tells of its frames: in the child's folder.
fn timings() -> PathBuf {
    "frames.csv".into()
}

/// Lines of a file so far, the first with its columns' names; 0 where there is none.
fn lines(file: &Path) -> usize {
    std::fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

/// Frames that a window has shown since that long after the start, as far as they are written yet.
fn frames_since(start: Duration) -> usize {
    let Ok(mut rows) = csv::Reader::from_path(timings()) else {
        return 0;
    };
    let columns = rows.headers().cloned().unwrap_or_default();
    let column = |name: &str| columns.iter().position(|column| column == name);
    let (Some(time), Some(present)) = (column("time_s"), column("present_us")) else {
        return 0;
    };
    let number = |row: &csv::StringRecord, column| row[column].parse().unwrap_or(0.0);
    rows.records()
        .filter_map(Result::ok)
        // Where a window fails, frames are drawn offscreen, and only there does it take no time to present them.
        .filter(|row| number(row, present) > 0.0 && number(row, time) >= start.as_secs_f64())
        .count()
}

/// Measures what is asked for, and writes it into the child's folder.
pub(crate) fn answer(request: &Request) -> Result<(), WorkError> {
    let request = *request;
    if matches!(request.kind, Kind::Bare | Kind::Terminal) {
        // On a thread of its own like the others: what a main thread allocates is given back to the system much more often,
        // and a training that does is slower for it.
        let bare = std::thread::Builder::new()
            .name("bare".into())
            .spawn(move || train(request, None).map_err(|error| error.to_string()))?;
        let Ok(trained) = bare.join() else {
            return Err("the loop panicked".into());
        };
        return Ok(trained?);
    }
    let has_window = request.kind.has_window();
    let mut options = Options::new("bench");
    options.runs = Some("runs".into());
    options.is_headless = !has_window;
    options.timings = has_window.then(timings);
    options.project = None;
    options.stays_open = false;
    run(options, |scope| train(request, Some(scope)))?;
    Ok(())
}

fn train(request: Request, scope: Option<&Scope>) -> Result<(), WorkError> {
    match request.program {
        Program::Loop => own_loop::network(request, scope),
        Program::Synthetic => own_loop::synthetic(request, scope),
        Program::Learner => learner::train(request, scope),
    }
}
