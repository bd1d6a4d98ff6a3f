//! Smoothed values against numbers worked out by hand and by NumPy, and against themselves however they are made.

use proptest::prelude::*;

use super::super::clock::Clock;
use super::super::course::Course;
use super::super::grid::Abscissa;
use super::super::history::Sample;
use super::super::trace::Trace;
use super::super::trace::tests::{clock, grid, marked, part, pixels, series, through_all};
use super::*;
use crate::message::Step;
use crate::scene::{Range as Span, XAxis};

const NAN: f32 = f32::NAN;
const INF: f32 = f32::INFINITY;
/// `x` and `steps` of the expressions below.
const VALUES: [f32; 10] = [3.0, -1.0, 4.0, NAN, 5.0, -9.0, 2.0, 6.0, INF, -5.0];
const STEPS: [Step; 10] = [0, 1, 2, 3, 5, 5, 9, 10, 11, 20];

const fn ema(weight: f64) -> Smoothing {
    Smoothing::Ema { weight }
}

fn history(samples: impl IntoIterator<Item = (Step, f32)>) -> History {
    let mut history = History::default();
    for (step, value) in samples {
        history.push(Sample { step, value });
    }
    history
}

/// Updates until nothing is left to do; gives what the updates gave together.
fn finish(
    smoothed: &mut Smoothed,
    raw: &History,
    smoothing: Smoothing,
    visible: &Range<usize>,
    piece: usize,
) {
    loop {
        let mut budget = Budget::new(piece * GROUP, piece);
        smoothed.update(raw, smoothing, visible, &mut budget);
        if !budget.is_short() {
            return;
        }
    }
}

fn values(smoothed: &Smoothed, raw: &History) -> Vec<f32> {
    let curve = SmoothedCurve { smoothed, raw };
    let mut values = Vec::new();
    curve.each(curve.known(), |value| values.push(value));
    values
}

fn smooth(raw: &History, smoothing: Smoothing) -> Vec<f32> {
    let mut smoothed = Smoothed::default();
    finish(&mut smoothed, raw, smoothing, &(0..raw.len()), PIECE);
    assert!(smoothed.is_complete());
    values(&smoothed, raw)
}

/// Of every value what its kind's formula says, term by term.
fn by_formula(raw: &History, smoothing: Smoothing) -> Vec<f32> {
    let all: Vec<Sample> = (0..raw.len()).map(|index| raw.at(index)).collect();
    let (mut mean, mut count) = (0.0, 0);
    let mut last = 0;
    let (mut sum, mut weights) = (0.0, 0.0);
    let around = |at: usize, half: usize, weigh: &dyn Fn(f64) -> f64| {
        let near = at.saturating_sub(half)..(at + half + 1).min(all.len());
        let [sum, weights] = near.fold([0.0; 2], |[sum, weights], index| {
            let value = f64::from(all[index].value);
            let weight = if value.is_finite() {
                weigh(index as f64 - at as f64)
            } else {
                return [sum, weights];
            };
            [sum + weight * value, weights + weight]
        });
        sum / weights
    };
    let mut smoothed = Vec::new();
    for (at, sample) in all.iter().enumerate() {
        let value = f64::from(sample.value);
        let shown = match smoothing {
            Smoothing::Ema { weight } if value.is_finite() => {
                mean = weight * mean + (1.0 - weight) * value;
                count += 1;
                mean / (1.0 - weight.powi(count))
            }
            Smoothing::TimeWeightedEma { weight } => {
                let fade = weight.powf((sample.step - last) as f64);
                last = sample.step;
                (sum, weights) = (sum * fade, weights * fade);
                if value.is_finite() {
                    (sum, weights) = (sum + value, weights + 1.0);
                }
                sum / weights
            }
            Smoothing::Gaussian { sigma } => around(at, (4.0 * sigma + 0.5) as usize, &|d| {
                (-0.5 * (d / sigma).powi(2)).exp()
            }),
            Smoothing::RunningAverage { points } => around(at, points as usize / 2, &|_| 1.0),
            Smoothing::Ema { .. } => value,
        };
        smoothed.push(if value.is_finite() {
            shown as f32
        } else {
            sample.value
        });
    }
    smoothed
}

/// The mean of the magnitudes that a value is made of: what rounding is relative to.
fn sizes(raw: &History, smoothing: Smoothing) -> Vec<f32> {
    let samples = (0..raw.len()).map(|index| raw.at(index));
    let sizes = history(samples.map(|sample| (sample.step, sample.value.abs())));
    by_formula(&sizes, smoothing)
}

