//! What watching costs the training: steps a second of a loop that is only a loop, of the same loop reported, refined and
//! recorded, and of the same loop with a window besides.
//!
//! `cargo bench --bench training`
//!
//! Every measurement is a process of its own; the three kinds take turns, and medians are compared. The window opens on an
//! X server of its own (Xvfb) unless `DISPLAY` is set.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a benchmark prints its figures"
)]

#[cfg(not(feature = "train"))]
fn main() {
    eprintln!("not run: this benchmark trains, and needs the feature `train`");
}

#[cfg(feature = "train")]
fn main() {
    bench::main();
}

#[cfg(feature = "train")]
mod bench {
    use std::process::{Command, Stdio};
    use std::time::Instant;

    use burn::module::Module;
    use burn::nn::loss::CrossEntropyLossConfig;
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::{AdamConfig, GradientsParams};
    use burn::tensor::activation::relu;
    use burn::tensor::{Device, Distribution, Int, Tensor};
    use emberscope::message::Progress;
    use emberscope::worker::TensorProbe;
    use emberscope::{Options, WorkError, run};

    /// Which kind a child process measures.
    const MODE: &str = "EMBERSCOPE_BENCH_MODE";
    const BATCH: usize = 64;
    const WARM_UP: u64 = 50;

    #[derive(Module, Debug)]
    struct Model {
        layers: Vec<Linear>,
    }

    impl Model {
        fn new(device: &Device) -> Self {
            let widths = [64, 256, 256, 10];
            let layer = |pair: &[usize]| LinearConfig::new(pair[0], pair[1]).init(device);
            Self {
                layers: widths.windows(2).map(layer).collect(),
            }
        }

        fn forward(&self, input: Tensor<2>) -> Tensor<2> {
            let (output, hidden) = self.layers.split_last().expect("it has layers");
            let x = hidden.iter().fold(input, |x, layer| relu(layer.forward(x)));
            output.forward(x)
        }
    }

    /// Trains, calling `report` with each step's loss; gives steps a second after the warm-up.
    fn train(steps: u64, mut report: impl FnMut(u64, Tensor<1>) -> bool) -> Result<f64, WorkError> {
        let device = Device::flex().autodiff();
        device.seed(1);
        let mut model = Model::new(&device);
        let mut optimizer = AdamConfig::new().init();
        let loss_of = CrossEntropyLossConfig::new().init(&device);
        let input = Tensor::<2>::random([BATCH, 64], Distribution::Default, &device);
        let labels = Tensor::<1>::random([BATCH], Distribution::Uniform(0.0, 10.0), &device);
        let labels: Tensor<1, Int> = labels.int();
        let mut started = Instant::now();
        for step in 1..=steps + WARM_UP {
            if step == WARM_UP + 1 {
                started = Instant::now();
            }
            let loss = loss_of.forward(model.forward(input.clone()), labels.clone());
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = optimizer.step(1e-4, model, gradients);
            if !report(step, loss) {
                return Err("stopped".into());
            }
        }
        device.sync()?;
        Ok(steps as f64 / started.elapsed().as_secs_f64())
    }

    fn measure(mode: &str, steps: u64) -> Result<f64, WorkError> {
        if mode == "bare" {
            return train(steps, |_, _| true);
        }
        let folder = tempfile::tempdir()?;
        let mut options = Options::new("bench");
        options.runs = Some(folder.path().to_owned());
        options.is_headless = mode == "recorded";
        options.stays_open = false;
        let speed = run(options, |scope| {
            let probe = TensorProbe::new(scope.probe())?;
            let (loss_id, rate_id) = (probe.series("loss/train"), probe.series("learning rate"));
            let speed = train(steps, |step, loss| {
                let goes_on = probe.proceed();
                probe.step(step);
                probe.scalar(rate_id, 1e-4);
                probe.tensor(loss_id, loss);
                probe.progress(Progress {
                    epoch: 1,
                    epochs: 1,
                    step,
                    steps: steps + WARM_UP,
                });
                goes_on
            })?;
            probe.finish()?;
            Ok(speed)
        })?;
        Ok(speed)
    }

    fn child(mode: &str, steps: u64, display: Option<&str>) -> f64 {
        let program = std::env::current_exe().expect("the benchmark knows its own path");
        let mut command = Command::new(program);
        command
            .env(MODE, format!("{mode} {steps}"))
            .stderr(Stdio::inherit());
        if let Some(display) = display {
            command.env("DISPLAY", display);
        }
        let output = command.output().expect("the benchmark starts itself");
        let said = String::from_utf8_lossy(&output.stdout);
        said.lines()
            .find_map(|line| line.strip_prefix("speed ")?.parse().ok())
            .unwrap_or_else(|| panic!("the mode {mode} told no speed: {said}"))
    }

    fn median(values: &mut [f64]) -> f64 {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    pub(super) fn main() {
        if let Ok(request) = std::env::var(MODE) {
            let (mode, steps) = request
                .split_once(' ')
                .expect("a mode and a number of steps");
            let steps = steps.parse().expect("a number of steps");
            match measure(mode, steps) {
                Ok(speed) => println!("speed {speed}"),
                Err(error) => panic!("{error}"),
            }
            return;
        }
        // `cargo test` and `cargo bench --no-run` only want to know that it works.
        let is_measured = std::env::args().any(|argument| argument == "--bench");
        let (rounds, steps) = if is_measured { (9, 3000) } else { (1, 20) };
        let server = std::env::var_os("DISPLAY")
            .is_none()
            .then(crate::support::Xvfb::start);
        let display = server.as_ref().map(crate::support::Xvfb::display);
        let modes = ["bare", "recorded", "window"];
        let mut speeds = modes.map(|_| Vec::new());
        for round in 0..rounds {
            for (offset, _) in modes.iter().enumerate() {
                // Each kind goes first in turn.
                let index = (offset + round) % modes.len();
                speeds[index].push(child(modes[index], steps, display));
            }
        }
        let medians = speeds.each_mut().map(|speeds| median(speeds));
        println!("{rounds} rounds of {steps} steps, medians:");
        for (mode, speed) in modes.iter().zip(medians) {
            println!(
                "  {mode:<10} {speed:>9.1} steps/s   {:.3} of bare",
                speed / medians[0]
            );
        }
    }
}

#[cfg(feature = "train")]
#[path = "../tests/support/display.rs"]
mod support;
