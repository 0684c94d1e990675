package org.lowrank.analyzer.overlap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.lowrank.inference.text.TextTokenizer;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/**
 * A model's input embedding: one row of length d per token.
 *
 * @param tensor where it lies
 * @param tokens number of rows
 * @param dimension d
 */
record InputEmbedding(Tensor tensor, long tokens, long dimension) {
    /** Last module names of input embeddings, over all architectures and formats; earlier ones win. */
    private static final List<String> NAMES = List.of(
            "word_embeddings",
            "word_embedding",
            "wte",
            "shared",
            "embed_tokens",
            "embed_in",
            "tok_embeddings",
            "tokens_embed",
            "token_embedding",
            "token_embd",
            "word_embed_proj",
            "word_embedder",
            "embedding",
            "embeddings");

    private static final Pattern TAIL = Pattern.compile("[./](weight|kernel|embeddings|embedding|weights)$");

    /**
     * Finds it by name and shape.
     *
     * @param largestId the largest token id that will be looked up
     * @throws MalformedWeightsException if there is none, or it has too few rows
     */
    static InputEmbedding find(Checkpoint checkpoint, long largestId) throws MalformedWeightsException {
        List<Tensor> candidates = new ArrayList<>();
        for (String name : NAMES) {
            checkpoint.tensors().stream()
                    .filter(tensor ->
                            tensor.shape().size() == 2 && module(tensor.name()).equals(name))
                    .sorted(Comparator.comparing(
                                    (Tensor tensor) -> tensor.name().contains("decoder"))
                            .thenComparing(tensor -> tensor.name().length())
                            .thenComparing(Tensor::name))
                    .forEach(candidates::add);
        }
        for (Tensor tensor : candidates) {
            if (tensor.shape().get(0) > largestId) {
                return new InputEmbedding(
                        tensor, tensor.shape().get(0), tensor.shape().get(1));
            }
        }
        String seen = candidates.isEmpty()
                ? "no tensor is named as one (" + String.join(", ", NAMES.subList(0, 8)) + "…)"
                : "token " + largestId + " is outside "
                        + candidates.get(0).name() + " of shape "
                        + candidates.get(0).shape();
        throw new MalformedWeightsException("no input embedding: " + String.join(", ", checkpoint.files()) + ": " + seen
                + "; use weights that hold the embedding of the model's own tokenizer");
    }

    /** The module a tensor belongs to: {@code bert.embeddings.word_embeddings.weight} is of word_embeddings. */
    private static String module(String name) {
        String path = TAIL.matcher(name).replaceFirst("");
        if (path.isEmpty()) {
            return name;
        }
        int dot = Math.max(path.lastIndexOf('.'), path.lastIndexOf('/'));
        return path.substring(dot + 1);
    }

    /**
     * Rows of these tokens, each divided by its length.
     *
     * @throws MalformedWeightsException if a weight is NaN or infinite; a zero row has no direction and stays zero
     */
    double[][] unitRows(List<TextTokenizer.Token> wanted) throws IOException {
        double[][] rows = new double[wanted.size()][];
        try (Tensor.Values values = tensor.open()) {
            for (int i = 0; i < rows.length; i++) {
                rows[i] = unit(values, wanted.get(i));
            }
        }
        return rows;
    }

    private double[] unit(Tensor.Values values, TextTokenizer.Token token) throws IOException {
        Tensor.View view = new Tensor.View(token.id() * dimension, 1, dimension, dimension, 1);
        StridedBlock block = values.matrix(view).get(0);
        double[] row = new double[Math.toIntExact(dimension)];
        double largest = 0;
        for (int j = 0; j < row.length; j++) {
            row[j] = block.get(0, j);
            if (!Double.isFinite(row[j])) {
                throw new MalformedWeightsException("non-finite weight: " + tensor.name() + " in " + tensor.file()
                        + ": element [" + token.id() + ", " + j + "] is " + row[j]
                        + "; look for a repaired copy of the weights");
            }
            largest = Math.max(largest, Math.abs(row[j]));
        }
        if (largest == 0) {
            return row; // no direction: orthogonal to everything, and reported as such
        }
        double squares = 0;
        for (double value : row) {
            squares += (value / largest) * (value / largest);
        }
        double length = largest * Math.sqrt(squares);
        for (int j = 0; j < row.length; j++) {
            row[j] /= length;
        }
        return row;
    }
}
