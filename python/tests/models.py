"""Small models with known numbers, for tests. Only the standard library; python3 models.py bert|gpt2 DIRECTORY writes one."""

import json
import struct
import sys
from pathlib import Path

BERT = {
    "attention.self.query": (8, 8),
    "attention.self.key": (8, 8),
    "attention.self.value": (8, 8),
    "attention.output.dense": (8, 8),
    "intermediate.dense": (16, 8),
    "output.dense": (8, 16),
}


def write_bert(directory: Path, scale: float = 1.0) -> Path:
    """A BERT of one layer. O is scale times the identity: norm scale, stable rank the root of 8; the others are of rank one."""
    tensors = {}
    for name, (rows, cols) in BERT.items():
        one = name == "attention.output.dense"
        values = [(scale if i == j else 0.0) if one else (i + 1.0) * (j + 1.0) for i in range(rows) for j in range(cols)]
        tensors[f"bert.encoder.layer.0.{name}.weight"] = ((rows, cols), values)
    config = {"model_type": "bert", "num_hidden_layers": 1, "hidden_size": 8, "intermediate_size": 16, "num_attention_heads": 2}
    return write(directory, config, tensors)


def write_gpt2(directory: Path) -> Path:
    """A GPT-2 of one layer and 11 tokens that runs. The norm before the head is zero, so that every token is as likely as any other
    and the loss is ln 11. Its words are the letters a to k."""
    width, inner, vocabulary, positions = 16, 64, 11, 32
    shapes = {
        "wte.weight": (vocabulary, width),
        "wpe.weight": (positions, width),
        "h.0.ln_1.weight": (width,),
        "h.0.ln_1.bias": (width,),
        "h.0.attn.c_attn.weight": (width, 3 * width),
        "h.0.attn.c_attn.bias": (3 * width,),
        "h.0.attn.c_proj.weight": (width, width),
        "h.0.attn.c_proj.bias": (width,),
        "h.0.ln_2.weight": (width,),
        "h.0.ln_2.bias": (width,),
        "h.0.mlp.c_fc.weight": (width, inner),
        "h.0.mlp.c_fc.bias": (inner,),
        "h.0.mlp.c_proj.weight": (inner, width),
        "h.0.mlp.c_proj.bias": (width,),
        "ln_f.weight": (width,),
        "ln_f.bias": (width,),
    }
    tensors = {}
    for name, shape in shapes.items():
        count = 1
        for side in shape:
            count *= side
        zero = name.startswith("ln_f")
        tensors[name] = (shape, [0.0 if zero else ((7 * i) % 13 - 6) / 10 for i in range(count)])
    config = {
        "model_type": "gpt2",
        "n_layer": 1,
        "n_head": 2,
        "n_embd": width,
        "vocab_size": vocabulary,
        "n_positions": positions,
        "architectures": ["GPT2LMHeadModel"],
    }
    write(directory, config, tensors)
    vocabulary = {word: number for number, word in enumerate("abcdefghijk")}
    tokenizer = {"type": "WordLevel", "vocab": vocabulary, "unk_token": "a"}
    (directory / "tokenizer.json").write_text(
        json.dumps({"version": "1.0", "model": tokenizer, "pre_tokenizer": {"type": "Whitespace"}})
    )
    return directory


def write(directory: Path, config: dict, tensors: dict) -> Path:
    """config.json and model.safetensors."""
    directory.mkdir(parents=True)
    (directory / "config.json").write_text(json.dumps(config))
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        start = len(data)
        data += struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    (directory / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    return directory


if __name__ == "__main__":
    {"bert": write_bert, "gpt2": write_gpt2}[sys.argv[1]](Path(sys.argv[2]))
