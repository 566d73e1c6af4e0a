//! What is wrong with a TOML file. Errors never show a value from it.

/// How messages about a key begin, rather than about a value.
const OF_KEYS: [&str; 6] =
    ["unknown field", "duplicate field", "duplicate key", "missing field", "`tenants` is", "an element of"];

/// What is wrong with a TOML file: where, and which key, but no value, since any line may hold a password.
pub(crate) fn without_values(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().trim().replace('\n', ", ");
    // The expected values are our own text. The value found comes before them, and may contain quotation marks.
    let (found, expected) = message
        .rsplit_once(", expected ")
        .map_or((&*message, None), |(found, expected)| (found, Some(expected)));
    let found = found.replacen("unknown variant", "unknown word", 1);
    let message =
        [&*without_quoted(&found)].into_iter().chain(expected).collect::<Vec<_>>().join(", expected ");
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return message };
    let (number, start) = (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |at| at + 1));
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let is_plain = |key: &&str| {
        key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let key = line.split_once('=').map(|(key, _)| key.trim()).filter(is_plain);
    let key = key.filter(|key| !key.is_empty()).map(|key| format!(", {key}")).unwrap_or_default();
    format!("line {number}{key}: {message}")
}

/// A message without what it quotes, unless that is the name of a key.
fn without_quoted(message: &str) -> String {
    let is_quote = |sign: char| matches!(sign, '"' | '`');
    let (Some(start), Some(end)) = (message.find(is_quote), message.rfind(is_quote)) else {
        return message.to_owned();
    };
    let is_of_key = OF_KEYS.iter().any(|begins| message.starts_with(begins));
    let quoted = message.get(start + 1..end).unwrap_or_default();
    if is_of_key && quoted.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return message.to_owned();
    }
    let (before, after) = (&message[..start], message.get(end + 1..).unwrap_or_default());
    format!("{before}\"…\"{after}")
}
