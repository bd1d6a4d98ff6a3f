//! Which of burn's backends trains, and opening it.
//!
//! In: what was asked for and whether the machine has a GPU (who draws knows that already). Out: a device, or an error that
//! says what to do. burn panics on a missing driver in some backends, so each is asked whether it has a device first.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use burn::tensor::wgpu::{WgpuBackend, WgpuInitError};
use burn::tensor::{Device, DeviceKind};

use super::transfer::panic_text;

/// The variable by which burn's wgpu backend is told an adapter.
const ADAPTER_VARIABLE: &str = "CUBECL_WGPU_DEFAULT_DEVICE";

/// What computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// burn's own CPU backend: always there.
    Flex,
    /// Any GPU by whatever graphics API the system has, with shaders in WGSL.
    Wgpu,
    /// A GPU by Vulkan, with shaders in SPIR-V.
    Vulkan,
    /// Apple's GPUs by Metal, with shaders in MSL.
    Metal,
    /// NVIDIA's GPUs by CUDA.
    Cuda,
    /// AMD's GPUs by ROCm.
    Rocm,
}

/// Why a backend cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// There is no backend of that name.
    #[error("there is no backend `{0}`: choose one of {list}", list = names(&Backend::ALL))]
    Unknown(String),
    /// The program was built without it.
    #[error(
        "this build has no backend `{0}`: build it with `cargo build --release --features {0}`, or choose one of {list}",
        list = names(&Backend::compiled())
    )]
    NotCompiled(Backend),
    /// The machine has nothing it could run on.
    #[error("no device for the backend `{backend}`: {fix}, or train on the CPU with `--backend flex` ({reason})", fix = .backend.fix())]
    NoDevice {
        /// The backend.
        backend: Backend,
        /// What the backend says.
        reason: String,
    },
    /// There is a device, and it could not be opened.
    #[error("the backend `{backend}` cannot open its device: {reason}")]
    Open {
        /// The backend.
        backend: Backend,
        /// What the backend says.
        reason: String,
    },
}

fn names(backends: &[Backend]) -> String {
    let names: Vec<&str> = backends.iter().map(|backend| backend.name()).collect();
    names.join(", ")
}

impl Backend {
    /// All there are, compiled in or not.
    pub const ALL: [Self; 6] = [
        Self::Flex,
        Self::Wgpu,
        Self::Vulkan,
        Self::Metal,
        Self::Cuda,
        Self::Rocm,
    ];

    /// Its name on the command line; the same as the cargo feature that brings it, where it needs one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flex => "flex",
            Self::Wgpu => "wgpu",
            Self::Vulkan => "vulkan",
            Self::Metal => "metal",
            Self::Cuda => "cuda",
            Self::Rocm => "rocm",
        }
    }

    /// Where it computes, in a few words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Flex => "the CPU",
            Self::Wgpu => "any GPU, by the system's graphics API",
            Self::Vulkan => "a GPU by Vulkan (SPIR-V)",
            Self::Metal => "Apple's GPUs by Metal (MSL)",
            Self::Cuda => "NVIDIA's GPUs by CUDA",
            Self::Rocm => "AMD's GPUs by ROCm",
        }
    }

    /// Whether this build has it.
    #[must_use]
    pub const fn is_compiled(self) -> bool {
        match self {
            Self::Flex | Self::Wgpu => true,
            Self::Vulkan => cfg!(feature = "vulkan"),
            Self::Metal => cfg!(feature = "metal"),
            Self::Cuda => cfg!(feature = "cuda"),
            Self::Rocm => cfg!(feature = "rocm"),
        }
    }

    /// Those this build has.
    #[must_use]
    pub fn compiled() -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|backend| backend.is_compiled())
            .collect()
    }

    /// What to do where it has no device.
    const fn fix(self) -> &'static str {
        match self {
            Self::Flex => "nothing is needed",
            Self::Wgpu | Self::Vulkan => {
                "install a Vulkan driver (Debian, Ubuntu and Fedora: mesa-vulkan-drivers; NVIDIA: its own driver)"
            }
            Self::Metal => "Metal needs macOS",
            Self::Cuda => "install the NVIDIA driver and the CUDA toolkit",
            Self::Rocm => "install ROCm with HIP",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Backend {
    type Err = BackendError;

    fn from_str(text: &str) -> Result<Self, BackendError> {
        Self::ALL
            .into_iter()
            .find(|backend| backend.name() == text)
            .ok_or_else(|| BackendError::Unknown(text.to_owned()))
    }
}

/// What trains, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The backend.
    pub backend: Backend,
    /// Whether it was asked for by name: if it fails, so does the run.
    pub is_asked: bool,
    /// Whether the machine has a GPU that is more than a software adapter.
    pub has_gpu: bool,
}

