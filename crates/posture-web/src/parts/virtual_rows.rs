use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;

use super::printed::{MOST_PRINTED, printing};
use crate::browser::focus;
use crate::text;

/// Rows drawn beyond the edge that is scrolled to, so that scrolling meets no gap. What a frame takes grows with the rows drawn.
const AHEAD: usize = 4;
/// Rows drawn beyond the other edge.
const BEHIND: usize = 1;
/// A row's height before one was measured, in CSS pixels.
const LIKELY_HEIGHT: f64 = 36.0;
/// The height of what is seen before it was measured, in CSS pixels.
const LIKELY_VIEW: f64 = 900.0;

/// Where a long table is scrolled to, and how tall its parts are, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scroll {
    top: f64,
    view: f64,
    row: f64,
    /// Whether it was last scrolled towards the top.
    is_upward: bool,
}

impl Scroll {
    /// The rows to draw, of so many.
    fn window(self, all: usize) -> (usize, usize) {
        let (above, below) = if self.is_upward { (AHEAD, BEHIND) } else { (BEHIND, AHEAD) };
        let first = whole(self.top / self.row).saturating_sub(above).min(all);
        let last = whole((self.top + self.view) / self.row).saturating_add(below + 1).min(all);
        (first, last)
    }

    /// Whether a row is in view, below the head.
    fn has_in_view(self, row: usize) -> bool {
        let top = row as f64 * self.row;
        top >= self.top && top + 2.0 * self.row <= self.top + self.view
    }

    /// How many rows PageUp and PageDown move by: those in view below the head, less one that stays to read on from.
    fn page(self) -> usize {
        whole(self.view / self.row).saturating_sub(2).max(1)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of rows: not negative, and far below 2^32"
)]
fn whole(rows: f64) -> usize {
    rows.max(0.0) as usize
}

