//! Everything about HTTP: requests come in, are authenticated, and are answered with evidence, a page or a problem.

pub(crate) mod api;
pub(crate) mod app;
pub(crate) mod audit;
mod authentication;
mod concurrency_limit;
mod conditional;
mod cookies;
pub(crate) mod endpoint;
mod health;
mod host_check;
mod measure;
pub(crate) mod openapi;
mod other_sites;
mod problem;
mod request;
pub(crate) mod reviews;
pub(crate) mod router;
mod security;
pub mod serve;
mod sessions;
mod shared_bodies;
mod sign_in;
mod sign_in_page;
pub mod tls;
