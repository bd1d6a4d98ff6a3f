//! A program's own log records, on their way into the run.
//!
//! The library installs nothing: a program adds a [`TextSink`] to the `tracing` subscriber or sets it as its `log` logger.
//! Records that come before a run is open are kept and said when it opens.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer};

use super::probe::Probe;
use crate::message::{Level, Text, Timestamp};

/// Records kept while no run is open.
const KEPT: usize = 1000;

/// A `tracing` layer and a `log` logger in one. Clones feed the same run.
#[derive(Clone, Debug, Default)]
pub struct TextSink {
    target: Arc<Mutex<Target>>,
}

#[derive(Debug, Default)]
struct Target {
    probe: Option<Probe>,
    early: Vec<Text>,
}

impl TextSink {
    /// Says all further records through `probe`, and those kept so far at once.
    pub fn connect(&self, probe: Probe) {
        let mut target = self.target();
        for text in target.early.drain(..) {
            probe.record(text);
        }
        target.probe = Some(probe);
    }

    /// Lets go of the probe: the run can end.
    pub fn disconnect(&self) {
        self.target().probe = None;
    }

    fn target(&self) -> MutexGuard<'_, Target> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, level: Level, target: &str, text: String) {
        let text = Text {
            time: Timestamp::now(),
            step: None,
            level,
            target: target.to_owned(),
            text,
        };
        let mut sink = self.target();
        match &sink.probe {
            Some(probe) => probe.record(text),
            None if sink.early.len() < KEPT => sink.early.push(text),
            None => {}
        }
    }
}

/// An event's message, then its other fields as `name=value`.
#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string does not fail.
        let _ = if field.name() == "message" {
            let rest = std::mem::take(&mut self.0);
            write!(self.0, "{value:?}{rest}")
        } else if field.name().starts_with("log.") {
            Ok(())
        } else {
            write!(self.0, " {}={value:?}", field.name())
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

impl<S: tracing::Subscriber> Layer<S> for TextSink {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let metadata = event.metadata();
        let level = match *metadata.level() {
            tracing::Level::ERROR => Level::Error,
            tracing::Level::WARN => Level::Warn,
            tracing::Level::INFO => Level::Info,
            tracing::Level::DEBUG | tracing::Level::TRACE => Level::Debug,
        };
        self.record(level, metadata.target(), line.0.trim().to_owned());
    }
}

impl log::Log for TextSink {
    fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let level = match record.level() {
            log::Level::Error => Level::Error,
            log::Level::Warn => Level::Warn,
            log::Level::Info => Level::Info,
            log::Level::Debug | log::Level::Trace => Level::Debug,
        };
        TextSink::record(self, level, record.target(), record.args().to_string());
    }

    fn flush(&self) {}
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::prelude::*;

    use super::super::{Hub, Overflow, Received, Source};
    use super::*;
    use crate::message::{Message, Outcome, RunInfo};

    #[test]
    fn records_of_both_kinds_reach_the_run_even_early_ones() {
        let sink = TextSink::default();
        let subscriber = tracing_subscriber::registry().with(sink.clone());
        let mut hub = Hub::new();
        let inlet = hub.subscribe(Overflow::Keep);
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(epoch = 3, "early");
            hub.open(RunInfo::default()).expect("the courier starts");
            sink.connect(hub.probe());
            tracing::info!("from tracing");
        });
        log::Log::log(
            &sink,
            &log::Record::builder()
                .level(log::Level::Error)
                .target("data")
                .args(format_args!("from log"))
                .build(),
        );
        sink.disconnect();
        hub.close(Outcome::Finished);
        let mut lines = Vec::new();
        while let Received::Batch(batch) = inlet.receive_any() {
            lines.extend(batch.messages().filter_map(|message| match message {
                Message::Text(text) => Some((text.level, text.text.clone())),
                _ => None,
            }));
        }
        assert_eq!(
            lines,
            [
                (Level::Warn, "early epoch=3".to_owned()),
                (Level::Info, "from tracing".to_owned()),
                (Level::Error, "from log".to_owned()),
            ]
        );
    }
}