/// A table that draws only the rows in view. All rows are of one height. Arrow keys, j and k, Tab, PageUp, PageDown, Home and End move between
/// the rows' links, which carry their row's place in `data-row`. `places` is what the rows show, in order; `row` draws the one at a place.
pub fn virtual_table<T: Copy + PartialEq + Send + Sync + 'static>(
    caption: &'static str,
    head: AnyView,
    places: Memo<Vec<T>>,
    row: impl Fn(usize, T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let frame = NodeRef::<Div>::new();
    let scroll = RwSignal::new(Scroll { top: 0.0, view: LIKELY_VIEW, row: LIKELY_HEIGHT, is_upward: false });
    let measure = move || {
        // A frame may be drawn after the table has gone, and its state with it.
        let (Some(Some(frame)), Some(before)) = (frame.try_get_untracked(), scroll.try_get_untracked())
        else {
            return;
        };
        let drawn = frame.query_selector("tr.tenant").ok().flatten();
        let height = drawn.map_or(LIKELY_HEIGHT, |row| row.get_bounding_client_rect().height());
        let top = f64::from(frame.scroll_top());
        let is_upward = top < before.top || before.is_upward && top <= before.top;
        let now = Scroll { top, view: f64::from(frame.client_height()), row: height.max(1.0), is_upward };
        if before != now {
            scroll.set(now);
        }
    };
    Effect::new(move |_| {
        places.track();
        request_animation_frame(measure);
    });
    let is_printing = printing();
    let drawn = Memo::new(move |_| {
        let all = places.read().len();
        if is_printing.get() { (0, all.min(MOST_PRINTED)) } else { scroll.get().window(all) }
    });
    let row = Arc::new(row);
    let rows = move || {
        let (first, last) = drawn.get();
        let places = places.read();
        let shown = places.get(first..last).unwrap_or_default();
        shown.iter().enumerate().map(|(offset, place)| row(first + offset, *place)).collect_view()
    };
    let space = move |rows: usize| format!("{}px", whole(scroll.get().row * rows as f64));
    let above = move || space(drawn.get().0);
    let below = move || space(places.read().len() - drawn.get().1.min(places.read().len()));
    let go_to = move |frame: web_sys::HtmlDivElement, to: usize| {
        bring_into_view(&frame, to, scroll.get_untracked());
        measure();
        // The scroll event precedes the next frame, and may replace these rows with others.
        request_animation_frame(move || {
            focus_row(&frame, to);
            request_animation_frame(move || focus_row(&frame, to));
        });
    };
    let keys = move |event: KeyboardEvent| {
        let Some(frame) = frame.get_untracked() else { return };
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let Some(at) = focused_row() else { return };
        let last = places.read_untracked().len().saturating_sub(1);
        let page = scroll.get_untracked().page();
        let to = match event.key().as_str() {
            "ArrowDown" | "j" => at.saturating_add(1).min(last),
            "ArrowUp" | "k" => at.saturating_sub(1),
            // A browser goes on among the rows that are drawn, and out of the table after them.
            "Tab" if event.shift_key() && at > 0 => at - 1,
            "Tab" if !event.shift_key() && at < last => at + 1,
            "PageDown" => at.saturating_add(page).min(last),
            "PageUp" => at.saturating_sub(page),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        go_to(frame, to);
    };
    // From outside the table by Tab: what the browser scrolls to may be replaced with other rows.
    let entered = move |event: KeyboardEvent| {
        let Some((frame, at)) = frame.get_untracked().zip(focused_row()) else { return };
        measure();
        if event.key() == "Tab" && !scroll.get_untracked().has_in_view(at) {
            go_to(frame, at);
        }
    };
    // Where a browser prints without a word of it beforehand, the rows that are drawn.
    let on_paper = move || text::on_paper(drawn.get(), places.read().len());
    view! {
        <p class="printed pad">{on_paper}</p>
        <div class="table-frame long" role="group" tabindex="0" aria-label=caption node_ref=frame on:scroll=move |_| measure() on:keydown=keys on:keyup=entered>
            <table class="tenants" aria-rowcount=move || places.read().len() + 1>
                <thead><tr aria-rowindex="1">{head}</tr></thead>
                <tbody>
                    <tr class="space" aria-hidden="true"><td colspan="6" style:height=above></td></tr>
                    {rows}
                    <tr class="space" aria-hidden="true"><td colspan="6" style:height=below></td></tr>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

fn focused_row() -> Option<usize> {
    document().active_element()?.get_attribute("data-row")?.parse().ok()
}

fn bring_into_view(frame: &web_sys::HtmlDivElement, row: usize, scroll: Scroll) {
    let top = row as f64 * scroll.row;
    let head = scroll.row;
    #[expect(clippy::cast_possible_truncation, reason = "a scroll position is a whole number of CSS pixels")]
    if top < scroll.top {
        frame.set_scroll_top(top as i32);
    } else if top + scroll.row + head > scroll.top + scroll.view {
        frame.set_scroll_top((top + scroll.row + head - scroll.view) as i32);
    }
}

fn focus_row(frame: &web_sys::HtmlDivElement, row: usize) {
    let link = frame.query_selector(&format!("[data-row=\"{row}\"]")).ok().flatten();
    // If the row has scrolled away again, the focus does not move.
    link.iter().for_each(focus::focus);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rows_in_view_and_a_margin_are_drawn() {
        let scroll = Scroll { top: 53.0 * 5000.0, view: 530.0, row: 53.0, is_upward: false };
        assert_eq!(scroll.window(10_000), (4999, 5015));
        assert_eq!(Scroll { is_upward: true, ..scroll }.window(10_000), (4996, 5012));
        assert_eq!(scroll.window(20), (20, 20));
        assert_eq!(Scroll { top: 0.0, ..scroll }.window(10_000), (0, 15));
    }

    #[test]
    fn a_page_keeps_one_row_in_view_and_moves_at_least_by_one() {
        let scroll = Scroll { top: 0.0, view: 530.0, row: 53.0, is_upward: false };
        assert_eq!(scroll.page(), 8);
        assert_eq!(Scroll { view: 60.0, ..scroll }.page(), 1);
    }
}
