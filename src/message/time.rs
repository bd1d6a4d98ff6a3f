//! Points in time: absolute like the wall clock, steady like the monotonic one.
//!
//! The wall clock is read once a process; every later stamp adds what the monotonic clock says since then. So a stamp can
//! be printed as a date and two stamps can be subtracted without a jump when the wall clock is set.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds since the Unix epoch, in the order they happened within one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// Where this process's stamps start: the two clocks, read together.
fn origin() -> &'static (Instant, u64) {
    static ORIGIN: OnceLock<(Instant, u64)> = OnceLock::new();
    ORIGIN.get_or_init(|| {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        (Instant::now(), nanoseconds(wall))
    })
}

/// A duration as whole nanoseconds, saturating after 584 years.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Timestamp {
    /// The present moment.
    #[must_use]
    pub fn now() -> Self {
        let (start, wall_ns) = origin();
        Self(wall_ns.saturating_add(nanoseconds(start.elapsed())))
    }

    /// A stamp from nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn from_unix_ns(ns: u64) -> Self {
        Self(ns)
    }

    /// Nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn unix_ns(self) -> u64 {
        self.0
    }

    /// Seconds since the Unix epoch, as TensorBoard's event files store them.
    #[must_use]
    pub fn unix_seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The time from `earlier` to this stamp; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The same moment as the standard library's wall-clock type.
    #[must_use]
    pub fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_never_go_back() {
        let stamps: Vec<_> = (0..1000).map(|_| Timestamp::now()).collect();
        assert!(stamps.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn since_saturates_at_zero() {
        let early = Timestamp::from_unix_ns(5);
        let late = Timestamp::from_unix_ns(12);
        assert_eq!(late.since(early), Duration::from_nanos(7));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
