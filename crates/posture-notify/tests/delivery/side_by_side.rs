//! Several addresses at once.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use posture_notify::notifier::Delivery;
use posture_notify::target::Target;
use posture_testing::receivers::WebhookServer;

use crate::desk::*;

/// NT-21: a slow address does not hold up the others, and what is reported is in the order of the configuration.
#[test]
fn an_address_that_is_slow_does_not_hold_up_the_others() {
    let hooks = Arc::new(WebhookServer::start());
    let slow = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("json+http://{}/slow", slow.local_addr().unwrap());
    let others = Arc::clone(&hooks);
    let answered = thread::spawn(move || {
        for stream in slow.incoming().take(2) {
            let mut input = BufReader::new(stream.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while input.read_line(&mut line).unwrap() > 2 {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            input.read_exact(&mut vec![0; length]).unwrap();
            // It answers only when every message of the others has arrived.
            others.wait_for(4);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            input.get_mut().write_all(answer).unwrap();
        }
    });
    let desk = Desk::new([&hooks.url("/first"), &address, &hooks.url("/last")]);
    let mut notifier = desk.open();
    for (evidence, seconds) in [(fresh(), 0), (stale(), HOUR)] {
        let outcome = look(&notifier, &evidence, seconds);
        notifier.take(outcome, at(seconds)).unwrap();
    }
    let deliveries = notifier.deliver(at(HOUR)).unwrap();
    let targets: Vec<_> = deliveries
        .iter()
        .map(|delivery| match delivery {
            Delivery::Delivered { target, .. } => target.as_str(),
            Delivery::Failed { .. } | Delivery::GivenUp { .. } => panic!("{delivery:?}"),
        })
        .collect();
    let [first, second, third] = ["json 127.0.0.1", "json 127.0.0.1 #2", "json 127.0.0.1 #3"];
    assert_eq!(targets, [first, first, second, second, third, third]);
    answered.join().unwrap();
    let titles: Vec<_> = hooks.posted().iter().map(|posted| posted.json()["title"].to_string()).collect();
    assert!(titles.iter().filter(|title| title.contains("started")).count() == 2, "{titles:?}");
    assert_eq!(notifier.waiting(), 0);
}

/// NT-21: more addresses than are sent to at a time each get their messages.
#[test]
fn every_one_of_many_addresses_gets_its_messages_in_order() {
    let hooks = WebhookServer::start();
    let mut desk = Desk::new([]);
    let paths: Vec<_> = (0..20).map(|number| format!("/{number}")).collect();
    desk.targets.extend(paths.iter().map(|path| Target::new(&hooks.url(path), None).unwrap()));
    let mut notifier = desk.open();
    for (evidence, seconds) in [(fresh(), 0), (stale(), HOUR)] {
        let outcome = look(&notifier, &evidence, seconds);
        notifier.take(outcome, at(seconds)).unwrap();
    }
    assert_eq!(notifier.deliver(at(HOUR)).unwrap().len(), 40);
    let posted = hooks.posted();
    for path in &paths {
        let line = format!("POST {path} HTTP/1.1");
        let titles: Vec<_> =
            posted.iter().filter(|posted| posted.line == line).map(|posted| posted.json()).collect();
        let titles: Vec<_> = titles.iter().map(|posted| posted["kind"].as_str().unwrap()).collect();
        assert_eq!(titles, ["started", "news"], "{path}");
    }
}

/// NT-8: what waits is kept by name, so no two addresses have the same.
#[test]
fn no_two_addresses_have_the_same_name() {
    let hooks = WebhookServer::start();
    let mut desk = Desk::new([&hooks.url("/a"), &hooks.url("/b"), &hooks.url("/c")]);
    let names = ["x", "x", "x #2"];
    desk.targets = desk.targets.iter().zip(names).map(|(target, name)| target.clone().named(name)).collect();
    let deliveries = round(&mut desk.open(), &fresh(), 0);
    assert_eq!(deliveries.len(), 3, "{deliveries:?}");
    let mut lines: Vec<_> = hooks.posted().into_iter().map(|posted| posted.line).collect();
    lines.sort();
    assert_eq!(lines, ["POST /a HTTP/1.1", "POST /b HTTP/1.1", "POST /c HTTP/1.1"]);
}
