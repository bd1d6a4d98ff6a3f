//! The pixels that a history is shown on: which columns there are, and what they are told to show.
//!
//! Where all of a panel is visible its columns are as wide as pixels. Where a part of it is, that part has such columns and a
//! few more beside it, and an overview has all there is in coarse: so a hand that moves the picture finds nothing missing,
//! until columns are made anew for where it went.

use crate::scene::{Bounds, Range, Scale, XAxis};

/// The columns of an overview.
const OVERVIEW: u32 = 2048;
/// The part of what is visible that is beside it on either side.
const BESIDE: u32 = 8;

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
    per_unit: f64,
    /// The grid's: one of its columns begins there, and they are counted from it in the same way wherever the stretch begins.
    origin: f64,
}

impl Stretch {
    /// The column that a vertex lies in, counted from the origin: told by its rounded place, as it is drawn.
    // Far from the ends of i64 by construction of what is shown.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn column_of(&self, x: f32) -> i64 {
        (f64::from(x) * self.per_unit).floor() as i64
    }

    /// Where a column begins.
    pub(super) fn left_of(&self, column: i64) -> f64 {
        self.origin + column as f64 / self.per_unit
    }
}

impl Grid {
    /// What vertices are relative to: f32 alone would lose steps beyond 2²⁴.
    pub(super) const fn origin(&self) -> [f64; 2] {
        [self.bounds.x.start, self.bounds.y.start]
    }

    /// Its columns: those of the visible part, and some beside it.
    pub(super) fn stretch(&self) -> Stretch {
        let (visible, whole) = (self.bounds.x, self.whole);
        let columns = self.columns.max(1);
        let per_unit = f64::from(columns) / visible.span();
        let pitch = per_unit.recip();
        // Whole columns: seen from a place that is some pixels away they are the same.
        let most = f64::from(columns / BESIDE);
        let beside = |distance: f64| (distance / pitch).ceil().clamp(0.0, most);
        let left = beside(visible.start - whole.start);
        let right = beside(whole.end - visible.end);
        Stretch {
            x: Range::new(visible.start - left * pitch, visible.end + right * pitch),
            columns: columns + count(left + right),
            per_unit,
            origin: visible.start,
        }
    }

    /// All there is in coarse, where what is visible is only a part of it. Does not depend on which part.
    pub(super) fn overview(&self) -> Option<Self> {
        let stretch = self.stretch().x;
        let is_part = self.whole.start < stretch.start || self.whole.end > stretch.end;
        is_part.then(|| Self {
            bounds: Bounds {
                x: self.whole,
                y: Range::new(0.0, 1.0),
            },
            columns: OVERVIEW,
            rows: 1,
            ..*self
        })
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

    fn grid(visible: Range, whole: Range) -> Grid {
        let y = Range::new(5.0, 6.0);
        Grid {
            bounds: Bounds { x: visible, y },
            whole,
            columns: 1000,
            rows: 100,
            abscissa: Abscissa::default(),
            scale: Scale::Linear,
        }
    }

    #[test]
    fn what_is_all_visible_has_the_columns_of_its_pixels() {
        let all = Range::new(0.0, 1e9);
        for visible in [all, Range::new(-10.0, 2e9)] {
            let grid = grid(visible, all);
            let only = grid.stretch();
            assert_eq!((only.x, only.columns), (visible, 1000));
            assert_eq!(grid.overview(), None);
        }
    }

    #[test]
    fn a_part_has_an_eighth_of_itself_beside_it_and_an_overview_of_all() {
        let all = Range::new(0.0, 1e9);
        let grid = grid(Range::new(5e8, 5e8 + 1e6), all);
        let near = grid.stretch();
        let x = Range::new(5e8 - 1.25e5, 5e8 + 1.125e6);
        assert_eq!((near.x, near.columns), (x, 1250));
        let overview = grid.overview().expect("there is more");
        assert_eq!((overview.bounds.x, overview.columns), (all, 2048));
        assert_eq!(overview.overview(), None);
    }

    #[test]
    fn near_an_end_there_is_nothing_beyond_it() {
        let grid = grid(Range::new(0.0, 1e6), Range::new(0.0, 1.1e6));
        let near = grid.stretch();
        assert_eq!((near.x, near.columns), (Range::new(0.0, 1.1e6), 1100));
        assert_eq!(grid.overview(), None);
    }

    #[test]
    fn a_view_beside_everything_still_has_its_columns() {
        let grid = grid(Range::new(2e6, 3e6), Range::new(0.0, 1e6));
        assert_eq!(grid.stretch().columns, 1125);
        assert!(grid.overview().is_some());
    }
}
