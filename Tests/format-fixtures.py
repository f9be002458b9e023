"""Makes Llama2Tests/Fixtures/formats: random blocks of the weight formats of GGUF, and the weights
that the gguf package makes of them. Each file holds its blocks, then their weights as fp32.

    python Tests/format-fixtures.py

Needs numpy and gguf.
"""

from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, dequantize

FIXTURES = Path(__file__).parent / "Llama2Tests" / "Fixtures" / "formats"

# Where a block has its fp16 numbers.
HALVES = {"Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q2_K": [80, 82],
          "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}

# Zeros, the smallest and the largest subnormal and normal numbers, infinity, NaN.
ODD = np.array([0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x83FF, 0x0400, 0x8400, 0x7BFF, 0xFBFF,
                0x7C00, 0xFC00, 0x7E00], dtype=np.uint16)


def blocks(name, random):
    size, count = GGML_QUANT_SIZES[GGMLQuantizationType[name]][1], 18
    data = random.integers(0, 256, (count, size), dtype=np.uint8)
    for i, offset in enumerate(HALVES[name]):
        halves = random.normal(0, 0.01, count).astype(np.float16).view(np.uint16)
        halves[:len(ODD)] = np.roll(ODD, 5 * i)
        data[:, offset:offset + 2] = halves.reshape(count, 1).view(np.uint8)
    return data


FIXTURES.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(9)
for name in HALVES:
    data = blocks(name, random)
    with np.errstate(invalid="ignore", over="ignore"):
        weights = dequantize(data, GGMLQuantizationType[name])
    (FIXTURES / f"{name}.bin").write_bytes(data.tobytes() + weights.astype("<f4").tobytes())
