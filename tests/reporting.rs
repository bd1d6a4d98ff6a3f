//! What a loop of one's own reports through a probe, and what becomes of what it should not have reported: bulk values within
//! their budget, values of another kind, odd names, very many series.

use std::fmt::Write as _;
use std::sync::Arc;

use emberscope::flow::{Hub, Inlet, Overflow, Probe, Received, Source};
use emberscope::message::{
    Batch, BulkBudget, BulkError, BulkValue, Confusion, Histogram, Image, Kind, Level, Message,
    Outcome, Points, RunInfo, Series, Unit,
};
use emberscope::recording::RunFile;
use emberscope::refiner::Store;
use emberscope::scene::{Scene, SeriesSummary};

/// A run, and all that is said of it.
struct Bench {
    hub: Hub,
    inlet: Inlet,
    budget: BulkBudget,
}

impl Bench {
    fn within(bytes: usize) -> Self {
        let budget = BulkBudget::new(bytes);
        let mut hub = Hub::with_bulk_budget(budget.clone());
        let inlet = hub.subscribe(Overflow::Keep);
        hub.open(RunInfo::default()).expect("the courier starts");
        Self { hub, inlet, budget }
    }

    fn new() -> Self {
        Self::within(BulkBudget::USUAL_BYTES)
    }

    fn probe(&self) -> Probe {
        self.hub.probe()
    }

    /// Ends the run; gives all that was said.
    fn batches(mut self) -> Vec<Arc<Batch>> {
        let closing = std::thread::Builder::new()
            .name("closing".into())
            .spawn(move || self.hub.close(Outcome::Finished))
            .expect("a thread can be started");
        let mut batches = Vec::new();
        while let Received::Batch(batch) = self.inlet.receive_any() {
            batches.push(batch);
        }
        closing.join().expect("the hub closes");
        batches
    }

    /// Ends the run; gives what the refiner has of it.
    fn store(self) -> Store {
        let mut store = Store::default();
        for batch in self.batches() {
            store.ingest(&batch);
        }
        store
    }
}

fn summary<'a>(scene: &'a Scene, name: &str) -> &'a SeriesSummary {
    let mut series = scene.series.iter();
    let found = series.find(|series| &*series.name == name);
    found.unwrap_or_else(|| panic!("{name} is not listed"))
}

/// The warnings in a log.
fn warnings(scene: &Scene) -> Vec<&str> {
    let log = scene.log.iter();
    log.filter(|line| line.level == Level::Warn)
        .map(|line| &*line.text)
        .collect()
}

#[test]
fn every_kind_of_value_arrives_as_it_was_reported() {
    let bench = Bench::new();
    let probe = bench.probe();
    let of = |kind, name: &str| probe.declare(Series::of(kind, name));
    let histogram = Histogram::of(&[0.0, 0.5, 1.0], 2).expect("it can be made");
    let image = Image::from_fractions([1, 1, 2], &[0.0, 1.0]).expect("it can be made");
    let points = Points::new([1, 2], vec![3.0, 4.0]).expect("it can be made");
    let confusion = Confusion::new(vec!["a".into()], vec![9]).expect("it can be made");
    probe.step(7);
    probe.histogram(of(Kind::Histogram, "weights"), histogram.clone());
    probe.image(of(Kind::Image, "worst"), Ok(image.clone()));
    probe.points(of(Kind::Points, "embedding"), points.clone());
    probe.confusion(of(Kind::Confusion, "confusion"), confusion.clone());
    probe.sample_text(of(Kind::Text, "generated"), "To be");
    drop(probe);
    let batches = bench.batches();
    let messages = batches.iter().flat_map(|batch| batch.messages());
    let values: Vec<_> = messages
        .filter_map(|message| match message {
            Message::Bulk { step, value, .. } => Some((*step, value.value().clone())),
            _ => None,
        })
        .collect();
    let reported = [
        BulkValue::from(histogram),
        image.into(),
        points.into(),
        confusion.into(),
        BulkValue::Text("To be".into()),
    ];
    assert_eq!(values, reported.map(|value| (7, value)));
}

