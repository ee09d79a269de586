//! `gate_core::canary::compat` against the recorded behaviour of the upstream script, and against what `CPython` 3.11
//! does where the recording has no row.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::Path;

use gate_core::canary::compat::{self, CompatError, CompatVerdict, ErrorKind, Int, STAGES, Str, Value};
use gate_tests::conformance::{Report, replay_file};

const METRICS: [&str; 5] =
    ["p95_latency_ms", "error_rate", "fallback_rate", "breaker_open_rate", "invalid_output_rate"];

#[test]
fn every_recorded_row_is_answered_as_upstream_did() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/canary_compat.jsonl.gz");
    let mut report = Report::default();
    replay_file(&path, &mut report).expect("the vectors are in the repository");
    assert_eq!(report.to_string(), "2000 passed, 0 failed, 0 skipped");
}

// ---- Checks, in upstream's order -----------------------------------------------------------------------------------

#[test]
fn the_stage_is_looked_at_before_the_document() {
    assert_eq!(error_of("3", "Canary_5"), "ValueError: unsupported stage: Canary_5");
    assert_eq!(error_of("3", " canary_5"), "ValueError: unsupported stage:  canary_5");
    // But after the text, as in `evaluate(json.loads(text), stage)`.
    assert!(error_of("x", "nope").starts_with("json.decoder.JSONDecodeError: "));
}

#[test]
fn what_is_not_an_object_has_no_get() {
    for (text, kind) in [("null", "NoneType"), ("1.5", "float"), ("1", "int"), ("\"metrics\"", "str")] {
        let expected = format!("AttributeError: '{kind}' object has no attribute 'get'");
        assert_eq!(error_of(text, "canary_5"), expected);
    }
}

#[test]
fn metrics_can_be_anything_that_names_can_be_looked_up_in() {
    let names = METRICS.map(|name| format!("\"{name}\"")).join(",");
    let glued = METRICS.concat();
    for (metrics, expected) in [
        ("null", "TypeError: argument of type 'NoneType' is not iterable"),
        ("1e0", "TypeError: argument of type 'float' is not iterable"),
        (
            "\"error_rate fallback_rate breaker_open_rate\"",
            "ValueError: missing metrics keys: ['p95_latency_ms', 'invalid_output_rate']",
        ),
        (&format!("[{names}]"), "TypeError: list indices must be integers or slices, not str"),
        (&format!("\"{glued}\""), "TypeError: string indices must be integers, not 'str'"),
    ] {
        assert_eq!(error_of(&format!("{{\"metrics\": {metrics}}}"), "canary_5"), expected);
    }
}

#[test]
fn lengths_are_compared_before_anything_is_read() {
    assert_eq!(
        error_with(&[("error_rate", "7"), ("window_minutes", "null")]),
        "TypeError: object of type 'int' has no len()"
    );
    assert_eq!(
        error_with(&[("error_rate", "\"abc\""), ("fallback_rate", "{\"a\": 1, \"a\": 2}")]),
        "ValueError: metrics length mismatch: {'p95_latency_ms': 1, 'error_rate': 3, 'fallback_rate': 1, \
         'breaker_open_rate': 1, 'invalid_output_rate': 1}"
    );
    let empty = METRICS.map(|name| (name, "[]"));
    assert_eq!(error_with(&empty), "ValueError: empty metric windows");
}

#[test]
fn lone_surrogates_keep_keys_apart_and_count_as_one_character() {
    let two_keys = "{\"\\ud800\": 1, \"\\ud801\": 1}";
    assert!(error_with(&[("error_rate", two_keys)]).contains("'error_rate': 2"));
    assert!(error_with(&[("error_rate", "\"\\udc00\\ud800\\ud83d\\ude00\"")]).contains("'error_rate': 3"));
}

// ---- window_minutes ------------------------------------------------------------------------------------------------

