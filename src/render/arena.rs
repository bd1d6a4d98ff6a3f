//! The vertices of every chunk in sight, on the device.
//!
//! In: chunks as scenes share them. Out: where each chunk's vertices lie in one storage buffer. The one idea: a chunk is
//! known by id and generation, so what is there is not sent again; and of a new generation only the vertices between the
//! first and the last that differ are sent. What a chunk shows is always consistent in itself: origin and vertices change
//! together, whenever its turn comes. A line that is drawn by pixel columns is reduced to them here: its vertices are kept
//! aside and never sent.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::gpu::Gpu;
use super::slots::Slots;
use crate::scene::{Chunk, ChunkId, Vertex};

/// The smallest buffer, in vertices: 1 MiB.
const LEAST_VERTICES: u32 = 1 << 17;
/// Chunks get room in steps of so many vertices, so that a growing one seldom moves.
const ROOM_STEP: u32 = 256;
/// A chunk that no scene has shown for so many frames is forgotten.
const FRAMES_KEPT: u64 = 600;
const VERTEX_BYTES: u64 = size_of::<Vertex>() as u64;

/// A chunk on the device.
#[derive(Debug)]
pub(super) struct Resident {
    /// The content that is there.
    pub(super) chunk: Arc<Chunk>,
    /// Where its first vertex is in the buffer; `None` where its vertices are kept aside.
    pub(super) first: Option<u32>,
    pub(super) shape: Shape,
    room: u32,
    seen_in_frame: u64,
}

/// What is known of a chunk's vertices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Whether horizontal positions never fall: then what is in sight can be found by halving.
    pub(super) is_sorted: bool,
    pub(super) has_gaps: bool,
}

impl Shape {
    fn of(vertices: &[Vertex]) -> Self {
        Self {
            is_sorted: vertices.is_sorted_by(|a, b| a.x <= b.x),
            has_gaps: vertices.iter().any(|vertex| vertex.is_gap()),
        }
    }
}

/// What became of a chunk that a scene shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Residence {
    /// Its newest content is there.
    Current,
    /// Its newest content has to wait; older content may be there.
    Waiting,
    /// It does not fit on this device.
    Refused,
}

/// One storage buffer with all chunks in sight.
#[derive(Debug)]
pub(super) struct Arena {
    buffer: wgpu::Buffer,
    /// Counts the buffers so far: whoever binds it must bind it anew when this changes.
    buffer_number: u64,
    slots: Slots,
    most_vertices: u32,
    residents: HashMap<ChunkId, Resident>,
    frame: u64,
    budget_bytes: u64,
    sent_bytes: u64,
    has_refused: bool,
}

impl Arena {
    pub(super) fn new(gpu: &Gpu) -> Self {
        let most_bytes = gpu
            .summary()
            .max_storage_bytes
            .min(gpu.device().limits().max_buffer_size);
        // Places are counted in 32 bits, and 16 GiB of vertices are enough.
        let most_vertices = u32::try_from(most_bytes / VERTEX_BYTES).unwrap_or(u32::MAX / 2);
        Self {
            buffer: storage_buffer(gpu, LEAST_VERTICES),
            buffer_number: 0,
            slots: Slots::new(LEAST_VERTICES),
            most_vertices,
            residents: HashMap::new(),
            frame: 0,
            budget_bytes: 0,
            sent_bytes: 0,
            has_refused: false,
        }
    }

    pub(super) const fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    pub(super) const fn buffer_number(&self) -> u64 {
        self.buffer_number
    }