impl Choice {
    /// The backend asked for; else one that uses the GPU, if there is one; else the CPU's.
    ///
    /// # Errors
    /// [`BackendError::NotCompiled`] if this build lacks the one asked for.
    pub fn new(asked: Option<Backend>, has_gpu: bool) -> Result<Self, BackendError> {
        let choice = |backend, is_asked| Self {
            backend,
            is_asked,
            has_gpu,
        };
        match asked {
            Some(backend) if backend.is_compiled() => Ok(choice(backend, true)),
            Some(backend) => Err(BackendError::NotCompiled(backend)),
            None if has_gpu => Ok(choice(default_on_gpu(), false)),
            None => Ok(choice(Backend::Flex, false)),
        }
    }

    /// What a person should know of the choice, in one line.
    #[must_use]
    pub fn note(&self) -> Option<&'static str> {
        (!self.is_asked && self.backend == Backend::Flex)
            .then_some("no GPU found: training on the CPU (flex)")
    }

    /// Opens the device, or finds it open. The first time takes as long as a driver takes: best where nobody waits for it.
    ///
    /// # Errors
    /// [`BackendError`] if there is no device, or it cannot be opened.
    pub fn open(&self) -> Result<OpenDevice, BackendError> {
        let (device, api) = match self.backend {
            Backend::Flex => (Device::flex(), String::new()),
            Backend::Wgpu => open_wgpu(self.backend, WgpuBackend::Auto, self.has_gpu)?,
            Backend::Vulkan => open_wgpu(self.backend, WgpuBackend::Vulkan, self.has_gpu)?,
            Backend::Metal => open_wgpu(self.backend, WgpuBackend::Metal, self.has_gpu)?,
            Backend::Cuda => (native::cuda()?, String::new()),
            Backend::Rocm => (native::rocm()?, String::new()),
        };
        let name = name_of(&device).map_err(|reason| BackendError::Open {
            backend: self.backend,
            reason,
        })?;
        Ok(OpenDevice {
            device,
            backend: self.backend,
            api,
            name,
        })
    }
}

/// The best of the compiled backends that may use this machine's GPU.
fn default_on_gpu() -> Backend {
    // A build with one of these was made for that hardware; it is asked for nothing but its devices.
    if native::has_cuda() {
        Backend::Cuda
    } else if native::has_rocm() {
        Backend::Rocm
    } else if cfg!(feature = "metal") && cfg!(target_os = "macos") {
        Backend::Metal
    } else if cfg!(feature = "vulkan") && !cfg!(target_os = "macos") {
        Backend::Vulkan
    } else {
        Backend::Wgpu
    }
}

/// A device that is ready to train on.
#[derive(Clone, Debug)]
pub struct OpenDevice {
    /// The device, without autodiff.
    pub(super) device: Device,
    /// The backend it belongs to.
    pub backend: Backend,
    /// The graphics API behind it, as wgpu names it; empty where there is none.
    pub api: String,
    /// The device, as it names itself.
    pub name: String,
}

impl OpenDevice {
    /// burn's handle of the device, without autodiff.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The backend in a few words: `burn wgpu / vulkan`.
    #[must_use]
    pub fn label(&self) -> String {
        if self.api.is_empty() || self.api == self.backend.name() {
            format!("burn {}", self.backend)
        } else {
            format!("burn {} / {}", self.backend, self.api)
        }
    }
}

/// The wgpu devices this process has opened, with their graphics APIs: burn opens each only once.
static OPEN: Mutex<Vec<(Backend, DeviceKind, Device, String)>> = Mutex::new(Vec::new());

/// Opens a wgpu device, or finds it opened, and tells its graphics API.
///
/// burn's default adapter is never a software one, so where there is no GPU the CPU adapter is asked for by kind; a choice
/// made by `CUBECL_WGPU_DEFAULT_DEVICE` stands.
fn open_wgpu(
    backend: Backend,
    api: WgpuBackend,
    has_gpu: bool,
) -> Result<(Device, String), BackendError> {
    let is_told = std::env::var_os(ADAPTER_VARIABLE).is_some();
    let kind = if has_gpu || is_told {
        DeviceKind::DefaultDevice
    } else {
        DeviceKind::Cpu
    };
    let mut all_open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = all_open
        .iter()
        .find(|(known, known_kind, ..)| (*known, known_kind) == (backend, &kind));
    if let Some((_, _, device, api)) = known {
        return Ok((device.clone(), api.clone()));
    }
    let opened = Device::wgpu_options()
        .device_kind(kind.clone())
        .graphics_api(api)
        .init_with_setup();
    match opened {
        Ok((device, setup)) => {
            let api = setup.backend.to_string();
            all_open.push((backend, kind, device.clone(), api.clone()));
            Ok((device, api))
        }
        // Somebody else in this process has opened it: the same selector reaches the same device.
        Err(WgpuInitError::Registration { .. }) => Ok((registered(kind, api), String::new())),
        Err(WgpuInitError::AdapterUnavailable { message, .. }) => Err(BackendError::NoDevice {
            backend,
            reason: message,
        }),
        Err(error @ WgpuInitError::UnsupportedGraphicsApi { .. }) => Err(BackendError::NoDevice {
            backend,
            reason: error.to_string(),
        }),
        Err(error) => Err(BackendError::Open {
            backend,
            reason: error.to_string(),
        }),
    }
}

