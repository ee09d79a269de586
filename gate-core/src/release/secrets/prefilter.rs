//! One pass that finds where a secret could be.

use alloc::vec::Vec;

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, Span};

use super::anchor::{ANCHORS, Anchor};

/// Finds every place of every fragment.
#[derive(Debug, Clone)]
pub(super) struct Prefilter {
    engine: Engine,
    /// The anchors of each pattern of the engine.
    anchors: Vec<Vec<&'static Anchor>>,
}

#[derive(Debug, Clone)]
enum Engine {
    /// Vector instructions.
    Packed(Searcher),
    /// A table walked byte by byte, where the processor or the build has no such instructions.
    Table(AhoCorasick),
    /// Neither could be made: every byte is looked at. It cannot happen with our patterns, and would only be slow.
    None,
}

impl Prefilter {
    pub(super) fn new() -> Self {
        let mut patterns: Vec<Vec<u8>> = Vec::new();
        let mut anchors: Vec<Vec<&'static Anchor>> = Vec::new();
        for anchor in &ANCHORS {
            for spelling in spellings(anchor) {
                let known = patterns.iter().zip(&mut anchors).find(|(pattern, _)| **pattern == spelling);
                if let Some((_, known)) = known {
                    known.push(anchor);
                } else {
                    patterns.push(spelling);
                    anchors.push(Vec::from([anchor]));
                }
            }
        }
        let mut builder = packed::Config::new().builder();
        let packed = builder.extend(&patterns).build().map(Engine::Packed);
        let table = || AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(&patterns).ok();
        let engine = packed.or_else(|| table().map(Engine::Table)).unwrap_or(Engine::None);
        Self { engine, anchors }
    }

    /// Calls `found` with every anchor and the place of its word, in order.
    pub(super) fn each(&self, bytes: &[u8], mut found: impl FnMut(&'static Anchor, usize)) {
        let mut from = 0;
        while let Some((pattern, at)) = self.next(bytes, from) {
            for anchor in self.anchors.get(pattern).into_iter().flatten() {
                if let Some(start) = anchor.start(bytes, at) {
                    found(anchor, start);
                }
            }
            // One byte on, as fragments may overlap.
            from = at + 1;
        }
        if matches!(self.engine, Engine::None) {
            each_byte(bytes, found);
        }
    }

    fn next(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let span = Span::from(from.min(bytes.len())..bytes.len());
        let found = match &self.engine {
            Engine::Packed(searcher) => searcher.find_in(bytes, span),
            Engine::Table(table) => table.find(Input::new(bytes).span(span)),
            Engine::None => None,
        }?;
        Some((found.pattern().as_usize(), found.start()))
    }
}

fn each_byte(bytes: &[u8], mut found: impl FnMut(&'static Anchor, usize)) {
    for at in 0..bytes.len() {
        let starts = ANCHORS.iter().filter_map(|anchor| Some((anchor, anchor.start(bytes, at)?)));
        starts.for_each(|(anchor, start)| found(anchor, start));
    }
}

/// A fragment in every mix of upper and lower case.
fn spellings(anchor: &Anchor) -> Vec<Vec<u8>> {
    let mut spellings = Vec::from([Vec::new()]);
    for byte in anchor.fragment() {
        let mut letters = Vec::from([*byte]);
        if !anchor.is_exact && byte.is_ascii_lowercase() {
            letters.push(byte.to_ascii_uppercase());
        }
        spellings = spellings
            .iter()
            .flat_map(|spelling: &Vec<u8>| {
                letters.iter().map(|letter| [spelling.as_slice(), &[*letter]].concat())
            })
            .collect();
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_fits_one_pass() {
        assert!(Prefilter::new().anchors.len() <= 64);
    }

    #[test]
    fn both_engines_find_the_same() {
        let packed = Prefilter::new();
        let slow = Prefilter { engine: Engine::None, ..packed.clone() };
        let text =
            b"x-API_key-api-keyapikey sk-sk-eyJtoken ghp_AKIASIA xoxAIza TokenpassWORD----------BEGIN ";
        let places = |filter: &Prefilter| {
            let mut places = Vec::new();
            filter.each(text, |anchor, start| places.push((start, anchor.word)));
            places.sort_unstable();
            places
        };
        assert_eq!(places(&packed), places(&slow));
        assert_eq!(places(&packed).len(), 15);
    }
}
