package org.lowrank.weights.tensor;

/** What changes a base model and is none itself. */
public enum AdapterKind {
    /** W + s·B·A, two thin factors per matrix (Hu et al. 2021), in PEFT's, kohya's, diffusers' or GGUF's names. */
    LORA("LoRA adapter"),
    /** LoRA with a learned magnitude per output (Liu et al. 2024). */
    DORA("DoRA adapter"),
    /** Activations scaled by learned vectors (Liu et al. 2022). */
    IA3("IA3 adapter"),
    /** Hadamard product of two low-rank products (LyCORIS). */
    LOHA("LoHa adapter"),
    /** Kronecker product of two factors (LyCORIS). */
    LOKR("LoKr adapter"),
    /** Shared random factors with learned scales (Kopiczko et al. 2023). */
    VERA("VeRA adapter"),
    /** Orthogonal rotations of a matrix in blocks (Qiu et al. 2023; BOFT as butterflies). */
    OFT("OFT adapter"),
    /** Learned vectors put before the text (prompt and prefix tuning). */
    PROMPT("prompt-tuning adapter"),
    /** Said to be an adapter, in names that are not known. */
    OTHER("adapter");

    private final String title;

    AdapterKind(String title) {
        this.title = title;
    }

    /** In words, singular. */
    public String title() {
        return title;
    }
}
