//! A message an app wants to send.

use std::fmt;
use std::sync::Arc;

use imlink_model::{
    Body, ClientMessageId, Code, Conversation, Expansion, MAX_BODY_BYTES, ObjectName, Resend,
    SendOptions, UserId,
};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::Error;
use crate::content::{Content, Text};

/// A message on its way to [`Client::send`](crate::Client::send).
///
/// It carries an id of its own from the start: sending a clone of it again, after an error or
/// even from another process of the same app, is the same message and not a second one.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub(crate) conversation: Conversation,
    pub(crate) object_name: ObjectName,
    pub(crate) body: Body,
    pub(crate) client_id: ClientMessageId,
    pub(crate) options: SendOptions,
}

impl Outgoing {
    /// A plain text message (`RC:TxtMsg`).
    #[must_use]
    pub fn text(conversation: Conversation, text: &str) -> Self {
        Self::content(conversation, Text::new(text))
    }

    /// A message of a type that [`content`](crate::content) knows, or of the app's own
    /// ([`Content::custom`]).
    ///
    /// ```
    /// use imlink::content::{Image, Mentions};
    /// use imlink::{Conversation, Outgoing, TargetId};
    ///
    /// # fn main() -> Result<(), imlink::Error> {
    /// let team = Conversation::group(TargetId::new("team")?);
    /// let picture = Image::new("https://media.example/1.jpg").mentioning(Mentions::all());
    /// let message = Outgoing::content(team, picture);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn content(conversation: Conversation, content: impl Into<Content>) -> Self {
        let content = content.into();
        let body = Arc::<str>::from(content.to_body().as_str());
        Self::new(conversation, content.object_name(), body)
    }

    /// A message of any type. The body of a built-in type is JSON text as the vendor documents
    /// it; at most [`MAX_BODY_BYTES`] bytes, or sending it fails with 30016.
    #[must_use]
    pub fn new(
        conversation: Conversation,
        object_name: ObjectName,
        body: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            conversation,
            object_name,
            body: Body::new(body),
            client_id: random_id(),
            options: SendOptions::default(),
        }
    }

    /// Replaces the id, by default 128 random bits in hexadecimal: for an app that numbers its
    /// messages itself, or keeps the id over a restart.
    #[must_use]
    pub fn with_client_id(mut self, client_id: ClientMessageId) -> Self {
        self.client_id = client_id;
        self
    }

    /// Asks for a special delivery; by default nothing special.
    #[must_use]
    pub fn with_options(mut self, options: SendOptions) -> Self {
        self.options = options;
        self
    }

    /// When it is sent again without being asked; by default when that is
    /// [safe](Resend::Safe).
    #[must_use]
    pub fn with_resend(mut self, resend: Resend) -> Self {
        self.options.resend = resend;
        self
    }

    /// Makes it a message for some members of its group, at most [`MAX_DIRECTED`](crate::MAX_DIRECTED).
    /// In other conversations sending it fails with 34296.
    #[must_use]
    pub fn directed_to(mut self, members: impl IntoIterator<Item = UserId>) -> Self {
        self.options.directed = members.into_iter().collect();
        self
    }

    /// Has it carry key-value data, which may change later; an empty [`Expansion`] is for a message
    /// that gets its data then. Only in private conversations and groups, or sending it fails with
    /// 34008.
    #[must_use]
    pub fn with_expansion(mut self, expansion: &Expansion) -> Self {
        self.options.expandable = true;
        self.options.expansion = (*expansion != Expansion::default()).then(|| expansion.to_json());
        self
    }

    /// The id under which [`Client::send_state`](crate::Client::send_state) finds it.
    #[must_use]
    pub fn client_id(&self) -> &ClientMessageId {
        &self.client_id
    }

    /// Whether the body has a length that can be sent.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_body(&self.body)
    }
}

impl fmt::Debug for Outgoing {
    /// Shows where it goes and nothing of what it says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("conversation", &self.conversation)
            .field("object_name", &self.object_name)
            .field("body", &self.body)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Whether a body has a length that can be sent or stored.
pub(crate) fn check_body(body: &Body) -> Result<(), Error> {
    let bytes = body.as_str().len();
    if bytes <= MAX_BODY_BYTES {
        return Ok(());
    }
    Err(Error::because(
        Code::RC_MSG_CONTENT_EXCEED_LIMIT,
        format!("the body has {bytes} bytes, at most {MAX_BODY_BYTES} are allowed"),
    ))
}

/// From the kernel each time: two processes after a fork must not draw the same id.
pub(crate) fn random_id() -> ClientMessageId {
    let bits: u128 = SmallRng::from_os_rng().random();
    ClientMessageId::new(format!("{bits:032x}"))
        .expect("32 hexadecimal digits are a client message id")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_lei() -> Conversation {
        Conversation::private(UserId::new("lei").unwrap())
    }

    #[test]
    fn text_is_escaped_into_the_built_in_form() {
        let message = Outgoing::text(to_lei(), "say \"hi\"\n");

        assert_eq!(message.object_name.as_str(), "RC:TxtMsg");
        assert_eq!(message.body.as_str(), r#"{"content":"say \"hi\"\n"}"#);
    }

    #[test]
    fn each_message_has_an_id_of_its_own_and_a_clone_has_the_same() {
        let (one, other) = (Outgoing::text(to_lei(), "a"), Outgoing::text(to_lei(), "a"));

        assert_ne!(one.client_id(), other.client_id());
        assert_eq!(one.clone().client_id(), one.client_id());
        assert_eq!(one.client_id().as_str().len(), 32);
    }

    #[test]
    fn what_is_asked_of_a_send_comes_together() {
        let expansion = Expansion::new([("k", "v")]).unwrap();
        let bob = UserId::new("bob").unwrap();

        let message = Outgoing::text(to_lei(), "a")
            .with_resend(Resend::Never)
            .directed_to([bob.clone()])
            .with_expansion(&expansion);
        let later = Outgoing::text(to_lei(), "a").with_expansion(&Expansion::default());

        assert_eq!(message.options.resend, Resend::Never);
        assert_eq!(message.options.directed, [bob]);
        assert_eq!(
            message.options.expansion.as_deref(),
            Some(r#"{"k":{"v":"v"}}"#)
        );
        assert!(message.options.expandable);
        assert!(later.options.expandable && later.options.expansion.is_none());
    }

    // F-K10
    #[test]
    fn debug_shows_nothing_of_what_a_message_says() {
        let options = SendOptions {
            push_content: Some("canary".into()),
            ..Default::default()
        };
        let message = Outgoing::text(to_lei(), "canary").with_options(options);

        assert!(!format!("{message:?}").contains("canary"));
    }

    // decisions.md P26
    #[test]
    fn a_body_over_the_limit_is_refused_with_the_vendors_code() {
        let name = ObjectName::new("App:Blob").unwrap();
        let fits = Outgoing::new(to_lei(), name.clone(), "x".repeat(MAX_BODY_BYTES));
        let exceeds = Outgoing::new(to_lei(), name, "x".repeat(MAX_BODY_BYTES + 1));

        assert_eq!(fits.check(), Ok(()));
        assert_eq!(
            exceeds.check().unwrap_err().code(),
            Code::RC_MSG_CONTENT_EXCEED_LIMIT
        );
    }
}
