//! Dashes: a line cut into pieces, so that lines are told apart without their colours.
//!
//! Lengths are pixels along the line, as a person would draw them. Where a line goes up and down all the time that would be specks:
//! there lengths are pixels across.

use crate::scene::{Dash, Vertex};

/// A line this many times as long as it is wide is measured across.
const ROUGH: f64 = 2.0;

/// The vertices of a line cut into pieces. `pixels_per_unit` are those of a vertex' places.
pub(super) fn cut(
    line: Vec<Vertex>,
    dash: Dash,
    pixels_per_unit: [f64; 2],
    pixels_per_point: f64,
) -> Vec<Vertex> {
    if dash.pattern().is_empty() {
        return line;
    }
    let lengths = dash.pattern().iter();
    let pattern: Vec<f64> = lengths.map(|points| points * pixels_per_point).collect();
    let [across, along] = [across, along].map(|length| {
        move |pair: &[Vertex]| {
            let is_segment = !pair[0].is_gap() && !pair[1].is_gap();
            if is_segment {
                length(pair, pixels_per_unit)
            } else {
                0.0
            }
        }
    });
    let total = |length: &dyn Fn(&[Vertex]) -> f64| line.windows(2).map(length).sum::<f64>();
    let is_rough = total(&along) > ROUGH * total(&across);
    let mut pieces = Pieces {
        vertices: Vec::with_capacity(line.len()),
        period: pattern.iter().sum(),
        pattern,
        part: 0,
        place: 0.0,
    };
    for pair in line.windows(2) {
        let length = if is_rough { across(pair) } else { along(pair) };
        if pair[0].is_gap() || pair[1].is_gap() {
            pieces.interrupt(pair[1].x);
        } else {
            pieces.segment(pair[0], pair[1], length);
        }
    }
    pieces.vertices
}

fn across(pair: &[Vertex], [per_x, _]: [f64; 2]) -> f64 {
    f64::from(pair[1].x - pair[0].x) * per_x
}

fn along(pair: &[Vertex], [per_x, per_y]: [f64; 2]) -> f64 {
    let up = f64::from(pair[1].y - pair[0].y) * per_y;
    (f64::from(pair[1].x - pair[0].x) * per_x).hypot(up)
}

/// A line in the making.
struct Pieces {
    vertices: Vec<Vertex>,
    /// The lengths drawn and left out in turn, and their sum.
    pattern: Vec<f64>,
    period: f64,
    /// Which of them it is in, and how far.
    part: usize,
    place: f64,
}

impl Pieces {
    fn interrupt(&mut self, x: f32) {
        if self.vertices.last().is_some_and(|last| !last.is_gap()) {
            self.vertices.push(Vertex::gap(x));
        }
    }

    fn segment(&mut self, from: Vertex, to: Vertex, length: f64) {
        // Longer than any screen: nothing is to be seen of its pieces.
        if length > 1e5 * self.period {
            self.interrupt(from.x);
            self.vertices.extend([from, to]);
            return;
        }
        let at = |share: f64| {
            // Between two vertices.
            #[allow(clippy::cast_possible_truncation)]
            let between = |a: f32, b: f32| (f64::from(a) + f64::from(b - a) * share) as f32;
            Vertex {
                x: between(from.x, to.x),
                y: between(from.y, to.y),
            }
        };
        let mut done = 0.0;
        while done < length || (length == 0.0 && done == 0.0) {
            let is_drawn = self.part.is_multiple_of(2);
            let end = self.pattern[self.part];
            let step = (end - self.place).min(length - done);
            if is_drawn {
                if self.vertices.last().is_none_or(|last| last.is_gap()) {
                    self.vertices.push(at(share(done, length)));
                }
                self.vertices.push(at(share(done + step, length)));
            }
            self.place += step;
            done += step;
            if self.place >= end - 1e-9 {
                if is_drawn {
                    self.interrupt(at(share(done, length)).x);
                }
                self.part = (self.part + 1) % self.pattern.len();
                self.place = 0.0;
            }
            if length == 0.0 {
                break;
            }
        }
    }
}

