"""The service: `mentionlens serve`, an HTTP API over one classifier (extra `server`)."""

__all__: list[str] = []
