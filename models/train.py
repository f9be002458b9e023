"""Makes tokenizer.bin and models/stories.bin out of corpus.py: vocabulary, training, export.

    pip install -r models/requirements.txt
    python3 models/train.py

The model is the Transformer of llama2.c and both files are in its formats. The vocabulary
is made anew only where models/tokenizer.model is missing. The held-out stories' token ids
go to models/out.
"""
import math
import os
import struct
import time

import numpy as np
import sentencepiece as spm
import torch
import torch.nn.functional as F
from torch import nn

import corpus

# the model
DIM, HIDDEN_DIM, LAYERS, HEADS, KV_HEADS, VOCAB, SEQ_LEN = 128, 320, 6, 8, 4, 1024, 512
HEAD_DIM = DIM // HEADS
# the training
STORIES, WEIGHT_DECAY, CLIP = 120_000, 0.1, 1.0
STAGES = [              # steps, windows a step, warmup steps, learning rate from and to
    (800, 16, 100, 4.0e-3, 2.8e-3),
    (600, 8, 50, 2.1e-3, 0.7e-3),
    (888, 8, 50, 2.0e-3, 0.0),
    (666, 8, 50, 1.2e-3, 0.0),
]
EARLIER = 0.35          # the share of the weights before the last stage in the mean that ships
SEED, THREADS, REPORT_EVERY = 1337, 2, 200

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "out")
BOS, EOS, NEWLINE, IGNORE = 1, 2, 3 + ord("\n"), -1


# Data --------------------------------------------------------------------------------------

def prompt(story):
    """A request as the chat loop renders it, one in ten with a system prompt."""
    text = corpus.request(story)
    if story.rng.random() < 0.1:
        text = f"<<SYS>>\n{story.rng.choice(corpus.SYSTEM)}\n<</SYS>>\n\n{text}"
    return f"[INST] {text} [/INST]"


def documents(count, seed):
    """(request or None, story): every second story answers a request."""
    for i, story in enumerate(corpus.stories(count, seed)):
        yield (prompt(story) if i % 2 else None), story.text


def train_vocabulary(docs):
    """llama2.c's settings. The first 30000 documents are enough for 1024 pieces."""
    lines = (line for request, text in docs[:30_000] for line in ([*request.split("\n"), text] if request else [text]))
    spm.SentencePieceTrainer.train(
        sentence_iterator=lines, model_prefix=os.path.join(HERE, "tokenizer"), model_type="bpe", vocab_size=VOCAB,
        character_coverage=1.0, split_digits=True, allow_whitespace_only_pieces=True, byte_fallback=True,
        unk_surface=r" \342\201\207 ", normalization_rule_name="identity", self_test_sample_size=0,
        num_threads=THREADS, minloglevel=1)


def encode(sp, docs):
    """Token ids, the id to predict after each, and where documents start.

    A request is given, not learned. A plain story is followed by the next BOS, an answer by EOS. What
    follows EOS the chat loop throws away, but llama2.c prints it first: a newline harms nobody there.
    """
    requests = iter(sp.encode([r for r, _ in docs if r], num_threads=THREADS))
    ids, targets, starts = [], [], []
    for (request, _), story in zip(docs, sp.encode([t for _, t in docs], num_threads=THREADS)):
        asked = next(requests) if request else []
        starts.append(len(ids))
        ids += [BOS, *asked, *story]
        targets += [IGNORE] * len(asked) + story
        if request:
            ids.append(EOS)
            targets += [EOS, NEWLINE]
        else:
            targets.append(BOS)
    return np.array(ids, np.uint16), np.array(targets, np.int16), np.array(starts)


def windows(ids, targets, starts):
    """Windows of SEQ_LEN tokens, each starting at a BOS: the document that one cuts opens the next."""
    at, xs, ys = 0, [], []
    while at + SEQ_LEN <= len(ids):
        xs.append(ids[at:at + SEQ_LEN])
        ys.append(targets[at:at + SEQ_LEN])
        at = starts[np.searchsorted(starts, at + SEQ_LEN, side="right") - 1]
    return torch.tensor(np.array(xs, np.int64)), torch.tensor(np.array(ys, np.int64))


