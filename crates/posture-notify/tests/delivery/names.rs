//! Names of the evidence in messages: text, never markup.

use posture_testing::receivers::{MailServer, WebhookServer};
use serde_json::{Value, json};

use crate::desk::*;

/// NT-7: names are text in every channel.
#[test]
fn a_hostile_name_is_not_markup_and_is_shortened() {
    let (hooks, mail) = (WebhookServer::start(), MailServer::start());
    let desk = Desk::new([
        &format!("teams+{}", hooks.url("/teams")),
        &format!("slack+{}", hooks.url("/slack")),
        &format!("smtp://{}?from=posture@example.org&to=ana@example.org", mail.address()),
    ]);
    let mut notifier = desk.open();
    let name = format!(
        "<!channel> [x](https://evil.example) <https://evil.example|x>\r\nBcc: all@example.org {}",
        "界".repeat(4_000)
    );
    let many = |completed: i64| Value::Array((1..=40).map(|id| tenant(id, &name, completed)).collect());
    round(&mut notifier, &many(-HOUR), 0);
    round(&mut notifier, &many(-2 * DAY), HOUR);
    let (teams, slack) = (last_at(&hooks, "/teams"), last_at(&hooks, "/slack"));
    assert!(teams.body.len() < 28_000, "{} bytes", teams.body.len());
    let card = teams.json()["attachments"][0]["content"].to_string();
    assert!(!card.contains("\"TextBlock\""), "only rich text blocks, which have no Markdown");
    let fallback = teams.json()["attachments"][0]["content"]["fallbackText"].to_string();
    assert!(!fallback.contains("Contoso"), "it is Markdown: {fallback}");
    let text = slack.json()["blocks"].to_string();
    assert!(text.contains("&lt;!channel&gt;") && !text.contains("<!channel>"), "{text}");
    assert!(!text.contains("<https://evil"), "{text}");
    let headers = mail.mails()[1].data.split_once("\r\n\r\n").unwrap().0.to_owned();
    assert!(!headers.contains("\nBcc:"), "{headers}");
}

/// Every text of a block of Slack, with its type.
fn texts(blocks: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut ahead = vec![blocks];
    while let Some(value) = ahead.pop() {
        if let (Some(kind), Some(text)) = (value["type"].as_str(), value["text"].as_str()) {
            found.push((kind.to_owned(), text.to_owned()));
            assert_eq!(kind == "plain_text", value["emoji"] == false, "{value}");
        }
        ahead.extend(value.as_array().into_iter().flatten());
        ahead.extend(value.as_object().into_iter().flatten().map(|(_, value)| value));
    }
    found
}

/// NT-7: Slack's markup has no escape for these characters.
#[test]
fn a_name_is_not_formatted_in_slack() {
    let hooks = WebhookServer::start();
    let desk = Desk::new([&format!("slack+{}", hooks.url("/slack"))]);
    let mut notifier = desk.open();
    let name = "*W* ~x~ _y_ `z` :white_check_mark: • -";
    let workspaces = [1, 2].map(|id| json!({ "id": id, "name": format!("> {name}{id}") }));
    for (completed, seconds) in [(-HOUR, 0), (-2 * DAY, HOUR)] {
        let outcome = look_at(&notifier, &workspaces, &json!([tenant(1, name, completed)]), seconds);
        notifier.take(outcome, at(seconds)).unwrap();
        notifier.deliver(at(seconds)).unwrap();
    }
    // One section has no heading, and the title begins with its name.
    round(&mut notifier, &json!([tenant(1, name, -HOUR)]), 2 * HOUR);
    for posted in &hooks.posted()[1..] {
        let document = posted.json();
        let texts = texts(&document["blocks"]);
        assert!(texts.iter().any(|(kind, text)| kind == "plain_text" && text.contains(name)), "{texts:?}");
        for (kind, text) in texts.iter().filter(|(kind, _)| kind != "plain_text") {
            assert!(text.starts_with("<https://posture.example.org/"), "{kind}: {text}");
            assert!(text.ends_with("|Open in Posture>"), "{kind}: {text}");
        }
        assert_eq!(document["mrkdwn"], false);
        let text = document["text"].as_str().unwrap();
        for mark in ["*", "~", "_", "`", ":w", "&gt;"] {
            let apart = text.replace(&format!("\u{200b}{}", mark.trim_end_matches('w')), "");
            assert!(!apart.contains(mark), "{mark} in {text:?}");
        }
    }
}

/// NT-7: mail programs make links of what looks like one.
#[test]
fn a_name_is_not_a_link_in_an_email() {
    let mail = MailServer::start();
    let desk = Desk::new([&format!("smtp://{}?from=posture@example.org&to=ana@example.org", mail.address())]);
    let mut notifier = desk.open();
    let name = "https://evil.test/a www.evil.test mailto:b@evil.test \\\\evil\\c 1.5";
    round(&mut notifier, &json!([tenant(1, name, -HOUR)]), 0);
    round(&mut notifier, &json!([tenant(1, name, -2 * DAY)]), HOUR);
    let text = mail.mails()[1].text();
    let shown = text.replace('\u{200b}', "");
    assert!(shown.contains(&format!("- {name}: backup health is worse")), "{shown}");
    for link in ["https://evil", "://e", "evil.test", "www.", "mailto:b", "\\\\\\\\evil"] {
        let apart = text.replace("https://posture.example.org/", "").replace("www.\u{200b}", "");
        assert!(!apart.contains(link), "{link} in {text:?}");
    }
    assert!(text.contains("  https://posture.example.org/admin/t/t-1/"), "our own links are whole: {text}");
    assert!(text.contains("1.5: "), "a number is left as it is: {text}");
}
