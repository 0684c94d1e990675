package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;

/** Two texts through every layer of a tiny Llama: activations.csv, interference.csv, and what goes wrong in one line. */
class OverlapDepthTest {
    private static final int WIDTH = 12;
    private static final int LAYERS = 2;
    private static final List<String> WORDS =
            List.of("[PAD]", "[UNK]", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    private static final List<String> A = List.of("a", "b", "c", "d", "e");
    private static final List<String> B = List.of("f", "g", "h", "i");

    @TempDir
    Path directory;

    private final Map<String, float[][]> tensors = tensors();
    private Path base = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void model() throws IOException {
        base = write("base", tensors);
        out = directory.resolve("results");
    }

    private static Map<String, float[][]> tensors() {
        Random random = new Random(5);
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        tensors.put("model.embed_tokens.weight", TinyCheckpoint.gaussian(WORDS.size(), WIDTH, random));
        float[][] ones = new float[1][WIDTH];
        Arrays.fill(ones[0], 1);
        for (int layer = 0; layer < LAYERS; layer++) {
            String at = "model.layers." + layer + ".";
            for (String name : List.of("q", "k", "v", "o")) {
                tensors.put(at + "self_attn." + name + "_proj.weight", TinyCheckpoint.gaussian(WIDTH, WIDTH, random));
            }
            tensors.put(at + "mlp.gate_proj.weight", TinyCheckpoint.gaussian(20, WIDTH, random));
            tensors.put(at + "mlp.up_proj.weight", TinyCheckpoint.gaussian(20, WIDTH, random));
            tensors.put(at + "mlp.down_proj.weight", TinyCheckpoint.gaussian(WIDTH, 20, random));
            tensors.put(at + "input_layernorm.weight", ones);
            tensors.put(at + "post_attention_layernorm.weight", ones);
        }
        tensors.put("model.norm.weight", ones);
        return tensors;
    }

    private Path write(String name, Map<String, float[][]> tensors) throws IOException {
        Path made = TinyCheckpoint.write(directory.resolve(name), tensors);
        Files.writeString(
                made.resolve("config.json"),
                "{\"model_type\": \"llama\", \"hidden_size\": 12, \"intermediate_size\": 20, \"num_hidden_layers\": 2, "
                        + "\"num_attention_heads\": 2, \"vocab_size\": 12, \"rms_norm_eps\": 1e-12, "
                        + "\"tie_word_embeddings\": true}");
        Files.writeString(made.resolve("vocab.txt"), String.join("\n", WORDS) + "\n");
        return made;
    }

    /** The base with every matrix of every layer changed. */
    private Path tuned(String name, UnaryOperator<float[][]> change) throws IOException {
        Map<String, float[][]> changed = new LinkedHashMap<>();
        tensors.forEach(
                (tensor, values) -> changed.put(tensor, tensor.contains("_proj") ? change.apply(values) : values));
        return write(name, changed);
    }

    private static UnaryOperator<float[][]> times(float factor) {
        return matrix -> {
            float[][] scaled = new float[matrix.length][matrix[0].length];
            for (int i = 0; i < matrix.length; i++) {
                for (int j = 0; j < matrix[i].length; j++) {
                    scaled[i][j] = factor * matrix[i][j];
                }
            }
            return scaled;
        };
    }

    private Run overlap(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("overlap", base.toString(), String.join(" ", A), String.join(" ", B), "--out", out.toString()));
        arguments.addAll(List.of(more));
        return Run.of(arguments.toArray(String[]::new));
    }

