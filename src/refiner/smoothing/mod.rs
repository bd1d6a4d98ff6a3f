//! The smoothed twin of a history, which is made part by part and of which hardly anything is kept.
//!
//! In come the raw values, a [`Smoothing`] and which points are visible; out comes a [`Curve`], which is traced as raw values
//! are. The one idea: any 256 points can be smoothed again in a microsecond from the raw values and what a mean remembered
//! before them. So of each such group only its extremes and that memory are kept, with a pyramid above; whoever needs single
//! values (the edges of pixel columns, the neighbourhood of gaps) gets them made again. That takes (12 + 16) / 256 bytes a
//! point, what is above, and an eighth in reserve: 0.13 bytes (measured) beside a raw scalar's 4.55, which may be 5.1. A
//! running average has no memory, and the groups' sums instead if its window is long: 0.06 or 0.13 bytes. Only a Gaussian's
//! values are kept, 4.1 bytes a point: one takes as many additions as its kernel is long.
//!
//! The newest visible part is made first, in pieces, each within a scene's [`Budget`]. A mean is begun in the middle of a
//! history a little before, where what it has forgotten no longer counts ([`means`]): what it then says differs from a mean
//! begun at the first point by less than a value in single precision is rounded by. What is known is one stretch without a
//! hole. While a view stays, the stretch grows to all points.
//!
//! The points after the last whole group, and those whose windows reach beyond the newest point, are the tail: their values
//! are kept, and those that a new point changes are made anew with it.

mod groups;
mod means;
mod windows;

use std::ops::Range;

use groups::{GROUP, Groups, Node, first, least_and_greatest, lengthen};
use means::{Mean, Memory};
use windows::Window;

use super::course::Curve;
use super::history::History;
use super::pyramid::{At, Found, Run};
use crate::scene::{Scale, Smoothing};

/// Points that a scene may smooth: about a hundredth of a second.
const POINTS_A_SCENE: usize = 3 << 20;
/// Groups that are made at once. A line that has more to do gets one such piece from every scene, however many lines there are.
const PIECE: usize = 1024;
/// New points that cost more than that, in points of an exponential mean, are taken in by pieces.
const MANY: usize = 1 << 20;

/// What a scene may still spend on smoothing.
#[derive(Debug)]
pub(super) struct Budget {
    /// In points of an exponential mean.
    left: usize,
    /// Groups that are made at once.
    piece: usize,
    is_short: bool,
}

impl Budget {
    /// A scene's.
    pub(super) const fn of_a_scene() -> Self {
        Self::new(POINTS_A_SCENE, PIECE)
    }

    const fn new(left: usize, piece: usize) -> Self {
        Self {
            left,
            piece,
            is_short: false,
        }
    }

    /// Whether something was left undone: the next scene will show more.
    pub(super) const fn is_short(&self) -> bool {
        self.is_short
    }

    const fn spend(&mut self, points: usize) {
        self.left = self.left.saturating_sub(points);
    }
}

/// What makes smoothed values.
#[derive(Clone, Debug)]
enum Maker {
    /// From what is remembered before each group.
    Mean(Mean, Vec<Memory>),
    /// From the raw values around. Each group's values, where they are kept.
    Window(Window, Vec<Box<[f32]>>),
}

impl Maker {
    fn new(smoothing: Smoothing) -> Self {
        match smoothing {
            Smoothing::Ema { weight } => Self::Mean(Mean::ByPoint(weight), Vec::new()),
            Smoothing::TimeWeightedEma { weight } => Self::Mean(Mean::ByStep(weight), Vec::new()),
            Smoothing::Gaussian { sigma } => Self::Window(Window::bell(sigma), Vec::new()),
            Smoothing::RunningAverage { points } => Self::Window(Window::even(points), Vec::new()),
        }
    }

    /// How many of the points to come a value depends on.
    const fn ahead(&self) -> usize {
        match self {
            Self::Mean(..) => 0,
            Self::Window(window, _) => window.half(),
        }
    }

    /// What a point costs, in points of an exponential mean.
    const fn cost(&self) -> usize {
        match self {
            Self::Mean(..) => 1,
            Self::Window(window, _) => window.cost(),
        }
    }
}

