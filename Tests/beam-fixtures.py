"""Makes Llama2Tests/Fixtures/beams from random numbers: a small Llama as a GGUF file, and the texts
that transformers' beam search finds with it.

    python Tests/beam-fixtures.py

Needs torch, transformers, numpy and gguf 0.19. Running it again gives the same bytes.

beams.json holds a list of searches: the prompt, the settings, what changes log probabilities (in
some), and the beams, the best first, each with its tokens behind the prompt, whether the last of
them ended it, and its score.
"""

import importlib
import json
import string
from pathlib import Path

import numpy as np
import torch
from gguf import TokenType
from transformers import AutoConfig, AutoModelForCausalLM

relatives = importlib.import_module("relatives-fixtures")
FIXTURES = Path(__file__).parent / "Llama2Tests" / "Fixtures" / "beams"
BOS, EOS = 1, 2
TOKENS = ["<unk>", "<s>", "</s>", *string.ascii_lowercase[:21]]


class Vocabulary:
    """Letters, as SentencePiece has them."""

    def add(self, writer, vocab_size):
        writer.add_tokenizer_model("llama")
        writer.add_token_list(TOKENS)
        writer.add_token_scores([-float(id) for id in range(vocab_size)])
        writer.add_token_types([TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL]
                               + [TokenType.NORMAL] * (vocab_size - 3))
        writer.add_bos_token_id(BOS)
        writer.add_eos_token_id(EOS)
        writer.add_unk_token_id(0)
        writer.add_add_space_prefix(False)


CONFIG = {
    "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
    "bos_token_id": BOS, "eos_token_id": EOS, "hidden_act": "silu", "hidden_size": 16,
    "intermediate_size": 24, "max_position_embeddings": 40, "mlp_bias": False,
    "model_type": "llama", "num_attention_heads": 2, "num_hidden_layers": 2,
    "num_key_value_heads": 1, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
    "tie_word_embeddings": False, "torch_dtype": "float32", "vocab_size": len(TOKENS),
}  # fmt: skip


def search(model, prompt, beams, penalty, new_tokens, options=None):
    ids = [BOS, *(TOKENS.index(letter) for letter in prompt)]
    # The library ends a text before BOS as well.
    ends = [EOS, BOS]
    result = model.generate(
        torch.tensor([ids]), do_sample=False, num_beams=beams, num_return_sequences=beams,
        length_penalty=penalty, max_new_tokens=new_tokens, early_stopping=False, eos_token_id=ends,
        pad_token_id=EOS, output_scores=True, return_dict_in_generate=True,
        **(transformers_options(options) if options else {}))
    found = []
    for sequence, score in zip(result.sequences.tolist(), result.sequences_scores.tolist()):
        tokens = sequence[len(ids):]
        end = next((i for i, token in enumerate(tokens) if token in ends), None)
        found.append({"tokens": tokens[:None if end is None else end + 1],
                      "ended": end is not None, "score": score})
    return {"prompt": prompt, "beams": beams, "lengthPenalty": penalty, "newTokens": new_tokens,
            **(options or {}), "found": found}


def transformers_options(options):
    return {"repetition_penalty": options["repetitionPenalty"],
            "sequence_bias": [[[token], bias] for token, bias in options["bias"]],
            "suppress_tokens": options["banned"]}


def main():
    settings = AutoConfig.for_model(**json.loads(json.dumps(CONFIG)))
    model = AutoModelForCausalLM.from_config(settings, attn_implementation="eager").eval()
    relatives.randomise(model, np.random.default_rng(11))
    # Probabilities that differ, and texts that end.
    model.lm_head.weight.data *= 2
    model.lm_head.weight.data[EOS] *= 1.5
    FIXTURES.mkdir(exist_ok=True)
    relatives.write_gguf(FIXTURES / "model.gguf", "beams", model, CONFIG, Vocabulary())
    searches = [
        search(model, prompt, beams, penalty, new_tokens)
        for prompt, new_tokens in [("abc", 12), ("hello", 30)]
        for beams in [2, 3, 5]
        for penalty in [0.0, 1.0, 2.0, -1.0]
    ]
    options = {"repetitionPenalty": 1.3, "bias": [[5, 1.5], [12, -2.0]], "banned": [0, 8]}
    searches += [search(model, "hello", beams, 2.0, 20, options) for beams in [2, 5]]
    lines = ",\n".join(json.dumps(entry) for entry in searches)
    (FIXTURES / "beams.json").write_text(f"[\n{lines}\n]\n")
    found = [beam for entry in searches for beam in entry["found"]]
    print(f"{len(found)} beams, of which {sum(beam['ended'] for beam in found)} ended")


if __name__ == "__main__":
    main()
