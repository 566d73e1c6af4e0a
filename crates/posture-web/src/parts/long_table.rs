use std::sync::Arc;

use leptos::prelude::*;

use super::steps::{STEP, Steps};

/// A column: its name, and whether it holds figures.
pub type Column = (&'static str, bool);

/// A row of a table.
pub struct Row {
    /// Its cells, in the columns' order; the first is the row's heading.
    pub cells: Vec<AnyView>,
    /// Whether it stands out.
    pub is_marked: bool,
    /// Whether it is less prominent than the others.
    pub is_aside: bool,
}

impl Row {
    /// A row like any other.
    pub fn plain(cells: Vec<AnyView>) -> Self {
        Self { cells, is_marked: false, is_aside: false }
    }
}

/// A table of any length, of which only the first rows are drawn until more are requested. `row` draws one by its index. On a narrow
/// page each row is a card, its cells under the columns' names.
pub fn long_table(
    label: &'static str,
    columns: &'static [Column],
    count: usize,
    row: impl Fn(usize) -> Row + Send + Sync + 'static,
) -> AnyView {
    let steps = Steps::start();
    let head = |(name, is_number): &Column| {
        view! { <th scope="col" class:number=*is_number>{*name}</th> }.into_any()
    };
    let row = Arc::new(row);
    let chunk = move |step: usize| {
        let rows = (step * STEP..((step + 1) * STEP).min(count))
            .map(|index| draw(row(index), columns))
            .collect_view();
        view! { <tbody>{rows}</tbody> }
    };
    view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=label>
            <table class="records">
                <thead><tr>{columns.iter().map(head).collect_view()}</tr></thead>
                <For each=move || 0..steps.drawn() key=|step| *step children=chunk/>
            </table>
        </div>
        {steps.foot(count)}
    }
    .into_any()
}

fn draw(row: Row, columns: &'static [Column]) -> AnyView {
    let Row { cells, is_marked, is_aside } = row;
    let cells =
        cells.into_iter().zip(columns).enumerate().map(|(index, (cell, (name, is_number)))| match index {
            0 => view! { <th scope="row">{cell}</th> }.into_any(),
            _ => view! { <td class:number=*is_number data-label=*name>{cell}</td> }.into_any(),
        });
    view! { <tr class:marked=is_marked class:aside=is_aside>{cells.collect_view()}</tr> }.into_any()
}
