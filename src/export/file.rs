//! Files that are written whole or not at all, and names that are free.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::{FigureError, Format};
use crate::whole_file;

/// Has `fill` write a file; what was there before is replaced only by a complete one.
pub(super) fn write_whole(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), FigureError> {
    whole_file::replace(path, fill).map_err(|source| FigureError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Whether a figure could be written there now. Leaves what is there as it is, and nothing new.
///
/// # Errors
/// [`FigureError`] where its name says no format, or it cannot be written.
pub fn check_writable(path: &Path) -> Result<(), FigureError> {
    Format::of(path)?;
    let failed = |source| FigureError::Write {
        path: path.to_owned(),
        source,
    };
    if path.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    let partial = whole_file::partial(path);
    File::create(&partial)
        .and_then(|_| std::fs::remove_file(&partial))
        .map_err(failed)
}

/// A name in a folder that no file has: `digits-cnn-loss.svg`, `digits-cnn-loss-2.svg`. Makes the folder where there is none.
///
/// # Errors
/// [`FigureError::Write`] if the folder cannot be made.
pub fn free_name(
    folder: &Path,
    run: &str,
    subject: &str,
    format: Format,
) -> Result<PathBuf, FigureError> {
    std::fs::create_dir_all(folder).map_err(|source| FigureError::Write {
        path: folder.to_owned(),
        source,
    })?;
    let words: Vec<String> = [run, subject]
        .into_iter()
        .map(plain)
        .filter(|word| !word.is_empty())
        .collect();
    let stem = if words.is_empty() {
        "figure".to_owned()
    } else {
        words.join("-")
    };
    let extension = format.extension();
    let named = |number: u64| {
        let stem = match number {
            1 => stem.clone(),
            number => format!("{stem}-{number}"),
        };
        folder.join(format!("{stem}.{extension}"))
    };
    let free = (1..).map(named).find(|path| !path.exists());
    Ok(free.unwrap_or_else(|| named(1)))
}

/// A text as a part of a file's name: letters, digits, dots and dashes, at most 60.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() || matches!(letter, '_' | '.') {
            plain.extend(letter.to_lowercase());
        } else if !plain.ends_with('-') {
            plain.push('-');
        }
    }
    let plain: String = plain.trim_matches(['-', '.']).chars().take(60).collect();
    plain
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn names_are_plain_and_free() {
        let folder = tempfile::tempdir().unwrap();
        let figures = folder.path().join("figures");
        let name = || free_name(&figures, "digits-cnn", "Optim/Gradient norm", Format::Svg);
        let first = name().unwrap();
        assert_eq!(first, figures.join("digits-cnn-optim-gradient-norm.svg"));
        std::fs::write(&first, "").unwrap();
        let second = name().unwrap();
        assert_eq!(second, figures.join("digits-cnn-optim-gradient-norm-2.svg"));
        for (run, subject, expected) in [
            ("", "", "figure.png"),
            ("../..", "/", "figure.png"),
            ("Größe", "λ", "größe-λ.png"),
        ] {
            let path = free_name(&figures, run, subject, Format::Png).unwrap();
            assert_eq!(path, figures.join(expected));
        }
        let blocked = first.join("below");
        let error = free_name(&blocked, "a", "b", Format::Png).unwrap_err();
        assert!(error.to_string().contains("below"), "{error}");
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else_and_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.csv");
        std::fs::write(&path, "old").unwrap();
        let error = write_whole(&path, |file| {
            file.write_all(b"new")?;
            Err(io::Error::other("the disk is full"))
        })
        .unwrap_err()
        .to_string();
        assert!(
            error.contains("old.csv") && error.contains("full"),
            "{error}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        write_whole(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn other_extensions_and_folders_that_are_missing_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (name, said) in [
            ("a.jpg", ".png, .svg, .pdf or .csv"),
            ("a", ".png, .svg, .pdf or .csv"),
            ("missing/a.svg", "missing"),
        ] {
            let error = check_writable(&folder.path().join(name)).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        }
        check_writable(&folder.path().join("a.PDF")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