/// Whether values are the same but for rounding.
fn check_near(made: &[f32], expected: &[f32], sizes: &[f32]) {
    assert_eq!(made.len(), expected.len());
    for (index, ((made, expected), size)) in made.iter().zip(expected).zip(sizes).enumerate() {
        let is_near = if expected.is_finite() {
            (made - expected).abs() <= size.max(1e-30) * 3e-7
        } else {
            made.to_bits() == expected.to_bits()
        };
        assert!(is_near, "{made} for {expected} at {index}, of {size}");
    }
}

/// Of `VALUES` at `STEPS`: the numbers are rounded to nine places.
fn check_numbers(smoothing: Smoothing, expected: [f64; 10]) {
    let raw = history(STEPS.into_iter().zip(VALUES));
    for (made, expected) in smooth(&raw, smoothing).iter().zip(expected) {
        let is_near = (f64::from(*made) - expected).abs() < 1e-6;
        let is_same = made.is_nan() && expected.is_nan() || f64::from(*made) == expected;
        assert!(
            is_near || is_same,
            "{made} for {expected} with {smoothing:?}"
        );
    }
}

const N: f64 = f64::NAN;
const I: f64 = f64::INFINITY;

#[test]
fn an_ema_gives_the_numbers_worked_out_by_hand() {
    // w = 0.5: m1 = 0.5, m2 = 0.25 + 1 = 1.25, m3 = 0.625 + 1.5 = 2.125.
    let raw = history([(1, 1.0), (2, 2.0), (3, 3.0)]);
    let by_hand = [0.5 / 0.5, 1.25 / 0.75, 2.125 / 0.875];
    check_near(&smooth(&raw, ema(0.5)), &by_hand, &[3.0; 3]);
    // By steps, w = 0.5: one step, then two. y2 = 0.5 + 2, s2 = 1.5; y3 = 2.5/4 + 3, s3 = 1.5/4 + 1.
    let raw = history([(1, 1.0), (2, 2.0), (4, 3.0)]);
    let by_hand = [1.0, 2.5 / 1.5, 3.625 / 1.375];
    let timed = Smoothing::TimeWeightedEma { weight: 0.5 };
    check_near(&smooth(&raw, timed), &by_hand, &[3.0; 3]);
}

#[test]
fn an_ema_gives_the_numbers_that_tensorboard_gives() {
    // TensorBoard's loop in Python over float64, for each finite v: last = last*w + (1-w)*v; n += 1; last / (1 - w**n).
    #[rustfmt::skip]
    let numbers = [
        (0.0, [3.0, -1.0, 4.0, N, 5.0, -9.0, 2.0, 6.0, I, -5.0]),
        (0.6, [3.0, 0.5, 2.285714286, N, 3.533088235, -1.902845246, -0.265306122, 2.312992178, I, -0.662176096]),
        (0.99, [3.0, 0.989949749, 2.003400559, N, 2.763881779, 0.363576993, 0.643212534, 1.431733164, I, 0.599203525]),
        (0.999, [3.0, 0.9989995, 2.000334001, N, 2.751376313, 0.396395797, 0.664332113, 1.428860147, I, 0.622435782]),
    ];
    for (weight, expected) in numbers {
        check_numbers(ema(weight), expected);
    }
    // The same loop over x[i] = (i*7919 % 101)/10 for i < 2000; the places of the values are named below.
    let raw = history((0..2000).map(|i| (i, (i * 7919 % 101) as f32 / 10.0)));
    #[rustfmt::skip]
    let numbers = [
        (0.6, [0.0, 2.5625, 4.411997555, 6.367198533, 4.386503397, 4.013137284]),
        (0.99, [0.0, 2.060301508, 4.962770497, 5.009687455, 4.99843153, 4.962279109]),
        (0.999, [0.0, 2.051025513, 4.968163043, 4.987268647, 4.994988348, 4.995131899]),
    ];
    for (weight, expected) in numbers {
        let made = smooth(&raw, ema(weight));
        for (at, expected) in [0, 1, 255, 256, 700, 1999].into_iter().zip(expected) {
            assert!(
                (f64::from(made[at]) - expected).abs() < 2e-6,
                "{} at {at}",
                made[at]
            );
        }
    }
}

