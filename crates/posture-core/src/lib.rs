//! posture-core
