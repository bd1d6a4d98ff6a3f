//! Scenes built by hand: a run of a digits classifier at any step, as the refiner would show it. The same numbers each time.

// Every test that shows scenes uses its part of them.
#![allow(dead_code)]

use std::sync::Arc;
use std::time::Duration;

use emberscope::dashboard::{FrameHistory, FrameRecord, FrameStats, Offer};
use emberscope::message::{
    Answer, Command, Hyperparameter, Kind, LearningRate, Level, Parameter, Progress, Reply, RunId,
    RunInfo, SeriesId, Split, Text, Timestamp, Unit,
};
use emberscope::scene::{
    Bounds, BulkSummary, Chunk, ChunkId, Dash, Extreme, Line, Mark, Panel, PanelId, Part, Range,
    Reading, RunAnswer, RunState, RunSummary, RunView, Scale, Scene, SeriesKey, SeriesSummary,
    Smoothing, Statistics, Stroke, Vertex, XAxis, XRange,
};

/// Steps in an epoch, and epochs.
const EPOCH: u64 = 337;
const EPOCHS: u32 = 10;

/// Half past six in the evening, in UTC.
const START_S: u64 = 1_767_205_803;

/// Numbers between −1 and 1 that look like noise and are the same each time (xorshift).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A value as a vertex or a summary keeps it.
fn single(value: f64) -> f32 {
    // Rounding is what is wanted.
    #[allow(clippy::cast_possible_truncation)]
    let value = value as f32;
    value
}

/// A series under construction.
struct Curve {
    name: &'static str,
    split: Split,
    color: usize,
    unit: Unit,
    points: Vec<(u64, f64)>,
    is_smoothed: bool,
}

/// The run at a step: 0 is before the first.
pub(crate) fn run_at(step: u64) -> Scene {
    let mut scene = Scene {
        number: 1 + step,
        run: run_view(step),
        log: log(step).into(),
        smoothing: Smoothing::USUAL,
        newest: (step > 0).then(|| stamp(step)),
        points: step * 6,
        ..Scene::default()
    };
    if step > 0 {
        add_panels(&mut scene, step);
    }
    scene
}

/// The run in its first step: it was said, and the device compiles kernels for it. Only what needs no device has a value.
pub(crate) fn compiling() -> Scene {
    let mut scene = run_at(1);
    scene.run.state = RunState::Preparing;
    scene.run.activity = "compiling kernels".into();
    scene.run.remaining = None;
    scene.run.steps_per_second = None;
    scene.run.samples_per_second = None;
    for panel in scene.panels.iter_mut().map(Arc::make_mut) {
        if &*panel.name == "optim/learning rate" {
            continue;
        }
        panel.fit = None;
        for line in &mut panel.lines {
            line.parts.clear();
            line.latest = None;
        }
    }
    for series in Arc::make_mut(&mut scene.series) {
        if &*series.name != "optim/learning rate" {
            series.points = 0;
            series.latest = None;
            series.smallest = None;
            series.largest = None;
        }
    }
    scene
}

/// Lines of text, one a step.
pub(crate) fn long_log(count: u64) -> Vec<Text> {
    (0..count)
        .map(|step| Text {
            time: stamp(step),
            step: Some(step),
            level: Level::Info,
            target: String::new(),
            text: format!("line {step}"),
        })
        .collect()
}

fn stamp(step: u64) -> Timestamp {
    Timestamp::from_unix_ns(START_S * 1_000_000_000 + step * 33_000_000)
}

fn run_view(step: u64) -> RunView {
    let is_over = step >= EPOCH * u64::from(EPOCHS);
    let elapsed = Duration::from_millis(610 + step * 33);
    RunView {
        info: Arc::new(RunInfo {
            name: "digits-cnn".into(),
            model: "digits-cnn, 93,322 parameters".into(),
            backend: "burn wgpu".into(),
            device: "NVIDIA RTX 4090".into(),
            seed: Some(7),
            hyperparameters: vec![Hyperparameter {
                name: "learning rate".into(),
                value: "0.001".into(),
            }],
            started: stamp(0),
        }),
        state: match step {
            0 => RunState::Preparing,
            _ if is_over => RunState::Finished,
            _ => RunState::Training,
        },
        activity: if step == 0 { "compiling kernels" } else { "" }.into(),
        progress: Progress {
            epoch: u32::try_from(step / EPOCH + 1).unwrap_or(1).min(10),
            epochs: EPOCHS,
            step,
            steps: EPOCH * u64::from(EPOCHS),
        },
        elapsed,
        remaining: (step > 0 && !is_over)
            .then(|| Duration::from_millis((EPOCH * u64::from(EPOCHS) - step) * 33)),
        steps_per_second: (step > 0).then_some(30.4),
        samples_per_second: (step > 0).then_some(1946.0),
    }
}

