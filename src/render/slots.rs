//! Who has which part of one long buffer.
//!
//! In: requests for so many places. Out: where they begin. The one idea: free stretches are kept sorted and joined with
//! their neighbours, and the first that is long enough is taken.

/// Stretches of a buffer, counted in places of any size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Slots {
    capacity: u32,
    /// `(start, length)`, sorted, never touching.
    free: Vec<(u32, u32)>,
}

impl Slots {
    pub(super) fn new(capacity: u32) -> Self {
        let mut slots = Self::default();
        slots.grow_to(capacity);
        slots
    }

    pub(super) const fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Where `length` places begin that are now taken; `None` where no stretch is long enough.
    pub(super) fn take(&mut self, length: u32) -> Option<u32> {
        let at = self.free.iter().position(|(_, free)| *free >= length)?;
        let (start, free) = self.free[at];
        if free == length {
            self.free.remove(at);
        } else {
            self.free[at] = (start + length, free - length);
        }
        Some(start)
    }

    /// Gives back what [`Slots::take`] gave.
    pub(super) fn give_back(&mut self, start: u32, length: u32) {
        if length == 0 {
            return;
        }
        let at = self.free.partition_point(|(free, _)| *free < start);
        self.free.insert(at, (start, length));
        self.join(at);
        if at > 0 {
            self.join(at - 1);
        }
    }

    /// Adds places at the end.
    pub(super) fn grow_to(&mut self, capacity: u32) {
        let old = self.capacity;
        if capacity > old {
            self.capacity = capacity;
            self.give_back(old, capacity - old);
        }
    }

    /// Joins a stretch with the next where they touch.
    fn join(&mut self, at: usize) {
        if let [(start, length), (next, next_length), ..] = self.free[at..]
            && start + length == next
        {
            self.free[at] = (start, length + next_length);
            self.free.remove(at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stretches_are_taken_given_back_and_joined() {
        let mut slots = Slots::new(100);
        let a = slots.take(40).unwrap();
        let b = slots.take(40).unwrap();
        assert_eq!(slots.take(40), None);
        slots.grow_to(150);
        let c = slots.take(40).unwrap();
        slots.give_back(a, 40);
        slots.give_back(c, 40);
        slots.give_back(b, 40);
        assert_eq!(slots, Slots::new(150));
        assert_eq!(slots.take(150), Some(0));
    }

    proptest! {
        #[test]
        fn taken_stretches_never_overlap_and_all_comes_back(
            steps in prop::collection::vec((1..40_u32, any::<bool>(), any::<prop::sample::Index>()), 1..200),
        ) {
            let mut slots = Slots::new(256);
            let mut taken: Vec<(u32, u32)> = Vec::new();
            for (length, gives_back, which) in steps {
                if gives_back && !taken.is_empty() {
                    let (start, length) = taken.swap_remove(which.index(taken.len()));
                    slots.give_back(start, length);
                } else if let Some(start) = slots.take(length) {
                    prop_assert!(start + length <= slots.capacity());
                    for (other, other_length) in &taken {
                        prop_assert!(start + length <= *other || other + other_length <= start);
                    }
                    taken.push((start, length));
                }
            }
            for (start, length) in taken {
                slots.give_back(start, length);
            }
            prop_assert_eq!(slots, Slots::new(256));
        }
    }
}
