//! A talk while it goes on: what comes in and what is typed, one turn after the other.

use std::time::{Duration, Instant};

use imlink::{
    ChatroomChange, Client, Code, ConnectionStatus, Conversation, ConversationKind, Error, Event,
    Filter, HistoryQuery, ObjectName, Outgoing, Subscription, UserId,
};
use tokio::task::JoinSet;

use super::keyboard::{Key, Keyboard};
use super::order::{HELP, Order};
use super::post::{News, Post};
use super::said::Said;
use super::screen::Screen;
use super::talk::Talk;
use super::{Arguments, place};
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Count, Escaped, Output, Paint};
use crate::runtime::DONE;

/// Messages of a page that is read to catch up.
const PAGE: u16 = 50;

/// Most messages that a chatroom gives to who enters it (PROTOCOL.md, limits).
const RECENT: u16 = 50;

/// Own messages under way; a pipe is not read on while there are more. The cloud takes five a
/// second (behaviour.md 13.3).
const UNDER_WAY: usize = 32;

/// Who leaves a terminal does not wait longer for what is just being sent.
const PARTING: Duration = Duration::from_secs(1);

/// A talk and everything around it.
struct Chat {
    client: Client,
    conversation: Conversation,
    user: UserId,
    talk: Talk,
    post: Post,
    screen: Screen,
    /// Calls nobody waits for; what fails is told.
    errands: JoinSet<Result<(), Error>>,
    tells_typing: bool,
}

/// What a subscription had to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wake {
    /// There is something new.
    Message,
    /// It ended, for example because this command stood still for too long.
    Ended,
}

/// Whether the talk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    GoesOn,
    Ends,
}

/// Talks until the person leaves, or the pipe ends and what became of its lines is known.
///
/// # Errors
/// What ends the talk for good, and of a pipe the worst that became of its lines.
pub async fn chat(arguments: &Arguments, output: Output) -> Ending {
    let conversation = place(arguments)?;
    let (client, user) = arguments.account.join().await?;
    let mut events = client.events();
    let filter = Filter {
        conversations: vec![conversation.clone()],
        object_names: Vec::new(),
    };
    let mut wakes = Some(client.subscribe_now_to(filter.clone()).await?);
    let (mut keyboard, printer) = Keyboard::open(output)?;
    let mut chat = Chat {
        talk: Talk::new(conversation.clone(), user.clone()),
        post: Post::new(client.clone()),
        screen: Screen::new(output, printer),
        errands: JoinSet::new(),
        tells_typing: !arguments.no_typing,
        client,
        conversation,
        user,
    };
    chat.open(arguments.number, keyboard.is_terminal()).await?;

    let mut patience = None;
    loop {
        let tally = chat.talk.tally();
        if patience.is_some() && tally.open == 0 {
            break;
        }
        let busy = tally.open >= UNDER_WAY && !keyboard.is_terminal();
        let woken = tokio::select! {
            biased;
            event = events.next() => match event {
                Some(event) => chat.handle_event(event)?,
                None => break,
            },
            wake = woken(&mut wakes) => {
                if wake == Wake::Ended {
                    wakes = None;
                }
                true
            }
            (id, news) = chat.post.news() => {
                match news {
                    News::Handed => chat.talk.handed(id),
                    News::Ended(outcome) => chat.show(|talk| talk.ended(&id, outcome))?,
                }
                false
            }
            () = at(chat.talk.deadline()) => {
                chat.show(|talk| talk.tick(Instant::now()))?;
                false
            }
            Some(done) = chat.errands.join_next(), if !chat.errands.is_empty() => {
                if let Ok(Err(error)) = done {
                    chat.screen.remark(Failure::from(error))?;
                }
                false
            }
            () = at(patience) => break,
            key = keyboard.next(), if patience.is_none() && !busy => {
                if chat.handle_key(key, keyboard.is_terminal())? == Next::Ends {
                    let wait = match keyboard.is_terminal() {
                        true => PARTING,
                        false => Duration::from_secs(arguments.wait.into()),
                    };
                    patience = Some(Instant::now() + wait);
                }
                false
            }
        };
        if woken {
            if wakes.is_none() {
                wakes = chat.subscribe(&filter).await?;
            }
            chat.catch_up().await?;
        }
    }
    chat.part(keyboard.is_terminal())
}

