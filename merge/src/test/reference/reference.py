#!/usr/bin/env python3
"""Makes three small models and what every merge method gives for them, in float64 by numpy: the tests' reference.

Written from mergekit's documentation and source and the papers, without looking at the Java. Run from this directory:

    python3 reference.py ../resources/org/lowrank/merge/reference

base: F32, one file. a: F32, one file. b: F16, two shards with an index. Names of Llama, two layers, tied embeddings (no
lm_head), a buffer (inv_freq), and whole numbers (position_ids). adapter: a LoRA of base in PEFT's layout, r = 2, alpha = 3.
head: base with an output head that is not tied.
"""
import json, os, struct, sys
import numpy as np

D, F, V, L = 12, 20, 14, 2
out = sys.argv[1]
TYPES = {"F32": np.float32, "F16": np.float16, "F64": np.float64, "I64": np.int64}


def save(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (dtype, array) in tensors.items():
        raw = np.ascontiguousarray(array.astype(TYPES[dtype])).tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


rng = np.random.default_rng(23)
shapes = {"model.embed_tokens.weight": (V, D), "model.norm.weight": (D,)}
for i in range(L):
    p = f"model.layers.{i}."
    for n in "qkvo":
        shapes[p + f"self_attn.{n}_proj.weight"] = (D, D)
    shapes[p + "mlp.gate_proj.weight"] = shapes[p + "mlp.up_proj.weight"] = (F, D)
    shapes[p + "mlp.down_proj.weight"] = (D, F)
    shapes[p + "input_layernorm.weight"] = shapes[p + "post_attention_layernorm.weight"] = (D,)
base = {n: rng.standard_normal(s).astype(np.float32) for n, s in shapes.items()}
a = {n: (base[n] + 0.3 * rng.standard_normal(s)).astype(np.float32) for n, s in shapes.items()}
b = {n: (base[n] + 0.2 * rng.standard_normal(s)).astype(np.float16) for n, s in shapes.items()}
# equal magnitudes of change, exactly representable, so that ties' choice among them is tested
tied = "model.layers.0.self_attn.o_proj.weight"
base[tied] = np.round(base[tied] * 8).astype(np.float32) / 8
a[tied] = base[tied] + np.where(rng.random((D, D)) < 0.5, 0.25, -0.25).astype(np.float32)
# nearly parallel, for slerp's straight line
near = "model.layers.1.self_attn.o_proj.weight"
b[near] = (base[near] * np.float32(1.0)).astype(np.float16)

config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": D, "intermediate_size": F,
          "num_hidden_layers": L, "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": V,
          "tie_word_embeddings": True, "torch_dtype": "float32"}
extra = {"model.rotary_emb.inv_freq": ("F32", np.array([1.0, 0.5, 0.25], np.float32)),
         "model.position_ids": ("I64", np.arange(5)[None])}
save(f"{out}/base/model.safetensors", {**{n: ("F32", x) for n, x in base.items()}, **extra})
save(f"{out}/a/model.safetensors", {n: ("F32", x) for n, x in a.items()})
names = list(b)
index = {"metadata": {}, "weight_map": {}}
for k, part in enumerate((names[:9], names[9:])):
    file = f"model-{k + 1:05d}-of-00002.safetensors"
    save(f"{out}/b/{file}", {n: ("F16", b[n]) for n in part})
    index["weight_map"].update({n: file for n in part})
json.dump(index, open(f"{out}/b/model.safetensors.index.json", "w"), indent=1)
for m in "base", "a", "b":
    json.dump(config, open(f"{out}/{m}/config.json", "w"), indent=1)

T0 = {n: base[n].astype(np.float64) for n in shapes}
A = {n: a[n].astype(np.float64) for n in shapes}
B = {n: b[n].astype(np.float64) for n in shapes}


def is_matrix(n):
    return n.endswith("proj.weight")


def depth(n):  # mergekit: layer/(layers - 1), 0 outside the layers
    return float(n.split(".")[2]) / (L - 1) if ".layers." in n else 0.0


def value(setting, n):
    if isinstance(setting, list) and isinstance(setting[0], tuple):
        return next(value(v, n) for f, v in setting if f is None or f in n)
    if isinstance(setting, list):
        s = depth(n) * (len(setting) - 1)
        i = int(s)
        j = min(len(setting) - 1, i + 1)
        return (1 - (s - i)) * setting[i] + (s - i) * setting[j]
    return setting


M64 = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
    return z ^ (z >> 31)


GAMMA = 0x9E3779B97F4A7C15


