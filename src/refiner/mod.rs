//! Messages to scenes: the thread between training and the window.
//!
//! In come batches from an [`Inlet`] and [`Viewport`]s from whoever draws; out goes an `Arc<Scene>` through a latest-wins
//! [`Mailbox`]. Everything that is costly in proportion to history or pixels happens here, so that the main thread only takes
//! what is ready and draws it.
//!
//! A scene is built when there is news, no more often than drawing asks for, and not while the last one waits to be taken:
//! what nobody would see is never made. Where there is more to smooth than a scene has time for, the next one follows without news. While a run is live and has no news, a scene a second keeps its clock right.

mod blocks;
mod bulk;
mod clock;
mod course;
mod dash;
mod dashes;
mod deeds;
mod drawn;
mod figure;
mod fit;
mod grid;
mod history;
mod legend;
mod membership;
mod panels;
mod pyramid;
mod ranges;
mod reading;
mod run;
mod smoothing;
mod statistics;
mod steps;
mod store;
mod summaries;
mod sums;
mod table;
mod trace;
mod track;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::flow::{Inlet, Mailbox, Received, Wake};
use crate::scene::{Scene, Viewport};

pub use bulk::Kept;
use figure::Counter;
pub use figure::{Desk, Moment};
pub use store::Store;
pub use table::{Table, TableBlock, TablePart, TableRow, Turn};

/// Between two scenes that differ only in their clock.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Between two scenes at the most, whatever the viewport allows.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(4);
/// The longest a scene interval can be asked to be.
const LONGEST_INTERVAL: Duration = Duration::from_secs(10);
/// After the last news, for what is still to be smoothed: most of it takes less than a second, a wide Gaussian may take minutes.
const LONGEST_FINISH: Duration = Duration::from_secs(2);
/// With nothing to do.
const IDLE: Duration = Duration::from_secs(3600);

/// How long the thread goes on: until told otherwise, until all is taken in, or not at all.
const ON: u8 = 0;
const ENDING: u8 = 1;
const OFF: u8 = 2;

