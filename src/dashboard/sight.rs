//! What part of the charts a person looks at: axes, ranges, and what a hand makes of them.
//!
//! Linked panels share a horizontal range; each may have a vertical one of its own. The one idea: ranges are positions on axes,
//! so that a zoom or a pan is arithmetic that is done at once, by the layout that answers the hand. The lines that stand are
//! drawn in the new ranges in the same frame; sharper ones follow when the [`PanelView`]s made from here have reached whoever
//! builds scenes.

use std::collections::HashMap;

use super::trail::{Kind, Step, Trail};
use crate::scene::{Bounds, Panel, PanelId, PanelView, Range, Scale, XAxis, XRange, YRange};

/// The horizontal axes in the order they are gone through.
const AXES: [XAxis; 4] = [
    XAxis::Step,
    XAxis::Epoch,
    XAxis::RelativeTime,
    XAxis::WallTime,
];
/// The vertical ranges in the order they are gone through.
const FITS: [YRange; 4] = [
    YRange::All,
    YRange::Visible,
    YRange::WithoutOutliers,
    YRange::FromZero,
];
/// Nothing is magnified more than so many times its distance from zero: f64 has no more to show.
const FINEST: f64 = 1e-12;
/// Nor to less than this around zero, where values are f32s.
const LEAST_LINEAR: f64 = 1e-60;
/// Values this large have no neighbours.
const LARGEST: f64 = 1e150;
/// The room after the newest point, as a share of what is visible.
const AHEAD: f64 = 0.02;

/// What is seen horizontally.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Across {
    All,
    /// The newest points; as far as is known, they are in the range.
    Newest(Range),
    Part(Range),
}

/// What is seen of one panel vertically.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Upright {
    /// A range of its own, with the scale that it is a range of.
    part: Option<(Scale, Range)>,
    is_log: Option<bool>,
}

/// What is seen, and nothing of how it came about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    axis: XAxis,
    is_log: bool,
    /// What all panels show horizontally, but for those that have their own.
    across: Across,
    /// Horizontal ranges of their own: of panels that are not linked.
    own: HashMap<PanelId, Across>,
    is_linked: bool,
    /// The panel that was moved last since panels are not linked.
    moved: Option<PanelId>,
    /// Whether a range that holds the newest point follows it.
    follows: bool,
    fit: YRange,
    uprights: HashMap<PanelId, Upright>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            axis: XAxis::Step,
            is_log: false,
            across: Across::All,
            own: HashMap::new(),
            is_linked: true,
            moved: None,
            follows: true,
            fit: YRange::All,
            uprights: HashMap::new(),
        }
    }
}

/// What a step of zooming or moving can change.
type Glimpse = (Across, Upright);

/// What part of the charts a person looks at.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    seen: Seen,
    trail: Trail<Glimpse>,
}

impl Sight {
    /// All that is chosen here, to be put back later.
    pub(super) const fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Puts back what was chosen.
    pub(super) fn see(&mut self, seen: Seen) {
        self.seen = seen;
        self.trail.clear();
    }

    /// What the horizontal axis is wished to count.
    pub(super) const fn axis(&self) -> XAxis {
        self.seen.axis
    }

    /// Whether horizontal axes are wished to be logarithmic.
    pub(super) const fn is_x_log(&self) -> bool {
        self.seen.is_log
    }

    /// Whether all panels share their horizontal range.
    pub(super) const fn is_linked(&self) -> bool {
        self.seen.is_linked
    }

    /// Whether a panel's ranges are of the axis that is wished for.
    pub(super) fn agrees(&self, panel: &Panel) -> bool {
        panel.x_axis == self.seen.axis && panel.x_scale == self.seen.axis.scale(self.seen.is_log)
    }

    /// What vertical ranges show where a hand has not chosen one.
    pub(super) const fn fit(&self) -> YRange {
        self.seen.fit
    }

    /// Whether a hand has chosen what is seen of a panel vertically.
    pub(super) fn has_own_y(&self, panel: &Panel) -> bool {
        self.own_y(panel).is_some()
    }

    fn own_y(&self, panel: &Panel) -> Option<Range> {
        let (scale, part) = self.seen.uprights.get(&panel.id)?.part?;
        (scale == panel.scale).then_some(part)
    }

