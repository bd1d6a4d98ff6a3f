//! What of each of burn's backends is there on this machine, and what is missing.
//!
//! Whether a backend can train here is asked of the backend itself, where this build has it. Where it lacks it, the libraries
//! that its driver brings are looked for by name, so that a person knows before a long build whether it would be of use.

use std::path::{Path, PathBuf};

use emberscope::render;
use emberscope::worker::{Backend, BackendError, Choice, OpenDevice};

/// A library that a backend loads when it starts, and what brings it.
struct Library {
    name: &'static str,
    brought_by: &'static str,
}

/// Where Linux' loaders and the toolkits' installers put libraries.
const FOLDERS: [&str; 12] = [
    "/lib",
    "/lib64",
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/wsl/lib",
    "/usr/local/lib",
    "/usr/local/cuda/lib64",
    "/opt/rocm/lib",
];

/// What a backend's driver and toolkit consist of.
const fn libraries(backend: Backend) -> &'static [Library] {
    match backend {
        Backend::Flex | Backend::Metal => &[],
        Backend::Wgpu | Backend::Vulkan => &[Library {
            name: "libvulkan.so.1",
            brought_by: "the Vulkan loader (libvulkan1)",
        }],
        Backend::Cuda => &[
            Library {
                name: "libcuda.so.1",
                brought_by: "NVIDIA's driver",
            },
            Library {
                name: "libnvrtc.so",
                brought_by: "the CUDA toolkit",
            },
        ],
        Backend::Rocm => &[
            Library {
                name: "libamdhip64.so",
                brought_by: "ROCm's HIP runtime",
            },
            Library {
                name: "libhiprtc.so",
                brought_by: "ROCm's HIP runtime",
            },
        ],
    }
}

/// What can be said of a backend on this machine, in one line.
pub(super) fn state(backend: Backend) -> String {
    if backend.is_compiled() {
        return ready(backend);
    }
    let missing = match missing(backend, &folders()) {
        Ok(()) => "what it needs is here".to_owned(),
        Err(what) => what,
    };
    format!("not in this build (cargo build --release --features {backend}); {missing}")
}

/// The choice of a backend by name, and its device, open.
pub(super) fn open(backend: Backend) -> Result<(Choice, OpenDevice), BackendError> {
    let mut choice = Choice::new(Some(backend), false)?;
    choice.has_gpu = backend != Backend::Flex && render::has_gpu();
    let device = choice.open()?;
    Ok((choice, device))
}

/// Whether a backend that this build has can train here.
fn ready(backend: Backend) -> String {
    match open(backend).map(|(_, open)| open) {
        Ok(open) if open.name.is_empty() => "ready".to_owned(),
        Ok(open) => format!("ready: {}", open.name),
        Err(error) => error.to_string(),
    }
}

/// # Errors
/// What the machine lacks, as a sentence.
fn missing(backend: Backend, folders: &[PathBuf]) -> Result<(), String> {
    if backend == Backend::Metal && !cfg!(target_os = "macos") {
        return Err("it needs macOS".to_owned());
    }
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let missing: Vec<String> = libraries(backend)
        .iter()
        .filter(|library| !folders.iter().any(|folder| holds(folder, library.name)))
        .map(|library| format!("{} ({})", library.name, library.brought_by))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("this machine lacks {}", missing.join(" and ")))
    }
}

/// Whether a folder holds a library of that name, of whatever version.
fn holds(folder: &Path, name: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries
        .filter_map(Result::ok)
        .any(|entry| entry.file_name().to_string_lossy().starts_with(name))
}

/// Where libraries are looked for.
fn folders() -> Vec<PathBuf> {
    let told = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    std::env::split_paths(&told)
        .chain(FOLDERS.iter().map(PathBuf::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_build_has_is_ready() {
        assert!(state(Backend::Flex).starts_with("ready"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_missing_is_named_with_what_brings_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = [folder.path().to_owned()];
        let lacks = missing(Backend::Cuda, &folders).expect_err("an empty folder");
        assert_eq!(
            lacks,
            "this machine lacks libcuda.so.1 (NVIDIA's driver) and libnvrtc.so (the CUDA toolkit)"
        );
        for name in ["libcuda.so.1", "libnvrtc.so.12"] {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        assert_eq!(missing(Backend::Cuda, &folders), Ok(()));
        let metal = missing(Backend::Metal, &folders);
        assert_eq!(metal, Err("it needs macOS".to_owned()));
    }
}
