//! Where everything stands: the window's rectangle in, the parts' rectangles out. Pure geometry.
//!
//! What does not fit folds away, least needed first: the right column, the sidebar, columns of panels, the sub-header, the
//! status line. The charts stay.

use egui::{Rect, pos2, vec2};

/// Between panels, and around them.
pub(super) const GAP: f32 = 12.0;
/// The header's height.
const HEADER: f32 = 48.0;
/// The progress line's height.
const PROGRESS: f32 = 3.0;
/// The sub-header's height.
const SUB_HEADER: f32 = 40.0;
/// The status line's height.
const STATUS: f32 = 28.0;
/// The sidebar's width, where nobody has chosen one.
const SIDEBAR: u16 = 240;
/// The narrowest and the widest sidebar that can be chosen.
const SIDEBARS: std::ops::RangeInclusive<u16> = 180..=420;
/// The right column's width, its gap included.
const RIGHT: f32 = 320.0;
/// The frame panel's height where there is room.
const FRAMES: f32 = 268.0;
/// A log that shares its column is not made lower than this.
const LEAST_LOG: f32 = 120.0;
/// A panel is not made lower than this while there is another way.
const LEAST_PANEL_HEIGHT: f32 = 140.0;
/// Nor narrower than this.
const LEAST_PANEL_WIDTH: f32 = 250.0;
/// The shape of a panel that curves are read best in: width to height.
const BEST_ASPECT: f32 = 1.7;

/// What of the foldable parts is wanted; `None` where nobody has said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// The log panel.
    pub log: Option<bool>,
    /// The frame panel.
    pub frames: Option<bool>,
    /// Whether it is the frame panel that was asked for last: where there is no room for both, it has the column.
    pub prefers_frames: bool,
    /// The sidebar.
    pub sidebar: Option<bool>,
    /// Its width in points.
    pub sidebar_width: Option<u16>,
}

impl Wishes {
    /// Asks for the log, or for none.
    pub(super) const fn ask_log(&mut self, is_wanted: bool) {
        self.log = Some(is_wanted);
        self.prefers_frames &= !is_wanted;
        self.give_way(is_wanted);
    }

    /// Asks for the frame panel, or for none.
    pub(super) const fn ask_frames(&mut self, is_wanted: bool) {
        self.frames = Some(is_wanted);
        self.prefers_frames = is_wanted;
        self.give_way(is_wanted);
    }

    /// Asks for the sidebar, or for none.
    pub(super) const fn ask_sidebar(&mut self, is_wanted: bool) {
        self.sidebar = Some(is_wanted);
    }

    /// Asks for a sidebar that ends there; the widest or the narrowest where that is too far.
    pub(super) fn ask_sidebar_width(&mut self, width: f32) {
        let (least, most) = (f32::from(*SIDEBARS.start()), f32::from(*SIDEBARS.end()));
        // Some hundred points; the narrowest where it is no number.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let width = width.max(least).min(most).round() as u16;
        self.sidebar_width = Some(width);
    }

    /// Where a sidebar takes the panels' place, what is asked for after it does so instead. Where it has a place of its own it
    /// stays: nobody needs to ask for it there.
    const fn give_way(&mut self, is_wanted: bool) {
        if is_wanted && matches!(self.sidebar, Some(true)) {
            self.sidebar = None;
        }
    }
}

/// The window's parts. Those that are folded away are `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Parts {
    /// Run, state, actions.
    pub header: Rect,
    /// The progress line.
    pub progress: Rect,
    /// Epoch, step, speed.
    pub sub_header: Option<Rect>,
    /// Sentences across the top.
    pub notices: Option<Rect>,
    /// Series with their latest values.
    pub sidebar: Option<Rect>,
    /// The panels.
    pub panels: Rect,
    /// The log.
    pub log: Option<Rect>,
    /// What drawing costs.
    pub frames: Option<Rect>,
    /// The status line.
    pub status: Option<Rect>,
}

