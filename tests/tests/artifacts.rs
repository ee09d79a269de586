//! Damaged artifacts: never a panic, never other facts than those of the whole ones.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::fs;

use gate_cli::artifacts::{read_archive_bytes, read_pickle};
use gate_tests::npz::{Member, SAMPLES, archive, array, floats, sample};
use gate_tests::{fixtures, properties_artifacts as must};
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..200)) {
        must::npz_bytes(&bytes);
        must::npz_bytes(&[b"PK\x03\x04", bytes.as_slice()].concat());
        must::pickle_bytes(&bytes);
    }

    #[test]
    fn no_program_of_opcodes_panics(bytes in vec(proptest::sample::select(OPCODES.to_vec()), 0..60)) {
        must::pickle_bytes(&[bytes.as_slice(), b"."].concat());
    }
}

/// Opcodes that plain data use, and a few operands.
const OPCODES: &[u8] = b"().012NIJKLMFGXVSTUgjhpqraeudst]}l\x80\x88\x89\x8a\x8b\x8c\x8d\x8f\x90\x91\x94\x95\x85\x86\x87\x00\x01\n";

#[test]
fn no_flipped_byte_of_an_npz_gives_other_facts() {
    for name in ["stored", "plain_zip", "bzip2", "lzma"] {
        let good = sample(name);
        for at in 0..good.len() {
            must::damaged_npz(good, at, 1 << (at % 8));
        }
    }
}

#[test]
fn no_cut_npz_gives_other_facts() {
    for (_, good) in SAMPLES {
        for length in 0..good.len() {
            must::truncated_npz(good, length);
        }
    }
}

#[test]
fn no_flipped_byte_hides_a_value_that_is_no_number() {
    let windows = array("<f4", "(2, 2, 1)", &floats(&[1.0, 2.0, f32::NAN, f32::INFINITY]));
    let good =
        [Member::stored("X.npy", &windows), Member::deflated("y.npy", &array("<f4", "(2, 1)", &[0; 8]))];
    let good = archive(&good);
    let facts = read_archive_bytes(&good, false).expect("a good archive");
    assert_eq!(facts.not_finite.len(), 1);
    for at in 0..good.len() {
        for bit in 0..8 {
            must::damaged_npz(&good, at, 1 << bit);
        }
    }
}

#[test]
fn no_damaged_pickle_panics() {
    let unpacked = fixtures::unpack();
    for protocol in 0..=5 {
        // Protocol 4 is what upstream writes.
        let name = if protocol == 4 { "good".to_owned() } else { format!("good_pickle_protocol_{protocol}") };
        let path = fixtures::root(&unpacked).join(name).join("artifacts/models/run-good/preprocessor.pkl");
        let good = fs::read(path).expect("a preprocessor");
        assert!(read_pickle(&good).is_ok(), "protocol {protocol}");
        for at in 0..good.len() {
            must::truncated_pickle(&good, at);
            for change in [1 << (at % 8), 0x80, 0xff, good[at] ^ b'.'] {
                let mut damaged = good.clone();
                damaged[at] ^= change;
                must::pickle_bytes(&damaged);
            }
        }
    }
}
