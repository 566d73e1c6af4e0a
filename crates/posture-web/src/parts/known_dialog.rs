use leptos::ev::SubmitEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::views::reviews::{
    LONGEST_DAYS, LONGEST_NOTE, LONGEST_TICKET, USUAL_DAYS, day_after, end_of_day,
};

use super::known::button_id;
use crate::browser::clock;
use crate::browser::fetch::FetchFailure;
use crate::browser::focus;
use crate::store::known_items::{Subject, use_known_items};
use crate::store::said::use_said;
use crate::text;

/// The dialog that marks an item as known, changes its mark or removes it. Closing it returns the focus.
#[component]
pub fn KnownDialog() -> impl IntoView {
    let (store, said, dialog) = (use_known_items(), use_said(), NodeRef::<Dialog>::new());
    let [note, ticket, until, problem] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let is_busy = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(subject) = store.subject() else { return };
        let mark = subject.mark;
        note.set(mark.as_ref().and_then(|mark| mark.note.clone()).unwrap_or_default());
        ticket.set(mark.as_ref().and_then(|mark| mark.ticket.clone()).unwrap_or_default());
        until.set(mark.map_or_else(|| day_in(USUAL_DAYS), |mark| day_after(mark.until, 0)));
        problem.set(String::new());
        if let Some(dialog) = dialog.get_untracked()
            && !dialog.open()
        {
            let _shown = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let ended = move |subject: Subject, outcome: Result<(), FetchFailure>, done: &'static str| {
        is_busy.set(false);
        match outcome {
            Ok(()) => {
                close();
                said.say(done.to_owned());
                // The list was drawn again, with a new button for the item.
                request_animation_frame(move || {
                    document().get_element_by_id(&button_id(&subject)).iter().for_each(focus::focus);
                });
            }
            Err(failure) => problem.set(failure.detail),
        }
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(subject) = store.subject().filter(|_| !is_busy.get_untracked()) else { return };
        let Some(end) = end_of_day(&until.get_untracked()) else {
            return problem.set(text::NO_END.to_owned());
        };
        is_busy.set(true);
        spawn_local(async move {
            let outcome = store.mark(&subject, &note.get_untracked(), &ticket.get_untracked(), end).await;
            ended(subject, outcome, text::MARK_SAVED);
        });
    };
    let remove = move |_| {
        let Some(subject) = store.subject().filter(|_| !is_busy.get_untracked()) else { return };
        is_busy.set(true);
        spawn_local(async move {
            let outcome = store.unmark(&subject).await;
            ended(subject, outcome, text::MARK_REMOVED);
        });
    };
    let title = move || store.subject().map(|subject| subject.title);
    let removal = move || {
        store.subject().filter(|subject| subject.mark.is_some()).map(|_| {
            view! { <button type="button" class="button" disabled=is_busy on:click=remove>{text::REMOVE_MARK}</button> }
        })
    };
    let told = move || {
        let problem = problem.get();
        (!problem.is_empty()).then(|| view! { <p class="known-problem" role="alert">{problem}</p> })
    };
    view! {
        <dialog class="sheet known-dialog" aria-labelledby="known-title" aria-describedby="known-item" node_ref=dialog on:close=move |_| store.choose(None)>
            <form on:submit=save>
                <h2 id="known-title">{text::MARK}</h2>
                <p id="known-item" class="known-item"><bdi>{title}</bdi></p>
                <label>{text::MARK_NOTE}
                    <textarea class="field" rows="3" maxlength=LONGEST_NOTE prop:value=note on:input=move |event| note.set(event_target_value(&event))></textarea>
                </label>
                <label>{text::MARK_TICKET}
                    <input class="field" type="url" maxlength=LONGEST_TICKET placeholder="https://" prop:value=ticket on:input=move |event| ticket.set(event_target_value(&event))/>
                </label>
                <label>{text::MARK_UNTIL}
                    <input class="field" type="date" required=true min=move || day_in(0) max=move || day_in(LONGEST_DAYS - 1) prop:value=until on:input=move |event| until.set(event_target_value(&event))/>
                </label>
                <p class="note">{text::MARK_EFFECT}</p>
                {told}
                <div class="known-ways">
                    <button type="submit" class="button primary" disabled=is_busy>{text::MARK}</button>
                    {removal}
                    <button type="button" class="button" on:click=move |_| close()>{text::CANCEL}</button>
                </div>
            </form>
        </dialog>
    }
}

/// The day this many days from today, as a date field writes it.
fn day_in(days: i64) -> String {
    clock::read().map(|now| day_after(now, days)).unwrap_or_default()
}
