"""Makes the vocabularies of Llama2Tests/Fixtures/vocabulary as GGUF files, and what others make of
texts: Hugging Face's tokenizers of the byte-level ones, a search over all pairs of the one of
SentencePiece, and regular expressions of the pre-tokenizers' words.

    pip install gguf regex tokenizers unicodedata2==16.0.0
    python3 Tests/vocabulary-fixtures.py
"""

import importlib
import json
import random
import sys
import unicodedata
from pathlib import Path

import gguf
import regex
from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "Tests/Llama2Tests/Fixtures/vocabulary"
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
RANDOM = random.Random(9)

TEXTS = [
    "", " ", "a", "Once upon a time", " leading", "  two", "trailing  ", "a  b   c", "\n", "\n\n a",
    "a \n b", "a\r\n\r\n  b\t\t c", " \n \n", "x \t\n", "don't we'll I've they're it'd I'm he's 'tis",
    "DON'T WE'LL I'VE THEY'RE IT'D I'M HE'S", "x'Sy'rE'LL'lL'v'", "'\u017fx", "''s ' s",
    "1 12 123 1234 1234567 a1b22", "3.14 -> 0xFF, $5 = 9%", " 1", "  12", "\u0663\u0664\u0665\u0666 \u00b2\u00bd \u2167",
    "if (a != b) { return &c[0]; } // done\n\n\tx += 1;\n", "#include <stdio.h>\n", "... ---\n\n!!",
    "Ünïcödé ß ﬁ naïve", "Ελληνικά Русский", "עברית العربية", "हिन्दी বাংলা ไทย", "中文漢字 日本語かな 한국어",
    "abc中文def你好 ghi", "👩\u200d👩\u200d👧 👍🏽🇸🇪!", "e\u0301o\u0308\u0323 a\u0301\u0302", "a\u00a0b\u3000c\u2003 \u2028\u2029d",
    "\u3000\u3000x\u3000、。「」", "“quoted” ‘x’ ！？ａｂｃ１２３", "~`^|+<=>$ a+b=c", "?! .,;:", "\u0378\uffff\U0010ffff\ue000",
    "\u0001\u007f\u0085\u001c\u200b\ufeff", "ª º ƻ ʔ ǅ Ა ა ⴀ ꞏ 𝐀 𐐀", "qz qzq zyx zyxw", "the rain in tin, the other tin",
    "<|eot_id|> <tool> <tool>> </tool> <s>", "\u2581\u2581a\u2581",
]  # fmt: skip


def stable_characters():
    """Characters that have been what they are since Unicode 3.2, by category."""
    by_category = {}
    for code in range(0x110000):
        c = chr(code)
        category = unicodedata.ucd_3_2_0.category(c)
        if category == unicodedata.category(c) and category not in ("Cs", "Cn"):
            by_category.setdefault(category, []).append(c)
    return by_category


def random_texts(count):
    by_category = stable_characters()
    parts = [" ", " ", "  ", "\n", "\t", "'s", "'LL", "a", "Word", "12", "1234", ".", "()", "é", "中"]
    texts = []
    for _ in range(count):
        text = ""
        for _ in range(RANDOM.randrange(1, 16)):
            if RANDOM.random() < 0.5:
                text += RANDOM.choice(parts)
            else:
                text += RANDOM.choice(by_category[RANDOM.choice(list(by_category))])
        texts.append(text)
    return texts


# MARK: Words

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CJK = "[\u0800-\u9fa5\uac00-\ud7ff]+"


def deepseek_letters():
    table = importlib.import_module("unicode-tables")
    kinds = [table.character_class(code) == table.CASED_LETTER for code in range(0x110000)]
    return "[" + "".join(chr(code) for code, kind in enumerate(kinds) if kind) + "]"


SPLITS = {
    "gpt-2": [GPT2],
    "smollm": [r"\p{N}", GPT2],
    "llama-bpe": [LLAMA3],
    "qwen2": [LLAMA3.replace("{1,3}", "")],
    "deepseek-llm": [
        "[\r\n]", r"\s?" + deepseek_letters() + "+",
        r"\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+", r"\s+\Z", CJK, r"\p{N}+",
    ],
    "deepseek-coder": ["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", CJK, r"\p{N}"],
    "falcon": [r"[\p{P}$+<=>^~|`]+", GPT2, "[0-9][0-9][0-9]"],
}  # fmt: skip


def words(text, patterns):
    """Each pattern isolates its matches in the parts that the one before has left."""
    parts = [text] if text else []
    for pattern in patterns:
        cut = []
        for part in parts:
            end = 0
            for match in regex.finditer(pattern, part):
                cut += [part[end : match.start()], match.group()]
                end = match.end()
            cut.append(part[end:])
        parts = [part for part in cut if part]
    return parts


def write_words():
    texts = TEXTS + random_texts(120)
    lengths = {
        name: [[len(word.encode()) for word in words(text, patterns)] for text in texts]
        for name, patterns in SPLITS.items()
    }
    write_json("words.json", {"texts": texts, "lengths": lengths})


