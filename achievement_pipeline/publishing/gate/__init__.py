"""The privacy gate: policy, redaction, secrets, and the last check of finished texts."""
