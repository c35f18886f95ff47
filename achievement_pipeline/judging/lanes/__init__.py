"""One module a lane: raw frames become judged activities."""
