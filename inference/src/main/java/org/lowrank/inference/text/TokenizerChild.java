package org.lowrank.inference.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The process that runs the native tokenizer: texts come in on standard input as a count and, each, whether special tokens are
 * added, a length and UTF-8; out go
 * {@link #DONE}, and per text a count and, each, the id, a length and the token; or {@link #FAILED} and why.
 */
public final class TokenizerChild {
    static final byte DONE = 1;
    static final byte FAILED = 2;
    static final byte DEAD = 0;

    private TokenizerChild() {}

    /**
     * Runs.
     *
     * @param arguments the tokenizer.json
     */
    public static void main(String[] arguments) throws IOException {
        List<TextTokenizer.Request> texts = texts();
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)))) {
            Map<String, String> options = Map.of("truncation", "false", "padding", "false");
            try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(Path.of(arguments[0]), options)) {
                List<Encoding> encodings = new ArrayList<>();
                for (TextTokenizer.Request text : texts) {
                    encodings.add(tokenizer.encode(text.text(), text.special(), false));
                }
                out.writeByte(DONE);
                for (Encoding encoding : encodings) {
                    write(encoding, out);
                }
            } catch (RuntimeException e) {
                String message = String.valueOf(e.getMessage());
                out.writeByte(FAILED);
                out.write(message.lines().findFirst().orElse("").strip().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static List<TextTokenizer.Request> texts() throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)))) {
            List<TextTokenizer.Request> texts = new ArrayList<>();
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                boolean special = in.readBoolean();
                byte[] bytes = new byte[in.readInt()];
                in.readFully(bytes);
                texts.add(new TextTokenizer.Request(new String(bytes, StandardCharsets.UTF_8), special));
            }
            return texts;
        }
    }

    private static void write(Encoding encoding, DataOutputStream out) throws IOException {
        long[] ids = encoding.getIds();
        String[] tokens = encoding.getTokens();
        out.writeInt(ids.length);
        for (int i = 0; i < ids.length; i++) {
            byte[] name = tokens[i].getBytes(StandardCharsets.UTF_8);
            out.writeLong(ids[i]);
            out.writeInt(name.length);
            out.write(name);
        }
    }
}
