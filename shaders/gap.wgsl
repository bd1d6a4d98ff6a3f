// A mark on the plot's lower edge where a value is NaN or infinite: a triangle that points at the place. One quad a
// vertex. Marks in neighbouring columns grow together into a band.

struct Mark {
    @builtin(position) position: vec4f,
    // From the middle of the lower edge, upwards positive.
    @location(0) local: vec2f,
}

@vertex
fn vs_main(@builtin(vertex_index) vertex_index: u32) -> Mark {
    let quad = vertex_index / QUAD;
    let x = to_pixels(vertices[draw.first + quad]).x;
    if x < draw.clip_min.x - 0.5 || x > draw.clip_max.x + 0.5 {
        return Mark(nowhere(), vec2f(0.0));
    }
    let unit = corner_of(vertex_index);
    let reach = draw.radius + 0.5;
    let local = vec2f(mix(-reach, reach, unit.x), mix(0.0, draw.detail + 0.5, unit.y));
    // On a pixel's middle, so that all marks look the same.
    let foot = vec2f(floor(x) + 0.5, draw.clip_max.y);
    return Mark(to_clip_space(foot + vec2f(local.x, -local.y)), local);
}

@fragment
fn fs_coverage(in: Mark) -> @location(0) vec4f {
    // The sides rise from (±radius, 0) to (0, height).
    let side = normalize(vec2f(draw.detail, draw.radius));
    let inside = -dot(vec2f(abs(in.local.x) - draw.radius, in.local.y), side);
    return remainder(coverage(inside));
}
