//! Pickles of plain data, and what is refused.

use std::process::Command;

use gate_cli::artifacts::read_pickle;
use gate_core::document::{Node, from_json_tree};

use super::said;

fn refused(bytes: &[u8]) -> String {
    said(&read_pickle(bytes).expect_err("no plain pickle"))
}

fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

fn object(entries: &[(&str, Node)]) -> Node {
    Node::Object(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

#[test]
fn every_opcode_that_imports_or_calls_is_refused() {
    let plain = "expected plain data: containers, text, numbers, booleans and None, found the opcode";
    let cases: [(&[u8], &str); 14] = [
        (b"cos\nsystem\n(S'true'\ntR.", "byte 0: {} GLOBAL, which imports `os.system`"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "byte 14: {} STACK_GLOBAL, which imports `os.system`"),
        (b"(S'true'\nios\nsystem\n.", "byte 9: {} INST, which imports and calls `os.system`"),
        (b"(No.", "byte 2: {} OBJ, which calls a class"),
        (b"N)R.", "byte 2: {} REDUCE, which calls a function"),
        (b"}}b.", "byte 2: {} BUILD, which sets the state of an object"),
        (b"N)\x81.", "byte 2: {} NEWOBJ, which calls a class"),
        (b"N)}\x92.", "byte 3: {} NEWOBJ_EX, which calls a class"),
        (b"\x82\x01.", "byte 0: {} EXT1, which imports a registered name"),
        (b"\x83\x01\x00.", "byte 0: {} EXT2, which imports a registered name"),
        (b"\x84\x01\x00\x00\x00.", "byte 0: {} EXT4, which imports a registered name"),
        (b"Pid\n.", "byte 0: {} PERSID, which loads an object from elsewhere"),
        (b"NQ.", "byte 1: {} BINPERSID, which loads an object from elsewhere"),
        (b"\x97.", "byte 0: {} NEXT_BUFFER, which holds bytes that lie elsewhere"),
    ];
    for (bytes, message) in cases {
        assert_eq!(refused(bytes), message.replace("{}", plain));
    }
}

#[test]
fn bytes_are_no_text() {
    // `{"run_id": b"x"}` must not pass as the run `x`.
    let message = "byte 14: expected plain data: containers, text, numbers, booleans and None, \
                   found the opcode SHORT_BINBYTES, which holds bytes";
    assert_eq!(refused(b"\x80\x03}X\x06\0\0\0run_idC\x01xs."), message);
}

#[test]
fn keys_that_are_no_text_are_spelled_as_json_does() {
    // {1: 'a', True: 'b', None: 'c', 'x': 'd', 'x': 'e'}
    let entries = object(&[("1", text("a")), ("true", text("b")), ("null", text("c")), ("x", text("e"))]);
    let bytes = b"\x80\x04}(K\x01\x8c\x01a\x88\x8c\x01bN\x8c\x01c\x8c\x01x\x8c\x01d\x8c\x01x\x8c\x01eu.";
    assert_eq!(read_pickle(bytes), Ok(entries));
    let message = ": expected dict keys that are text, numbers, booleans or None, found a container";
    assert_eq!(refused(b"}(K\x01\x85Nu."), message);
}

#[test]
fn a_value_that_is_remembered_is_shared() {
    // a = ['x']; [a, a], where the inner list is filled after it was remembered.
    let bytes = b"(lp0\n(lp1\nVx\naag1\na.";
    let inner = Node::Array(vec![text("x")]);
    assert_eq!(read_pickle(bytes), Ok(Node::Array(vec![inner.clone(), inner])));
}

#[test]
fn bytes_after_the_pickle_are_ignored_and_values_under_it_are_not() {
    assert_eq!(read_pickle(b"K\x05.trailing"), Ok(Node::Unsigned(5)));
    assert_eq!(refused(b"K\x05K\x06."), "byte 4: expected one value at the end, found 2");
    assert_eq!(refused(b"(K\x05."), "byte 3: expected one value at the end, found 2");
    assert_eq!(refused(b"."), "byte 0: expected one value at the end, found 0");
}

#[test]
fn a_mark_is_a_floor() {
    assert_eq!(refused(b"](a."), "byte 2: expected a value on the stack, found none");
    assert_eq!(refused(b"]K\x01e."), "byte 3: expected a mark, found none");
    assert_eq!(
        refused(b"}(K\x01u."),
        "byte 4: expected a value for each key of a dict, found a key without one"
    );
    assert_eq!(
        refused(b"NK\x01a."),
        "byte 3: expected a container to put a value into, found something else"
    );
    assert_eq!(refused(b"h\x07."), "byte 0: expected a value that was remembered, found memo 7");
    assert_eq!(refused(b"\x80\x06N."), "byte 0: expected a protocol of at most 5, found 6");
    // POP_MARK takes what lies above the mark, POP a mark that lies on top.
    assert_eq!(read_pickle(b"N(K\x011."), Ok(Node::Null));
    assert_eq!(read_pickle(b"N(0."), Ok(Node::Null));
}

#[test]
fn a_list_that_contains_itself_is_refused() {
    let message = ": expected at most 128 levels of nesting, found more, or a value that contains itself";
    assert_eq!(refused(b"]q\x00h\x00a."), message);
    assert_eq!(refused(b"}q\x00(Vself\nh\x00u."), message);
    let nested = [vec![b']'; 1000], vec![b'a'; 999], b".".to_vec()].concat();
    assert_eq!(refused(&nested), message);
}

#[test]
fn laughs_are_counted() {
    // Forty lists, each of which holds the one before it ten times.
    let mut bytes = b"(]q\x00".to_vec();
    for level in 0..40_u8 {
        bytes.extend([b']', b'q', level + 1, b'(']);
        bytes.extend([b'h', level].repeat(10));
        bytes.push(b'e');
    }
    bytes.extend(b"t.");
    assert_eq!(refused(&bytes), ": expected at most 1048576 values, found more");
    // One text of a megabyte, a hundred times.
    let mut text = b"(X\x00\x00\x10\x00".to_vec();
    text.extend(vec![b'a'; 1 << 20]);
    text.extend(b"q\x00");
    text.extend(b"h\x00".repeat(100));
    text.extend(b"l.");
    assert_eq!(refused(&text), ": expected at most 67108864 bytes of text, found more");
    assert_eq!(refused(&vec![b'N'; 1 << 21]), ": expected at most 1048576 opcodes, found more");
}

#[test]
fn lengths_that_nothing_backs_are_not_allocated() {
    let end = "the end of the file";
    assert_eq!(refused(b"X\xff\xff\xff\xffab"), "byte 0: expected 4294967295 more bytes, found 2 bytes");
    assert_eq!(
        refused(b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff"),
        format!("byte 0: expected 18446744073709551615 more bytes, found {end}")
    );
    assert_eq!(
        refused(b"\x8b\xff\xff\xff\xff"),
        format!("byte 0: expected 4294967295 more bytes, found {end}")
    );
    assert_eq!(
        refused(b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN."),
        "byte 0: expected a frame of 18446744073709551615 bytes, found 2 bytes"
    );
    assert_eq!(refused(b"Vabc"), format!("byte 0: expected a line, found {end}"));
    assert_eq!(refused(b"N"), format!("byte 1: expected 1 more bytes, found {end}"));
}

/// What Python pickles in each protocol is what it writes as JSON.
#[test]
fn agrees_with_python_in_every_protocol() {
    const SCRIPT: &str = r"
import json, pickle, sys
shared = ['temp', 'promo']
payload = {
    'run_id': '실행-01', 'empty': '', 'escapes': 'a\\b\\u0041\nc\r\x1a\0é😀', 'none': None, 'yes': True, 'no': False,
    'ints': [0, 1, 255, 256, 65535, 65536, -1, -129, 2**31 - 1, 2**31, -2**31, 2**63 - 1, -2**63, 2**64 - 1],
    'floats': [0.0, -0.5, 1e-300, 1.7976931348623157e308], 'tuples': [[], (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    'dicts': {'a': {}, 'b': {'c': shared}, 'd': shared}, 'long': 'x' * 70000, 'many': list(range(3000)),
}
for protocol in range(6):
    print(pickle.dumps(payload, protocol).hex())
print(json.dumps(payload))
";
    let python = Command::new("python3").args(["-c", SCRIPT]).env("PYTHONIOENCODING", "utf-8").output();
    let Ok(output) = python else { return eprintln!("skipped: there is no python3") };
    let output = String::from_utf8(output.stdout).expect("text");
    let mut lines: Vec<&str> = output.lines().collect();
    let expected = from_json_tree(lines.pop().expect("JSON").as_bytes()).expect("JSON");
    assert_eq!(lines.len(), 6);
    for (protocol, line) in lines.into_iter().enumerate() {
        let byte = |at: usize| u8::from_str_radix(&line[at..at + 2], 16).expect("hexadecimal");
        let bytes: Vec<u8> = (0..line.len()).step_by(2).map(byte).collect();
        assert_eq!(read_pickle(&bytes), Ok(expected.clone()), "protocol {protocol}");
    }
}
