//! The file that keeps how a person has arranged the dashboard, one a project directory: `.emberscope/layouts.json`.
//!
//! Read once before the window opens, written whole by a thread of its own whenever something changed, so that the main
//! thread never waits for a disk. The one idea: *nothing of a person's is lost.* A file that cannot be read is set aside under
//! another name, one that a newer version wrote is left as it is, and in both cases a sentence says so.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dashboard::{SavedView, SavedViews};
use crate::flow::Mailbox;
use crate::whole_file;

/// The version of the file's schema that is written, and the newest that is understood.
const SCHEMA: u64 = 2;
/// A larger file is not one of ours.
const LARGEST: u64 = 8 << 20;
/// Where it is, from a project's directory.
const PLACE: [&str; 2] = [".emberscope", "layouts.json"];

/// The file as it is written.
#[derive(Serialize, Deserialize)]
struct Contents<T> {
    schema: u64,
    #[serde(flatten)]
    views: T,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("it is not valid: {0}")]
    Json(#[from] serde_json::Error),
    #[error("it names no schema")]
    NoSchema,
    #[error("it is larger than {LARGEST} bytes")]
    Size,
}

/// Why there is no layout of the name that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// None has that name.
    #[error("there is no layout `{name}`: {}", known(.names, .path))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        names: Vec<String>,
        /// The file.
        path: PathBuf,
    },
    /// A newer version wrote the file.
    #[error("the layouts in {} were written by a newer emberscope: this one cannot read them", .0.display())]
    Newer(PathBuf),
    /// The file cannot be understood.
    #[error("the layouts in {} cannot be read: {why}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Layouts are kept nowhere.
    #[error("there is no layout `{0}`: without a project directory none is kept")]
    NoProject(String),
}

/// Which layouts there are, for whoever asked for another.
fn known(names: &[String], path: &Path) -> String {
    if names.is_empty() {
        format!("none is kept in {}", path.display())
    } else {
        format!("choose one of {}", names.join(", "))
    }
}

