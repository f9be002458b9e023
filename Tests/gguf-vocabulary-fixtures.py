"""Makes the folders of Llama2Tests/Fixtures/hf-vocabularies: models of zeros, each with a small
vocabulary, and expected.json: the tokenizer.* keys that llama.cpp's converter writes for them, and
the tokens that transformers (of byte-level vocabularies), sentencepiece (of tokenizer.model) and
tokenizers (of the last) make of texts.

    pip install transformers torch sentencepiece protobuf
    python3 Tests/gguf-vocabulary-fixtures.py PATH_TO_LLAMA_CPP

The converter finds the name of a pre-tokenizer by the tokens of a text, which are those of no small
vocabulary: it is told here.
"""

import io
import json
import logging
import os
import random
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True
os.environ["HF_HUB_OFFLINE"] = "1"
LLAMA_CPP = Path(sys.argv[1])
sys.path[:0] = [str(LLAMA_CPP), str(LLAMA_CPP / "gguf-py")]

import gguf
import numpy as np
import sentencepiece
import torch
from conversion import get_model_class
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM

FIXTURES = Path(__file__).parent / "Llama2Tests/Fixtures"
FOLDER = FIXTURES / "hf-vocabularies"
RANDOM = random.Random(7)
TEXTS = [
    "", " ", "sun and moon", " leading", "  two  spaces ", "a\n\n b\r\n\tc  \n", "don't WE'LL 'tis",
    "1 12 1234 1999 3.14", "if (x != 0) { return y[1]; } //", "naïve Straße Ελλάς Москва",
    "שלום مرحبا नमस्ते", "中文 日本語 한국어", "👩‍👩‍👧 👍🏽!", "<|im_start", "<tool_call>{}</tool_call>",
    "\u00a0\u3000\u2028x", "<s", "ĠĊ", "…—“”", "the thin ring in the morning",
]  # fmt: skip
END = "<|endoftext|>"


def gpt2_split():
    return r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def llama3_split(digits):
    return (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + digits
        + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )  # fmt: skip


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def sentences():
    words = "the thin ring in morning sun and moon 12 1999 return x'll don't 中文 naïve Москва".split()
    return [" ".join(RANDOM.choices(words, k=12)) for _ in range(60)]


def trained(pre_tokenizer):
    """The vocabulary and the merges of a byte-level BPE: the bytes and 30 merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=286, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(sentences(), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return dict(sorted(model["vocab"].items(), key=lambda item: item[1])), model["merges"]


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def new_folder(name):
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    (FOLDER / name).mkdir(parents=True)
    return FOLDER / name


def write_model(folder, kind, vocab_size, **ids):
    """A model of zeros: 8 columns, one layer, two heads."""
    shape = {
        "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
        "num_key_value_heads": 2, "max_position_embeddings": 16, "tie_word_embeddings": True,
        "vocab_size": vocab_size, "bos_token_id": None, "eos_token_id": None, "pad_token_id": None,
    } | ids  # fmt: skip
    config, model = {
        "llama": (LlamaConfig, LlamaForCausalLM), "qwen2": (Qwen2Config, Qwen2ForCausalLM),
        "qwen3": (Qwen3Config, Qwen3ForCausalLM), "gpt2": (GPT2Config, GPT2LMHeadModel),
    }[kind]  # fmt: skip
    if kind == "gpt2":
        shape = {"n_embd": 8, "n_layer": 1, "n_head": 2, "n_positions": 16, "n_ctx": 16, **ids,
                 "vocab_size": vocab_size}  # fmt: skip
    if kind == "qwen3":
        shape["head_dim"] = 4
    model = model(config(**shape)).half()
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    # transformers leaves out what is its own default, which the converter must be told.
    read = json.loads((folder / "config.json").read_text())
    read |= ids | ({"n_ctx": 16} if kind == "gpt2" else {})
    write(folder / "config.json", read)


def added(id, content, special=True, normalized=False):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": normalized, "special": special}  # fmt: skip


def tokenizer_json(folder, vocabulary, merges, added, pre_tokenizer, **fields):
    tokenizer = json.loads(Tokenizer(models.BPE()).to_str())
    processor = fields.pop("post_processor", None)
    normalizer = fields.pop("normalizer", None)
    tokenizer["model"] |= {"vocab": vocabulary, "merges": merges, **fields}
    tokenizer |= {
        "added_tokens": added, "normalizer": normalizer, "post_processor": processor,
        "pre_tokenizer": json.loads(pre_tokenizer.__getstate__()),
        "decoder": json.loads(decoders.ByteLevel().__getstate__()),
    }  # fmt: skip
    write(folder / "tokenizer.json", tokenizer)


def decoder(tokens):
    return {str(token["id"]): {k: v for k, v in token.items() if k != "id"} for token in tokens}


def vocabulary_files(folder, vocabulary, merges):
    write(folder / "vocab.json", vocabulary)
    lines = ["#version: 0.2"] + [" ".join(merge) for merge in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")


def special_token(text, type_id=0):
    return {"SpecialToken": {"id": text, "type_id": type_id}}


def sequence(name, type_id=0):
    return {"Sequence": {"id": name, "type_id": type_id}}


def template_processing(single, pair, **ids):
    tokens = {text: {"id": text, "ids": [id], "tokens": [text]} for text, id in ids.items()}
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens}


# MARK: Folders


def gpt2(name):
    """As OpenAI's: vocab.json and merges.txt, and nothing said of special tokens."""
    folder = new_folder(name)
    vocabulary, merges = trained(byte_level(True))
    vocabulary_files(folder, vocabulary | {END: len(vocabulary)}, merges)
    write(folder / "tokenizer_config.json", {"model_max_length": 16})
    write_model(folder, "gpt2", 287, bos_token_id=286, eos_token_id=286)
    return "gpt-2"


