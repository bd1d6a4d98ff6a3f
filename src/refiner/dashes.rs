//! Which line is dashed how, so that as many as possible are told apart.
//!
//! In come lines, one by one, with their colours; out goes a dash for each. The one idea: dashes are lent. A line takes the dash
//! that the fewest lines of its colour have, then the one that the fewest lines have at all: up to as many lines as there are
//! dashes all differ, and of more those that share a dash differ in colour.

use crate::scene::{Dash, Theme};

/// How many colours there are.
pub(super) const PALETTE: usize = Theme::DARK.series.len();

/// The dashes that lines have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dashes {
    /// How many lines of each colour have each of them.
    of_color: [[usize; Dash::ALL.len()]; PALETTE],
}

impl Dashes {
    /// A dash for one more line; `wanted`, if no other tells it better from those before.
    pub(super) fn take(&mut self, color: usize, wanted: Dash) -> Dash {
        let color = color % PALETTE;
        let all = |rank: usize| -> usize { self.of_color.iter().map(|counts| counts[rank]).sum() };
        let rank = (0..Dash::ALL.len())
            .min_by_key(|rank| {
                let is_other = Dash::ALL[*rank] != wanted;
                (self.of_color[color][*rank], all(*rank), is_other)
            })
            .unwrap_or(0);
        self.of_color[color][rank] += 1;
        Dash::ALL[rank]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn taken(wishes: &[(usize, usize)]) -> Vec<(usize, Dash)> {
        let mut dashes = Dashes::default();
        let take = |(color, wanted): &(usize, usize)| {
            let dash = dashes.take(*color, Dash::ALL[*wanted]);
            (color % PALETTE, dash)
        };
        wishes.iter().map(take).collect()
    }

    #[test]
    fn lines_without_a_wish_take_dashes_in_their_order() {
        let wishes: Vec<_> = (0..Dash::ALL.len()).map(|line| (line, 0)).collect();
        let dashes: Vec<Dash> = taken(&wishes).into_iter().map(|(_, dash)| dash).collect();
        assert_eq!(dashes, Dash::ALL);
    }

    proptest! {
        #[test]
        fn as_many_lines_as_there_are_dashes_differ_whatever_their_colours(
            wishes in proptest::collection::vec((0..20_usize, 0..Dash::ALL.len()), 1..=Dash::ALL.len()),
        ) {
            let dashes: HashSet<Dash> = taken(&wishes).into_iter().map(|(_, dash)| dash).collect();
            prop_assert_eq!(dashes.len(), wishes.len());
        }

        #[test]
        fn the_first_line_has_the_dash_it_wants(color in 0..20_usize, wanted in 0..Dash::ALL.len()) {
            prop_assert_eq!(taken(&[(color, wanted)])[0].1, Dash::ALL[wanted]);
        }

        #[test]
        fn of_many_lines_those_of_one_colour_share_no_dash_before_all_are_taken(
            wishes in proptest::collection::vec((0..20_usize, 0..Dash::ALL.len()), 0..60),
        ) {
            let mut counts = [[0; Dash::ALL.len()]; PALETTE];
            for (color, dash) in taken(&wishes) {
                let rank = Dash::ALL.iter().position(|other| *other == dash);
                counts[color][rank.expect("all are listed")] += 1;
            }
            for counts in counts {
                let (least, most) = (counts.iter().min(), counts.iter().max());
                prop_assert!(most.copied() <= least.map(|least| least + 1), "{counts:?}");
            }
        }
    }
}
