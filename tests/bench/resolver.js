// The contract in plain JavaScript, over what JSON.parse gives: what the resolver is measured beside, and never shipped.
// It reads as a good engineer would write it by hand, checks what it reads, and is held against every case of tests/cases.
// What JSON.parse hides (keys that stand twice, lone surrogates, the digits of numbers) it cannot tell.
"use strict";

const resolve = (() => {
  const DAY = 86400;
  class Misfit extends Error {}
  class Refused extends Error {}
  const fail = (what) => { throw new Misfit(what); };

  // Values.
  const object = (v) => (v !== null && typeof v === "object" && !Array.isArray(v) ? v : fail("object"));
  const array = (v) => (Array.isArray(v) ? v : fail("array"));
  const string = (v) => (typeof v === "string" ? v : fail("string"));
  const bool = (v) => (typeof v === "boolean" ? v : fail("bool"));
  const count = (v) => (Number.isSafeInteger(v) && v >= 0 ? v : fail("count"));
  const id = (v) => (Number.isSafeInteger(v) && v >= 1 ? v : fail("id"));
  const optional = (v, read) => (v === undefined || v === null ? null : read(v));
  const list = (v, read) => optional(v, (all) => array(all).map(read));
  const objectOrEmpty = (v) => (Array.isArray(v) && v.length === 0 ? {} : object(v));
  const STAMP = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:([Zz])|([+-])(\d\d):(\d\d))?$/;
  const time = (v) => {
    const m = STAMP.exec(string(v)) ?? fail("timestamp");
    const [year, month, day, hour, minute, second] = m.slice(1, 7).map(Number);
    if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) fail("timestamp");
    const date = new Date(Date.UTC(2000, month - 1, day));
    date.setUTCFullYear(year, month - 1, day);
    if (date.getUTCMonth() !== month - 1) fail("timestamp");
    let at = date.getTime() / 1000 + hour * 3600 + minute * 60 + second;
    if (m[9]) {
      if (Number(m[10]) > 23 || Number(m[11]) > 59) fail("timestamp");
      at -= (m[9] === "-" ? -1 : 1) * (Number(m[10]) * 3600 + Number(m[11]) * 60);
    }
    return expressible(at) ? at + Number(m[7] ?? 0) : fail("timestamp");
  };
  const expressible = (at) => at >= -62135596800 && at < 253402300800;
  const written = (at) => (at === null ? null : new Date(Math.floor(at) * 1000).toISOString().replace(".000Z", "Z"));
  const fold = (word) => {
    const lower = word.toLowerCase();
    return lower === "cancelled" ? "canceled" : lower === "succeeded" ? "success" : lower;
  };
  const words = (...known) => new Map(known.map((word) => [fold(word), word]));
  const SET = words("queued", "pending", "running", "completed", "partial", "failed", "archived");
  const FREQUENCY = words("daily", "weekly");
  const LAST_RUN = words("running", "success", "completed", "partial", "failed", "canceled", "skipped");
  const RUN = words("draft", "scoped", "checked", "previewed", "pending", "queued", "running", "completed", "partial",
    "completed_with_errors", "failed", "canceled", "aborted");
  const OPERATION = words("queued", "running", "completed");
  const OPERATION_OUTCOME = words("pending", "succeeded", "partially_succeeded", "failed", "blocked", "cancelled");
  const TENANT = words("draft", "onboarding", "active", "archived");
  const DOMAINS = ["governance", "operations", "alerts"];
  const URGENCIES = ["critical", "high", "medium", "low"];
  const OUTCOMES = new Map(Object.entries({
    applied: ["applied", "success", "completed", "created", "created_copy", "mapped_existing", "updated", "unchanged"],
    skipped: ["skipped", "non_applied", "not_applied", "preview_only", "dry_run", "manual_required"],
    failed: ["failed", "error"], partial: ["partial", "partially_applied"],
  }).flatMap(([name, all]) => all.map((word) => [word, name])));
  // null where the word is outside its vocabulary.
  const word = (vocabulary) => (v) => vocabulary.get(fold(string(v))) ?? null;
  const ITEM_FAMILIES = ["metadata_only", "assignments_fetch_failed", "orphaned_assignments", "integrity_warning"];

  // Records. `note` collects findings as [code, severity]; a detail that does not fit is one.
  const readers = (note) => {
    const detail = (v, read) => {
      try { return optional(v, read); } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        note("unfit_detail", "warning");
        return null;
      }
    };
    const known = (vocabulary, v, code) => {
      const member = word(vocabulary)(v);
      if (member === null) note(code, "warning");
      return member ?? "unrecognised";
    };
    const warnings = (v) => (Array.isArray(v) ? v : Object.values(object(v))).map((one) => detail(one, string)).filter((one) => one !== null);
    const counts = (v) => Object.fromEntries(Object.entries(objectOrEmpty(v)).map(([key, n]) => [key, count(n)]));
    const item = (v) => {
      object(v);
      const read = {
        id: id(v.id), tenant_id: optional(v.tenant_id, id), backup_set_id: optional(v.backup_set_id, id),
        policy_type: optional(v.policy_type, string), deleted_at: optional(v.deleted_at, time), families: [],
      };
      for (const key of ["policy_identifier", "platform", "display_name"]) detail(v[key], string);
      detail(v.captured_at, time);
      const m = optional(v.metadata, objectOrEmpty);
      if (m === null) return read;
      const sources = [optional(m.source, string), optional(m.snapshot_source, string)];
      const told = detail(m.warnings, warnings) ?? [];
      detail(m.assignment_capture_reason, string);
      const doubt = optional(m.integrity_warning, (w) => (typeof w === "boolean" ? w : string(w).trim() !== ""));
      const holds = [
        sources.some((source) => source?.toLowerCase() === "metadata_only") || told.some((text) => /metadata[ -]only/.test(text.toLowerCase())),
        optional(m.assignments_fetch_failed, bool) === true, optional(m.has_orphaned_assignments, bool) === true, doubt === true,
      ];
      read.families = ITEM_FAMILIES.filter((_, index) => holds[index]);
      return read;
    };
    const quality = (v) => {
      object(v);
      return { total_items: count(v.total_items), degraded_items: count(v.degraded_items),
        families: counts(v.families ?? fail("families")), policy_types: optional(v.policy_types, counts) };
    };
    const set = (v) => {
      object(v);
      detail(v.name, string);
      return { id: id(v.id), tenant_id: optional(v.tenant_id, id), status: known(SET, v.status, "unrecognised_status"),
        item_count: optional(v.item_count, count), created_at: optional(v.created_at, time), completed_at: optional(v.completed_at, time),
        deleted_at: optional(v.deleted_at, time), items: list(v.items, item), quality: optional(v.quality, quality) };
    };
    const days = (v) => [...new Set(array(v).map((day) => (count(day) > 7 ? fail("day") : day === 0 ? 7 : day)))].sort();
    const schedule = (v) => {
      object(v);
      for (const key of ["name", "time_of_day", "timezone"]) detail(v[key], string);
      return { id: id(v.id), tenant_id: optional(v.tenant_id, id), is_enabled: bool(v.is_enabled),
        frequency: known(FREQUENCY, v.frequency, "unrecognised_status"), days: detail(v.days_of_week, days),
        last_run_at: optional(v.last_run_at, time), next_run_at: optional(v.next_run_at, time),
        last_run_status: optional(v.last_run_status, (w) => known(LAST_RUN, w, "unrecognised_status")),
        created_at: optional(v.created_at, time), deleted_at: optional(v.deleted_at, time) };
    };
    const outcome = (v) => {
      object(v);
      const said = string([v.outcome, v.status, v.decision].find((one) => one !== undefined && one !== null));
      detail(v.label, string);
      detail(v.reason, string);
      const kind = OUTCOMES.get(fold(said)) ?? "unrecognised";
      if (kind === "unrecognised") note("unrecognised_outcome", "warning");
      return { kind, policy_type: optional(v.policy_type, string) };
    };
    const results = (v) => (Array.isArray(v) ? v.map(outcome)
      : ["items", "foundations", "assignments"].flatMap((key) => list(object(v)[key], outcome) ?? []));
    const nonApplied = (v) => (Array.isArray(v) ? v.length : typeof v === "number" ? count(v) : Object.keys(object(v)).length);
    const operation = (v) => {
      object(v);
      detail(v.id, id);
      return { status: known(OPERATION, v.status, "unrecognised_status"),
        outcome: optional(v.outcome, (w) => known(OPERATION_OUTCOME, w, "unrecognised_status")) };
    };
    const run = (v) => {
      object(v);
      detail(v.backup_set_id, id);
      return { id: id(v.id), tenant_id: optional(v.tenant_id, id), status: known(RUN, v.status, "unrecognised_status"), is_dry_run: bool(v.is_dry_run),
        outcomes: optional(v.results, results) ?? [], non_applied: optional(v.metadata, (m) => optional(objectOrEmpty(m).non_applied, nonApplied)),
        created_at: optional(v.created_at, time), started_at: optional(v.started_at, time), completed_at: optional(v.completed_at, time),
        deleted_at: optional(v.deleted_at, time), operation: optional(v.operation_run, operation) };
    };
    const signal = (v) => {
      object(v);
      const member = (all, w) => all.find((one) => one === fold(string(w))) ?? fail("word");
      detail(v.body, string);
      return { domain: member(DOMAINS, v.domain), key: string(v.key), urgency: member(URGENCIES, v.urgency), title: string(v.title), url: optional(v.url, string) };
    };
    return { set, schedule, run, signal, detail };
  };

  // Everything of one tenant, or why it is set aside.
  const readTenant = (v, frame, note) => {
    object(v);
    const kept = [];
    const keep = (code, severity) => kept.push([code, severity]);
    const read = readers(keep);
    const asideCodes = [];
    const collection = (values, reader) => {
      const seen = new Set();
      return (list(values, (one) => {
        const before = kept.length;
        const record = reader(one);
        if (record.tenant_id !== null && record.tenant_id !== tenant.id) asideCodes.push("cross_tenant_record");
        else if (seen.has(record.id)) asideCodes.push("duplicate_record");
        else { seen.add(record.id); return record; }
        kept.length = before;
        return null;
      }) ?? []).filter((record) => record !== null);
    };
    const tenant = { id: id(v.id), workspace_id: optional(v.workspace_id, id), external_id: string(v.external_id), name: string(v.name), status: word(TENANT)(v.status) };
    if (["", ".", ".."].includes(tenant.external_id)) fail("external_id");
    read.detail(v.environment, string);
    read.detail(v.domain, string);
    tenant.capabilities = list(v.capabilities, (w) => fold(string(w)));
    tenant.sets = collection(v.backup_sets, (one) => {
      const before = kept.length;
      const set = read.set(one);
      if (set.items === null) return set;
      const seen = new Set();
      const belongs = set.items.filter((item) => {
        const foreign = (item.tenant_id !== null && item.tenant_id !== tenant.id) || (item.backup_set_id !== null && item.backup_set_id !== set.id);
        if (foreign) asideCodes.push("cross_tenant_record");
        else if (seen.has(item.id)) asideCodes.push("duplicate_record");
        else { seen.add(item.id); return true; }
        kept.length = Math.max(before, kept.length);
        return false;
      });
      set.items = belongs;
      return set;
    });
    tenant.schedules = collection(v.backup_schedules, read.schedule);
    tenant.runs = collection(v.restore_runs, read.run);
    tenant.signals = list(v.signals, read.signal) ?? [];
    tenant.asideCount = asideCodes.length;
    const future = (at) => { if (at !== null && at > frame.exportedAt + frame.skew) keep("timestamp_in_future", "warning"); };
    tenant.sets.forEach((set) => future(set.completed_at));
    tenant.schedules.forEach((schedule) => future(schedule.last_run_at));
    tenant.runs.forEach((run) => future(run.completed_at));
    tenant.notes = [...kept, ...asideCodes.map((code) => [code, "error"])];
    return tenant;
  };

  const newest = (records, key) => records.reduce((best, one) => {
    if (best === null) return one;
    const [a, b] = [key(best), key(one)];
    for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return b[i] > a[i] ? one : best;
    return best;
  }, null);
  const byId = (a, b) => a.id - b.id;

  // Sections 4 and 5.
  const setFacts = (set, frame) => {
    const live = set.items?.filter((item) => !frame.deleted(item)) ?? null;
    const stated = set.item_count === null ? null : Math.max(0, set.item_count - (set.items ? set.items.length - live.length : 0));
    const total = live ? live.length : set.quality ? set.quality.total_items : null;
    return { live, stated, total };
  };
  const skipReason = (set, facts, frame) => {
    if (set.status === "archived" || frame.deleted(set)) return "archived";
    if (set.status === "failed") return "failed";
    if (set.status === "unrecognised") return "unrecognised_status";
    if (["queued", "pending", "running"].includes(set.status) || set.completed_at === null) return "not_completed";
    if (!frame.happened(set.completed_at)) return "completed_after_as_of";
    return (facts.stated ?? facts.total) !== null && Math.max(facts.stated ?? 0, facts.total ?? 0) === 0 ? "empty" : null;
  };
  const qualityOf = (set, { live, stated, total }) => {
    const families = {};
    let degraded = null;
    if (live) {
      degraded = 0;
      for (const item of live) {
        if (item.families.length > 0) degraded += 1;
        for (const family of item.families) families[family] = (families[family] ?? 0) + 1;
      }
    } else if (set.quality) {
      degraded = set.quality.degraded_items;
      for (const [family, n] of Object.entries(set.quality.families)) if (n > 0) families[family] = n;
    }
    if (set.status === "partial") families.partial_capture = 1;
    if (total !== null && stated !== null && stated > total) families.items_unaccounted = 1;
    if (total === null) families.quality_unknown = 1;
    return { total_items: total, degraded_items: degraded, families };
  };
  const followUp = (schedule, frame) => {
    const { asOf, freshness, grace } = frame;
    const last = schedule.last_run_at !== null && frame.happened(schedule.last_run_at) ? schedule.last_run_at : null;
    const days = schedule.days ?? [];
    const gap = days.length < 2 ? 7 : Math.max(...days.map((day, i) => (i + 1 < days.length ? days[i + 1] - day : days[0] + 7 - day)));
    const allowance = schedule.frequency === "weekly" ? 3600 + gap * DAY : 25 * 3600;
    const least = (...all) => { const there = all.filter((one) => one !== null); return there.length ? Math.min(...there) : null; };
    const causes = [];
    const status = schedule.last_run_status;
    if (status !== null && !["success", "completed", "running"].includes(status)) causes.push("last_run_not_successful");
    if (status === "running" && last !== null && asOf - last > freshness) causes.push("stalled");
    if (last === null) {
      const expected = least(schedule.next_run_at, schedule.created_at === null ? null : schedule.created_at + allowance);
      if (expected === null || asOf > expected + grace) causes.push("never_ran");
    } else if (status !== "running") {
      const next = schedule.next_run_at !== null && schedule.next_run_at > last ? schedule.next_run_at : null;
      if (asOf > least(last + allowance, next) + grace) causes.push("overdue");
    }
    return { schedule_id: schedule.id, causes };
  };
  const segment = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const backupHealth = (tenant, frame) => {
    const sets = tenant.sets.map((set) => { const facts = setFacts(set, frame); return { set, facts, id: set.id, skip: skipReason(set, facts, frame) }; });
    const latest = newest(sets.filter((one) => one.skip === null), ({ set }) => [set.completed_at, set.id]);
    const isNewer = ({ set }) => {
      const at = set.completed_at ?? set.created_at;
      return latest === null || at === null || at > latest.set.completed_at || (at === latest.set.completed_at && set.id > latest.id);
    };
    const skipped = sets.filter((one) => one.skip !== null && isNewer(one)).sort(byId).map((one) => ({ backup_set_id: one.id, reason: one.skip }));
    const quality = latest && qualityOf(latest.set, latest.facts);
    const evaluated = frame.asOf >= frame.exportedAt - frame.skew;
    const followUps = evaluated ? tenant.schedules.filter((one) => one.is_enabled && !frame.deleted(one)).sort(byId)
      .map((one) => followUp(one, frame)).filter((one) => one.causes.length > 0) : [];
    const at = latest?.set.completed_at ?? null;
    const reasons = [];
    if (!latest) reasons.push("no_backup_basis");
    if (latest && frame.asOf - at > frame.freshness) reasons.push("latest_backup_stale");
    if (quality && (Object.keys(quality.families).length > 0 || quality.degraded_items > 0)) reasons.push("latest_backup_degraded");
    if (followUps.length > 0) reasons.push("schedule_follow_up");
    const posture = { no_backup_basis: "absent", latest_backup_stale: "stale", latest_backup_degraded: "degraded" }[reasons[0]] ?? "healthy";
    const staleAt = at !== null && expressible(at + frame.freshness) ? at + frame.freshness : null;
    const home = `/admin/t/${segment(tenant.external_id)}`;
    const target = (reason) => {
      const [kind, path, capability] = {
        no_backup_basis: ["backup_sets_index", "backup-sets", "backup_sets.view"],
        schedule_follow_up: ["backup_schedules_index", "backup-schedules", "backup_schedules.view"],
      }[reason] ?? ["backup_set_detail", `backup-sets/${latest.id}`, "backup_sets.view"];
      const allowed = tenant.allows(capability);
      return { kind, url: allowed ? `${home}/${path}?backup_health_reason=${reason}` : null, disabled: !allowed };
    };
    return { latest, health: {
      tenant_id: tenant.id, posture, primary_reason: reasons[0] ?? null, reasons,
      healthy_claim_allowed: reasons.length === 0 && evaluated && tenant.asideCount === 0 && !skipped.some((one) => ["failed", "unrecognised_status"].includes(one.reason)),
      latest_relevant_backup_set_id: latest?.id ?? null, latest_relevant_completed_at: written(at),
      age_seconds: at === null ? null : Math.max(0, Math.floor(frame.asOf - at)), stale_at: written(staleAt), quality,
      schedules_evaluated: evaluated, schedule_follow_ups: followUps, skipped_sets: skipped, primary_action_target: reasons.length ? target(reasons[0]) : null,
    } };
  };

  // Sections 6 and 7.
  const attention = (run, frame) => {
    const counts = { applied: 0, skipped: 0, failed: 0, partial: 0, unrecognised: 0 };
    for (const { kind } of run.outcomes) counts[kind] += 1;
    const rows = run.outcomes.length;
    const is = (...all) => all.includes(run.status);
    const began = run.started_at ?? run.created_at;
    const stalled = is("running") && began !== null && frame.asOf - began > frame.freshness;
    const ended = run.operation?.outcome ?? null;
    const goesOn = ["queued", "running"].includes(run.operation?.status) && is("completed", "unrecognised") && counts.failed + counts.partial === 0;
    const table = [
      ["not_executed", [["preview_only", run.is_dry_run], ["not_started", is("draft", "scoped", "checked", "previewed")]]],
      ["failed", [["run_failed", is("failed")], ["operation_failed", ended === "failed"],
        ["all_outcomes_failed", rows > 0 && counts.failed === rows && !is("pending", "queued", "running")]]],
      ["not_executed", ended === "partially_succeeded" || stalled ? [] : [["in_progress", is("pending", "queued", "running") || goesOn],
        ["cancelled_before_results", is("canceled", "aborted") && rows === 0],
        ["unrecognised_status", is("unrecognised") && run.completed_at === null && rows === 0]]],
      ["partial", [["run_stalled", stalled], ["run_partial", is("partial", "completed_with_errors")], ["run_cancelled", is("canceled", "aborted")],
        ["operation_partial", ended === "partially_succeeded"], ["outcomes_failed", counts.failed > 0], ["outcomes_partial", counts.partial > 0]]],
      ["completed_with_follow_up", [["outcomes_skipped", counts.skipped > 0], ["outcomes_unrecognised", counts.unrecognised > 0],
        ["non_applied", run.non_applied > 0],
        ["operation_unresolved", (ended !== null && ended !== "succeeded") || run.operation?.status === "unrecognised"],
        ["unrecognised_status", is("unrecognised")]]],
    ];
    let [state, causes] = ["completed", []];
    for (const [name, conditions] of table) {
      const holding = conditions.filter(([, holds]) => holds).map(([cause]) => cause);
      if (holding.length > 0) { [state, causes] = [name, holding]; break; }
    }
    const weak = ["failed", "partial", "completed_with_follow_up"].includes(state);
    let at = run.completed_at ?? run.started_at ?? run.created_at;
    if (weak && at !== null && at > frame.exportedAt + frame.skew) at = null;
    const action = { failed: "review_failures", partial: "review_partial_items", completed_with_follow_up: "review_skipped_items", completed: "no_action_needed",
      not_executed: causes.includes("in_progress") ? "view_operation_progress" : "review_preview" }[state];
    const boundary = { not_executed: "preview_only_no_execution_proven", failed: "execution_failed_no_recovery_claim" }[state] ?? "tenant_recovery_not_proven";
    return { run, id: run.id, at, weak, shown: { restore_run_id: run.id, state, follow_up_required: weak, causes, counts: rows ? counts : null,
      recovery_claim_boundary: boundary, primary_next_action: action } };
  };
  const recovery = (tenant, attended, latestSet, posture, frame) => {
    const relevant = attended.filter((one) => one.shown.state !== "not_executed" && (one.at === null || frame.happened(one.at)));
    const latest = newest(relevant, (one) => [one.at === null ? 1 : 0, one.at ?? 0, one.id]);
    const state = latest?.shown.state;
    const reason = !latest ? "no_history" : state === "completed" ? "no_recent_issues_visible" : state;
    const overview = !latest ? "unvalidated" : latest.weak ? "weakened" : "no_recent_issues_visible";
    const home = `/admin/t/${segment(tenant.external_id)}/restore-runs`;
    const allowed = tenant.allows("restore_runs.view");
    const url = `${overview === "weakened" ? `${home}/${latest.id}` : home}?recovery_posture_reason=${reason}`;
    const types = new Map();
    for (const one of relevant) {
      for (const { kind, policy_type: type } of one.run.outcomes) {
        if (type === null || kind === "unrecognised") continue;
        if (!types.has(type)) types.set(type, { policy_type: type, applied: 0, failed: 0, partial: 0, skipped: 0, last: null });
        const sum = types.get(type);
        sum[kind] += 1;
        if (kind === "applied" && one.at !== null) sum.last = Math.max(sum.last ?? -Infinity, one.at);
      }
    }
    const backedUp = !latestSet ? null : latestSet.facts.live ? new Set(latestSet.facts.live.map((item) => item.policy_type).filter((type) => type !== null))
      : latestSet.set.quality?.policy_types ? new Set(Object.entries(latestSet.set.quality.policy_types).filter(([, n]) => n > 0).map(([type]) => type)) : null;
    const covered = backedUp && [...backedUp].filter((type) => (types.get(type)?.last ?? null) !== null).length;
    return {
      recovery_evidence: { tenant_id: tenant.id, backup_posture: posture, relevant_restore_history_present: latest !== null,
        latest_relevant_restore_run_id: latest?.id ?? null, latest_relevant_attention_state: state ?? null, latest_relevant_at: written(latest?.at ?? null),
        overview_state: overview, reason, action: { url: allowed ? url : null, disabled: !allowed } },
      coverage: { by_policy_type: [...types.values()].sort((a, b) => codePoints(a.policy_type, b.policy_type)).map(({ last, ...sum }) => ({ ...sum, last_applied_at: written(last) })),
        backed_up_policy_types: backedUp ? backedUp.size : null, covered_policy_types: covered },
    };
  };
  const codePoints = (a, b) => {
    const [x, y] = [[...a], [...b]];
    for (let i = 0; i < x.length && i < y.length; i += 1) if (x[i] !== y[i]) return x[i].codePointAt(0) - y[i].codePointAt(0);
    return x.length - y.length;
  };

  // Sections 8 and 9.
  const BACKUP_RANK = { absent: 1, stale: 3, degraded: 4 };
  const RECOVERY_RANK = { failed: 2, partial: 2, completed_with_follow_up: 5, no_history: 6 };
  const RECOVERY_URGENCY = { failed: "critical", partial: "high", completed_with_follow_up: "medium", no_history: "medium" };
  const BACKUP_URGENCY = { absent: "critical", stale: "high", degraded: "medium" };
  const SIGNAL_RANK = { governance: 0, operations: 7, alerts: 8 };
  const safe = (url) => url !== null && !/[\\\p{White_Space}\p{Cc}]/u.test(url) && (/^https?:\/\//.test(url) || /^\/(?!\/)/.test(url));
  const evaluate = (tenant, frame) => {
    const { latest, health } = backupHealth(tenant, frame);
    const attended = tenant.runs.filter((run) => !frame.deleted(run)).sort(byId).map((run) => attention(run, frame));
    const { recovery_evidence: evidence, coverage } = recovery(tenant, attended, latest, health.posture, frame);
    const signals = [...tenant.signals].sort((a, b) => URGENCIES.indexOf(a.urgency) - URGENCIES.indexOf(b.urgency) || codePoints(a.key, b.key));
    const groups = [["backup_health", health.reasons.map((key) => ({ key }))],
      ["recovery_evidence", evidence.overview_state === "no_recent_issues_visible" ? [] : [{ key: `recovery_${evidence.overview_state}` }]],
      ...DOMAINS.map((domain) => [domain, signals.filter((one) => one.domain === domain).map(({ key }) => ({ key }))])]
      .filter(([, items]) => items.length > 0).map(([domain, items]) => ({ domain, items }));
    const checks = [];
    if (groups.length === 0 && tenant.asideCount === 0) {
      if (health.healthy_claim_allowed) checks.push({ key: "backups_recent_and_healthy" });
      if (evidence.overview_state === "no_recent_issues_visible") checks.push({ key: "no_recent_restore_issues_visible" });
    }
    const rank = Math.min(BACKUP_RANK[health.posture] ?? 9, RECOVERY_RANK[evidence.reason] ?? 9);
    return { tenant_id: tenant.id, tenant_label: tenant.name, tenant_route_key: tenant.external_id, backup_health: health, recovery_evidence: evidence, coverage,
      restore_attention: attended.map((one) => one.shown), needs_attention: { groups, healthy_checks: checks },
      registry: { tenant_id: tenant.id, backup_posture: health.posture, backup_reason: health.primary_reason, recovery_state: evidence.overview_state,
        recovery_reason: evidence.reason, triage_rank: rank } };
  };
  const overviewOf = (tenants, sources, checked, frame) => {
    const items = [];
    const lower = new Map(tenants.map((one) => [one, one.tenant_label.toLowerCase()]));
    for (const one of tenants) {
      const [health, evidence, id] = [one.backup_health, one.recovery_evidence, one.tenant_id];
      const own = { kind: "tenant_dashboard", url: `/admin/t/${segment(one.tenant_route_key)}`, disabled: false };
      const add = (rank, key, family, urgency, state, reason, destination = own) => items.push({ rank, one, item: { key, family, tenant_id: id, urgency,
        reason_context: { family, state, reason }, destination } });
      if (health.posture !== "healthy") add(BACKUP_RANK[health.posture], `tenant_backup_${health.posture}`, "backup_health", BACKUP_URGENCY[health.posture], health.posture, health.primary_reason);
      if (evidence.overview_state !== "no_recent_issues_visible") {
        add(RECOVERY_RANK[evidence.reason], `tenant_recovery_${evidence.overview_state}`, "recovery_evidence", RECOVERY_URGENCY[evidence.reason], evidence.overview_state, evidence.reason);
      }
      for (const signal of sources.get(one).signals) {
        const destination = safe(signal.url) ? { kind: "link", url: signal.url, disabled: false } : own;
        add(SIGNAL_RANK[signal.domain], signal.key, signal.domain, signal.urgency, signal.urgency, signal.key, destination);
      }
    }
    items.sort((a, b) => a.rank - b.rank || URGENCIES.indexOf(a.item.urgency) - URGENCIES.indexOf(b.item.urgency)
      || codePoints(lower.get(a.one), lower.get(b.one)) || a.item.tenant_id - b.item.tenant_id || codePoints(a.item.key, b.item.key));
    const choose = "/admin/choose-tenant";
    const metric = (key, category, those) => ({ key, category, value: those.length, destination: those.length === 0 ? null
      : those.length === 1 ? { kind: "tenant_dashboard", url: `/admin/t/${segment(those[0].tenant_route_key)}`, disabled: false }
        : { kind: "choose_tenant", url: `${choose}?attention=${category}`, disabled: false } });
    const metrics = [{ key: "visible_tenants", category: "scope", value: tenants.length, destination: { kind: "choose_tenant", url: choose, disabled: false } },
      metric("backup_attention_tenants", "backup_health", tenants.filter((one) => one.backup_health.posture !== "healthy")),
      metric("recovery_attention_tenants", "recovery_evidence", tenants.filter((one) => one.recovery_evidence.overview_state !== "no_recent_issues_visible")),
      ...DOMAINS.filter((domain) => checked.includes(domain)).map((domain) => metric(`${domain}_attention_tenants`, domain,
        tenants.filter((one) => sources.get(one).signals.some((signal) => signal.domain === domain))))];
    const only = new Set(items.map(({ one }) => one)).size === 1 ? items[0].one : null;
    return { metrics, items: items.slice(0, frame.limit).map(({ item }) => item), total: items.length, only };
  };

  const range = (v, least, most, otherwise) => {
    const value = optional(v, count) ?? otherwise;
    if (value < least || value > most) throw new Refused("policy");
    return value;
  };
  return (snapshot, asOfText) => {
    const findings = [];
    try {
      object(snapshot);
      if (snapshot.format !== "recovery-posture/snapshot" || snapshot.version !== 1) throw new Refused("format");
      const exportedAt = time(snapshot.exported_at);
      const asOf = asOfText === undefined || asOfText === null ? exportedAt : time(asOfText);
      const stated = optional(snapshot.policy, object) ?? {};
      const policy = { freshness_hours: range(stated.freshness_hours, 1, 8760, 24), schedule_grace_minutes: range(stated.schedule_grace_minutes, 0, 10080, 30),
        clock_skew_seconds: range(stated.clock_skew_seconds, 0, 3600, 300), attention_limit: range(stated.attention_limit, 1, 1000, 10) };
      const workspace = object(snapshot.workspace);
      const workspaceId = id(workspace.id);
      string(workspace.name);
      for (const v of [snapshot.exporter, workspace.slug]) {
        if (v !== undefined && v !== null && typeof v !== "string") findings.push({ code: "unfit_detail", severity: "warning", tenant_id: null });
      }
      const checked = (list(snapshot.checked_domains, (domain) => (DOMAINS.includes(fold(string(domain))) ? fold(domain) : fail("domain"))) ?? []);
      const skew = policy.clock_skew_seconds;
      const horizon = Math.min(asOf, exportedAt) + skew;
      const happened = (at) => at <= horizon;
      const frame = { asOf, exportedAt, skew, happened, deleted: (record) => record.deleted_at !== null && happened(record.deleted_at),
        freshness: policy.freshness_hours * 3600, grace: policy.schedule_grace_minutes * 60, limit: policy.attention_limit };
      const denominators = { exported: 0, evaluated: 0, not_active: 0, unreadable: 0, duplicate_tenant: 0, foreign_workspace: 0 };
      const [ids, keys, notEvaluated, tenants, sources] = [new Set(), new Set(), [], [], new Map()];
      for (const v of array(snapshot.tenants)) {
        denominators.exported += 1;
        const aside = (reason, tenantId, finding) => {
          denominators[reason] += 1;
          notEvaluated.push({ tenant_id: tenantId, reason });
          if (finding) findings.push({ code: finding, severity: "error", tenant_id: tenantId });
        };
        let tenant;
        try { tenant = readTenant(v, frame); } catch (error) {
          if (!(error instanceof Misfit)) throw error;
          aside("unreadable", Number.isSafeInteger(v?.id) && v.id > 0 ? v.id : null, "unreadable_tenant");
          continue;
        }
        if (ids.has(tenant.id) || keys.has(tenant.external_id)) { aside("duplicate_tenant", tenant.id, "duplicate_tenant"); continue; }
        ids.add(tenant.id);
        keys.add(tenant.external_id);
        if (tenant.workspace_id !== null && tenant.workspace_id !== workspaceId) { aside("foreign_workspace", tenant.id, "foreign_workspace"); continue; }
        if (tenant.status !== "active") { aside("not_active", tenant.id, tenant.status === null ? "unrecognised_tenant_status" : null); continue; }
        tenant.allows = (capability) => tenant.capabilities === null || tenant.capabilities.includes(capability);
        denominators.evaluated += 1;
        for (const [code, severity] of tenant.notes) findings.push({ code, severity, tenant_id: tenant.id });
        const report = evaluate(tenant, frame);
        sources.set(report, tenant);
        tenants.push(report);
      }
      tenants.sort((a, b) => a.tenant_id - b.tenant_id);
      const { metrics, items, total, only } = overviewOf(tenants, sources, checked, frame);
      const age = Math.max(0, Math.floor(asOf - exportedAt));
      const blockers = [];
      if (tenants.length === 0) blockers.push("no_evaluated_tenants");
      if (total > 0) blockers.push("attention_items");
      if (findings.some((finding) => finding.severity === "error")) blockers.push("unreadable_evidence");
      if (asOf - exportedAt > frame.freshness) blockers.push("data_too_old");
      const action = tenants.length === 0 ? { kind: "switch_workspace", url: "/admin/workspaces", disabled: false }
        : only ? { kind: "tenant_dashboard", url: `/admin/t/${segment(only.tenant_route_key)}`, disabled: false }
          : { kind: "choose_tenant", url: "/admin/choose-tenant", disabled: false };
      const covered = ["governance", "backup_health", "recovery_evidence", "operations", "alerts"].filter((domain) => !DOMAINS.includes(domain) || checked.includes(domain));
      return { format: "recovery-posture/report", version: 1, as_of: written(asOf), exported_at: written(exportedAt), data_age_seconds: age, policy, denominators,
        overview: { summary_metrics: metrics, attention_items: items, attention_total: total,
          calmness: { is_calm: blockers.length === 0, blockers, checked_domains: covered, next_action: action } },
        tenants, not_evaluated: notEvaluated, findings };
    } catch (error) {
      if (error instanceof Misfit || error instanceof Refused) return { refused: true };
      throw error;
    }
  };
})();
