//! Whether the rows can be written, and how much room they have.

use std::path::Path;
use std::time::Instant;

use imlink_ipc_proto::{Check, Finding, Seen};
use imlink_model::Code;
use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

use super::finding;

/// Less than this is as good as none: compacting an account's rows takes more.
const SCARCE: u64 = 64 * 1024 * 1024;

pub(super) fn look(state_dir: &Path) -> Finding {
    let since = Instant::now();
    let of = |code, seen| {
        let subject = state_dir.display().to_string();
        finding(Check::State, subject, code, seen, since)
    };
    let found = match statvfs(state_dir) {
        Ok(found) => found,
        Err(error) => {
            let errno = error.raw_os_error();
            return of(Code::LOCAL_STORE_FAILED, Seen::Hidden { errno });
        }
    };
    let is_read_only = found.f_flag.contains(StatVfsMountFlags::RDONLY);
    if is_read_only || access(state_dir, Access::WRITE_OK).is_err() {
        return of(Code::LOCAL_STORE_READ_ONLY, Seen::NotWritable);
    }
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let code = match free < SCARCE {
        true => Code::LOCAL_STORE_FULL,
        false => Code::SUCCESS,
    };
    let megabytes = u32::try_from(free / 1_000_000).unwrap_or(u32::MAX);
    of(code, Seen::Free { megabytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_is_gone_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let found = look(dir.path());
        assert!(matches!(found.seen, Seen::Free { .. }), "{found:?}");

        let gone = look(&dir.path().join("gone"));
        assert_eq!(gone.code, Code::LOCAL_STORE_FAILED, "{gone:?}");
        assert_eq!(gone.seen, Seen::Hidden { errno: 2 });
    }
}
