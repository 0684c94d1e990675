package org.lowrank.inference.text;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** One run of the native tokenizer in a Java process of its own ({@link TokenizerChild}), watched. */
final class TokenizerProcess {
    /** Of the processor: a Java process and the largest vocabularies take 3. */
    private static final long WORK_SECONDS = 15;

    /** Seconds to wait for one of work: the machine may be busy. */
    private static final long PATIENCE = 20;

    private static final long LAST_WORDS_SECONDS = 60;
    private static final double CHARACTERS_PER_SECOND = 50_000;
    private static final long LARGEST_RESIDENT = 3L << 30;
    private static final long LOOK_MILLIS = 100;
    private static final int LONGEST_REASON = 300;

    private final Path file;
    private final String model;
    private final String description;

    TokenizerProcess(Path file, String model, String description) {
        this.file = file;
        this.model = model;
        this.description = description;
    }

    List<List<TextTokenizer.Token>> tokens(List<TextTokenizer.Request> texts) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("lowrank-tokenizer", ".log");
        Process process = start(errors);
        try {
            CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> read(process));
            write(process, texts);
            await(process, texts, answer);
            return parse(answered(answer), texts.size(), process, errors);
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(errors);
        }
    }

    private Process start(Path errors) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx2g"));
        command.addAll(List.of(
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                TokenizerChild.class.getName(),
                file.toString()));
        return new ProcessBuilder(command).redirectError(errors.toFile()).start();
    }

    private static byte[] read(Process process) {
        try {
            return process.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process that died does not read: what it says, or its silence, is judged afterwards. */
    private static void write(Process process, List<TextTokenizer.Request> texts) {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()))) {
            out.writeInt(texts.size());
            for (TextTokenizer.Request text : texts) {
                byte[] bytes = text.text().getBytes(StandardCharsets.UTF_8);
                out.writeBoolean(text.special());
                out.writeInt(bytes.length);
                out.write(bytes);
            }
        } catch (IOException died) {
            process.destroy();
        }
    }

    private void await(Process process, List<TextTokenizer.Request> texts, CompletableFuture<byte[]> answer)
            throws InterruptedException, MalformedWeightsException {
        long characters =
                texts.stream().mapToLong(request -> request.text().length()).sum();
        long limit = WORK_SECONDS + (long) (characters / CHARACTERS_PER_SECOND);
        long start = System.nanoTime();
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS) && !answer.isDone()) {
            if (resident(process) > LARGEST_RESIDENT) {
                throw bad("it wants more than " + (LARGEST_RESIDENT >> 30) + " GiB of memory for " + characters
                        + " characters");
            }
            if (worked(process) > limit || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE * limit)) {
                throw bad("it has not ended after " + limit + " seconds of work on " + characters + " characters");
            }
        }
    }

    /** Seconds of processor time, which a busy machine does not lengthen; 0 where the system does not tell. */
    private static long worked(Process process) {
        return process.info()
                .totalCpuDuration()
                .map(java.time.Duration::toSeconds)
                .orElse(0L);
    }

    /** Bytes in memory where the system tells (Linux), else 0. */
    private static long resident(Process process) {
        try {
            String[] pages = Files.readString(Path.of("/proc", Long.toString(process.pid()), "statm"))
                    .split(" ");
            return pages.length > 1 ? 4096 * Long.parseLong(pages[1]) : 0;
        } catch (IOException | NumberFormatException notTold) {
            return 0;
        }
    }

    private static byte[] answered(CompletableFuture<byte[]> answer) throws InterruptedException {
        try {
            return answer.get(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return new byte[0];
        }
    }

    private List<List<TextTokenizer.Token>> parse(byte[] answer, int texts, Process process, Path errors)
            throws IOException, InterruptedException {
        if (answer.length == 0 || answer[0] == TokenizerChild.DEAD) {
            process.waitFor(1, TimeUnit.SECONDS);
            throw bad("it ends its process" + reason(errors));
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(answer))) {
            if (in.readByte() == TokenizerChild.FAILED) {
                throw bad(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
            List<List<TextTokenizer.Token>> all = new ArrayList<>();
            for (int text = 0; text < texts; text++) {
                int count = in.readInt();
                List<TextTokenizer.Token> tokens = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    long id = in.readLong();
                    byte[] name = new byte[in.readInt()];
                    in.readFully(name);
                    tokens.add(new TextTokenizer.Token(id, new String(name, StandardCharsets.UTF_8)));
                }
                all.add(tokens);
            }
            return all;
        } catch (java.io.EOFException cut) {
            throw bad("it ends its process" + reason(errors));
        }
    }

    /** What it said last, for instance the native library's panic. */
    private static String reason(Path errors) throws IOException {
        String said = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8).strip();
        return said.isEmpty()
                ? ""
                : " (" + said.lines().limit(3).reduce((a, b) -> a + " " + b).orElse("") + ")";
    }

    private MalformedWeightsException bad(String why) {
        String line = why.replaceAll("\\s+", " ");
        String shown = line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "…";
        return new MalformedWeightsException("bad tokenizer: " + model + ": " + description + ": " + shown
                + "; save its tokenizer.json again with a newer version of the tokenizers library");
    }
}
