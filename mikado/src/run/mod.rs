//! The shells: processes, threads and sockets around the hearts.

pub mod hq;
pub mod supervisor;
