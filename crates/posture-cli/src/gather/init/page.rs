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
    let mut named: Vec<&str> = Vec::new();
    for found in found {
        if !named.contains(&found.tenant.as_str()) {
            named.push(&found.tenant);
        }
    }
    for name in named {
        let sources: Vec<_> = found.iter().filter(|found| found.tenant == name).collect();
        add_tenant(&mut page, name, sources.iter().find_map(|found| found.external_id.as_deref()));
        for source in &sources {
            let is_repeated = sources.iter().filter(|other| other.kind.name == source.kind.name).count() > 1;
            add_source(&mut page, source, is_repeated, base);
        }
    }
    page
}

fn text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn add_tenant(page: &mut String, name: &str, external_id: Option<&str>) {
    let id =
        external_id.map_or("# external_id = \"\"".to_owned(), |id| format!("external_id = {}", text(id)));
    let _infallible = write!(
        page,
        "\n[[tenant]]\nname = {}\n# The tenant's id, for instance its Microsoft 365 tenant id.\n{id}\n",
        text(name)
    );
}

fn add_source(page: &mut String, found: &Found, is_repeated: bool, base: &Path) {
    let Found { path, part, tenant: _, external_id: _, kind, why, others } = found;
    let below = match path.as_str() {
        "." if !base.as_os_str().is_empty() => base.to_owned(),
        path => base.join(path),
    };
    let _infallible = write!(
        page,
        "\n# {}: {why}. See {}.\n[[tenant.source]]\nkind = {}\npath = {}\n",
        kind.title,
        kind.docs,
        text(kind.name),
        text(&below.to_string_lossy())
    );
    if is_repeated {
        let scope = format!("{}-{}", kind.name, part.as_ref().unwrap_or(path));
        let _infallible =
            write!(page, "# Sources of one kind need a scope each.\nscope = {}\n", text(&scope));
    }
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
