//! Opened files in a real browser: nothing leaves, hostile files are refused by name, and the server may be gone.

mod offline;
mod opening;
mod records;
mod refusals;
mod tool_exports;
