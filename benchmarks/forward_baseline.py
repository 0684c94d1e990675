"""Tokens per second of a transformer's forward pass in eager PyTorch, on the weights and tokens that ForwardPass.java runs.

    python3 benchmarks/forward_baseline.py make bert|gpt2 DIR      # writes a checkpoint of BERT base's or GPT-2's shapes
    python3 benchmarks/forward_baseline.py run DIR SEQUENCES LENGTH THREADS ROUNDS

Needs torch and transformers. float32, attention "eager", no gradient; prints wall-clock and CPU tokens/s of each round.
"""

import json
import os
import sys
import time

import torch
import transformers


def make(kind, directory):
    torch.manual_seed(0)
    if kind == "bert":
        model = transformers.BertModel(transformers.BertConfig(), add_pooling_layer=False)
    else:
        model = transformers.GPT2Model(transformers.GPT2Config())
    model.save_pretrained(directory)


def run(directory, sequences, length, threads, rounds):
    torch.set_num_threads(threads)
    model = transformers.AutoModel.from_pretrained(directory, attn_implementation="eager", dtype=torch.float32).eval()
    ids = torch.tensor([[1 + (i * length + j) % 997 for j in range(length)] for i in range(sequences)])
    with torch.no_grad():
        model(ids)
        for _ in range(rounds):
            wall, cpu = time.perf_counter(), time.process_time()
            model(ids)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(f"torch tokens/s {sequences * length / wall:.0f} ({sequences * length / cpu:.0f} per CPU second)", flush=True)


if sys.argv[1] == "make":
    make(sys.argv[2], sys.argv[3])
else:
    run(sys.argv[2], *map(int, sys.argv[3:7]))