#[test]
fn window_minutes_is_what_int_makes_of_it() {
    for (minutes, expected) in [
        ("5.9", "5"),
        ("true", "1"),
        ("\" \\u3000+0_0\\u0667\\u2029\\n\"", "7"),
        ("\"\u{1d7d3}\"", "5"),
        ("1e22", "10000000000000000000000"),
        ("9223372036854775808.0", "9223372036854775808"),
        ("170141183460469231731687303715884105728", "170141183460469231731687303715884105728"),
    ] {
        let verdict = verdict_with(&[("window_minutes", minutes)]);
        assert_eq!(verdict.window_minutes.to_string(), expected, "{minutes}");
    }
    assert_eq!(
        compat::evaluate_json(&document(&[]), "full_100").map(|v| v.window_minutes),
        Ok(Int::from(5_i64))
    );
}

#[test]
fn window_minutes_that_int_refuses() {
    let not_decimal = |shown: &str| format!("ValueError: invalid literal for int() with base 10: {shown}");
    for (minutes, expected) in [
        ("0.9", "ValueError: window_minutes must be > 0".to_owned()),
        ("-1e300", "ValueError: window_minutes must be > 0".to_owned()),
        ("NaN", "ValueError: cannot convert float NaN to integer".to_owned()),
        ("-Infinity", "OverflowError: cannot convert float infinity to integer".to_owned()),
        ("\"1__5\"", not_decimal("'1__5'")),
        ("\"_5\"", not_decimal("'_5'")),
        ("\"+ 5\"", not_decimal("'+ 5'")),
        ("\"\\u001c5\"", not_decimal("'\\x1c5'")),
        ("\"5\\u0000\"", not_decimal("'5\\x00'")),
        ("\"it's\"", not_decimal("\"it's\"")),
        ("\"'\\\"\\\\\\n\"", not_decimal("'\\'\"\\\\\\n'")),
        ("\"\\u00e9\\u00ad\\u0378\\ud800\"", not_decimal("'\u{e9}\\xad\\u0378\\ud800'")),
        ("\"\u{e0001}\"", not_decimal("'\\U000e0001'")),
        ("\"\\u00b2\"", not_decimal("'\u{b2}'")),
    ] {
        assert_eq!(error_with(&[("window_minutes", minutes)]), expected, "{minutes}");
    }
}

#[test]
fn a_long_text_is_cut_after_two_hundred_characters_of_its_repr() {
    let shown = "\u{e9}".repeat(199);
    let minutes = format!("\"{}\"", "\u{e9}".repeat(500));
    assert_eq!(
        error_with(&[("window_minutes", &minutes)]),
        format!("ValueError: invalid literal for int() with base 10: '{shown}")
    );
}

#[test]
fn too_many_digits_are_reported_before_what_stands_behind_them() {
    let digits = |count: usize| "9".repeat(count);
    let limit = "ValueError: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; \
                 use sys.set_int_max_str_digits() to increase the limit";
    for minutes in [digits(5000), format!("\"{}x\"", digits(5000)), format!("\"-{}\\u0000\"", digits(5000))] {
        assert_eq!(error_with(&[("window_minutes", &minutes)]), limit);
    }
    let underscore = error_with(&[("window_minutes", &format!("\"{}_\"", digits(5000)))]);
    assert!(underscore.starts_with("ValueError: invalid literal"), "{underscore}");
    let longest = verdict_with(&[("window_minutes", &digits(4300))]);
    assert_eq!(longest.window_minutes.to_string(), digits(4300));
    assert!(longest.to_stdout().contains(&digits(4300)));
}

#[test]
fn minutes_of_any_size_multiply_without_wrapping() {
    let sustained = |minutes: &str, rate: &str| {
        verdict_with(&[("window_minutes", minutes), ("breaker_open_rate", rate)]).rollback_triggered
    };
    for minutes in ["15", "9223372036854775807", "18446744073709551616", "1e308"] {
        assert!(sustained(minutes, "[0.31]"), "{minutes}");
        assert!(!sustained(minutes, "[0.3]"), "{minutes}");
    }
    assert!(!sustained("14", "[0.31]"));
}

// ---- Elements ------------------------------------------------------------------------------------------------------

