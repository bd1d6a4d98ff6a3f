//! Which parts of the chrome differ from what stands.
//!
//! In: the triangles that egui wants painted. Out: rectangles that must be painted again. The one idea: the window is cut
//! into tiles, and each tile keeps a fingerprint of all triangles that touch it, in their order. A tile whose fingerprint
//! is the same as before shows the same pixels. Filling is what chrome costs on a software adapter, and a changed number
//! fills a few tiles only.

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, Primitive, Vertex};
use egui::{Rect, TextureId};

use super::px_rect::PxRect;

/// A tile's width and height in pixels.
const TILE_PX: u32 = 32;
/// With more rectangles than these, one around them all is cheaper to paint.
const MOST_RECTS: usize = 24;

/// Fingerprints of a window's tiles, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fingerprints {
    size_px: [u32; 2],
    columns: u32,
    tiles: Vec<u64>,
}

impl Fingerprints {
    /// Those of `primitives` in a window of `size_px`. `versions` counts how often a texture's content was replaced.
    pub(super) fn of(
        primitives: &[ClippedPrimitive],
        size_px: [u32; 2],
        pixels_per_point: f32,
        versions: &HashMap<TextureId, u64>,
    ) -> Self {
        let [columns, rows] = size_px.map(|length| length.div_ceil(TILE_PX));
        let mut fingerprints = Self {
            size_px,
            columns,
            tiles: vec![SEED; columns as usize * rows as usize],
        };
        for ClippedPrimitive {
            clip_rect,
            primitive,
        } in primitives
        {
            let Primitive::Mesh(mesh) = primitive else {
                continue;
            };
            let clip = to_px(*clip_rect, pixels_per_point, size_px);
            if clip.is_empty() {
                continue;
            }
            let mut start = SEED;
            for edge in [clip.left, clip.top, clip.right, clip.bottom] {
                start = mix(start, u64::from(edge));
            }
            start = mix(start, texture_number(mesh.texture_id));
            let version = versions.get(&mesh.texture_id).copied().unwrap_or(0);
            start = mix(start, version);
            for triangle in mesh.indices.chunks_exact(3) {
                let corners: [&Vertex; 3] =
                    std::array::from_fn(|i| &mesh.vertices[triangle[i] as usize]);
                let mut value = start;
                let mut bounds = Rect::NOTHING;
                for corner in corners {
                    value = mix(value, pair(corner.pos.x, corner.pos.y));
                    value = mix(value, pair(corner.uv.x, corner.uv.y));
                    value = mix(
                        value,
                        u64::from(u32::from_le_bytes(corner.color.to_array())),
                    );
                    bounds.extend_with(corner.pos);
                }
                let touched = to_px(bounds, pixels_per_point, size_px).intersect(clip);
                fingerprints.add(touched, value);
            }
        }
        fingerprints
    }

    fn add(&mut self, touched: PxRect, value: u64) {
        if touched.is_empty() {
            return;
        }
        for row in touched.top / TILE_PX..touched.bottom.div_ceil(TILE_PX) {
            let start = row * self.columns;
            let columns = touched.left / TILE_PX..touched.right.div_ceil(TILE_PX);
            for column in columns {
                let tile = &mut self.tiles[(start + column) as usize];
                *tile = mix(*tile, value);
            }
        }
    }

    /// The rectangles that must be painted again where `before` stands: none of them overlap.
    pub(super) fn damage_since(&self, before: &Self) -> Vec<PxRect> {
        let whole = PxRect::of_size(self.size_px);
        if self.size_px != before.size_px {
            return vec![whole];
        }
        let mut rects: Vec<PxRect> = Vec::new();
        let columns = self.columns.max(1) as usize;
        let rows = self
            .tiles
            .chunks(columns)
            .zip(before.tiles.chunks(columns))
            .zip((0..).step_by(TILE_PX as usize));
        for ((row, row_before), top) in rows {
            let mut run: Option<PxRect> = None;
            for ((tile, tile_before), left) in row
                .iter()
                .zip(row_before)
                .zip((0..).step_by(TILE_PX as usize))
            {
                if tile == tile_before {
                    rects.extend(run.take());
                    continue;
                }
                let right = left + TILE_PX;
                run.get_or_insert(PxRect {
                    left,
                    top,
                    right,
                    bottom: top + TILE_PX,
                })
                .right = right;
            }
            rects.extend(run);
        }
        let mut rects = stack(rects);
        if rects.len() > MOST_RECTS {
            rects = vec![around_all(&rects)];
        }
        for rect in &mut rects {
            *rect = rect.intersect(whole);
        }
        rects
    }
}

/// Joins runs that lie right under each other and are equally wide.
fn stack(runs: Vec<PxRect>) -> Vec<PxRect> {
    let mut stacked: Vec<PxRect> = Vec::new();
    for run in runs {
        let above = stacked.iter_mut().rev().find(|above| {
            above.bottom == run.top && above.left == run.left && above.right == run.right
        });
        match above {
            Some(above) => above.bottom = run.bottom,
            None => stacked.push(run),
        }
    }
    stacked
}

fn around_all(rects: &[PxRect]) -> PxRect {
    rects
        .iter()
        .copied()
        .reduce(PxRect::around_both)
        .unwrap_or_default()
}

