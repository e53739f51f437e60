//! An independent reader of bodies: by reflection over cloud.proto, to JSON as vectors.json writes it.

use std::path::Path;

use bytes::Bytes;
use protox::prost_reflect::{DescriptorPool, DynamicMessage, Value as Reflected};
use serde_json::Value;

pub struct Bodies(DescriptorPool);

impl Bodies {
    pub fn load() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto");
        let mut compiler = protox::Compiler::new([source]).unwrap();
        compiler.open_file("cloud.proto").unwrap();
        Self(compiler.descriptor_pool())
    }

    pub fn read(&self, body_type: &str, body: Bytes) -> Value {
        let name = format!("rongcloud.cloud.{body_type}");
        let descriptor = self.0.get_message_by_name(&name).unwrap();
        object(&DynamicMessage::decode(descriptor, body).unwrap())
    }
}

fn object(message: &DynamicMessage) -> Value {
    assert_eq!(
        message.unknown_fields().count(),
        0,
        "cloud.proto lacks a field"
    );
    message
        .fields()
        .map(|(field, value)| (field.name().to_owned(), json(value)))
        .collect()
}

fn json(value: &Reflected) -> Value {
    match value {
        Reflected::Bool(flag) => (*flag).into(),
        Reflected::I32(number) | Reflected::EnumNumber(number) => (*number).into(),
        Reflected::I64(number) => (*number).into(),
        Reflected::String(text) => text.as_str().into(),
        Reflected::Bytes(bytes) => hex(bytes).into(),
        Reflected::Message(message) => object(message),
        Reflected::List(list) => list.iter().map(json).collect(),
        other => panic!("no field of cloud.proto is a {other:?}"),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Bytes {
    let digits: Vec<_> = text
        .chars()
        .map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap())
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