/// The subscription tells that there is something; what it is, the history says, from the place
/// that was shown last: so nothing is left out, however often link and daemon come and go.
async fn woken(wakes: &mut Option<Subscription>) -> Wake {
    match wakes {
        Some(wakes) => match wakes.next().await {
            Some(Ok(_)) => Wake::Message,
            Some(Err(_)) | None => Wake::Ended,
        },
        None => std::future::pending().await,
    }
}

/// Waits for a moment, for ever if there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

impl Chat {
    async fn open(&mut self, number: u16, terminal: bool) -> Result<(), Failure> {
        let summary = self.client.conversation(self.conversation.clone()).await?;
        // With none wanted one is read all the same: its place is where the talk begins.
        let wanted = number.max(1);
        let page = self.client.history(self.conversation.clone(), None, wanted);
        let mut last = page.await?.entries;
        last.reverse();
        if number == 0 {
            self.talk.skip(&last);
            last.clear();
        }
        if terminal {
            let (user, target) = (
                Escaped(self.user.as_str()),
                Escaped(self.conversation.target.as_str()),
            );
            self.screen.remark(Paint::dim(format_args!(
                "{user} with {target}; /help lists what can be typed, Ctrl-D leaves."
            )))?;
        }
        if self.conversation.kind == ConversationKind::Chatroom {
            // Its last messages come as if they were said at this moment.
            let room = self.conversation.target.clone();
            self.client.join_chatroom(room, number.min(RECENT)).await?;
        }
        self.show(|talk| talk.open(last, summary.as_ref()))?;
        let up = self.client.status() == ConnectionStatus::Connected;
        self.show(|talk| talk.link(up, None))?;
        self.tell_read().await;
        Ok(())
    }

