//! Pages of sign-in, which are shown without the app: what failed, and that a user has signed out.

use axum::response::{Html, IntoResponse as _, Response};
use html_escape::encode_text;
use posture_core::paths;

/// The page that says why a sign-in failed.
pub(super) fn refused(sentence: &str) -> Response {
    page("Sign-in failed", sentence, "Sign in again")
}

/// The page after signing out.
pub(super) fn signed_out() -> Response {
    page("You are signed out", "Close the browser if others use it too.", "Sign in")
}

fn page(title: &str, sentence: &str, action: &str) -> Response {
    let (title, sentence) = (encode_text(title), encode_text(sentence));
    let html = format!(
        r#"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{title} – Posture</title>
  <link rel="icon" href="/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/sign-in.css">
</head>
<body>
  <main>
    <h1>{title}</h1>
    <p>{sentence}</p>
    <p><a href="{sign_in}">{action}</a></p>
  </main>
</body>
</html>
"#,
        sign_in = paths::SIGN_IN,
    );
    Html(html).into_response()
}
