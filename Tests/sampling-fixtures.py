"""Makes Llama2Tests/Fixtures/sampling.json: what Hugging Face's generation leaves of random logits.

    python Tests/sampling-fixtures.py

Needs torch and transformers. The processors, and their order, are those that `generate` makes of a
GenerationConfig. OpenAI's penalties, which transformers does not have, are a processor of a user's.
"""

import json
from pathlib import Path

import torch
from transformers import (GenerationConfig, LlamaConfig, LlamaForCausalLM, LogitsProcessor,
                          LogitsProcessorList)

FIXTURE = Path(__file__).parent / "Llama2Tests" / "Fixtures" / "sampling.json"
TEXT = [3, 7, 7, 1, 40, 7, 12, 3, 3, 49, 20, 21, 22, 7, 0, 12]
PENALTIES = dict(repetitionPenalty=1.3, frequencyPenalty=0.4, presencePenalty=0.25)
CHANGES = dict(logitBias={"3": 2.5, "11": -1.5, "7": 0.75}, bannedTokens=[0, 5, 12])
CASES = [
    {}, dict(temperature=0.6), dict(temperature=0), dict(temperature=0, **CHANGES),
    dict(temperature=0, **PENALTIES), dict(repetitionPenalty=1.5), dict(repetitionPenalty=0.7),
    dict(frequencyPenalty=0.5), dict(frequencyPenalty=-0.3), dict(presencePenalty=1.5),
    dict(PENALTIES, penaltyWindow=5), dict(PENALTIES, penaltyWindow=100), CHANGES,
    dict(topK=1), dict(topK=7), dict(topK=10_000), dict(topP=0.5), dict(topP=0.95), dict(minP=0.2),
    dict(minP=1), dict(typicalP=0.2), dict(typicalP=0.9), dict(topK=10, topP=0.7),
    dict(topK=10, typicalP=0.5), dict(topP=0.9, minP=0.1), dict(topP=0.6, minP=0.02),
    dict(minP=0.05, typicalP=0.6), dict(topK=30, topP=0.95, minP=0.03, typicalP=0.8),
    dict(temperature=1.7, topK=30, topP=0.9, minP=0.05, typicalP=0.95, **PENALTIES, **CHANGES),
    dict(temperature=0.8, topP=0.9, **PENALTIES, **CHANGES),
]


class OpenAIPenalties(LogitsProcessor):
    """platform.openai.com/docs: mu[j] - c[j] * frequency - (c[j] > 0) * presence."""

    def __init__(self, frequency, presence):
        self.frequency, self.presence = frequency, presence

    def __call__(self, input_ids, scores):
        counts = torch.bincount(input_ids[0], minlength=scores.shape[-1])
        return scores - counts * self.frequency - (counts > 0) * self.presence


def processed(model, logits, case):
    config = GenerationConfig(
        do_sample=case.get("temperature", 1) > 0,
        temperature=case.get("temperature") or None,
        top_k=case.get("topK", 0), top_p=case.get("topP", 1.0), min_p=case.get("minP"),
        typical_p=case.get("typicalP", 1.0), repetition_penalty=case.get("repetitionPenalty", 1.0),
        sequence_bias=[[[int(i)], bias] for i, bias in case.get("logitBias", {}).items()] or None,
        suppress_tokens=case.get("bannedTokens"))
    own = OpenAIPenalties(case.get("frequencyPenalty", 0), case.get("presencePenalty", 0))
    tokens = torch.tensor([TEXT[-case.get("penaltyWindow", 0):]])
    processors = model._get_logits_processor(
        config, input_ids_seq_length=tokens.shape[1], logits_processor=LogitsProcessorList([own]))
    return processors(tokens, logits[None].clone())[0]


def main():
    torch.manual_seed(5)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=50, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=1))
    results = []
    logits = {size: (torch.randn(size) * spread * 1000).round() / 1000
              for size, spread in ((50, 1.5), (500, 2.5))}
    for size, case in ((size, case) for size in logits for case in CASES):
        scores = processed(model, logits[size], case)
        if case.get("temperature") == 0:
            left = {int(scores.argmax()): 1}
        else:
            p = scores.double().softmax(-1)
            left = {i: float(f"{p[i]:.6g}") for i in range(size) if p[i] > 0}
            if len(left) > 150:  # as with 50 tokens, and long
                continue
        results.append({"size": size, "options": case, "left": list(left),
                        "probabilities": list(left.values())})
    FIXTURE.write_text(json.dumps({
        "text": TEXT, "logits": [[round(x, 3) for x in row.tolist()] for row in logits.values()],
        "cases": results}, separators=(",", ":")).replace('{"size', '\n{"size') + "\n")


if __name__ == "__main__":
    main()