    /// Subscribes again; without a daemon, when there is one again.
    async fn subscribe(&self, filter: &Filter) -> Result<Option<Subscription>, Failure> {
        match self.client.subscribe_now_to(filter.clone()).await {
            Ok(wakes) => Ok(Some(wakes)),
            Err(error) if error.is_retryable() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Shows what was stored since. If it cannot be read there is no daemon; it is read when there
    /// is one again.
    async fn catch_up(&mut self) -> Result<(), Failure> {
        loop {
            let query = HistoryQuery::newest(self.conversation.clone())
                .after(self.talk.place())
                .limit(PAGE);
            let Ok(page) = self.client.history_page(query).await else {
                return Ok(());
            };
            let more = page.more && !page.entries.is_empty();
            for message in page.entries {
                self.show(|talk| talk.stored(message))?;
            }
            if !more {
                break;
            }
        }
        self.tell_read().await;
        Ok(())
    }

    async fn tell_read(&mut self) {
        if let Some(up_to) = self.talk.take_read() {
            let told = self
                .client
                .mark_read(self.conversation.clone(), up_to)
                .await;
            // What is read is told again with the next message.
            drop(told);
        }
    }

    /// Whether there may be something new in the history.
    fn handle_event(&mut self, event: Event) -> Result<bool, Failure> {
        match event {
            Event::Status(change) if change.status.is_final() => {
                let code = change.code.unwrap_or(Code::LOCAL_NO_ACCOUNT);
                return Err(Failure::of(
                    code,
                    format!("The account is offline for good: {}.", change.status),
                ));
            }
            Event::Status(change) => {
                let up = change.status == ConnectionStatus::Connected;
                self.show(|talk| talk.link(up, change.code))?;
                return Ok(up);
            }
            Event::Transient(message) => {
                self.show(|talk| talk.heard(*message, Instant::now()))?;
            }
            Event::Changed(message) => self.show(|talk| talk.changed(&message))?,
            Event::SendResult {
                id: _,
                client_id,
                state,
            } => self.show(|talk| talk.cleared(&client_id, state))?,
            Event::Chatroom { room, change } if room == self.conversation.target => match change {
                ChatroomChange::Rejoined => self.screen.say(&Said::Rejoined)?,
                ChatroomChange::Left { code } => {
                    return Err(Failure::of(
                        code,
                        format!("Out of the room: {}", code.cause()),
                    ));
                }
            },
            Event::Gap(gap) => self.screen.say(&Said::gap(&gap, self.screen.language()))?,
            Event::Synchronized | Event::Lagged { .. } => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn handle_key(&mut self, key: Key, terminal: bool) -> Result<Next, Failure> {
        let order = match key {
            Key::Line(line) if terminal => Order::of(&line),
            Key::Line(line) => Order::text(&line),
            Key::Typing => {
                self.tell_typing();
                return Ok(Next::GoesOn);
            }
            Key::Interrupted => return Err(Failure::interrupted()),
            Key::End => Order::Quit,
            Key::Failed(error) => return Err(error.into()),
        };
        match order {
            Order::Nothing => {}
            Order::Say(text) => {
                let message = Outgoing::text(self.conversation.clone(), &text);
                let id = message.client_id().clone();
                self.talk.say(id, text, Instant::now());
                self.post.send(message);
            }
            Order::Recall => self.recall()?,
            Order::Who => self.who()?,
            Order::Help => self.screen.remark(HELP)?,
            Order::Quit => return Ok(Next::Ends),
            Order::Unknown(order) => self.screen.remark(format_args!(
                "There is no {}; /help lists what there is, //… sends it.",
                Escaped(&order)
            ))?,
        }
        Ok(Next::GoesOn)
    }

    /// A notice that does not arrive is none; the next one follows soon enough.
    fn tell_typing(&mut self) {
        if !self.tells_typing || !self.talk.tells_typing(Instant::now()) {
            return;
        }
        let (client, to) = (self.client.clone(), self.conversation.clone());
        self.errands.spawn(async move {
            let told = client.typing(to, &ObjectName::text()).await;
            drop(told);
            Ok(())
        });
    }

    /// That it was done an event tells.
    fn recall(&mut self) -> Result<(), Failure> {
        let Some(uid) = self.talk.last_own().cloned() else {
            self.screen
                .remark("There is no message of yours to take back.")?;
            return Ok(());
        };
        let client = self.client.clone();
        self.errands.spawn(async move { client.recall(uid).await });
        Ok(())
    }

    fn who(&mut self) -> Result<(), Failure> {
        let user = Escaped(self.user.as_str());
        let kind = self.conversation.kind;
        let target = Escaped(self.conversation.target.as_str());
        let status = self.client.status();
        let open = self.talk.tally().open;
        self.screen.remark(format_args!(
            "{user} with {target} ({kind}), {status}; under way: {}.",
            Count(open as u64, "message")
        ))?;
        Ok(())
    }

    fn show<T>(&mut self, step: impl FnOnce(&mut Talk) -> T) -> Result<(), Failure>
    where
        T: IntoIterator<Item = Said>,
    {
        for said in step(&mut self.talk) {
            self.screen.say(&said)?;
        }
        Ok(())
    }

    /// A person was told everything; a script gets the worst of it as the exit status.
    fn part(mut self, terminal: bool) -> Ending {
        self.show(Talk::give_up)?;
        let tally = self.talk.tally();
        if terminal {
            if tally.open > 0 {
                self.screen.remark(format_args!(
                    "Not out yet: {}; `imlink outbox` shows what the daemon has of them.",
                    Count(tally.open as u64, "message")
                ))?;
            }
            return DONE;
        }
        if let Some(code) = tally.failed {
            return Err(Failure::of(
                code,
                format!("A message was not delivered: {}", code.cause()),
            ));
        }
        if tally.open > 0 {
            let open = Count(tally.open as u64, "message");
            let cause = format!("Not out in time: {open}.");
            return Err(Failure::of(Code::LOCAL_TIMEOUT, cause).with_cure(
                "Look into `imlink outbox` before sending them again: those that the daemon has are sent.",
            ));
        }
        if tally.in_doubt > 0 {
            let in_doubt = Count(tally.in_doubt as u64, "message");
            let cause = format!("Arrived or not, nobody can say: {in_doubt}.");
            return Err(Failure::of(Code::RC_MSG_RESP_TIMEOUT, cause).with_cure(
                "Look into `imlink history` before sending them again; they would be further messages.",
            ));
        }
        DONE
    }
}
