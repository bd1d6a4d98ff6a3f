//! How long the GPU takes, told frames later.
//!
//! In: command encoders. Out: microseconds of work that was submitted earlier. The one idea: nothing is waited for. The
//! device notes two times around the work, and they are read when they have arrived by themselves; where it cannot note
//! times, nothing is told.

use wgpu_profiler::{GpuProfiler, GpuProfilerQuery, GpuProfilerSettings, GpuTimerQueryResult};

use super::gpu::Gpu;

/// The GPU's work for one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GpuTime {
    /// The frame, as [`super::FrameReport::frame`] counts them.
    pub frame: u64,
    /// From the beginning of its work to the end, in microseconds.
    pub time_us: f64,
}

/// Times what is submitted.
pub(super) struct Timer {
    profiler: Option<GpuProfiler>,
    newest: Option<GpuTime>,
}

impl Timer {
    pub(super) fn new(gpu: &Gpu) -> Self {
        let needed =
            wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS;
        let settings = GpuProfilerSettings {
            enable_timer_queries: true,
            enable_debug_groups: false,
            max_num_pending_frames: 4,
        };
        let profiler = gpu
            .device()
            .features()
            .contains(needed)
            .then(|| GpuProfiler::new(gpu.device(), settings))
            .and_then(|profiler| {
                profiler
                    .inspect_err(|error| tracing::debug!(%error, "the GPU's time is not told"))
                    .ok()
            });
        Self {
            profiler,
            newest: None,
        }
    }

    /// Notes the time before a frame's commands.
    pub(super) fn begin(
        &self,
        frame: u64,
        encoder: &mut wgpu::CommandEncoder,
    ) -> Option<GpuProfilerQuery> {
        let profiler = self.profiler.as_ref()?;
        Some(profiler.begin_query(frame.to_string(), encoder))
    }

    /// Notes the time after them.
    pub(super) fn end(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        query: Option<GpuProfilerQuery>,
    ) {
        if let (Some(profiler), Some(query)) = (&mut self.profiler, query) {
            profiler.end_query(encoder, query);
            profiler.resolve_queries(encoder);
        }
    }

    /// After the frame was submitted: takes what has arrived of earlier ones.
    pub(super) fn end_frame(&mut self, gpu: &Gpu) {
        let Some(profiler) = &mut self.profiler else {
            return;
        };
        if let Err(error) = profiler.end_frame() {
            tracing::debug!(%error, "the GPU's time is not told any more");
            self.profiler = None;
            return;
        }
        let period_ns = gpu.queue().get_timestamp_period();
        while let Some(results) = profiler.process_finished_frame(period_ns) {
            self.newest = results.first().and_then(time).or(self.newest);
        }
    }

    /// The newest that has arrived since it was last taken.
    pub(super) fn take(&mut self) -> Option<GpuTime> {
        self.newest.take()
    }
}

fn time(result: &GpuTimerQueryResult) -> Option<GpuTime> {
    let span = result.time.as_ref()?;
    Some(GpuTime {
        frame: result.label.parse().ok()?,
        time_us: (span.end - span.start) * 1e6,
    })
}
