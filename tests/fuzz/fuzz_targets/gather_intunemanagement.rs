#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| posture_tests::fuzzed::try_input("gather_intunemanagement", input));