fn log(step: u64) -> Vec<Text> {
    let mut lines = Vec::new();
    let mut say = |at: u64, level, target: &str, text: &str| {
        if at <= step {
            lines.push(Text {
                time: stamp(at),
                step: (at > 0).then_some(at),
                level,
                target: target.into(),
                text: text.into(),
            });
        }
    };
    say(0, Level::Info, "", "dataset digits 1,437 / 360");
    say(0, Level::Info, "", "model 93,322 parameters");
    say(1, Level::Debug, "burn_wgpu", "first step 0.61 s (kernels)");
    say(337, Level::Info, "", "epoch 1 valid 0.412 88.6 %");
    say(674, Level::Info, "", "epoch 2 valid 0.196 94.7 %");
    say(1003, Level::Warn, "", "gradient norm 61.2 at step 1,003");
    say(1011, Level::Info, "", "epoch 3 valid 0.131 96.9 %");
    say(
        1100,
        Level::Error,
        "wgpu_core::device",
        "a log record that is far too long for one line of the panel and has to be wrapped into several of them, and is then shortened because nobody wants to read a novel in a panel of three hundred points",
    );
    say(1200, Level::Success, "", "best valid accuracy 97.8 %");
    lines
}

fn add_panels(scene: &mut Scene, step: u64) {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    let every: Vec<u64> = (1..=step).collect();
    let epochs: Vec<u64> = (1..=step / EPOCH).map(|epoch| epoch * EPOCH).collect();
    let loss = |at: u64| 0.06 + 1.95 * (-(at as f64) / 260.0).exp();
    let accuracy = |at: u64| 0.96 - 0.86 * (-(at as f64) / 220.0).exp();
    let rate = |at: u64| {
        let warm = (at as f64 / 120.0).min(1.0);
        let part = (at as f64 / (EPOCH * u64::from(EPOCHS)) as f64).min(1.0);
        9.8e-4 * warm * (0.5 + 0.5 * (std::f64::consts::PI * part).cos())
    };
    let mut sample = |steps: &[u64], f: &dyn Fn(u64) -> f64, spread: &dyn Fn(f64) -> f64| {
        steps
            .iter()
            .map(|at| {
                let value = f(*at);
                (*at, value + spread(value) * noise.next())
            })
            .collect::<Vec<_>>()
    };
    let loss_train = sample(&every, &loss, &|v| 0.05 + 0.18 * v);
    let loss_valid = sample(&epochs, &|at| loss(at) + 0.045, &|_| 0.004);
    let accuracy_train = sample(&every, &accuracy, &|_| 0.04);
    let accuracy_valid = sample(&epochs, &|at| accuracy(at) + 0.012, &|_| 0.003);
    let learning_rate = sample(&every, &rate, &|_| 0.0);
    let norm = sample(
        &every,
        &|at| 6.0 * (-(at as f64) / 420.0).exp() + 0.22,
        &|v| 0.6 * v,
    );
    let norm = norm
        .into_iter()
        .map(|(at, v)| (at, if at == 1003 { 61.2 } else { v.max(0.02) }))
        .collect();
    let throughput = sample(&every, &|at| if at < 30 { 300.0 } else { 1650.0 }, &|_| {
        90.0
    });
    let train = |name, color, unit, points| Curve {
        name,
        split: Split::Train,
        color,
        unit,
        points,
        is_smoothed: true,
    };
    let valid = |name, unit, points| Curve {
        name,
        split: Split::Valid,
        color: 1,
        unit,
        points,
        is_smoothed: false,
    };
    let alone = |name, color, unit, points, is_smoothed| Curve {
        name,
        split: Split::None,
        color,
        unit,
        points,
        is_smoothed,
    };
    let samples = Unit::Other("samples/s".into());
    add(
        scene,
        "loss",
        "Loss",
        "cross-entropy",
        Scale::Linear,
        Range::new(0.0, 2.5),
        vec![
            train("loss/train", 0, Unit::None, loss_train),
            valid("loss/valid", Unit::None, loss_valid),
        ],
    );
    add(
        scene,
        "accuracy",
        "Accuracy",
        "",
        Scale::Linear,
        Range::new(0.0, 1.0),
        vec![
            train("accuracy/train", 0, Unit::Fraction, accuracy_train),
            valid("accuracy/valid", Unit::Fraction, accuracy_valid),
        ],
    );
    add(
        scene,
        "optim/learning rate",
        "Learning rate",
        "cosine, warm-up",
        Scale::Linear,
        Range::new(0.0, 1e-3),
        vec![alone(
            "optim/learning rate",
            4,
            Unit::None,
            learning_rate,
            false,
        )],
    );
    add(
        scene,
        "optim/gradient norm",
        "Gradient norm",
        "",
        Scale::Log,
        Range::new(-2.0, 2.0),
        vec![alone("optim/gradient norm", 2, Unit::None, norm, true)],
    );
    add(
        scene,
        "speed/throughput",
        "Throughput",
        "",
        Scale::Linear,
        Range::new(0.0, 2000.0),
        vec![alone("speed/throughput", 5, samples, throughput, true)],
    );
}

