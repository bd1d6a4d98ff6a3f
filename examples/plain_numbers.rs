//! A program without burn that shows its numbers live: simulated annealing on a bumpy landscape.
//!
//! `cargo run --release --no-default-features --example plain_numbers` (builds without burn).
#![allow(
    clippy::cast_possible_truncation,
    reason = "what is shown is single precision"
)]

use std::f64::consts::TAU;

use emberscope::message::{Progress, Series, Unit};
use emberscope::{Options, run};

const STEPS: u64 = 20_000;

/// Rastrigin's function in two dimensions: one global minimum among very many.
fn height(x: f64, y: f64) -> f64 {
    20.0 + [x, y]
        .iter()
        .map(|v| v * v - 10.0 * (TAU * v).cos())
        .sum::<f64>()
}

/// Numbers between 0 and 1 that look random (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn main() -> Result<(), emberscope::Error> {
    run(Options::new("annealing"), |scope| {
        let probe = scope.probe();
        let energy = probe.declare(Series::scalar("energy").with_log_axis());
        let temperature = probe.declare(Series::scalar("temperature").with_exact_values());
        let accepted = probe.declare(Series::scalar("accepted").with_unit(Unit::Fraction));
        let mut dice = Dice(7);
        let (mut x, mut y, mut taken) = (4.0, -3.5, 0.0);
        probe.text(format!("starting at height {:.2}", height(x, y)));
        for step in 1..=STEPS {
            if !probe.proceed() {
                break;
            }
            let heat = 10.0 * (1.0 - step as f64 / STEPS as f64).powi(2) + 1e-3;
            for _ in 0..200 {
                let (dx, dy) = (dice.roll() - 0.5, dice.roll() - 0.5);
                let rise = height(x + dx, y + dy) - height(x, y);
                let is_taken = rise < 0.0 || dice.roll() < (-rise / heat).exp();
                taken += (f64::from(u8::from(is_taken)) - taken) * 0.01;
                if is_taken {
                    (x, y) = (x + dx, y + dy);
                }
            }
            probe.step(step);
            probe.scalar(energy, height(x, y) as f32);
            probe.scalar(temperature, heat as f32);
            probe.scalar(accepted, taken as f32);
            probe.progress(Progress {
                epoch: 0,
                epochs: 0,
                step,
                steps: STEPS,
            });
        }
        probe.text(format!(
            "ended at ({x:.3}, {y:.3}), height {:.4}",
            height(x, y)
        ));
        Ok(())
    })
}