# Model -------------------------------------------------------------------------------------

class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(DIM))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


def rotation():
    """cos and sin of every position's angles: (SEQ_LEN, HEAD_DIM / 2)."""
    angles = torch.outer(torch.arange(SEQ_LEN), 10000.0 ** (-torch.arange(0, HEAD_DIM, 2) / HEAD_DIM))
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    """RoPE over neighbouring pairs. x: (batch, position, head, HEAD_DIM)"""
    cos, sin = cos[:x.shape[1], None], sin[:x.shape[1], None]
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm, self.ffn_norm = Norm(), Norm()
        self.wq = nn.Linear(DIM, HEADS * HEAD_DIM, bias=False)
        self.wk = nn.Linear(DIM, KV_HEADS * HEAD_DIM, bias=False)
        self.wv = nn.Linear(DIM, KV_HEADS * HEAD_DIM, bias=False)
        self.wo = nn.Linear(HEADS * HEAD_DIM, DIM, bias=False)
        self.w1 = nn.Linear(DIM, HIDDEN_DIM, bias=False)
        self.w2 = nn.Linear(HIDDEN_DIM, DIM, bias=False)
        self.w3 = nn.Linear(DIM, HIDDEN_DIM, bias=False)

    def attention(self, x, cos, sin):
        n, t, _ = x.shape
        q = rotate(self.wq(x).view(n, t, HEADS, HEAD_DIM), cos, sin)
        k = rotate(self.wk(x).view(n, t, KV_HEADS, HEAD_DIM), cos, sin)
        k = k.repeat_interleave(HEADS // KV_HEADS, 2)
        v = self.wv(x).view(n, t, KV_HEADS, HEAD_DIM).repeat_interleave(HEADS // KV_HEADS, 2)
        out = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True)
        return self.wo(out.transpose(1, 2).reshape(n, t, -1))

    def forward(self, x, cos, sin):
        x = x + self.attention(self.attention_norm(x), cos, sin)
        y = self.ffn_norm(x)
        return x + self.w2(F.silu(self.w1(y)) * self.w3(y))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, DIM)        # also the classifier
        self.layers = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = Norm()
        for name, p in self.named_parameters():
            if p.dim() == 2:                            # smaller where a layer writes into the residual stream
                out = name.endswith(("wo.weight", "w2.weight"))
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * LAYERS) if out else 0.02)
        cos, sin = rotation()
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, tokens, targets):
        """The sum of the losses over the targets that are not IGNORE, and their number."""
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin)
        logits = self.norm(x) @ self.embedding.weight.T
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE, reduction="sum")
        return loss, (targets != IGNORE).sum()


# Files -------------------------------------------------------------------------------------

def replace(path, data):
    """A reader sees the old file or the new one, never half of one."""
    with open(path + ".tmp", "wb") as f:
        f.write(data)
    os.replace(path + ".tmp", path)


def export_model(model, path):
    """llama2.c's version 0: seven int32, then every matrix of a kind for all layers, fp32."""
    layers = model.layers
    tensors = [model.embedding.weight, *(l.attention_norm.weight for l in layers)]
    for name in ("wq", "wk", "wv", "wo"):
        tensors += [getattr(l, name).weight for l in layers]
    tensors += [l.ffn_norm.weight for l in layers]
    for name in ("w1", "w2", "w3"):
        tensors += [getattr(l, name).weight for l in layers]
    tensors += [model.norm.weight, model.cos, model.sin]
    header = struct.pack("<7i", DIM, HIDDEN_DIM, LAYERS, HEADS, KV_HEADS, VOCAB, SEQ_LEN)
    replace(path, header + b"".join(t.detach().numpy().astype("<f4").tobytes() for t in tensors))


