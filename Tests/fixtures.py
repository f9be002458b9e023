"""Makes Llama2Tests/Fixtures from random numbers: small models in the forms that people have
them, and what llama2.c's exporter and transformers make of them.

    python Tests/fixtures.py PATH_TO_LLAMA2C

PATH_TO_LLAMA2C is a checkout of karpathy/llama2.c. Needs torch, safetensors, transformers,
tokenizers and sentencepiece.
"""

import io
import json
import random
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import export as llama2c  # noqa: E402
from model import ModelArgs, Transformer  # noqa: E402

FIXTURES = Path(__file__).parent / "Llama2Tests" / "Fixtures"
TOKENS = [1, 5, 2, 7, 3, 3, 0, 6]


def model(n_heads, n_kv_heads, tied, seed):
    """A llama2.c model whose weights bfloat16 and float16 both hold exactly."""
    torch.manual_seed(seed)
    args = ModelArgs(dim=16, n_layers=2, n_heads=n_heads, n_kv_heads=n_kv_heads, vocab_size=8,
                     hidden_dim=8, max_seq_len=16)
    llama = Transformer(args).eval()
    if not tied:
        llama.tok_embeddings.weight = torch.nn.Parameter(torch.randn(8, 16))
    for p in llama.parameters():
        values = torch.randn(p.shape) * 0.4
        # Below 2^-14 a float16 has fewer bits than a bfloat16.
        values[values.abs() < 2.0**-10] = 0.0
        p.data = values.to(torch.bfloat16).float()
    return llama


def expect(llama, name):
    """The three formats as llama2.c writes them."""
    llama2c.version1_export(llama, FIXTURES / f"{name}-v1.bin")
    llama2c.version2_export(llama, FIXTURES / f"{name}-v2.bin", 8)
    # Last, because it leaves a negative vocab_size behind.
    llama2c.legacy_export(llama, FIXTURES / f"{name}-v0.bin")


def odd_order(tensors):
    return {name: tensors[name] for name in sorted(tensors, key=lambda n: (hash_of(n), n))}


def hash_of(name):
    return sum(i * b for i, b in enumerate(name.encode(), 1)) % 97


# Hugging Face


def hugging_face_tensors(llama, dtype):
    p = llama.params
    head = p.dim // p.n_heads

    def permute(w, n_heads):
        w = w.view(n_heads, head // 2, 2, p.dim).transpose(1, 2)
        return w.reshape(n_heads * head, p.dim)

    tensors = {
        "model.embed_tokens.weight": llama.tok_embeddings.weight,
        "model.norm.weight": llama.norm.weight,
        "lm_head.weight": llama.output.weight,
    }
    for i, layer in enumerate(llama.layers):
        a, f = layer.attention, layer.feed_forward
        for name, w in {
            "input_layernorm": layer.attention_norm.weight,
            "self_attn.q_proj": permute(a.wq.weight, p.n_heads),
            "self_attn.k_proj": permute(a.wk.weight, p.n_kv_heads),
            "self_attn.v_proj": a.wv.weight,
            "self_attn.o_proj": a.wo.weight,
            "post_attention_layernorm": layer.ffn_norm.weight,
            "mlp.gate_proj": f.w1.weight,
            "mlp.down_proj": f.w2.weight,
            "mlp.up_proj": f.w3.weight,
        }.items():
            tensors[f"model.layers.{i}.{name}.weight"] = w
    return {name: w.detach().to(dtype).contiguous() for name, w in tensors.items()}


def config(llama, tied, **more):
    p = llama.params
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "hidden_size": p.dim, "intermediate_size": 8, "num_hidden_layers": p.n_layers,
        "num_attention_heads": p.n_heads, "num_key_value_heads": p.n_kv_heads,
        "vocab_size": abs(p.vocab_size), "max_position_embeddings": p.max_seq_len,
        "rms_norm_eps": 1e-05, "tie_word_embeddings": tied, **more,
    }