/// Adds a panel that is logarithmic either side of zero.
pub(crate) fn add_symlog(scene: &mut Scene) {
    let points = (1..=1284)
        .map(|step| {
            let phase = step as f64 / 40.0;
            (step, 30.0 * phase.sin() * (-phase / 5.0).exp())
        })
        .collect();
    add(
        scene,
        "optim/curvature",
        "Curvature",
        "",
        Scale::Symlog { power: -2 },
        Range::new(-Scale::THRESHOLD - 4.0, Scale::THRESHOLD + 4.0),
        vec![Curve {
            name: "optim/curvature",
            split: Split::None,
            color: 3,
            unit: Unit::None,
            points,
            is_smoothed: false,
        }],
    );
}

/// Adds a panel with its series.
fn add(
    scene: &mut Scene,
    name: &str,
    title: &str,
    note: &str,
    scale: Scale,
    y: Range,
    curves: Vec<Curve>,
) {
    let id = PanelId(u32::try_from(scene.panels.len()).expect("a few panels"));
    let last = curves
        .iter()
        .filter_map(|curve| curve.points.last())
        .map(|point| point.0)
        .max();
    let end = (last.unwrap_or(1) as f64 * 1.02 / 50.0).ceil() * 50.0;
    let bounds = Bounds {
        x: Range::new(0.0, end),
        y,
    };
    let unit = curves
        .first()
        .map(|curve| curve.unit.clone())
        .unwrap_or_default();
    let mut panel = Panel {
        id,
        name: name.into(),
        title: title.into(),
        note: note.into(),
        unit,
        scale,
        x_axis: XAxis::Step,
        x_scale: Scale::Linear,
        x_range: XRange::All,
        fit: last.map(|_| bounds),
        whole_x: last.map(|_| bounds.x),
        newest_x: last.map(|last| last as f64),
        lines: Vec::new(),
        gaps: 0,
        marks: Vec::new(),
    };
    for curve in curves {
        let series = u32::try_from(scene.series.len()).expect("a few series");
        let key = SeriesKey {
            run: RunId(1),
            series: SeriesId(series),
        };
        let (group, leaf) = curve.name.rsplit_once('/').unwrap_or(("", curve.name));
        let latest = curve.points.last().map(|point| single(point.1));
        let extreme = |is_better: fn(f64, f64) -> bool| {
            curve
                .points
                .iter()
                .copied()
                .reduce(|a, b| if is_better(b.1, a.1) { b } else { a })
                .map(|(step, value)| Extreme {
                    value: single(value),
                    step,
                })
        };
        Arc::make_mut(&mut scene.series).push(SeriesSummary {
            key,
            name: curve.name.into(),
            group: group.into(),
            label: leaf.into(),
            panel: Arc::clone(&panel.name),
            split: curve.split,
            unit: curve.unit.clone(),
            direction: emberscope::message::Direction::Unsaid,
            color: curve.color,
            points: curve.points.len() as u64,
            latest,
            smallest: extreme(|a, b| a < b),
            largest: extreme(|a, b| a > b),
            bulk: None,
            misfits: 0,
        });
        panel.lines.push(Line {
            key,
            label: leaf.into(),
            split: curve.split,
            color: curve.color,
            dash: Dash::Solid,
            strength: 1.0,
            parts: parts(&curve, scale, u64::from(series)),
            latest,
            at_cursor: None,
            at_pins: Vec::new(),
            visible: None,
        });
    }
    scene.panels.push(Arc::new(panel));
}

