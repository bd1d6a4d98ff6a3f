//! What is drawn, compared with small reference pictures.

#[path = "support/drawing.rs"]
mod drawing;
#[path = "support/references.rs"]
mod references;

use std::sync::Arc;

use egui::epaint::{ClippedPrimitive, PaintCallback, Primitive};
use egui::{Pos2, Rect, pos2};
use emberscope::render::{Picture, Renderer, Target};
use emberscope::scene::{Chunk, ChunkId, Line, Panel, PlotRect, Range, Rgb, Stroke, Theme, Vertex};

use drawing::{
    HEIGHT, RAW, SMOOTH, Stage, WIDTH, chrome, chunk, curve, decay, filled, line, noise, panel,
    plot, rect, scene, size,
};
use references::{check, gpu};

fn picture_of(lines: Vec<Line>, theme: Theme, pixels_per_point: f32) -> Picture {
    let mut stage = Stage::new(theme, pixels_per_point);
    stage.draw(&scene(vec![panel(1, lines)]), &[plot(1, rect())]);
    stage.picture()
}

fn steps(count: u32) -> impl Iterator<Item = f32> + Clone {
    let count = u16::try_from(count).expect("few enough steps");
    (0..=count).map(move |i| f32::from(i) * 100.0 / f32::from(count))
}

fn smooth_line() -> Vec<Line> {
    let points = curve(steps(40).map(|x| (x, decay(x))));
    vec![line(0, vec![(chunk(1, points), SMOOTH)])]
}

/// Noise around a decay, and the decay: what a panel shows of a loss.
fn loss(color: usize, id: u64, count: u32) -> Line {
    let raw = curve(
        steps(count)
            .zip(0..)
            .map(|(x, i)| (x, decay(x) * (1.0 + 0.35 * noise(i)))),
    );
    let smooth = curve(steps(200).map(|x| (x, decay(x))));
    line(
        color,
        vec![(chunk(id, raw), RAW), (chunk(id + 1, smooth), SMOOTH)],
    )
}

fn validation(id: u64) -> Line {
    let points = curve([20.0, 40.0, 60.0, 80.0, 100.0].map(|x| (x, decay(x) * 1.15 + 0.05)));
    let points = chunk(id, points);
    line(
        1,
        vec![
            (points.clone(), SMOOTH),
            (points, Stroke::Markers { radius: 3.5 }),
        ],
    )
}

fn gaps() -> Vec<Line> {
    let mut points = curve(steps(40).map(|x| (x, decay(x))));
    // A gap within, a run of gaps with a lone point, and a gap at the end.
    for gap in [10, 20, 21, 22, 24, 25, 40] {
        points[gap].y = Vertex::GAP;
    }
    let marks = points
        .iter()
        .filter(|vertex| vertex.is_gap())
        .copied()
        .collect();
    vec![line(
        0,
        vec![(chunk(1, points), SMOOTH), (chunk(2, marks), Stroke::Gaps)],
    )]
}

#[test]
fn one_line() {
    check("line", &picture_of(smooth_line(), Theme::DARK, 1.0));
}

#[test]
fn a_line_with_gaps() {
    check("gaps", &picture_of(gaps(), Theme::DARK, 1.0));
}

#[test]
fn a_band_of_gaps() {
    let marks = steps(300).filter(|x| (30.0..60.0).contains(x) || *x == 80.0);
    let marks = chunk(1, marks.map(Vertex::gap).collect());
    let lines = vec![line(3, vec![(marks, Stroke::Gaps)])];
    check("gap-band", &picture_of(lines, Theme::DARK, 1.0));
}

#[test]
fn a_dashboards_loss_dark() {
    let lines = vec![loss(0, 1, 600), validation(5)];
    check("loss-dark", &picture_of(lines, Theme::DARK, 1.0));
}

#[test]
fn a_dashboards_loss_light() {
    let lines = vec![loss(0, 1, 600), validation(5)];
    check("loss-light", &picture_of(lines, Theme::LIGHT, 1.0));
}

#[test]
fn a_dashboards_loss_at_one_and_a_half() {
    let lines = vec![loss(0, 1, 600), validation(5)];
    check("loss-scale-1.5", &picture_of(lines, Theme::DARK, 1.5));
}

#[test]
fn a_dashboards_loss_at_two() {
    let lines = vec![loss(0, 1, 600), validation(5)];
    check("loss-scale-2", &picture_of(lines, Theme::DARK, 2.0));
}

