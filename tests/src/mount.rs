//! A small file system for one test.

use crate::namespace::Namespace;

/// Runs the ignored test `name` of this program as a process of its own, whose temporary directories
/// are on a file system made with those options. Says so and does nothing where that is not allowed:
/// it takes a kernel that lets this user make a user namespace with mounts.
///
/// # Panics
/// If that test fails, with what it said.
pub fn on_own_mount(name: &str, options: &str) {
    let prepare = format!("mount -t tmpfs -o {options},mode=700 imlink-test \"$TMPDIR\"");
    let namespace = Namespace {
        options: &[],
        prepare,
        missing: "no mounts in user namespaces here",
    };
    namespace.run(name);
}
