package org.lowrank.weights.writing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where every byte of a checkpoint will lie, known before the first one is written. One file {@code stem.safetensors} where
 * the tensors fit, else {@code stem-00001-of-0000M.safetensors} with {@code stem.safetensors.index.json}, the layout that
 * transformers, diffusers and PEFT read.
 *
 * @param stem first part of the file names, {@code model} for a model
 * @param shards the files, tensors in the order given
 * @param totalBytes bytes of all tensors, without headers
 */
public record ShardPlan(String stem, List<Shard> shards, long totalBytes) {
    /** 5 GB, as save_pretrained has it. */
    public static final long USUAL_SHARD_BYTES = 5_000_000_000L;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ALIGNMENT = 8;
    /** What readers accept. */
    private static final int LARGEST_HEADER = 100_000_000;

    /**
     * One file.
     *
     * @param file its name
     * @param tensors with their places, in the file's order
     * @param header length and JSON, the bytes before the data
     */
    public record Shard(String file, List<PlacedTensor> tensors, byte[] header) {
        /** Bytes of the whole file. */
        public long bytes() {
            return header.length
                    + tensors.stream().mapToLong(t -> t.tensor().bytes()).sum();
        }
    }

    /**
     * A tensor in its file.
     *
     * @param tensor what it is
     * @param offset of its first byte in the file
     */
    public record PlacedTensor(OutputTensor tensor, long offset) {}

    /**
     * Plans the files. Tensors fill a shard in the order given until the next one does not fit; one that is larger than a
     * shard has a file of its own.
     *
     * @param shardBytes most bytes of tensors in one file
     * @throws IllegalArgumentException if two tensors have one name
     */
    public static ShardPlan of(String stem, List<OutputTensor> tensors, long shardBytes) {
        Set<String> names = new HashSet<>();
        List<List<OutputTensor>> groups = new ArrayList<>();
        groups.add(new ArrayList<>());
        long inGroup = 0;
        long total = 0;
        for (OutputTensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors are called " + tensor.name());
            }
            if (inGroup > 0 && inGroup + tensor.bytes() > shardBytes) {
                groups.add(new ArrayList<>());
                inGroup = 0;
            }
            groups.get(groups.size() - 1).add(tensor);
            inGroup += tensor.bytes();
            total += tensor.bytes();
        }
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            shards.add(shard(fileName(stem, i + 1, groups.size()), groups.get(i)));
        }
        return new ShardPlan(stem, List.copyOf(shards), total);
    }

    private static String fileName(String stem, int number, int count) {
        return count == 1
                ? stem + ".safetensors"
                : String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", stem, number, count);
    }

    /** Wide elements first, so that each tensor begins at a multiple of its element size, then by name. */
    private static Shard shard(String file, List<OutputTensor> group) {
        List<OutputTensor> sorted = new ArrayList<>(group);
        sorted.sort(Comparator.comparingInt((OutputTensor t) -> -t.width()).thenComparing(OutputTensor::name));
        ObjectNode root = JSON.createObjectNode();
        root.putObject("__metadata__").put("format", "pt");
        long at = 0;
        for (OutputTensor tensor : sorted) {
            ObjectNode entry = root.putObject(tensor.name());
            entry.put("dtype", tensor.dtype().name());
            ArrayNode shape = entry.putArray("shape");
            tensor.shape().forEach(shape::add);
            entry.putArray("data_offsets").add(at).add(at + tensor.bytes());
            at += tensor.bytes();
        }
        byte[] header = header(file, root);
        List<PlacedTensor> placed = new ArrayList<>();
        long offset = header.length;
        for (OutputTensor tensor : sorted) {
            placed.add(new PlacedTensor(tensor, offset));
            offset += tensor.bytes();
        }
        return new Shard(file, List.copyOf(placed), header);
    }

    /** Length as u64, JSON, spaces up to a multiple of 8. */
    private static byte[] header(String file, ObjectNode root) {
        byte[] json;
        try {
            json = JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a tensor's name is no text: " + file, e);
        }
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (padded > LARGEST_HEADER) {
            throw new IllegalArgumentException(
                    file + " would have a header of " + padded + " bytes, more than readers accept");
        }
        ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    /** Bytes of all files. */
    public long fileBytes() {
        return shards.stream().mapToLong(Shard::bytes).sum();
    }

    /** Name of the index, where there are several files. */
    public Optional<String> indexFile() {
        return shards.size() > 1 ? Optional.of(stem + ".safetensors.index.json") : Optional.empty();
    }

    /** The index: metadata.total_size and which file holds which tensor, by name. */
    byte[] index() {
        TreeMap<String, String> fileOf = new TreeMap<>();
        shards.forEach(shard ->
                shard.tensors().forEach(placed -> fileOf.put(placed.tensor().name(), shard.file())));
        ObjectNode root = JSON.createObjectNode();
        root.putObject("metadata").put("total_size", totalBytes);
        ObjectNode map = root.putObject("weight_map");
        fileOf.forEach(map::put);
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        try {
            return (JSON.writer(printer).writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a tensor's name is no text: " + stem, e);
        }
    }
}