/// Divides the window. `notices` is the height that sentences across the top would like to have.
pub(super) fn parts(window: Rect, wishes: Wishes, notices: f32) -> Parts {
    let (width, height) = (window.width(), window.height());
    let mut rest = window;
    let header = take_top(&mut rest, HEADER);
    let progress = take_top(&mut rest, PROGRESS);
    let status = (height >= 200.0).then(|| take_bottom(&mut rest, STATUS));
    let sub_header = (height >= 260.0).then(|| take_top(&mut rest, SUB_HEADER));
    let sidebar = (wishes.sidebar.unwrap_or(width >= 800.0)).then(|| sidebar(&mut rest, wishes));
    let is_alone = sidebar.is_some() && rest.width() <= 0.0;
    if is_alone {
        rest.max.y = rest.min.y;
    }

    // Half of what is left is enough for any sentence.
    let notices = notices.min(rest.height() * 0.5).floor();
    let notices = (notices >= 20.0).then(|| take_top(&mut rest, notices));

    let mut rest = inset(rest, GAP);
    let is_wide = width >= 1100.0;
    let (log, frames) = (
        wishes.log.unwrap_or(is_wide) && !is_alone,
        wishes.frames.unwrap_or(is_wide) && !is_alone,
    );
    let column = (log || frames).then(|| {
        let beside = rest.width() - RIGHT;
        if beside >= LEAST_PANEL_WIDTH {
            let column = take_right(&mut rest, RIGHT - GAP);
            take_right(&mut rest, GAP);
            column
        } else {
            // Asked for where there is no room beside the panels: it stands in their place.
            let column = rest;
            rest.max.y = rest.min.y;
            column
        }
    });
    let (log, frames) = column.map_or((None, None), |column| {
        right_column(column, log, frames, wishes.prefers_frames)
    });
    Parts {
        header,
        progress,
        sub_header,
        notices,
        sidebar,
        panels: rest,
        log,
        frames,
        status,
    }
}

/// The sidebar, taken from the left; all of it where panels would have no room beside it.
fn sidebar(rest: &mut Rect, wishes: Wishes) -> Rect {
    let width = f32::from(wishes.sidebar_width.unwrap_or(SIDEBAR));
    let has_room = rest.width() - width >= LEAST_PANEL_WIDTH + 2.0 * GAP;
    let width = if has_room { width } else { rest.width() };
    take_left(rest, width)
}

/// The log above the frame panel, each where it is wanted; where there is room for one alone, the one that is preferred.
fn right_column(
    column: Rect,
    log: bool,
    frames: bool,
    prefers_frames: bool,
) -> (Option<Rect>, Option<Rect>) {
    let has_room = column.height() >= FRAMES + GAP + LEAST_LOG;
    if !frames || (log && !has_room && !prefers_frames) {
        return (Some(column), None);
    }
    if !log || !has_room {
        let size = vec2(column.width(), column.height().min(FRAMES));
        return (None, Some(Rect::from_min_size(column.min, size)));
    }
    let mut rest = column;
    let frames = take_bottom(&mut rest, FRAMES);
    take_bottom(&mut rest, GAP);
    (Some(rest), Some(frames))
}

/// Panels in rows and columns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    /// The rectangles of the panels from [`Grid::first`] on that are visible.
    pub cells: Vec<Rect>,
    /// Which panel the first rectangle is for.
    pub first: usize,
    /// Rows in all.
    pub rows: usize,
    /// Rows that are visible at once.
    pub visible_rows: usize,
    /// The row at the top.
    pub top_row: usize,
}