/// Why the refiner could not be started.
#[derive(Debug, thiserror::Error)]
pub enum RefinerError {
    /// The system would not start its thread.
    #[error("cannot start the thread that prepares what is drawn: {0}")]
    Thread(#[source] std::io::Error),
}

/// The refiner's thread, and the way to tell it what is visible.
#[derive(Debug)]
pub struct Refiner {
    scenes: Arc<Mailbox<Arc<Scene>>>,
    viewports: Arc<Mailbox<(u64, Viewport)>>,
    /// How many viewports were shown.
    shown: AtomicU64,
    bell: Sender<()>,
    life: Arc<AtomicU8>,
    has_failed: Arc<AtomicBool>,
    latest: Arc<Latest>,
    desk: Desk,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The newest scene, whether or not anyone has taken it.
#[derive(Debug, Default)]
struct Latest(Mutex<Arc<Scene>>);

impl Latest {
    fn lock(&self) -> MutexGuard<'_, Arc<Scene>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Refiner {
    /// Starts the thread. `wake` is called when a scene waits in [`Refiner::scenes`].
    ///
    /// # Errors
    /// [`RefinerError::Thread`] if the thread cannot be started.
    pub fn start(inlet: Inlet, wake: Arc<dyn Wake>) -> Result<Self, RefinerError> {
        let scenes = Arc::new(Mailbox::default());
        let viewports = Arc::new(Mailbox::default());
        let (ring, bell) = bounded(1);
        let life = Arc::new(AtomicU8::new(ON));
        let has_failed = Arc::new(AtomicBool::new(false));
        let latest = Arc::new(Latest::default());
        let (desk, counter) = figure::desk(ring.clone());
        let mut work = Work {
            inlet,
            bell,
            counter,
            viewports: Arc::clone(&viewports),
            viewport: 0,
            scenes: Arc::clone(&scenes),
            latest: Arc::clone(&latest),
            wake: Arc::clone(&wake),
            life: Arc::clone(&life),
            store: Store::default(),
            interval: SHORTEST_INTERVAL,
            last_publish: None,
            has_news: false,
            is_closed: false,
            finishing: None,
            number: 0,
        };
        let failed = Arc::clone(&has_failed);
        let thread = std::thread::Builder::new()
            .name("emberscope-refiner".into())
            .spawn(move || {
                let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work.run()));
                if caught.is_err() {
                    failed.store(true, Ordering::Release);
                    wake.wake();
                }
            })
            .map_err(RefinerError::Thread)?;
        Ok(Self {
            scenes,
            viewports,
            shown: AtomicU64::new(0),
            bell: ring,
            life,
            has_failed,
            latest,
            desk,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Where the newest scene waits.
    #[must_use]
    pub const fn scenes(&self) -> &Arc<Mailbox<Arc<Scene>>> {
        &self.scenes
    }

    /// The newest scene, whether or not anyone has taken it.
    #[must_use]
    pub fn latest(&self) -> Arc<Scene> {
        Arc::clone(&self.latest.lock())
    }

    /// Says what is visible. The newest wins. Gives the number that scenes made for it carry: [`Scene::viewport`].
    pub fn show(&self, viewport: Viewport) -> u64 {
        let number = self.shown.fetch_add(1, Ordering::Relaxed) + 1;
        self.viewports.publish((number, viewport), &|| {
            let _ = self.bell.try_send(());
        });
        number
    }

    /// Where scenes for other viewports and tables of points are asked for.
    #[must_use]
    pub const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Whether the refiner panicked. The last scene stands; nothing newer will come.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Waits until everything said has been taken in, ends the thread, and gives the last scene.
    ///
    /// The run must be closed, or soon be: until then more may come.
    pub fn finish(&self) -> Arc<Scene> {
        self.end(ENDING);
        self.latest()
    }

    fn end(&self, life: u8) {
        self.life.fetch_max(life, Ordering::AcqRel);
        let _ = self.bell.try_send(());
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            // A panic was caught inside and is told by `has_failed`.
            let _ = thread.join();
        }
    }
}

impl Drop for Refiner {
    /// Ends the thread at once, whatever may still come.
    fn drop(&mut self) {
        self.end(OFF);
    }
}

struct Work {
    inlet: Inlet,
    bell: Receiver<()>,
    counter: Counter,
    viewports: Arc<Mailbox<(u64, Viewport)>>,
    viewport: u64,
    scenes: Arc<Mailbox<Arc<Scene>>>,
    latest: Arc<Latest>,
    wake: Arc<dyn Wake>,
    life: Arc<AtomicU8>,
    store: Store,
    interval: Duration,
    last_publish: Option<Instant>,
    has_news: bool,
    is_closed: bool,
    /// When all was told, with the end in sight.
    finishing: Option<Instant>,
    number: u64,
}

impl Work {
    fn run(&mut self) {
        loop {
            let life = self.life.load(Ordering::Acquire);
            if let Some((number, viewport)) = self.viewports.take() {
                self.viewport = number;
                self.interval = Duration::try_from_secs_f64(viewport.scene_interval_s)
                    .unwrap_or(SHORTEST_INTERVAL)
                    .clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL);
                self.has_news |= self.store.show(viewport);
            }
            let (store, number) = (&mut self.store, self.number);
            self.counter.serve(store, number, self.is_closed);
            match life {
                OFF => break,
                ENDING if self.is_closed && (!self.has_news || self.is_late()) => break,
                // What is known is told at once; nothing more will come.
                ENDING if self.is_closed => {}
                _ => self.wait(),
            }
            let now = Instant::now();
            if self.is_due(now) {
                self.publish(now);
                if life == ENDING && self.is_closed {
                    self.finishing.get_or_insert(now);
                }
            }
        }
    }

