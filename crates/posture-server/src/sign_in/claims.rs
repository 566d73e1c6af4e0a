//! Who signed in, and in which groups, by the claims of a verified ID token.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::options::SignInOptions;
use super::refusal::SignInRefusal;
use crate::identity::is_identity;

/// The longest name, in characters.
const MAX_NAME_CHARACTERS: usize = 100;
/// Claims with a name to show, best first.
const NAMES: [&str; 3] = ["name", "preferred_username", "email"];

/// Who signed in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identified {
    pub(super) identity: String,
    pub(super) name: String,
    /// Those of the user's groups that a membership names.
    pub(super) groups: Vec<String>,
}

/// Reads the claims that the options name. `known` are the groups that a membership names.
pub(super) fn identified(
    claims: &Map<String, Value>,
    options: &SignInOptions,
    known: &BTreeSet<&str>,
) -> Result<Identified, SignInRefusal> {
    let claim = options.identity_claim.as_str();
    let stated = claims.get(claim).and_then(Value::as_str).filter(|identity| is_identity(identity));
    let identity = stated.ok_or_else(|| SignInRefusal::NoIdentity(claim.to_owned()))?;
    if claim == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
        return Err(SignInRefusal::UnverifiedAddress);
    }
    let name =
        NAMES.iter().filter_map(|name| claims.get(*name)?.as_str()).find(|name| !name.trim().is_empty());
    Ok(Identified {
        identity: identity.to_owned(),
        name: name.unwrap_or(identity).chars().take(MAX_NAME_CHARACTERS).collect(),
        groups: groups(claims, &options.groups_claim, known)?,
    })
}

fn groups(
    claims: &Map<String, Value>,
    claim: &str,
    known: &BTreeSet<&str>,
) -> Result<Vec<String>, SignInRefusal> {
    // Entra ID leaves the groups out if there are too many. Then a membership may be missed, and nobody could say why.
    if are_left_out(claims, claim) && !known.is_empty() {
        return Err(SignInRefusal::TooManyGroups);
    }
    let stated = match claims.get(claim) {
        Some(Value::String(group)) => vec![group.as_str()],
        Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    };
    if stated.is_empty() && !known.is_empty() {
        tracing::info!(claim, "the ID token states no groups");
    }
    let granted: BTreeSet<_> = stated.into_iter().filter(|group| known.contains(group)).collect();
    Ok(granted.into_iter().map(str::to_owned).collect())
}

/// Whether the provider says that the user has groups which the token does not list.
fn are_left_out(claims: &Map<String, Value>, claim: &str) -> bool {
    let is_elsewhere = claims.get("_claim_names").is_some_and(|names| names.get(claim).is_some());
    // What Entra ID states instead in tokens whose length is limited.
    let has_some = claim == "groups" && claims.get("hasgroups").is_some_and(|has| *has != Value::Bool(false));
    is_elsewhere || (has_some && !claims.contains_key(claim))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sign_in::PublicUrl;

    fn options(identity_claim: &str) -> SignInOptions {
        SignInOptions {
            issuer: "https://login.example".to_owned(),
            client_id: "posture".to_owned(),
            client_secret: None,
            public_url: PublicUrl::new("https://posture.example").unwrap(),
            scopes: Vec::new(),
            identity_claim: identity_claim.to_owned(),
            groups_claim: "groups".to_owned(),
            idle_seconds: 60,
            session_seconds: 600,
            key: None,
            signed_out_file: None,
        }
    }

    fn read(claim: &str, claims: Value) -> Result<Identified, SignInRefusal> {
        identified(claims.as_object().unwrap(), &options(claim), &BTreeSet::from(["admins", "readers"]))
    }

    /// SI-7
    #[test]
    fn a_user_is_who_the_claim_says_with_the_groups_that_memberships_name() {
        let claims = json!({ "sub": "248289", "name": "Ana", "groups": ["readers", "others", "admins", 7] });
        let groups = ["admins", "readers"].map(str::to_owned).to_vec();
        let ana = Identified { identity: "248289".to_owned(), name: "Ana".to_owned(), groups };
        assert_eq!(read("sub", claims), Ok(ana));
        assert_eq!(read("sub", json!({ "sub": "1", "groups": "admins" })).unwrap().groups, ["admins"]);
        assert_eq!(read("sub", json!({ "sub": "1" })).unwrap().name, "1");
    }

    /// SI-7
    #[test]
    fn a_user_that_the_token_does_not_identify_is_refused() {
        for claims in [
            json!({}),
            json!({ "oid": 7 }),
            json!({ "oid": "" }),
            json!({ "oid": " a" }),
            json!({ "oid": "a\nb" }),
        ] {
            assert_eq!(read("oid", claims), Err(SignInRefusal::NoIdentity("oid".to_owned())));
        }
        for claims in
            [json!({ "email": "a@b.example" }), json!({ "email": "a@b.example", "email_verified": "true" })]
        {
            assert_eq!(read("email", claims), Err(SignInRefusal::UnverifiedAddress));
        }
    }

    /// SI-7: as Entra ID says it.
    #[test]
    fn groups_that_the_token_leaves_out_are_not_read_as_none() {
        let elsewhere = json!({ "sub": "1", "_claim_names": { "groups": "src1" },
            "_claim_sources": { "src1": { "endpoint": "https://graph.example/getMemberObjects" } } });
        for claims in [elsewhere, json!({ "sub": "1", "hasgroups": true })] {
            assert_eq!(read("sub", claims.clone()), Err(SignInRefusal::TooManyGroups));
            let alone = identified(claims.as_object().unwrap(), &options("sub"), &BTreeSet::new());
            assert_eq!(alone.unwrap().groups, [""; 0], "no membership names a group");
            let roles = SignInOptions { groups_claim: "roles".to_owned(), ..options("sub") };
            let mut claims = claims;
            claims["roles"] = json!(["readers"]);
            let by_role = identified(claims.as_object().unwrap(), &roles, &BTreeSet::from(["readers"]));
            assert_eq!(by_role.unwrap().groups, ["readers"], "roles are stated in full");
        }
    }
}
