//! What apps ask of a link that is up, and the answers of its driver.

use std::time::Instant;

use imlink_ipc_proto::Response;
use imlink_model::uplink::{Answer, AskId, Command, Recallable, Signal};
use imlink_model::{
    CLASSES, Class, Code, ConnectionStatus, ConversationKind, MAX_BODY_BYTES, Message, MessageUid,
    ObjectName, Recall, TargetId, Trace,
};
use imlink_store::Edit;

use super::account::Link;
use super::checks::{Refusal, meant, plain};
use super::peer::App;
use super::{AccountId, Effect, PeerId, Registry, Then};

/// Recalls of an account that the cloud has not answered: as many as a link takes at one time.
const RECALLS: usize = 32;

/// Something a driver was asked and has not answered.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) account: AccountId,
    pub(super) peer: PeerId,
    pub(super) request: u64,
    pub(super) what: Asked,
}

#[derive(Debug)]
pub(super) enum Asked {
    Signal,
    Recall {
        /// Who wants it, also once its connection is gone.
        app: App,
        message: Recallable,
        trace: Trace,
    },
    /// To be in a chatroom; `left` if the app has left it meanwhile.
    EnterRoom {
        room: TargetId,
        left: bool,
    },
}

impl Registry {
    /// An app says something to those who are online now.
    pub(super) fn signal(
        &mut self,
        peer: PeerId,
        request: u64,
        conversation: imlink_ipc_proto::Conversation,
        object_name: ObjectName,
        body: imlink_model::Body,
        now: Instant,
    ) -> Result<(), Refusal> {
        let conversation = meant(conversation)?;
        if conversation.kind == ConversationKind::System {
            return Err(plain(Code::SYS_CONVERSATION_NOT_SUPPORT_MESSAGE));
        }
        if body.as_str().len() > MAX_BODY_BYTES {
            return Err(plain(Code::RC_MSG_CONTENT_EXCEED_LIMIT));
        }
        if is_kept(&object_name) {
            let text = format!("{object_name} is kept for those who are away: it is sent");
            return Err(Refusal(Code::LOCAL_BAD_REQUEST, text));
        }
        let account = self.linked_account(peer)?;
        if !self.may_signal(peer, account, now) {
            return Err(plain(Code::LOCAL_QUOTA));
        }
        let ask = self.ask(account, peer, request, Asked::Signal);
        let signal = Signal {
            conversation,
            object_name,
            body,
        };
        self.uplink(account, Command::Signal { ask, signal });
        Ok(())
    }

    /// The message an app wants to take back was looked for.
    pub(super) fn recall_found(
        &mut self,
        peer: PeerId,
        request: u64,
        trace: Trace,
        message: Option<Message>,
    ) {
        let message = message.and_then(|message| Some((message.uid.clone()?, message)));
        let Some((uid, message)) = message else {
            return self.refuse_plainly(peer, request, Code::RECALL_MESSAGE);
        };
        if trace == Trace::Notice && message.object_name == ObjectName::recall_notice() {
            // By an earlier try that was told 30003, or by somebody else.
            return self.answer(peer, request, Response::Done {});
        }
        let account = match self.linked_account(peer) {
            Ok(account) => account,
            Err(Refusal(code, text)) => return self.refuse(peer, request, code, text),
        };
        let Some(app) = self.peers.get(&peer).map(|peer| peer.app()) else {
            return;
        };
        if !self.may_recall(&app, account) {
            return self.refuse_plainly(peer, request, Code::LOCAL_QUOTA);
        }
        let message = Recallable {
            uid,
            conversation: message.conversation,
            sent_at: message.sent_at,
        };
        let asked = Asked::Recall {
            app,
            message: message.clone(),
            trace,
        };
        let ask = self.ask(account, peer, request, asked);
        self.uplink(
            account,
            Command::Recall {
                ask,
                message,
                trace,
            },
        );
    }

    /// A driver answers.
    pub(super) fn answered(
        &mut self,
        ask: AskId,
        result: Result<Answer, Code>,
        now: imlink_model::Millis,
    ) {
        let Some(Ask {
            account,
            peer,
            request,
            what,
        }) = self.asks.remove(&ask)
        else {
            return;
        };
        let answer = match result {
            Ok(answer) => answer,
            Err(code) => return self.refuse_plainly(peer, request, code),
        };
        match (what, answer) {
            (Asked::Recall { message, trace, .. }, Answer::Recalled { at }) => {
                self.recalled(account, (peer, request), message, trace, at);
            }
            (Asked::EnterRoom { room, left }, Answer::Entered { recent }) => {
                self.answer(peer, request, Response::Done {});
                self.entered(account, peer, room, left, recent, now);
            }
            (Asked::Signal | Asked::Recall { .. } | Asked::EnterRoom { .. }, _) => {
                self.answer(peer, request, Response::Done {});
            }
        }
    }

