"""From the torch model to one fused float32 ONNX graph.

The TorchScript-based exporter is used on purpose: `onnxruntime.transformers.optimizer` recognises
the attention of its graphs, and not that of the `torch.export`-based exporter (12 of 12 against
0 of 12 attention blocks with torch 2.13 and onnxruntime 1.31), and fusion halves the latency.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from onnx import helper
from onnxruntime.quantization.onnx_model import ONNXModel
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from torch import Tensor, nn

from mentionlens_training.export.errors import FusionError
from mentionlens_training.export.parameters import record_parameters
from mentionlens_training.model import MultiTaskClassifier

__all__ = ["INPUTS", "OPSET", "export_float32", "output_name"]

INPUTS = ("input_ids", "attention_mask")
OPSET = 17


def output_name(task: str) -> str:
    """Return the name of the graph output that holds a task's logits."""
    return f"{task}_logits"


def export_float32(model: MultiTaskClassifier, path: Path) -> None:
    """Write the fused float32 graph of a model.

    Inputs are `input_ids` and `attention_mask`, int64 (batch, pieces), both axes free; padding
    must stand on the right. Outputs are `<task>_logits`, float32 (batch, labels), in task order.
    The graph's metadata says which initializer holds which torch parameter, so that the weights
    can be loaded back. What heads know of pieces is not in it: `replace_heads` puts that in.

    Args:
        model: the model; its encoder must have BERT's layout.
        path: the ONNX file to write.

    Raises:
        FusionError: a layer of the encoder was not fused, so the graph would be slow and could
            not be quantised.
    """
    with tempfile.TemporaryDirectory(prefix="mentionlens-export-") as scratch:
        plain = Path(scratch) / "plain.onnx"
        _export_plain(model, plain)
        fused = _fuse(plain, model)
    record_parameters(fused, model)
    onnx.checker.check_model(fused)
    onnx.save_model(fused, str(path))


class _Positional(nn.Module):
    """Returns a tuple in task order, as the exporter names outputs by position."""

    def __init__(self, model: MultiTaskClassifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        logits = self.model(input_ids=input_ids, attention_mask=attention_mask)
        return tuple(logits[task.name] for task in self.model.tasks)


def _export_plain(model: MultiTaskClassifier, path: Path) -> None:
    outputs = [output_name(task.name) for task in model.tasks]
    axes: dict[str, dict[int, str]] = {name: {0: "batch", 1: "pieces"} for name in INPUTS}
    axes |= {name: {0: "batch"} for name in outputs}
    device = next(model.parameters()).device
    # Two rows, one of them padded: with a mask of ones alone, transformers drops the mask.
    input_ids = torch.arange(2 * 9, device=device).reshape(2, 9) % model.encoder.config.vocab_size
    attention_mask = torch.ones_like(input_ids)
    attention_mask[1, 6:] = 0
    with _traceable(model), torch.no_grad(), warnings.catch_warnings():
        # Deprecation of this exporter, and traced Python values that are constants by design.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Positional(model).eval(),
            (input_ids, attention_mask),
            str(path),
            dynamo=False,
            input_names=list(INPUTS),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            do_constant_folding=True,
        )


@contextlib.contextmanager
def _traceable(model: MultiTaskClassifier) -> Iterator[None]:
    """Put the model into evaluation mode with plain attention, and restore it afterwards.

    Its heads forget their pieces meanwhile.
    """
    training = model.training
    heads = [model.head(task.name) for task in model.tasks]
    pieces = [head.pieces for head in heads]
    attention = model.encoder.config._attn_implementation
    model.eval()
    model.encoder.set_attn_implementation("eager")
    for head in heads:
        head.pieces = None
    try:
        yield
    finally:
        model.encoder.set_attn_implementation(attention)
        model.train(training)
        for head, own in zip(heads, pieces, strict=True):
            head.pieces = own


def _fuse(path: Path, model: MultiTaskClassifier) -> onnx.ModelProto:
    config = model.encoder.config
    options = FusionOptions("bert")
    # The embedding table stays a plain Gather, so that it can be stored in 4-bit blocks.
    options.enable_embed_layer_norm = False
    with _quiet(optimizer.__name__.rsplit(".", 1)[0]):
        fused = optimizer.optimize_model(
            str(path),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            optimization_options=options,
            opt_level=0,
            use_gpu=False,
        )
        found = fused.get_fused_operator_statistics()
    layers = config.num_hidden_layers
    expected = {"Attention": layers, "SkipLayerNormalization": 2 * layers, "BiasGelu": layers}
    missing = {name: found.get(name, 0) for name in expected if found.get(name, 0) < expected[name]}
    if missing:
        raise FusionError(
            f"the graph of a {config.model_type!r} encoder with {layers} layers was not fused: "
            f"expected {expected}, found {missing}; export an encoder of BERT's layout (gelu, "
            "absolute positions), or use versions of torch and onnxruntime that "
            "constraints.txt names"
        )
    plain = ONNXModel(fused.model)
    # The quantiser would do this itself and transpose the heads' weights on the way.
    plain.replace_gemm_with_matmul()
    model_proto: onnx.ModelProto = plain.model
    if not any(item.domain == "com.microsoft" for item in model_proto.opset_import):
        model_proto.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return model_proto


@contextlib.contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Silence the optimiser's log below errors; it warns about every pattern that is absent."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
