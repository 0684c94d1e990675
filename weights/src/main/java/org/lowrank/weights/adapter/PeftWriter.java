package org.lowrank.weights.adapter;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.writing.ModelDirectory;
import org.lowrank.weights.writing.OutputTensor;
import org.lowrank.weights.writing.ShardPlan;
import org.lowrank.weights.writing.TensorSink;

/**
 * Writes an adapter as PEFT does (its page "PEFT checkpoint format"): {@code adapter_model.safetensors} with
 * {@code base_model.model.PATH.lora_A.weight} [r, in] and {@code lora_B.weight} [out, r] in F32, and
 * {@code adapter_config.json}, whose α is each module's r, so that s = 1. Factors wait in a file until all ranks are known; only
 * those being added are in memory.
 */
public final class PeftWriter implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ModelDirectory directory;
    private final Path spoolFile;
    private final FileChannel spool;
    private final Map<String, Spooled> tensors = new LinkedHashMap<>();
    private final Map<String, Integer> ranks = new TreeMap<>();

    private record Spooled(OutputTensor tensor, long offset) {}

    private PeftWriter(ModelDirectory directory, Path spoolFile, FileChannel spool) {
        this.directory = directory;
        this.spoolFile = spoolFile;
        this.spool = spool;
    }

    /** Begins an adapter in a directory under construction. */
    public static PeftWriter open(ModelDirectory directory) throws IOException {
        Path file = directory.building().resolve("factors.part");
        FileChannel channel = FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        return new PeftWriter(directory, file, channel);
    }

    /**
     * Adds a module's factors.
     *
     * @param path of the module in the base model
     * @param b m × r, row by row, of numbers that are F32
     * @param a r × n, row by row, of numbers that are F32
     * @param rank r, at least 1
     */
    public void add(String path, double[] b, double[] a, int rank) throws IOException {
        String module = "base_model.model." + path;
        put(new OutputTensor(module + ".lora_A.weight", DType.F32, List.of((long) rank, (long) a.length / rank)), a);
        put(new OutputTensor(module + ".lora_B.weight", DType.F32, List.of((long) b.length / rank, (long) rank)), b);
        ranks.put(path, rank);
    }

    private void put(OutputTensor tensor, double[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            bytes.putFloat((float) value);
        }
        bytes.flip();
        long offset = spool.size();
        for (long at = offset; bytes.hasRemaining(); ) {
            at += spool.write(bytes, at);
        }
        tensors.put(tensor.name(), new Spooled(tensor, offset));
    }

    /** Modules so far. */
    public int size() {
        return ranks.size();
    }

    /**
     * Writes the files.
     *
     * @param base what the adapter is for, as a user names it
     * @param revision of it, empty where not known
     * @param fanInFanOut whether the base's weights lie as [in, out]
     */
    public void finish(String base, String revision, boolean fanInFanOut) throws IOException {
        ShardPlan plan = ShardPlan.of(
                "adapter_model",
                tensors.values().stream().map(Spooled::tensor).toList(),
                Long.MAX_VALUE); // PEFT reads one file
        directory.weights(plan).write(this::copy);
        directory.write(
                "adapter_config.json",
                settings(base, revision, fanInFanOut, ranks).getBytes(StandardCharsets.UTF_8));
    }

    private void copy(TensorSink sink) throws IOException {
        Spooled spooled = Objects.requireNonNull(tensors.get(sink.tensor().name()));
        long bytes = spooled.tensor().bytes();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(bytes, 1 << 22)).order(ByteOrder.LITTLE_ENDIAN);
        for (long done = 0; done < bytes; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - done));
            while (buffer.hasRemaining()) {
                if (spool.read(buffer, spooled.offset() + done + buffer.position()) < 0) {
                    throw new IOException("factors were lost from " + spoolFile);
                }
            }
            buffer.flip();
            int count = buffer.limit();
            sink.copy(done / Float.BYTES, buffer);
            done += count;
        }
    }

    /** The settings PEFT needs to load it; the commonest rank is r, others are in the patterns. */
    static String settings(String base, String revision, boolean fanInFanOut, Map<String, Integer> ranks)
            throws IOException {
        Map<Integer, Long> counts = new HashMap<>(
                ranks.values().stream().collect(Collectors.groupingBy(rank -> rank, Collectors.counting())));
        int common = counts.entrySet().stream()
                .max(Map.Entry.<Integer, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(1);
        ObjectNode config = JSON.createObjectNode();
        ObjectNode alphas = config.putObject("alpha_pattern");
        config.putNull("auto_mapping");
        config.put("base_model_name_or_path", base);
        config.put("bias", "none");
        config.put("fan_in_fan_out", fanInFanOut);
        config.put("inference_mode", true);
        config.put("init_lora_weights", true);
        config.putNull("layers_pattern");
        config.putNull("layers_to_transform");
        config.put("lora_alpha", common);
        config.put("lora_dropout", 0.0);
        config.putNull("modules_to_save");
        config.put("peft_type", "LORA");
        config.put("r", common);
        ObjectNode patterns = config.putObject("rank_pattern");
        if (revision.isEmpty()) {
            config.putNull("revision");
        } else {
            config.put("revision", revision);
        }
        var modules = config.putArray("target_modules");
        config.putNull("task_type");
        config.put("use_dora", false);
        config.put("use_rslora", false);
        List<String> paths = new ArrayList<>(ranks.keySet());
        paths.sort(Comparator.naturalOrder());
        for (String path : paths) {
            modules.add(path);
            int rank = Objects.requireNonNull(ranks.get(path));
            if (rank != common) {
                patterns.put(path, rank);
                alphas.put(path, rank);
            }
        }
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        return JSON.writer(printer).writeValueAsString(config) + "\n";
    }

    @Override
    public void close() throws IOException {
        try (spool) {
            Files.deleteIfExists(spoolFile);
        }
    }
}
