//! What goes wrong between this machine and the cloud: navigation, sockets, keep-alive. The link
//! is retried through nearly all of it without the app's help.

use crate::code::table::codes;

codes! { Connection:

    30001 RC_NET_CHANNEL_INVALID Automatic;
    "There is no connection to the cloud: it was released, or none has been made."
    "Wait for CONNECTED and repeat the call; call connect first if that was not done."

    30002 RC_NET_UNAVAILABLE Automatic;
    "The connection to the cloud cannot be used at the moment, mostly because the network is away."
    "Wait for CONNECTED and repeat the call; call connect first if that was not done."

    30003 RC_MSG_RESP_TIMEOUT ByApp;
    "The cloud did not answer in time, so it is unknown whether the message or request arrived."
    "Look for the message in the history before sending it again."

    30004 RC_HTTP_SEND_FAIL Automatic;
    "The request to the navigation server could not be sent."
    "Nothing if it happens now and then; otherwise check the navigation address and any HTTP policy on the way."

    30005 RC_HTTP_REQ_FAIL Automatic;
    "The navigation server could not be reached in time."
    "Check that this machine reaches the navigation address; imlink keeps trying."

    30006 RC_HTTP_RECV_FAIL Automatic;
    "The answer of the navigation server could not be read."
    "Nothing; imlink tries again."

    30007 RC_NAVI_REQ_FAILED Automatic;
    "The navigation server answered with an error."
    "Nothing; imlink tries again."

    30008 RC_NODE_NOT_FOUND Automatic;
    "The navigation server's answer makes no sense, as behind a captive portal."
    "Nothing if it passes; otherwise check that the navigation address is the cloud's."

    30009 RC_DOMAIN_NOT_RESOLVE Automatic;
    "The navigation server named no usable address."
    "Nothing if it passes; otherwise ask the operator of the cloud."

    30010 RC_SOCKET_NOT_CREATED Automatic;
    "No connection to a server of the cloud could be opened."
    "Check the network and any firewall; imlink keeps trying."

    30011 RC_SOCKET_DISCONNECTED Automatic;
    "The connection to the cloud broke."
    "Nothing; imlink reconnects."

    30012 RC_PING_EXCEED_LIMIT Automatic;
    "A keep-alive ping could not be sent."
    "Nothing; imlink reconnects."

    30013 PONG_RECEIVED_ERROR Automatic;
    "The cloud did not answer a keep-alive ping in time."
    "Nothing; imlink reconnects."

    30014 RC_MSG_SEND_FAIL Automatic;
    "The message or request was not written to the connection."
    "Wait for CONNECTED; a queued message is sent then, any other call can be repeated."

    30015 CONNECT_OVER_FREQUENCY Automatic;
    "The cloud found that this client connects too often."
    "Stop calling connect in a loop; imlink tries again after a longer pause."

    30019 RC_NETWORK_DOWN Automatic;
    "The machine has no network."
    "Nothing; imlink reconnects as soon as the network is back."

    30021 RC_TCP_DISCONNECTED_NO_RMTP Automatic;
    "The server was reached, but the protocol's handshake failed."
    "Nothing if it passes; otherwise check the configured transport and any proxy on the way."

    30022 SOCKET_SEND_TIMEOUT Automatic;
    "The message or request could not be written to the connection in time."
    "Wait for CONNECTED, then repeat the call."

    /// A driver that follows protocol/cloud-wire.md 1.4 reports 31004 instead.
    30024 NAVI_RESP_TOKEN_INCORRECT Never;
    "The navigation server does not accept the token."
    "Have the app's server issue a token with the same App Key, and connect with it."

    /// A driver that follows protocol/cloud-wire.md 1.4 reports 31030 instead.
    30026 NAVI_LICENSE_MISMATCH Never;
    "The navigation server of the private cloud found that the licence does not match."
    "Ask the operator of the cloud about its licence."

    30027 CONNECTION_CLOSING ByApp;
    "A disconnect is in progress."
    "Wait until it is done, then connect again."

    31000 RC_CONN_ACK_TIMEOUT Automatic;
    "The cloud was reached but did not answer the connect request in time."
    "Nothing; imlink tries again."

    31014 SOCKET_CONNECTION_FAILED Automatic;
    "The socket to a server of the cloud could not be connected."
    "Check the network and any firewall; imlink keeps trying."

    31015 SOCKET_SHUTDOWN_FAILED Automatic;
    "The socket to the cloud did not shut down cleanly."
    "Nothing; imlink reconnects."

    31016 CONNECTION_CANCEL NotApplicable;
    "The attempt to connect was cancelled."
    "Connect again if the connection is still wanted."

    32001 RC_QUERY_ACK_NO_DATA Never;
    "The cloud answered a query without the data it should carry."
    "Repeat it once, then report it with the time and the call."

    32002 RC_MSG_DATA_INCOMPLETE Never;
    "The cloud sent incomplete data."
    "Repeat the call once, then report it with the time and the call."

    32011 RC_UDP_DISCONNECTED Automatic;
    "The server closed the connection (QUIC only)."
    "Nothing; imlink reconnects."

    32054 RC_TCP_RESET Automatic;
    "The connection was reset by the server or by the network on the way."
    "Nothing; imlink reconnects."

    32061 CONNECTION_REFUSED Automatic;
    "The server refused the connection."
    "Nothing; imlink drops the cached addresses and tries again."

    32546 PROTOCOL_DECODE_ERROR Never;
    "The cloud and this client disagree about a key or the meaning of an answer."
    "Update imlink."

    34026 HTTP_REQ_FAILED Automatic;
    "An HTTP request to the cloud failed."
    "Nothing; imlink tries again."

    34027 HTTP_REQ_TIMEOUT Automatic;
    "An HTTP request to the cloud was not answered in time."
    "Nothing; imlink tries again."

    /// The web SDK calls it `RC_CONN_PROXY_UNAVAILABLE`, the name Android gives to 31028. imlink
    /// reports 31028 (decisions.md P2).
    34245 RC_CONN_WEB_PROXY_UNAVAILABLE Never;
    "The configured proxy cannot be used."
    "Correct the proxy settings, then connect again."

    35008 SERVER_UNAVAILABLE Automatic;
    "None of the cloud's server addresses could be reached."
    "Check the network and any firewall; imlink keeps trying."
}
