"""Makes Llama2Tests/Fixtures/relatives from random numbers: small models of GPT-2, Qwen2, Qwen3
and Llama 3 as Hugging Face folders, the same weights as GGUF files in F32, and the logits that
transformers computes in float64.

    python Tests/relatives-fixtures.py

Needs torch, transformers, safetensors, numpy and gguf 0.19. Running it again gives the same bytes.

For each model: NAME/ with config.json, the weights and the vocabulary; NAME.gguf; and NAME.f32 with
one row of logits for each of the positions that forward.json lists, after the tokens there.
"""

import json
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFWriter, TokenType
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

FIXTURES = Path(__file__).parent / "Llama2Tests" / "Fixtures" / "relatives"
CONTEXT = 40
POSITIONS = [0, 1, 2, 17, 31, CONTEXT - 1]

# Vocabularies


def byte_characters():
    """GPT-2's character for each byte, in the order of its vocabulary."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) for b in visible] + [chr(256 + i) for i in range(256 - len(visible))]


MERGES = [
    "Ġ t", "h e", "i n", "Ġ a", "Ġt he", "o n", "r e", "e r", "Ġ s", "in g", "n d", "Ġa nd", "o u",
    "Ġ w", "Ġ Ġ", "1 2",
]  # fmt: skip
PIECES = [*byte_characters(), *(merge.replace(" ", "") for merge in MERGES)]
QWEN_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3_WORDS = QWEN_WORDS.replace(r"\p{N}|", r"\p{N}{1,3}|", 1)
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class Vocabulary:
    """`specials` follow the pieces: each a token and whether it is a control token. `count` pieces
    are used, with the merges that they come from."""

    def __init__(self, pre, words, specials, bos=None, eos=None, normalizer=None, template=None,
                 count=len(PIECES)):
        self.pre, self.words, self.specials = pre, words, specials
        self.normalizer, self.template = normalizer, template
        self.pieces, self.merges = PIECES[:count], MERGES[:count - 256]
        self.tokens = self.pieces + [token for token, _ in specials]
        self.bos, self.eos = (token and self.tokens.index(token) for token in (bos, eos))

    def added(self):
        return {
            id: {"content": token, "lstrip": False, "normalized": False, "rstrip": False,
                 "single_word": False, "special": is_control}
            for id, (token, is_control) in enumerate(self.specials, len(self.pieces))
        }

    def write(self, folder):
        """vocab.json and merges.txt for GPT-2, tokenizer.json for the others."""
        vocab = {token: id for id, token in enumerate(self.tokens)}
        settings = {"bos_token": None if self.bos is None else self.tokens[self.bos],
                    "eos_token": self.tokens[self.eos]}
        if self.pre == "gpt-2":
            write_json(folder / "vocab.json", vocab)
            lines = ["#version: 0.2", *self.merges]
            (folder / "merges.txt").write_text("\n".join(lines) + "\n")
            write_json(folder / "tokenizer_config.json",
                       {**settings, "model_max_length": CONTEXT, "tokenizer_class": "GPT2Tokenizer"})
            return
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False,
                      "use_regex": False}
        split = {"type": "Split", "pattern": {"Regex": self.words}, "behavior": "Isolated",
                 "invert": False}
        post = byte_level
        if self.bos is not None:
            bos = settings["bos_token"]
            first, text = {"SpecialToken": {"id": bos, "type_id": 0}}, {"Sequence": {
                "id": "A", "type_id": 0}}
            post = {"type": "TemplateProcessing", "single": [first, text], "pair": [first, text],
                    "special_tokens": {bos: {"id": bos, "ids": [self.bos], "tokens": [bos]}}}
        write_json(folder / "tokenizer.json", {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": id, **token} for id, token in self.added().items()],
            "normalizer": self.normalizer,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
            "post_processor": post, "decoder": byte_level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None,
                      "continuing_subword_prefix": None, "end_of_word_suffix": None,
                      "fuse_unk": False, "byte_fallback": False,
                      "ignore_merges": self.pre == "llama-bpe",
                      "vocab": {token: vocab[token] for token in self.pieces},
                      "merges": [merge.split(" ") for merge in self.merges]},
        })
        if self.template:
            settings["chat_template"] = self.template
        write_json(folder / "tokenizer_config.json", {
            **settings, "add_bos_token": self.bos is not None,
            "added_tokens_decoder": {str(id): token for id, token in self.added().items()},
            "tokenizer_class": "Qwen2Tokenizer" if self.pre == "qwen2" else
            "PreTrainedTokenizerFast",
        })

    def add(self, writer, vocab_size):
        unused = [f"[PAD{id}]" for id in range(len(self.tokens), vocab_size)]
        types = [TokenType.NORMAL] * len(self.pieces)
        types += [TokenType.CONTROL if is_control else TokenType.USER_DEFINED
                  for _, is_control in self.specials] + [TokenType.UNUSED] * len(unused)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(self.pre)
        writer.add_token_list(self.tokens + unused)
        writer.add_token_types(types)
        writer.add_token_merges(self.merges)
        if self.bos is not None:
            writer.add_bos_token_id(self.bos)
        writer.add_eos_token_id(self.eos)
        if self.template:
            writer.add_chat_template(self.template)


GPT2 = Vocabulary("gpt-2", None, [("<|endoftext|>", True)], "<|endoftext|>", "<|endoftext|>")
GPT2_SMALL = Vocabulary("gpt-2", None, [("<|endoftext|>", True)], "<|endoftext|>", "<|endoftext|>",
                        count=260)
CHATML = [("<|endoftext|>", True), ("<|im_start|>", True), ("<|im_end|>", True)]
QWEN2 = Vocabulary("qwen2", QWEN_WORDS, CHATML, eos="<|im_end|>", normalizer={"type": "NFC"},
                   template=CHAT)
QWEN3 = Vocabulary("qwen2", QWEN_WORDS, [*CHATML, ("<think>", False), ("</think>", False)],
                   eos="<|im_end|>", normalizer={"type": "NFC"}, template=CHAT)
LLAMA3 = Vocabulary(
    "llama-bpe", LLAMA3_WORDS,
    [("<|begin_of_text|>", True), ("<|end_of_text|>", True), ("<|eot_id|>", True)],
    "<|begin_of_text|>", "<|end_of_text|>")  # fmt: skip


# Models


def gpt2_config(vocabulary, **sizes):
    return {
        "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.0, "bos_token_id": vocabulary.bos, "embd_pdrop": 0.0,
        "eos_token_id": vocabulary.eos, "layer_norm_epsilon": 1e-5, "model_type": "gpt2",
        "n_ctx": CONTEXT, "n_positions": CONTEXT, "resid_pdrop": 0.0,
        "vocab_size": len(vocabulary.tokens), **sizes,
    }


def llama_config(kind, vocabulary, **more):
    config = {
        "architectures": [{"llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3"}[kind]
                          + "ForCausalLM"],
        "attention_dropout": 0.0, "bos_token_id": vocabulary.bos, "eos_token_id": vocabulary.eos,
        "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 32,
        "max_position_embeddings": CONTEXT, "model_type": kind, "num_attention_heads": 4,
        "num_hidden_layers": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-5,
        "torch_dtype": "float32", "vocab_size": len(vocabulary.tokens), **more,
    }
    if kind != "llama":
        config |= {"sliding_window": None, "use_sliding_window": False, "max_window_layers": 2}
    return config


def models():
    yield "gpt2", GPT2, gpt2_config(GPT2, n_embd=32, n_head=4, n_layer=2)
    yield "gpt2-torch", GPT2_SMALL, gpt2_config(GPT2_SMALL, n_embd=16, n_head=1, n_layer=1)
    # More rows than tokens, as in Qwen's own.
    yield "qwen2", QWEN2, llama_config(
        "qwen2", QWEN2, vocab_size=288, rope_theta=1000000.0, rms_norm_eps=1e-6,
        tie_word_embeddings=False)
    yield "qwen3", QWEN3, llama_config(
        "qwen3", QWEN3, head_dim=16, rope_theta=1000000.0, rms_norm_eps=1e-6,
        attention_bias=False, tie_word_embeddings=True)
    # A context of 36 before the scaling: of the wavelengths 6, 32, 167, …, the first stays as it
    # is, the second is scaled in part.
    yield "llama3", LLAMA3, llama_config(
        "llama", LLAMA3, num_attention_heads=2, num_key_value_heads=1, rope_theta=500000.0,
        attention_bias=False, mlp_bias=False, tie_word_embeddings=True,
        rope_scaling={"factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                      "original_max_position_embeddings": 36, "rope_type": "llama3"})


def randomise(model, rng):
    """No weight stays at the 0 or 1 that models begin with. Embeddings are small, so that the
    norms' epsilon counts, and have a mean, so that its subtraction does."""
    for name, p in model.named_parameters():
        shape, part = tuple(p.shape), name.split(".")[-2]
        if part in ("wte", "wpe", "embed_tokens"):
            values = rng.normal(0.01, 0.02, shape)
        elif len(shape) == 1:
            is_scale = name.endswith(".weight")
            values = rng.normal(1 if is_scale else 0, 0.2 if is_scale else 0.3, shape)
        else:
            # Conv1D, which GPT-2 is made of, has its inputs in rows.
            inputs = shape[0] if part in ("c_attn", "c_proj", "c_fc") else shape[1]
            values = rng.normal(0, 1 / np.sqrt(inputs), shape)
        p.data = torch.tensor(values.astype(np.float32))


