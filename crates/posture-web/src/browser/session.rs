//! Who is signed in at the endpoint, and signing out.

use gloo_net::http::Request;
use leptos::prelude::window;
use posture_core::paths;

use super::fetch::{FetchFailure, json, location_of, refusal, text_of, unreachable};

/// The reader, as the endpoint knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// What to call them.
    pub name: String,
    /// Who they are.
    pub identity: String,
    /// Whether they signed in here, so that they can sign out here.
    pub has_signed_in: bool,
}

/// Who the reader is; `None` if the endpoint authenticates nobody.
pub async fn reader() -> Result<Option<Reader>, FetchFailure> {
    let answer = json(paths::API_SESSION).await?;
    let Some(identity) = text_of(&answer, "identity") else { return Ok(None) };
    let name = text_of(&answer, "name").unwrap_or_else(|| identity.clone());
    let has_signed_in = text_of(&answer, "auth").as_deref() == Some("oidc");
    Ok(Some(Reader { name, identity, has_signed_in }))
}

/// Ends the session, and goes where the endpoint says.
pub async fn sign_out() -> Result<(), FetchFailure> {
    let url = paths::SIGN_OUT;
    let response = Request::post(url).send().await.map_err(|_| unreachable(url))?;
    if !response.ok() {
        return Err(refusal(url, response).await);
    }
    let location = location_of(url, response).await?;
    // If the browser refuses, the session has ended anyway, and the next request says so.
    let _refused = window().location().assign(&location);
    Ok(())
}
