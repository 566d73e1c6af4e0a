//! Which requests a browser sent for a page of another site. Those may read nothing here, and must change nothing either.

use axum::http::{HeaderMap, Uri, header};

const FETCH_SITE: &str = "sec-fetch-site";

/// Whether a browser says that a request is from a page of another site. A program that is not a browser says nothing.
///
/// Browsers say where a request comes from in `Sec-Fetch-Site`, which no page can set. Over plain HTTP beyond loopback they do not send it;
/// then the origin must be the host of the request.
pub(super) fn is_of_another_site(uri: &Uri, headers: &HeaderMap) -> bool {
    if headers.contains_key(FETCH_SITE) {
        return headers.get_all(FETCH_SITE).iter().any(|site| site != "same-origin");
    }
    let host = match uri.authority() {
        Some(authority) => Some(authority.as_str().as_bytes()),
        None => headers.get(header::HOST).map(|host| host.as_bytes()),
    };
    let is_own = |origin: &[u8]| {
        let own =
            host.into_iter().flat_map(|host| [[b"http://", host].concat(), [b"https://", host].concat()]);
        own.into_iter().any(|own| own.eq_ignore_ascii_case(origin))
    };
    headers.get_all(header::ORIGIN).iter().any(|origin| !is_own(origin.as_bytes()))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn is_foreign(headers: &[(&'static str, &'static str)]) -> bool {
        let all = [&[("host", "posture.example:8443")], headers].concat();
        let pair = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        is_of_another_site(&Uri::from_static("/"), &all.into_iter().map(pair).collect())
    }

    /// RV-6
    #[test]
    fn a_browser_says_where_a_request_comes_from() {
        assert!(!is_foreign(&[]), "a program");
        for own in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://the-proxy-renamed.example")],
            &[("origin", "https://posture.example:8443")],
            &[("origin", "http://POSTURE.example:8443")],
        ] {
            assert!(!is_foreign(own), "{own:?}");
        }
        for other in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://posture.example:8443")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://posture.example")],
            &[("origin", "https://posture.example:8443.evil.example")],
            &[("origin", "null")],
        ] {
            assert!(is_foreign(other), "{other:?}");
        }
    }
}
