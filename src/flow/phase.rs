//! How long the phases of a step take.
//!
//! A phase is a guard: what it measures ends where it is dropped. Its series is found in a list of the probe's own, which begins
//! where the last search ended: phases come in the same order step by step, so the first comparison mostly finds it.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use super::probe::Probe;
use crate::message::SeriesId;

/// A phase of a step under way, from [`Probe::phase`]: when it is dropped, its duration is reported.
#[derive(Debug)]
#[must_use = "a phase ends when it is dropped: bind it to a name, `let _phase = …`"]
pub struct Phase<'a> {
    probe: &'a Probe,
    series: SeriesId,
    began: Instant,
}

impl<'a> Phase<'a> {
    #[inline]
    pub(super) fn begin(probe: &'a Probe, series: SeriesId) -> Self {
        Self {
            probe,
            series,
            began: Instant::now(),
        }
    }
}

impl Drop for Phase<'_> {
    #[inline]
    fn drop(&mut self) {
        let seconds = self.began.elapsed().as_secs_f32();
        self.probe.scalar(self.series, seconds);
    }
}

/// The series of phases that a probe has measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Phases {
    known: RefCell<Vec<(Box<str>, SeriesId)>>,
    /// Where the one after the last found stands.
    next: Cell<usize>,
}

impl Phases {
    /// The series of a phase, if it was measured before.
    #[inline]
    pub(super) fn find(&self, name: &str) -> Option<SeriesId> {
        let known = self.known.borrow();
        let (before, from) = known.split_at(self.next.get().min(known.len()));
        let mut all = from.iter().chain(before).zip(0..);
        let ((_, series), distance) = all.find(|((known, _), _)| **known == *name)?;
        self.next.set((before.len() + distance + 1) % known.len());
        Some(*series)
    }

    /// Notes the series of a phase.
    pub(super) fn add(&self, name: &str, series: SeriesId) {
        self.known.borrow_mut().push((name.into(), series));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_found_in_whatever_order_they_come() {
        let phases = Phases::default();
        assert_eq!(phases.find("forward"), None);
        let names = ["load", "forward", "backward", "step"];
        for (name, id) in names.into_iter().zip(0..) {
            phases.add(name, SeriesId(id));
        }
        let order = [0, 1, 2, 3, 0, 1, 2, 3, 3, 2, 1, 0, 2, 2, 0, 3, 1];
        for index in order {
            let found = phases.find(names[index]);
            assert_eq!(found.map(|id| id.0 as usize), Some(index));
        }
        assert_eq!(phases.find("loa"), None);
        assert_eq!(phases.find("load"), Some(SeriesId(0)));
    }
}