/// The layout of that name in a file of layouts, which is left as it is whatever is in it.
///
/// # Errors
/// [`LayoutError`] where there is none.
pub fn find(path: &Path, name: &str) -> Result<SavedView, LayoutError> {
    let damaged = |why: String| LayoutError::Damaged {
        path: path.to_owned(),
        why,
    };
    let mut named = match load(path) {
        Ok(Loaded::Views(views)) => views.named,
        Ok(Loaded::Newer(_)) => return Err(LayoutError::Newer(path.to_owned())),
        Ok(Loaded::Damaged(damage)) => return Err(damaged(damage.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(damaged(error.to_string())),
    };
    named.remove(name).ok_or_else(|| LayoutError::Unknown {
        name: name.to_owned(),
        names: named.into_keys().collect(),
        path: path.to_owned(),
    })
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The views; those of the beginning where there are none.
    pub views: SavedViews,
    /// What a person should know of it.
    pub notice: Option<String>,
    /// Where changes are to be kept; `None` where the file must be left alone.
    pub place: Option<PathBuf>,
}

/// Where a project directory's file is.
#[must_use]
pub fn place(project: &Path) -> PathBuf {
    // The current directory needs no name.
    let project = project.strip_prefix(".").unwrap_or(project);
    project.join(PLACE[0]).join(PLACE[1])
}

/// Reads a file of layouts.
#[must_use]
pub fn read(path: &Path) -> Read {
    let keep = || Some(path.to_owned());
    match load(path) {
        Ok(Loaded::Views(views)) => Read {
            views: *views,
            notice: None,
            place: keep(),
        },
        Ok(Loaded::Newer(schema)) => Read {
            notice: Some(format!(
                "{} was written by a newer emberscope (schema {schema}, this one knows {SCHEMA}): it is left as it is, and what \
                 is arranged now is not kept",
                path.display()
            )),
            ..Read::default()
        },
        Ok(Loaded::Damaged(damage)) => {
            let (aside, place) = set_aside(path);
            Read {
                notice: Some(format!(
                    "the layouts in {} cannot be read ({damage}): {aside}",
                    path.display()
                )),
                place,
                ..Read::default()
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Read {
            place: keep(),
            ..Read::default()
        },
        Err(error) => Read {
            notice: Some(format!(
                "the layouts in {} cannot be read ({error}): what is arranged now is not kept",
                path.display()
            )),
            ..Read::default()
        },
    }
}

enum Loaded {
    Views(Box<SavedViews>),
    Newer(u64),
    Damaged(Damage),
}

fn load(path: &Path) -> io::Result<Loaded> {
    if std::fs::metadata(path)?.len() > LARGEST {
        return Ok(Loaded::Damaged(Damage::Size));
    }
    let bytes = std::fs::read(path)?;
    Ok(parse(&bytes).unwrap_or_else(Loaded::Damaged))
}

fn parse(bytes: &[u8]) -> Result<Loaded, Damage> {
    let value: Value = serde_json::from_slice(bytes)?;
    let schema = value.get("schema").and_then(Value::as_u64);
    match schema.ok_or(Damage::NoSchema)? {
        schema if schema > SCHEMA => Ok(Loaded::Newer(schema)),
        _ => {
            let contents: Contents<SavedViews> = serde_json::from_value(value)?;
            Ok(Loaded::Views(Box::new(contents.views)))
        }
    }
}

/// Moves a damaged file out of the way. Says where it is now, and where a new one may be written.
fn set_aside(path: &Path) -> (String, Option<PathBuf>) {
    let name = (1..).map(|number| path.with_extension(format!("damaged-{number}.json")));
    let free = name
        .into_iter()
        .take(1000)
        .find(|name| std::fs::symlink_metadata(name).is_err());
    let moved = free
        .ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))
        .and_then(|free| std::fs::rename(path, &free).map(|()| free));
    match moved {
        Ok(free) => (
            format!("the file is set aside as {}", free.display()),
            Some(path.to_owned()),
        ),
        Err(error) => (
            format!(
                "it cannot be set aside either ({error}), and what is arranged now is not kept"
            ),
            None,
        ),
    }
}

/// Writes a file of layouts whole, or not at all.
fn write(path: &Path, views: &SavedViews) -> io::Result<()> {
    let contents = Contents {
        schema: SCHEMA,
        views,
    };
    let mut text = serde_json::to_vec_pretty(&contents)?;
    text.push(b'\n');
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    whole_file::replace(path, |file| file.write_all(&text))
}

/// The thread that keeps what is arranged.
#[derive(Debug)]
pub struct Keeper {
    views: Arc<Mailbox<SavedViews>>,
    bell: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts it.
    ///
    /// # Errors
    /// Where the thread cannot be started.
    pub fn start(path: PathBuf) -> io::Result<Self> {
        let views = Arc::new(Mailbox::default());
        let (bell, rings) = bounded(1);
        let taken = Arc::clone(&views);
        let thread = std::thread::Builder::new()
            .name("emberscope-layouts".into())
            .spawn(move || keep(&path, &taken, &rings))?;
        Ok(Self {
            views,
            bell: Some(bell),
            thread: Some(thread),
        })
    }

    /// Keeps these; the newest win. Does not wait.
    pub fn keep(&self, views: SavedViews) {
        self.views.publish(views, &|| {
            if let Some(bell) = &self.bell {
                let _ = bell.try_send(());
            }
        });
    }
}

impl Drop for Keeper {
    /// Waits until the last is written.
    fn drop(&mut self) {
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has nothing left to keep.
            let _ = thread.join();
        }
    }
}

fn keep(path: &Path, views: &Mailbox<SavedViews>, rings: &Receiver<()>) {
    let mut has_warned = false;
    let mut save = || {
        if let Some(views) = views.take()
            && let Err(error) = write(path, &views)
            && !std::mem::replace(&mut has_warned, true)
        {
            tracing::warn!("the layouts cannot be kept in {}: {error}", path.display());
        }
    };
    while rings.recv().is_ok() {
        save();
    }
    save();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views() -> SavedViews {
        let hidden = SavedView {
            hidden: vec!["loss/train".into()],
            ..SavedView::default()
        };
        SavedViews {
            last: hidden.clone(),
            named: [("paper".to_owned(), hidden)].into(),
        }
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = place(folder.path());
        assert_eq!(read(&path).views, SavedViews::default());
        let keeper = Keeper::start(path.clone()).expect("a thread");
        keeper.keep(SavedViews::default());
        keeper.keep(views());
        drop(keeper);
        let again = read(&path);
        assert_eq!((again.views, again.notice), (views(), None));
        assert_eq!(again.place, Some(path.clone()));
        let files = std::fs::read_dir(path.parent().expect("it has one")).expect("a folder");
        assert_eq!(files.count(), 1);
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("layouts.json");
        for (number, damaged) in ["{", "{}", r#"{"schema": 1, "last": 3}"#, "\u{0}"]
            .into_iter()
            .enumerate()
        {
            std::fs::write(&path, damaged).expect("it can be written");
            let read = read(&path);
            assert_eq!(read.views, SavedViews::default());
            assert_eq!(read.place, Some(path.clone()));
            let aside = format!("layouts.damaged-{}.json", number + 1);
            let notice = read.notice.expect("a word about it");
            assert!(notice.contains(&aside), "{notice}");
            let kept = std::fs::read_to_string(folder.path().join(aside)).expect("it is kept");
            assert_eq!(kept, damaged);
        }
        assert!(!path.exists());
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("layouts.json");
        let newer = format!(r#"{{"schema": {}, "last": ["anything"]}}"#, SCHEMA + 1);
        std::fs::write(&path, &newer).expect("it can be written");
        let asked = find(&path, "paper");
        assert!(matches!(asked, Err(LayoutError::Newer(_))), "{asked:?}");
        let read = read(&path);
        assert_eq!(read.place, None);
        assert!(read.notice.is_some_and(|notice| notice.contains("newer")));
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), newer);
    }

    #[test]
    fn a_file_of_an_older_version_is_read_and_what_it_lacks_is_as_at_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("layouts.json");
        let older = r#"{"schema": 1, "last": {"hidden": ["loss/train"], "sidebar": false}, "named": {"paper": {}}}"#;
        std::fs::write(&path, older).expect("it can be written");
        let read = read(&path);
        assert_eq!((read.notice, read.place), (None, Some(path)));
        let last = SavedView {
            hidden: vec!["loss/train".into()],
            sidebar: Some(false),
            ..SavedView::default()
        };
        assert_eq!(read.views.last, last);
        assert_eq!(read.views.named["paper"], SavedView::default());
    }

    #[test]
    fn a_layout_is_found_by_name_or_those_that_there_are_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("layouts.json");
        let none = find(&path, "paper")
            .expect_err("there is no file")
            .to_string();
        assert!(none.contains("`paper`: none is kept in"), "{none}");
        let mut kept = views();
        kept.named.insert("talk".to_owned(), SavedView::default());
        write(&path, &kept).expect("it can be written");
        assert_eq!(find(&path, "paper").expect("it is there"), kept.last);
        let unknown = find(&path, "pap").expect_err("it is not").to_string();
        assert_eq!(
            unknown,
            "there is no layout `pap`: choose one of paper, talk"
        );
        // Whoever only asks for one sets nothing aside.
        std::fs::write(&path, "{").expect("it can be written");
        let damaged = find(&path, "paper").expect_err("it is damaged").to_string();
        assert!(damaged.contains("cannot be read"), "{damaged}");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "{");
    }

    #[test]
    fn what_is_no_file_is_said_and_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = read(folder.path());
        assert!(
            read.notice
                .is_some_and(|notice| notice.contains("cannot be read"))
        );
        assert_eq!(read.place, None);
    }
}
