//! Takes a picture of every page, light and dark, narrow and wide, over the embedded demo.
//! `cargo xtask screenshots` builds the server and starts this with its path; `--readme` renews `docs/overview.png` too.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use posture_tests::harness::{Browser, ColorScheme, READY, Server};
use posture_tests::pages::{self, Page};

const SCHEMES: [(&str, ColorScheme); 2] = [("light", ColorScheme::Light), ("dark", ColorScheme::Dark)];

/// Widths in CSS pixels: a small phone and a desktop.
const WIDTHS: [u32; 2] = [360, 1440];

const HEIGHT: u32 = 900;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let binary = PathBuf::from(args.next().context("usage: screenshots POSTURE-BINARY [--readme]")?);
    let for_readme = args.any(|arg| arg == "--readme");

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("tests/ lies in the workspace")?;
    let folder = root.join("target/screenshots");
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;

    let server = Server::start_binary::<&str>(&binary, &[])?;
    let browser = Browser::start().await?;
    for Page { name, path } in pages::of_demo(&server)? {
        let url = server.url(&path);
        for (scheme_name, scheme) in SCHEMES {
            browser.set_color_scheme(scheme).await?;
            for width in WIDTHS {
                browser.set_viewport(width, HEIGHT).await?;
                browser.goto(&url).await?;
                browser.wait_for("the page", READY).await?;
                let picture = folder.join(format!("{name}-{scheme_name}-{width}.png"));
                browser.screenshot(&picture, true).await?;
                println!("{}", picture.display());
            }
        }
    }
    if for_readme {
        let picture = root.join("docs/overview.png");
        std::fs::create_dir_all(root.join("docs")).context("creating the folder docs")?;
        browser.set_color_scheme(ColorScheme::Light).await?;
        browser.set_viewport(1440, HEIGHT).await?;
        browser.goto(&server.url("/admin")).await?;
        browser.wait_for("the page", READY).await?;
        browser.screenshot(&picture, false).await?;
        println!("{}", picture.display());
    }
    Ok(())
}
