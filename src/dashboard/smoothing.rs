//! The control for smoothing: its kind, a slider, how far it goes.

use egui::{Rect, Role, Slider, WidgetInfo, vec2};

use super::Action;
use super::number::count;
use super::pen::{At, Ink, Pen};
use super::style::{Face, size};
use super::sub_header::choice;
use super::view::View;
use crate::scene::Smoothing;

const WIDEST_KIND: &str = "running average";
/// Room for the first readout and a short axis.
const NARROW: f32 = 150.0;
/// The widest that a slider goes, in points: what is wider is for programs to choose.
const WIDEST_SIGMA: f64 = 100.0;
const LONGEST_WINDOW: u32 = 10_001;

/// Draws the control; returns where it begins.
pub(super) fn control(
    pen: &Pen<'_>,
    rect: Rect,
    actions: &mut Vec<Action>,
    view: &mut View,
) -> f32 {
    let mut right = rect.right() - 16.0;
    let middle = rect.center().y;
    let text = Ink::new(Face::Regular, size::TEXT, pen.theme.text);
    let before = view.smoothing;
    pen.label(
        "amount",
        &amount(before),
        &text,
        At::Right(right),
        middle,
        f32::INFINITY,
    );
    right -= pen.width("0.000", &text).ceil() + 10.0;

    let slider = Rect::from_min_size(egui::pos2(right - 84.0, middle - 8.0), vec2(84.0, 16.0));
    right = slider.left() - 8.0;
    let mut place = place_of(before);
    let mut ui = pen.child("smoothing", slider.expand(4.0));
    let response = ui.put(
        slider,
        Slider::new(&mut place, 0.0..=1.0)
            .step_by(0.005)
            .show_value(false),
    );
    response.widget_info(|| WidgetInfo {
        value: Some(place),
        current_text_value: Some(amount(before)),
        ..WidgetInfo::labeled(Role::Slider, true, "Smoothing")
    });
    // The number that is meant, not where the slider stands; steps lead to it, so it cannot be set as a number.
    let (number, least, most) = numbers(before);
    pen.ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(amount(before));
        node.set_numeric_value(number);
        node.set_min_numeric_value(least);
        node.set_max_numeric_value(most);
        node.remove_action(egui::accesskit::Action::SetValue);
    });
    if response.changed() {
        view.smoothing = at_place(before, place);
    }
    pen.focus_ring(&response, slider.expand(4.0), 4.0);
    pen.explain(
        response,
        "How far lines are smoothed: the weight of the past, or so many points",
    );
    let about = "How lines are smoothed: TensorBoard's average, the same by steps instead of points, a Gaussian, a running average (M)";
    let names = ("kind", kind_name(before), WIDEST_KIND);
    let end = match choice(pen, rect, right, NARROW, names, about) {
        Some((left, is_clicked)) => {
            if is_clicked {
                view.smoothing = next_kind(before);
            }
            left
        }
        None => right,
    };
    if view.smoothing != before {
        actions.push(Action::SetSmoothing(view.smoothing));
    }
    end
}

/// The next kind of smoothing, about as strong as people begin with.
pub(super) const fn next_kind(smoothing: Smoothing) -> Smoothing {
    match smoothing {
        Smoothing::Ema { weight } => Smoothing::TimeWeightedEma { weight },
        Smoothing::TimeWeightedEma { .. } => Smoothing::Gaussian { sigma: 5.0 },
        Smoothing::Gaussian { .. } => Smoothing::RunningAverage { points: 25 },
        Smoothing::RunningAverage { .. } => Smoothing::USUAL,
    }
}

const fn kind_name(smoothing: Smoothing) -> &'static str {
    match smoothing {
        Smoothing::Ema { .. } => "smoothing",
        Smoothing::TimeWeightedEma { .. } => "time-weighted",
        Smoothing::Gaussian { .. } => "Gaussian",
        Smoothing::RunningAverage { .. } => "running average",
    }
}

