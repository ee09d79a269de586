//! Command lines that cannot be understood, and help.

use crate::{Folder, T0};

const COMMANDS: [&str; 11] = [
    "breaker",
    "breaker check",
    "breaker hold",
    "breaker release",
    "breaker reset",
    "breaker status",
    "latch",
    "latch trip",
    "latch reset",
    "latch observe",
    "latch status",
];

#[test]
fn help_has_examples_and_exit_codes() {
    let folder = Folder::empty();
    for command in COMMANDS {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let ran = folder.gate(&words);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command}");
        let group = words[0];
        assert!(ran.stdout.contains(&format!("Examples:\n  tsfm-gate {group}")), "{}", ran.stdout);
        for line in ["0  on ", "1  unusable ", "2  off ", "3  stopped "] {
            assert!(ran.stdout.contains(line), "{command}: {line}");
        }
    }
    let ran = folder.gate(&["breaker", "replay", "--help"]);
    assert!(ran.stdout.contains("script-mismatch"), "{}", ran.stdout);
    let text = folder.gate(&["--help"]).stdout;
    assert!(text.contains("\n  breaker ") && text.contains("\n  latch "), "{text}");
}

#[test]
fn a_wrong_command_line_is_1_and_touches_nothing() {
    let folder = Folder::empty();
    let lines = [
        "breaker",
        "breaker chekc",
        "breaker check --state state.json",
        "breaker check --metrics metrics.json",
        "breaker hold --state state.json --actor kim",
        "breaker hold --state state.json --reason why",
        "breaker hold --state state.json --actor kim --reason why --kind sideways",
        "breaker release --actor kim --reason why",
        "breaker reset --state state.json",
        "breaker status",
        "breaker replay",
        "breaker status --state state.json --wait soon",
        "latch",
        "latch trip --state state.json",
        "latch reset --state state.json --actor kim",
        "latch observe --state state.json",
        "latch observe --state state.json --value 1 --missing",
    ];
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(folder.gate(&words).error_code(), "usage", "{line}");
    }
    assert!(folder.names(".").is_empty(), "{:?}", folder.names("."));
}

#[test]
fn a_wrong_instant_is_told() {
    let folder = Folder::started();
    for words in ["breaker status", "latch status"] {
        assert_eq!(folder.ask(words, &["--now", "noon"]).error_code(), "time-syntax");
        assert_eq!(folder.ask(words, &["--now", T0]).code, 0);
    }
}
