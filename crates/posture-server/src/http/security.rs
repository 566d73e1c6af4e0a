//! Security headers, on every answer.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::app;

const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ),
];

/// Adds the headers.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let is_review = app::is_review_page(request.uri().path());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, value);
    }
    // Answers that set no caching are not cached. A 304 leaves that of the cached answer in force.
    if response.status() != StatusCode::NOT_MODIFIED {
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    let connect = if is_review {
        review_connections(host.as_deref(), app::loaded_by_the_page())
    } else {
        "'self'".to_owned()
    };
    // The policy is ASCII: file names of the app, and a checked host.
    if let Ok(policy) = HeaderValue::try_from(policy(&connect)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn policy(connect: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src {connect}; \
         manifest-src 'self'; worker-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// What a page over opened files may connect to: the app's program and the shell of reports, each by its full URL,
/// so that no evidence can be fetched or sent. Falls back to `'self'` for a host that a policy cannot contain.
fn review_connections(host: Option<&str>, files: &[String]) -> String {
    let is_nameable = |host: &&str| {
        host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'))
    };
    let Some(host) = host.filter(is_nameable).filter(|host| !host.is_empty()) else {
        return "'self'".to_owned();
    };
    let allowed: Vec<_> = files.iter().map(|name| format!("{host}/{name}")).collect();
    if allowed.is_empty() { "'none'".to_owned() } else { allowed.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> [String; 2] {
        ["app-0a1b2c3d4e5f6789_bg.wasm", "report.html"].map(str::to_owned)
    }

    /// OR-3
    #[test]
    fn a_review_page_may_connect_only_to_the_full_urls_of_the_apps_files() {
        let allowed = review_connections(Some("127.0.0.1:8080"), &files());
        assert_eq!(allowed, "127.0.0.1:8080/app-0a1b2c3d4e5f6789_bg.wasm 127.0.0.1:8080/report.html");
        assert_eq!(review_connections(Some("localhost"), &[]), "'none'");
        let built = app::loaded_by_the_page();
        assert!(built.iter().all(|name| !name.contains("api") && !name.contains(' ')), "{built:?}");
    }

    #[test]
    fn a_host_that_is_not_a_plain_name_never_enters_the_policy() {
        for host in [None, Some(""), Some("[::1]:80"), Some("a;script-src *"), Some("a b"), Some("a,b")] {
            assert_eq!(review_connections(host, &files()), "'self'", "{host:?}");
        }
    }
}