/// Raw and smoothed, or line and markers.
fn parts(curve: &Curve, scale: Scale, id: u64) -> Vec<Part> {
    let axis = |value: f64| match scale {
        Scale::Linear => value,
        Scale::Log => value.max(1e-9).log10(),
        Scale::Symlog { .. } => scale.position_of(value),
    };
    let chunk = |part: u64, points: &[(u64, f64)]| {
        Arc::new(Chunk {
            id: ChunkId(id * 4 + part),
            generation: 1,
            origin: [0.0, 0.0],
            vertices: points
                .iter()
                .map(|(x, y)| Vertex {
                    x: single(*x as f64),
                    y: single(axis(*y)),
                })
                .collect(),
        })
    };
    let line = |width, is_faint| Stroke::Line { width, is_faint };
    if curve.split == Split::Valid {
        let chunk = chunk(0, &curve.points);
        return vec![
            Part {
                chunk: Arc::clone(&chunk),
                stroke: line(1.5, false),
            },
            Part {
                chunk,
                stroke: Stroke::Markers { radius: 3.0 },
            },
        ];
    }
    if !curve.is_smoothed {
        return vec![Part {
            chunk: chunk(0, &curve.points),
            stroke: line(2.0, false),
        }];
    }
    let (mut mean, mut weight) = (0.0, 0.0);
    let smoothed: Vec<_> = curve
        .points
        .iter()
        .map(|(at, value)| {
            (mean, weight) = (0.95 * mean + 0.05 * value, 0.95 * weight + 0.05);
            (*at, mean / weight)
        })
        .collect();
    vec![
        Part {
            chunk: chunk(0, &curve.points),
            stroke: line(1.0, true),
        },
        Part {
            chunk: chunk(1, &smoothed),
            stroke: line(2.0, false),
        },
    ]
}

/// A panel without a finite point.
pub(crate) fn add_empty(scene: &mut Scene, title: &str, split: Split, gaps: u64) {
    add(
        scene,
        title,
        title,
        "",
        Scale::Linear,
        Range::new(0.0, 1.0),
        vec![Curve {
            name: "empty/valid",
            split,
            color: 1,
            unit: Unit::None,
            points: Vec::new(),
            is_smoothed: false,
        }],
    );
    let panel = scene.panels.last_mut().expect("it was just added");
    let panel = Arc::make_mut(panel);
    panel.gaps = gaps;
    panel.lines[0].latest = (gaps > 0).then_some(f32::NAN);
}

/// What a run says to a command at a step.
pub(crate) fn answer(command: Command, step: u64, reply: Reply) -> Answer {
    Answer {
        command,
        step,
        time: stamp(step),
        reply,
    }
}

/// Adds what a run said to a command to the answers.
pub(crate) fn tell_answer(scene: &mut Scene, run: u32, answer: Answer) {
    let mut answers = scene.answers.to_vec();
    answers.push(RunAnswer {
        number: answers.len() as u64 + 1,
        run: RunId(run),
        answer,
    });
    scene.answers = answers.into();
}

/// Marks on all panels, as the refiner would: each kind, and some that stand close together.
pub(crate) fn steer(scene: &mut Scene) {
    let rate = |rate| Command::LearningRate(rate);
    for (command, step, text) in [
        (Command::Pause, 180, "paused at step 180 for 0:42"),
        (
            rate(LearningRate::Scaled(0.8)),
            571,
            "learning rate × 0.8 from step 571",
        ),
        (Command::Evaluate, 760, "evaluated at step 760: 96.1 %"),
        (Command::Checkpoint, 930, "checkpoint at step 930"),
        (Command::Checkpoint, 938, "checkpoint at step 938"),
        (
            rate(LearningRate::Scheduled),
            940,
            "learning rate as scheduled from step 940",
        ),
        (Command::Stop, 1280, "stopping at step 1,280"),
    ] {
        for panel in scene.panels.iter_mut().map(Arc::make_mut) {
            panel.marks.push(Mark {
                run: RunId(1),
                step,
                x: panel.x_scale.position_of(step as f64),
                command,
                text: text.into(),
            });
        }
    }
}

/// Fills in what is read at a place and at pins, as the refiner would.
pub(crate) fn read(scene: &mut Scene, cursor: Option<f64>, pins: &[u64]) {
    scene.cursor = cursor;
    for panel in scene.panels.iter_mut().map(Arc::make_mut) {
        let scale = panel.scale;
        for line in &mut panel.lines {
            line.at_cursor = cursor.and_then(|x| reading(line, scale, x));
            line.at_pins = pins
                .iter()
                .map(|step| reading(line, scale, *step as f64))
                .collect();
        }
    }
}

