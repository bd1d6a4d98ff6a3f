//! An X server of one's own, a window manager in it, and the pixels that stand on its screen.

// Every program that opens one uses its part of it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// An X server without a screen, ended when dropped.
pub(crate) struct Xvfb {
    server: Child,
    display: String,
    /// Where it keeps its screen, as a file.
    screen: TempDir,
}

impl Xvfb {
    /// Starts one on a free display.
    ///
    /// # Panics
    /// If Xvfb is not installed: `scripts/test` installs it.
    pub(crate) fn start() -> Self {
        let screen = tempfile::tempdir().expect("a folder");
        let mut server = Command::new("Xvfb")
            .arg("-fbdir")
            .arg(screen.path())
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1600x1000x24",
                "-nolisten",
                "tcp",
                // Else it begins anew when its last client leaves, and drops one that comes in that moment: xdotool comes and
                // leaves all the time.
                "-noreset",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts (package xvfb; scripts/test installs it)");
        let stdout = server.stdout.take().expect("its standard output is piped");
        let mut number = String::new();
        BufReader::new(stdout)
            .read_line(&mut number)
            .expect("Xvfb tells its display");
        assert!(!number.trim().is_empty(), "Xvfb found no free display");
        Self {
            server,
            screen,
            display: format!(":{}", number.trim()),
        }
    }

    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// What stands in a rectangle of the screen: left, top, width, height. Four bytes a pixel, row by row; empty where
    /// the rectangle is not all on the screen.
    pub(crate) fn pixels_in(&self, rect: [usize; 4]) -> Vec<u8> {
        let file = self.screen.path().join("Xvfb_screen0");
        let image = std::fs::read(file).unwrap_or_default();
        // XWDFile.h: numbers of 32 bits, the most significant byte first; after the header colours of 12 bytes each.
        let number = |index: usize| {
            let bytes = image.get(index * 4..index * 4 + 4);
            bytes.map_or(0, |bytes| {
                bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
            })
        };
        let (header, width, height) = (number(0), number(4), number(5));
        let (bytes_per_line, colors) = (number(12), number(19));
        let [left, top, columns, rows] = rect;
        if left + columns > width || top + rows > height {
            return Vec::new();
        }
        let first = header + colors * 12;
        let line = |row: usize| {
            let start = first + row * bytes_per_line + left * 4;
            image.get(start..start + columns * 4).unwrap_or_default()
        };
        (top..top + rows).flat_map(line).copied().collect()
    }

    /// Ends the server under whoever uses it.
    ///
    /// By a request: one that is killed leaves its lock and its socket behind.
    pub(crate) fn kill(&mut self) {
        if matches!(self.server.try_wait(), Ok(None)) {
            let _ = Command::new("kill")
                .arg(self.server.id().to_string())
                .status();
        }
        let _ = self.server.wait();
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A window manager in an X server, ended when dropped.
pub(crate) struct Manager(Child);

impl Manager {
    /// Starts one.
    ///
    /// # Panics
    /// If openbox is not installed: `scripts/test` installs it.
    pub(crate) fn start(xvfb: &Xvfb) -> Self {
        let manager = Command::new("openbox")
            .arg("--sm-disable")
            .env("DISPLAY", xvfb.display())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openbox starts (package openbox; scripts/test installs it)");
        let manager = Self(manager);
        // A window that is shown while it begins is shown by nobody.
        let limit = Instant::now() + Duration::from_secs(30);
        while !Self::is_ready(xvfb) {
            assert!(Instant::now() < limit, "openbox does not begin");
            std::thread::park_timeout(Duration::from_millis(50));
        }
        manager
    }

    /// Whether it has told the root window what it does, and has focused something: the last that it does to begin.
    fn is_ready(xvfb: &Xvfb) -> bool {
        let asks = |question| {
            let mut xdotool = Command::new("xdotool");
            xdotool.arg(question).env("DISPLAY", xvfb.display());
            xdotool.stdout(Stdio::null()).stderr(Stdio::null());
            xdotool.status().is_ok_and(|status| status.success())
        };
        asks("get_num_desktops") && asks("getwindowfocus")
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
