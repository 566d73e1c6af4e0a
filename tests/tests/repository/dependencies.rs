//! Dependencies: their licences, sources and versions, and that none of our code is unsafe.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::root;

/// Licences of what ships: each allows use under the product's own two, where its notice is kept.
const LICENCES: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Further licences that are fine for dependencies of tests only.
const LICENCES_OF_TESTS: [&str; 2] = ["CC0-1.0", "MPL-2.0"];

/// Packages that ship in two versions, each with the package that needs the older one.
const TWICE: [(&str, &str); 30] = [
    ("alloc-no-stdlib", "ureq takes an earlier one with an option that only tests use"),
    ("alloc-stdlib", "ureq takes an earlier one with an option that only tests use"),
    ("base64", "serde-saphyr takes a later one than headers and sqlx-core"),
    ("bitflags", "defmt, which data-encoding and faster-hex only name as an option"),
    ("block-buffer", "sqlx takes a later sha2 than the workspace"),
    ("brotli-decompressor", "ureq takes an earlier one with an option that only tests use"),
    ("const-oid", "rsa takes an earlier one than the elliptic curves of openidconnect"),
    ("cpufeatures", "sqlx takes a later sha2 than the workspace"),
    ("crypto-common", "sqlx takes a later sha2 than the workspace"),
    ("defmt", "data-encoding and faster-hex only name it as an option, which cargo metadata counts"),
    ("der", "rsa takes an earlier one than the elliptic curves of openidconnect"),
    ("digest", "sqlx takes a later sha2 than the workspace"),
    ("getrandom", "ring"),
    ("hashbrown", "sqlx-core"),
    ("hkdf", "sqlx-postgres takes a later one than cookie"),
    ("hmac", "sqlx takes a later one than scrypt, which protects secret keys"),
    ("indexmap", "serde_with only names it as an option, which cargo metadata counts"),
    ("jiff", "serde_with only names it as an option, which cargo metadata counts"),
    ("jiff-core", "serde_with only names it as an option, which cargo metadata counts"),
    ("nom", "lettre takes a later one than tabled"),
    ("pem-rfc7468", "rsa takes an earlier one than the elliptic curves of openidconnect"),
    ("pkcs8", "rsa takes an earlier one than the elliptic curves of openidconnect"),
    ("rand", "openidconnect and cookie take an earlier one than sqlx-postgres"),
    ("rand_core", "openidconnect and cookie take an earlier one than sqlx-postgres"),
    ("schemars", "serde_with only names it as an option, which cargo metadata counts"),
    ("sha2", "sqlx takes a later sha2 than the workspace"),
    ("signature", "rsa takes an earlier one than the elliptic curves of openidconnect"),
    ("spki", "rsa takes an earlier one than the elliptic curves of openidconnect"),
    ("thiserror", "gloo-net"),
    ("thiserror-impl", "gloo-net"),
];

/// What ships: the program, and the app inside it.
const SHIPPED: [(&str, &str); 2] =
    [("posture-cli", "x86_64-unknown-linux-gnu"), ("posture-web", "wasm32-unknown-unknown")];

/// What cargo knows of the workspace, for a target or for all there are.
fn metadata(target: Option<&str>) -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["metadata", "--locked", "--format-version", "1"]);
    if let Some(target) = target {
        cargo.args(["--filter-platform", target]);
    }
    let told = cargo.output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().unwrap().iter()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The packages that a root depends on at run time; the dependencies of a macro do not ship.
fn shipped<'m>(metadata: &'m Value, root: &str) -> Vec<&'m Value> {
    let packages: BTreeMap<_, _> =
        list(metadata, "packages").map(|package| (text(package, "id"), package)).collect();
    let nodes: BTreeMap<_, _> =
        list(&metadata["resolve"], "nodes").map(|node| (text(node, "id"), node)).collect();
    let is_macro = |id: &str| {
        list(packages[id], "targets").any(|target| list(target, "kind").any(|kind| kind == "proc-macro"))
    };
    let mut seen = BTreeSet::new();
    let mut ahead: Vec<_> =
        packages.iter().filter(|(_, package)| text(package, "name") == root).map(|(id, _)| *id).collect();
    while let Some(id) = ahead.pop() {
        if !seen.insert(id) || is_macro(id) {
            continue;
        }
        let ordinary = list(nodes[id], "deps")
            .filter(|dependency| list(dependency, "dep_kinds").any(|kind| kind["kind"].is_null()));
        ahead.extend(ordinary.map(|dependency| text(dependency, "pkg")));
    }
    seen.into_iter().map(|id| packages[id]).collect()
}

