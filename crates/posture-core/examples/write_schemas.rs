//! Writes `specs/schema/snapshot.schema.json` and `report.schema.json` again.

use std::path::Path;

use posture_core::schema;

#[expect(clippy::disallowed_methods, reason = "writes what it generates into the repository")]
fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/schema");
    for (name, schema) in [("snapshot", schema::snapshot_schema()), ("report", schema::report_schema())] {
        std::fs::write(folder.join(format!("{name}.schema.json")), format!("{schema:#}\n"))?;
    }
    Ok(())
}
