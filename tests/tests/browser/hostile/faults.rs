//! Every page over hostile texts, and what may be wrong with one.

use posture_core::{Id, paths};
use posture_tests::harness::ColorScheme;
use posture_tests::hostile::{KEYS, TEXTS};

use crate::stage::Stage;

/// The widest a page may be on a telephone.
const NARROW: u32 = 360;
/// How tall a page may be, in CSS pixels: some forty screens of a telephone.
const TALL: u64 = 30_000;
/// How many characters a page's source may have, however long its texts are.
const LARGE: usize = 500_000;

/// Every text there is, one after the other.
pub(super) fn all_texts() -> String {
    TEXTS.map(|(_, text)| text).join(" ")
}

/// Every page over the workspace, in which `named` is the route key of the tenant whose key is hostile too.
pub(super) fn pages(named: &str) -> Vec<String> {
    let id = |id| Id::new(id).unwrap();
    let of_tenant = KEYS.into_iter().chain([named]).flat_map(|key| {
        [
            paths::tenant(key),
            paths::backup_sets(key, None),
            paths::backup_set(key, id(1), None),
            paths::backup_set(key, id(2), None),
            paths::backup_schedules(key, None),
            paths::restore_runs(key, None),
            paths::restore_run(key, id(1), None),
            paths::restore_run(key, id(2), None),
        ]
    });
    let shared = [
        paths::OVERVIEW,
        paths::WORKSPACES,
        paths::CHOOSE_TENANT,
        paths::TENANTS,
        paths::FORECAST,
        paths::WHAT_IF,
    ];
    shared.into_iter().map(str::to_owned).chain(of_tenant).collect()
}

/// What is wrong with the page shown, a line each.
const FAULTS: &str = "(() => {
    const faults = [];
    if (window.posture_ran) faults.push('text ran');
    const odd = document.querySelectorAll('main script, main style, main iframe, main object, main embed, main img, main base, main form[action], main meta');
    for (const element of odd) faults.push('an element came of text: ' + element.outerHTML.slice(0, 120));
    for (const element of document.querySelectorAll('body *'))
        for (const { name } of element.attributes)
            if (/^on/.test(name) || name === 'autofocus') faults.push('an attribute came of text: ' + name);
    for (const link of document.querySelectorAll('a[href]')) {
        const { protocol, href } = new URL(link.getAttribute('href'), document.baseURI);
        if (!/^(https?|file):$/.test(protocol)) faults.push('a link leads to ' + href.slice(0, 120));
    }
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
        const isWide = element => element.getBoundingClientRect().right > root.clientWidth + 1;
        const widest = [...document.querySelectorAll('body *')].filter(e => isWide(e) && !e.closest('.table-frame') && ![...e.children].some(isWide));
        faults.push(root.scrollWidth + ' pixels wide: ' + widest.slice(0, 3).map(e => e.tagName + '.' + (e.getAttribute('class') ?? '') + ' in ' + (e.parentElement.getAttribute('class') ?? e.parentElement.tagName)).join(', '));
    }
    const source = [...document.querySelectorAll('header, main, footer')].reduce((sum, part) => sum + part.outerHTML.length, 0);
    if (source > LARGE) faults.push(source + ' characters of source');
    if (root.scrollHeight > TALL) faults.push(root.scrollHeight + ' pixels tall');
    return faults;
})()";

/// Adds what is wrong with the page shown.
pub(super) async fn look(stage: &Stage, what: &str, faults: &mut String) {
    let script = FAULTS.replace("TALL", &TALL.to_string()).replace("LARGE", &LARGE.to_string());
    let found = stage.eval(&script).await;
    for fault in found.as_array().unwrap() {
        *faults += &format!("\n{what}: {}", fault.as_str().unwrap_or_default());
    }
}

/// Opens every page, narrow in the dark and wide in the light, and adds what is wrong with it.
pub(super) async fn visit(stage: &Stage, pages: &[String], faults: &mut String, open: impl AsyncFn(&str)) {
    for (width, height, scheme) in [(NARROW, 740, ColorScheme::Dark), (1440, 900, ColorScheme::Light)] {
        stage.browser.set_viewport(width, height).await.unwrap();
        stage.browser.set_color_scheme(scheme).await.unwrap();
        for page in pages {
            open(page).await;
            stage.is_ready().await;
            let shown = page.chars().take(200).collect::<String>();
            look(stage, &format!("{shown} at {width}"), faults).await;
        }
    }
}

pub(super) fn assert_none(faults: &str) {
    assert!(faults.is_empty(), "hostile text does something:{faults}");
}