    fn across(&self, panel: PanelId) -> Across {
        let own = self.seen.own.get(&panel);
        own.copied().unwrap_or(self.seen.across)
    }

    fn set_across(&mut self, panel: PanelId, across: Across) {
        if self.seen.is_linked {
            self.seen.across = across;
        } else {
            self.seen.own.insert(panel, across);
            self.seen.moved = Some(panel);
        }
    }

    /// What is visible of a panel; `None` while it has nothing to show.
    pub(super) fn bounds(&self, panel: &Panel) -> Option<Bounds> {
        let fit = panel.fit?;
        let x = match self.across(panel.id) {
            // Its scene was made for another axis: ranges of this one mean nothing there.
            _ if !self.agrees(panel) => fit.x,
            Across::All => panel.whole_x.unwrap_or(fit.x),
            Across::Newest(shown) => {
                let is_answer = panel.x_range == XRange::Newest(shown.span());
                if is_answer { fit.x } else { shown }
            }
            Across::Part(part) => part,
        };
        let y = self.own_y(panel).unwrap_or(fit.y);
        usable(Bounds { x, y })
    }

    /// What whoever builds scenes is told of a panel.
    pub(super) fn view(&self, panel: PanelId, size_px: [u32; 2]) -> PanelView {
        let upright = self.seen.uprights.get(&panel).copied().unwrap_or_default();
        PanelView {
            panel,
            x: match self.across(panel) {
                Across::All => XRange::All,
                Across::Newest(shown) => XRange::Newest(shown.span()),
                Across::Part(part) => XRange::Part(part),
            },
            y: upright
                .part
                .map_or(self.seen.fit, |(_, part)| YRange::Part(part)),
            is_log: upright.is_log,
            size_px,
        }
    }

    /// Sets what horizontal axes count and how; all of it is shown.
    pub(super) fn set_axis(&mut self, axis: XAxis, is_log: bool) {
        self.seen.axis = axis;
        self.seen.is_log = is_log;
        self.show_all_across();
    }

    /// Sets how vertical ranges fit where a hand has not chosen one.
    pub(super) fn set_fit(&mut self, fit: YRange) {
        self.seen.fit = fit;
        for upright in self.seen.uprights.values_mut() {
            upright.part = None;
        }
        self.trail.clear();
    }

    /// The next thing for horizontal axes to count; all of it is shown.
    pub(super) fn next_axis(&mut self) {
        self.seen.axis = after(&AXES, self.seen.axis);
        self.show_all_across();
    }

    /// Logarithmic horizontal axes become linear, others logarithmic; all of them is shown.
    pub(super) fn toggle_x_log(&mut self) {
        self.seen.is_log = !self.seen.is_log;
        self.show_all_across();
    }

    fn show_all_across(&mut self) {
        self.seen.across = Across::All;
        self.seen.own.clear();
        self.seen.follows = true;
        self.trail.clear();
    }

    /// The next way to fit vertical ranges; those that a hand has chosen are given up.
    pub(super) fn next_fit(&mut self) {
        self.seen.fit = after(&FITS, self.seen.fit);
        for upright in self.seen.uprights.values_mut() {
            upright.part = None;
        }
        self.trail.clear();
    }

    /// A logarithmic axis becomes linear, another logarithmic.
    pub(super) fn toggle_log(&mut self, panel: &Panel) {
        let upright = self.seen.uprights.entry(panel.id).or_default();
        upright.is_log = Some(panel.scale == Scale::Linear);
        upright.part = None;
        self.trail.clear();
    }

    /// Shows all of everything.
    pub(super) fn show_all(&mut self) {
        self.show_all_across();
        for upright in self.seen.uprights.values_mut() {
            upright.part = None;
        }
    }

    /// Shows all of a panel, and horizontally of those that are linked with it.
    pub(super) fn show_all_of(&mut self, panel: PanelId) {
        self.show_all_x(panel);
        self.show_all_y(panel);
    }

    /// Shows all of a panel horizontally.
    pub(super) fn show_all_x(&mut self, panel: PanelId) {
        self.set_across(panel, Across::All);
        self.seen.follows = true;
        self.trail.clear();
    }

