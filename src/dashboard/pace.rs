//! When the next picture may be drawn, so that drawing never takes the machine from the training it shows.
//!
//! In come the costs of what was drawn, out come the moments before which nothing more should be. There are two rhythms:
//! *data* frames draw lines into standing axes, *chrome* frames lay out and paint everything. On a GPU both are cheap: data
//! at most once a refresh, chrome ten times a second. On a software adapter both take from the same budget, a tenth of the
//! machine: chrome at most twice a second and never with more than its part, data with what is left. Each frame is followed
//! by the rest that its own cost asks for, so the budget holds whatever the next one costs. A rate given by a person
//! replaces the budget. Frames that answer input are exempt: at most one a refresh.
//!
//! Nothing here reads a clock: moments are passed in.

use std::time::{Duration, Instant};

/// The part of the machine's processors that drawing may use on a software adapter, while nobody touches the window.
pub const BUDGET: f64 = 0.1;

/// The part of the budget that chrome may use.
const CHROME_PART: f64 = 0.6;

/// The least time between two chrome frames where a GPU draws: text that changes ten times a second can be read.
const CHROME_ON_GPU: Duration = Duration::from_millis(100);

/// The least time between two chrome frames where the processor draws.
const CHROME_ON_CPU: Duration = Duration::from_millis(500);

/// No wait is longer, whatever a frame cost: a window that stands still for longer looks dead.
const LONGEST: Duration = Duration::from_secs(10);

/// Nor is the one after the very first frame of a kind.
const FIRST: Duration = Duration::from_secs(1);

/// The weight of a new cost in the running mean.
const WEIGHT: f64 = 0.25;

/// The time over which [`Pace::share`] looks back, in seconds.
const MEMORY_S: f64 = 5.0;

/// What a frame cost, from the first call to the moment it was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// On the thread that drew: layout, upload, encoding, waiting not included.
    pub thread: Duration,
    /// On the adapter. A software adapter spends it on all cores.
    pub adapter: Duration,
}

/// The rhythm of one window, or of the headless driver.
#[derive(Clone, Debug)]
pub struct Pace {
    is_software: bool,
    max_fps: Option<f64>,
    /// The part of the machine that this window may take.
    budget: f64,
    cores: f64,
    refresh: Duration,
    data: Rhythm,
    chrome: Rhythm,
    /// When any frame was last begun.
    last: Option<Instant>,
    /// Seconds of the whole machine spent on drawing, fading with [`MEMORY_S`], and when that was brought up to date.
    spent: f64,
    spent_at: Option<Instant>,
}

/// One of the two kinds of frames.
#[derive(Clone, Copy, Debug, Default)]
struct Rhythm {
    /// When the last one was begun.
    last: Option<Instant>,
    /// Seconds of the whole machine that the last one took.
    last_cost: f64,
    /// Seconds of the whole machine that one takes, a running mean.
    cost: Option<f64>,
    /// How many there were.
    count: u64,
}

impl Rhythm {
    fn note(&mut self, at: Instant, cost: f64) {
        self.count += 1;
        self.last = self.last.max(Some(at));
        self.last_cost = cost;
        self.cost = Some(match self.cost {
            // The first frame compiles shaders: it says nothing of those to come.
            Some(mean) if self.count > 2 => mean + WEIGHT * (cost - mean),
            _ => cost,
        });
    }

    /// How long the last frame is to be followed by none of its kind, for its cost to stay within `part` of the machine.
    fn rest(&self, part: f64) -> Duration {
        let rest = bounded(self.last_cost / part);
        if self.count < 2 {
            rest.min(FIRST)
        } else {
            rest
        }
    }
}

impl Pace {
    /// A rhythm for an adapter.
    ///
    /// `max_fps` is the greatest number of data frames a second that a person asked for; values that are not positive and
    /// finite count as none. `cores` is how many processors the machine has.
    #[must_use]
    pub fn new(is_software: bool, max_fps: Option<f64>, cores: usize) -> Self {
        Self {
            is_software,
            max_fps: max_fps.filter(|fps| fps.is_finite() && *fps > 0.0),
            budget: BUDGET,
            cores: cores.max(1) as f64,
            refresh: Duration::from_nanos(16_666_667),
            data: Rhythm::default(),
            chrome: Rhythm::default(),
            last: None,
            spent: 0.0,
            spent_at: None,
        }
    }

