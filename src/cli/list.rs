//! `emberscope list`: what can be trained, on what, and what draws.

use emberscope::render;

use super::say;

/// Prints experiments, backends and adapters.
pub(super) fn print() -> anyhow::Result<()> {
    #[cfg(feature = "train")]
    {
        use emberscope::worker::{Backend, Choice, gallery};

        say("Experiments (emberscope train NAME), with what may be set of each (--set NAME=VALUE)");
        for entry in gallery(|| Choice::new(None, false)).entries() {
            let experiment = entry.experiment();
            say(&format!(
                "  {:<20}{}",
                entry.name(),
                experiment.description()
            ));
            for parameter in experiment.parameters() {
                say(&format!("    {}", told(&parameter)));
            }
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

/// A hyperparameter in a line: its name as it is set, its default, what it may be, what it does.
#[cfg(feature = "train")]
fn told(parameter: &emberscope::message::Parameter) -> String {
    let default = match parameter.default.to_string() {
        text if text.is_empty() => "none".to_owned(),
        text => text,
    };
    let (name, wanted, help) = (parameter.flag_name(), parameter.wanted(), &parameter.help);
    let about = if help.is_empty() {
        wanted
    } else {
        format!("{wanted}: {help}")
    };
    format!("{name:<18}{default:<12}{about}")
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use emberscope::message::Parameter;

    use super::told;

    #[test]
    fn a_hyperparameter_is_told_with_default_range_and_help() {
        let parameter = Parameter::integer("batch size", 64, 1..=4096).help("Samples in a batch.");
        let line = told(&parameter);
        assert_eq!(
            line,
            "batch-size        64          a whole number from 1 to 4096: Samples in a batch."
        );
        assert!(told(&Parameter::text("data", "")).ends_with("none        text"));
    }
}
