//! One pass that finds where a secret could be.

use alloc::vec::Vec;

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, Span};

use super::anchor::{ANCHORS, Anchor};

/// Finds every place of every fragment.
///
/// It reads a copy in lower case, which costs a tenth of what it saves: with every spelling of every fragment there would
/// be three times as many patterns, too many for the faster form of the vector search.
#[derive(Debug, Clone)]
pub(super) enum Prefilter {
    /// Vector instructions.
    Packed(Searcher),
    /// A table walked byte by byte, where the processor or the build has no such instructions.
    Table(AhoCorasick),
    /// Neither could be made: every byte is looked at. It cannot happen with our patterns, and would only be slow.
    EveryByte,
}

impl Prefilter {
    pub(super) fn new() -> Self {
        Self::packed().or_else(Self::table).unwrap_or(Self::EveryByte)
    }

    fn packed() -> Option<Self> {
        packed::Config::new().builder().extend(fragments()).build().map(Self::Packed)
    }

    fn table() -> Option<Self> {
        let mut builder = AhoCorasick::builder();
        builder.kind(Some(AhoCorasickKind::DFA)).build(fragments()).ok().map(Self::Table)
    }

    /// Calls `found` with every anchor and the place of its word.
    pub(super) fn each(&self, bytes: &[u8], mut found: impl FnMut(&'static Anchor, usize)) {
        let folded = bytes.to_ascii_lowercase();
        let mut from = 0;
        while let Some((pattern, at)) = self.next(&folded, from) {
            if let Some(anchor) = ANCHORS.get(pattern)
                && let Some(start) = anchor.start(bytes, at)
            {
                found(anchor, start);
            }
            // One byte on, as fragments may overlap.
            from = at + 1;
        }
        if matches!(self, Self::EveryByte) {
            each_byte(bytes, found);
        }
    }

    fn next(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let span = Span::from(from.min(bytes.len())..bytes.len());
        let found = match self {
            Self::Packed(searcher) => searcher.find_in(bytes, span),
            Self::Table(table) => table.find(Input::new(bytes).span(span)),
            Self::EveryByte => None,
        }?;
        Some((found.pattern().as_usize(), found.start()))
    }
}

fn fragments() -> impl Iterator<Item = Vec<u8>> {
    ANCHORS.iter().map(Anchor::fragment)
}

fn each_byte(bytes: &[u8], mut found: impl FnMut(&'static Anchor, usize)) {
    for at in 0..bytes.len() {
        let starts = ANCHORS.iter().filter_map(|anchor| Some((anchor, anchor.start(bytes, at)?)));
        starts.for_each(|(anchor, start)| found(anchor, start));
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    /// As the search goes on one byte after a fragment's start, one that stands in another could be passed over.
    #[test]
    fn no_fragment_stands_in_another() {
        for one in fragments() {
            let holders = fragments().filter(|other| other.windows(one.len()).any(|part| *part == *one));
            assert_eq!(holders.count(), 1, "{}", String::from_utf8_lossy(&one));
        }
    }

    #[test]
    fn every_engine_finds_the_same() {
        let text =
            b"x-API_key-api-keyapikey sk-sk-eyJtoken ghp_AKIASIA xoxAIza TokenpassWORD----------BEGIN \
              akia AIZA toKENSECREtbEaReRpasswdgithub_pat_gho_ghu_ghs_ \
              x://bASic sk_live_rk_live_glpat-npm_";
        let places = |filter: &Prefilter| {
            let mut places = Vec::new();
            filter.each(text, |anchor, start| places.push((start, anchor.word)));
            places.sort_unstable();
            places
        };
        let expected = places(&Prefilter::EveryByte);
        assert_eq!(expected.len(), 29);
        for engine in [Prefilter::packed(), Prefilter::table()].into_iter().flatten() {
            assert_eq!(places(&engine), expected);
        }
    }
}