    /// The time between two refreshes of the display.
    #[must_use]
    pub const fn refresh(&self) -> Duration {
        self.refresh
    }

    /// Sets the time between two refreshes of the display; a sixtieth of a second until then. Zero is ignored.
    pub fn set_refresh(&mut self, interval: Duration) {
        if interval > Duration::ZERO {
            self.refresh = interval;
        }
    }

    /// Divides the budget evenly among so many windows, this one among them.
    pub fn divide_budget(&mut self, windows: usize) {
        self.budget = BUDGET / windows.max(1) as f64;
    }

    /// Notes a frame that drew data alone, begun at `at`.
    pub fn drew_data(&mut self, at: Instant, cost: Cost) {
        let cost = self.machine_seconds(cost);
        self.data.note(at, cost);
        self.spend(at, cost);
    }

    /// Notes a frame that laid out and painted the chrome, and drew the data with it, begun at `at`.
    pub fn drew_chrome(&mut self, at: Instant, cost: Cost) {
        let cost = self.machine_seconds(cost);
        self.chrome.note(at, cost);
        self.spend(at, cost);
    }

    /// The earliest moment for a frame that shows new data; `None` for at once.
    #[must_use]
    pub fn next_data(&self) -> Option<Instant> {
        let rest = self.rest(&self.data, self.data_part(), self.refresh);
        // A chrome frame shows the data too.
        self.next_answer()
            .max(self.data.last.map(|last| last + rest))
    }

    /// The earliest moment for a chrome frame that nobody waits for; `None` for at once.
    #[must_use]
    pub fn next_chrome(&self) -> Option<Instant> {
        let rest = self.rest(
            &self.chrome,
            CHROME_PART * self.budget,
            self.least_between_chrome(),
        );
        self.chrome.last.map(|last| last + rest)
    }

    /// The earliest moment for a frame that answers a person's input; `None` for at once.
    #[must_use]
    pub fn next_answer(&self) -> Option<Instant> {
        self.last.map(|last| last + self.refresh)
    }

    /// The usual time between two data frames, as things stand.
    #[must_use]
    pub fn data_interval(&self) -> Duration {
        self.usual(&self.data, self.data_part(), self.refresh)
    }

    /// The usual time between two chrome frames, as things stand.
    #[must_use]
    pub fn chrome_interval(&self) -> Duration {
        self.usual(
            &self.chrome,
            CHROME_PART * self.budget,
            self.least_between_chrome(),
        )
    }

    const fn least_between_chrome(&self) -> Duration {
        if self.is_software {
            CHROME_ON_CPU
        } else {
            CHROME_ON_GPU
        }
    }

    /// The part of the machine that data frames may take: what chrome leaves.
    fn data_part(&self) -> f64 {
        let chrome = self
            .chrome
            .cost
            .map_or(0.0, |cost| cost / self.chrome_interval().as_secs_f64());
        (self.budget - chrome).max(self.budget * (1.0 - CHROME_PART))
    }

    /// The least time from the last frame of a kind to its next.
    fn rest(&self, kind: &Rhythm, part: f64, least: Duration) -> Duration {
        match self.max_fps {
            Some(fps) => bounded(1.0 / fps).max(least),
            None if self.is_software => kind.rest(part).max(least),
            None => least,
        }
    }

    /// The usual time between two frames of a kind.
    fn usual(&self, kind: &Rhythm, part: f64, least: Duration) -> Duration {
        match (self.max_fps, kind.cost) {
            (Some(fps), _) => bounded(1.0 / fps).max(least),
            (None, Some(cost)) if self.is_software => bounded(cost / part).max(least),
            (None, _) => least,
        }
    }

    /// The part of the machine's processors that drawing took over the last seconds, answers to input included: 0 to 1.
    #[must_use]
    pub fn share(&self, now: Instant) -> f64 {
        (self.faded(now) / MEMORY_S).min(1.0)
    }

    /// What a frame takes of the machine, in seconds of all its processors.
    fn machine_seconds(&self, cost: Cost) -> f64 {
        let adapter = if self.is_software {
            cost.adapter.as_secs_f64()
        } else {
            0.0
        };
        cost.thread.as_secs_f64() / self.cores + adapter
    }

    fn spend(&mut self, at: Instant, cost: f64) {
        self.last = self.last.max(Some(at));
        self.spent = self.faded(at) + cost;
        self.spent_at = self.spent_at.max(Some(at));
    }

