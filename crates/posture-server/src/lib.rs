//! posture-server
