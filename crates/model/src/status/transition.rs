//! Which status may follow which: behaviour.md 2.3, as amended by decisions.md P2, P3, P5, P9, P13
//! and P24.

use super::ConnectionStatus::{
    self, Connected, Connecting, KickedOffline, NetworkUnavailable, ProxyUnavailable, SignOut,
    Suspend, Timeout, TokenIncorrect, Unconnected, UserAbandon, UserBlocked,
};

impl ConnectionStatus {
    /// What an app may see next. None follows itself, and from a
    /// [final](Self::is_final) one nothing leads on but a connect.
    #[must_use]
    pub const fn followers(self) -> &'static [Self] {
        match self {
            // Of an app that did not connect, or whose connect failed: it has nothing to leave.
            Unconnected => &[Connecting],
            KickedOffline | TokenIncorrect | UserBlocked | UserAbandon | Timeout => {
                &[Connecting, SignOut]
            }
            SignOut => &[Connecting],
            Connecting => &[
                Connected,
                Suspend,
                NetworkUnavailable,
                ProxyUnavailable,
                Unconnected,
                KickedOffline,
                TokenIncorrect,
                UserBlocked,
                UserAbandon,
                Timeout,
                SignOut,
            ],
            // A proxy that fails under a link is shown as such (P2).
            Connected => &[
                Suspend,
                NetworkUnavailable,
                ProxyUnavailable,
                Unconnected,
                KickedOffline,
                TokenIncorrect,
                UserBlocked,
                UserAbandon,
                SignOut,
            ],
            // Between two attempts a limit may run out (P9) and the network go (P5).
            Suspend => &[
                Connecting,
                NetworkUnavailable,
                Unconnected,
                Timeout,
                SignOut,
            ],
            // It ends a first connect; later the ladder goes on (P2), or the daemon ends (P13).
            ProxyUnavailable => &[
                Connecting,
                NetworkUnavailable,
                Suspend,
                Unconnected,
                Timeout,
                SignOut,
            ],
            // A link may outlive the network for a while, and the cloud may still end it for good, or
            // the proxy that it goes through (P2).
            NetworkUnavailable => &[
                Connecting,
                Suspend,
                ProxyUnavailable,
                Unconnected,
                KickedOffline,
                TokenIncorrect,
                UserBlocked,
                UserAbandon,
                Timeout,
                SignOut,
            ],
        }
    }

    /// Whether an app may see `next` right after this.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self.followers().contains(&next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // behaviour.md 2.3: never a terminal status followed by CONNECTING without an explicit connect
    #[test]
    fn from_a_final_status_only_a_connect_or_leaving_leads_on() {
        for status in ConnectionStatus::ALL {
            if status.is_final() {
                let others = [Connecting, SignOut];
                assert!(status.followers().iter().all(|next| others.contains(next)));
            }
        }
    }

    #[test]
    fn none_follows_itself_and_each_can_be_left_and_reached() {
        for status in ConnectionStatus::ALL {
            assert!(!status.may_become(status), "{status}");
            assert!(status.may_become(Connecting) || status == Connecting || status == Connected);
            assert!(
                ConnectionStatus::ALL
                    .iter()
                    .any(|from| from.may_become(status)),
                "{status}"
            );
        }
    }

    /// A link that was lost is never just there again.
    #[test]
    fn connected_comes_after_connecting_only() {
        for status in ConnectionStatus::ALL {
            assert_eq!(
                status.may_become(Connected),
                status == Connecting,
                "{status}"
            );
        }
    }
}
