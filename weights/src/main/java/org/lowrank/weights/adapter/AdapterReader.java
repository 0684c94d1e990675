package org.lowrank.weights.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.adapter.PartName.Part;
import org.lowrank.weights.adapter.PartName.Style;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.AdapterKind;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/**
 * Reads LoRA and DoRA adapters: PEFT's (its "PEFT checkpoint format" page), kohya's, diffusers', llama.cpp's GGUF and MLX's.
 * Values are not read, but for the α of each module where it is a tensor.
 */
public final class AdapterReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_SETTINGS = 64 << 20;
    private static final int SHOWN = 4;

    private final Checkpoint checkpoint;
    private final String file;
    private final @Nullable PeftSettings settings;
    private final JsonNode gguf;
    private final List<String> warnings = new ArrayList<>();
    private final Set<String> styles = new TreeSet<>();
    private final Set<Long> ranks = new TreeSet<>();

    private AdapterReader(Checkpoint checkpoint, String file, @Nullable PeftSettings settings) {
        this.checkpoint = checkpoint;
        this.file = file;
        this.settings = settings;
        this.gguf = checkpoint.config().path("gguf");
    }

    /** Whether these tensors are the factors of an adapter that is read here; recognised by the checkpoint's reader. */
    public static boolean isAdapter(Checkpoint checkpoint) {
        return checkpoint
                .adapter()
                .filter(kind -> kind == AdapterKind.LORA || kind == AdapterKind.DORA)
                .isPresent();
    }

    /**
     * The adapter in these tensors.
     *
     * @param files where adapter_config.json lies
     * @param checkpoint its tensors
     * @throws MalformedWeightsException if it is another kind of adapter, lacks a factor or its settings, or does not fit together
     */
    public static Adapter read(ModelFiles files, Checkpoint checkpoint) throws IOException, ModelNotFoundException {
        String file = checkpoint.files().isEmpty()
                ? files.provenance().location()
                : checkpoint.files().get(0);
        String settingsFile = file.substring(0, file.lastIndexOf('/') + 1) + "adapter_config.json";
        PeftSettings settings = null;
        if (files.list().stream().anyMatch(entry -> entry.name().equals(settingsFile))) {
            settings = PeftSettings.of(json(files, settingsFile), settingsFile);
        }
        return new AdapterReader(checkpoint, file, settings).adapter();
    }

    private static JsonNode json(ModelFiles files, String name) throws IOException, ModelNotFoundException {
        try (ByteSource source = files.open(name);
                ByteSource.Region region = source.read(0, (int) Math.min(source.size(), LARGEST_SETTINGS))) {
            JsonNode node =
                    JSON.readTree(StandardCharsets.UTF_8.decode(region.bytes()).toString());
            if (node == null || !node.isObject()) {
                throw new MalformedWeightsException(
                        "bad adapter settings: " + name + ": it holds no object of settings; mend the file");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new MalformedWeightsException(
                    "bad adapter settings: " + name + ": " + e.getOriginalMessage() + "; mend the file");
        }
    }

    private Adapter adapter() throws IOException {
        Map<String, AdapterModule> modules = new TreeMap<>();
        List<Adapter.Other> others = new ArrayList<>();
        List<Adapter.Saved> saved = new ArrayList<>();
        for (Tensor tensor : checkpoint.tensors()) {
            Optional<PartName> name = PartName.of(tensor.name());
            if (name.isEmpty()) {
                sort(tensor, saved, others);
            } else if (name.get().part() == Part.BIAS) {
                others.add(new Adapter.Other(tensor, "bias"));
            } else {
                PartName found = name.get();
                modules.computeIfAbsent(found.module(), AdapterModule::new).add(found, tensor);
            }
        }
        List<AdapterTarget> targets = new ArrayList<>();
        for (AdapterModule module : modules.values()) {
            if (module.onlyAlpha()) {
                module.parts().values().forEach(alpha -> others.add(new Adapter.Other(alpha, "scale without factors")));
            } else {
                targets.addAll(targets(module));
            }
        }
        if (targets.isEmpty()) {
            throw new MalformedWeightsException("no factors: " + file + ": none of "
                    + checkpoint.tensors().size() + " tensors is a factor of a low-rank product"
                    + checkpoint.tensors().stream()
                            .limit(SHOWN)
                            .map(Tensor::name)
                            .collect(Collectors.joining(", ", " (", ")"))
                    + "; LoRA and DoRA adapters are measured");
        }
        notes(targets);
        String base = settings == null ? "" : settings.base();
        boolean fanInFanOut = settings != null && settings.fanInFanOut();
        return new Adapter(title(targets), base, fanInFanOut, targets, saved, others, warnings);
    }

    /** PEFT keeps whole weights beside the factors; everything else is said to be left out. */
    private void sort(Tensor tensor, List<Adapter.Saved> saved, List<Adapter.Other> others) {
        String name = tensor.name();
        if (name.startsWith("base_model.model.") && !name.contains("lora_")) {
            String path = name.substring("base_model.model.".length())
                    .replaceFirst("\\.modules_to_save(?:\\.default)?(?=\\.)", "")
                    .replaceFirst("\\.base_layer(?=\\.)", "");
            if (path.matches(".*\\.bias|.*\\.token_adapter\\..*|.*trainable_tokens.*")) {
                others.add(new Adapter.Other(
                        tensor, path.endsWith(".bias") ? "bias" : "rows of an embedding that are replaced"));
            } else {
                saved.add(new Adapter.Saved(path, tensor));
            }
        } else {
            others.add(new Adapter.Other(tensor, "no factor of a low-rank product"));
        }
    }

    private List<AdapterTarget> targets(AdapterModule module) throws IOException {
        if (module.parts().containsKey(Part.MIDDLE)) {
            throw new MalformedWeightsException("adapter of another kind: " + file + ": " + module.name()
                    + " has a third factor (lora_mid); merge it into its base model");
        }
        boolean embedding =
                module.parts().containsKey(Part.EMBEDDING_A) || module.parts().containsKey(Part.EMBEDDING_B);
        boolean lower = module.style() == Style.LOWER;
        Tensor a = embedding ? module.parts().get(Part.EMBEDDING_A) : module.first(Part.A, Part.TURNED_A);
        Tensor b = embedding ? module.parts().get(Part.EMBEDDING_B) : module.first(Part.B, Part.TURNED_B);
        if (a == null || b == null) {
            throw new MalformedWeightsException("missing factor: " + file + ": " + module.name() + " has "
                    + (a == null ? (b == null ? "no A and no B" : "B but no A") : "A but no B")
                    + "; the adapter is incomplete, save or download it again");
        }
        boolean mlx = lower && !gguf.isObject();
        Style style = lower && !mlx ? Style.LLAMA_CPP : module.style();
        styles.add(style.title());
        Factor factorA = Shapes.factor(a, file, mlx, false);
        Factor factorB = Shapes.factor(b, file, mlx, true);
        boolean flipped = style == Style.LLAMA_CPP && module.name().endsWith("token_embd.weight");
        if (flipped) {
            Factor rows = factorA; // [vocabulary, r], and B [dimension, r]
            factorA = factorB.turned();
            factorB = rows;
        }
        if (factorA.rows() != factorB.cols()) {
            throw new MalformedWeightsException("factors do not fit: " + file + ": " + a.name() + " " + a.shape()
                    + " and " + b.name() + " " + b.shape() + "; save or download the adapter again");
        }
        String path = PartName.path(module.name(), style);
        Optional<Tensor> magnitude = Optional.ofNullable(module.parts().get(Part.MAGNITUDE));
        return scaled(module, style, path, factorB, factorA, embedding, magnitude);
    }

    private List<AdapterTarget> scaled(
            AdapterModule module,
            Style style,
            String path,
            Factor b,
            Factor a,
            boolean embedding,
            Optional<Tensor> magnitude)
            throws IOException {
        long inner = a.rows();
        if (style == Style.PEFT && settings != null) {
            ParameterName parameter = ParameterName.of(path, settings.targetParameters());
            long rank = settings.rank(parameter.path()).orElse(inner);
            if (inner % rank != 0 || (inner != rank && !parameter.known())) {
                throw new MalformedWeightsException("rank does not fit: " + file + ": the factors of " + path
                        + " have rank " + inner + ", adapter_config.json says " + rank
                        + "; the settings belong to another adapter, or rank_pattern is incomplete");
            }
            double scale = settings.scale(parameter.path(), rank);
            ranks.add(rank);
            Product whole = new Product(scale, b, a);
            if (inner != rank) {
                return Shapes.experts(parameter.path(), whole, rank);
            }
            return List.of(new AdapterTarget(parameter.path(), -1, embedding ? whole.turned() : whole, magnitude));
        }
        ranks.add(inner);
        double scale = scaleOutside(module, style, inner);
        Product whole = new Product(scale, b, a);
        return List.of(new AdapterTarget(path, -1, embedding ? whole.turned() : whole, magnitude));
    }

    /** s where it is not in PEFT's settings. */
    private double scaleOutside(AdapterModule module, Style style, long rank) throws IOException {
        Tensor alpha = module.parts().get(Part.ALPHA);
        if (alpha != null) {
            return Shapes.number(alpha, file) / rank;
        }
        if (style == Style.LLAMA_CPP) {
            double told = gguf.path("adapter.lora.alpha").asDouble(0);
            return told == 0 ? 1 : told / rank; // as llama.cpp does
        }
        if (style == Style.LOWER) {
            if (settings != null && settings.mlxScale().isPresent()) {
                return settings.mlxScale().getAsDouble();
            }
            throw new MalformedWeightsException(
                    "no scale: " + file
                            + ": MLX keeps it in adapter_config.json (lora_parameters.scale), which is not there; put it beside");
        }
        if (module.name().startsWith("base_model.model.")) {
            throw new MalformedWeightsException("no settings: " + file
                    + ": PEFT keeps α and r in adapter_config.json, which is not beside the weights; put it there");
        }
        String unscaled = "no α is given: s = 1 is taken, as the programs that load such files do";
        if (!warnings.contains(unscaled)) {
            warnings.add(unscaled);
        }
        return 1;
    }

    private void notes(List<AdapterTarget> targets) {
        if (targets.stream().anyMatch(target -> target.magnitude().isPresent())) {
            warnings.add(
                    "DoRA: the rows of the merged weight are rescaled to learned norms, which needs the base model;"
                            + " what is measured of the adapter alone is s·B·A, before that");
        }
        if (settings != null && settings.activated()) {
            warnings.add("activated LoRA: the weights change only after given tokens");
        }
        if (settings != null && settings.replicatesLayers()) {
            warnings.add("layer_replication: layer numbers are those of the enlarged model");
        }
        if (targets.stream().anyMatch(target -> target.expert() >= 0)) {
            warnings.add(
                    "factors of expert parameters (target_parameters): which dimension is the output depends on the"
                            + " base model and on PEFT's version; the numbers do not");
        }
    }

    private String title(List<AdapterTarget> targets) {
        boolean dora = targets.stream().anyMatch(target -> target.magnitude().isPresent());
        String shown = ranks.size() <= SHOWN
                ? ranks.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : ranks.iterator().next() + " to "
                        + ranks.stream().mapToLong(Long::longValue).max().orElse(0);
        return (dora ? "DoRA" : "LoRA") + ", " + String.join(" and ", styles) + ", r = " + shown;
    }
}
