//! What the cloud says when it refuses or ends a connection: CONNACK and DISCONNECT reasons
//! (protocol/cloud-wire.md 3.4 and 3.5). All stop reconnecting but the redirect.

use crate::code::table::codes;

codes! { Connection:

    31001 RC_CONN_PROTO_VERSION_ERROR Never, terminal;
    "The cloud does not speak this version of the protocol."
    "Update imlink, then connect again."

    31002 RC_CONN_ID_REJECT Never, terminal;
    "The cloud does not know the App Key, or could not read what the client said of itself."
    "Compare the App Key with the one in the cloud's console, then connect again."

    31003 RC_CONN_SERVER_UNAVAILABLE Never, terminal;
    "The App Key is not enabled for this kind of client."
    "Have the platform (desktop or web) enabled for the App Key in the console, then connect again."

    31004 RC_CONN_TOKEN_INCORRECT Never, terminal;
    "The cloud does not accept the token, mostly because it was issued for another App Key."
    "Have the app's server issue a token with the same App Key, and connect with it."

    31005 RC_CONN_NOT_AUTHRORIZED Never, terminal;
    "App verification is switched on for the App Key, and this client did not pass it."
    "Ask the operator of the App Key to switch app verification off or to admit this client."

    31006 RC_CONN_REDIRECTED Automatic;
    "The cloud sent this client to another server."
    "Nothing; imlink asks for addresses anew and reconnects at once."

    31007 RC_CONN_PACKAGE_NAME_INVALID Never, terminal;
    "The package name is not the one registered for the App Key."
    "Ask the operator of the App Key to register this package name."

    31008 RC_CONN_APP_BLOCKED_OR_DELETED Never, terminal;
    "The App Key is blocked or was deleted."
    "Ask the operator of the App Key to unblock it, or use another one."

    31009 RC_CONN_USER_BLOCKED Never, terminal;
    "The user is blocked, so the cloud refused to connect."
    "Tell the user; connect again once the operator has lifted the block."

    31010 RC_DISCONN_KICK Never, terminal;
    "The same account signed in elsewhere and this connection was ended in its favour."
    "Tell the user, and connect again only if the user asks for it, or the two devices kick each other for ever."

    31011 RC_DISCONN_EXCEPTION Never, terminal;
    "The user was blocked while connected."
    "Tell the user; connect again once the operator has lifted the block."

    31012 CONNECTION_ENCRYPT_AUTHORIZED_ERROR Never, terminal;
    "The cloud ended the session: the encryption check failed, or the user was logged out (the vendor's clients disagree)."
    "Connect again with a fresh token; if it fails again, ask the operator about link encryption."

    31020 RC_CONN_TOKEN_EXPIRE Never, terminal;
    "The token has expired."
    "Fetch a new token from the app's server and connect with it."

    31021 RC_CONN_DEVICE_ERROR Never, terminal;
    "The token is bound to another device."
    "Fetch a token for this device and connect with it."

    31022 RC_CONN_HOSTNAME_ERROR Never, terminal;
    "The cloud refused the host: its domain is not on the allowed list, or the encryption check failed."
    "Ask the operator to add the domain or to look at link encryption, then connect again."

    31023 RC_DISCONN_SAME_CLIENT_ON_LINE Never, terminal;
    "A client of the same kind is online with this account and may not be kicked."
    "Tell the user; connect again after the other client has signed out."

    31024 RC_LISCENSE_COUNT_OUT_OF_LIMIT ByApp, terminal;
    "The private cloud has as many connections as its licence allows."
    "Connect again later, or ask the operator to raise the limit."

    31025 RC_CONN_WRONG_CLUSTER Never, terminal;
    "The App Key belongs to another environment than the one reached, such as development and production."
    "Configure the navigation address and App Key of one environment, then connect again."

    31026 RC_APP_AUTH_NOT_PASS Never, terminal;
    "The cloud asked the app's own server about this user, and it refused."
    "Look at the authentication log of the app's server, then connect again."

    31027 RC_OTP_USED Never, terminal;
    "The token may be used once and has been used already."
    "Fetch a new token and connect with it."

    /// Ends a first connect. Once an account has been connected, a failing proxy is shown and the
    /// ladder goes on (decisions.md P2): that is the driver's to decide, the flag here stays true.
    31028 RC_CONN_PROXY_UNAVAILABLE Never, terminal;
    "The configured proxy cannot be reached or used; where the cloud itself says so, the token is bound to another platform."
    "Correct the proxy settings, or fetch a token for this platform, then connect again."

    31029 RC_ACCOUNT_CANCELLATION Never, terminal;
    "The account was deleted."
    "Sign the user out; this account cannot connect again."

    31030 RC_LICENSE_EXPIRED Never, terminal;
    "The licence of the App Key or of the private cloud has expired."
    "Ask the operator to renew the licence, then connect again."
}
