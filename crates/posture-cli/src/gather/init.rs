//! `posture init`: a `gather.toml` for the tools whose files a folder has.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use posture_gather::Kind;
use posture_gather::kinds::detect;
use posture_gather::notes::quoted;

use super::shells;
use crate::failure::Failure;
use crate::output::{to_stdout, write_file};

#[derive(Args)]
pub(crate) struct InitArgs {
    /// Folder to look into. Each folder or ZIP archive in it that a tool wrote is a tenant.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Name of the tenant, if the folder is of one.
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Name of the workspace.
    #[arg(long, value_name = "NAME", default_value = "Workspace")]
    workspace: String,
    /// File to write; by default gather.toml in the folder. `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A folder that a tool wrote.
struct Found {
    /// The path below the folder that was looked into.
    path: String,
    tenant: String,
    kind: &'static Kind,
    why: String,
    others: Vec<&'static str>,
}

pub(crate) fn run(args: &InitArgs) -> Result<ExitCode, Failure> {
    let output = args.output.clone().unwrap_or_else(|| args.folder.join("gather.toml"));
    let is_stdout = output.as_os_str() == "-";
    if !is_stdout && output.exists() {
        let message = format!("{} exists. Remove it, or name another file with --output.", output.display());
        return Err(Failure::Refused(message));
    }
    let found = look(&args.folder, args.tenant.as_deref())
        .map_err(|why| Failure::Refused(format!("Failed to read {}: {why}.", args.folder.display())))?;
    if found.is_empty() {
        return Err(Failure::Refused(format!(
            "{} has no files of a known tool. `posture gather --kinds` lists the kinds and their pages.",
            args.folder.display()
        )));
    }
    let base = if args.output.is_some() { args.folder.clone() } else { PathBuf::new() };
    let page = page(&args.workspace, &found, &base);
    if is_stdout {
        to_stdout(|out| Ok(out.write_all(page.as_bytes())?))?;
        return Ok(ExitCode::SUCCESS);
    }
    write_file(&output, |out| Ok(out.write_all(page.as_bytes())?))?;
    let names: Vec<_> = found.iter().map(|found| format!("{} ({})", found.tenant, found.kind.name)).collect();
    to_stdout(|out| Ok(writeln!(out, "wrote {}: {}", output.display(), names.join(", "))?))?;
    Ok(ExitCode::SUCCESS)
}

fn look(folder: &Path, tenant: Option<&str>) -> Result<Vec<Found>, String> {
    let root = of_path(folder, ".", &name_of(folder, tenant))?;
    let is_repository = folder.join(".git").exists();
    if root.is_some() && (is_repository || folder.is_file()) {
        return Ok(root.into_iter().collect());
    }
    let mut children: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| error.to_string())?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            let is_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
            path.is_dir() && !path.ends_with(".git") || is_zip
        })
        .collect();
    children.sort();
    let mut found = Vec::new();
    for child in children {
        let Some(name) = child.file_name().and_then(|name| name.to_str()) else { continue };
        let tenant = name.strip_suffix(".zip").unwrap_or(name);
        // A child that cannot be read matches no tool.
        if let Ok(Some(of_child)) = of_path(&child, name, tenant) {
            found.push(of_child);
        }
    }
    Ok(if found.len() > 1 { found } else { root.into_iter().chain(found).take(1).collect() })
}

fn name_of(folder: &Path, tenant: Option<&str>) -> String {
    let named = tenant.map(ToOwned::to_owned);
    let of_folder = || {
        let folder = folder.canonicalize().ok()?;
        Some(folder.file_name()?.to_str()?.to_owned())
    };
    named.or_else(of_folder).unwrap_or_else(|| "Tenant".to_owned())
}

fn of_path(path: &Path, below: &str, tenant: &str) -> Result<Option<Found>, String> {
    let tree = shells::look(path)?;
    let mut kinds = detect(&*tree).into_iter();
    let Some((kind, why)) = kinds.next() else { return Ok(None) };
    let others = kinds.map(|(kind, _)| kind.name).collect();
    Ok(Some(Found { path: below.to_owned(), tenant: tenant.to_owned(), kind, why, others }))
}

fn page(workspace: &str, found: &[Found], base: &Path) -> String {
    let mut page = String::new();
    let text = |text: &str| toml::Value::from(text).to_string();
    let _infallible = write!(
        page,
        "# Sources of `posture gather --config gather.toml`. Paths are relative to this file.\n\n\
         [workspace]\nid = 1\nname = {}\n\n\
         [policy]\n# Hours after which a backup is stale.\nfreshness_hours = 24\n\
         # Days after which a restore says nothing any more; no limit if absent.\n# restore_evidence_days = 365\n",
        text(workspace)
    );
    for Found { path, tenant, kind, why, others } in found {
        let path = if base.as_os_str().is_empty() { PathBuf::from(path) } else { base.join(path) };
        let _infallible = write!(
            page,
            "\n[[tenant]]\nname = {}\n# The tenant's id, for instance its Microsoft 365 tenant id.\n# external_id = \"\"\n\n\
             # {}: {why}. See {}.\n[[tenant.source]]\nkind = {}\npath = {}\n\
             # Every type that a backup of the last 30 days held is expected; or a list of types.\nexpect_types = \"seen-30d\"\n",
            text(tenant),
            kind.title,
            kind.docs,
            text(kind.name),
            text(&path.to_string_lossy())
        );
        for key in kind.keys {
            let _infallible = write!(page, "# {}\n# {} = {}\n", key.about, key.name, key.example);
        }
        if !others.is_empty() {
            let _infallible = writeln!(page, "# The files also look like: {}.", quoted(&others.join(", ")));
        }
    }
    page
}
