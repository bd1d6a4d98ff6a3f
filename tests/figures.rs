//! Figures: the same picture as pixels, as SVG and as PDF, small whatever the history; tables hold what was reported.
//!
//! SVG and PDF are drawn by programs of other people, `rsvg-convert` and `pdftoppm` (scripts/test installs them), and compared
//! with the renderer's picture of the same still.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::unbounded;
use emberscope::dashboard::{Dashboard, FrameStats, Model, RecordingView, Request, Subject};
use emberscope::export::{Done, Exporter, Figure, FigureError, Format, Job, Output, free_name};
use emberscope::flow::{Hub, Overflow, Probe, Source};
use emberscope::message::{
    Command as Ask, LearningRate, Outcome, Reply, RunInfo, Series, Timestamp, Unit,
};
use emberscope::refiner::{Moment, Refiner};
use emberscope::render::Picture;
use emberscope::scene::{PanelId, Scene, Theme};

/// What may differ between two programs that draw the same, which put edges a little differently.
struct Limits {
    /// The share of pixels that are off: whose colour is none that the other picture has there or beside it, give or take
    /// `SHADE` of 255.
    off: f64,
    /// The mean of all pixels' differences, of 255.
    mean: f64,
}

const SHADE: i32 = 72;
const SVG: Limits = Limits {
    off: 0.0006,
    mean: 1.0,
};
const PDF: Limits = Limits {
    off: 0.0012,
    mean: 1.6,
};

/// The share of pixels that letters of another font may cover outside of those they stand for: five times what they do, and
/// less than half of what they did when texts had only a beginning.
const MOST_STRAYS: f64 = 0.00005;

const SIZE: [f32; 2] = [640.0, 400.0];

/// A run that is over.
struct Run {
    refiner: Refiner,
    scene: Arc<Scene>,
}

/// Values that look like a loss, the same each time.
fn value(step: u64, count: u64) -> f32 {
    let share = step as f64 / count as f64;
    let mut noise = step.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    noise ^= noise >> 29;
    noise = noise.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let noise = (noise >> 40) as f64 / f64::from(1 << 24) - 0.5;
    // Rounding is what is wanted.
    #[allow(clippy::cast_possible_truncation)]
    let value = (2.3 * (-4.0 * share).exp() + 0.1 + 0.25 * noise) as f32;
    value
}

/// A run of so many steps, with a tenth of them lost to NaN.
fn run(count: u64) -> Run {
    let mut hub = Hub::new();
    let inlet = hub.subscribe(Overflow::Keep);
    let (ring, rings) = unbounded();
    let wake = move || {
        let _ = ring.send(());
    };
    let refiner = Refiner::start(inlet, Arc::new(wake)).expect("the refiner starts");
    let info = RunInfo {
        name: "digits <cnn>".into(),
        started: Timestamp::now(),
        ..RunInfo::default()
    };
    hub.open(info).expect("the courier starts");
    report(&hub.probe(), count);
    hub.close(Outcome::Finished);
    while !refiner.latest().run.state.is_over() {
        // One that was taken lets the next one ring.
        drop(refiner.scenes().take());
        if refiner.latest().run.state.is_over() {
            break;
        }
        rings
            .recv_timeout(Duration::from_secs(60))
            .expect("scenes come until the end");
    }
    let scene = refiner.latest();
    Run { refiner, scene }
}

fn report(probe: &Probe, count: u64) {
    let train = probe.declare(Series::scalar("loss/train").with_note("cross-entropy"));
    let valid = probe.declare(Series::scalar("loss/valid"));
    let rate = probe.declare(Series::scalar("optim/learning rate").with_exact_values());
    let memory = probe.declare(Series::scalar("memory").with_unit(Unit::Bytes));
    // It is steered, so that there are marks.
    let asked = [
        (count / 4, Ask::LearningRate(LearningRate::Scaled(0.5))),
        (count / 2, Ask::Evaluate),
        (count * 4 / 5, Ask::Checkpoint),
    ];
    for step in 1..=count {
        if let Some((_, command)) = asked.iter().find(|(at, _)| *at == step) {
            probe.control().ask(*command);
            assert!(probe.checkpoint_point(|_| Reply::done()));
        }
        probe.step(step);
        let is_lost = (count * 6 / 10..count * 7 / 10).contains(&step);
        let loss = if is_lost {
            f32::NAN
        } else {
            value(step, count)
        };
        probe.scalar(train, loss);
        if step % (count / 20) == 0 {
            probe.scalar(valid, value(step, count) + 0.4);
        }
        probe.scalar(rate, 1e-3 * (1.0 - step as f32 / count as f32));
        if step == count / 2 {
            probe.scalar(memory, 3e9);
        }
    }
}

