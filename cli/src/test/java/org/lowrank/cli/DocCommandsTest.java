package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command that README and docs show: each is understood by the program, and each is run, with small made models in the place of
 * the names; those that cannot be are listed with their reason.
 */
class DocCommandsTest {
    private static final Path ROOT = Path.of("..");

    /** What is parsed and not run: beginnings of commands, and why. */
    private static final Map<String, String> NOT_RUN = Map.ofEntries(
            Map.entry(
                    "analyze EleutherAI/gpt-j-6b",
                    "a branch and a stream of the Hub: HubSourceTest and the fake Hub have both"),
            Map.entry("analyze org/name/text_encoder", "a folder of a repository on the Hub: the fake Hub has it"),
            Map.entry("analyze model.gguf", "GGUF: PlantedGgufTest"),
            Map.entry("analyze ./bert_model.ckpt.index", "a TensorFlow checkpoint: its format's contract test"),
            Map.entry("analyze maven:", "RealModelsTest, in profile models"),
            Map.entry("experiment finetuning", "needs a pretrained encoder: its own test, in profile models"),
            Map.entry("experiment merging --data fashion-mnist", "needs the data set: profile fashion-mnist"),
            Map.entry("overlap org/base law.txt code.txt --tuned-a", "OverlapDepthTest"),
            Map.entry("trace", "TraceCommandTest"),
            Map.entry("survey", "SurveyCommandTest"),
            Map.entry("check", "CheckCommandTest"),
            Map.entry("theory", "SavedResultsTest runs it with few draws"));

    @TempDir
    Path directory;

    private final Map<String, Path> standsFor = new LinkedHashMap<>();

