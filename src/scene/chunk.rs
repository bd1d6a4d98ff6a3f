//! Vertices as a GPU takes them, with an identity so that nothing is uploaded twice.

use bytemuck::{Pod, Zeroable};

/// A chunk's identity, the same over all its generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkId(pub u64);

/// A point of a line in its panel's axis space, relative to its chunk's origin.
///
/// `shaders/line.wgsl` and `shaders/marker.wgsl` read the same eight bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Vertex {
    /// Horizontal, relative to the origin.
    pub x: f32,
    /// Vertical, relative to the origin; [`Vertex::GAP`] where the line is interrupted.
    pub y: f32,
}

impl Vertex {
    /// The vertical position that interrupts a line. Not a NaN: shaders may assume that there are none.
    pub const GAP: f32 = f32::MIN;

    /// An interruption at a horizontal position.
    #[must_use]
    pub const fn gap(x: f32) -> Self {
        Self { x, y: Self::GAP }
    }

    /// Whether the line is interrupted here.
    #[must_use]
    pub fn is_gap(self) -> bool {
        self.y == Self::GAP
    }
}

/// Vertices that are drawn together. Immutable: new content is a new chunk with the same id and a higher generation.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// The identity over all generations.
    pub id: ChunkId,
    /// Rises with every change of content.
    pub generation: u64,
    /// What vertices are relative to, `[x, y]` in axis space: f32 alone would lose steps beyond 2²⁴.
    pub origin: [f64; 2],
    /// The vertices, in drawing order.
    pub vertices: Vec<Vertex>,
}
