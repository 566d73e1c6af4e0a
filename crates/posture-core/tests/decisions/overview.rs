//! Metrics and the attention list of a workspace.

use posture_core::views::attention::{FamilyAttention, attention_by_tenant};
use posture_core::views::concern::Concern;
use posture_core::views::overview_counts::OverviewCounting;
use posture_core::{Form, Options, derive};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{FRESHNESS, ago, column, report, run, schedule, set, snapshot, tenant, with};

fn signal(domain: &str, key: &str, urgency: &str) -> Value {
    json!({ "domain": domain, "key": key, "urgency": urgency, "title": "A fact" })
}

fn absent() -> Value {
    json!({ "backup_sets": [] })
}

fn stale() -> Value {
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(FRESHNESS + 1) }))] })
}

fn degraded() -> Value {
    json!({ "backup_sets": [set(1, json!({ "status": "partial" }))] })
}

fn restored(more: Value) -> Value {
    json!({ "restore_runs": [run(1, more)] })
}

fn follow_up() -> Value {
    restored(json!({ "metadata": { "non_applied": 1 } }))
}

/// The overview of tenants that each have this in them, ids from 1.
#[track_caller]
fn overview(tenants: &[Value]) -> Value {
    overview_with(json!({}), tenants)
}

#[track_caller]
fn overview_with(head: Value, tenants: &[Value]) -> Value {
    let tenants = tenants.iter().zip(1..).map(|(more, id)| tenant(id, more.clone())).collect();
    report(&with(snapshot(tenants), head))["overview"].clone()
}

fn metric(overview: &Value, key: &str) -> Value {
    let metrics = overview["summary_metrics"].as_array().into_iter().flatten();
    metrics.into_iter().find(|metric| metric["key"] == key).cloned().unwrap_or_default()
}

/// WO-2: the metrics and their order, with every choice of checked domains.
#[rstest]
#[case(Value::Null, &[])]
#[case(json!([]), &[])]
#[case(json!(["ALERTS", "governance"]), &["governance", "alerts"])]
#[case(json!(["alerts", "operations", "governance", "alerts"]), &["governance", "operations", "alerts"])]
fn metrics_are_in_order(#[case] checked: Value, #[case] domains: &[&str]) {
    let overview = overview_with(json!({ "checked_domains": checked }), &[json!({})]);
    let keys = domains.iter().map(|domain| format!("{domain}_attention_tenants"));
    let expected: Vec<_> =
        ["visible_tenants", "backup_attention_tenants", "recovery_attention_tenants", "unsettled_tenants"]
            .map(str::to_owned)
            .into_iter()
            .chain(keys)
            .collect();
    assert_eq!(column(&overview["summary_metrics"], "key"), expected);
    let categories: Vec<_> = ["scope", "backup_health", "recovery_evidence", "unsettled"]
        .into_iter()
        .chain(domains.iter().copied())
        .collect();
    assert_eq!(column(&overview["summary_metrics"], "category"), categories);
}

/// WO-1, WO-2: values count tenants, never issues, and a late schedule on its own is not counted.
#[test]
fn metrics_count_tenants() {
    let late = json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" })), schedule(2, json!({ "last_run_status": "failed" }))] });
    let noisy = with(
        with(stale(), late.clone()),
        json!({ "signals": [signal("alerts", "a", "low"), signal("alerts", "b", "high"), signal("operations", "c", "low")] }),
    );
    let overview = overview_with(
        json!({ "checked_domains": ["alerts"] }),
        &[noisy, late, absent(), degraded(), restored(json!({ "is_dry_run": true })), json!({})],
    );
    let values: Vec<_> = column(&overview["summary_metrics"], "value");
    assert_eq!(values, [6, 3, 1, 2, 1], "visible, backup, recovery, unsettled, alerts");
}

/// WO-3: where a metric of none, one and more leads.
#[rstest]
#[case::none(&[json!({})], Value::Null)]
#[case::one(&[json!({}), absent()], json!({ "kind": "tenant_dashboard", "url": "/admin/t/t-2", "disabled": false, "helper_text": null }))]
#[case::more(&[absent(), stale()], json!({ "kind": "choose_tenant", "url": "/admin/choose-tenant?attention=backup_health", "disabled": false, "helper_text": null }))]
fn an_attention_metric_leads_to_its_tenants(#[case] tenants: &[Value], #[case] destination: Value) {
    assert_eq!(metric(&overview(tenants), "backup_attention_tenants")["destination"], destination);
}

