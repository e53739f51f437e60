//! Calls, once for those who make them and once for those who read about them.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodFilter, on},
};

use super::Describe;
use crate::server::Sandbox;

/// A router and the descriptions of what it routes.
#[derive(Default)]
pub(in crate::server::http) struct Table {
    router: Router<Sandbox>,
    operations: Vec<Describe>,
}

impl Table {
    /// Adds a call.
    pub(in crate::server::http) fn route<H, T>(
        mut self,
        path: &str,
        method: Method,
        handler: H,
        describe: Describe,
    ) -> Self
    where
        H: Handler<T, Sandbox>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method).expect("calls have ordinary methods");
        self.router = self.router.route(path, on(filter, handler));
        self.operations.push(describe);
        self
    }

    /// Changes the router in a way that adds no call, such as a fallback.
    pub(in crate::server::http) fn with(
        mut self,
        change: impl FnOnce(Router<Sandbox>) -> Router<Sandbox>,
    ) -> Self {
        self.router = change(self.router);
        self
    }

    /// Adds the calls of another table, below a path or, with an empty one, beside these.
    pub(in crate::server::http) fn nest(mut self, below: &str, other: Self) -> Self {
        self.router = match below {
            "" => self.router.merge(other.router),
            _ => self.router.nest(below, other.router),
        };
        self.operations.extend(other.operations);
        self
    }

    /// The descriptions, in the order in which the calls were added.
    pub(in crate::server::http) fn operations(&self) -> &[Describe] {
        &self.operations
    }

    /// The router.
    pub(in crate::server::http) fn into_router(self) -> Router<Sandbox> {
        self.router
    }
}
