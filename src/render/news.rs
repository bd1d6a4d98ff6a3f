//! Which panels have news, and what to draw for them.
//!
//! In: a scene, plots, and what is on the device. Out: rectangles that get their chrome back, and parts to draw there. The
//! one idea: what a panel shows is known by a key of all that its pixels depend on. The same key means the same pixels, and
//! nothing is done; where lines have only changed from some place on, as they do when points are added, nothing is done to the
//! left of it; and while newer content is still on its way to the device, the old picture stands.

use std::sync::Arc;

use super::arena::{Arena, Residence};
use super::columns::Column;
use super::gpu::Gpu;
use super::plot::{Content, Ink, Kind, PlannedPart, PlotPx};
use super::px_rect::PxRect;
use crate::scene::{Chunk, Line, Panel, PanelId, Part, Plot, Rgb, Scene, Stroke, Theme};

/// A frame sends about so many bytes of vertices at most.
const UPLOAD_BUDGET_BYTES: u64 = 4 << 20;

/// What is left of a line's strength while another stands out.
const FADED: f32 = 0.3;

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
#[derive(Clone, Debug)]
struct Shown {
    panel: PanelId,
    reach: PxRect,
    key: Option<Key>,
    /// In which ways its parts are drawn, and how far their columns can be seen: known once they are planned.
    ways: Vec<(Kind, u32)>,
}

/// All that the pixels of a panel's data depend on.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    plot: PlotPx,
    theme: Theme,
    parts: Vec<PartKey>,
}

#[derive(Clone, Debug)]
struct PartKey {
    /// The content which is on the device.
    content: Arc<Chunk>,
    is_sorted: bool,
    stroke: Stroke,
    color: Rgb,
    strength: f32,
}

impl PartialEq for PartKey {
    fn eq(&self, other: &Self) -> bool {
        self.is_of_one_line_with(other) && self.content.generation == other.content.generation
    }
}

impl PartKey {
    /// Whether it is the same part, perhaps with another content.
    fn is_of_one_line_with(&self, other: &Self) -> bool {
        self.content.id == other.content.id
            && self.stroke == other.stroke
            && self.color == other.color
            && self.strength == other.strength
    }

    /// From which horizontal position on, relative to its origin, it shows something else than `old`; infinite where it shows
    /// the same, `None` for all of it.
    fn differs_from(&self, old: &Self) -> Option<f32> {
        if !(self.is_sorted && old.is_sorted) || self.content.origin != old.content.origin {
            return None;
        }
        let (new, old) = (&self.content.vertices, &old.content.vertices);
        let same = new
            .iter()
            .zip(old)
            .take_while(|(new, old)| new == old)
            .count();
        let last_same = same.checked_sub(1).map(|last| new[last].x);
        let firsts = [new.get(same), old.get(same)];
        let first_other = firsts
            .into_iter()
            .flatten()
            .map(|vertex| vertex.x)
            .reduce(f32::min);
        Some(match (last_same, first_other) {
            (_, None) => f32::INFINITY,
            // The segment that leads to the first vertex that is another.
            (Some(last_same), _) => last_same,
            (None, Some(first_other)) => first_other,
        })
    }
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
            let plot = &view.plots[index];
            let place = PlotPx::new(plot.rect, plot.bounds, view.pixels_per_point, view.size_px);
            let mut is_waiting = false;
            for (_, part) in parts(panel) {
                let residence = arena.ensure(gpu, &part.chunk, |shape| {
                    !place.shows_columns_of(part.stroke, &part.chunk, shape)
                });
                is_waiting |= residence == Residence::Waiting;
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
        let mut planned: Vec<Planned> = wanted
            .into_iter()
            .map(|new| self.planned(arena, view, new))
            .collect();
        // What is restored within a panel's reach is drawn again, and what is drawn again is restored: edges that are half
        // covered must not be drawn over themselves.
        loop {
            for panel in &planned {
                add(&mut restored, panel.damage);
            }
            let mut has_more = false;
            for panel in &mut planned {
                let lost = restored
                    .iter()
                    .map(|rect| rect.intersect(panel.shown.reach))
                    .fold(panel.damage, PxRect::around_both);
                has_more |= lost != panel.damage;
                panel.damage = lost;
            }
            if !has_more {
                break;
            }
        }

        let mut work = Work {
            restored,
            ..Work::default()
        };
        for panel in &mut planned {
            if !panel.damage.is_empty() {
                if panel.parts.is_none() {
                    panel.plan(arena, view);
                }
                panel.append_to(&mut work);
            }
        }
        self.shown = planned.into_iter().map(|panel| panel.shown).collect();
        work
    }