/// Fills in the statistics of all that there is.
pub(crate) fn tell_statistics(scene: &mut Scene) {
    for panel in scene.panels.iter_mut().map(Arc::make_mut) {
        let scale = panel.scale;
        for line in &mut panel.lines {
            let Some(part) = line.parts.first() else {
                continue;
            };
            let vertices = part.chunk.vertices.iter();
            let values: Vec<f64> = vertices.map(|at| scale.value(at.y.into())).collect();
            line.visible = (!values.is_empty()).then(|| Statistics {
                points: values.len() as u64,
                smallest: single(values.iter().copied().fold(f64::MAX, f64::min)),
                largest: single(values.iter().copied().fold(f64::MIN, f64::max)),
                mean: values.iter().sum::<f64>() / values.len() as f64,
                last: single(values[values.len() - 1]),
            });
        }
    }
}

/// The point of a line that is nearest to a step: it is in its first part, and what is smoothed in its second.
fn reading(line: &Line, scale: Scale, x: f64) -> Option<Reading> {
    let raw = &line.parts.first()?.chunk.vertices;
    let far = |vertex: &Vertex| (f64::from(vertex.x) - x).abs();
    let index = (0..raw.len()).min_by(|a, b| far(&raw[*a]).total_cmp(&far(&raw[*b])))?;
    let value = |vertex: &Vertex| single(scale.value(vertex.y.into()));
    let is_smoothed = matches!(line.parts[0].stroke, Stroke::Line { is_faint: true, .. });
    // Steps are whole and not negative.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let step = raw[index].x as u64;
    Some(Reading {
        step,
        x: raw[index].x.into(),
        value: value(&raw[index]),
        smoothed: is_smoothed.then(|| value(&line.parts[1].chunk.vertices[index])),
    })
}

/// Adds series to the sidebar alone.
pub(crate) fn add_series(scene: &mut Scene, count: u32) {
    for index in 0..count {
        let mut series = scene.series[index as usize % 2].clone();
        series.name = format!("layer {index}/weight").into();
        series.group = format!("layer {}", index / 8).into();
        series.label = format!("block.{index}.attention.query.weight").into();
        Arc::make_mut(&mut scene.series).push(series);
    }
}

/// Adds a series whose values are no numbers: how many were reported, and the newest of them are kept.
pub(crate) fn add_bulk(scene: &mut Scene, name: &str, kind: Kind, reported: u64, kept: u64) {
    let (group, label) = name.rsplit_once('/').unwrap_or((name, name));
    let series = Arc::make_mut(&mut scene.series);
    let number = u32::try_from(series.len()).expect("a few series");
    series.push(SeriesSummary {
        key: SeriesKey {
            run: RunId(1),
            series: SeriesId(number),
        },
        name: name.into(),
        group: group.into(),
        label: label.into(),
        panel: name.into(),
        split: Split::None,
        direction: emberscope::message::Direction::Unsaid,
        unit: Unit::None,
        color: 0,
        points: 0,
        latest: None,
        smallest: None,
        largest: None,
        bulk: Some(BulkSummary {
            kind,
            reported,
            kept,
            newest: (reported > 0).then_some(1_200),
        }),
        misfits: 0,
    });
}

/// Adds a run that has the same series.
pub(crate) fn add_run(scene: &mut Scene, name: &str) {
    if scene.runs.is_empty() {
        scene.runs = vec![run_summary(1, &scene.run.info.name)].into();
    }
    let first = scene.runs[0].clone();
    let id = u32::try_from(scene.runs.len()).expect("a few runs") + 1;
    let mut runs = scene.runs.to_vec();
    runs.push(run_summary(id, name));
    scene.runs = runs.into();
    let own: Vec<_> = (scene.series.iter())
        .filter(|series| series.key.run == first.id)
        .cloned()
        .collect();
    for mut series in own {
        series.key.run = RunId(id);
        series.label = format!("{} · {name}", series.label).into();
        Arc::make_mut(&mut scene.series).push(series);
    }
}

