//! Lines that run from left to right, pixel column by pixel column.
//!
//! In: a line's vertices in sight, sorted by x. Out: for each pixel column where the line comes in, where it goes out, and
//! how far it goes up and down in between. The one idea: that little is all a column can show, however many vertices it
//! has; and so a line costs the same at any length of its history. The shader draws a crossing as a slanted stroke, so that
//! a smooth curve stays smooth, and extremes as upright ones, so that none is lost.

use bytemuck::{Pod, Zeroable};

use crate::scene::Vertex;

/// What a line does in one pixel column: the twin of `Column` in `shaders/column.wgsl`. Heights are pixels from the
/// target's upper edge.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(super) struct Column {
    /// Where the line comes in on the left; [`FARTHEST`] where nothing crosses the column.
    pub(super) enter: f32,
    /// Where it goes out on the right.
    pub(super) leave: f32,
    /// How far up it goes in between.
    pub(super) top: f32,
    /// How far down.
    pub(super) bottom: f32,
}

/// Farther out than this nothing is told apart. The shaders have the same.
const FARTHEST: f32 = 1e9;
/// Rows between two runs in a column that would be filled by drawing them as one, at the least, for that to be seen.
const LEAST_HOLE: f64 = 1.5;
/// How many columns the shader draws as one quad.
pub(super) const GROUP: u32 = 4;

/// The line is not in this column.
const NOTHING: Column = Column {
    enter: FARTHEST,
    leave: FARTHEST,
    top: FARTHEST,
    bottom: FARTHEST,
};

/// How vertices become pixels: position = vertex × scale + offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToPixels {
    pub(super) scale: [f64; 2],
    pub(super) offset: [f64; 2],
}

/// What was appended for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Appended {
    /// Whether there are points that no line leads to.
    pub(super) has_lone_points: bool,
    /// Whether a gap in the line leaves pixels of a column empty between what the line does before it and after it. A column
    /// as it is appended has no such holes.
    pub(super) has_holes: bool,
}

/// Which part of the target a line is drawn in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The first pixel column.
    pub(super) first: u32,
    /// The pixel column after the last.
    pub(super) end: u32,
    /// The heights between which all that can be seen lies: what is beyond one of them is taken to be there. A slope
    /// that leads very far would leave the shader no digits for what is near.
    pub(super) heights: [f64; 2],
}

/// Appends the window's pixel columns.
pub(super) fn append_columns(
    vertices: &[Vertex],
    to_pixels: ToPixels,
    window: Window,
    columns: &mut Vec<Column>,
) -> Appended {
    let Window {
        first,
        end,
        heights,
    } = window;
    let mut passages = Passages {
        first: f64::from(first),
        all: vec![Passage::NONE; end.saturating_sub(first) as usize],
        has_lone_points: false,
        run: 0,
        parted: Vec::new(),
    };
    let ToPixels { scale, offset } = to_pixels;
    let mut before: Option<[f64; 2]> = None;
    let mut is_alone = false;
    for vertex in vertices {
        if vertex.is_gap() {
            passages.end_run(before.take().filter(|_| is_alone));
            continue;
        }
        let position = [
            f64::from(vertex.x) * scale[0] + offset[0],
            f64::from(vertex.y) * scale[1] + offset[1],
        ];
        if let Some(before) = before {
            passages.add(before, position);
        }
        is_alone = before.is_none();
        before = Some(position);
    }
    passages.end_run(before.filter(|_| is_alone));

    columns.extend(passages.all.iter().map(|passage| passage.column(heights)));
    Appended {
        has_lone_points: passages.has_lone_points,
        has_holes: passages.have_holes(heights),
    }
}

/// What a line does within one column.
#[derive(Clone, Copy, Debug)]
struct Passage {
    enter: f64,
    leave: f64,
    top: f64,
    bottom: f64,
    is_lone: bool,
    /// The run that was here last, and how far up and down it went.
    run: usize,
    of_run: [f64; 2],
}

