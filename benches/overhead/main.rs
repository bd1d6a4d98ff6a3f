//! What watching costs the training: steps a second of a loop that is only a loop, and of the same loop watched in more and more
//! detail.
//!
//! `cargo bench --bench overhead`; with `--features burn-tui` burn's own terminal dashboard takes its turn as well;
//! `EMBERSCOPE_BENCH` names one program to measure: `loop`, `synthetic` or `learner`.
//!
//! Three programs: a convolutional network on the digits in a loop of its own, a step that computes for some ten microseconds
//! and does nothing else, and the same network trained by burn-train. Every measurement is a process of its own, and the kinds of
//! a program take turns. Each trains for some seconds before its steps are timed, in which a window opens and draws. What is
//! compared are two processes of one round: the machine is the same then. The window opens on an X server of its own (Xvfb)
//! unless `DISPLAY` is set; burn's dashboard draws on a pseudo-terminal (`script`).
//!
//! At the end there is a line for each of the design's targets that was measured: what, figure, target, verdict.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

#[cfg(feature = "train")]
mod child;
#[cfg(feature = "train")]
mod learner;
#[cfg(feature = "train")]
mod model;
#[cfg(feature = "train")]
mod own_loop;
#[cfg(feature = "train")]
#[path = "../../tests/support/display.rs"]
mod support;

#[cfg(not(feature = "train"))]
fn main() {
    eprintln!("not run: this benchmark trains, and needs the feature `train`");
}

#[cfg(feature = "train")]
fn main() {
    if let Some(request) = child::Request::received() {
        if let Err(error) = child::answer(&request) {
            panic!("{error}");
        }
        return;
    }
    bench::main();
}

#[cfg(feature = "train")]
mod bench {
    use std::time::Duration;

    use super::child::{Kind, Program, Request, Speed};
    use super::support::Xvfb;

    /// What a ratio must be, by the design.
    fn target(program: Program, kind: Kind) -> Option<f64> {
        match (program, kind) {
            (Program::Loop | Program::Synthetic, Kind::Scalars)
            | (Program::Loop, Kind::Tensors) => Some(0.99),
            (Program::Loop, Kind::Norms) => Some(0.97),
            _ => None,
        }
    }

    /// The least, the middle and the greatest.
    struct Spread {
        least: f64,
        median: f64,
        most: f64,
    }

    impl Spread {
        fn of(values: impl Iterator<Item = f64>) -> Self {
            let mut values: Vec<f64> = values.collect();
            values.sort_by(f64::total_cmp);
            Self {
                least: values[0],
                median: values[values.len() / 2],
                most: values[values.len() - 1],
            }
        }
    }

    pub(super) fn main() {
        // `cargo test` and `cargo bench --no-run` only want to know that it works.
        let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
        let is_measured = has("--bench") && !has("--test");
        let server = std::env::var_os("DISPLAY").is_none().then(Xvfb::start);
        let display = server.as_ref().map(Xvfb::display);
        // `EMBERSCOPE_BENCH=learner` measures that program alone.
        let wanted = std::env::var("EMBERSCOPE_BENCH").unwrap_or_default();
        let is_wanted = |program: &Program| wanted.is_empty() || program.name() == wanted;
        for program in Program::ALL.into_iter().filter(is_wanted) {
            let (rounds, steps, warm_up) = if is_measured {
                (7, program.steps(), Duration::from_secs(2))
            } else {
                (1, 20, Duration::ZERO)
            };
            let kinds = program.kinds();
            let mut speeds: Vec<Vec<Speed>> = kinds.iter().map(|_| Vec::new()).collect();
            for round in 0..rounds {
                for offset in 0..kinds.len() {
                    // Each kind goes first in turn.
                    let index = (offset + round) % kinds.len();
                    let request = Request {
                        program,
                        kind: kinds[index],
                        steps,
                        warm_up,
                    };
                    speeds[index].push(request.send(display));
                }
            }
            if is_measured {
                println!(
                    "{}, {rounds} rounds of {steps} steps after {warm_up:?}",
                    program.describe()
                );
                tell(program, &kinds, &speeds);
            }
        }
    }

    fn tell(program: Program, kinds: &[Kind], speeds: &[Vec<Speed>]) {
        let bare = &speeds[0];
        for (kind, speeds) in kinds.iter().zip(speeds) {
            let median = Spread::of(speeds.iter().map(|speed| speed.steps_per_second)).median;
            let pairs = speeds.iter().zip(bare);
            let ratio = Spread::of(
                pairs.map(|(speed, bare)| speed.steps_per_second / bare.steps_per_second),
            );
            let frames = Spread::of(speeds.iter().map(|speed| speed.frames_per_second));
            let frames = if frames.most > 0.0 {
                format!("; {:.1} frames/s", frames.median)
            } else {
                String::new()
            };
            println!(
                "  {:<38} {median:>10.1} steps/s   of the first: {:.3} by pairs ({:.3} to {:.3}){frames}",
                kind.describe(),
                ratio.median,
                ratio.least,
                ratio.most,
            );
            if let Some(target) = target(program, *kind) {
                println!(
                    "target | {}: {}, steps/s against the bare loop | {:.3} | ≥ {target} | {}",
                    program.describe(),
                    kind.describe(),
                    ratio.median,
                    if ratio.median >= target {
                        "met"
                    } else {
                        "missed"
                    },
                );
            }
        }
    }
}
