-- Marks on attention items. Imports leave them alone.
CREATE TABLE reviews (
    workspace_id INTEGER NOT NULL,
    tenant_id INTEGER NOT NULL,
    item TEXT NOT NULL,
    -- The mark as JSON.
    mark TEXT NOT NULL,
    -- When it ends, in seconds since 1970.
    ends INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, tenant_id, item)
) STRICT;