def write_json(name, value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    (FOLDER / name).write_bytes(text.encode())


# MARK: Vocabularies


def write_gguf(name, kind, tokens, types, **more):
    writer = gguf.GGUFWriter(FOLDER / name, "llama")
    writer.add_tokenizer_model(kind)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    for key, value in more.items():
        getattr(writer, "add_" + key)(value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def sequence(*patterns):
    splits = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns]
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([*splits, byte_level])


def write_byte_level(name, pre, all_bytes, extra, special, **more):
    """A vocabulary of the words of this repository's README. `extra` pieces have no merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = sequence(*SPLITS[pre])
    alphabet = pre_tokenizers.ByteLevel.alphabet() if all_bytes else []
    trainer = trainers.BpeTrainer(vocab_size=520, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([(ROOT / "README.md").read_text(), *TEXTS[:-2]], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get) + extra
    merges = [tuple(pair) for pair in model["merges"]]
    types = [NORMAL] * len(tokens) + [kind for _, kind in special]
    tokens += [token for token, _ in special]
    write_gguf(
        name, "gpt2", tokens, types, tokenizer_pre=pre,
        token_merges=[" ".join(pair) for pair in merges], **more,
    )
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=pre == "llama-bpe"))
    tokenizer.pre_tokenizer = sequence(*SPLITS[pre])
    tokenizer.add_tokens([AddedToken(t, normalized=False) for t, k in special if k == USER_DEFINED])
    return tokenizer, tokens


def write_sentencepiece(name):
    pieces = "in ▁t ▁a he re on er ▁the ▁s at ▁w ed or an ▁▁ ▁▁▁▁ 中文 é".split()
    pieces += [*"▁etaoinshrdlucmfwypvbgkjqxz.中"]
    names = [f"<0x{byte:02X}>" for byte in range(256)]
    RANDOM.shuffle(names)
    special = [("<unk>", UNKNOWN), ("<s>", CONTROL), ("</s>", CONTROL)]
    entries = [(token, 0.0, kind) for token, kind in special]
    entries += [(piece, -float(i // 3), NORMAL) for i, piece in enumerate(pieces)]
    entries += [(byte, 0.0, BYTE) for byte in names]
    entries += [("<tool>", 0.0, USER_DEFINED), ("<|im_end|>", 0.0, CONTROL)]
    tokens = [token for token, _, _ in entries]
    write_gguf(
        name, "llama", tokens, [kind for _, _, kind in entries],
        token_scores=[score for _, score, _ in entries], bos_token_id=1, eos_token_id=2,
        unk_token_id=0, add_space_prefix=True,
    )
    return entries


def sentencepiece_ids(text, entries):
    """Searches all neighbours for the best merge, again and again."""
    ids = {token: i for i, (token, _, kind) in enumerate(entries) if kind == NORMAL}
    byte_ids = {token: i for i, (token, _, kind) in enumerate(entries) if kind == BYTE}
    user_defined = {token: i for i, (token, _, kind) in enumerate(entries) if kind == USER_DEFINED}
    result = []
    for part in regex.split("(" + "|".join(map(regex.escape, user_defined)) + ")", text):
        if part in user_defined:
            result.append(user_defined[part])
            continue
        symbols = [*("▁" + part.replace(" ", "▁"))] if part else []
        while True:
            pairs = [
                (-entries[ids[a + b]][1], i)
                for i, (a, b) in enumerate(zip(symbols, symbols[1:])) if a + b in ids
            ]
            if not pairs:
                break
            _, i = min(pairs)
            symbols[i : i + 2] = [symbols[i] + symbols[i + 1]]
        for symbol in symbols:
            if symbol in ids:
                result.append(ids[symbol])
            else:
                result += [byte_ids[f"<0x{byte:02X}>"] for byte in symbol.encode()]
    return result


def main():
    write_words()
    texts = TEXTS + random_texts(60)
    llama3, _ = write_byte_level(
        "llama-bpe.gguf", "llama-bpe", True, ["qz", "zyx"],
        [("<|begin_of_text|>", CONTROL), ("<|end_of_text|>", CONTROL), ("<|eot_id|>", CONTROL),
         ("<tool>", USER_DEFINED), ("<tool>>", USER_DEFINED), ("  \t", USER_DEFINED)],
        bos_token_id=522, eos_token_id=523,
    )  # fmt: skip
    smollm, tokens = write_byte_level(
        "smollm.gguf", "smollm", False, ["qz", "zyx"],
        [("<|endoftext|>", CONTROL), ("<|im_start|>", CONTROL), ("<|im_end|>", CONTROL)],
        bos_token_id=523, eos_token_id=524, add_bos_token=False, add_space_prefix=False,
    )  # fmt: skip
    entries = write_sentencepiece("sentencepiece.gguf")
    known = {*tokens}

    def is_known(text):
        encoded = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        return all(c in known for part, _ in encoded.pre_tokenize_str(text) for c in part)

    write_json("ids.json", {
        "llama-bpe.gguf": [[text, llama3.encode(text).ids] for text in texts],
        "smollm.gguf": [[text, smollm.encode(text).ids] for text in texts if is_known(text)],
        "sentencepiece.gguf": [[text, sentencepiece_ids(text, entries)] for text in texts],
    })  # fmt: skip
    print(len(json.loads((FOLDER / "ids.json").read_text())["smollm.gguf"]), tokens[-6:])


main()
