"""Makes the expected forward passes of ForwardCasesTest: one JSON per case in ../resources/org/lowrank/inference/engine/cases.

Needs torch and transformers (made with torch 2.13.0 and transformers 5.18.0, attention "eager", float64):

    python forward_cases.py            # all cases
    python forward_cases.py gemma2     # one

A case holds config.json, the checkpoint's tensors with their shapes, two sequences, and what transformers computes. Weights are
not kept: both sides make them from the tensors' names (`weights` here, CaseWeights in Java).
"""
import json, math, os, re, sys, tempfile
import numpy as np
import torch
import transformers as tf
from safetensors.numpy import load_file, save_file

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../resources/org/lowrank/inference/engine/cases")
MASK = (1 << 64) - 1


def weights(name, shape):
    """Numbers in [-1, 1) from splitmix64, seeded by FNV-1a of the name; scaled by what the tensor seems to be."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & MASK
    count = int(np.prod(shape))
    out = np.empty(count)
    for i in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        out[i] = (z >> 40) / 8388608.0 - 1.0
    if len(shape) >= 2:
        out *= 2.0 / math.sqrt(shape[-1])
    elif name.endswith("bias"):
        out *= 0.5
    else:
        out = 1.0 + 0.5 * out
    return out.astype(np.float32).reshape(shape)


D = dict(hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, vocab_size=61)
L = dict(D, num_key_value_heads=2, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2)
BERT = ("encoder.layer.#", "attention.self.query", "attention.output.dense", "intermediate.dense", "output.dense")
LLAMA = ("layers.#", "self_attn.q_proj", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj")
FUSED = ("layers.#", "self_attn.q_proj", "self_attn.o_proj", "mlp.gate_up_proj", "mlp.down_proj")
MOE = ("layers.#", "self_attn.q_proj", "self_attn.o_proj", "mlp", None)
GPT = ("h.#", "attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
GPTJ = ("h.#", "attn.q_proj", "attn.out_proj", "mlp.fc_in", "mlp.fc_out")
BLOOM = ("h.#", "self_attention.query_key_value", "self_attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h")
G2 = dict(n_embd=24, n_inner=40, n_layer=2, n_head=4, n_positions=64, vocab_size=61)
T5 = dict(d_model=24, d_kv=5, d_ff=40, num_layers=2, num_decoder_layers=1, num_heads=4, vocab_size=61)
SLIDING = ["sliding_attention", "full_attention"]
FALCON = dict(D, ffn_hidden_size=40, max_position_embeddings=64)
MOES = dict(L, moe_intermediate_size=20, num_experts=4, num_experts_per_tok=2)

CASES = {
    "bert": ("BertForMaskedLM", dict(D, max_position_embeddings=64), BERT),
    "roberta": ("RobertaForMaskedLM", dict(D, max_position_embeddings=64, pad_token_id=1), BERT),
    "xlm-roberta": ("XLMRobertaForMaskedLM", dict(D, max_position_embeddings=64, pad_token_id=1), BERT),
    "camembert": ("CamembertForMaskedLM", dict(D, max_position_embeddings=64, pad_token_id=1), BERT),
    "electra": ("ElectraForMaskedLM", dict(D, embedding_size=12, max_position_embeddings=64), BERT),
    "distilbert": ("DistilBertForMaskedLM", dict(dim=24, hidden_dim=40, n_layers=2, n_heads=4, vocab_size=61, max_position_embeddings=64),
        ("transformer.layer.#", "attention.q_lin", "attention.out_lin", "ffn.lin1", "ffn.lin2")),
    "albert": ("AlbertForMaskedLM", dict(D, embedding_size=12, max_position_embeddings=64, num_hidden_layers=4, num_hidden_groups=2, inner_group_num=1),
        ("encoder.albert_layer_groups.#.albert_layers.#", "attention.query", "attention.dense", "ffn", "ffn_output")),
    "mpnet": ("MPNetForMaskedLM", dict(D, max_position_embeddings=64),
        ("encoder.layer.#", "attention.attn.q", "attention.attn.o", "intermediate.dense", "output.dense")),
    "modernbert": ("ModernBertForMaskedLM", dict(D, num_hidden_layers=4, max_position_embeddings=64, local_attention=6, pad_token_id=0, cls_token_id=1, sep_token_id=2, bos_token_id=1, eos_token_id=2, global_attn_every_n_layers=3),
        ("layers.#", "attn.Wqkv", "attn.Wo", "mlp.Wi", "mlp.Wo")),
    "t5": ("T5Model", dict(T5, relative_attention_num_buckets=8, relative_attention_max_distance=10),
        ("encoder.block.#", "layer.0.SelfAttention.q", "layer.0.SelfAttention.o", "layer.1.DenseReluDense.wi", "layer.1.DenseReluDense.wo")),
    "mt5": ("MT5Model", dict(T5, feed_forward_proj="gated-gelu"),
        ("encoder.block.#", "layer.0.SelfAttention.q", "layer.0.SelfAttention.o", "layer.1.DenseReluDense.wi_1", "layer.1.DenseReluDense.wo")),
    "gpt2": ("GPT2LMHeadModel", dict(G2, scale_attn_by_inverse_layer_idx=True), GPT),
    "openai-gpt": ("OpenAIGPTLMHeadModel", dict(n_embd=24, n_layer=2, n_head=4, n_positions=64, vocab_size=61), GPT),
    "gpt_bigcode": ("GPTBigCodeForCausalLM", dict(G2), GPT),
    "gpt_bigcode-multi-head": ("GPTBigCodeForCausalLM", dict(G2, multi_query=False), GPT),
    "gpt_neo": ("GPTNeoForCausalLM", dict(hidden_size=24, intermediate_size=40, num_layers=2, num_heads=4, vocab_size=61, max_position_embeddings=64, attention_types=[[["global", "local"], 1]], window_size=4),
        ("h.#", "attn.attention.q_proj", "attn.attention.out_proj", "mlp.c_fc", "mlp.c_proj")),
    "gptj": ("GPTJForCausalLM", dict(G2, rotary_dim=4), GPTJ),
    "codegen": ("CodeGenForCausalLM", dict(G2, rotary_dim=4), ("h.#", "attn.qkv_proj", *GPTJ[2:])),
    "gpt_neox": ("GPTNeoXForCausalLM", dict(D, max_position_embeddings=64, rotary_pct=0.25), ("layers.#", "attention.query_key_value", "attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h")),
    "gpt_neox-serial": ("GPTNeoXForCausalLM", dict(D, max_position_embeddings=64, use_parallel_residual=False), ("layers.#", "attention.query_key_value", "attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h")),
    "opt": ("OPTForCausalLM", dict(D, ffn_dim=40, word_embed_proj_dim=24, max_position_embeddings=64), ("layers.#", "self_attn.q_proj", "self_attn.out_proj", "fc1", "fc2")),
    "opt-projected": ("OPTForCausalLM", dict(D, ffn_dim=40, word_embed_proj_dim=12, do_layer_norm_before=False, max_position_embeddings=64), ("layers.#", "self_attn.q_proj", "self_attn.out_proj", "fc1", "fc2")),
    "bloom": ("BloomForCausalLM", dict(hidden_size=30, n_layer=2, n_head=6, vocab_size=61), BLOOM),
    "bloom-normed-residual": ("BloomForCausalLM", dict(hidden_size=24, n_layer=2, n_head=4, vocab_size=61, apply_residual_connection_post_layernorm=True), BLOOM),
    "mpt": ("MptForCausalLM", dict(d_model=30, n_heads=6, n_layers=2, vocab_size=61, max_seq_len=64), ("blocks.#", "attn.Wqkv", "attn.out_proj", "ffn.up_proj", "ffn.down_proj")),
    "falcon-7b": ("FalconForCausalLM", dict(FALCON, multi_query=True, parallel_attn=True, new_decoder_architecture=False, alibi=False, bias=False), BLOOM),
    "falcon-40b": ("FalconForCausalLM", dict(FALCON, new_decoder_architecture=True, num_kv_heads=2), BLOOM),
    "falcon-11b": ("FalconForCausalLM", dict(FALCON, new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1), BLOOM),
    "falcon-rw": ("FalconForCausalLM", dict(FALCON, multi_query=False, parallel_attn=False, new_decoder_architecture=False, alibi=True, bias=True), BLOOM),
    "phi": ("PhiForCausalLM", dict(L, partial_rotary_factor=0.5, hidden_size=32, qk_layernorm=True), ("layers.#", "self_attn.q_proj", "self_attn.dense", "mlp.fc1", "mlp.fc2")),
    "starcoder2": ("Starcoder2ForCausalLM", dict(L, sliding_window=5), ("layers.#", "self_attn.q_proj", "self_attn.o_proj", "mlp.c_fc", "mlp.c_proj")),
    "nemotron": ("NemotronForCausalLM", dict(L, partial_rotary_factor=0.5), LLAMA),
    "llama": ("LlamaForCausalLM", dict(L, attention_bias=True, mlp_bias=True, tie_word_embeddings=True), LLAMA),
    "llama3": ("LlamaForCausalLM", dict(L, head_dim=10, rope_parameters=dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8)), LLAMA),
    "llama-linear": ("LlamaForCausalLM", dict(L, rope_parameters=dict(rope_type="linear", rope_theta=100.0, factor=4.0)), LLAMA),
    "llama-dynamic": ("LlamaForCausalLM", dict(L, max_position_embeddings=10, rope_parameters=dict(rope_type="dynamic", rope_theta=100.0, factor=4.0)), LLAMA),
    "llama-yarn": ("LlamaForCausalLM", dict(L, head_dim=16, rope_parameters=dict(rope_type="yarn", rope_theta=100.0, factor=4.0, beta_fast=4.0, beta_slow=1.0, original_max_position_embeddings=16)), LLAMA),
    "mistral": ("MistralForCausalLM", dict(L, head_dim=8, sliding_window=4), LLAMA),
    "qwen2": ("Qwen2ForCausalLM", dict(L, use_sliding_window=True, sliding_window=4, max_window_layers=1), LLAMA),
    "qwen3": ("Qwen3ForCausalLM", dict(L, head_dim=8), LLAMA),
    "smollm3": ("SmolLM3ForCausalLM", dict(L, no_rope_layers=[1, 0]), LLAMA),
    "granite": ("GraniteForCausalLM", dict(L, embedding_multiplier=3.0, attention_multiplier=0.3, residual_multiplier=0.4, logits_scaling=2.5), LLAMA),
    "olmo": ("OlmoForCausalLM", dict(L, clip_qkv=0.5), LLAMA),
    "olmo2": ("Olmo2ForCausalLM", dict(L), LLAMA),
    "exaone4": ("Exaone4ForCausalLM", dict(L, sliding_window=4, sliding_window_pattern=2, layer_types=SLIDING), LLAMA),
    "gemma": ("GemmaForCausalLM", dict(L, head_dim=8), LLAMA),
    "gemma2": ("Gemma2ForCausalLM", dict(L, head_dim=8, query_pre_attn_scalar=13, sliding_window=4, attn_logit_softcapping=2.0, final_logit_softcapping=3.0), LLAMA),
    "gemma3_text": ("Gemma3ForCausalLM", dict(L, head_dim=8, query_pre_attn_scalar=13, sliding_window=4, layer_types=SLIDING,
        rope_parameters=dict(full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1000.0), sliding_attention=dict(rope_type="default", rope_theta=100.0))), LLAMA),
    "cohere": ("CohereForCausalLM", dict(L, use_qk_norm=True, logit_scale=0.3), LLAMA),
    "stablelm": ("StableLmForCausalLM", dict(L, hidden_size=32, use_qkv_bias=True, qk_layernorm=True, use_parallel_residual=True), LLAMA),
    "stablelm-serial": ("StableLmForCausalLM", dict(L, hidden_size=32), LLAMA),
    "phi3": ("Phi3ForCausalLM", dict(L, sliding_window=5), ("layers.#", "self_attn.qkv_proj", *FUSED[2:])),
    "phi3-longrope": ("Phi3ForCausalLM", dict(L, original_max_position_embeddings=10, rope_parameters=dict(rope_type="longrope", rope_theta=100.0, short_factor=[1.0, 1.5, 2.0], long_factor=[1.0, 2.0, 4.0])), ("layers.#", "self_attn.qkv_proj", *FUSED[2:])),
    "glm": ("GlmForCausalLM", dict(L, head_dim=8, attention_bias=True), FUSED),
    "glm4": ("Glm4ForCausalLM", dict(L, head_dim=8), FUSED),
    "mixtral": ("MixtralForCausalLM", dict(L, num_local_experts=4, num_experts_per_tok=2), MOE),
    "olmoe": ("OlmoeForCausalLM", dict(L, num_experts=4, num_experts_per_tok=2, clip_qkv=1.5), MOE),
    "qwen2_moe": ("Qwen2MoeForCausalLM", dict(MOES, num_hidden_layers=2, shared_expert_intermediate_size=28, mlp_only_layers=[0]), MOE),
    "qwen3_moe": ("Qwen3MoeForCausalLM", dict(MOES, head_dim=8, norm_topk_prob=True), MOE),
    "gemma3_text-capped": ("Gemma3ForCausalLM", dict(L, head_dim=8, query_pre_attn_scalar=13, sliding_window=4, layer_types=SLIDING, attn_logit_softcapping=2.0, final_logit_softcapping=3.0), LLAMA),
    "llama3-outer": ("LlamaForCausalLM", dict(L, original_max_position_embeddings=32, rope_parameters=dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8)), LLAMA),
    "llama-yarn-mscale": ("LlamaForCausalLM", dict(L, head_dim=16, rope_parameters=dict(rope_type="yarn", rope_theta=100.0, factor=4.0, mscale=0.7, mscale_all_dim=0.3, truncate=False, original_max_position_embeddings=16)), LLAMA),
    "phi3-longrope-factor": ("Phi3ForCausalLM", dict(L, original_max_position_embeddings=10, rope_parameters=dict(rope_type="longrope", rope_theta=100.0, factor=3.0, short_factor=[1.0, 1.5, 2.0], long_factor=[1.0, 2.0, 4.0])), ("layers.#", "self_attn.qkv_proj", *FUSED[2:])),
    "phi3-partial": ("Phi3ForCausalLM", dict(L, hidden_size=32, rope_parameters=dict(rope_type="default", rope_theta=100.0, partial_rotary_factor=0.5)), ("layers.#", "self_attn.qkv_proj", *FUSED[2:])),
    "t5-gated-silu": ("T5Model", dict(T5, feed_forward_proj="gated-silu"), ("encoder.block.#", "layer.0.SelfAttention.q", "layer.0.SelfAttention.o", "layer.1.DenseReluDense.wi_1", "layer.1.DenseReluDense.wo")),
    "bert-untied": ("BertForMaskedLM", dict(D, max_position_embeddings=64, tie_word_embeddings=False, hidden_act="relu"), BERT),
    "electra-wide": ("ElectraForMaskedLM", dict(D, embedding_size=24, max_position_embeddings=64), BERT),
    "albert-inner": ("AlbertForMaskedLM", dict(D, embedding_size=12, max_position_embeddings=64, num_hidden_layers=2, num_hidden_groups=1, inner_group_num=1, hidden_act="gelu"),
        ("encoder.albert_layer_groups.#.albert_layers.#", "attention.query", "attention.dense", "ffn", "ffn_output")),
    "gpt2-unscaled": ("GPT2LMHeadModel", dict(G2, scale_attn_weights=False, activation_function="relu", tie_word_embeddings=False), GPT),
    "gpt_neox-bare": ("GPTNeoXForCausalLM", dict(D, max_position_embeddings=64, attention_bias=False, hidden_act="gelu_fast", rope_parameters=dict(rope_type="default", rope_theta=100.0, partial_rotary_factor=1.0)), ("layers.#", "attention.query_key_value", "attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h")),
    "opt-bare": ("OPTForCausalLM", dict(D, ffn_dim=40, word_embed_proj_dim=24, max_position_embeddings=64, enable_bias=False, layer_norm_elementwise_affine=False, activation_function="gelu"), ("layers.#", "self_attn.q_proj", "self_attn.out_proj", "fc1", "fc2")),
    "mpt-clipped": ("MptForCausalLM", dict(d_model=24, n_heads=4, n_layers=2, vocab_size=61, max_seq_len=64, attn_config=dict(clip_qkv=0.8, softmax_scale=0.3, alibi_bias_max=4)), ("blocks.#", "attn.Wqkv", "attn.out_proj", "ffn.up_proj", "ffn.down_proj")),
    "mistral-full": ("MistralForCausalLM", dict(L, sliding_window=None), LLAMA),
    "exaone4-full": ("Exaone4ForCausalLM", dict(L, sliding_window=None, layer_types=["full_attention"] * 2), LLAMA),
    "cohere-plain": ("CohereForCausalLM", dict(L, attention_bias=True), LLAMA),
    "starcoder2-bare": ("Starcoder2ForCausalLM", dict(L, use_bias=False, sliding_window=None), ("layers.#", "self_attn.q_proj", "self_attn.o_proj", "mlp.c_fc", "mlp.c_proj")),
    "phi-plain": ("PhiForCausalLM", dict(L, hidden_size=32, num_key_value_heads=4), ("layers.#", "self_attn.q_proj", "self_attn.dense", "mlp.fc1", "mlp.fc2")),
    "gpt_neo-global": ("GPTNeoForCausalLM", dict(hidden_size=24, intermediate_size=40, num_layers=2, num_heads=4, vocab_size=61, max_position_embeddings=64, attention_types=[[["global"], 2]], activation_function="relu"), ("h.#", "attn.attention.q_proj", "attn.attention.out_proj", "mlp.c_fc", "mlp.c_proj")),
    "modernbert-biased": ("ModernBertForMaskedLM", dict(D, num_hidden_layers=2, max_position_embeddings=64, local_attention=4, pad_token_id=0, cls_token_id=1, sep_token_id=2, bos_token_id=1, eos_token_id=2, norm_bias=True, attention_bias=True, mlp_bias=True, classifier_bias=True, global_attn_every_n_layers=2), ("layers.#", "attn.Wqkv", "attn.Wo", "mlp.Wi", "mlp.Wo")),
    "olmoe-renormed": ("OlmoeForCausalLM", dict(L, num_experts=4, num_experts_per_tok=3, norm_topk_prob=True, attention_bias=True), MOE),
    "qwen2_moe-every-second": ("Qwen2MoeForCausalLM", dict(MOES, shared_expert_intermediate_size=28, decoder_sparse_step=2, norm_topk_prob=True, qkv_bias=False), MOE),
    "mixtral-windowed": ("MixtralForCausalLM", dict(L, num_local_experts=4, num_experts_per_tok=1, sliding_window=4, head_dim=8), MOE),
}
MASKED = 4
IDS = [[49, 45, 52, 56, 38, 34, 49, 36, 1], [16, 17, 53, 6, 60, 50, 33, 27, 23, 25, 41, 54]]


def moments(arrays):
    x = np.concatenate([a.reshape(-1, a.shape[-1]) for a in arrays])
    return dict(mean=x.mean(), std=x.std(), frobenius=float(np.linalg.norm(x)), first=x[0, :3].tolist(), last=x[-1, :3].tolist())


def attention(config):
    """"eager" adds Falcon's ALiBi bias twice in 5.18.0 (to the mask, and to the scores); "sdpa" adds it once, as the model was trained."""
    return "sdpa" if getattr(config, "alibi", False) and config.model_type == "falcon" else "eager"


