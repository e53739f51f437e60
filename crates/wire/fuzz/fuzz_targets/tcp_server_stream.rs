#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    imlink_wire::fuzzing::tcp_server_stream(data);
});
