package org.lowrank.survey.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.reference.ModelReference;

/** A fake hub, options that lead there, and a listener that remembers. */
abstract class TraceContract {
    static final String MODEL = "example-org/run";

    @TempDir
    Path folder;

    FakeHub hub;
    MeasureOptions options;
    final Log log = new Log();

    @BeforeEach
    void startHub() throws IOException {
        hub = new FakeHub();
        options = MeasureOptions.defaults()
                .withThreads(2)
                .withSource(SourceOptions.defaults()
                        .withDownloadMode(SourceOptions.DownloadMode.SPOOL)
                        .withEnvironment(Map.of(
                                "HF_ENDPOINT", hub.endpoint(),
                                "HF_HOME", folder.resolve("hf").toString(),
                                "LOWRANK_CACHE", folder.resolve("own").toString())));
    }

    @AfterEach
    void stopHub() {
        hub.close();
    }

    /** What was told. */
    static class Log implements TraceListener {
        final List<String> events = new ArrayList<>();

        @Override
        public void ends(TracedRevision revision, boolean reused, List<AnalysisResult.Warning> warnings) {
            events.add((reused ? "reused " : "measured ") + revision.name());
        }

        @Override
        public void duplicate(TracedRevision revision, TracedRevision of) {
            events.add(revision.name() + " is " + of.name());
        }

        @Override
        public void failed(TracedRevision revision, Throwable reason) {
            events.add("failed " + revision.name() + ": " + reason.getMessage());
        }
    }

    TraceResult trace(String reference, String revisions, String out) throws Exception {
        return trace(reference, RevisionChoice.of(revisions), TraceSettings.DEFAULT, out, log)
                .orElseThrow();
    }

    Optional<TraceResult> trace(
            String reference, RevisionChoice choice, TraceSettings settings, String out, TraceListener listener)
            throws Exception {
        TrainingRun run = TrainingRun.of(ModelReference.parse(reference), choice, options.source());
        OutputDirectory directory = OutputDirectory.open(folder.resolve(out));
        Optional<TraceResult> result = TraceRun.of(run, options, settings, directory, listener);
        if (result.isPresent()) {
            result.get().files().write(directory, ResultFormat.DEFAULT);
        }
        return result;
    }

    String csv(String out) throws IOException {
        return Files.readString(folder.resolve(out).resolve("trace.csv"));
    }

    String movement(String out) throws IOException {
        return Files.readString(folder.resolve(out).resolve("movement.csv"));
    }
}
