"""`achievements mcp`: a server on standard input and output that lets the user's AI agent read and propose (MCP).

`server` speaks the protocol and imports little, so that it starts quickly; `tools` does the work, and is imported at
the first call. Whatever is answered has passed the privacy gate of the channel `agent`.
"""