/// How far it goes, and the least and the most it can.
fn numbers(smoothing: Smoothing) -> (f64, f64, f64) {
    match smoothing {
        Smoothing::Ema { weight } | Smoothing::TimeWeightedEma { weight } => {
            (weight, 0.0, Smoothing::MOST_WEIGHT)
        }
        Smoothing::Gaussian { sigma } => (sigma, 0.0, WIDEST_SIGMA),
        Smoothing::RunningAverage { points } => (points.into(), 1.0, LONGEST_WINDOW.into()),
    }
}

/// How far it goes, in words.
fn amount(smoothing: Smoothing) -> String {
    match smoothing {
        Smoothing::Ema { weight } | Smoothing::TimeWeightedEma { weight } if weight > 0.99 => {
            format!("{weight:.3}")
        }
        Smoothing::Ema { weight } | Smoothing::TimeWeightedEma { weight } => format!("{weight:.2}"),
        Smoothing::Gaussian { sigma } if sigma < 10.0 => format!("σ {sigma:.1}"),
        Smoothing::Gaussian { sigma } => format!("σ {sigma:.0}"),
        Smoothing::RunningAverage { points } => count(points.into()),
    }
}

/// Where the slider stands, 0 to 1: weights as they are, but for the last tenth, which goes from 0.99 to 0.999; points by their
/// logarithm.
fn place_of(smoothing: Smoothing) -> f64 {
    match smoothing {
        Smoothing::Ema { weight } | Smoothing::TimeWeightedEma { weight } => {
            if weight <= 0.99 {
                weight / 0.99 * 0.9
            } else {
                0.9 + (weight - 0.99) / 0.009 * 0.1
            }
        }
        Smoothing::Gaussian { sigma } => (1.0 + sigma).ln() / (1.0 + WIDEST_SIGMA).ln(),
        Smoothing::RunningAverage { points } => {
            f64::from(points).ln() / f64::from(LONGEST_WINDOW).ln()
        }
    }
}

/// The smoothing of the same kind whose slider stands there.
fn at_place(smoothing: Smoothing, place: f64) -> Smoothing {
    let weight = || {
        let weight = if place <= 0.9 {
            (place / 0.9 * 99.0).round() / 100.0
        } else {
            0.99 + ((place - 0.9) * 90.0).round() / 1000.0
        };
        weight.min(Smoothing::MOST_WEIGHT)
    };
    match smoothing {
        Smoothing::Ema { .. } => Smoothing::Ema { weight: weight() },
        Smoothing::TimeWeightedEma { .. } => Smoothing::TimeWeightedEma { weight: weight() },
        Smoothing::Gaussian { .. } => Smoothing::Gaussian {
            sigma: (1.0 + WIDEST_SIGMA).powf(place) - 1.0,
        },
        Smoothing::RunningAverage { .. } => {
            // Between 1 and the longest.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let points = f64::from(LONGEST_WINDOW).powf(place).round() as u32;
            Smoothing::RunningAverage { points }.limited()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_that_is_not_moved_changes_nothing() {
        let mut smoothing = Smoothing::USUAL;
        for _ in 0..4 {
            for place in 0..=200 {
                let chosen = at_place(smoothing, f64::from(place) / 200.0);
                assert_eq!(chosen, chosen.limited());
                let again = at_place(chosen, place_of(chosen));
                match (chosen, again) {
                    (Smoothing::Gaussian { sigma }, Smoothing::Gaussian { sigma: again }) => {
                        assert!((sigma - again).abs() < 1e-9);
                    }
                    _ => assert_eq!(chosen, again),
                }
            }
            smoothing = next_kind(smoothing);
        }
        assert_eq!(smoothing, Smoothing::USUAL);
    }

    #[test]
    fn a_slider_reaches_from_nothing_to_as_much_as_tensorboard_has() {
        assert!(at_place(Smoothing::USUAL, 0.0).is_none());
        let most = Smoothing::Ema {
            weight: Smoothing::MOST_WEIGHT,
        };
        assert_eq!(at_place(Smoothing::USUAL, 1.0), most);
        assert_eq!(amount(most), "0.999");
    }
}
