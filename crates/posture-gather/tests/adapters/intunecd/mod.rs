//! IntuneCD: git histories in the shapes that the tool and its pipelines make, with the verdict that a person would give.

mod history;
mod items;
pub(crate) mod repo;
mod restores;
mod runs;
