//! Messages to scenes.