    /// Waits for a batch, for a viewport, or until the next scene may be due.
    fn wait(&mut self) {
        if self.is_closed {
            let _ = self.bell.recv_timeout(self.until_next(Instant::now()));
            return;
        }
        let now = Instant::now();
        match self
            .inlet
            .receive_or(&self.bell, now + self.until_next(now))
        {
            Received::Batch(batch) => {
                self.store.ingest(&batch);
                self.has_news = true;
            }
            Received::Closed => {
                self.is_closed = true;
                self.store.close();
                self.has_news = true;
            }
            Received::Bell | Received::Nothing => {}
        }
    }

    fn is_late(&self) -> bool {
        let finishing = self.finishing;
        finishing.is_some_and(|since| since.elapsed() > LONGEST_FINISH)
    }

    fn since_last(&self, now: Instant) -> Duration {
        self.last_publish
            .map_or(Duration::MAX, |last| now.saturating_duration_since(last))
    }

    fn until_next(&self, now: Instant) -> Duration {
        let next_scene = self.until_next_scene(now);
        let pause = self.counter.pause();
        pause.map_or(next_scene, |pause| pause.min(next_scene))
    }

    fn until_next_scene(&self, now: Instant) -> Duration {
        let since = self.since_last(now);
        if self.has_news {
            if since >= self.interval {
                // Due, but the last scene is still to be taken.
                self.interval
            } else {
                self.interval - since
            }
        } else if self.store.has_running_clock() {
            HEARTBEAT.saturating_sub(since)
        } else {
            IDLE
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        let since = self.since_last(now);
        if self.has_news {
            self.is_closed || (since >= self.interval && !self.scenes.is_full())
        } else {
            self.store.has_running_clock() && since >= HEARTBEAT
        }
    }

    fn publish(&mut self, now: Instant) {
        self.number += 1;
        let scene = self.store.scene(self.number, self.inlet.waiting_points());
        let scene = Arc::new(Scene {
            viewport: self.viewport,
            ..scene
        });
        *self.latest.lock() = Arc::clone(&scene);
        self.scenes.publish(scene, &*self.wake);
        self.last_publish = Some(now);
        self.has_news = self.store.is_smoothing();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Hub, Overflow, Probe, Source};
    use crate::message::{Command, Outcome, RunInfo};
    use crate::scene::{PanelView, Range, RunState, Smoothing, XRange};

    struct Bench {
        hub: Hub,
        refiner: Refiner,
        rings: Receiver<()>,
        newest: Option<Arc<Scene>>,
    }

    impl Bench {
        fn new() -> Self {
            let mut hub = Hub::new();
            let (ring, rings) = crossbeam_channel::unbounded();
            let wake = move || {
                let _ = ring.send(());
            };
            let inlet = hub.subscribe(Overflow::Keep);
            let refiner = Refiner::start(inlet, Arc::new(wake)).expect("the refiner starts");
            hub.open(RunInfo {
                name: "test".into(),
                ..RunInfo::default()
            })
            .expect("the courier starts");
            Self {
                hub,
                refiner,
                rings,
                newest: None,
            }
        }

        fn probe(&self) -> Probe {
            self.hub.probe()
        }

        /// The first scene for which `is_wanted` holds.
        fn wait_for(&mut self, is_wanted: impl Fn(&Scene) -> bool) -> Arc<Scene> {
            loop {
                self.rings
                    .recv_timeout(Duration::from_secs(30))
                    .expect("a scene comes");
                if let Some(scene) = self.refiner.scenes().take() {
                    if let Some(earlier) = self.newest.replace(Arc::clone(&scene)) {
                        assert!(scene.number > earlier.number);
                    }
                    if is_wanted(&scene) {
                        return scene;
                    }
                }
            }
        }
    }

    #[test]
    fn a_reported_value_reaches_a_scene() {
        let mut bench = Bench::new();
        let probe = bench.probe();
        let loss = probe.series("loss/train");
        for step in 1..=100 {
            probe.step(step);
            probe.scalar(loss, 1.0 / step as f32);
        }
        let scene = bench.wait_for(|scene| scene.points == 100);
        assert_eq!(scene.run.state, RunState::Training);
        assert_eq!(scene.run.progress.step, 100);
        assert_eq!(&*scene.panels[0].title, "Loss");
        assert_eq!(scene.panels[0].lines[0].latest, Some(0.01));
        assert!(scene.newest.is_some());
    }

    #[test]
    fn the_last_scene_of_a_run_holds_all_of_it() {
        let mut bench = Bench::new();
        let probe = bench.probe();
        let loss = probe.series("loss/train");
        for step in 1..=50_000 {
            probe.step(step);
            probe.scalar(loss, step as f32);
        }
        drop(probe);
        bench.hub.close(Outcome::Failed("out of memory".into()));
        let scene = bench.wait_for(|scene| scene.run.state.is_over());
        assert_eq!(scene.points, 50_000);
        assert_eq!(scene.run.state, RunState::Failed("out of memory".into()));
    }

    #[test]
    fn a_paused_run_falls_silent_and_says_so() {
        let mut bench = Bench::new();
        bench.hub.control().ask(Command::Pause);
        let probe = bench.probe();
        let worker = std::thread::Builder::new()
            .name("worker".into())
            .spawn(move || probe.proceed())
            .expect("a thread can be started");
        bench.wait_for(|scene| scene.run.state == RunState::Paused);
        assert!(
            bench
                .rings
                .recv_timeout(Duration::from_millis(1500))
                .is_err(),
            "a paused run made a scene"
        );
        bench.hub.control().ask(Command::Resume);
        assert!(worker.join().expect("the worker does not panic"));
        bench.wait_for(|scene| scene.run.state == RunState::Preparing);
    }

    #[test]
    fn what_is_left_to_smooth_makes_scenes_without_news() {
        let mut bench = Bench::new();
        let probe = bench.probe();
        let loss = probe.series("loss/train");
        let count = 5_000_000;
        for step in 0..count {
            probe.step(step);
            probe.scalar(loss, (step % 7) as f32);
        }
        bench.wait_for(|scene| scene.points == count);
        let smoothing = Smoothing::Ema { weight: 0.99 };
        bench.refiner.show(Viewport {
            smoothing,
            ..Viewport::default()
        });
        // Nothing is reported any more, and the run is not over.
        let scene = bench.wait_for(|scene| {
            let line = || &scene.panels[0].lines[0].parts[1].chunk.vertices;
            scene.smoothing == smoothing && line()[0].x <= 1.0
        });
        assert_eq!(scene.points, count);
        drop(probe);
    }

    #[test]
    fn a_view_is_answered_within_two_scenes() {
        let mut bench = Bench::new();
        let probe = bench.probe();
        let loss = probe.series("loss/train");
        for step in 1..=10_000 {
            probe.step(step);
            probe.scalar(loss, step as f32);
        }
        let before = bench.wait_for(|scene| scene.points == 10_000);
        let part = Range::new(2_000.0, 3_000.0);
        let view = PanelView {
            x: XRange::Part(part),
            ..PanelView::all(before.panels[0].id, [300, 200])
        };
        let number = bench.refiner.show(Viewport {
            panels: vec![view],
            ..Viewport::default()
        });
        let answer = bench.wait_for(|scene| scene.viewport == number);
        assert!(answer.number <= before.number + 2);
        assert_eq!(answer.panels[0].fit.map(|fit| fit.x), Some(part));
    }

    #[test]
    fn a_new_viewport_makes_a_new_scene_even_after_the_end() {
        let mut bench = Bench::new();
        let probe = bench.probe();
        probe.step(1);
        probe.log("loss/train", 1.0);
        drop(probe);
        bench.hub.close(Outcome::Finished);
        bench.wait_for(|scene| scene.run.state.is_over());
        bench.refiner.show(Viewport {
            smoothing: Smoothing::Ema { weight: 0.9 },
            ..Viewport::default()
        });
        bench.wait_for(|scene| scene.smoothing == Smoothing::Ema { weight: 0.9 });
    }
}