/// The part that is to be made next.
enum Part {
    /// The groups after those that are known.
    After(Range<usize>),
    /// Those before them.
    Before(Range<usize>),
    /// What comes after the last group.
    Tail,
}

/// What is kept of a history's smoothed values.
#[derive(Clone, Debug)]
pub(super) struct Smoothed {
    smoothing: Smoothing,
    edits: u64,
    maker: Maker,
    /// Extremes of the groups that are known.
    groups: Groups,
    known: Range<usize>,
    /// What a mean remembers after the known groups.
    memory: Memory,
    /// The values after the last whole group, and what a mean remembers after them. `None` until they are made.
    tail: Option<(Vec<f32>, Memory)>,
    /// How many raw points there were.
    seen: usize,
    /// Nothing is known yet, nor where to begin.
    is_new: bool,
    /// It goes from the first point to the last, whatever is visible.
    is_in_order: bool,
}

impl Default for Smoothed {
    fn default() -> Self {
        Self::new(Smoothing::NONE, 0)
    }
}

impl Smoothed {
    fn new(smoothing: Smoothing, edits: u64) -> Self {
        Self {
            smoothing,
            edits,
            maker: Maker::new(smoothing),
            groups: Groups::default(),
            known: 0..0,
            memory: Memory::default(),
            tail: None,
            seen: 0,
            is_new: true,
            is_in_order: false,
        }
    }

    /// Brings it up to date with `raw`, as far as the budget goes, the newest of the `visible` points first. The points known
    /// before whose index is below what it gives have their values still.
    pub(super) fn update(
        &mut self,
        raw: &History,
        smoothing: Smoothing,
        visible: &Range<usize>,
        budget: &mut Budget,
    ) -> usize {
        let is_same = self.smoothing == smoothing && self.edits == raw.edits();
        if !is_same || self.seen > raw.len() {
            *self = Self::new(smoothing, raw.edits());
        }
        let is_apart = || {
            let known = self.points();
            visible.end <= known.start || visible.start >= known.end
        };
        let is_free = !self.is_complete() && !self.is_new && !self.is_in_order;
        if is_free && !visible.is_empty() && is_apart() {
            // It would be long until what is known reached what is seen.
            *self = Self::new(smoothing, raw.edits());
        }
        let fixed = self.seen - self.seen.min(self.maker.ahead());
        let stands = self.points().end.min(fixed);
        let added = raw.len() - self.seen;
        self.seen = raw.len();
        if added > 0 && self.tail.is_some() {
            if added * self.maker.cost() > MANY {
                self.tail = None;
            } else {
                self.follow(raw, added, budget);
            }
        }
        if self.is_new {
            self.begin(raw, visible, budget);
        }
        let mut is_first = true;
        while let Some(part) = self.next(visible, budget) {
            let is_tail = matches!(part, Part::Tail);
            if budget.left == 0 && !is_first && !is_tail {
                budget.is_short = true;
                break;
            }
            is_first &= is_tail;
            self.make(raw, part, budget);
        }
        stands
    }

    /// The points whose values are known.
    fn points(&self) -> Range<usize> {
        let tail = self.tail.as_ref().map_or(0, |(values, _)| values.len());
        self.known.start * GROUP..self.known.end * GROUP + tail
    }

    const fn is_complete(&self) -> bool {
        self.known.start == 0 && self.tail.is_some()
    }

    /// How many groups there are whose values will not change.
    const fn whole_groups(&self) -> usize {
        let ahead = self.maker.ahead();
        self.seen.saturating_sub(ahead) / GROUP
    }

    /// Decides where to begin.
    fn begin(&mut self, raw: &History, visible: &Range<usize>, budget: &mut Budget) {
        self.is_new = false;
        let whole = self.whole_groups();
        let end = visible.end.div_ceil(GROUP).min(whole);
        if let Maker::Mean(mean, _) = self.maker {
            // What is soon done is done in order: so it is exact.
            let begun = (whole > budget.piece).then(|| mean.at(raw, end * GROUP));
            if let Some((memory, looked_at)) = begun.flatten() {
                budget.spend(looked_at);
                self.memory = memory;
            } else {
                self.is_in_order = true;
                self.memory = mean.begin();
                return;
            }
        }
        self.known = end..end;
    }

