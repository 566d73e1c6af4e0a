//! Which file of a crate uses which other: by `use` and by paths in code, through re-exports to the file that defines the name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::tokens::{Token, tokens};

/// A module's path within its crate; empty for the crate's root.
type Module = Vec<String>;

/// A file and a file it imports from, as paths below the crate's `src` without `.rs` and `mod`; the root is `lib`.
pub(crate) type Import = (String, String);

/// One crate's files.
pub(crate) struct Crate {
    /// Its path: `posture-core`, or `wasm-tools/bin/finish` for a program of several files.
    pub(crate) name: String,
    sources: BTreeMap<Module, Vec<Token>>,
}

/// A path as it is written, and the name it is re-exported by, if it is.
struct Use {
    path: Vec<String>,
    exported_as: Option<String>,
}

/// Every crate of the workspace's `crates` folder and of its tests.
pub(crate) fn crates(root: &Path) -> Vec<Crate> {
    let mut crates = Vec::new();
    let packages = root.join("crates").read_dir().unwrap().map(|entry| entry.unwrap().path());
    for package in packages.chain([root.join("tests")]) {
        let name = package.file_name().unwrap().to_string_lossy().into_owned();
        let mut roots = vec![(name.clone(), package.join("src"))];
        for program in package.join("src/bin").read_dir().into_iter().flatten() {
            let path = program.unwrap().path();
            if path.is_dir() {
                let program = path.file_name().unwrap().to_string_lossy().into_owned();
                roots.push((format!("{name}/bin/{program}"), path));
            }
        }
        for (name, folder) in roots {
            let mut sources = BTreeMap::new();
            read(&folder, &Vec::new(), &mut sources);
            crates.push(Crate { name, sources });
        }
    }
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    crates
}

