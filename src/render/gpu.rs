//! The device that everything is drawn with.
//!
//! In: nothing, or a window. Out: a [`Gpu`], which holds the adapter, the device and its queue, and knows whether they
//! still live. The one idea: nothing a driver does may end the program. A lost device and an error that nobody asked for
//! raise a flag and are logged; whoever draws sees the flag and builds a new [`Gpu`].

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use thiserror::Error;
use wgpu::rwh::{HasDisplayHandle, HasWindowHandle};

use super::adapter::{AdapterSummary, TIMERS, enumerate, instance, preference};
use super::threads::{DeviceThreads, ThreadIds, running};

/// Errors are logged this often; after that they are only counted.
const LOGGED_ERRORS: u64 = 10;

/// Why there is no device, or why it did not answer.
#[derive(Clone, Debug, Error)]
pub enum GpuError {
    /// There is no adapter, not even a software one.
    #[error("no graphics adapter was found: {}", driver_advice())]
    NoAdapter,
    /// There are adapters, and none can draw here.
    #[error("none of the graphics adapters can draw here ({}): {}", .found.join(", "), driver_advice())]
    NoFittingAdapter {
        /// Each adapter with what it lacks.
        found: Vec<String>,
    },
    /// The window system gave no surface.
    #[error("the window gives no surface to draw on: {0}")]
    Surface(#[from] wgpu::CreateSurfaceError),
    /// The adapter gave no device.
    #[error("the graphics adapter {adapter} gives no device: {source}")]
    Device {
        /// The adapter's name.
        adapter: String,
        /// What the driver said.
        source: wgpu::RequestDeviceError,
    },
    /// The device was lost: the driver was reset, or the GPU removed.
    #[error("the graphics device was lost: {why}")]
    Lost {
        /// What the driver said.
        why: String,
    },
    /// The GPU did not finish in time.
    #[error("the graphics device did not answer within {} s", .after.as_secs_f32())]
    Timeout {
        /// How long it was waited for.
        after: Duration,
    },
    /// Pixels that were drawn could not be read.
    #[error("the picture could not be read back: {why}")]
    ReadBack {
        /// What the driver said.
        why: String,
    },
}

/// What to install where there is no usable adapter.
const fn driver_advice() -> &'static str {
    if cfg!(target_os = "linux") {
        "install a Vulkan driver (Debian, Ubuntu: mesa-vulkan-drivers, which also draws without a GPU; Fedora: \
         mesa-vulkan-drivers; Arch: vulkan-swrast, or your GPU's vulkan driver)"
    } else {
        "install or update the graphics driver"
    }
}

/// What callbacks of the device tell, from whichever thread.
#[derive(Debug, Default)]
struct Health {
    lost: OnceLock<String>,
    errors: AtomicU64,
}

/// An adapter, a device of our own and its queue. Clones are handles to the same device.
#[derive(Clone)]
pub struct Gpu {
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
    summary: Arc<AdapterSummary>,
    health: Arc<Health>,
    threads: Arc<DeviceThreads>,
}

impl Gpu {
    /// A device for drawing without a window, on the preferred adapter; a software adapter will do.
    ///
    /// # Errors
    ///
    /// When there is no adapter, or it gives no device.
    pub fn headless() -> Result<Self, GpuError> {
        Self::without_surface(|_| true)
    }

    /// A device on the software adapter, for pictures that are the same on every machine.
    ///
    /// # Errors
    ///
    /// When there is no software adapter, or it gives no device.
    pub fn software() -> Result<Self, GpuError> {
        Self::without_surface(|summary| summary.is_software)
    }

