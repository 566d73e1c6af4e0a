//! The frame of every page about a tenant's records: whose they are, what was decided, why the page was opened, and its states.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use posture_core::{Id, TenantReport, words};

use crate::pages::unknown_tenant::unknown_tenant;
use crate::parts::{
    Arrival, FailurePanel, Notice, PageHead, Section, continuity_line, tenant_crumbs, tenant_sections,
    tenant_verdicts, use_arrival, with_report,
};
use crate::store::evidence::use_evidence;
use crate::store::shown_report::ShownReport;
use crate::store::tenant_evidence::{TenantDerived, TenantPhase, use_tenant, use_tenant_evidence};
use crate::text;
use crate::tone::{Shape, Tone};

/// What a visit of a record page is about.
pub struct Visit {
    /// The tenant and its records.
    pub derived: Arc<TenantDerived>,
    /// The record the address names, as it is written there; `None` on a list.
    pub id: Option<String>,
    /// The reasons the address carries.
    pub arrival: Arrival,
}

impl Visit {
    /// The record the address names, if it is written as an id.
    pub fn record_id(&self) -> Option<Id> {
        self.id.as_deref().and_then(record_id)
    }
}

fn record_id(written: &str) -> Option<Id> {
    written.parse().ok().and_then(Id::new)
}

/// One of the record pages.
#[derive(Clone, Copy)]
pub struct RecordPage {
    /// What it belongs to.
    pub section: Section,
    /// What a single record is called; `None` for a list.
    pub record: Option<&'static str>,
    /// Whether a record is on record.
    pub holds: fn(&TenantDerived, Id) -> bool,
    /// What it shows.
    pub body: fn(&Visit) -> AnyView,
}

/// Shows a record page of the tenant the address names. A record that is not there lands on its list, which says so.
#[component]
pub(crate) fn RecordsOfTenant(page: RecordPage) -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("external_id").unwrap_or_default());
    let id = Memo::new(move |_| params.read().get("id"));
    let (phase, arrival) = (use_tenant(key), use_arrival());
    let missing = Memo::new(move |_| is_missing(page, &phase.get(), id.get().as_deref()));
    let title = Memo::new(move |_| match (page.record, id.get()) {
        (Some(record), Some(id)) if !missing.get() => format!("{record} {id}"),
        _ => page.section.label().to_owned(),
    });
    let shown = move |workspace: &Arc<ShownReport>| {
        let key = key.get();
        let Some(tenant) = workspace.tenant(&key) else { return unknown_tenant(&workspace.report, &key) };
        let tenant = tenant.clone();
        let crumbs = tenant_crumbs(&workspace.report.workspace.name, Some(&tenant));
        let note = tenant.tenant_label.clone();
        let head = move || {
            view! { <PageHead crumbs=crumbs.clone() title=title.get() note=note.clone()/> }.into_any()
        };
        let sections = {
            let key = key.clone();
            move || tenant_sections(&key, Some(page.section), page.record.is_none() || missing.get())
        };
        view! {
            {head}
            {sections}
            {tenant_verdicts(&tenant)}
            {
                let tenant = tenant.clone();
                move || continuity_line(arrival.get(), &tenant, &phase.read())
            }
            <RefreshFailure/>
            {move || missing.get().then(|| view! { <MissingNotice section=page.section id=id.get().unwrap_or_default()/> })}
            {move || content(page, phase.get(), id.get(), arrival.get(), &tenant)}
        }
        .into_any()
    };
    with_report(move || title.get(), shown)
}

fn is_missing(page: RecordPage, phase: &TenantPhase, id: Option<&str>) -> bool {
    let (TenantPhase::Ready(derived), Some(written)) = (phase, id) else { return false };
    derived.records.allows(page.section.capability())
        && !record_id(written).is_some_and(|id| (page.holds)(derived, id))
}

#[component]
fn MissingNotice(section: Section, id: String) -> impl IntoView {
    view! {
        <div class="banner" data-tone="unknown" role="status">
            <Shape tone=Tone::Unknown/>
            <p class="banner-text"><b>{text::NOT_IN_EVIDENCE}". "</b>{words::missing_record(section.capability(), &id)}</p>
        </div>
    }
}

fn content(
    page: RecordPage,
    phase: TenantPhase,
    id: Option<String>,
    arrival: Arrival,
    tenant: &TenantReport,
) -> AnyView {
    let capability = page.section.capability();
    match phase {
        TenantPhase::Ready(derived) if derived.records.allows(capability) => {
            let set_aside =
                (derived.records.set_aside > 0).then(|| view! { <p class="note">{text::SOME_SET_ASIDE}</p> });
            view! { {(page.body)(&Visit { derived, id, arrival })} {set_aside} }.into_any()
        }
        TenantPhase::Ready(_) => {
            view! { <Notice title=text::CLOSED_TO_YOU note=words::missing_capability(capability)/> }
                .into_any()
        }
        TenantPhase::Closed(reason) => view! { <Notice title=text::CLOSED_TO_YOU note=reason/> }.into_any(),
        TenantPhase::Absent => {
            view! { <Notice title=text::RECORDS_ABSENT note=text::RECORDS_ABSENT_NOTE/> }.into_any()
        }
        TenantPhase::Loading => view! {
            <div class="loading" aria-busy="true">
                <p class="loading-note" role="status">{text::READING_RECORDS}</p>
                <div class="panel skeleton skeleton-list" aria-hidden="true"></div>
            </div>
        }
        .into_any(),
        TenantPhase::Failed(failure) => {
            let (evidence, store, key) =
                (use_evidence(), use_tenant_evidence(), tenant.tenant_route_key.clone());
            let again = move || {
                if let Some(derived) = evidence.derived_untracked() {
                    store.want(key.clone(), &derived);
                }
            };
            let told = view! { <h2>{failure.title}</h2><p class="detail">{failure.detail}</p><p>{text::RECORDS_NOT_LOADED}</p> }
                .into_any();
            view! { <FailurePanel try_again=again>{told}</FailurePanel> }.into_any()
        }
    }
}