#[test]
fn many_dense_points() {
    let lines = vec![loss(2, 1, 20_000), loss(3, 5, 3_000)];
    check("dense", &picture_of(lines, Theme::DARK, 1.0));
}

#[test]
fn data_beyond_the_bounds_stays_in_the_plot() {
    let spikes = curve(steps(50).zip(0_u8..).map(|(x, i)| match i % 10 {
        3 => (x, 1e30),
        7 => (x, -3.0),
        _ => (x, 1.0),
    }));
    let edges = curve([
        (-50.0, 0.0),
        (0.0, 0.0),
        (0.0, 2.0),
        (100.0, 2.0),
        (150.0, 2.0),
    ]);
    let edges = chunk(2, edges);
    let lines = vec![
        line(4, vec![(chunk(1, spikes), SMOOTH)]),
        line(
            1,
            vec![
                (edges.clone(), SMOOTH),
                (edges, Stroke::Markers { radius: 4.0 }),
            ],
        ),
    ];
    check("beyond", &picture_of(lines, Theme::DARK, 1.0));
}

#[test]
fn what_lies_over_the_data_is_painted_after_it() {
    let mut stage = Stage::new(Theme::DARK, 1.0);
    let theme = Theme::DARK;
    let mut chrome = chrome(&theme, 1.0, false);
    chrome.primitives.push(ClippedPrimitive {
        clip_rect: Rect::EVERYTHING,
        primitive: Primitive::Callback(PaintCallback {
            rect: Rect::from_min_max(Pos2::ZERO, pos2(WIDTH, HEIGHT)),
            callback: Arc::new(()),
        }),
    });
    chrome
        .primitives
        .push(filled(60.0, 30.0, 140.0, 120.0, theme.raised));
    stage.renderer.paint_chrome(chrome, &theme);
    let lines = vec![loss(0, 1, 600)];
    stage.draw(&scene(vec![panel(1, lines)]), &[plot(1, rect())]);
    let first = stage.picture();
    check("overlay", &first);
    // Where it is, no data shows through, in later frames too.
    let lines = vec![loss(0, 1, 600), validation(5)];
    stage.draw(&scene(vec![panel(1, lines)]), &[plot(1, rect())]);
    let second = stage.picture();
    let Rgb(r, g, b) = theme.raised;
    for (x, y) in [(60, 30), (100, 75), (139, 119)] {
        assert_eq!(first.pixel(x, y), [r, g, b, 255]);
        assert_eq!(second.pixel(x, y), [r, g, b, 255]);
    }
    assert_ne!(first, second);
}

#[test]
fn far_steps_are_drawn_like_near_ones() {
    let mut pictures = [0.0, f64::from(1_u32 << 30), 1e15].map(|start| {
        let points = curve(
            steps(200)
                .zip(0..)
                .map(|(x, i)| (x, decay(x) + 0.1 * noise(i))),
        );
        let far = Arc::new(Chunk {
            id: ChunkId(1),
            generation: 1,
            origin: [start, 0.0],
            vertices: points,
        });
        let mut plot = plot(1, rect());
        plot.bounds.x = Range::new(start, start + 100.0);
        let mut stage = Stage::new(Theme::DARK, 1.0);
        let lines = vec![line(0, vec![(far, SMOOTH)])];
        stage.draw(&scene(vec![panel(1, lines)]), &[plot]);
        stage.picture()
    });
    assert!(pictures[0] == pictures[1] && pictures[0] == pictures[2]);
    // The comparison can fail.
    pictures[1].rgba[0] ^= 1;
    assert!(pictures[0] != pictures[1]);
}

