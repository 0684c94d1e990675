package org.lowrank.analyzer.overlap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.text.TextTokenizer;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.Checkpoint;

/** Measures how orthogonal two texts are to a model. */
public final class TextOverlapMeasurer {
    /** Weight decays for which the bound is given unless asked otherwise. */
    public static final List<Double> DEFAULT_LAMBDAS = List.of(1e-3, 1e-2, 1e-1, 1.0);

    /** η of the bound unless asked otherwise. */
    public static final double DEFAULT_LEARNING_RATE = 0.1;

    /** ‖W'_0 x‖ of the bound unless asked otherwise. */
    public static final double DEFAULT_INITIAL_NORM = 1;

    private final List<Double> lambdas;
    private final double learningRate;
    private final double initialNorm;

    /**
     * Bounds for these values.
     *
     * @param lambdas weight decays λ > 0
     * @param learningRate η > 0 with ηλ &lt; 1 for each
     * @param initialNorm ‖W'_0 x‖ ≥ 0
     * @throws IllegalArgumentException if a value is outside its range
     */
    public TextOverlapMeasurer(List<Double> lambdas, double learningRate, double initialNorm) {
        for (double lambda : lambdas) {
            if (!(lambda > 0 && learningRate > 0 && learningRate * lambda < 1)) {
                throw new IllegalArgumentException(
                        "λ = " + lambda + " with η = " + learningRate + ": both must be positive and ηλ below 1");
            }
        }
        if (!(initialNorm >= 0 && initialNorm < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("‖W0 x‖ = " + initialNorm + " is no length");
        }
        this.lambdas = List.copyOf(lambdas);
        this.learningRate = learningRate;
        this.initialNorm = initialNorm;
    }

    /**
     * Tokenises both, looks the tokens up, and gives the distribution of inner products.
     *
     * @throws ModelNotFoundException if the model has no tokenizer
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if the tokenizer or the embedding is malformed
     * @throws IllegalArgumentException if a text holds no token
     */
    public TextOverlap measure(String model, ModelFiles files, Checkpoint checkpoint, String textA, String textB)
            throws IOException, ModelNotFoundException, InterruptedException {
        try (TextTokenizer tokenizer = TextTokenizer.open(files)) {
            List<List<TextTokenizer.Token>> tokens = tokenizer.tokens(List.of(textA, textB), false);
            Uses a = Uses.of(tokens.get(0), textA, "first");
            Uses b = Uses.of(tokens.get(1), textB, "second");
            InputEmbedding embedding = InputEmbedding.find(checkpoint, Math.max(a.largestId(), b.largestId()));
            return measure(model, tokenizer.description(), embedding, a, b);
        }
    }

    private TextOverlap measure(String model, String tokenizer, InputEmbedding embedding, Uses a, Uses b)
            throws IOException, InterruptedException {
        List<String> warnings = new ArrayList<>();
        double[][] rowsA = embedding.unitRows(a.tokens());
        double[][] rowsB = embedding.unitRows(b.tokens());
        warnOfZeroRows(a, rowsA, warnings);
        warnOfZeroRows(b, rowsB, warnings);
        Distribution all = Distribution.of(rowsA, a.counts(), rowsB, b.counts(), (i, j, product) -> {});
        Uses onlyA = a.without(b);
        Uses onlyB = b.without(a);
        Closest closest = new Closest();
        Distribution distinct = null;
        if (!onlyA.tokens().isEmpty() && !onlyB.tokens().isEmpty()) {
            distinct = Distribution.of(
                    embedding.unitRows(onlyA.tokens()),
                    onlyA.counts(),
                    embedding.unitRows(onlyB.tokens()),
                    onlyB.counts(),
                    closest.of(onlyA, onlyB));
        } else {
            Distribution.of(rowsA, a.counts(), rowsB, b.counts(), closest.of(a, b));
            warnings.add("every token of one text occurs in the other: there are no distinct pairs");
        }
        TextOverlap.Text useA = a.summary(onlyA);
        TextOverlap.Text useB = b.summary(onlyB);
        return new TextOverlap(
                tokenizer,
                embedding.tensor().name(),
                embedding.tensor().dtype().name(),
                embedding.tokens(),
                embedding.dimension(),
                useA,
                useB,
                shared(a, b),
                all,
                distinct,
                closest.pairs(),
                learningRate,
                initialNorm,
                bounds(all, distinct),
                OverlapFindings.of(
                        model,
                        embedding.dimension(),
                        all,
                        distinct,
                        ownQuantile(rowsA, a.counts()),
                        List.of(useA, useB),
                        closest.pairs()),
                warnings);
    }

    /** The 99 % quantile of |⟨x, x'⟩| between every other token of a text and the rest: how near its own tokens are. */
    private static double ownQuantile(double[][] rows, int[] counts) throws InterruptedException {
        int half = rows.length / 2;
        if (half == 0) {
            return Double.NaN;
        }
        double[][] even = new double[rows.length - half][];
        double[][] odd = new double[half][];
        int[] evenCounts = new int[even.length];
        int[] oddCounts = new int[half];
        for (int i = 0; i < rows.length; i++) {
            (i % 2 == 0 ? even : odd)[i / 2] = rows[i];
            (i % 2 == 0 ? evenCounts : oddCounts)[i / 2] = counts[i];
        }
        return Distribution.of(even, evenCounts, odd, oddCounts, (i, j, product) -> {})
                .absoluteQuantiles()
                .get(2);
    }

    private List<MergeBound> bounds(Distribution all, @Nullable Distribution distinct) {
        List<MergeBound> bounds = new ArrayList<>();
        Map<String, Distribution> sets = new LinkedHashMap<>();
        if (distinct != null) {
            sets.put("distinct", distinct);
        }
        sets.put("all", all);
        sets.forEach((name, set) -> {
            for (double lambda : lambdas) {
                bounds.add(MergeBound.of(name, "max", set.epsilon(), lambda, learningRate, initialNorm));
            }
            for (int q = 0; q < Distribution.ABSOLUTE_LEVELS.size(); q++) {
                String statistic = "quantile " + Distribution.ABSOLUTE_LEVELS.get(q);
                double epsilon = set.absoluteQuantiles().get(q);
                for (double lambda : lambdas) {
                    bounds.add(MergeBound.of(name, statistic, epsilon, lambda, learningRate, initialNorm));
                }
            }
        });
        return bounds;
    }

    private static void warnOfZeroRows(Uses uses, double[][] rows, List<String> warnings) {
        for (int i = 0; i < rows.length; i++) {
            boolean zero = true;
            for (double value : rows[i]) {
                zero &= value == 0;
            }
            if (zero) {
                warnings.add("the embedding of token " + uses.tokens().get(i).id() + " ("
                        + uses.tokens().get(i).text() + ") is zero: it has no direction");
            }
        }
    }

    private static List<TextOverlap.SharedToken> shared(Uses a, Uses b) {
        List<TextOverlap.SharedToken> shared = new ArrayList<>();
        a.use().forEach((token, uses) -> {
            Integer usesB = b.use().get(token);
            if (usesB != null) {
                shared.add(new TextOverlap.SharedToken(token.text(), token.id(), uses, usesB));
            }
        });
        shared.sort(Comparator.comparingLong((TextOverlap.SharedToken s) -> -(long) s.usesA() * s.usesB())
                .thenComparingLong(TextOverlap.SharedToken::id));
        return List.copyOf(shared.subList(0, Math.min(TextOverlap.LISTED, shared.size())));
    }

    /** The different tokens of a text, in order of first use, and how often each occurs. */
    private record Uses(int characters, Map<TextTokenizer.Token, Integer> use) {
        static Uses of(List<TextTokenizer.Token> tokens, String text, String which) {
            Map<TextTokenizer.Token, Integer> use = new LinkedHashMap<>();
            tokens.forEach(token -> use.merge(token, 1, Integer::sum));
            if (use.isEmpty()) {
                throw new IllegalArgumentException("the " + which + " text holds no token");
            }
            return new Uses(text.length(), use);
        }

        List<TextTokenizer.Token> tokens() {
            return List.copyOf(use.keySet());
        }

        int[] counts() {
            return use.values().stream().mapToInt(Integer::intValue).toArray();
        }

        long largestId() {
            return use.keySet().stream()
                    .mapToLong(TextTokenizer.Token::id)
                    .max()
                    .orElse(0);
        }

        Uses without(Uses other) {
            Map<TextTokenizer.Token, Integer> rest = new LinkedHashMap<>(use);
            rest.keySet().removeAll(other.use.keySet());
            return new Uses(characters, rest);
        }

        TextOverlap.Text summary(Uses only) {
            int tokens = use.values().stream().mapToInt(Integer::intValue).sum();
            int own = only.use.values().stream().mapToInt(Integer::intValue).sum();
            return new TextOverlap.Text(
                    characters, tokens, use.size(), use.size() - only.use.size(), 1 - own / (double) tokens);
        }
    }

    /** The pairs of largest absolute inner product. */
    private static final class Closest {
        private final PriorityQueue<TextOverlap.ClosePair> best =
                new PriorityQueue<>(Comparator.comparingDouble(Closest::size));

        Distribution.PairListener of(Uses a, Uses b) {
            List<TextTokenizer.Token> tokensA = a.tokens();
            List<TextTokenizer.Token> tokensB = b.tokens();
            int[] countsA = a.counts();
            int[] countsB = b.counts();
            return (i, j, product) -> {
                if (best.size() < TextOverlap.LISTED || Math.abs(product) > size(best.element())) {
                    best.add(new TextOverlap.ClosePair(
                            tokensA.get(i).text(), tokensB.get(j).text(), product, (long) countsA[i] * countsB[j]));
                    if (best.size() > TextOverlap.LISTED) {
                        best.remove();
                    }
                }
            };
        }

        List<TextOverlap.ClosePair> pairs() {
            return best.stream()
                    .sorted(Comparator.comparingDouble(Closest::size)
                            .reversed()
                            .thenComparing(TextOverlap.ClosePair::tokenA)
                            .thenComparing(TextOverlap.ClosePair::tokenB))
                    .toList();
        }

        private static double size(TextOverlap.ClosePair pair) {
            return Math.abs(pair.innerProduct());
        }
    }
}