/// The pixels that a rectangle in points touches; infinite edges end at the window's.
pub(super) fn to_px(rect: Rect, pixels_per_point: f32, size_px: [u32; 2]) -> PxRect {
    let edges = [rect.min.x, rect.min.y, rect.max.x, rect.max.y];
    PxRect::around(edges.map(|edge| edge * pixels_per_point), size_px)
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes `value` into `state`: a multiplication and a shift, as in Fx and wyhash; order matters.
const fn mix(state: u64, value: u64) -> u64 {
    let product = (state.rotate_left(23) ^ value).wrapping_mul(0xA076_1D64_78BD_642F);
    product ^ (product >> 32)
}

fn pair(x: f32, y: f32) -> u64 {
    (u64::from(x.to_bits()) << 32) | u64::from(y.to_bits())
}

const fn texture_number(id: TextureId) -> u64 {
    match id {
        TextureId::Managed(number) => number << 1,
        TextureId::User(number) => (number << 1) | 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::epaint::Mesh;
    use egui::{Color32, pos2};

    const SIZE: [u32; 2] = [640, 480];

    fn filled(rect: Rect, color: Color32) -> ClippedPrimitive {
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(rect, color);
        ClippedPrimitive {
            clip_rect: Rect::EVERYTHING,
            primitive: Primitive::Mesh(mesh),
        }
    }

    fn square(left: f32, top: f32, side: f32) -> Rect {
        Rect::from_min_max(pos2(left, top), pos2(left + side, top + side))
    }

    fn fingerprints(primitives: &[ClippedPrimitive]) -> Fingerprints {
        Fingerprints::of(primitives, SIZE, 1.0, &HashMap::new())
    }

    #[test]
    fn the_same_shapes_damage_nothing() {
        let shapes = [filled(square(3.0, 4.0, 200.0), Color32::RED)];
        assert_eq!(
            fingerprints(&shapes).damage_since(&fingerprints(&shapes)),
            []
        );
    }

    #[test]
    fn a_moved_shape_damages_where_it_was_and_where_it_is() {
        let ground = filled(Rect::EVERYTHING, Color32::BLACK);
        let before = fingerprints(&[
            ground.clone(),
            filled(square(10.0, 10.0, 8.0), Color32::RED),
        ]);
        let after = fingerprints(&[ground, filled(square(300.0, 200.0, 8.0), Color32::RED)]);
        let damage = after.damage_since(&before);
        let total: u64 = damage.iter().map(|rect| rect.area()).sum();
        for spot in [[10.0, 10.0, 18.0, 18.0], [300.0, 200.0, 308.0, 208.0]] {
            let spot = PxRect::around(spot, SIZE);
            assert!(damage.iter().any(|rect| rect.contains(spot)), "{damage:?}");
        }
        assert!(total <= 6 * 1024, "{damage:?}");
    }

    #[test]
    fn colour_order_clip_and_texture_content_count() {
        let a = filled(square(10.0, 10.0, 8.0), Color32::RED);
        let b = filled(square(12.0, 12.0, 8.0), Color32::BLUE);
        let stands = fingerprints(&[a.clone(), b.clone()]);
        let swapped = fingerprints(&[b.clone(), a.clone()]);
        assert_eq!(swapped.damage_since(&stands).len(), 1);
        let mut clipped = b.clone();
        clipped.clip_rect = square(0.0, 0.0, 15.0);
        assert_eq!(
            fingerprints(&[a.clone(), clipped])
                .damage_since(&stands)
                .len(),
            1
        );
        let replaced = Fingerprints::of(
            &[a, b],
            SIZE,
            1.0,
            &HashMap::from([(TextureId::default(), 1)]),
        );
        assert_eq!(replaced.damage_since(&stands).len(), 1);
    }

    #[test]
    fn a_new_size_damages_all() {
        let before = fingerprints(&[]);
        let after = Fingerprints::of(&[], [100, 50], 1.0, &HashMap::new());
        assert_eq!(after.damage_since(&before), [PxRect::of_size([100, 50])]);
    }

    #[test]
    fn rectangles_of_damage_do_not_overlap_and_stay_inside() {
        let before = fingerprints(&[]);
        let after = fingerprints(&[
            filled(square(40.0, 40.0, 120.0), Color32::RED),
            filled(square(100.0, 130.0, 90.0), Color32::BLUE),
            filled(square(600.0, 440.0, 90.0), Color32::BLUE),
        ]);
        let damage = after.damage_since(&before);
        for (i, a) in damage.iter().enumerate() {
            assert!(PxRect::of_size(SIZE).contains(*a));
            assert!(
                damage[i + 1..].iter().all(|b| a.intersect(*b).is_empty()),
                "{damage:?}"
            );
        }
        // Many scattered spots become one rectangle.
        let spots: Vec<_> = (0..9_u8)
            .flat_map(|i| (0..7_u8).map(move |j| (f32::from(i) * 70.0, f32::from(j) * 70.0)))
            .map(|(x, y)| filled(square(x, y, 4.0), Color32::RED))
            .collect();
        assert_eq!(fingerprints(&spots).damage_since(&before).len(), 1);
    }
}
