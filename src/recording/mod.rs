//! Run directories: what a run said, on disk.
