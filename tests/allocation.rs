//! What a step reports allocates nothing. A test of its own: it counts what the whole process allocates.

use std::alloc::System;

use emberscope::flow::Hub;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn a_scalar_and_a_phase_that_is_known_allocate_nothing() {
    // Nobody listens, so that no other thread is at work.
    let hub = Hub::new();
    let probe = hub.probe();
    let loss = probe.series("loss");
    let names = ["load", "forward", "backward"];
    let measure = || {
        let _whole = probe.phase("step");
        for name in names {
            drop(probe.phase(name));
        }
        probe.scalar(loss, 1.0);
    };
    measure();
    let region = Region::new(ALLOCATOR);
    for _ in 0..1_000 {
        measure();
    }
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0));
}
