//! winit: events in, actions out.
