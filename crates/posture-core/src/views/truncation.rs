//! What is shown of the evidence: of a text that is too long, the middle is left out, and how much that is, is shown in its place.
//!
//! Reports, their digests, exports and tables hold every text whole; pages and the terminal show what is left here. What is cut is only
//! ever the copy that is shown, so nothing is decided from it.

use std::borrow::Cow;

use crate::finding::Finding;
use crate::id::Id;
use crate::invisible_chars::made_visible;
use crate::key::Key;
use crate::paths;
use crate::reading::counts::Counts;
use crate::report::model::{
    Action, ActionTarget, AttentionGroup, AttentionItem, Calmness, DashboardItem, Destination, HealthyCheck,
    NeedsAttention, NotEvaluated, Overview, RecoveryEvidence, Report, RestoreResultAttention, SummaryMetric,
    TenantBackupHealthAssessment, TenantReport,
};
use crate::report::tenant::{Assessed, Assessment, Verdict};
use crate::sorting::set_of;
use crate::verdicts::coverage::Coverage;
use crate::verdicts::quality::BackupQuality;
use crate::views::records::{
    BackupSetRecord, ItemRecord, OutcomeRecord, RestoreRunRecord, ScheduleRecord, TenantRecords,
};
use crate::words;
pub use crate::words::shortening::{LINE, PROSE, line, prose, shortened};

/// How many bytes an address may have that is followed.
pub const ADDRESS: usize = 2_000;
/// How many characters of a route key an address keeps if the whole key would make it too long.
const KEY: usize = 40;
/// A text as a page shows it: cut, and without characters that would deceive its reader. `None` if it is shown as it is.
fn shown(text: &str, limit: usize) -> Option<String> {
    let visible = made_visible(text);
    match (shortened(&visible, limit), &visible) {
        (Cow::Borrowed(_), Cow::Borrowed(_)) => None,
        (short, _) => Some(short.into_owned()),
    }
}

/// Whether a text about a tenant is too long to be shown. It is checked as each tenant is assessed, so that no large report is
/// searched at once.
pub fn is_long(assessed: &mut Assessed) -> bool {
    let mut look = Pass::default();
    if let Assessment::Readable { verdict: Verdict::Evaluated { report, .. }, .. } = &mut assessed.assessment
    {
        look.tenant(report);
    }
    look.is_needed
}

/// Cuts a report to what is shown of it, and returns it whole if anything was cut. Its tenants are searched if one
/// [`is_long`].
pub fn report(report: &mut Report, has_long_tenants: bool) -> Option<Report> {
    let mut look = Pass::default();
    if has_long_tenants {
        look.tenants(report);
    }
    look.workspace(report);
    look.is_needed.then(|| {
        let whole = report.clone();
        let mut cut = Pass { cuts: true, ..Pass::default() };
        cut.tenants(report);
        cut.workspace(report);
        whole
    })
}

/// Cuts the texts about one tenant to what is shown.
pub fn tenant(tenant: &mut TenantReport) {
    Pass { cuts: true, ..Pass::default() }.tenant(tenant);
}

/// Cuts a tenant's records to what is shown of them.
pub fn records(records: &mut TenantRecords) {
    Pass { cuts: true, ..Pass::default() }.records(records);
}

/// The short form of a route key that would make addresses too long; the id distinguishes it from others with the same beginning.
fn short_key(key: &str, id: Id) -> String {
    format!("{}…{id}", key.chars().take(KEY).collect::<String>())
}

/// One way through all that is shown of the evidence's own texts. A test holds that none is left as it is.
#[derive(Default)]
struct Pass {
    /// Whether texts are cut, or only measured.
    cuts: bool,
    /// Whether any is too long.
    is_needed: bool,
    /// The addresses of tenants whose route keys are too long, each with its shorter address.
    readdressed: Vec<(String, String)>,
}

impl Pass {
    #[inline(never)]
    fn text(&mut self, text: &mut String, limit: usize) {
        if let Some(shown) = shown(text, limit) {
            self.is_needed = true;
            if self.cuts {
                *text = shown;
            }
        }
    }

    fn line(&mut self, text: &mut String) {
        self.text(text, LINE);
    }

    /// A line of our own, or one of the evidence's.
    fn own_line(&mut self, text: &mut Cow<'static, str>) {
        if let Cow::Owned(text) = text {
            self.line(text);
        }
    }

