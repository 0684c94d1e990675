"""Synthetic weights with the gaps of trained transformers, as safetensors files, for the benchmark.

Each matrix is Gaussian noise, as an untrained one, plus a few rank-one directions that decay from sigma_1 as those of a
trained one. The gap 1 - sigma_2/sigma_1 follows what was measured over the matrices of bert-base-uncased, all-MiniLM-L6-v2,
bge-small and e5-small: from 1.6e-3 over a median near 0.1 to 0.6. Same name, same bytes.
"""

import json
import os
import sys

import numpy as np

GAPS = np.array([1.6e-3, 5.6e-3, 2e-2, 5e-2, 8.4e-2, 0.12, 0.17, 0.25, 0.4, 0.6])
SPIKES = 12


def matrix(rows, cols, gap, rng, noise):
    """noise + leading directions: sigma_1 = edge / (1 - gap)^2, sigma_2 = sigma_1 (1 - gap), then falling to the edge."""
    start = int(rng.integers(0, noise.size - rows * cols)) if noise.size > rows * cols else 0
    a = noise[start : start + rows * cols].reshape(rows, cols).copy()
    a *= np.float32(0.02)
    edge = 0.02 * (np.sqrt(rows) + np.sqrt(cols))
    top = 2.5 * edge
    levels = top * (1 - gap) * np.geomspace(1, 0.45, SPIKES - 1)
    levels = np.concatenate([[top], levels])
    u = np.linalg.qr(rng.standard_normal((rows, SPIKES)))[0].astype(np.float32)
    v = np.linalg.qr(rng.standard_normal((cols, SPIKES)))[0].astype(np.float32)
    a += (u * levels.astype(np.float32)) @ v.T
    return a


def bert(layers=12, d=768, f=3072):
    for i in range(layers):
        at = f"encoder.layer.{i}."
        for name in ("query", "key", "value"):
            yield at + f"attention.self.{name}.weight", d, d
        yield at + "attention.output.dense.weight", d, d
        yield at + "intermediate.dense.weight", f, d
        yield at + "output.dense.weight", d, f


def gptj(layers=28, d=4096, f=16384):
    for i in range(layers):
        at = f"transformer.h.{i}."
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield at + f"attn.{name}.weight", d, d
        yield at + "mlp.fc_in.weight", f, d
        yield at + "mlp.fc_out.weight", d, f


def gpt2(layers=36, d=1280, vocabulary=50257, positions=1024):
    """All tensors of GPT-2 (large by default), the vectors too, as they are stored."""
    yield "wte.weight", (vocabulary, d)
    yield "wpe.weight", (positions, d)
    for i in range(layers):
        at = f"h.{i}."
        for name in ("ln_1", "ln_2"):
            yield at + name + ".weight", (d,)
            yield at + name + ".bias", (d,)
        for name, rows, cols in (("attn.c_attn", d, 3 * d), ("attn.c_proj", d, d), ("mlp.c_fc", d, 4 * d),
                                 ("mlp.c_proj", 4 * d, d)):
            yield at + name + ".weight", (rows, cols)
            yield at + name + ".bias", (cols,)
    yield "ln_f.weight", (d,)
    yield "ln_f.bias", (d,)


CONFIGS = {
    "gpt2": dict(model_type="gpt2", architectures=["GPT2LMHeadModel"], n_embd=1280, n_head=20, n_layer=36,
                 n_positions=1024, vocab_size=50257, activation_function="gelu_new"),
    "bert": dict(model_type="bert", architectures=["BertModel"], hidden_size=768, num_attention_heads=12,
                 num_hidden_layers=12, intermediate_size=3072, vocab_size=30522, hidden_act="gelu"),
    "gptj": dict(model_type="gptj", architectures=["GPTJForCausalLM"], n_embd=4096, n_head=16, n_layer=28,
                 n_inner=None, rotary_dim=64, vocab_size=50400, activation_function="gelu_new"),
}


def write_whole(folder, layers, seed):
    """A whole model of GPT-2's shapes in F32, Gaussian: what is merged, where only shapes and bytes count."""
    shapes = list(gpt2(layers))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as out:
        json.dump(dict(CONFIGS["gpt2"], n_layer=layers), out, indent=1)
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shapes:
        end = at + 4 * int(np.prod(shape))
        header[name] = dict(dtype="F32", shape=list(shape), data_offsets=[at, end])
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path = os.path.join(folder, "model.safetensors")
    if os.path.exists(path) and os.path.getsize(path) == 8 + len(text) + at:
        return path
    rng = np.random.default_rng(seed)
    with open(path, "wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for _, shape in shapes:
            out.write((rng.standard_normal(shape, dtype=np.float32) * np.float32(0.02)).tobytes())
    return path


def write(folder, family, layers, dtype, seed):
    """A model directory: config.json and model.safetensors. An existing one of the same size is kept."""
    shapes = list((bert if family == "bert" else gptj)(layers))
    os.makedirs(folder, exist_ok=True)
    config = dict(CONFIGS[family])
    config["num_hidden_layers" if family == "bert" else "n_layer"] = layers
    with open(os.path.join(folder, "config.json"), "w") as out:
        json.dump(config, out, indent=1)
    size = np.dtype(dtype).itemsize
    header, at = {}, 0
    for name, rows, cols in shapes:
        end = at + rows * cols * size
        header[name] = dict(dtype="F16" if size == 2 else "F32", shape=[rows, cols], data_offsets=[at, end])
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path = os.path.join(folder, "model.safetensors")
    if os.path.exists(path) and os.path.getsize(path) == 8 + len(text) + at:
        return path
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(max(r * c for _, r, c in shapes) + (1 << 20), dtype=np.float32)
    with open(path + ".part", "wb") as out:
        out.write(len(text).to_bytes(8, "little"))
        out.write(text)
        for _, rows, cols in shapes:
            gap = float(np.exp(np.interp(rng.random(), np.linspace(0, 1, GAPS.size), np.log(GAPS))))
            out.write(matrix(rows, cols, gap, rng, noise).astype(dtype).tobytes())
    os.replace(path + ".part", path)
    return path


def gaussian(folder, rows, cols, seed):
    """One Gaussian matrix without a gap, as a one-layer file: the worst case."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"gaussian-{rows}x{cols}.f32")
    if not os.path.exists(path) or os.path.getsize(path) != 4 * rows * cols:
        np.random.default_rng(seed).standard_normal((rows, cols), dtype=np.float32).tofile(path)
    return path


def read(path):
    """name -> array of a safetensors file, mapped: nothing is read before it is used."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    n = int.from_bytes(bytes(data[:8]), "little")
    header = json.loads(bytes(data[8 : 8 + n]))
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            dtype = {"F32": np.float32, "F16": np.float16}[entry["dtype"]]
            arrays[name] = data[8 + n + first : 8 + n + last].view(dtype).reshape(entry["shape"])
    return arrays


if __name__ == "__main__":
    root, what = sys.argv[1], sys.argv[2]
    if what == "bert":
        print(write(os.path.join(root, "bert"), "bert", 12, np.float32, 1))
    elif what.startswith("gptj"):
        layers = int(what[4:] or 28)
        print(write(os.path.join(root, f"gptj-{layers}"), "gptj", layers, np.float16, 2))
    elif what == "gpt2":
        for seed, name in enumerate(("base", "a", "b")):
            print(write_whole(os.path.join(root, f"gpt2-large-{name}"), 36, 5 + seed))
    elif what == "gaussian":
        print(gaussian(root, 4096, 4096, 3))
        print(gaussian(root, 16384, 4096, 4))
