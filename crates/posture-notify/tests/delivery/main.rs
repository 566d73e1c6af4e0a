//! Delivery over real HTTP and SMTP on loopback. The time is a parameter, so nothing waits.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]
#![expect(clippy::disallowed_methods, reason = "the state is a real file")]

mod desk;
mod limits;
mod mail;
mod names;
mod side_by_side;

use std::path::Path;

use hmac::{Hmac, Mac as _};
use posture_notify::notifier::{Delivery, MOST_WAITING, Notifier, Timing};
use posture_notify::reach::Reach;
use posture_notify::state::{STATE_BYTES, StateError};
use posture_notify::target::Target;
use posture_testing::receivers::{MailServer, WebhookServer};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::desk::*;

/// NT-11, NT-15: each channel gets the message in its own form; JSON is signed over the time and the body.
#[test]
fn each_channel_gets_the_message_in_its_form() {
    let (hooks, mail) = (WebhookServer::start(), MailServer::start());
    let secret = "a secret of more than sixteen bytes";
    let mut desk = Desk::new([
        &format!("teams+{}", hooks.url("/teams?sig=hunter2")),
        &format!("slack+{}", hooks.url("/slack")),
        &format!(
            "smtp://ops:hunter%202@{}?from=posture@example.org&to=ana@example.org&to=ben@example.org",
            mail.address()
        ),
    ]);
    desk.targets.push(Target::new(&format!("json+{}", hooks.url("/json")), Some(secret)).unwrap());
    let mut notifier = desk.open();
    round(&mut notifier, &fresh(), 0);
    round(&mut notifier, &stale(), HOUR);
    assert_eq!(hooks.posted().len(), 6);
    let [teams, slack, signed] = ["/teams?sig=hunter2", "/slack", "/json"].map(|path| last_at(&hooks, path));

    let card = &teams.json()["attachments"][0]["content"];
    assert_eq!(card["type"], "AdaptiveCard");
    assert_eq!(card["body"][0]["inlines"][0]["text"], "Contoso: 1 worse");
    let line = &card["body"][1]["inlines"][0];
    assert_eq!(line["text"], "Adatum: backup health is worse: Healthy → Stale");
    assert_eq!(line["color"], "attention");
    assert!(
        line["selectAction"]["url"].as_str().unwrap().starts_with("https://posture.example.org/admin/t/t-1/"),
        "{line}"
    );
    assert_eq!(card["actions"][0]["url"], "https://posture.example.org/admin?workspace=7");

    let blocks = &slack.json()["blocks"];
    assert_eq!(blocks[0]["text"]["text"], "Contoso: 1 worse");
    let text = blocks[1]["text"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("Adatum: backup health is worse: Healthy → Stale\nBackup set 1 completed"),
        "{text}"
    );
    let link = blocks[1]["fields"][0]["text"].as_str().unwrap();
    assert!(
        link.starts_with("<https://posture.example.org/admin/t/t-1/") && link.ends_with("|Open in Posture>"),
        "{link}"
    );

    let document = signed.json();
    assert_eq!(
        (&document["format"], &document["version"]),
        (&json!("recovery-posture/notification"), &json!(1))
    );
    assert_eq!(document["sections"][0]["lines"][0]["news"], "worse");
    assert_eq!(document["id"], signed.headers["posture-message-id"].as_str());
    let posted = hooks.posted();
    let before =
        posted.iter().find(|posted| posted.line.starts_with("POST /json ")).unwrap().json()["id"].clone();
    assert_ne!(document["id"], before, "a receiver drops a repeat by its id");
    let (time, code) = signed.headers["posture-signature"].split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    assert_eq!(time, (EXPORTED_AT + HOUR).to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(&signed.body);
    mac.verify_slice(&hex::decode(code).unwrap()).unwrap();
    assert!(!teams.headers.contains_key("posture-signature"));

    let mails = mail.mails();
    let news = &mails[1];
    assert_eq!(
        (news.from.as_str(), &news.to[..]),
        ("posture@example.org", &["ana@example.org".to_owned(), "ben@example.org".to_owned()][..])
    );
    // The base64 of NUL, ops, NUL, hunter 2.
    assert_eq!(news.login.as_deref(), Some("AG9wcwBodW50ZXIgMg=="));
    assert!(news.data.contains("Subject: [Posture] Contoso: 1 worse\r\n"), "{}", news.data);
    assert!(
        news.data.contains(&format!("Message-ID: <{}@example.org>\r\n", document["id"].as_str().unwrap()))
    );
    for header in [
        "Auto-Submitted: auto-generated",
        "Importance: high",
        // Without the version, a mail program may show the encoded text.
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
    ] {
        assert!(news.data.contains(&format!("{header}\r\n")), "no {header} in {}", news.data);
    }
    let state = std::fs::read_to_string(desk.state()).unwrap();
    assert!(!state.contains("hunter") && !state.contains(secret), "{state}");
}

/// NT-8, NT-9, NT-10: an attempt that fails is repeated with the same id, later each time.
#[test]
fn a_message_is_sent_again_with_back_off_until_it_is_delivered() {
    let hooks = WebhookServer::start();
    let desk = Desk::new([&hooks.url("/hook")]);
    let mut notifier = desk.open();
    hooks.answer("500 Internal Server Error");
    hooks.answer("503 Service Unavailable\r\nretry-after: 300");
    let first = round(&mut notifier, &fresh(), 0);
    let [Delivery::Failed { why, .. }] = &first[..] else { panic!("{first:?}") };
    assert_eq!(why, "127.0.0.1 answered 500.");
    assert_eq!(notifier.deliver(at(29)).unwrap(), [], "not before 30 s");
    assert!(matches!(notifier.deliver(at(30)).unwrap()[..], [Delivery::Failed { .. }]));
    assert_eq!(notifier.deliver(at(30 + 299)).unwrap(), [], "not before the receiver asks for it");
    assert_eq!(notifier.waiting(), 1);
    assert!(matches!(notifier.deliver(at(30 + 300)).unwrap()[..], [Delivery::Delivered { .. }]));
    assert_eq!(notifier.waiting(), 0);
    let ids: Vec<_> = hooks.posted().iter().map(|posted| posted.json()["id"].clone()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

/// NT-9: a receiver may ask for a longer wait than the longest of ours, in seconds or until a date, but for a day at most.
#[test]
fn a_receiver_decides_how_long_to_wait_for_up_to_a_day() {
    // 2026-11-20T13:00:00Z is five hours after the export.
    for (asked, wait) in [("7200", 2 * HOUR), ("Fri, 20 Nov 2026 13:00:00 GMT", 5 * HOUR), ("9999999", DAY)] {
        let hooks = WebhookServer::start();
        let desk = Desk::new([&hooks.url("/hook")]);
        let mut notifier = desk.open();
        hooks.answer(&format!("429 Too Many Requests\r\nretry-after: {asked}"));
        assert!(matches!(round(&mut notifier, &fresh(), 0)[..], [Delivery::Failed { .. }]));
        assert_eq!(notifier.deliver(at(wait - 1)).unwrap(), [], "{asked}");
        assert!(matches!(notifier.deliver(at(wait)).unwrap()[..], [Delivery::Delivered { .. }]), "{asked}");
    }
}

/// NT-9: an attempt failed while the clock was ten years, or two hours, ahead.
#[test]
fn a_clock_that_was_ahead_does_not_hold_up_what_waits() {
    for ahead in [3650 * DAY, 2 * HOUR] {
        let hooks = WebhookServer::start();
        let desk = Desk::new([&hooks.url("/hook")]);
        let mut notifier = desk.open();
        hooks.answer("500 Internal Server Error");
        assert!(matches!(round(&mut notifier, &fresh(), ahead)[..], [Delivery::Failed { .. }]));
        drop(notifier);
        let mut notifier = desk.open();
        assert!(matches!(notifier.deliver(at(0)).unwrap()[..], [Delivery::Delivered { .. }]));
        assert_eq!(notifier.waiting(), 0);
    }
}

/// NT-8: a message that cannot be kept is not sent, as after the next start it would be sent again as another one.
#[test]
fn nothing_is_sent_that_could_not_be_kept() {
    let hooks = WebhookServer::start();
    let desk = Desk::new([&hooks.url("/hook")]);
    let mut notifier = desk.open();
    let away = desk.folder.path().with_extension("away");
    std::fs::rename(desk.folder.path(), &away).unwrap();
    let outcome = look(&notifier, &fresh(), 0);
    let refused = notifier.take(outcome, at(0));
    assert!(matches!(refused, Err(StateError::Io { .. })), "{refused:?}");
    assert_eq!(notifier.deliver(at(0)).unwrap(), []);
    std::fs::rename(&away, desk.folder.path()).unwrap();
    assert!(matches!(round(&mut notifier, &fresh(), MINUTE)[..], [Delivery::Delivered { .. }]));
    assert_eq!(hooks.posted().len(), 1);
}

/// NT-8: what waits survives the process, and so does what was announced.
#[test]
fn nothing_is_lost_if_the_process_ends_before_it_sent() {
    let hooks = WebhookServer::start();
    let desk = Desk::new([&hooks.url("/hook")]);
    let mut notifier = desk.open();
    let outcome = look(&notifier, &fresh(), 0);
    notifier.take(outcome, at(0)).unwrap();
    drop(notifier);
    let mut notifier = desk.open();
    let outcome = look(&notifier, &stale(), HOUR);
    notifier.take(outcome, at(HOUR)).unwrap();
    drop(notifier);
    assert_eq!(hooks.posted().len(), 0);
    let mut notifier = desk.open();
    assert_eq!(notifier.deliver(at(HOUR)).unwrap().len(), 2);
    let found = titles(&hooks);
    assert!(found[0].starts_with("Notifications started: "), "{found:?}");
    assert_eq!(found[1], "Contoso: 1 worse");
    assert_eq!(round(&mut notifier, &stale(), 2 * HOUR), [], "it is not announced again");
}

/// NT-10: if the process ends after sending and before it noted that, the message is sent again with the same id.
#[test]
fn a_repeat_after_a_crash_can_be_recognised() {
    let hooks = WebhookServer::start();
    let desk = Desk::new([&hooks.url("/hook")]);
    let mut notifier = desk.open();
    let outcome = look(&notifier, &fresh(), 0);
    notifier.take(outcome, at(0)).unwrap();
    let before = std::fs::read(desk.state()).unwrap();
    notifier.deliver(at(0)).unwrap();
    drop(notifier);
    std::fs::write(desk.state(), before).unwrap();
    desk.open().deliver(at(1)).unwrap();
    let posted = hooks.posted();
    assert_eq!(posted.len(), 2);
    assert_eq!(posted[0].headers["posture-message-id"], posted[1].headers["posture-message-id"]);
}

/// NT-2
#[test]
fn one_message_is_sent_per_interval_and_covers_what_happened_in_it() {
    let hooks = WebhookServer::start();
    let desk = Desk::new([&hooks.url("/hook")]);
    let mut notifier = desk.open();
    let two = |first: i64, second: i64| json!([tenant(1, "Adatum", first), tenant(2, "Fabrikam", second)]);
    round(&mut notifier, &two(-HOUR, -HOUR), 0);
    round(&mut notifier, &two(-2 * DAY, -HOUR), MINUTE);
    round(&mut notifier, &two(-2 * DAY, -2 * DAY), 14 * MINUTE);
    assert_eq!(hooks.posted().len(), 1, "the interval is not over");
    round(&mut notifier, &two(-2 * DAY, -2 * DAY), 15 * MINUTE);
    assert_eq!(titles(&hooks)[1], "Contoso: 2 worse");
    round(&mut notifier, &two(-2 * DAY, -HOUR), 20 * MINUTE);
    round(&mut notifier, &two(-2 * DAY, -2 * DAY), 31 * MINUTE);
    assert_eq!(hooks.posted().len(), 2, "a change that was undone is not mentioned");
}

/// NT-6
#[test]
fn a_heartbeat_follows_a_day_without_a_message() {
    let hooks = WebhookServer::start();
    let desk = Desk::new([&hooks.url("/hook")]);
    let mut notifier = desk.open();
    round(&mut notifier, &fresh(), 0);
    round(&mut notifier, &fresh(), 10 * HOUR);
    assert_eq!(hooks.posted().len(), 1);
    let mut later = desk.timing;
    later.heartbeat = Some(u64::try_from(12 * HOUR).unwrap());
    drop(notifier);
    let mut notifier = Notifier::open(&desk.state(), desk.targets.clone(), loopback(), later).unwrap();
    round(&mut notifier, &fresh(), 12 * HOUR);
    assert_eq!(titles(&hooks)[1], "All quiet: 1 tenant, evidence 12 h old");
    assert_eq!(hooks.posted()[1].json()["kind"], "heartbeat");
    round(&mut notifier, &fresh(), 13 * HOUR);
    assert_eq!(hooks.posted().len(), 2);
}

/// NT-6: also while the interval between messages about news is longer, and something changed meanwhile. It stays news.
#[test]
fn a_heartbeat_does_not_wait_for_the_interval_of_news() {
    let hooks = WebhookServer::start();
    let mut desk = Desk::new([&hooks.url("/hook")]);
    desk.timing.interval = u64::try_from(7 * DAY).unwrap();
    let mut notifier = desk.open();
    round(&mut notifier, &fresh(), 0);
    assert!(!notifier.is_due(at(DAY - 1)) && notifier.is_due(at(DAY)));
    round(&mut notifier, &stale(), DAY);
    round(&mut notifier, &stale(), DAY + HOUR);
    let kinds: Vec<_> = hooks.posted().iter().map(|posted| posted.json()["kind"].clone()).collect();
    assert_eq!(kinds, ["started", "heartbeat"]);
    round(&mut notifier, &stale(), 7 * DAY);
    assert_eq!(hooks.posted()[2].json()["kind"], "news");
}

/// NT-12: a redirect could lead inside, so it is a failure.
#[test]
fn a_redirect_is_not_followed() {
    let (hooks, inside) = (WebhookServer::start(), WebhookServer::start());
    let desk = Desk::new([&hooks.url("/hook")]);
    let mut notifier = desk.open();
    hooks.answer(&format!("307 Temporary Redirect\r\nlocation: {}", inside.url("/")));
    let deliveries = round(&mut notifier, &fresh(), 0);
    let [Delivery::Failed { why, .. }] = &deliveries[..] else { panic!("{deliveries:?}") };
    assert!(why.contains("redirect"), "{why}");
    assert_eq!(inside.posted().len(), 0);
}

/// NT-12: what no host can be would allow nothing, or hosts of any domain.
#[test]
fn a_pattern_that_is_not_a_host_is_refused_by_name() {
    let reach = |host: &str| Reach::new(vec![host.to_owned()], Vec::new());
    for host in ["*", "*example.org", "", "*.", "https://a.example", "a b", "*.127.0.0.1/8"] {
        assert!(reach(host).unwrap_err().to_string().starts_with(&format!("allow-host is {host:?}.")));
    }
    for host in ["a.example", "*.a.example", "127.0.0.1", "[::1]", "::1"] {
        assert!(reach(host).is_ok(), "{host}");
    }
}

/// NT-12, NT-13: without permission nothing is contacted, also if the name is another one for loopback.
#[test]
fn a_host_that_is_not_allowed_is_not_contacted() {
    let hooks = WebhookServer::start();
    let port = hooks.url("").rsplit(':').next().unwrap().to_owned();
    let allowed = |hosts: &[&str], networks: &[&str]| Reach {
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
    };
    let cases = [
        ("127.0.0.1", allowed(&[], &["127.0.0.0/8"]), "is not allowed"),
        ("127.0.0.1", allowed(&["127.0.0.1"], &[]), "is not public"),
        ("localhost", allowed(&["localhost"], &[]), "is not public"),
        ("2130706433", allowed(&["127.0.0.1"], &[]), "is not public"),
        ("[::ffff:127.0.0.1]", allowed(&["::ffff:7f00:1", "::ffff:127.0.0.1"], &[]), "is not public"),
    ];
    for (host, reach, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::new(&format!("json+http://{host}:{port}/hook"), None).unwrap();
        let state = folder.path().join("state");
        let mut notifier = Notifier::open(&state, vec![target], reach, Timing::default()).unwrap();
        let deliveries = round(&mut notifier, &fresh(), 0);
        let [Delivery::Failed { why, .. }] = &deliveries[..] else { panic!("{deliveries:?}") };
        assert!(why.contains(expected), "{host}: {why}");
    }
    assert_eq!(hooks.posted().len(), 0);
}

/// NT-9: an address that does not take messages does not keep others from getting theirs, and learns what it missed.
#[test]
fn a_message_undelivered_for_days_is_given_up_and_counted() {
    let (good, bad) = (WebhookServer::start(), WebhookServer::start());
    let desk = Desk::new([&bad.url("/hook"), &good.url("/hook")]);
    let mut notifier = desk.open();
    for _ in 0..2 {
        bad.answer("410 Gone");
    }
    round(&mut notifier, &fresh(), 0);
    assert_eq!(
        (good.posted().len(), bad.posted().len()),
        (1, 1),
        "addresses of one host have names of their own"
    );
    let deliveries = notifier.deliver(at(3 * DAY)).unwrap();
    assert!(matches!(deliveries[..], [Delivery::GivenUp { .. }]), "{deliveries:?}");
    round(&mut notifier, &stale(), 3 * DAY + 2 * HOUR);
    assert_eq!(good.posted()[1].json()["note"], Value::Null);
    assert_eq!(
        bad.posted().last().unwrap().json()["note"],
        "1 earlier message could not be delivered here and was given up."
    );
}

/// NT-9
#[test]
fn the_queue_of_an_address_is_bounded() {
    let hooks = WebhookServer::start();
    let desk = Desk::new([&hooks.url("/hook")]);
    let mut notifier = desk.open();
    for number in 0..=i64::try_from(MOST_WAITING).unwrap() {
        let outcome = look(&notifier, &if number % 2 == 0 { fresh() } else { stale() }, number * 15 * MINUTE);
        notifier.take(outcome, at(number * 15 * MINUTE)).unwrap();
    }
    assert_eq!(notifier.waiting(), MOST_WAITING);
    let deliveries = notifier.deliver(at(2 * DAY)).unwrap();
    assert!(matches!(deliveries[0], Delivery::GivenUp { .. }), "{deliveries:?}");
}

/// NT-8
#[test]
fn a_state_file_is_used_by_one_process_and_never_taken_for_another_file() {
    let desk = Desk::new([]);
    let open = |path: &Path| Notifier::open(path, Vec::new(), Reach::default(), Timing::default());
    let held = desk.open();
    assert!(matches!(open(&desk.state()), Err(StateError::InUse(_))));
    drop(held);
    std::fs::write(desk.state(), "{\"version\":1}").unwrap();
    assert!(matches!(open(&desk.state()), Err(StateError::Invalid { .. })));
    std::fs::write(desk.state(), "{\"version\":2}").unwrap();
    let refused = open(&desk.state()).unwrap_err();
    assert!(matches!(refused, StateError::Version { found: 2, .. }), "{refused}");
    assert_eq!(std::fs::read_to_string(desk.state()).unwrap(), "{\"version\":2}", "it is left as it was");
}

/// NT-8
#[test]
fn a_state_file_beyond_its_bound_is_refused_by_name() {
    let desk = Desk::new([]);
    let open = || Notifier::open(&desk.state(), Vec::new(), Reach::default(), Timing::default());
    // A hole in a file takes no space.
    let file = std::fs::File::create(desk.state()).unwrap();
    file.set_len(STATE_BYTES + 1).unwrap();
    let refused = open().unwrap_err();
    assert!(matches!(refused, StateError::TooLarge(_)), "{refused}");
    assert!(refused.to_string().contains("more than 1 GB"), "{refused}");
}
