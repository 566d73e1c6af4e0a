//! Names of tenants and policies.

use crate::rng::Rng;

const FIRST: [&str; 40] = [
    "Alpine",
    "Amber",
    "Baltic",
    "Bergmann",
    "Blue River",
    "Brightwater",
    "Castellan",
    "Cedar",
    "Coastal",
    "Copper Hill",
    "Delta",
    "Dubois",
    "Eastgate",
    "Élan",
    "Evergreen",
    "Falkenberg",
    "Fjord",
    "Granite",
    "Harbour",
    "Horizon",
    "Iberia",
    "Juniper",
    "Köhler",
    "Lakeside",
    "Løvås",
    "Meridian",
    "Moreau",
    "Müller",
    "Northwind",
    "Oakfield",
    "Orion",
    "Pinnacle",
    "Quayside",
    "Rosenthal",
    "Sapphire",
    "Silverline",
    "Tanaka",
    "Vermeer",
    "Westbrook",
    "Żabka",
];
const SECOND: [&str; 24] = [
    "Advisory",
    "Architects",
    "Automotive",
    "Care",
    "Chemicals",
    "Clinics",
    "Construction",
    "Dental",
    "Electronics",
    "Energy",
    "Engineering",
    "Finance",
    "Foods",
    "Insurance",
    "Legal",
    "Logistics",
    "Media",
    "Optics",
    "Pharma",
    "Precision",
    "Retail",
    "Schools",
    "Shipping",
    "Software",
];
const FORMS: [&str; 8] = ["GmbH", "Ltd", "Inc", "AG", "S.A.", "B.V.", "AB", "plc"];

/// A tenant's name and domain. The place makes domains distinct; names may repeat, as they do in life.
pub(crate) fn tenant(index: u64, rng: &mut Rng) -> (String, String) {
    let (first, second, form) = (rng.one_of(&FIRST), rng.one_of(&SECOND), rng.one_of(&FORMS));
    let plain = |word: &str| {
        word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    (format!("{first} {second} {form}"), format!("{}-{}-{index}.example", plain(first), plain(second)))
}

/// A policy type, its platform, and how its policies are called.
pub(crate) type PolicyKind = (&'static str, &'static str, &'static str);

/// The kinds of policy in the order tenants come to have them.
pub(crate) const POLICY_KINDS: [PolicyKind; 28] = [
    ("deviceConfiguration", "windows10", "Windows – Device restrictions"),
    ("deviceCompliancePolicy", "windows10", "Windows – Compliance baseline"),
    ("settingsCatalogPolicy", "windows10", "Windows – Hardening"),
    ("conditionalAccessPolicy", "all", "Require MFA"),
    ("mobileApp", "windows10", "Company Portal"),
    ("assignmentFilter", "windows10", "Corporate devices"),
    ("deviceConfiguration", "iOS", "iOS – Passcode and restrictions"),
    ("roleScopeTag", "all", "Field staff"),
    ("endpointSecurityPolicy", "windows10", "Attack surface reduction"),
    ("appProtectionPolicy", "iOS", "iOS – App protection"),
    ("deviceManagementScript", "windows10", "Map network drives"),
    ("windowsUpdateForBusinessConfiguration", "windows10", "Update ring"),
    ("notificationMessageTemplate", "all", "Device is not compliant"),
    ("windowsAutopilotDeploymentProfile", "windows10", "Autopilot"),
    ("deviceCompliancePolicy", "iOS", "iOS – Compliance baseline"),
    ("mobileApp", "iOS", "Outlook for iOS"),
    ("deviceConfiguration", "macOS", "macOS – FileVault"),
    ("settingsCatalogPolicy", "macOS", "macOS – Firewall"),
    ("appProtectionPolicy", "android", "Android – App protection"),
    ("deviceCompliancePolicy", "android", "Android – Compliance baseline"),
    ("enrollmentRestriction", "all", "Block personal devices"),
    ("deviceEnrollmentStatusPage", "windows10", "Enrolment status"),
    ("termsAndConditions", "all", "Acceptable use"),
    ("deviceHealthScript", "windows10", "Remediate disk space"),
    ("mobileAppConfiguration", "android", "Managed browser"),
    ("authenticationStrengthPolicy", "all", "Phishing-resistant"),
    ("namedLocation", "all", "Branch offices"),
    ("policySet", "windows10", "Frontline workers"),
];

/// The kind of a tenant's policy at a place from 0.
pub(crate) fn policy_kind(place: u64) -> PolicyKind {
    let kinds = POLICY_KINDS.len() as u64;
    POLICY_KINDS[usize::try_from(place % kinds).unwrap_or(0)]
}