    /// A device that can present to `window`, with the window's surface.
    ///
    /// # Errors
    ///
    /// When the window gives no surface, no adapter can present to it, or the adapter gives no device.
    pub fn for_window<W>(window: &Arc<W>) -> Result<(Self, wgpu::Surface<'static>), GpuError>
    where
        W: HasWindowHandle + HasDisplayHandle + Debug + Send + Sync + 'static,
    {
        let mut found = Vec::new();
        let mut surface_error = None;
        for backends in TRIES {
            let before = running();
            let display = Box::new(Arc::clone(window));
            let descriptor = wgpu::InstanceDescriptor::new_with_display_handle(display);
            let instance = instance(descriptor, backends);
            let surface = match instance.create_surface(Arc::clone(window)) {
                Ok(surface) => surface,
                Err(error) => {
                    surface_error = Some(error);
                    continue;
                }
            };
            let adapters = enumerate(&instance, backends);
            let fits = |adapter: &wgpu::Adapter| adapter.is_surface_supported(&surface);
            if let Some(adapter) = choose(adapters, &mut found, |_| true, fits) {
                return Ok((Self::with_adapter(instance, adapter, &before)?, surface));
            }
        }
        match surface_error {
            Some(error) if found.is_empty() => Err(error.into()),
            _ => Err(none_of(found)),
        }
    }

    /// The surface of a further window, for the device that [`Gpu::for_window`] made for the first.
    ///
    /// # Errors
    ///
    /// When the window gives no surface, or the adapter cannot present to it.
    pub fn further_surface<W>(&self, window: &Arc<W>) -> Result<wgpu::Surface<'static>, GpuError>
    where
        W: HasWindowHandle + HasDisplayHandle + Debug + Send + Sync + 'static,
    {
        let surface = self.instance.create_surface(Arc::clone(window))?;
        if self.adapter.is_surface_supported(&surface) {
            Ok(surface)
        } else {
            Err(none_of(vec![format!(
                "{}: cannot present to the window",
                self.summary.name
            )]))
        }
    }

    fn without_surface(wanted: impl Fn(&AdapterSummary) -> bool) -> Result<Self, GpuError> {
        let mut found = Vec::new();
        for backends in TRIES {
            let before = running();
            let descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
            let instance = instance(descriptor, backends);
            let adapters = enumerate(&instance, backends);
            if let Some(adapter) = choose(adapters, &mut found, &wanted, |_| true) {
                return Self::with_adapter(instance, adapter, &before);
            }
        }
        Err(none_of(found))
    }

    /// A device of that adapter; `before` are the threads that ran before it was looked for.
    fn with_adapter(
        instance: wgpu::Instance,
        adapter: wgpu::Adapter,
        before: &ThreadIds,
    ) -> Result<Self, GpuError> {
        let summary = AdapterSummary::of(&adapter);
        let (made, threads) = DeviceThreads::note(before, || {
            pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
                label: Some("emberscope"),
                required_features: adapter.features() & TIMERS,
                required_limits: adapter.limits(),
                experimental_features: wgpu::ExperimentalFeatures::disabled(),
                memory_hints: wgpu::MemoryHints::MemoryUsage,
                trace: wgpu::Trace::Off,
            }))
        });
        let (device, queue) = made.map_err(|source| GpuError::Device {
            adapter: summary.name.clone(),
            source,
        })?;

        let health = Arc::new(Health::default());
        let on_lost = Arc::clone(&health);
        device.set_device_lost_callback(move |reason, message| {
            // A device that is dropped at the end is "destroyed": no news.
            if reason != wgpu::DeviceLostReason::Destroyed {
                tracing::error!(%message, "the graphics device was lost");
            }
            // A second loss tells nothing new.
            let _ = on_lost.lost.set(if message.is_empty() {
                "destroyed".to_owned()
            } else {
                message
            });
        });
        let on_error = Arc::clone(&health);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            if on_error.errors.fetch_add(1, Ordering::Relaxed) < LOGGED_ERRORS {
                tracing::error!(%error, "drawing failed");
            }
        }));
        tracing::debug!(
            adapter = summary.name,
            backend = summary.backend,
            "drawing device made"
        );
        Ok(Self {
            instance,
            adapter,
            device,
            queue,
            summary: Arc::new(summary),
            health,
            threads: Arc::new(threads),
        })
    }

    /// The adapter's name.
    #[must_use]
    pub fn adapter_name(&self) -> &str {
        &self.summary.name
    }

    /// The adapter in words.
    #[must_use]
    pub fn summary(&self) -> &AdapterSummary {
        &self.summary
    }

    /// Whether it draws on the processor, which training wants too.
    #[must_use]
    pub fn is_software(&self) -> bool {
        self.summary.is_software
    }

    /// Why the device is lost, once it is: nothing more will be drawn with it.
    #[must_use]
    pub fn lost(&self) -> Option<&str> {
        self.health.lost.get().map(String::as_str)
    }

    /// Validation and memory errors so far. The first few were logged.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.health.errors.load(Ordering::Relaxed)
    }

    pub(super) const fn adapter(&self) -> &wgpu::Adapter {
        &self.adapter
    }

    /// The device. It is of no use outside this room but to tests that take it away.
    #[must_use]
    pub const fn device(&self) -> &wgpu::Device {
        &self.device
    }

    pub(super) const fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// The threads that came with the device.
    pub(super) fn threads(&self) -> &DeviceThreads {
        &self.threads
    }

    /// Waits until all that was submitted is done. Never called while a window's frame is drawn.
    ///
    /// # Errors
    ///
    /// When it takes longer than `at_most`, or the device is lost.
    pub fn wait(&self, at_most: Duration) -> Result<(), GpuError> {
        let poll = || {
            self.device.poll(wgpu::PollType::Wait {
                submission_index: None,
                timeout: Some(at_most),
            })
        };
        // wgpu 30 panics when the device is lost while it is polled; here a lost device is an error like others.
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Ok(_)) => match self.lost() {
                Some(why) => Err(GpuError::Lost {
                    why: why.to_owned(),
                }),
                None => Ok(()),
            },
            Ok(Err(_)) => Err(GpuError::Timeout { after: at_most }),
            Err(_) => Err(GpuError::Lost {
                why: self.lost().unwrap_or("while waiting for it").to_owned(),
            }),
        }
    }
}

