//! A check of standard output before anything is written to it.

/// Returns the reason why standard output cannot be written to, if there is one: its reader has gone away, or its disk is full.
#[cfg(unix)]
pub(super) fn obstacle() -> Option<&'static str> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{FileType, fstat, fstatvfs};

    let stdout = std::io::stdout();
    let mut asked = [PollFd::new(&stdout, PollFlags::OUT)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    if poll(&mut asked, Some(&at_once)).is_err() {
        return None;
    }
    let [asked] = asked;
    if asked.revents().intersects(PollFlags::ERR | PollFlags::HUP) {
        return Some("its reader has gone away");
    }
    let file = fstat(&stdout).ok()?;
    let is_file = FileType::from_raw_mode(file.st_mode) == FileType::RegularFile;
    let is_full =
        is_file && fstatvfs(&stdout).is_ok_and(|disk| disk.f_blocks > 0 && disk.f_bfree == 0);
    is_full.then_some("its disk is full")
}

#[cfg(not(unix))]
pub(super) const fn obstacle() -> Option<&'static str> {
    None
}
