//! Details that only a tenant's pages show.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroUsize;

use crate::fault::Read;
use crate::fit::{Fit, fit_detail};
use crate::json::{Cursor, TENANT_LEVEL};

/// A detail that is checked as [`crate::fit::Detail`] is, and read again where it is asked for: a snapshot has very many, and deciding needs
/// none.
pub struct Later<T> {
    /// Where it stands in the tenant's text; absent too where it does not fit. No value stands at the very beginning.
    at: Option<NonZeroUsize>,
    of: PhantomData<fn() -> T>,
}

impl<T> Later<T> {
    /// Reads it from the text of its tenant.
    pub(crate) fn read<'a>(self, text: &'a str) -> Option<T>
    where
        T: Fit<'a>,
    {
        let mut cursor = Cursor::new(text, TENANT_LEVEL);
        cursor.return_to(self.at?.get());
        T::fit(&mut cursor).ok()
    }
}

impl<'a, T: Fit<'a>> Fit<'a> for Later<T> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.next_byte();
        let at = cursor.at();
        let value = fit_detail::<T>(cursor)?;
        Ok(Self { at: value.and_then(|_| NonZeroUsize::new(at)), of: PhantomData })
    }
    fn absent() -> Option<Self> {
        Some(Self { at: None, of: PhantomData })
    }
}

impl<T> Clone for Later<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Later<T> {}

impl<T> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Later").field(&self.at).finish()
    }
}