    /// A panel with what of it is to be drawn again because it has changed.
    fn planned(&self, arena: &Arena, view: &View<'_>, new: Shown) -> Planned {
        let old = self
            .shown
            .iter()
            .find(|old| old.panel == new.panel && old.reach == new.reach);
        let mut planned = Planned {
            shown: new,
            damage: PxRect::default(),
            parts: None,
            columns: Vec::new(),
        };
        if let Some(old) = old.filter(|old| old.key == planned.shown.key) {
            planned.shown.ways.clone_from(&old.ways);
            return planned;
        }
        planned.plan(arena, view);
        let changed = old.and_then(|old| planned.shown.changed_since(old));
        planned.damage = changed.unwrap_or(planned.shown.reach);
        planned
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
                        content: Arc::clone(&resident.chunk),
                        is_sorted: resident.shape.is_sorted,
                        stroke: part.stroke,
                        color: view.theme.series_color(line.color),
                        strength: strength(line, plot),
                    })
                })
                .collect(),
        });
        let new = Shown {
            panel: plot.panel,
            reach,
            key,
            ways: Vec::new(),
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

    /// What of it shows something else than `old`, if that is not all of it.
    fn changed_since(&self, old: &Self) -> Option<PxRect> {
        let (key, old_key) = (self.key.as_ref()?, old.key.as_ref()?);
        let is_same_view = key.plot == old_key.plot && key.theme == old_key.theme;
        if !is_same_view || self.ways != old.ways || key.parts.len() != old_key.parts.len() {
            return None;
        }
        let mut changed = PxRect::default();
        for (new, old) in key.parts.iter().zip(&old_key.parts) {
            if !new.is_of_one_line_with(old) {
                return None;
            }
            if new != old {
                let from = new.differs_from(old)?;
                let right = key
                    .plot
                    .right_of(new.stroke, new.content.origin[0] + f64::from(from));
                changed = changed.around_both(right);
            }
        }
        Some(changed)
    }
}

/// A panel about to be drawn.
struct Planned {
    shown: Shown,
    /// What of it is to be drawn again.
    damage: PxRect,
    /// All of its parts, if they were planned.
    parts: Option<Vec<PlannedPart>>,
    columns: Vec<Column>,
}

impl Planned {
    /// Plans all of its parts: what is behind first, whichever line it belongs to.
    fn plan(&mut self, arena: &Arena, view: &View<'_>) {
        let mut planned = Vec::new();
        let panel = view.scene.panel(self.shown.panel);
        let mut plots = view.plots.iter();
        let plot = plots.find(|plot| plot.panel == self.shown.panel);
        if let (Some(key), Some(panel), Some(plot)) = (&self.shown.key, panel, plot) {
            for (line, part) in parts(panel) {
                let Some(resident) = arena.resident(part.chunk.id) else {
                    continue;
                };
                let content = Content {
                    vertices: &resident.chunk.vertices,
                    origin: resident.chunk.origin,
                    is_sorted: resident.shape.is_sorted,
                };
                let ink = Ink {
                    color: view.theme.series_color(line.color),
                    strength: strength(line, plot),
                };
                let new = key
                    .plot
                    .plan(part.stroke, ink, view.theme, content, &mut self.columns);
                let layer = layer(part.stroke, plot.highlight == Some(line.key));
                planned.extend(new.and_then(|mut part| {
                    if !part.has_columns() {
                        part.draw.first += resident.first?;
                    }
                    Some((layer, part))
                }));
            }
        }
        self.shown.ways = planned
            .iter()
            .map(|(_, part)| (part.kind, part.draw.reach))
            .collect();
        // Stable: within a layer the legend's order holds.
        planned.sort_by_key(|(layer, _)| *layer);
        self.parts = Some(planned.into_iter().map(|(_, part)| part).collect());
    }

    /// Appends what of it is to be drawn again.
    fn append_to(&self, work: &mut Work) {
        if self.shown.key.is_none() {
            return;
        }
        work.panels += 1;
        let parts = self.parts.iter().flatten();
        for mut part in parts.filter_map(|part| part.within(self.damage)) {
            if part.has_columns() {
                let start = part.draw.first as usize;
                let columns = &self.columns[start..start + part.draw.count as usize];
                // Far fewer than four billion: as many as pixels in lines.
                part.draw.first = u32::try_from(work.columns.len()).unwrap_or(u32::MAX);
                work.columns.extend_from_slice(columns);
            }
            work.parts.push(part);
        }
    }
}

fn parts(panel: &Panel) -> impl Iterator<Item = (&Line, &Part)> {
    panel
        .lines
        .iter()
        .flat_map(|line| line.parts.iter().map(move |part| (line, part)))
}

/// How strongly a line covers what is under it: others fade where one stands out.
pub(crate) fn strength(line: &Line, plot: &Plot) -> f32 {
    match plot.highlight {
        None => line.strength,
        Some(highlight) if highlight == line.key => 1.0,
        Some(_) => line.strength * FADED,
    }
}

/// No line's faint history hides another's present, no line hides a marker, and nothing what stands out.
pub(crate) const fn layer(stroke: Stroke, is_highlighted: bool) -> u8 {
    let layer = match stroke {
        Stroke::Line { is_faint: true, .. } => 0,
        Stroke::Line { .. } => 1,
        Stroke::Gaps => 2,
        Stroke::Markers { .. } => 3,
    };
    if is_highlighted { layer + 4 } else { layer }
}

/// Adds a rectangle that is not covered by one of the others.
fn add(rects: &mut Vec<PxRect>, rect: PxRect) {
    if !rects.iter().any(|other| other.contains(rect)) {
        rects.push(rect);
    }
}
