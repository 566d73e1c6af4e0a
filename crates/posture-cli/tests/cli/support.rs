//! Running the binary, and snapshots to run it on.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Outcome {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }
}

pub(crate) fn posture() -> Command {
    Command::new(env!("CARGO_BIN_EXE_posture"))
}

pub(crate) fn run<A: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = A>) -> Outcome {
    run_with_input(args, b"")
}

pub(crate) fn run_with_input<A: AsRef<std::ffi::OsStr>>(
    args: impl IntoIterator<Item = A>,
    input: &[u8],
) -> Outcome {
    let mut child = posture()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses early leaves the rest unread.
    let _unread = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What waits for a database or a store.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// The snapshot of one of the contract's cases.
pub(crate) fn case(name: &str) -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases").join(name).with_extension("json");
    let case: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    case["snapshot"].clone()
}

/// The same snapshot in the NDJSON form.
pub(crate) fn ndjson(snapshot: &Value) -> String {
    let mut head = snapshot.as_object().unwrap().clone();
    let tenants = head.remove("tenants").unwrap();
    let lines = tenants.as_array().unwrap().iter().map(|tenant| format!("{tenant}\n"));
    format!("{}\n{}", Value::Object(head), lines.collect::<String>())
}

/// A folder of files for one test.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
