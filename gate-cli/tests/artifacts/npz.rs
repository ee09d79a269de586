//! Archives in every form that numpy writes, and in forms that nobody should write.

use gate_cli::artifacts::read_archive_bytes;
use gate_core::contract::facts::{Archive, Kind, NotFinite};
use gate_tests::npz::{Member, SAMPLES, archive, array, floats, sample, with_header};

use super::{broken, said};

fn facts(bytes: &[u8]) -> Archive {
    read_archive_bytes(bytes, false).expect("an archive")
}

fn refused(bytes: &[u8]) -> String {
    said(&read_archive_bytes(bytes, false).expect_err("no archive"))
}

/// An archive of one array `X`, whatever its bytes are.
fn only(member: Member) -> Archive {
    facts(&archive(&[Member { name: "X.npy".to_owned(), ..member }]))
}

/// Windows of two values each, and an array that is to be judged with them.
fn windows(extra: &str, data: &[u8]) -> Vec<u8> {
    let x = array("<f4", "(2, 2, 1)", &floats(&[0.0; 4]));
    let y = array("<f4", "(2, 1)", &floats(&[0.0; 2]));
    archive(&[Member::stored("X.npy", &x), Member::deflated("y.npy", &y), Member::stored(extra, data)])
}

#[test]
fn every_form_that_numpy_writes() {
    for (name, bytes) in SAMPLES {
        let facts = facts(bytes);
        assert!(facts.not_finite.is_empty());
        let rows = if name == "duplicate_member" { 5 } else { 12 };
        let x = facts.arrays.iter().find(|array| array.name == "X");
        match name {
            "empty_zip" => assert!(facts.arrays.is_empty()),
            "traversal_names" => assert!(x.is_none() && facts.feature_names.is_none()),
            _ => {
                let x = x.expect("X");
                assert_eq!(
                    (x.kind, x.shape.as_slice(), &x.broken),
                    (Kind::Float, [rows, 4, 1].as_slice(), &None)
                );
                assert_eq!(facts.feature_names, Some(Ok(vec!["target".to_owned()])), "{name}");
                assert_eq!(facts.target_indices, Some(Ok(vec![0])), "{name}");
            }
        }
    }
}

#[test]
fn a_member_that_is_no_array_harms_nobody() {
    let facts = facts(sample("extra_member"));
    let message = "readme.txt: expected an array in `.npy` format 1.0, 2.0 or 3.0, found `hi`";
    assert_eq!(broken(&facts, "readme.txt"), message);
}

#[test]
fn bytes_before_the_archive_are_refused_and_bytes_after_it_are_not() {
    let good = sample("stored");
    assert_eq!(facts(&[good, b"\0\0trailing"].concat()), facts(good));
    let message = ": expected a zip archive of arrays, found a file that starts with `#!/bin/s`";
    assert_eq!(refused(&[b"#!/bin/sh\n", good].concat()), message);
}

#[test]
fn the_bare_name_wins_over_the_one_with_a_suffix() {
    let one = |rows: u32| array("|u1", &format!("({rows},)"), &vec![0; rows as usize]);
    let names = ["X", "X.npy", "X.npy"].into_iter().zip(1..);
    let members: Vec<Member> = names.map(|(name, rows)| Member::stored(name, &one(rows))).collect();
    let shapes = |members: &[Member]| {
        facts(&archive(members)).arrays.iter().map(|x| x.shape.clone()).collect::<Vec<_>>()
    };
    assert_eq!(shapes(&members), [[1]]);
    assert_eq!(shapes(&members[1..]), [[3]]);
}

#[test]
fn a_member_whose_own_header_has_another_name_spoils_the_archive() {
    let mut bytes = windows("scaled.npy", &array("<f4", "(0,)", &[]));
    let at = bytes.windows(5).position(|window| window == b"X.npy").expect("the name");
    bytes[at] = b'Z';
    assert_eq!(refused(&bytes), "X: expected the name `X.npy` of the directory, found `Z.npy`");
}

#[test]
fn a_directory_that_counts_wrong_spoils_the_archive() {
    let mut bytes = windows("scaled.npy", &array("<f4", "(0,)", &[]));
    let count = bytes.len() - 12;
    bytes[count] = 2;
    assert_eq!(refused(&bytes), ": expected 2 members, found more in the directory");
    bytes[count] = 4;
    assert_eq!(refused(&bytes), ": expected 4 members, found 3 in the directory");
    let many = vec![Member::stored("a", b""); 1025];
    assert_eq!(refused(&archive(&many)), ": expected at most 1024 members, found 1025");
}