def write_folder(folder, name, model, config, vocabulary):
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config, indent=2)
    vocabulary.write(folder)
    tensors = {key: value.contiguous() for key, value in model.state_dict().items()}
    if config["model_type"] == "gpt2" or config["tie_word_embeddings"]:
        del tensors["lm_head.weight"]
    if name != "gpt2-torch":
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
        return
    # As OpenAI's own: names without a prefix, and the causal masks beside the weights.
    tensors = {key.removeprefix("transformer."): value for key, value in tensors.items()}
    for i in range(config["n_layer"]):
        mask = torch.tril(torch.ones(CONTEXT, CONTEXT, dtype=torch.uint8))
        tensors[f"h.{i}.attn.bias"] = mask.view(1, 1, CONTEXT, CONTEXT)
        tensors[f"h.{i}.attn.masked_bias"] = torch.tensor(-1e4)
    torch.save(tensors, folder / "pytorch_model.bin")


# GGUF

GPT2_NAMES = {
    "transformer.wte": "token_embd", "transformer.wpe": "position_embd",
    "transformer.ln_f": "output_norm", "ln_1": "attn_norm", "ln_2": "ffn_norm",
    "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}
LLAMA_NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_tensor(name, values, config):
    """The name and the values that llama.cpp gives a tensor of Hugging Face's."""
    module, kind = name.rsplit(".", 1)
    names = GPT2_NAMES if config["model_type"] == "gpt2" else LLAMA_NAMES
    if module in names:
        return f"{names[module]}.{kind}", values
    # transformer.h.0.attn.c_attn, model.layers.0.self_attn.q_proj
    _, _, layer, part = module.split(".", 3)
    if config["model_type"] == "gpt2" and values.ndim == 2:
        values = values.T
    if config["model_type"] == "llama" and part in ("self_attn.q_proj", "self_attn.k_proj"):
        # From halves of a head that are rotated together to neighbours.
        heads = config["num_attention_heads" if "q_" in part else "num_key_value_heads"]
        halves = values.reshape(heads, 2, -1, values.shape[1])
        values = halves.swapaxes(1, 2).reshape(values.shape)
    return f"blk.{layer}.{names[part]}.{kind}", values


def write_gguf(path, name, model, config, vocabulary):
    kind = config["model_type"]
    writer = GGUFWriter(path, kind)
    writer.add_name(name)
    writer.add_context_length(CONTEXT)
    if kind == "gpt2":
        writer.add_embedding_length(config["n_embd"])
        writer.add_feed_forward_length(4 * config["n_embd"])
        writer.add_block_count(config["n_layer"])
        writer.add_head_count(config["n_head"])
        writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    else:
        writer.add_embedding_length(config["hidden_size"])
        writer.add_feed_forward_length(config["intermediate_size"])
        writer.add_block_count(config["num_hidden_layers"])
        writer.add_head_count(config["num_attention_heads"])
        writer.add_head_count_kv(config["num_key_value_heads"])
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
        writer.add_rope_freq_base(config["rope_theta"])
    if "head_dim" in config:
        writer.add_key_length(config["head_dim"])
        writer.add_value_length(config["head_dim"])
    vocabulary.add(writer, config["vocab_size"])
    for name, p in model.named_parameters():
        name, values = gguf_tensor(name, p.data.numpy(), config)
        writer.add_tensor(name, np.ascontiguousarray(values))
    if "rope_scaling" in config:
        size = config["hidden_size"] // config["num_attention_heads"]
        unscaled = config["rope_theta"] ** (-np.arange(0, size, 2) / size)
        factors = unscaled / model.model.rotary_emb.inv_freq.double().numpy()
        writer.add_tensor("rope_freqs.weight", factors.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_json(path, value, **more):
    path.write_text(json.dumps(value, ensure_ascii=False, **more) + "\n")


def main():
    expected = []
    for name, vocabulary, config in models():
        # AutoConfig moves what it finds, so it gets a copy.
        settings = AutoConfig.for_model(**json.loads(json.dumps(config)))
        model = AutoModelForCausalLM.from_config(settings, attn_implementation="eager").eval()
        rng = np.random.default_rng(list(name.encode()))
        randomise(model, rng)
        tokens = rng.integers(0, len(vocabulary.tokens), CONTEXT).tolist()
        write_folder(FIXTURES / name, name, model, config, vocabulary)
        write_gguf(FIXTURES / f"{name}.gguf", name, model, config, vocabulary)
        with torch.no_grad():
            logits = model.double()(torch.tensor([tokens])).logits[0].numpy()
        logits[POSITIONS].astype("<f4").tofile(FIXTURES / f"{name}.f32")
        expected.append({"name": name, "tokens": tokens, "positions": POSITIONS})
        size = (FIXTURES / f"{name}.gguf").stat().st_size
        print(f"{name}: {size} bytes, logits of deviation {logits.std():.3f}")
    lines = ",\n".join(json.dumps(entry) for entry in expected)
    (FIXTURES / "forward.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
