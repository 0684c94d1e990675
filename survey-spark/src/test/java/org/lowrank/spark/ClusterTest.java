package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.hub.MadeModels;

/** A standalone cluster on loopback: a master and two workers of one core, one of which is killed in the middle. */
@Tag("spark")
class ClusterTest {
    private static final int TINY = 60;
    private static final String TOKEN = "hf_dontTellAnybodyThisOne";
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern PAGE =
            Pattern.compile("Successfully started service '(?:Master|Worker|Spark)UI' on port (\\d+)");
    private static final Pattern REGISTERED = Pattern.compile("(Successfully registered with master)");

    @TempDir
    Path folder;

    /** 60 of 2 layers, one of 12 layers and 38 MB, one that only the token's owner may read, one that nobody may. */
    private List<String> models(FakeHub hub) {
        List<String> models = new ArrayList<>();
        for (int i = 0; i < TINY; i++) {
            MadeModels.put(hub.repo("org/tiny-" + i), 2, 16, 1000L * i);
            models.add("org/tiny-" + i);
        }
        MadeModels.put(hub.repo("org/large"), 12, 256, 5);
        MadeModels.put(hub.repo("org/gated"), 3, 16, 6).gatedFor(TOKEN);
        MadeModels.put(hub.repo("org/refused"), 2, 16, 7).refused();
        models.add(3, "org/large");
        models.add(17, "org/refused");
        models.add(29, "org/gated");
        return models;
    }

    @Test
    void aKilledWorkerCostsItsTasksOnlyAndNoRowIsTwice() throws Exception {
        try (FakeHub hub = new FakeHub();
                SparkProcesses spark = new SparkProcesses(folder, Map.of("HF_HOME", folder.toString()))) {
            List<String> models = models(hub);
            SurveyBytes.onOneMachine(hub, folder, TOKEN, models, folder.resolve("one"));
            Path list = Files.write(folder.resolve("models.txt"), models);
            Path events = Files.createDirectory(folder.resolve("events"));
            SparkProcesses.Program master = spark.master();
            String address = master.says(MASTER);
            List<SparkProcesses.Program> workers = List.of(spark.worker(address), spark.worker(address));
            for (SparkProcesses.Program worker : workers) {
                worker.says(REGISTERED);
            }
            // the large model's 38 MB take some seconds, so that a worker can be killed among them
            hub.throttle(6_000_000);

            SparkProcesses.Program run = spark.submit(
                    address,
                    List.of(
                            "spark.cores.max=2",
                            "spark.executor.cores=1",
                            "spark.executor.memory=700m",
                            "spark.speculation=true",
                            "spark.speculation.quantile=0.3",
                            "spark.logConf=true",
                            "spark.ui.port=0",
                            "spark.eventLog.enabled=true",
                            "spark.eventLog.dir=" + events.toUri()),
                    Map.of("HF_ENDPOINT", hub.endpoint(), "HF_TOKEN", TOKEN),
                    list.toString(),
                    "--out",
                    folder.resolve("spark").toString(),
                    "--unit-bytes",
                    "1000000");
            Path units = folder.resolve("spark/units");
            await(() -> files(units) >= 3);
            String pages = pages(run, master, workers.get(0), workers.get(1));
            String commands = ProcessHandle.allProcesses()
                    .flatMap(process -> process.info().commandLine().stream())
                    .filter(line -> line.contains("spark"))
                    .reduce("", String::concat);
            workers.get(1).kill();

            assertThat(run.exitCode()).as(run.said()).isEqualTo(ExitCode.NOT_FOUND);
            assertThat(run.said()).contains("Lost executor").contains("model disabled: org/refused");
            assertThat(Files.readString(run.out())).contains(TINY + 2 + " models measured, 0 of them before; 1 failed");
            assertThat(SurveyBytes.of(folder.resolve("spark"))).isEqualTo(SurveyBytes.of(folder.resolve("one")));
            duckDbReadsEachRowOnce(TINY * 2 * 7 + 12 * 7 + 3 * 7);

            // the token reached the executors (org/gated was measured) and nothing tells it
            assertThat(pages).contains("spark.lowrank.hub.token").contains("ALIVE");
            assertThat(commands).contains("CoarseGrainedExecutorBackend").contains("-XX:ObjectAlignmentInBytes=64");
            assertThat(pages + commands).doesNotContain(TOKEN);
            assertThat(filesThatTell(TOKEN)).isEmpty();
            assertThat(files(events)).isPositive();
        }
    }

    /** Q, K, V, QKV, O, M1 and M2 of every layer. */
    private void duckDbReadsEachRowOnce(int rows) throws Exception {
        String all = "'" + folder.resolve("spark/survey.parquet") + "/*/*.parquet'";
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT count(*), count(DISTINCT (model, stack, layer, matrix)),"
                                + " count(DISTINCT model) FROM read_parquet(" + all + ", hive_partitioning = true)")) {
            result.next();
            assertThat(List.of(result.getInt(1), result.getInt(2), result.getInt(3)))
                    .containsExactly(rows, rows, TINY + 2);
        }
    }

    /** What Spark's servers tell of the application while it runs. */
    private static String pages(SparkProcesses.Program driver, SparkProcesses.Program... servers) throws Exception {
        StringBuilder told = new StringBuilder();
        String root = "http://127.0.0.1:" + driver.says(PAGE);
        String applications = get(root + "/api/v1/applications");
        String id = applications.replaceAll("(?s).*\"id\" : \"([^\"]+)\".*", "$1");
        for (String page : List.of("/environment/", "/executors/", "/stages/", "/jobs/")) {
            told.append(get(root + page));
        }
        for (String part : List.of("environment", "allexecutors", "stages?details=true", "jobs")) {
            told.append(get(root + "/api/v1/applications/" + id + "/" + part));
        }
        for (SparkProcesses.Program server : servers) {
            String at = "http://127.0.0.1:" + server.says(PAGE);
            told.append(get(at + "/")).append(get(at + "/json/"));
        }
        return told.toString();
    }

    private static String get(String address) throws Exception {
        HttpResponse<String> answer = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(address).isEqualTo(200);
        return answer.body();
    }

    /** Logs, event logs, what executors said and kept, results. */
    private List<String> filesThatTell(String secret) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            List<String> telling = new ArrayList<>();
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.toString().endsWith(".jar")
                        && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(secret)) {
                    telling.add(file.toString());
                }
            }
            return telling;
        }
    }

    static long files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).count();
        } catch (java.io.UncheckedIOException vanished) {
            return 0;
        }
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    static void await(Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(900);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(20);
        }
    }
}
