package org.lowrank.survey.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** trainer_state.json, which Hugging Face's trainer writes into every checkpoint: only its step is read, not its long history. */
final class TrainerState {
    private static final String FILE = "trainer_state.json";

    private TrainerState() {}

    /**
     * The step of a checkpoint's folder.
     *
     * @param notes told where the file is there and says nothing
     * @return empty where there is no such file, or no step in it
     */
    static OptionalLong step(Path folder, List<String> notes) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return OptionalLong.empty();
        }
        try (InputStream bytes = Files.newInputStream(file);
                JsonParser json = new JsonFactory().createParser(bytes)) {
            OptionalLong step = step(json);
            if (step.isPresent()) {
                return step;
            }
        } catch (IOException malformed) {
            // Told below.
        }
        notes.add(folder.getFileName() + "/" + FILE + " tells no global_step: the number in the folder's name counts");
        return OptionalLong.empty();
    }

    private static OptionalLong step(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            return OptionalLong.empty();
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = json.currentName().equals("global_step");
            JsonToken value = json.nextToken();
            if (wanted) {
                return value == JsonToken.VALUE_NUMBER_INT
                                && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                                && json.getLongValue() >= 0
                        ? OptionalLong.of(json.getLongValue())
                        : OptionalLong.empty();
            }
            json.skipChildren();
        }
        return OptionalLong.empty();
    }
}