/// WO-3: each category has its own way; the scope always leads to the choice.
#[test]
fn every_category_leads_to_its_own_choice() {
    let both = json!({ "restore_runs": [], "signals": [signal("operations", "a", "low")] });
    let overview = overview_with(json!({ "checked_domains": ["operations"] }), &[both.clone(), both]);
    assert_eq!(metric(&overview, "visible_tenants")["destination"]["url"], "/admin/choose-tenant");
    assert_eq!(
        metric(&overview, "recovery_attention_tenants")["destination"]["url"],
        "/admin/choose-tenant?attention=recovery_evidence"
    );
    assert_eq!(
        metric(&overview, "operations_attention_tenants")["destination"]["url"],
        "/admin/choose-tenant?attention=operations"
    );
    let empty = overview_with(json!({}), &[]);
    assert_eq!(metric(&empty, "visible_tenants")["destination"]["url"], "/admin/choose-tenant");
}

/// WO-5, WO-8, WO-9, WO-10: every kind of item.
#[rstest]
#[case(absent(), "backup_health", "tenant_backup_absent", "critical", "absent", "no_backup_basis")]
#[case(stale(), "backup_health", "tenant_backup_stale", "high", "stale", "latest_backup_stale")]
#[case(degraded(), "backup_health", "tenant_backup_degraded", "medium", "degraded", "latest_backup_degraded")]
#[case(restored(json!({ "status": "failed" })), "recovery_evidence", "tenant_recovery_weakened", "critical", "weakened", "failed")]
#[case(restored(json!({ "status": "partial" })), "recovery_evidence", "tenant_recovery_weakened", "high", "weakened", "partial")]
#[case(
    follow_up(),
    "recovery_evidence",
    "tenant_recovery_weakened",
    "medium",
    "weakened",
    "completed_with_follow_up"
)]
#[case(restored(json!({ "is_dry_run": true })), "recovery_evidence", "tenant_recovery_unvalidated", "medium", "unvalidated", "no_history")]
#[case(json!({ "signals": [signal("governance", "own", "Low")] }), "governance", "own", "low", "low", "own")]
fn an_item_says_what_it_rests_on(
    #[case] more: Value,
    #[case] family: &str,
    #[case] key: &str,
    #[case] urgency: &str,
    #[case] state: &str,
    #[case] reason: &str,
) {
    let overview = overview(&[more]);
    assert_eq!(overview["attention_total"], 1);
    let item = &overview["attention_items"][0];
    assert_eq!(
        (&item["family"], &item["key"], &item["urgency"], &item["tenant_id"]),
        (&json!(family), &json!(key), &json!(urgency), &json!(1))
    );
    assert_eq!(item["reason_context"], json!({ "family": family, "state": state, "reason": reason }));
    assert_eq!(
        item["destination"],
        json!({ "kind": "tenant_dashboard", "url": "/admin/t/t-1", "disabled": false, "helper_text": null })
    );
}

/// WO-5: schedule follow-up is not an item of the workspace; several backup reasons make one item.
#[test]
fn a_tenant_has_one_backup_item_and_none_for_a_late_schedule() {
    let late = json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] });
    assert_eq!(overview(std::slice::from_ref(&late))["attention_total"], 0);
    assert_eq!(
        overview(&[with(
            late,
            with(
                stale(),
                json!({ "backup_sets": [set(1, json!({ "status": "partial", "completed_at": ago(FRESHNESS + 1) }))] })
            )
        )])["attention_total"],
        1
    );
}

