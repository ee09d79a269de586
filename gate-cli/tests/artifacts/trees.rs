//! The fixture trees.

use std::path::PathBuf;

use gate_cli::artifacts::{RunRequest, read_run};
use gate_core::contract::facts::{Archive, Artifact, Kind, NotFinite, RunFacts};
use gate_core::document::Node;
use gate_tests::fixtures::{self, Fixture};
use tempfile::TempDir;

use super::{array, broken, read, said, unreadable};

struct Trees {
    unpacked: TempDir,
    index: Vec<Fixture>,
}

impl Trees {
    fn new() -> Self {
        let unpacked = fixtures::unpack();
        let index = fixtures::index(&unpacked);
        Self { unpacked, index }
    }

    fn request(&self, name: &str) -> RunRequest {
        let fixture = self.index.iter().find(|fixture| fixture.name == name).expect("a known tree");
        let path = |argument| fixture.path(argument, &self.unpacked);
        RunRequest {
            run_id: fixture.text("run_id").unwrap_or_default().to_owned(),
            strict_run_id: false,
            processed_npz: path("processed_npz"),
            preprocessor_pkl: path("preprocessor_pkl"),
            meta: None,
            covariate_spec: path("covariate_spec"),
            dynamic: Vec::new(),
            r#static: Vec::new(),
            sequence_length: 8,
            horizon: 1,
            headers_only: false,
        }
    }

    fn facts(&self, name: &str) -> RunFacts {
        read_run(&self.request(name))
    }

    fn archive(&self, name: &str) -> Archive {
        read(&self.facts(name).npz).clone()
    }
}

fn shapes(archive: &Archive) -> Vec<(&str, Kind, &[u64])> {
    archive.arrays.iter().map(|array| (array.name.as_str(), array.kind, array.shape.as_slice())).collect()
}

fn run_id(document: &Artifact<Node>) -> &Node {
    let Node::Object(entries) = read(document) else { panic!("{document:?}") };
    &entries.iter().find(|(key, _)| key == "run_id").expect("a run id").1
}

#[test]
fn the_good_tree_is_read_as_upstream_writes_it() {
    let facts = Trees::new().facts("good");
    let archive = read(&facts.npz);
    let series: &[u64] = &[48];
    let expected: [(&str, Kind, &[u64]); 9] = [
        ("X", Kind::Float, &[40, 8, 1]),
        ("y", Kind::Float, &[40, 1]),
        ("timestamps", Kind::Object, series),
        ("raw_target", Kind::Float, series),
        ("interpolated", Kind::Float, series),
        ("smoothed", Kind::Float, series),
        ("scaled", Kind::Float, series),
        ("feature_names", Kind::Text, &[1]),
        ("target_indices", Kind::Integer, &[1]),
    ];
    assert_eq!(shapes(archive), expected);
    assert_eq!(archive.feature_names, Some(Ok(vec!["target".to_owned()])));
    assert_eq!(archive.target_indices, Some(Ok(vec![0])));
    assert!(archive.data_checked && archive.not_finite.is_empty());
    assert!(archive.arrays.iter().all(|array| array.broken.is_none()), "{archive:?}");
    for document in [&facts.meta, &facts.split, &facts.preprocessor] {
        assert_eq!(run_id(document), &Node::Text("run-good".to_owned()));
    }
    assert_eq!(facts.spec, Artifact::NotNamed);
}

#[test]
fn headers_alone_give_the_same_facts_but_for_the_data() {
    let trees = Trees::new();
    for fixture in &trees.index {
        let whole = trees.facts(&fixture.name);
        let headers = read_run(&RunRequest { headers_only: true, ..trees.request(&fixture.name) });
        let (Artifact::Read(_, whole), Artifact::Read(_, headers)) = (&whole.npz, &headers.npz) else {
            assert_eq!(whole.npz, headers.npz, "{}", fixture.name);
            continue;
        };
        assert!(!headers.data_checked && headers.not_finite.is_empty());
        assert_eq!(headers.feature_names, whole.feature_names, "{}", fixture.name);
        assert_eq!(headers.target_indices, whole.target_indices, "{}", fixture.name);
        let unbroken = |archive: &Archive| {
            let whole = archive.arrays.iter().filter(|array| array.broken.is_none());
            whole.cloned().collect::<Vec<_>>()
        };
        let known = unbroken(headers);
        assert!(unbroken(whole).iter().all(|array| known.contains(array)), "{}", fixture.name);
    }
}

