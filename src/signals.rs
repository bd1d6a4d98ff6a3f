//! Ctrl-C, SIGTERM and a terminal that is closed: once to stop cleanly, twice to end at once.
//!
//! A program that uses this as a library has habits of its own. So a signal that was ignored stays ignored, one that did what
//! the system does of itself does that again when no run waits for it any more, and runs at the same time each hear of it.

#[cfg(unix)]
pub(crate) use unix::Signals;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use std::thread::JoinHandle;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::register_conditional_default;
    use signal_hook::iterator::Handle;

    /// The exit code of a program ended by Ctrl-C, as shells count it.
    const INTERRUPTED: i32 = 130;
    /// What is waited for.
    const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

    /// The runs of this process that wait for signals.
    static USERS: Users = Users::new();
    /// Signals that were waited for before, in this process: what they do without a run is settled.
    static SETTLED: Mutex<Vec<i32>> = Mutex::new(Vec::new());

    /// A thread that waits for signals, as long as this lives.
    #[derive(Debug)]
    pub(crate) struct Signals {
        handle: Handle,
        thread: Option<JoinHandle<()>>,
        user: Option<User>,
    }

    impl Signals {
        /// From now on the first signal calls `leave`, which asks what runs to stop; the second ends the program with exit
        /// code 130, unless it is a SIGHUP.
        pub(crate) fn install(leave: Box<dyn Fn() + Send + Sync>) -> io::Result<Self> {
            let user = USERS.enter();
            let mut signals = {
                let mut settled = locked(&SETTLED);
                let before = Dispositions::now();
                let waited = SIGNALS
                    .into_iter()
                    .filter(|signal| !before.ignores(*signal));
                for signal in waited.clone() {
                    if settled.contains(&signal) {
                        continue;
                    }
                    if !before.catches(signal) {
                        register_conditional_default(signal, &USERS.is_empty)?;
                    }
                    settled.push(signal);
                }
                signal_hook::iterator::Signals::new(waited)?
            };
            let handle = signals.handle();
            let thread = std::thread::Builder::new()
                .name("emberscope-signals".into())
                .spawn(move || {
                    let mut count = Count::default();
                    for signal in signals.forever() {
                        let said = match count.answer(signal) {
                            Answer::HungUp => "the terminal hung up: stopping after this step",
                            Answer::Asked => {
                                "stopping after this step; once more ends the program at once"
                            }
                            Answer::Nothing => continue,
                            Answer::End => signal_hook::low_level::exit(INTERRUPTED),
                        };
                        leave();
                        // Said last: where the terminal is gone, a caller's log may panic.
                        tracing::warn!("{said}");
                    }
                })?;
            Ok(Self {
                handle,
                thread: Some(thread),
                user: Some(user),
            })
        }

        /// Waits for no more signals; from now on they do what they did before.
        pub(crate) fn uninstall(self) {
            drop(self);
        }
    }

    impl Drop for Signals {
        fn drop(&mut self) {
            // First, so that a signal that comes now is not lost.
            self.user = None;
            self.handle.close();
            if let Some(thread) = self.thread.take() {
                // It ends when the handle is closed, if its log did not end it before.
                let _ = thread.join();
            }
        }
    }

    /// What a signal means, after those before it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Answer {
        /// Stop: the terminal is gone.
        HungUp,
        /// Stop: someone asks for it.
        Asked,
        /// Nothing new.
        Nothing,
        /// End at once: someone asks again.
        End,
    }

    /// The signals of one run so far.
    #[derive(Debug, Default)]
    struct Count {
        is_asked: bool,
        has_hung_up: bool,
    }

    impl Count {
        /// A terminal that is closed sends SIGHUP twice, by the shell and by the system: it asks, and never urges.
        fn answer(&mut self, signal: i32) -> Answer {
            match signal {
                SIGHUP if self.is_asked || self.has_hung_up => Answer::Nothing,
                SIGHUP => {
                    self.has_hung_up = true;
                    Answer::HungUp
                }
                _ if self.is_asked => Answer::End,
                _ => {
                    self.is_asked = true;
                    Answer::Asked
                }
            }
        }
    }

    /// How many wait for signals.
    #[derive(Debug)]
    struct Users {
        count: Mutex<usize>,
        /// Looked at when a signal comes: then the system's own handling is due.
        is_empty: AtomicBool,
    }

    impl Users {
        const fn new() -> Self {
            Self {
                count: Mutex::new(0),
                is_empty: AtomicBool::new(true),
            }
        }

        fn enter(&'static self) -> User {
            let mut count = locked(&self.count);
            *count += 1;
            self.is_empty.store(false, Ordering::SeqCst);
            User(self)
        }
    }

    /// One of them, until dropped.
    #[derive(Debug)]
    struct User(&'static Users);

    impl Drop for User {
        fn drop(&mut self) {
            let mut count = locked(&self.0.count);
            *count -= 1;
            self.0.is_empty.store(*count == 0, Ordering::SeqCst);
        }
    }

    fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this process does with signals: a bit each, the lowest for signal 1. Where the system does not tell, none is
    /// ignored and none caught.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    struct Dispositions {
        ignored: u64,
        caught: u64,
    }

    impl Dispositions {
        #[cfg(target_os = "linux")]
        fn now() -> Self {
            std::fs::read_to_string("/proc/self/status")
                .map(|status| Self::read(&status))
                .unwrap_or_default()
        }

        #[cfg(not(target_os = "linux"))]
        fn now() -> Self {
            Self::default()
        }

        /// From the text of `/proc/self/status`: proc_pid_status(5).
        #[cfg(any(target_os = "linux", test))]
        fn read(status: &str) -> Self {
            let mask = |name: &str| {
                let mut lines = status.lines();
                let digits = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                digits
                    .and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok())
                    .unwrap_or(0)
            };
            Self {
                ignored: mask("SigIgn"),
                caught: mask("SigCgt"),
            }
        }

        fn ignores(self, signal: i32) -> bool {
            holds(self.ignored, signal)
        }

        fn catches(self, signal: i32) -> bool {
            holds(self.caught, signal)
        }
    }

    fn holds(mask: u64, signal: i32) -> bool {
        u32::try_from(signal - 1)
            .ok()
            .and_then(|place| mask.checked_shr(place))
            .is_some_and(|rest| rest & 1 == 1)
    }

    #[cfg(test)]
    mod tests {
        use super::Answer::{Asked, End, HungUp, Nothing};
        use super::*;

        #[test]
        fn ignored_and_caught_signals_are_read_from_their_masks() {
            // As under nohup, in a program that catches Ctrl-C: SIGHUP is 1, SIGINT 2, SIGPIPE 13, SIGTERM 15.
            let status = "Name:\temberscope\nSigQ:\t0/63448\nSigBlk:\tffffffffffffffff\n\
                          SigIgn:\t0000000000001001\nSigCgt:\t0000000000000442\nCapInh:\t0\n";
            let dispositions = Dispositions::read(status);
            assert_eq!(
                dispositions,
                Dispositions {
                    ignored: 0x1001,
                    caught: 0x442,
                }
            );
            assert!(dispositions.ignores(1) && dispositions.ignores(13));
            assert!(!dispositions.ignores(2) && !dispositions.ignores(15));
            assert!(dispositions.catches(2) && !dispositions.catches(1));
            for signal in [-1, 0, 64, 65, i32::MAX] {
                assert!(!dispositions.ignores(signal), "{signal}");
            }
            assert!(holds(1 << 63, 64));
        }

        #[test]
        fn a_status_that_tells_nothing_is_one_of_defaults() {
            for status in ["", "SigIgn:\tno number\nSigCgt", "SigIgnored:\tff\n"] {
                assert_eq!(Dispositions::read(status), Dispositions::default());
            }
        }

        #[test]
        fn the_second_signal_ends_the_program_unless_it_says_the_terminal_is_gone() {
            let answers = |signals: &[i32]| {
                let mut count = Count::default();
                let answers = signals.iter().map(|signal| count.answer(*signal));
                answers.collect::<Vec<_>>()
            };
            assert_eq!(answers(&[SIGINT, SIGINT]), [Asked, End]);
            assert_eq!(answers(&[SIGTERM, SIGINT]), [Asked, End]);
            assert_eq!(
                answers(&[SIGHUP, SIGHUP, SIGHUP]),
                [HungUp, Nothing, Nothing]
            );
            assert_eq!(answers(&[SIGTERM, SIGHUP, SIGTERM]), [Asked, Nothing, End]);
            // The two that a service manager sends come in any order.
            assert_eq!(answers(&[SIGHUP, SIGTERM, SIGTERM]), [HungUp, Asked, End]);
        }

        #[test]
        fn the_system_handles_signals_again_when_the_last_run_is_over() {
            static RUNS: Users = Users::new();
            let is_empty = || RUNS.is_empty.load(Ordering::SeqCst);
            assert!(is_empty());
            let (first, second) = (RUNS.enter(), RUNS.enter());
            drop(first);
            assert!(!is_empty());
            drop(second);
            assert!(is_empty());
            let _third = RUNS.enter();
            assert!(!is_empty());
        }
    }
}

/// Elsewhere the system's own handling stands: the program ends at once, and the recording holds all but the last second.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn install(_: Box<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(crate) fn uninstall(self) {}
}
