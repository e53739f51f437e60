//! The checked-in code is what cloud.proto says.
//!
//! To write it anew after a change of cloud.proto:
//! `IMLINK_REGENERATE=1 cargo test -p imlink-wire --test generated`

use std::{fmt::Write, fs, path::Path};

use protox::prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind};

/// Names of text fields that hold ids or type names; `Debug` prints them, and no other text.
const PRINTABLE: [&str; 25] = [
    "busChannel",
    "channelId",
    "chrmId",
    "className",
    "classname",
    "conversationId",
    "endMsgId",
    "fromId",
    "fromUserId",
    "groupId",
    "messageUID",
    "msgId",
    "msgIds",
    "msgUID",
    "objectName",
    "operatorId",
    "originalId",
    "sessionId",
    "startMsgId",
    "subUserId",
    "systemId",
    "tagId",
    "targetId",
    "toUserIds",
    "userId",
];

#[test]
fn generated_code_matches_cloud_proto() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compiler = protox::Compiler::new([source.join("proto")]).unwrap();
    compiler
        .include_source_info(true)
        .open_file("cloud.proto")
        .unwrap();

    let types = types(&compiler);
    let schemas = schemas(&compiler.descriptor_pool(), &types);

    same(&source.join("src/proto/generated.rs"), &types);
    same(&source.join("src/proto/schemas.rs"), &schemas);
}

/// The message types, by prost-build.
fn types(compiler: &protox::Compiler) -> String {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    fs::create_dir_all(&out).unwrap();
    prost_build::Config::new()
        .bytes(["."])
        .skip_debug(["."])
        .out_dir(&out)
        .default_package_filename("cloud")
        .compile_fds(compiler.file_descriptor_set())
        .unwrap();
    fs::read_to_string(out.join("rongcloud.cloud.rs")).unwrap()
}

/// The table behind checking, mending and printing.
fn schemas(pool: &DescriptorPool, types: &str) -> String {
    let rust_names: Vec<&str> = types
        .lines()
        .filter_map(|line| line.strip_prefix("pub struct ")?.split_whitespace().next())
        .collect();
    let messages: Vec<_> = pool.all_messages().collect();
    assert_eq!(
        rust_names.len(),
        messages.len(),
        "prost writes one struct per message, in order"
    );
    let rust_name = |name: &str| {
        let place = messages
            .iter()
            .position(|message| message.name() == name)
            .unwrap();
        rust_names[place]
    };

    let mut out = String::from("// This file is generated; see tests/generated.rs.\n\n");
    out.push_str(
        "use super::{Kind::{Bytes, Id, Message, Number, Text}, generated::*, schema::bodies};\n\n",
    );
    out.push_str("bodies! {\n");
    for message in &messages {
        writeln!(
            out,
            "    {} = {:?} [",
            rust_name(message.name()),
            message.name()
        )
        .unwrap();
        let mut fields: Vec<_> = message.fields().collect();
        fields.sort_by_key(FieldDescriptor::number);
        for field in fields {
            let presence = match field.cardinality() {
                Cardinality::Required => "Required",
                Cardinality::Optional => "Optional",
                Cardinality::Repeated => "Repeated",
            };
            let kind = match field.kind() {
                Kind::Message(inner) => format!("Message({}::SCHEMA)", rust_name(inner.name())),
                Kind::String if PRINTABLE.contains(&field.name()) => "Id".to_owned(),
                Kind::String => "Text".to_owned(),
                Kind::Bytes => "Bytes".to_owned(),
                Kind::Int32 | Kind::Int64 | Kind::Bool | Kind::Enum(_) => "Number".to_owned(),
                other => panic!("{}: no field so far was a {other:?}", field.full_name()),
            };
            writeln!(
                out,
                "        ({}, {:?}, {presence}, {kind}),",
                field.number(),
                field.name()
            )
            .unwrap();
        }
        out.push_str("    ]\n");
    }
    out.push_str("}\n");
    out
}

fn same(path: &Path, generated: &str) {
    if std::env::var_os("IMLINK_REGENERATE").is_some() {
        fs::write(path, generated).unwrap();
    }
    let checked_in = fs::read_to_string(path).unwrap_or_default();
    assert!(
        checked_in == generated,
        "{} is not what cloud.proto says",
        path.display()
    );
}
