//! Drawing: the only room that owns wgpu objects.
//!
//! In: what egui wants painted ([`Chrome`]), [`crate::scene::Scene`]s, and the places their panels have. Out: pictures, in
//! a window or in memory ([`Target`]), with a report of what each cost. The one idea: chrome is painted seldom, into a
//! texture that stands; data is drawn often, by pipelines of our own, only where it has news; what lies over the data is
//! painted last.
//!
//! From the device up: [`Gpu`] (adapter, device, whether they live), `threads` and [`ProcessorClock`] (which threads draw for
//! it, and how long they ran), [`Target`] (a surface or an offscreen texture), `canvas` (the layers that persist), `painter`,
//! `damage` and `solid` (egui's shapes, painted where they changed), `arena` and `slots` (vertices on the device), `plot` and
//! `columns` (arithmetic from bounds to pixels), `news` (what is to be drawn again), `data` (the pipelines), [`Renderer`]
//! (frames).

mod adapter;
mod arena;
mod canvas;
mod columns;
mod damage;
mod data;
mod gpu;
mod news;
mod painter;
mod picture;
mod plot;
mod processor_time;
mod px_rect;
mod renderer;
mod shaders;
mod slots;
mod solid;
mod target;
mod threads;
mod timer;

pub use adapter::{AdapterSummary, adapters, has_gpu};
pub use gpu::{Gpu, GpuError};
// How lines are drawn, for whoever draws the same in another way.
pub(crate) use news::{layer, strength};
pub use painter::Chrome;
pub use picture::{Picture, PictureError};
pub(crate) use plot::{FAINT, GAP_MARK, LONE_POINT, REACH, RING};
pub use processor_time::{ProcessorClock, ProcessorTime};
pub use renderer::{ChromeReport, FrameReport, Renderer};
pub use target::{Pace, Skip, SurfaceSummary, Target};
pub use timer::GpuTime;
