//! How long the GPU takes, told frames later.
//!
//! In: command encoders. Out: microseconds of work that was submitted earlier. The one idea: nothing is waited for. The
//! device notes two times around the work, and they are read when they have arrived by themselves; where it cannot note
//! times, nothing is told.

use std::collections::VecDeque;

use wgpu_profiler::{GpuProfiler, GpuProfilerQuery, GpuProfilerSettings, GpuTimerQueryResult};

use super::adapter::TIMERS;
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
    /// What has arrived and was not taken yet, oldest first: no more than the profiler lets wait.
    arrived: VecDeque<GpuTime>,
}

impl Timer {
    pub(super) fn new(gpu: &Gpu) -> Self {
        let settings = GpuProfilerSettings {
            enable_timer_queries: true,
            enable_debug_groups: false,
            max_num_pending_frames: 4,
        };
        let profiler = gpu
            .device()
            .features()
            .contains(TIMERS)
            .then(|| GpuProfiler::new(gpu.device(), settings))
            .and_then(|profiler| {
                profiler
                    .inspect_err(|error| tracing::debug!(%error, "the GPU's time is not told"))
                    .ok()
            });
        Self {
            profiler,
            arrived: VecDeque::new(),
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
            self.arrived.extend(results.first().and_then(time));
        }
    }

    /// The oldest that has arrived and was not taken yet. To take one a frame is enough: a frame gives no more than one.
    pub(super) fn take(&mut self) -> Option<GpuTime> {
        self.arrived.pop_front()
    }
}

fn time(result: &GpuTimerQueryResult) -> Option<GpuTime> {
    let span = result.time.as_ref()?;
    Some(GpuTime {
        frame: result.label.parse().ok()?,
        time_us: (span.end - span.start) * 1e6,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_that_arrive_together_are_told_one_after_another() {
        let gpu = Gpu::software().expect("these tests need a software adapter");
        let mut timer = Timer::new(&gpu);
        let mut submit = |frame| {
            let mut encoder = gpu
                .device()
                .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let query = timer.begin(frame, &mut encoder);
            timer.end(&mut encoder, query);
            gpu.queue().submit([encoder.finish()]);
            timer.end_frame(&gpu);
        };
        for frame in 1..=3 {
            submit(frame);
        }
        gpu.wait(Duration::from_secs(60)).expect("it is done");
        submit(4);
        let mut told: Vec<u64> = std::iter::from_fn(|| timer.take())
            .map(|time| time.frame)
            .collect();
        // The last one may have arrived already.
        told.truncate(3);
        let expected: &[u64] = if gpu.summary().has_timestamps {
            &[1, 2, 3]
        } else {
            &[]
        };
        assert_eq!(told, expected);
    }
}
