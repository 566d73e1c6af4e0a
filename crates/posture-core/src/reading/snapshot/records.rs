//! A collection of a tenant's records, which can be read in steps.

use std::ops::Deref;

use super::Spanned;
use crate::json::cursor::Cursor;
use crate::json::fault::Read;
use crate::reading::decode::Decode;

/// The records of one collection, in the document's order.
#[derive(Clone, Debug)]
pub struct Records<T> {
    list: Vec<Spanned<T>>,
    /// Where the rest of the list starts, if the cursor has postponed it.
    postponed: Option<usize>,
}

impl<T> Deref for Records<T> {
    type Target = [Spanned<T>];
    fn deref(&self) -> &Self::Target {
        &self.list
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Records<T> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        if let Some(start) = cursor.postpone_list()? {
            return Ok(Self { list: Vec::new(), postponed: Some(start) });
        }
        Ok(Self { list: Vec::decode(cursor)?, postponed: None })
    }
}

impl<T> Records<T> {
    pub(crate) fn list_mut(&mut self) -> &mut Vec<Spanned<T>> {
        &mut self.list
    }

    /// Frees the last records, at most so many. Returns how many are left.
    pub(crate) fn free(&mut self, records: usize) -> usize {
        self.list.truncate(self.list.len().saturating_sub(records));
        self.list.len()
    }

    /// Reads the next records of a postponed list, at most so many; false if nothing is left to read.
    pub(crate) fn read_on<'a>(&mut self, cursor: &mut Cursor<'a>, records: usize) -> Read<bool>
    where
        T: Decode<'a>,
    {
        let Some(at) = self.postponed else { return Ok(false) };
        let list = &mut self.list;
        let is_start = list.is_empty();
        self.postponed =
            cursor.list_in_steps(at, is_start, records, |cursor| Spanned::fit_onto(list, cursor))?;
        Ok(self.postponed.is_some())
    }
}
