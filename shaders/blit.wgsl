// A finished picture, pixel by pixel, where it cannot be copied.

@group(0) @binding(0) var picture: texture_2d<f32>;

@vertex
fn vs_main(@builtin(vertex_index) corner: u32) -> @builtin(position) vec4f {
    // One triangle over everything.
    let unit = vec2f(f32((corner << 1u) & 2u), f32(corner & 2u));
    return vec4f(unit * 2.0 - 1.0, 0.0, 1.0);
}

@fragment
fn fs_main(@builtin(position) position: vec4f) -> @location(0) vec4f {
    return vec4f(textureLoad(picture, vec2u(position.xy), 0).rgb, 1.0);
}