/// WO-6: ranks decide before urgencies.
#[test]
fn items_are_ordered_by_rank() {
    let overview = overview(&[
        json!({ "signals": [signal("alerts", "alert", "critical")] }),
        json!({ "signals": [signal("operations", "operation", "critical")] }),
        restored(json!({ "is_dry_run": true })),
        follow_up(),
        degraded(),
        stale(),
        restored(json!({ "status": "partial" })),
        restored(json!({ "status": "failed" })),
        absent(),
        json!({ "signals": [signal("governance", "rule", "low")] }),
    ]);
    assert_eq!(column(&overview["attention_items"], "tenant_id"), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
}

/// Name and id of a tenant, key and urgency of its alerts.
type Named<'a> = (&'a str, u64, &'a [(&'a str, &'a str)]);

/// WO-7, SN-20: ties go by urgency, name, id, key and the document's order.
#[rstest]
#[case::urgency(&[("b", 1, &[("k", "low")][..]), ("c", 2, &[("k", "critical")]), ("d", 3, &[("k", "medium")]), ("a", 4, &[("k", "high")])], &["2k", "4k", "3k", "1k"])]
#[case::name_after_lower_casing(&[("b", 1, &[("k", "low")][..]), ("C", 2, &[("k", "low")]), ("A", 3, &[("k", "low")])], &["3k", "1k", "2k"])]
#[case::name_by_code_point(&[("\u{10000}", 1, &[("k", "low")][..]), ("\u{ff5e}", 2, &[("k", "low")]), ("é", 3, &[("k", "low")]), ("z", 4, &[("k", "low")])], &["4k", "3k", "2k", "1k"])]
#[case::name_lower_cased_in_full(&[("\u{130}b", 1, &[("k", "low")][..]), ("i\u{307}a", 2, &[("k", "low")])], &["2k", "1k"])]
#[case::name_lower_cased_beyond_ascii_alone(&[("l", 1, &[("k", "low")][..]), ("\u{212a}a", 2, &[("k", "low")])], &["2k", "1k"])]
#[case::id(&[("a", 9, &[("k", "low")][..]), ("A", 10, &[("k", "low")]), ("a", 2, &[("k", "low")])], &["2k", "9k", "10k"])]
#[case::key(&[("a", 1, &[("b", "low"), ("a", "low"), ("B", "low")][..])], &["1B", "1a", "1b"])]
fn ties_within_a_rank_are_broken(#[case] tenants: &[Named<'_>], #[case] order: &[&str]) {
    let tenants = tenants.iter().map(|(name, id, signals)| {
        let signals: Vec<_> = signals.iter().map(|(key, urgency)| signal("alerts", key, urgency)).collect();
        tenant(*id, json!({ "name": name, "signals": signals }))
    });
    let items = report(&snapshot(tenants.collect()))["overview"]["attention_items"].clone();
    let said: Vec<_> = items
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| format!("{}{}", item["tenant_id"], item["key"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(said, order);
}

/// WO-7: items that are equal in everything else keep the document's order.
#[test]
fn equal_signals_keep_the_document_order() {
    let titled = |title: &str| with(signal("alerts", "k", "low"), json!({ "title": title }));
    let items =
        overview(&[json!({ "signals": [titled("b"), titled("a"), titled("c")] })])["attention_items"].clone();
    let titles: Vec<_> = column(&items, "title");
    assert_eq!(titles, ["Tenant 1: b", "Tenant 1: a", "Tenant 1: c"]);
}

/// WO-4: the list is bounded, the total is not hidden.
#[rstest]
#[case(json!({}), 10)]
#[case(json!({ "policy": { "attention_limit": 1 } }), 1)]
#[case(json!({ "policy": { "attention_limit": 11 } }), 11)]
#[case(json!({ "policy": { "attention_limit": 12 } }), 12)]
#[case(json!({ "policy": { "attention_limit": 1000 } }), 12)]
fn the_list_ends_at_its_limit(#[case] head: Value, #[case] shown: usize) {
    let overview = overview_with(head, &vec![absent(); 12]);
    assert_eq!(overview["attention_items"].as_array().map(Vec::len), Some(shown));
    assert_eq!(overview["attention_total"], 12);
}

/// WO-10, WO-11: only a safe url is followed.
#[rstest]
#[case("http://a.example/x?y#z", true)]
#[case("https://a.example", true)]
#[case("/admin/alerts/1", true)]
#[case("/", true)]
#[case("HTTPS://a.example", false)]
#[case("//a.example", false)]
#[case("/\\a.example", false)]
#[case("/a\\b", false)]
#[case("https://a.example\\b", false)]
#[case("https://a.example/ b", false)]
#[case("/a\u{a0}b", false)]
#[case("/a\tb", false)]
#[case("/a\u{85}b", false)]
#[case("/a\u{9f}b", false)]
#[case("/a\u{7f}b", false)]
#[case("/a\u{200b}b", true)]
#[case(" https://a.example", false)]
#[case("javascript:alert(1)", false)]
#[case("ftp://a.example", false)]
#[case("admin", false)]
#[case("", false)]
fn only_a_safe_url_is_followed(#[case] url: &str, #[case] followed: bool) {
    let signal = with(signal("alerts", "k", "low"), json!({ "url": url }));
    let destination =
        overview(&[json!({ "signals": [signal] })])["attention_items"][0]["destination"].clone();
    let (kind, expected) = if followed { ("link", url) } else { ("tenant_dashboard", "/admin/t/t-1") };
    assert_eq!(destination, json!({ "kind": kind, "url": expected, "disabled": false, "helper_text": null }));
}

/// WO-27: one line a tenant, in the contract's order; each item is on exactly one line, and every count is one of the overview's.
#[test]
fn each_tenant_that_needs_attention_has_one_line_with_all_its_items() {
    let everything = with(
        stale(),
        json!({ "restore_runs": [run(1, json!({ "status": "failed" }))], "signals": [signal("governance", "g", "low")] }),
    );
    let tenants =
        [absent(), everything, degraded(), json!({}), restored(json!({ "status": "failed" })), stale()];
    let tenants = tenants.iter().zip(1..).map(|(more, id)| tenant(id, more.clone())).collect();
    let document = with(snapshot(tenants), json!({ "checked_domains": ["governance"] }));
    let report = derive(document.to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
    let overview = &report.overview;

    let all = attention_by_tenant(&report, None, usize::MAX);
    let items = all.listed.iter().map(|line| 1 + line.others.len() as u64).sum::<u64>();
    assert_eq!(items, overview.attention_total);
    assert_eq!(all.listed.first().map(|line| &line.worst), overview.attention_items.first());
    let counts = OverviewCounting::of(&report).finish().attention;
    assert_eq!((counts.all, all.tenants), (all.listed.len() as u64, all.listed.len() as u64));
    assert_eq!(counts.families.len(), 3);
    for FamilyAttention { family, tenants, urgency } in &counts.families {
        let of_family = attention_by_tenant(&report, Some(*family), usize::MAX);
        assert!(of_family.listed.iter().all(|line| line.worst.family == *family));
        assert_eq!(of_family.listed.iter().map(|line| line.worst.urgency).min(), Some(*urgency));
        assert_eq!(of_family.tenants, *tenants);
        let metric = overview.summary_metrics.iter().find(|metric| metric.category == family.as_str());
        assert_eq!(metric.map(|metric| metric.value), Some(*tenants), "{family}");
    }
    let first = attention_by_tenant(&report, None, 2);
    assert_eq!(first.listed, all.listed[..2]);
    assert_eq!(first.tenants, all.tenants);
}

/// WO-28: who needs attention in a domain, is unsettled, or is recent with a warning.
#[test]
fn a_concern_chooses_the_tenants_its_figure_counts() {
    let newer_failed = json!({ "backup_sets": [
        set(1, json!({ "completed_at": ago(7200) })),
        set(2, json!({ "status": "failed", "completed_at": ago(3600) })),
    ] });
    let tenants = [absent(), newer_failed, json!({})];
    let tenants = tenants.iter().zip(1..).map(|(more, id)| tenant(id, more.clone())).collect();
    let report = derive(snapshot(tenants).to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
    let chosen = |concern: Concern| -> Vec<u64> {
        report
            .tenants
            .iter()
            .filter(|tenant| concern.is_of(tenant))
            .map(|tenant| tenant.tenant_id.get())
            .collect()
    };
    assert_eq!(chosen(Concern::BackupHealth), [1]);
    assert_eq!(chosen(Concern::RecentWithWarning), [2]);
    for concern in
        Concern::ALL.iter().filter(|concern| concern.domain().is_some() || **concern == Concern::Unsettled)
    {
        let metric =
            report.overview.summary_metrics.iter().find(|metric| metric.category == concern.as_str());
        let counted = metric.map_or(0, |metric| metric.value);
        assert_eq!(chosen(*concern).len() as u64, counted, "{concern}");
    }
}
