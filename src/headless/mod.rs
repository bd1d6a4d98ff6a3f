//! The other driver: the same dashboard offscreen, snapshots and terminal progress.
