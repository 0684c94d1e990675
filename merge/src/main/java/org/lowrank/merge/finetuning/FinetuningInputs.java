package org.lowrank.merge.finetuning;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import org.lowrank.inference.description.KnownConfigurations;
import org.lowrank.inference.text.TextTokenizer;
import org.lowrank.merge.OpenModel;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.task.MissingDataException;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/**
 * What the experiment reads: the encoder and four texts in its tokens.
 *
 * @param base the encoder with an output of zeros
 * @param tokens the texts
 * @param notes what a user should know of where the model came from
 */
public record FinetuningInputs(EncoderWeights base, TokenTexts tokens, List<String> notes) {
    /** Where Debian's base-files has the licences. */
    public static final Path DEBIAN = Path.of("/usr/share/common-licenses");

    /**
     * Reads them.
     *
     * @param directory of the texts that the settings name
     * @throws MissingDataException if a text is missing or is none
     * @throws ModelNotFoundException if the model or its tokenizer is missing
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if it is no BERT encoder
     */
    public static FinetuningInputs read(FinetuningSettings settings, Path directory, SourceOptions options)
            throws IOException, ModelNotFoundException, InterruptedException {
        List<String> texts = new ArrayList<>();
        for (String name : settings.data().texts()) {
            texts.add(text(directory.resolve(name)));
        }
        try (OpenModel model = OpenModel.open(settings.model(), options)) {
            JsonNode own = model.config();
            JsonNode config = own.hasNonNull("model_type")
                    ? own
                    : KnownConfigurations.of(model.provenance().location()).orElse(own);
            TokenTexts tokens = tokens(model, texts);
            EncoderWeights base = EncoderWeights.read(model.checkpoint(), config, settings.layers(), tokens.ids());
            return new FinetuningInputs(base, tokens, model.provenance().notes());
        }
    }

    private static String text(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new MissingDataException("text not found: " + file
                    + ": there is no file; install Debian's base-files, or give --text-dir and --texts");
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new MissingDataException("no text: " + file + ": it is not UTF-8; give another one with --texts");
        }
    }

    private static TokenTexts tokens(OpenModel model, List<String> texts)
            throws IOException, ModelNotFoundException, InterruptedException {
        try (TextTokenizer tokenizer = TextTokenizer.open(model.files())) {
            List<int[]> plain = tokenizer.tokens(texts, false).stream()
                    .map(FinetuningInputs::ids)
                    .toList();
            int[] whole = ids(tokenizer.tokens(List.of(texts.get(0)), true).get(0));
            List<Integer> inner = boxed(plain.get(0));
            int before = Math.max(0, Collections.indexOfSubList(boxed(whole), inner));
            return TokenTexts.of(
                    plain,
                    Arrays.copyOfRange(whole, 0, before),
                    Arrays.copyOfRange(whole, Math.min(whole.length, before + inner.size()), whole.length));
        }
    }

    private static List<Integer> boxed(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    private static int[] ids(List<TextTokenizer.Token> tokens) {
        return tokens.stream().mapToInt(token -> Math.toIntExact(token.id())).toArray();
    }

    /** Tells other texts and other weights apart. */
    String checksum() {
        CRC32 crc = new CRC32();
        for (int[] text : tokens.texts()) {
            for (int row : text) {
                crc.update(row);
                crc.update(row >>> 8);
            }
        }
        base.tensors().values().forEach(values -> {
            for (float value : values.floats()) {
                int bits = Float.floatToRawIntBits(value);
                crc.update(bits);
                crc.update(bits >>> 8);
                crc.update(bits >>> 16);
                crc.update(bits >>> 24);
            }
        });
        return Long.toHexString(crc.getValue());
    }
}
