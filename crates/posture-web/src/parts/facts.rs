use leptos::prelude::*;
use posture_core::tone::Tone;

/// A fact: its name and its value.
pub type Fact = (&'static str, AnyView);

/// Facts as name and value, one a line.
#[component]
pub(crate) fn FactList(facts: Vec<Fact>) -> impl IntoView {
    let rows = facts
        .into_iter()
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any())
        .collect_view();
    view! { <dl class="facts">{rows}</dl> }
}

/// A figure of a strip.
pub struct Figure {
    /// The caption.
    pub label: String,
    /// The figure, with its unit.
    pub value: AnyView,
    /// What it says, in a line.
    pub note: AnyView,
    /// Where the counted things are; and what that place is called.
    pub link: Option<(String, &'static str)>,
}

/// A count as a figure, in its tone; without colour if nothing is to be done, and faint if it is zero.
pub fn figure_value(value: String, tone: Option<Tone>) -> AnyView {
    let is_zero = value == "0";
    view! { <span class:zero=is_zero data-tone=tone.map(Tone::as_str)>{value}</span> }.into_any()
}

/// Figures side by side.
#[component]
pub(crate) fn FigureStrip(label: &'static str, figures: Vec<Figure>) -> impl IntoView {
    let cells = figures.into_iter().map(figure).collect_view();
    view! { <section class="panel" aria-label=label><dl class="figures">{cells}</dl></section> }
}

fn figure(figure: Figure) -> AnyView {
    let Figure { label, value, note, link } = figure;
    let value = match link {
        Some((url, place)) => {
            let name = format!("{label}: {place}");
            view! { <a class="figure-link" href=url><span class="visually-hidden">{name}" "</span>{value}</a> }.into_any()
        }
        None => value,
    };
    view! { <div class="figure"><dt>{label}</dt><dd class="figure-value">{value}</dd><dd class="figure-note">{note}</dd></div> }.into_any()
}
