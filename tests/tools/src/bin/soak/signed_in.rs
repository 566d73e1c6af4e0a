//! Users who sign in again and again: each reads evidence, marks items as known, removes the marks, and signs out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context as _, Result};
use posture_core::{Id, Timestamp, paths};
use posture_tests::harness::{Server, Visitor};
use serde_json::{Value, json};

use crate::Answers;
use crate::clients::{self, PAUSE, SNAPSHOT};
use crate::gathered::USER;

/// How often a user looks before signing out.
const LOOKS: usize = 10;
/// How long a marked item is known, in seconds.
const KNOWN_FOR: i64 = 7 * 86_400;

/// Signs in until the end. Returns how many sessions there were.
pub(crate) fn visit(server: &Server, is_over: &AtomicBool, answers: &Answers) -> Result<u64> {
    let agent =
        ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
    let workspace = Id::new(1).context("an id")?;
    let mut sessions = 0;
    while !is_over.load(Ordering::Relaxed) {
        let cookie = Visitor::signed_in(&server.url(""), USER)?.cookie();
        let get = |path: &str| -> Result<String> {
            let mut response = agent.get(server.url(path)).header("cookie", &cookie).call()?;
            clients::count(answers, response.status().as_u16().to_string());
            Ok(response.body_mut().with_config().limit(1 << 30).read_to_string()?)
        };
        let report: Value = serde_json::from_str(&get(&paths::api_report(workspace))?)?;
        let as_of = report["as_of"].as_str().and_then(Timestamp::parse).context("a report of no instant")?;
        let until = Timestamp::from_unix_seconds(as_of.unix_seconds() + KNOWN_FOR).context("an instant")?;
        for look in 0..LOOKS {
            get(paths::API_WORKSPACES)?;
            get(SNAPSHOT)?;
            get(&paths::api_reviews(workspace))?;
            let listed = report["overview"]["attention_items"].as_array();
            if let Some(item) = listed.and_then(|items| items.get(look % items.len().max(1))) {
                let tenant = item["tenant_id"].as_u64().and_then(Id::new).context("an item of no tenant")?;
                let key = item["key"].as_str().context("an item without its key")?;
                let mark = json!({
                    "tenant_id": tenant, "item": key, "fingerprint": "0123456789abcdef0123456789abcdef",
                    "note": "known", "until": until,
                });
                let put = agent
                    .put(server.url(&paths::api_reviews(workspace)))
                    .header("cookie", &cookie)
                    .content_type("application/json")
                    .send(mark.to_string())?;
                clients::count(answers, put.status().as_u16().to_string());
                let one = server.url(&paths::api_review(workspace, tenant, key));
                let deleted = agent.delete(one).header("cookie", &cookie).call()?;
                clients::count(answers, deleted.status().as_u16().to_string());
            }
            thread::sleep(PAUSE);
        }
        let sign_out = agent.post(server.url(paths::SIGN_OUT)).header("cookie", &cookie);
        let ended = sign_out.header("origin", server.url("")).send_empty()?;
        clients::count(answers, ended.status().as_u16().to_string());
        sessions += 1;
    }
    Ok(sessions)
}
