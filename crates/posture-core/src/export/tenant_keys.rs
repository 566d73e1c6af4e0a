//! The keys of a tenant that every export of it keeps.

/// What a tenant states about itself, apart from its collections, its signals and the viewer's capabilities.
pub(super) const TENANT_KEYS: [&str; 10] = [
    "id",
    "workspace_id",
    "external_id",
    "name",
    "environment",
    "domain",
    "labels",
    "status",
    "profile",
    "scopes",
];
