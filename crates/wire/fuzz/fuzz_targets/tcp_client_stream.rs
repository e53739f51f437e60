#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    imlink_wire::fuzzing::tcp_client_stream(data);
});