impl Passage {
    const NONE: Self = Self {
        enter: 0.0,
        leave: 0.0,
        top: f64::INFINITY,
        bottom: f64::NEG_INFINITY,
        is_lone: false,
        run: 0,
        of_run: Self::NOWHERE,
    };
    const NOWHERE: [f64; 2] = [f64::INFINITY, f64::NEG_INFINITY];

    fn is_none(&self) -> bool {
        self.top > self.bottom
    }

    fn goes(&mut self, from: f64, to: f64) {
        if self.is_none() || self.is_lone {
            self.enter = from;
            self.is_lone = false;
        }
        self.leave = to;
        self.top = self.top.min(from).min(to);
        self.bottom = self.bottom.max(from).max(to);
    }

    fn column(&self, heights: [f64; 2]) -> Column {
        if self.is_none() {
            return NOTHING;
        }
        // Positions in a window need no more than 32 bits.
        #[allow(clippy::cast_possible_truncation)]
        let narrow = |value: f64| value.clamp(heights[0], heights[1]) as f32;
        if self.is_lone {
            return Column {
                top: narrow(self.top),
                bottom: narrow(self.bottom),
                ..NOTHING
            };
        }
        // Extremes that the crossing passes anyway need no stroke of their own.
        let clamped = |value: f64| value.clamp(heights[0], heights[1]);
        let middle = f64::midpoint(clamped(self.enter), clamped(self.leave));
        let is_over = self.top < self.enter.min(self.leave);
        let is_under = self.bottom > self.enter.max(self.leave);
        Column {
            enter: narrow(self.enter),
            leave: narrow(self.leave),
            top: narrow(if is_over { self.top } else { middle }),
            bottom: narrow(if is_under { self.bottom } else { middle }),
        }
    }
}

struct Passages {
    /// The first column's left edge.
    first: f64,
    all: Vec<Passage>,
    has_lone_points: bool,
    /// Counts the line's runs, each up to a gap.
    run: usize,
    /// For columns with several runs how far up and down each but the last of them went.
    parted: Vec<(usize, [f64; 2])>,
}

impl Passages {
    /// A segment that leads to the right.
    fn add(&mut self, from: [f64; 2], to: [f64; 2]) {
        // Only the part of it between the first column's left edge and the last one's right edge.
        let count = self.all.len();
        #[allow(clippy::cast_precision_loss)]
        let limit = count as f64;
        let (from_x, to_x) = (from[0] - self.first, to[0] - self.first);
        let start = from_x.max(0.0);
        let end = to_x.min(limit);
        if start > end || start >= limit {
            return;
        }
        let way = to_x - from_x;
        let slope = if way > 0.0 {
            (to[1] - from[1]) / way
        } else {
            0.0
        };
        let height_at = |x: f64| from[1] + (x - from_x) * slope;
        let mut height = if start > from_x {
            height_at(start)
        } else {
            from[1]
        };
        let last_height = if end < to_x { height_at(end) } else { to[1] };
        // Between 0 and the number of columns.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (first, last) = (start as usize, (end as usize).min(count - 1));
        let mut edge = start.floor();
        for index in first..last {
            edge += 1.0;
            let next = height_at(edge);
            self.goes(index, height, next);
            height = next;
        }
        self.goes(last, height, last_height);
    }

    fn goes(&mut self, index: usize, from: f64, to: f64) {
        let passage = &mut self.all[index];
        if passage.run != self.run {
            if !passage.is_none() {
                self.parted.push((index, passage.of_run));
            }
            passage.run = self.run;
            passage.of_run = Passage::NOWHERE;
        }
        let [top, bottom] = &mut passage.of_run;
        *top = top.min(from).min(to);
        *bottom = bottom.max(from).max(to);
        passage.goes(from, to);
    }

