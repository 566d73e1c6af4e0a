//! The dashboard as an operator meets it: the real server, a real browser.

mod addresses;
mod as_of;
mod changes;
mod drill_through;
mod known_items;
mod overview;
mod palette;
mod print;
mod profiles;
mod refresh;
mod registry;
mod second_part;
mod shortcuts;
mod workspaces;
