//! The headquarters' shell.
