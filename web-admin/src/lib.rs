//! web-admin
