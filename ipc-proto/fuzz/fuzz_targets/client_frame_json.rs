#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    imlink_ipc_proto::fuzzing::client_frame_json(data);
});