    /// Gives up the vertical range that a hand has chosen for a panel.
    pub(super) fn show_all_y(&mut self, panel: PanelId) {
        if let Some(upright) = self.seen.uprights.get_mut(&panel) {
            upright.part = None;
        }
        self.trail.clear();
    }

    /// Lets every panel have a horizontal range of its own, or gives all of them that of the one moved last.
    pub(super) fn toggle_links(&mut self) {
        if let Some(moved) = self.seen.moved.take() {
            self.seen.across = self.across(moved);
        }
        self.seen.own.clear();
        self.seen.is_linked = !self.seen.is_linked;
        self.trail.clear();
    }

    /// Whether a panel shows its newest point, and the next ones as they come.
    pub(super) fn is_following(&self, panel: PanelId) -> bool {
        !matches!(self.across(panel), Across::Part(_))
    }

    /// Follows the newest points of a panel, or stays with those that are in sight until told otherwise.
    pub(super) fn toggle_follow(&mut self, panel: &Panel) {
        if !self.is_following(panel.id) {
            self.follow(panel);
        } else if let Some(Bounds { x, .. }) = self.bounds(panel).filter(|_| self.agrees(panel)) {
            self.seen.follows = false;
            self.set_across(panel.id, Across::Part(x));
        }
    }

    /// Shows as much of a panel as now, with its newest point, and follows that.
    pub(super) fn follow(&mut self, panel: &Panel) {
        let x = self.bounds(panel).filter(|_| self.agrees(panel));
        let (Some(Bounds { x, .. }), Some(newest)) = (x, panel.newest_x) else {
            return;
        };
        let end = newest + AHEAD * x.span();
        let range = Range::new(end - x.span(), end);
        if range.start < range.end && range.span().is_finite() {
            self.seen.follows = true;
            self.set_across(panel.id, Across::Newest(range));
        }
    }

    /// Takes a step of zooming or moving; the opposite of the last one leads back to the same bits.
    pub(super) fn step(&mut self, panel: &Panel, step: Step, is_live: bool) {
        let Some(Bounds { x, y }) = self.bounds(panel) else {
            return;
        };
        if !step.amount.is_finite() || step.amount == 0.0 {
            return;
        }
        let before = self.glimpse(panel.id);
        if let Some((across, upright)) = self.trail.back(panel.id, step, before) {
            self.set_across(panel.id, across);
            self.seen.uprights.insert(panel.id, upright);
            return;
        }
        let factor = step.amount.exp();
        let at = |range: Range, share: f32| range.start + f64::from(share) * range.span();
        let [along, up] = step.anchor;
        if matches!(step.kind, Kind::ZoomX | Kind::Zoom) {
            self.look_at_x(panel, zoomed(x, at(x, along), factor), is_live);
        }
        if matches!(step.kind, Kind::ZoomY | Kind::Zoom) {
            self.look_at_y(panel, zoomed(y, at(y, up), factor));
        }
        if step.kind == Kind::MoveX {
            self.look_at_x(panel, moved(x, step.amount * x.span()), is_live);
        }
        let seen = self.glimpse(panel.id);
        self.trail.take(panel.id, step, before, seen);
    }

    fn glimpse(&self, panel: PanelId) -> Glimpse {
        let upright = self.seen.uprights.get(&panel).copied();
        (self.across(panel), upright.unwrap_or_default())
    }

    /// Shows a horizontal range of a panel. One that holds the newest point of what is live follows it; one that holds all
    /// shows all.
    pub(super) fn look_at_x(&mut self, panel: &Panel, range: Range, is_live: bool) {
        let Some(whole) = panel.whole_x.filter(|_| self.agrees(panel)) else {
            return;
        };
        let span = range.span();
        let finest = whole.start.abs().max(whole.end.abs()) * FINEST;
        if !(span.is_finite() && span > finest && whole.span() >= 0.0) {
            return;
        }
        // Not all of it out of sight.
        let middle = range.start + span / 2.0;
        let off = middle - middle.max(whole.start).min(whole.end);
        let range = moved(range, -off);
        if !(range.start < range.end && range.span().is_finite()) {
            return;
        }
        let is_all = span >= whole.span() * (1.0 - 1e-9);
        let is_newest = is_live && panel.newest_x.is_some_and(|newest| range.contains(newest));
        let across = match (is_all, self.seen.follows) {
            (true, true) => Across::All,
            (true, false) => Across::Part(whole),
            (false, true) if is_newest => Across::Newest(range),
            (false, _) => Across::Part(range),
        };
        self.set_across(panel.id, across);
    }

