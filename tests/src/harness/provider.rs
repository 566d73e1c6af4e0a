use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};

/// The npm package, where `cargo xtask test` puts it.
const PACKAGE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/oidc-provider/node_modules/oidc-provider");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/oidc-provider.mjs");

/// Where the provider is at its address, as one of Entra ID is.
const ISSUER_PATH: &str = "/9f4f2c1e-77b0-4a53-9f0c-0b6f1c1f6a11/v2.0";

/// A real OpenID Connect provider on loopback, for users who sign in to a server at one origin. It ends when it is dropped.
pub struct Provider {
    child: Child,
    issuer: String,
    issued: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    /// Starts it on a port, or on a free one if that is 0. It has a new key each time.
    ///
    /// # Errors
    ///
    /// If the package is not installed, or it does not start to listen.
    pub fn start(origin: &str, port: u16) -> Result<Self> {
        if !Path::new(PACKAGE).is_dir() {
            bail!("{PACKAGE} is missing; `cargo xtask test` puts it there");
        }
        let mut child = Command::new("node")
            .args([SCRIPT, PACKAGE, origin, &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting node")?;
        let mut lines =
            BufReader::new(child.stdout.take().context("the provider has no standard output")?).lines();
        for line in lines.by_ref() {
            if let Some(issuer) = line?.strip_prefix("issuer ") {
                let issuer = issuer.to_owned();
                let issued = Arc::<Mutex<Vec<String>>>::default();
                let told = Arc::clone(&issued);
                // Its later output is read to the end, so that it never blocks on a full pipe.
                std::thread::spawn(move || {
                    for line in lines.map_while(Result::ok) {
                        if let Some(secret) = line.strip_prefix("issued ") {
                            told.lock().unwrap_or_else(PoisonError::into_inner).push(secret.to_owned());
                        }
                    }
                });
                return Ok(Self { child, issuer, issued });
            }
        }
        bail!("the provider ended without its issuer: {}", child.wait()?)
    }

    /// The tokens that it issued so far, and the codes and verifiers that they were issued for.
    #[must_use]
    pub fn issued(&self) -> Vec<String> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The issuer of a provider at a port, which need not run.
    #[must_use]
    pub fn issuer_at(port: u16) -> String {
        format!("http://127.0.0.1:{port}{ISSUER_PATH}")
    }

    /// Its issuer, which is also its address.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // Both fail if it has already ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
