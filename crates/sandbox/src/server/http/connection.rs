//! One HTTP connection, from TCP accept to the end.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use axum::Router;
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::io::{AsyncRead, AsyncWrite};

/// Serves one connection. It ends when no whole head comes in this time, be it the first one or,
/// after an answer, the next.
pub(super) async fn serve<S>(stream: S, router: Router, patience: Duration)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let asked = AtomicBool::new(false);
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        let method = request.method().clone();
        // The query may hold a token.
        let path = request.uri().path().to_owned();
        let answer = router.call(request);
        async move {
            let answer = answer.await;
            if let Ok(answer) = &answer {
                let status = answer.status().as_u16();
                tracing::debug!(%method, path, status, "HTTP request answered");
            }
            answer
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    let Err(error) = served else {
        return;
    };
    if error.is_parse() {
        tracing::info!(%error, "HTTP request refused");
    } else if error.is_timeout() && !asked.load(Ordering::Relaxed) {
        tracing::info!("HTTP connection closed: no request came in time");
    } else {
        // The client is done, or gone.
        tracing::debug!(%error, "HTTP connection closed");
    }
}
