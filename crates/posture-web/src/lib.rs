//! posture-web