    /// Shows a vertical range of a panel.
    pub(super) fn look_at_y(&mut self, panel: &Panel, range: Range) {
        let largest = range.start.abs().max(range.end.abs());
        let least = match panel.scale {
            Scale::Linear => LEAST_LINEAR,
            Scale::Log | Scale::Symlog { .. } => FINEST,
        };
        let finest = (largest * FINEST).max(least);
        if range.span().is_finite() && range.span() > finest && largest < LARGEST {
            let upright = self.seen.uprights.entry(panel.id).or_default();
            upright.part = Some((panel.scale, range));
        }
    }
}

/// Bounds that can be drawn in: finite and not empty. An axis with a single value gets some room around it.
fn usable(bounds: Bounds) -> Option<Bounds> {
    let widen = |range: Range| {
        if !(range.start.is_finite() && range.end.is_finite() && range.span().is_finite()) {
            None
        } else if range.start < range.end {
            Some(range)
        } else {
            let middle = range.start;
            let room = (middle.abs() * 1e-3).max(0.5);
            Some(Range::new(middle - room, middle + room))
        }
    };
    Some(Bounds {
        x: widen(bounds.x)?,
        y: widen(bounds.y)?,
    })
}

/// The one that comes after another in a list that begins again.
fn after<T: Copy + PartialEq>(list: &[T], present: T) -> T {
    let place = list.iter().position(|one| *one == present);
    list[place.map_or(0, |place| (place + 1) % list.len())]
}

/// A range with everything in it `factor` times as large, and what is at `fixed` still there.
fn zoomed(range: Range, fixed: f64, factor: f64) -> Range {
    Range::new(
        fixed + (range.start - fixed) / factor,
        fixed + (range.end - fixed) / factor,
    )
}