impl Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gpu")
            .field("summary", &self.summary)
            .field("health", &self.health)
            .finish_non_exhaustive()
    }
}

/// OpenGL's libraries take long to load and are needed only where there is nothing better.
const TRIES: [wgpu::Backends; 2] = [wgpu::Backends::PRIMARY, wgpu::Backends::SECONDARY];

/// The preferred adapter of those that fit; why others do not is appended to `rejected`.
fn choose(
    adapters: Vec<wgpu::Adapter>,
    rejected: &mut Vec<String>,
    wanted: impl Fn(&AdapterSummary) -> bool,
    presents: impl Fn(&wgpu::Adapter) -> bool,
) -> Option<wgpu::Adapter> {
    adapters
        .into_iter()
        .filter_map(|adapter| {
            let summary = AdapterSummary::of(&adapter);
            let lacks = if !summary.can_draw {
                "no storage buffers in vertex shaders"
            } else if !presents(&adapter) {
                "cannot present to the window"
            } else if !wanted(&summary) {
                "not a software adapter"
            } else {
                return Some(((summary.is_software, preference_of(&adapter)), adapter));
            };
            rejected.push(format!("{}: {lacks}", summary.name));
            None
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, adapter)| adapter)
}

fn preference_of(adapter: &wgpu::Adapter) -> u8 {
    preference(adapter.get_info().device_type)
}

fn none_of(found: Vec<String>) -> GpuError {
    if found.is_empty() {
        GpuError::NoAdapter
    } else {
        GpuError::NoFittingAdapter { found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_what_to_install() {
        let none = none_of(Vec::new()).to_string();
        assert!(none.contains("install"), "{none}");
        let some = none_of(vec!["old card: no storage buffers".to_owned()]).to_string();
        assert!(
            some.contains("old card: no storage buffers") && some.contains("install"),
            "{some}"
        );
    }

    #[test]
    fn a_device_that_is_taken_away_is_reported_and_waiting_for_it_ends() {
        let gpu = Gpu::software().expect("these tests need a software adapter");
        assert_eq!(gpu.lost(), None);
        gpu.wait(Duration::from_secs(10)).expect("nothing to do");
        gpu.device().destroy();
        assert!(gpu.wait(Duration::from_secs(10)).is_err());
        assert!(gpu.lost().is_some());
    }
}
