//! libFuzzer's entry to the target `known_hosts`.
#![no_main]

#[path = "../targets/mod.rs"]
#[allow(dead_code, reason = "the other targets have entries of their own")]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::known_hosts(data);
});
