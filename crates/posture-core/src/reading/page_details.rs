//! Details that only a tenant's pages show.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroUsize;

use crate::json::cursor::{Cursor, TENANT_LEVEL};
use crate::json::fault::Read;
use crate::reading::decode::{Decode, Detail};

/// A detail that is checked like [`crate::reading::decode::Detail`] but not kept: a snapshot has very many, and no verdict needs one. A page
/// reads it again.
pub struct PageDetail<T> {
    /// Its offset in the tenant's text; absent too if it is invalid. No value is at the very beginning.
    at: Option<NonZeroUsize>,
    of: PhantomData<fn() -> T>,
}

impl<T> PageDetail<T> {
    /// Reads it from the text of its tenant.
    pub(crate) fn read<'a>(self, text: &'a str) -> Option<T>
    where
        T: Decode<'a>,
    {
        let mut cursor = Cursor::new(text, TENANT_LEVEL);
        cursor.return_to(self.at?.get());
        T::decode(&mut cursor).ok()
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for PageDetail<T> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.next_byte();
        let at = cursor.at();
        let value = Detail::<T>::decode(cursor)?;
        Ok(Self { at: value.get().and_then(|_| NonZeroUsize::new(at)), of: PhantomData })
    }
    fn absent() -> Option<Self> {
        Some(Self { at: None, of: PhantomData })
    }
}

impl<T> Clone for PageDetail<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PageDetail<T> {}

impl<T> fmt::Debug for PageDetail<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PageDetail").field(&self.at).finish()
    }
}
