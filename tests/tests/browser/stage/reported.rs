use serde_json::Value;

use super::{Stage, string};

/// What the report says.
impl Stage {
    /// The first tenant in whose report a pointer leads to this value.
    #[track_caller]
    pub(crate) fn tenant(&self, pointer: &str, value: impl Into<Value>) -> &Value {
        let value = value.into();
        self.tenants()
            .find(|tenant| tenant.pointer(pointer) == Some(&value))
            .unwrap_or_else(|| panic!("no tenant has {value} at {pointer}"))
    }

    /// The name of the first tenant that an attention item leads to; a signal's own link leads elsewhere.
    pub(crate) fn tenant_in_attention(&self) -> String {
        let items = self.report["overview"]["attention_items"].as_array().into_iter().flatten();
        let item = items.into_iter().find(|item| item["destination"]["kind"] == "tenant_dashboard");
        string(&item.unwrap()["tenant_label"])
    }

    /// A tenant with healthy checks.
    pub(crate) fn quiet_tenant(&self) -> &Value {
        self.tenants().find(|tenant| tenant["needs_attention"]["healthy_checks"][0].is_object()).unwrap()
    }

    pub(crate) fn tenants(&self) -> impl Iterator<Item = &Value> {
        self.report["tenants"].as_array().into_iter().flatten()
    }
}

/// The route key of a tenant's report.
#[track_caller]
pub(crate) fn key(tenant: &Value) -> String {
    string(&tenant["tenant_route_key"])
}
