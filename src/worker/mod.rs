//! The only room that imports burn.
