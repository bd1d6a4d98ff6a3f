//! How many bytes of bulk values may be alive at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::BulkError;

/// A limit for the bytes of bulk values that are alive, wherever they are held. Clones count together.
#[derive(Clone, Debug)]
pub struct BulkBudget {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limit: usize,
    live: AtomicUsize,
}

impl BulkBudget {
    /// What a budget is unless somebody says otherwise: 256 MiB.
    pub const USUAL_BYTES: usize = 256 << 20;

    /// A budget of that many bytes; of 0 nothing is kept.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                limit: bytes,
                live: AtomicUsize::new(0),
            }),
        }
    }

    /// How many bytes may be alive at once.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.shared.limit
    }

    /// The most that is kept to be looked at: half of it. The other half is for what is on its way, and the most that one value
    /// may take is as much.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.limit() / 2
    }

    /// How many bytes are alive.
    #[must_use]
    pub fn live_bytes(&self) -> usize {
        self.shared.live.load(Ordering::Relaxed)
    }

    /// A place for that many bytes.
    pub(super) fn claim(&self, bytes: usize) -> Result<Claim, BulkError> {
        let limit = self.limit();
        if bytes > self.kept() {
            return Err(BulkError::TooLarge {
                bytes,
                budget: limit,
            });
        }
        let with_it = |live: usize| live.checked_add(bytes).filter(|sum| *sum <= limit);
        self.shared
            .live
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, with_it)
            .map_err(|_live| BulkError::Full {
                bytes,
                budget: limit,
            })?;
        Ok(Claim {
            budget: self.clone(),
            bytes,
        })
    }
}

impl Default for BulkBudget {
    fn default() -> Self {
        Self::new(Self::USUAL_BYTES)
    }
}

/// A place in a budget, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    budget: BulkBudget,
    bytes: usize,
}

impl Claim {
    pub(super) const fn budget(&self) -> &BulkBudget {
        &self.budget
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.budget
            .shared
            .live
            .fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
