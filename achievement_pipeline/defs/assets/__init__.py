"""The assets: one module a lane, then one for the stage that brings the lanes together."""
