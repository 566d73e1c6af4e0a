//! Marks on attention items, over HTTP: in a store, in PostgreSQL, and if there is nowhere to keep them.

use std::io::Cursor;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use posture_core::{Form, Timestamp};
use posture_server::access::{Access, Members, ProxyAccess, Role, RoleTable, StatedMember, StatedTenants};
use posture_server::access::{AllTenants, StatedTenant, TenantRole};
use posture_server::sources::demo::DemoSource;
use posture_server::sources::postgres::{PostgresOptions, PostgresReviews, PostgresSource};
use posture_server::sources::reviews::{MOST_REVIEWS, ReviewStore};
use posture_server::sources::sqlite::{OpenError, SqliteReviews, SqliteSource, import};
use posture_server::{AppState, AuditLog, router};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::altered_store::alter;
use crate::endpoint::{SNAPSHOT, endpoint, get};
use crate::evidence::{document, tenants};

const REVIEWS: &str = "/api/v1/workspaces/7/reviews";
const ONE: &str = "/api/v1/workspaces/7/reviews?tenant_id=1&item=tenant_backup_stale";
const NOW: &str = "2026-11-20T08:00:00Z";
const JSON: (&str, &str) = ("content-type", "application/json");
/// What `ops/postgres/reviews.sql` creates.
const SCHEMA: &str = include_str!("../../../../ops/postgres/reviews.sql");

async fn ask(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> (StatusCode, Value) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in [("host", "localhost")].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 7], 40_000))));
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn put(router: &Router, mark: String) -> (StatusCode, Value) {
    ask(router, Method::PUT, REVIEWS, &[JSON], mark).await
}

async fn list(router: &Router) -> Value {
    let (status, listed) = ask(router, Method::GET, REVIEWS, &[], String::new()).await;
    assert_eq!(status, StatusCode::OK, "{listed}");
    listed
}

fn mark(more: Value) -> String {
    let mut mark = json!({ "tenant_id": 1, "item": "tenant_backup_stale", "fingerprint": "ab12", "note": "vendor",
        "ticket": "https://tickets.example/1", "until": "2026-11-25T08:00:00Z" });
    mark.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    mark.to_string()
}

fn example(hour: u8) -> Cursor<String> {
    Cursor::new(document(&format!("2026-11-20T{hour:02}:00:00Z"), "x", &tenants(1_795_000_000, 3)))
}

async fn store() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    import(&path, example(7), Form::Json).await.unwrap();
    (folder, path)
}

fn now() -> Option<Timestamp> {
    Timestamp::parse(NOW)
}

async fn state_of(store: &Path) -> AppState {
    let reviews: Arc<dyn ReviewStore> = Arc::new(SqliteReviews::open(store).await.unwrap());
    let source = Arc::new(SqliteSource::open(store).await.unwrap());
    AppState { reviews: Some(reviews), now, ..AppState::local(source) }
}

