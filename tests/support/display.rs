//! An X server of one's own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// An X server without a screen, ended when dropped.
pub(crate) struct Xvfb {
    server: Child,
    display: String,
}

impl Xvfb {
    /// Starts one on a free display.
    ///
    /// # Panics
    /// If Xvfb is not installed: `scripts/test` installs it.
    pub(crate) fn start() -> Self {
        let mut server = Command::new("Xvfb")
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
            display: format!(":{}", number.trim()),
        }
    }

    pub(crate) fn display(&self) -> &str {
        &self.display
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