/// A range moved on.
pub(super) fn moved(range: Range, by: f64) -> Range {
    Range::new(range.start + by, range.end + by)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::message::Unit;

    fn panel(fit: Range, whole: Range) -> Panel {
        Panel {
            id: PanelId(0),
            name: "loss".into(),
            title: "Loss".into(),
            note: "".into(),
            unit: Unit::None,
            scale: Scale::Linear,
            x_axis: XAxis::Step,
            x_scale: Scale::Linear,
            x_range: XRange::All,
            fit: Some(Bounds {
                x: fit,
                y: Range::new(0.0, 2.0),
            }),
            whole_x: Some(whole),
            newest_x: Some(whole.end - 0.02 * whole.span()),
            lines: Vec::new(),
            gaps: 0,
            marks: Vec::new(),
        }
    }

    fn x(sight: &Sight, panel: &Panel) -> Range {
        sight.bounds(panel).expect("it has something to show").x
    }

    #[test]
    fn a_part_is_shown_at_once_and_all_of_it_again() {
        let whole = Range::new(0.0, 1000.0);
        let panel = panel(whole, whole);
        let mut sight = Sight::default();
        let part = Range::new(100.0, 200.0);
        sight.look_at_x(&panel, part, true);
        assert_eq!(x(&sight, &panel), part);
        assert_eq!(sight.view(panel.id, [9, 9]).x, XRange::Part(part));
        sight.look_at_x(&panel, zoomed(part, 150.0, 0.05), true);
        assert_eq!(x(&sight, &panel), whole);
        assert_eq!(sight.seen.across, Across::All);
    }

    #[test]
    fn what_reaches_the_end_of_a_live_run_follows_it() {
        let whole = Range::new(0.0, 1000.0);
        let mut sight = Sight::default();
        let end = Range::new(890.0, 990.0);
        sight.look_at_x(&panel(whole, whole), end, true);
        // Until a scene comes that was made for it, it stays where it is.
        assert_eq!(x(&sight, &panel(whole, whole)), end);
        assert_eq!(sight.view(PanelId(0), [9, 9]).x, XRange::Newest(100.0));
        let mut later = panel(Range::new(1400.0, 1500.0), Range::new(0.0, 1600.0));
        assert_eq!(x(&sight, &later), end);
        later.x_range = XRange::Newest(100.0);
        assert_eq!(x(&sight, &later), Range::new(1400.0, 1500.0));
        // A hand that goes back ends that.
        sight.look_at_x(&later, Range::new(1300.0, 1400.0), true);
        let Across::Part(_) = sight.seen.across else {
            panic!("{:?}", sight.seen.across);
        };
        sight.look_at_x(&panel(whole, whole), end, false);
        assert_eq!(sight.seen.across, Across::Part(end));
    }

    #[test]
    fn a_scene_of_another_axis_is_shown_as_it_was_made() {
        let whole = Range::new(0.0, 1000.0);
        let panel = panel(whole, whole);
        let mut sight = Sight::default();
        sight.look_at_x(&panel, Range::new(1.0, 2.0), true);
        sight.next_axis();
        assert_eq!(sight.axis(), XAxis::Epoch);
        assert_eq!(x(&sight, &panel), whole);
        sight.look_at_x(&panel, Range::new(1.0, 2.0), true);
        assert_eq!(sight.seen.across, Across::All);
    }

    #[test]
    fn a_scale_that_changes_gives_up_the_vertical_range() {
        let whole = Range::new(0.0, 1000.0);
        let mut panel = panel(whole, whole);
        let mut sight = Sight::default();
        sight.look_at_y(&panel, Range::new(0.5, 0.6));
        let y = |sight: &Sight, panel: &Panel| sight.bounds(panel).map(|bounds| bounds.y);
        assert_eq!(y(&sight, &panel), Some(Range::new(0.5, 0.6)));
        panel.scale = Scale::Log;
        assert_eq!(y(&sight, &panel), Some(Range::new(0.0, 2.0)));
        sight.toggle_log(&panel);
        assert_eq!(sight.view(panel.id, [9, 9]).is_log, Some(false));
        assert_eq!(sight.view(panel.id, [9, 9]).y, YRange::All);
    }

    #[test]
    fn panels_that_are_not_linked_move_alone_until_they_are_again() {
        let whole = Range::new(0.0, 1000.0);
        let (a, b) = (panel(whole, whole), panel(whole, whole));
        let b = Panel {
            id: PanelId(1),
            ..b
        };
        let mut sight = Sight::default();
        sight.toggle_links();
        let part = Range::new(100.0, 200.0);
        sight.look_at_x(&b, part, false);
        assert_eq!((x(&sight, &a), x(&sight, &b)), (whole, part));
        sight.look_at_x(&a, Range::new(3.0, 4.0), false);
        sight.look_at_x(&b, part, false);
        sight.toggle_links();
        assert_eq!((x(&sight, &a), x(&sight, &b)), (part, part));
    }

    #[test]
    fn following_is_left_and_taken_up_with_the_same_span() {
        let whole = Range::new(0.0, 1000.0);
        let panel = panel(whole, whole);
        let mut sight = Sight::default();
        assert!(sight.is_following(panel.id));
        sight.toggle_follow(&panel);
        assert!(!sight.is_following(panel.id));
        // What holds the newest point does not follow it against the wish.
        sight.look_at_x(&panel, Range::new(890.0, 990.0), true);
        assert!(!sight.is_following(panel.id));
        sight.look_at_x(&panel, Range::new(100.0, 200.0), true);
        sight.toggle_follow(&panel);
        assert!(sight.is_following(panel.id));
        let shown = x(&sight, &panel);
        assert!(
            (shown.span() - 100.0).abs() < 1e-9 && shown.contains(980.0),
            "{shown:?}"
        );
    }

    #[test]
    fn what_cannot_be_shown_is_not_looked_at() {
        let wholes = [
            Range::new(0.0, 1000.0),
            Range::new(0.0, 1e-300),
            Range::new(f64::NAN, f64::NAN),
            Range::new(7.0, 7.0),
            Range::new(-1e308, 1e308),
        ];
        for whole in wholes {
            let mut panel = panel(Range::new(0.0, 1.0), whole);
            for scale in [Scale::Linear, Scale::Log, Scale::Symlog { power: -45 }] {
                panel.scale = scale;
                let mut sight = Sight::default();
                for amount in [
                    f64::NAN,
                    f64::INFINITY,
                    1e9,
                    -1e9,
                    700.0,
                    -700.0,
                    0.18,
                    5e-324,
                ] {
                    for kind in [Kind::Zoom, Kind::MoveX, Kind::ZoomX, Kind::ZoomY] {
                        let anchor = [0.3, f32::NAN];
                        for anchor in [anchor, [0.0, 1.0], [f32::INFINITY, 0.5]] {
                            let step = Step {
                                kind,
                                from: [0.0; 2],
                                anchor,
                                amount,
                            };
                            sight.step(&panel, step, true);
                            if let Some(Bounds { x, y }) = sight.bounds(&panel) {
                                assert!(x.start < x.end && y.start < y.end);
                                assert!(x.span().is_finite() && y.span().is_finite());
                            }
                        }
                    }
                }
            }
        }
    }

    fn bits(bounds: Bounds) -> [u64; 4] {
        let Bounds { x, y } = bounds;
        [x.start, x.end, y.start, y.end].map(f64::to_bits)
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let kinds = [Kind::ZoomX, Kind::ZoomY, Kind::Zoom, Kind::MoveX];
        let nearer = (0..3_usize, 0.0_f32..1.0, 0.0_f32..1.0, 0.01..2.0_f64);
        let zoom = nearer.prop_map(move |(kind, x, y, amount)| Step {
            kind: kinds[kind],
            from: [x, y],
            anchor: [x, y],
            amount,
        });
        let key = prop::sample::select(vec![0.1, -0.1, std::f64::consts::LN_2]);
        let key = key.prop_map(move |amount| Step {
            kind: if amount > 0.5 {
                Kind::ZoomX
            } else {
                Kind::MoveX
            },
            from: [-1.0; 2],
            anchor: [0.5, 0.0],
            amount,
        });
        prop_oneof![zoom, key]
    }

    proptest! {
        #[test]
        fn as_many_steps_back_lead_to_the_same_bits(
            (begin, steps) in (prop::collection::vec(any_step(), 0..9), prop::collection::vec(any_step(), 0..300)),
            start in -1e12_f64..1e12,
            span in 1e-3_f64..1e12,
            is_live in any::<bool>(),
        ) {
            let whole = Range::new(start, start + span);
            let panel = panel(whole, whole);
            let mut sight = Sight::default();
            for step in begin {
                sight.step(&panel, step, is_live);
            }
            let first = bits(sight.bounds(&panel).expect("it has something to show"));
            let mut taken = Vec::new();
            for step in steps {
                let before = sight.glimpse(panel.id);
                sight.step(&panel, step, is_live);
                // A move at the border of the data is none.
                if step.kind != Kind::MoveX || sight.glimpse(panel.id) != before {
                    taken.push(step);
                }
            }
            for step in taken.into_iter().rev() {
                let back = Step {
                    amount: -step.amount,
                    ..step
                };
                sight.step(&panel, back, is_live);
            }
            prop_assert_eq!(bits(sight.bounds(&panel).expect("as before")), first);
        }

        #[test]
        fn whatever_a_hand_does_there_is_something_to_see(
            moves in prop::collection::vec((0.0_f64..1.0, -3.0_f64..3.0, -2.0_f64..2.0), 0..60),
            start in -1e12_f64..1e12,
            span in 1e-3_f64..1e12,
        ) {
            let whole = Range::new(start, start + span);
            let panel = panel(whole, whole);
            let mut sight = Sight::default();
            for (place, power, by) in moves {
                let visible = x(&sight, &panel);
                let fixed = visible.start + place * visible.span();
                let range = moved(zoomed(visible, fixed, 10_f64.powf(power)), by * visible.span());
                sight.look_at_x(&panel, range, false);
                let visible = x(&sight, &panel);
                prop_assert!(visible.span() > 0.0 && visible.span() <= whole.span() * (1.0 + 1e-6));
                let middle = (visible.start + visible.end) / 2.0;
                let grace = span * 1e-6 + 1e-3;
                prop_assert!(middle >= whole.start - grace && middle <= whole.end + grace);
            }
        }
    }
}
