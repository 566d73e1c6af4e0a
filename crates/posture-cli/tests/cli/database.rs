//! `posture serve` over PostgreSQL, in its own process: memory, and connections that end.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::endpoint::Endpoint;
use crate::support::{Files, posture, runtime};
use posture_testing::cluster::{self, Cluster, Database};

const LARGE: &str = "/api/v1/workspaces/7/snapshot";
const SMALL: &str = "/api/v1/workspaces/8/snapshot";

/// Compressing takes memory of its own, whatever the answer's size.
const PLAIN: [(&str, &str); 1] = [("accept-encoding", "identity")];

/// A workspace of one tenant, and one of some 40 MB: more than all buffers on the way hold.
async fn fill(database: &Database) {
    database
        .run(
            "INSERT INTO workspaces (id, name) VALUES (7, 'Large'), (8, 'Small');
             INSERT INTO tenants (id, workspace_id, external_id, name, status)
                 SELECT t, CASE WHEN t = 0 THEN 8 ELSE 7 END, 't' || t, 'T', 'active' FROM generate_series(0, 400) t;
             INSERT INTO backup_sets (tenant_id, name, status) SELECT t, repeat('x', 200), 'failed' FROM generate_series(0, 400) t, generate_series(1, 1800);
             ANALYZE",
        )
        .await;
}

fn over(database: &Database) -> Endpoint {
    Endpoint::start(["--database-url", &database.reader])
}

/// ES-21
#[test]
fn a_workspace_is_streamed_through_memory_that_holds_a_fraction_of_it() {
    let database = runtime().block_on(async {
        let (database, _) = cluster::database().await;
        fill(&database).await;
        database
    });
    let endpoint = over(&database);
    assert_eq!(endpoint.get(SMALL).status, 200);
    let before = endpoint.peak_memory();
    let mut content = endpoint.begin(LARGE, &PLAIN).into_body().into_reader();
    let size = std::io::copy(&mut content, &mut std::io::sink()).unwrap();
    let grown = endpoint.peak_memory() - before;
    assert!(size > 32 << 20 && grown * 2 < size, "{size} bytes took {grown} bytes of memory");
}

/// ES-22, ES-23
#[test]
fn a_response_cut_off_by_the_database_fails_for_the_client_and_the_next_is_complete() {
    let cluster = Cluster::new();
    let database = runtime().block_on(async {
        let database = cluster.database().await;
        fill(&database).await;
        database
    });
    let endpoint = over(&database);
    let mut content = endpoint.begin(LARGE, &PLAIN).into_body().into_reader();
    content.read_exact(&mut [0; 1000]).unwrap();
    cluster.stop();
    assert!(std::io::copy(&mut content, &mut std::io::sink()).is_err());
    assert_eq!(endpoint.get("/readyz").status, 503);
    assert_eq!(endpoint.get(SMALL).status, 503);
    cluster.start();
    assert_eq!(endpoint.get("/readyz").status, 200);
    assert_eq!(endpoint.get(SMALL).status, 200);
}

/// ES-25: as many clients as there are connections start to read and hang up.
#[test]
fn clients_that_hang_up_free_their_connections() {
    let database = runtime().block_on(async {
        let (database, _) = cluster::database().await;
        fill(&database).await;
        database
    });
    let endpoint = over(&database);
    for _ in 0..2 {
        let begun: Vec<_> = (0..8)
            .map(|_| {
                let mut content = endpoint.begin(LARGE, &PLAIN).into_body().into_reader();
                content.read_exact(&mut [0; 1000]).unwrap();
                content
            })
            .collect();
        drop(begun);
        assert_eq!(endpoint.get(SMALL).status, 200);
    }
}

/// TH-4: a database whose error has control sequences, a line that looks like one of the log, and a megabyte of text.
#[test]
fn a_databases_error_is_one_bounded_line_of_the_log_without_control_sequences() {
    let error =
        format!("no \u{1b}]0;title\u{7}\n2026-11-30T00:00:00Z  INFO all is well {}", "x".repeat(1 << 20));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut length = [0; 4];
            stream.read_exact(&mut length).unwrap();
            let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
            stream.read_exact(&mut startup).unwrap();
            let fields = format!("SFATAL\0VFATAL\0C28P01\0M{error}\0\0");
            let length = u32::try_from(fields.len() + 4).unwrap();
            stream.write_all(&[b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat()).unwrap();
        }
    });
    let files = Files::new();
    let log = files.path("log");
    let mut serve = posture();
    serve.args(["serve", "--database-url", &format!("postgres://posture@{address}/product?sslmode=disable")]);
    let endpoint = Endpoint::start_logging(serve, std::fs::File::create(&log).unwrap());
    assert_eq!(endpoint.get(SMALL).status, 503);
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(logged.contains(r"no \u{1b}]0;title\u{7}\n2026-11-30"), "{logged:.3000}");
    assert!(logged.len() < 40_000 && logged.contains("more bytes)\n"), "{} bytes", logged.len());
    assert!(logged.chars().all(|character| character == '\n' || !character.is_control()));
}
