#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    hanzo_fuzz::node_key(bytes);
});
