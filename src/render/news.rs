//! Which panels have news, and what to draw for them.
//!
//! In: a scene, plots, and what is on the device. Out: rectangles that get their chrome back, and parts to draw there. The
//! one idea: what a panel shows is known by a key of all that its pixels depend on. The same key means the same pixels, and
//! nothing is done; and while newer content is still on its way to the device, the old picture stands.

use super::arena::{Arena, Residence};
use super::columns::Column;
use super::gpu::Gpu;
use super::plot::{Content, Kind, PlannedPart, PlotPx};
use super::px_rect::PxRect;
use crate::scene::{ChunkId, Line, Panel, PanelId, Part, Plot, Rgb, Scene, Stroke, Theme};

/// A frame sends about so many bytes of vertices at most.
const UPLOAD_BUDGET_BYTES: u64 = 4 << 20;

/// What a frame is asked to show.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) scene: &'a Scene,
    pub(super) plots: &'a [Plot],
    pub(super) theme: &'a Theme,
    pub(super) pixels_per_point: f32,
    /// The picture's.
    pub(super) size_px: [u32; 2],
}

/// What a frame has to do to the picture.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Where the chrome is put back first.
    pub(super) restored: Vec<PxRect>,
    /// What is drawn then, in this order; `first` counts within the arena, or within the columns.
    pub(super) parts: Vec<PlannedPart>,
    /// For parts that are drawn column by column.
    pub(super) columns: Vec<Column>,
    /// How many panels that is.
    pub(super) panels: u32,
}

/// What the picture shows, to tell what is new.
#[derive(Debug, Default)]
pub(super) struct News {
    shown: Vec<Shown>,
    /// Where the picture's chrome is older than the chrome.
    stale: Vec<PxRect>,
    /// Plots of which some content is still to be sent.
    waiting: Vec<PanelId>,
    /// Whose content is sent first, so that each has its turn.
    next_plot: usize,
}

/// A panel's data in the picture.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    panel: PanelId,
    reach: PxRect,
    key: Option<Key>,
}

/// All that the pixels of a panel's data depend on.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    plot: PlotPx,
    theme: Theme,
    parts: Vec<PartKey>,
}

#[derive(Clone, Debug, PartialEq)]
struct PartKey {
    chunk: ChunkId,
    /// That of the content which is on the device.
    generation: u64,
    stroke: Stroke,
    color: Rgb,
}

impl News {
    /// The chrome was painted again there.
    pub(super) fn chrome_changed(&mut self, damage: &[PxRect]) {
        self.stale.extend(damage);
    }

    /// The picture is a new one: nothing is shown yet, and the chrome is not in it.
    pub(super) fn picture_replaced(&mut self) {
        self.shown.clear();
        self.stale.clear();
    }

    /// Sends chunks that are new and in sight, as far as a frame may. Returns whether some have to wait.
    pub(super) fn admit(&mut self, gpu: &Gpu, arena: &mut Arena, view: &View<'_>) -> bool {
        arena.begin_frame(UPLOAD_BUDGET_BYTES);
        self.waiting.clear();
        let count = view.plots.len();
        let start = std::mem::take(&mut self.next_plot).min(count);
        for index in (start..count).chain(0..start) {
            let id = view.plots[index].panel;
            let Some(panel) = view.scene.panel(id) else {
                continue;
            };
            let mut is_waiting = false;
            for (_, part) in parts(panel) {
                is_waiting |= arena.ensure(gpu, &part.chunk) == Residence::Waiting;
            }
            if is_waiting {
                if self.waiting.is_empty() {
                    self.next_plot = index;
                }
                self.waiting.push(id);
            }
        }
        !self.waiting.is_empty()
    }

