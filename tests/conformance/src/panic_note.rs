//! What a panic said, and where it was.

use std::{any::Any, cell::RefCell, panic};

thread_local! {
    /// Message and place of the last panic of this thread.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics quiet and keeps what they say for the report of their case. For the program: a
/// library must not change what happens on a panic.
pub fn keep_panics_for_the_report() {
    panic::set_hook(Box::new(|info| {
        LAST.with(|last| *last.borrow_mut() = Some(info.to_string()));
    }));
}

/// Describes a panic that was caught on this thread.
pub(crate) fn describe(payload: &(dyn Any + Send)) -> String {
    let message = || {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without text".to_owned())
    };
    LAST.with(|last| last.borrow_mut().take()).unwrap_or_else(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_panic_is_kept() {
        let payload = panic::catch_unwind(|| panic!("number {}", 7)).unwrap_err();
        assert!(describe(&*payload).contains("number 7"));
    }
}
