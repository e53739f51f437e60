//! Whether this machine has a network, and when its addresses or routes change.
//!
//! The kernel tells every change over rtnetlink, to anybody. What it tells is not read: a change
//! is a reason to look at all addresses and routes anew, a moment later, when what belongs together
//! has happened. So a notice that got lost (`ENOBUFS`) costs nothing, and a burst costs one look.
//!
//! ```text
//! notice ──> Pace ──due──> look ──Scene──> compare ──> Change
//! ```

mod look;
mod pace;
mod scene;
mod socket;

use std::io;
use std::time::Instant;

use futures_util::stream::{self, Stream};
use imlink_model::uplink::{Hint, Network};
use tracing::{debug, info, warn};

use self::look::look;
use self::pace::Pace;
use self::scene::Scene;
use self::socket::Notices;
use crate::surroundings::Change;

/// The changes of this machine's network, beginning with whether there is one.
///
/// Where the kernel does not tell, there is assumed to be one, and nothing changes.
pub fn changes() -> impl Stream<Item = Change> {
    stream::unfold(None, |watch| async {
        let mut watch = match watch {
            Some(watch) => watch,
            None => match Watch::open() {
                Ok(watch) => watch,
                Err(error) => {
                    warn!(%error, "Network changes are not noticed; there is assumed to be one");
                    std::future::pending().await
                }
            },
        };
        let change = watch.next().await;
        Some((change, Some(watch)))
    })
}

struct Watch {
    notices: Notices,
    pace: Pace,
    /// What was seen last.
    scene: Option<Scene>,
    /// The last look failed, and that was said.
    blind: bool,
}

impl Watch {
    /// Listens from here on; what is there already is seen with the first look.
    fn open() -> io::Result<Self> {
        Ok(Self {
            notices: Notices::open()?,
            pace: Pace::start(Instant::now()),
            scene: None,
            blind: false,
        })
    }

    /// The next change that concerns a link.
    ///
    /// # Errors
    /// None: what cannot be seen is assumed to be there.
    async fn next(&mut self) -> Change {
        loop {
            self.wait_for_look().await;
            let scene = self.look().await;
            let change = compare(self.scene.replace(scene), scene);
            match change {
                Some(Change::Network(network)) => info!(?network, "Network"),
                Some(Change::Hint(hint)) => debug!(?hint, "The network is another one"),
                None => {}
            }
            if let Some(change) = change {
                return change;
            }
        }
    }

    async fn wait_for_look(&mut self) {
        let due = match self.pace.due() {
            Some(due) => due,
            None => {
                self.notices.wait().await;
                self.pace.noticed(Instant::now())
            }
        };
        tokio::time::sleep_until(due.into()).await;
        // Before the look: what happens from here on is a reason for another.
        self.notices.forget();
    }

    async fn look(&mut self) -> Scene {
        let seen = look().await;
        self.saw(seen, Instant::now())
    }

    fn saw(&mut self, seen: io::Result<Scene>, now: Instant) -> Scene {
        match seen {
            Ok(scene) => {
                self.pace.looked(now);
                self.blind = false;
                scene
            }
            Err(error) => {
                self.pace.failed(now);
                if !std::mem::replace(&mut self.blind, true) {
                    warn!(%error, "The routes cannot be read; there is assumed to be a network");
                }
                Scene::assumed()
            }
        }
    }
}

/// What it means that one scene was seen after another, or as the first.
fn compare(before: Option<Scene>, after: Scene) -> Option<Change> {
    let network = |scene: Scene| {
        if scene.has_way_out() {
            Network::Available
        } else {
            Network::Unavailable
        }
    };
    match before {
        Some(before) if before == after => None,
        Some(before) if network(before) == network(after) => match network(after) {
            Network::Available => Some(Change::Hint(Hint::NetworkChanged)),
            // Addresses come before routes: nothing can be reached yet.
            Network::Unavailable => None,
        },
        Some(_) | None => Some(Change::Network(network(after))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGED: Option<Change> = Some(Change::Hint(Hint::NetworkChanged));
    const THERE: Option<Change> = Some(Change::Network(Network::Available));
    const GONE: Option<Change> = Some(Change::Network(Network::Unavailable));

    #[test]
    fn the_first_look_says_whether_there_is_a_network() {
        assert_eq!(compare(None, Scene::example(true, 1)), THERE);
        assert_eq!(compare(None, Scene::example(false, 1)), GONE);
    }

    // F-S23, F-S25
    #[test]
    fn a_network_that_comes_goes_or_changes_is_told_once() {
        let (home, office) = (Scene::example(true, 1), Scene::example(true, 2));
        let (unplugged, address_only) = (Scene::example(false, 0), Scene::example(false, 3));

        let seen = [
            home,
            home,
            office,
            unplugged,
            unplugged,
            address_only,
            office,
        ];
        let changes: Vec<_> = seen
            .windows(2)
            .map(|pair| compare(Some(pair[0]), pair[1]))
            .collect();

        assert_eq!(changes, [None, CHANGED, GONE, None, None, THERE]);
    }

    // F-S25: a machine out of descriptors says nothing, and nobody says when it has some again
    #[tokio::test]
    async fn a_look_that_failed_is_taken_again_without_a_notice() {
        let mut watch = Watch::open().unwrap();
        let now = Instant::now();

        let assumed = watch.saw(Err(io::Error::other("no descriptor left")), now);

        assert!(assumed.has_way_out() && watch.blind);
        let due = watch.pace.due().expect("a look is due");
        assert!(due > now);
        watch.saw(Ok(Scene::example(false, 1)), due);
        assert!(!watch.blind);
        assert_eq!(watch.pace.due(), None);
    }

    // F-S25: what this machine really has
    #[tokio::test]
    async fn the_kernel_is_asked_without_any_right() {
        let mut watch = Watch::open().unwrap();

        let change = watch.next().await;

        assert!(!watch.blind);
        assert!(matches!(change, Change::Network(_)), "{change:?}");
    }
}
