//! A directory a run, never overwritten: `runs/digits-cnn-3`.
//!
//! The number is one more than the highest that is there. Making a directory either makes it or says that it exists, in one
//! step of the system's: so two runs that start at the same moment get two directories.

use std::io;
use std::path::{Path, PathBuf};

/// Bytes of a run's name that its directory keeps: file systems allow 255 for name and number.
const NAME_BYTES: usize = 100;

/// Names that may be taken by others between looking and making; beyond this something else is wrong.
const ATTEMPTS: u32 = 10_000;

/// Why there is no directory for a run.
#[derive(Debug, thiserror::Error)]
pub enum RunDirectoryError {
    /// The directory that holds the runs cannot be made or read.
    #[error("cannot use `{}` to keep runs in: {source}; name another directory (--runs DIR) or record nothing (--no-record)", path.display())]
    Root {
        /// The directory that was named.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The run's own directory cannot be made.
    #[error("cannot make the run's directory `{}`: {source}; name another directory (--runs DIR) or record nothing (--no-record)", path.display())]
    Create {
        /// The directory that was to be made.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// A directory that was made for one run and holds nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    /// Makes the directory `<root>/<name>-<n>` for a run of that name; `root` too, where it is missing.
    ///
    /// The name is made fit for file systems: letters, digits, `-`, `_` and `.` stay.
    ///
    /// # Errors
    /// [`RunDirectoryError`], if `root` cannot be made, read or written in. To be called before training.
    pub fn create(root: &Path, name: &str) -> Result<Self, RunDirectoryError> {
        let root_error = |source| RunDirectoryError::Root {
            path: root.to_owned(),
            source,
        };
        std::fs::create_dir_all(root).map_err(root_error)?;
        let name = sanitised(name);
        let highest = highest_number(root, &name).map_err(root_error)?;
        let mut attempts = 0;
        let mut number = highest;
        loop {
            number = number.saturating_add(1);
            attempts += 1;
            let path = root.join(format!("{name}-{number}"));
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && attempts < ATTEMPTS => {}
                Err(source) => return Err(RunDirectoryError::Create { path, source }),
            }
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The highest number that follows `name-` in the names of `root`; 0 if there is none.
fn highest_number(root: &Path, name: &str) -> io::Result<u64> {
    let mut highest = 0;
    for entry in std::fs::read_dir(root)? {
        let entry = entry?.file_name();
        let number = entry
            .to_str()
            .and_then(|entry| entry.strip_prefix(name)?.strip_prefix('-'))
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok());
        highest = highest.max(number.unwrap_or(0));
    }
    Ok(highest)
}

/// A name that every file system takes, and that is no way out of the directory: `../x y` becomes `x-y`.
fn sanitised(name: &str) -> String {
    let mut fit = String::new();
    for character in name.chars() {
        let character = match character {
            '_' | '.' => character,
            _ if character.is_alphanumeric() => character,
            _ => '-',
        };
        if fit.len() + character.len_utf8() > NAME_BYTES {
            break;
        }
        if character != '-' || !fit.ends_with('-') {
            fit.push(character);
        }
    }
    let fit = fit.trim_matches(['-', '.']);
    if fit.is_empty() { "run" } else { fit }.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_go_on_from_the_highest_whatever_it_is() {
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let runs = root.path().join("deep/runs");
        let first = RunDirectory::create(&runs, "digits").expect("it can be made");
        assert_eq!(first.path(), runs.join("digits-1"));
        std::fs::create_dir(runs.join("digits-41")).expect("it can be made");
        std::fs::write(runs.join("digits-cnn-99"), "").expect("it can be written");
        std::fs::write(runs.join("digits-+70"), "").expect("it can be written");
        let next = RunDirectory::create(&runs, "digits").expect("it can be made");
        assert_eq!(next.path(), runs.join("digits-42"));
        std::fs::remove_dir(first.path()).expect("it is empty");
        let after = RunDirectory::create(&runs, "digits").expect("it can be made");
        assert_eq!(after.path(), runs.join("digits-43"));
    }

    #[test]
    fn runs_that_start_together_get_directories_of_their_own() {
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let barrier = std::sync::Barrier::new(8);
        let paths: Vec<PathBuf> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|index| {
                    let (barrier, root) = (&barrier, root.path());
                    std::thread::Builder::new()
                        .name(format!("run-{index}"))
                        .spawn_scoped(scope, move || {
                            barrier.wait();
                            (0..25)
                                .map(|_| {
                                    let directory = RunDirectory::create(root, "run")
                                        .expect("there is always a next number");
                                    directory.path().to_owned()
                                })
                                .collect::<Vec<_>>()
                        })
                        .expect("a thread can be started")
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("no thread panics"))
                .collect()
        });
        assert_eq!(paths.len(), 200);
        assert_eq!(paths.iter().collect::<HashSet<_>>().len(), 200);
    }

    #[test]
    fn names_are_made_fit_and_stay_inside() {
        for (name, fit) in [
            ("digits-cnn", "digits-cnn"),
            ("my run: lr=0.1", "my-run-lr-0.1"),
            ("../../etc/passwd", "etc-passwd"),
            ("größer_2.0", "größer_2.0"),
            ("..", "run"),
            ("", "run"),
            ("a\0b\\c", "a-b-c"),
        ] {
            assert_eq!(sanitised(name), fit, "{name:?}");
        }
        assert_eq!(sanitised(&"ü".repeat(300)).len(), NAME_BYTES);
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let long = RunDirectory::create(root.path(), &"x".repeat(1000));
        assert!(long.is_ok());
    }

    #[test]
    fn a_file_in_the_way_is_named_with_what_to_do() {
        let root = tempfile::tempdir().expect("a temporary directory can be made");
        let file = root.path().join("file");
        std::fs::write(&file, "").expect("it can be written");
        for runs in [file.clone(), file.join("runs")] {
            let error = RunDirectory::create(&runs, "x").expect_err("a file is no directory");
            let text = error.to_string();
            assert!(text.contains(&runs.display().to_string()), "{text}");
            assert!(text.contains("--runs"), "{text}");
        }
    }
}
