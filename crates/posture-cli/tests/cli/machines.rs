//! More than one machine: tenants divided over two database servers, a streaming replica, two endpoints, and HAProxy in front of them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::support::{Files, run, runtime};
use posture_testing::cluster::{Cluster, Database};
use posture_testing::divided::{divided, joined, only};

const TENANTS: u64 = 24;
/// The first tenant that the second server holds.
const FIRST_THERE: u64 = 13;
const SNAPSHOT: &str = "/api/v1/workspaces/1/snapshot";
/// Clients that request without pause.
const CLIENTS: usize = 4;
/// Answers from each endpoint before one ends, and from the other one afterwards.
const ANSWERS: usize = 20;

/// A database with these tenants of the synthetic workspace.
async fn filled(cluster: &Cluster, tenants: std::ops::RangeInclusive<u64>) -> Database {
    let database = cluster.database().await;
    let synth = ["synth", "--exported-at", "2025-04-08T06:00:00Z", "--tenants", &TENANTS.to_string()];
    let filled = run(synth.into_iter().chain(["--postgres", &database.owner]));
    assert_eq!(filled.code, Some(0), "{}", filled.stderr);
    database.run(&only(tenants)).await;
    database
}

/// Notes changes.
const CHANGES_SQL: &str = include_str!("../../../../ops/postgres/changes.sql");
/// Lets this server read the other one's versions.
const VERSIONS_THERE: &str = "CREATE FOREIGN TABLE posture.versions_there () INHERITS (posture.elsewhere)
    SERVER there OPTIONS (schema_name 'posture', table_name 'versions')";

/// Changes on either server, the second one's marked.
const CHANGES: [(bool, &str); 12] = [
    (false, "UPDATE tenants SET name = 'Another name' WHERE id = 2"),
    (false, "UPDATE backup_sets_here SET name = 'Written to the part' WHERE tenant_id = 2"),
    (true, "UPDATE tenants SET name = 'Another name' WHERE id = 20"),
    (true, "UPDATE backup_sets SET completed_at = completed_at - interval '1 hour' WHERE tenant_id = 20"),
    (true, "DELETE FROM restore_runs WHERE tenant_id BETWEEN 14 AND 20"),
    (true, "INSERT INTO backup_schedules (tenant_id, is_enabled, frequency) VALUES (20, true, 'daily')"),
    (
        true,
        "INSERT INTO tenants (id, workspace_id, external_id, name, status) VALUES (100, 1, 'new', 'New', 'active')",
    ),
    (true, "UPDATE tenants SET workspace_id = 2 WHERE id = 100"),
    (true, "UPDATE tenants SET workspace_id = 1 WHERE id = 100"),
    (true, "UPDATE tenants SET deleted_at = now() WHERE id = 100"),
    (true, "DELETE FROM tenants WHERE id = 15"),
    (true, "TRUNCATE backup_schedules"),
];

/// Two servers that hold the tenants together, and a replica of the first.
struct Machines {
    _clusters: [Cluster; 3],
    here: Database,
    there: Database,
    /// The address of the replica, which reads the second server too.
    replica: String,
    /// What one undivided database answers.
    whole: Value,
}

impl Machines {
    async fn start() -> Self {
        let (first, second) = (Cluster::new(), Cluster::new());
        let whole = filled(&first, 1..=TENANTS).await;
        let (here, there) =
            (filled(&first, 1..=FIRST_THERE - 1).await, filled(&second, FIRST_THERE..=TENANTS).await);
        let whole = Endpoint::start(["--database-url", &whole.reader]).get(SNAPSHOT).json();
        here.run(&divided(FIRST_THERE)).await;
        for database in [&here, &there] {
            database.run(CHANGES_SQL).await;
        }
        here.run(&joined(&second, &there, FIRST_THERE)).await;
        let replica = Cluster::replica_of(&first);
        Self {
            replica: replica.address(&here.name, "posture"),
            _clusters: [first, second, replica],
            here,
            there,
            whole,
        }
    }

    /// Writes a name of a tenant of the second server.
    async fn rename(&self, name: u64) {
        let tenant = format!("UPDATE tenants SET name = 'Name {name}' WHERE id = {TENANTS}");
        self.there.run(&tenant).await;
    }
}

/// HAProxy in front of endpoints, on a port of its own.
struct Front {
    process: Child,
    url: String,
    _files: Files,
}

