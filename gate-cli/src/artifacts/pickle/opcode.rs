//! Opcodes that this reader refuses, by name, so that a message can say what a pickle wanted to do.

/// The name of an opcode that plain data do not need, and what it stands for.
pub(super) const fn refused(opcode: u8) -> Option<(&'static str, &'static str)> {
    let known = match opcode {
        b'c' => ("GLOBAL", "imports"),
        0x93 => ("STACK_GLOBAL", "imports"),
        b'i' => ("INST", "imports and calls"),
        b'o' => ("OBJ", "calls a class"),
        b'R' => ("REDUCE", "calls a function"),
        b'b' => ("BUILD", "sets the state of an object"),
        0x81 => ("NEWOBJ", "calls a class"),
        0x92 => ("NEWOBJ_EX", "calls a class"),
        0x82 => ("EXT1", "imports a registered name"),
        0x83 => ("EXT2", "imports a registered name"),
        0x84 => ("EXT4", "imports a registered name"),
        b'P' => ("PERSID", "loads an object from elsewhere"),
        b'Q' => ("BINPERSID", "loads an object from elsewhere"),
        b'B' => ("BINBYTES", "holds bytes"),
        b'C' => ("SHORT_BINBYTES", "holds bytes"),
        0x8e => ("BINBYTES8", "holds bytes"),
        0x96 => ("BYTEARRAY8", "holds bytes"),
        0x97 => ("NEXT_BUFFER", "holds bytes that lie elsewhere"),
        0x98 => ("READONLY_BUFFER", "holds bytes that lie elsewhere"),
        _ => return None,
    };
    Some(known)
}
