//! Mail servers that refuse, repeat what they were sent, or do not stop.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use posture_notify::notifier::Delivery;
use posture_testing::receivers::MailServer;

use crate::desk::*;

/// NT-16
#[test]
fn a_mail_that_is_refused_is_sent_again() {
    let mail = MailServer::start();
    let desk = Desk::new([&format!("smtp://{}?from=posture@example.org&to=ana@example.org", mail.address())]);
    let mut notifier = desk.open();
    mail.refuse("451 4.3.0 Try again later");
    let deliveries = round(&mut notifier, &fresh(), 0);
    let [Delivery::Failed { why, .. }] = &deliveries[..] else { panic!("{deliveries:?}") };
    assert!(why.contains("451"), "{why}");
    assert!(matches!(notifier.deliver(at(60)).unwrap()[..], [Delivery::Delivered { .. }]));
    assert_eq!(mail.mails().len(), 1);
}

/// A server with one connection, on which it does this.
fn serve<T: Send + 'static>(
    talk: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, thread::spawn(move || talk(listener.accept().unwrap().0)))
}

/// Greets, and answers each command with what `answer` has for it, until the client goes or there is none.
fn converse(stream: TcpStream, answer: impl Fn(&str) -> Option<String>) -> TcpStream {
    let mut input = BufReader::new(stream);
    input.get_mut().write_all(b"220 mail.test\r\n").unwrap();
    let mut line = String::new();
    while input.read_line(&mut line).is_ok_and(|count| count > 0) {
        let Some(answer) = answer(line.trim_end()) else { break };
        // The client may have gone.
        if input.get_mut().write_all(format!("{answer}\r\n").as_bytes()).is_err() {
            break;
        }
        line.clear();
    }
    input.into_inner()
}

/// What a server accepts. The lines of a message get no answer before its end.
fn accept(line: &str) -> Option<String> {
    let answer = match line.get(..4).unwrap_or(line) {
        "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 AUTH PLAIN",
        "DATA" => "354 Go on",
        _ => "250 2.0.0 OK",
    };
    Some(answer.to_owned())
}

/// Writes without a line end until the client has had enough, but not without end itself.
/// Whether the client ended it.
fn flood(mut stream: TcpStream) -> bool {
    let block = [b'2'; 64 * 1024];
    (0..1_024).any(|_| stream.write_all(&block).is_err())
}

/// Why the one attempt to send to this address failed.
#[track_caller]
fn failure(user: &str, server: SocketAddr, more: &str) -> String {
    let address = format!("smtp://{user}{server}?from=posture@example.org&to=ana@example.org{more}");
    let desk = Desk::new([&address]);
    let deliveries = round(&mut desk.open(), &fresh(), 0);
    let [Delivery::Failed { why, .. }] = &deliveries[..] else { panic!("{deliveries:?}") };
    why.clone()
}

/// NT-20
#[test]
fn a_server_that_does_not_stop_is_left_after_a_megabyte() {
    let (server, is_left) = serve(flood);
    assert_eq!(failure("", server, ""), "127.0.0.1 sent more than 1 MB, so the attempt ended.");
    assert!(is_left.join().unwrap(), "at the greeting");

    let (server, is_left) =
        serve(|stream| flood(converse(stream, |line| accept(line).filter(|_| !line.starts_with("AUTH")))));
    assert_eq!(failure("ops:hunter2@", server, ""), "127.0.0.1 sent more than 1 MB, so the attempt ended.");
    assert!(is_left.join().unwrap(), "at the sign-in");

    let (server, is_left) = serve(|mut stream| {
        stream.write_all(b"220 mail.test\r\n").unwrap();
        flood(stream)
    });
    assert_eq!(
        failure("", server, "&tls=required"),
        "127.0.0.1 sent more than 1 MB, so the attempt ended.",
        "before TLS"
    );
    assert!(is_left.join().unwrap(), "before TLS");
}

/// NT-20: a message that was taken is not sent again because of what follows.
#[test]
fn a_message_that_was_taken_is_delivered_whatever_follows() {
    let (server, is_left) = serve(|stream| {
        let stream = converse(stream, |line| match line {
            line if line.starts_with("DATA") => None,
            line => accept(line),
        });
        let mut input = BufReader::new(stream);
        input.get_mut().write_all(b"354 Go on\r\n").unwrap();
        let mut line = String::new();
        while line != ".\r\n" {
            line.clear();
            assert!(input.read_line(&mut line).unwrap() > 0, "the message ends");
        }
        input.get_mut().write_all(b"250 2.0.0 Taken\r\n").unwrap();
        flood(input.into_inner())
    });
    let desk = Desk::new([&format!("smtp://{server}?from=posture@example.org&to=ana@example.org")]);
    let deliveries = round(&mut desk.open(), &fresh(), 0);
    assert!(matches!(deliveries[..], [Delivery::Delivered { .. }]), "{deliveries:?}");
    assert!(is_left.join().unwrap());
}

/// NT-14: servers repeat a command that they refuse.
#[test]
fn a_password_that_the_server_repeats_is_not_shown() {
    let refused = |command: &'static str, code: &'static str| {
        let (server, _) = serve(move |stream| {
            let login = std::cell::RefCell::new(String::new());
            converse(stream, |line| {
                if line.starts_with("AUTH") {
                    login.replace(line.to_owned());
                }
                if line.starts_with(command) {
                    return Some(format!("{code} 5.7.8 bad: {} hunter2", login.borrow()));
                }
                if line.starts_with("AUTH") { Some("235 2.7.0 OK".to_owned()) } else { accept(line) }
            })
        });
        failure("ops:hunter2@", server, "")
    };
    assert_eq!(
        refused("AUTH", "535"),
        "127.0.0.1 refused the sign-in with 535. Its answer is left out, because it may repeat the password."
    );
    assert_eq!(
        refused("AUTH", "what is"),
        "127.0.0.1 did not answer the sign-in as SMTP requires. Its answer is left out, because it may repeat the password."
    );
    assert_eq!(
        refused("MAIL", "550"),
        "127.0.0.1 refused the message with 550. Its answer is left out, because it repeats the password."
    );
}

/// NT-16, NT-19: a server that was reached is not called unreachable.
#[test]
fn an_extension_that_the_server_lacks_is_named() {
    let lacking = |user: &str, more: &str| {
        let (server, _) = serve(|stream| {
            converse(stream, |line| {
                let greeting = line.starts_with("EHLO").then(|| "250 mail.test".to_owned());
                greeting.or_else(|| accept(line))
            })
        });
        failure(user, server, more)
    };
    assert_eq!(
        lacking("", "&tls=required"),
        "127.0.0.1 cannot take the message: STARTTLS is not supported on this server."
    );
    assert_eq!(
        lacking("ops:hunter2@", ""),
        "127.0.0.1 cannot take the message: No compatible authentication mechanism was found."
    );
    // It ends the connection in place of an answer.
    let (server, _) = serve(|stream| drop(converse(stream, |_| None)));
    assert_eq!(failure("", server, ""), "127.0.0.1 did not answer as SMTP requires: incomplete response.");
}
