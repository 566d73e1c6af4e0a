//! Takes a picture of every page over the embedded demo and over files opened from it: light and dark at four widths, in print, in forced
//! colours, and with text of twice the size.
//! `cargo xtask screenshots` builds the server and starts this with its path; `--readme` renews the picture in `docs` too.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fantoccini::Locator;
use posture_core::{Id, Timestamp, paths};
use posture_tests::harness::{Browser, ColorScheme, READY, Server};
use posture_tests::pages::{self, Page};
use serde_json::{Value, json};

/// A way to look at a page.
struct Look {
    name: &'static str,
    /// The viewport's width in CSS pixels.
    width: u32,
    /// The medium, and what media queries about features answer.
    medium: &'static str,
    features: &'static [(&'static str, &'static str)],
    /// The size of text, in percent.
    text: u32,
}

impl Look {
    const fn on_screen(
        name: &'static str,
        width: u32,
        features: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { name, width, medium: "screen", features, text: 100 }
    }
}

const LIGHT: &[(&str, &str)] = &[("prefers-color-scheme", "light")];
const DARK: &[(&str, &str)] = &[("prefers-color-scheme", "dark")];

/// A small phone, a tablet, a desktop and a large screen, and what else changes a page's looks.
const LOOKS: [Look; 11] = [
    Look::on_screen("light-360", 360, LIGHT),
    Look::on_screen("light-768", 768, LIGHT),
    Look::on_screen("light-1440", 1440, LIGHT),
    Look::on_screen("light-2560", 2560, LIGHT),
    Look::on_screen("dark-360", 360, DARK),
    Look::on_screen("dark-768", 768, DARK),
    Look::on_screen("dark-1440", 1440, DARK),
    Look::on_screen("dark-2560", 2560, DARK),
    Look::on_screen("forced-colours", 1440, &[("forced-colors", "active"), ("prefers-color-scheme", "dark")]),
    // A sheet of A4 within its margins.
    Look { name: "print", width: 718, medium: "print", features: LIGHT, text: 100 },
    Look { name: "large-text", width: 1440, medium: "screen", features: LIGHT, text: 200 },
];

const HEIGHT: u32 = 900;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let binary = PathBuf::from(args.next().context("usage: screenshots POSTURE-BINARY [--readme]")?);
    let for_readme = args.any(|arg| arg == "--readme");

    // Chromium's driver takes no path with `..`.
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).canonicalize()?;
    let folder = root.join("target/screenshots");
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;

    let server = Server::start_binary::<&str>(&binary, &[])?;
    let browser = Browser::start().await?;
    for Page { name, path } in pages::of_demo(&server)? {
        picture_all_ways(&browser, &folder, name, &server.url(&path)).await?;
    }

    let today = demo_snapshot(&server)?;
    let files = [("today.json", today.clone()), ("tomorrow.json", a_day_later(today)?)];
    let files = files.map(|(name, snapshot)| (folder.join(name), snapshot));
    for (file, snapshot) in &files {
        write(file, &snapshot.to_string())?;
    }
    let names = files.map(|(file, _)| file.display().to_string());
    browser.goto(&server.url(paths::COMPARE)).await?;
    browser.wait_for("the page", READY).await?;
    browser.client().find(Locator::Id("file-picker")).await?.send_keys(&names.join("\n")).await?;
    browser.wait_for("the comparison", "document.querySelector('#totals')").await?;
    for (name, route) in
        [("compared", paths::COMPARE), ("review-overview", paths::OVERVIEW), ("review-files", paths::OPEN)]
    {
        // Navigate within the document: loading the address would require opening the file again.
        let address = format!("{}#{route}", server.url(paths::COMPARE));
        picture_all_ways(&browser, &folder, name, &address).await?;
    }
    if for_readme {
        let docs = root.join("docs");
        std::fs::create_dir_all(&docs).context("creating the folder docs")?;
        browser.set_color_scheme(ColorScheme::Light).await?;
        browser.set_viewport(1440, HEIGHT).await?;
        browser.goto(&server.url(paths::OVERVIEW)).await?;
        browser.wait_for("the page", READY).await?;
        take(&browser, &docs.join("overview.png"), false).await?;
    }
    Ok(())
}

async fn picture_all_ways(browser: &Browser, folder: &Path, name: &str, url: &str) -> Result<()> {
    for look in &LOOKS {
        let features: Vec<_> =
            look.features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let media = json!({ "media": look.medium, "features": features });
        browser.devtools("Emulation.setEmulatedMedia", media).await?;
        browser.set_viewport(look.width, HEIGHT).await?;
        browser.goto(url).await?;
        browser.wait_for("the page", READY).await?;
        let size = format!("document.documentElement.style.fontSize = '{}%'; return true;", look.text);
        browser.client().execute(&size, Vec::new()).await?;
        take(browser, &folder.join(format!("{name}-{}.png", look.name)), true).await?;
    }
    Ok(())
}

async fn take(browser: &Browser, picture: &Path, whole_page: bool) -> Result<()> {
    browser.screenshot(picture, whole_page).await?;
    println!("{}", picture.display());
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a file to be opened")]
fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}

/// The first workspace's snapshot.
fn demo_snapshot(server: &Server) -> Result<Value> {
    let workspaces = pages::get(&server.url(paths::API_WORKSPACES))?;
    let id =
        workspaces["workspaces"][0]["id"].as_u64().and_then(Id::new).context("the demo has no workspace")?;
    pages::get(&server.url(&paths::api_snapshot(id)))
}

/// The same evidence, exported a day later.
fn a_day_later(mut snapshot: Value) -> Result<Value> {
    let exported_at = snapshot["exported_at"].as_str().and_then(Timestamp::parse);
    let exported_at = exported_at.context("the demo says no time of export")?;
    let later = Timestamp::from_unix_seconds(exported_at.unix_seconds() + 86_400)
        .context("a day later is out of range")?;
    snapshot["exported_at"] = Value::from(later.to_string());
    Ok(snapshot)
}
