//! What part of the charts a person looks at: axes, ranges, and what a hand makes of them.
//!
//! All panels share a horizontal range; each may have a vertical one of its own. The one idea: ranges are positions on axes,
//! so that a zoom or a pan is arithmetic that is done at once, by the layout that answers the hand. The lines that stand are
//! drawn in the new ranges in the same frame; sharper ones follow when the [`PanelView`]s made from here have reached whoever
//! builds scenes.

use std::collections::HashMap;

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

/// What part of the charts a person looks at.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    axis: XAxis,
    is_log: bool,
    across: Across,
    fit: YRange,
    uprights: HashMap<PanelId, Upright>,
}

impl Default for Sight {
    fn default() -> Self {
        Self {
            axis: XAxis::Step,
            is_log: false,
            across: Across::All,
            fit: YRange::All,
            uprights: HashMap::new(),
        }
    }
}

impl Sight {
    /// What the horizontal axis is wished to count.
    pub(super) const fn axis(&self) -> XAxis {
        self.axis
    }

    /// Whether horizontal axes are wished to be logarithmic.
    pub(super) const fn is_x_log(&self) -> bool {
        self.is_log
    }

    /// Whether a panel's ranges are of the axis that is wished for.
    fn agrees(&self, panel: &Panel) -> bool {
        panel.x_axis == self.axis && panel.x_scale == self.axis.scale(self.is_log)
    }

    /// What vertical ranges show where a hand has not chosen one.
    pub(super) const fn fit(&self) -> YRange {
        self.fit
    }

    /// Whether a hand has chosen what is seen of a panel vertically.
    pub(super) fn has_own_y(&self, panel: &Panel) -> bool {
        self.own_y(panel).is_some()
    }

    fn own_y(&self, panel: &Panel) -> Option<Range> {
        let (scale, part) = self.uprights.get(&panel.id)?.part?;
        (scale == panel.scale).then_some(part)
    }

    /// What is visible of a panel; `None` while it has nothing to show.
    pub(super) fn bounds(&self, panel: &Panel) -> Option<Bounds> {
        let fit = panel.fit?;
        let x = match self.across {
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
        Some(Bounds { x, y })
    }

    /// What whoever builds scenes is told of a panel.
    pub(super) fn view(&self, panel: PanelId, size_px: [u32; 2]) -> PanelView {
        let upright = self.uprights.get(&panel).copied().unwrap_or_default();
        PanelView {
            panel,
            x: match self.across {
                Across::All => XRange::All,
                Across::Newest(shown) => XRange::Newest(shown.span()),
                Across::Part(part) => XRange::Part(part),
            },
            y: upright
                .part
                .map_or(self.fit, |(_, part)| YRange::Part(part)),
            is_log: upright.is_log,
            size_px,
        }
    }

    /// Sets what horizontal axes count and how; all of it is shown.
    pub(super) const fn set_axis(&mut self, axis: XAxis, is_log: bool) {
        self.axis = axis;
        self.is_log = is_log;
        self.across = Across::All;
    }

    /// Sets how vertical ranges fit where a hand has not chosen one.
    pub(super) const fn set_fit(&mut self, fit: YRange) {
        self.fit = fit;
    }

    /// The next thing for horizontal axes to count; all of it is shown.
    pub(super) fn next_axis(&mut self) {
        self.axis = after(&AXES, self.axis);
        self.across = Across::All;
    }

    /// Logarithmic horizontal axes become linear, others logarithmic; all of them is shown.
    pub(super) fn toggle_x_log(&mut self) {
        self.is_log = !self.is_log;
        self.across = Across::All;
    }

    /// The next way to fit vertical ranges; those that a hand has chosen are given up.
    pub(super) fn next_fit(&mut self) {
        self.fit = after(&FITS, self.fit);
        for upright in self.uprights.values_mut() {
            upright.part = None;
        }
    }

    /// A logarithmic axis becomes linear, another logarithmic.
    pub(super) fn toggle_log(&mut self, panel: &Panel) {
        let upright = self.uprights.entry(panel.id).or_default();
        upright.is_log = Some(panel.scale == Scale::Linear);
        upright.part = None;
    }

    /// Shows all of a panel, and of every panel horizontally.
    pub(super) fn show_all(&mut self, panel: Option<PanelId>) {
        self.across = Across::All;
        for (id, upright) in &mut self.uprights {
            if panel.is_none_or(|panel| panel == *id) {
                upright.part = None;
            }
        }
    }

    /// Shows a horizontal range of a panel. One that holds the newest point of what is live follows it; one that holds all
    /// shows all.
    pub(super) fn look_at_x(&mut self, panel: &Panel, range: Range, is_live: bool) {
        let Some(whole) = panel.whole_x.filter(|_| self.agrees(panel)) else {
            return;
        };
        let span = range.span();
        let finest = whole.start.abs().max(whole.end.abs()) * FINEST;
        if !span.is_finite() || span <= finest {
            return;
        }
        // Not all of it out of sight.
        let middle = (range.start + range.end) / 2.0;
        let off = middle - middle.clamp(whole.start, whole.end);
        let range = Range::new(range.start - off, range.end - off);
        self.across = if span >= whole.span() * (1.0 - 1e-9) {
            Across::All
        } else if is_live && panel.newest_x.is_some_and(|newest| range.contains(newest)) {
            Across::Newest(range)
        } else {
            Across::Part(range)
        };
    }

    /// Shows a vertical range of a panel.
    pub(super) fn look_at_y(&mut self, panel: &Panel, range: Range) {
        let largest = range.start.abs().max(range.end.abs());
        if range.span().is_finite() && range.span() > largest * FINEST && largest < 1e150 {
            let upright = self.uprights.entry(panel.id).or_default();
            upright.part = Some((panel.scale, range));
        }
    }
}

/// The one that comes after another in a list that begins again.
fn after<T: Copy + PartialEq>(list: &[T], present: T) -> T {
    let place = list.iter().position(|one| *one == present);
    list[place.map_or(0, |place| (place + 1) % list.len())]
}

/// A range with everything in it `factor` times as large, and what is at `fixed` still there.
pub(super) fn zoomed(range: Range, fixed: f64, factor: f64) -> Range {
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
        assert_eq!(sight.across, Across::All);
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
        let Across::Part(_) = sight.across else {
            panic!("{:?}", sight.across);
        };
        sight.look_at_x(&panel(whole, whole), end, false);
        assert_eq!(sight.across, Across::Part(end));
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
        assert_eq!(sight.across, Across::All);
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

    proptest! {
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
