//! `docs/run-contract.md` holds the tables that the core's registry says.
//! `UPDATE=1 cargo test -p gate-tests --test run_contract_page` rewrites them.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::env;
use std::fs;
use std::path::Path;

use gate_core::contract::{ContractCode, ContractFault};

const START: &str = "<!-- generated: ";
const END: &str = "<!-- end of generated -->\n";

/// Every code with its exit status.
fn codes() -> String {
    let mut codes: Vec<ContractCode> = ContractFault::ALL.iter().map(|fault| fault.code()).collect();
    codes.sort_by_key(|code| code.exit_code());
    codes.dedup();
    let rows = codes.iter().map(|code| {
        let faults = ContractFault::ALL.iter().filter(|fault| fault.code() == *code);
        let faults: Vec<String> = faults.map(|fault| format!("`{fault}`")).collect();
        format!("| {} | `{code}` | {} |\n", code.exit_code(), faults.join(", "))
    });
    format!("| exit status | `error.code` | faults |\n| --- | --- | --- |\n{}", rows.collect::<String>())
}

/// Every fault, in the order that decides.
fn faults() -> String {
    let rows = ContractFault::ALL.iter().enumerate().map(|(index, fault)| {
        let (code, cell) = (fault.code(), |text: &str| text.replace('|', "\\|"));
        format!(
            "| {} | `{fault}` | {} | `{code}` | {} | {} |\n",
            index + 1,
            code.exit_code(),
            cell(fault.means()),
            cell(fault.action())
        )
    });
    let head =
        "| order | fault | exit | code | meaning | what to do |\n| --- | --- | --- | --- | --- | --- |\n";
    format!("{head}{}", rows.collect::<String>())
}

/// The page with the text between its marks replaced.
fn fresh(page: &str, name: &str, table: &str) -> String {
    let mark = format!("{START}{name} -->\n");
    let (before, rest) = page.split_once(&mark).expect("the page has the mark");
    let (_, after) = rest.split_once(END).expect("the mark has an end");
    format!("{before}{mark}{table}{END}{after}")
}

#[test]
fn the_tables_are_what_the_registry_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/run-contract.md");
    let written = fs::read_to_string(&path).expect("the page").replace("\r\n", "\n");
    let page = fresh(&fresh(&written, "codes", &codes()), "faults", &faults());
    if env::var_os("UPDATE").is_some() {
        return fs::write(&path, page).expect("a writable page");
    }
    assert!(written == page, "docs/run-contract.md is stale: run this test with UPDATE=1");
}

/// The formulas of the page are those of the code.
#[test]
fn the_formulas_are_those_of_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("a file").replace("\r\n", "\n");
    let code = read("gate-core/src/contract/metrics/formulas.rs");
    let rows: Vec<String> = code
        .lines()
        .filter_map(|line| line.strip_prefix("//! | "))
        .map(|row| format!("| {}", row.replace("\\[", "[").replace("\\]", "]")))
        .collect();
    let page = read("docs/run-contract.md");
    assert!(rows.len() > 7, "the table of the code is not where it was");
    for row in rows {
        assert!(page.contains(&row), "docs/run-contract.md lacks: {row}");
    }
}
