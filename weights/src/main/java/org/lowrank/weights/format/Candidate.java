package org.lowrank.weights.format;

import java.util.Comparator;
import java.util.List;

/**
 * Files that may be a model's weights: one, a set of shards, or the index of one.
 *
 * @param name of the one file, the index, or the first shard; for messages
 * @param files what is read, in order; the index alone where there is one
 * @param group files of one group are the same thing in one format, and only those are worth a word beside each other
 * @param role what it is by its name
 * @param rank among those of one role: the order in which transformers itself looks, then the other formats
 */
record Candidate(String name, List<String> files, Group group, FileRole role, int rank) {
    static final Comparator<Candidate> BEST_FIRST = Comparator.comparing(Candidate::role)
            .thenComparingInt(Candidate::rank)
            .thenComparing(Candidate::name);

    /** The formats as families of names. */
    enum Group {
        SAFETENSORS,
        PYTORCH,
        ONNX,
        GGUF,
        TENSORFLOW,
        FOREIGN
    }

    boolean isIndex() {
        return FileNames.lower(name).contains(".index.")
                && FileNames.lower(name).endsWith(".json");
    }

    /** The folder with '/', empty at the top. */
    String folder() {
        return FileNames.folder(name);
    }
}
