//! The answer of a navigator (protocol/cloud-wire.md 1.3).

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{GatewayAddress, GatewayScheme, lenient};
use crate::ProtocolVersion;

/// What clients act on. `None` is unsaid; fields other clients read are not kept.
///
/// Written for a client by a sandbox, unsaid fields are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NavigationAnswer {
    /// 200 or absent; anything else is an error, see [`super::outcome`].
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub code: Option<i64>,
    /// Whose token it is; informative, CONNACK has the last word.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_id: Option<String>,
    /// 1: a private deployment, which the public SDK refuses with 34005.
    #[serde(
        rename = "type",
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub deployment: Option<i64>,
    /// Gateways, version 2. Entries that are no addresses are dropped.
    #[serde(
        deserialize_with = "lenient::addresses",
        skip_serializing_if = "Option::is_none"
    )]
    pub server_addr: Option<Vec<ServerAddress>>,
    /// Main gateway, version 1: `host:port`.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub server: Option<String>,
    /// Further gateways, version 1: comma list.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub backup_server: Option<String>,
    /// An older name of [`backup_server`](Self::backup_server), read where that one is empty.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub bs: Option<String>,
    /// 1: the version 1 gateways are spoken to over TLS, by clients of the TCP form
    /// (protocol/cloud-tcp.md 1).
    #[serde(
        rename = "openTLS",
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub open_tls: Option<i64>,
    /// 1 selects protocol version 4.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub open_anti: Option<i64>,
    /// 1 asks for `baggage` in the upgrade URL.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub baggage_enabled: Option<i64>,
    /// An explicit 0: `s_msg` delivers directly and pulls must be de-duplicated.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub open_history_msg: Option<i64>,
    /// Not 0: chatroom entries are pulled after joining.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub kv_storage: Option<i64>,
    /// History may be asked.
    #[serde(
        deserialize_with = "lenient::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub history_msg: Option<bool>,
    /// Chatroom history may be asked.
    #[serde(
        deserialize_with = "lenient::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub chatroom_msg: Option<bool>,
    /// Several chatrooms at once are allowed.
    #[serde(
        rename = "joinMChrm",
        deserialize_with = "lenient::flag",
        skip_serializing_if = "Option::is_none"
    )]
    pub join_many_chatrooms: Option<bool>,
    /// 1: read positions go out as PUBLISH `updRTime`.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub ses_driven: Option<i64>,
    /// 1: unread counts come from `pullSe`.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub server_save_unread: Option<i64>,
    /// 1: recalled messages appear as RC:RcNtf in histories.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub support_recall_refactor: Option<i64>,
    /// Group receipt version: 0 = 1, 1 = 2, 3 = 4, 4 = 5.
    #[serde(
        rename = "grpRRVer",
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub group_receipt_version: Option<i64>,
    /// Ultra group bits.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub ug_msg: Option<i64>,
    /// Ultra group bits.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub ug_driven: Option<i64>,
    /// Bits: 1 ultra groups in the list, 2 list may be pulled, 4 is pulled, 8 attributes in memory only.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub session_cfg: Option<i64>,
    /// Bits: 1 real-time conversations.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub session_mode: Option<i64>,
    /// Bits: 1 online status, 2 profile, 4 friend status, 8 friend profile.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub sub_driven: Option<i64>,
    /// 1: the own profile is pulled after connecting.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_profile: Option<i64>,
    /// Bits: 1 managed groups, 2 friends in the event log.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub event_driven: Option<i64>,
    /// How long a message may be edited, minutes.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub msg_modify_minute: Option<i64>,
    /// 0 switches the SDK's log upload off; a sandbox sends 0.
    #[serde(
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub log_switch: Option<i64>,
    /// Version 1 log policy, JSON text; handed through, never acted on.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub log_policy: Option<String>,
}

/// One gateway of version 2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerAddress {
    /// `host:port` without scheme.
    pub addr: String,
    /// 5 ws, 6 wss; 1 TCP, 2 TLS, 3 and 4 QUIC, 11 http, 12 https for other clients.
    #[serde(
        default,
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub protocol: Option<i64>,
    /// Higher goes first; absent counts as 0.
    #[serde(
        default,
        deserialize_with = "lenient::number",
        skip_serializing_if = "Option::is_none"
    )]
    pub weight: Option<i64>,
}

impl NavigationAnswer {
    /// Which layout of CONNACK to ask for.
    #[must_use]
    pub fn protocol_version(&self) -> ProtocolVersion {
        if self.open_anti == Some(1) {
            ProtocolVersion::V4
        } else {
            ProtocolVersion::V3
        }
    }

    /// Whether the public SDK would refuse this cloud (34005).
    #[must_use]
    pub fn is_private_deployment(&self) -> bool {
        self.deployment == Some(1)
    }

    /// The gateways of both forms, each once: by falling weight, at equal weight those over TLS
    /// first, then as they came.
    ///
    /// Entries whose protocol we cannot speak are left out. Version 1 fields are read where there
    /// is no version 2 list; they name no protocol, `version_1` is what they mean to whoever asked.
    /// An empty result is the SDK's 35008.
    #[must_use]
    pub fn gateways(&self, version_1: GatewayScheme) -> Vec<GatewayAddress> {
        let mut candidates = match self.server_addr.as_deref() {
            None | Some([]) => self.version_1_gateways(version_1),
            Some(list) => list.iter().filter_map(ServerAddress::weighted).collect(),
        };
        candidates.sort_by_key(|(weight, gateway)| {
            (Reverse(*weight), Reverse(gateway.scheme.is_encrypted()))
        });
        let mut gateways = Vec::new();
        for (_, gateway) in candidates {
            if !gateway.authority.is_empty() && !gateways.contains(&gateway) {
                gateways.push(gateway);
            }
        }
        gateways
    }

    /// What the version 1 fields mean to a client of the TCP form (protocol/cloud-tcp.md 1).
    #[must_use]
    pub fn version_1_tcp_scheme(&self) -> GatewayScheme {
        if self.open_tls == Some(1) {
            GatewayScheme::Tls
        } else {
            GatewayScheme::Tcp
        }
    }

    fn version_1_gateways(&self, scheme: GatewayScheme) -> Vec<(i64, GatewayAddress)> {
        let further = self
            .backup_server
            .as_deref()
            .filter(|list| !list.is_empty())
            .or(self.bs.as_deref());
        let hosts = self
            .server
            .as_deref()
            .into_iter()
            .chain(further.unwrap_or_default().split(','));
        hosts
            .map(|host| {
                (
                    0,
                    GatewayAddress {
                        scheme,
                        authority: host.trim().to_owned(),
                    },
                )
            })
            .collect()
    }
}

impl ServerAddress {
    fn weighted(&self) -> Option<(i64, GatewayAddress)> {
        let scheme = GatewayScheme::of_protocol(self.protocol)?;
        let authority = self.addr.trim().to_owned();
        Some((
            self.weight.unwrap_or_default(),
            GatewayAddress { scheme, authority },
        ))
    }
}
