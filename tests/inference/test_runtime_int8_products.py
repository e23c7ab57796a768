"""The same answers on processors whose usual 8-bit kernels cut off sums of products."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mentionlens.int8_products import PROBE_GRAPH, products_saturate
from mentionlens.session import open_graph

EXACT = 255 * 127 * 4
EMULATOR = shutil.which("qemu-x86_64")
# Prints whether products saturate, and the sum that a production session comes to.
SCRIPT = """
import sys
import numpy as np
from mentionlens.int8_products import products_saturate
from mentionlens.session import open_graph
session = open_graph(sys.argv[1])
(products,) = session.run(None, {"values": np.full((2, 4), 255, dtype=np.uint8)})
print(products_saturate(), *np.unique(products))
"""


@pytest.fixture
def probe(tmp_path):
    path = tmp_path / "probe.onnx"
    path.write_bytes(PROBE_GRAPH)
    return path


def test_a_production_session_loses_nothing_on_this_processor(probe):
    (products,) = open_graph(probe).run(None, {"values": np.full((2, 4), 255, dtype=np.uint8)})
    assert products.shape == (2, 16)
    assert (products == EXACT).all()


def test_an_onnxruntime_of_its_own_agrees_whether_products_saturate(probe):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(probe), providers=["CPUExecutionProvider"])
    (products,) = session.run(None, {"values": np.full((2, 4), 255, dtype=np.uint8)})
    assert products_saturate() == bool((products < EXACT).any())


@pytest.mark.slow
@pytest.mark.skipif(EMULATOR is None, reason="qemu-x86_64 emulates the other processors")
@pytest.mark.parametrize(("processor", "saturates"), [("Haswell", True), ("Nehalem", False)])
def test_a_production_session_loses_nothing_on_older_processors(probe, processor, saturates):
    interpreter = str(Path(sys.executable).resolve())
    # The interpreter of a virtual environment is a link, which the emulator does not tell it.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [EMULATOR, "-cpu", processor, interpreter, "-c", SCRIPT, str(probe)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{saturates} {EXACT}\n"


def test_the_probe_is_the_graph_that_it_says():
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    constants = {
        "weights": np.full((4, 16), 127, dtype=np.int8),
        "zero": np.zeros((), dtype=np.uint8),
        "middle": np.zeros((), dtype=np.int8),
    }
    uint8, int32 = onnx.TensorProto.UINT8, onnx.TensorProto.INT32
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["values", *constants], ["products"])],
        "probe",
        [helper.make_tensor_value_info("values", uint8, [2, 4])],
        [helper.make_tensor_value_info("products", int32, [2, 16])],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    assert onnx.load_from_string(PROBE_GRAPH) == model
    onnx.checker.check_model(model)
