//! Stores that somebody else made, with what no import writes.

use std::fs;
use std::path::Path;

use sqlx::{Connection as _, SqliteConnection};

use crate::endpoint::Endpoint;
use crate::store::{change, import, store};
use crate::support::{Files, run, runtime};

/// ES-44: whatever is in the place of a table is never run, by any command.
#[test]
fn a_store_that_somebody_else_made_is_refused_before_it_is_read() {
    let files = Files::new();
    let snapshot = files.path("a.json");
    let endless = "WITH RECURSIVE endless(place) AS (SELECT 0 UNION ALL SELECT place + 1 FROM endless)";
    let tenants = format!(
        "DROP TABLE tenants; CREATE VIEW tenants AS {endless} SELECT 1 AS workspace_id, place, 1 AS id, \
         'a' AS external_id, 1 AS is_readable, x'' AS slim, x'' AS whole, x'' AS slim_sum, x'' AS whole_sum FROM endless"
    );
    let made = [
        ("an endless view for a table", tenants),
        (
            "an endless view for what SQLite says of itself",
            format!("CREATE VIEW pragma_user_version AS {endless} SELECT place AS user_version FROM endless"),
        ),
        (
            "a trigger",
            format!(
                "CREATE TRIGGER more AFTER DELETE ON tenants BEGIN INSERT INTO tenants (place) {endless} SELECT place FROM endless; END"
            ),
        ),
        ("a virtual table", "CREATE VIRTUAL TABLE more USING fts5(text)".to_owned()),
        ("a generated column", "ALTER TABLE workspaces ADD COLUMN more TEXT AS (hex(name))".to_owned()),
        ("a table less", "DROP TABLE reviews".to_owned()),
        ("an index of its own", "CREATE INDEX more ON tenants (place)".to_owned()),
    ];
    for (what, statements) in made {
        let path = import(&files, "calm");
        change(&path, statements);
        let (path_text, copy) = (path.to_str().unwrap(), files.path("copy.sqlite"));
        let commands = [
            (2, vec!["store", "check", "--store", path_text]),
            (2, vec!["store", "backup", copy.to_str().unwrap(), "--store", path_text]),
            (2, vec!["serve", "--store", path_text, "--listen", "127.0.0.1:0"]),
            (1, vec!["import", snapshot.to_str().unwrap(), "--store", path_text]),
        ];
        for (code, command) in commands {
            let refused = run(&command);
            assert_eq!(refused.code, Some(code), "{what}: {command:?}: {}", refused.stderr);
            assert!(refused.stderr.contains("that Posture did not create"), "{what}: {}", refused.stderr);
        }
        assert!(!copy.exists(), "{what}");
        std::fs::remove_file(path).unwrap();
    }
}

/// ES-44: what SQLite adds for itself changes nothing.
#[test]
fn a_store_with_statistics_is_served() {
    let files = Files::new();
    let path = import(&files, "workspace-order");
    change(&path, "ANALYZE");
    assert_eq!(store(&["check"], &path).code, Some(0));
    let endpoint = Endpoint::start(["--store".as_ref(), path.as_os_str()]);
    assert_eq!(endpoint.get("/api/v1/workspaces/1/report").status, 200);
}

/// ES-45
#[test]
fn a_store_whose_pages_lead_to_each_other_holds_up_nothing() {
    let indexes = ["tenants_by_id", "tenants_by_external_id", "sqlite_autoindex_tenants_1"];
    for trees in [&["workspaces"][..], &indexes] {
        let files = Files::new();
        let path = import(&files, "calm");
        for tree in trees {
            make_endless(&path, tree);
        }
        let checked = store(&["check"], &path);
        assert_eq!(checked.code, Some(3), "{trees:?}: {}", checked.stderr);
        assert!(checked.text().contains("The file is damaged"), "{trees:?}: {}", checked.text());
        let copy = files.path("copy.sqlite");
        let copied = store(&["backup", copy.to_str().unwrap()], &path);
        assert_eq!(copied.code, Some(1), "{trees:?}: {}", copied.text());
        assert!(!copy.exists());
        let endpoint = Endpoint::start(["--store".as_ref(), path.as_os_str()]);
        assert_eq!(endpoint.get("/api/v1/workspaces").status, 503, "{trees:?}");
        assert_eq!(endpoint.get("/healthz").status, 200);
        // It may find the one row that it replaces, or not. It ends.
        let snapshot = files.path("a.json");
        run(["import", snapshot.to_str().unwrap(), "--store", path.to_str().unwrap()]);
    }
}

/// Puts levels of pages above the one page of a tree. Each leads to the next level four hundred times.
fn make_endless(store: &Path, tree: &'static str) {
    const PAGE: usize = 4096;
    const LEVELS: usize = 12;
    let root: u32 = runtime().block_on(async {
        let mut connection =
            SqliteConnection::connect(&format!("sqlite://{}", store.display())).await.unwrap();
        let root = sqlx::query_scalar("SELECT rootpage FROM sqlite_master WHERE name = $1").bind(tree);
        let root = root.fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        root
    });
    let mut file = fs::read(store).unwrap();
    let at = (root as usize - 1) * PAGE;
    let leaf = file[at..at + PAGE].to_vec();
    let (kind, key) = match leaf[0] {
        13 => (5, vec![1]),
        10 => {
            let cell = usize::from(u16::from_be_bytes([leaf[8], leaf[9]]));
            (2, leaf[cell..=cell + usize::from(leaf[cell])].to_vec())
        }
        other => panic!("{tree} has more than one page: {other}"),
    };
    let above = |child: u32| {
        let cell = [&child.to_be_bytes()[..], &key].concat();
        let cells = 400.min((PAGE - 12) / (cell.len() + 2));
        let first = PAGE - cells * cell.len();
        let short = |number: usize| u16::try_from(number).unwrap().to_be_bytes();
        let mut page = [&[kind, 0, 0][..], &short(cells), &short(first), &[0], &child.to_be_bytes()].concat();
        page.extend((0..cells).flat_map(|place| short(first + place * cell.len())));
        page.resize(first, 0);
        page.extend(cell.repeat(cells));
        page
    };
    let pages = u32::try_from(file.len() / PAGE).unwrap();
    file[at..at + PAGE].copy_from_slice(&above(pages + 1));
    for level in 1..LEVELS {
        file.extend(above(pages + 1 + u32::try_from(level).unwrap()));
    }
    file.extend(leaf);
    let pages = u32::try_from(file.len() / PAGE).unwrap();
    file[28..32].copy_from_slice(&pages.to_be_bytes());
    fs::write(store, file).unwrap();
}
