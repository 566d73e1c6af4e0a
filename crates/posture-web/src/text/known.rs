//! Captions of marks on attention items.

/// The button that opens the dialog for an item without a mark.
pub const MARK_AS_KNOWN: &str = "Mark as known…";
/// The dialog, and the button in it that saves the mark.
pub const MARK: &str = "Mark as known";
/// The button that opens the dialog for an item with a mark.
pub const CHANGE_MARK: &str = "Change mark…";
/// What a mark does.
pub const MARK_EFFECT: &str = "Until the end of that day, and as long as it stays the same, the item is shown without colour and comes last among \
     items of its rank. Verdicts and counts do not change.";
/// The field for the note.
pub const MARK_NOTE: &str = "Note";
/// The field for the link.
pub const MARK_TICKET: &str = "Link to the ticket";
/// The field for the end.
pub const MARK_UNTIL: &str = "Known until the end of this day (UTC)";
/// Removes the mark.
pub const REMOVE_MARK: &str = "Remove mark";
/// The link to the ticket.
pub const TICKET: &str = "Ticket";
/// Said after saving.
pub const MARK_SAVED: &str = "Marked as known.";
/// Said after removing.
pub const MARK_REMOVED: &str = "Mark removed.";
/// The end is not a date.
pub const NO_END: &str = "Choose the day until which it is known.";
