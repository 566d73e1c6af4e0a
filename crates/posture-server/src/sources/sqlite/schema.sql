-- The first version of a store: each workspace's last import, and its tenants' texts in the document's order.
CREATE TABLE workspaces (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    slug TEXT,
    exported_at TEXT NOT NULL,
    -- The snapshot document without its tenants.
    head TEXT NOT NULL,
    -- SHA-256 of the imported document.
    digest TEXT NOT NULL,
    -- How many tenants it has, and the checksum of this row.
    tenants INTEGER NOT NULL,
    sum BLOB NOT NULL
) STRICT;

CREATE TABLE tenants (
    workspace_id INTEGER NOT NULL,
    place INTEGER NOT NULL,
    -- Null if that much cannot be read.
    id INTEGER,
    external_id TEXT,
    is_readable INTEGER NOT NULL,
    -- As the slim export has it, and as it was exported.
    slim BLOB NOT NULL,
    whole BLOB NOT NULL,
    -- Checksums of this row with either text.
    slim_sum BLOB NOT NULL,
    whole_sum BLOB NOT NULL,
    PRIMARY KEY (workspace_id, place)
) STRICT;

CREATE INDEX tenants_by_id ON tenants (workspace_id, id);
CREATE INDEX tenants_by_external_id ON tenants (workspace_id, external_id);
