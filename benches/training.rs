//! What watching costs the training: steps a second of a loop that is only a loop, of the same loop reported, refined and
//! recorded, and of the same loop with a window besides.
//!
//! `cargo bench --bench training`
//!
//! Every measurement is a process of its own, and the three kinds take turns. Each trains for some seconds before its steps are
//! timed, in which the window opens and draws. What is compared are two processes of one round: the machine is the same then.
//! The window opens on an X server of its own (Xvfb) unless `DISPLAY` is set.
//!
//! At the end there is a line for each of the design's targets that was measured: what, figure, target, verdict.
#![allow(
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
    use std::path::Path;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use burn::module::Module;
    use burn::nn::loss::CrossEntropyLossConfig;
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::{AdamConfig, GradientsParams};
    use burn::tensor::activation::relu;
    use burn::tensor::{Device, Distribution, Int, Tensor};
    use emberscope::message::Progress;
    use emberscope::worker::TensorProbe;
    use emberscope::{Options, WorkError, run};

    /// Tells a child process what to measure: the kind, the steps, the seconds of warm-up.
    const REQUEST: &str = "EMBERSCOPE_BENCH_REQUEST";
    const MODES: [&str; 3] = ["bare", "recorded", "window"];
    const BATCH: usize = 64;
    /// A window that has not drawn by then never will.
    const PATIENCE: Duration = Duration::from_secs(300);

    /// How a child process measures.
    #[derive(Clone)]
    struct Request {
        mode: String,
        steps: u64,
        warm_up: Duration,
    }

    impl Request {
        /// What this process was started for, if it is a child.
        fn received() -> Option<Self> {
            let words = std::env::var(REQUEST).ok()?;
            let mut words = words.split(' ');
            let mut word = || words.next().expect("a kind, steps, and seconds");
            Some(Self {
                mode: word().to_owned(),
                steps: word().parse().expect("a number of steps"),
                warm_up: Duration::from_secs(word().parse().expect("a number of seconds")),
            })
        }

        fn words(&self) -> String {
            let seconds = self.warm_up.as_secs();
            format!("{} {} {seconds}", self.mode, self.steps)
        }
    }

    /// What a child process measured.
    struct Measured {
        steps_per_second: f64,
        /// When the timed steps began.
        since: Instant,
    }

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

    /// Trains for as long as the warm-up lasts and until `is_warm`, then as many steps as are timed; calls `report` with each
    /// step's loss.
    fn train(
        request: &Request,
        is_warm: impl Fn() -> bool,
        mut report: impl FnMut(u64, Tensor<1>) -> bool,
    ) -> Result<Measured, WorkError> {
        let device = Device::flex().autodiff();
        device.seed(1);
        let mut model = Model::new(&device);
        let mut optimizer = AdamConfig::new().init();
        let loss_of = CrossEntropyLossConfig::new().init(&device);
        let input = Tensor::<2>::random([BATCH, 64], Distribution::Default, &device);
        let labels = Tensor::<1>::random([BATCH], Distribution::Uniform(0.0, 10.0), &device);
        let labels: Tensor<1, Int> = labels.int();
        let begun = Instant::now();
        let mut step = 0;
        let mut timed: Option<(u64, Instant)> = None;
        loop {
            step += 1;
            let loss = loss_of.forward(model.forward(input.clone()), labels.clone());
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = optimizer.step(1e-4, model, gradients);
            if !report(step, loss) {
                return Err("stopped".into());
            }
            match timed {
                Some((warm_up, since)) if step == warm_up + request.steps => {
                    device.sync()?;
                    return Ok(Measured {
                        steps_per_second: request.steps as f64 / since.elapsed().as_secs_f64(),
                        since,
                    });
                }
                None if begun.elapsed() >= request.warm_up && is_warm() => {
                    device.sync()?;
                    timed = Some((step, Instant::now()));
                }
                None if begun.elapsed() >= PATIENCE => return Err("no window has drawn".into()),
                _ => {}
            }
        }
    }

    /// Gives steps a second, and the frames that a window has drawn meanwhile.
    fn measure(request: &Request) -> Result<(f64, usize), WorkError> {
        if request.mode == "bare" {
            // On a thread of its own like the others: what a main thread allocates is given back to the system much more
            // often, and a training that does is slower for it.
            let request = request.clone();
            let bare = std::thread::Builder::new()
                .name("bare".into())
                .spawn(move || {
                    let measured = train(&request, || true, |_, _| true);
                    measured
                        .map(|measured| measured.steps_per_second)
                        .map_err(|error| error.to_string())
                })?;
            let Ok(speed) = bare.join() else {
                return Err("the bare loop panicked".into());
            };
            return Ok((speed?, 0));
        }
        let folder = tempfile::tempdir()?;
        let timings = folder.path().join("frames.csv");
        let has_window = request.mode == "window";
        let mut options = Options::new("bench");
        options.runs = Some(folder.path().join("runs"));
        options.is_headless = !has_window;
        options.timings = has_window.then(|| timings.clone());
        options.stays_open = false;
        let is_warm = || !has_window || lines(&timings) > 2;
        let opened = Instant::now();
        let measured = run(options, |scope| {
            let probe = TensorProbe::new(scope.probe())?;
            let (loss_id, rate_id) = (probe.series("loss/train"), probe.series("learning rate"));
            let measured = train(request, is_warm, |step, loss| {
                let goes_on = probe.proceed();
                probe.step(step);
                probe.scalar(rate_id, 1e-4);
                probe.tensor(loss_id, loss);
                probe.progress(Progress {
                    epoch: 1,
                    epochs: 1,
                    step,
                    steps: 0,
                });
                goes_on
            })?;
            probe.finish()?;
            Ok(measured)
        })?;
        let frames = if has_window {
            let since = measured.since.duration_since(opened);
            let frames = shown(&timings)?;
            frames.iter().filter(|time| **time >= since).count()
        } else {
            0
        };
        Ok((measured.steps_per_second, frames))
    }

    /// Lines of a file so far, the first with its columns' names; 0 where there is none.
    fn lines(file: &Path) -> usize {
        std::fs::read_to_string(file).map_or(0, |text| text.lines().count())
    }

    /// When each frame was shown, since the run was opened.
    ///
    /// # Errors
    /// If there were fewer than two, or one that no window showed: where a window fails, frames are drawn offscreen, and only
    /// there does it take no time to present them.
    fn shown(timings: &Path) -> Result<Vec<Duration>, WorkError> {
        let mut frames = csv::Reader::from_path(timings)?;
        let columns = frames.headers()?.clone();
        let column = |name: &str| columns.iter().position(|column| column == name);
        let (Some(time), Some(present)) = (column("time_s"), column("present_us")) else {
            return Err("the timings have other columns".into());
        };
        let mut times = Vec::new();
        for frame in frames.records() {
            let frame = frame?;
            if frame[present].parse::<f64>()? <= 0.0 {
                return Err("a frame was drawn that no window showed".into());
            }
            times.push(Duration::try_from_secs_f64(frame[time].parse()?)?);
        }
        if times.len() < 2 {
            return Err("the window drew fewer than two frames".into());
        }
        Ok(times)
    }

    /// Has a process of its own measure: steps a second, and frames shown meanwhile.
    fn child(request: &Request, display: Option<&str>) -> (f64, usize) {
        let program = std::env::current_exe().expect("the benchmark knows its own path");
        let mut command = Command::new(program);
        command
            .env(REQUEST, request.words())
            // How soon glibc gives memory back follows from what a process has freed so far, and a training that gets its
            // memory anew each step is slower by a half: a window would make it quicker by what it frees itself.
            .env("MALLOC_MMAP_THRESHOLD_", "33554432")
            .env("MALLOC_TRIM_THRESHOLD_", "1073741824");
        if let Some(display) = display {
            // Where there is Wayland as well, a window would open there.
            command
                .env("DISPLAY", display)
                .env_remove("WAYLAND_DISPLAY")
                .env_remove("WAYLAND_SOCKET");
        }
        let output = command.output().expect("the benchmark starts itself");
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        said.lines()
            .find_map(|line| {
                let (speed, frames) = line.strip_prefix("measured ")?.split_once(' ')?;
                Some((speed.parse().ok()?, frames.parse().ok()?))
            })
            .unwrap_or_else(|| panic!("the mode {} told no speed: {said}{complaint}", request.mode))
    }

    /// The least, the middle and the greatest.
    struct Spread {
        least: f64,
        median: f64,
        most: f64,
    }

    impl Spread {
        fn of(mut values: Vec<f64>) -> Self {
            values.sort_by(f64::total_cmp);
            Self {
                least: values[0],
                median: values[values.len() / 2],
                most: values[values.len() - 1],
            }
        }
    }

    pub(super) fn main() {
        if let Some(request) = Request::received() {
            match measure(&request) {
                Ok((speed, frames)) => println!("measured {speed} {frames}"),
                Err(error) => panic!("{error}"),
            }
            return;
        }
        // `cargo test` and `cargo bench --no-run` only want to know that it works.
        let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
        let is_measured = has("--bench") && !has("--test");
        let (rounds, steps, warm_up) = if is_measured {
            (9, 3000, Duration::from_secs(4))
        } else {
            (1, 20, Duration::ZERO)
        };
        let server = std::env::var_os("DISPLAY")
            .is_none()
            .then(crate::support::Xvfb::start);
        let display = server.as_ref().map(crate::support::Xvfb::display);
        // Each kind's speeds, round by round.
        let mut speeds = MODES.map(|_| Vec::new());
        let mut frames_a_second = Vec::new();
        for round in 0..rounds {
            for offset in 0..MODES.len() {
                // Each kind goes first in turn.
                let index = (offset + round) % MODES.len();
                let request = Request {
                    mode: MODES[index].to_owned(),
                    steps,
                    warm_up,
                };
                let (speed, frames) = child(&request, display);
                speeds[index].push(speed);
                if MODES[index] == "window" {
                    frames_a_second.push(frames as f64 * speed / steps as f64);
                }
            }
        }
        if is_measured {
            println!("{rounds} rounds of {steps} steps after {warm_up:?} of warm-up");
            tell(&speeds, frames_a_second);
        }
    }

    fn tell(speeds: &[Vec<f64>; 3], frames_a_second: Vec<f64>) {
        let medians = speeds
            .each_ref()
            .map(|each| Spread::of(each.clone()).median);
        let ratios = speeds.each_ref().map(|each| {
            let pairs = each.iter().zip(&speeds[0]);
            Spread::of(pairs.map(|(speed, bare)| speed / bare).collect())
        });
        for ((mode, median), ratio) in MODES.iter().zip(medians).zip(&ratios) {
            println!(
                "  {mode:<10} {median:>9.1} steps/s   of bare: {:.3} by medians, {:.3} by pairs ({:.3} to {:.3})",
                median / medians[0],
                ratio.median,
                ratio.least,
                ratio.most,
            );
        }
        let frames = Spread::of(frames_a_second);
        println!(
            "  the window showed {:.1} frames a second meanwhile ({:.1} to {:.1})",
            frames.median, frames.least, frames.most,
        );
        let verdict = |is_met: bool| if is_met { "met" } else { "missed" };
        let [_, recorded, window] = &ratios;
        println!(
            "target | training steps/s with refiner and recorder and no drawing, against bare | {:.3} | ≥ 0.99 | {}",
            recorded.median,
            verdict(recorded.median >= 0.99),
        );
        println!(
            "target | training steps/s with the viewer, against bare | {:.3} | ≥ 0.99 where drawing is on a GPU | {}",
            window.median,
            if emberscope::render::has_gpu() {
                verdict(window.median >= 0.99)
            } else {
                "not judged: a software adapter draws"
            },
        );
    }
}

#[cfg(feature = "train")]
#[path = "../tests/support/display.rs"]
mod support;