#[test]
fn bulk_series_are_listed_and_have_no_panel() {
    let bench = Bench::new();
    let probe = bench.probe();
    let weights = probe.declare(Series::of(Kind::Histogram, "weights/layer 1"));
    let _none_yet = probe.declare(Series::of(Kind::Image, "samples"));
    let loss = probe.series("loss/train");
    for step in 1..=5 {
        probe.step(step);
        probe.scalar(loss, 0.5);
        probe.histogram(weights, Histogram::of(&[0.1, 0.2], 4));
    }
    drop(probe);
    let mut store = bench.store();
    let scene = store.scene(1, 0);
    let panels: Vec<&str> = scene.panels.iter().map(|panel| &*panel.name).collect();
    assert_eq!(panels, ["loss"]);
    let listed: Vec<&str> = scene.series.iter().map(|series| &*series.name).collect();
    assert_eq!(listed, ["weights/layer 1", "samples", "loss/train"]);
    let weights = summary(&scene, "weights/layer 1");
    let told = weights.bulk.expect("it is a bulk series");
    assert_eq!((told.kind, told.reported), (Kind::Histogram, 5));
    assert_eq!((told.kept, told.newest), (5, Some(5)));
    let steps: Vec<u64> = store.bulk(weights.key).map(|kept| kept.step).collect();
    assert_eq!(steps, [1, 2, 3, 4, 5]);
    let samples = summary(&scene, "samples").bulk.expect("it is, too");
    assert_eq!((samples.reported, samples.newest), (0, None));
    assert_eq!(summary(&scene, "loss/train").bulk, None);
    assert_eq!(scene.points, 5);
}

#[test]
fn a_value_that_cannot_be_made_is_said_once_and_ends_nothing() {
    let bench = Bench::within(1 << 20);
    let probe = bench.probe();
    let worst = probe.declare(Series::of(Kind::Image, "worst"));
    let loss = probe.series("loss");
    for step in 1..=10 {
        probe.step(step);
        probe.image(worst, Image::from_bytes([2, 28, 28], vec![0; 2 * 28 * 28]));
        probe.image(
            worst,
            Image::from_bytes([3, 1 << 10, 1 << 10], vec![0; 3 << 20]),
        );
        probe.image(worst, Image::from_bytes([1, 2, 2], vec![9; 4]));
        probe.scalar(loss, 1.0);
    }
    drop(probe);
    let mut store = bench.store();
    let scene = store.scene(1, 0);
    let told = summary(&scene, "worst").bulk.expect("it is a bulk series");
    assert_eq!((told.reported, told.kept, told.dropped()), (30, 10, 20));
    assert_eq!(summary(&scene, "loss").points, 10);
    let said = warnings(&scene);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("worst: ") && said[0].contains("[2, 28, 28]"));
}

#[test]
fn a_flood_of_images_fills_the_budget_and_nothing_else() {
    const LIMIT: usize = 4 << 20;
    const IMAGES: u64 = 20_000;
    let bench = Bench::within(LIMIT);
    let budget = bench.budget.clone();
    let probe = bench.probe();
    let images = probe.declare(Series::of(Kind::Image, "samples"));
    let loss = probe.series("loss");
    // Nobody takes anything away meanwhile: all of it would be over a gigabyte.
    for step in 1..=IMAGES {
        probe.step(step);
        let image = Image::from_bytes([1, 256, 256], vec![9; 1 << 16]);
        probe.image(images, image);
        probe.scalar(loss, step as f32);
        assert!(budget.live_bytes() <= LIMIT);
    }
    assert!(budget.live_bytes() > LIMIT / 2);
    drop(probe);
    let mut store = bench.store();
    let scene = store.scene(1, 0);
    let told = summary(&scene, "samples")
        .bulk
        .expect("it is a bulk series");
    assert_eq!((told.reported, told.newest), (IMAGES, Some(IMAGES)));
    assert!(told.kept > 0 && told.dropped() > 0);
    assert_eq!(summary(&scene, "loss").points, IMAGES);
    let said = warnings(&scene);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("samples: ") && said[0].contains("budget"));
    assert!(budget.live_bytes() <= budget.kept());
    drop(store);
    assert_eq!(budget.live_bytes(), 0);
}

#[test]
fn what_is_taken_away_in_time_makes_room_for_the_newest() {
    let mut bench = Bench::within(1 << 20);
    let budget = bench.budget.clone();
    let probe = bench.probe();
    let images = probe.declare(Series::of(Kind::Image, "samples"));
    let mut store = Store::default();
    for step in 1..=200 {
        probe.step(step);
        probe.image(images, Image::from_bytes([1, 256, 256], vec![0; 1 << 16]));
        // As quick as the refiner is: every value is taken in before the next.
        while !matches!(newest(&mut store), Some(taken) if taken == step) {
            let Received::Batch(batch) = bench.inlet.receive_any() else {
                panic!("the run ended early");
            };
            store.ingest(&batch);
        }
        assert!(budget.live_bytes() <= budget.limit());
    }
    drop(probe);
    bench.hub.close(Outcome::Finished);
    let scene = store.scene(1, 0);
    let series = summary(&scene, "samples");
    let steps: Vec<u64> = store.bulk(series.key).map(|kept| kept.step).collect();
    // Half of the budget, and each a little over 64 KiB.
    assert_eq!(steps, (194..=200).collect::<Vec<_>>());
    assert!(warnings(&scene).is_empty());
}