impl Front {
    fn start(endpoints: &[&Endpoint]) -> Self {
        let servers = endpoints.iter().enumerate().map(|(number, endpoint)| {
            let address = endpoint.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
            format!("    server endpoint{number} {address} check inter 100ms\n")
        });
        let configuration = format!(
            "defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    timeout check 5s
    retries 3
    option redispatch
    retry-on conn-failure empty-response
frontend front
    bind fd@0
    default_backend endpoints
backend endpoints
    balance roundrobin
    option httpchk GET /readyz
    http-response set-header x-served-by %s
{}",
            servers.collect::<String>()
        );
        let files = Files::new();
        let configuration = files.write("haproxy.cfg", configuration);
        // It takes the socket as its standard input, so nothing else can take the port.
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let process = Command::new("haproxy")
            .args(["-db", "-f"])
            .arg(configuration)
            .stdin(Stdio::from(OwnedFd::from(socket)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("HAProxy starts; `cargo xtask test` installs it");
        Self { process, url, _files: files }
    }

    /// A response, unless it broke off.
    fn ask(&self, held: Option<&str>) -> Option<Answer> {
        let agent =
            ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
        let mut request = agent.get(format!("{}{SNAPSHOT}", self.url));
        if let Some(held) = held {
            request = request.header("if-none-match", held);
        }
        let response = request.call().ok()?;
        let header = |name: &str| {
            response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
        };
        let (status, etag, served_by) = (response.status().as_u16(), header("etag"), header("x-served-by"));
        let mut body = String::new();
        response.into_body().into_reader().read_to_string(&mut body).ok()?;
        Some(Answer { status, etag, served_by, body })
    }

    /// An answer of each endpoint, for a client with a copy or none; `None` while HAProxy counts one of them as down.
    fn of_each(&self, held: Option<&str>) -> Option<[Answer; 2]> {
        let answers = (0..4).filter_map(|_| self.ask(held)).filter(|answer| !answer.served_by.is_empty());
        let by_endpoint: BTreeMap<_, _> = answers.map(|answer| (answer.served_by.clone(), answer)).collect();
        let answers: Vec<_> = by_endpoint.into_values().collect();
        answers.try_into().ok()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

struct Answer {
    status: u16,
    etag: String,
    served_by: String,
    body: String,
}

impl Answer {
    /// The last name that was written to the tenant whose name changes.
    fn name(&self) -> u64 {
        let snapshot: Value = serde_json::from_str(&self.body).unwrap();
        let tenants = snapshot["tenants"].as_array().unwrap();
        assert_eq!(tenants.len() as u64, TENANTS);
        let name = tenants.last().unwrap()["name"].as_str().unwrap();
        name.strip_prefix("Name ").unwrap_or("0").parse().unwrap()
    }
}

/// What clients have seen.
#[derive(Default)]
struct Seen {
    /// The body of each ETag, and the name in it.
    bodies: Mutex<BTreeMap<String, (String, u64)>>,
    /// The number of answers of each endpoint.
    answers: Mutex<BTreeMap<String, usize>>,
    /// Number of requests without an answer.
    failed: AtomicU64,
}

impl Seen {
    /// Requests until the end. Every answer must have what was written before it was requested, and one ETag has one body.
    fn request(&self, front: &Front, written: &AtomicU64, is_over: &AtomicBool) {
        let mut held = None::<String>;
        while !is_over.load(Ordering::SeqCst) {
            let least = written.load(Ordering::SeqCst);
            let answer = front.ask(held.as_deref()).filter(|answer| [200, 304].contains(&answer.status));
            let Some(answer) = answer else {
                self.failed.fetch_add(1, Ordering::SeqCst);
                continue;
            };
            let mut bodies = self.bodies.lock().unwrap();
            let name = if answer.status == 200 {
                let (body, name) =
                    bodies.entry(answer.etag.clone()).or_insert_with(|| (answer.body.clone(), answer.name()));
                assert!(*body == answer.body, "one ETag, two bodies: {}", answer.etag);
                *name
            } else {
                bodies[&answer.etag].1
            };
            drop(bodies);
            assert!(name >= least, "{} answered name {name} after {least}", answer.served_by);
            held = Some(answer.etag);
            *self.answers.lock().unwrap().entry(answer.served_by).or_default() += 1;
        }
    }

    fn answers_of(&self, endpoint: &str) -> usize {
        self.answers.lock().unwrap().get(endpoint).copied().unwrap_or_default()
    }
}

/// Without the other server's versions, or without any, no copy is current: a change there could not be noticed.
fn assert_no_copy_is_current(runtime: &tokio::runtime::Runtime, machines: &Machines, endpoint: &Endpoint) {
    for privilege in
        ["REVOKE USAGE ON SCHEMA posture FROM posture", "GRANT USAGE ON SCHEMA posture TO posture"]
    {
        runtime.block_on(machines.here.run(privilege));
        let held = endpoint.get(SNAPSHOT);
        let again = endpoint.ask(SNAPSHOT, &[("if-none-match", held.header("etag"))]);
        assert_eq!(again.status, 200, "{privilege}");
        assert!(again.json()["tenants"] == machines.whole["tenants"], "{privilege}");
    }
}

/// ES-27, ES-29, ES-43
#[test]
fn tenants_on_two_servers_read_by_two_endpoints_give_one_answer_also_while_an_endpoint_ends() {
    let runtime = runtime();
    let machines = runtime.block_on(Machines::start());
    let first = Endpoint::start(["--database-url", &machines.here.reader]);
    assert_no_copy_is_current(&runtime, &machines, &first);
    runtime.block_on(machines.here.run(VERSIONS_THERE));
    let second = Endpoint::start(["--database-url", &machines.replica]);
    let front = Front::start(&[&first, &second]);

    // The replica's instant is at least that of the last write that it has replayed.
    let alike = (0..100).find_map(|_| {
        runtime.block_on(
            machines
                .here
                .run("CREATE TABLE IF NOT EXISTS beat (at timestamptz); INSERT INTO beat VALUES (now())"),
        );
        let answers = front.of_each(None)?;
        (answers[0].etag == answers[1].etag).then_some(answers)
    });
    let [one, other] = alike.expect("both endpoints give one ETag once the replica has replayed");
    assert!(one.body == other.body);
    let snapshot: Value = serde_json::from_str(&one.body).unwrap();
    assert!(snapshot["tenants"] == machines.whole["tenants"], "divided tables give what one table gives");
    let current = front.of_each(Some(&one.etag)).expect("both endpoints answer");
    // The clock may have stepped in between.
    let is_current = |answer: &Answer| answer.status == 304 || answer.etag != one.etag;
    assert!(current.iter().all(is_current));

    let (seen, written, is_over) = (Seen::default(), AtomicU64::new(0), AtomicBool::new(false));
    let write = |until: &dyn Fn() -> bool| {
        while !until() {
            let name = written.load(Ordering::SeqCst) + 1;
            runtime.block_on(machines.rename(name));
            written.store(name, Ordering::SeqCst);
        }
    };
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| seen.request(&front, &written, &is_over));
        }
        write(&|| ["endpoint0", "endpoint1"].iter().all(|endpoint| seen.answers_of(endpoint) >= ANSWERS));
        second.end("-KILL");
        let before = seen.answers_of("endpoint0");
        write(&|| seen.answers_of("endpoint0") >= before + ANSWERS);
        is_over.store(true, Ordering::SeqCst);
    });
    let failed = seen.failed.load(Ordering::SeqCst);
    assert!(
        failed <= CLIENTS as u64,
        "{failed} requests failed, more than there were when an endpoint ended"
    );
}

