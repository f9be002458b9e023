"""Makes Llama2Tests/Fixtures/gguf from random numbers: small GGUF files, and the logits of a
textbook forward pass over their dequantised weights.

    python Tests/gguf-fixtures.py

Needs numpy and gguf 0.19. Running it again gives the same bytes.

For each model: NAME.gguf, and NAME.f32 with one row of logits for each of the positions that
forward.json lists, after the tokens that stand there.
"""

import json
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType, GGUFWriter, TokenType, quants
from gguf.constants import GGML_QUANT_SIZES

FIXTURES = Path(__file__).parent / "Llama2Tests" / "Fixtures" / "gguf"

# Where the K-quants keep their fp16 scale and their fp16 minimum (ggml-common.h: block_q2_K, …),
# and the mean of their unsigned values, 0 where the values are signed.
K_QUANTS = {
    Type.Q2_K: (80, 82, 1.5), Type.Q3_K: (108, None, 0), Type.Q4_K: (0, 2, 7.5),
    Type.Q5_K: (0, 2, 15.5), Type.Q6_K: (208, None, 0),
}


# Weights


def k_quant(rng, rows, columns, type):
    """Random blocks: every bit is random but those of the fp16 numbers."""
    d, minimum, mean = K_QUANTS[type]
    size, bytes_each = GGML_QUANT_SIZES[type]
    blocks = rng.integers(0, 256, (rows * columns // size, bytes_each), np.uint8)

    def with_scales(scales):
        blocks[:, d:d + 2] = scales.astype(np.float16).view(np.uint8).reshape(-1, 2)
        if minimum is not None:
            minimums = (scales * mean).astype(np.float16)
            blocks[:, minimum:minimum + 2] = minimums.view(np.uint8).reshape(-1, 2)
        return blocks.reshape(rows, -1)

    spread = rng.uniform(0.5, 1.5, len(blocks))
    deviation = quants.dequantize(with_scales(spread), type).std()
    return with_scales(spread / deviation / np.sqrt(columns))


def matrix(rng, rows, columns, type, scale=1.0):
    if type in K_QUANTS:
        return k_quant(rng, rows, columns, type)
    values = rng.normal(0, scale / np.sqrt(columns), (rows, columns)).astype(np.float32)
    return quants.quantize(values, type)


class Model:
    """The sizes of a model, the names of its metadata as in gguf.md, and its tensors by name:
    (stored values, type)."""

    def __init__(self, name, types, *, architecture="llama", fused=False, dim=64, hidden=96, layers=2, heads=4, kv_heads=2,
                 head_size=None, rotated=None, base=None, epsilon=1e-5, linear=None,
                 legacy_linear=False, factors=None, tied=True, biases=False,
                 embedding_scale=1.0, vocabulary="llama", alignment=None, version=3):
        self.name, self.dim, self.hidden, self.layers = name, dim, hidden, layers
        self.architecture = architecture
        self.is_gpt2 = architecture == "gpt2"
        self.heads, self.kv_heads, self.base, self.epsilon = heads, kv_heads, base, epsilon
        self.head_size, self.rotated = head_size, rotated
        self.linear, self.legacy_linear = linear, legacy_linear
        self.vocabulary, self.alignment, self.version = vocabulary, alignment, version
        self.pieces = PIECES[vocabulary]
        self.context = 40
        rng = np.random.default_rng(list(name.encode()))
        self.tokens = rng.integers(0, len(self.pieces), self.context).tolist()
        self.tensors = {}
        width, kv_width = self.size * heads, self.size * kv_heads

        def vector(name, count, mean, deviation):
            values = rng.normal(mean, deviation, count).astype(np.float32)
            self.tensors[name] = values, Type.F32

        def norm(name, count=dim):
            vector(name + ".weight", count, 1, 0.2)
            if self.is_gpt2:
                vector(name + ".bias", count, 0, 0.2)

        def linear_map(name, rows, columns, type):
            self.tensors[name + ".weight"] = matrix(rng, rows, columns, type), type
            has_bias = self.is_gpt2 or architecture == "qwen2" and name.endswith(("q", "k", "v"))
            if biases or has_bias:
                vector(name + ".bias", rows, 0, 0.3)

        def type_of(part, layer=0):
            found = types.get(part, types.get("all"))
            return found[layer % len(found)] if isinstance(found, list) else found

        def table(name, scale=1.0, rows=len(self.pieces)):
            values = matrix(rng, rows, dim, type_of(name), scale)
            self.tensors[name + ".weight"] = values, type_of(name)

        table("token_embd", embedding_scale)
        if self.is_gpt2:
            table("position_embd", embedding_scale, self.context)
        if factors is not None:
            self.tensors["rope_freqs.weight"] = np.array(factors, np.float32), Type.F32
        for i in range(layers):
            norm(f"blk.{i}.attn_norm")
            norm(f"blk.{i}.ffn_norm")
            if architecture == "qwen3":
                norm(f"blk.{i}.attn_q_norm", self.size)
                norm(f"blk.{i}.attn_k_norm", self.size)
            qkv = [("attn_q", width, dim), ("attn_k", kv_width, dim), ("attn_v", kv_width, dim)]
            if fused or self.is_gpt2:
                qkv = [("attn_qkv", width + 2 * kv_width, dim)]
            gate = [] if self.is_gpt2 else [("ffn_gate", hidden, dim)]
            for part, rows, columns in [
                *qkv, ("attn_output", dim, width), *gate, ("ffn_up", hidden, dim),
                ("ffn_down", dim, hidden),
            ]:
                linear_map(f"blk.{i}.{part}", rows, columns, type_of(part, i))
        norm("output_norm")
        if not tied:
            table("output")

    @property
    def size(self):
        """The size of a head."""
        return self.head_size or self.dim // self.heads

    def weights(self, name):
        """A tensor's values in float64, or None."""
        if name not in self.tensors:
            return None
        return quants.dequantize(*self.tensors[name]).astype(np.float64)

    def write(self):
        path = FIXTURES / f"{self.name}.gguf"
        writer = GGUFWriter(path, self.architecture)
        if self.alignment:
            writer.add_custom_alignment(self.alignment)
        writer.add_name(self.name)
        writer.add_context_length(self.context)
        writer.add_embedding_length(self.dim)
        writer.add_block_count(self.layers)
        writer.add_feed_forward_length(self.hidden)
        writer.add_head_count(self.heads)
        if self.is_gpt2:
            writer.add_layer_norm_eps(self.epsilon)
        else:
            writer.add_layer_norm_rms_eps(self.epsilon)
        if self.kv_heads != self.heads:
            writer.add_head_count_kv(self.kv_heads)
        if self.head_size:
            writer.add_key_length(self.head_size)
            writer.add_value_length(self.head_size)
        if self.rotated:
            writer.add_rope_dimension_count(self.rotated)
        if self.base:
            writer.add_rope_freq_base(self.base)
        if self.linear and self.legacy_linear:
            writer.add_float32("llama.rope.scale_linear", self.linear)
        elif self.linear:
            writer.add_string("llama.rope.scaling.type", "linear")
            writer.add_rope_scaling_factor(self.linear)
        add_vocabulary(writer, self.vocabulary)
        for name, (values, type) in self.tensors.items():
            writer.add_tensor(name, values, raw_dtype=type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        if self.version != 3:
            # Versions 2 and 3 differ in nothing else where files are little-endian.
            with path.open("r+b") as file:
                file.seek(4)
                file.write(self.version.to_bytes(4, "little"))


# Vocabularies


def byte_characters():
    """GPT-2's character for each byte: the visible ones of Latin-1 themselves, and those from 256
    on for the rest."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in visible]
    return {**{b: chr(b) for b in visible}, **{b: chr(256 + i) for i, b in enumerate(rest)}}


MERGES = ["h e", "i n", "Ġ t", "Ġt he", "Ġ a", "e r", "in g"]
PIECES = {
    "llama": ["<unk>", "<s>", "</s>", *(f"<0x{b:02X}>" for b in range(256)),
              "▁t", "he", "▁the", "in", "▁", "e", "t", "h", "i", "n", "a"],
    "gpt2": ["<|endoftext|>", *byte_characters().values(), *(m.replace(" ", "") for m in MERGES)],
}


def add_vocabulary(writer, kind):
    pieces = PIECES[kind]
    writer.add_tokenizer_model(kind)
    writer.add_token_list(pieces)
    if kind == "llama":
        types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL]
        types += [TokenType.BYTE] * 256 + [TokenType.NORMAL] * (len(pieces) - 259)
        writer.add_token_scores([0.0] * 259 + [float(-i) for i in range(len(pieces) - 259)])
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
    else:
        types = [TokenType.CONTROL] + [TokenType.NORMAL] * (len(pieces) - 1)
        writer.add_tokenizer_pre("gpt-2")
        writer.add_token_merges(MERGES)
        writer.add_bos_token_id(0)
        writer.add_eos_token_id(0)
    writer.add_token_types(types)


# The forward pass


def forward(model):
    """The logits after each token, (tokens, vocabulary)."""
    w = model.weights
    tokens, size = len(model.tokens), model.size

    def norm(x, name):
        """RMSNorm, and LayerNorm in GPT-2."""
        if model.is_gpt2:
            x = x - x.mean(axis=-1, keepdims=True)
        square = (x * x).mean(axis=-1, keepdims=True)
        x = x / np.sqrt(square + np.float64(np.float32(model.epsilon))) * w(name + ".weight")
        return x + w(name + ".bias") if model.is_gpt2 else x

    def linear_map(x, name):
        bias = w(name + ".bias")
        return x @ w(name + ".weight").T + (0 if bias is None else bias)

    def rope(x):
        """x: (tokens, heads, size); turns the neighbours 2 i and 2 i + 1 by the i-th angle, or in
        Qwen the elements i of both halves."""
        if model.is_gpt2:
            return x
        rotated = model.rotated or size
        frequencies = (model.base or 10000.0) ** (-np.arange(0, rotated, 2) / rotated)
        factors = w("rope_freqs.weight")
        if factors is not None:
            frequencies = frequencies / factors
        positions = np.arange(tokens) / (model.linear or 1)
        angles = np.outer(positions, frequencies)[:, None, :]
        first, second = slice(0, rotated, 2), slice(1, rotated, 2)
        if model.architecture != "llama":
            first, second = slice(0, rotated // 2), slice(rotated // 2, rotated)
        turned = x.copy()
        turned[..., first] = x[..., first] * np.cos(angles) - x[..., second] * np.sin(angles)
        turned[..., second] = x[..., first] * np.sin(angles) + x[..., second] * np.cos(angles)
        return turned

    def softmax(x):
        x = np.exp(x - x.max(axis=-1, keepdims=True))
        return x / x.sum(axis=-1, keepdims=True)

    def attention(x, block):
        if block + "attn_qkv.weight" in model.tensors:
            qkv = linear_map(x, block + "attn_qkv")
        else:
            parts = [linear_map(x, block + part) for part in ("attn_q", "attn_k", "attn_v")]
            qkv = np.concatenate(parts, axis=1)
        qkv = qkv.reshape(tokens, model.heads + 2 * model.kv_heads, size)
        q, k, v = np.split(qkv, [model.heads, model.heads + model.kv_heads], axis=1)
        if block + "attn_q_norm.weight" in model.tensors:
            q, k = norm(q, block + "attn_q_norm"), norm(k, block + "attn_k_norm")
        q, k = rope(q), rope(k)
        k, v = (np.repeat(a, model.heads // model.kv_heads, axis=1) for a in (k, v))
        scores = np.einsum("thd,shd->hts", q, k) / np.sqrt(size)
        scores[:, np.triu(np.ones((tokens, tokens), bool), 1)] = -np.inf
        out = np.einsum("hts,shd->thd", softmax(scores), v)
        return linear_map(out.reshape(tokens, -1), block + "attn_output")

    def feed_forward(x, block):
        up = linear_map(x, block + "ffn_up")
        if model.is_gpt2:
            # GELU as GPT-2 computes it.
            tanh = np.tanh(np.sqrt(2 / np.pi) * (up + 0.044715 * up**3))
            return linear_map(0.5 * up * (1 + tanh), block + "ffn_down")
        gate = linear_map(x, block + "ffn_gate")
        gate = gate / (1 + np.exp(-gate))
        return linear_map(gate * up, block + "ffn_down")

    x = w("token_embd.weight")[model.tokens]
    if model.is_gpt2:
        x = x + w("position_embd.weight")[:tokens]
    for i in range(model.layers):
        block = f"blk.{i}."
        x = x + attention(norm(x, block + "attn_norm"), block)
        x = x + feed_forward(norm(x, block + "ffn_norm"), block)
    x = norm(x, "output_norm")
    classifier = "output" if "output.weight" in model.tensors else "token_embd"
    return x @ w(classifier + ".weight").T


# The models


def models():
    # Llama 3.1's: 1 for the high frequencies, 8 for the low ones.
    factors = [1.0, 1.0, 1.3, 2.1, 3.7, 6.2, 8.0, 8.0]
    # Embeddings so small that the norm's epsilon counts.
    small = 0.02
    yield Model("f32", {"all": Type.F32}, dim=28, hidden=38, head_size=12, embedding_scale=small)
    yield Model("f16", {"all": Type.F16}, dim=36, hidden=50, heads=3, kv_heads=1, head_size=16,
                factors=factors, base=500000.0, tied=False, vocabulary="gpt2")
    yield Model("partial-rope", {"all": Type.F16}, dim=24, hidden=32, heads=2, kv_heads=1,
                head_size=16, rotated=12)
    yield Model("bf16", {"all": Type.BF16}, dim=36, hidden=50, linear=4.0, epsilon=1e-6,
                heads=3, kv_heads=3, embedding_scale=small)
    yield Model("q8_0", {"all": Type.Q8_0}, head_size=24, heads=4, kv_heads=2, version=2)
    yield Model("q4_0", {"all": Type.Q4_0, "output": Type.Q8_0}, alignment=64, tied=False,
                vocabulary="gpt2")
    yield Model("q4_1", {"all": Type.Q4_1}, biases=True, base=1000000.0, tied=False)
    yield Model("q5_0", {"all": Type.Q5_0}, epsilon=1e-6, heads=8, kv_heads=8,
                embedding_scale=small)
    yield Model("q5_1", {"all": Type.Q5_1}, linear=2.0, legacy_linear=True, kv_heads=1)
    # The matrices with rows of 32 stay in formats with blocks of 32.
    narrow = {"attn_output": Type.Q4_0, "ffn_down": Type.Q5_0}
    sizes = dict(dim=256, hidden=32, heads=2, kv_heads=1, head_size=16)
    for type in K_QUANTS:
        layers = 1 if type in (Type.Q5_K, Type.Q6_K) else 2
        yield Model(type.name.lower(), {"all": type, **narrow}, **sizes, layers=layers)
    # As Q4_K_M mixes them, and more.
    yield Model("mixed", {
        "token_embd": Type.Q3_K, "attn_q": [Type.Q4_K, Type.Q2_K],
        "attn_k": [Type.Q5_K, Type.Q8_0], "attn_v": [Type.Q6_K, Type.F16],
        "attn_output": [Type.Q4_1, Type.BF16], "ffn_gate": [Type.Q3_K, Type.Q5_0],
        "ffn_up": [Type.Q4_0, Type.Q6_K], "ffn_down": [Type.Q5_1, Type.F32],
    }, **sizes, vocabulary="gpt2", factors=factors)
    # Rows of more than one block of 256.
    yield Model("long-rows", {"all": Type.Q4_0, "ffn_down": [Type.Q2_K, Type.Q4_K, Type.Q6_K]},
                dim=32, hidden=512, layers=3, heads=2, kv_heads=1)
    # Relatives of Llama. Their F32 ones are the work of relatives-fixtures.py.
    gpt2 = dict(architecture="gpt2", vocabulary="gpt2")
    yield Model("gpt2-f16", {"all": Type.F16}, **gpt2, dim=36, hidden=50, heads=3, kv_heads=3,
                embedding_scale=small)
    yield Model("gpt2-q8_0", {"all": Type.Q8_0, "position_embd": Type.F32}, **gpt2, dim=32,
                hidden=64, heads=2, kv_heads=2, tied=False)
    yield Model("gpt2-mixed", {
        "token_embd": Type.Q5_1, "position_embd": Type.F32, "attn_qkv": [Type.Q4_0, Type.Q5_0],
        "attn_output": [Type.Q8_0, Type.F16], "ffn_up": [Type.Q4_1, Type.Q8_0],
        "ffn_down": [Type.Q4_K, Type.Q6_K],
    }, **gpt2, dim=32, hidden=256, kv_heads=4, epsilon=1e-6)
    qwen2 = dict(architecture="qwen2", vocabulary="gpt2", base=1000000.0)
    yield Model("qwen2-q4_0", {"all": Type.Q4_0}, **qwen2)
    yield Model("qwen2-q8_0", {"all": Type.Q8_0}, **qwen2, dim=32, hidden=64, kv_heads=1,
                tied=False)
    # Heads of 64 elements, whose queries, keys and values stand in one matrix.
    yield Model("qwen2-fused", {"all": Type.Q3_K, "attn_qkv": Type.Q4_K, "ffn_down": Type.Q5_0},
                **qwen2, fused=True, dim=256, hidden=32, layers=1, kv_heads=1)
    qwen3 = dict(architecture="qwen3", vocabulary="gpt2", base=1000000.0, epsilon=1e-6)
    yield Model("qwen3-bf16", {"all": Type.BF16}, **qwen3, dim=20, hidden=30, heads=2, kv_heads=1,
                head_size=14, embedding_scale=small)
    yield Model("qwen3-k", {"all": Type.Q5_K, "attn_v": Type.Q6_K, "ffn_up": Type.Q6_K,
                            "token_embd": Type.Q3_K, **narrow},
                **qwen3, dim=256, hidden=32, head_size=24, layers=1)


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    expected = []
    for model in models():
        model.write()
        logits = forward(model)
        positions = [0, 1, 2, 17, 31, model.context - 1]
        logits[positions].astype("<f4").tofile(FIXTURES / f"{model.name}.f32")
        expected.append({"name": model.name, "tokens": model.tokens, "positions": positions})
        size = (FIXTURES / f"{model.name}.gguf").stat().st_size
        print(f"{model.name}: {size} bytes, logits of deviation {logits.std():.2f}")
    lines = ",\n".join(json.dumps(entry) for entry in expected)
    (FIXTURES / "forward.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
