//! The upgrade URL: order, escaping, and what a gateway accepts.

use imlink_wire::{
    Handshake, HandshakeError, ProtocolVersion, fuzzing,
    navigation::{GatewayAddress, GatewayScheme},
};
use proptest::prelude::*;

#[test]
fn parameters_come_in_the_sdks_order_with_the_sdks_values() {
    let handshake = Handshake::new("key", "a+b/c=@", "device-0001", ProtocolVersion::V3);
    let gateway = GatewayAddress {
        scheme: GatewayScheme::Ws,
        authority: "127.0.0.1:8001".into(),
    };

    assert_eq!(
        handshake.url(&gateway),
        "ws://127.0.0.1:8001/websocket?appId=key&token=a%2Bb%2Fc%3D%40&sdkVer=5.38.0&pid=&deviceId=device-0001\
         &apiVer=browser%7CChrome%7C120.0.0.0&protocolVer=3"
    );
}

#[test]
fn optional_parameters_have_their_places() {
    let handshake = Handshake {
        baggage: Some("cid=1_0".into()),
        platform: Some("android".into()),
        app_identifier: Some("app".into()),
        ..Handshake::new("key", "t", "d", ProtocolVersion::V4)
    };

    assert_eq!(
        handshake.query(),
        "appId=key&token=t&sdkVer=5.38.0&pid=&deviceId=d&baggage=cid%3D1_0\
         &apiVer=browser%7CChrome%7C120.0.0.0&platform=android&protocolVer=4&appIdentifier=app"
    );
}

#[test]
fn the_short_url_of_older_sdks_is_accepted() {
    let query = "appId=key&token=t&sdkVer=5.3.4&pid=&apiVer=normal&protocolVer=3";

    let handshake = Handshake::parse(query).unwrap();

    assert_eq!(handshake.device_id, None);
    assert_eq!(handshake.api_version, "normal");
    assert_eq!(handshake.query(), query);
}

#[test]
fn what_every_sdk_sends_must_be_there() {
    let missing = |name| Err(HandshakeError::Missing(name));
    assert_eq!(Handshake::parse(""), missing("appId"));
    assert_eq!(Handshake::parse("appId=k&token="), missing("token"));
    assert_eq!(Handshake::parse("appId=k&token=t"), missing("protocolVer"));
    for version in ["", "2", "5", "x", "300"] {
        let query = format!("appId=k&token=t&protocolVer={version}");
        assert_eq!(
            Handshake::parse(&query),
            Err(HandshakeError::ProtocolVersion)
        );
    }
}

// F-K01
#[test]
fn the_token_is_not_printed() {
    let handshake = Handshake::new("key", "canary", "d", ProtocolVersion::V3);

    assert!(!format!("{handshake:?}").contains("canary"));
}

proptest! {
    #[test]
    fn a_handshake_survives_its_url(
        texts in proptest::array::uniform5("\\PC{1,30}"),
        optional in proptest::array::uniform4(proptest::option::of("\\PC{0,30}")),
        is_v4 in any::<bool>(),
    ) {
        let [app_key, token, sdk_version, pid, api_version] = texts;
        let [device_id, baggage, platform, app_identifier] = optional;
        let protocol_version = if is_v4 { ProtocolVersion::V4 } else { ProtocolVersion::V3 };
        let handshake = Handshake {
            app_key, token, sdk_version, pid, device_id, baggage, api_version, platform,
            protocol_version, app_identifier,
        };

        prop_assert_eq!(Handshake::parse(&handshake.query()), Ok(handshake));
    }

    #[test]
    fn any_query_gives_a_handshake_or_an_error(query in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::handshake(&query);
    }
}
