package org.lowrank.weights.format;

import java.util.regex.Pattern;

/** What a weight file is to a model, as far as its name tells: the earlier ones are read before the later ones. */
enum FileRole {
    /** The model's weights. */
    WEIGHTS("", ""),
    /** The same in a coarser form, beside which the weights themselves are preferred. */
    QUANTISED(
            "quantised weights",
            ".*[-_.](gptq|awq|hqq|aqlm|exl2|bnb|nf4|fp4|nvfp4|mxfp4|fp8|int[48]|uint8|[2-8]bit|q[2-8]|q4f16|quantized|quant)"
                    + "([-_.].*)?"),
    /** A head that guesses tokens for another model. */
    DRAFT("a draft model's weights", "(.*[-_./])?(draft|medusa|eagle[23]?|mtp|vocab)([-_.].*)?"),
    /** Tensor-parallel slices, which are refused by name. */
    SLICES("tensor-parallel parts", ""),
    /** Changes a base model. */
    ADAPTER("an adapter", ".*(adapter|[-_.]?lora|dora|lokr|loha|ia3|locon|lycoris|control[-_]?vector).*"),
    /** The part that sees or hears of a multimodal GGUF model. */
    PROJECTOR("a multimodal projector", ".*mmproj.*"),
    /** What a quantiser measured of the activations. */
    IMPORTANCE("an importance matrix", ".*imatrix.*"),
    /** A format that is not read; opened only so that it is named. */
    FOREIGN("a format that is not read", ""),
    /** Never weights: optimizer states, resource forks, OpenVINO's bytes without names. */
    NONE(
            "no weights",
            "\\._.*"
                    + "|(.*[-_.])?(optimizer|optim|scheduler|scaler|sampler|rng_states?|random_states?|training_args"
                    + "|trainer_state|dataloader|lr_scheduler|optim_states|optimizer_states)([-_.]?\\d+)?\\.[a-z]+"
                    + "|.*optim_states.*|(.*[-_])?openvino([-_].*)?\\.bin|sentencepiece.*\\.bin|.*tokenizer.*");

    private final String title;
    private final Pattern names;

    FileRole(String title, String names) {
        this.title = title;
        this.names = Pattern.compile(names);
    }

    /** In words, with its article. */
    String title() {
        return title;
    }

    /** By the lower-case base name alone. */
    static FileRole of(String baseName) {
        for (FileRole role : new FileRole[] {NONE, IMPORTANCE, PROJECTOR, ADAPTER, DRAFT, QUANTISED}) {
            if (role.names.matcher(baseName).matches()) {
                return role;
            }
        }
        return WEIGHTS;
    }
}
