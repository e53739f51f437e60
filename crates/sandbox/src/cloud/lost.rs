//! Devices whose link was lost, by which a reconnect is told from a first connect
//! (decisions.md P12).

use std::collections::VecDeque;

use imlink_model::UserId;
use serde::{Deserialize, Serialize};

use super::{DeviceClass, Greeting, link::Link};

/// The most devices remembered; the longest lost are forgotten, and come back as new ones.
const MAX_DEVICES: usize = 1024;

/// The longest id remembered, in bytes; those of SDKs have a few dozen.
const MAX_ID: usize = 256;

/// One device of a user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Device {
    user: UserId,
    class: DeviceClass,
    id: String,
}

impl Device {
    pub(super) fn greeting(user: &UserId, greeting: &Greeting) -> Self {
        Self {
            user: user.clone(),
            class: greeting.class,
            id: greeting.device.clone(),
        }
    }

    /// Whether a link takes this device's slot: it is its user's, online, of its class.
    pub(super) fn shares_slot(&self, link: &Link) -> bool {
        link.is_online() && link.user == self.user && link.class == self.class
    }

    /// Whether a link that shares the slot is this device's own, one whose end the cloud has not
    /// noticed yet.
    pub(super) fn is_on(&self, link: &Link) -> bool {
        !self.id.is_empty() && self.id == link.device
    }
}

impl From<&Link> for Device {
    fn from(link: &Link) -> Self {
        Self {
            user: link.user.clone(),
            class: link.class,
            id: link.device.clone(),
        }
    }
}

/// Devices that were online until their link broke, without a word from either side. The longest
/// lost is first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct LostDevices(VecDeque<Device>);

impl LostDevices {
    /// Notes that a device was lost. One without an id cannot be known again.
    pub(super) fn add(&mut self, device: Device) {
        if device.id.is_empty() || device.id.len() > MAX_ID {
            return;
        }
        self.forget(&device);
        if self.0.len() == MAX_DEVICES {
            self.0.pop_front();
        }
        self.0.push_back(device);
    }

    /// Forgets a device. Says whether it was lost.
    pub(super) fn forget(&mut self, device: &Device) -> bool {
        let place = self.0.iter().position(|lost| lost == device);
        place.is_some_and(|place| self.0.remove(place).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: String) -> Device {
        Device {
            user: UserId::new("alice").unwrap(),
            class: DeviceClass::Desktop,
            id,
        }
    }

    #[test]
    fn a_lost_device_is_known_again_once() {
        let mut lost = LostDevices::default();
        lost.add(device("a".to_owned()));
        lost.add(device("a".to_owned()));

        assert!(!lost.forget(&device("b".to_owned())));
        assert!(lost.forget(&device("a".to_owned())));
        assert!(!lost.forget(&device("a".to_owned())));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let mut lost = LostDevices::default();
        for id in 0..=MAX_DEVICES {
            lost.add(device(id.to_string()));
        }
        for id in [String::new(), "x".repeat(MAX_ID + 1)] {
            lost.add(device(id));
        }

        assert_eq!(lost.0.len(), MAX_DEVICES);
        assert!(!lost.forget(&device("0".to_owned())), "the longest lost");
        assert!(lost.forget(&device("1".to_owned())));
    }
}
