//! Hostile text through every surface: the dashboard, opened files, kept reports, spreadsheets and the terminal show it, and it does nothing.

mod faults;
mod length;
mod numbers;
mod printed;
mod text;
