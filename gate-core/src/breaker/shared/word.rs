//! State, generation and count in 64 bits.

const TAG_BITS: u32 = 3;
const COUNT_BITS: u32 = 16;
const GENERATION_SHIFT: u32 = TAG_BITS + COUNT_BITS;
const TAGS: u64 = (1 << TAG_BITS) - 1;

/// The most failures in a row, or lost probes, that fit.
pub(super) const MOST: u32 = (1 << COUNT_BITS) - 1;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// The count is the row of failures.
    Closed,
    /// The time is that of opening.
    Open,
    /// A probe is out. The time is the end of its lease; the count is how many were lost.
    Probing,
    /// Half open, and the place of the probe is free; the count is how many were lost.
    Free,
    /// A thread is about to write the time and then `Open`.
    Opening,
    /// A thread is about to write the time and then `Probing`.
    Starting,
}

/// One word: `generation << 19 | count << 3 | tag`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(pub(super) u64);

impl Word {
    /// A generation beyond 45 bits starts from 0 again, which permits do not live long enough to see.
    #[inline]
    pub(super) const fn new(tag: Tag, generation: u64, count: u32) -> Self {
        Self(generation << GENERATION_SHIFT | (count as u64) << TAG_BITS | tag as u64)
    }

    #[inline]
    pub(super) const fn tag(self) -> Tag {
        match self.0 & TAGS {
            0 => Tag::Closed,
            1 => Tag::Open,
            2 => Tag::Probing,
            3 => Tag::Free,
            4 => Tag::Opening,
            _ => Tag::Starting,
        }
    }

    #[inline]
    pub(super) const fn generation(self) -> u64 {
        self.0 >> GENERATION_SHIFT
    }

    #[expect(clippy::cast_possible_truncation, reason = "what is left has 16 bits")]
    pub(super) const fn count(self) -> u32 {
        (self.0 >> TAG_BITS) as u32 & MOST
    }

    /// A word of the next generation.
    pub(super) const fn next(self, tag: Tag, count: u32) -> Self {
        Self::new(tag, self.generation().wrapping_add(1), count)
    }

    /// A word of the same generation.
    pub(super) const fn with(self, tag: Tag, count: u32) -> Self {
        Self::new(tag, self.generation(), count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_holds_all_three() {
        let tags = [Tag::Closed, Tag::Open, Tag::Probing, Tag::Free, Tag::Opening, Tag::Starting];
        for tag in tags {
            for (generation, count) in [(0, 0), (7, MOST), ((1 << 45) - 1, 5)] {
                let word = Word::new(tag, generation, count);
                assert_eq!((word.tag(), word.generation(), word.count()), (tag, generation, count));
            }
        }
        assert_eq!(Word::new(Tag::Closed, (1 << 45) - 1, 0).next(Tag::Open, 0).generation(), 0);
    }
}
