//! How things are written that have no form of their own in JSON.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use imlink_wire::proto::{Body, decode_body, encode_body};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A body of cloud.proto: its bytes as they travel, in base64.
struct Encoded<T>(T);

impl<T: Body> Serialize for Encoded<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(encode_body(self.0)))
    }
}

impl<'de, T: Body> Deserialize<'de> for Encoded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64.decode(text).map_err(D::Error::custom)?;
        let body = decode_body(bytes.into()).map_err(D::Error::custom)?;
        Ok(Self(body))
    }
}

/// One body.
pub(in crate::cloud) mod body {
    use super::*;

    pub fn serialize<T: Body, S: Serializer>(body: &T, serializer: S) -> Result<S::Ok, S::Error> {
        Encoded(body).serialize(serializer)
    }

    pub fn deserialize<'de, T: Body, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        Encoded::deserialize(deserializer).map(|Encoded(body)| body)
    }
}

/// A body that may be absent.
pub(in crate::cloud) mod optional_body {
    use super::*;

    pub fn serialize<T: Body, S: Serializer>(
        body: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        body.as_ref().map(Encoded).serialize(serializer)
    }

    pub fn deserialize<'de, T: Body, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let body = Option::<Encoded<T>>::deserialize(deserializer)?;
        Ok(body.map(|Encoded(body)| body))
    }
}

/// A map of bodies.
pub(in crate::cloud) mod bodies {
    use super::*;

    pub fn serialize<K: Serialize, T: Body, S: Serializer>(
        bodies: &BTreeMap<K, T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(bodies.iter().map(|(key, body)| (key, Encoded(body))))
    }

    pub fn deserialize<'de, K, T, D>(deserializer: D) -> Result<BTreeMap<K, T>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        T: Body,
        D: Deserializer<'de>,
    {
        let bodies = BTreeMap::<K, Encoded<T>>::deserialize(deserializer)?;
        let plain = bodies.into_iter().map(|(key, Encoded(body))| (key, body));
        Ok(plain.collect())
    }
}

/// A map whose keys are no texts: a list of pairs.
pub(in crate::cloud) mod pairs {
    use super::*;

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let pairs = Vec::<(K, V)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().collect())
    }
}

/// A secret, which nothing else may write.
pub(in crate::cloud) mod secret {
    use super::*;
    use crate::cloud::Secret;

    pub fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        secret.reveal().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}
