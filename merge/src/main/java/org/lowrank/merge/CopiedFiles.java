package org.lowrank.merge;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.writing.ModelDirectory;

/** The files of the base that make weights a model: configuration, tokenizer, generation settings, licence. */
final class CopiedFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LARGEST = 200L << 20;
    private static final Pattern WANTED = Pattern.compile(
            "([^/]*\\.(json|txt|model|tiktoken|jinja|spm|vocab)|(LICENSE|LICENCE|NOTICE|COPYING)[^/]*|\\d+_[A-Za-z]+/config\\.json)");
    private static final Pattern LEFT_OUT =
            Pattern.compile("(.*\\.index\\.json|merge\\.json|result\\.json|trainer_state\\.json"
                    + "|(all|eval|train)_results\\.json|adapter_config\\.json|requirements\\.txt|.*\\.onnx\\.json"
                    + "|quantize_config\\.json|quantization_config\\.json)");

    private CopiedFiles() {}

    /** Copies them; config.json tells the result's dtype where one was chosen. Gives their names. */
    static List<String> copy(ModelFiles files, ModelDirectory directory, Optional<DType> dtype)
            throws IOException, ModelNotFoundException {
        List<String> copied = new ArrayList<>();
        for (ModelFiles.FileEntry entry : files.list()) {
            String name = entry.name();
            if (!WANTED.matcher(name).matches() || LEFT_OUT.matcher(name).matches() || entry.size() > LARGEST) {
                continue;
            }
            try (ByteSource source = files.open(name)) {
                if (name.equals("config.json") && dtype.isPresent()) {
                    directory.write(name, withDtype(source, dtype.get()));
                } else {
                    directory.copy(name, source);
                }
            }
            copied.add(name);
        }
        return copied;
    }

    /** torch_dtype as transformers reads it, or dtype where the config has that already. */
    private static byte[] withDtype(ByteSource source, DType dtype) throws IOException {
        try (ByteSource.Region region = source.read(0, Math.toIntExact(source.size()))) {
            String text = StandardCharsets.UTF_8.decode(region.bytes()).toString();
            JsonNode config = JSON.readTree(text);
            if (!(config instanceof ObjectNode object)) {
                return text.getBytes(StandardCharsets.UTF_8);
            }
            String name = switch (dtype) {
                case F64 -> "float64";
                case F16 -> "float16";
                case BF16 -> "bfloat16";
                default -> "float32";
            };
            object.put(object.has("dtype") && !object.has("torch_dtype") ? "dtype" : "torch_dtype", name);
            DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                    .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                    .withArrayIndenter(new DefaultIndenter("  ", "\n"));
            return (JSON.writer(printer).writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8);
        }
    }
}
