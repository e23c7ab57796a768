"""The subcommands of `mentionlens data`."""
