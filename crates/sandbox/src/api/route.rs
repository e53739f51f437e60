//! Which path does what: the table that is routed by, checked by and documented from.

use imlink_model::Millis;
use serde::Serialize;

use super::{
    ApiError, FieldType, Generation,
    call::Call,
    chatroom, conversation,
    field::{Need, Parameter},
    group, message,
    reply::Reply,
    source::Source,
    user, word,
};
use crate::App;

/// Carries out one call whose signature and fields are good.
pub(super) type Handler = fn(&mut App, &Call, Millis) -> Result<Reply, ApiError>;

/// One thing an app server can have done, with its path in either generation.
pub(super) struct Operation {
    pub(super) rongcloud: Option<&'static str>,
    pub(super) nexconn: Option<&'static str>,
    /// Of `RongCloud`'s path; Nexconn's takes JSON always.
    pub(super) encoding: Encoding,
    pub(super) purpose: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) handler: Handler,
}

/// How the fields of a call are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// One JSON object.
    Json,
}

/// One path of the Server API, for whoever documents it.
#[derive(Clone, Debug, Serialize)]
pub struct Route {
    /// Whose it is.
    pub generation: Generation,
    /// The path; POST is the only method.
    pub path: &'static str,
    /// How its fields are encoded.
    pub encoding: Encoding,
    /// What it does.
    pub purpose: &'static str,
    /// Its fields; others are ignored.
    pub fields: Vec<RouteField>,
}

/// One field of a [`Route`].
#[derive(Clone, Debug, Serialize)]
pub struct RouteField {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    #[serde(flatten)]
    pub field_type: FieldType,
    /// Whether a call must have it.
    pub required: bool,
    /// What it means.
    pub meaning: &'static str,
}

const TABLE: &[&[Operation]] = &[
    user::OPERATIONS,
    message::OPERATIONS,
    group::OPERATIONS,
    chatroom::OPERATIONS,
    conversation::OPERATIONS,
    word::OPERATIONS,
];

/// Every path of the Server API.
pub fn routes() -> impl Iterator<Item = Route> {
    let operations = TABLE.iter().copied().flatten();
    operations.flat_map(|operation| {
        [Generation::RongCloud, Generation::Nexconn]
            .into_iter()
            .filter_map(|generation| operation.route(generation))
    })
}

/// What a path does. Some SDKs double slashes (server-api.md 2).
pub(super) fn find(path: &str) -> Option<(&'static Operation, Generation)> {
    let same = |route: &str| {
        let segments = |path| str::split(path, '/').filter(|segment| !segment.is_empty());
        segments(route).eq(segments(path))
    };
    let mut operations = TABLE.iter().copied().flatten();
    operations.find_map(|operation| {
        let generation = [Generation::RongCloud, Generation::Nexconn]
            .into_iter()
            .find(|generation| operation.path(*generation).is_some_and(same))?;
        Some((operation, generation))
    })
}

impl Operation {
    /// An operation of both generations.
    pub(super) const fn new(
        rongcloud: &'static str,
        nexconn: &'static str,
        purpose: &'static str,
        parameters: &'static [Parameter],
        handler: Handler,
    ) -> Self {
        Self {
            rongcloud: Some(rongcloud),
            nexconn: Some(nexconn),
            encoding: Encoding::Form,
            purpose,
            parameters,
            handler,
        }
    }

    /// An operation only `RongCloud`'s generation has.
    pub(super) const fn rongcloud(
        path: &'static str,
        purpose: &'static str,
        parameters: &'static [Parameter],
        handler: Handler,
    ) -> Self {
        Self {
            nexconn: None,
            ..Self::new(path, path, purpose, parameters, handler)
        }
    }

    /// An operation only Nexconn's generation has.
    pub(super) const fn nexconn(
        path: &'static str,
        purpose: &'static str,
        parameters: &'static [Parameter],
        handler: Handler,
    ) -> Self {
        Self {
            rongcloud: None,
            ..Self::new(path, path, purpose, parameters, handler)
        }
    }

    /// The same, where `RongCloud`'s path takes JSON too.
    pub(super) const fn in_json(self) -> Self {
        Self {
            encoding: Encoding::Json,
            ..self
        }
    }

    pub(super) const fn path(&self, generation: Generation) -> Option<&'static str> {
        match generation {
            Generation::RongCloud => self.rongcloud,
            Generation::Nexconn => self.nexconn,
        }
    }

    const fn encoding(&self, generation: Generation) -> Encoding {
        match generation {
            Generation::RongCloud => self.encoding,
            Generation::Nexconn => Encoding::Json,
        }
    }

    /// Reads a body, and refuses one whose fields are missing or wrong.
    pub(super) fn read(&self, generation: Generation, body: &[u8]) -> Result<Source, ApiError> {
        let source = match self.encoding(generation) {
            Encoding::Form => {
                let names = |parameter: &Parameter| parameter.field.names().of(generation);
                let is_known =
                    |name: &str| self.parameters.iter().any(|it| names(it) == Some(name));
                Source::form(body, is_known)
            }
            Encoding::Json => Source::json(body)?,
        };
        let mut needs = self.parameters.iter().map(|parameter| parameter.need);
        if source.is_empty() && needs.any(|need| need == Need::Required) {
            return Err(ApiError::NoData);
        }
        for parameter in self.parameters {
            parameter.check(generation, &source)?;
        }
        Ok(source)
    }

    fn route(&self, generation: Generation) -> Option<Route> {
        let fields = self.parameters.iter().filter_map(|parameter| {
            Some(RouteField {
                name: parameter.field.names().of(generation)?,
                field_type: parameter.field.field_type(),
                required: parameter.need == Need::Required,
                meaning: parameter.field.meaning(),
            })
        });
        Some(Route {
            generation,
            path: self.path(generation)?,
            encoding: self.encoding(generation),
            purpose: self.purpose,
            fields: fields.collect(),
        })
    }
}
