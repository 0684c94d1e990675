package org.lowrank.weights.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** Files that are saved where weights should be, named for what they are. */
final class Unreadable {
    private Unreadable() {}

    private static final int HEAD = 512;

    /** The first bytes of a file. */
    static byte[] head(ByteSource source) throws IOException {
        byte[] head = new byte[(int) Math.min(HEAD, source.size())];
        try (ByteSource.Region region = source.read(0, head.length)) {
            region.bytes().get(head);
        }
        return head;
    }

    /** Called only for files that no format recognises. */
    static void refuse(ByteSource source, byte[] head) throws MalformedWeightsException {
        String name = source.name();
        if (head.length == 0) {
            throw new MalformedWeightsException("empty file: " + name + ": 0 bytes; copy or download it again");
        }
        refuseText(name, head);
        String text = new String(head, StandardCharsets.ISO_8859_1);
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (text.startsWith("\u0089HDF")) {
            throw new MalformedWeightsException("HDF5 file: " + name
                    + ": Keras weights are not read; use the model's safetensors, PyTorch or ONNX files");
        }
        if (text.startsWith("\u0000\u0005\u0016\u0007")) {
            throw new MalformedWeightsException("AppleDouble file: " + name
                    + ": macOS keeps a file's attributes in it, not its content; name the file without the leading ._");
        }
        if (name.toLowerCase(Locale.ROOT).endsWith(".msgpack")) {
            throw new MalformedWeightsException("msgpack file: " + name
                    + ": Flax weights are not read; use the model's safetensors or PyTorch files");
        }
        if (lower.startsWith("{\"error") || lower.startsWith("{ \"error")) {
            throw new MalformedWeightsException("error message: " + name
                    + ": a server's JSON error was saved instead of the weights (" + firstLine(text)
                    + "); download the file again");
        }
        if (head.length > 262 && text.startsWith("ustar", 257)) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "tar archive: " + name
                            + ": PyTorch 0.1 checkpoints and archives are not read; save the weights with a newer PyTorch");
        }
    }

    /** Text that stands where a file should be: a pointer to it, or a page about it. */
    static void refuseText(String name, byte[] head) throws MalformedWeightsException {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (text.startsWith("version https://git-lfs.github.com/spec/")) {
            throw new MalformedWeightsException("git-LFS pointer: " + name
                    + ": the file only says where the weights are; run 'git lfs pull' in the clone, or analyse the model by"
                    + " its name");
        }
        if (lower.startsWith("<!doctype html") || lower.startsWith("<html") || lower.startsWith("<?xml")) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "web page: " + name
                            + ": an HTML or XML page was saved instead of the weights; download the file again, logged in if it"
                            + " needs that");
        }
    }

    private static String firstLine(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() > 80 ? line.substring(0, 80) + "…" : line;
    }

    /** What a file of no known format starts with: a server's plain words, or bytes. */
    static String start(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        boolean readable = text.chars().allMatch(c -> (c >= ' ' && c < 127) || c == '\n' || c == '\r' || c == '\t');
        return readable ? "'" + firstLine(text.strip()) + "'" : hex(head, 8);
    }

    private static String hex(byte[] head, int count) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < Math.min(count, head.length); i++) {
            hex.append(String.format(Locale.ROOT, i == 0 ? "%02x" : " %02x", head[i]));
        }
        return hex.toString();
    }
}
