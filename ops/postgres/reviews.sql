-- Where marks on attention items are kept: a schema and a role of their own. Run it as a user who may create both:
--   psql --file reviews.sql DATABASE
-- The role cannot read evidence, and the role of role.sql, which reads evidence, can write nothing. Then set `reviews-database-url`.
-- Set a password, or map an operating-system user or a certificate to the role in pg_hba.conf.
-- To remove it: DROP SCHEMA posture_reviews CASCADE; DROP ROLE posture_reviews.
BEGIN;

CREATE ROLE posture_reviews LOGIN;

CREATE SCHEMA posture_reviews;

CREATE TABLE posture_reviews.reviews (
    workspace_id bigint NOT NULL,
    tenant_id bigint NOT NULL,
    item text NOT NULL,
    -- The mark as JSON.
    mark text NOT NULL,
    -- When it ends, in seconds since 1970.
    ends bigint NOT NULL,
    PRIMARY KEY (workspace_id, tenant_id, item)
);

GRANT USAGE ON SCHEMA posture_reviews TO posture_reviews;
GRANT SELECT, INSERT, UPDATE, DELETE ON posture_reviews.reviews TO posture_reviews;

COMMIT;
