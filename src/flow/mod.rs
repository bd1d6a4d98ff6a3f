//! How messages travel: from the probes that producers hold, through the courier, to whoever listens.
//!
//! ```text
//!  Probe ─ring─┐                    ┌─▶ Inlet (refiner)
//!  Probe ─ring─┼─▶ courier thread ──┤   Arc<Batch>, bounded
//!  Probe ─ring─┘   (Hub)            └─▶ Inlet (recorder)
//! ```
//!
//! A [`Probe`] writes into a ring of its own and never waits. The courier empties the rings every few milliseconds, packs
//! what it finds into one batch and hands the same `Arc` to every [`Inlet`]. The way back is [`Control`] (to the worker) and
//! [`Mailbox`] (to the window, with a [`Wake`]).

mod control;
mod courier;
mod declared;
mod inlet;
mod joint;
mod lane;
mod mailbox;
mod panic;
mod phase;
mod probe;
mod scope;
mod text;

pub use control::Control;
pub use courier::{Hub, HubError};
pub use inlet::{Inlet, Junction, Overflow, Received, Source};
#[cfg_attr(
    not(feature = "train"),
    allow(unused_imports, reason = "only the worker trains by several parts")
)]
pub(crate) use joint::Joint;
pub use mailbox::{Mailbox, Wake};
pub(crate) use panic::panic_message;
pub use phase::Phase;
pub use probe::Probe;
pub use scope::{Scope, WorkError};
pub use text::TextSink;
