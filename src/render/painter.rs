//! Chrome: what egui wants painted, in a texture that stands until it changes.
//!
//! In: egui's triangles and textures. Out: the same, painted: the chrome now, into a texture of its own and only where it
//! differs from what stands there; what lies over the data later, in every frame, from the vertex buffers that are already
//! filled. The one idea: egui's renderer walks its list of shapes and its list of buffer slices in step, and passes over a
//! shape whose clip rectangle is empty. One list and one set of buffers thus serve both: whatever is not wanted now is
//! clipped away.

use std::collections::HashMap;
use std::sync::Arc;

use egui::epaint::{ClippedPrimitive, ImageData, ImageDelta, Mesh, Primitive};
use egui::{Color32, ColorImage, Rect, TextureId, TextureOptions, TexturesDelta};
use egui_wgpu::ScreenDescriptor;

use super::canvas::begin_pass;
use super::damage::Fingerprints;
use super::gpu::Gpu;
use super::px_rect::PxRect;
use super::solid::{Cutter, Piece, SolidPipeline, Solids, Triangle};
use crate::scene::Rgb;

/// What egui wants painted: its tessellated shapes with the textures they need.
///
/// The first [`egui::epaint::PaintCallback`] among the shapes, whatever is in it, marks where the data goes: shapes before
/// it are under the data, shapes after it are over it. Without one, all of them are under it.
pub struct Chrome {
    /// The shapes, in points, as [`egui::Context::tessellate`] returns them.
    pub primitives: Vec<ClippedPrimitive>,
    /// Textures that changed since the last chrome. Every delta of a context must reach the same renderer, in order.
    pub textures: TexturesDelta,
    /// The window's width and height in physical pixels.
    pub size_px: [u32; 2],
    /// Physical pixels a point.
    pub pixels_per_point: f32,
}

/// egui's textures as they were last given, to be given again to another device.
#[derive(Clone, Default)]
pub(super) struct TextureCopies {
    images: HashMap<TextureId, (Arc<ColorImage>, TextureOptions)>,
    /// How often a texture's content was replaced where shapes may already show it.
    versions: HashMap<TextureId, u64>,
    /// Textures that the shapes in use may still need.
    freed: Vec<TextureId>,
}

/// What of egui's textures a device has to be told: they are kept already.
pub(super) struct TextureChanges {
    freed: Vec<TextureId>,
    set: Vec<(TextureId, ImageDelta)>,
}

impl TextureCopies {
    /// Keeps all of `textures` and leaves it empty; egui asserts that a delta is not dropped unread.
    fn keep_all(&mut self, textures: &mut TexturesDelta) -> TextureChanges {
        let freed = std::mem::take(&mut self.freed);
        for id in &freed {
            self.images.remove(id);
        }
        let mut set = Vec::new();
        for (id, deltas) in textures.set.drain() {
            for delta in deltas {
                if self.keep(id, &delta) {
                    set.push((id, delta));
                } else {
                    tracing::warn!(texture = ?id, "a part of a texture changed that was never given whole");
                }
            }
        }
        self.freed.extend(textures.free.drain());
        TextureChanges { freed, set }
    }

    /// Keeps what `delta` changes. `false` where it changes a part of a texture that was never given.
    fn keep(&mut self, id: TextureId, delta: &ImageDelta) -> bool {
        let ImageData::Color(new) = &delta.image;
        let Some([left, top]) = delta.pos else {
            let is_replaced = self
                .images
                .insert(id, (Arc::clone(new), delta.options))
                .is_some();
            if is_replaced {
                *self.versions.entry(id).or_default() += 1;
            }
            return true;
        };
        let Some((image, options)) = self.images.get_mut(&id) else {
            return false;
        };
        let [width, height] = new.size;
        if left + width > image.width() || top + height > image.height() {
            return false;
        }
        *options = delta.options;
        let image = Arc::make_mut(image);
        for (row, pixels) in new.pixels.chunks_exact(width.max(1)).enumerate() {
            let at = (top + row) * image.size[0] + left;
            image.pixels[at..at + width].copy_from_slice(pixels);
        }
        // The font's texture only ever gains glyphs where nothing was; others may show through shapes that stand.
        if id != TextureId::default() {
            *self.versions.entry(id).or_default() += 1;
        }
        true
    }
}

/// Paints chrome and what lies over the data.
pub(super) struct Painter {
    egui: egui_wgpu::Renderer,
    solid: SolidPipeline,
    copies: TextureCopies,
    stands: Option<Stands>,
    /// What lies over the data; shapes under it are there with an empty clip rectangle.
    overlay: Vec<ClippedPrimitive>,
    screen: ScreenDescriptor,
}

