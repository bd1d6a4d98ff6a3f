//! What a thread's panic said, for the threads that are to hear of it.

use std::any::Any;

/// The message of a caught panic; `None` where it carried none.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> Option<String> {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
}
