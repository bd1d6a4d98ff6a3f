//! A chart in a sentence, for those who do not see it.

use std::fmt::Write as _;
use std::time::Duration;

use super::marks;
use super::number::{Digits, clock, count, with_unit};
use crate::scene::{Bounds, Line, Panel, Scale, XAxis};

/// Lines that are told one by one; beyond them they are counted.
const MOST_LINES: usize = 8;

/// What a chart shows: `2 lines, steps 0 to 3,370; train latest 0.0312, lowest 0.0287, highest 2.31; …; y axis linear`.
pub(super) fn of(panel: &Panel, bounds: Bounds) -> String {
    let lines = panel.lines.len();
    let noun = if lines == 1 { "line" } else { "lines" };
    let mut text = format!("{} {noun}, {}", count(lines as u64), across(panel, bounds));
    for line in panel.lines.iter().take(MOST_LINES) {
        text.push_str("; ");
        tell(&mut text, panel, line);
    }
    if lines > MOST_LINES {
        let more = count((lines - MOST_LINES) as u64);
        // Writing to a string never fails.
        let _ = write!(text, "; {more} more");
    }
    if panel.gaps > 0 {
        let _ = write!(text, "; {} values NaN or infinite", count(panel.gaps));
    }
    let axis = match panel.scale {
        Scale::Linear => "linear",
        Scale::Log | Scale::Symlog { .. } => "logarithmic",
    };
    let _ = write!(text, "; y axis {axis}");
    if let Some(newest) = marks::newest(panel) {
        let _ = write!(text, "; newest mark: {newest}");
    }
    text
}

/// What is visible horizontally.
fn across(panel: &Panel, bounds: Bounds) -> String {
    let whole = |value: f64| {
        // What is before the first step or the start is room.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let number = value.max(0.0).round() as u64;
        number
    };
    let (start, end) = (
        panel.x_scale.value(bounds.x.start),
        panel.x_scale.value(bounds.x.end),
    );
    match panel.x_axis {
        XAxis::Step => format!("steps {} to {}", count(whole(start)), count(whole(end))),
        XAxis::Epoch => format!("epochs {:.2} to {end:.2}", start.max(0.0)),
        XAxis::RelativeTime => {
            let at = |value| clock(Duration::from_secs(whole(value)));
            format!("{} to {} since the start", at(start), at(end))
        }
        XAxis::WallTime => {
            let span = Duration::from_secs(whole(end - start));
            format!("{} of wall time", clock(span))
        }
    }
}

/// A line: its newest value, and the extremes of what is visible.
fn tell(text: &mut String, panel: &Panel, line: &Line) {
    let written = |value: f32| with_unit(f64::from(value), &panel.unit, Digits::Full);
    text.push_str(&line.label);
    match line.latest {
        Some(latest) => {
            let _ = write!(text, " latest {}", written(latest));
        }
        None => text.push_str(" without a value"),
    }
    if let Some(visible) = line.visible {
        let (low, high) = (written(visible.smallest), written(visible.largest));
        let _ = write!(text, ", lowest {low}, highest {high}");
    }
}