/// Adds three runs that differ from the first in their settings, each in a state of its own.
pub(crate) fn sweep(scene: &mut Scene) {
    for name in ["digits-cnn-4", "digits-cnn-5", "digits-mlp"] {
        add_run(scene, name);
    }
    let mut runs = scene.runs.to_vec();
    let told = [
        ("digits-cnn", "0.002", "32", RunState::Training, 1284, 41),
        ("digits-cnn", "0.01", "32", RunState::Finished, 3370, 107),
        (
            "digits-cnn",
            "0.5",
            "64",
            RunState::Failed("the loss is NaN".into()),
            212,
            7,
        ),
        ("digits-mlp", "0.002", "32", RunState::Stopped, 900, 12),
    ];
    for (run, (model, rate, batch, state, step, seconds)) in runs.iter_mut().zip(told) {
        let named = |name: &str, value: &str| Hyperparameter {
            name: name.into(),
            value: value.into(),
        };
        run.info = Arc::new(RunInfo {
            name: run.name.to_string(),
            model: format!("{model}, 93,322 parameters"),
            seed: Some(1),
            hyperparameters: vec![
                named("epochs", "20"),
                named("batch size", batch),
                named("learning rate", rate),
            ],
            ..RunInfo::default()
        });
        run.state = state;
        run.step = step;
        run.elapsed = Duration::from_secs(seconds);
    }
    scene.runs = runs.into();
    for series in Arc::make_mut(&mut scene.series) {
        let run = series.key.run.0 as f32;
        let extremes = [&mut series.smallest, &mut series.largest];
        for extreme in extremes.into_iter().flatten() {
            extreme.value *= 1.0 - 0.03 * run;
        }
        series.latest = series.latest.map(|latest| latest * (1.0 - 0.04 * run));
    }
}

/// What a program with two experiments offers.
pub(crate) fn offers() -> Vec<Offer> {
    vec![
        Offer {
            name: "digits-cnn".into(),
            description:
                "a convolutional network that reads handwritten digits (8×8 pixels, 10 classes)"
                    .into(),
            parameters: vec![
                Parameter::integer("epochs", 20, 1..=1_000_000)
                    .help("Passes over the training data."),
                Parameter::integer("batch size", 32, 1..=65_536).help("Samples of a step."),
                Parameter::real("learning rate", 2e-3, 0.0..=1.0)
                    .help("The highest: it rises over the first tenth and falls along a cosine."),
                Parameter::choice("optimizer", &["Adam", "SGD", "AdamW"])
                    .help("What steps are made by."),
                Parameter::flag("augment", false).help("Whether digits are moved about."),
                Parameter::text("data", "").help("The folder with the data."),
                Parameter::integer("seed", 0, 0..=i64::MAX)
                    .help("The same seed gives the same initial weights and batches."),
            ],
        },
        Offer {
            name: "digits-mlp".into(),
            description:
                "a multilayer perceptron on the same digits: quicker, and not quite as good".into(),
            parameters: vec![Parameter::integer("epochs", 120, 1..=1_000_000)],
        },
        Offer {
            name: "nothing".into(),
            description: "an experiment of which nothing can be set".into(),
            parameters: Vec::new(),
        },
    ]
}

fn run_summary(id: u32, name: &str) -> RunSummary {
    RunSummary {
        id: RunId(id),
        name: name.into(),
        state: RunState::Training,
        color: id as usize - 1,
        dash: Dash::ALL[(id as usize - 1) % Dash::ALL.len()],
        is_current: id == 1,
        ..RunSummary::default()
    }
}

/// The frames of a GPU that keeps up, or of a processor that draws.
pub(crate) fn frames(is_software: bool) -> FrameStats {
    let mut history = FrameHistory::default();
    let mut noise = Noise(42);
    for index in 0..240u64 {
        let scale = if is_software { 6.0 } else { 1.0 };
        let mut us = |base: f64| {
            let spike = if index == 205 { 5.0 } else { 1.0 };
            Duration::from_secs_f64(base * scale * spike * (1.0 + 0.2 * noise.next()) * 1e-6)
        };
        let (event, upload, encode, present) = (us(300.0), us(150.0), us(400.0), us(900.0));
        let gpu = us(400.0);
        history.push(FrameRecord {
            at: Duration::from_millis(index * 16),
            event,
            upload,
            encode,
            gpu: Some(gpu),
            acquire: Duration::ZERO,
            present,
            total: event + upload + encode + gpu + present,
            age: Some(Duration::from_millis(9)),
        });
    }
    let share = if is_software { 0.087 } else { 0.004 };
    history.stats(
        Duration::from_millis(240 * 16),
        Some(share),
        Duration::from_micros(16_667),
    )
}
