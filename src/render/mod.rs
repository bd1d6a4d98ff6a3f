//! The only room that owns wgpu objects.