/// Says that refreshing the records failed, so that those on screen are older.
#[component]
fn RefreshFailure() -> impl IntoView {
    let store = use_tenant_evidence();
    move || {
        store.failure().map(|failure| {
            view! {
                <div class="banner" data-tone="high" role="alert">
                    <p class="banner-text"><b>{text::STALE_RECORDS}</b>" "{failure.title}". "<span class="detail">{failure.detail}</span></p>
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use posture_core::verdicts::backup_health::BackupReason;
    use posture_core::verdicts::recovery_evidence::RecoveryReason;
    use posture_core::{Id, paths};

    use crate::browser::fetch::FetchFailure;
    use crate::store::tenant_evidence::TenantPhase;
    use crate::test_support::{record_page_over, record_page_while, report_of};
    use crate::text;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");
    const CALM: &str = include_str!("../../../../tests/cases/calm.json");
    const CAPABILITIES: &str = include_str!("../../../../tests/cases/capabilities-missing.json");

    /// TR-7
    #[test]
    fn every_way_to_a_record_names_its_reason_says_that_it_still_holds_and_leads_back() {
        let report = report_of(ORDER);
        for tenant in &report.tenants {
            let key = &tenant.tenant_route_key;
            let backup =
                tenant.backup_health.primary_action_target.as_ref().and_then(|target| target.url.clone());
            for url in backup.into_iter().chain(tenant.recovery_evidence.action.url.clone()) {
                let page = record_page_over(ORDER, key, &url);
                assert!(page.contains(text::OPENED_FOR) && page.contains("Still true."), "{url}");
                assert!(
                    page.contains(&format!("href=\"{}\"", paths::tenant(key)))
                        && page.contains("href=\"/admin\""),
                    "{url}"
                );
            }
        }
    }

    /// TR-7
    #[test]
    fn a_reason_that_no_longer_holds_is_said_not_to() {
        let tenant = &report_of(CALM).tenants[0];
        let url = paths::backup_sets(&tenant.tenant_route_key, Some(BackupReason::LatestBackupStale));
        let page = record_page_over(CALM, &tenant.tenant_route_key, &url);
        assert!(page.contains("No longer true.") && page.contains(&*tenant.backup_health.headline), "{page}");
    }

    /// TR-7
    #[test]
    fn a_reason_outside_the_vocabulary_is_ignored() {
        let tenant = &report_of(CALM).tenants[0];
        let url =
            format!("{}?backup_health_reason=nonsense", paths::backup_sets(&tenant.tenant_route_key, None));
        assert!(!record_page_over(CALM, &tenant.tenant_route_key, &url).contains(text::OPENED_FOR));
    }

    /// TR-6
    #[test]
    fn a_record_that_is_not_there_lands_on_its_list_with_the_same_reason() {
        let tenant = &report_of(CALM).tenants[0];
        let key = &tenant.tenant_route_key;
        let url = paths::restore_run(key, Id::new(99_999).unwrap(), Some(RecoveryReason::Failed));
        let page = record_page_over(CALM, key, &url);
        assert!(page.contains("no restore run “99999”") && page.contains(text::OPENED_FOR), "{page}");
        let run = tenant.restore_attention[0].restore_run_id;
        assert!(
            page.contains(&paths::restore_run(key, run, Some(RecoveryReason::Failed))),
            "the list is below, its links keep the reason"
        );
        let page = record_page_over(CALM, key, &format!("{}/no-number", paths::backup_sets(key, None)));
        assert!(page.contains("no backup set “no-number”") && page.contains("Current"), "{page}");
    }

    /// TR-8
    #[test]
    fn a_page_the_viewer_may_not_open_says_so_and_keeps_the_verdict() {
        let report = report_of(CAPABILITIES);
        let tenant = &report.tenants[0];
        let key = &tenant.tenant_route_key;
        for url in [
            paths::backup_sets(key, None),
            paths::backup_schedules(key, None),
            paths::restore_runs(key, None),
        ] {
            let page = record_page_over(CAPABILITIES, key, &url);
            assert!(page.contains(text::CLOSED_TO_YOU) && page.contains("requires"), "{url}");
            assert!(
                page.contains(&*tenant.backup_health.headline)
                    && page.contains(&*tenant.recovery_evidence.headline),
                "{url}"
            );
        }
    }

    /// TR-9
    #[test]
    fn loading_failed_absent_and_closed_are_distinct() {
        let key = &report_of(CALM).tenants[0].tenant_route_key;
        let page = |phase| record_page_while(CALM, key, phase, &paths::backup_sets(key, None));
        assert!(page(TenantPhase::Loading).contains("aria-busy"));
        let failure =
            FetchFailure { title: text::ENDPOINT_UNREACHABLE.to_owned(), detail: "gone".to_owned() };
        let failed = page(TenantPhase::Failed(failure));
        assert!(
            failed.contains("role=\"alert\"") && failed.contains("gone") && failed.contains(text::TRY_AGAIN)
        );
        assert!(page(TenantPhase::Absent).contains(text::RECORDS_ABSENT));
        assert!(page(TenantPhase::Closed("for auditors only".to_owned())).contains("for auditors only"));
    }

    #[test]
    fn an_unknown_tenant_has_no_record_pages() {
        let page =
            record_page_while(CALM, "nobody", TenantPhase::Loading, &paths::restore_runs("nobody", None));
        assert!(page.contains(crate::text::UNKNOWN_TENANT));
    }
}
