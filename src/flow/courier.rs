//! The courier: one thread that empties every probe's ring and hands the same batch to every listener.
//!
//! It waits for a bell, at most [`LONGEST_WAIT`]: so a batch leaves at the latest 10 ms after its first point, whether or not
//! another call comes. A new step rings the bell when the courier is idle; after each round it rests for [`REST`], so that
//! thousands of steps a second cost the worker hundreds of rings and no more.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::control::Control;
use super::declared::Declared;
use super::inlet::{Inlet, Junction, Outlet, Overflow, Source, outlet};
use super::lane::{LaneReader, LaneWriter, lane};
use super::probe::Probe;
use crate::message::{
    Answer, Batch, BulkBudget, BulkError, Level, Message, Outcome, Reply, RunId, RunInfo, Series,
    SeriesId, Text, Timestamp,
};

/// The longest a point waits for the courier.
const LONGEST_WAIT: Duration = Duration::from_millis(10);
/// The least time between two rounds.
const REST: Duration = Duration::from_millis(2);

/// Why a run could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The system would not start the courier's thread.
    #[error("cannot start the thread that carries metrics: {0}")]
    Thread(#[source] std::io::Error),
}

/// What probes and the courier share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) run: RunId,
    pub(super) bulk_budget: BulkBudget,
    registry: Mutex<Registry>,
    bell: Sender<()>,
    is_idle: AtomicBool,
}

#[derive(Debug, Default)]
struct Registry {
    series: Declared,
    /// Said before anything that is found in the lanes.
    announcements: Vec<Message>,
    new_lanes: Vec<LaneReader>,
    /// Said after all else, before the end.
    refusals: Vec<Message>,
    end: Option<(Outcome, Timestamp)>,
    is_closed: bool,
}

impl Shared {
    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The series of that name, declared as `series` says unless it is known already. If it is known as one of another kind it
    /// stays so, and that is said once.
    pub(super) fn intern(&self, series: Series) -> SeriesId {
        let mut registry = self.registry();
        if let Some(id) = registry.series.find(&series.name) {
            if let Some(text) = registry.series.disagree(id, &series) {
                registry.announcements.push(warning(text));
            }
            return id;
        }
        let id = registry.series.add(&series);
        registry.announcements.push(Message::Declare(id, series));
        id
    }

    /// The series of that name, if it is known.
    pub(super) fn find(&self, name: &str) -> Option<SeriesId> {
        self.registry().series.find(name)
    }

    /// A bulk value of a series could not be kept, for a reason that is said once a series.
    pub(super) fn note_skipped(&self, series: SeriesId, why: &BulkError) {
        let mut registry = self.registry();
        if let Some(text) = registry.series.skip(series, why) {
            registry.announcements.push(warning(text));
        }
    }

    pub(super) fn open_lane(&self) -> LaneWriter {
        let (writer, reader) = lane();
        self.registry().new_lanes.push(reader);
        writer
    }

    /// Wakes the courier if it is idle.
    #[inline]
    pub(super) fn ring(&self) {
        if self.is_idle.load(Ordering::Relaxed) && self.is_idle.swap(false, Ordering::AcqRel) {
            // A full bell is a bell that rings.
            let _ = self.bell.try_send(());
        }
    }

    fn ring_loudly(&self) {
        let _ = self.bell.try_send(());
    }
}

/// What a person should know of what a run reports.
fn warning(text: String) -> Message {
    Message::Text(Text {
        time: Timestamp::now(),
        step: None,
        level: Level::Warn,
        target: String::new(),
        text,
    })
}

/// The live source: opens a run, gives out its probes, and closes it.
///
/// Subscribe all listeners, then [`Hub::open`]. When the producer is done, [`Hub::close`] delivers what is left, then the
/// run's end, and joins the courier.
#[derive(Debug)]
pub struct Hub {
    shared: Arc<Shared>,
    control: Control,
    outlets: Vec<Outlet>,
    bell: Receiver<()>,
    courier: Option<JoinHandle<()>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Hub {
    /// A run that nobody listens to yet, with the usual budget for bulk values.
    #[must_use]
    pub fn new() -> Self {
        Self::with_bulk_budget(BulkBudget::default())
    }

    /// A run that nobody listens to yet, whose bulk values obey a budget. Runs may share one.
    #[must_use]
    pub fn with_bulk_budget(bulk_budget: BulkBudget) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (ring, bell) = bounded(1);
        let shared = Shared {
            run: RunId(NEXT.fetch_add(1, Ordering::Relaxed)),
            bulk_budget,
            registry: Mutex::default(),
            bell: ring,
            is_idle: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
            control: Control::default(),
            outlets: Vec::new(),
            bell,
            courier: None,
        }
    }

    /// The handle by which this run is paused and stopped.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Which run this is, in this process.
    #[must_use]
    pub fn id(&self) -> RunId {
        self.shared.run
    }