    /// The driver of an account is no more: what it was asked stays undone.
    pub(super) fn fail_asks(&mut self, account: AccountId) {
        let gone: Vec<_> = self
            .asks
            .extract_if(.., |_, ask| ask.account == account)
            .collect();
        for (_, ask) in gone {
            self.refuse_plainly(ask.peer, ask.request, Code::RC_NET_CHANNEL_INVALID);
        }
    }

    /// The account of an app that is connected, if its link is up (decisions.md P23).
    pub(super) fn linked_account(&self, peer: PeerId) -> Result<AccountId, Refusal> {
        let session = self.peers.get(&peer).and_then(|peer| peer.session.as_ref());
        let Some(session) = session.filter(|session| session.connected_once) else {
            return Err(plain(Code::RC_NET_CHANNEL_INVALID));
        };
        let Some(account) = self.accounts.get(&session.account) else {
            return Err(plain(Code::RC_NET_CHANNEL_INVALID));
        };
        match (account.link, account.status.status) {
            (Link::Online, _) => Ok(session.account),
            (Link::Wanted, ConnectionStatus::NetworkUnavailable) => {
                Err(plain(Code::RC_NET_UNAVAILABLE))
            }
            (Link::Wanted | Link::Off | Link::Stopped(_), _) => {
                Err(plain(Code::RC_NET_CHANNEL_INVALID))
            }
        }
    }

    /// Whether the app of a peer has a signal left.
    fn may_signal(&mut self, peer: PeerId, account: AccountId, now: Instant) -> bool {
        let app = self.peers.get(&peer).map(|peer| peer.app());
        let account = self.accounts.get_mut(&account);
        app.zip(account)
            .is_some_and(|(app, account)| account.signals.take(&app, now))
    }

    /// Whether an app may take one more message back: as long as more places are free than it has,
    /// so that one which takes all it can get leaves some to others, as with signals.
    fn may_recall(&self, app: &App, account: AccountId) -> bool {
        let of_account = self.asks.values().filter(|ask| ask.account == account);
        let apps = of_account.filter_map(|ask| match &ask.what {
            Asked::Recall { app, .. } => Some(app),
            Asked::Signal | Asked::EnterRoom { .. } => None,
        });
        let (own, others): (Vec<&App>, Vec<&App>) = apps.partition(|other| *other == app);
        own.len() < RECALLS.saturating_sub(own.len() + others.len())
    }

    pub(super) fn ask(
        &mut self,
        account: AccountId,
        peer: PeerId,
        request: u64,
        what: Asked,
    ) -> AskId {
        self.last_ask += 1;
        let ask = AskId(self.last_ask);
        self.asks.insert(
            ask,
            Ask {
                account,
                peer,
                request,
                what,
            },
        );
        ask
    }

    /// The cloud took a message back: here too, and then its app is answered.
    fn recalled(
        &mut self,
        account: AccountId,
        (peer, request): (PeerId, u64),
        message: Recallable,
        trace: Trace,
        at: imlink_model::Millis,
    ) {
        let user = self.accounts.get(&account).and_then(|it| it.user.clone());
        let Some(by) = user else {
            return self.answer(peer, request, Response::Done {});
        };
        let recall = Recall {
            uid: message.uid,
            conversation: message.conversation,
            by,
            at,
            by_admin: false,
            trace,
        };
        self.effects.push_back(Effect::Edit {
            account,
            edits: vec![Edit::Recall(recall)],
            then: Then::Recall {
                peer,
                request,
                trace,
            },
        });
    }
}

/// Whether a type of the vendor's is stored by whoever gets it. Types of the app's own may go as
/// status messages too.
fn is_kept(object_name: &ObjectName) -> bool {
    CLASSES.iter().any(|(name, class)| match class {
        Class::Counted | Class::Persisted => *name == object_name.as_str(),
        Class::Status | Class::Plain => false,
    })
}

/// What is left of a message, by what an app says.
pub(super) fn trace_of(delete: bool) -> Trace {
    if delete {
        Trace::Nothing
    } else {
        Trace::Notice
    }
}

/// A request to take a message back; its row says where it is.
#[derive(Clone, Debug)]
pub(super) struct RecallRequest {
    pub(super) uid: MessageUid,
    pub(super) trace: Trace,
}