def export_vocabulary(sp, path):
    """What llama2.c's tokenizer.py writes: the longest piece, then score, length and bytes of each."""
    special = {BOS: "\n<s>\n", EOS: "\n</s>\n"}
    pieces = [special.get(i, sp.id_to_piece(i)).replace("▁", " ").encode() for i in range(VOCAB)]
    data = b"".join(struct.pack("<fI", sp.get_score(i), len(p)) + p for i, p in enumerate(pieces))
    replace(path, struct.pack("<I", max(map(len, pieces))) + data)


# Training ----------------------------------------------------------------------------------

@torch.no_grad()
def evaluate(model, xs, ys):
    """Mean loss per token over windows."""
    sums = [model(xs[i:i + 16], ys[i:i + 16]) for i in range(0, len(xs), 16)]
    return (sum(s for s, _ in sums) / sum(n for _, n in sums)).item()


def batches(xs, ys):
    """Windows in random order, each once before any comes again: a generator that is told how many."""
    order, n = torch.empty(0, dtype=torch.long), 0
    while True:
        if len(order) < n:
            order = torch.cat([order, torch.randperm(len(xs))])
        batch, order = order[:n], order[n:]
        n = yield xs[batch], ys[batch]


def stage(model, compiled, data, held_out, steps, batch, warmup, rate, last_rate):
    """AdamW with a linear warmup and a linear decay; stories.bin is written along the way."""
    groups = [{"params": [p for p in model.parameters() if p.dim() == 2], "weight_decay": WEIGHT_DECAY},
              {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), fused=True)
    start, mean = time.time(), None
    for step in range(1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = min(1, step / warmup) * (rate + (last_rate - rate) * step / steps)
        total, count = compiled(*data.send(batch))
        loss = total / count
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        optimizer.zero_grad()
        mean = 0.98 * (mean or loss.item()) + 0.02 * loss.item()
        if step % 20 == 0:
            print(f"step {step} of {steps}: loss {mean:.4f}, {time.time() - start:.0f} s", flush=True)
        if step % REPORT_EVERY == 0 or step == steps:
            export_model(model, os.path.join(HERE, "stories.bin"))
            print(f"held-out loss {evaluate(model, *held_out):.4f}", flush=True)


def train(xs, ys, held_out):
    torch.manual_seed(SEED)
    model = Transformer()
    compiled = torch.compile(model)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(xs)} windows", flush=True)
    data = batches(xs, ys)
    next(data)
    for settings in STAGES:
        before = [p.detach().clone() for p in model.parameters()]
        stage(model, compiled, data, held_out, *settings)
    with torch.no_grad():
        for p, earlier in zip(model.parameters(), before):
            p.lerp_(earlier, EARLIER)
    export_model(model, os.path.join(HERE, "stories.bin"))
    print(f"mean of the last two stages: held-out loss {evaluate(model, *held_out):.4f}", flush=True)


def main():
    torch.set_num_threads(THREADS)
    os.makedirs(OUT, exist_ok=True)
    docs = list(documents(STORIES, "train"))
    vocabulary = os.path.join(HERE, "tokenizer.model")
    if not os.path.exists(vocabulary):
        train_vocabulary(docs)
    sp = spm.SentencePieceProcessor(model_file=vocabulary)
    export_vocabulary(sp, os.path.join(HERE, "..", "tokenizer.bin"))
    ids, targets, starts = encode(sp, docs)
    held = encode(sp, [(None, s.text) for s in corpus.stories(1000, "held out")])
    held[0].astype("<u2").tofile(os.path.join(OUT, "held-out.u16"))
    lengths = np.diff(starts)
    print(f"{len(ids)} tokens in {len(docs)} documents, mean {lengths.mean():.0f}, longest {lengths.max()}", flush=True)
    train(*windows(ids, targets, starts), windows(*held))


if __name__ == "__main__":
    main()
