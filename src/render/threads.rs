//! The threads that came with a device.
//!
//! In: what makes a device. Out: the threads that rasterise for it, and not those that rasterise for another device of this
//! process: training may have one. The one idea: Linux does not tell which thread made another; but Mesa's software
//! rasteriser makes its threads while its device is made, so what was not there before belongs to the device. Another's
//! that come in that very moment would be taken for the device's: drawing would seem to cost more than it does, and be done
//! more seldom.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How the rasteriser names its threads.
const RASTERISER: [&str; 2] = ["llvmpipe", "lvp"];

/// One device of this process is made at a time, so that none takes another's threads for its own.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Makes a device while no other of ours is made.
fn alone<T>(make: impl FnOnce() -> T) -> T {
    // Nothing stands behind the lock that a panic could have left half done.
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    make()
}

/// Threads of this process, by the kernel's numbers.
pub(super) type ThreadIds = BTreeSet<u32>;

/// The threads that came while a device was made.
#[derive(Debug)]
pub(super) struct DeviceThreads {
    /// Since its adapter was looked for: OpenGL's rasteriser comes with the adapter.
    with_adapter: ThreadIds,
    /// Since the adapter was asked for it: Vulkan's comes with the device.
    with_device: ThreadIds,
}

impl DeviceThreads {
    /// Makes a device, and notes the threads that come meanwhile. `before` are those that ran before its adapter was looked
    /// for.
    pub(super) fn note<T>(before: &ThreadIds, make: impl FnOnce() -> T) -> (T, Self) {
        let (just_before, made, after) = alone(|| (running(), make(), running()));
        let threads = Self {
            with_adapter: &after - before,
            with_device: &after - &just_before,
        };
        (made, threads)
    }

    /// Those that rasterise for the device. A thread that has only just begun may not have its name yet, and is not found.
    pub(super) fn rasteriser(&self) -> ThreadIds {
        self.own(&rasterising())
    }

    /// The device's, of all that rasterise. Where none came with it all count: to draw too seldom is better than too often.
    fn own(&self, all: &ThreadIds) -> ThreadIds {
        [&self.with_device, &self.with_adapter]
            .into_iter()
            .map(|came| came & all)
            .find(|own| !own.is_empty())
            .unwrap_or_else(|| all.clone())
    }
}

/// All that run now; none where the system does not tell.
pub(super) fn running() -> ThreadIds {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return ThreadIds::new();
    };
    threads
        .flatten()
        .filter_map(|thread| thread.file_name().to_str()?.parse().ok())
        .collect()
}

/// All that rasterise now, for whichever device.
fn rasterising() -> ThreadIds {
    let mut threads = running();
    threads.retain(|id| {
        std::fs::read_to_string(format!("/proc/self/task/{id}/comm"))
            .is_ok_and(|name| RASTERISER.iter().any(|prefix| name.starts_with(prefix)))
    });
    threads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_devices_threads_are_those_that_came_with_it() {
        let threads = |with_adapter: &[u32], with_device: &[u32]| DeviceThreads {
            with_adapter: with_adapter.iter().copied().collect(),
            with_device: with_device.iter().copied().collect(),
        };
        // Two of training's, two of ours; 8 and 9 do not rasterise.
        let all = ThreadIds::from([3, 4, 11, 12]);
        let ours = ThreadIds::from([11, 12]);
        // Training's came while our adapter was looked for.
        let vulkan = threads(&[3, 4, 8, 9, 11, 12], &[9, 11, 12]);
        assert_eq!(vulkan.own(&all), ours);
        let opengl = threads(&[8, 9, 11, 12], &[9]);
        assert_eq!(opengl.own(&all), ours);
        let unknown = threads(&[8, 9], &[9]);
        assert_eq!(unknown.own(&all), all);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn threads_that_come_meanwhile_are_noted() {
        use std::sync::mpsc;

        // A thread with the rasteriser's name: its number, what ends it, and its handle.
        let start = || {
            let (told, number) = mpsc::channel::<u32>();
            let (end, ended) = mpsc::channel::<()>();
            let body = move || {
                let own = std::fs::read_link("/proc/thread-self").expect("Linux tells");
                let number = own.file_name().and_then(|name| name.to_str()?.parse().ok());
                told.send(number.expect("a number")).expect("it is awaited");
                // Until the other end is dropped.
                let _ = ended.recv();
            };
            let thread = std::thread::Builder::new()
                .name("llvmpipe-7".into())
                .spawn(body)
                .expect("a thread starts");
            (number.recv().expect("it has begun"), end, thread)
        };
        let (earlier, end_earlier, earlier_thread) = start();
        let before = running();
        let ((ours, end_ours, our_thread), noted) = DeviceThreads::note(&before, start);
        let found = noted.rasteriser();
        drop((end_earlier, end_ours));
        for thread in [earlier_thread, our_thread] {
            thread.join().expect("it ends");
        }
        assert!(found.contains(&ours), "{ours} of {found:?}");
        assert!(!found.contains(&earlier), "{earlier} of {found:?}");
    }
}
