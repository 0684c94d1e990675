package org.lowrank.reports;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Result records as JSON and back: snake_case keys, numbers as the shortest decimals that read back the same double, NaN as
 * the string {@code "NaN"} (JSON has none).
 */
public final class ResultJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(1 << 28)
                            .build())
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
            .build();

    private ResultJson() {}

    /** The text of a result record. */
    public static String write(Object result) {
        try {
            return MAPPER.writeValueAsString(result) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // a record of this program can always be written
        }
    }

    /** The same on one line: for results of many small records, which are no easier to read on many. */
    public static String writeCompact(Object result) {
        try {
            return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // a record of this program can always be written
        }
    }

    /**
     * A saved result as a tree, from a file compressed by gzip too where its name ends in {@code .gz}.
     *
     * @throws UnreadableResultException if there is none, or it is no JSON object with {@code kind} and
     *     {@code schema_version}
     */
    public static JsonNode read(Path file) throws UnreadableResultException {
        try {
            return parse(text(file), file);
        } catch (NoSuchFileException e) {
            throw new UnreadableResultException("no such file: " + file + "; give a result.json that lowrank wrote", e);
        } catch (UnreadableResultException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableResultException("cannot read: " + file + ": " + e.getMessage() + "; check the path", e);
        }
    }

    /**
     * The same of a text that was read elsewhere.
     *
     * @param file what it is called
     */
    public static JsonNode parse(String text, Path file) throws UnreadableResultException {
        try {
            JsonNode tree = MAPPER.readTree(text);
            if (tree == null
                    || !tree.path("kind").isTextual()
                    || !tree.path("schema_version").isInt()) {
                throw new UnreadableResultException("not a saved result: " + file
                        + ": it has no kind and schema_version; give a result.json that lowrank wrote");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw new UnreadableResultException(
                    "not a saved result: " + file + ": " + e.getOriginalMessage() + "; make it again", e);
        }
    }

    private static String text(Path file) throws IOException {
        if (!file.toString().endsWith(".gz")) {
            return Files.readString(file);
        }
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * A tree as the record it was written from, of a layout that is known.
     *
     * @param newest the layout this program writes; earlier ones are read as far as they fit
     * @throws UnreadableResultException if the layout is a later one or it does not fit
     */
    public static <T> T as(JsonNode tree, Class<T> type, int newest, Path file) throws UnreadableResultException {
        int version = tree.path("schema_version").asInt();
        if (version < 1 || version > newest) {
            throw new UnreadableResultException("not a saved result: " + file + ": schema_version " + version
                    + " where 1 to " + newest + " are known; render it with the version of lowrank that wrote it");
        }
        return as(tree, type, file);
    }

    /**
     * A tree as the record it was written from, with everything its type promises.
     *
     * @throws UnreadableResultException if it does not fit
     */
    public static <T> T as(JsonNode tree, Class<T> type, Path file) throws UnreadableResultException {
        T result;
        try {
            result = MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw unreadable(file, e.getOriginalMessage().lines().findFirst().orElse(""), e);
        } catch (RuntimeException e) {
            throw unreadable(file, "its values do not fit together", e);
        }
        Optional<String> missing = CompleteRecord.missing(result);
        if (missing.isPresent()) {
            throw unreadable(file, "it has no " + missing.get(), null);
        }
        return result;
    }

    private static UnreadableResultException unreadable(Path file, String why, @Nullable Throwable cause) {
        String line = "not a saved result: " + file + ": " + why + "; make it again";
        return cause == null ? new UnreadableResultException(line) : new UnreadableResultException(line, cause);
    }
}