#[test]
fn a_directory_that_two_readers_find_at_two_places_spoils_the_archive() {
    let good = archive(&[Member::stored("X.npy", b"")]);
    let size = good.len() - 10;
    let mut bytes = good.clone();
    bytes[size] += 1;
    assert_eq!(
        refused(&bytes),
        ": expected a directory that ends at byte 86, found one of 52 bytes at byte 35"
    );
}

#[test]
fn the_mark_that_ends_lzma_has_to_be_whole() {
    let good = sample("lzma");
    let data = good.windows(5).position(|window| window == b"y.npy").expect("the next member") - 31;
    let mut bytes = good.to_vec();
    bytes[data] ^= 0xff;
    assert!(broken(&facts(&bytes), "X").starts_with("X: expected data that can be unpacked, found "));
}

#[test]
fn bombs_are_refused_by_what_they_claim() {
    let header = array("<f4", "(1000000000,)", &[]);
    let bomb = Member { size: 4_000_000_128, ..Member::deflated("X.npy", &header) };
    let packed = bomb.packed.len();
    let message = format!("{packed} that claim to unpack to 4000000128");
    let message = format!("X: expected bytes that unpack to at most 2000 times as many, found {message}");
    assert_eq!(broken(&only(bomb), "X"), message);
}

#[test]
fn members_are_as_long_as_they_say() {
    let data = array("<f4", "(2,)", &floats(&[1.0, 2.0]));
    let x = |member: Member| {
        let y = Member::stored("y", &array("<f4", "(1,)", &[0; 4]));
        broken(&facts(&archive(&[member, y])), "X")
    };
    let stored = Member::stored("X.npy", &data);
    let size = stored.size;
    let longer = Member { size: size + 1, ..stored.clone() };
    assert_eq!(x(longer), format!("X: expected {} stored bytes, found {size} in the archive", size + 1));
    let deflated = Member::deflated("X.npy", &[data.as_slice(), &[0; 9]].concat());
    let shorter = Member { size: size + 8, ..deflated.clone() };
    assert_eq!(x(shorter), format!("X: expected {} bytes, found more", size + 8));
    let longer = Member { size: size + 10, ..deflated.clone() };
    assert_eq!(x(longer), format!("X: expected {} bytes, found {}", size + 10, size + 9));
    let other = Member { crc: 0, ..deflated.clone() };
    assert_eq!(x(other), format!("X: expected the CRC-32 00000000, found {:08x}", deflated.crc));
}

#[test]
fn unknown_methods_and_encryption_are_refused() {
    let stored = Member::stored("X.npy", &array("<f4", "(0,)", &[]));
    let message = "X: expected a member that is stored, or packed by deflate, bzip2 or lzma, found compression method 93";
    assert_eq!(broken(&only(Member { method: 93, ..stored.clone() }), "X"), message);
    let message = "X: expected a member that is not encrypted, found an encrypted one";
    assert_eq!(broken(&only(Member { flags: 1, ..stored.clone() }), "X"), message);
    let message = "X: expected five bytes of lzma properties, found another length";
    assert_eq!(broken(&only(Member { method: 14, ..stored }), "X"), message);
    // A dictionary of 4 GiB would be allocated before anything is unpacked.
    let greedy = Member {
        method: 14,
        packed: b"\x09\x04\x05\0\x5d\xff\xff\xff\xff\0\0".to_vec(),
        ..Member::stored("X", b"12345678")
    };
    let message = "X: expected an lzma dictionary of at most 67108864 bytes, found 4294967295";
    assert_eq!(broken(&only(greedy), "X"), message);
}

#[test]
fn headers_are_bounded_and_closed() {
    let cases = [
        (
            b"\x93NUMPY\x02\x00\xff\xff\xff\xffxx".to_vec(),
            "a header of at most 65536 bytes, found 4294967295",
        ),
        (
            b"\x93NUMPY\x04\x00\x00\x00".to_vec(),
            "an array in `.npy` format 1.0, 2.0 or 3.0, found `\\x93NUMPY\\x04\\x00`",
        ),
        (b"\x93NUMPY\x01\x00\x10\x00{".to_vec(), "the header of an array, found 11 bytes in all"),
        (with_header("{'x': 1}", &[]), "only `descr`, `fortran_order` and `shape`, found another key"),
        (
            with_header("__import__('os')", &[]),
            "text, an integer of 0 or more, True, False, a tuple or a dict, found `__import__('os')`",
        ),
        (
            array("<f4", "(-1,)", &[]),
            "text, an integer of 0 or more, True, False, a tuple or a dict, found `-1,), }`",
        ),
        (
            array("<f4", "(18446744073709551615, 2)", &[]),
            "more bytes than can be counted for the shape (18446744073709551615, 2), found 0 bytes",
        ),
    ];
    for (bytes, message) in cases {
        assert_eq!(broken(&only(Member::stored("X.npy", &bytes)), "X"), format!("X: expected {message}"));
    }
}