/// The wgpu device that was opened earlier by the same selector.
fn registered(kind: DeviceKind, api: WgpuBackend) -> Device {
    match api {
        #[cfg(feature = "vulkan")]
        WgpuBackend::Vulkan => Device::vulkan(kind),
        #[cfg(feature = "metal")]
        WgpuBackend::Metal => Device::metal(kind),
        _ => Device::wgpu(kind),
    }
}

/// The device's name. Opens it where that was not done yet, which panics in some backends where it fails.
fn name_of(device: &Device) -> Result<String, String> {
    let identity = catch_unwind(AssertUnwindSafe(|| device.identity()))
        .map_err(|payload| panic_text(&*payload))?;
    Ok(identity.map_or_else(cpu_name, |identity| identity.name))
}

/// The CPU, by the number of threads burn may use.
fn cpu_name() -> String {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let s = if threads == 1 { "" } else { "s" };
    format!("CPU, {threads} thread{s}")
}

/// The backends that speak to a vendor's own driver. Asking them for their devices loads that driver, and tells of no devices
/// where it is missing; opening one would panic.
mod native {
    #[cfg(any(feature = "cuda", feature = "rocm"))]
    use burn::tensor::DeviceType;

    use super::{Backend, BackendError, Device};

    fn missing(backend: Backend) -> BackendError {
        if backend.is_compiled() {
            BackendError::NoDevice {
                backend,
                reason: "its driver tells of no devices".to_owned(),
            }
        } else {
            BackendError::NotCompiled(backend)
        }
    }

    fn first(devices: Vec<Device>, backend: Backend) -> Result<Device, BackendError> {
        devices.into_iter().next().ok_or_else(|| missing(backend))
    }

    fn cuda_devices() -> Vec<Device> {
        #[cfg(feature = "cuda")]
        return Device::enumerate(DeviceType::Cuda).into_vec();
        #[cfg(not(feature = "cuda"))]
        Vec::new()
    }

    fn rocm_devices() -> Vec<Device> {
        #[cfg(feature = "rocm")]
        return Device::enumerate(DeviceType::Rocm).into_vec();
        #[cfg(not(feature = "rocm"))]
        Vec::new()
    }

    pub(super) fn has_cuda() -> bool {
        !cuda_devices().is_empty()
    }

    pub(super) fn has_rocm() -> bool {
        !rocm_devices().is_empty()
    }

    pub(super) fn cuda() -> Result<Device, BackendError> {
        first(cuda_devices(), Backend::Cuda)
    }

    pub(super) fn rocm() -> Result<Device, BackendError> {
        first(rocm_devices(), Backend::Rocm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for backend in Backend::ALL {
            assert_eq!(
                backend.to_string().parse::<Backend>().expect("a name"),
                backend
            );
        }
        let error = "tpu".parse::<Backend>().expect_err("no such backend");
        assert_eq!(
            error.to_string(),
            "there is no backend `tpu`: choose one of flex, wgpu, vulkan, metal, cuda, rocm"
        );
    }

    #[test]
    fn without_a_gpu_the_cpu_trains_and_says_so() {
        let choice = Choice::new(None, false).expect("flex is always there");
        assert_eq!(choice.backend, Backend::Flex);
        assert_eq!(
            choice.note(),
            Some("no GPU found: training on the CPU (flex)")
        );
        let device = choice.open().expect("flex opens");
        assert_eq!(device.label(), "burn flex");
        assert!(device.name.starts_with("CPU, "), "{}", device.name);
    }

    #[test]
    fn with_a_gpu_the_cpu_trains_only_if_asked_to() {
        let choice = Choice::new(None, true).expect("a backend for GPUs is always there");
        assert_ne!(choice.backend, Backend::Flex);
        assert_eq!(choice.note(), None);
        let choice = Choice::new(Some(Backend::Flex), true).expect("flex is always there");
        assert_eq!(choice.backend, Backend::Flex);
        assert_eq!(choice.note(), None);
    }

    #[test]
    fn a_backend_that_is_not_compiled_in_names_its_feature() {
        for backend in Backend::ALL {
            match Choice::new(Some(backend), true) {
                Ok(choice) => assert!(backend.is_compiled() && choice.is_asked),
                Err(error) => {
                    assert!(!backend.is_compiled());
                    let text = error.to_string();
                    assert!(text.contains(&format!("--features {backend}")), "{text}");
                    assert!(text.contains("choose one of flex, wgpu"), "{text}");
                }
            }
        }
    }

    /// Whether or not the machine has an adapter: a device twice, or an error that says what to install.
    #[test]
    fn wgpu_opens_twice_or_says_what_to_install() {
        let choice = Choice::new(Some(Backend::Wgpu), false).expect("wgpu is always compiled in");
        match (choice.open(), choice.open()) {
            (Ok(first), Ok(second)) => {
                assert_eq!(first.device, second.device);
                assert_eq!((&first.name, first.label()), (&second.name, second.label()));
                assert!(!first.name.is_empty());
            }
            (Err(error @ BackendError::NoDevice { .. }), Err(_)) => {
                assert!(
                    error.to_string().contains("install a Vulkan driver"),
                    "{error}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}
