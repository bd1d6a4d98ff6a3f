//! What is asked of the refiner beside the scenes of a window: a scene for another viewport, and tables of points.
//!
//! In come orders over a [`Desk`], from any thread; out go answers through channels of their own. The one idea: an order is
//! served by the thread that owns the points, in pieces between two scenes, and leaves the window's viewport as it was.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, unbounded};

use super::store::Store;
use super::table::{Table, TablePart, Turn};
use crate::scene::{Scene, Viewport};

/// How long a figure's scene waits for what is still to be smoothed.
const LONGEST_FIGURE: Duration = Duration::from_secs(2);
/// Parts of a table that may wait for whoever reads them.
const WAITING_PARTS: usize = 4;
/// Until a reader that was too slow is offered the next part again.
const PAUSE: Duration = Duration::from_millis(2);

/// When an order is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At once, with what is known.
    Now,
    /// When nothing more will come.
    Close,
}

/// Where orders are placed. It may be cloned and sent to other threads.
#[derive(Clone, Debug)]
pub struct Desk {
    orders: Sender<Order>,
    bell: Sender<()>,
}

#[derive(Debug)]
struct Order {
    moment: Moment,
    viewport: Viewport,
    wish: Wish,
}

#[derive(Debug)]
enum Wish {
    Scene(Sender<Arc<Scene>>),
    Table(Sender<TablePart>),
}

impl Desk {
    /// One scene as another viewport sees it. The channel is disconnected without one where the refiner has ended.
    #[must_use]
    pub fn scene(&self, viewport: Viewport, moment: Moment) -> Receiver<Arc<Scene>> {
        let (sender, receiver) = bounded(1);
        self.place(moment, viewport, Wish::Scene(sender));
        receiver
    }

    /// Every point of the visible series in their panels' visible horizontal ranges, series by series. It is whole only where
    /// [`TablePart::End`] came.
    #[must_use]
    pub fn table(&self, viewport: Viewport, moment: Moment) -> Receiver<TablePart> {
        let (sender, receiver) = bounded(WAITING_PARTS);
        self.place(moment, viewport, Wish::Table(sender));
        receiver
    }

    fn place(&self, moment: Moment, viewport: Viewport, wish: Wish) {
        // Without a refiner nobody answers, which the receiver tells.
        let _ = self.orders.send(Order {
            moment,
            viewport,
            wish,
        });
        let _ = self.bell.try_send(());
    }
}

/// The refiner's side of a [`Desk`].
#[derive(Debug)]
pub(super) struct Counter {
    orders: Receiver<Order>,
    /// For a moment that has not come.
    early: Vec<Order>,
    tables: VecDeque<Service>,
}

/// A table on its way.
#[derive(Debug)]
struct Service {
    table: Table,
    /// What the reader had no room for.
    held: Option<TablePart>,
    reader: Sender<TablePart>,
}

pub(super) fn desk(bell: Sender<()>) -> (Desk, Counter) {
    let (sender, orders) = unbounded();
    let counter = Counter {
        orders,
        early: Vec::new(),
        tables: VecDeque::new(),
    };
    let desk = Desk {
        orders: sender,
        bell,
    };
    (desk, counter)
}

impl Counter {
    /// Serves what is due, of a table one part. `is_closed` says that nothing more will come.
    pub(super) fn serve(&mut self, store: &mut Store, number: u64, is_closed: bool) {
        self.early.extend(self.orders.try_iter());
        let is_due = |order: &mut Order| order.moment == Moment::Now || is_closed;
        let due: Vec<_> = self.early.extract_if(.., is_due).collect();
        for Order { viewport, wish, .. } in due {
            match wish {
                Wish::Scene(reader) => {
                    // A reader may have gone.
                    let _ = reader.send(Arc::new(store.figure(viewport, number)));
                }
                Wish::Table(reader) => self.tables.push_back(Service {
                    table: store.table(viewport),
                    held: None,
                    reader,
                }),
            }
        }
        if let Some(service) = self.tables.front_mut()
            && service.go_on(store)
        {
            self.tables.pop_front();
        }
    }

