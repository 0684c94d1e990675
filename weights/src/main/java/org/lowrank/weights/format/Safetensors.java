package org.lowrank.weights.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * safetensors: u64 N, N bytes of JSON, then the data without holes. Stricter than the reference reader in one point:
 * duplicate names are rejected, as the format's text asks.
 */
final class Safetensors implements WeightFormat {
    private static final long LARGEST_HEADER = 100_000_000;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    @Override
    public String title() {
        return "safetensors";
    }

    @Override
    public boolean recognises(byte[] head, long size) {
        if (head.length < 9) {
            return false;
        }
        long length =
                ByteBuffer.wrap(head).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong(0);
        int at = 8;
        while (at < head.length && Character.isWhitespace(head[at])) {
            at++;
        }
        return length >= 2 && length <= LARGEST_HEADER && at < head.length && head[at] == '{';
    }

    @Override
    public boolean isNamed(byte[] head, String name) {
        return name.endsWith(".safetensors");
    }

    @Override
    public List<Tensor> read(ModelFiles files, String name, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        ByteSource source = opened.open(files, name);
        Map.Entry<Long, JsonNode> header = header(source);
        long start = header.getKey();
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : header.getValue().properties()) {
            if (field.getKey().equals("__metadata__")) {
                checkMetadata(source, field.getValue());
            } else {
                entries.add(Entry.of(source, field.getKey(), field.getValue()));
            }
        }
        checkCover(source, start, entries);
        List<Tensor> tensors = new ArrayList<>();
        for (Entry entry : entries) {
            tensors.add(StoredTensor.plain(
                    entry.name, entry.dtype, entry.shape, source, start + entry.begin, entry.end - entry.begin));
        }
        return tensors;
    }

    private static Map.Entry<Long, JsonNode> header(ByteSource source) throws IOException {
        if (source.size() < 8) {
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "truncated file: " + source.name() + ": " + source.size()
                            + " bytes, too short for a safetensors header; copy or download it again");
        }
        long length;
        try (ByteSource.Region region = source.read(0, 8)) {
            length = region.bytes().getLong(0);
        }
        if (length < 2 || length > LARGEST_HEADER) {
            throw bad(source, "its header claims " + Long.toUnsignedString(length) + " bytes");
        }
        if (8 + length > source.size()) {
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "truncated file: " + source.name() + ": the header needs " + (8 + length)
                            + " bytes but the file has " + source.size() + "; copy or download it again");
        }
        String text;
        try (ByteSource.Region region = source.read(8, (int) length)) {
            text = StandardCharsets.UTF_8.newDecoder().decode(region.bytes()).toString();
        } catch (CharacterCodingException e) {
            throw bad(source, "its header is not UTF-8");
        }
        try (var parser = JSON.createParser(text)) {
            JsonNode root = JSON.readTree(parser);
            if (root == null || !root.isObject() || parser.nextToken() != null) {
                throw bad(source, "its header is not one JSON object");
            }
            return Map.entry(8 + length, root);
        } catch (JsonProcessingException e) {
            throw bad(source, "its header is not valid JSON (" + e.getOriginalMessage() + ")");
        }
    }

    private static void checkMetadata(ByteSource source, JsonNode metadata) throws MalformedWeightsException {
        if (metadata.isNull()) {
            return;
        }
        if (!metadata.isObject()) {
            throw bad(source, "__metadata__ is not an object");
        }
        for (JsonNode value : metadata) {
            if (!value.isTextual()) {
                throw bad(source, "__metadata__ holds a value that is not text");
            }
        }
    }

    /** Sorted by offset, each tensor must start where the last ended, and the last must end with the file. */
    private static void checkCover(ByteSource source, long start, List<Entry> entries)
            throws MalformedWeightsException {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong((Entry e) -> e.begin).thenComparingLong(e -> e.end));
        long at = 0;
        for (Entry entry : sorted) {
            if (entry.begin != at) {
                throw bad(
                        source,
                        "tensor " + entry.name + " starts at " + entry.begin
                                + " of the data, but the one before ends at " + at);
            }
            at = entry.end;
        }
        long expected = start + at;
        if (source.size() < expected) {
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "truncated file: " + source.name() + ": the header describes " + expected
                            + " bytes but the file has " + source.size() + "; copy or download it again");
        }
        if (source.size() > expected) {
            throw bad(source, "the header describes " + expected + " bytes but the file has " + source.size());
        }
    }

    private static MalformedWeightsException bad(ByteSource source, String why) {
        return new MalformedWeightsException("bad safetensors file: " + source.name() + ": " + why + "; save it again");
    }

    private record Entry(String name, DType dtype, List<Long> shape, long begin, long end) {
        static Entry of(ByteSource source, String name, JsonNode node) throws MalformedWeightsException {
            if (!node.isObject()) {
                throw bad(source, "the entry of tensor " + name + " is not an object");
            }
            JsonNode offsets = node.path("data_offsets");
            JsonNode dims = node.path("shape");
            if (!offsets.isArray()
                    || offsets.size() != 2
                    || !dims.isArray()
                    || !node.path("dtype").isTextual()) {
                throw bad(source, "the entry of tensor " + name + " lacks dtype, shape or data_offsets");
            }
            DType dtype = dtype(source, name, node.path("dtype").asText());
            List<Long> shape = new ArrayList<>();
            long elements = 1;
            try {
                for (JsonNode dim : dims) {
                    shape.add(whole(source, name, dim));
                    elements = Math.multiplyExact(elements, dim.longValue());
                }
                long begin = whole(source, name, offsets.get(0));
                long end = whole(source, name, offsets.get(1));
                long bits = Math.multiplyExact(elements, (long) dtype.bits());
                if (bits % 8 != 0 || end - begin != bits / 8) {
                    throw bad(
                            source,
                            "tensor " + name + " of shape " + shape + " and type " + dtype + " needs " + bits / 8
                                    + " bytes but has offsets " + begin + " to " + end);
                }
                return new Entry(name, dtype, List.copyOf(shape), begin, end);
            } catch (ArithmeticException e) {
                throw bad(source, "the shape of tensor " + name + " overflows: " + dims);
            }
        }

        private static long whole(ByteSource source, String name, JsonNode number) throws MalformedWeightsException {
            if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
                throw bad(source, "tensor " + name + " has the size or offset " + number);
            }
            return number.longValue();
        }

        private static DType dtype(ByteSource source, String name, String text) throws MalformedWeightsException {
            String known = text.equals("F8_E4M3FN") ? "F8_E4M3" : text;
            for (DType dtype : DType.values()) {
                if (dtype.name().equals(known) && dtype.bits() > 0) {
                    return dtype;
                }
            }
            throw bad(source, "tensor " + name + " has the unknown type " + text);
        }
    }
}
