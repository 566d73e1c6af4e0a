//! Cookies of sign-in: only over TLS, only for this host, and out of reach of scripts.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use cookie::{Cookie, SameSite};

/// The value of a cookie that a request carries. Other applications of the domain may set cookies that are not ASCII.
pub(super) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let mut cookies = lines.flat_map(|line| Cookie::split_parse(line.into_owned())).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// Sets a cookie for as long as the browser is open, or for some seconds.
pub(super) fn set(response: &mut Response, name: &'static str, value: String, seconds: Option<i64>) {
    let mut cookie = protected(Cookie::new(name, value));
    cookie.set_max_age(seconds.map(cookie::time::Duration::seconds));
    append(response, &cookie);
}

/// Removes a cookie.
pub(super) fn remove(response: &mut Response, name: &'static str) {
    let mut cookie = protected(Cookie::from(name));
    cookie.make_removal();
    append(response, &cookie);
}

/// With `Lax`, a link from elsewhere opens with the session, and no form or script elsewhere can use it.
fn protected(cookie: Cookie<'static>) -> Cookie<'static> {
    let cookie = Cookie::build(cookie).path("/").secure(true).http_only(true);
    cookie.same_site(SameSite::Lax).build()
}

fn append(response: &mut Response, cookie: &Cookie<'_>) {
    // Names and values are ASCII.
    if let Ok(line) = HeaderValue::try_from(cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}
