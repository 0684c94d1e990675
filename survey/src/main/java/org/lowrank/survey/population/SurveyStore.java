package org.lowrank.survey.population;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.survey.dataset.ParquetRows;
import org.lowrank.survey.dataset.Partition;
import org.lowrank.survey.dataset.SurveyColumns;
import org.lowrank.survey.dataset.SurveyRow;
import org.lowrank.survey.work.WorkUnit;

/**
 * What a survey keeps: {@code models/} with the whole result of each model, by which a run goes on where another stopped, {@code units/}
 * with the rows of models that several machines are measuring, and the tables. Every file but the results' times follows from the list
 * and the weights alone, so that it does not matter who writes it, nor how often.
 */
final class SurveyStore {
    private static final String DATA_SET = "survey.parquet";
    private static final String ROWS = "rows.parquet";
    private static final String RESULTS = "models";
    private static final String UNITS = "units";

    /** Saved results read at a time while survey.csv is written. */
    private static final int READ_AHEAD = 32;

    private final SurveyFiles files;

    SurveyStore(SurveyFiles files) {
        this.files = files;
    }

    /** Readable, and with a mark that tells names apart which become the same file name. */
    static String resultName(String model) {
        return RESULTS + "/" + fileName(model) + ".json";
    }

    private static String fileName(String model) {
        String name = ResultFiles.fileName(model);
        String shown = name.length() > 150 ? name.substring(0, 150) : name;
        return shown + "-" + String.format("%08x", model.hashCode());
    }

    private static String rowsName(String model) {
        return DATA_SET + "/" + Partition.directory(model) + "/" + ROWS;
    }

    private static String unitsName(String model) {
        return UNITS + "/" + fileName(model);
    }

    /** By model, fingerprint and place in the division: the rows in it can only be those. */
    private static String unitName(WorkUnit unit) {
        return unitsName(unit.name()) + "/" + unit.identity() + "-" + unit.number() + "-of-" + unit.count() + ".json";
    }

    /** What was saved of a model, where it was measured from the same bytes in the same way. */
    Optional<ModelOutcome> saved(String model, String identity) {
        return result(model).flatMap(result -> ModelOutcome.saved(result, model, identity));
    }

    private Optional<AnalysisResult> result(String model) {
        return read(resultName(model), AnalysisResult.class, AnalysisResult.SCHEMA_VERSION);
    }

    /** Empty where there is none, or it cannot be used: it is then measured again and overwritten. */
    private <T> Optional<T> read(String name, Class<T> type, int newest) {
        try {
            Optional<byte[]> content = files.read(name);
            if (content.isEmpty()) {
                return Optional.empty();
            }
            Path called = Path.of(name);
            String text = new String(content.get(), StandardCharsets.UTF_8);
            return Optional.of(ResultJson.as(ResultJson.parse(text, called), type, newest, called));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Keeps a model's result. */
    void keep(AnalysisResult result) throws ReportWriteException {
        files.write(resultName(result.models().get(0).model()), utf8(ResultJson.writeCompact(result)));
    }

    /** Writes a model's rows into the data set. */
    void write(ModelOutcome outcome) throws ReportWriteException {
        AnalysisResult.Model model = outcome.model();
        List<SurveyRow> rows = outcome.matrices().stream()
                .map(row -> new SurveyRow(row, model.architecture()))
                .toList();
        files.write(
                rowsName(model.model()),
                ParquetRows.bytes(
                        rows,
                        Map.of(ParquetRows.MODEL_KEY, model.model(), ParquetRows.IDENTITY_KEY, model.fingerprint())));
    }

    /**
     * The rows of a unit, kept until the whole model is measured.
     *
     * @param matrices in the order of the unit's
     */
    record SavedUnit(int schemaVersion, String kind, List<MatrixMeasurement> matrices) {
        private static final int SCHEMA_VERSION = 1;

        static SavedUnit of(List<MatrixMeasurement> rows) {
            return new SavedUnit(SCHEMA_VERSION, "unit", rows);
        }
    }

    /** What was saved of a unit. */
    Optional<List<MatrixMeasurement>> rows(WorkUnit unit) {
        return read(unitName(unit), SavedUnit.class, SavedUnit.SCHEMA_VERSION)
                .map(SavedUnit::matrices)
                .filter(rows -> rows.size() == unit.matrices().size());
    }

    /** Keeps the rows of a unit. */
    void keep(WorkUnit unit, List<MatrixMeasurement> rows) throws ReportWriteException {
        files.write(unitName(unit), utf8(ResultJson.writeCompact(SavedUnit.of(rows))));
    }

    /** The model is kept whole: its units are not needed any more. */
    void removeUnits(String model) throws ReportWriteException {
        delete(unitsName(model));
    }

    /** Writes survey.csv model by model in the order given, and takes out of the data set what is not of this survey. */
    void finish(List<SurveyedModel> models) throws ReportWriteException {
        List<String> measured = models.stream()
                .filter(model -> model.status() == SurveyedModel.Status.MEASURED)
                .map(SurveyedModel::model)
                .toList();
        removeOthers(measured);
        if (list(UNITS).isEmpty()) { // else of models that failed, for the next run
            delete(UNITS);
        }
        files.write("survey.csv", stream -> {
            stream.write(csv(List.of(), true));
            for (int from = 0; from < measured.size(); from += READ_AHEAD) {
                List<String> next = measured.subList(from, Math.min(measured.size(), from + READ_AHEAD));
                for (byte[] rows : texts(next)) {
                    stream.write(rows);
                }
            }
        });
    }

    private List<byte[]> texts(List<String> models) throws IOException {
        try {
            return SideBySide.all(
                    "survey-rows",
                    READ_AHEAD,
                    models,
                    model -> csv(
                            rows(result(model)
                                    .orElseThrow(() -> new IOException("the saved result of " + model + " is gone"))),
                            false));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
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
        return utf8(header ? text : text.substring(text.indexOf('\n') + 1));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void removeOthers(List<String> measured) throws ReportWriteException {
        Set<String> kept = new HashSet<>();
        measured.forEach(model -> kept.add(Partition.directory(model)));
        for (String partition : list(DATA_SET)) {
            if (Partition.model(partition).isPresent() && !kept.contains(partition)) {
                delete(DATA_SET + "/" + partition);
            }
        }
    }

    /** What a killed run left half written, by the names under which files are written before they appear. */
    void removeHalfWritten() throws ReportWriteException {
        List<String> places = new ArrayList<>(List.of(RESULTS));
        list(DATA_SET).forEach(partition -> places.add(DATA_SET + "/" + partition));
        list(UNITS).forEach(model -> places.add(UNITS + "/" + model));
        for (String place : places) {
            for (String name : list(place)) {
                if (name.matches("\\.(rows\\.parquet|.+\\.json)\\.[0-9a-f-]{36}.*")) {
                    delete(place + "/" + name);
                }
            }
        }
    }

    private List<String> list(String directory) throws ReportWriteException {
        try {
            return files.list(directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    private void delete(String name) throws ReportWriteException {
        try {
            files.delete(name);
        } catch (IOException e) {
            throw failure(name, e);
        }
    }

    private ReportWriteException failure(String name, IOException e) {
        return new ReportWriteException(
                "cannot write results: " + files.place() + "/" + name + ": " + e.getMessage()
                        + "; choose another directory with --out",
                e);
    }
}
