"""The command `achievements`: one module a group of commands."""