/// Places `count` panels into `area`.
///
/// The number of columns is the one that gives panels a good shape. If they do not divide evenly, the first panel takes the
/// columns that are over. Where rows would be too low, as many as fit are visible, from `top_row` on. A `window` narrower
/// than 600 points has one column.
pub(super) fn grid(area: Rect, count: usize, top_row: usize, window: f32) -> Grid {
    if count == 0 || area.width() < 1.0 || area.height() < 1.0 {
        return Grid {
            cells: Vec::new(),
            first: 0,
            rows: 0,
            visible_rows: 0,
            top_row: 0,
        };
    }
    let most = if window < 600.0 {
        1
    } else {
        fitting(area.width(), LEAST_PANEL_WIDTH).min(count)
    };
    let columns = (1..=most)
        .filter(|columns| row_height(area, count.div_ceil(*columns)) >= LEAST_PANEL_HEIGHT)
        .min_by(|a, b| {
            let misshape = |columns: usize| {
                let width = column_width(area, columns);
                let height = row_height(area, count.div_ceil(columns));
                (width / height / BEST_ASPECT).ln().abs()
            };
            misshape(*a).total_cmp(&misshape(*b))
        })
        .unwrap_or(most);
    let rows = count.div_ceil(columns);
    let visible_rows = if row_height(area, rows) >= LEAST_PANEL_HEIGHT {
        rows
    } else {
        fitting(area.height(), LEAST_PANEL_HEIGHT).min(rows)
    };
    let top_row = top_row.min(rows - visible_rows);
    let spare = rows * columns - count;
    let mut grid = Grid {
        cells: Vec::new(),
        first: (top_row * columns).saturating_sub(spare),
        rows,
        visible_rows,
        top_row,
    };
    let (width, height) = (column_width(area, columns), row_height(area, visible_rows));
    for row in top_row..top_row + visible_rows {
        let top = area.top() + (row - top_row) as f32 * (height + GAP);
        let mut column = 0;
        while column < columns {
            let span = if row == 0 && column == 0 {
                1 + spare
            } else {
                1
            };
            let left = area.left() + column as f32 * (width + GAP);
            let size = vec2(width + (span - 1) as f32 * (width + GAP), height);
            let cell = whole(Rect::from_min_size(pos2(left, top), size));
            grid.cells.push(cell.intersect(area));
            column += span;
        }
    }
    grid
}

/// The row that has to be at the top for panel `index` of `count` to be visible: `top_row` where it is already.
pub(super) fn row_of(area: Rect, count: usize, top_row: usize, window: f32, index: usize) -> usize {
    let shows = |row| {
        let grid = grid(area, count, row, window);
        (grid.first..grid.first + grid.cells.len()).contains(&index)
    };
    if shows(top_row) {
        return top_row;
    }
    let rows = grid(area, count, 0, window).rows;
    (0..rows).find(|row| shows(*row)).unwrap_or(top_row)
}

/// How many pieces of at least `least` fit into `length` with gaps between; one at least.
fn fitting(length: f32, least: f32) -> usize {
    // A handful: a window has no more than some thousand points.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = ((length + GAP) / (least + GAP)) as usize;
    count.max(1)
}

fn column_width(area: Rect, columns: usize) -> f32 {
    ((area.width() + GAP) / columns as f32 - GAP).max(0.0)
}

fn row_height(area: Rect, rows: usize) -> f32 {
    ((area.height() + GAP) / rows as f32 - GAP).max(0.0)
}

/// Edges on whole points: neighbours keep equal gaps.
fn whole(rect: Rect) -> Rect {
    Rect::from_min_max(rect.min.round(), rect.max.round())
}

/// The rectangle with `margin` cut from each side; empty, but within, where it is too small.
fn inset(rect: Rect, margin: f32) -> Rect {
    let (x, y) = (
        margin.min(rect.width() / 2.0),
        margin.min(rect.height() / 2.0),
    );
    Rect::from_min_max(rect.min + vec2(x, y), rect.max - vec2(x, y))
}

fn take_top(rest: &mut Rect, height: f32) -> Rect {
    let middle = (rest.top() + height).min(rest.bottom());
    let (taken, left) = rest.split_top_bottom_at_y(middle);
    *rest = left;
    taken
}

fn take_bottom(rest: &mut Rect, height: f32) -> Rect {
    let middle = (rest.bottom() - height).max(rest.top());
    let (left, taken) = rest.split_top_bottom_at_y(middle);
    *rest = left;
    taken
}

fn take_left(rest: &mut Rect, width: f32) -> Rect {
    let middle = (rest.left() + width).min(rest.right());
    let (taken, left) = rest.split_left_right_at_x(middle);
    *rest = left;
    taken
}