    fn faded(&self, now: Instant) -> f64 {
        let since = self
            .spent_at
            .map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.spent * (-since.as_secs_f64() / MEMORY_S).exp()
    }
}

/// Seconds as a wait: not negative, not beyond [`LONGEST`].
fn bounded(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).map_or(LONGEST, |wait| wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn drawn(adapter_ms: u64) -> Cost {
        Cost {
            thread: Duration::ZERO,
            adapter: ms(adapter_ms),
        }
    }

    /// Runs a window that always has news for a while; says how much of the machine it took, and how many frames of each
    /// kind it drew.
    fn run(pace: &mut Pace, seconds: u64, data: Cost, chrome: Cost) -> (f64, u32, u32) {
        let start = Instant::now();
        let (mut spent, mut data_frames, mut chrome_frames) = (0.0, 0, 0);
        for tick in 0..seconds * 1000 {
            let now = start + ms(tick);
            if pace.next_chrome().is_none_or(|at| at <= now) {
                pace.drew_chrome(now, chrome);
                spent += pace.machine_seconds(chrome);
                chrome_frames += 1;
            } else if pace.next_data().is_none_or(|at| at <= now) {
                pace.drew_data(now, data);
                spent += pace.machine_seconds(data);
                data_frames += 1;
            }
        }
        (spent / seconds as f64, data_frames, chrome_frames)
    }

    #[test]
    fn the_first_frames_may_come_at_once() {
        let pace = Pace::new(true, None, 2);
        assert_eq!(pace.next_data(), None);
        assert_eq!(pace.next_chrome(), None);
        assert_eq!(pace.next_answer(), None);
        assert!(pace.share(Instant::now()) < 1e-12);
    }

    #[test]
    fn a_gpu_draws_data_every_refresh_and_chrome_ten_times_a_second() {
        let mut pace = Pace::new(false, None, 8);
        let (_, data, chrome) = run(&mut pace, 10, drawn(2), drawn(8));
        assert!((85..=100).contains(&chrome), "{chrome}");
        assert!((450..=600).contains(&data), "{data}");
        assert_eq!(pace.data_interval(), Duration::from_nanos(16_666_667));
        pace.set_refresh(ms(7));
        pace.set_refresh(Duration::ZERO);
        assert_eq!(pace.data_interval(), ms(7));
    }

    #[test]
    fn a_software_adapter_stays_within_a_tenth_of_the_machine() {
        // Full HD: the figures of the design. Then HD, then a machine that is far too slow.
        for (data, chrome) in [(12, 80), (5, 48), (100, 400)] {
            let mut pace = Pace::new(true, None, 2);
            let (share, data_frames, chrome_frames) =
                run(&mut pace, 600, drawn(data), drawn(chrome));
            assert!(share <= 0.102, "{share} for {data} and {chrome} ms");
            assert!(share >= 0.08, "{share} for {data} and {chrome} ms");
            assert!(chrome_frames <= 1200, "{chrome_frames}");
            assert!(data_frames > chrome_frames, "{data_frames} {chrome_frames}");
        }
    }

    #[test]
    fn two_windows_share_the_budget_of_one() {
        let mut pace = Pace::new(true, None, 2);
        pace.divide_budget(2);
        let (share, ..) = run(&mut pace, 600, drawn(5), drawn(48));
        assert!(share <= 0.051, "{share}");
        assert!(share >= 0.04, "{share}");
    }

    #[test]
    fn what_one_thread_does_is_shared_by_all_cores() {
        let cost = Cost {
            thread: ms(8),
            adapter: Duration::ZERO,
        };
        let mut two = Pace::new(true, None, 2);
        let mut eight = Pace::new(true, None, 8);
        let now = Instant::now();
        two.drew_data(now, cost);
        eight.drew_data(now, cost);
        assert_eq!(two.data_interval(), ms(40));
        assert_eq!(eight.data_interval(), Duration::from_nanos(16_666_667));
    }

    #[test]
    fn cheap_chrome_leaves_its_part_to_the_data() {
        let mut pace = Pace::new(true, None, 1);
        let now = Instant::now();
        pace.drew_chrome(now, drawn(5));
        pace.drew_data(now, drawn(9));
        pace.drew_data(now, drawn(9));
        assert_eq!(pace.next_data(), Some(now + ms(100)));
        assert_eq!(pace.chrome_interval(), CHROME_ON_CPU);
        // 5 ms each 0.5 s is 1 %; 9 ms at the remaining 9 % is one each 0.1 s.
        assert_eq!(pace.data_interval(), ms(100));
    }

    #[test]
    fn a_rate_asked_for_replaces_the_budget() {
        let mut pace = Pace::new(true, Some(30.0), 2);
        let now = Instant::now();
        pace.drew_data(now, drawn(200));
        pace.drew_chrome(now, drawn(900));
        assert_eq!(pace.data_interval(), Duration::from_secs_f64(1.0 / 30.0));
        assert_eq!(pace.chrome_interval(), CHROME_ON_CPU);
        let slow = Pace::new(false, Some(0.5), 2);
        assert_eq!(slow.data_interval(), Duration::from_secs(2));
        assert_eq!(slow.chrome_interval(), Duration::from_secs(2));
        for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let pace = Pace::new(false, Some(nonsense), 2);
            assert_eq!(pace.data_interval(), Duration::from_nanos(16_666_667));
        }
    }

    #[test]
    fn answers_to_input_wait_for_the_refresh_alone() {
        let mut pace = Pace::new(true, None, 2);
        let now = Instant::now();
        pace.drew_chrome(now, drawn(300));
        assert_eq!(
            pace.next_answer(),
            Some(now + Duration::from_nanos(16_666_667))
        );
        pace.drew_chrome(now, drawn(300));
        assert!(pace.next_chrome() > Some(now + ms(4000)));
        // An answer shows the newest data too.
        assert!(pace.next_data() >= pace.next_answer());
    }

    #[test]
    fn one_dear_frame_does_not_starve_the_data() {
        let mut pace = Pace::new(true, None, 2);
        let start = Instant::now();
        // Shaders are compiled in the first frames; then all is cheap, and chrome comes twice a second.
        pace.drew_chrome(start, drawn(900));
        pace.drew_data(start + ms(20), drawn(900));
        assert!(pace.next_data() <= Some(start + ms(1_100)));
        assert!(pace.next_chrome() <= Some(start + ms(1_100)));
        for tick in 0..20 {
            pace.drew_chrome(start + ms(1_100 + tick * 500), drawn(20));
        }
        assert!(pace.next_data() <= Some(start + ms(10_700)));
        pace.drew_data(start + ms(10_700), drawn(4));
        assert!(pace.data_interval() < ms(100));
    }

    #[test]
    fn the_rate_follows_a_cost_that_changes() {
        let mut pace = Pace::new(true, None, 2);
        let start = Instant::now();
        for tick in 0..50 {
            pace.drew_data(start + ms(tick * 100), drawn(20));
        }
        let slow = pace.data_interval();
        for tick in 50..100 {
            pace.drew_data(start + ms(tick * 100), drawn(2));
        }
        assert!(pace.data_interval() < slow / 5);
    }

    #[test]
    fn the_share_is_what_was_spent_and_fades() {
        let mut pace = Pace::new(true, None, 4);
        let start = Instant::now();
        for tick in 0..600 {
            pace.drew_data(start + ms(tick * 100), drawn(10));
        }
        let end = start + ms(60_000);
        assert!((pace.share(end) - 0.1).abs() < 0.01, "{}", pace.share(end));
        assert!(pace.share(end + ms(30_000)) < 0.001);
    }

    proptest! {
        #[test]
        fn any_costs_give_waits_that_end(
            costs in proptest::collection::vec((0u64..20_000, 0u64..20_000, any::<bool>()), 1..40),
            is_software in any::<bool>(),
            cores in 0usize..256,
        ) {
            let mut pace = Pace::new(is_software, None, cores);
            let start = Instant::now();
            for (index, (thread, adapter, is_chrome)) in costs.into_iter().enumerate() {
                let at = start + ms(index as u64);
                let cost = Cost { thread: ms(thread), adapter: ms(adapter) };
                if is_chrome { pace.drew_chrome(at, cost) } else { pace.drew_data(at, cost) }
                prop_assert!(pace.data_interval() <= LONGEST.max(pace.refresh));
                prop_assert!(pace.chrome_interval() <= LONGEST);
                prop_assert!((0.0..=1.0).contains(&pace.share(at)));
            }
        }
    }
}
