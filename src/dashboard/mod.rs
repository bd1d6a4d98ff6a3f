//! egui only: a scene and a person's input become shapes, plot rectangles and actions.