#[test]
fn everything_in_a_good_tree_can_be_read() {
    let trees = Trees::new();
    for fixture in trees.index.iter().filter(|fixture| fixture.exit_code == 0) {
        let facts = trees.facts(&fixture.name);
        let archive = read(&facts.npz);
        assert!(archive.arrays.iter().all(|array| array.broken.is_none()), "{}: {archive:?}", fixture.name);
        assert!(matches!(archive.feature_names, Some(Ok(_))), "{}", fixture.name);
        assert!(matches!(archive.target_indices, Some(Ok(_))), "{}", fixture.name);
        assert_eq!(archive.not_finite, [], "{}", fixture.name);
        for document in [&facts.meta, &facts.split, &facts.preprocessor, &facts.spec] {
            assert!(!matches!(document, Artifact::Unreadable(..)), "{}: {document:?}", fixture.name);
        }
    }
}

#[test]
fn other_forms_hold_the_same() {
    let trees = Trees::new();
    let good = trees.facts("good");
    for name in ["good_stored_zip", "good_big_endian"] {
        assert_eq!(shapes(&trees.archive(name)), shapes(read(&good.npz)), "{name}");
    }
    for protocol in [0, 1, 2, 3, 5] {
        let facts = trees.facts(&format!("good_pickle_protocol_{protocol}"));
        assert_eq!(read(&facts.preprocessor), read(&good.preprocessor), "protocol {protocol}");
    }
}

#[test]
fn a_broken_archive_is_unreadable() {
    let trees = Trees::new();
    let cases = [
        ("truncated_zip", "expected a whole zip archive, found no end of the directory"),
        ("truncated_zip_no_eocd", "expected a whole zip archive, found no end of the directory"),
        ("npz_empty_file", "expected a zip archive of arrays, found no content"),
        ("npz_garbage", "expected a zip archive of arrays, found a file that starts with `this is `"),
        ("npz_is_npy", "expected a zip archive of arrays, found a single array (`.npy`)"),
        ("npz_is_pickle", "expected a zip archive of arrays, found a pickle"),
    ];
    for (name, message) in cases {
        assert_eq!(said(unreadable(&trees.facts(name).npz)), format!(": {message}"), "{name}");
    }
}

#[test]
fn a_broken_member_is_marked() {
    let trees = Trees::new();
    let cases = [
        ("corrupt_npz_crc", "expected the CRC-32 766c1484, found 77d68062"),
        ("corrupt_npz_deflate", "expected data that can be unpacked, found corrupt deflate stream"),
        (
            "npz_huge_shape",
            "expected 31999999999968 bytes for the shape (999999999999, 8, 1), found 64 bytes",
        ),
        ("npz_bad_magic", "expected an array in `.npy` format 1.0, 2.0 or 3.0, found `NOT-A-NP`"),
        ("npz_member_short", "expected 1280 bytes for the shape (40, 8, 1), found 1240 bytes"),
    ];
    for (name, message) in cases {
        let archive = trees.archive(name);
        assert_eq!(broken(&archive, "X"), format!("X: {message}"), "{name}");
        assert_eq!(array(&archive, "y").broken, None, "{name}");
    }
}

#[test]
fn names_in_an_object_array_are_not_unpickled() {
    let names = Trees::new().archive("object_feature_names").feature_names.expect("it is there");
    let message =
        "feature_names: expected an array of text, found Python objects, which only unpickling could read";
    assert_eq!(said(&names.expect_err("it cannot be read")), message);
}