fn share(done: f64, length: f64) -> f64 {
    if length > 0.0 {
        (done / length).min(1.0)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f32, f32)]) -> Vec<Vertex> {
        points
            .iter()
            .map(|(x, y)| Vertex { x: *x, y: *y })
            .collect()
    }

    /// What is drawn and what is left out along the horizontal axis.
    fn drawn(vertices: &[Vertex]) -> Vec<[f32; 2]> {
        vertices
            .split(|vertex| vertex.is_gap())
            .filter(|piece| !piece.is_empty())
            .map(|piece| [piece[0].x, piece[piece.len() - 1].x])
            .collect()
    }

    #[test]
    fn a_level_line_is_cut_into_equal_pieces() {
        let level = line(&[(0.0, 1.0), (3.0, 1.0), (30.0, 1.0)]);
        let pieces = cut(level.clone(), Dash::Dashed, [1.0, 1.0], 1.0);
        assert_eq!(drawn(&pieces), [[0.0, 5.0], [11.0, 16.0], [22.0, 27.0]]);
        assert_eq!(cut(level.clone(), Dash::Solid, [1.0, 1.0], 1.0), level);
        let twice = cut(level, Dash::Dashed, [1.0, 1.0], 2.0);
        assert_eq!(drawn(&twice), [[0.0, 10.0], [22.0, 30.0]]);
    }

    #[test]
    fn strokes_and_dots_come_in_turn() {
        let level = line(&[(0.0, 1.0), (45.0, 1.0)]);
        let pieces = cut(level, Dash::DashDotDot, [1.0, 1.0], 1.0);
        let [stroke, dot, other] = [[0.0, 9.0], [14.0, 14.5], [19.5, 20.0]];
        let later = [25.0, 34.0];
        assert_eq!(
            drawn(&pieces),
            [stroke, dot, other, later, [39.0, 39.5], [44.5, 45.0]]
        );
    }

    #[test]
    fn any_two_dashes_leave_out_different_parts_of_a_line() {
        let level = line(&[(0.0, 1.0), (200.0, 1.0)]);
        let drawn = Dash::ALL.map(|dash| drawn(&cut(level.clone(), dash, [1.0, 1.0], 1.0)));
        for (index, one) in drawn.iter().enumerate() {
            assert!(!drawn[..index].contains(one), "{:?}", Dash::ALL[index]);
        }
    }

    #[test]
    fn a_steep_line_is_measured_along_itself() {
        let steep = line(&[(0.0, 0.0), (3.0, 4.0), (6.0, 8.0)]);
        let pieces = cut(steep, Dash::Dashed, [1.0, 1.0], 1.0);
        assert_eq!(drawn(&pieces), [[0.0, 3.0]]);
    }

    #[test]
    fn what_goes_up_and_down_is_cut_across() {
        let noise: Vec<Vertex> = (0..400)
            .map(|i| Vertex {
                x: (i / 4) as f32,
                y: if i % 2 == 0 { 0.0 } else { 300.0 },
            })
            .collect();
        let pieces = cut(noise, Dash::Dashed, [1.0, 1.0], 1.0);
        assert!(pieces.len() < 500, "{}", pieces.len());
        assert_eq!(drawn(&pieces).len(), 10);
    }

    #[test]
    fn gaps_stay_and_pieces_go_on_after_them() {
        let mut gappy = line(&[(0.0, 0.0), (2.0, 0.0)]);
        gappy.push(Vertex::gap(3.0));
        gappy.extend(line(&[(4.0, 0.0), (20.0, 0.0)]));
        let pieces = cut(gappy, Dash::Dashed, [1.0, 1.0], 1.0);
        assert_eq!(drawn(&pieces), [[0.0, 2.0], [4.0, 7.0], [13.0, 18.0]]);
    }
}