/// ES-37, ES-43
#[test]
fn a_change_on_either_server_is_noticed_and_otherwise_a_copy_is_current() {
    let runtime = runtime();
    let machines = runtime.block_on(Machines::start());
    let run = |is_there: bool, statement: &str| {
        runtime.block_on(if is_there { &machines.there } else { &machines.here }.run(statement));
    };
    run(false, VERSIONS_THERE);
    let served = Endpoint::start(["--database-url", &machines.here.reader]);
    let page_there = |external_id: &str| format!("/api/v1/workspaces/1/tenants/{external_id}/snapshot");
    let tenant = runtime.block_on(machines.there.value("SELECT external_id FROM tenants WHERE id = 20"));
    let is_current = |path: &str, held: &str| served.ask(path, &[("if-none-match", held)]).status == 304;
    for path in [SNAPSHOT, &page_there(&tenant)] {
        // The clock may step between two requests, but not also between the next two.
        assert!((0..3).any(|_| is_current(path, served.get(path).header("etag"))), "{path}");
    }
    assert_eq!(served.ask(&page_there("nobody"), &[]).status, 404);
    for (is_there, change) in CHANGES {
        let held = served.get(SNAPSHOT);
        run(is_there, change);
        assert!(!is_current(SNAPSHOT, held.header("etag")), "{change}");
        let fresh = Endpoint::start(["--database-url", &machines.here.reader]);
        assert!(served.get(SNAPSHOT).json()["tenants"] == fresh.get(SNAPSHOT).json()["tenants"], "{change}");
    }

    // While the other server could miss a change, no copy is current.
    for (fault, repair) in [
        (
            "ALTER TABLE backup_sets DISABLE TRIGGER posture_updated",
            "ALTER TABLE backup_sets ENABLE ALWAYS TRIGGER posture_updated",
        ),
        ("DROP TRIGGER posture_deleted ON tenants", "DROP SCHEMA posture CASCADE"),
    ] {
        run(true, fault);
        for path in [SNAPSHOT, &page_there(&tenant)] {
            assert!(!is_current(path, served.get(path).header("etag")), "{fault}: {path}");
        }
        run(true, repair);
    }
    runtime.block_on(machines.there.run(CHANGES_SQL));
    assert!((0..3).any(|_| is_current(SNAPSHOT, served.get(SNAPSHOT).header("etag"))));
}