#[test]
fn the_other_kinds_give_the_numbers_that_numpy_gives() {
    // fin = np.isfinite(x); for each of them i: k = w**(steps[i]-steps[:i+1])*fin[:i+1];
    // np.sum(k*np.where(fin, x, 0)[:i+1])/np.sum(k).
    #[rustfmt::skip]
    let timed = [
        (0.6, [3.0, 0.5, 2.285714286, N, 4.192670863, -1.251287469, 1.222929097, 3.894010955, I, -4.904848991]),
        (0.99, [3.0, 0.989949749, 2.003400559, N, 2.775344961, 0.363296169, 0.650966136, 1.457439376, I, 0.534740609]),
    ];
    for (weight, expected) in timed {
        check_numbers(Smoothing::TimeWeightedEma { weight }, expected);
    }
    // r = int(4*s + 0.5); K = np.exp(-0.5*(np.arange(-r, r+1)/s)**2); both convolved in full and cut to the middle:
    // np.convolve(np.where(fin, x, 0), K)/np.convolve(fin, K).
    #[rustfmt::skip]
    let bells = [
        (0.5, [2.523624543, -0.04143719, 3.404337396, N, 3.330963509, -6.334069278, 1.255439728, 5.515792117, I, -4.996311149]),
        (1.0, [1.6855042, 1.482684589, 2.317449798, N, 0.215705289, -1.65235542, 0.340226856, 2.845884258, I, -3.635213735]),
        (2.0, [1.812432673, 1.748457024, 1.546846398, N, 0.638687281, 0.357803136, 0.332590275, 0.307130203, I, -0.805228093]),
    ];
    for (sigma, expected) in bells {
        check_numbers(Smoothing::Gaussian { sigma }, expected);
    }
    // The same with K = np.ones(points).
    #[rustfmt::skip]
    let windows = [
        (3, [1.0, 2.0, 1.5, N, -2.0, -0.666666667, -0.333333333, 4.0, I, -5.0]),
        (5, [2.0, 2.0, 2.75, N, 0.5, 1.0, 1.0, -1.5, I, 0.5]),
    ];
    for (points, expected) in windows {
        check_numbers(Smoothing::RunningAverage { points }, expected);
    }
    // scipy.ndimage.gaussian_filter1d(np.sin(i*0.7) + i*0.1, 1.5)[10:16] for i = np.arange(40).
    let raw = history((0..40).map(|i| (i, ((i as f64 * 0.7).sin() + i as f64 * 0.1) as f32)));
    let made = smooth(&raw, Smoothing::Gaussian { sigma: 1.5 });
    #[rustfmt::skip]
    let by_scipy: [f64; 6] = [1.378577273, 1.669415016, 1.69244798, 1.483874965, 1.18882268, 0.993090389];
    let by_scipy = by_scipy.map(|value| value as f32);
    check_near(&made[10..16], &by_scipy, &[2.0; 6]);
}

#[test]
fn at_every_step_the_time_weighted_mean_is_the_ema() {
    let raw = history((0..3000).map(|i| (i, (i * 7919 % 101) as f32)));
    for weight in [0.6, 0.99, 0.999] {
        let timed = smooth(&raw, Smoothing::TimeWeightedEma { weight });
        check_near(&timed, &smooth(&raw, ema(weight)), &[50.0; 3000]);
    }
}

#[test]
fn a_late_point_or_another_kind_starts_anew() {
    let mut raw = History::default();
    let mut smoothed = Smoothed::default();
    for (step, value) in [(1, 1.0), (3, 3.0), (2, 2.0)] {
        raw.push(Sample { step, value });
        finish(&mut smoothed, &raw, ema(0.5), &(0..raw.len()), PIECE);
    }
    let [_, _, last] = values(&smoothed, &raw)[..] else {
        panic!("there are three");
    };
    assert!((last - 2.125 / 0.875).abs() < 1e-6);
    let mut budget = Budget::of_a_scene();
    let mean = Smoothing::RunningAverage { points: 3 };
    assert_eq!(smoothed.update(&raw, mean, &(0..3), &mut budget), 0);
    assert_eq!(values(&smoothed, &raw), [1.5, 2.0, 2.5]);
}

