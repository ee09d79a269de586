//! How covariate names are read and compared.
//!
//! Names are trimmed, may hold anything that can be seen, and are the same when Unicode's normal form C of both is the
//! same: `é` typed as one character or as two looks alike everywhere, and two covariates that nobody can tell apart are
//! a mistake. A macOS file system or a spreadsheet changes the form without being asked, so names in another form than
//! C are not refused.

use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The name without white space around it. What Python calls white space counts: the separators U+001C to U+001F, too.
pub(super) fn trimmed(name: &str) -> &str {
    name.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

/// The first character that cannot be seen: it would make two different names look alike, or break a line.
pub(super) fn invisible(name: &str) -> Option<char> {
    // Most names are ASCII, where a look at the bytes is enough.
    if name.bytes().fold(true, |plain, byte| plain & (0x20..0x7f).contains(&byte)) {
        return None;
    }
    name.chars().find(|c| c.is_control() || is_format(*c))
}

/// Unicode's category Cf (format) with the line and paragraph separators, as of Unicode 16, in order.
const FORMAT: [(char, char); 22] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{2066}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

fn is_format(c: char) -> bool {
    // Nothing in ASCII is, and most names are at least partly in ASCII.
    if c.is_ascii() {
        return false;
    }
    let next = FORMAT.partition_point(|(first, _)| *first <= c);
    next.checked_sub(1).and_then(|at| FORMAT.get(at)).is_some_and(|(_, last)| c <= *last)
}

/// What two names are compared by.
pub(super) fn key(name: &str) -> Cow<'_, str> {
    if name.is_ascii() || is_nfc_quick(name.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.nfc().collect())
}

/// Names in the order of their keys.
pub(super) struct Names<'a>(Vec<Cow<'a, str>>);

impl<'a> Names<'a> {
    pub(super) fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut keys: Vec<Cow<'a, str>> = names.into_iter().map(key).collect();
        keys.sort_unstable();
        Self(keys)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        let wanted = key(name);
        self.0.binary_search_by(|known| known.as_ref().cmp(&wanted)).is_ok()
    }
}

/// True only if no name stands twice.
///
/// It gives up on names whose hashes crowd together, which hardly happens by chance, so that chosen names cost no more
/// than others.
pub(super) fn surely_differ<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> bool {
    const PROBES: usize = 64;
    // At most a quarter of the table is used: then a free place is mostly the first one.
    let bits = (names.len() * 4).next_power_of_two().trailing_zeros();
    let mut table = vec![0; (1 << bits) + PROBES];
    names.map(|name| hash(&key(name)) | 1).all(|hash| {
        let home = usize::try_from(hash >> (u64::BITS - bits)).unwrap_or_default();
        let places = table.iter_mut().skip(home).take(PROBES);
        let mut in_the_way = places.skip_while(|place| **place != 0 && **place != hash);
        in_the_way.next().is_some_and(|place| core::mem::replace(place, hash) == 0)
    })
}

/// The place of every name that stood before, with the place where it stood first.
///
/// It sorts hashes and looks at the names only where two hashes are equal, so names that were chosen to collide cost
/// comparisons, but no more than sorting the names would.
pub(super) fn repeated(names: &[&str]) -> Vec<(usize, usize)> {
    // A hash and its place in one number: nothing sorts faster.
    let packed = |(name, place): (&&str, u64)| u128::from(hash(&key(name))) << 64 | u128::from(place);
    let mut order: Vec<u128> = names.iter().zip(0..).map(packed).collect();
    order.sort_unstable();
    let mut repeated = Vec::new();
    for alike in order.chunk_by(|a, b| a >> 64 == b >> 64).filter(|alike| alike.len() > 1) {
        let mut alike: Vec<(Cow<'_, str>, usize)> = alike.iter().filter_map(|it| at(names, *it)).collect();
        alike.sort_unstable();
        for same in alike.chunk_by(|(a, _), (b, _)| a == b) {
            let Some(((_, first), later)) = same.split_first() else { continue };
            repeated.extend(later.iter().map(|(_, later)| (*later, *first)));
        }
    }
    repeated.sort_unstable();
    repeated
}

/// The key and the place of a packed name.
fn at<'a>(names: &[&'a str], packed: u128) -> Option<(Cow<'a, str>, usize)> {
    let place = usize::try_from(packed & u128::from(u64::MAX)).ok()?;
    names.get(place).map(|name| (key(name), place))
}

/// A quick hash, eight bytes at a time. Nothing depends on its quality but speed.
fn hash(name: &str) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, part: u64| (hash ^ part).wrapping_mul(ODD).rotate_left(29);
    let (chunks, tail) = name.as_bytes().as_chunks::<8>();
    let hash = chunks.iter().fold(ODD, |hash, chunk| mix(hash, u64::from_le_bytes(*chunk)));
    let tail = tail.iter().fold(1, |part: u64, byte| part << 8 | u64::from(*byte));
    mix(hash, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_as_python_does() {
        assert_eq!(trimmed("\u{1f}\u{3000}\t a b\u{85}\u{a0} "), "a b");
        assert_eq!(trimmed(" \u{1c}"), "");
        assert_eq!(trimmed("\u{200b}a\u{feff}"), "\u{200b}a\u{feff}");
    }

    #[test]
    fn sees_what_cannot_be_seen() {
        for c in ['\0', '\n', '\u{7f}', '\u{85}', '\u{200b}', '\u{202e}', '\u{2028}', '\u{feff}', '\u{e007f}']
        {
            assert_eq!(invisible(&alloc::format!("a{c}b")), Some(c));
        }
        assert_eq!(invisible("온도 température 🌡\u{fe0f} __proto__"), None);
    }

    #[test]
    fn ranges_of_format_characters_are_in_order() {
        assert!(FORMAT.is_sorted_by(|(_, last), (first, _)| last < first));
        assert!(FORMAT.iter().all(|(first, last)| first <= last && is_format(*first) && is_format(*last)));
        assert!(!is_format('a') && !is_format('\u{ac}') && !is_format('\u{e0080}'));
    }

    #[test]
    fn finds_repeated_names_whatever_their_form() {
        assert_eq!(repeated(&["é", "a", "b", "e\u{301}", "a", "a", "fi", "ﬁ"]), [(3, 0), (4, 1), (5, 1)]);
        assert_eq!(repeated(&[]), []);
    }

    #[test]
    fn is_sure_of_what_differs_and_of_nothing_else() {
        let names: Vec<alloc::string::String> = (0..20_000).map(|i| alloc::format!("feature_{i}")).collect();
        for count in [0, 1, 2, 7, 1000, names.len()] {
            let mut names: Vec<&str> = names.iter().take(count).map(alloc::string::String::as_str).collect();
            assert!(surely_differ(names.iter().copied()), "{count}");
            names.extend(names.first().copied());
            assert_eq!(surely_differ(names.into_iter()), count == 0, "{count}");
        }
        assert!(!surely_differ(["é", "a", "e\u{301}"].into_iter()));
    }

    #[test]
    fn finds_a_name_in_another_form() {
        let names = Names::new(["b", "한", "a"]);
        assert!(names.has("\u{1112}\u{1161}\u{11ab}") && names.has("a") && !names.has("c"));
    }
}