impl Run {
    fn figure(&self, subject: Subject, size: [f32; 2], theme: Theme) -> Figure {
        let still = Dashboard::new(Theme::DARK).still(&Model {
            scene: &self.scene,
            frames: &FrameStats::default(),
            adapter: "test",
            is_software: true,
            recording: &RecordingView::Off,
            skipped_scenes: 0,
            request: Request::default(),
            closing: false,
            notices: &[],
            offers: &[],
            data_interval: Duration::ZERO,
        });
        Figure {
            still,
            scene: Arc::clone(&self.scene),
            subject,
            size,
            scale: 1,
            theme,
            moment: Moment::Close,
        }
    }

    fn loss(&self, theme: Theme) -> Figure {
        self.figure(Subject::Panel(PanelId(0)), SIZE, theme)
    }

    fn write(&self, figure: &Figure, path: &Path) {
        figure
            .write(self.refiner.desk(), path)
            .unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Runs a program of other people; it must end well.
fn run_program(command: &mut Command) {
    let name = command.get_program().to_string_lossy().into_owned();
    let result = command
        .output()
        .unwrap_or_else(|error| panic!("{name} runs ({error}; scripts/test installs it)"));
    let said = String::from_utf8_lossy(&result.stderr);
    assert!(result.status.success(), "{name}: {said}");
}

/// An SVG as `rsvg-convert` draws it, in the fonts that are embedded.
fn svg_picture(svg: &Path) -> Picture {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/fonts");
    svg_picture_in(svg, &fonts, "svg")
}

/// An SVG as `rsvg-convert` draws it where there are no fonts but those of a folder; `name` tells such pictures apart.
fn svg_picture_in(svg: &Path, fonts: &Path, name: &str) -> Picture {
    let folder = svg.parent().expect("it lies in a folder");
    let config = folder.join(format!("{name}.conf"));
    let text = format!(
        "<fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>",
        fonts.display(),
        folder.join(format!("{name}-fonts")).display()
    );
    std::fs::write(&config, text).expect("the folder can be written");
    let png = svg.with_extension(format!("{name}.png"));
    run_program(
        Command::new("rsvg-convert")
            .env("FONTCONFIG_FILE", config)
            .arg("--output")
            .args([&png, svg]),
    );
    Picture::load_png(png).unwrap_or_else(|error| panic!("{error}"))
}

/// The folder of DejaVu, which is a good deal wider than Inter (scripts/test installs it).
fn dejavu() -> PathBuf {
    let found = Command::new("fc-match")
        .args(["--format", "%{file}", "DejaVu Sans"])
        .output()
        .expect("fc-match runs (scripts/test installs it)");
    let file = PathBuf::from(String::from_utf8_lossy(&found.stdout).into_owned());
    let is_it = file.to_string_lossy().contains("DejaVu");
    assert!(is_it, "DejaVu is missing; scripts/test installs it");
    file.parent().expect("it lies in a folder").to_owned()
}

/// A PDF as `pdftoppm` draws it, a pixel a point.
fn pdf_picture(pdf: &Path) -> Picture {
    let stem = pdf.with_extension("page");
    run_program(
        Command::new("pdftoppm")
            .args(["-png", "-r", "72", "-singlefile"])
            .args([pdf, &stem]),
    );
    let mut png = stem.into_os_string();
    png.push(".png");
    Picture::load_png(png).unwrap_or_else(|error| panic!("{error}"))
}

/// The share of pixels that are off, and the mean difference.
fn difference(a: &Picture, b: &Picture) -> (f64, f64) {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let far = |p: [u8; 4], q: [u8; 4]| {
        let channels = p.iter().zip(q).take(3);
        channels
            .map(|(p, q)| (i32::from(*p) - i32::from(q)).abs())
            .max()
            .unwrap_or(0)
    };
    let is_off = |a: &Picture, b: &Picture, x: u32, y: u32| {
        let pixel = a.pixel(x, y);
        let beside = |at: u32, end: u32| at.saturating_sub(1)..=(at + 1).min(end - 1);
        let mut around = beside(x, a.width).flat_map(|x| beside(y, a.height).map(move |y| (x, y)));
        !around.any(|(x, y)| far(pixel, b.pixel(x, y)) <= SHADE)
    };
    let (mut off, mut sum) = (0, 0.0);
    for y in 0..a.height {
        for x in 0..a.width {
            off += u32::from(is_off(a, b, x, y) || is_off(b, a, x, y));
            sum += f64::from(far(a.pixel(x, y), b.pixel(x, y)));
        }
    }
    let pixels = f64::from(a.width * a.height);
    (f64::from(off) / pixels, sum / pixels)
}

/// The share of pixels that are drawn on where the other picture is blank, two pixels around included: what is written in
/// letters of another shape, in its place, has few.
fn strays(a: &Picture, b: &Picture) -> f64 {
    const AROUND: u32 = 2;
    assert_eq!((a.width, a.height), (b.width, b.height));
    let ground = b.pixel(0, 0);
    let is_drawn = |pixel: [u8; 4]| {
        let mut channels = pixel.iter().zip(ground).take(3);
        channels.any(|(p, q)| (i32::from(*p) - i32::from(q)).abs() > SHADE)
    };
    let near = |at: u32, end: u32| at.saturating_sub(AROUND)..=(at + AROUND).min(end - 1);
    let mut strays = 0;
    for y in 0..a.height {
        for x in 0..a.width {
            let mut around = near(x, a.width).flat_map(|x| near(y, a.height).map(move |y| (x, y)));
            let is_stray = is_drawn(a.pixel(x, y)) && !around.any(|(x, y)| is_drawn(b.pixel(x, y)));
            strays += u32::from(is_stray);
        }
    }
    f64::from(strays) / f64::from(a.width * a.height)
}

impl Limits {
    /// Whether two pictures are the same within them, and how far apart they are in words.
    fn hold(&self, name: &str, a: &Picture, b: &Picture) -> (bool, String) {
        let (off, mean) = difference(a, b);
        let said = format!("{name}: {:.3} % off, mean {mean:.2}", off * 100.0);
        tell(&said);
        (off <= self.off && mean <= self.mean, said)
    }

    fn assert_same(&self, name: &str, a: &Picture, b: &Picture) {
        let (is_same, said) = self.hold(name, a, b);
        assert!(is_same, "{said}");
    }
}

/// A figure for whoever asked to see what tests say.
#[allow(clippy::print_stdout, reason = "it is asked for with --nocapture")]
fn tell(line: &str) {
    println!("{line}");
}

/// What is made stays in the target folder, to be looked at.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("figures")
        .join(name);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

#[test]
fn a_figure_is_the_same_picture_as_pixels_as_svg_and_as_pdf() {
    let folder = folder("same");
    for count in [1_000, 1_000_000] {
        let run = run(count);
        for (name, subject, size, theme) in [
            ("loss", Subject::Panel(PanelId(0)), SIZE, Theme::PRINT),
            ("rate", Subject::Panel(PanelId(1)), SIZE, Theme::DARK),
            ("point", Subject::Panel(PanelId(2)), SIZE, Theme::LIGHT),
            ("all", Subject::Dashboard, [1280.0, 720.0], Theme::PRINT),
            ("dark", Subject::Dashboard, [1280.0, 720.0], Theme::DARK),
        ] {
            let figure = run.figure(subject, size, theme);
            let path = |extension: &str| folder.join(format!("{name}-{count}.{extension}"));
            for extension in ["png", "svg", "pdf"] {
                run.write(&figure, &path(extension));
            }
            let pixels = Picture::load_png(path("png")).expect("it was written");
            let name = format!("{name} of {count}");
            SVG.assert_same(&format!("{name}, SVG"), &pixels, &svg_picture(&path("svg")));
            PDF.assert_same(&format!("{name}, PDF"), &pixels, &pdf_picture(&path("pdf")));
        }
    }
}

/// A document's text without the places of its letters.
fn words(svg: &str) -> String {
    let mut words = String::new();
    for (index, part) in svg.split("<tspan").enumerate() {
        let text = match index {
            0 => part,
            _ => part.split_once('>').expect("the tag ends").1,
        };
        words.push_str(&text.replace("</tspan>", ""));
    }
    words
}

#[test]
fn text_keeps_its_room_where_its_fonts_are_missing() {
    let dejavu = dejavu();
    let folder = folder("no-font");
    let run = run(1_000);
    for (name, subject, size) in [
        ("loss", Subject::Panel(PanelId(0)), SIZE),
        ("all", Subject::Dashboard, [1280.0, 720.0]),
    ] {
        let text = run
            .figure(subject, size, Theme::PRINT)
            .svg(run.refiner.desk());
        let stray = |name: &str, text: &str| {
            let path = folder.join(format!("{name}.svg"));
            std::fs::write(&path, text).expect("the folder can be written");
            let (usual, other) = (svg_picture(&path), svg_picture_in(&path, &dejavu, "dejavu"));
            let share = strays(&other, &usual);
            tell(&format!("{name}: {:.4} % stray", share * 100.0));
            share
        };
        let placed = stray(name, &text);
        let loose = stray(&format!("{name}-loose"), &words(&text));
        assert!(placed < MOST_STRAYS, "{name}: {placed}");
        assert!(loose > MOST_STRAYS, "{name}: {loose} is not noticed");
    }
}

#[test]
fn a_line_that_is_missing_or_moved_is_noticed() {
    let folder = folder("noticed");
    let run = run(1_000);
    let figure = run.loss(Theme::PRINT);
    let pixels = figure.pixels(run.refiner.desk()).expect("it is drawn");
    let svg = figure.svg(run.refiner.desk());
    let is_line = |line: &&str| line.contains("stroke-linejoin");
    let lines: Vec<&str> = svg.lines().filter(is_line).collect();
    assert_eq!(lines.len(), 3, "train, faint and smoothed; valid");
    let mut changed = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        changed.push((format!("missing-{index}"), svg.replace(line, "")));
        let moved = line.replacen("<path", "<path transform=\"translate(0 4)\"", 1);
        changed.push((format!("moved-{index}"), svg.replace(line, &moved)));
    }
    for (name, text) in changed {
        let path = folder.join(format!("{name}.svg"));
        std::fs::write(&path, text).expect("the folder can be written");
        let (is_same, said) = SVG.hold(&name, &pixels, &svg_picture(&path));
        assert!(!is_same, "{said}");
    }
}

#[test]
fn a_long_history_makes_no_larger_figure() {
    let corners = |count| {
        let run = run(count);
        let svg = run.loss(Theme::PRINT).svg(run.refiner.desk());
        let lines = svg.lines().filter(|line| line.contains("stroke-linejoin"));
        let most = lines.map(|line| line.matches(['L', 'M']).count()).max();
        (most.expect("there are lines"), svg.len())
    };
    let ((few, small), (many, large)) = (corners(1_000), corners(1_000_000));
    tell(&format!(
        "{few} and {many} corners, {small} and {large} bytes"
    ));
    assert!(few > 400 && many < 4 * 640, "{few}, {many}");
    assert!(large < 4 * small && large < 200_000, "{small}, {large}");
}

#[test]
fn text_is_text() {
    let folder = folder("text");
    let run = run(1_000);
    let figure = run.figure(Subject::Dashboard, [1280.0, 720.0], Theme::PRINT);
    let (svg, pdf) = (folder.join("all.svg"), folder.join("all.pdf"));
    run.write(&figure, &svg);
    run.write(&figure, &pdf);
    let text = words(&std::fs::read_to_string(&svg).expect("it was written"));
    assert!(text.contains(">Learning rate</text>") && text.contains(">cross-entropy</text>"));
    assert!(text.contains(">digits &lt;cnn&gt;</text>"), "it is escaped");
    assert!(
        text.contains(">rate × 0.5</text>"),
        "marks have their words"
    );
    assert!(!text.contains("<image"));
    let out = folder.join("all.txt");
    run_program(
        Command::new("pdftotext")
            .args(["-layout"])
            .args([&pdf, &out]),
    );
    let said = std::fs::read_to_string(out).expect("it was written");
    for word in ["Loss", "Learning rate", "cross-entropy", "digits <cnn>"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn a_table_holds_every_visible_point_as_it_was_reported() {
    let folder = folder("table");
    let count = 20_000_u32;
    let run = run(count.into());
    let path = folder.join("loss.csv");
    run.write(&run.loss(Theme::DARK), &path);
    let mut reader = csv::Reader::from_path(&path).expect("it was written");
    let mut train = Vec::new();
    let mut valid = Vec::new();
    for record in reader.records() {
        let record = record.expect("it is a table");
        assert_eq!(&record[0], "digits <cnn>");
        let step: u64 = record[2].parse().expect("steps are whole");
        let x: f64 = record[3].parse().expect("a place is a number");
        assert_eq!(x, step as f64);
        let row = (step, record[4].to_owned(), record[5].to_owned());
        match &record[1] {
            "loss/train" => train.push(row),
            "loss/valid" => valid.push(row),
            other => panic!("{other} is not in this panel"),
        }
    }
    assert_eq!((train.len(), valid.len()), (20_000, 20));
    for ((step, text, smoothed), expected) in train.iter().zip(1..) {
        assert_eq!(*step, expected);
        if (12_000..14_000).contains(step) {
            assert_eq!(text, "NaN");
        } else {
            assert_eq!(text.parse(), Ok(value(*step, count.into())));
            assert!(smoothed.parse::<f32>().is_ok(), "{step}: {smoothed}");
        }
    }
    assert!(
        valid
            .iter()
            .all(|(step, _, smoothed)| step % 1000 == 0 && smoothed.is_empty())
    );
}

#[test]
fn the_exporter_makes_what_it_is_asked_for_and_tells_errors_with_their_file() {
    let folder = folder("exporter");
    let _ = std::fs::remove_dir_all(folder.join("figures"));
    let run = run(1_000);
    let (report, reports) = unbounded();
    let exporter = Exporter::start(run.refiner.desk().clone(), move |result| {
        let _ = report.send(result);
    })
    .expect("the thread starts");
    let ask = |output| {
        exporter.export(Job {
            figure: Figure {
                scale: 2,
                ..run.loss(Theme::DARK)
            },
            output,
        });
        let patience = Duration::from_secs(60);
        reports.recv_timeout(patience).expect("a report comes")
    };
    let free = || free_name(&folder.join("figures"), "Digits", "loss", Format::Pdf);
    let path = free().expect("the folder is made");
    let made = ask(Output::File(path.clone())).expect("it is made");
    assert_eq!(made, Done::File(path));
    assert!(
        free()
            .expect("the folder is there")
            .ends_with("digits-loss-2.pdf")
    );
    match ask(Output::Pixels).expect("it is drawn") {
        Done::Pixels(picture) => assert_eq!((picture.width, picture.height), (1280, 800)),
        other @ Done::File(_) => panic!("{other:?}"),
    }
    for name in [
        "no/such/folder/a.svg",
        "no/such/folder/a.csv",
        "no/a.png",
        "no/a.pdf",
        "a.gif",
    ] {
        let error: FigureError =
            ask(Output::File(folder.join(name))).expect_err("it cannot be written");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn figures_after_the_first_wait_for_no_device() {
    let run = run(1_000);
    let (report, reports) = unbounded();
    let exporter = Exporter::start(run.refiner.desk().clone(), move |result| {
        let _ = report.send(result);
    })
    .expect("the thread starts");
    let mut pictures = Vec::new();
    let mut times = Vec::new();
    for _ in 0..10 {
        let begun = Instant::now();
        exporter.export(Job {
            figure: run.loss(Theme::PRINT),
            output: Output::Pixels,
        });
        let made = reports.recv_timeout(Duration::from_secs(60));
        pictures.push(made.expect("a report comes").expect("it is drawn"));
        times.push(begun.elapsed());
    }
    // What is left on the device by one figure is not seen in the next.
    assert!(pictures.iter().all(|picture| *picture == pictures[0]));
    let first = times[0];
    times.sort();
    let (median, sum) = (times[5], times.iter().sum::<Duration>());
    tell(&format!("first {first:?}, median {median:?}, ten {sum:?}"));
}

#[test]
fn a_figure_of_nothing_is_a_figure() {
    let folder = folder("nothing");
    let run = run(20);
    for (name, subject, size) in [
        ("no-panel.svg", Subject::Panel(PanelId(77)), SIZE),
        ("no-panel.csv", Subject::Panel(PanelId(77)), SIZE),
        ("no-room.pdf", Subject::Dashboard, [3.0, 2.0]),
        ("no-room.png", Subject::Dashboard, [0.0, 0.0]),
    ] {
        run.write(&run.figure(subject, size, Theme::PRINT), &folder.join(name));
    }
}