    @BeforeEach
    void models() throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        Path base = TinyCheckpoint.write(directory.resolve("base"), tensors);
        List<Path> tuned = new ArrayList<>();
        for (String name : List.of("one", "two", "three")) {
            Random random = new Random(name.hashCode());
            for (float[][] matrix : tensors.values()) {
                for (float[] row : matrix) {
                    row[random.nextInt(row.length)] += 0.1f;
                }
            }
            tuned.add(TinyCheckpoint.write(directory.resolve(name), tensors));
        }
        Path adapter = directory.resolve("adapter");
        assertThat(Run.of(
                                "extract",
                                base.toString(),
                                tuned.get(0).toString(),
                                "--rank",
                                "4",
                                "--out",
                                adapter.toString())
                        .exitCode())
                .isZero();
        Path result = directory.resolve("analysed");
        Path other = directory.resolve("analysed-too");
        Run.of("analyze", base.toString(), "--out", result.toString());
        Run.of("analyze", tuned.get(0).toString(), "--out", other.toString());
        Path recipe = directory.resolve("recipe.yml");
        Files.writeString(
                recipe,
                "merge_method: task_arithmetic\nbase_model: " + base + "\nmodels:\n  - model: " + tuned.get(0)
                        + "\n    parameters: {weight: 0.5}\n  - model: " + tuned.get(1)
                        + "\n    parameters: {weight: 0.5}\n");
        for (String name : List.of("law.txt", "cooking.txt")) {
            Files.writeString(directory.resolve(name), "the law the court judge claim law court the");
            standsFor.put(name, directory.resolve(name));
        }
        for (String name : List.of(
                "google-bert/bert-base-uncased",
                "sentence-transformers/all-MiniLM-L6-v2",
                "FacebookAI/roberta-base",
                "microsoft/phi-2",
                "org/base",
                "org/name",
                "org/a",
                "./my-model",
                "./model",
                "./checkpoint",
                "BASE",
                "MODEL")) {
            standsFor.put(name, base);
        }
        for (String name : List.of("BAAI/bge-small-en-v1.5", "org/fine-tuned", "org/tuned", "org/b", "A", "TUNED")) {
            standsFor.put(name, tuned.get(0));
        }
        for (String name : List.of("intfloat/e5-small-v2", "./c", "org/c", "B")) {
            standsFor.put(name, tuned.get(1));
        }
        standsFor.put("C", tuned.get(2));
        standsFor.put("org/model", llama());
        for (String name : List.of("org/adapter", "org/adapter-1")) {
            standsFor.put(name, adapter);
        }
        Path smaller = directory.resolve("smaller");
        Run.of("extract", adapter.toString(), "--rank", "2", "--out", smaller.toString());
        standsFor.put("org/adapter-2", smaller);
        standsFor.put("org/base+org/adapter", Path.of(base + "+" + adapter));
        for (String name : List.of("a/result.json", "org--a/result.json")) {
            standsFor.put(name, result.resolve("result.json"));
        }
        for (String name : List.of("b/result.json", "org--b/result.json")) {
            standsFor.put(name, other.resolve("result.json"));
        }
        standsFor.put("recipe.yml", recipe);
    }

    /** A Llama of two layers that can be run, and a vocabulary. */
    private Path llama() throws IOException {
        Random random = new Random(5);
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        tensors.put("model.embed_tokens.weight", TinyCheckpoint.gaussian(16, 8, random));
        for (int layer = 0; layer < 2; layer++) {
            String at = "model.layers." + layer + ".";
            for (String kind : List.of("q", "k", "v", "o")) {
                tensors.put(at + "self_attn." + kind + "_proj.weight", TinyCheckpoint.gaussian(8, 8, random));
            }
            tensors.put(at + "mlp.gate_proj.weight", TinyCheckpoint.gaussian(12, 8, random));
            tensors.put(at + "mlp.up_proj.weight", TinyCheckpoint.gaussian(12, 8, random));
            tensors.put(at + "mlp.down_proj.weight", TinyCheckpoint.gaussian(8, 12, random));
            tensors.put(at + "input_layernorm.weight", TinyCheckpoint.gaussian(1, 8, random));
            tensors.put(at + "post_attention_layernorm.weight", TinyCheckpoint.gaussian(1, 8, random));
        }
        tensors.put("model.norm.weight", TinyCheckpoint.gaussian(1, 8, random));
        Path model = TinyCheckpoint.write(directory.resolve("llama"), tensors);
        Files.writeString(
                model.resolve("config.json"),
                "{\"model_type\": \"llama\", \"hidden_size\": 8, \"intermediate_size\": 12, \"num_hidden_layers\": 2, "
                        + "\"num_attention_heads\": 2, \"vocab_size\": 16, \"tie_word_embeddings\": true}");
        Files.writeString(
                model.resolve("vocab.txt"),
                "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlaw\ncourt\nsalt\noil\nthe\njudge\nclaim\npan\nstir\nheat\ncat\n");
        return model;
    }

    /** Commands in code of a page: indented or fenced lines, and spans. */
    static Set<String> commands(String page) {
        Set<String> commands = new LinkedHashSet<>();
        Matcher lines =
                Pattern.compile("(?m)^(?: {4}(?:\\./)?|\\./)lowrank ([a-z].*)$").matcher(page);
        while (lines.find()) {
            commands.add(lines.group(1));
        }
        Matcher spans = Pattern.compile("`\\./lowrank ([a-z][^`]*)`").matcher(page);
        while (spans.find()) {
            commands.add(spans.group(1));
        }
        Set<String> clean = new LinkedHashSet<>();
        for (String command : commands) {
            clean.add(command.replaceFirst("\\s+#.*$", "")
                    .replaceFirst("\\s*\\|.*$", "")
                    .strip());
        }
        return clean;
    }

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    /** Words of a command line; quoted ones are one. */
    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Matcher matcher = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(command);
        while (matcher.find()) {
            words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return words;
    }

    @Test
    void everyCommandIsUnderstoodAndRun() throws IOException {
        Set<String> all = new TreeSet<>();
        for (Path page : pages()) {
            all.addAll(commands(Files.readString(page)));
        }
        assertThat(all).as("commands found").hasSizeGreaterThan(30);
        List<String> wrong = new ArrayList<>();
        int run = 0;
        for (String command : all) {
            List<String> words = words(command);
            try {
                Main.commandLine().parseArgs(words.toArray(String[]::new));
            } catch (picocli.CommandLine.ParameterException notUnderstood) {
                wrong.add(command + ": " + notUnderstood.getMessage());
                continue;
            }
            if (NOT_RUN.keySet().stream().noneMatch(command::startsWith)) {
                run(words, run++).ifPresent(message -> wrong.add(command + ": " + message));
            }
        }
        assertThat(wrong).as("commands of the docs that do not run").isEmpty();
    }

    private Optional<String> run(List<String> words, int number) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            Path standsIn = standsFor.get(word);
            if (word.equals("--out")) {
                i++; // its own below
            } else if (word.equals("--open")) {
                continue; // would start a browser
            } else if (word.equals("9-11")) {
                arguments.add("0-1"); // the made models have two layers
            } else if (word.startsWith("docs/")) {
                arguments.add(ROOT.resolve(word).toString());
            } else {
                arguments.add(standsIn == null ? word : standsIn.toString());
            }
        }
        String first = words.get(0);
        if (first.equals("experiment")) {
            String name = arguments.get(1);
            arguments = new ArrayList<>(List.of(
                    name.equals("sweep")
                            ? TinyExperiments.command(name)
                            : TinyExperiments.command(name, "--lambda=0.01")));
        }
        boolean writes = Set.of("analyze", "compare", "extract", "merge", "run", "overlap", "experiment", "report")
                .contains(first);
        if (writes) {
            arguments.add("--out");
            arguments.add(directory.resolve("out" + number).toString());
        }
        Run run = Run.of(arguments.toArray(String[]::new));
        return run.exitCode() == 0 ? Optional.empty() : Optional.of(run.err());
    }
}
