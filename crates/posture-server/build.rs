//! Makes sure there is an app to embed: if none was built, a page that says how to build one.

use std::fs;
use std::io;
use std::path::Path;

const PLACEHOLDER: &str = "<!doctype html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><title>Posture</title></head>
<body>
<h1>The dashboard is not in this binary</h1>
<p>It was built without the browser app. <code>cargo xtask serve</code> builds both and starts them.</p>
<p>The data endpoint works all the same.</p>
</body>
</html>
";

#[expect(clippy::disallowed_methods, reason = "a build script prepares the folder that is embedded")]
fn main() -> io::Result<()> {
    let dist = Path::new("../../dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    let page = dist.join("index.html");
    if page.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(page, PLACEHOLDER)
}