/// What the chrome's texture shows.
struct Stands {
    fingerprints: Fingerprints,
    pixels_per_point: f32,
    background: Rgb,
}

/// Chrome whose buffers and textures are on their way to the device, to be painted where it differs from what stands.
pub(super) struct Prepared {
    /// What is to be painted now, each clipped to the damage; then what lies over the data.
    primitives: Vec<ClippedPrimitive>,
    /// Index of the first shape over the data.
    first_over: usize,
    /// Where to paint.
    pub(super) damage: Vec<PxRect>,
    background: Rgb,
    is_whole: bool,
}

impl Painter {
    pub(super) fn new(gpu: &Gpu, format: wgpu::TextureFormat, copies: TextureCopies) -> Self {
        let options = egui_wgpu::RendererOptions {
            // Noise would make every picture another one.
            dithering: false,
            ..Default::default()
        };
        let mut egui = egui_wgpu::Renderer::new(gpu.device(), format, options);
        for (id, (image, options)) in &copies.images {
            let whole = ImageDelta::full(Arc::clone(image), *options);
            egui.update_texture(gpu.device(), gpu.queue(), *id, &whole);
        }
        Self {
            egui,
            solid: SolidPipeline::new(gpu, format),
            copies,
            stands: None,
            overlay: Vec::new(),
            screen: ScreenDescriptor {
                size_in_pixels: [1, 1],
                pixels_per_point: 1.0,
            },
        }
    }

    /// The textures, for the painter of another device.
    pub(super) fn into_copies(self) -> TextureCopies {
        self.copies
    }

    /// Keeps what egui says of textures, for this device and for one that may follow it. Needs no device.
    pub(super) fn keep_textures(&mut self, textures: &mut TexturesDelta) -> TextureChanges {
        self.copies.keep_all(textures)
    }

    /// Sends textures and triangles to the device and finds out what has to be painted. The chrome's own textures were kept
    /// before, as `textures`.
    ///
    /// `keeps_texture` says that the chrome's texture still shows what was last painted.
    pub(super) fn prepare(
        &mut self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        chrome: Chrome,
        textures: &TextureChanges,
        background: Rgb,
        keeps_texture: bool,
    ) -> Prepared {
        let Chrome {
            primitives,
            size_px,
            pixels_per_point,
            ..
        } = chrome;
        self.screen = ScreenDescriptor {
            size_in_pixels: size_px,
            pixels_per_point,
        };
        self.send_textures(gpu, textures);

        let mut all = Vec::with_capacity(primitives.len() + 1);
        all.push(ground(background));
        all.extend(primitives);
        let first_over = first_over(&all);
        // The mark has done its work; egui's renderer would only wonder about it.
        all.retain(|shape| !matches!(shape.primitive, Primitive::Callback(_)));

        let fingerprints = Fingerprints::of(
            &all[..first_over],
            size_px,
            pixels_per_point,
            &self.copies.versions,
        );
        let stands = self.stands.take().filter(|stands| {
            keeps_texture
                && stands.background == background
                && stands.pixels_per_point == pixels_per_point
        });
        let whole = vec![PxRect::of_size(size_px)];
        let damage = stands.map_or_else(
            || whole.clone(),
            |stands| fingerprints.damage_since(&stands.fingerprints),
        );
        let is_whole = damage == whole;
        self.stands = Some(Stands {
            fingerprints,
            pixels_per_point,
            background,
        });
        let over = all.split_off(first_over);
        let mut primitives = self.pieces(gpu, &all, &damage, is_whole);
        let first_over = primitives.len();
        primitives.extend(over);
        if !primitives.is_empty() {
            // None of the shapes has a callback that would return commands of its own.
            let _ = self.egui.update_buffers(
                gpu.device(),
                gpu.queue(),
                encoder,
                &primitives,
                &self.screen,
            );
        }
        Prepared {
            primitives,
            first_over,
            damage,
            background,
            is_whole,
        }
    }