#[test]
fn the_first_element_that_cannot_be_compared_is_named_with_its_opponent() {
    for (metric, values, expected) in [
        ("p95_latency_ms", "[null]", "'NoneType' and 'float'"),
        ("error_rate", "\"a\"", "'str' and 'float'"),
        ("invalid_output_rate", "{\"a\": 1}", "'str' and 'int'"),
        ("fallback_rate", "[[]]", "'list' and 'float'"),
    ] {
        let expected = format!("TypeError: '>' not supported between instances of {expected}");
        assert_eq!(error_with(&[(metric, values)]), expected);
    }
}

#[test]
fn an_element_behind_the_first_hit_is_met_by_max() {
    let mut columns = METRICS.map(|name| (name, "[0, 0]"));
    for (values, expected) in [("[1, {}]", "'dict' and 'int'"), ("[true, {}]", "'dict' and 'bool'")] {
        columns[1] = ("error_rate", values);
        let expected = format!("TypeError: '>' not supported between instances of {expected}");
        assert_eq!(error_with(&columns), expected);
    }
}

#[test]
fn nan_hides_what_follows_it() {
    let reasons = |values| {
        let columns =
            METRICS.map(|name| if name == METRICS[0] { (name, values) } else { (name, "[0, 0, 0]") });
        let verdict = verdict_with(&columns);
        [verdict.rollback_reasons, verdict.gate_fail_reasons].concat()
    };
    assert_eq!(reasons("[NaN, 399, 350]"), [""; 0]);
    assert_eq!(reasons("[399, NaN, 350]"), ["gate:p95>300ms"]);
    assert_eq!(reasons("[401, NaN, 401]"), ["gate:p95>300ms"]);
    assert_eq!(reasons("[NaN, 401, 401]"), ["p95>400ms_for_2x5m"]);
}

#[test]
fn integers_are_compared_without_rounding_them() {
    let fails = |values: &str| {
        let columns = METRICS.map(|name| if name == METRICS[4] { (name, values) } else { (name, "[0, 0]") });
        !verdict_with(&columns).gate_passed
    };
    assert!(fails("[-0.0, 5e-324]"));
    assert!(!fails("[-0.0, 1e-400]"));
    assert!(fails(&format!("[-1e400, {}]", "9".repeat(4300))));
    assert!(!fails(&format!("[-1e308, -{}]", "9".repeat(4300))));
}

#[test]
fn max_tells_numbers_apart_that_round_to_the_same_float() {
    for (numbers, kind) in [
        ("9007199254740992.0, 9007199254740993", "int"),
        ("9007199254740992.0, 9007199254740992", "float"),
        ("9007199254740993, 9007199254740992.0", "int"),
        ("1e23, 99999999999999991611393", "int"),
        ("1e23, 99999999999999991611392", "float"),
        ("18446744073709551616, 18446744073709551616.5", "int"),
        ("18446744073709551615, 18446744073709551616.5", "float"),
    ] {
        let values = format!("[{numbers}, {{}}]");
        let columns = METRICS
            .map(|name| if name == METRICS[1] { (name, values.as_str()) } else { (name, "[0, 0, 0]") });
        let expected = format!("TypeError: '>' not supported between instances of 'dict' and '{kind}'");
        assert_eq!(error_with(&columns), expected, "{numbers}");
    }
}

// ---- The JSON reader -----------------------------------------------------------------------------------------------

