"""The subcommands of the runtime, one module each: `add_arguments` and `run`."""

__all__: list[str] = []