    /// What of the chrome is seen in the damage; large grounds are drawn without texture.
    fn pieces(
        &mut self,
        gpu: &Gpu,
        chrome: &[ClippedPrimitive],
        damage: &[PxRect],
        is_whole: bool,
    ) -> Vec<ClippedPrimitive> {
        // A pass over the whole is cleared to the ground.
        let chrome = if is_whole { &chrome[1..] } else { chrome };
        let pixels_per_point = self.screen.pixels_per_point;
        let window = to_points(
            PxRect::of_size(self.screen.size_in_pixels),
            pixels_per_point,
        );
        let mut cutter = Cutter::new(window.size().into(), pixels_per_point);
        let mut solids = Solids::default();
        let mut pieces = Vec::new();
        for shape in chrome {
            let Primitive::Mesh(mesh) = &shape.primitive else {
                continue;
            };
            // Damaged rectangles do not overlap: their order does not matter.
            let clips: Vec<Rect> = damage
                .iter()
                .map(|rect| {
                    shape
                        .clip_rect
                        .intersect(to_points(*rect, pixels_per_point))
                })
                .filter(Rect::is_positive)
                .collect();
            if clips.is_empty() {
                continue;
            }
            let triangles = Triangle::all_of(mesh);
            for clip in clips {
                let cut = cutter.cut(mesh, &triangles, clip, &mut solids);
                pieces.extend(cut.into_iter().map(|piece| (clip, piece)));
            }
        }
        self.solid.send(gpu, &solids);
        pieces
            .into_iter()
            .map(|(clip_rect, piece)| ClippedPrimitive {
                clip_rect,
                primitive: match piece {
                    Piece::Textured(mesh) => Primitive::Mesh(mesh),
                    Piece::Solid(range) => Primitive::Callback(self.solid.shape(range, window)),
                },
            })
            .collect()
    }

    fn send_textures(&mut self, gpu: &Gpu, textures: &TextureChanges) {
        for id in &textures.freed {
            self.egui.free_texture(id);
        }
        for (id, delta) in &textures.set {
            self.egui
                .update_texture(gpu.device(), gpu.queue(), *id, delta);
        }
    }

    /// Paints the chrome into `view` where it is damaged, and keeps what lies over the data for later.
    pub(super) fn paint(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        view: &wgpu::TextureView,
        prepared: Prepared,
    ) {
        let Prepared {
            mut primitives,
            first_over,
            damage,
            background,
            is_whole,
        } = prepared;
        let clips: Vec<Rect> = primitives[first_over..]
            .iter()
            .map(|shape| shape.clip_rect)
            .collect();
        for shape in &mut primitives[first_over..] {
            shape.clip_rect = NOWHERE;
        }
        if !damage.is_empty() {
            let load = if is_whole {
                wgpu::LoadOp::Clear(opaque(background))
            } else {
                wgpu::LoadOp::Load
            };
            let mut pass = begin_pass(encoder, "chrome", view, load).forget_lifetime();
            self.egui.render(&mut pass, &primitives, &self.screen);
        }

        self.overlay.clear();
        if first_over < primitives.len() {
            let over = primitives.split_off(first_over);
            // Each mesh of the chrome still has its slice of the buffers and must be passed over.
            self.overlay.extend(
                primitives
                    .iter()
                    .filter(|shape| matches!(shape.primitive, Primitive::Mesh(_)))
                    .map(|_| ClippedPrimitive {
                        clip_rect: NOWHERE,
                        primitive: Primitive::Mesh(Mesh::default()),
                    }),
            );
            self.overlay
                .extend(over.into_iter().zip(clips).map(|(mut shape, clip)| {
                    shape.clip_rect = clip;
                    shape
                }));
        }
    }

    /// Paints what lies over the data into `view`, of `size_px`.
    pub(super) fn paint_overlay(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        view: &wgpu::TextureView,
        size_px: [u32; 2],
    ) {
        // Between a change of size and the next layout the overlay would not fit.
        if self.overlay.is_empty() || size_px != self.screen.size_in_pixels {
            return;
        }
        let mut pass = begin_pass(encoder, "overlay", view, wgpu::LoadOp::Load).forget_lifetime();
        self.egui.render(&mut pass, &self.overlay, &self.screen);
    }
}

/// A clip rectangle that lets nothing through.
const NOWHERE: Rect = Rect::ZERO;

/// A colour as a pass is cleared to it.
pub(super) fn opaque(color: Rgb) -> wgpu::Color {
    let [r, g, b] = color.channels().map(f64::from);
    wgpu::Color { r, g, b, a: 1.0 }
}

/// The background as a shape: painting a part of the chrome again starts with it.
fn ground(background: Rgb) -> ClippedPrimitive {
    let mut mesh = Mesh::default();
    mesh.add_colored_rect(
        // Wider than any window, and finite.
        Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(65_536.0, 65_536.0)),
        Color32::from_rgb(background.0, background.1, background.2),
    );
    ClippedPrimitive {
        clip_rect: Rect::EVERYTHING,
        primitive: Primitive::Mesh(mesh),
    }
}