    /// What is to be made next: what is visible, from the newest back, and then the rest.
    fn next(&self, visible: &Range<usize>, budget: &Budget) -> Option<Part> {
        let Range { start, end } = self.known;
        let whole = self.whole_groups();
        let piece = (budget.piece / self.maker.cost()).max(1);
        let after = || {
            if end < whole {
                Part::After(end..whole.min(end + piece))
            } else {
                Part::Tail
            }
        };
        let before = || Part::Before(start.saturating_sub(piece)..start);
        if self.tail.is_none() && visible.end > end * GROUP {
            Some(after())
        } else if visible.start < start * GROUP {
            Some(before())
        } else if self.tail.is_none() {
            Some(after())
        } else {
            (start > 0).then(before)
        }
    }

    fn make(&mut self, raw: &History, part: Part, budget: &mut Budget) {
        match part {
            Part::Tail => {
                let first = self.known.end * GROUP;
                budget.spend((self.seen - first) * self.maker.cost());
                let mut memory = self.memory;
                let mut values = Vec::with_capacity(GROUP);
                match &mut self.maker {
                    Maker::Mean(mean, _) => {
                        let points = first..self.seen;
                        mean.go(raw, points, &mut memory, |value| values.push(value));
                    }
                    Maker::Window(window, _) => {
                        window.prepare(raw, first..self.seen);
                        values.resize(self.seen - first, 0.0);
                        for (made, group) in values.chunks_mut(GROUP).zip(self.known.end..) {
                            window.make(raw, group, made);
                        }
                    }
                }
                self.tail = Some((values, memory));
            }
            Part::After(groups) => {
                let memory = self.make_groups(raw, groups.clone(), self.memory, budget);
                self.memory = memory;
                self.known.end = groups.end;
                self.groups.sum_up(self.known.clone(), groups);
            }
            Part::Before(groups) => {
                let mut memory = self.memory;
                if let Maker::Mean(mean, _) = self.maker {
                    let Some((begun, looked_at)) = mean.at(raw, groups.start * GROUP) else {
                        // It remembers more than is worth looking at again and again.
                        *self = Self {
                            seen: self.seen,
                            is_new: false,
                            is_in_order: true,
                            memory: mean.begin(),
                            ..Self::new(self.smoothing, self.edits)
                        };
                        return;
                    };
                    budget.spend(looked_at);
                    memory = begun;
                }
                self.make_groups(raw, groups.clone(), memory, budget);
                self.known.start = groups.start;
                self.groups.sum_up(self.known.clone(), groups);
            }
        }
    }

    /// Makes some groups, from what a mean remembers before them. Gives what it remembers after them.
    fn make_groups(
        &mut self,
        raw: &History,
        groups: Range<usize>,
        mut memory: Memory,
        budget: &mut Budget,
    ) -> Memory {
        budget.spend(groups.len() * GROUP * self.maker.cost());
        let mut values = [0.0; GROUP];
        match &mut self.maker {
            Maker::Mean(mean, memories) => {
                lengthen(memories, groups.end, Memory::default());
                for group in groups {
                    memories[group] = memory;
                    let mut slots = values.iter_mut();
                    mean.go(raw, points_of(group), &mut memory, |value| {
                        if let Some(slot) = slots.next() {
                            *slot = value;
                        }
                    });
                    self.groups.set(group, Node::of(&values));
                }
            }
            Maker::Window(window, kept) => {
                window.prepare(raw, groups.start * GROUP..groups.end * GROUP);
                let is_kept = matches!(window, Window::Bell(_));
                if is_kept {
                    lengthen(kept, groups.end, Box::default());
                }
                for group in groups {
                    window.make(raw, group, &mut values);
                    self.groups.set(group, Node::of(&values));
                    if is_kept {
                        kept[group] = values.into();
                    }
                }
            }
        }
        memory
    }

    /// Takes in points that were added after the tail.
    fn follow(&mut self, raw: &History, added: usize, budget: &mut Budget) {
        let whole = self.known.end..self.whole_groups();
        let Maker::Mean(mean, _) = &self.maker else {
            // What windows reach into the new points is made anew.
            self.tail = None;
            if !whole.is_empty() {
                self.make(raw, Part::After(whole), budget);
            }
            self.make(raw, Part::Tail, budget);
            return;
        };
        if !whole.is_empty() {
            self.tail = None;
            self.make(raw, Part::After(whole), budget);
            self.make(raw, Part::Tail, budget);
        } else if let Some((values, memory)) = &mut self.tail {
            let new = self.seen - added..self.seen;
            mean.go(raw, new, memory, |value| values.push(value));
        }
    }
}

