package org.lowrank.weights.tensor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Short vectors that blocks of weights are made of: a code is the number of a vector.
 *
 * @param width elements of a vector
 * @param levels the vectors one after another
 */
record Codebook(int width, byte[] levels) {
    private static final String RESOURCE = "ggml-codebooks.txt";

    int vectors() {
        return levels.length / width;
    }

    /** Element {@code j} of vector {@code code}. */
    int level(int code, int j) {
        return levels[code * width + j];
    }

    /** ggml's codebook of that name; how they are written is said at the head of the resource. */
    static Codebook ggml(String name) {
        return Objects.requireNonNull(Ggml.ALL.get(name), name);
    }

    /** Read when the first block needs one. */
    private static final class Ggml {
        static final Map<String, Codebook> ALL = read();

        private static Map<String, Codebook> read() {
            try (InputStream stream = Objects.requireNonNull(Codebook.class.getResourceAsStream(RESOURCE));
                    BufferedReader lines =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
                Map<String, Builder> builders = new HashMap<>();
                Builder current = null;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.split(" ", -1);
                    if (words[0].startsWith("i")) {
                        current = new Builder(words);
                        builders.put(words[0], current);
                    } else if (!words[0].equals("#") && current != null) {
                        current.add(words);
                    }
                }
                Map<String, Codebook> books = new HashMap<>();
                builders.forEach((name, builder) -> books.put(name, builder.book()));
                return books;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Builder {
        private final int width;
        private final int[] levels;
        private byte[] vectors = new byte[0];

        /** NAME WIDTH LEVEL LEVEL … */
        Builder(String[] words) {
            width = Integer.parseInt(words[1]);
            levels = Arrays.stream(words).skip(2).mapToInt(Integer::parseInt).toArray();
        }

        void add(String[] words) {
            int bits = levels.length > 4 ? 3 : 2;
            int at = vectors.length;
            vectors = Arrays.copyOf(vectors, at + words.length * width);
            for (String word : words) {
                int packed = Integer.parseInt(word, 16);
                for (int j = 0; j < width; j++) {
                    vectors[at++] = (byte) levels[packed >> (bits * j) & ((1 << bits) - 1)];
                }
            }
        }

        Codebook book() {
            return new Codebook(width, vectors);
        }
    }
}
