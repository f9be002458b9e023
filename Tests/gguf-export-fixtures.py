"""Makes Llama2Tests/Fixtures/hf-gguf: Hugging Face folders of random models beside those of
relatives-fixtures.py, and what llama.cpp's converter and its llama-quantize make of all of them.

    python Tests/gguf-export-fixtures.py LLAMA_CPP LLAMA_QUANTIZE

LLAMA_CPP is a checkout of llama.cpp, LLAMA_QUANTIZE its program. Needs torch, transformers,
safetensors and numpy. Running it again gives the same bytes.

expected.json holds for each folder and type the metadata that is not of the vocabulary, and each
tensor's type, shape (ggml's order) and 64-bit FNV-1a hash.
"""

import importlib
import json
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

LLAMA_CPP, QUANTIZE = Path(sys.argv[1]), sys.argv[2]
sys.path[:0] = [str(LLAMA_CPP), str(LLAMA_CPP / "gguf-py")]
base = importlib.import_module("conversion.base")
relatives = importlib.import_module("relatives-fixtures")
FIXTURES = Path(__file__).parent / "Llama2Tests" / "Fixtures"
TYPES = ["f32", "f16", "bf16", "q8_0"]


def models():
    """Rows that no block divides, and rows of whole blocks; all that biases and scaling add."""
    llama = relatives.LLAMA3
    yield "Tiny-Llama-3.1-40K-Chat", torch.bfloat16, relatives.llama_config(
        "llama", llama, hidden_size=48, intermediate_size=80, num_hidden_layers=1, rms_norm_eps=1e-6,
        attention_bias=True, mlp_bias=True, tie_word_embeddings=False,
        rope_scaling={"type": "linear", "factor": 4.0})
    yield "mistral", torch.float16, {**relatives.llama_config(
        "llama", llama, num_hidden_layers=1, head_dim=16, sliding_window=None,
        tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 500000.0}), "architectures": ["MistralForCausalLM"], "model_type": "mistral"}
    yield "extremes", torch.bfloat16, relatives.llama_config(
        "llama", llama, hidden_size=256, num_hidden_layers=1, num_attention_heads=2, head_dim=2,
        num_key_value_heads=1, intermediate_size=32, tie_word_embeddings=True)
    yield "qwen3-biased", torch.bfloat16, relatives.llama_config(
        "qwen3", relatives.QWEN3, hidden_size=48, num_hidden_layers=1, head_dim=16,
        attention_bias=True, tie_word_embeddings=True)


def extremes(shape):
    """Halves and equals, zeros, subnormal numbers, and what vanishes or nearly overflows in F16."""
    rng = np.random.default_rng(1)
    values = rng.integers(-254, 255, shape) / np.float32(2)
    values[::2, 0] = 127
    values[1::4] *= rng.choice(np.float32([1e-8, 3e-8, 1e-16, 1e-39, 0, 1e-3, 500]), (1, shape[1]))
    values[2::8] = rng.choice(np.float32([-8, 8, -7.5, 0.5, 0]), (1, shape[1]))
    values[3::8] = rng.normal(0, 1, shape[1]) * np.float32(6e-5)
    values[4::8] = 0
    values[6::8] = rng.normal(0, 1, shape[1])
    values[5::16] *= np.float32(1e-38)
    return torch.tensor(values.astype(np.float32))


def write_folder(folder, name, dtype, config):
    vocabulary = relatives.QWEN3 if config["model_type"] == "qwen3" else relatives.LLAMA3
    settings = AutoConfig.for_model(**json.loads(json.dumps(config)))
    model = AutoModelForCausalLM.from_config(settings).eval()
    relatives.randomise(model, np.random.default_rng(list(name.encode())))
    if name == "extremes":
        for p in model.parameters():
            if p.ndim == 2:
                p.data = extremes(p.shape)
    relatives.write_folder(folder, name, model, config, vocabulary)
    relatives.write_json(
        folder / "generation_config.json", {"temperature": 0.6, "top_k": 20, "top_p": 0.95})
    path = folder / "model.safetensors"
    save_file({key: value.to(dtype) for key, value in load_file(path).items()}, path)


def fnv1a(data):
    hash = 0xCBF29CE484222325
    for byte in data:
        hash = (hash ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{hash:016x}"


def contents(path):
    reader = base.gguf.GGUFReader(path)
    metadata = {
        key: [field.types[0].name.lower(), field.contents()]
        for key, field in reader.fields.items() if not key.startswith(("tokenizer.", "GGUF."))
    }
    tensors = {
        tensor.name: [tensor.tensor_type.name, tensor.shape.tolist(), fnv1a(tensor.data.tobytes())]
        for tensor in reader.tensors
    }
    return {"metadata": metadata, "tensors": tensors}


def convert(folder, path, type):
    sys.argv = ["convert", str(folder), "--outfile", str(path), "--outtype", type]
    runpy.run_path(str(LLAMA_CPP / "convert_hf_to_gguf.py"), run_name="__main__")
    return contents(path)


def main():
    # The converter knows vocabularies by a hash, and not these small ones.
    base.TextModel.get_vocab_base_pre = lambda self, tokenizer: "gpt-2"
    folders = [FIXTURES / "relatives" / name for name in ("gpt2", "qwen2", "qwen3", "llama3")]
    for name, dtype, config in models():
        folders.append(FIXTURES / "hf-gguf" / name)
        write_folder(folders[-1], name, dtype, config)
    expected = {}
    with tempfile.TemporaryDirectory() as temporary:
        path, quantised = Path(temporary) / "model.gguf", Path(temporary) / "quantised.gguf"
        for folder in folders:
            files = {type: convert(folder, path, type) for type in reversed(TYPES)}
            # The file in F32 is the last.
            subprocess.run([QUANTIZE, path, quantised, "q4_0"], check=True, capture_output=True)
            files["q4_0"] = contents(quantised)
            expected[str(folder.relative_to(FIXTURES))] = files
    lines = ",\n".join(
        f"{json.dumps(folder)}: {{\n"
        + ",\n".join(f" {json.dumps(type)}: {json.dumps(file)}" for type, file in files.items())
        + "\n}" for folder, files in expected.items())
    (FIXTURES / "hf-gguf" / "expected.json").write_text(f"{{{lines}}}\n")


if __name__ == "__main__":
    main()
