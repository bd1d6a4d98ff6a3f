//! Files that are replaced whole or not at all.
//!
//! What is written goes into a file beside the one that is meant; that takes its place once all of it is on the disk. Whatever
//! fails, the old file stands as it was.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Replaces a file by what `fill` writes.
///
/// # Errors
/// What the system says, or `fill`; nothing is left beside the file then.
pub(crate) fn replace(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let partial = partial(path);
    let write = || {
        let mut file = BufWriter::new(File::create(&partial)?);
        fill(&mut file)?;
        file.flush()?;
        // Before the rename: else a power failure could leave an empty file in the old one's place.
        file.get_ref().sync_all()?;
        std::fs::rename(&partial, path)
    };
    write().inspect_err(|_| {
        // It may not exist, and the first error is the one to tell.
        let _ = std::fs::remove_file(&partial);
    })
}

/// The file that stands in for another until it is complete.
pub(crate) fn partial(path: &Path) -> PathBuf {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.part", std::process::id()));
    partial.into()
}