/// How many shapes there are before the mark; where there is none, all are.
fn first_over(primitives: &[ClippedPrimitive]) -> usize {
    primitives
        .iter()
        .position(|shape| matches!(shape.primitive, Primitive::Callback(_)))
        .unwrap_or(primitives.len())
}

/// The rectangle in points whose clipping gives exactly these pixels: egui rounds edges to whole pixels.
fn to_points(rect: PxRect, pixels_per_point: f32) -> Rect {
    // Windows are far smaller than 2²⁴ pixels.
    #[allow(clippy::cast_precision_loss)]
    let points = |edge: u32| edge as f32 / pixels_per_point;
    Rect::from_min_max(
        egui::pos2(points(rect.left), points(rect.top)),
        egui::pos2(points(rect.right), points(rect.bottom)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::epaint::PaintCallback;

    fn shape() -> ClippedPrimitive {
        ground(Rgb(1, 2, 3))
    }

    fn mark() -> ClippedPrimitive {
        ClippedPrimitive {
            clip_rect: Rect::EVERYTHING,
            primitive: Primitive::Callback(PaintCallback {
                rect: Rect::EVERYTHING,
                callback: Arc::new("data goes here"),
            }),
        }
    }

    #[test]
    fn shapes_after_the_mark_lie_over_the_data() {
        assert_eq!(first_over(&[]), 0);
        assert_eq!(first_over(&[shape(), shape()]), 2);
        assert_eq!(first_over(&[shape(), mark()]), 1);
        assert_eq!(first_over(&[shape(), mark(), shape(), mark()]), 1);
        assert_eq!(first_over(&[mark(), shape()]), 0);
    }

    #[test]
    fn copies_follow_what_changes() {
        let mut copies = TextureCopies::default();
        let id = TextureId::Managed(4);
        let part = |color| {
            ImageDelta::partial(
                [1, 1],
                ColorImage::filled([2, 1], color),
                TextureOptions::LINEAR,
            )
        };
        assert!(!copies.keep(id, &part(Color32::RED)), "never given whole");
        let whole = ColorImage::filled([4, 3], Color32::BLACK);
        assert!(copies.keep(id, &ImageDelta::full(whole, TextureOptions::LINEAR)));
        assert!(copies.keep(id, &part(Color32::RED)));
        let image = &copies.images[&id].0;
        let red: Vec<_> = (0..12)
            .filter(|i| image.pixels[*i] == Color32::RED)
            .collect();
        assert_eq!(red, [5, 6]);
        assert_eq!(copies.versions[&id], 1);
    }

    #[test]
    fn what_egui_says_of_textures_is_kept_before_a_device_hears_of_it() {
        let mut copies = TextureCopies::default();
        let id = TextureId::default();
        let delta = |pos: Option<[usize; 2]>, size, color| ImageDelta {
            image: ColorImage::filled(size, color).into(),
            options: TextureOptions::LINEAR,
            pos,
        };
        let mut textures = TexturesDelta::default();
        textures.push(id, delta(None, [4, 3], Color32::BLACK));
        textures.push(id, delta(Some([1, 1]), [2, 1], Color32::RED));
        textures.push(id, delta(Some([9, 9]), [2, 1], Color32::RED));
        let changes = copies.keep_all(&mut textures);
        assert!(textures.is_empty());
        assert_eq!(changes.set.len(), 2, "one is beyond the texture");
        assert_eq!(copies.images[&id].0.pixels[5], Color32::RED);

        // The shapes in use may need a texture that is given back, until others follow.
        textures.free(id);
        assert!(copies.keep_all(&mut textures).freed.is_empty());
        assert!(copies.images.contains_key(&id));
        assert_eq!(copies.keep_all(&mut textures).freed, [id]);
        assert!(copies.images.is_empty());
    }

    #[test]
    fn pixels_survive_the_way_to_points_and_back() {
        for pixels_per_point in [1.0, 1.25, 1.5, 2.0, 2.75] {
            for left in 0..200 {
                let rect = PxRect {
                    left,
                    top: left / 2,
                    right: left + 33,
                    bottom: left + 7,
                };
                let points = to_points(rect, pixels_per_point);
                // egui's renderer rounds the edges.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let back = [points.min.x, points.min.y, points.max.x, points.max.y]
                    .map(|edge| (edge * pixels_per_point).round() as u32);
                assert_eq!(back, [rect.left, rect.top, rect.right, rect.bottom]);
            }
        }
    }
}
