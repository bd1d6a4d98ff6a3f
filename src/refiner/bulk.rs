//! The bulk values that are kept to be looked at: the newest of each series, within half of the budget they obey.
//!
//! Beyond that the series that takes most gives its oldest up, again and again, so that one of large images leaves histories of
//! small histograms alone. The last value of a series goes only when no other has more than one, the oldest first.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::message::{Bulk, BulkBudget, Kind, Step, Timestamp};
use crate::scene::BulkSummary;

/// A bulk value that is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The step it belongs to.
    pub step: Step,
    /// When it was reported.
    pub time: Timestamp,
    /// The value.
    pub value: Arc<Bulk>,
}

/// A bulk series.
#[derive(Debug)]
struct Row {
    kind: Kind,
    reported: u64,
    newest: Option<Step>,
    /// Oldest first, each with its number in the order in which all came.
    kept: VecDeque<(u64, Kept)>,
    bytes: usize,
}

/// Who gives up a value first: the last of the order.
type Claim = (bool, usize, Reverse<u64>, usize);

impl Row {
    /// Its place in the order of those that give up; none where it keeps nothing.
    fn claim(&self, index: usize) -> Option<Claim> {
        let (arrival, _) = self.kept.front()?;
        let has_several = self.kept.len() > 1;
        let bytes = if has_several { self.bytes } else { 0 };
        Some((has_several, bytes, Reverse(*arrival), index))
    }
}

/// Every bulk series of every run.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    rows: Vec<Row>,
    order: BTreeSet<Claim>,
    bytes: usize,
    arrivals: u64,
}

impl Shelf {
    /// A row for a new series.
    pub(super) fn add(&mut self, kind: Kind) -> usize {
        self.rows.push(Row {
            kind,
            reported: 0,
            newest: None,
            kept: VecDeque::new(),
            bytes: 0,
        });
        self.rows.len() - 1
    }

    /// Keeps a value, and lets others go to make room for it.
    pub(super) fn keep(&mut self, row: usize, kept: Kept) {
        let most = kept
            .value
            .budget()
            .map_or(BulkBudget::USUAL_BYTES / 2, BulkBudget::kept);
        let step = kept.step;
        let bytes = kept.value.size_bytes();
        let arrival = self.arrivals;
        self.arrivals += 1;
        self.change(row, |row| {
            row.reported += 1;
            row.newest = row.newest.max(Some(step));
            row.kept.push_back((arrival, kept));
            row.bytes += bytes;
        });
        self.bytes += bytes;
        while self.bytes > most
            && let Some((.., row)) = self.order.last().copied()
        {
            self.bytes -= self.drop_oldest(row);
        }
    }

    /// Counts a value that did not come.
    pub(super) fn skip(&mut self, row: usize, step: Step) {
        let row = &mut self.rows[row];
        row.reported += 1;
        row.newest = row.newest.max(Some(step));
    }

    /// Lets go of a row's oldest value; gives its size.
    fn drop_oldest(&mut self, row: usize) -> usize {
        self.change(row, |row| {
            let oldest = row.kept.pop_front();
            let bytes = oldest.map_or(0, |(_, kept)| kept.value.size_bytes());
            row.bytes -= bytes;
            bytes
        })
    }

    /// Changes a row, which keeps its right place in the order.
    fn change<T>(&mut self, index: usize, change: impl FnOnce(&mut Row) -> T) -> T {
        let row = &mut self.rows[index];
        if let Some(claim) = row.claim(index) {
            self.order.remove(&claim);
        }
        let result = change(row);
        self.order.extend(row.claim(index));
        result
    }

    /// The values that are kept of a row, oldest first.
    pub(super) fn kept(&self, row: usize) -> impl Iterator<Item = &Kept> {
        self.rows[row].kept.iter().map(|(_, kept)| kept)
    }

