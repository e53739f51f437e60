//! An HTTP client as plain as a socket, so that bad requests can be written too.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use imlink_sandbox::Sandbox;
use serde_json::Value;

use crate::client::DEADLINE;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers, in lower case.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn has_header(&self, line: &str) -> bool {
        self.head.lines().any(|header| header == line)
    }
}

pub fn request(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        sandbox.http_address(),
        body.len()
    );
    raw(sandbox, &[head.as_bytes(), body].concat())
}

/// Sends these bytes, reads one answer.
pub fn raw(sandbox: &Sandbox, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(sandbox.http_address()).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    // A server that has read enough may close before it has read all.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(answer[..end].to_vec())
        .unwrap()
        .to_ascii_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer {
        status,
        head,
        body: answer[end + 4..].to_vec(),
    }
}
