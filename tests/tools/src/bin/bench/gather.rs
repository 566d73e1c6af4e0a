//! Gathering: files per second of each adapter, next to `find | xargs cat` on the same tree, and `git log` for a history.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use posture_tests::table::{Budget, Table};
use serde_json::{Value, json};

use crate::Subject;
use crate::browser::median;

const ROUNDS: usize = 3;
/// Number of files in the tree of each kind.
const FILES: usize = 100_000;
/// Number of backups in the history.
const COMMITS: usize = 300;

/// A kind, and the path and content of each of its files.
type Tree = (&'static str, fn(usize) -> (String, String));

const TREES: [Tree; 12] = [
    ("intunecd", |n| (format!("prod-backup/Settings Catalog/{}/Policy {n}_mdm.json", n % 50), policy(n))),
    ("intunemanagement", |n| (format!("2026-04-08/SettingsCatalog/Policy {n}.json"), policy(n))),
    ("intunebackup", |n| (format!("2026-04-08/Settings Catalog/Policy {n}.json"), policy(n))),
    ("m365dsc", |n| (format!("tenant {n}/M365TenantConfig.ps1"), configuration(n))),
    ("tenuvault", |n| (format!("backup-2026-04-08-010000/ConfigurationPolicies/Policy {n}.json"), policy(n))),
    ("entra-recovery", |n| (format!("snapshots-{n}.json"), page("snapshots", &snapshot(n)))),
    ("utcm", |n| (format!("jobs-{n}.json"), page("configurationSnapshotJobs", &job(n)))),
    ("cipp", |n| (format!("contoso.onmicrosoft.com_20{:02}-04-08-{:04}.json", n % 90 + 10, n / 90), cipp(n))),
    ("velero", |n| (format!("backups-{n}.json"), json!({ "items": [velero(n)] }).to_string())),
    ("aws-backup", |n| (format!("jobs-{n}.json"), json!({ "BackupJobs": [aws(n)] }).to_string())),
    ("restic", |n| (format!("snapshots-{n}.json"), json!([restic(n)]).to_string())),
    ("csv", |n| {
        (
            format!("{n}/backups.csv"),
            format!("set,completed_at,status\nSet {n},2026-04-08T01:00:00Z,completed\n"),
        )
    }),
];

fn policy(n: usize) -> String {
    let settings: Vec<Value> = (0..12)
        .map(|setting| json!({ "id": setting.to_string(), "settingInstance": { "settingDefinitionId": format!("device_vendor_msft_policy_{setting}"), "simpleSettingValue": { "value": n } } }))
        .collect();
    json!({ "id": format!("{n:032x}"), "name": format!("Policy {n}"), "settingCount": 12, "settings": settings, "assignments": [] }).to_string()
}

fn configuration(n: usize) -> String {
    let resources: String = (0..8)
        .map(|at| format!("        AADGroup \"Group{at}\"\n        {{\n            DisplayName = \"Group {n} {at}\";\n        }}\n"))
        .collect();
    format!(
        "# Generated with Microsoft365DSC version 1.25.101.1\nConfiguration M365TenantConfig\n{{\n    Import-DscResource -ModuleName 'Microsoft365DSC'\n\n    Node localhost\n    {{\n{resources}    }}\n}}\n"
    )
}

fn page(list: &str, entity: &Value) -> String {
    json!({ "@odata.context": format!("https://graph.microsoft.com/v1.0/$metadata#directory/recovery/{list}"), "value": [entity] }).to_string()
}

/// An instant of the last year.
fn instant(n: usize) -> String {
    format!("2026-{:02}-{:02}T{:02}:{:02}:00Z", n % 3 + 1, n / 3 % 28 + 1, n / 84 % 24, n / 2016 % 60)
}

fn snapshot(n: usize) -> Value {
    json!({ "@odata.type": "#microsoft.graph.entraRecoveryServices.snapshot", "id": n.to_string(), "createdDateTime": instant(n) })
}

fn job(n: usize) -> Value {
    json!({ "id": n.to_string(), "status": "succeeded", "tenantId": "t", "createdDateTime": instant(n), "completedDateTime": instant(n) })
}

fn cipp(n: usize) -> String {
    let template = json!({ "Displayname": format!("Policy {n}"), "Type": "Catalog", "TemplateJson": "{}" });
    json!({ "PartitionKey": "ScheduledBackup", "TenantFilter": "contoso.onmicrosoft.com", "ca": ["{}"], "intuneconfig": [template] }).to_string()
}

fn velero(n: usize) -> Value {
    json!({
        "apiVersion": "velero.io/v1", "kind": "Backup", "metadata": { "namespace": "velero", "name": format!("daily-{n}") },
        "status": { "phase": "Completed", "completionTimestamp": instant(n), "progress": { "totalItems": 3, "itemsBackedUp": 3 } }
    })
}

fn aws(n: usize) -> Value {
    json!({ "AccountId": "123456789012", "BackupJobId": n.to_string(), "State": "COMPLETED", "ResourceArn": format!("arn:aws:ec2:eu-central-1:123456789012:volume/vol-{}", n % 1000), "ResourceType": "EBS", "CompletionDate": instant(n) })
}

fn restic(n: usize) -> Value {
    json!({ "time": instant(n), "tree": "a", "paths": ["/home"], "hostname": format!("host-{}", n % 100), "id": format!("{n:064x}"), "short_id": format!("{n:08x}") })
}

pub(crate) fn measure(subject: &Subject, table: &mut Table) -> Result<()> {
    eprintln!("== gathering");
    let root = subject.folder.join("gather");
    for (kind, file) in TREES {
        let folder = root.join(kind);
        make(&folder, file)?;
        is_read(subject, kind, &folder)?;
        let rate = FILES as f64 / seconds(|| gather(subject, kind, &folder))?;
        let cat = FILES as f64 / seconds(|| shell(&folder, "find . -type f -print0 | xargs -0 cat"))?;
        let row = format!("gather {kind}: {FILES} files, relative to find | xargs cat");
        let from = format!("{rate:.0} files a second against {cat:.0}");
        table.add(&row, rate / cat, "", Some(Budget::AtLeast(0.5)), from);
    }
    let repository = root.join("repository");
    commit(&root.join("intunecd"), &repository)?;
    is_read(subject, "intunecd", &repository)?;
    let gathering = seconds(|| gather(subject, "intunecd", &repository))?;
    let cat = seconds(|| shell(&repository, "find prod-backup -type f -print0 | xargs -0 cat"))?;
    let from = format!(
        "{gathering:.2} s for {COMMITS} backups of {FILES} files; find | xargs cat of the newest {cat:.2} s"
    );
    table.add(
        "gather intunecd from git, relative to find | xargs cat",
        cat / gathering,
        "",
        Some(Budget::AtLeast(0.5)),
        from,
    );
    let log = seconds(|| shell(&repository, "git log --raw"))?;
    let from = format!("{gathering:.2} s against {log:.2} s");
    table.add("gather intunecd from git, relative to git log --raw", log / gathering, "", None, from);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench keeps what it measures")]
fn make(folder: &Path, file: fn(usize) -> (String, String)) -> Result<()> {
    let done = folder.with_extension("made");
    if done.is_file() {
        return Ok(());
    }
    for n in 0..FILES {
        let (path, content) = file(n);
        let path = folder.join(path);
        let parent = path.parent().context("the file is in a folder")?;
        fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
        fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(fs::write(done, "")?)
}

/// Commits a tree, and then changes of some of its files, one commit a day.
fn commit(tree: &Path, repository: &Path) -> Result<()> {
    if repository.is_dir() {
        return Ok(());
    }
    let script = format!(
        "cp -r '{}' '{}' && cd '{}' && git init -q . && git config user.name b && git config user.email b@example.org && git config gc.auto 0 \
         && export GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' && git add -A && git commit -qm Backup \
         && for n in $(seq 1 {COMMITS}); do \
           f=\"prod-backup/Settings Catalog/$((n % 50))/Policy $((n % 50))_mdm.json\"; \
           printf '{{\"name\": \"Changed %s\", \"assignments\": []}}' $n > \"$f\"; git add \"$f\"; \
           GIT_COMMITTER_DATE=$(date -u -d \"2026-01-01 $n hours\" +%Y-%m-%dT%H:%M:%SZ) git commit -qm Backup; done && git repack -qad",
        tree.display(),
        repository.display(),
        repository.display()
    );
    shell(Path::new("."), &script)
}

/// Fails unless the whole tree can be read: what is not read is fast.
fn is_read(subject: &Subject, kind: &str, folder: &Path) -> Result<()> {
    let mut command = Command::new(&subject.posture);
    command.args(["gather", kind]).arg(folder).args(["--tenant", "Bench", "--check"]);
    succeed(command).with_context(|| format!("reading {}", folder.display()))
}

fn gather(subject: &Subject, kind: &str, folder: &Path) -> Result<()> {
    let mut command = Command::new(&subject.posture);
    command.args(["gather", kind]).arg(folder);
    command.args(["--tenant", "Bench", "--exported-at", "2026-04-08T06:00:00Z", "--output", "/dev/null"]);
    succeed(command)
}

fn shell(folder: &Path, script: &str) -> Result<()> {
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(folder);
    succeed(command)
}

fn succeed(mut command: Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

/// The median time of some rounds. The first round is for the cache.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn seconds(work: impl Fn() -> Result<()>) -> Result<f64> {
    work()?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        work()?;
        rounds.push(start.elapsed().as_secs_f64());
    }
    Ok(median(rounds))
}
