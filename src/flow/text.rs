//! A program's own log records, on their way into the run.
//!
//! The library installs nothing: a program adds a [`TextSink`] to the `tracing` subscriber or sets it as its `log` logger.
//! Records that come before the first run is open are kept and said when it opens. Between two runs there is nobody to say
//! them to; of several runs at once, the one that was opened last says them.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer};

use super::probe::Probe;
use crate::message::{Level, RunId, Text, Timestamp};

/// Records kept before the first run is open; those beyond are counted.
const KEPT: usize = 1000;

/// A `tracing` layer and a `log` logger in one. Clones feed the same run.
#[derive(Clone, Debug, Default)]
pub struct TextSink {
    target: Arc<Mutex<Target>>,
}

#[derive(Debug, Default)]
struct Target {
    /// Of the runs that are open, in the order they were opened: the newest says what is said.
    probes: Vec<Probe>,
    /// A run is or was open: records without a probe belong to none.
    has_opened: bool,
    early: Vec<Text>,
    /// Early records beyond those kept.
    missing: u64,
}

impl TextSink {
    /// Says all further records through `probe`, and those kept so far at once; how many could not be kept is said, too.
    pub fn connect(&self, probe: Probe) {
        let mut target = self.target();
        for text in std::mem::take(&mut target.early) {
            probe.record(text);
        }
        match std::mem::take(&mut target.missing) {
            0 => {}
            1 => probe.text_at(Level::Warn, "1 earlier record is missing"),
            missing => probe.text_at(
                Level::Warn,
                format!("{missing} earlier records are missing"),
            ),
        }
        target.has_opened = true;
        target.probes.push(probe);
    }

    /// Lets go of all probes: the runs can end. Records are dropped until the next one is connected.
    pub fn disconnect(&self) {
        self.target().probes.clear();
    }

    /// Lets go of a run's probe: it can end. Records go to the newest of the others.
    pub fn disconnect_run(&self, run: RunId) {
        self.target().probes.retain(|probe| probe.run() != run);
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
        match sink.probes.last() {
            Some(probe) => probe.record(text),
            None if sink.has_opened => {}
            None if sink.early.len() < KEPT => sink.early.push(text),
            None => sink.missing += 1,
        }
    }
}

/// An event's message, then its other fields as `name=value`.
#[derive(Default)]
struct Line {
    text: String,
    /// The target of a `log` record that `tracing-log` made an event of: the event's own is `log` then.
    target: Option<String>,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string does not fail.
        let _ = if field.name() == "message" {
            let rest = std::mem::take(&mut self.text);
            write!(self.text, "{value:?}{rest}")
        } else if field.name().starts_with("log.") {
            Ok(())
        } else {
            write!(self.text, " {}={value:?}", field.name())
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "log.target" {
            self.target = Some(value.to_owned());
        } else {
            self.record_debug(field, &format_args!("{value}"));
        }
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
        let target = line.target.as_deref().unwrap_or(metadata.target());
        self.record(level, target, line.text.trim().to_owned());
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

    use super::super::{Hub, Inlet, Overflow, Received, Source};
    use super::*;
    use crate::message::{Message, Outcome, RunInfo};

    /// A run that is open.
    fn open() -> (Hub, Inlet) {
        let mut hub = Hub::new();
        let inlet = hub.subscribe(Overflow::Keep);
        hub.open(RunInfo::default()).expect("the courier starts");
        (hub, inlet)
    }

    /// All lines of a run that is closed.
    fn lines(inlet: &Inlet) -> Vec<Text> {
        let mut lines = Vec::new();
        while let Received::Batch(batch) = inlet.receive_any() {
            lines.extend(batch.messages().filter_map(|message| match message {
                Message::Text(text) => Some(text.clone()),
                _ => None,
            }));
        }
        lines
    }

    fn log(sink: &TextSink, text: &str) {
        TextSink::record(sink, Level::Info, "data", text.to_owned());
    }

    #[test]
    fn a_log_record_keeps_its_target_on_its_way_through_tracing() {
        let sink = TextSink::default();
        let subscriber = tracing_subscriber::registry().with(sink.clone());
        let (mut hub, inlet) = open();
        sink.connect(hub.probe());
        tracing::subscriber::with_default(subscriber, || {
            // As `tracing_log::LogTracer` says it.
            tracing::warn!(
                target: "log",
                {
                    log.target = "wgpu_core::device",
                    log.module_path = "wgpu_core::device",
                    log.line = 7
                },
                "device lost"
            );
            tracing::info!(target: "emberscope", "an event of its own");
        });
        sink.disconnect();
        hub.close(Outcome::Finished);
        let lines = lines(&inlet);
        let said: Vec<(&str, &str)> = lines.iter().map(|l| (&*l.target, &*l.text)).collect();
        assert_eq!(
            said,
            [
                ("wgpu_core::device", "device lost"),
                ("emberscope", "an event of its own"),
            ]
        );
    }

    #[test]
    fn early_records_beyond_those_kept_are_counted() {
        let sink = TextSink::default();
        for index in 0..KEPT + 3 {
            log(&sink, &index.to_string());
        }
        let (mut hub, inlet) = open();
        sink.connect(hub.probe());
        sink.disconnect();
        hub.close(Outcome::Finished);
        let lines = lines(&inlet);
        assert_eq!(lines.len(), KEPT + 1);
        let (first, last) = (&lines[0], &lines[KEPT]);
        assert_eq!((&*first.text, &*first.target), ("0", "data"));
        assert_eq!(&*last.text, "3 earlier records are missing");
        assert_eq!(last.level, Level::Warn);
    }

    #[test]
    fn what_is_said_between_two_runs_is_not_said_in_the_next() {
        let sink = TextSink::default();
        let (mut hub, _inlet) = open();
        sink.connect(hub.probe());
        sink.disconnect();
        hub.close(Outcome::Finished);
        log(&sink, "after the first run");
        let (mut hub, inlet) = open();
        sink.connect(hub.probe());
        log(&sink, "in the second");
        sink.disconnect();
        hub.close(Outcome::Finished);
        let texts: Vec<String> = lines(&inlet).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["in the second"]);
    }

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