def smollm(name):
    """Digits by themselves, merges as strings, a special token that is also in the vocabulary."""
    folder = new_folder(name)
    pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), byte_level(True)])  # fmt: skip
    vocabulary, merges = trained(pre_tokenizer)
    names = [END, "<|im_start|>", "<|im_end|>", "<repo_name>"]
    vocabulary |= {text: 286 + i for i, text in enumerate(names)}
    tokens = [added(286 + i, text) for i, text in enumerate(names)]
    merges = [" ".join(merge) for merge in merges]
    tokenizer_json(folder, vocabulary, merges, tokens, pre_tokenizer)
    write(folder / "tokenizer_config.json", {
        "add_prefix_space": False, "added_tokens_decoder": decoder(tokens), "bos_token": names[1],
        "eos_token": names[2], "pad_token": names[2], "unk_token": END, "tokenizer_class": "GPT2Tokenizer",
        "additional_special_tokens": names[1:3],
        "chat_template": "{% for m in messages %}{{'<|im_start|>' + m['role']}}{% endfor %}",
    })  # fmt: skip
    write_model(folder, "llama", 290, bos_token_id=287, eos_token_id=288)
    return "smollm"


def llama3(name):
    """Merges ignored where a word is a piece, BOS by a template, unused ids, EOS as a list."""
    folder = new_folder(name)
    pre_tokenizer = pre_tokenizers.Sequence([split(llama3_split("{1,3}")), byte_level(False)])
    vocabulary, merges = trained(pre_tokenizer)
    # A piece that no merge makes.
    vocabulary["Ġthin" if "Ġthin" not in vocabulary else "Ġmorning"] = len(vocabulary)
    names = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]
    first = len(vocabulary)
    tokens = [added(first + i, text) for i, text in enumerate(names)]
    single = [special_token(names[0]), sequence("A")]
    pair = single + [special_token(names[0], 1), sequence("B", 1)]
    processor = {"type": "Sequence", "processors": [
        json.loads(byte_level(True).__getstate__()),
        template_processing(single, pair, **{names[0]: first})]}  # fmt: skip
    tokenizer_json(folder, vocabulary, merges, tokens, pre_tokenizer, ignore_merges=True,
                   post_processor=processor)  # fmt: skip
    write(folder / "tokenizer_config.json", {
        "added_tokens_decoder": decoder(tokens), "bos_token": {"__type": "AddedToken", "content": names[0]},
        "eos_token": {"__type": "AddedToken", "content": names[2]}, "tokenizer_class": "PreTrainedTokenizerFast",
        "chat_template": [{"name": "default", "template": "{{ messages }}"},
                          {"name": "tool use", "template": "{{ tools }}"}],
    })  # fmt: skip
    write_model(folder, "llama", 296, bos_token_id=first, eos_token_id=[first + 1, first + 2])
    return "llama-bpe"


QWEN = [added(286, END), added(287, "<|im_start|>"), added(288, "<|im_end|>"),
        added(289, "<tool_call>", False), added(290, "</tool_call>", False),
        added(291, "<|fim_prefix|>", False), added(292, "Ġodd▁é", False, True),
        added(293, "Ġé", False)]  # fmt: skip


def qwen2(name):
    """NFC, tokens that look special, one that is found in the normalised text, a template of its own."""
    folder = new_folder(name)
    pre_tokenizer = pre_tokenizers.Sequence([split(llama3_split("")), byte_level(False)])
    vocabulary, merges = trained(pre_tokenizer)
    tokenizer_json(folder, vocabulary, merges, QWEN, pre_tokenizer, normalizer={"type": "NFC"},
                   post_processor=json.loads(byte_level(False).__getstate__()))  # fmt: skip
    write(folder / "tokenizer_config.json", {
        "add_bos_token": False, "added_tokens_decoder": decoder(QWEN), "bos_token": None,
        "eos_token": "<|im_end|>", "pad_token": END, "unk_token": None,
        "tokenizer_class": "Qwen2Tokenizer",
    })  # fmt: skip
    (folder / "chat_template.jinja").write_text("{{ messages }}\n")
    write_model(folder, "qwen2", 300, bos_token_id=286, eos_token_id=288)
    return "qwen2"