    /** Rows by "layer matrix", cells by column. */
    private Map<String, Map<String, String>> table(String file, String place) throws IOException {
        List<String> lines = Files.readAllLines(out.resolve(file));
        List<String> columns = List.of(lines.get(0).split(",", -1));
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < cells.length; i++) {
                row.put(columns.get(i), cells[i]);
            }
            rows.put(row.get("layer") + " " + row.get(place), row);
        }
        return rows;
    }

    private static double number(Map<String, Map<String, String>> rows, String row, String column) {
        return Double.parseDouble(Objects.requireNonNull(
                Objects.requireNonNull(rows.get(row), row).get(column), column));
    }

    private float[] row(String word) {
        return Objects.requireNonNull(tensors.get("model.embed_tokens.weight"))[WORDS.indexOf(word)];
    }

    private static double product(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }

    /** Layer −1 of this model is the table itself, so its cosines are known. */
    /** One measure, whichever command asks for it: the same file to the last character. */
    /** PyTorch's sums in single precision depend on where in memory it finds its arrays, which differs from run to run. */
    private static void assertSameToRounding(String actual, String expected) {
        String[] cells = actual.split("[,\r\n]", -1);
        String[] wanted = expected.split("[,\r\n]", -1);
        assertThat(cells).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].matches("[0-9.]+")) {
                assertThat(Double.parseDouble(cells[i]))
                        .isCloseTo(Double.parseDouble(wanted[i]), Percentage.withPercentage(1e-4));
            } else {
                assertThat(cells[i]).isEqualTo(wanted[i]);
            }
        }
    }

    @Test
    void mergeAndCompareTellTheSameInterference() throws Exception {
        Path a = tuned("a", times(1.1f));
        Path b = tuned("b", matrix -> TinyCheckpoint.gaussian(matrix.length, matrix[0].length, new Random(9)));
        Run overlapped = overlap("--tuned-a", a.toString(), "--tuned-b", b.toString());
        assertThat(overlapped.exitCode()).as(overlapped.err()).isZero();
        String expected = Files.readString(out.resolve("interference.csv"));
        String textA = String.join(" ", A);
        String textB = String.join(" ", B);
        Path merged = directory.resolve("merged");
        Run merge = Run.of(
                "merge",
                "--method",
                "task_arithmetic",
                "--base",
                base.toString(),
                a.toString(),
                b.toString(),
                "--dry-run",
                "--text-a",
                textA,
                "--text-b",
                textB,
                "--out",
                merged.toString());
        assertThat(merge.exitCode()).as(merge.err()).isZero();
        assertSameToRounding(Files.readString(merged.resolve("interference.csv")), expected);
        assertThat(merge.out()).contains("text A: B's change over A's own", "text B: A's change over B's own");
        Path compared = directory.resolve("compared");
        Run compare = Run.of(
                "compare",
                base.toString(),
                a.toString(),
                b.toString(),
                "--text-a",
                textA,
                "--text-b",
                textB,
                "--out",
                compared.toString());
        assertThat(compare.exitCode()).as(compare.err()).isZero();
        assertSameToRounding(Files.readString(compared.resolve("interference.csv")), expected);
        assertThat(Run.of("compare", base.toString(), a.toString(), "--text-a", textA, "--text-b", textB)
                        .err())
                .contains("give a base and two models tuned from it");
    }

    @Test
    void activationsStartWithTheEmbeddingAndCoverEveryInput() throws IOException {
        Run run = overlap();
        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<String, Map<String, String>> rows = table("activations.csv", "input");
        List<String> places = new ArrayList<>(List.of("-1 hidden"));
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String input : List.of("QKV", "O", "M1", "M2", "hidden")) {
                places.add(layer + " " + input);
            }
        }
        assertThat(rows.keySet()).containsExactlyElementsOf(places);
        assertThat(Files.readAllLines(out.resolve("activations.csv")).get(0))
                .startsWith("model,revision,stack,layer,input,tokens_a,tokens_b,width,cos_mean,cos_abs_p50,cos_abs_p99,"
                        + "cos_abs_max,energy_b_in_a,energy_random,energy_a_in_a,stable_rank_a,stable_rank_b,");
        double sum = 0;
        double largest = 0;
        for (String a : A) {
            for (String b : B) {
                double cosine = product(row(a), row(b)) / Math.sqrt(product(row(a), row(a)) * product(row(b), row(b)));
                sum += cosine;
                largest = Math.max(largest, Math.abs(cosine));
            }
        }
        assertThat(number(rows, "-1 hidden", "tokens_a")).isEqualTo(5);
        assertThat(number(rows, "-1 hidden", "tokens_b")).isEqualTo(4);
        assertThat(number(rows, "-1 hidden", "cos_mean")).isCloseTo(sum / 20, within(1e-6));
        assertThat(number(rows, "-1 hidden", "cos_abs_max")).isCloseTo(largest, within(1e-6));
        assertThat(number(rows, "-1 hidden", "cos_abs_p99")).isCloseTo(largest, within(1e-6)); // of 20 pairs the last
        assertThat(number(rows, "0 M2", "width")).isEqualTo(20);
        // k = 2 directions: at most half of A's five tokens.
        assertThat(number(rows, "0 QKV", "energy_random")).isCloseTo(2.0 / WIDTH, within(1e-12));
        assertThat(number(rows, "1 O", "cos_abs_p99_null_model")).isBetween(0.0, 1.0);
        JsonNode finding = finding("activation-overlap");
        finding.get("numbers")
                .fieldNames()
                .forEachRemaining(
                        name -> assertThat(finding.get("numbers").has("null_" + name) || name.startsWith("null_"))
                                .as(name)
                                .isTrue());
    }

    private JsonNode finding(String id) throws IOException {
        for (JsonNode finding : ResultJson.read(out.resolve("result.json")).get("findings")) {
            if (finding.get("id").asText().equals(id)) {
                return finding;
            }
        }
        throw new AssertionError("no finding " + id);
    }

    @Test
    void aControlTextStandsInForTheHalvesOfA() throws IOException {
        overlap("--control", "j f");
        double sum = 0;
        double largest = 0;
        for (String a : A) {
            for (String other : List.of("j", "f")) {
                double cosine = product(row(a), row(other))
                        / Math.sqrt(product(row(a), row(a)) * product(row(other), row(other)));
                largest = Math.max(largest, Math.abs(cosine));
                sum += cosine;
            }
        }
        assertThat(sum).isFinite();
        assertThat(number(table("activations.csv", "input"), "-1 hidden", "cos_abs_p99_a_in_a"))
                .isCloseTo(largest, within(1e-6));
    }

    /** Δ_A = W and Δ_B = 2 W: every quotient is known, whatever goes through the model. */
    @Test
    void multiplesOfTheBaseInterfereByTheirFactor() throws IOException {
        Path a = tuned("a", times(2));
        Path b = tuned("b", times(3));
        Run run = overlap("--tuned-a", a.toString(), "--tuned-b", b.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<String, Map<String, String>> rows = table("interference.csv", "matrix");
        List<String> places = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String matrix : List.of("Q", "K", "V", "O", "GATE", "M1", "M2")) {
                places.add(layer + " " + matrix);
            }
        }
        assertThat(rows.keySet()).containsExactlyElementsOf(places);
        for (String place : places) {
            assertThat(number(rows, place, "interference_on_a")).isCloseTo(2, within(1e-5));
            assertThat(number(rows, place, "interference_p50_on_a")).isCloseTo(2, within(1e-5));
            assertThat(number(rows, place, "interference_p99_on_b")).isCloseTo(0.5, within(1e-5));
            assertThat(number(rows, place, "interference_on_b")).isCloseTo(0.5, within(1e-5));
            assertThat(number(rows, place, "relative_on_a")).isCloseTo(2, within(1e-5));
            assertThat(number(rows, place, "own_relative_on_a")).isCloseTo(1, within(1e-5));
            assertThat(number(rows, place, "own_relative_on_b")).isCloseTo(2, within(1e-5));
            double norm = number(rows, place, "frobenius_norm");
            assertThat(number(rows, place, "delta_a_frobenius_norm")).isCloseTo(norm, within(1e-5 * norm));
            assertThat(number(rows, place, "delta_b_frobenius_norm")).isCloseTo(2 * norm, within(2e-5 * norm));
        }
        // Q of layer 0 reads x/√(mean x²), of length √n: a random R of norm 2‖W‖ has E Σ‖Rx‖² = 4‖W‖² tokens.
        float[][] q = Objects.requireNonNull(tensors.get("model.layers.0.self_attn.q_proj.weight"));
        double squares = 0;
        double outputs = 0;
        for (float[] weights : q) {
            squares += product(weights, weights);
            for (String word : A) {
                double output = product(weights, row(word));
                outputs += output * output * WIDTH / product(row(word), row(word));
            }
        }
        assertThat(number(rows, "0 Q", "interference_random_on_a"))
                .isCloseTo(Math.sqrt(4 * squares * A.size() / outputs), within(1e-5));
        assertThat(number(rows, "0 Q", "own_relative_random_on_a"))
                .isCloseTo(Math.sqrt(squares * A.size() / outputs), within(1e-5));
        assertThat(finding("interference").get("verdict").asText()).isEqualTo("EXCEPTION");
        assertThat(finding("interference")
                        .get("numbers")
                        .get("interference_on_a")
                        .asDouble())
                .isCloseTo(2, within(1e-5));
        String page = Files.readString(out.resolve("report.html"));
        Files.delete(out.resolve("report.html"));
        Run.of("report", out.resolve("result.json").toString());
        assertThat(Files.readString(out.resolve("report.html"))).isEqualTo(page);
    }

    /** A change that maps text A's inputs of one matrix to zero: x ↦ b ⟨a, x⟩ with a orthogonal to all of them. */
    @Test
    void whatIsOrthogonalToTheInputsDoesNotInterfere() throws IOException {
        double[] direction = orthogonalTo(A);
        float[][] changed = new float[WIDTH][WIDTH];
        float[][] q = Objects.requireNonNull(tensors.get("model.layers.0.self_attn.q_proj.weight"));
        for (int i = 0; i < WIDTH; i++) {
            for (int j = 0; j < WIDTH; j++) {
                changed[i][j] = (float) (q[i][j] + (i + 1) * direction[j]);
            }
        }
        Map<String, float[][]> onlyQ = new LinkedHashMap<>(tensors);
        onlyQ.put("model.layers.0.self_attn.q_proj.weight", changed);
        Path b = write("b", onlyQ);
        Path a = tuned("a", times(2));
        overlap("--tuned-a", a.toString(), "--tuned-b", b.toString());
        Map<String, Map<String, String>> rows = table("interference.csv", "matrix");
        assertThat(number(rows, "0 Q", "interference_on_a")).isLessThan(1e-5);
        assertThat(number(rows, "0 Q", "interference_random_on_a")).isGreaterThan(0.1);
        assertThat(number(rows, "0 Q", "own_relative_on_b")).isGreaterThan(0.1);
        assertThat(number(rows, "1 Q", "interference_on_a")).isZero();
    }

    /** A unit vector orthogonal to the rows of these words, by Gram and Schmidt. */
    private double[] orthogonalTo(List<String> words) {
        List<double[]> basis = new ArrayList<>();
        double[] vector = new double[WIDTH];
        for (int step = 0; step <= words.size(); step++) {
            for (int i = 0; i < WIDTH; i++) {
                vector[i] = step < words.size() ? row(words.get(step))[i] : Math.sin(i + 1.0);
            }
            for (double[] earlier : basis) {
                double along = 0;
                for (int i = 0; i < WIDTH; i++) {
                    along += earlier[i] * vector[i];
                }
                for (int i = 0; i < WIDTH; i++) {
                    vector[i] -= along * earlier[i];
                }
            }
            double length = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
            basis.add(Arrays.stream(vector).map(x -> x / length).toArray());
        }
        return basis.get(words.size());
    }

    /** A rank-1 adapter, B = (1, 2, …)ᵀ and A = (1, 0, …): ‖ΔW‖_F is the length of B. */
    @Test
    void anAdapterCountsOnItsBase() throws IOException {
        float[][] first = new float[1][WIDTH];
        first[0][0] = 1;
        float[][] second = new float[WIDTH][1];
        double squares = 0;
        for (int i = 0; i < WIDTH; i++) {
            second[i][0] = i + 1;
            squares += (i + 1.0) * (i + 1);
        }
        Path adapter = Files.createDirectories(directory.resolve("adapter"));
        String at = "base_model.model.model.layers.1.self_attn.v_proj.";
        Files.write(
                adapter.resolve("adapter_model.safetensors"),
                TinyCheckpoint.safetensors(Map.of(at + "lora_A.weight", first, at + "lora_B.weight", second)));
        Files.writeString(
                adapter.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 1, \"target_modules\": [\"v_proj\"]}");
        Run run = overlap(
                "--tuned-a",
                adapter.toString(),
                "--tuned-b",
                tuned("b", times(3)).toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<String, Map<String, String>> rows = table("interference.csv", "matrix");
        assertThat(number(rows, "1 V", "delta_a_frobenius_norm")).isCloseTo(Math.sqrt(squares), within(1e-4));
        assertThat(number(rows, "0 V", "delta_a_frobenius_norm")).isZero();
        assertThat(rows.get("0 V").get("interference_on_a")).isEmpty();
        assertThat(number(rows, "0 V", "relative_on_b")).isZero();
    }

    @Test
    void wrongUseIsNamed() throws IOException {
        assertThat(overlap("--tuned-a", base.toString()).err()).contains("--tuned-a, --tuned-b: both are needed");
        Run same = overlap("--tuned-a", base.toString(), "--tuned-b", base.toString());
        assertThat(same.exitCode()).isEqualTo(2);
        assertThat(same.err()).contains("nothing was tuned: ");
        Map<String, float[][]> wider = new LinkedHashMap<>(tensors);
        wider.replaceAll((name, values) -> name.endsWith("up_proj.weight") || name.endsWith("gate_proj.weight")
                ? TinyCheckpoint.gaussian(24, WIDTH, new Random(1))
                : name.endsWith("down_proj.weight") ? TinyCheckpoint.gaussian(WIDTH, 24, new Random(1)) : values);
        Path other = write("other", wider);
        Files.writeString(
                other.resolve("config.json"),
                Files.readString(other.resolve("config.json"))
                        .replace("\"intermediate_size\": 20", "\"intermediate_size\": 24"));
        Run misfit = overlap("--tuned-a", base.toString(), "--tuned-b", other.toString());
        assertThat(misfit.exitCode()).isEqualTo(4);
        assertThat(misfit.err()).contains("no child of this base: other: GATE is 24 x 12");
    }
}
