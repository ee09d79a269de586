//! The scan of what lies packed in a file.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use gate_tests::npz::{Member, archive};
use serde_json::Value;

use crate::Folder;

/// Built here, so that no scan of this repository finds it.
fn assigned() -> String {
    format!("x {} = \"{}\"\n", "api_key", "a1B2c3D4e5F6g7H8")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The exit status of a scan of these bytes as `dist/a`, where it found something, and what else it says.
fn scan(bytes: &[u8]) -> (i32, Vec<String>, Vec<String>) {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("dist")).unwrap();
    folder.write("dist/a", bytes);
    let ran = folder.gate(&["release", "secrets", "dist", "--format", "json"]);
    let report = ran.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let place = |row: &Value| format!("{} {}", text(&row["artifact"]), row["start"]);
    let problem = |row: &Value| format!("{}: {}", text(&row["path"]), text(&row["found"]));
    let rows = |key: &str| report[key].as_array().unwrap().clone();
    (ran.code, rows("findings").iter().map(place).collect(), rows("problems").iter().map(problem).collect())
}

fn found(bytes: &[u8]) -> Vec<String> {
    let (code, findings, problems) = scan(bytes);
    assert_eq!((code, &problems[..]), (3, &[][..]));
    findings
}

/// Why a scan of these bytes is inconclusive.
fn unread(bytes: &[u8]) -> String {
    let (code, findings, problems) = scan(bytes);
    assert_eq!((code, &findings[..], problems.len()), (2, &[][..], 1), "{problems:?}");
    problems[0].clone()
}

#[test]
fn a_packed_secret_is_found_where_it_lies() {
    let secret = assigned();
    let line = secret.as_bytes();
    let wheel = archive(&[Member::deflated("pkg/x.py", line), Member::stored("pkg/y.py", b"fine")]);
    assert_eq!(found(&wheel), ["dist/a!pkg/x.py 13"]);
    let stored = archive(&[Member::stored("pkg/x.py", line)]);
    assert_eq!(found(&stored), ["dist/a!pkg/x.py 13"], "once, although it lies open in the file");
    assert_eq!(found(&[b"#!/usr/bin/env python3\n", &wheel[..]].concat()), ["dist/a!pkg/x.py 13"]);
    assert_eq!(found(&gzip(line)), ["dist/a!content 13"]);
    assert_eq!(found(&[gzip(b"one\n"), gzip(line)].concat()), ["dist/a!content 17"], "two members");
    let tree = tar(&[("pkg/x.py", line), ("pkg/y.py", b"fine")]);
    assert_eq!(found(&tree), ["dist/a!pkg/x.py 13"]);
    assert_eq!(found(&gzip(&tree)), ["dist/a!content!pkg/x.py 13"]);
    assert_eq!(found(&gzip(&tar(&[("b.whl", &wheel)]))), ["dist/a!content!b.whl!pkg/x.py 13"]);
    assert_eq!(found(&archive(&[Member::stored("logs/b.gz", &gzip(line))])), ["dist/a!logs/b.gz!b 13"]);
    assert_eq!(scan(&gzip(&tar(&[("x", b"fine")]))).0, 0);
}

#[test]
fn a_packed_secret_on_any_border_of_two_windows_is_found_once() {
    for before in (1024 * 1024 - 20_000..1024 * 1024 + 200).step_by(1013) {
        let bytes = [vec![b' '; before], assigned().into_bytes(), vec![b' '; 1024 * 1024]].concat();
        assert_eq!(found(&gzip(&bytes)), [format!("dist/a!content {}", before + 13)]);
    }
}

#[test]
fn what_cannot_be_looked_into_is_no_pass() {
    let wheel = archive(&[Member::deflated("x", &[b'x'; 300])]);
    let cut = &gzip(&[b'x'; 300])[..20];
    assert_eq!(unread(cut), "`dist/a!content`: unexpected end of file");
    assert_eq!(unread(&wheel[..wheel.len() - 3]), "`dist/a!*`: a broken zip: Unexpected end of file");
    assert_eq!(
        unread(&[gzip(b"one"), b"more than a header".to_vec()].concat()),
        "`dist/a!content`: invalid gzip header"
    );
    let tree = tar(&[("x", b"fine")]);
    assert_eq!(unread(&tree[..600]), "`dist/a!*`: a tar without an end");
    assert_eq!(unread(&[&tree[..], b"more"].concat()), "`dist/a!*`: data behind the end of a tar");
    let encrypted = Member { flags: 1, ..Member::stored("x", b"fine") };
    assert_eq!(unread(&archive(&[encrypted])), "`dist/a!x`: it is encrypted");
    let packed = Member { method: 12, ..Member::stored("x", b"fine") };
    assert_eq!(unread(&archive(&[packed])), "`dist/a!x`: it is packed by method 12, and not by deflate");
    let damaged = Member { crc: 1, ..Member::deflated("x", b"fine") };
    assert_eq!(
        unread(&archive(&[damaged])),
        "`dist/a!x`: Invalid checksum: expected 0x00000001, got 0xbea95492"
    );
    let deep = gzip(&gzip(&gzip(&gzip(b"fine"))));
    assert_eq!(unread(&deep), "`dist/a!content!content!content!*`: packed more than 3 times");
    for (bytes, kind) in
        [(&b"\xfd7zXZ\0..."[..], "xz"), (b"BZh91AY&SY", "bzip2"), (b"\x28\xb5\x2f\xfd..", "zstd")]
    {
        assert_eq!(unread(bytes), format!("`dist/a!*`: a container that is not looked into: {kind}"));
        let inside = archive(&[Member::deflated("x", bytes)]);
        assert_eq!(unread(&inside), format!("`dist/a!x!*`: a container that is not looked into: {kind}"));
    }
    assert_eq!(unread(b""), "artifacts: empty ones");
}