    /// Whether runs in one column leave pixels between them.
    fn have_holes(mut self, heights: [f64; 2]) -> bool {
        let clamped = |[top, bottom]: [f64; 2]| {
            [top, bottom].map(|height| height.clamp(heights[0], heights[1]))
        };
        let indices: Vec<usize> = self.parted.iter().map(|(index, _)| *index).collect();
        for index in indices {
            self.parted.push((index, self.all[index].of_run));
        }
        self.parted
            .sort_unstable_by(|(a, [top_a, _]), (b, [top_b, _])| {
                a.cmp(b).then(top_a.total_cmp(top_b))
            });
        self.parted
            .chunk_by(|(a, _), (b, _)| a == b)
            .any(|of_column| {
                let mut reached = f64::NEG_INFINITY;
                of_column.iter().any(|(_, extent)| {
                    let [top, bottom] = clamped(*extent);
                    let is_apart = reached > f64::NEG_INFINITY && top > reached + LEAST_HOLE;
                    reached = reached.max(bottom);
                    is_apart
                })
            })
    }

    /// A run of vertices ends; `lone` is its only one.
    fn end_run(&mut self, lone: Option<[f64; 2]>) {
        if let Some([x, y]) = lone {
            self.add_lone(x - self.first, y);
        }
        self.run += 1;
    }

