//! `emberscope list`: what can be trained, on what, and what draws.

use emberscope::render;

use super::say;

/// Prints experiments, backends and adapters.
pub(super) fn print() -> anyhow::Result<()> {
    #[cfg(feature = "train")]
    {
        use emberscope::worker::{Backend, experiments};

        say("Experiments");
        for experiment in experiments() {
            say(&format!(
                "  {:<14}{}",
                experiment.name, experiment.description
            ));
            let settings = experiment.defaults;
            say(&format!(
                "  {:<14}{} epochs, batch size {}, learning rate {}, seed {}",
                "", settings.epochs, settings.batch_size, settings.learning_rate, settings.seed
            ));
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
