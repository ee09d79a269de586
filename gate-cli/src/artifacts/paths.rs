//! Where the other files of a run lie, as seen from its `processed.npz`.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use gate_core::contract::Layout;

/// A file beside the npz.
pub(super) fn beside(npz: &Path, name: &str) -> PathBuf {
    npz.with_file_name(name)
}

/// `{root}/models/{run_id}/preprocessor.pkl` for `{root}/processed/{run_id}/processed.npz`; none for any other layout.
pub(super) fn preprocessor_of(npz: &Path) -> Option<PathBuf> {
    let text = npz.to_string_lossy();
    let text = if MAIN_SEPARATOR == '/' { text } else { text.replace(MAIN_SEPARATOR, "/").into() };
    Layout::of(&text).run_id()?;
    let run = npz.parent()?.file_name()?;
    Some(npz.ancestors().nth(3)?.join("models").join(run).join("preprocessor.pkl"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preprocessor(npz: &str) -> Option<String> {
        preprocessor_of(Path::new(npz)).map(|path| path.to_string_lossy().replace('\\', "/"))
    }

    #[test]
    fn the_last_three_parts_decide() {
        assert_eq!(
            preprocessor("a/processed/r/processed.npz").as_deref(),
            Some("a/models/r/preprocessor.pkl")
        );
        assert_eq!(preprocessor("processed/r/processed.npz").as_deref(), Some("models/r/preprocessor.pkl"));
        assert_eq!(
            preprocessor("/processed//r/./processed.npz").as_deref(),
            Some("/models/r/preprocessor.pkl")
        );
        let nested = preprocessor("data/processed/p/art/processed/r/processed.npz");
        assert_eq!(nested.as_deref(), Some("data/processed/p/art/models/r/preprocessor.pkl"));
        // Where the reader stands does not change what the path says.
        assert_eq!(
            preprocessor("../processed/r/processed.npz").as_deref(),
            Some("../models/r/preprocessor.pkl")
        );
    }

    #[test]
    fn other_layouts_have_no_preprocessor() {
        for npz in [
            "flat/processed.npz",
            "processed/processed.npz",
            "processed/r/data.npz",
            "processed/r/sub/processed.npz",
            "processed/../processed.npz",
            "a/../processed/r/processed.npz",
            "processed/-r/processed.npz",
            "processed/r/../s/processed.npz",
            "",
        ] {
            assert_eq!(preprocessor(npz), None, "{npz}");
        }
    }

    #[test]
    fn the_documents_lie_beside() {
        assert_eq!(beside(Path::new("a/b/processed.npz"), "meta.json"), Path::new("a/b/meta.json"));
        assert_eq!(beside(Path::new("processed.npz"), "meta.json"), Path::new("meta.json"));
    }
}
