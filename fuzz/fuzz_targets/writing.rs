//! Runs the fuzz target `writing` under libFuzzer.
#![no_main]

#[path = "../targets/mod.rs"]
#[allow(dead_code, reason = "the other targets have their own programs")]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::writing(data);
});