    /// How long the refiner may wait before it serves again; `None` with nothing to serve.
    pub(super) fn pause(&self) -> Option<Duration> {
        let first = self.tables.front()?;
        Some(if first.held.is_some() {
            PAUSE
        } else {
            Duration::ZERO
        })
    }
}

impl Service {
    /// Sends the next part, if there is room for it. Tells whether that was the last, or nobody reads any more.
    fn go_on(&mut self, store: &Store) -> bool {
        let held = self.held.take();
        let part = held.map_or_else(|| self.table.next(store), Turn::Part);
        let Turn::Part(part) = part else {
            return false;
        };
        let is_last = matches!(part, TablePart::End);
        match self.reader.try_send(part) {
            Ok(()) => is_last,
            Err(TrySendError::Full(part)) => {
                self.held = Some(part);
                false
            }
            Err(TrySendError::Disconnected(_)) => true,
        }
    }
}

impl Store {
    /// The scene of this moment as another viewport sees it, smoothed as far as a short while allows.
    pub fn figure(&mut self, viewport: Viewport, number: u64) -> Scene {
        let begun = Instant::now();
        let shown = self.viewport().clone();
        self.show(viewport);
        let mut scene = self.scene(number, 0);
        while self.is_smoothing() && begun.elapsed() < LONGEST_FIGURE {
            scene = self.scene(number, 0);
        }
        self.show(shown);
        scene
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Batch, Message, Point, RunId, Series, SeriesId};
    use crate::scene::{PanelId, PanelView};

    fn store() -> Store {
        let mut store = Store::default();
        let mut batch = Batch::new(RunId(0));
        batch.push_message(Message::Declare(SeriesId(0), Series::scalar("loss/train")));
        batch.extend_points((0..100_000).map(|step| Point {
            series: SeriesId(0),
            value: (step % 977) as f32,
            step,
        }));
        store.ingest(&batch);
        store
    }

    fn viewport(width: u32) -> Viewport {
        Viewport {
            panels: vec![PanelView::all(PanelId(0), [width, 300])],
            ..Viewport::default()
        }
    }

    fn vertices(scene: &Scene) -> usize {
        let parts = scene.panels[0].lines[0].parts.iter();
        parts.map(|part| part.chunk.vertices.len()).sum()
    }

    #[test]
    fn a_figure_leaves_the_windows_view_as_it_was() {
        let mut store = store();
        store.show(viewport(800));
        let before = vertices(&store.scene(1, 0));
        let figure = store.figure(viewport(100), 1);
        assert!(vertices(&figure) < before / 3);
        assert_eq!(store.viewport(), &viewport(800));
        assert_eq!(vertices(&store.scene(2, 0)), before);
    }

    #[test]
    fn an_order_for_the_close_waits_for_it_and_a_reader_that_is_gone_costs_nothing() {
        let (bell, _bell) = bounded(1);
        let (desk, mut counter) = desk(bell);
        let mut store = store();
        let last = desk.scene(viewport(10), Moment::Close);
        drop(desk.table(viewport(10), Moment::Now));
        counter.serve(&mut store, 1, false);
        assert!(last.is_empty());
        assert_eq!(counter.pause(), None);
        counter.serve(&mut store, 1, true);
        assert_eq!(last.try_recv().map(|scene| scene.points), Ok(100_000));
        drop(counter);
        assert!(desk.scene(viewport(10), Moment::Now).recv().is_err());
    }

    #[test]
    fn a_slow_reader_gets_every_point_and_holds_nobody_up() {
        let (bell, _bell) = bounded(1);
        let (desk, mut counter) = desk(bell);
        let mut store = store();
        let parts = desk.table(viewport(10), Moment::Now);
        for _ in 0..100 {
            counter.serve(&mut store, 1, false);
        }
        assert_eq!(parts.len(), WAITING_PARTS);
        let mut steps = Vec::new();
        loop {
            match parts.try_recv() {
                Ok(TablePart::Block(block)) => {
                    steps.extend(block.rows.iter().map(|row| row.step));
                }
                Ok(TablePart::End) => break,
                Err(_) => counter.serve(&mut store, 1, false),
            }
        }
        assert!(steps.into_iter().eq(0..100_000));
    }
}
