package org.lowrank.weights.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** The files a checkpoint reads, each opened once, and what the readers found worth saying. */
public final class OpenFiles implements AutoCloseable {
    private final Map<String, ByteSource> sources = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
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
        if (!warnings.contains(warning)) {
            warnings.add(warning);
        }
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
    }
}
