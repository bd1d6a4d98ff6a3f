//! `emberscope doctor`: what a bug report needs, and what is missing, with the fix.

#[cfg(feature = "train")]
use emberscope::worker::Backend;
use emberscope::{render, window};

use super::say;

/// The exact versions this program was built with.
const LOCK_FILE: &str = include_str!("../../Cargo.lock");

/// The packages whose versions matter most.
const PACKAGES: [&str; 6] = ["burn", "cubecl", "wgpu", "naga", "winit", "egui"];

/// Environment variables that change what is found.
const VARIABLES: [&str; 8] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_SESSION_TYPE",
    "XDG_RUNTIME_DIR",
    "VK_DRIVER_FILES",
    "VK_ICD_FILENAMES",
    "WGPU_BACKEND",
    "CUBECL_WGPU_DEFAULT_DEVICE",
];

/// Something missing, and what to do about it.
struct Finding {
    what: String,
    fix: &'static str,
}

/// Prints the report.
pub(super) fn print() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    section("Program");
    row("emberscope", env!("CARGO_PKG_VERSION"));
    for package in PACKAGES {
        if let Some(version) = locked_version(LOCK_FILE, package) {
            row(package, version);
        }
    }
    row("features", &features().join(", "));
    row(
        "profile",
        if cfg!(debug_assertions) {
            "debug (slow: use --release)"
        } else {
            "release"
        },
    );

    section("Machine");
    row(
        "system",
        &format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    row("processors", &cores.to_string());
    for variable in VARIABLES {
        if let Some(value) = std::env::var_os(variable) {
            row(variable, &value.to_string_lossy());
        }
    }

    #[cfg(feature = "train")]
    {
        section("Training backends (--backend)");
        for backend in Backend::ALL {
            row(backend.name(), &super::backends::state(backend));
        }
    }
    adapters(&mut findings);
    display(&mut findings);

    section("Findings");
    if findings.is_empty() {
        say("  nothing is missing");
    }
    for finding in findings {
        say(&format!("  {}", finding.what));
        say(&format!("    {}", finding.fix));
    }
    Ok(())
}

fn adapters(findings: &mut Vec<Finding>) {
    section("Graphics adapters");
    let adapters = render::adapters();
    for adapter in &adapters {
        row(
            &adapter.backend,
            &format!("{} ({})", adapter.name, adapter.kind),
        );
        row("", &format!("driver {}", adapter.driver));
        row(
            "",
            &format!(
                "textures to {} px, storage bindings to {} MiB, timestamps {}{}",
                adapter.max_texture_px,
                adapter.max_storage_bytes >> 20,
                if adapter.has_timestamps { "yes" } else { "no" },
                if adapter.can_draw {
                    ""
                } else {
                    "; it lacks what drawing needs"
                },
            ),
        );
    }
    if adapters.iter().all(|adapter| !adapter.can_draw) {
        findings.push(Finding {
            what: "no graphics adapter can draw: runs are trained and recorded, not shown".to_owned(),
            fix: "install a Vulkan driver; mesa-vulkan-drivers (Debian, Ubuntu, Fedora) or vulkan-swrast (Arch) \
                  also draws without a GPU",
        });
    } else if adapters.iter().all(|adapter| adapter.is_software) {
        findings.push(Finding {
            what: "no GPU: the processor draws, at a lower rate, and training defaults to `flex`"
                .to_owned(),
            fix: "if the machine has a GPU, install its Vulkan driver",
        });
    }
}

fn display(findings: &mut Vec<Finding>) {
    section("Display");
    match window::inspect() {
        Ok(report) => {
            row("server", &report.server);
            row("adapter", &report.adapter);
            row(
                "surface format",
                &format!(
                    "{} of {}",
                    report.surface.format,
                    report.surface.formats.join(", ")
                ),
            );
            row(
                "present mode",
                &format!(
                    "{} of {}",
                    report.surface.present_mode,
                    report.surface.present_modes.join(", ")
                ),
            );
            row(
                "picture",
                if report.surface.is_copied_to {
                    "copied to the surface"
                } else {
                    "drawn to the surface"
                },
            );
            row("scale factor", &report.scale_factor.to_string());
        }
        Err(error) => {
            row("window", &format!("none ({error})"));
            findings.push(Finding {
                what: format!("no window can be opened: {error}"),
                fix: "start it in a desktop session (DISPLAY or WAYLAND_DISPLAY set); without one it runs headless, \
                      with --snapshot for pictures",
            });
        }
    }
}

fn section(title: &str) {
    say("");
    say(title);
}

fn row(name: &str, value: &str) {
    say(&format!("  {name:<18}{value}"));
}

fn features() -> Vec<&'static str> {
    let mut features = Vec::new();
    for (name, is_on) in [
        ("train", cfg!(feature = "train")),
        ("tuned", cfg!(feature = "tuned")),
        ("vulkan", cfg!(feature = "vulkan")),
        ("metal", cfg!(feature = "metal")),
        ("cuda", cfg!(feature = "cuda")),
        ("rocm", cfg!(feature = "rocm")),
    ] {
        if is_on {
            features.push(name);
        }
    }
    if features.is_empty() {
        features.push("none");
    }
    features
}

/// The version of a package in the text of a `Cargo.lock`.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_that_matters_is_locked() {
        for package in PACKAGES {
            let version = locked_version(LOCK_FILE, package).expect("the package is in Cargo.lock");
            assert!(
                version.starts_with(|first: char| first.is_ascii_digit()),
                "{package} {version}"
            );
        }
        assert_eq!(locked_version(LOCK_FILE, "no such package"), None);
    }
}