    /// Bytes sent since the frame began.
    pub(super) const fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }

    /// Begins a frame that may send about `budget_bytes`, and forgets what was not shown for long.
    pub(super) fn begin_frame(&mut self, budget_bytes: u64) {
        self.frame += 1;
        self.budget_bytes = budget_bytes;
        self.sent_bytes = 0;
        let (frame, slots) = (self.frame, &mut self.slots);
        self.residents.retain(|_, resident| {
            let is_kept = frame - resident.seen_in_frame <= FRAMES_KEPT;
            if !is_kept && let Some(first) = resident.first {
                slots.give_back(first, resident.room);
            }
            is_kept
        });
    }

    /// What is there of a chunk.
    pub(super) fn resident(&self, id: ChunkId) -> Option<&Resident> {
        self.residents.get(&id)
    }

    /// Sees to it that a chunk is on the device, if this frame's budget still allows it.
    ///
    /// The first chunk of a frame is sent whatever its size, so that every chunk gets there in the end. Where `is_needed` says
    /// that a chunk of that shape is drawn without its vertices, it is kept aside.
    pub(super) fn ensure(
        &mut self,
        gpu: &Gpu,
        chunk: &Arc<Chunk>,
        is_needed: impl FnOnce(Shape) -> bool,
    ) -> Residence {
        let frame = self.frame;
        let Ok(count) = u32::try_from(chunk.vertices.len()) else {
            return self.refuse(chunk);
        };
        let known = self.residents.get_mut(&chunk.id).map(|resident| {
            resident.seen_in_frame = frame;
            // A scene that is drawn again after a newer one is drawn as it is: other, not newer, is what counts.
            let is_current = resident.chunk.generation == chunk.generation;
            (
                is_current.then_some(resident.shape),
                resident.first.is_some(),
            )
        });
        let (shape, is_sent) = match known {
            Some((Some(_), true)) => return Residence::Current,
            Some((shape, is_sent)) => (shape, is_sent),
            None => (None, false),
        };
        let shape = shape.unwrap_or_else(|| Shape::of(&chunk.vertices));
        if !is_needed(shape) {
            self.keep_aside(chunk, shape);
            return Residence::Current;
        }
        if !is_sent {
            return self.admit(gpu, chunk, shape, count);
        }
        let Some(resident) = self.residents.get_mut(&chunk.id) else {
            return Residence::Waiting;
        };
        let Some(first) = resident.first.filter(|_| count <= resident.room) else {
            if !self.may_send(u64::from(count) * VERTEX_BYTES) {
                return Residence::Waiting;
            }
            self.forget(chunk.id);
            return self.admit(gpu, chunk, shape, count);
        };
        let changed = changed(&resident.chunk.vertices, &chunk.vertices);
        let bytes = changed.len() as u64 * VERTEX_BYTES;
        if self.sent_bytes > 0 && self.sent_bytes + bytes > self.budget_bytes {
            return Residence::Waiting;
        }
        let at = (u64::from(first) + changed.start as u64) * VERTEX_BYTES;
        resident.shape = shape;
        resident.chunk = Arc::clone(chunk);
        self.send(gpu, at, &chunk.vertices[changed]);
        Residence::Current
    }

    fn may_send(&self, bytes: u64) -> bool {
        self.sent_bytes == 0 || self.sent_bytes + bytes <= self.budget_bytes
    }

    fn keep_aside(&mut self, chunk: &Arc<Chunk>, shape: Shape) {
        self.forget(chunk.id);
        let aside = Resident {
            chunk: Arc::clone(chunk),
            first: None,
            shape,
            room: 0,
            seen_in_frame: self.frame,
        };
        self.residents.insert(chunk.id, aside);
    }

    fn admit(&mut self, gpu: &Gpu, chunk: &Arc<Chunk>, shape: Shape, count: u32) -> Residence {
        if !self.may_send(u64::from(count) * VERTEX_BYTES) {
            return Residence::Waiting;
        }
        let room = room_for(count);
        let Some(first) = self.make_room(gpu, room) else {
            return self.refuse(chunk);
        };
        self.residents.insert(
            chunk.id,
            Resident {
                chunk: Arc::clone(chunk),
                first: Some(first),
                shape,
                room,
                seen_in_frame: self.frame,
            },
        );
        self.send(gpu, u64::from(first) * VERTEX_BYTES, &chunk.vertices);
        Residence::Current
    }

    /// Room for so many vertices: where there is some, else by forgetting what is not in sight, else by growing.
    fn make_room(&mut self, gpu: &Gpu, room: u32) -> Option<u32> {
        if let Some(first) = self.slots.take(room) {
            return Some(first);
        }
        let out_of_sight: Vec<ChunkId> = self
            .residents
            .iter()
            .filter(|(_, resident)| resident.seen_in_frame + 1 < self.frame)
            .map(|(id, _)| *id)
            .collect();
        for id in out_of_sight {
            self.forget(id);
        }
        if let Some(first) = self.slots.take(room) {
            return Some(first);
        }
        let capacity = self.slots.capacity();
        let wanted = capacity.saturating_add(room.max(capacity));
        let grown = wanted.min(self.most_vertices);
        if grown < capacity.saturating_add(room) {
            return None;
        }
        self.grow(gpu, grown);
        self.slots.take(room)
    }

    /// Moves to a longer buffer. The old one lives until the device has done with it.
    fn grow(&mut self, gpu: &Gpu, capacity: u32) {
        let buffer = storage_buffer(gpu, capacity);
        let mut encoder = gpu
            .device()
            .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                label: Some("arena grows"),
            });
        encoder.copy_buffer_to_buffer(&self.buffer, 0, &buffer, 0, self.buffer.size());
        // At once: what is written from now on goes to the new buffer, and must come after this copy.
        gpu.queue().submit([encoder.finish()]);
        self.buffer = buffer;
        self.buffer_number += 1;
        self.slots.grow_to(capacity);
    }

    fn forget(&mut self, id: ChunkId) {
        let gone = self.residents.remove(&id);
        if let Some((first, room)) = gone.and_then(|gone| Some((gone.first?, gone.room))) {
            self.slots.give_back(first, room);
        }
    }

    fn refuse(&mut self, chunk: &Chunk) -> Residence {
        if !self.has_refused {
            self.has_refused = true;
            tracing::warn!(
                vertices = chunk.vertices.len(),
                most = self.most_vertices,
                "more vertices are in sight than the graphics device can hold; some lines are not drawn"
            );
        }
        Residence::Refused
    }

    fn send(&mut self, gpu: &Gpu, at: u64, vertices: &[Vertex]) {
        if vertices.is_empty() {
            return;
        }
        let bytes: &[u8] = bytemuck::cast_slice(vertices);
        gpu.queue().write_buffer(&self.buffer, at, bytes);
        self.sent_bytes += bytes.len() as u64;
    }
}