/// Whether an SPDX expression can be met by these licences. Old ones write `/` for `OR`.
fn is_met(expression: &str, licences: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ");
    let mut groups =
        expression.split(" AND ").map(|group| group.trim().trim_start_matches('(').trim_end_matches(')'));
    groups.all(|group| group.split(" OR ").any(|licence| licences.contains(&licence.trim())))
}

/// TH-7
#[test]
fn everything_that_ships_is_licensed_and_comes_from_the_registry() {
    let mut unfit = String::new();
    for (root, target) in SHIPPED {
        let metadata = metadata(Some(target));
        let packages = shipped(&metadata, root);
        assert!(packages.len() > 100, "{root} is made of {} packages", packages.len());
        for package in packages {
            if !is_met(text(package, "license"), &LICENCES) {
                unfit.push_str(&format!("\n{}: {}", text(package, "name"), package["license"]));
            }
        }
    }
    let allowed: Vec<_> = LICENCES.iter().chain(&LICENCES_OF_TESTS).copied().collect();
    for package in list(&metadata(None), "packages") {
        let source = package["source"].as_str();
        let is_known =
            source.is_none_or(|source| source == "registry+https://github.com/rust-lang/crates.io-index");
        if !is_known || !is_met(text(package, "license"), &allowed) {
            unfit.push_str(&format!("\n{}: {} from {source:?}", text(package, "name"), package["license"]));
        }
    }
    assert!(unfit.is_empty(), "settle the licence or the source of these, or do without:{unfit}");
}

/// TH-7
#[test]
fn every_duplicate_dependency_is_known() {
    let mut twice = BTreeSet::new();
    for (root, target) in SHIPPED {
        let metadata = metadata(Some(target));
        let mut names = BTreeSet::new();
        twice.extend(
            shipped(&metadata, root)
                .into_iter()
                .map(|package| text(package, "name").to_owned())
                .filter(|name| !names.insert(name.clone())),
        );
    }
    let known: BTreeSet<_> = TWICE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        twice, known,
        "a package that ships in two versions is named in TWICE, with why; one that no longer does is taken out"
    );
}

/// TH-6
#[test]
fn every_crate_forbids_unsafe_code() {
    let own = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(
        own.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\""),
        "the workspace forbids unsafe code"
    );
    let metadata = metadata(None);
    let members: Vec<_> = list(&metadata, "workspace_members").map(|id| id.as_str().unwrap()).collect();
    assert!(members.len() > 8, "{members:?}");
    for package in list(&metadata, "packages").filter(|package| members.contains(&text(package, "id"))) {
        let manifest = std::fs::read_to_string(text(package, "manifest_path")).unwrap();
        assert!(
            manifest.contains("\n[lints]\nworkspace = true\n"),
            "{} has the workspace's lints",
            text(package, "name")
        );
    }
    let fuzz = std::fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).unwrap();
    assert!(fuzz.contains("[lints.rust]\nunsafe_code = \"forbid\""), "tests/fuzz forbids unsafe code");
}

/// NT-19, SI-2: what one connection trusts, each does.
#[test]
fn certificates_of_authorities_are_read_in_one_crate() {
    let metadata = metadata(None);
    let members: Vec<_> = list(&metadata, "workspace_members").map(|id| id.as_str().unwrap()).collect();
    let reading: Vec<_> = list(&metadata, "packages")
        .filter(|package| members.contains(&text(package, "id")))
        .filter(|package| list(package, "dependencies").any(|of| text(of, "name") == "rustls-native-certs"))
        .map(|package| text(package, "name"))
        .collect();
    assert_eq!(reading, ["posture-tls"]);
}
