//! Which of two statements of a setting counts.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::args::{ServeArgs, Stated};

/// Settings with these fields as they are, and each other from the first of two values that states it. A field that is in neither list
/// does not compile.
macro_rules! first_stated {
    ($first:expr, $second:expr, { $($field:ident),* $(,)? }, as_they_are: { $($own:ident),* $(,)? }) => {{
        let (first, second) = ($first, $second);
        Stated { $($own,)* $($field: first.$field.or(second.$field),)* }
    }};
}

impl ServeArgs {
    /// Without what an environment variable states of a source, or of the database with marks, if a flag does.
    pub(crate) fn with_flags_first(mut self, given: &ArgMatches) -> Self {
        let is_flag = |name: &&str| given.value_source(name) == Some(ValueSource::CommandLine);
        let stated = &mut self.stated;
        let has_flag = |names: &[&str]| names.iter().any(is_flag);
        if has_flag(&["source", "store", "database_url", "database_url_file"]) {
            stated.source = stated.source.take().filter(|_| is_flag(&"source"));
            stated.store = stated.store.take().filter(|_| is_flag(&"store"));
            stated.database_url = stated.database_url.take().filter(|_| is_flag(&"database_url"));
            stated.database_url_file =
                stated.database_url_file.take().filter(|_| is_flag(&"database_url_file"));
        }
        if has_flag(&["reviews_database_url", "reviews_database_url_file"]) {
            stated.reviews_database_url =
                stated.reviews_database_url.take().filter(|_| is_flag(&"reviews_database_url"));
            stated.reviews_database_url_file =
                stated.reviews_database_url_file.take().filter(|_| is_flag(&"reviews_database_url_file"));
        }
        self
    }
}

impl Stated {
    /// These settings, and those of a file for what is not stated here. Sources replace each other as a whole.
    pub(super) fn over(self, file: Self) -> Self {
        let evidence = |stated: &Self| {
            let Self { source, store, database_url, database_url_file, .. } = stated;
            (source.clone(), store.clone(), database_url.clone(), database_url_file.clone())
        };
        let (source, store, database_url, database_url_file) =
            if self.source_count() > 0 { evidence(&self) } else { evidence(&file) };
        let reviews =
            |stated: &Self| (stated.reviews_database_url.clone(), stated.reviews_database_url_file.clone());
        let (reviews_database_url, reviews_database_url_file) = match reviews(&self) {
            (None, None) => reviews(&file),
            stated => stated,
        };
        let (access, notifications, notify) =
            (file.access.clone(), file.notifications.clone(), file.notify.clone());
        first_stated!(self, file, {
            allow_replacement, metrics_tenants, metrics_groups, policy, listen,
            auth, identity_header, proxy_from, host,
            public_url, oidc_issuer, oidc_client_id, oidc_client_secret_file, oidc_scope, oidc_identity_claim, oidc_groups_claim,
            session_key_file, signed_out_file, session_idle, session_length, tls_cert, tls_key,
            concurrency, answer_timeout, max_document, spool_folder, database_connections,
            metrics_listen, metrics_from, metrics_host, metrics_interval, audit_log, log, log_format,
        }, as_they_are: {
            source, store, database_url, database_url_file, reviews_database_url, reviews_database_url_file,
            access, notifications, notify,
        })
    }

    pub(super) fn source_count(&self) -> usize {
        let is_stated = [
            self.source.is_some(),
            self.store.is_some(),
            self.database_url.is_some(),
            self.database_url_file.is_some(),
        ];
        is_stated.into_iter().filter(|is_some| *is_some).count()
    }
}
