//! The CONNECT that begins a connection of the TCP form (protocol/cloud-tcp.md 4).

use std::io;

use imlink_wire::tcp::{Connect, Received, ServerCodec, StreamError};
use tokio::io::AsyncReadExt;

use super::{Stream, framing::Tcp};

/// The largest body a client may send; as of a WebSocket message.
const MAX_BODY: usize = super::upgrade::MAX_MESSAGE;

/// How many bytes are read at once.
const CHUNK: usize = 8 * 1024;

/// A client that has sent its first packet.
pub(super) struct Connected {
    pub(super) framing: Tcp,
    /// Of the errors only a wrong protocol version comes here: a refusal can be written then.
    pub(super) connect: Result<Connect, StreamError>,
}

/// Why there was no CONNECT.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("the connection ended before CONNECT")]
    Ended,
    #[error("the connection was lost before CONNECT")]
    Lost(#[source] io::Error),
    #[error("no CONNECT")]
    Stream(#[from] StreamError),
}

/// Waits for the packet.
pub(super) async fn accept(mut stream: Box<dyn Stream>) -> Result<Connected, ConnectError> {
    let mut codec = ServerCodec::new(MAX_BODY);
    let mut chunk = [0; CHUNK];
    let connect = loop {
        match codec.next_packet() {
            Ok(Some(Received::Connect(connect))) => break Ok(connect),
            // The first packet is CONNECT or an error.
            Ok(Some(Received::Packet(_)) | None) => {}
            Err(error @ StreamError::ProtocolVersion(_)) => break Err(error),
            Err(error) => return Err(error.into()),
        }
        match stream.read(&mut chunk).await.map_err(ConnectError::Lost)? {
            0 => return Err(ConnectError::Ended),
            read => codec.push(&chunk[..read]),
        }
    };
    Ok(Connected {
        framing: Tcp::new(stream, codec),
        connect,
    })
}

/// What the transcript keeps of it: everything but the token.
pub(super) fn without_token(connect: &Connect) -> String {
    format!(
        "CONNECT version={} reconnect_kick={} device={} application={} client={} app_key={} \
         token=<token>",
        connect.mask.version().number(),
        connect.reconnect_kick,
        connect.device_id,
        connect.application,
        connect.client_info,
        connect.app_key,
    )
}