    fn add_lone(&mut self, x: f64, y: f64) {
        // Below 0 there is no column.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = x as usize;
        let Some(passage) = self.all.get(index).filter(|_| x >= 0.0) else {
            return;
        };
        if passage.is_none() {
            self.goes(index, y, y);
            self.all[index].is_lone = true;
            self.has_lone_points = true;
        } else {
            // It changes nothing where the line is anyway; elsewhere it leaves a hole.
            self.parted.push((index, [y, y]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: ToPixels = ToPixels {
        scale: [1.0, 1.0],
        offset: [0.0, 0.0],
    };

    const fn window(first: u32, end: u32) -> Window {
        Window {
            first,
            end,
            heights: [-100.0, 100.0],
        }
    }

    fn columns(points: &[(f32, f32)], first: u32, end: u32) -> Vec<Column> {
        let vertices: Vec<_> = points.iter().map(|&(x, y)| Vertex { x, y }).collect();
        let mut columns = Vec::new();
        append_columns(&vertices, PLAIN, window(first, end), &mut columns);
        columns
    }

    fn crossing(enter: f32, leave: f32, top: f32, bottom: f32) -> Column {
        Column {
            enter,
            leave,
            top,
            bottom,
        }
    }

    #[test]
    fn a_line_crosses_columns_from_its_start_to_its_end() {
        let found = columns(&[(2.5, 7.0), (5.5, 10.0)], 1, 8);
        assert_eq!(
            found,
            [
                NOTHING,
                crossing(7.0, 7.5, 7.25, 7.25),
                crossing(7.5, 8.5, 8.0, 8.0),
                crossing(8.5, 9.5, 9.0, 9.0),
                crossing(9.5, 10.0, 9.75, 9.75),
                NOTHING,
                NOTHING
            ]
        );
    }

    #[test]
    fn extremes_within_a_column_are_kept() {
        let noisy = columns(&[(3.1, 10.0), (3.3, 30.0), (3.6, 5.0), (3.9, 12.0)], 3, 4);
        assert_eq!(noisy, [crossing(10.0, 12.0, 5.0, 30.0)]);
        let over = columns(&[(3.1, 10.0), (3.5, 4.0), (3.9, 12.0)], 3, 4);
        assert_eq!(over, [crossing(10.0, 12.0, 4.0, 11.0)]);
    }

    #[test]
    fn gaps_part_lines_and_lone_points_stay() {
        let points = [
            (0.5, 1.0),
            (1.5, Vertex::GAP),
            (2.0, 3.0),
            (3.5, 3.0),
            (3.6, Vertex::GAP),
            (4.5, 9.0),
        ];
        let lone = |y| Column {
            top: y,
            bottom: y,
            ..NOTHING
        };
        let flat = crossing(3.0, 3.0, 3.0, 3.0);
        assert_eq!(
            columns(&points, 0, 5),
            [lone(1.0), NOTHING, flat, flat, lone(9.0)]
        );
        let vertices = [Vertex { x: 0.5, y: 1.0 }];
        let appended = append_columns(&vertices, PLAIN, window(0, 2), &mut Vec::new());
        assert!(appended.has_lone_points);
    }

    #[test]
    fn a_gap_within_a_column_leaves_a_hole_unless_the_line_covers_it() {
        let has_holes = |points: &[(f32, f32)]| {
            let vertices: Vec<_> = points.iter().map(|&(x, y)| Vertex { x, y }).collect();
            append_columns(&vertices, PLAIN, window(0, 9), &mut Vec::new()).has_holes
        };
        let gap = (3.4, Vertex::GAP);
        let run = |y: f32| [(3.1, y), (3.2, y + 2.0)];
        let parted = [run(5.0)[0], run(5.0)[1], gap, (3.5, 20.0), (5.5, 20.0)];
        assert!(has_holes(&parted));
        let met = [run(5.0)[0], run(5.0)[1], gap, (3.5, 8.0), (5.5, 20.0)];
        assert!(!has_holes(&met));
        // A lone point, away from the line and on it; and one in a column of its own.
        assert!(has_holes(&[
            run(5.0)[0],
            run(5.0)[1],
            gap,
            (3.5, 20.0),
            gap
        ]));
        assert!(!has_holes(&[
            run(5.0)[0],
            run(5.0)[1],
            gap,
            (3.5, 6.0),
            gap
        ]));
        assert!(!has_holes(&[
            run(5.0)[0],
            run(5.0)[1],
            gap,
            (4.5, 20.0),
            gap
        ]));
        // The order of heights does not matter, nor what cannot be seen.
        assert!(has_holes(&[
            (3.1, 9.0),
            gap,
            (3.2, 1.0),
            gap,
            (3.3, 30.0),
            gap
        ]));
        assert!(!has_holes(&[(3.1, -500.0), gap, (3.2, -900.0), gap]));
    }

    #[test]
    fn what_is_outside_is_cut_off() {
        let flat = crossing(0.0, 0.0, 0.0, 0.0);
        assert_eq!(columns(&[(-1e6, 0.0), (1e6, 0.0)], 10, 12), [flat; 2]);
        assert_eq!(columns(&[(0.0, 1.0), (9.9, 1.0)], 10, 12), [NOTHING; 2]);
        assert_eq!(columns(&[(12.0, 1.0), (15.0, 1.0)], 10, 12), [NOTHING; 2]);
        assert_eq!(columns(&[(-3.0, 1.0)], 0, 2), [NOTHING; 2]);
        assert_eq!(columns(&[(1.0, 1.0)], 5, 5), []);
        // Cut in the middle of a slope, at the right height.
        let cut = columns(&[(0.0, 0.0), (100.0, 100.0)], 50, 51);
        assert_eq!(cut, [crossing(50.0, 51.0, 50.5, 50.5)]);
        // What leads far up leads to where nothing is seen any more.
        let spike = columns(&[(0.2, 10.0), (0.5, -1e30), (0.9, 20.0)], 0, 1);
        assert_eq!(spike, [crossing(10.0, 20.0, -100.0, 15.0)]);
        let slope = columns(&[(0.0, 10.0), (2.0, 1e30)], 0, 2);
        assert_eq!(
            slope,
            [
                crossing(10.0, 100.0, 55.0, 55.0),
                crossing(100.0, 100.0, 100.0, 100.0)
            ]
        );
    }

    proptest! {
        #[test]
        fn no_vertex_is_lost_however_many_share_a_column(
            heights in prop::collection::vec(-100.0_f32..100.0, 12..300),
        ) {
            // Twelve vertices a column.
            let points: Vec<_> = (0_u16..)
                .zip(&heights)
                .map(|(i, y)| (f32::from(i) / 12.0, *y))
                .collect();
            let found = columns(&points, 0, 30);
            for vertices in points.chunks(12) {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let column = found[vertices[0].0 as usize];
                let low = column.top.min(column.enter).min(column.leave);
                let high = column.bottom.max(column.enter).max(column.leave);
                for (_, y) in vertices {
                    prop_assert!((low - 1e-4..=high + 1e-4).contains(y), "{column:?} {y}");
                }
            }
        }
    }
}
