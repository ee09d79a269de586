//! `cutover promotion`

use crate::{Folder, Ran};

const SIGN: [&str; 4] = ["--actor", "kim", "--reason", "cutover"];

fn mode(folder: &Folder, word: &str) -> Ran {
    let sign = if word == "show" { &[][..] } else { &SIGN[..] };
    folder.gate(&[&["cutover", "promotion", word, "--marker", "run/marker"], sign].concat())
}

#[test]
fn every_source_says_the_same_after_each_command() {
    let folder = Folder::empty();
    assert_eq!(mode(&folder, "show").check().0, 2);
    assert_eq!(
        mode(&folder, "manual").check(),
        (0, "healthy".to_owned(), "Manual promotion enforced".to_owned())
    );
    assert_eq!(folder.read("run/marker"), "manual\n");
    assert_eq!(folder.read(".env"), "DECISIONOS_AUTOPROMOTE_ENABLE=0\nDECISIONOS_AUTOPROMOTE=0\n");
    let ran = mode(&folder, "auto");
    assert_eq!(ran.check().0, 3);
    assert!(ran.answer()["notes"][0].as_str().unwrap().starts_with("auto by kim at "), "{}", ran.stdout);
    assert_eq!(mode(&folder, "show").check().0, 3);
    assert_eq!(mode(&folder, "manual").check().0, 0);
}

#[test]
fn other_lines_stay_and_a_line_without_an_end_is_not_joined() {
    let folder = Folder::empty();
    folder.write(".env", "A=1\nexport DECISIONOS_AUTOPROMOTE=1\nLAST=no-newline");
    assert_eq!(mode(&folder, "manual").check().0, 0);
    let expected = "A=1\nLAST=no-newline\nDECISIONOS_AUTOPROMOTE_ENABLE=0\nDECISIONOS_AUTOPROMOTE=0\n";
    assert_eq!(folder.read(".env"), expected);
}

#[test]
fn the_environment_of_the_process_counts_too() {
    let folder = Folder::empty();
    assert_eq!(mode(&folder, "manual").code, 0);
    let mut program = folder.program();
    program.env("DECISIONOS_AUTOPROMOTE", "1").args([
        "cutover",
        "promotion",
        "show",
        "--marker",
        "run/marker",
    ]);
    let (code, _, message) = Ran::new(program.output().unwrap()).check();
    assert_eq!((code, message.contains("environment DECISIONOS_AUTOPROMOTE")), (3, true), "{message}");
}

#[test]
fn nobody_changes_it_without_a_name() {
    let folder = Folder::empty();
    assert_eq!(folder.gate(&["cutover", "promotion", "auto"]).error_code(), "usage");
    let blank = ["cutover", "promotion", "auto", "--actor", " ", "--reason", "x"];
    assert_ne!(folder.gate(&blank).error_code(), "");
    assert!(folder.names(".").is_empty(), "{:?}", folder.names("."));
}
