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
const TEXTS: [(&str, &str); 5] = [
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE", "LICENSE"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("docs/install.md", "INSTALL.md"),
];

pub(super) fn gather(job: &Job<'_>) -> Result<Tree> {
    let mut tree = Tree::new();
    tree.insert(job.target.program().to_owned(), Entry::program(files::read(job.program)?));
    for (source, name) in TEXTS {
        tree.insert(name.to_owned(), Entry::file(files::read(&workspace::root().join(source))?));
    }
    add_folder(&mut tree, &workspace::root().join("ops"), "ops")?;
    add_completions(&mut tree, job.helper)?;
    add_manual_pages(&mut tree, job.helper)?;
    let shipped = packages::shipped(job.target)?;
    tree.insert("THIRD-PARTY-LICENCES.txt".to_owned(), Entry::file(licences::text(&shipped)?));
    tree.insert("posture.cdx.json".to_owned(), Entry::file(sbom::document(&shipped)?));
    Ok(tree)
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
