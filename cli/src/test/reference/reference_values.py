"""Spectral and Frobenius norms of BERT layers by numpy's float64 SVD, from readers that share no code with lowrank.

    reference_values.py NAME=PATH... > cli/src/test/resources/org/lowrank/cli/reference-values.csv

PATH is an ONNX file (classic exporter) or a directory with variables/variables.index (TensorFlow). Needs numpy and onnx.
The committed file came from the models of known-models.json, with numpy 1.24.2.
"""

import struct
import sys

import numpy as np

MODULES = {
    "Q": "attention/self/query", "K": "attention/self/key", "V": "attention/self/value",
    "O": "attention/output/dense", "M1": "intermediate/dense", "M2": "output/dense",
}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(message):
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        if tag & 7 == 0:
            value, at = varint(message, at)
        elif tag & 7 == 2:
            size, at = varint(message, at)
            value = message[at:at + size]
            at += size
        else:
            assert tag & 7 == 5
            value = message[at:at + 4]
            at += 4
        yield tag >> 3, value


def block(index, offset, size):
    assert index[offset + size] == 0, "compressed"
    data = index[offset:offset + size]
    end = len(data) - 4 - 4 * struct.unpack("<I", data[-4:])[0]
    at, key = 0, b""
    while at < end:
        shared, at = varint(data, at)
        own, at = varint(data, at)
        length, at = varint(data, at)
        key = key[:shared] + data[at:at + own]
        at += own
        yield key, data[at:at + length]
        at += length


def tensorflow(directory):
    index = open(directory + "/variables/variables.index", "rb").read()
    data = np.memmap(directory + "/variables/variables.data-00000-of-00001", dtype=np.uint8, mode="r")
    footer, at, handle = index[-48:], 0, []
    for _ in range(4):
        value, at = varint(footer, at)
        handle.append(value)
    for _, entry in block(index, *handle[2:]):
        offset, at = varint(entry, 0)
        for key, value in block(index, offset, varint(entry, at)[0]):
            found = {1: 0, 4: 0, 5: 0, 2: b""}
            found.update(fields(value))
            name = key.decode()
            if name.endswith("/kernel") and "/encoder/layer_" in name:
                shape = [dict(fields(dim))[1] for _, dim in fields(found[2])]
                raw = data[found[4]:found[4] + found[5]].tobytes()
                at_layer = name.index("layer_") + len("layer_")
                yield name[at_layer:-len("/kernel")], np.frombuffer(raw, dtype="<f4").reshape(shape)


def onnx_file(path):
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul" and "/encoder/layer." in node.name:
            for name in node.input:
                if name in weights:
                    at_layer = node.name.index("layer.") + len("layer.")
                    yield node.name[at_layer:-len("/MatMul")], numpy_helper.to_array(weights[name])


def main():
    print("model,layer,matrix,spectral_norm,frobenius_norm")
    for argument in sys.argv[1:]:
        model, path = argument.split("=")
        kernels = dict(onnx_file(path) if path.endswith(".onnx") else tensorflow(path))  # [in, out]
        layers = 1 + max(int(name.split("/")[0]) for name in kernels)
        for layer in range(layers):
            part = {kind: kernels[f"{layer}/{module}"].astype(np.float64) for kind, module in MODULES.items()}
            part["QKV"] = np.concatenate([part["Q"], part["K"], part["V"]], axis=1)
            for kind, a in part.items():
                sigma = np.linalg.svd(a, compute_uv=False)[0]
                frobenius = np.sqrt(np.sum(np.square(a).astype(np.longdouble)))
                print(f"{model},{layer},{kind},{float(sigma)!r},{float(frobenius)!r}")


main()
