//! What is to be seen.

use super::{
    read::Outcome,
    types::{GetStats, GetTranscript, Links, ListLinks, ListStored, Stored, Transcript},
};
use crate::{Counters, server::Sandbox};

pub(super) async fn links(sandbox: Sandbox, _: ListLinks) -> Outcome<Links> {
    let links = sandbox.links();
    Ok(Links { links })
}

pub(super) async fn stats(sandbox: Sandbox, _: GetStats) -> Outcome<Counters> {
    Ok(sandbox.counters())
}

pub(super) async fn transcript(sandbox: Sandbox, _: GetTranscript) -> Outcome<Transcript> {
    let records = sandbox.transcript();
    Ok(Transcript { records })
}

pub(super) async fn stored(sandbox: Sandbox, call: ListStored) -> Outcome<Stored> {
    let messages = sandbox.stored(&call.user);
    Ok(Stored { messages })
}
