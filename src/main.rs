//! The `emberscope` program.

fn main() {}
