"""Baselines in Python: the measuring phase of a model file, or of one raw matrix, with a named routine.

    baselines.py METHOD FILE [ROUNDS]     METHOD: svds32 svds64 svdvals32 svdvals64 matrix_norm32 read

Prints "seconds S" per round: opening the file -> last number, imports not counted. A model's Q, K, V are also measured
stacked, as lowrank does. With MATRICES=N in the environment only the first N of the file, and their stacks.
"""

import itertools
import os
import re
import sys
import time

import numpy as np

from inputs import read


def routines(method):
    if method.startswith("svds"):
        from scipy.sparse.linalg import svds

        kind = np.float32 if method.endswith("32") else np.float64
        start = np.random.default_rng(0)

        def one(a):
            a = np.ascontiguousarray(a, dtype=kind)
            v0 = start.standard_normal(min(a.shape)).astype(kind)
            return svds(a, k=1, return_singular_vectors=False, v0=v0)[0]

        return one
    import torch

    kind = torch.float32 if method.endswith("32") else torch.float64

    def tensor(a):
        return torch.from_numpy(np.array(a)).to(kind)

    if method.startswith("svdvals"):
        return lambda a: torch.linalg.svdvals(tensor(a))[0].item()
    return lambda a: torch.linalg.matrix_norm(tensor(a), ord=2).item()


def matrices(path, limit):
    if path.endswith(".f32"):
        rows, cols = map(int, re.search(r"(\d+)x(\d+)", path).groups())
        yield "A", np.memmap(path, dtype=np.float32, mode="r", shape=(rows, cols))
        return
    arrays = read(path)
    layers = {}
    for name, a in itertools.islice(arrays.items(), limit):
        yield name, a
        kind = re.search(r"\.(query|key|value|q_proj|k_proj|v_proj)\.weight$", name)
        if kind:
            layers.setdefault(re.search(r"\.(\d+)\.", name)[1], []).append(a)
    for layer, parts in layers.items():
        yield layer + " QKV", np.concatenate(parts)


def main():
    method, path = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    limit = int(os.environ.get("MATRICES", "0")) or None
    if method == "read":
        for _ in range(rounds):
            begin = time.perf_counter()
            os.system(f"cat '{path}' > /dev/null")
            print(f"seconds {time.perf_counter() - begin:.4f}")
        return
    one = routines(method)
    for _ in range(rounds):
        begin = time.perf_counter()
        sigma = {}
        for name, a in matrices(path, limit):
            frobenius = np.linalg.norm(np.asarray(a, dtype=np.float32).ravel())
            sigma[name] = (one(a), frobenius)
        print(f"seconds {time.perf_counter() - begin:.4f}", flush=True)


main()
