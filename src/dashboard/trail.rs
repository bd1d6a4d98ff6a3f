//! The way back: steps of zooming and moving, each of which its opposite undoes to the last bit.
//!
//! In come steps with what was seen before and after them; out comes what to see again. The one idea: the opposite of the last
//! step is not computed (x ÷ f × f is seldom x), it is looked up. Whatever else changes what is seen cuts the trail.

use std::collections::VecDeque;

use crate::scene::PanelId;

/// Steps that are remembered.
const MOST: usize = 4096;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Zooms horizontally.
    ZoomX,
    /// Zooms vertically.
    ZoomY,
    /// Zooms both ways.
    Zoom,
    /// Moves horizontally.
    MoveX,
}

/// A step of zooming or moving.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub kind: Kind,
    /// Where in the window it is taken: labels that grow move a plot under a pointer that stays.
    pub from: [f32; 2],
    /// What stays where it is, as shares of the plot from its lower left corner.
    pub anchor: [f32; 2],
    /// The logarithm of how many times as large things get, or the share of what is visible that it moves on by.
    pub amount: f64,
}

impl Step {
    /// Whether it undoes another: as much the other way, from the same place.
    fn undoes(self, other: Self) -> bool {
        self.kind == other.kind && self.from == other.from && self.amount == -other.amount
    }

    /// Whether it goes nearer.
    fn is_nearer(self) -> bool {
        self.kind != Kind::MoveX && self.amount > 0.0
    }
}

/// The steps taken since something else changed what is seen.
#[derive(Clone, Debug)]
pub(super) struct Trail<S> {
    steps: VecDeque<(PanelId, Step, S)>,
    /// What the last of them led to.
    tip: Option<S>,
}

impl<S> Default for Trail<S> {
    fn default() -> Self {
        Self {
            steps: VecDeque::new(),
            tip: None,
        }
    }
}

impl<S: Copy + PartialEq> Trail<S> {
    /// What was seen before the last step, where `step` undoes it and nothing has come between.
    pub(super) fn back(&mut self, panel: PanelId, step: Step, present: S) -> Option<S> {
        if self.tip != Some(present) {
            self.clear();
        }
        let (of, last, before) = *self.steps.back()?;
        if of != panel || !step.undoes(last) {
            return None;
        }
        self.steps.pop_back();
        self.tip = Some(before);
        Some(before)
    }

    /// Remembers a step. One without an effect is none, but for a step nearer that the finest range refuses: as many steps
    /// back lead out again.
    pub(super) fn take(&mut self, panel: PanelId, step: Step, before: S, after: S) {
        if before == after && !step.is_nearer() {
            return;
        }
        if self.steps.len() == MOST {
            self.steps.pop_front();
        }
        self.steps.push_back((panel, step, before));
        self.tip = Some(after);
    }

    /// Forgets all steps.
    pub(super) fn clear(&mut self) {
        self.steps.clear();
        self.tip = None;
    }
}
