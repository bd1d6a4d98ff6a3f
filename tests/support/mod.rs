//! What whole-program tests share: an X server of their own, the program in it, and patience with a limit.
#![allow(dead_code, reason = "each test file uses its part")]

mod display;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

#[allow(unused_imports, reason = "each test file uses its part")]
pub(crate) use display::{Manager, Xvfb};
use emberscope::recording::EventReader;

/// No state takes longer than this to come, on the slowest machine; a test that waits longer has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// Looks every 20 ms until `look` finds something.
///
/// # Panics
/// After [`PATIENCE`], with `what` was waited for.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        pause(Duration::from_millis(20));
    }
}

/// Lets time pass for another process, which cannot be waited on in any other way.
#[expect(clippy::disallowed_methods, reason = "another process is watched")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// The program with a folder of its own, and no display unless one is given.
pub(crate) fn emberscope(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emberscope"));
    command
        .current_dir(folder)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stdin(Stdio::null());
    command
}

/// Runs to the end and gives what was said.
///
/// # Panics
/// If the program cannot be started.
pub(crate) fn output(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

/// Standard output or error as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Xvfb {
    /// Runs xdotool and gives what it says.
    ///
    /// # Panics
    /// If xdotool is not installed: `scripts/test` installs it.
    pub(crate) fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", self.display())
            .output()
            .expect("xdotool runs (package xdotool; scripts/test installs it)");
        text(&output.stdout)
    }

    /// The id of the window whose title contains `title`, once it is there.
    pub(crate) fn window(&self, title: &str) -> String {
        wait_for("a window", || {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", title]);
            found.lines().last().map(str::to_owned)
        })
    }

    /// The id of a visible window whose title contains `title`, if there is one.
    pub(crate) fn find(&self, title: &str) -> Option<String> {
        let found = self.xdotool(&["search", "--onlyvisible", "--name", title]);
        found.lines().last().map(str::to_owned)
    }

    /// Has the window manager bring a window to the front and give it the keyboard.
    pub(crate) fn activate(&self, window: &str) {
        self.xdotool(&["windowactivate", "--sync", window]);
    }

    /// A window's left, top, width and height on the screen.
    pub(crate) fn geometry(&self, window: &str) -> Option<[usize; 4]> {
        let told = self.xdotool(&["getwindowgeometry", "--shell", window]);
        let number = |name: &str| {
            let line = told.lines().find_map(|line| line.strip_prefix(name))?;
            line.strip_prefix('=')?.parse().ok()
        };
        Some([
            number("X")?,
            number("Y")?,
            number("WIDTH")?,
            number("HEIGHT")?,
        ])
    }

    /// What stands on the screen where a window is; empty where it reaches beyond.
    pub(crate) fn pixels(&self, window: &str) -> Vec<u8> {
        self.geometry(window)
            .map_or_else(Vec::new, |rect| self.pixels_in(rect))
    }

    /// Presses a key in a window.
    pub(crate) fn key(&self, window: &str, key: &str) {
        self.xdotool(&["windowfocus", "--sync", window]);
        self.xdotool(&["key", key]);
    }
}

/// What a program that ended well said on standard output.
///
/// # Panics
/// If its exit code is not 0, with all it said.
pub(crate) fn said_by_success(result: &Output) -> String {
    let said = text(&result.stdout);
    let complained = text(&result.stderr);
    assert_eq!(result.status.code(), Some(0), "{said}{complained}");
    said
}

/// The same command, when a shell has done `first`.
pub(crate) fn after(first: &str, program: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{first}; exec \"$0\" \"$@\"")])
        .arg(program.get_program())
        .args(program.get_args());
    if let Some(folder) = program.get_current_dir() {
        shell.current_dir(folder);
    }
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// The same command with no signal ignored: a test that is started in the background of a script, or under `nohup`, hands
/// down that some are, and a program leaves those alone.
fn with_usual_signals(program: &Command) -> Command {
    if cfg!(target_os = "linux") {
        after(
            "exec env --default-signal=HUP,INT,TERM \"$0\" \"$@\"",
            program,
        )
    } else {
        after(":", program)
    }
}

