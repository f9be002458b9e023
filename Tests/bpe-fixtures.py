"""Makes Llama2Tests/Fixtures/bpe.json: the vocabularies that SentencePiece learns from texts, and how it
encodes lines with them.

    pip install sentencepiece==0.2.3
    python3 Tests/bpe-fixtures.py
"""

import io
import json
import random
from pathlib import Path

import sentencepiece as spm

TARGET = Path(__file__).parent / "Llama2Tests/Fixtures/bpe.json"
RANDOM = random.Random(15)

# llama2.c's (tinystories.py: train_vocab).
SETTINGS = dict(
    model_type="bpe", self_test_sample_size=0, character_coverage=1.0, split_digits=True,
    allow_whitespace_only_pieces=True, byte_fallback=True, unk_surface=r" \342\201\207 ",
    normalization_rule_name="identity", minloglevel=2, num_threads=1,
)  # fmt: skip

NAMES = "Lily Tom Zoë Ben Anna Max Lucy the cat|a small dog|the old wizard|two sisters".split(" ", 7)
NAMES = NAMES[:-1] + NAMES[-1].split("|")
DEEDS = ["found", "lost", "painted", "wanted to see", "couldn't lift", "was afraid of", "dreamt of"]
THINGS = ["a red ball", "the moon", "3 apples", "42 snails", "her brother's kite", "a café", "nothing"]
ENDS = [".", "!", " again.", ", and then it rained.", ' and said: "Look!"', " in the garden...", "?"]

# What a piece may not have beside each other: scripts, digits, spaces; and accents, which go with
# any script, kana, which go with Han, and runs of one character.
PARTS = """
  the thing things thinking rain rains rainy aaaa aaaaaaa abab bcbcbc hahaha 1 12 2024 ４２ 3.14 x1 1x a,b
  don't e\u0301te\u0301 n\u0303 été naïve αβγ αβα Ωmega русский рус абв שלום עולם हिन्दी हिन्दू 漢字 漢字かな カタカナ
  ラーメン 東京タワー 한국어 한국 ไทย 👍 👍👍🏽 👩\u200d👧 ... !! -- (a) [b] x\ty \t\t q\u00a0q
""".split(" ")
PARTS = [part for part in PARTS if part] + ["", " ", "  ", "   "]


def stories(count):
    def sentence():
        return f"{RANDOM.choice(NAMES)} {RANDOM.choice(DEEDS)} {RANDOM.choice(THINGS)}{RANDOM.choice(ENDS)}"

    return [" ".join(sentence() for _ in range(RANDOM.randrange(1, 5))) for _ in range(count)]


def mixture(count):
    def joint():
        return RANDOM.choice([" ", " ", " ", "", "  "])

    return [
        "".join(RANDOM.choice(PARTS).strip("\n") + joint() for _ in range(RANDOM.randrange(1, 12)))
        for _ in range(count)
    ]


def letters(letters, count):
    """Many pairs are as frequent as others."""
    return [
        " ".join(
            "".join(RANDOM.choices(letters, k=RANDOM.randrange(1, 10)))
            for _ in range(RANDOM.randrange(1, 8))
        )
        for _ in range(count)
    ]


def train(name, lines, size, samples, **settings):
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, vocab_size=size, **{**SETTINGS, **settings}
    )
    sp = spm.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [sp.id_to_piece(i).replace("▁", " ") for i in range(size)]
    pieces[1:3] = [f"\n{piece}\n" for piece in pieces[1:3]]  # llama2.c's tokenizer.py: export
    return {
        "name": name,
        "text": "\n".join(lines),
        "coverage": settings.get("character_coverage", 1.0),
        "pieces": pieces,
        "scores": [sp.get_score(i) for i in range(size)],
        "encoded": [[sample, sp.encode(sample)] for sample in samples],
    }


def main():
    keep = dict(remove_extra_whitespaces=False)
    mixed = mixture(150)
    unseen = mixture(40) + ["", " ", "Ünseen ẞ ツ", "zzzz 0123456789", "    four"]
    fixtures = [
        train("stories", stories(300), 440, stories(20)),
        train("mixture", mixed, 515, unseen, **keep),
        train("mixture, covered in part", mixed, 450, unseen, character_coverage=0.98, **keep),
        train("letters", letters("abc", 80), 650, letters("abcd", 10), **keep),
        train("one letter", letters("a ", 20), 274, letters("a ", 10), **keep),
    ]
    TARGET.write_text(json.dumps(fixtures, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{TARGET.stat().st_size} bytes")


main()
