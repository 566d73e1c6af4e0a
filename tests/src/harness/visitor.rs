use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use posture_core::paths;
use ureq::http::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

/// A client that keeps cookies, as a browser does, and signs in with a provider's forms.
pub struct Visitor {
    agent: ureq::Agent,
    /// By name. Servers of one machine share them.
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// Signs in to a server as somebody whom [`super::Provider`] knows.
    ///
    /// # Errors
    ///
    /// If server and provider do not lead to a session.
    pub fn signed_in(origin: &str, name: &str) -> Result<Self> {
        let agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build();
        let mut visitor = Self { agent: agent.into(), cookies: BTreeMap::new() };
        let form = visitor
            .follow(&Url::parse(origin)?.join(paths::SIGN_IN)?, |path| path.contains("/interaction/"))?;
        let fields = [("prompt", "login"), ("login", name), ("password", "any")];
        let answer = visitor.agent.post(form.as_str()).header(COOKIE, visitor.cookie()).send_form(fields)?;
        let next = visitor.next(&form, &answer).context("the provider's form leads nowhere")?;
        visitor.follow(&next, |path| path.starts_with(paths::OVERVIEW))?;
        Ok(visitor)
    }

    /// The value of the header `Cookie`.
    #[must_use]
    pub fn cookie(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Opens an address and what it leads to, until a path is the one that is looked for.
    fn follow(&mut self, from: &Url, is_end: fn(&str) -> bool) -> Result<Url> {
        let mut at = from.clone();
        for _ in 0..10 {
            let answer = self.agent.get(at.as_str()).header(COOKIE, self.cookie()).call()?;
            at = self
                .next(&at, &answer)
                .with_context(|| format!("{at} leads nowhere: {}", answer.status()))?;
            if is_end(at.path()) {
                return Ok(at);
            }
        }
        bail!("{from} leads nowhere within ten redirects")
    }

    /// Takes the cookies of an answer, and returns where it leads.
    fn next(&mut self, at: &Url, answer: &ureq::http::Response<ureq::Body>) -> Option<Url> {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().ok()?.split(';').next()?.split_once('=')?;
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        at.join(answer.headers().get(LOCATION)?.to_str().ok()?).ok()
    }
}
