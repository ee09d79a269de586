//! Every limit on the size of an artifact. Documents have those of `gate_core::bounds`.
//!
//! They keep a hostile file from filling the memory or from stalling a pipeline, and are far above what any run writes.

/// Members in one npz. A run writes at most twenty.
pub(super) const MAX_MEMBERS: u64 = 1024;

/// Bytes in the header of one array (64 KiB). numpy writes about 120.
pub(super) const MAX_HEADER_BYTES: u64 = 64 * 1024;

/// Axes of one array; numpy's own limit.
pub(super) const MAX_AXES: usize = 64;

/// Bytes in an array whose values are kept, `feature_names` and `target_indices` (16 MiB).
pub(super) const MAX_VALUE_BYTES: u64 = 16 * 1024 * 1024;

/// Elements of an array whose values are kept. A width of zero would make them free to claim.
pub(super) const MAX_VALUES: u64 = 64 * 1024;

/// Unpacked bytes of one array (64 GiB).
pub(super) const MAX_MEMBER_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// An array may unpack to this many bytes whatever it is packed in (64 MiB): constants pack very well.
pub(super) const FREE_MEMBER_BYTES: u64 = 64 * 1024 * 1024;

/// Times its packed size that a larger array may unpack to. Deflate cannot do more than 1032.
pub(super) const MAX_RATIO: u64 = 2000;

/// Bytes of history that an LZMA member may ask for (64 MiB), the most that `xz -9` uses.
pub(super) const MAX_LZMA_DICTIONARY: u32 = 64 * 1024 * 1024;

/// Opcodes in one pickle. A preprocessor has some hundreds.
pub(super) const MAX_OPCODES: usize = 1 << 20;

/// Values in the tree that a pickle unfolds to, where a value that is used twice counts twice.
pub(super) const MAX_VALUES_IN_PICKLE: usize = 1 << 20;

/// Bytes of text in the tree that a pickle unfolds to (64 MiB), counted likewise.
pub(super) const MAX_TEXT_IN_PICKLE: usize = 64 * 1024 * 1024;
