"""Writes Llama2Tests/Fixtures/train.json: losses and gradients of small Llamas, and the losses of 50 steps of
AdamW, from PyTorch in double precision. The model is that of llama2.c's model.py.

    pip install torch numpy
    python3 Tests/train-fixtures.py
"""
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Llama2Tests", "Fixtures", "train.json")


class Random:
    """The numbers that the tests draw too (Knuth's linear congruential generator)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return (self.state >> 8) * limit >> 24

    def floats(self, count, scale):
        units = np.array([self.below(2**24) for _ in range(count)], np.float32) / np.float32(2**24)
        return (units - np.float32(0.5)) * np.float32(scale)


class Llama(nn.Module):
    def __init__(self, shape, tied, random):
        super().__init__()
        self.shape = shape
        dim, hidden, layers, heads, kv_heads, vocab, seq = shape
        kv_dim = dim // heads * kv_heads
        shapes = {"embedding": (vocab, dim), "attention_norm": (dim,), "wq": (dim, dim), "wk": (kv_dim, dim),
                  "wv": (kv_dim, dim), "wo": (dim, dim), "ffn_norm": (dim,), "w1": (hidden, dim),
                  "w2": (dim, hidden), "w3": (hidden, dim), "norm": (dim,)}
        # In the order of llama2.c's version 0.
        for name, size in shapes.items():
            if name in ("embedding", "norm"):
                setattr(self, name, self.parameter(size, random))
            else:
                setattr(self, name, nn.ParameterList([self.parameter(size, random) for _ in range(layers)]))
        self.output = self.embedding if tied else self.parameter((vocab, dim), random)
        head = dim // heads
        angles = torch.outer(torch.arange(seq).double(), 10000.0 ** (-torch.arange(0, head, 2).double() / head))
        self.cos, self.sin = angles.cos()[:, None], angles.sin()[:, None]

    @staticmethod
    def parameter(size, random):
        values = random.floats(math.prod(size), 0.5) + (len(size) == 1)
        return nn.Parameter(torch.tensor(values.astype(np.float64)).reshape(size))

    def in_order(self):
        tensors = [self.embedding]
        for name in ("attention_norm", "wq", "wk", "wv", "wo", "ffn_norm", "w1", "w2", "w3"):
            tensors += list(getattr(self, name))
        return tensors + [self.norm] + ([] if self.output is self.embedding else [self.output])

    def rotate(self, x):
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * self.cos - b * self.sin, a * self.sin + b * self.cos], -1).flatten(-2)

    def forward(self, tokens, targets):
        dim, hidden, layers, heads, kv_heads, vocab, seq = self.shape
        n = len(tokens)

        def norm(x, w):
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * w

        x = F.embedding(tokens, self.embedding)
        for i in range(layers):
            y = norm(x, self.attention_norm[i])
            q = self.rotate((y @ self.wq[i].T).view(n, seq, heads, -1))
            k = self.rotate((y @ self.wk[i].T).view(n, seq, kv_heads, -1))
            v = (y @ self.wv[i].T).view(n, seq, kv_heads, -1)
            q, k, v = (z.repeat_interleave(heads // z.shape[2], 2).transpose(1, 2) for z in (q, k, v))
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + out.transpose(1, 2).reshape(n, seq, dim) @ self.wo[i].T
            y = norm(x, self.ffn_norm[i])
            x = x + (F.silu(y @ self.w1[i].T) * (y @ self.w3[i].T)) @ self.w2[i].T
        logits = norm(x, self.norm) @ self.output.T
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)


def windows(random, count, vocab, seq):
    """Windows of several documents: each begins with BOS, and the first tokens of some are given."""
    tokens = [[1 if random.below(7) == 0 else random.below(vocab) for _ in range(seq + 1)] for _ in range(count)]
    targets = [[-1 if random.below(5) == 0 else t for t in window[1:]] for window in tokens]
    return torch.tensor([t[:-1] for t in tokens]), torch.tensor(targets)


def case(name, shape, tied, count, every):
    """The loss and every so many of the gradients."""
    random = Random(1)
    model = Llama(shape, tied, random)
    loss = model(*windows(random, count, shape[5], shape[6]))
    loss.backward()
    gradients = [p.grad.flatten() for p in model.in_order()]
    return {"name": name, "shape": shape, "tied": tied, "windows": count, "every": every, "loss": loss.item(),
            "largest": [float(f"{g.abs().max():.9g}") for g in gradients],
            "gradients": [float(f"{g:.9g}") for g in torch.cat(gradients)[::every]]}


def curve(shape, count, micros, steps, settings):
    """The losses of AdamW as train.py has it: warmup, cosine decay, clipping, accumulation."""
    random = Random(1)
    model = Llama(shape, True, random)
    groups = [{"params": [p for p in model.parameters() if p.dim() == 2], "weight_decay": settings["weight_decay"]},
              {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, betas=(settings["beta1"], settings["beta2"]))
    losses = []
    data = [windows(random, count, shape[5], shape[6]) for _ in range(micros)]
    for step in range(steps):
        warmup = settings["warmup"]
        rate = settings["learning_rate"] * ((step + 1) / warmup if step < warmup else
                                            0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))))
        for group in optimizer.param_groups:
            group["lr"] = rate
        total = sum((targets >= 0).sum() for _, targets in data)
        loss = sum(model(x, y) * (y >= 0).sum() / total for x, y in data)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return {"shape": shape, "windows": count, "micros": micros, "settings": settings, "losses": losses}


def main():
    # dim, hidden_dim, layers, heads, kv_heads, vocab_size, seq_len
    cases = [
        case("multi-head, tied", (8, 12, 2, 2, 2, 11, 6), True, 2, 1),
        case("grouped-query, untied", (16, 20, 1, 4, 2, 19, 9), False, 1, 1),
        case("one key head, odd widths", (12, 33, 2, 3, 1, 41, 37), True, 3, 7),
        case("whole panels", (64, 96, 2, 4, 2, 64, 72), True, 2, 53),
    ]
    settings = {"learning_rate": 0.01, "warmup": 5, "weight_decay": 0.1, "beta1": 0.9, "beta2": 0.95, "clip": 1.0}
    steps = curve((32, 48, 2, 4, 2, 40, 24), 2, 2, 50, settings)
    with open(OUT, "w") as file:
        json.dump({"cases": cases, "curve": steps}, file)


if __name__ == "__main__":
    main()
