// A line whose vertices run from left to right: pixel column by pixel column, from the little that each column has to
// know, see src/render/columns.rs. One quad for each group of neighbouring columns, as high as the line is there.
//
// A pixel asks its own column and its neighbours how near the line comes, and takes the nearest. However many vertices a
// column has, that is the same work; and since each pixel is drawn once, its colour can be laid on at once.

// The twin of `Column` in src/render/columns.rs. Heights are pixels from the target's upper edge.
struct Column {
    // Where the line comes in on the left and goes out on the right.
    enter: f32,
    leave: f32,
    // How far up and down it goes in between, at the column's middle.
    top: f32,
    bottom: f32,
}

@group(0) @binding(2) var<storage, read> columns: array<Column>;

// How many columns a group has.
const GROUP = 4u;

struct Group {
    @builtin(position) position: vec4f,
    // From the first column's left edge, and from the target's upper edge.
    @location(0) place: vec2f,
    // The columns, from the one before the group to the one after it. They come along because a software adapter is slow
    // at looking them up for each pixel.
    @location(1) @interpolate(flat) column_a: vec4f,
    @location(2) @interpolate(flat) column_b: vec4f,
    @location(3) @interpolate(flat) column_c: vec4f,
    @location(4) @interpolate(flat) column_d: vec4f,
    @location(5) @interpolate(flat) column_e: vec4f,
    @location(6) @interpolate(flat) column_f: vec4f,
    @location(7) @interpolate(flat) start: i32,
}

const NOTHING = vec4f(FARTHEST);

// The column so many to the right of the plot's first.
fn column_at(index: i32) -> vec4f {
    if index < 0 || index >= i32(draw.count) {
        return NOTHING;
    }
    let column = columns[draw.first + u32(index)];
    return vec4f(column.enter, column.leave, column.top, column.bottom);
}

// An extent, widened by what the line does in a column.
fn widened(extent: vec2f, column: vec4f) -> vec2f {
    // Where nothing crosses the column there is a lone point, or nothing.
    let heights = select(column, column.zwzw, column.x >= FARTHEST);
    let low = min(min(heights.x, heights.y), heights.z);
    let high = max(max(heights.x, heights.y), heights.w);
    return select(vec2f(min(extent.x, low), max(extent.y, high)), extent, low >= FARTHEST);
}

@vertex
fn vs_main(@builtin(vertex_index) vertex_index: u32) -> Group {
    let start = i32(vertex_index / QUAD * GROUP);
    var group: Group;
    group.start = start;
    group.column_a = column_at(start - 1);
    group.column_b = column_at(start);
    group.column_c = column_at(start + 1);
    group.column_d = column_at(start + 2);
    group.column_e = column_at(start + 3);
    group.column_f = column_at(start + 4);

    var extent = vec2f(FARTHEST, -FARTHEST);
    extent = widened(extent, group.column_a);
    extent = widened(extent, group.column_b);
    extent = widened(extent, group.column_c);
    extent = widened(extent, group.column_d);
    extent = widened(extent, group.column_e);
    extent = widened(extent, group.column_f);
    // What reaches in from farther away.
    for (var i = 2; i <= i32(draw.reach); i++) {
        extent = widened(extent, column_at(start - i));
        extent = widened(extent, column_at(start + 3 + i));
    }
    if extent.x > extent.y {
        group.position = nowhere();
        return group;
    }
    let around = max(draw.radius, draw.detail) + 0.5;
    let top = max(floor(extent.x - around), draw.cover_min.y);
    let bottom = min(ceil(extent.y + around), draw.cover_max.y);
    let corner = corner_of(vertex_index);
    group.place = vec2f(corner.x * f32(GROUP), mix(top, max(top, bottom), corner.y));
    let position = vec2f(draw.cover_min.x + f32(start) + group.place.x, group.place.y);
    group.position = to_clip_space(position);
    return group;
}

// From a pixel to the stroke across a column and to the one up and down at its middle: the square of the lesser distance.
fn squared_distance(column: vec4f, x: f32, y: f32) -> f32 {
    let rise = column.y - column.x;
    let above = y - column.x;
    let share = clamp((x + above * rise) / (1.0 + rise * rise), 0.0, 1.0);
    let across = vec2f(x - share, above - share * rise);
    let upright = vec2f(x - 0.5, max(max(column.z - y, y - column.w), 0.0));
    return min(dot(across, across), dot(upright, upright));
}

fn colored(distance: f32) -> vec4f {
    return vec4f(draw.color.rgb, coverage(draw.radius - distance) * draw.color.a);
}

// A line that reaches no farther than into the next column.
@fragment
fn fs_near(in: Group) -> @location(0) vec4f {
    let x = in.place.x;
    let y = in.place.y;
    let ab = min(squared_distance(in.column_a, x + 1.0, y), squared_distance(in.column_b, x, y));
    let cd = min(
        squared_distance(in.column_c, x - 1.0, y),
        squared_distance(in.column_d, x - 2.0, y),
    );
    let ef = min(
        squared_distance(in.column_e, x - 3.0, y),
        squared_distance(in.column_f, x - 4.0, y),
    );
    return colored(sqrt(min(ab, min(cd, ef))));
}

// A line of any width, and with points that no line leads to, which are wider than it.
@fragment
fn fs_far(in: Group) -> @location(0) vec4f {
    let here = in.start + i32(in.place.x);
    let reach = i32(draw.reach);
    var nearest = FARTHEST;
    for (var i = here - reach; i <= here + reach; i++) {
        let column = column_at(i);
        let x = in.place.x - f32(i - in.start);
        let wider = select(0.0, draw.detail - draw.radius, column.x >= FARTHEST);
        nearest = min(nearest, sqrt(squared_distance(column, x, in.place.y)) - wider);
    }
    return colored(nearest);
}
