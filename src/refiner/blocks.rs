//! A list that only grows, in blocks: nothing is moved when it does, and little is held in reserve.
//!
//! A `Vec` of 10⁸ numbers holds room for up to as many more, and copies them all when that room is used up. Here a block
//! that is full stays where it is for good.

use std::ops::Range;

/// Elements a block: a power of the pyramid's fan-out, so that what is summed up together lies together.
const BLOCK: usize = 1 << 14;

/// A list in blocks of [`BLOCK`].
#[derive(Clone, Debug)]
pub(super) struct Blocks<T> {
    /// All but the last are full.
    blocks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Copy> Blocks<T> {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, value: T) {
        self.len += 1;
        if let Some(last) = self.blocks.last_mut()
            && last.len() < BLOCK
        {
            last.push(value);
            return;
        }
        // The first grows as a `Vec` does: most series are short.
        let mut block = Vec::with_capacity(if self.blocks.is_empty() { 0 } else { BLOCK });
        block.push(value);
        self.blocks.push(block);
    }

    /// # Panics
    /// If there is no such element.
    pub(super) fn at(&self, index: usize) -> T {
        self.blocks[index / BLOCK][index % BLOCK]
    }

    /// The newest `count`, which lie in one block: `count` divides its length and that of the list.
    pub(super) fn newest(&self, count: usize) -> &[T] {
        let block = self.blocks.last().map_or(&[][..], Vec::as_slice);
        &block[block.len() - count..]
    }

    /// A range as it lies in memory, in order.
    pub(super) fn slices(&self, range: Range<usize>) -> impl Iterator<Item = &[T]> {
        let Range { mut start, end } = range;
        std::iter::from_fn(move || {
            (start < end).then(|| {
                let first = start % BLOCK;
                let count = (BLOCK - first).min(end - start);
                let slice = &self.blocks[start / BLOCK][first..first + count];
                start += count;
                slice
            })
        })
    }

    /// Leaves the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        self.blocks.truncate(self.len.div_ceil(BLOCK));
        if let Some(last) = self.blocks.last_mut() {
            last.truncate(self.len - (self.len - 1) / BLOCK * BLOCK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list() {
        let mut blocks = Blocks::default();
        let count = 2 * BLOCK + 5;
        for value in 0..count {
            blocks.push(value);
            assert_eq!(blocks.at(value), value);
        }
        assert_eq!(blocks.len(), count);
        for range in [0..0, 0..count, BLOCK - 1..BLOCK + 1, 7..8, BLOCK..2 * BLOCK] {
            let listed: Vec<_> = blocks.slices(range.clone()).flatten().copied().collect();
            assert!(listed.into_iter().eq(range));
        }
        for len in [count, 2 * BLOCK + 1, 2 * BLOCK, BLOCK + 16, 16, 0, 9] {
            blocks.truncate(len);
            assert_eq!(blocks.len(), len.min(blocks.len()));
            assert_eq!(
                blocks.blocks.iter().map(Vec::len).sum::<usize>(),
                blocks.len()
            );
        }
        assert_eq!(blocks.len(), 0);
        for value in 0..32 {
            blocks.push(value);
        }
        assert!(blocks.newest(16).iter().copied().eq(16..32));
    }
}
