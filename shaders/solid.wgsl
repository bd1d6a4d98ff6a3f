// Chrome that is one colour: what egui would draw with a texture's white pixel, without looking it up. Filling is nearly
// all that chrome costs on a software adapter.

struct Solid {
    @builtin(position) position: vec4f,
    // sRGB, premultiplied, like egui's.
    @location(0) color: vec4f,
}

@vertex
fn vs_main(@location(0) position: vec2f, @location(1) color: vec4f) -> Solid {
    return Solid(vec4f(position, 0.0, 1.0), color);
}

@fragment
fn fs_main(in: Solid) -> @location(0) vec4f {
    return in.color;
}
