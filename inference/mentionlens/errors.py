"""Named errors of the runtime; each message says what was wrong, where, and what is possible."""

__all__ = [
    "BundleChecksumError",
    "BundleError",
    "BundleFormatError",
    "BundleNotFoundError",
    "GraphMismatchError",
    "InputError",
    "MentionlensError",
    "OnnxruntimeTooOldError",
    "UnsupportedSchemaError",
]


class MentionlensError(Exception):
    """Base of every error that mentionlens raises on purpose."""


class BundleError(MentionlensError):
    """A bundle cannot be used."""


class BundleNotFoundError(BundleError):
    """The folder does not exist or lacks one of the files of a bundle."""


class BundleFormatError(BundleError):
    """A file of the bundle is not what the bundle's schema says."""


class UnsupportedSchemaError(BundleFormatError):
    """The manifest was written for another schema version."""


class BundleChecksumError(BundleError):
    """A file's content differs from the checksum in the manifest."""


class GraphMismatchError(BundleError):
    """The graph's inputs or outputs are not the ones that the manifest promises."""


class OnnxruntimeTooOldError(BundleError):
    """The installed onnxruntime is older than the smallest one that runs the graph."""


class InputError(MentionlensError, ValueError):
    """The caller passed something that is not a mention."""
