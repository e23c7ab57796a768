"""Whether this processor adds up products of 8-bit numbers without loss.

Processors with VNNI add them in 32 bits. Those with AVX2 or AVX-512 alone add pairs of them in 16
bits, which hold no more than 32,767: what is above is cut off, and an int8 graph answers otherwise
than where it was measured. onnxruntime has slower kernels there that lose nothing. The instructions
are not asked for but tried: emulators, virtual machines and builds of onnxruntime may differ.
"""

from __future__ import annotations

from functools import cache

import numpy as np

__all__ = ["PROBE_GRAPH", "products_saturate"]

_ROWS, _INNER, _COLUMNS = 2, 4, 16

_WEIGHTS = b"\x7f" * (_INNER * _COLUMNS)

# ONNX lets a graph leave the zero points out, but onnxruntime below 1.30 aborts the process when it
# takes the exact kernels for one that does. This graph names them, as exported ones do.
PROBE_GRAPH = (
    b"\x08\x08:\xe6\x01\n8\n\x06values\n\x07weights\n\x04zero\n\x06middle"
    b'\x12\x08products"\rMatMulInteger\x12\x05probe'
    b"*Q\x08\x04\x08\x10\x10\x03B\x07weightsJ@"
    + _WEIGHTS
    + b"*\x0b\x10\x02B\x04zeroJ\x01\x00*\r\x10\x03B\x06middleJ\x01\x00"
    # The shapes of the input and the output.
    b"Z\x18\n\x06values\x12\x0e\n\x0c\x08\x02\x12\x08\n\x02\x08\x02\n\x02\x08\x04"
    b"b\x1a\n\x08products\x12\x0e\n\x0c\x08\x06\x12\x08\n\x02\x08\x02\n\x02\x08\x10"
    b"B\x04\n\x00\x10\x11"
)
"""An ONNX graph that multiplies `values`, uint8 (2, 4), by a matrix of 127, int8 (4, 16)."""


@cache
def products_saturate() -> bool:
    """Return whether onnxruntime's usual kernels cut off sums of 8-bit products here.

    The answer is found once in a process, in about a millisecond.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        PROBE_GRAPH, sess_options=options, providers=["CPUExecutionProvider"]
    )
    values = np.full((_ROWS, _INNER), 255, dtype=np.uint8)
    (products,) = session.run(["products"], {"values": values})
    return bool((products != 255 * 127 * _INNER).any())