def experts(cls):
    return dict(experts_implementation="eager") if re.search("Moe|Mixtral|Olmoe", cls) else {}


def load(cls, config):
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        getattr(tf, cls)(config).save_pretrained(folder)
        path = os.path.join(folder, "model.safetensors")
        tensors = {name: weights(name, value.shape) for name, value in sorted(load_file(path).items())}
        save_file(tensors, path, metadata={"format": "pt"})
        model = getattr(tf, cls).from_pretrained(folder, dtype=torch.float64, attn_implementation=attention(config), **experts(cls)).eval()
        saved = json.load(open(os.path.join(folder, "config.json")))
    return model, {name: list(value.shape) for name, value in tensors.items()}, saved


def case(name):
    cls, settings, (layer, q, o, m1, m2) = CASES[name]
    settings = dict(settings)
    model_class = getattr(tf, cls)
    config = model_class.config_class(**settings)
    model, tensors, saved = load(cls, config)
    network = model.get_encoder() if "T5" in cls else model
    base = "(^|.*\\.)" + re.escape(layer).replace("\\#", "\\d+").replace("encoder\\.block", "block" if "T5" in cls else "encoder\\.block")
    seen = {}

    def keep(place, tensor):
        seen.setdefault(place, []).append((tensor[0] if isinstance(tensor, (tuple, list)) else tensor).detach().numpy()[0])

    for path, module in network.named_modules():
        if re.fullmatch(base, path):
            module.register_forward_hook(lambda m, a, out: keep("hidden", out))
            module.register_forward_pre_hook(lambda m, a, k: keep("entering", a[0] if a else k["hidden_states"]), with_kwargs=True)
        for place, rel in (("QKV", q), ("O", o), ("M1", m1), ("M2", m2)):
            if rel and re.fullmatch(base + re.escape("." + rel), path):
                module.register_forward_pre_hook(lambda m, a, place=place: keep(place, a[0].unsqueeze(0) if a[0].dim() == 2 else a[0]))
    head = cls.endswith("ForCausalLM") or cls.endswith("LMHeadModel")
    losses, logits, masked = [], [], []
    with torch.no_grad():
        for ids in IDS:
            out = network(input_ids=torch.tensor([ids]), output_hidden_states=True)
            if head or cls.endswith("ForMaskedLM"):
                x = out.logits[0]
                logits.append(x.numpy())
            if head:
                losses.append(torch.nn.functional.cross_entropy(x[:-1], torch.tensor(ids[1:])).item())
    layers = len(seen["hidden"]) // 2
    expected_hidden = {place: list(arrays) for place, arrays in seen.items()}
    if cls.endswith("ForMaskedLM"):  # every seventh token from the fourth is id MASKED instead; the loss of what stood there
        for ids in IDS:
            places = range(3, len(ids), 7)
            with torch.no_grad():
                x = network(input_ids=torch.tensor([[MASKED if i in places else t for i, t in enumerate(ids)]])).logits[0]
            masked += torch.nn.functional.cross_entropy(x[list(places)], torch.tensor([ids[i] for i in places]), reduction="none").tolist()
    seen = expected_hidden
    split = lambda place, i: [seen[place][i], seen[place][layers + i]]
    shape = lambda a: a.reshape(-1, a.shape[-1])
    result = dict(
        model_type=saved["model_type"], config=saved, tensors=tensors, input_ids=IDS,
        embedding=moments([seen["entering"][0], seen["entering"][layers]]),
        layers=[dict(hidden=moments(split("hidden", i)),
                     **{place: moments([shape(a) for a in split(place, i)]) for place in ("QKV", "O", "M1", "M2") if place in seen and len(seen[place]) == 2 * layers})
                for i in range(layers)],
        nll=float(np.dot(losses, [len(i) - 1 for i in IDS]) / sum(len(i) - 1 for i in IDS)) if head else None,
        masked_nll=float(np.mean(masked)) if masked else None,
        logits=moments(logits) if logits else None)
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, name + ".json"), "w") as file:
        json.dump(result, file, separators=(",", ":"))
    print(name, layers, result["nll"])


if __name__ == "__main__":
    for name in sys.argv[1:] or CASES:
        try:
            case(name)
        except Exception as failure:
            print(name, "FAILED", type(failure).__name__, failure)
