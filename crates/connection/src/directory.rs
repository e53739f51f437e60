//! What navigation said, and which address worked.

use std::time::{Duration, Instant};

use imlink_model::{Token, UserId};
use imlink_wire::ProtocolVersion;
use imlink_wire::navigation::{GatewayAddress, NavigationAnswer, gateway_token};
use tracing::debug;

/// The navigation answer that is believed, in memory (`protocol/cloud-wire.md` 1.6).
#[derive(Debug)]
pub(crate) struct Directory {
    known: Option<Known>,
    /// Tried first, wherever it stands in a listing.
    worked: Option<GatewayAddress>,
    lifetime: Duration,
    /// A navigator asked to be left alone until then (F-S41).
    rests_until: Option<Instant>,
}

#[derive(Debug)]
struct Known {
    /// The token cut after its `@`: whose answer it is.
    key: Token,
    since: Instant,
    /// All its addresses failed: ask again before the next attempt (F-S30).
    is_doubted: bool,
    listing: Listing,
}

/// What is needed of a navigation answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Whose token it is, if the navigator said.
    pub(crate) user: Option<UserId>,
    /// In the order in which they are to be tried; at least one.
    pub(crate) gateways: Vec<GatewayAddress>,
    pub(crate) version: ProtocolVersion,
}

impl Listing {
    /// What an answer says, with those of its gateways that may be tried.
    pub(crate) fn new(answer: &NavigationAnswer, gateways: Vec<GatewayAddress>) -> Self {
        let user = answer
            .user_id
            .as_deref()
            .and_then(|user| UserId::new(user).ok());
        Self {
            user,
            gateways,
            version: answer.protocol_version(),
        }
    }
}

impl Directory {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            known: None,
            worked: None,
            lifetime,
            rests_until: None,
        }
    }

    /// The answer for this token, unless it is too old or doubted and another may be asked for.
    pub(crate) fn fresh(&self, token: &Token, now: Instant) -> Option<Listing> {
        let known = self.known.as_ref()?;
        let is_fresh = !known.is_doubted && now < known.since + self.lifetime;
        if is_fresh || self.rest(now).is_some() {
            self.last_good(token)
        } else {
            None
        }
    }

    /// The last answer for this token, however old: better than none (F-S31).
    pub(crate) fn last_good(&self, token: &Token) -> Option<Listing> {
        let known = self
            .known
            .as_ref()
            .filter(|known| Some(&known.key) == key(token).as_ref())?;
        let mut listing = known.listing.clone();
        if let Some(worked) = &self.worked
            && let Some(place) = listing
                .gateways
                .iter()
                .position(|gateway| gateway == worked)
        {
            listing.gateways[..=place].rotate_right(1);
        }
        Some(listing)
    }

    /// Takes a navigator's answer, in the order in which it is to be used.
    pub(crate) fn adopt(&mut self, token: &Token, listing: Listing, now: Instant) -> Listing {
        let Some(key) = key(token) else {
            return listing;
        };
        self.known = Some(Known {
            key,
            since: now,
            is_doubted: false,
            listing: listing.clone(),
        });
        self.last_good(token).unwrap_or(listing)
    }

    /// A navigator asks for time; the longest wish counts.
    pub(crate) fn leave_alone(&mut self, until: Instant) {
        self.rests_until = self.rests_until.max(Some(until));
    }

    /// How long navigators are to be left alone, if at all.
    pub(crate) fn rest(&self, now: Instant) -> Option<Duration> {
        let rest = self.rests_until?.saturating_duration_since(now);
        (!rest.is_zero()).then_some(rest)
    }

    /// None of the addresses worked.
    pub(crate) fn doubt(&mut self) {
        if let Some(known) = &mut self.known {
            debug!("No address of the navigation answer works; asking again next time");
            known.is_doubted = true;
        }
    }

    /// The cloud said to look elsewhere.
    pub(crate) fn forget(&mut self) {
        self.known = None;
        self.worked = None;
    }

    /// This address accepted us.
    pub(crate) fn on_worked(&mut self, gateway: &GatewayAddress) {
        self.worked = Some(gateway.clone());
    }
}

fn key(token: &Token) -> Option<Token> {
    Token::new(gateway_token(token.reveal())).ok()
}

#[cfg(test)]
mod tests {
    use imlink_wire::navigation::GatewayScheme;

    use super::*;

    fn token(text: &str) -> Token {
        Token::new(text).unwrap()
    }

    fn gateway(name: &str) -> GatewayAddress {
        GatewayAddress {
            scheme: GatewayScheme::Wss,
            authority: name.to_owned(),
        }
    }

    fn listing(gateways: &[&str]) -> Listing {
        Listing {
            user: None,
            gateways: gateways.iter().map(|name| gateway(name)).collect(),
            version: ProtocolVersion::V3,
        }
    }

    fn names(listing: Option<Listing>) -> Vec<String> {
        listing
            .into_iter()
            .flat_map(|l| l.gateways)
            .map(|gateway| gateway.authority)
            .collect()
    }

    fn directory() -> (Directory, Instant) {
        (
            Directory::new(Duration::from_secs(7200)),
            crate::testing::start(),
        )
    }

    #[test]
    fn an_answer_is_believed_for_two_hours_and_kept_as_the_last_good_one() {
        let (mut directory, t) = directory();
        directory.adopt(&token("a@h"), listing(&["x"]), t);

        let almost = t + Duration::from_secs(7200) - Duration::from_millis(1);
        assert!(directory.fresh(&token("a@h"), almost).is_some());
        assert!(
            directory
                .fresh(&token("a@h"), t + Duration::from_secs(7200))
                .is_none()
        );
        assert!(directory.last_good(&token("a@h")).is_some());
    }

    #[test]
    fn an_answer_belongs_to_the_token_before_its_at_sign() {
        let (mut directory, t) = directory();
        directory.adopt(&token("a@h"), listing(&["x"]), t);

        assert!(directory.fresh(&token("a@other"), t).is_some());
        assert!(directory.fresh(&token("b@h"), t).is_none());
        assert!(directory.last_good(&token("b@h")).is_none());
        assert!(directory.fresh(&token("a"), t).is_none());
    }

    #[test]
    fn the_address_that_worked_is_tried_first() {
        let (mut directory, t) = directory();
        directory.on_worked(&gateway("z"));

        let adopted = directory.adopt(&token("a"), listing(&["x", "y", "z", "w"]), t);

        assert_eq!(names(Some(adopted)), ["z", "x", "y", "w"]);
        assert_eq!(names(directory.fresh(&token("a"), t)), ["z", "x", "y", "w"]);
    }

    // F-S30
    #[test]
    fn a_doubted_answer_is_only_a_last_resort() {
        let (mut directory, t) = directory();
        directory.adopt(&token("a"), listing(&["x"]), t);

        directory.doubt();

        assert!(directory.fresh(&token("a"), t).is_none());
        assert!(directory.last_good(&token("a")).is_some());
    }

    #[test]
    fn a_redirect_forgets_everything() {
        let (mut directory, t) = directory();
        directory.adopt(&token("a"), listing(&["x"]), t);

        directory.forget();

        assert!(directory.last_good(&token("a")).is_none());
    }
}
