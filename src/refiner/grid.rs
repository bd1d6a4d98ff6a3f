//! The pixels that a history is shown on: which columns there are, and what they are told to show.
//!
//! Where all of a panel is visible there is one stretch of columns, as wide as pixels. Where a part of it is, that part has
//! columns as wide as pixels, half of its width more on either side, and what lies beyond is there in coarse: so a hand that
//! moves the picture finds nothing missing, until columns are made anew for where it went.

use crate::scene::{Bounds, Range, Scale, XAxis};

/// The most columns that all of a panel has where only a part of it is visible.
const OVERVIEW: f64 = 2048.0;

/// The pixels that a history is shown on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grid {
    /// What they show, in axis space.
    pub(super) bounds: Bounds,
    /// All that there is to show horizontally.
    pub(super) whole: Range,
    /// How many columns of pixels there are.
    pub(super) columns: u32,
    /// How many rows.
    pub(super) rows: u32,
    /// What the horizontal axis shows.
    pub(super) abscissa: Abscissa,
    /// The vertical axis' scale.
    pub(super) scale: Scale,
}

/// What a horizontal axis shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Abscissa {
    /// What it counts.
    pub(super) axis: XAxis,
    pub(super) scale: Scale,
}

/// Columns of one width side by side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) x: Range,
    pub(super) columns: u32,
    /// Where one of its columns begins, from the grid's origin: columns are counted from there, in the same way wherever the
    /// stretch begins.
    anchor: f64,
    origin: f64,
    per_unit: f64,
}

impl Stretch {
    /// The column that a vertex lies in, counted from the anchor's: told by its rounded place, as it is drawn.
    // Far from the ends of i64 by construction of what is shown.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn column_of(&self, x: f32) -> i64 {
        ((f64::from(x) - self.anchor) * self.per_unit).floor() as i64
    }

    /// Where a column begins.
    pub(super) fn left_of(&self, column: i64) -> f64 {
        self.origin + self.anchor + column as f64 / self.per_unit
    }
}

impl Grid {
    /// What vertices are relative to: f32 alone would lose steps beyond 2²⁴.
    pub(super) const fn origin(&self) -> [f64; 2] {
        [self.bounds.x.start, self.bounds.y.start]
    }

    /// Its columns from left to right: an overview, the visible part with what is near it, an overview.
    pub(super) fn stretches(&self) -> Vec<Stretch> {
        let (visible, whole) = (self.bounds.x, self.whole);
        let columns = self.columns.max(1);
        let per_unit = f64::from(columns) / visible.span();
        let pitch = per_unit.recip();
        // Whole columns: seen from a place that is some pixels away they are the same.
        let beside = |distance: f64| (distance / pitch).ceil().clamp(0.0, f64::from(columns / 2));
        let (left, right) = (
            beside(visible.start - whole.start),
            beside(whole.end - visible.end),
        );
        let near = Range::new(visible.start - left * pitch, visible.end + right * pitch);
        let coarse = pitch.max(whole.span() / OVERVIEW);
        let overview = |start: f64, end: f64| {
            (start < end).then(|| {
                let columns = ((end - start) / coarse).ceil();
                Stretch {
                    x: Range::new(start, end),
                    columns: count(columns),
                    anchor: start - visible.start,
                    origin: visible.start,
                    per_unit: columns / (end - start),
                }
            })
        };
        let middle = Stretch {
            x: near,
            columns: columns + count(left + right),
            anchor: 0.0,
            origin: visible.start,
            per_unit,
        };
        overview(whole.start, near.start)
            .into_iter()
            .chain([middle])
            .chain(overview(near.end, whole.end))
            .collect()
    }
}

/// A count of columns: some thousands.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn count(columns: f64) -> u32 {
    columns as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(visible: Range, whole: Range) -> Vec<Stretch> {
        let y = Range::new(0.0, 1.0);
        Grid {
            bounds: Bounds { x: visible, y },
            whole,
            columns: 1000,
            rows: 100,
            abscissa: Abscissa::default(),
            scale: Scale::Linear,
        }
        .stretches()
    }

    #[test]
    fn what_is_all_visible_has_the_columns_of_its_pixels() {
        let all = Range::new(0.0, 1e9);
        for visible in [all, Range::new(-10.0, 2e9)] {
            let [only] = stretches(visible, all)[..] else {
                panic!("more than one");
            };
            assert_eq!((only.x, only.columns), (visible, 1000));
        }
    }

    #[test]
    fn a_part_has_half_of_itself_beside_it_and_an_overview_of_the_rest() {
        let parts = stretches(Range::new(5e8, 5e8 + 1e6), Range::new(0.0, 1e9));
        let columns: Vec<_> = parts.iter().map(|stretch| stretch.columns).collect();
        assert_eq!(columns, [1023, 2000, 1021]);
        assert!(
            parts
                .windows(2)
                .all(|pair| pair[0].x.end == pair[1].x.start)
        );
        assert_eq!((parts[0].x.start, parts[2].x.end), (0.0, 1e9));
        assert_eq!(parts[1].x, Range::new(5e8 - 5e5, 5e8 + 1.5e6));
    }

    #[test]
    fn near_an_end_there_is_nothing_beyond_it() {
        let parts = stretches(Range::new(0.0, 1e6), Range::new(0.0, 1.2e6));
        assert_eq!(parts.len(), 1);
        assert_eq!(
            (parts[0].x, parts[0].columns),
            (Range::new(0.0, 1.2e6), 1200)
        );
    }

    #[test]
    fn a_view_beside_everything_still_has_its_columns() {
        let parts = stretches(Range::new(2e6, 3e6), Range::new(0.0, 1e6));
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[1].columns, 1500);
    }
}