/// Marks are kept, replaced and removed, and say when and until when.
async fn assert_keeps_marks(router: &Router) {
    assert_eq!(list(router).await, json!({ "manageable_tenants": null, "read_only": null, "reviews": [] }));
    let evidence = get(router, SNAPSHOT).await.etag().to_owned();
    assert_eq!(put(router, mark(json!({}))).await.0, StatusCode::NO_CONTENT);
    let again = json!({ "note": "again", "by": "someone else", "at": "2020-01-01T00:00:00Z" });
    assert_eq!(put(router, mark(again)).await.0, StatusCode::NO_CONTENT);
    let other = json!({ "tenant_id": 2, "until": "2026-11-20T09:00:00Z", "ticket": null });
    assert_eq!(put(router, mark(other)).await.0, StatusCode::NO_CONTENT);
    let listed = list(router).await;
    assert_eq!(listed["reviews"].as_array().unwrap().len(), 2, "{listed}");
    assert_eq!(listed["reviews"][0]["note"], "again");
    assert_eq!(listed["reviews"][0]["at"], NOW, "the endpoint says when");
    assert_eq!(listed["reviews"][0]["by"], Value::Null, "and who");
    assert_eq!(get(router, SNAPSHOT).await.etag(), evidence, "evidence does not change with marks");
    for _ in 0..2 {
        let (status, _) = ask(router, Method::DELETE, ONE, &[], String::new()).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    assert_eq!(list(router).await["reviews"].as_array().unwrap().len(), 1);
}

/// A mark that has ended is not listed, and makes room for others.
async fn assert_ended_marks_go(reviews: &dyn ReviewStore) {
    let at = |text: &str| Timestamp::parse(text).unwrap();
    let (workspace, all) = (posture_core::Id::new(7).unwrap(), posture_server::sources::TenantScope::All);
    assert_eq!(reviews.list(workspace, &all, at("2026-11-20T09:00:00Z")).await.unwrap().len(), 1);
    assert!(reviews.list(workspace, &all, at("2026-11-20T09:00:01Z")).await.unwrap().is_empty());
    let made = serde_json::from_str(&mark(json!({}))).unwrap();
    let made = posture_core::views::reviews::Review::made(&made, None, at(NOW)).unwrap();
    reviews.put(workspace, &made, at("2026-11-21T08:00:00Z")).await.unwrap();
    assert_eq!(reviews.list(workspace, &all, at(NOW)).await.unwrap().len(), 1, "the ended one is dropped");
    for was_there in [true, false] {
        assert_eq!(reviews.delete(workspace, made.tenant_id, &made.item).await.unwrap(), was_there);
    }
}

/// RV-4
#[tokio::test]
async fn a_store_keeps_marks_also_across_an_import() {
    let (_folder, path) = store().await;
    let router = router(state_of(&path).await);
    assert_keeps_marks(&router).await;
    import(&path, example(8), Form::Json).await.unwrap();
    assert_eq!(list(&router).await["reviews"].as_array().unwrap().len(), 1);
    assert_ended_marks_go(&SqliteReviews::open(&path).await.unwrap()).await;
}

/// ES-53: what is served would stay the former evidence for ever, and a mark would be written to a file without a name.
#[tokio::test]
async fn a_store_that_was_replaced_while_it_was_served_is_neither_read_nor_written() {
    let ((_folder, path), (_other, new)) = (store().await, store().await);
    let (router, reviews) = (router(state_of(&path).await), SqliteReviews::open(&path).await.unwrap());
    assert_eq!(put(&router, mark(json!({}))).await.0, StatusCode::NO_CONTENT);
    import(&new, example(8), Form::Json).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(put(&router, mark(json!({}))).await.0, StatusCode::SERVICE_UNAVAILABLE);
    std::fs::rename(&new, &path).unwrap();
    for address in ["/readyz", SNAPSHOT, "/api/v1/workspaces", REVIEWS] {
        let (status, told) = ask(&router, Method::GET, address, &[], String::new()).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{address}: {told}");
        assert!(told["detail"].as_str().unwrap().contains("Restart posture serve"), "{address}: {told}");
    }
    assert_eq!(put(&router, mark(json!({}))).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let workspace = posture_core::Id::new(7).unwrap();
    let failed = reviews.delete(workspace, posture_core::Id::new(1).unwrap(), "tenant_backup_stale").await;
    assert!(failed.unwrap_err().to_string().contains("removed or replaced"));
}

/// RV-4, RV-5
#[tokio::test]
async fn a_database_keeps_marks_in_a_schema_and_with_a_role_of_their_own() {
    let (database, cluster) = posture_testing::cluster::database().await;
    database.run(&crate::evidence::statements(&tenants(1_795_000_000, 3))).await;
    let reviews = || PostgresReviews::new(&cluster.address(&database.name, "posture_reviews")).unwrap();
    let source = PostgresSource::new(&database.reader, PostgresOptions::default()).unwrap();
    let state = AppState { reviews: Some(Arc::new(reviews())), now, ..AppState::local(Arc::new(source)) };
    let router = router(state);
    database.run("CREATE ROLE posture_reviews LOGIN").await;
    let listed = list(&router).await;
    assert!(listed["read_only"].as_str().unwrap().contains("ops/postgres/reviews.sql"), "{listed}");
    let (status, told) = put(&router, mark(json!({}))).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{told}");

    database.run(&SCHEMA.replace("CREATE ROLE posture_reviews LOGIN;", "")).await;
    assert_keeps_marks(&router).await;
    assert_ended_marks_go(&reviews()).await;
    for (role, table) in [("posture_reviews", "tenants"), ("posture", "posture_reviews.reviews")] {
        let granted = format!(
            "SELECT (has_any_column_privilege('{role}', '{table}', 'SELECT, INSERT, UPDATE') AND has_schema_privilege('{role}', \
             (SELECT relnamespace FROM pg_class WHERE oid = '{table}'::regclass), 'USAGE'))::text"
        );
        assert_eq!(database.value(&granted).await, "false", "{role} may use {table}");
    }
}

/// RV-3
#[tokio::test]
async fn an_invalid_mark_is_rejected_with_the_reason() {
    let (_folder, path) = store().await;
    let router = router(state_of(&path).await);
    for (wrong, says) in [
        (json!({ "until": "2026-11-20T07:00:00Z" }), "366 days"),
        (json!({ "until": "2028-01-01T00:00:00Z" }), "366 days"),
        (json!({ "until": null }), "until"),
        (json!({ "ticket": "javascript:alert(1)" }), "http"),
        (json!({ "note": "n".repeat(2001) }), "2000"),
        (json!({ "tenant_id": "1" }), "tenant_id"),
        (json!({ "item": "a\u{0}b" }), "item"),
    ] {
        let (status, told) = put(&router, mark(wrong.clone())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(told["detail"].as_str().unwrap().contains(says), "{told}");
    }
    let long = mark(json!({ "note": "🦀".repeat(2000) })).replace('🦀', "\\ud83e\\udd80");
    assert_eq!(put(&router, long).await.0, StatusCode::NO_CONTENT, "the longest note fits, even if escaped");
    assert_eq!(put(&router, " ".repeat(65 * 1024)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(put(&router, "mark".to_owned()).await.0, StatusCode::BAD_REQUEST);
    for kind in [&[][..], &[("content-type", "text/plain")]] {
        let (status, _) = ask(&router, Method::PUT, REVIEWS, kind, mark(json!({}))).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    for unknown in [json!({ "tenant_id": 99 }), json!({ "tenant_id": 9_007_199_254_740_991_u64 })] {
        assert_eq!(put(&router, mark(unknown)).await.0, StatusCode::NOT_FOUND);
    }
    let elsewhere = "/api/v1/workspaces/8/reviews";
    for (method, body) in [(Method::GET, String::new()), (Method::PUT, mark(json!({})))] {
        let (status, _) = ask(&router, method, elsewhere, &[JSON], body).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    assert_eq!(
        ask(&router, Method::POST, REVIEWS, &[], String::new()).await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

/// RV-6
#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let (_folder, path) = store().await;
    let router = router(state_of(&path).await);
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let (status, _) = ask(&router, Method::PUT, REVIEWS, &[JSON, foreign], mark(json!({}))).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{foreign:?}");
        let (status, _) = ask(&router, Method::DELETE, ONE, &[foreign], String::new()).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{foreign:?}");
    }
    assert_eq!(list(&router).await["reviews"], json!([]));
    let own = [JSON, ("origin", "http://localhost"), ("sec-fetch-site", "same-origin")];
    let (status, _) = ask(&router, Method::PUT, REVIEWS, &own, mark(json!({}))).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

/// Behind a proxy: ben operates tenant 1, reads tenant 2, and is not a member of tenant 3. Mia manages every tenant, and rob reads each.
async fn proxied(path: &Path) -> AppState {
    let tenants = StatedTenants::Only(vec![
        StatedTenant::Id(1),
        StatedTenant::WithRole(TenantRole { id: 2, role: Role::Readonly }),
    ]);
    let identity = Some("ben".to_owned());
    let ben = StatedMember { identity, group: None, workspace: 7, role: Role::Operator, tenants };
    let of_all = |name: &str, role| StatedMember {
        identity: Some(name.to_owned()),
        role,
        tenants: StatedTenants::All(AllTenants::All),
        ..ben.clone()
    };
    let members = [of_all("mia", Role::Manager), of_all("rob", Role::Readonly), ben.clone()];
    let access = Access::Proxy(ProxyAccess {
        identity_header: "x-forwarded-user".parse().unwrap(),
        proxies: vec!["10.0.0.7/32".parse().unwrap()],
        hosts: vec!["localhost".to_owned()],
        roles: RoleTable::default(),
        members: Members::new(&members).unwrap(),
    });
    AppState { access, ..state_of(path).await }
}

/// RV-7, RV-8
#[tokio::test]
async fn only_a_role_with_the_capability_marks_items_and_only_of_its_tenants() {
    let (_folder, path) = store().await;
    let router = router(proxied(&path).await);
    let who = ("x-forwarded-user", "ben");
    for (tenant, expected) in
        [(1, StatusCode::NO_CONTENT), (2, StatusCode::FORBIDDEN), (3, StatusCode::NOT_FOUND)]
    {
        let (status, told) =
            ask(&router, Method::PUT, REVIEWS, &[JSON, who], mark(json!({ "tenant_id": tenant }))).await;
        assert_eq!(status, expected, "{tenant}: {told}");
        let one = format!("{REVIEWS}?tenant_id={tenant}&item=another");
        assert_eq!(ask(&router, Method::DELETE, &one, &[who], String::new()).await.0, expected, "{tenant}");
    }
    let (_, listed) = ask(&router, Method::GET, REVIEWS, &[who], String::new()).await;
    assert_eq!((&listed["manageable_tenants"], &listed["reviews"][0]["by"]), (&json!([1]), &json!("ben")));
    for (name, expected, manageable) in
        [("mia", StatusCode::NO_CONTENT, Value::Null), ("rob", StatusCode::FORBIDDEN, json!([]))]
    {
        let who = ("x-forwarded-user", name);
        let (status, told) = ask(&router, Method::PUT, REVIEWS, &[JSON, who], mark(json!({}))).await;
        assert_eq!(status, expected, "{name}: {told}");
        let (_, listed) = ask(&router, Method::GET, REVIEWS, &[who], String::new()).await;
        assert_eq!(listed["manageable_tenants"], manageable, "{name}");
    }
    let stranger = ("x-forwarded-user", "eve");
    assert_eq!(ask(&router, Method::GET, REVIEWS, &[stranger], String::new()).await.0, StatusCode::NOT_FOUND);
}

/// RV-9
#[tokio::test]
async fn the_audit_trail_has_every_change_without_its_content() {
    let (folder, path) = store().await;
    let trail = folder.path().join("audit.log");
    let audit = Some(Arc::new(AuditLog::to_file(&trail, now).unwrap()));
    let router = router(AppState { audit, ..proxied(&path).await });
    let who = ("x-forwarded-user", "ben");
    ask(&router, Method::PUT, REVIEWS, &[JSON, who], mark(json!({}))).await;
    ask(&router, Method::PUT, REVIEWS, &[JSON, who], mark(json!({ "tenant_id": 2 }))).await;
    ask(&router, Method::DELETE, ONE, &[who], String::new()).await;
    ask(&router, Method::DELETE, ONE, &[who, ("origin", "null")], String::new()).await;
    let text = std::fs::read_to_string(&trail).unwrap();
    assert!(!text.contains("vendor") && !text.contains("tickets.example"), "{text}");
    let told = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["route"], "/api/v1/workspaces/{workspace}/reviews");
        ["identity", "method", "workspace", "tenant", "status"].map(|key| line[key].clone()).to_vec()
    };
    let told: Vec<_> = text.lines().map(told).collect();
    assert_eq!(
        json!(told),
        json!([
            ["ben", "PUT", "7", "1", 204],
            ["ben", "PUT", "7", "2", 403],
            ["ben", "DELETE", "7", "1", 204],
            ["ben", "DELETE", "7", null, 403]
        ])
    );
}

/// RV-9: whoever hangs up has changed the mark even so, and the trail says who it was.
#[tokio::test]
async fn a_change_whose_client_hangs_up_is_made_and_recorded() {
    let (folder, path) = store().await;
    let trail = folder.path().join("audit.log");
    let audit = Some(Arc::new(AuditLog::to_file(&trail, now).unwrap()));
    let router = router(AppState { audit, ..proxied(&path).await });
    let who = ("x-forwarded-user", "ben");
    let hung_up = ask(&router, Method::PUT, REVIEWS, &[JSON, who], mark(json!({}))).now_or_never();
    assert!(hung_up.is_none(), "it takes longer than a moment");
    let line: Value = loop {
        tokio::task::yield_now().await;
        if let Ok(line) = serde_json::from_str(&std::fs::read_to_string(&trail).unwrap()) {
            break line;
        }
    };
    assert_eq!([&line["identity"], &line["tenant"], &line["outcome"]], ["ben", "1", "ok"]);
    let (_, listed) = ask(&router, Method::GET, REVIEWS, &[who], String::new()).await;
    assert_eq!(listed["reviews"].as_array().unwrap().len(), 1);
}

/// RV-5
#[tokio::test]
async fn a_source_without_a_place_for_marks_says_so() {
    let router = endpoint(DemoSource::new(now().unwrap()).unwrap());
    let (_, listed) = ask(&router, Method::GET, "/api/v1/workspaces", &[], String::new()).await;
    let path = format!("/api/v1/workspaces/{}/reviews", listed["workspaces"][0]["id"]);
    let (status, told) = ask(&router, Method::GET, &path, &[], String::new()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(told["read_only"], posture_core::words::NO_REVIEWS);
    assert_eq!(told["manageable_tenants"], json!([]));
    let (status, _) = ask(&router, Method::PUT, &path, &[JSON], mark(json!({}))).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

/// RV-10
#[tokio::test]
async fn a_workspace_has_a_limit_of_marks() {
    let (_folder, path) = store().await;
    let state = state_of(&path).await;
    alter(
        &path,
        &format!(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {MOST_REVIEWS}) \
             INSERT INTO reviews SELECT 7, 1, 'item' || n, '{{}}', 4000000000 FROM n"
        ),
    )
    .await;
    let full = router(state);
    let (status, told) = put(&full, mark(json!({}))).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(told["detail"].as_str().unwrap().contains("limited to 10000"), "{told}");
    assert_eq!(list(&full).await["reviews"], json!([]), "nothing is kept");

    // What is there already can be replaced, and one that has ended makes room.
    alter(&path, "UPDATE reviews SET item = 'tenant_backup_stale' WHERE item = 'item1'").await;
    let (status, told) = put(&router(state_of(&path).await), mark(json!({}))).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{told}");
    alter(&path, "UPDATE reviews SET ends = 1 WHERE item = 'item2'").await;
    let other = mark(json!({ "item": "other" }));
    let (status, told) = put(&router(state_of(&path).await), other).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{told}");

    // Long notes reach the limit of bytes before.
    let mark_text = format!("'{}'", "n".repeat(2_000));
    alter(&path, &format!("UPDATE reviews SET mark = {mark_text} WHERE item < 'item3'; DELETE FROM reviews WHERE item >= 'item3'")).await;
    let (status, told) = put(&router(state_of(&path).await), mark(json!({}))).await;
    assert_eq!(status, StatusCode::CONFLICT, "{told}");
    // Only somebody else can have written them. None is read.
    let told = list(&router(state_of(&path).await)).await;
    assert_eq!(told["reviews"], json!([]));
    assert!(told["read_only"].as_str().unwrap().contains("more marks of this workspace"), "{told}");
    alter(&path, "UPDATE reviews SET mark = '{}'").await;
    let (status, told) = put(&router(state_of(&path).await), mark(json!({}))).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{told}");
}

/// ES-38
#[tokio::test]
async fn an_earlier_store_is_read_as_it_is_and_brought_up_to_date_when_it_is_written() {
    let (_folder, path) = store().await;
    let before = get(&endpoint(SqliteSource::open(&path).await.unwrap()), SNAPSHOT).await.text().to_owned();
    let downgrade = "DROP TABLE reviews; PRAGMA user_version = 2";
    alter(&path, downgrade).await;
    let served = endpoint(SqliteSource::open(&path).await.unwrap());
    assert_eq!(get(&served, SNAPSHOT).await.text(), before, "read as it is");
    assert_keeps_marks(&router(state_of(&path).await)).await;
    assert_eq!(get(&served, SNAPSHOT).await.text(), before, "the evidence is untouched");
    alter(&path, downgrade).await;
    import(&path, example(8), Form::Json).await.unwrap();
    assert_keeps_marks(&router(state_of(&path).await)).await;
}

/// ES-39
#[tokio::test]
async fn a_store_of_a_later_version_is_refused_by_name_and_left_unchanged() {
    let (_folder, path) = store().await;
    alter(&path, "PRAGMA user_version = 99").await;
    let bytes = std::fs::read(&path).unwrap();
    let refusals = [
        SqliteSource::open(&path).await.map(drop).unwrap_err(),
        SqliteReviews::open(&path).await.map(drop).unwrap_err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, OpenError::Newer { version: 99, .. }));
        assert!(refusal.to_string().contains("version 99"), "{refusal}");
    }
    let refusal = import(&path, example(8), Form::Json).await.unwrap_err().to_string();
    assert!(refusal.contains("version 99"), "{refusal}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}
