//! Which graphics adapters there are, and which of them to draw with.
//!
//! In: what wgpu finds on this machine. Out: summaries for people (`doctor`, `list`) and an order of preference. The one
//! idea: a viewer is a guest. An integrated GPU comes before a discrete one, so that the discrete one is left to training;
//! a software adapter comes last.

use wgpu::DeviceType;

/// What a device needs to tell how long a frame takes: to note times, and to note them between a frame's commands.
pub(super) const TIMERS: wgpu::Features =
    wgpu::Features::TIMESTAMP_QUERY.union(wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS);

/// A graphics adapter in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterSummary {
    /// Its name, as the driver gives it.
    pub name: String,
    /// The graphics API it is reached through: `Vulkan`, `Metal`, `Dx12`, `Gl`.
    pub backend: String,
    /// `discrete GPU`, `integrated GPU`, `virtual GPU`, `software` or `other`.
    pub kind: &'static str,
    /// Its driver with version; may be empty.
    pub driver: String,
    /// Whether it draws on the processor.
    pub is_software: bool,
    /// Whether everything is there that drawing needs. Where not, the adapter is never chosen.
    pub can_draw: bool,
    /// Whether it can tell how long it takes (timestamp queries, also between commands).
    pub has_timestamps: bool,
    /// The largest width and height of a texture, in pixels.
    pub max_texture_px: u32,
    /// The largest binding of vertices, in bytes.
    pub max_storage_bytes: u64,
}

impl AdapterSummary {
    pub(super) fn of(adapter: &wgpu::Adapter) -> Self {
        let info = adapter.get_info();
        let limits = adapter.limits();
        let is_software = info.device_type == DeviceType::Cpu || names_a_rasteriser(&info.name);
        Self {
            backend: info.backend.to_string(),
            kind: if is_software {
                "software"
            } else {
                kind(info.device_type)
            },
            driver: [info.driver.as_str(), info.driver_info.as_str()]
                .join(" ")
                .trim()
                .to_owned(),
            is_software,
            can_draw: adapter
                .get_downlevel_capabilities()
                .flags
                .contains(wgpu::DownlevelFlags::VERTEX_STORAGE),
            has_timestamps: adapter.features().contains(TIMERS),
            max_texture_px: limits.max_texture_dimension_2d,
            max_storage_bytes: limits.max_storage_buffer_binding_size,
            name: info.name,
        }
    }
}

/// Every adapter on this machine that wgpu can reach, the preferred first.
///
/// Takes some tens of milliseconds: it loads every driver.
#[must_use]
pub fn adapters() -> Vec<AdapterSummary> {
    let instance = instance(
        wgpu::InstanceDescriptor::new_without_display_handle(),
        wgpu::Backends::all(),
    );
    let mut found: Vec<_> = enumerate(&instance, wgpu::Backends::all())
        .iter()
        .map(|adapter| (preference(adapter.get_info().device_type), adapter))
        .map(|(rank, adapter)| (rank, AdapterSummary::of(adapter)))
        .collect();
    found.sort_by_key(|(rank, summary)| (summary.is_software, *rank));
    found.into_iter().map(|(_, summary)| summary).collect()
}

/// Whether there is an adapter that draws on a GPU.
///
/// Takes as long as [`adapters`].
#[must_use]
pub fn has_gpu() -> bool {
    adapters()
        .iter()
        .any(|adapter| !adapter.is_software && adapter.can_draw)
}

/// An instance for `backends`, narrowed by the environment variable `WGPU_BACKEND`.
pub(super) fn instance(
    descriptor: wgpu::InstanceDescriptor,
    backends: wgpu::Backends,
) -> wgpu::Instance {
    let mut descriptor = descriptor.with_env();
    // The environment may narrow the choice, not widen it: a second try with the other backends follows.
    descriptor.backends &= backends;
    wgpu::Instance::new(descriptor)
}

pub(super) fn enumerate(instance: &wgpu::Instance, backends: wgpu::Backends) -> Vec<wgpu::Adapter> {
    pollster::block_on(instance.enumerate_adapters(backends))
}

/// Lower is better.
pub(super) const fn preference(kind: DeviceType) -> u8 {
    match kind {
        DeviceType::IntegratedGpu => 0,
        DeviceType::DiscreteGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    }
}

const fn kind(device_type: DeviceType) -> &'static str {
    match device_type {
        DeviceType::IntegratedGpu => "integrated GPU",
        DeviceType::DiscreteGpu => "discrete GPU",
        DeviceType::VirtualGpu => "virtual GPU",
        DeviceType::Cpu => "software",
        DeviceType::Other => "other",
    }
}

/// OpenGL does not say that an adapter is software; the name does.
fn names_a_rasteriser(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "llvmpipe",
        "lavapipe",
        "softpipe",
        "swiftshader",
        "basic render",
    ]
    .iter()
    .any(|rasteriser| name.contains(rasteriser))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_keeps_the_discrete_gpu_where_there_is_another() {
        let mut kinds = [
            DeviceType::Cpu,
            DeviceType::Other,
            DeviceType::DiscreteGpu,
            DeviceType::VirtualGpu,
            DeviceType::IntegratedGpu,
        ];
        kinds.sort_by_key(|kind| preference(*kind));
        assert_eq!(
            kinds,
            [
                DeviceType::IntegratedGpu,
                DeviceType::DiscreteGpu,
                DeviceType::VirtualGpu,
                DeviceType::Other,
                DeviceType::Cpu,
            ]
        );
    }

    #[test]
    fn software_is_known_by_its_name() {
        assert!(names_a_rasteriser("llvmpipe (LLVM 15.0.6, 256 bits)"));
        assert!(names_a_rasteriser("Google SwiftShader"));
        assert!(!names_a_rasteriser("NVIDIA GeForce RTX 4090"));
    }
}