/// The points of a group.
const fn points_of(group: usize) -> Range<usize> {
    group * GROUP..(group + 1) * GROUP
}

/// The line through smoothed values.
#[derive(Clone, Copy, Debug)]
pub(super) struct SmoothedCurve<'a> {
    pub(super) smoothed: &'a Smoothed,
    pub(super) raw: &'a History,
}

impl SmoothedCurve<'_> {
    /// The value of a point, if it is known already.
    pub(super) fn at(self, index: usize) -> Option<f32> {
        let is_of_raw =
            self.smoothed.edits == self.raw.edits() && self.smoothed.seen == self.raw.len();
        let is_known = is_of_raw && self.smoothed.points().contains(&index);
        is_known.then(|| Reader::new(self).at(index).value)
    }
}

impl Curve for SmoothedCurve<'_> {
    fn known(self) -> Range<usize> {
        self.smoothed.points()
    }

    fn each(self, range: Range<usize>, visit: impl FnMut(f32)) {
        Reader::new(self).each(range, visit);
    }

    fn extremes(self, bounds: &[usize], scale: Scale) -> Vec<Option<Run>> {
        let mut reader = Reader::new(self);
        bounds
            .windows(2)
            .map(|ends| reader.run(ends[0]..ends[1], scale))
            .collect()
    }

    fn walk(self, range: Range<usize>, scale: Scale, visit: impl FnMut(Found)) {
        let walk = Walk {
            ends: Reader::new(self),
            scale,
            visit,
            run: None,
            is_in_gap: false,
        };
        walk.over(range);
    }
}

/// Reads single values, a group at a time.
struct Reader<'a> {
    curve: SmoothedCurve<'a>,
    /// The group that was made again last.
    group: Option<usize>,
    values: [f32; GROUP],
}

impl<'a> Reader<'a> {
    const fn new(curve: SmoothedCurve<'a>) -> Self {
        Self {
            curve,
            group: None,
            values: [0.0; GROUP],
        }
    }

    /// The values of a group, all of which are known.
    fn group(&mut self, group: usize) -> &[f32] {
        let SmoothedCurve { smoothed, raw } = self.curve;
        if let Maker::Window(Window::Bell(_), kept) = &smoothed.maker {
            return &kept[group];
        }
        if self.group != Some(group) {
            self.group = Some(group);
            match &smoothed.maker {
                Maker::Mean(mean, memories) => {
                    let mut slots = self.values.iter_mut();
                    mean.go(raw, points_of(group), &mut { memories[group] }, |value| {
                        if let Some(slot) = slots.next() {
                            *slot = value;
                        }
                    });
                }
                Maker::Window(window, _) => window.make(raw, group, &mut self.values),
            }
        }
        &self.values
    }

    /// The values from a point on, as many as lie together up to `end`.
    fn from(&mut self, start: usize, end: usize) -> &[f32] {
        let smoothed = self.curve.smoothed;
        let tail = smoothed.known.end * GROUP;
        if start >= tail {
            let values = smoothed.tail.as_ref().map_or(&[][..], |(values, _)| values);
            return &values[start - tail..end - tail];
        }
        let (group, first) = (start / GROUP, start % GROUP);
        let count = (end - start).min(GROUP - first);
        &self.group(group)[first..first + count]
    }

    fn at(&mut self, index: usize) -> At {
        let value = self.from(index, index + 1)[0];
        At { index, value }
    }

    fn each(&mut self, range: Range<usize>, mut visit: impl FnMut(f32)) {
        let Range { mut start, end } = range;
        while start < end {
            let values = self.from(start, end);
            start += values.len();
            values.iter().copied().for_each(&mut visit);
        }
    }

    /// The whole groups of a range.
    fn groups_in(&self, range: &Range<usize>) -> Range<usize> {
        let start = range.start.div_ceil(GROUP);
        start
            ..(range.end / GROUP)
                .min(self.curve.smoothed.known.end)
                .max(start)
    }