    /// What is to be done to the picture so that it shows `view`; it is taken as done.
    pub(super) fn plan(&mut self, arena: &Arena, view: &View<'_>) -> Work {
        let wanted: Vec<Shown> = view
            .plots
            .iter()
            .map(|plot| self.wanted(arena, view, plot))
            .collect();

        let mut restored = std::mem::take(&mut self.stale);
        for old in &self.shown {
            // Gone or elsewhere: what it covered must be as it was before.
            let is_in_place = |new: &Shown| new.panel == old.panel && new.reach == old.reach;
            if !wanted.iter().any(is_in_place) {
                add(&mut restored, old.reach);
            }
        }
        let mut is_dirty: Vec<bool> = wanted.iter().map(|new| !self.shown.contains(new)).collect();
        // Panels whose surroundings are restored lose what they show there, and so may their neighbours.
        loop {
            for (new, dirty) in wanted.iter().zip(&is_dirty) {
                if *dirty {
                    add(&mut restored, new.reach);
                }
            }
            let mut has_more = false;
            for (new, dirty) in wanted.iter().zip(&mut is_dirty) {
                if !*dirty && restored.iter().any(|rect| rect.meets(new.reach)) {
                    *dirty = true;
                    has_more = true;
                }
            }
            if !has_more {
                break;
            }
        }

        let mut work = Work {
            restored,
            ..Work::default()
        };
        for (new, _) in wanted.iter().zip(&is_dirty).filter(|(_, dirty)| **dirty) {
            if let (Some(key), Some(panel)) = (&new.key, view.scene.panel(new.panel)) {
                work.panels += 1;
                plan_panel(arena, &key.plot, panel, view.theme, &mut work);
            }
        }
        self.shown = wanted;
        work
    }

    /// What the picture should show of a plot; what it does show, where the newest is still on its way.
    fn wanted(&self, arena: &Arena, view: &View<'_>, plot: &Plot) -> Shown {
        let place = PlotPx::new(plot.rect, plot.bounds, view.pixels_per_point, view.size_px);
        let reach = place.reach();
        let panel = view.scene.panel(plot.panel).filter(|_| place.has_area());
        let key = panel.map(|panel| Key {
            plot: place,
            theme: *view.theme,
            parts: parts(panel)
                .filter_map(|(line, part)| {
                    let resident = arena.resident(part.chunk.id)?;
                    Some(PartKey {
                        chunk: part.chunk.id,
                        generation: resident.chunk.generation,
                        stroke: part.stroke,
                        color: view.theme.series_color(line.color),
                    })
                })
                .collect(),
        });
        let new = Shown {
            panel: plot.panel,
            reach,
            key,
        };
        if self.waiting.contains(&plot.panel)
            && let Some(old) = self.shown.iter().find(|old| old.stands_for(&new))
        {
            return old.clone();
        }
        new
    }
}

impl Shown {
    /// Whether it may be left as it is while `new` is not complete: the same view of older content.
    fn stands_for(&self, new: &Self) -> bool {
        self.panel == new.panel
            && match (&self.key, &new.key) {
                (Some(old), Some(new)) => old.plot == new.plot && old.theme == new.theme,
                _ => false,
            }
    }
}

fn parts(panel: &Panel) -> impl Iterator<Item = (&Line, &Part)> {
    panel
        .lines
        .iter()
        .flat_map(|line| line.parts.iter().map(move |part| (line, part)))
}

/// Appends a panel's parts: what is behind first, whichever line it belongs to.
fn plan_panel(arena: &Arena, plot: &PlotPx, panel: &Panel, theme: &Theme, work: &mut Work) {
    let first = work.parts.len();
    for (line, part) in parts(panel) {
        let Some(resident) = arena.resident(part.chunk.id) else {
            continue;
        };
        let content = Content {
            vertices: &resident.chunk.vertices,
            origin: resident.chunk.origin,
            is_sorted: resident.is_sorted,
        };
        let color = theme.series_color(line.color);
        let new = plot.plan(part.stroke, color, theme, content, &mut work.columns);
        work.parts.extend(new.map(|mut part| {
            if !matches!(part.kind, Kind::Columns | Kind::WideColumns) {
                part.draw.first += resident.first;
            }
            part
        }));
    }
    // Stable: within a layer the legend's order holds.
    work.parts[first..].sort_by_key(layer);
}

/// No line's faint history hides another's present, and no line hides a marker.
fn layer(part: &PlannedPart) -> u8 {
    match part.kind {
        Kind::Line | Kind::Columns | Kind::WideColumns if part.draw.color[3] < 1.0 => 0,
        Kind::Line | Kind::Columns | Kind::WideColumns => 1,
        Kind::Gaps => 2,
        Kind::Markers => 3,
    }
}

/// Adds a rectangle that is not covered by one of the others.
fn add(rects: &mut Vec<PxRect>, rect: PxRect) {
    if !rects.iter().any(|other| other.contains(rect)) {
        rects.push(rect);
    }
}