/// A program that runs, killed when dropped.
pub(crate) struct Running {
    child: Child,
    said: Option<JoinHandle<String>>,
    complained: Option<JoinHandle<String>>,
}

/// Reads all that comes while the program runs: a full pipe would hold it up.
fn listen(pipe: Option<impl Read + Send + 'static>) -> Option<JoinHandle<String>> {
    let mut pipe = pipe?;
    std::thread::Builder::new()
        .name("listener".into())
        .spawn(move || {
            let mut all = Vec::new();
            let _ = pipe.read_to_end(&mut all);
            text(&all)
        })
        .ok()
}

fn heard(listener: Option<JoinHandle<String>>) -> String {
    listener
        .and_then(|listener| listener.join().ok())
        .unwrap_or_default()
}

impl Running {
    /// Starts it; what it says on standard error is kept.
    ///
    /// # Panics
    /// If it cannot be started.
    pub(crate) fn start(command: &Command) -> Self {
        let mut command = with_usual_signals(command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        Self {
            said: listen(child.stdout.take()),
            complained: listen(child.stderr.take()),
            child,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success(), "the program had ended before SIG{name}");
    }

    /// Whether it has ended, and how.
    pub(crate) fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the program can be asked")
    }

    /// Waits for its end and gives its exit code and what it said on standard output and error.
    pub(crate) fn end(mut self) -> (Option<i32>, String, String) {
        let status = wait_for("the program's end", || self.status());
        let (said, complained) = (heard(self.said.take()), heard(self.complained.take()));
        (status.code(), said, complained)
    }

    /// Presses a key in its window until that has ended it: what is pressed while a frame is drawn may be lost.
    pub(crate) fn end_by_key(
        mut self,
        xvfb: &Xvfb,
        window: &str,
        key: &str,
    ) -> (Option<i32>, String, String) {
        wait_for("a key's effect", || {
            if self.status().is_none() {
                xvfb.key(window, key);
                pause(Duration::from_millis(500));
            }
            self.status()
        });
        self.end()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The only run directory below `runs`, once it is there.
pub(crate) fn run_directory(runs: &Path) -> PathBuf {
    wait_for("a run directory", || {
        let mut entries = std::fs::read_dir(runs).ok()?;
        Some(entries.next()?.ok()?.path())
    })
}

/// The recorded scalars of a tag, as `(step, value)`: those that are on the disk by now.
pub(crate) fn recorded(run: &Path, tag: &str) -> Vec<(i64, f32)> {
    let Ok(entries) = std::fs::read_dir(run) else {
        return Vec::new();
    };
    let mut points = Vec::new();
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().contains("tfevents") {
            continue;
        }
        let reader = EventReader::open(&entry.path()).expect("the event file opens");
        for event in reader {
            let event = event.expect("every frame that is there is whole");
            for value in event.values() {
                if value.tag == tag
                    && let Some(number) = value.scalar()
                {
                    points.push((event.step, number));
                }
            }
        }
    }
    points
}

/// # Panics
/// If a step of a tag is not recorded, or not in its place, from the first to the last that is.
pub(crate) fn assert_every_step(run: &Path, tag: &str) {
    let steps = recorded(run, tag).into_iter().map(|(step, _)| step);
    assert!(
        steps.zip(1..).all(|(step, expected)| step == expected),
        "a step is missing"
    );
}

/// The newest recorded step of a tag.
pub(crate) fn newest_step(run: &Path, tag: &str) -> i64 {
    recorded(run, tag)
        .iter()
        .map(|(step, _)| *step)
        .max()
        .unwrap_or(0)
}

/// `run.json`, once it can be read.
pub(crate) fn run_file(run: &Path) -> serde_json::Value {
    wait_for("run.json", || {
        let text = std::fs::read_to_string(run.join("run.json")).ok()?;
        serde_json::from_str(&text).ok()
    })
}