    fn prose(&mut self, text: &mut String) {
        self.text(text, PROSE);
    }

    fn lines<'t>(&mut self, texts: impl IntoIterator<Item = &'t mut Option<String>>) {
        texts.into_iter().flatten().for_each(|text| self.line(text));
    }

    /// Counts by a key of the evidence's own; of keys that are shown alike, the sum.
    fn counts(&mut self, counts: &mut Counts) {
        if counts.keys().all(|Key(key)| shown(key, LINE).is_none()) {
            return;
        }
        self.is_needed = true;
        if self.cuts {
            for (Key(key), count) in std::mem::take(counts) {
                *counts.entry(Key(shown(&key, LINE).unwrap_or(key))).or_default() += count;
            }
        }
    }

    /// A link: replaced by the tenant's shorter address if it has one; disabled if it is too long otherwise.
    fn address(&mut self, url: &mut Option<String>, disabled: &mut bool, helper_text: &mut Option<String>) {
        let Some(address) = url else { return };
        let readdressed = self.readdressed.iter().find_map(|(long, short)| {
            let rest = address
                .strip_prefix(long.as_str())
                .filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))?;
            Some([short, rest].concat())
        });
        if address.len() <= ADDRESS && readdressed.is_none() {
            return;
        }
        self.is_needed = true;
        if !self.cuts {
            return;
        }
        if readdressed.is_none() {
            (*disabled, *helper_text) = (true, Some(words::address_too_long(address.len() as u64)));
        }
        *url = readdressed;
    }

    fn tenants(&mut self, report: &mut Report) {
        report.tenants.iter_mut().for_each(|tenant| self.tenant(tenant));
    }

    /// Everything that is not about one tenant; after the tenants, because it links to their addresses.
    fn workspace(&mut self, report: &mut Report) {
        let Report { findings, not_evaluated, overview, workspace, .. } = report;
        self.overview(overview);
        for NotEvaluated { tenant_label, reason: _, tenant_id: _ } in not_evaluated {
            self.lines([tenant_label]);
        }
        for Finding { message, path, code: _, severity: _, tenant_id: _ } in findings {
            self.prose(message);
            self.prose(path);
        }
        self.line(&mut workspace.name);
        self.lines([&mut workspace.slug]);
    }

    fn overview(&mut self, overview: &mut Overview) {
        let Overview { attention_items, calmness, profiles, summary_metrics, attention_total: _ } = overview;
        for item in attention_items {
            let AttentionItem { body, destination, key, reason_context, tenant_label, title, .. } = item;
            [key, &mut reason_context.reason, tenant_label, title]
                .into_iter()
                .for_each(|text| self.line(text));
            self.prose(body);
            self.destination(destination);
        }
        let Calmness { body, next_action, title, blockers: _, checked_domains: _, is_calm: _ } = calmness;
        self.line(title);
        self.prose(body);
        self.destination(next_action);
        for SummaryMetric { destination, .. } in summary_metrics {
            destination.iter_mut().for_each(|destination| self.destination(destination));
        }
        self.lines(profiles.iter_mut().map(|profile| &mut profile.profile));
    }

    fn destination(&mut self, destination: &mut Destination) {
        let Destination { disabled, helper_text, url, kind: _ } = destination;
        self.address(url, disabled, helper_text);
    }

    fn tenant(&mut self, tenant: &mut TenantReport) {
        let TenantReport {
            backup_health,
            coverage,
            domain,
            environment,
            evidence_from: _,
            labels,
            lapses: _,
            needs_attention,
            recovery_evidence,
            registry,
            restore_attention,
            rules: _,
            set_aside: _,
            tenant_id,
            tenant_label,
            tenant_route_key,
        } = tenant;
        let address = paths::tenant(tenant_route_key);
        if address.len() > ADDRESS {
            self.is_needed = true;
            if self.cuts {
                *tenant_route_key = short_key(tenant_route_key, *tenant_id);
                self.readdressed.push((address, paths::tenant(tenant_route_key)));
            }
        }
        self.line(tenant_label);
        self.backup_health(backup_health);
        self.lines([domain, environment, &mut registry.profile]);
        labels.iter_mut().for_each(|label| self.line(label));
        let Coverage {
            by_policy_type,
            unresolved_policy_types,
            backed_up_policy_types: _,
            covered_policy_types: _,
        } = coverage;
        by_policy_type.iter_mut().for_each(|entry| self.line(&mut entry.policy_type));
        unresolved_policy_types.iter_mut().for_each(|name| self.line(name));
        self.needs_attention(needs_attention);
        let RecoveryEvidence { action, headline, summary, .. } = recovery_evidence;
        self.own_line(headline);
        self.action(action);
        self.prose(summary);
        restore_attention.iter_mut().for_each(|run| self.attention(run));
    }

    fn backup_health(&mut self, health: &mut TenantBackupHealthAssessment) {
        let TenantBackupHealthAssessment {
            headline,
            primary_action_target,
            quality,
            scope,
            scopes,
            supporting_message,
            explanation,
            ..
        } = health;
        self.lines([scope]);
        for scope in scopes {
            self.lines([&mut scope.scope]);
            let types = [
                &mut scope.missing_policy_types,
                &mut scope.vanished_policy_types,
                &mut scope.types_in_other_case,
            ];
            types.into_iter().flatten().for_each(|name| self.line(name));
            scope.falls.iter_mut().for_each(|fall| self.line(&mut fall.policy_type));
            scope.quality.iter_mut().for_each(|quality| self.quality(quality));
        }
        self.own_line(headline);
        supporting_message.iter_mut().chain(explanation).for_each(|text| self.prose(text));
        quality.iter_mut().for_each(|quality| self.quality(quality));
        if let Some(ActionTarget { disabled, helper_text, url, kind: _, label: _ }) = primary_action_target {
            self.address(url, disabled, helper_text);
        }
    }

    fn quality(&mut self, quality: &mut BackupQuality) {
        let BackupQuality { families, unknowns, degraded_items: _, total_items: _ } = quality;
        self.counts(families);
        self.counts(unknowns);
    }

    fn attention(&mut self, run: &mut RestoreResultAttention) {
        self.prose(&mut run.summary);
    }

    fn needs_attention(&mut self, needs_attention: &mut NeedsAttention) {
        let NeedsAttention { groups, healthy_checks } = needs_attention;
        for AttentionGroup { items, domain: _ } in groups {
            for item in items {
                let DashboardItem {
                    action,
                    body,
                    key,
                    title,
                    badge: _,
                    supporting_message: _,
                    domain: _,
                    tone: _,
                    urgency: _,
                } = item;
                [key, title].into_iter().for_each(|text| self.own_line(text));
                self.prose(body);
                self.action(action);
            }
        }
        for HealthyCheck { body, claim_boundary: _, title: _, key: _ } in healthy_checks {
            self.prose(body);
        }
    }

    fn action(&mut self, action: &mut Action) {
        let Action { disabled, helper_text, url, label: _, leads_out: _ } = action;
        self.address(url, disabled, helper_text);
    }

    fn records(&mut self, records: &mut TenantRecords) {
        let TenantRecords {
            environment,
            domain,
            backed_up_types,
            backup_sets,
            schedules,
            restore_runs,
            set_aside: _,
            closed: _,
            rules: _,
        } = records;
        self.lines([environment, domain]);
        let types = std::mem::take(backed_up_types).into_iter().map(|mut name| {
            self.line(&mut name);
            name
        });
        *backed_up_types = set_of(types);
        for BackupSetRecord { name, scope, status, quality, items, .. } in backup_sets {
            self.line(status);
            self.lines([name, scope]);
            self.quality(quality);
            for ItemRecord { display_name, policy_identifier, policy_type, platform, .. } in
                items.iter_mut().flatten()
            {
                self.lines([display_name, policy_identifier, policy_type, platform]);
            }
        }
        for ScheduleRecord { name, frequency, time_of_day, timezone, last_run_status, .. } in schedules {
            self.line(frequency);
            self.lines([name, time_of_day, timezone, last_run_status]);
        }
        for RestoreRunRecord { attention, status, operation_status, operation_outcome, outcomes, .. } in
            restore_runs
        {
            self.attention(attention);
            self.line(status);
            self.lines([operation_status, operation_outcome]);
            for OutcomeRecord { word, policy_type, label, reason, .. } in outcomes {
                self.line(word);
                self.lines([policy_type, label]);
                reason.iter_mut().for_each(|reason| self.prose(reason));
            }
        }
    }
}
