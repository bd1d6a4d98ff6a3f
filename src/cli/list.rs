//! `emberscope list`: what can be trained, on what, and what draws.

use emberscope::render;

use super::say;

/// Prints experiments, backends and adapters.
pub(super) fn print() -> anyhow::Result<()> {
    #[cfg(feature = "train")]
    {
        use emberscope::worker::{Backend, Choice, gallery};

        say("Experiments");
        for entry in gallery(|| Choice::new(None, false)).entries() {
            let experiment = entry.experiment();
            let (name, description) = (entry.name(), experiment.description());
            say(&format!("  {name:<20}{description}"));
            let parameters = experiment.parameters();
            let defaults: Vec<String> = parameters
                .iter()
                .filter(|parameter| !parameter.default.to_string().is_empty())
                .map(|parameter| format!("{} {}", parameter.name, parameter.default))
                .collect();
            say(&format!("  {:<20}{}", "", defaults.join(", ")));
        }
        say("");
        say("Backends (--backend)");
        for backend in Backend::ALL {
            let note = if backend.is_compiled() {
                String::new()
            } else {
                format!("  (not in this build: --features {backend})")
            };
            say(&format!(
                "  {:<14}{}{note}",
                backend.name(),
                backend.description()
            ));
        }
        say("");
    }
    say("Graphics adapters");
    let adapters = render::adapters();
    if adapters.is_empty() {
        say("  none: nothing can be drawn; see `emberscope doctor`");
    }
    for adapter in adapters {
        say(&format!(
            "  {:<14}{} ({}, {})",
            adapter.backend, adapter.name, adapter.kind, adapter.driver
        ));
    }
    Ok(())
}
