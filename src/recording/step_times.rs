//! When each step was: for points that are reported later than their step.
//!
//! Exact for the last [`CAPACITY`] / 2 marks at least. Older ones are thinned, and what was between two marks that are left
//! is put there by its step's share of the way: 1 MiB for a run of any length.

use crate::message::{Step, StepMark, Timestamp};

/// Marks kept at most.
const CAPACITY: usize = 1 << 16;

/// The times of a run's steps.
#[derive(Debug, Default)]
pub(super) struct StepTimes {
    /// By step, each once.
    marks: Vec<StepMark>,
}

impl StepTimes {
    /// Remembers when a step was. Of two marks of a step the later one holds.
    pub(super) fn mark(&mut self, mark: StepMark) {
        if self.marks.len() == CAPACITY {
            self.thin();
        }
        match self.marks.last() {
            Some(last) if mark.step <= last.step => {
                match self
                    .marks
                    .binary_search_by_key(&mark.step, |known| known.step)
                {
                    Ok(at) => self.marks[at] = mark,
                    Err(at) => self.marks.insert(at, mark),
                }
            }
            _ => self.marks.push(mark),
        }
    }

    /// Every second mark of the older half goes, but never the first.
    fn thin(&mut self) {
        let mut index = 0;
        self.marks.retain(|_| {
            index += 1;
            index > CAPACITY / 2 || index % 2 == 1
        });
    }

    /// When `step` was; `arrival` for a step that is later than any mark, or where there is none.
    pub(super) fn at(&self, step: Step, arrival: Timestamp) -> Timestamp {
        match self.marks.last() {
            None => return arrival,
            Some(last) if step > last.step => return arrival,
            Some(last) if step == last.step => return last.time,
            Some(_) => {}
        }
        let after = self.marks.partition_point(|mark| mark.step < step);
        let next = self.marks[after];
        if next.step == step || after == 0 {
            return next.time;
        }
        let before = self.marks[after - 1];
        let share = (step - before.step) as f64 / (next.step - before.step) as f64;
        between(before.time, next.time, share)
    }
}

/// The moment at `share` of the way from one to the other, which may be the earlier one where a run went back.
fn between(from: Timestamp, to: Timestamp, share: f64) -> Timestamp {
    let (from, to) = (from.unix_ns(), to.unix_ns());
    let way = (from.abs_diff(to) as f64 * share).round();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the share is within 0 and 1, and a float too large saturates"
    )]
    let way = way as u64;
    Timestamp::from_unix_ns(if to >= from {
        from.saturating_add(way)
    } else {
        from.saturating_sub(way)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(step: Step, ns: u64) -> StepMark {
        StepMark {
            step,
            time: Timestamp::from_unix_ns(ns),
        }
    }

    fn at(times: &StepTimes, step: Step) -> u64 {
        times.at(step, Timestamp::from_unix_ns(u64::MAX)).unix_ns()
    }

    #[test]
    fn recent_steps_are_exact_and_unknown_ones_are_now() {
        let mut times = StepTimes::default();
        assert_eq!(at(&times, 0), u64::MAX);
        times.mark(mark(10, 1000));
        times.mark(mark(20, 2000));
        times.mark(mark(15, 1600));
        assert_eq!(at(&times, 10), 1000);
        assert_eq!(at(&times, 15), 1600);
        assert_eq!(at(&times, 20), 2000);
        assert_eq!(at(&times, 21), u64::MAX);
        assert_eq!(at(&times, 0), 1000);
        assert_eq!(at(&times, 18), 1840);
        times.mark(mark(15, 3000));
        assert_eq!(at(&times, 15), 3000);
        assert_eq!(at(&times, 16), 2800);
    }

    #[test]
    fn a_long_run_takes_little_memory_and_old_steps_stay_close() {
        let mut times = StepTimes::default();
        let steps = CAPACITY as u64 * 20;
        for step in 1..=steps {
            times.mark(mark(step, step * 1000));
        }
        assert!(times.marks.len() <= CAPACITY);
        assert!(times.marks.capacity() <= CAPACITY);
        for step in 1..=steps {
            assert_eq!(at(&times, step), step * 1000);
        }
    }
}