#[test]
fn values_are_found_wherever_a_model_would_meet_them() {
    let nan = |name: &str, index, value: &str| {
        vec![NotFinite { array: name.to_owned(), index, value: value.to_owned() }]
    };
    let series = array("<f4", "(3,)", &floats(&[1.0, f32::NAN, f32::INFINITY]));
    // The windows are used, so nobody reads the series that they were cut from.
    for unused in ["scaled.npy", "raw_target.npy", "X_mv.npy", "y_spline.npy"] {
        assert_eq!(facts(&windows(unused, &series)).not_finite, [], "{unused}");
    }
    assert_eq!(facts(&windows("X_fut.npy", &series)).not_finite, nan("X_fut", 1, "NaN"));
    let series = |members: &[(&str, &[f32])]| {
        let member = |(name, values): &(&str, &[f32])| {
            Member::deflated(name, &array("<f4", &format!("({},)", values.len()), &floats(values)))
        };
        facts(&archive(&members.iter().map(member).collect::<Vec<_>>())).not_finite
    };
    let gap: &[f32] = &[0.0, 1.0, f32::NEG_INFINITY];
    assert_eq!(series(&[("raw_target", gap), ("scaled", &[0.0])]), []);
    assert_eq!(series(&[("raw_target", gap), ("X", &[0.0])]), nan("raw_target", 2, "-Infinity"));
    assert_eq!(series(&[("scaled", gap), ("raw_target", &[0.0])]), nan("scaled", 2, "-Infinity"));
}

#[test]
fn values_are_found_across_chunks_and_widths() {
    let mut values = vec![0_f64; 40_000];
    values[39_999] = f64::INFINITY;
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
    let member = Member::deflated("scaled.npy", &array(">f8", "(40000,)", &data));
    let expected = NotFinite { array: "scaled".to_owned(), index: 39_999, value: "Infinity".to_owned() };
    assert_eq!(facts(&archive(&[member])).not_finite, [expected]);
    let long_double = Member::stored("scaled.npy", &array("<f16", "(1,)", &[0; 16]));
    let message = "scaled: expected floats of 2, 4 or 8 bytes, found 16 bytes";
    assert_eq!(broken(&facts(&archive(&[long_double])), "scaled"), message);
}

#[test]
fn names_and_indices_are_read_in_every_width() {
    let names = |descr, shape, data: &[u8]| {
        let member = Member::stored("feature_names.npy", &array(descr, shape, data));
        facts(&archive(&[member])).feature_names.expect("names").map_err(|error| said(&error))
    };
    let texts = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(names(">U2", "(2,)", b"\0\0\0a\0\0\0b\0\0\xac\x00\0\0\0\0"), texts(&["ab", "가"]));
    assert_eq!(names("|S3", "(2,)", b"ab\0c\0\0"), texts(&["ab", "c"]));
    assert_eq!(names("<U0", "(2,)", b""), texts(&["", ""]));
    let message = "feature_names: expected a Unicode character, found 0xd800";
    assert_eq!(names("<U1", "(1,)", b"\x00\xd8\0\0"), Err(message.to_owned()));
    let message = "feature_names: expected at most 65536 values, found 4000000000000";
    assert_eq!(names("<U0", "(4000000000000,)", b""), Err(message.to_owned()));
    let indices = |descr, data: &[u8]| {
        let member = Member::stored("target_indices.npy", &array(descr, "(2,)", data));
        facts(&archive(&[member])).target_indices.expect("indices").map_err(|error| said(&error))
    };
    assert_eq!(indices("|i1", b"\xff\x02"), Ok(vec![-1, 2]));
    assert_eq!(indices("|u1", b"\xff\x02"), Ok(vec![255, 2]));
    assert_eq!(indices(">i2", b"\xff\xfe\0\x03"), Ok(vec![-2, 3]));
    let message = "target_indices: expected integers of 64 bits with a sign, found 18446744073709551615";
    assert_eq!(indices("<u8", &[0xff; 16]), Err(message.to_owned()));
    let message = "target_indices: expected an array of integers, found floats";
    assert_eq!(indices("<f4", &[0; 8]), Err(message.to_owned()));
}
