//! What clients QUERY.

use bytes::Bytes;
use imlink_model::Millis;
use imlink_wire::{
    QoS, ServerPacket,
    proto::{
        BotOutput, EventChangeList, PullModifyMsgReq, PullModifyMsgResp, PullUserSettingInput,
        PullUserSettingOutput, QueryMsgChange, ReportSdkOutput, SessionReq, SessionStates,
        decode_body, encode_body,
    },
    topic,
};

use super::{
    App, Fault, LinkId,
    publish::{Refusal, UNKNOWN_TOPIC},
    send::seconds,
};

impl App {
    pub(super) fn query(
        &mut self,
        link: LinkId,
        topic: &str,
        message_id: u16,
        body: Bytes,
        now: Millis,
    ) {
        let Some(user) = self.links.get(&link).map(|link| link.user.clone()) else {
            return;
        };
        let refusal = self.strikes(Some(&user), |fault| match fault {
            Fault::Topic {
                topic: spoiled,
                status,
            } if spoiled == topic => Some(*status),
            _ => None,
        });
        let answer = match refusal {
            Some(status) => Err(Refusal::new(status, "a fault is armed")),
            None if topic == topic::PULL_MESSAGES => self.pull_messages(&user, body, now),
            None => nothing_new(topic, body),
        };
        let (status, body) = match answer {
            Ok(body) => (0, body),
            Err(refusal) => {
                let Refusal { status, reason } = refusal;
                tracing::info!(%link, topic, status, reason, "Query refused");
                (status, Bytes::new())
            }
        };
        let date = seconds(now);
        self.send(
            link,
            ServerPacket::QueryAck {
                qos: QoS::AtMostOnce,
                message_id,
                date,
                status,
                body,
            },
        );
    }
}

/// Answers the pulls of things this cloud does not keep: nothing is newer than what the client has.
///
/// A version is never lower than the client's (protocol/cloud-wire.md 5.1).
fn nothing_new(topic: &str, body: Bytes) -> Result<Bytes, Refusal> {
    Ok(match topic {
        topic::APP_BOTS => encode_body(&BotOutput::default()),
        topic::REPORT_SDK => encode_body(&ReportSdkOutput::default()),
        topic::PULL_USER_SETTINGS => {
            let asked: PullUserSettingInput = decode_body(body).map_err(Refusal::malformed)?;
            encode_body(&PullUserSettingOutput {
                version: asked.version,
                items: Vec::new(),
            })
        }
        topic::PULL_CONVERSATION_STATES => {
            let asked: SessionReq = decode_body(body).map_err(Refusal::malformed)?;
            encode_body(&SessionStates {
                version: asked.time,
                state: Vec::new(),
            })
        }
        topic::PULL_EVENTS => {
            let asked: QueryMsgChange = decode_body(body).map_err(Refusal::malformed)?;
            encode_body(&EventChangeList {
                sync_time: asked.sync_time,
                has_next: Some(false),
                ..EventChangeList::default()
            })
        }
        topic::PULL_MODIFIED => {
            let asked: PullModifyMsgReq = decode_body(body).map_err(Refusal::malformed)?;
            encode_body(&PullModifyMsgResp {
                next_version: asked.pull_version,
                finished: Some(true),
                ..PullModifyMsgResp::default()
            })
        }
        _ => {
            return Err(Refusal::new(UNKNOWN_TOPIC, "unknown topic"));
        }
    })
}
