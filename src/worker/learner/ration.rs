//! Text that may come with every step, told now and then.
//!
//! A text metric and an event of burn's can come a thousand times a second; a log with a thousand lines a second tells nothing.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The least time between two lines about the same thing.
const REST: Duration = Duration::from_secs(1);

/// What was told, by what it was about.
#[derive(Debug, Default)]
pub(super) struct Ration {
    told: HashMap<String, Told>,
}

#[derive(Debug)]
struct Told {
    at: Instant,
    text: String,
    /// How often the same came since then.
    untold: u64,
}

impl Ration {
    /// Whether a new text about `about` is to be told: it is another than the last, and the last was told some time ago.
    pub(super) fn admits(&mut self, about: &str, text: &str, now: Instant) -> bool {
        match self.told.get_mut(about) {
            Some(told) => {
                let is_due = told.text != text && now.duration_since(told.at) >= REST;
                if is_due {
                    told.at = now;
                    text.clone_into(&mut told.text);
                }
                is_due
            }
            None => {
                self.note(about, text, now);
                true
            }
        }
    }

    /// Notes what is told in any case.
    pub(super) fn note(&mut self, about: &str, text: &str, now: Instant) {
        let told = Told {
            at: now,
            text: text.to_owned(),
            untold: 0,
        };
        self.told.insert(about.to_owned(), told);
    }

    /// Counts an event; tells how many of the kind are to be told now, if any.
    pub(super) fn count(&mut self, event: &str, now: Instant) -> Option<u64> {
        let Some(told) = self.told.get_mut(event) else {
            self.note(event, "", now);
            return Some(1);
        };
        told.untold += 1;
        (now.duration_since(told.at) >= REST).then(|| {
            told.at = now;
            std::mem::take(&mut told.untold)
        })
    }

    /// The events that were counted and not told, by name.
    pub(super) fn rest(&mut self) -> Vec<(String, u64)> {
        let mut rest: Vec<(String, u64)> = self
            .told
            .iter_mut()
            .filter(|(_, told)| told.untold > 0)
            .map(|(event, told)| (event.clone(), std::mem::take(&mut told.untold)))
            .collect();
        rest.sort();
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_when_it_changes_but_not_all_the_time() {
        let mut ration = Ration::default();
        let start = Instant::now();
        let later = start + REST;
        assert!(ration.admits("loss", "1", start));
        assert!(!ration.admits("loss", "2", start));
        assert!(ration.admits("accuracy", "2", start));
        assert!(!ration.admits("loss", "1", later));
        assert!(ration.admits("loss", "2", later));
    }

    #[test]
    fn every_event_is_counted() {
        let mut ration = Ration::default();
        let start = Instant::now();
        assert_eq!(ration.count("reset", start), Some(1));
        assert_eq!(ration.count("reset", start), None);
        assert_eq!(ration.count("reset", start + REST), Some(2));
        assert_eq!(ration.count("reset", start + REST), None);
        assert_eq!(ration.rest(), [("reset".to_owned(), 1)]);
        assert!(ration.rest().is_empty());
    }
}