fn read(folder: &Path, module: &Module, sources: &mut BTreeMap<Module, Vec<Token>>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let child: Module = module.iter().cloned().chain([name.clone()]).collect();
        if path.is_dir() && name != "bin" {
            read(&path, &child, sources);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let is_root = name == "mod" || (module.is_empty() && ["lib", "main"].contains(&name.as_str()));
            let module = if is_root { module.clone() } else { child };
            // A program next to a library uses it by name, like any other crate.
            if name != "main" || !folder.join("lib.rs").is_file() {
                sources.insert(module, tokens(&std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
}

impl Crate {
    /// Every import between two of its files.
    pub(crate) fn imports(&self) -> BTreeSet<Import> {
        let uses: BTreeMap<&Module, Vec<Use>> =
            self.sources.iter().map(|(module, tokens)| (module, self.uses(module, tokens))).collect();
        let mut imports = BTreeSet::new();
        for (module, uses_of_it) in &uses {
            for path in uses_of_it.iter().filter(|each| each.exported_as.is_none()).map(|each| &each.path) {
                let used = self.defining(path, &uses, 0);
                if used != **module {
                    imports.insert((file(module), file(&used)));
                }
            }
        }
        imports
    }

    /// Every path into this crate that a file's tokens hold.
    fn uses(&self, module: &Module, tokens: &[Token]) -> Vec<Use> {
        let mut found: Vec<Use> = Vec::new();
        let mut in_scope: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut at = 0;
        while at < tokens.len() {
            let follows_a_path = at > 0 && matches!(tokens[at - 1], Token::Colons | Token::Other('.'));
            match &tokens[at] {
                Token::Name(name) if name == "use" => {
                    let is_public = |back: usize| {
                        at >= back && matches!(&tokens[at - back], Token::Name(before) if before == "pub")
                    };
                    // `pub use` or `pub(crate) use`
                    let is_exported = is_public(1) || is_public(4);
                    let (paths, length) = tree(&tokens[at + 1..]);
                    for (path, alias) in paths {
                        let Some(path) = self.absolute(module, path) else { continue };
                        in_scope.insert(alias.clone(), path.clone());
                        found.push(Use { path, exported_as: is_exported.then_some(alias) });
                    }
                    at += length + 1;
                }
                Token::Name(first) if !follows_a_path && tokens.get(at + 1) == Some(&Token::Colons) => {
                    let (paths, length) = tree(&tokens[at..]);
                    for (path, _) in paths {
                        let path = match in_scope.get(first) {
                            Some(imported) => Some([imported, &path[1..]].concat()),
                            None => self.absolute(module, path),
                        };
                        found.extend(path.map(|path| Use { path, exported_as: None }));
                    }
                    at += length;
                }
                Token::Name(_) | Token::Colons | Token::Other(_) => at += 1,
            }
        }
        found
    }

    /// A path from the crate's root, if the path leads into this crate.
    fn absolute(&self, module: &Module, path: Vec<String>) -> Option<Vec<String>> {
        let mut base = module.clone();
        let mut rest = path.as_slice();
        match rest.first()?.as_str() {
            "crate" => return Some(rest[1..].to_vec()),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|first| first == "super") {
                    base.pop()?;
                    rest = &rest[1..];
                }
            }
            child => {
                let child: Module = module.iter().cloned().chain([child.to_owned()]).collect();
                self.sources.get(&child)?;
            }
        }
        Some([&base, rest].concat())
    }

    /// The module that defines what a path names.
    fn defining(&self, path: &[String], uses: &BTreeMap<&Module, Vec<Use>>, depth: usize) -> Module {
        let length = (0..=path.len()).rev().find(|length| self.sources.contains_key(&path[..*length]));
        let (module, rest) = path.split_at(length.unwrap_or(0));
        let [name, further @ ..] = rest else { return module.to_vec() };
        let exports =
            uses.get(&module.to_vec()).into_iter().flatten().filter(|each| each.exported_as.is_some());
        for Use { path, exported_as } in exports.filter(|_| depth < 8) {
            if exported_as.as_ref() == Some(name) {
                return self.defining(&[path, further].concat(), uses, depth + 1);
            }
            if let [globbed @ .., last] = path.as_slice()
                && last == "*"
                && self.defines(globbed, name)
            {
                return globbed.to_vec();
            }
        }
        module.to_vec()
    }

    /// Whether a module holds an item of this name.
    fn defines(&self, module: &[String], name: &str) -> bool {
        const KINDS: [&str; 8] = ["const", "enum", "fn", "static", "struct", "trait", "type", "macro_rules"];
        self.sources.get(module).is_some_and(|tokens| {
            tokens.windows(2).any(|pair| {
                matches!(pair, [Token::Name(kind), Token::Name(item)] if KINDS.contains(&kind.as_str()) && item == name)
            })
        })
    }
}

fn file(module: &Module) -> String {
    if module.is_empty() { "lib".to_owned() } else { module.join("/") }
}

/// The paths of a `use` tree, each with the name it brings into scope, and how many tokens the tree has.
fn tree(tokens: &[Token]) -> (Vec<(Vec<String>, String)>, usize) {
    let mut path: Vec<String> = Vec::new();
    let mut at = 0;
    loop {
        match tokens.get(at) {
            Some(Token::Name(name)) if name == "as" => {
                let Some(Token::Name(alias)) = tokens.get(at + 1) else { break };
                return (vec![(path, alias.clone())], at + 2);
            }
            Some(Token::Name(name)) => path.push(name.clone()),
            Some(Token::Other('*')) if tokens.get(at.wrapping_sub(1)) == Some(&Token::Colons) => {
                path.push("*".to_owned())
            }
            Some(Token::Other('{')) if at == 0 || tokens[at - 1] == Token::Colons => {
                let mut paths = Vec::new();
                at += 1;
                while at < tokens.len() && tokens[at] != Token::Other('}') {
                    let (inner, length) = tree(&tokens[at..]);
                    let whole = inner.into_iter().map(|(end, alias)| {
                        let end = if end == ["self"] { Vec::new() } else { end };
                        let path = [path.clone(), end].concat();
                        let alias =
                            if alias == "self" { path.last().cloned().unwrap_or_default() } else { alias };
                        (path, alias)
                    });
                    paths.extend(whole);
                    at += length.max(1);
                    if tokens.get(at) == Some(&Token::Other(',')) {
                        at += 1;
                    }
                }
                return (paths, at + 1);
            }
            _ => break,
        }
        at += 1;
        if tokens.get(at) == Some(&Token::Colons) {
            at += 1;
        } else if !matches!(tokens.get(at), Some(Token::Name(name)) if name == "as") {
            break;
        }
    }
    let alias = path.last().cloned().unwrap_or_default();
    (vec![(path, alias)], at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The imports of a crate with these files.
    fn imports(files: &[(&str, &str)]) -> Vec<Import> {
        let sources = files.iter().map(|(module, source)| {
            let module = module.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            (module, tokens(source))
        });
        Crate { name: String::new(), sources: sources.collect() }.imports().into_iter().collect()
    }

    fn import(from: &str, to: &str) -> Import {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn uses_and_paths_in_code_are_imports() {
        let files = [
            ("", "mod a; mod b;"),
            ("a", "use crate::b::{self, c::D as E}; use std::fmt;"),
            ("b", "mod c; fn f() { super::a::g(); c::h() }"),
            ("b/c", "fn h() { let x = crate::a::X { y: other::z() }; }"),
        ];
        let expected =
            [import("a", "b"), import("a", "b/c"), import("b", "a"), import("b", "b/c"), import("b/c", "a")];
        assert_eq!(imports(&files), expected);
    }

    #[test]
    fn names_from_an_imported_module_count_as_imports_of_its_file() {
        let files = [
            ("", "mod a; mod words;"),
            ("a", "use crate::words; fn f() { words::title() }"),
            ("words", "mod backup; mod time; pub use backup::*; pub use time::*;"),
            ("words/backup", "pub fn other() {}"),
            ("words/time", "pub fn title() {}"),
        ];
        assert_eq!(imports(&files), [import("a", "words"), import("a", "words/time")]);
    }

    #[test]
    fn a_name_that_is_re_exported_is_imported_from_the_file_that_defines_it() {
        let files = [
            ("", "mod a; mod b; pub(crate) use b::B;"),
            ("a", "use crate::B; use crate::b::C;"),
            ("b", "mod c; pub use c::C;"),
            ("b/c", ""),
        ];
        assert_eq!(imports(&files), [import("a", "b"), import("a", "b/c")]);
    }
}