fn newest(store: &mut Store) -> Option<u64> {
    let scene = store.scene(1, 0);
    scene.series.first()?.bulk?.newest
}

#[test]
fn a_budget_of_nothing_keeps_nothing_and_counts_all() {
    let bench = Bench::within(0);
    let probe = bench.probe();
    let texts = probe.declare(Series::of(Kind::Text, "generated"));
    probe.sample_text(texts, "");
    drop(probe);
    let scene = bench.store().scene(1, 0);
    let told = summary(&scene, "generated")
        .bulk
        .expect("it is a bulk series");
    assert_eq!((told.reported, told.kept), (1, 0));
}

#[test]
fn values_of_another_kind_are_counted_and_said_once() {
    let bench = Bench::new();
    let probe = bench.probe();
    let images = probe.declare(Series::of(Kind::Image, "samples"));
    let loss = probe.series("loss");
    for step in 1..=50 {
        probe.step(step);
        probe.scalar(images, 1.0);
        probe.scalar(loss, 2.0);
        probe.histogram(loss, Histogram::of(&[1.0], 1));
        probe.sample_text(images, "not an image");
    }
    // A metric of the same name, which is a number.
    probe.log("samples", 3.0);
    drop(probe);
    let batches = bench.batches();
    let mut store = Store::default();
    let mut run_file = RunFile::default();
    for batch in &batches {
        store.ingest(batch);
        run_file.observe(batch);
    }
    let scene = store.scene(1, 0);
    let samples = summary(&scene, "samples");
    assert_eq!(samples.misfits, 101);
    assert_eq!(samples.bulk.expect("it stays one").reported, 0);
    let loss = summary(&scene, "loss");
    assert_eq!((loss.points, loss.misfits), (50, 50));
    assert_eq!(scene.points, 50);
    let mut said = warnings(&scene);
    said.sort_unstable();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("loss is a series of numbers: histograms"));
    assert!(said[1].starts_with("samples is a series of images: numbers"));
    let records: Vec<_> = (run_file.series.iter())
        .map(|record| (&*record.name, record.kind, record.points, record.misfits))
        .collect();
    assert_eq!(
        records,
        [
            ("samples", Kind::Image, 0, 101),
            ("loss", Kind::Scalar, 50, 50)
        ]
    );
}

#[test]
fn a_series_that_is_declared_again_as_another_kind_stays_what_it_was() {
    let bench = Bench::new();
    let probe = bench.probe();
    let loss = probe.series("loss");
    for _ in 0..3 {
        assert_eq!(probe.declare(Series::of(Kind::Histogram, "loss")), loss);
    }
    probe.scalar(loss, 1.0);
    drop(probe);
    let scene = bench.store().scene(1, 0);
    assert_eq!(summary(&scene, "loss").points, 1);
    assert_eq!(
        warnings(&scene),
        ["loss is a series of numbers already and stays one: it was declared again, of histograms"]
    );
}

#[test]
fn phases_are_scalars_in_seconds_each_with_its_own_time() {
    let bench = Bench::new();
    let probe = bench.probe();
    for step in 1..=20 {
        probe.step(step);
        let whole = probe.phase("step");
        drop(probe.phase("forward"));
        let backward = probe.phase("backward");
        std::hint::black_box((0..2_000).sum::<u64>());
        drop(probe.phase("norms"));
        drop(backward);
        drop(whole);
    }
    // Another thread's probe knows them, too.
    let other = probe.clone();
    drop(other.phase("forward"));
    drop((probe, other));
    let batches = bench.batches();
    let mut declared = Vec::new();
    let mut points = Vec::new();
    for batch in &batches {
        for message in batch.messages() {
            if let Message::Declare(_, series) = message {
                declared.push(series.clone());
            }
        }
        points.extend_from_slice(batch.points());
    }
    let seconds = |name: &str| Series::scalar(name).with_unit(Unit::Seconds);
    let phases = [
        "phase/step",
        "phase/forward",
        "phase/backward",
        "phase/norms",
    ];
    assert_eq!(declared, phases.map(seconds));
    assert_eq!(points.len(), 81);
    for step in 1..=20 {
        let of = |series: u32| {
            let mut points = points.iter();
            let found = points.find(|point| point.step == step && point.series.0 == series);
            found.expect("each step has each phase").value
        };
        assert!(of(0) >= of(2) && of(2) >= of(3) && of(3) >= 0.0);
    }
}

