package org.lowrank.survey.population;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.survey.dataset.ParquetRows;
import org.lowrank.survey.dataset.Partition;
import org.lowrank.survey.dataset.SurveyColumns;
import org.lowrank.survey.dataset.SurveyRow;

/**
 * A survey's directory: {@code models/} with the whole result of each model, by which a run goes on where another stopped, and the
 * tables. Each file appears whole, and every one but the results' times follows from the list and the weights alone.
 */
final class SurveyStore implements AutoCloseable {
    private static final String DATA_SET = "survey.parquet";
    private static final String ROWS = "rows.parquet";
    private static final String RESULTS = "models";

    private final OutputDirectory out;
    private final FileChannel lockFile;

    private SurveyStore(OutputDirectory out, FileChannel lockFile) {
        this.out = out;
        this.lockFile = lockFile;
    }

    /**
     * Opens it for one run, and removes what a killed one left half written.
     *
     * @throws ReportWriteException if it cannot be written, or another survey is writing it
     */
    static SurveyStore open(OutputDirectory out) throws ReportWriteException {
        Path place = out.path().resolve(".lowrank-survey");
        try {
            FileChannel channel = FileChannel.open(place, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new ReportWriteException("cannot write results: " + out.path()
                        + ": another survey is writing there; wait for it, or choose another directory with --out");
            }
            SurveyStore store = new SurveyStore(out, channel);
            store.removeHalfWritten();
            return store;
        } catch (ReportWriteException e) {
            throw e;
        } catch (IOException e) {
            throw new ReportWriteException(
                    "cannot write results: " + out.path() + ": " + e.getMessage()
                            + "; choose another directory with --out",
                    e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException sameProcess) {
            return false;
        }
    }

    private void removeHalfWritten() throws IOException {
        for (String part : List.of(RESULTS, DATA_SET)) {
            Path directory = out.path().resolve(part);
            if (Files.isDirectory(directory)) {
                List<Path> left;
                try (Stream<Path> all = Files.walk(directory, 2)) {
                    left = all.filter(file -> file.getFileName()
                                    .toString()
                                    .matches("\\.(rows\\.parquet|.+\\.json)\\.[0-9a-f-]{36}.*"))
                            .toList();
                }
                for (Path file : left) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Readable, and with a mark that tells names apart which become the same file name. */
    static String resultName(String model) {
        String name = ResultFiles.fileName(model);
        String shown = name.length() > 150 ? name.substring(0, 150) : name;
        return RESULTS + "/" + shown + "-" + String.format("%08x", model.hashCode()) + ".json";
    }

    private static String rowsName(String model) {
        return DATA_SET + "/" + Partition.directory(model) + "/" + ROWS;
    }

    /** What was saved of a model, where it was measured from the same bytes in the same way. */
    Optional<ModelOutcome> saved(String model, String identity) {
        return result(model).flatMap(result -> ModelOutcome.saved(result, model, identity));
    }

    private Optional<AnalysisResult> result(String model) {
        Path file = out.path().resolve(resultName(model));
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    ResultJson.as(ResultJson.read(file), AnalysisResult.class, AnalysisResult.SCHEMA_VERSION, file));
        } catch (UnreadableResultException unreadable) {
            return Optional.empty(); // it is measured again and overwritten
        }
    }

    /** Keeps a model's result. */
    void keep(AnalysisResult result) throws ReportWriteException {
        out.write(resultName(result.models().get(0).model()), ResultJson.writeCompact(result));
    }

    /** Writes a model's rows into the data set. */
    void write(ModelOutcome outcome) throws ReportWriteException {
        AnalysisResult.Model model = outcome.model();
        List<SurveyRow> rows = outcome.matrices().stream()
                .map(row -> new SurveyRow(row, model.architecture()))
                .toList();
        out.write(
                rowsName(model.model()),
                ParquetRows.bytes(
                        rows,
                        Map.of(ParquetRows.MODEL_KEY, model.model(), ParquetRows.IDENTITY_KEY, model.fingerprint())));
    }

    /** Writes survey.csv model by model in the order given, and takes out of the data set what is not of this survey. */
    Path finish(List<SurveyedModel> models) throws ReportWriteException {
        Set<String> kept = new HashSet<>();
        for (SurveyedModel model : models) {
            if (model.status() == SurveyedModel.Status.MEASURED) {
                kept.add(Partition.directory(model.model()));
            }
        }
        removeOthers(kept);
        return out.write("survey.csv", stream -> {
            stream.write(csv(List.of(), true));
            for (SurveyedModel model : models) {
                if (model.status() == SurveyedModel.Status.MEASURED) {
                    AnalysisResult result = result(model.model())
                            .orElseThrow(() -> new IOException("the saved result of " + model.model() + " is gone"));
                    stream.write(csv(rows(result), false));
                }
            }
        });
    }

    private static List<SurveyRow> rows(AnalysisResult result) {
        return result.matrices().stream()
                .map(row -> new SurveyRow(row, result.models().get(0).architecture()))
                .toList();
    }

    private static byte[] csv(List<SurveyRow> rows, boolean header) {
        CsvWriter csv = new CsvWriter(SurveyColumns.header());
        rows.forEach(row -> csv.add(SurveyColumns.cells(row)));
        String text = csv.toString();
        return (header ? text : text.substring(text.indexOf('\n') + 1)).getBytes(StandardCharsets.UTF_8);
    }

    private void removeOthers(Set<String> kept) throws ReportWriteException {
        Path dataSet = out.path().resolve(DATA_SET);
        if (!Files.isDirectory(dataSet)) {
            return;
        }
        try (Stream<Path> partitions = Files.list(dataSet)) {
            for (Path partition : partitions.toList()) {
                @Nullable Path name = partition.getFileName();
                if (name != null && Partition.model(name.toString()).isPresent() && !kept.contains(name.toString())) {
                    Files.deleteIfExists(partition.resolve(ROWS));
                    Files.deleteIfExists(partition);
                }
            }
        } catch (IOException e) {
            throw new ReportWriteException(
                    "cannot write results: " + dataSet + ": " + e.getMessage()
                            + "; choose another directory with --out",
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