#[test]
fn mistakes_are_named_with_line_column_and_character() {
    for (text, expected) in [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("\u{feff}{}", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"),
        ("[\"\u{e9}\u{1f600}\",\n \u{e9}]", "Expecting value: line 2 column 2 (char 8)"),
        ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
        ("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
        ("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
        ("{\"a\": 1,}", "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)"),
        ("01", "Extra data: line 1 column 2 (char 1)"),
        ("1.e5", "Extra data: line 1 column 2 (char 1)"),
        ("-", "Expecting value: line 1 column 1 (char 0)"),
        ("\"\\", "Unterminated string starting at: line 1 column 1 (char 0)"),
        ("\"\t\"", "Invalid control character at: line 1 column 2 (char 1)"),
        ("\"\\x\"", "Invalid \\escape: line 1 column 2 (char 1)"),
        ("\"\\u12\u{e9}4\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\u1234", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
        ("\"\\ud83d\\ude0g\"", "Invalid \\uXXXX escape: line 1 column 9 (char 8)"),
        ("\0", "Expecting value: line 1 column 1 (char 0)"),
    ] {
        let error = compat::parse(text).expect_err(text);
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::JsonDecode, expected), "{text:?}");
    }
}

#[test]
fn what_python_reads_beyond_json() {
    let dict = |entries: [(&str, Value); 1]| {
        Value::Dict(entries.into_iter().map(|(key, value)| (Str::from(key), value)).collect())
    };
    for (text, expected) in [
        ("1e400", Value::Float(f64::INFINITY)),
        ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ("-0", Value::Int(Int::from(0_i64))),
        ("{\"a\": 1, \"\\u0061\": null}", dict([("a", Value::Null)])),
        ("\"\\ud83d\\ude00\\ude00\"", Value::Str([0x1_f600, 0xde00].into_iter().collect())),
        ("\"\\u0000\\/\"", Value::Str(Str::from("\0/"))),
        (" \t\r\n[]\n", Value::List(Vec::new())),
    ] {
        assert_eq!(compat::parse(text), Ok(expected), "{text}");
    }
    assert!(matches!(compat::parse("NaN"), Ok(Value::Float(number)) if number.is_nan()));
}

#[test]
fn digits_and_exponents_that_undo_each_other() {
    let zeros = "0".repeat(700_000);
    for (text, expected) in [
        (format!("1{zeros}e-700000"), 1.0),
        (format!("-0.{zeros}25e700001"), -2.5),
        (format!("1{zeros}e-9{zeros}"), 0.0),
        (format!("1{zeros}.5e9{zeros}"), f64::INFINITY),
        (format!("0.{zeros}e5"), 0.0),
    ] {
        assert_eq!(compat::parse(&text), Ok(Value::Float(expected)));
    }
}

#[test]
fn nesting_ends_where_pythons_stack_does() {
    let too_deep = |doing: &str| Err(format!("RecursionError: maximum recursion depth exceeded{doing}"));
    let array = too_deep(" while decoding a JSON array from a unicode string");
    let object = too_deep(" while decoding a JSON object from a unicode string");
    assert_eq!(nested("[", "0", 994), Ok(()));
    assert_eq!(nested("[", "0", 995), array);
    assert_eq!(nested("{\"a\":", "0", 994), Ok(()));
    assert_eq!(nested("{\"a\":", "0", 995), object);
    assert_eq!(nested("[", "{}", 994), object);
    assert_eq!(nested("{\"a\":[", "0", 100_000), object);
    // Python needs some of its stack to report a mistake, and a little to look up a constant.
    let delimiter = "json.decoder.JSONDecodeError: Expecting ',' delimiter: line 1 column 994 (char 993)";
    assert_eq!(nested("[", "1 2", 991), Err(delimiter.to_owned()));
    assert_eq!(nested("[", "1 2", 992), too_deep(" while calling a Python object"));
    assert_eq!(nested("[", "1 2", 993), too_deep(""));
    assert_eq!(nested("[", "NaN", 993), Ok(()));
    assert_eq!(nested("[", "NaN", 994), too_deep(" while calling a Python object"));
}

#[test]
fn deep_nesting_needs_little_stack() {
    let read = || [nested("[", "0", 994), nested("{\"a\":", "0", 994)];
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(read);
    assert_eq!(thread.expect("a thread").join().expect("no overflow"), [Ok(()), Ok(())]);
}

#[test]
fn files_are_decoded_as_read_text_does() {
    let failed = |message: &str| Err(CompatError::new(ErrorKind::UnicodeDecode, message));
    assert_eq!(compat::decode(b"a\r\nb\rc\n"), Ok("a\nb\nc\n".to_owned()));
    assert_eq!(
        compat::decode(b"a\xff"),
        failed("'utf-8' codec can't decode byte 0xff in position 1: invalid start byte")
    );
    assert_eq!(
        compat::decode(b"\xed\xa0\x80"),
        failed("'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte")
    );
    assert_eq!(
        compat::decode(b"ab\xf0\x90\x80"),
        failed("'utf-8' codec can't decode bytes in position 2-4: unexpected end of data")
    );
}

// ---- Values and output ---------------------------------------------------------------------------------------------

#[test]
fn values_can_be_built_by_hand() {
    let column = || Value::List(vec![Value::Bool(false); 3]);
    let metrics: BTreeMap<Str, Value> = METRICS.map(|name| (Str::from(name), column())).into();
    let data = Value::Dict([(Str::from("metrics"), Value::Dict(metrics))].into());
    let verdict = compat::evaluate(&data, STAGES[0]).expect("a verdict");
    assert_eq!((verdict.windows, verdict.exit_code()), (3, 0));
}

#[test]
fn integers_from_every_side_are_the_same() {
    assert_eq!(Int::from_decimal("-000"), Some(Int::from(0_i64)));
    assert_eq!(Int::from_decimal("18446744073709551615"), Some(Int::from(u64::MAX)));
    assert_eq!(Int::from_decimal(&i128::MIN.to_string()), Some(Int::from(i128::MIN)));
    assert_eq!(Int::from_decimal("-9223372036854775808"), Some(Int::from(i64::MIN)));
    assert_eq!(Int::truncated(-9_223_372_036_854_775_808.0), Some(Int::from(i64::MIN)));
    assert_eq!(
        Int::truncated(1e30).map(|int| int.to_string()).as_deref(),
        Some("1000000000000000019884624838656")
    );
    for text in ["", "-", "+1", "1_0", " 1", "\u{665}", "1-"] {
        assert_eq!(Int::from_decimal(text), None, "{text:?}");
    }
    let ascending = ["-99999999999999999999", "-9999999999999999999", "-1", "0", "9999999999999999999"];
    let ascending = ascending.map(|text| Int::from_decimal(text).expect("decimal"));
    assert!(ascending.is_sorted(), "{ascending:?}");
}

#[test]
fn stdout_is_what_upstream_prints() {
    let verdict = verdict_with(&[("window_minutes", "\"15\""), ("fallback_rate", "[1]")]);
    assert_eq!(
        verdict.to_stdout(),
        r#"{
  "gate_fail_reasons": [
    "gate:fallback_rate>8pct_for_canary_5"
  ],
  "gate_passed": false,
  "rollback_reasons": [
    "fallback_rate>20pct_for_15m"
  ],
  "rollback_triggered": true,
  "stage": "canary_5",
  "window_minutes": 15,
  "windows": 1
}
"#
    );
    assert_eq!(verdict.exit_code(), 2);
}

// ---- Helpers -------------------------------------------------------------------------------------------------------

/// A document of one clean window, with some of its fields replaced.
fn document(replaced: &[(&str, &str)]) -> String {
    let value_of = |name: &str| replaced.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let metrics = METRICS.map(|name| format!("\"{name}\": {}", value_of(name).unwrap_or("[0]"))).join(", ");
    let minutes = value_of("window_minutes").map(|minutes| format!("\"window_minutes\": {minutes}, "));
    format!("{{{}\"metrics\": {{{metrics}}}}}", minutes.unwrap_or_default())
}

fn verdict_with(replaced: &[(&str, &str)]) -> CompatVerdict {
    compat::evaluate_json(&document(replaced), "canary_5").expect("a verdict")
}

fn error_with(replaced: &[(&str, &str)]) -> String {
    error_of(&document(replaced), "canary_5")
}

fn error_of(text: &str, stage: &str) -> String {
    compat::evaluate_json(text, stage).expect_err(text).to_string()
}

/// Reads a text that is opened this often and never closed, except where that makes it well formed.
fn nested(open: &str, inner: &str, times: usize) -> Result<(), String> {
    let close: String = open
        .chars()
        .rev()
        .filter_map(|c| match c {
            '[' => Some(']'),
            '{' => Some('}'),
            _ => None,
        })
        .collect();
    let text = open.repeat(times) + inner + &close.repeat(times);
    compat::parse(&text).map(drop).map_err(|error| error.to_string())
}
