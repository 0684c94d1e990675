"""Writes the TorchScript program the engine runs through DJL: LAPACK's routines that DJL's NDArray lacks.

    python3 benchmarks/linear_algebra.py spectral/src/main/resources/org/lowrank/spectral/algebra/linear-algebra.pt
"""

import sys

import torch


class LinearAlgebra(torch.nn.Module):
    def forward(self, a: torch.Tensor, operation: torch.Tensor) -> torch.Tensor:
        # 0: singular values, largest first. 1: Cholesky's info, 0 if it ran through: positive diagonal all the way.
        # 2: eigenvalues of the symmetric matrix, smallest first.
        which = int(operation.item())
        if which == 0:
            return torch.linalg.svdvals(a)
        if which == 1:
            return torch.linalg.cholesky_ex(a)[1].to(torch.float64).reshape(1)
        return torch.linalg.eigvalsh(a)


torch.jit.script(LinearAlgebra()).save(sys.argv[1])
