//! Takes a picture of every page, light and dark, narrow and wide, over the embedded demo.
//! `cargo xtask screenshots` builds the server and starts this with its path; `--readme` renews `docs/overview.png` too.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use posture_tests::harness::{Browser, ColorScheme, READY, Server};

/// Name and path of each page; `{tenant}` stands for the path of the first tenant the overview links.
const PAGES: [(&str, &str); 5] = [
    ("overview", "/admin"),
    ("tenant", "{tenant}"),
    ("choose-tenant", "/admin/choose-tenant"),
    ("backup-sets", "{tenant}/backup-sets"),
    ("compare", "/compare"),
];

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
    let tenant = first_tenant(&browser, &server).await?;
    for (name, path) in PAGES {
        let url = server.url(&path.replace("{tenant}", &tenant));
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

/// The path of the first tenant page that the overview links.
async fn first_tenant(browser: &Browser, server: &Server) -> Result<String> {
    browser.goto(&server.url("/admin")).await?;
    let link = "document.querySelector('main a[href^=\"/admin/t/\"]')?.getAttribute('href')";
    let href = browser.wait_for("a link to a tenant", link).await?;
    let path = href.as_str().unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let tenant: Vec<_> = path.split('/').take(4).collect();
    ensure!(tenant.len() == 4, "the overview links {path:?}, which is no tenant's page");
    Ok(tenant.join("/"))
}
