//! What the channels publish about the messages that they take.

use posture_notify::notifier::Delivery;
use posture_testing::receivers::WebhookServer;
use serde_json::{Value, json};

use crate::desk::*;

/// The published schema of adaptive cards 1.4, the newest version that Teams shows.
const CARD_SCHEMA: &str = include_str!("adaptive-cards/adaptive-card-1.4.json");

/// Names that take the most room: each character is escaped, or is two in UTF-16.
const NAMES: [&str; 3] = ["&", "𝔸", "\u{202e}"];

/// The longest message, with more workspaces and lines than it lists, as Teams and Slack get it.
fn longest(name: &str) -> [Value; 2] {
    let hooks = WebhookServer::start();
    let desk =
        Desk::new([&format!("teams+{}", hooks.url("/teams")), &format!("slack+{}", hooks.url("/slack"))]);
    let mut notifier = desk.open();
    let name = name.repeat(4_000);
    let workspaces: Vec<_> = (1..=12).map(|id| json!({ "id": id, "name": format!("{id} {name}") })).collect();
    for (completed, seconds) in [(-HOUR, 0), (-2 * DAY, HOUR)] {
        let tenants = Value::Array((1..=5).map(|id| tenant(id, &name, completed)).collect());
        let outcome = look_at(&notifier, &workspaces, &tenants, seconds);
        notifier.take(outcome, at(seconds)).unwrap();
        let delivered = notifier.deliver(at(seconds)).unwrap();
        assert!(matches!(delivered[..], [Delivery::Delivered { .. }, Delivery::Delivered { .. }]));
    }
    let (teams, slack) = (last_at(&hooks, "/teams"), last_at(&hooks, "/slack"));
    assert!(teams.body.len() <= 28_000, "Teams takes 28 KB, not {} bytes", teams.body.len());
    [teams.json(), slack.json()]
}

/// NT-11: a card is what the published schema of version 1.4 allows, in the envelope of a workflow.
#[test]
fn a_card_is_valid_by_its_published_schema() {
    let schema: Value = serde_json::from_str(CARD_SCHEMA).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for name in NAMES {
        let [teams, _] = longest(name);
        assert_eq!(teams["type"], "message");
        let [attachment] = &teams["attachments"].as_array().unwrap()[..] else { panic!("{teams}") };
        assert_eq!(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
        let mut card = attachment["content"].clone();
        assert_eq!(card["version"], "1.4");
        // Teams' own addition to the schema.
        assert_eq!(card.as_object_mut().unwrap().remove("msteams"), Some(json!({ "width": "Full" })));
        if let Err(error) = schema.validate(&card) {
            panic!("{error} at {}", error.instance_path());
        }
    }
}

/// NT-11: Slack takes 50 blocks, 150 characters in a header, 3,000 in a section,
/// 2,000 in its fields, and 10 elements in a context.
#[test]
fn blocks_are_within_the_published_limits() {
    let length = |text: &Value| text.as_str().unwrap().encode_utf16().count();
    for name in NAMES {
        let [_, slack] = longest(name);
        let blocks = slack["blocks"].as_array().unwrap();
        assert!((10..=50).contains(&blocks.len()), "{} blocks", blocks.len());
        for block in blocks {
            match block["type"].as_str().unwrap() {
                "header" => {
                    assert_eq!(block["text"]["type"], "plain_text");
                    assert!((1..=150).contains(&length(&block["text"]["text"])), "{block}");
                }
                "section" => {
                    assert!((1..=3_000).contains(&length(&block["text"]["text"])), "{block}");
                    for field in block["fields"].as_array().into_iter().flatten() {
                        assert!((1..=2_000).contains(&length(&field["text"])), "{block}");
                    }
                }
                "context" => {
                    let elements = block["elements"].as_array().unwrap();
                    assert!((1..=10).contains(&elements.len()), "{block}");
                    for element in elements {
                        assert!((1..=3_000).contains(&length(&element["text"])), "{block}");
                    }
                }
                other => panic!("{other} is not used"),
            }
        }
    }
}
