//! The list of everything that ships, in CycloneDX's JSON. It has no time and no random number, so that it is the same each time.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::files;
use super::packages::{Package, Packages};
use crate::workspace;

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

pub(super) fn document(packages: &Packages) -> Result<Vec<u8>> {
    let lock: Lock = toml::from_str(&files::read_text(&workspace::root().join("Cargo.lock"))?)
        .context("Cargo.lock is not what was expected")?;
    let checksums: BTreeMap<_, _> = lock
        .package
        .into_iter()
        .filter_map(|locked| Some((format!("{}@{}", locked.name, locked.version), locked.checksum?)))
        .collect();
    let components: Vec<_> = packages
        .iter()
        .filter(|(_, package)| package.name != "posture-cli")
        .map(|(key, package)| component(key, package, checksums.get(key)))
        .collect();
    let dependencies: Vec<_> =
        packages.iter().map(|(key, package)| json!({ "ref": key, "dependsOn": package.needs })).collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "bom-ref": concat!("posture-cli@", env!("CARGO_PKG_VERSION")),
            "name": "posture",
            "version": env!("CARGO_PKG_VERSION"),
            "licenses": [{ "expression": "MIT OR Apache-2.0" }],
        } },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(serde_json::to_vec_pretty(&document)?)
}

fn component(key: &str, package: &Package, checksum: Option<&String>) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": key,
        "name": package.name,
        "version": package.version,
    });
    if let Some(licence) = package.licence() {
        component["licenses"] = json!([{ "expression": licence }]);
    }
    if package.source.is_some() {
        component["purl"] = json!(format!("pkg:cargo/{key}"));
    }
    if let Some(checksum) = checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}