def hugging_face():
    llama = model(2, 1, tied=False, seed=1)
    tensors = odd_order(hugging_face_tensors(llama, torch.bfloat16))
    folder = new_folder("hf-shards")
    names = list(tensors)
    shards = {"model-00001-of-00002.safetensors": names[::2],
              "model-00002-of-00002.safetensors": names[1::2]}
    for file, part in shards.items():
        save_file({n: tensors[n] for n in part}, folder / file, metadata={"format": "pt"})
    weight_map = {n: file for file, part in shards.items() for n in part}
    write_json(folder / "model.safetensors.index.json",
               {"metadata": {"total_size": 0}, "weight_map": weight_map})
    write_json(folder / "config.json",
               config(llama, False, rope_theta=10000.0, rope_scaling=None, torch_dtype="bfloat16"))
    logits(folder, llama)

    folder = new_folder("hf-torch")
    state = odd_order(hugging_face_tensors(llama, torch.float16))
    state["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
    state["model.norm.weight"] = torch.nn.Parameter(state["model.norm.weight"])
    torch.save(state, folder / "pytorch_model.bin")
    write_json(folder / "config.json",
               config(llama, False, dtype="float16",
                      rope_parameters={"rope_theta": 10000.0, "rope_type": "default"}))
    expect(llama, "gqa-untied")

    llama = model(2, 2, tied=True, seed=2)
    folder = new_folder("hf-tied")
    tensors = hugging_face_tensors(llama, torch.float16)
    del tensors["lm_head.weight"]
    save_file(tensors, folder / "model.safetensors")
    write_json(folder / "config.json", config(llama, True))
    expect(llama, "mha-tied")


def logits(folder, llama):
    """transformers' logits after each of TOKENS, held against llama2.c's own."""
    from transformers import AutoModelForCausalLM
    theirs = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        values = theirs(torch.tensor([TOKENS])).logits[0]
        ours = torch.stack([llama(torch.tensor([TOKENS[: i + 1]]))[0, 0]
                            for i in range(len(TOKENS))])
    assert torch.allclose(values, ours, atol=1e-4), (values - ours).abs().max()
    values.numpy().astype("<f4").tofile(FIXTURES / "gqa-untied-logits.f32")


# Meta and llama2.c


def state_dict(llama):
    return {n: w.detach() for n, w in llama.state_dict().items()}


def meta():
    llama = model(4, 2, tied=False, seed=3)
    folder = new_folder("meta")
    for shard in range(2):
        part = {}
        for name, w in state_dict(llama).items():
            if w.dim() == 2:
                by_columns = name.startswith("tok_embeddings") or name.endswith(
                    (".wo.weight", ".w2.weight"))
                w = w.chunk(2, dim=1 if by_columns else 0)[shard]
            part[name] = w.to(torch.bfloat16).clone()
        part["rope.freqs"] = torch.ones(2)
        torch.save(part, folder / f"consolidated.{shard:02}.pth")
    p = llama.params
    write_json(folder / "params.json",
               {"dim": p.dim, "multiple_of": 4, "n_heads": p.n_heads, "n_kv_heads": p.n_kv_heads,
                "n_layers": p.n_layers, "norm_eps": 1e-05, "vocab_size": -1})
    llama.params.max_seq_len = 16
    expect(llama, "meta")


def training():
    llama = model(4, 2, tied=True, seed=4)
    state = llama.state_dict()
    for name in state:
        state[name] = state[name].detach().half()
    # Transposed in memory, and two tensors in one storage.
    wo = "layers.0.attention.wo.weight"
    state[wo] = state[wo].t().contiguous().t()
    w1, w3 = "layers.1.feed_forward.w1.weight", "layers.1.feed_forward.w3.weight"
    both = torch.stack([state[w1], state[w3]])
    state[w1], state[w3] = both[0], both[1]
    for name in list(state):
        state["_orig_mod." + name] = state.pop(name)
    p = llama.params
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))])
    torch.save({
        "model": state, "optimizer": optimizer.state_dict(),
        "model_args": dict(dim=p.dim, n_layers=p.n_layers, n_heads=p.n_heads,
                           n_kv_heads=p.n_kv_heads, vocab_size=p.vocab_size, hidden_dim=8,
                           multiple_of=4, max_seq_len=p.max_seq_len, dropout=0.0),
        "iter_num": 7, "best_val_loss": torch.tensor(1.5), "config": {"compile": True},
    }, FIXTURES / "ckpt.pt")
    expect(llama, "training")


# Vocabularies


def vocabulary():
    """A SentencePiece vocabulary of random words, and the same as a tokenizer.json."""
    import sentencepiece
    random.seed(5)
    syllables = ["ka", "to", "mi", "ren", "sol", "ba", "é", "und", "x"]
    words = ["".join(random.choices(syllables, k=random.randint(1, 4))) for _ in range(80)]
    sentences = [" ".join(random.choices(words, k=12)) for _ in range(200)]
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=written, model_type="bpe", vocab_size=340,
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
        character_coverage=1.0, num_threads=1, minloglevel=2)
    folder = new_folder("vocabulary")
    (folder / "tokenizer.model").write_bytes(written.getvalue())

    from tokenizer import Tokenizer as Llama2cTokenizer
    Llama2cTokenizer(str(folder / "tokenizer.model")).export()

    pieces = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    tokenizer_json(folder, [(pieces.id_to_piece(i), pieces.get_score(i))
                            for i in range(pieces.vocab_size())], sentences)


def tokenizer_json(folder, pieces, sentences):
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers
    ids = {piece: i for i, (piece, _) in enumerate(pieces)}
    merges = []
    for piece, score in pieces[259:]:
        splits = [(piece[:k], piece[k:]) for k in range(1, len(piece))]
        known = [(l, r) for l, r in splits if l in ids and r in ids]
        merges += [(-score, ids[l], ids[r], l, r) for l, r in known]
    merges = [(l, r) for *_, l, r in sorted(merges)]
    hf = Tokenizer(models.BPE(ids, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    hf.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    hf.decoder = decoders.ByteFallback()
    hf.add_special_tokens([AddedToken(t, normalized=False) for t in ("<unk>", "<s>", "</s>")])
    hf.add_special_tokens([AddedToken("[PAD]", normalized=False)])
    hf.save(str(folder / "tokenizer.json"), pretty=False)
    texts = [" ".join(s.split()[:6]) for s in sentences[:24]]
    texts += ["kato  mi", " x", "Ünd 漢字", "a\nb", "🙂", "mimimimimi", "solsol ren ren"]
    write_json(folder / "encoded.json", [{"text": t, "ids": hf.encode(t).ids} for t in texts])


def new_folder(name):
    folder = FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    FIXTURES.mkdir(exist_ok=True)
    hugging_face()
    meta()
    training()
    vocabulary()