def kept_at_random(n, model, density, seed, shape):
    h = 0xCBF29CE484222325
    for c in n.encode():
        h = ((h ^ c) * 0x100000001B3) & M64
    start = mix((mix(mix((seed + GAMMA) & M64) ^ h) + model * GAMMA) & M64)
    u = [(mix((start + (i + 1) * GAMMA) & M64) >> 11) * 2.0**-53 for i in range(int(np.prod(shape)))]
    return (np.array(u) < density).reshape(shape)


def top(x, density):
    k = max(1, int(density * x.size))
    order = np.argsort(-np.abs(x).ravel(), kind="stable")[:k]
    mask = np.zeros(x.size, bool)
    mask[order] = True
    return mask.reshape(x.shape)


def rescaled(x, mask, how, density):
    y = x * mask
    if density >= 1 or how is None:
        return y
    if how == "density":
        return y / density
    before, after = np.abs(x).sum(), np.abs(y).sum()
    return y if before < 1e-7 or after < 1e-7 else y * (before / after)


def gta(n, weights, densities=(1, 1), normalize=False, lam=1.0, how=None, consensus=None, sparsify=None, seed=0):
    deltas, w = [], np.array([value(x, n) for x in weights], float)
    for m, model in enumerate((A, B)):
        delta, density = model[n] - T0[n], value(densities[m], n)
        if density < 1:
            mask = top(delta, density) if sparsify == "top" else kept_at_random(n, m, density, seed, delta.shape)
            delta = rescaled(delta, mask, how, density)
        deltas.append(delta)
    weighted = [x * y for x, y in zip(deltas, w)]
    if consensus:
        election = sum(weighted) if consensus == "sum" else sum(np.sign(x) for x in weighted)
        sign = np.where(election >= 0, 1, -1)
        masks = [np.sign(x) == sign for x in weighted]
        mixed = sum(x * m for x, m in zip(weighted, masks))
        divisor = sum(y * m for y, m in zip(w, masks))
        divisor = np.where(divisor == 0, 1, divisor)
    else:
        mixed = sum(weighted)
        divisor = w.sum() if abs(w.sum()) >= 1e-8 else 1.0
    if normalize:
        mixed = mixed / divisor
    return T0[n] + lam * mixed


def slerp(n, t):
    t, x, y = value(t, n), T0[n], A[n]
    if slerp.other is not None:
        y = slerp.other[n]
    nx, ny = np.linalg.norm(x), np.linalg.norm(y)
    c = np.sum(x / (nx if nx > 1e-8 else 1) * (y / (ny if ny > 1e-8 else 1)))
    if abs(c) > 0.9995:
        return (1 - t) * x + t * y
    o = np.arccos(c)
    return np.sin(o - t * o) / np.sin(o) * x + np.sin(t * o) / np.sin(o) * y


def tsv(n, weights=(1, 1), lam=1.0, rank=None):
    deltas = [A[n] - T0[n], B[n] - T0[n]]
    if not is_matrix(n):
        return T0[n] + lam * sum(w * x for w, x in zip(weights, deltas)) / 2
    k = min(T0[n].shape) // 2
    k = min(k, rank or k)
    parts = [np.linalg.svd(x, full_matrices=False) for x in deltas]
    u = np.hstack([p[0][:, :k] for p in parts])
    v = np.hstack([p[2][:k].T for p in parts])
    s = np.concatenate([w * p[1][:k] for w, p in zip(weights, parts)])

    def orthogonal(x):
        p, _, q = np.linalg.svd(x, full_matrices=False)
        return p @ q

    return T0[n] + lam * orthogonal(u) @ np.diag(s) @ orthogonal(v).T


def truncate(n, weights, k, lam=1.0):
    change = 0
    for w, model in zip(weights, (A, B)):
        delta = model[n] - T0[n]
        if is_matrix(n):
            u, s, v = np.linalg.svd(delta, full_matrices=False)
            delta = u[:, :k] @ np.diag(s[:k]) @ v[:k]
        change = change + w * delta
    return T0[n] + lam * change


