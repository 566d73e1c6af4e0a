//! Output of the command line, and files for spreadsheets.

use posture_core::export::csv::{Separator, findings_csv, registry_csv};
use posture_core::views::reviews::Marks;
use posture_tests::hostile::snapshot;
use serde_json::{Value, json};

use super::faults::all_texts;
use crate::evidence::write;
use crate::stage::posture;

/// TH-4, CL-4: nothing that is printed controls the terminal or hides.
#[test]
fn hostile_text_never_steers_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let [file, later, store] =
        ["hostile.json", "later.json", "store.sqlite"].map(|name| folder.path().join(name));
    write(&file, snapshot(|_| all_texts()).to_string());
    let mut worse = snapshot(|_| all_texts());
    worse["tenants"][1]["backup_sets"] = json!([]);
    write(&later, worse.to_string());
    let broken = folder.path().join("broken\u{1b}[2J\u{202e}.json");
    write(&broken, format!("{{\"format\":{}}}", Value::from(all_texts())));
    let commands: [&[&std::ffi::OsStr]; 7] = [
        &["derive".as_ref(), "--format".as_ref(), "summary".as_ref(), file.as_ref()],
        &["check".as_ref(), file.as_ref()],
        &["diff".as_ref(), "--format".as_ref(), "summary".as_ref(), file.as_ref(), later.as_ref()],
        &["import".as_ref(), file.as_ref(), "--store".as_ref(), store.as_ref()],
        &["derive".as_ref(), broken.as_ref()],
        &["check".as_ref(), "--as-of".as_ref(), "\u{1b}[2J\u{202e}".as_ref(), file.as_ref()],
        &["verify".as_ref(), broken.as_ref(), file.as_ref()],
    ];
    for args in commands {
        let told = posture(args);
        for written in [told.stdout, told.stderr] {
            let written = String::from_utf8(written).unwrap();
            let steering: String = written.chars().filter(|character| steers(*character)).collect();
            assert!(steering.is_empty(), "{args:?}: {:?} in {written:?}", steering);
        }
    }
}

/// What a terminal takes for a command, or shows nothing of.
fn steers(character: char) -> bool {
    let is_hidden = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    is_hidden || (character.is_control() && character != '\n')
}

/// TH-5, DB-15: no cell of any file for a spreadsheet is a formula.
#[test]
fn hostile_text_never_becomes_a_spreadsheet_formula() {
    let beginnings = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "\u{feff}=1",
        " =1",
        "\u{200b}=1",
    ];
    for beginning in beginnings {
        let document = snapshot(|_| beginning.to_owned()).to_string();
        let report = posture_core::derive(
            document.as_bytes(),
            posture_core::Form::Json,
            &posture_core::Options::default(),
        )
        .unwrap();
        let diff = posture_core::compare::diff::diff(&report, &report).unwrap();
        for (separator, sign) in Separator::ALL.iter().zip([',', ';', '\t']) {
            let files = [
                registry_csv(&report, &report.tenants, &Marks::default(), *separator),
                findings_csv(&report, *separator),
            ];
            assert!(files.concat().contains("'"), "{beginning:?} begins no cell");
            for cell in files.iter().flat_map(|file| cells(file, sign)) {
                assert!(!begins_a_formula(&cell), "{beginning:?} begins a formula: {cell:?}");
            }
        }
        for cell in cells(
            &posture_core::export::diff_csv::diff_csv(&diff.tenants, &report, &report, Separator::Comma),
            ',',
        ) {
            assert!(!begins_a_formula(&cell), "{beginning:?} begins a formula: {cell:?}");
        }
    }
}

/// Whether a spreadsheet may take a cell for a formula: what it trims or does not show in front is left out.
fn begins_a_formula(cell: &str) -> bool {
    let shown = cell.trim_start_matches(|character: char| character.is_whitespace() || steers(character));
    shown.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// The cells of a file, as RFC 4180 has them.
fn cells(file: &str, separator: char) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut characters = file.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, is_quoted) {
            ('"', true) if characters.peek() == Some(&'"') => cell.extend(characters.next()),
            ('"', _) => is_quoted = !is_quoted,
            (sign, false) if sign == separator || sign == '\n' => cells.push(std::mem::take(&mut cell)),
            ('\r', false) if characters.peek() == Some(&'\n') => {}
            (other, _) => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}
