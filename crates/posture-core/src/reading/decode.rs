//! How a value of the document becomes a value of a type, or is found to be invalid.

use crate::json::cursor::{Cursor, Mark};
use crate::json::fault::{Mismatch, Notice, Problem, Read};
use crate::vocabulary::Word;

/// A type that reads itself from JSON.
pub(crate) trait Decode<'a>: Sized {
    /// The known keys of an object that is read as a record; otherwise none.
    const KEY_NAMES: &'static [&'static str] = &[];

    /// Reads the value at the cursor.
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self>;

    /// The value of an absent key; `None` if the key is required.
    fn absent() -> Option<Self> {
        None
    }

    /// Reads the value at the cursor, which may be null.
    #[inline]
    fn decode_nullable(cursor: &mut Cursor<'a>) -> Read<Option<Self>> {
        if cursor.next_byte() == Some(b'n') {
            return cursor.literal("null").map(|()| None);
        }
        Self::decode(cursor).map(Some)
    }

    /// Reads the value at the cursor as the next of a list.
    #[inline]
    fn fit_onto(list: &mut Vec<Self>, cursor: &mut Cursor<'a>) -> Read<()> {
        list.push(Self::decode(cursor)?);
        Ok(())
    }
}

/// Defines a record of the snapshot: the struct, and how it is read. Unknown keys are ignored; a known key may occur once.
///
/// For frequent records (`many`), generates a fast path that expects keys in the order of the fields.
macro_rules! record {
    (@read $is_many:literal $(#[$meta:meta])* pub struct $name:ident $(<$life:lifetime>)? {
        $( $(#[$field_meta:meta])* $visibility:vis $field:ident : $type:ty ),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name $(<$life>)? { $( $(#[$field_meta])* $visibility $field: $type ),+ }

        impl<'a> $crate::reading::decode::Decode<'a> for $crate::reading::decode::record!(@own $name $(<$life>)?) {
            const KEY_NAMES: &'static [&'static str] = &[$( stringify!($field) ),+];

            fn decode(cursor: &mut $crate::json::cursor::Cursor<'a>) -> $crate::json::fault::Read<Self> {
                #[expect(non_camel_case_types, reason = "a key's place among the keys, under the key's own name")]
                enum Key { $( $field ),+ }
                cursor.next_byte();
                let start = cursor.at();
                $( let mut $field = None; )+
                const KEYS: &[$crate::json::known_key::KnownKey] = &[$( $crate::json::known_key::KnownKey::new(stringify!($field)) ),+];
                let mut goes_on = cursor.begins_with_member()?;
                let mut seen = 0;
                if $is_many {
                    // Exporters write keys in one order, if not all of them.
                    $( if goes_on && cursor.passes(&KEYS[Key::$field as usize]) {
                        $crate::reading::decode::fill(&mut $field, cursor)?;
                        goes_on = cursor.goes_on_with_member()?;
                    } )+
                    seen = 0 $( | u64::from($field.is_some()) << Key::$field as u64 )+;
                }
                if goes_on {
                    cursor.members_of(KEYS, seen, &mut |cursor, key| {
                        $( if key == Key::$field as usize { return $crate::reading::decode::fill(&mut $field, cursor); } )+
                        cursor.skip()
                    })?;
                }
                Ok(Self { $( $field: $crate::reading::decode::present($field, stringify!($field), start)? ),+ })
            }
        }
    };
    (@own $name:ident <$life:lifetime>) => { $name<'a> };
    (@own $name:ident) => { $name };
    (many $($record:tt)+) => { $crate::reading::decode::record! { @read true $($record)+ } };
    ($($record:tt)+) => { $crate::reading::decode::record! { @read false $($record)+ } };
}
pub(crate) use record;

/// Reads the value of a known key into its slot.
#[inline]
pub(crate) fn fill<'a, T: Decode<'a>>(slot: &mut Option<T>, cursor: &mut Cursor<'a>) -> Read<()> {
    *slot = Some(T::decode(cursor)?);
    Ok(())
}

/// The value of a key, or the value for its absence; `start` is where its object starts.
pub(crate) fn present<'a, T: Decode<'a>>(slot: Option<T>, key: &'static str, start: usize) -> Read<T> {
    match slot.or_else(T::absent) {
        Some(value) => Ok(value),
        None => Cursor::mismatch(start, Mismatch::Missing(key)),
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Option<T> {
    #[inline]
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        T::decode_nullable(cursor)
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Box<T> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        T::decode(cursor).map(Self::new)
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Vec<T> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.list(T::fit_onto)
    }
}

/// Words of an open enumeration: what is outside the vocabulary is kept as written.
macro_rules! open_enumerations {
    ($($name:ty),+) => { $(
        impl<'a> Decode<'a> for Word<'a, $name> {
            fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
                let word = cursor.string()?;
                Ok(<$name>::from_word(&word).map_or_else(|| Word::Unrecognised(word), Word::Known))
            }
        }
    )+ };
}
use crate::vocabulary as v;
open_enumerations!(
    v::TenantStatus,
    v::BackupSetStatus,
    v::Frequency,
    v::LastRunStatus,
    v::RestoreRunStatus,
    v::OperationStatus,
    v::OperationOutcome,
    v::Capability
);

/// Words of a closed enumeration: any other word is invalid.
macro_rules! closed_enumerations {
    ($($name:ty => $what:literal),+) => { $(
        impl<'a> Decode<'a> for $name {
            fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
                cursor.peek()?;
                let start = cursor.at();
                let word = cursor.string()?;
                Self::from_word(&word).map_or_else(|| Cursor::mismatch(start, Mismatch::Expected($what)), Ok)
            }
        }
    )+ };
}
closed_enumerations!(
    v::SignalDomain => "one of governance, operations, alerts",
    v::Urgency => "one of critical, high, medium, low"
);

/// A value that decides little or nothing: an invalid one reads as absent, and the cursor keeps the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail<T> {
    /// It is not there, or null.
    Absent,
    /// It is there, and invalid.
    Unfit,
    /// It is there and valid.
    Given(T),
}

