//! What a panel shows of its plane: its scale, all there is, and the part that a view asks for.

use super::fit::{fit_x, fit_y, follow_x, log_scale};
use super::grid::Abscissa;
use super::history::History;
use super::panels::Material;
use super::pyramid::Pyramid;
use crate::scene::{PanelView, Range, Scale, XAxis, XRange, YRange};

/// The least that a growing logarithmic horizontal range ends ahead of the newest point.
const LEAST_DECADES_AHEAD: f64 = 0.02;
/// The most points that percentiles are told by.
const SAMPLED: usize = 4096;

/// Some series whose ranges are asked for.
#[derive(Clone, Copy)]
pub(super) struct Ranges<'a> {
    pub(super) material: Material<'a>,
    /// Their indices among the tracks.
    pub(super) tracks: &'a [usize],
}

impl Ranges<'_> {
    fn histories(&self) -> impl Iterator<Item = &History> {
        let tracks = self.tracks.iter();
        tracks.map(|track| &self.material.tracks[*track].history)
    }

    /// The scale that is wished for, as far as it shows all finite points.
    pub(super) fn scale(&self, is_log: bool) -> Scale {
        if !is_log {
            return Scale::Linear;
        }
        let values = |of: fn(&History) -> Option<f32>| self.histories().filter_map(of);
        let low = values(|history| Some(history.smallest()?.value)).fold(f32::INFINITY, f32::min);
        let high =
            values(|history| Some(history.largest()?.value)).fold(f32::NEG_INFINITY, f32::max);
        let smallest = values(History::smallest_magnitude).reduce(f32::min);
        log_scale(low, high, smallest)
    }

    /// The whole horizontal range, changed from `previous` only where it does not hold all points any more.
    pub(super) fn whole(&self, previous: Option<Range>, abscissa: Abscissa) -> Option<Range> {
        let Abscissa { axis, scale } = abscissa;
        let ends = self.tracks.iter().filter_map(|track| {
            let (track, clock) = self.material.track(*track);
            // What has no finite point has no place to be shown at.
            track.history.smallest()?;
            let (first, last) = (track.history.first()?.step, track.history.last()?.step);
            let start = match axis {
                XAxis::Step | XAxis::Epoch if first <= 1 => 0.0,
                XAxis::RelativeTime => clock.position(abscissa, first).min(0.0),
                _ => clock.position(abscissa, first),
            };
            let steps = self.material.runs[track.run].story.steps_to_come();
            let total = match axis {
                XAxis::Step | XAxis::Epoch => steps.map(|steps| clock.position(abscissa, steps)),
                XAxis::RelativeTime | XAxis::WallTime => None,
            };
            Some((start, clock.position(abscissa, last), total))
        });
        let ends = ends.reduce(|a, b| {
            let totals = [a.2, b.2].into_iter().flatten();
            (a.0.min(b.0), a.1.max(b.1), totals.reduce(f64::max))
        });
        let mut runs = self
            .tracks
            .iter()
            .map(|track| self.material.tracks[*track].run);
        let is_over = runs.all(|run| self.material.runs[run].story.is_over());
        ends.map(|(start, last, total)| {
            let before = previous.filter(|_| !is_over);
            // A run that is over grows no more: its end is the axis' end.
            let total = if is_over { Some(last) } else { total };
            let least = match axis {
                _ if scale != Scale::Linear => LEAST_DECADES_AHEAD,
                XAxis::Step | XAxis::RelativeTime | XAxis::WallTime => 1.0,
                XAxis::Epoch => 0.1,
            };
            fit_x(before, start, last, total, least)
        })
    }

    /// Where the newest point stands.
    pub(super) fn newest(&self, abscissa: Abscissa) -> Option<f64> {
        let newest = self.tracks.iter().filter_map(|track| {
            let (track, clock) = self.material.track(*track);
            Some(clock.position(abscissa, track.history.last()?.step))
        });
        newest.reduce(f64::max)
    }

    /// The horizontal range that a view asks for.
    pub(super) fn visible_x(
        &self,
        view: &PanelView,
        abscissa: Abscissa,
        wished: XAxis,
        whole: Range,
    ) -> Range {
        match view.x {
            // Where it is shown on another axis than was asked for, parts of that one mean nothing.
            _ if abscissa.axis != wished => whole,
            XRange::Part(part) if part.start < part.end && part.span().is_finite() => part,
            XRange::Newest(span) if span > 0.0 && span < whole.span() => {
                let newest = self.newest(abscissa).unwrap_or(whole.start);
                follow_x(newest, span, view.size_px[0])
            }
            XRange::All | XRange::Part(_) | XRange::Newest(_) => whole,
        }
    }

    /// The vertical range that a view asks for; `None` where there is no finite point.
    pub(super) fn visible_y(
        &self,
        view: &PanelView,
        abscissa: Abscissa,
        x: Range,
        scale: Scale,
        ceiling: Option<f64>,
    ) -> Option<Range> {
        let visible = || {
            self.tracks.iter().map(|track| {
                let (track, clock) = self.material.track(*track);
                let points = track.history.course(clock).within(abscissa, x);
                (track.history.values(), points)
            })
        };
        let all = || {
            let histories = self
                .histories()
                .filter_map(|history| Some([history.smallest()?.value, history.largest()?.value]));
            histories.reduce(joined)
        };
        let wanted = match view.y {
            YRange::Part(part) if part.start < part.end && part.span().is_finite() => {
                return Some(part);
            }
            YRange::All | YRange::FromZero | YRange::Part(_) => all(),
            YRange::Visible => visible()
                .filter_map(|(values, points)| values.extent(points))
                .reduce(joined)
                .or_else(all),
            YRange::WithoutOutliers => inner(visible(), scale).or_else(all),
        };
        let [low, high] = wanted?.map(|value| scale.position(value));
        let (low, high) = match view.y {
            YRange::FromZero if scale != Scale::Log => (low.min(0.0), high.max(0.0)),
            _ => (low, high),
        };
        Some(fit_y(low, high, scale, ceiling))
    }
}

fn joined(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0].min(b[0]), a[1].max(b[1])]
}

/// What most of some values extend over: see [`YRange::WithoutOutliers`].
fn inner<'a>(
    visible: impl Iterator<Item = (&'a Pyramid, std::ops::Range<usize>)>,
    scale: Scale,
) -> Option<[f32; 2]> {
    let mut sampled = Vec::new();
    for (values, points) in visible {
        // By powers of two, so that the same ones are looked at while points are added.
        let stride = (points.len() / SAMPLED + 1).next_power_of_two();
        let first = points.start.next_multiple_of(stride);
        sampled.extend(
            (first..points.end)
                .step_by(stride)
                .map(|index| values.at(index))
                .filter(|value| scale.shows(*value)),
        );
    }
    sampled.sort_unstable_by(f32::total_cmp);
    let last = sampled.len().checked_sub(1)?;
    let [low, high] = [sampled[last / 20], sampled[last - last / 20]];
    let room = (high - low) * 0.1;
    let [low, high] = [low - room, high + room];
    // Not beyond what there is.
    Some([low.max(sampled[0]), high.min(sampled[last])])
}
