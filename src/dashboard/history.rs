//! Views that were left, to come back to.
//!
//! In comes what is chosen after every layout, out comes what was chosen before. What one gesture changes, a turn of the wheel
//! or a drag, is one entry; where a gesture ends is said by input, not by a clock.

use std::collections::VecDeque;

use crate::scene::PanelId;

/// Views that are kept.
const MOST: usize = 100;

/// What goes on over several layouts and is undone as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gesture {
    /// A button of the mouse is down.
    Held,
    /// The wheel turns over a panel.
    Wheel(Option<PanelId>),
}

/// What was chosen, before and after what is chosen now.
#[derive(Clone, Debug)]
pub(super) struct History<S> {
    past: VecDeque<S>,
    present: Option<S>,
    future: Vec<S>,
    /// The gesture that the present came about by, while it goes on.
    open: Option<Gesture>,
}

impl<S> Default for History<S> {
    fn default() -> Self {
        Self {
            past: VecDeque::new(),
            present: None,
            future: Vec::new(),
            open: None,
        }
    }
}

impl<S: PartialEq> History<S> {
    /// Notes what is chosen, and the gesture by which it was.
    pub(super) fn note(&mut self, chosen: S, gesture: Option<Gesture>) {
        if self.present.as_ref() == Some(&chosen) {
            return;
        }
        let before = self.present.replace(chosen);
        let Some(before) = before else {
            return;
        };
        let goes_on = gesture.is_some() && gesture == self.open;
        if !goes_on {
            if self.past.len() == MOST {
                self.past.pop_front();
            }
            self.past.push_back(before);
        }
        self.future.clear();
        self.open = gesture;
    }

    /// What changes next is an entry of its own.
    pub(super) const fn close(&mut self) {
        self.open = None;
    }

    /// What was chosen before.
    pub(super) fn undo(&mut self) -> Option<&S> {
        let before = self.past.pop_back()?;
        self.future.extend(self.present.replace(before));
        self.open = None;
        self.present.as_ref()
    }

    /// What was chosen before the last [`Self::undo`].
    pub(super) fn redo(&mut self) -> Option<&S> {
        let after = self.future.pop()?;
        self.past.extend(self.present.replace(after));
        self.open = None;
        self.present.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wheel(panel: u32) -> Option<Gesture> {
        Some(Gesture::Wheel(Some(PanelId(panel))))
    }

    #[test]
    fn what_one_gesture_changes_is_one_entry() {
        let mut history = History::default();
        history.note(0, None);
        for (chosen, gesture) in [(1, wheel(0)), (2, wheel(0)), (3, wheel(1)), (4, wheel(1))] {
            history.note(chosen, gesture);
        }
        history.close();
        history.note(5, wheel(1));
        assert_eq!(history.undo(), Some(&4));
        assert_eq!(history.undo(), Some(&2));
        assert_eq!(history.undo(), Some(&0));
        assert_eq!(history.undo(), None);
        assert_eq!(history.redo(), Some(&2));
        history.note(9, None);
        assert_eq!(history.redo(), None);
        assert_eq!(history.undo(), Some(&2));
    }

    #[test]
    fn a_hundred_views_are_kept() {
        let mut history = History::default();
        for chosen in 0..1000 {
            history.note(chosen, None);
        }
        let undone = std::iter::from_fn(|| history.undo().copied()).collect::<Vec<_>>();
        assert_eq!(undone.len(), MOST);
        assert_eq!(undone.last(), Some(&899));
    }

    proptest! {
        #[test]
        fn undone_all_the_way_and_redone_nothing_is_lost(
            chosen in prop::collection::vec((0..4_u8, 0..4_u32), 1..90),
        ) {
            let mut history = History::default();
            for (chosen, gesture) in &chosen {
                history.note(*chosen, wheel(*gesture).filter(|_| *gesture > 0));
            }
            let mut first = chosen[0].0;
            while let Some(before) = history.undo() {
                first = *before;
            }
            prop_assert_eq!(first, chosen[0].0);
            let mut last = first;
            while let Some(after) = history.redo() {
                last = *after;
            }
            prop_assert_eq!(last, chosen[chosen.len() - 1].0);
        }
    }
}
