//! The system calls that decoding needs once the program runs: every other is answered “not permitted” (seccomp-bpf).
//!
//! Refused and not killed: a C library that tries a newer call first falls back, and an honest file is decoded on any
//! kernel. What a file that took the decoder over would need (sockets, processes, signals, executable memory) is missing.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition as Condition,
    SeccompFilter, SeccompRule as Rule, apply_filter,
};

/// Whatever their arguments are: reading, writing, opening (which Landlock limits), memory, time, the end.
const ALWAYS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_pwrite64,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_openat,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_ftruncate,
    libc::SYS_fcntl,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_exit,
    libc::SYS_exit_group,
];
/// The argument that says what mapped memory is for.
const PROTECTION: u8 = 2;

/// Leaves this process these calls and no others, for good.
pub fn confine() -> Result<(), Error> {
    let mut rules: BTreeMap<i64, Vec<Rule>> = ALWAYS.iter().map(|call| (*call, Vec::new())).collect();
    let executable = libc::PROT_EXEC.unsigned_abs().into();
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        let data_only = Condition::new(PROTECTION, Length::Dword, Is::MaskedEq(executable), 0)?;
        rules.insert(call, vec![Rule::new(vec![data_only])?]);
    }
    // A panic that cannot unwind, or an allocation that fails, ends the decoder by a signal to itself.
    let itself = Condition::new(0, Length::Dword, Is::Eq, std::process::id().into())?;
    rules.insert(libc::SYS_tgkill, vec![Rule::new(vec![itself])?]);
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let here = std::env::consts::ARCH.try_into()?;
    let program: BpfProgram = SeccompFilter::new(rules, refuse, SeccompAction::Allow, here)?.try_into()?;
    apply_filter(&program)
}