fn storage_buffer(gpu: &Gpu, vertices: u32) -> wgpu::Buffer {
    gpu.device().create_buffer(&wgpu::BufferDescriptor {
        label: Some("vertices"),
        size: u64::from(vertices) * VERTEX_BYTES,
        usage: wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_DST
            | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
}

/// Room to grow by a quarter without moving.
const fn room_for(count: u32) -> u32 {
    let generous = count.saturating_add(count / 4);
    match generous.checked_next_multiple_of(ROOM_STEP) {
        Some(0) => ROOM_STEP,
        Some(room) => room,
        None => generous,
    }
}

/// From the first to the last vertex that is new; vertices that are only gone need not be sent.
fn changed(old: &[Vertex], new: &[Vertex]) -> Range<usize> {
    let same = |(a, b): &(&Vertex, &Vertex)| bytemuck::bytes_of(*a) == bytemuck::bytes_of(*b);
    let start = old.iter().zip(new).take_while(same).count();
    if old.len() != new.len() {
        return start..new.len();
    }
    let kept = old[start..]
        .iter()
        .rev()
        .zip(new[start..].iter().rev())
        .take_while(same)
        .count();
    start..new.len() - kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vertices(values: &[f32]) -> Vec<Vertex> {
        values
            .iter()
            .enumerate()
            .map(|(x, y)| Vertex { x: x as f32, y: *y })
            .collect()
    }

    fn chunk(id: u64, generation: u64, values: &[f32]) -> Arc<Chunk> {
        Arc::new(Chunk {
            id: ChunkId(id),
            generation,
            origin: [0.0, 0.0],
            vertices: vertices(values),
        })
    }

    fn gpu() -> Gpu {
        Gpu::software().expect("these tests need a software adapter")
    }

    #[test]
    fn only_what_differs_is_sent() {
        let old = vertices(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(changed(&old, &old), 4..4);
        assert_eq!(changed(&old, &vertices(&[1.0, 9.0, 3.0, 4.0])), 1..2);
        assert_eq!(changed(&old, &vertices(&[1.0, 2.0, 3.0, 4.0, 5.0])), 4..5);
        assert_eq!(changed(&old, &vertices(&[1.0, 2.0])), 2..2);
        assert_eq!(changed(&old, &vertices(&[])), 0..0);
        assert_eq!(changed(&[], &old), 0..4);
    }

    #[test]
    fn a_generation_is_sent_once() {
        let gpu = gpu();
        let mut arena = Arena::new(&gpu);
        let line = chunk(1, 1, &[1.0, 2.0, 3.0]);
        arena.begin_frame(1000);
        assert_eq!(arena.ensure(&gpu, &line, |_| true), Residence::Current);
        assert_eq!(arena.sent_bytes(), 24);
        arena.begin_frame(1000);
        assert_eq!(arena.ensure(&gpu, &line, |_| true), Residence::Current);
        assert_eq!(arena.sent_bytes(), 0);
        // One vertex more is one vertex sent, at the same place.
        let first = arena.resident(ChunkId(1)).unwrap().first;
        assert_eq!(
            arena.ensure(&gpu, &chunk(1, 2, &[1.0, 2.0, 3.0, 4.0]), |_| true),
            Residence::Current
        );
        assert_eq!(arena.sent_bytes(), 8);
        let resident = arena.resident(ChunkId(1)).unwrap();
        assert_eq!((resident.first, resident.chunk.generation), (first, 2));
    }

    #[test]
    fn beyond_the_budget_chunks_wait_with_their_old_content() {
        let gpu = gpu();
        let mut arena = Arena::new(&gpu);
        let long = vec![1.0; 100];
        let other = vec![2.0; 100];
        arena.begin_frame(900);
        assert_eq!(
            arena.ensure(&gpu, &chunk(1, 1, &long), |_| true),
            Residence::Current
        );
        assert_eq!(
            arena.ensure(&gpu, &chunk(2, 1, &long), |_| true),
            Residence::Waiting
        );
        assert!(arena.resident(ChunkId(2)).is_none());
        // The first is always sent, even where it alone is over the budget.
        arena.begin_frame(10);
        assert_eq!(
            arena.ensure(&gpu, &chunk(2, 1, &long), |_| true),
            Residence::Current
        );
        assert_eq!(
            arena.ensure(&gpu, &chunk(1, 2, &other), |_| true),
            Residence::Waiting
        );
        assert_eq!(arena.resident(ChunkId(1)).unwrap().chunk.generation, 1);
        arena.begin_frame(10);
        assert_eq!(
            arena.ensure(&gpu, &chunk(1, 2, &other), |_| true),
            Residence::Current
        );
    }

    #[test]
    fn the_buffer_doubles_and_what_is_out_of_sight_makes_room_first() {
        let gpu = gpu();
        let mut arena = Arena::new(&gpu);
        let half = vec![1.0; 100_000];
        arena.begin_frame(u64::MAX);
        assert_eq!(
            arena.ensure(&gpu, &chunk(1, 1, &half), |_| true),
            Residence::Current
        );
        assert_eq!(arena.buffer_number(), 0);
        assert_eq!(
            arena.ensure(&gpu, &chunk(2, 1, &half), |_| true),
            Residence::Current
        );
        assert_eq!(arena.buffer_number(), 1);
        assert_eq!(arena.buffer().size(), 2 << 20);
        // Neither is shown now: a third takes their place.
        for _ in 0..3 {
            arena.begin_frame(u64::MAX);
        }
        assert_eq!(
            arena.ensure(&gpu, &chunk(3, 1, &half), |_| true),
            Residence::Current
        );
        assert_eq!(arena.buffer_number(), 1);
        assert!(arena.resident(ChunkId(1)).is_none());
    }

    #[test]
    fn chunks_that_no_scene_shows_are_forgotten() {
        let gpu = gpu();
        let mut arena = Arena::new(&gpu);
        let (kept, left) = (chunk(1, 1, &[1.0]), chunk(2, 1, &[1.0]));
        arena.begin_frame(1000);
        arena.ensure(&gpu, &kept, |_| true);
        arena.ensure(&gpu, &left, |_| true);
        for _ in 0..=FRAMES_KEPT {
            arena.begin_frame(1000);
            arena.ensure(&gpu, &kept, |_| true);
        }
        assert!(arena.resident(ChunkId(1)).is_some());
        assert!(arena.resident(ChunkId(2)).is_none());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let gpu = gpu();
        let mut arena = Arena::new(&gpu);
        arena.most_vertices = LEAST_VERTICES;
        let (most, little) = (vec![1.0; 100_000], vec![1.0; 60_000]);
        arena.begin_frame(u64::MAX);
        assert_eq!(
            arena.ensure(&gpu, &chunk(1, 1, &most), |_| true),
            Residence::Current
        );
        assert_eq!(
            arena.ensure(&gpu, &chunk(2, 1, &little), |_| true),
            Residence::Refused
        );
        // Not in sight any more: there is room.
        for _ in 0..3 {
            arena.begin_frame(u64::MAX);
        }
        assert_eq!(
            arena.ensure(&gpu, &chunk(2, 1, &little), |_| true),
            Residence::Current
        );
    }

    #[test]
    fn rooms_have_room_to_grow() {
        assert_eq!(room_for(0), ROOM_STEP);
        assert_eq!(room_for(200), ROOM_STEP);
        assert_eq!(room_for(1024), 1280);
        assert!(room_for(u32::MAX) >= u32::MAX - 1);
    }
}
