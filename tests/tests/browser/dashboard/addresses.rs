//! Every address: its title and heading, its place in the browser's history, and keys that hold what addresses are written with.

use posture_core::{Id, paths};
use posture_tests::pages::{self, Page};
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::calm;
use crate::stage::{Stage, governing_set, key, string};

/// DB-2, DB-17: every kind of page by a deep link.
#[tokio::test]
async fn every_page_opens_from_its_address_under_one_heading_which_names_the_window() {
    let stage = Stage::demo().await;
    for Page { name, path } in pages::of_demo(&stage.server).unwrap() {
        stage.open(&path).await;
        let heading = stage.heading().await;
        let is_named = format!(
            "document.title.startsWith({}) && document.title.endsWith(' · Posture')",
            Value::from(format!("{heading} · "))
        );
        stage.until(&is_named).await;
        // How many there are is a matter of the markup.
        assert_eq!(stage.eval("document.querySelectorAll('h1').length").await, 1, "{name}");
        stage.is_silent().await;
    }
}

/// DB-17: the browser's history, and where the focus is.
#[tokio::test]
async fn the_history_leads_back_and_forth_between_pages_and_the_focus_follows() {
    let stage = Stage::demo().await;
    let tenant = key(stage.tenants().next().unwrap());
    let way = [
        (paths::OVERVIEW.to_owned(), text::WORKSPACE_OVERVIEW.to_owned()),
        (paths::TENANTS.to_owned(), text::TENANTS.to_owned()),
        (paths::tenant(&tenant), string(&stage.tenants().next().unwrap()["tenant_label"])),
        (paths::backup_sets(&tenant, None), text::BACKUP_SETS.to_owned()),
        (paths::backup_schedules(&tenant, None), text::BACKUP_SCHEDULES.to_owned()),
        (paths::restore_runs(&tenant, None), text::RESTORE_RUNS.to_owned()),
    ];
    stage.open(paths::OVERVIEW).await;
    for (url, heading) in &way[1..] {
        if *url == paths::tenant(&tenant) {
            stage.search(text::FILTER_BY_NAME, heading).await;
            stage.until("location.search !== ''").await;
        }
        stage.follow(url).await;
        stage.focus_is_on_heading(heading).await;
    }
    // A row that was opened has the focus again, any other page's heading.
    let focus_is_back = async |url: &str, heading: &str| match url {
        paths::TENANTS => stage.focus_is_in_row(0).await,
        _ => stage.focus_is_on_heading(heading).await,
    };
    for (url, heading) in way.iter().rev().skip(1) {
        stage.back().await;
        focus_is_back(url, heading).await;
        stage.until(&format!("document.title.startsWith({})", Value::from(format!("{heading} · ")))).await;
    }
    for (url, heading) in &way[1..] {
        stage.forward().await;
        focus_is_back(url, heading).await;
    }
    stage.is_silent().await;
}

/// DB-17: what is not there.
#[tokio::test]
async fn an_unknown_address_says_so_and_links_onward() {
    let stage = Stage::demo().await;
    stage.open("/admin/nothing/here").await;
    assert_eq!(stage.heading().await, text::UNKNOWN_PAGE);
    stage.follow(paths::OVERVIEW).await;

    let unknown = [
        paths::tenant("nobody"),
        paths::backup_sets("nobody", None),
        paths::backup_set("nobody", Id::new(1).unwrap(), None),
        paths::restore_runs("nobody", None),
    ];
    for url in unknown {
        stage.open(&url).await;
        assert_eq!(stage.heading().await, text::UNKNOWN_TENANT, "{url}");
        stage.shows("nobody").await;
        stage.follow(paths::TENANTS).await;
        stage.focus_is_on_heading(text::TENANTS).await;
    }
    stage.is_silent().await;
}

/// Route keys that hold what addresses are written with, or what looks like it.
const KEYS: [&str; 12] = [
    "a%20b",
    "50%25",
    "100%",
    "%2F",
    "a b",
    "x/y",
    "q?r=s&t",
    "h#i",
    "it's (1)!*",
    "a+b",
    "back\\slash",
    "Łódź–日本 🦀",
];

/// DB-18
#[tokio::test]
async fn a_tenant_opens_from_its_link_and_from_its_address_whatever_its_key_holds() {
    let mut snapshot = calm();
    let tenant = snapshot["tenants"][0].clone();
    let named = |(place, key): (usize, &&str)| {
        let mut tenant = tenant.clone();
        tenant["id"] = (place + 1).into();
        tenant["external_id"] = (*key).into();
        tenant["name"] = format!("Tenant named {place}").into();
        without_owners(&mut tenant);
        tenant
    };
    snapshot["tenants"] = KEYS.iter().enumerate().map(named).collect();
    let stage = Stage::over(&snapshot).await;
    assert_eq!(stage.tenants().count(), KEYS.len());
    for (place, key) in KEYS.iter().enumerate() {
        let (dashboard, heading) = (paths::tenant(key), format!("Tenant named {place}"));
        stage.open(paths::TENANTS).await;
        stage.follow(&dashboard).await;
        stage.focus_is_on_heading(&heading).await;
        stage.reload().await;
        assert_eq!(stage.heading().await, heading, "{key} after a reload");
        stage.follow(&paths::backup_sets(key, None)).await;
        stage.focus_is_on_heading(text::BACKUP_SETS).await;
        stage.sees(governing_set()).await;
        stage.reload().await;
        stage.sees(governing_set()).await;
        stage.back().await;
        stage.arrives_at(&dashboard).await;
        stage.focus_is_on_heading(&heading).await;
    }
    stage.is_silent().await;
}

/// Records of a tenant that is given another id no longer say whose they are.
fn without_owners(tenant: &mut Value) {
    for records in ["backup_sets", "backup_schedules", "restore_runs"] {
        for record in tenant[records].as_array_mut().into_iter().flatten() {
            record["tenant_id"] = json!(null);
            for item in record["items"].as_array_mut().into_iter().flatten() {
                item["tenant_id"] = json!(null);
            }
        }
    }
}
