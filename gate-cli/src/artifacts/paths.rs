//! Where the other files of a run lie, as seen from its `processed.npz`.

use std::path::{Component, Path, PathBuf};

/// A file beside the npz.
pub(super) fn beside(npz: &Path, name: &str) -> PathBuf {
    npz.with_file_name(name)
}

/// `{root}/models/{run_id}/preprocessor.pkl` for `{root}/processed/{run_id}/processed.npz`; none for any other layout.
///
/// The last three parts decide, not an outer folder that is called `processed`, too. A path with `..` behind another
/// part has no layout: its parts need not be where it leads.
pub(super) fn preprocessor_of(npz: &Path) -> Option<PathBuf> {
    let parts: Vec<Component<'_>> = npz.components().collect();
    let (run_id, root) = match parts.as_slice() {
        [root @ .., Component::Normal(folder), Component::Normal(run_id), Component::Normal(file)]
            if *folder == "processed" && *file == "processed.npz" =>
        {
            (run_id, root)
        }
        _ => return None,
    };
    let standing = |part: &&Component<'_>| matches!(part, Component::ParentDir | Component::CurDir);
    if root.iter().skip_while(standing).any(|part| *part == Component::ParentDir) {
        return None;
    }
    let root: PathBuf = root.iter().collect();
    Some(root.join("models").join(run_id).join("preprocessor.pkl"))
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
        assert_eq!(
            preprocessor("../processed/r/processed.npz").as_deref(),
            Some("../models/r/preprocessor.pkl")
        );
        let nested = preprocessor("data/processed/p/art/processed/r/processed.npz");
        assert_eq!(nested.as_deref(), Some("data/processed/p/art/models/r/preprocessor.pkl"));
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
