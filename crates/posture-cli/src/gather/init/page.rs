//! The text of `gather.toml`, with a comment for each key.

use std::fmt::Write as _;
use std::path::Path;

use posture_gather::notes::quoted;

use super::look::Found;

/// The file. Paths are below `base`.
pub(super) fn page(workspace: &str, found: &[Found], base: &Path) -> String {
    let mut page = String::new();
    let _infallible = write!(
        page,
        "# Sources of `posture gather --config gather.toml`. Paths are relative to this file.\n\n\
         [workspace]\nid = 1\nname = {}\n\n\
         [policy]\n# Hours after which a backup is stale.\nfreshness_hours = 24\n\
         # Days after which a restore says nothing any more; no limit if absent.\n# restore_evidence_days = 365\n",
        text(workspace)
    );
    for found in found {
        add(&mut page, found, base);
    }
    page
}

fn text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn add(page: &mut String, found: &Found, base: &Path) {
    let Found { path, part, tenant, external_id, kind, why, others } = found;
    let path = match path.as_str() {
        "." if !base.as_os_str().is_empty() => base.to_owned(),
        path => base.join(path),
    };
    let id = external_id
        .as_ref()
        .map_or("# external_id = \"\"".to_owned(), |id| format!("external_id = {}", text(id)));
    let _infallible = write!(
        page,
        "\n[[tenant]]\nname = {}\n# The tenant's id, for instance its Microsoft 365 tenant id.\n{id}\n\n\
         # {}: {why}. See {}.\n[[tenant.source]]\nkind = {}\npath = {}\n",
        text(tenant),
        kind.title,
        kind.docs,
        text(kind.name),
        text(&path.to_string_lossy())
    );
    if kind.gives_backups {
        page.push_str(
            "# Every type that a backup of the last 30 days held is expected; or a list of types.\nexpect_types = \"seen-30d\"\n",
        );
    }
    for key in kind.keys {
        let stated = part.as_ref().filter(|_| key.name == "folder");
        let line = stated.map_or_else(
            || format!("# {} = {}", key.name, key.example),
            |part| format!("{} = {}", key.name, text(part)),
        );
        let _infallible = write!(page, "# {}\n{line}\n", key.about);
    }
    if !others.is_empty() {
        let _infallible = writeln!(page, "# The files also look like: {}.", quoted(&others.join(", ")));
    }
}
