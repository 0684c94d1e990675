"""Steps per second of the merging experiment's network in eager PyTorch: autograd, full batch, SGD with weight decay.

    /usr/bin/python3 benchmarks/merging_baseline.py [threads] [samples]

The same network, data shapes, step size and decay as `lowrank experiment merging`; prints the best of several rounds, by
the wall clock and by the process's CPU time.
"""

import sys
import time

import torch

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
samples = int(sys.argv[2]) if len(sys.argv) > 2 else 100
torch.set_num_threads(threads)
torch.manual_seed(0)

dimension, hidden, second = 100, 1000, 100
inputs = torch.zeros(samples, dimension)
inputs[:, : dimension // 2] = torch.randn(samples, dimension // 2)
inputs /= inputs.norm(dim=1, keepdim=True)
labels = torch.where(torch.sin(inputs @ torch.randn(dimension)) >= 0, 1.0, -1.0)
network = torch.nn.Sequential(
    torch.nn.Linear(dimension, hidden, bias=False),
    torch.nn.ReLU(),
    torch.nn.Linear(hidden, second, bias=False),
    torch.nn.ReLU(),
    torch.nn.Linear(second, 1, bias=False),
)
optimizer = torch.optim.SGD(network.parameters(), lr=1.0, weight_decay=1e-4)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = torch.nn.functional.softplus(-labels * network(inputs)[:, 0]).mean()
    loss.backward()
    optimizer.step()


for _ in range(200):
    step()
wall, cpu, rounds = 0.0, 0.0, 100
for _ in range(10):
    start, start_cpu = time.perf_counter(), time.process_time()
    for _ in range(rounds):
        step()
    wall = max(wall, rounds / (time.perf_counter() - start))
    cpu = max(cpu, rounds / (time.process_time() - start_cpu))
print(f"torch {torch.__version__} threads {threads} samples {samples}")
print(f"steps/s {wall:.1f}")
print(f"steps per CPU second {cpu:.1f}")
