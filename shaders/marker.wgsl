// A disc at each vertex, with a ring in the panel's colour that parts it from lines and from other discs.

struct Disc {
    @builtin(position) position: vec4f,
    // From its middle.
    @location(0) local: vec2f,
}

@vertex
fn vs_main(@builtin(vertex_index) vertex_index: u32) -> Disc {
    let quad = vertex_index / QUAD;
    let vertex = vertices[draw.first + quad];
    let middle = to_pixels(vertex);
    // Half a pixel of grace: a point on the plot's edge is in the plot.
    let is_outside = any(middle < draw.clip_min - 0.5) || any(middle > draw.clip_max + 0.5);
    if is_gap(vertex) || is_outside {
        return Disc(nowhere(), vec2f(0.0));
    }
    let reach = draw.radius + draw.detail + 0.5;
    let local = mix(vec2f(-reach), vec2f(reach), corner_of(vertex_index));
    return Disc(to_clip_space(middle + local), local);
}

@fragment
fn fs_main(in: Disc) -> @location(0) vec4f {
    let distance = length(in.local);
    let disc = coverage(draw.radius - distance);
    let ring = coverage(draw.radius + draw.detail - distance);
    return vec4f(mix(draw.ground.rgb, draw.color.rgb, disc), ring * draw.color.a);
}
