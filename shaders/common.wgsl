// What every pipeline that draws data shares. It stands before each of the other files but blit.wgsl and
// solid.wgsl.
//
// Lengths and positions are physical pixels from the target's upper left corner, pixel centres at halves; colours are
// sRGB and are blended as they are, like egui's.

// One part of one line: the twin of `Draw` in src/render/plot.rs.
struct Draw {
    // position in pixels = vertex * scale + offset
    scale: vec2f,
    offset: vec2f,
    // The plot's corners.
    clip_min: vec2f,
    clip_max: vec2f,
    // The corners of all that the part may touch.
    cover_min: vec2f,
    cover_max: vec2f,
    // Red, green and blue, and how strongly it covers what is under it.
    color: vec4f,
    // What rings are drawn in.
    ground: vec4f,
    target_size: vec2f,
    // Half of a line's width; a marker's radius; half of a gap mark's width.
    radius: f32,
    // A lone point's radius; a marker's ring; a gap mark's height.
    detail: f32,
    // Which vertices.
    first: u32,
    count: u32,
    // How many pixel columns to each side a column's part of the line can be seen.
    reach: u32,
    padding: u32,
}

// The twin of `Vertex` in src/scene/chunk.rs.
struct Vertex {
    x: f32,
    y: f32,
}

@group(0) @binding(0) var<uniform> draw: Draw;
@group(0) @binding(1) var<storage, read> vertices: array<Vertex>;

// Beyond it a vertex interrupts its line: f32::MIN, with room for rounding.
const GAP = -3.4e38;
// Farther out than this nothing can be told apart from its neighbour.
const FARTHEST = 1e9;

fn is_gap(vertex: Vertex) -> bool {
    return vertex.y <= GAP;
}

fn to_pixels(vertex: Vertex) -> vec2f {
    let position = vec2f(vertex.x, vertex.y) * draw.scale + draw.offset;
    return clamp(position, vec2f(-FARTHEST), vec2f(FARTHEST));
}

fn to_clip_space(position: vec2f) -> vec4f {
    let unit = position / draw.target_size;
    return vec4f(2.0 * unit.x - 1.0, 1.0 - 2.0 * unit.y, 0.0, 1.0);
}

// All corners of a shape here: no area, no pixels.
fn nowhere() -> vec4f {
    return vec4f(2.0, 2.0, 0.0, 1.0);
}

// Shapes are quads of six vertices in one long list, not instances: small instances cost more than two vertices more, and
// on a software adapter very much more.
const QUAD = 6u;

// The corner of a quad that a vertex in the list is, as (0, 0), (1, 0), (0, 1), or (1, 1), (0, 1), (1, 0).
fn corner_of(vertex_index: u32) -> vec2f {
    let place = vertex_index % QUAD;
    let corner = select(QUAD - place, place, place < 3u);
    return vec2f(f32(corner & 1u), f32(corner >> 1u));
}

// The share of a pixel that a shape covers whose edge is so far away, inside positive.
fn coverage(inside: f32) -> f32 {
    return clamp(inside + 0.5, 0.0, 1.0);
}

// Coverage is gathered in the picture's alpha channel, as what remains of the ground: 1 before, the least of all
// remainders after. Blending takes the minimum, so that a line that crosses itself, or has many vertices in a pixel, is no
// stronger there. The colour follows once the whole part is there, and leaves alpha at 1 again.
fn remainder(covered: f32) -> vec4f {
    return vec4f(0.0, 0.0, 0.0, 1.0 - covered * draw.color.a);
}
