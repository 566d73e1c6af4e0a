//! Mounts the app in place of the static shell of `index.html`.

use leptos::prelude::*;
use posture_web::App;

fn main() {
    leptos::mount::mount_to_body(App);
    // Last, so that a failure above leaves the shell there to say so.
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
}