#[test]
fn a_great_value_long_ago_is_remembered_by_a_mean_begun_in_the_middle() {
    // 1e30 is still felt where its weight has long vanished beside 1.
    let mut values: Vec<f32> = (0..200_000).map(|i| (i % 7) as f32).collect();
    values[150_000] = 1e30;
    let raw = history((0..).zip(values));
    for smoothing in [ema(0.999), Smoothing::TimeWeightedEma { weight: 0.999 }] {
        let mut smoothed = Smoothed::default();
        let visible = 190_000..200_000;
        let mut budget = Budget::new(0, 4);
        smoothed.update(&raw, smoothing, &visible, &mut budget);
        let known = smoothed.points();
        assert!(budget.is_short() && known.start > 198_000 && known.end == 200_000);
        let first = self::values(&smoothed, &raw);
        let expected = by_formula(&raw, smoothing);
        check_near(
            &first,
            &expected[known.start..],
            &sizes(&raw, smoothing)[known.start..],
        );
    }
}

#[test]
fn what_is_visible_is_made_first_and_all_is_made_in_the_end() {
    let raw = history((0..100_000).map(|i| (i, (i % 13) as f32)));
    let visible = 40_000..60_000;
    let mut smoothed = Smoothed::default();
    let mut known = Vec::new();
    loop {
        let mut budget = Budget::new(8 * GROUP, 8);
        smoothed.update(&raw, ema(0.9), &visible, &mut budget);
        known.push(smoothed.points());
        if !budget.is_short() {
            break;
        }
    }
    assert!(known[0].end >= 60_000 && known[0].end < 61_000 && known[0].start > 50_000);
    let whole = known.iter().position(|known| known.start <= 40_000);
    let beyond = known.iter().position(|known| known.end > 61_000);
    assert!(whole < beyond, "{whole:?} {beyond:?}");
    assert_eq!(known.last(), Some(&(0..100_000)));
    // Somebody looks elsewhere before that.
    let mut smoothed = Smoothed::default();
    for visible in [visible, 10_000..10_500] {
        smoothed.update(&raw, ema(0.9), &visible, &mut Budget::new(0, 8));
        let known = smoothed.points();
        assert!(known.start < visible.end && known.end >= visible.end);
    }
}

/// Any of the kinds, narrow enough for histories of some thousands of points to be longer than they remember, and wide ones.
fn kinds() -> impl Strategy<Value = Smoothing> {
    prop_oneof![
        prop_oneof![Just(0.6), Just(0.999), 0.01..0.99]
            .prop_map(|weight| Smoothing::Ema { weight }),
        prop_oneof![Just(0.6), Just(0.999), 0.01..0.99]
            .prop_map(|weight| Smoothing::TimeWeightedEma { weight }),
        prop_oneof![0.2..40.0, Just(130.0)].prop_map(|sigma| Smoothing::Gaussian { sigma }),
        prop_oneof![2_u32..60, 200_u32..400, Just(1501)]
            .prop_map(|points| Smoothing::RunningAverage { points }.limited()),
    ]
}

