//! Calls that have gone wrong somewhere: whatever comes, the answer is a JSON object with a code.

use imlink_sandbox::{
    api::{Route, routes},
    fuzzing::server_api_call,
};
use rand::{Rng, SeedableRng, rngs::SmallRng};

use super::table::{body, samples};
use crate::bench::Bench;

/// What parsers stumble over.
const PIECES: &[&[u8]] = &[
    b"%",
    b"%zz",
    b"%00",
    b"=",
    b"&",
    b"[",
    b"]",
    b"{",
    b"}",
    b"\"",
    b"\\",
    b"null",
    b"-1",
    b"9223372036854775808",
    b"1e999",
    b"\xFF",
    b"\xED\xA0\x80",
    b"\r\n",
    b"[[[[",
    b",",
];

#[test]
fn whatever_has_gone_wrong_with_a_call_is_answered_with_a_code() {
    let mut random = SmallRng::seed_from_u64(11);
    let mut bench = Bench::new();
    for route in routes() {
        for _ in 0..40 {
            let call = mutated(&route, &mut random);
            server_api_call(&mut bench.cloud, &call);
        }
    }
    let counters = bench.app().counters();
    assert!(
        counters.api_calls > 100,
        "some are carried out: {counters:?}"
    );
    assert!(
        counters.refused_api_calls > 1000,
        "most are refused: {counters:?}"
    );
}

fn mutated(route: &Route, random: &mut SmallRng) -> Vec<u8> {
    let mut call = format!("{}\n\n{}", route.path, body(route, &samples(route))).into_bytes();
    let start = route.path.len();
    for _ in 0..random.random_range(1..4) {
        let place = random.random_range(start..=call.len());
        match random.random_range(0..4) {
            0 => call.truncate(place),
            1 => {
                let piece = PIECES[random.random_range(0..PIECES.len())];
                call.splice(place..place, piece.iter().copied());
            }
            2 => {
                let end = random.random_range(place..=call.len());
                let copied = call[place..end].to_vec();
                call.splice(place..place, copied);
            }
            _ => {
                if let Some(byte) = call.get_mut(place) {
                    *byte ^= 1 << random.random_range(0..8);
                }
            }
        }
    }
    call
}