def qwen3(name):
    """vocab.json and merges.txt, with the added tokens in added_tokens.json."""
    folder = new_folder(name)
    pre_tokenizer = pre_tokenizers.Sequence([split(llama3_split("")), byte_level(False)])
    vocabulary_files(folder, *trained(pre_tokenizer))
    write(folder / "added_tokens.json", {token["content"]: token["id"] for token in QWEN[:6]})
    write(folder / "tokenizer_config.json", {
        "eos_token": "<|im_end|>", "pad_token": END, "tokenizer_class": "Qwen2Tokenizer",
        "additional_special_tokens": ["<|im_start|>", "<|im_end|>"], "chat_template": "{{ x }}",
    })  # fmt: skip
    write_model(folder, "qwen3", 294, eos_token_id=288, pad_token_id=286)
    return "qwen2"


def llama2(name):
    """tokenizer.model, with added tokens in two files, unused ids and one beyond the model's."""
    folder = new_folder(name)
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences()), model_writer=written, model_type="bpe", vocab_size=310,
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
        num_threads=1, minloglevel=2)  # fmt: skip
    (folder / "tokenizer.model").write_bytes(written.getvalue())
    write(folder / "added_tokens.json", {"<pad>": 310, "<|im_start|>": 311, "<beyond>": 400})
    tokens = [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>"), added(310, "<pad>", False),
              added(312, "▁to▁do", False, True)]  # fmt: skip
    write(folder / "tokenizer_config.json", {
        "add_bos_token": True, "add_eos_token": False, "added_tokens_decoder": decoder(tokens),
        "bos_token": "<s>", "eos_token": "</s>", "tokenizer_class": "LlamaTokenizer",
        "chat_template": "[INST] {{ messages[0]['content'] }} [/INST]",
    })  # fmt: skip
    write_model(folder, "llama", 315, bos_token_id=1, eos_token_id=2, pad_token_id=310)
    return None


def llama2_json(name):
    """The same kind as a tokenizer.json alone. The scores are our own: the converter gives all the
    same, under which no text is cut as by the merges."""
    folder = new_folder(name)
    tokenizer = json.loads((FIXTURES / "vocabulary/tokenizer.json").read_text())
    single = [special_token("<s>"), sequence("A")]
    pair = single + [special_token("<s>", 1), sequence("B", 1)]
    tokenizer["post_processor"] = template_processing(single, pair, **{"<s>": 1})
    tokenizer["decoder"] = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}  # fmt: skip
    write(folder / "tokenizer.json", tokenizer)
    write(folder / "tokenizer_config.json", {
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "legacy": True,
        "tokenizer_class": "PreTrainedTokenizerFast",
    })  # fmt: skip
    count = len(AutoTokenizer.from_pretrained(folder))
    write_model(folder, "llama", count, bos_token_id=1, eos_token_id=2)
    return None


# MARK: What others make of them


def converted(folder, pre):
    """tokenizer.* as the converter sets it, arrays as lists."""
    config = json.loads((folder / "config.json").read_text())
    model = get_model_class(config["architectures"][0])
    model = model(folder, gguf.LlamaFileType.ALL_F32, folder / "unused.gguf")
    model.get_vocab_base_pre = lambda tokenizer: pre
    model.set_vocab()
    entries = {k: v.value for d in model.gguf_writer.kv_data for k, v in d.items()}
    plain = lambda x: x.decode() if isinstance(x, bytes) else x
    result = {}
    for key, value in entries.items():
        if key.startswith("tokenizer."):
            result[key] = value if isinstance(value, (str, bool, int)) else [plain(x) for x in value]
    types = result["tokenizer.ggml.token_type"]
    result["tokenizer.ggml.token_type"] = [int(type) for type in types]
    if scores := result.get("tokenizer.ggml.scores"):
        result["tokenizer.ggml.scores"] = [float(np.float32(x)) for x in scores]
    return result


def encoded(folder):
    if (folder / "tokenizer.model").exists():
        model = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        return [model.encode(text, add_bos=True) for text in TEXTS]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if (folder / "tokenizer.json").exists():
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return [tokenizer.encode(text).ids for text in TEXTS]
    return [tokenizer.encode(text) for text in TEXTS]


def main():
    logging.disable(logging.WARNING)
    shutil.rmtree(FOLDER, ignore_errors=True)
    expected = {"texts": TEXTS, "folders": {}}
    for make in [gpt2, smollm, llama3, qwen2, qwen3, llama2, llama2_json]:
        name = make.__name__.replace("_", "-")
        pre = make(name)
        expected["folders"][name] = {
            "metadata": converted(FOLDER / name, pre), "ids": encoded(FOLDER / name)}  # fmt: skip
    write(FOLDER / "expected.json", expected)


main()
