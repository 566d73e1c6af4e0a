//! One module per page.

pub mod choose_tenant;
pub mod later;
pub mod overview;
pub mod registry;
pub mod tenant;
pub mod unknown;
pub mod unknown_tenant;
pub mod workspaces;

pub use choose_tenant::ChooseTenant;
pub use overview::Overview;
pub use registry::Registry;
pub use tenant::Tenant;
pub use unknown::UnknownPage;
pub use workspaces::Workspaces;
