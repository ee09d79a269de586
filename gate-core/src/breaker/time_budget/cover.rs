//! Who pays for an overrun, and where a surplus goes.

use serde::Serialize;

use super::TimeBudget;
use super::config::Accounting;
use super::part::Part;

/// Where recorded time came from, in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Charge {
    /// All of it.
    #[serde(rename = "spent_ns")]
    pub spent: u64,
    /// What the part's own share did not hold.
    #[serde(rename = "over_ns")]
    pub over: u64,
    /// Of that, paid by the buffer and by what nobody had.
    #[serde(rename = "from_buffer_ns")]
    pub from_buffer: u64,
    /// Of that, paid by other parts from what they had neither used nor reserved.
    #[serde(rename = "from_parts_ns")]
    pub from_parts: u64,
    /// Of that, promises that had to be broken: nothing else was left.
    #[serde(rename = "from_reserved_ns")]
    pub from_reserved: u64,
    /// Of that, paid by nobody.
    #[serde(rename = "uncovered_ns")]
    pub uncovered: u64,
    /// What the part did not need and gave to the buffer.
    #[serde(rename = "refilled_ns")]
    pub refilled: u64,
}

impl TimeBudget {
    pub(super) fn book(&mut self, at: usize, ns: u64, done: bool) -> Charge {
        let Some(part) = self.parts.get_mut(at) else { return Charge::default() };
        let (spent, over) = part.book(ns);
        let mut charge = Charge { spent, over, ..Charge::default() };
        if over > 0 {
            self.cover(at, &mut charge);
        } else if done {
            let missing = self.config.buffer().saturating_sub(self.buffer);
            charge.refilled = part.yield_free(missing);
            self.buffer = self.buffer.saturating_add(charge.refilled);
        }
        charge
    }

    /// Free time pays before promised time, the buffer before parts, parts to come before parts that may
    /// be over.
    fn cover(&mut self, at: usize, charge: &mut Charge) {
        let whole = self.config.accounting == Accounting::Whole;
        let mut owed = charge.over;
        charge.from_buffer = take(&mut self.buffer, &mut owed);
        if whole {
            charge.from_buffer += take(&mut self.unassigned, &mut owed);
        }
        let (earlier, later) = self.parts.split_at_mut_checked(at).unwrap_or_default();
        charge.from_parts = collect(later.iter_mut(), &mut owed, Part::yield_free);
        if whole {
            charge.from_parts += collect(earlier.iter_mut(), &mut owed, Part::yield_free);
            charge.from_reserved = collect(self.parts.iter_mut().rev(), &mut owed, Part::yield_reserved);
        }
        charge.uncovered = owed;
        self.uncovered = self.uncovered.saturating_add(owed);
    }
}

fn take(purse: &mut u64, owed: &mut u64) -> u64 {
    let paid = (*purse).min(*owed);
    *purse -= paid;
    *owed -= paid;
    paid
}

fn collect<'a>(
    parts: impl Iterator<Item = &'a mut Part>,
    owed: &mut u64,
    pay: fn(&mut Part, u64) -> u64,
) -> u64 {
    let before = *owed;
    for part in parts {
        *owed = owed.saturating_sub(pay(part, *owed));
    }
    before.saturating_sub(*owed)
}