#[test]
fn ten_thousand_series_are_declared_reported_and_listed() {
    const SERIES: u64 = 10_000;
    let bench = Bench::new();
    let probe = bench.probe();
    let ids: Vec<_> = (0..SERIES)
        .map(|index| probe.series(&format!("layer {}/unit {index}", index % 100)))
        .collect();
    for step in 1..=3 {
        probe.step(step);
        for (id, index) in ids.iter().zip(0_u16..) {
            probe.scalar(*id, f32::from(index) + step as f32);
        }
    }
    drop(probe);
    let batches = bench.batches();
    let mut store = Store::default();
    let mut run_file = RunFile::default();
    for batch in &batches {
        store.ingest(batch);
        run_file.observe(batch);
    }
    let scene = store.scene(1, 0);
    assert_eq!(scene.series.len() as u64, SERIES);
    assert_eq!(run_file.series.len() as u64, SERIES);
    assert_eq!(scene.points, 3 * SERIES);
    for series in scene.series.iter() {
        let index = series.key.series.0;
        assert_eq!(series.points, 3, "{}", series.name);
        assert_eq!(series.latest, Some(index as f32 + 3.0));
    }
    assert!(warnings(&scene).is_empty());
}

/// Everything that a scene has to show in words.
fn words(scene: &Scene) -> String {
    let mut words = String::new();
    let info = &scene.run.info;
    for text in [&info.name, &info.model, &info.backend, &info.device] {
        let _ = writeln!(words, "{text}");
    }
    for setting in &info.hyperparameters {
        let _ = writeln!(words, "{} {}", setting.name, setting.value);
    }
    let _ = writeln!(words, "{} {:?}", scene.run.activity, scene.runs);
    for line in scene.log.iter() {
        let _ = writeln!(words, "{} {}", line.target, line.text);
    }
    for series in scene.series.iter() {
        let parts = [&series.name, &series.group, &series.label, &series.panel];
        for part in parts {
            let _ = writeln!(words, "{part}");
        }
        let _ = writeln!(words, "{}", series.unit.label());
    }
    for panel in &scene.panels {
        let (name, title, note) = (&panel.name, &panel.title, &panel.note);
        let _ = writeln!(words, "{name} {title} {note} {}", panel.unit.label());
        for line in &panel.lines {
            let _ = writeln!(words, "{}", line.label);
        }
    }
    words
}

#[test]
fn odd_characters_of_names_and_texts_are_written_out_where_they_are_shown() {
    let odd = |word: &str| format!("{word}\u{202e}\u{1b}[2J\u{2066}\r\u{7}");
    let written = |word: &str| format!("{word}\\u{{202e}}\\u{{1b}}[2J\\u{{2066}}\\r\\u{{7}}");
    let bench = Bench::new();
    let probe = bench.probe();
    let name = odd("loss");
    let series = Series::scalar(&name)
        .with_note(&odd("note"))
        .with_unit(Unit::Other(odd("unit").into()));
    let loss = probe.declare(series);
    let images = probe.declare(Series::of(Kind::Image, &odd("group/images\n")));
    probe.info(RunInfo {
        name: odd("run"),
        model: odd("model"),
        backend: odd("backend"),
        device: odd("device"),
        ..RunInfo::default()
    });
    probe.hyperparameter(&odd("rate"), odd("fast"));
    probe.activity(&odd("busy"));
    probe.text(odd("text"));
    probe.step(1);
    probe.scalar(loss, 1.0);
    probe.image(images, Err(BulkError::Bins { given: 0 }));
    drop(probe);
    let batches = bench.batches();
    let mut store = Store::default();
    let mut run_file = RunFile::default();
    for batch in &batches {
        // The activity is gone when the run has ended.
        let is_end = |message: &Message| matches!(message, Message::End { .. });
        if !batch.messages().any(is_end) {
            store.ingest(batch);
        }
        run_file.observe(batch);
    }
    let scene = store.scene(1, 0);
    let words = words(&scene);
    let is_odd = |letter: char| {
        (letter.is_control() && letter != '\n') || matches!(letter, '\u{202e}' | '\u{2066}')
    };
    assert!(!words.contains(is_odd), "{words:?}");
    for word in [
        "loss",
        "Loss",
        "note",
        "unit",
        "run",
        "model",
        "backend",
        "device",
        "rate",
        "fast",
        "busy",
        "text",
        "images\\n",
    ] {
        assert!(words.contains(&written(word)), "{word} is not in {words}");
    }
    // On disk names are what they are.
    assert_eq!(run_file.series[0].name, name);
    assert_eq!(run_file.name, odd("run"));
    assert_eq!(run_file.hyperparameters[&odd("rate")], odd("fast"));
}