    /// A row in a few numbers.
    pub(super) fn summary(&self, row: usize) -> BulkSummary {
        let row = &self.rows[row];
        BulkSummary {
            kind: row.kind,
            reported: row.reported,
            kept: row.kept.len() as u64,
            newest: row.newest,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::message::BulkValue;

    fn text(budget: &BulkBudget, step: Step, letters: usize) -> Kept {
        let value = BulkValue::Text("x".repeat(letters));
        Kept {
            step,
            time: Timestamp::default(),
            value: Arc::new(Bulk::within(budget, value).expect("there is room")),
        }
    }

    fn steps(shelf: &Shelf, row: usize) -> Vec<Step> {
        shelf.kept(row).map(|kept| kept.step).collect()
    }

    #[test]
    fn the_largest_series_gives_its_oldest_up_and_small_ones_stay_whole() {
        let budget = BulkBudget::new(200_000);
        let mut shelf = Shelf::default();
        let (large, small) = (shelf.add(Kind::Image), shelf.add(Kind::Histogram));
        for step in 1..=100 {
            shelf.keep(large, text(&budget, step, 10_000));
            shelf.keep(small, text(&budget, step, 10));
        }
        assert_eq!(steps(&shelf, small), (1..=100).collect::<Vec<_>>());
        let images = steps(&shelf, large);
        assert!((5..=9).contains(&images.len()), "{images:?}");
        assert_eq!(images.last(), Some(&100));
        assert!(images.windows(2).all(|pair| pair[0] + 1 == pair[1]));
        let told = shelf.summary(large);
        assert_eq!((told.reported, told.newest), (100, Some(100)));
        assert_eq!(told.kept + told.dropped(), 100);
        assert!(budget.live_bytes() <= budget.kept());
    }

    #[test]
    fn of_series_with_one_value_each_the_oldest_goes() {
        let budget = BulkBudget::new(100_000);
        let mut shelf = Shelf::default();
        let rows: Vec<usize> = (0..20).map(|_| shelf.add(Kind::Image)).collect();
        for row in &rows {
            shelf.keep(*row, text(&budget, 1, 9_000));
        }
        let kept: Vec<u64> = rows.iter().map(|row| shelf.summary(*row).kept).collect();
        let count: u64 = kept.iter().sum();
        assert_eq!(count, 5);
        assert_eq!(kept[15..], [1; 5]);
    }

    #[test]
    fn a_value_that_never_came_is_counted() {
        let mut shelf = Shelf::default();
        let row = shelf.add(Kind::Points);
        shelf.skip(row, 7);
        let told = shelf.summary(row);
        assert_eq!((told.reported, told.kept, told.dropped()), (1, 0, 1));
        assert_eq!(told.newest, Some(7));
    }

    proptest! {
        #[test]
        fn what_is_kept_are_the_newest_of_each_within_the_budget(
            values in proptest::collection::vec((0..4_usize, 1..4_000_usize), 1..200),
        ) {
            let budget = BulkBudget::new(20_000);
            let mut shelf = Shelf::default();
            for _ in 0..4 {
                shelf.add(Kind::Text);
            }
            let mut last = [0; 4];
            for (row, letters) in values {
                last[row] += 1;
                shelf.keep(row, text(&budget, last[row], letters));
                let live: usize = shelf.rows.iter().flat_map(|row| &row.kept)
                    .map(|(_, kept)| kept.value.size_bytes()).sum();
                prop_assert_eq!(live, shelf.bytes);
                prop_assert_eq!(live, budget.live_bytes());
                prop_assert!(live <= budget.kept());
                prop_assert_eq!(steps(&shelf, row).last().copied(), Some(last[row]));
            }
            for (row, last) in last.into_iter().enumerate() {
                let kept = steps(&shelf, row);
                let newest = last + 1 - kept.len() as u64..=last;
                prop_assert_eq!(kept, newest.collect::<Vec<_>>());
                prop_assert_eq!(shelf.summary(row).reported, last);
            }
        }
    }
}