impl<T> Detail<T> {
    /// The value, if it is there and valid.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Unfit => None,
        }
    }

    /// Whether it is there and invalid.
    pub fn is_unfit(&self) -> bool {
        matches!(self, Self::Unfit)
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Detail<T> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mark = cursor.mark();
        match Option::<T>::decode(cursor) {
            Ok(value) => Ok(value.map_or(Self::Absent, Self::Given)),
            Err(fault) => match fault.problem {
                Problem::Mismatch(mismatch) if is_excused(&mismatch) => {
                    pass_unfit(cursor, mark, mismatch).map(|()| Self::Unfit)
                }
                Problem::Mismatch(_) | Problem::Syntax(_) => Err(fault),
            },
        }
    }
    fn absent() -> Option<Self> {
        Some(Self::Absent)
    }
}

/// Whether a detail with this fault reads as absent. A known key that occurs twice is a fault of the whole object, even below a detail.
fn is_excused(mismatch: &Mismatch) -> bool {
    match mismatch {
        Mismatch::Expected(_)
        | Mismatch::OutOfRange { .. }
        | Mismatch::LoneSurrogate
        | Mismatch::Missing(_) => true,
        Mismatch::Twice(_) => false,
    }
}

/// Passes over an invalid detail and keeps the fact.
#[cold]
fn pass_unfit(cursor: &mut Cursor<'_>, mark: Mark, mismatch: Mismatch) -> Read<()> {
    cursor.reset(mark);
    cursor.next_byte();
    cursor.notices.push((cursor.at(), Notice::UnfitDetail(mismatch)));
    cursor.skip()
}

/// Reads the value at the cursor; an invalid one is passed over, and its offset and fault are given instead.
pub(crate) fn decode_or_pass<'a, T: Decode<'a>>(
    cursor: &mut Cursor<'a>,
) -> Read<Result<T, (usize, Mismatch)>> {
    cursor.next_byte();
    let mark = cursor.mark();
    let start = cursor.at();
    match T::decode(cursor) {
        Ok(value) => Ok(Ok(value)),
        Err(fault) => match fault.problem {
            Problem::Mismatch(mismatch) if is_excused(&mismatch) => {
                cursor.reset(mark);
                cursor.skip().map(|()| Err((start, mismatch)))
            }
            Problem::Mismatch(_) | Problem::Syntax(_) => Err(fault),
        },
    }
}

/// A list of which one invalid element makes the whole invalid. It is read to its end all the same: keys that occur twice matter more.
///
/// The fault quotes the list, so it says which list is expected: `what`.
pub(crate) fn whole_list<'a, T: Decode<'a>>(cursor: &mut Cursor<'a>, what: &'static str) -> Read<Vec<T>> {
    cursor.next_byte();
    let start = cursor.at();
    let (mut list, mut first_fault) = (Vec::new(), None);
    cursor.values(&mut |cursor, _| {
        match decode_or_pass(cursor)? {
            Ok(element) => list.push(element),
            Err((_, mismatch)) => {
                first_fault.get_or_insert(mismatch);
            }
        }
        Ok(())
    })?;
    match first_fault {
        None => Ok(list),
        Some(Mismatch::Expected(_) | Mismatch::OutOfRange { .. }) => {
            Cursor::mismatch(start, Mismatch::Expected(what))
        }
        Some(mismatch @ (Mismatch::LoneSurrogate | Mismatch::Missing(_) | Mismatch::Twice(_))) => {
            Cursor::mismatch(start, mismatch)
        }
    }
}

/// An object that may also be written as an empty array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectOrEmpty<T>(pub T);

impl<'a, T: Decode<'a>> Decode<'a> for ObjectOrEmpty<T> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        if cursor.next_byte() != Some(b'[') {
            return T::decode(cursor).map(Self);
        }
        let start = cursor.at();
        let mut elements = 0_usize;
        cursor.array(|cursor, _| {
            elements += 1;
            cursor.skip()
        })?;
        match elements {
            0 => cursor.in_text("{}", T::decode).map(Self).map_err(|mut fault| {
                // A key that the empty object lacks is reported where the array is.
                fault.at = start;
                fault
            }),
            _ => Cursor::mismatch(start, Mismatch::Expected("an object")),
        }
    }
}
