// The colour of a part whose coverage is gathered: one rectangle over all that it touches.

@vertex
fn vs_main(@builtin(vertex_index) vertex_index: u32) -> @builtin(position) vec4f {
    return to_clip_space(mix(draw.cover_min, draw.cover_max, corner_of(vertex_index)));
}

@fragment
fn fs_color() -> @location(0) vec4f {
    return vec4f(draw.color.rgb, 1.0);
}