fn take_right(rest: &mut Rect, width: f32) -> Rect {
    let middle = (rest.right() - width).max(rest.left());
    let (left, taken) = rest.split_left_right_at_x(middle);
    *rest = left;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(width: f32, height: f32) -> Rect {
        Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height))
    }

    fn usual(width: f32, height: f32) -> Parts {
        parts(window(width, height), Wishes::default(), 0.0)
    }

    fn panels(width: f32, height: f32, count: usize) -> Grid {
        grid(usual(width, height).panels, count, 0, width)
    }

    #[test]
    fn the_drawn_target_is_met() {
        let parts = usual(1600.0, 1000.0);
        assert_eq!(parts.header, window(1600.0, 48.0));
        assert_eq!(parts.progress.top()..parts.progress.bottom(), 48.0..51.0);
        assert_eq!(
            parts.sidebar.map(|rect| (rect.top(), rect.width())),
            Some((91.0, 240.0))
        );
        assert_eq!(parts.panels.left_top(), pos2(252.0, 103.0));
        assert_eq!(
            parts.log.map(|rect| (rect.left(), rect.right())),
            Some((1280.0, 1588.0))
        );
        assert_eq!(parts.status.map(|rect| rect.top()), Some(972.0));
        let grid = grid(parts.panels, 6, 0, 1600.0);
        assert_eq!((grid.rows, grid.cells.len()), (3, 6));
        assert_eq!(grid.cells[0].width(), 502.0);
    }

    #[test]
    fn what_does_not_fit_folds_away_in_order() {
        assert!(usual(1100.0, 700.0).log.is_some());
        assert!(usual(1099.0, 700.0).log.is_none());
        assert!(usual(800.0, 700.0).sidebar.is_some());
        assert!(usual(799.0, 700.0).sidebar.is_none());
        assert!(panels(700.0, 700.0, 4).cells[1].left() > 300.0);
        assert!(panels(599.0, 700.0, 4).cells[1].left() < 300.0);
        assert!(usual(1600.0, 230.0).sub_header.is_none());
    }

    #[test]
    fn the_first_panel_takes_the_columns_that_are_over() {
        let grid = panels(1280.0, 720.0, 5);
        assert_eq!((grid.rows, grid.cells.len()), (3, 5));
        assert!(grid.cells[0].width() > 2.0 * grid.cells[1].width());
        assert_eq!(grid.cells[0].right(), grid.cells[2].right());
    }

    #[test]
    fn at_640_by_400_the_loss_has_the_place() {
        let grid = panels(640.0, 400.0, 5);
        assert!(grid.visible_rows < grid.rows);
        assert!(grid.cells[0].width() > 600.0 && grid.cells[0].height() > 140.0);
    }

    #[test]
    fn rows_that_do_not_fit_come_with_the_top_row() {
        let area = window(620.0, 300.0);
        let at = |row| grid(area, 9, row, 700.0);
        assert_eq!((at(0).rows, at(0).visible_rows, at(0).first), (5, 2, 0));
        assert_eq!(at(0).cells.len(), 3);
        assert_eq!((at(1).first, at(1).cells.len()), (1, 4));
        assert_eq!((at(3).first, at(3).cells.len()), (5, 4));
        assert_eq!(at(99), at(3));
    }

    #[test]
    fn a_log_asked_for_where_there_is_no_room_takes_the_panels_place() {
        let wishes = Wishes {
            log: Some(true),
            ..Wishes::default()
        };
        let parts = parts(window(500.0, 500.0), wishes, 0.0);
        assert!(parts.log.is_some_and(|log| log.width() > 450.0));
        assert!(parts.panels.height() < 1.0);
        assert_eq!(grid(parts.panels, 4, 0, 500.0).cells.len(), 0);
    }

    #[test]
    fn a_sidebar_asked_for_where_there_is_no_room_takes_the_panels_place() {
        let mut wishes = Wishes::default();
        wishes.ask_sidebar(true);
        let shown = |wishes, width| parts(window(width, 500.0), wishes, 0.0);
        let beside = shown(wishes, 640.0);
        assert_eq!(beside.sidebar.map(|rect| rect.width()), Some(240.0));
        assert!(beside.panels.width() > 350.0);
        let instead = shown(wishes, 500.0);
        assert_eq!(instead.sidebar.map(|rect| rect.width()), Some(500.0));
        assert_eq!(grid(instead.panels, 4, 0, 500.0).cells.len(), 0);
        wishes.ask_log(true);
        assert!(shown(wishes, 500.0).sidebar.is_none() && shown(wishes, 500.0).log.is_some());
        assert!(shown(wishes, 1280.0).sidebar.is_some());
        wishes.ask_sidebar(true);
        assert!(shown(wishes, 500.0).sidebar.is_some() && shown(wishes, 500.0).log.is_none());
        wishes.ask_sidebar(false);
        assert!(shown(wishes, 1280.0).sidebar.is_none());
    }

    #[test]
    fn a_sidebar_is_as_wide_as_was_chosen_within_limits() {
        let mut wishes = Wishes::default();
        for (asked, given) in [(300.4, 300.0), (10.0, 180.0), (9e9, 420.0), (-1.0, 180.0)] {
            wishes.ask_sidebar_width(asked);
            let parts = parts(window(1600.0, 1000.0), wishes, 0.0);
            assert_eq!(parts.sidebar.map(|rect| rect.width()), Some(given));
        }
    }

    #[test]
    fn the_last_wish_takes_a_column_that_has_room_for_one() {
        let mut wishes = Wishes::default();
        let shown = |wishes, height| {
            let parts = parts(window(1280.0, height), wishes, 0.0);
            (parts.log.is_some(), parts.frames.is_some())
        };
        assert_eq!(shown(wishes, 720.0), (true, true));
        assert_eq!(shown(wishes, 500.0), (true, false));
        wishes.ask_frames(true);
        assert_eq!(shown(wishes, 720.0), (true, true));
        assert_eq!(shown(wishes, 500.0), (false, true));
        wishes.ask_log(true);
        assert_eq!(shown(wishes, 500.0), (true, false));
        wishes.ask_frames(true);
        wishes.ask_frames(false);
        assert_eq!(shown(wishes, 500.0), (true, false));
        wishes.ask_log(false);
        assert_eq!(shown(wishes, 500.0), (false, false));
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_nothing_leaves_the_window(
            width in 0f32..4000.0,
            height in 0f32..3000.0,
            count in 0usize..40,
            top_row in 0usize..50,
            notices in 0f32..300.0,
            log in any::<Option<bool>>(),
            frames in any::<Option<bool>>(),
            prefers_frames in any::<bool>(),
            sidebar in any::<Option<bool>>(),
            sidebar_width in any::<Option<u16>>(),
        ) {
            let window = window(width, height);
            let mut wishes = Wishes { log, frames, prefers_frames, sidebar, sidebar_width: None };
            if let Some(width) = sidebar_width {
                wishes.ask_sidebar_width(width.into());
            }
            let parts = parts(window, wishes, notices);
            let grid = grid(parts.panels, count, top_row, width);
            let mut all = vec![parts.header, parts.progress];
            all.extend([parts.sub_header, parts.notices, parts.sidebar, parts.log, parts.frames, parts.status].into_iter().flatten());
            prop_assert!(grid.first + grid.cells.len() <= count);
            prop_assert!(grid.top_row + grid.visible_rows <= grid.rows);
            all.extend(&grid.cells);
            for (index, rect) in all.iter().enumerate() {
                prop_assert!(rect.width() >= 0.0 && rect.height() >= 0.0);
                // Cells stand on whole points: up to half a point beyond a window whose edges do not.
                prop_assert!(window.expand(0.51).contains_rect(*rect), "{rect:?} in {window:?}");
                for other in &all[index + 1..] {
                    let shared = rect.intersect(*other);
                    prop_assert!(!(shared.width() > 0.51 && shared.height() > 0.51), "{rect:?} {other:?}");
                }
            }
        }
    }
}