slerp.other = None
gradient_slerp = [("self_attn", [0, 0.5, 0.3, 0.7, 1]), ("mlp", [1, 0.5, 0.7, 0.3, 0]), (None, 0.5)]
ties_weights = (1.0, [0, 0.3, 0.7, 1])
cases = {
    "sum": lambda n: A[n] + B[n],
    "sum-weighted": lambda n: 0.5 * A[n] - 0.25 * B[n],
    "linear": lambda n: (1.0 * A[n] + 0.3 * B[n]) / 1.3,
    "linear-plain": lambda n: 0.6 * A[n] + 0.6 * B[n],
    "task-arithmetic": lambda n: gta(n, (0.7, -0.2), lam=0.8),
    "task-arithmetic-normalized": lambda n: gta(n, (0.7, 0.2), normalize=True),
    "ties": lambda n: gta(n, ties_weights, ([1, 0.7, 0.1], 0.5), normalize=True, consensus="sum", sparsify="top"),
    "ties-plain": lambda n: gta(n, (0.5, 0.5), (0.5, 0.5), consensus="sum", sparsify="top"),
    "ties-count": lambda n: gta(n, (0.9, 0.4), (0.4, 0.6), True, 1.5, "l1", "count", "top"),
    "dare-linear": lambda n: gta(n, (0.7, 0.5), (0.4, 0.6), how="l1", seed=7),
    "dare-linear-paper": lambda n: gta(n, (0.7, 0.5), (0.4, 0.6), how="density", seed=7),
    "dare-ties": lambda n: gta(n, (0.7, 0.5), (0.4, 0.6), how="l1", consensus="sum", seed=11),
    "slerp": lambda n: slerp(n, 0.35),
    "gradient-slerp": lambda n: slerp(n, gradient_slerp),
    "tsv": lambda n: tsv(n),
    "tsv-rank": lambda n: tsv(n, (0.9, 0.6), 0.7, 2),
    "truncate": lambda n: truncate(n, (0.9, 0.6), 3, 0.7),
}
for case, rule in cases.items():
    slerp.other = B if case == "slerp" else None
    save(f"{out}/expected/{case}.safetensors", {n: ("F64", np.asarray(rule(n))) for n in shapes})

# The last draws, so that those above stay as they are. base + (alpha/r) B A is a model like any other.
R, ALPHA = 2, 3
factors, C = {}, dict(T0)
for i in range(L):
    for n in (f"model.layers.{i}.self_attn.q_proj", f"model.layers.{i}.mlp.down_proj"):
        rows, cols = shapes[n + ".weight"]
        low, up = rng.standard_normal((R, cols)).astype(np.float32), rng.standard_normal((rows, R)).astype(np.float32)
        factors[f"base_model.model.{n}.lora_A.weight"] = ("F32", low)
        factors[f"base_model.model.{n}.lora_B.weight"] = ("F32", up)
        C[n + ".weight"] = T0[n + ".weight"] + ALPHA / R * up.astype(np.float64) @ low.astype(np.float64)
save(f"{out}/adapter/adapter_model.safetensors", factors)
json.dump({"peft_type": "LORA", "r": R, "lora_alpha": ALPHA, "target_modules": ["q_proj", "down_proj"], "bias": "none",
           "fan_in_fan_out": False}, open(f"{out}/adapter/adapter_config.json", "w"), indent=1)
B = C
cases = {
    "adapter-task-arithmetic": lambda n: gta(n, (0.7, 0.4)),
    "adapter-ties": lambda n: gta(n, (1, 1), (0.5, 0.5), True, 1.0, None, "sum", "top"),
    "adapter-linear": lambda n: (A[n] + B[n]) / 2,
    "adapter-sum": lambda n: A[n] + 0.5 * B[n],
    "adapter-dare-linear": lambda n: gta(n, (0.7, 0.5), (0.4, 0.6), how="l1", seed=7),
    "adapter-dare-ties": lambda n: gta(n, (0.7, 0.5), (0.4, 0.6), how="l1", consensus="sum", seed=11),
    "adapter-slerp": lambda n: slerp(n, 0.35),
    "adapter-tsv": lambda n: tsv(n, (0.9, 0.6), 0.7, 2),
    "adapter-truncate": lambda n: truncate(n, (0.9, 0.6), 2, 0.7),
}
for case, rule in cases.items():
    slerp.other = B if case == "adapter-slerp" else None
    save(f"{out}/expected/{case}.safetensors", {n: ("F64", np.asarray(rule(n))) for n in shapes})

# head: base with an output head of its own, where a ties it to its embedding.
head = {**base, "lm_head.weight": rng.standard_normal((V, D)).astype(np.float32)}
save(f"{out}/head/model.safetensors", {n: ("F32", x) for n, x in head.items()})
json.dump({**config, "tie_word_embeddings": False}, open(f"{out}/head/config.json", "w"), indent=1)
H = {n: x.astype(np.float64) for n, x in head.items()}
heads = {"lm_head.weight": (H["lm_head.weight"], A["model.embed_tokens.weight"])}
heads["model.embed_tokens.weight"] = (H["model.embed_tokens.weight"], A["model.embed_tokens.weight"])
save(f"{out}/expected/head-linear.safetensors", {n: ("F64", (x + y) / 2) for n, (x, y) in heads.items()})
tied_task = {n: ("F64", x + 0.3 * (y - x)) for n, (x, y) in heads.items()}
save(f"{out}/expected/head-task-arithmetic.safetensors", tied_task)
