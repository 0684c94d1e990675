package org.lowrank.weights.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.LeftOut;

/** The files a checkpoint reads, each opened once, and what the readers found worth saying. */
public final class OpenFiles implements AutoCloseable {
    private final Map<String, ByteSource> sources = new LinkedHashMap<>();
    private final Set<String> described = new LinkedHashSet<>();
    private final Set<String> warnings = new LinkedHashSet<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private final Map<String, Object> metadata = new HashMap<>();

    /** Opens a file, or gives it again. */
    ByteSource open(ModelFiles files, String name) throws IOException, ModelNotFoundException {
        ByteSource source = sources.get(name);
        if (source == null) {
            source = files.open(name);
            sources.put(name, source);
        }
        return source;
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    /** Notes a tensor that is not among the checkpoint's. */
    void leaveOut(LeftOut tensor) {
        leftOut.add(tensor);
    }

    List<LeftOut> leftOut() {
        return List.copyOf(leftOut);
    }

    /** Notes a file that was read but holds no weights: an index, the configuration. */
    void describedBy(String name) {
        described.add(name);
    }

    List<String> described() {
        return List.copyOf(described);
    }

    /** What a format says of the model itself (GGUF's key values). */
    Map<String, Object> metadata() {
        return metadata;
    }

    /** Names of the files opened so far. */
    public List<String> names() {
        return List.copyOf(sources.keySet());
    }

    /** What a reader of the report should know. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    @Override
    public void close() throws IOException {
        for (ByteSource source : sources.values()) {
            source.close();
        }
        sources.clear();
    }
}
