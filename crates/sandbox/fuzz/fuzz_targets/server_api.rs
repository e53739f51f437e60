#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    imlink_sandbox::fuzzing::server_api(data);
});
