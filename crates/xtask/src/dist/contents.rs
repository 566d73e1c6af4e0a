//! Everything that belongs to the program, where the archive has it.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::job::{Entry, Job, Tree};
use super::{files, licences, packages, sbom};
use crate::step::{self, command};
use crate::workspace;

/// The shells, and what each expects a completion script to be called.
const SHELLS: [(&str, &str); 4] =
    [("bash", "posture.bash"), ("zsh", "_posture"), ("fish", "posture.fish"), ("powershell", "_posture.ps1")];

/// Files of the repository that are packed as they are.
const TEXTS: [&str; 5] = ["CHANGELOG.md", "LICENSE", "LICENSE-APACHE", "LICENSE-MIT", "SECURITY.md"];
/// Folders whose texts are packed: examples of configuration, the guide, and what it refers to.
const FOLDERS: [&str; 3] = ["docs", "ops", "specs"];

pub(super) fn gather(job: &Job<'_>) -> Result<Tree> {
    let mut tree = Tree::new();
    tree.insert(job.target.program().to_owned(), Entry::program(files::read(job.program)?));
    for name in TEXTS {
        tree.insert(name.to_owned(), Entry::file(files::read(&workspace::root().join(name))?));
    }
    for name in FOLDERS {
        add_folder(&mut tree, &workspace::root().join(name), name)?;
    }
    // The pictures are for the README.
    tree.retain(|name, _| !name.ends_with(".png"));
    let guide = files::read_text(&workspace::root().join("docs/install.md"))?;
    tree.insert("INSTALL.md".to_owned(), Entry::file(at_the_top(&guide)));
    add_completions(&mut tree, job.helper)?;
    add_manual_pages(&mut tree, job.helper)?;
    let shipped = packages::shipped(job.target)?;
    tree.insert("THIRD-PARTY-LICENCES.txt".to_owned(), Entry::file(licences::text(&shipped)?));
    tree.insert("posture.cdx.json".to_owned(), Entry::file(sbom::document(&shipped)?));
    Ok(tree)
}

/// A page of `docs`, with the links that it has to have one folder up.
fn at_the_top(page: &str) -> String {
    const ABOVE: &str = "\u{0}";
    let linked = page.replace("](../", ABOVE).replace("](", "](docs/").replace(ABOVE, "](");
    linked.replace("](docs/#", "](#").replace("](docs/http", "](http")
}

fn add_folder(tree: &mut Tree, folder: &Path, name: &str) -> Result<()> {
    for file in files::below(folder)? {
        let bytes = files::read(&folder.join(&file))?;
        tree.insert(format!("{name}/{}", file.display()), Entry::file(bytes));
    }
    Ok(())
}

fn add_completions(tree: &mut Tree, helper: &Path) -> Result<()> {
    for (shell, name) in SHELLS {
        let script = step::probe(command(helper).args(["completions", shell]))
            .with_context(|| format!("{} wrote no completions for {shell}", helper.display()))?;
        tree.insert(format!("completions/{name}"), Entry::file(script));
    }
    Ok(())
}

fn add_manual_pages(tree: &mut Tree, helper: &Path) -> Result<()> {
    let folder = tempfile::tempdir().context("Failed to create a folder for manual pages")?;
    step::probe(command(helper).args(["man", "--output"]).arg(folder.path()))
        .with_context(|| format!("{} wrote no manual pages", helper.display()))?;
    add_folder(tree, folder.path(), "man")
}