    /// One more listener: the one behind the junction, which hears other runs, too.
    pub fn feed(&mut self, junction: &Junction) {
        self.outlets.push(junction.outlet());
    }

    /// A probe of this run. More are had by cloning it.
    #[must_use]
    pub fn probe(&self) -> Probe {
        Probe::new(Arc::clone(&self.shared), self.control.clone())
    }

    /// Starts the run: its start is the first message, and the courier goes to work.
    ///
    /// # Errors
    /// [`HubError::Thread`] if the courier's thread cannot be started.
    pub fn open(&mut self, info: RunInfo) -> Result<(), HubError> {
        self.shared
            .registry()
            .announcements
            .insert(0, Message::Start(Box::new(info)));
        let courier = Courier {
            shared: Arc::clone(&self.shared),
            lanes: Vec::new(),
            outlets: std::mem::take(&mut self.outlets),
            bell: self.bell.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("emberscope-courier".into())
            .spawn(move || courier.run())
            .map_err(HubError::Thread)?;
        self.courier = Some(thread);
        Ok(())
    }

    /// Ends the run: everything said so far is delivered, then the end. Probes that are still held go unheard from then on.
    ///
    /// What was asked of it and not done is refused.
    pub fn close(&mut self, outcome: Outcome) {
        {
            let mut registry = self.shared.registry();
            let time = Timestamp::now();
            let left = self.control.close().into_iter();
            registry.refusals.extend(left.map(|command| {
                Message::Answer(Box::new(Answer {
                    command,
                    step: 0,
                    time,
                    reply: Reply::Refused("the run ended before it came to it".to_owned()),
                }))
            }));
            registry.end = Some((outcome, time));
            registry.is_closed = true;
        }
        self.shared.ring_loudly();
        self.join();
    }

    fn join(&mut self) {
        if let Some(courier) = self.courier.take()
            && courier.join().is_err()
        {
            tracing::error!("the courier panicked: some of the run's messages may be missing");
        }
        self.control.end();
    }
}

impl Source for Hub {
    fn subscribe(&mut self, overflow: Overflow) -> Inlet {
        let (outlet, inlet) = outlet(overflow);
        self.outlets.push(outlet);
        inlet
    }
}

impl Drop for Hub {
    /// A hub that is dropped without [`Hub::close`] delivers what was said, without an end.
    fn drop(&mut self) {
        self.shared.registry().is_closed = true;
        self.shared.ring_loudly();
        self.join();
    }
}

struct Courier {
    shared: Arc<Shared>,
    lanes: Vec<LaneReader>,
    outlets: Vec<Outlet>,
    bell: Receiver<()>,
}

impl Courier {
    fn run(mut self) {
        loop {
            let is_closed = self.shared.registry().is_closed;
            self.round();
            if is_closed {
                break;
            }
            // Rest: no bell is heard, but the end of the run is (it rings whether or not the courier is idle).
            self.wait_until(Instant::now() + REST);
            self.shared.is_idle.store(true, Ordering::Release);
            self.wait_until(Instant::now() + (LONGEST_WAIT - REST));
            self.shared.is_idle.store(false, Ordering::Release);
        }
        let (refusals, end) = {
            let mut registry = self.shared.registry();
            (std::mem::take(&mut registry.refusals), registry.end.take())
        };
        if let Some((outcome, time)) = end {
            let mut batch = Batch::new(self.shared.run);
            for refusal in refusals {
                batch.push_message(refusal);
            }
            batch.push_message(Message::End { outcome, time });
            self.deliver(batch);
        }
        for outlet in &mut self.outlets {
            outlet.flush_all();
        }
    }

    fn wait_until(&self, deadline: Instant) {
        // Both a ring and a time-out mean: make a round.
        let _ = self.bell.recv_deadline(deadline);
    }

    /// Empties every lane into one batch and delivers it.
    fn round(&mut self) {
        let mut said = Batch::new(self.shared.run);
        self.lanes.append(&mut self.shared.registry().new_lanes);
        self.lanes.retain_mut(|lane| {
            // Asked before draining: what an abandoned lane holds is all it will ever hold.
            let is_abandoned = lane.is_abandoned();
            lane.drain_into(&mut said);
            !is_abandoned
        });
        // Read after the lanes: a series is announced before its first point is said, so whatever a lane held is
        // announced by now.
        let announcements = std::mem::take(&mut self.shared.registry().announcements);
        if !announcements.is_empty() {
            let mut batch = Batch::new(self.shared.run);
            for message in announcements {
                batch.push_message(message);
            }
            self.deliver(batch);
        }
        self.deliver(said);
        for outlet in &mut self.outlets {
            outlet.flush();
        }
    }

    fn deliver(&mut self, batch: Batch) {
        if batch.is_empty() {
            return;
        }
        let batch = Arc::new(batch);
        for outlet in &mut self.outlets {
            outlet.send(&batch);
        }
    }
}