    /// What is found in a range that is one run; `None` if it is not.
    fn run(&mut self, range: Range<usize>, scale: Scale) -> Option<Run> {
        let groups = self.groups_in(&range);
        let first = self.at(range.start);
        let mut run = Run {
            first,
            lowest: first,
            highest: first,
            last: first,
        };
        let middle = if groups.is_empty() {
            range.end..range.end
        } else {
            groups.start * GROUP..groups.end * GROUP
        };
        self.look_at(range.start..middle.start, scale, &mut run)?;
        if !groups.is_empty() {
            let extent = self.curve.smoothed.groups.extent(groups);
            if extent.has_gap || !scale.shows(extent.low.1) {
                return None;
            }
            if extent.low.1 < run.lowest.value {
                let (index, value) = extent.low;
                run.lowest = At { index, value };
            }
            if extent.high.1 > run.highest.value {
                let (index, value) = extent.high;
                run.highest = At { index, value };
            }
        }
        self.look_at(middle.end..range.end, scale, &mut run)?;
        run.last = self.at(range.end - 1);
        Some(run)
    }

    /// Takes single values into a run, if all of them can be shown.
    fn look_at(&mut self, range: Range<usize>, scale: Scale, run: &mut Run) -> Option<()> {
        let Range { mut start, end } = range;
        while start < end {
            let values = self.from(start, end);
            let [low, high] = least_and_greatest(values).filter(|[low, _]| scale.shows(*low))?;
            let at = |value| At {
                index: start + first(values, value),
                value,
            };
            if low < run.lowest.value {
                run.lowest = at(low);
            }
            if high > run.highest.value {
                run.highest = at(high);
            }
            start += values.len();
        }
        Some(())
    }
}

/// A run whose end is not seen yet.
#[derive(Clone, Copy)]
struct OpenRun {
    first: usize,
    lowest: At,
    highest: At,
}

/// A walk over smoothed values.
struct Walk<'a, F> {
    /// Reads the ends of runs.
    ends: Reader<'a>,
    scale: Scale,
    visit: F,
    run: Option<OpenRun>,
    is_in_gap: bool,
}

impl<F: FnMut(Found)> Walk<'_, F> {
    fn over(mut self, range: Range<usize>) {
        let curve = self.ends.curve;
        let mut reader = Reader::new(curve);
        let groups = self.ends.groups_in(&range);
        let mut index = range.start;
        while index < range.end {
            let group = index / GROUP;
            if index.is_multiple_of(GROUP) && groups.contains(&group) {
                let end = index + GROUP;
                let node = curve.smoothed.groups.at(group);
                if !self.scale.shows(node.high) {
                    // Nor is any other; where there is no value at all, this is an infinity.
                    self.gap(index);
                    index = end;
                    continue;
                }
                if !node.has_gap && self.scale.shows(node.low) {
                    let extent = curve.smoothed.groups.extent(group..group + 1);
                    let at = |(index, value)| At { index, value };
                    self.extend(index, at(extent.low), at(extent.high));
                    index = end;
                    continue;
                }
            }
            for value in reader.from(index, range.end.min((group + 1) * GROUP)) {
                if self.scale.shows(*value) {
                    let value = *value;
                    self.extend(index, At { index, value }, At { index, value });
                } else {
                    self.gap(index);
                }
                index += 1;
            }
        }
        self.end_run(range.end);
    }

    fn extend(&mut self, first: usize, lowest: At, highest: At) {
        self.is_in_gap = false;
        let run = self.run.get_or_insert(OpenRun {
            first,
            lowest,
            highest,
        });
        if lowest.value < run.lowest.value {
            run.lowest = lowest;
        }
        if highest.value > run.highest.value {
            run.highest = highest;
        }
    }

    fn gap(&mut self, first: usize) {
        self.end_run(first);
        if !self.is_in_gap {
            self.is_in_gap = true;
            (self.visit)(Found::Gap(first));
        }
    }

    /// The run, if there is one, ends before `end`.
    fn end_run(&mut self, end: usize) {
        if let Some(run) = self.run.take() {
            let found = Run {
                first: self.ends.at(run.first),
                lowest: run.lowest,
                highest: run.highest,
                last: self.ends.at(end - 1),
            };
            (self.visit)(Found::Run(found));
        }
    }
}

#[cfg(test)]
mod tests;
