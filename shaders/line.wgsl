// A polyline: one quad a vertex, which draws the segment from it to the next one as a capsule.
//
// Round joins and caps come by themselves: the union of capsules is the line.

struct Capsule {
    @builtin(position) position: vec4f,
    // Along the segment from its start, and across it.
    @location(0) local: vec2f,
    @location(1) @interpolate(flat) length: f32,
    @location(2) @interpolate(flat) radius: f32,
}

fn no_capsule() -> Capsule {
    return Capsule(nowhere(), vec2f(0.0), 0.0, 0.0);
}

@vertex
fn vs_main(@builtin(vertex_index) vertex_index: u32) -> Capsule {
    let quad = vertex_index / QUAD;
    let index = draw.first + quad;
    let start = vertices[index];
    if is_gap(start) {
        return no_capsule();
    }
    var end = start;
    var is_linked = false;
    if quad + 1u < draw.count {
        end = vertices[index + 1u];
        is_linked = !is_gap(end);
    }
    var radius = draw.radius;
    if !is_linked {
        if quad > 0u && !is_gap(vertices[index - 1u]) {
            // The line ends here, and the segment before has the cap.
            return no_capsule();
        }
        // A lone point: a dot that can be seen.
        end = start;
        radius = draw.detail;
    }

    // Only what is in sight: long segments far outside cost precision and fill. Caps stay out of sight at the cut.
    let margin = 2.0 * radius + 2.0;
    let low = draw.clip_min - margin;
    let high = draw.clip_max + margin;
    // From the end that is nearer: a spike's far end has few digits left.
    let from_start = to_pixels(start);
    let from_end = to_pixels(end);
    let middle = 0.5 * (low + high);
    let is_start_nearer = distance(from_start, middle) <= distance(from_end, middle);
    let a = select(from_end, from_start, is_start_nearer);
    let b = select(from_start, from_end, is_start_nearer);
    let way = b - a;
    let is_flat = abs(way) < vec2f(1e-6);
    let safe_way = select(way, vec2f(1e-6), is_flat);
    let at_low = (low - a) / safe_way;
    let at_high = (high - a) / safe_way;
    let enter = min(at_low, at_high);
    let leave = max(at_low, at_high);
    let from_share = max(max(enter.x, enter.y), 0.0);
    let to_share = min(min(leave.x, leave.y), 1.0);
    if from_share > to_share {
        return no_capsule();
    }
    let p = clamp(a + way * from_share, low, high);
    let q = clamp(a + way * to_share, low, high);

    let span = q - p;
    let length = length(span);
    let along = select(vec2f(1.0, 0.0), span / max(length, 1e-6), length > 1e-6);
    let across = vec2f(-along.y, along.x);
    let reach = radius + 0.5;
    let unit = corner_of(vertex_index);
    let local = vec2f(mix(-reach, length + reach, unit.x), mix(-reach, reach, unit.y));
    let position = p + along * local.x + across * local.y;
    return Capsule(to_clip_space(position), local, length, radius);
}

@fragment
fn fs_coverage(in: Capsule) -> @location(0) vec4f {
    let beyond = max(max(-in.local.x, in.local.x - in.length), 0.0);
    let distance = length(vec2f(beyond, in.local.y));
    return remainder(coverage(in.radius - distance));
}

@fragment
fn fs_color() -> @location(0) vec4f {
    return vec4f(draw.color.rgb, 1.0);
}
