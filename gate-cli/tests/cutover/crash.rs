//! A write that does not come to its end leaves the old file or the new one.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::Folder;

const MANUAL: &str = "A=1\nDECISIONOS_AUTOPROMOTE_ENABLE=0\nDECISIONOS_AUTOPROMOTE=0\n";
const AUTO: &str = "A=1\nDECISIONOS_AUTOPROMOTE_ENABLE=1\nDECISIONOS_AUTOPROMOTE=1\n";

#[test]
fn kill_9_in_a_change_of_the_mode_leaves_old_or_new_files_and_never_a_silent_auto() {
    let folder = Folder::empty();
    folder.write(".env", "A=1\n");
    let order = |mode: &str| {
        let mut program = folder.program();
        program.args([
            "cutover",
            "promotion",
            mode,
            "--marker",
            "marker",
            "--actor",
            "kim",
            "--reason",
            "drill",
        ]);
        program.stdout(Stdio::null()).stderr(Stdio::null());
        program
    };
    assert!(order("manual").status().unwrap().success());
    let (mut limit, mut seed) = (4000_u64, 0x5eed_0006_u64);
    let (mut old, mut new) = (0, 0);
    for number in 0..120 {
        let before = folder.read(".env");
        let (mode, done) = if before == MANUAL { ("auto", AUTO) } else { ("manual", MANUAL) };
        let mut child = order(mode).spawn().unwrap();
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        thread::sleep(Duration::from_micros(seed % limit));
        child.kill().unwrap();
        child.wait().unwrap();
        let (file, marker) = (folder.read(".env"), folder.read("marker"));
        assert!(file == before || file == done, "write {number}: a third file: {file:?}");
        assert!(["manual\n", "auto\n"].contains(&marker.as_str()), "write {number}: {marker:?}");
        // Half a change is a disagreement, which is not healthy.
        let shown = folder.gate(&["cutover", "promotion", "show", "--marker", "marker"]);
        assert_eq!(shown.code == 0, file == MANUAL && marker == "manual\n", "write {number}");
        let written = file == done;
        old += u32::from(!written);
        new += u32::from(written);
        let step = limit / 16 + 1;
        limit = if written { limit - step + 2 } else { limit + step };
    }
    assert!(old >= 5 && new >= 5, "{old} old and {new} new: the kills were not spread over the writes");
    assert!(order("manual").status().unwrap().success());
    assert_eq!(folder.names("."), [".env", ".env.lock", "marker", "marker.lock", "marker.log"]);
}
