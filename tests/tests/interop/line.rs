//! What a client did in the scenario, in words in which two clients can be compared.

use std::fmt;

use crate::frame::Frame;

/// The parameters and form fields by which a client says who it is; their values may differ.
const IDENTITY: [&str; 4] = ["v", "sdkVer", "deviceId", "apiVer"];

/// One thing a client did, and in which step of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub step: &'static str,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Asked navigation: method, path and query; headers of its own; the form.
    Request {
        request: String,
        headers: Vec<(String, String)>,
        form: Vec<(String, String)>,
    },
    /// Opened a link: path; parameters, still encoded.
    Upgrade {
        path: String,
        parameters: Vec<(String, String)>,
    },
    /// Sent a packet on its first, second ... link.
    Frame { link: usize, frame: Frame },
}

impl Line {
    /// The packet to change, if this is one.
    pub fn frame_mut(&mut self) -> Option<&mut Frame> {
        match &mut self.what {
            What::Frame { frame, .. } => Some(frame),
            What::Request { .. } | What::Upgrade { .. } => None,
        }
    }

    /// The packet, if this is one.
    pub fn frame(&self) -> Option<&Frame> {
        match &self.what {
            What::Frame { frame, .. } => Some(frame),
            What::Request { .. } | What::Upgrade { .. } => None,
        }
    }
}

impl What {
    /// A navigation request; header names are compared without their case (RFC 9110).
    pub fn request(request: &str, headers: &[(String, String)], form: &str) -> Self {
        let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
        Self::Request {
            request: request.to_owned(),
            headers: headers.iter().map(lower).collect(),
            form: pairs(form),
        }
    }

    /// An upgrade, by its path and query.
    pub fn upgrade(path_and_query: &str) -> Self {
        let (path, query) = path_and_query
            .split_once('?')
            .unwrap_or((path_and_query, ""));
        Self::Upgrade {
            path: path.to_owned(),
            parameters: pairs(query),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<10} ", self.step)?;
        match &self.what {
            What::Request {
                request,
                headers,
                form,
            } => {
                write!(f, "{request} headers={headers:?} form={form:?}")
            }
            What::Upgrade { path, parameters } => write!(f, "upgrade {path} {parameters:?}"),
            What::Frame { link, frame } => write!(f, "link {link}: {frame}"),
        }
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), shown(name, value).to_owned()))
        .collect()
}

/// Each recording hides the token under a name of its own. An identity has to be there.
fn shown<'v>(name: &str, value: &'v str) -> &'v str {
    match value {
        "TOKEN" | "<token>" if name == "token" => "<token>",
        value if IDENTITY.contains(&name) && !value.is_empty() => "<identity>",
        value => value,
    }
}