/// A processor's answer to `shaders/line.wgsl` and `shaders/column.wgsl`: how much of each pixel a segment covers.
#[test]
fn a_segment_covers_what_geometry_says() {
    let (a, b) = ([60.0_f32, 150.0], [250.0, 40.0]);
    let between = |share: f32| [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
    let few = vec![a, b];
    let many = (0..=400_u16)
        .map(|i| between(f32::from(i) / 400.0))
        .collect();
    // From right to left, and so segment by segment however many there are.
    let backwards = (0..=400_u16)
        .map(|i| between(1.0 - f32::from(i) / 400.0))
        .collect();
    for (points, width, ends_within) in [
        (few.clone(), 1.0, 0.0),
        (few, 6.0, 0.0),
        (backwards, 2.0, 0.0),
        // Pixel columns are whole: a line ends with its column.
        (Vec::clone(&many), 1.0, 1.5),
        (Vec::clone(&many), 2.0, 1.5),
        (many, 6.0, 1.5),
    ] {
        let worst = worst_coverage(a, b, &points, width, ends_within);
        assert!(worst <= 3, "{} points, {width} px: {worst}", points.len());
    }
}

/// How far a channel is off anywhere but so many pixels around the ends of a segment from `a` to `b`.
fn worst_coverage(
    a: [f32; 2],
    b: [f32; 2],
    points: &[[f32; 2]],
    width: f32,
    ends_within: f32,
) -> u8 {
    let PlotRect {
        left,
        top,
        right,
        bottom,
    } = rect();
    let to_axis = |&[x, y]: &[f32; 2]| {
        (
            (x - left) / (right - left) * 100.0,
            (bottom - y) / (bottom - top) * 2.0,
        )
    };
    let stroke = Stroke::Line {
        width,
        is_faint: false,
    };
    let points = curve(points.iter().map(to_axis));
    let lines = vec![line(1, vec![(chunk(1, points), stroke)])];
    let mut stage = Stage::new(Theme::DARK, 1.0);
    stage.draw(&scene(vec![panel(1, vec![])]), &[plot(1, rect())]);
    let empty = stage.picture();
    stage.draw(&scene(vec![panel(1, lines)]), &[plot(1, rect())]);
    let drawn = stage.picture();

    let color = Theme::DARK.series_color(1);
    let length = (b[0] - a[0]).hypot(b[1] - a[1]);
    let along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
    let mut worst = 0;
    for (y, row) in (0..drawn.height).zip(0_u16..) {
        for (x, column) in (0..drawn.width).zip(0_u16..) {
            let from_a = [f32::from(column) + 0.5 - a[0], f32::from(row) + 0.5 - a[1]];
            let forward = from_a[0] * along[0] + from_a[1] * along[1];
            let aside = from_a[0] * along[1] - from_a[1] * along[0];
            let from_end = forward.abs().min((forward - length).abs());
            let beyond = forward - forward.clamp(0.0, length);
            if ends_within > 0.0 && (beyond != 0.0 || from_end < ends_within + width) {
                continue;
            }
            let covered = (width / 2.0 - beyond.hypot(aside) + 0.5).clamp(0.0, 1.0);
            let ground = empty.pixel(x, y);
            let expected = color.over(Rgb(ground[0], ground[1], ground[2]), covered);
            let actual = drawn.pixel(x, y);
            for (actual, expected) in actual.into_iter().zip([expected.0, expected.1, expected.2]) {
                worst = worst.max(actual.abs_diff(expected));
            }
        }
    }
    worst
}

fn left_half() -> PlotRect {
    PlotRect {
        right: 140.0,
        ..rect()
    }
}

fn right_half() -> PlotRect {
    PlotRect {
        left: 180.0,
        ..rect()
    }
}

#[test]
fn only_news_is_sent_and_drawn() {
    let mut stage = Stage::new(Theme::DARK, 1.0);
    let plots = [plot(1, left_half()), plot(2, right_half())];
    let first = scene(vec![
        panel(1, vec![loss(0, 1, 300)]),
        panel(2, vec![loss(1, 5, 300)]),
    ]);
    let report = stage.draw(&first, &plots);
    assert_eq!(report.redrawn_panels, 2);
    assert!(report.uploaded_bytes >= 2 * (301 + 201) * 8);
    let shown = stage.picture();

    let report = stage.draw(&first, &plots);
    assert_eq!((report.uploaded_bytes, report.redrawn_panels), (0, 0));
    assert_eq!(stage.picture(), shown);

    // One more point in one chunk of one panel.
    let mut panels: Vec<_> = first
        .panels
        .iter()
        .map(|panel| Panel::clone(panel))
        .collect();
    let part = &mut panels[1].lines[0].parts[1];
    let mut longer = Chunk::clone(&part.chunk);
    longer.generation += 1;
    longer.vertices.push(Vertex { x: 100.0, y: 2.0 });
    part.chunk = Arc::new(longer);
    let second = scene(panels);
    let report = stage.draw(&second, &plots);
    assert_eq!(report.redrawn_panels, 1);
    // One vertex; two structs that tell how to draw, which a device may want 256 bytes apart; 16 bytes for each pixel
    // column of each line.
    assert!(
        report.uploaded_bytes <= 8 + 2 * 256 + 2 * 16 * 130,
        "{report:?}"
    );
    let drawn = stage.picture();
    assert_ne!(drawn, shown);

    // The picture is the one that a renderer draws which has seen nothing before.
    let mut fresh = Stage::new(Theme::DARK, 1.0);
    fresh.draw(&second, &plots);
    assert_eq!(fresh.picture(), drawn);
}

#[test]
fn painting_chrome_again_keeps_the_data_and_only_touches_what_changed() {
    let theme = Theme::DARK;
    let mut stage = Stage::new(theme, 1.0);
    let plots = [plot(1, left_half()), plot(2, right_half())];
    let scene = scene(vec![
        panel(1, vec![loss(0, 1, 300)]),
        panel(2, vec![loss(1, 5, 300)]),
    ]);
    stage.draw(&scene, &plots);
    let before = stage.picture();

    // The same chrome again: nothing to paint, nothing to draw.
    let report = stage
        .renderer
        .paint_chrome(chrome(&theme, 1.0, false), &theme);
    assert_eq!(report.painted_px, 0);
    assert_eq!(stage.draw(&scene, &plots).redrawn_panels, 0);
    assert_eq!(stage.picture(), before);

    // A readout in the left panel's plot: a few tiles, and only that panel's data.
    let mut changed = chrome(&theme, 1.0, false);
    changed
        .primitives
        .push(filled(100.0, 30.0, 110.0, 36.0, theme.text));
    let report = stage.renderer.paint_chrome(changed, &theme);
    assert!((1..=4096).contains(&report.painted_px), "{report:?}");
    assert_eq!(stage.draw(&scene, &plots).redrawn_panels, 1);
    let with_readout = stage.picture();
    assert_ne!(with_readout, before);

    // And back: as if it had never been there.
    stage
        .renderer
        .paint_chrome(chrome(&theme, 1.0, false), &theme);
    stage.draw(&scene, &plots);
    assert_eq!(stage.picture(), before);
}

#[test]
fn plots_that_move_or_go_leave_nothing_behind() {
    let mut stage = Stage::new(Theme::DARK, 1.0);
    let scene = scene(vec![panel(1, vec![loss(0, 1, 300)])]);
    stage.draw(&scene, &[]);
    let empty = stage.picture();
    stage.draw(&scene, &[plot(1, left_half())]);
    assert_ne!(stage.picture(), empty);
    stage.draw(&scene, &[plot(1, right_half())]);
    let moved = stage.picture();
    let mut fresh = Stage::new(Theme::DARK, 1.0);
    fresh.draw(&scene, &[plot(1, right_half())]);
    assert_eq!(moved, fresh.picture());
    stage.draw(&scene, &[]);
    assert_eq!(stage.picture(), empty);
}

#[test]
fn of_a_dense_line_only_its_columns_are_sent_until_it_is_looked_at_closely() {
    let points = curve(steps(20_000).map(|x| (x, decay(x))));
    let scene = scene(vec![panel(
        1,
        vec![line(0, vec![(chunk(1, points), SMOOTH)])],
    )]);
    let mut stage = Stage::new(Theme::DARK, 1.0);
    let whole = stage.draw(&scene, &[plot(1, rect())]);
    // 16 bytes for each of 280 columns and what is around them, and what is told of the line; its vertices are 160 KB.
    assert!(whole.uploaded_bytes < 6_000, "{whole:?}");
    let mut close = plot(1, rect());
    close.bounds.x = Range::new(10.0, 10.2);
    let report = stage.draw(&scene, &[close]);
    assert!(report.uploaded_bytes > 100_000, "{report:?}");
    let mut fresh = Stage::new(Theme::DARK, 1.0);
    fresh.draw(&scene, &[close]);
    assert_eq!(stage.picture(), fresh.picture());
}

#[test]
fn more_than_a_frame_may_send_comes_in_the_next() {
    let mut stage = Stage::new(Theme::DARK, 1.0);
    let long = |id, generation, y| {
        // 3.2 MB: two of them are more than a frame sends. With a gap, so that they are sent at all.
        let mut vertices = vec![Vertex { x: 50.0, y }; 400_000];
        vertices[0] = Vertex::gap(50.0);
        Arc::new(Chunk {
            id: ChunkId(id),
            generation,
            origin: [0.0, 0.0],
            vertices,
        })
    };
    let plots = [plot(1, left_half()), plot(2, right_half())];
    let both = |generation, y| {
        let line = |id| line(0, vec![(long(id, generation, y), SMOOTH)]);
        scene(vec![panel(1, vec![line(1)]), panel(2, vec![line(2)])])
    };
    let first = both(1, 0.4);
    let report = stage.draw(&first, &plots);
    assert!(report.is_pending);
    let report = stage.draw(&first, &plots);
    assert!(!report.is_pending);
    let complete = stage.picture();

    // New content for both: one panel shows it, the other one's old picture stands until its turn comes.
    let second = both(2, 1.6);
    let report = stage.draw(&second, &plots);
    assert!(
        report.is_pending && report.redrawn_panels == 1,
        "{report:?}"
    );
    let half = stage.picture();
    let has_dot = |picture: &Picture, x, y: u32| picture.pixel(x, y) != stage_ground();
    // Half of the way across each plot; 0.4 of 2 is at y = 131, 1.6 at y = 44.
    let places = [(80, 131), (80, 44), (240, 131), (240, 44)];
    let dots = |picture: &Picture| places.map(|(x, y)| has_dot(picture, x, y));
    assert_eq!(dots(&complete), [true, false, true, false]);
    assert_eq!(dots(&half), [false, true, true, false]);
    let report = stage.draw(&second, &plots);
    assert!(
        !report.is_pending && report.redrawn_panels == 1,
        "{report:?}"
    );
    assert_eq!(dots(&stage.picture()), [false, true, false, true]);
}

fn stage_ground() -> [u8; 4] {
    let Rgb(r, g, b) = Theme::DARK.panel;
    [r, g, b, 255]
}

#[test]
fn a_target_of_another_size_shows_what_there_is() {
    let mut stage = Stage::new(Theme::DARK, 1.0);
    let scene = scene(vec![panel(1, smooth_line())]);
    stage.draw(&scene, &[plot(1, rect())]);
    let before = stage.picture();
    // The window has grown, and the chrome is not laid out anew yet.
    stage.target.resize([400, 100]);
    stage.draw(&scene, &[plot(1, rect())]);
    let after = stage.picture();
    assert_eq!([after.width, after.height], [400, 100]);
    for (x, y) in [(0, 0), (30, 50), (319, 99), (160, 60)] {
        assert_eq!(after.pixel(x, y), before.pixel(x, y));
    }
    let Rgb(r, g, b) = Theme::DARK.background;
    assert_eq!(after.pixel(399, 99), [r, g, b, 255]);
    assert_eq!(after.pixel(321, 0), [r, g, b, 255]);
}

#[test]
fn a_new_size_starts_anew() {
    let theme = Theme::DARK;
    let mut stage = Stage::new(theme, 1.0);
    let scene = scene(vec![panel(1, smooth_line())]);
    stage.draw(&scene, &[plot(1, rect())]);
    for scale in [2.0, 0.1, 0.01, 1.0] {
        stage.target.resize(size(scale));
        stage
            .renderer
            .paint_chrome(chrome(&theme, scale, false), &theme);
        stage.draw(&scene, &[plot(1, rect())]);
        let mut fresh = Stage::new(theme, scale);
        fresh.draw(&scene, &[plot(1, rect())]);
        assert_eq!(stage.picture(), fresh.picture(), "scale {scale}");
    }
}

#[test]
fn before_any_chrome_there_is_the_background() {
    let gpu = gpu();
    let mut target = Target::offscreen(&gpu, [30, 20]);
    let mut renderer = Renderer::new(&gpu, target.format());
    let report = renderer.draw(&mut target, &scene(vec![]), &[], &Theme::LIGHT);
    assert_eq!(report.skipped, None);
    let picture = target.read_rgba().unwrap();
    let Rgb(r, g, b) = Theme::LIGHT.background;
    assert!(
        picture
            .rgba
            .chunks_exact(4)
            .all(|pixel| pixel == [r, g, b, 255])
    );
}

#[test]
fn a_lost_device_ends_nothing_and_its_renderer_can_be_rebuilt() {
    let lost = gpu();
    let theme = Theme::DARK;
    let mut target = Target::offscreen(&lost, size(1.0));
    let mut renderer = Renderer::new(&lost, target.format());
    renderer.paint_chrome(chrome(&theme, 1.0, true), &theme);
    let scene = scene(vec![panel(1, smooth_line())]);
    let plots = [plot(1, rect())];
    renderer.draw(&mut target, &scene, &plots, &theme);
    let before = target.read_rgba().unwrap();

    lost.device().destroy();
    assert!(lost.wait(std::time::Duration::from_secs(10)).is_err());
    assert!(lost.lost().is_some());
    renderer.paint_chrome(chrome(&theme, 1.0, true), &theme);
    let report = renderer.draw(&mut target, &scene, &plots, &theme);
    assert_eq!(report.skipped, Some(emberscope::render::Skip::DeviceLost));

    // egui does not send its textures again; they came along.
    let new = gpu();
    let mut target = Target::offscreen(&new, size(1.0));
    let mut renderer = renderer.rebuilt(&new, target.format());
    renderer.paint_chrome(chrome(&theme, 1.0, false), &theme);
    renderer.draw(&mut target, &scene, &plots, &theme);
    assert_eq!(target.read_rgba().unwrap(), before);
    assert_eq!(new.errors(), 0);
}

/// Lines as a run makes them: dense noise with gaps and its smoothed twin, held-out points with markers, marks of the gaps.
fn growing(id: u64, generation: u64, points: u32, seed: u32) -> Vec<Line> {
    let chunk = |part: u64, vertices: Vec<Vertex>| {
        Arc::new(Chunk {
            id: ChunkId(id + part),
            generation,
            origin: [0.0, 0.0],
            vertices,
        })
    };
    let at = |i: u32| f32::from(u16::try_from(i).expect("few points")) / 60.0;
    let value = |i: u32| decay(at(i)) * (1.0 + 0.5 * noise(i + seed));
    let is_gap = |i: &u32| noise(i.wrapping_mul(7).wrapping_add(seed)) > 0.99;
    let mut raw = Vec::new();
    for i in 0..points {
        raw.push(match is_gap(&i) {
            true => Vertex::gap(at(i)),
            false => Vertex {
                x: at(i),
                y: value(i),
            },
        });
    }
    let smooth = curve((0..points).step_by(9).map(|i| (at(i), decay(at(i)))));
    let held_out = curve((0..points).step_by(450).map(|i| (at(i), value(i))));
    let marks = (0..points)
        .filter(is_gap)
        .map(|i| Vertex::gap(at(i)))
        .collect();
    let held_out = chunk(2, held_out);
    let train = vec![
        (chunk(0, raw), RAW),
        (chunk(1, smooth), SMOOTH),
        (chunk(3, marks), Stroke::Gaps),
    ];
    let valid = vec![
        (held_out.clone(), SMOOTH),
        (held_out, Stroke::Markers { radius: 3.5 }),
    ];
    vec![line(0, train), line(1, valid)]
}

#[test]
fn lines_that_grow_are_drawn_as_if_they_were_new() {
    // Two panels so near to each other that each reaches into the other.
    let middle = f32::midpoint(rect().left, rect().right).round();
    let places = [
        PlotRect {
            right: middle - 3.0,
            ..rect()
        },
        PlotRect {
            left: middle + 3.0,
            ..rect()
        },
    ];
    for pixels_per_point in [1.0, 1.5] {
        let mut going_on = Stage::new(Theme::DARK, pixels_per_point);
        let (mut points, mut seed, mut end) = ([0, 300], 0, 100.0);
        let mut restricted = 0;
        for round in 0_u32..40 {
            let luck = noise(round * 31 + 7);
            let grown = usize::from(round % 3 == 0);
            points[grown] += match round % 8 {
                // Nothing new in a new generation; a point; many; a line made anew; another view.
                0 => 0,
                1..=3 => 1,
                4 => 40,
                5 => 300,
                _ => 90,
            };
            if luck > 0.9 {
                seed += 1;
            }
            if round == 25 {
                end = 80.0;
            }
            let generation = u64::from(round) + 2;
            let panels: Vec<_> = (0..2_u32)
                .map(|i| {
                    let id = u64::from(i) * 10 + 1;
                    panel(i, growing(id, generation, points[i as usize], seed))
                })
                .collect();
            let scene = scene(panels);
            let mut plots = [plot(0, places[0]), plot(1, places[1])];
            for plot in &mut plots {
                plot.bounds.x = Range::new(0.0, end);
            }
            // Some scenes are never drawn.
            if round % 7 == 6 {
                continue;
            }
            let report = going_on.draw(&scene, &plots);
            let mut anew = Stage::new(Theme::DARK, pixels_per_point);
            let whole = anew.draw(&scene, &plots);
            assert!(
                going_on.picture() == anew.picture(),
                "round {round} at scale {pixels_per_point}"
            );
            restricted += u32::from(report.restored_px * 2 < whole.restored_px);
        }
        assert!(
            restricted > 10,
            "{restricted} frames drew only what was new"
        );
    }
}