fn history_of(samples: &[Sample]) -> History {
    history(samples.iter().map(|sample| (sample.step, sample.value)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// In one go, in slices from anywhere, and as points come in: the same values, and what was said to stand stands.
    #[test]
    fn however_it_is_made_the_values_are_those_of_the_formula(
        samples in series(400),
        smoothing in kinds(),
        piece in 1_usize..5,
        seen in (0.0_f64..1.0, 0.0_f64..1.0),
        cuts in prop::collection::vec(0.0_f64..1.0, 0..6),
    ) {
        let raw = history_of(&samples);
        let (expected, sizes) = (by_formula(&raw, smoothing), sizes(&raw, smoothing));
        let at = |share: f64| (share * raw.len() as f64) as usize;
        let visible = at(seen.0.min(seen.1))..at(seen.0.max(seen.1));
        let mut sliced = Smoothed::default();
        finish(&mut sliced, &raw, smoothing, &visible, piece);
        prop_assert_eq!(sliced.points(), 0..raw.len());
        check_near(&values(&sliced, &raw), &expected, &sizes);

        let mut cuts: Vec<usize> = cuts.into_iter().map(at).collect();
        cuts.push(raw.len());
        cuts.sort_unstable();
        let (mut grown, mut growing) = (History::default(), Smoothed::default());
        let mut before: (usize, Vec<f32>) = (0, Vec::new());
        for cut in cuts {
            for sample in &samples[grown.len()..cut] {
                grown.push(*sample);
            }
            let mut budget = Budget::new(GROUP, piece);
            let visible = cut.saturating_sub(300)..cut;
            let stands = growing.update(&grown, smoothing, &visible, &mut budget);
            let known = growing.points();
            let now = values(&growing, &grown);
            for index in before.0.max(known.start)..stands.min(known.end) {
                let Some(old) = before.1.get(index - before.0) else { break };
                prop_assert_eq!(old.to_bits(), now[index - known.start].to_bits(), "{}", index);
            }
            before = (known.start, now);
        }
        finish(&mut growing, &raw, smoothing, &(0..raw.len()), piece);
        check_near(&values(&growing, &raw), &expected, &sizes);
    }

    /// At any zoom, as for raw values.
    #[test]
    fn it_is_pixel_for_pixel_the_line_through_all_smoothed_points(
        samples in series(700),
        smoothing in kinds(),
        piece in 1_usize..5,
        ends in (0.0_f64..1.0, 0.0_f64..1.0),
        size in (1_u32..200, 1_u32..120),
        is_log in any::<bool>(),
        is_alone in any::<bool>(),
        is_done in any::<bool>(),
        axis in prop_oneof![2 => Just(XAxis::Step), 1 => Just(XAxis::RelativeTime)],
    ) {
        let abscissa = Abscissa { axis, ..Abscissa::default() };
        let clock = clock(&samples);
        let position = |sample: Option<&Sample>| {
            sample.map_or(0.0, |sample| clock.position(abscissa, sample.step))
        };
        let whole = Span::new(
            position(samples.first()).min(0.0),
            position(samples.last()).max(1.0),
        );
        let scale = if is_log { Scale::Log } else { Scale::Linear };
        let visible = grid(part(whole, ends), size.0, size.1, scale);
        let grid = super::super::grid::Grid {
            whole: if is_alone { visible.whole } else { whole },
            abscissa,
            ..visible
        };
        let raw = history_of(&samples);
        let mut smoothed = Smoothed::default();
        let seen = raw.course(&clock).within(abscissa, grid.bounds.x);
        if is_done {
            finish(&mut smoothed, &raw, smoothing, &seen, piece);
        } else {
            smoothed.update(&raw, smoothing, &seen, &mut Budget::new(0, piece));
        }
        // The line through what is known, point by point.
        let known = smoothed.points();
        let values = values(&smoothed, &raw);
        let points = known.clone().zip(&values);
        let all = history(points.map(|(index, value)| (raw.at(index).step, *value)));
        let [line, gaps] = through_all(&all, &clock, &grid);
        let mut trace = Trace::default();
        let course = Course {
            steps: raw.steps(),
            values: SmoothedCurve { smoothed: &smoothed, raw: &raw },
            clock: &clock,
        };
        trace.update(course, &grid, 0);
        prop_assert_eq!(pixels(&trace.line(), &grid), pixels(&line, &grid));
        prop_assert_eq!(marked(&trace.gaps(), &grid), marked(&gaps, &grid));
    }

    /// However points come in and however far smoothing has come, a line that goes on is one made anew.
    #[test]
    fn a_trace_that_goes_on_is_one_made_anew(
        samples in series(400),
        smoothing in kinds(),
        cuts in prop::collection::vec(0.0_f64..1.0, 0..6),
        columns in 1_u32..200,
        piece in 1_usize..5,
    ) {
        let last = samples.last().map_or(1, |sample| sample.step.max(1)) as f64;
        let grid = grid(Span::new(0.0, last + 1.0), columns, 50, Scale::Linear);
        let clock = Clock::default();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| (cut * samples.len() as f64) as usize).collect();
        cuts.extend([samples.len(), samples.len()]);
        cuts.sort_unstable();
        let (mut raw, mut smoothed) = (History::default(), Smoothed::default());
        let mut going_on = Trace::default();
        for cut in cuts {
            let stands = raw.len();
            for sample in &samples[raw.len()..cut] {
                raw.push(*sample);
            }
            let visible = 0..raw.len();
            let kept = smoothed.update(&raw, smoothing, &visible, &mut Budget::new(0, piece));
            let course = Course {
                steps: raw.steps(),
                values: SmoothedCurve { smoothed: &smoothed, raw: &raw },
                clock: &clock,
            };
            going_on.update(course, &grid, stands.min(kept));
            let mut anew = Trace::default();
            anew.update(course, &grid, 0);
            prop_assert_eq!(going_on.line(), anew.line());
            prop_assert_eq!(going_on.gaps(), anew.gaps());
        }
    }
}