#[test]
fn the_first_nan_of_each_array_is_found() {
    let nan = |array: &str| NotFinite { array: array.to_owned(), index: 0, value: "NaN".to_owned() };
    assert_eq!(Trees::new().archive("nan_windows").not_finite, [nan("X"), nan("y")]);
}

#[test]
fn documents_say_where_they_are_wrong() {
    let trees = Trees::new();
    let meta = [
        (
            "meta_malformed",
            "expected JSON, found a syntax error: EOF while parsing an object at line 1 column 1",
        ),
        ("meta_not_object", "expected a JSON object, found an array"),
    ];
    for (name, message) in meta {
        assert_eq!(said(unreadable(&trees.facts(name).meta)), format!(": {message}"), "{name}");
    }
    let split = [
        ("split_bom", "expected UTF-8 text without a byte order mark, found a byte order mark"),
        (
            "split_malformed",
            "expected JSON, found a syntax error: EOF while parsing a value at line 1 column 19",
        ),
        ("split_not_object", "expected a JSON object, found an array"),
    ];
    for (name, message) in split {
        assert_eq!(said(unreadable(&trees.facts(name).split)), format!(": {message}"), "{name}");
    }
}

#[test]
fn a_preprocessor_that_is_no_plain_pickle_is_unreadable() {
    let trees = Trees::new();
    let plain = "expected plain data: containers, text, numbers, booleans and None";
    let cases = [
        (
            "pickle_code_execution",
            format!("byte 0: {plain}, found the opcode GLOBAL, which imports `builtins.eval`"),
        ),
        (
            "pickle_ordered_dict",
            format!(
                "byte 39: {plain}, found the opcode STACK_GLOBAL, which imports `collections.OrderedDict`"
            ),
        ),
        ("pickle_truncated", "byte 2: expected a frame of 24 bytes, found 20 bytes".to_owned()),
        ("pickle_empty", ": expected a pickle, found no content".to_owned()),
        ("pickle_is_text", "byte 0: expected an opcode of a pickle, found `{`".to_owned()),
    ];
    for (name, message) in cases {
        assert_eq!(said(unreadable(&trees.facts(name).preprocessor)), message, "{name}");
    }
}

#[test]
fn what_is_not_there_is_absent() {
    let trees = Trees::new();
    for name in ["npz_missing", "mismatch_beats_missing_npz"] {
        let facts = trees.facts(name);
        assert!(matches!(&facts.npz, Artifact::Absent(path) if path.explicit && path.resolved.is_none()));
        assert!(matches!(facts.meta, Artifact::Read(..)), "documents are read without the npz");
    }
    assert!(matches!(trees.facts("spec_file_missing").spec, Artifact::Absent(path) if path.explicit));
    let explicit = trees.facts("preprocessor_missing_explicit").preprocessor;
    assert!(matches!(explicit, Artifact::Absent(path) if path.explicit));
    let inferred = trees.facts("preprocessor_missing_inferred").preprocessor;
    assert!(matches!(inferred, Artifact::Absent(path) if !path.explicit));
    assert_eq!(trees.facts("good_flat_path").preprocessor, Artifact::NotNamed);
    assert_eq!(trees.facts("path_traversal").preprocessor, Artifact::NotNamed);
}

#[test]
fn nothing_is_asked_for_without_an_npz() {
    let trees = Trees::new();
    let facts = read_run(&RunRequest { processed_npz: None, ..trees.request("good") });
    assert_eq!(facts.npz, Artifact::NotNamed);
    assert_eq!([&facts.meta, &facts.split, &facts.preprocessor, &facts.spec], [&Artifact::NotNamed; 4]);
    let meta: PathBuf =
        trees.unpacked.path().join("run_contract/good/artifacts/processed/run-good/meta.json");
    let facts = read_run(&RunRequest { processed_npz: None, meta: Some(meta), ..trees.request("good") });
    assert_eq!(run_id(&facts.meta), &Node::Text("run-good".to_owned()));
}
