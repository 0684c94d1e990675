package org.lowrank.survey.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.MatrixNumbers;
import org.lowrank.analyzer.measurement.MatrixNumbers.SpectralInterval;
import org.lowrank.analyzer.measurement.Spectrum;
import org.lowrank.analyzer.output.AnalysisOutput;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.weights.tensor.DType;

/** The data set as others read it: DuckDB is the reference. */
class DataSetTest {
    private static final ArchitectureCard CARD =
            new ArchitectureCard("bert", 12, 768, 3072, 12, 109_000_000, DType.F32);

    @TempDir
    Path folder;

    private static MatrixMeasurement row(
            String model, MatrixId id, double frobenius, double spectral, Spectrum spectrum) {
        return new MatrixMeasurement(
                model,
                "0123456789abcdef",
                id,
                new MatrixNumbers(
                        3072,
                        768,
                        frobenius,
                        new SpectralInterval(spectral, spectral, spectral * (1 + 1e-9), 1e-10),
                        7,
                        "lanczos",
                        spectrum),
                "F32",
                List.of("a.weight", "b.weight"));
    }

    private static List<SurveyRow> rows(String model) {
        List<SurveyRow> rows = new ArrayList<>();
        rows.add(new SurveyRow(row(model, MatrixId.parse("encoder", 0, "Q"), Math.PI, 0.1 + 0.2, null), CARD));
        rows.add(new SurveyRow(row(model, MatrixId.parse("encoder", 1, "M1:E3"), 0, 0, null), CARD));
        rows.add(new SurveyRow(row(model, MatrixId.parse("other", null, "wte"), Double.MIN_VALUE, 1e-310, null), CARD));
        rows.add(new SurveyRow(
                row(model, MatrixId.parse("encoder", 2, "O"), 5, 4, Spectrum.of(new double[] {4, 2, 2, 1}, 1e-12)),
                CARD));
        return rows;
    }

    private void write(String model) throws Exception {
        Path directory =
                Files.createDirectories(folder.resolve("survey.parquet").resolve(Partition.directory(model)));
        Files.write(
                directory.resolve("rows.parquet"),
                ParquetRows.bytes(rows(model), Map.of(ParquetRows.MODEL_KEY, model)));
    }

    private List<Map<String, Object>> duckdb(String query) throws Exception {
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(
                        query.replace("SURVEY", "read_parquet('" + folder + "/survey.parquet/**/*.parquet')"))) {
            List<Map<String, Object>> all = new ArrayList<>();
            while (found.next()) {
                Map<String, Object> one = new java.util.LinkedHashMap<>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    one.put(found.getMetaData().getColumnName(i), found.getObject(i));
                }
                all.add(one);
            }
            return all;
        }
    }

    @Test
    void duckDbReadsEveryColumnToTheLastBit() throws Exception {
        write("org/model");

        List<Map<String, Object>> read = duckdb("SELECT * FROM SURVEY");

        assertThat(read).hasSize(4);
        assertThat(read.get(0).keySet()).containsExactlyInAnyOrderElementsOf(SurveyColumns.header());
        for (int i = 0; i < read.size(); i++) {
            List<String> expected = SurveyColumns.cells(rows("org/model").get(i));
            List<String> found = new ArrayList<>();
            for (String column : SurveyColumns.header()) {
                Object value = read.get(i).get(column);
                found.add(value == null ? "" : value instanceof Double d ? CsvWriter.number(d) : value.toString());
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    /** What another process runs. */
    public static final class Other {
        private Other() {}

        public static void main(String[] args) throws Exception {
            Files.write(Path.of(args[0]), bytes());
        }

        private static byte[] bytes() {
            return ParquetRows.bytes(
                    rows("org/model"), Map.of(ParquetRows.MODEL_KEY, "org/model", ParquetRows.IDENTITY_KEY, "f00d"));
        }
    }

    @Test
    void everyProcessWritesTheSameBytes() throws Exception {
        for (int i = 0; i < 3; i++) { // hashes of objects differ from one to the next
            Path file = folder.resolve("other-" + i);
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Other.class.getName(),
                            file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(other.waitFor()).isZero();
            assertThat(Files.readAllBytes(file)).isEqualTo(Other.bytes());
        }
    }

    @Test
    void aFileThatDuckDbPutTogetherHasTheModelsOfItsColumn() throws Exception {
        write("org/a");
        write("org/b");
        Path all = folder.resolve("all.parquet");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute(
                    "COPY (FROM '" + folder + "/survey.parquet/**/*.parquet') TO '" + all + "' (COMPRESSION gzip)");
        }

        List<DataSet.Entry> together = new ArrayList<>();
        DataSet.read(all, together::add);
        List<DataSet.Entry> apart = new ArrayList<>();
        DataSet.read(folder.resolve("survey.parquet"), apart::add);

        assertThat(together).containsExactlyInAnyOrderElementsOf(apart);
    }

    @Test
    void columnsOfMatricesCsvComeFirstAndAreTheSame() {
        List<SurveyRow> rows = rows("org/model");
        CsvWriter csv = new CsvWriter(SurveyColumns.header().subList(0, 25));
        rows.forEach(row -> csv.add(SurveyColumns.cells(row).subList(0, 25)));

        assertThat(csv.toString())
                .isEqualTo(AnalysisOutput.matrices(
                        rows.stream().map(SurveyRow::matrix).toList()));
        assertThat(SurveyColumns.header().subList(25, 30))
                .containsExactly(
                        "model_type", "layers", "model_dimension", "feed_forward_dimension", "total_parameters");
    }

    @Test
    void namesOfModelsComeBackFromTheNamesOfDirectories() throws Exception {
        List<String> names =
                List.of("org/name", "a=b%c", "Größe 3", "C:\\models", "x".repeat(90) + "/" + "y".repeat(90));
        for (String name : names) {
            write(name);
            assertThat(Partition.model(Partition.directory(name))).contains(name);
        }

        assertThat(duckdb("SELECT DISTINCT model FROM SURVEY"))
                .extracting(row -> row.get("model"))
                .containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void aNameTooLongForADirectoryIsKeptInTheFile() throws Exception {
        String name = "ä/".repeat(150);
        write(name);

        assertThat(Partition.directory(name).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .hasSizeLessThanOrEqualTo(255);
        List<String> read = new ArrayList<>();
        DataSet.read(folder.resolve("survey.parquet"), entry -> read.add(entry.model()));
        assertThat(read).hasSize(4).containsOnly(name);
    }

    @Test
    void equalRowsAreEqualBytes() {
        assertThat(ParquetRows.bytes(rows("m"), Map.of("k", "v")))
                .isEqualTo(ParquetRows.bytes(rows("m"), Map.of("k", "v")));
    }

    @Test
    void theDataSetIsReadBack() throws Exception {
        write("b/second");
        write("a/first");

        List<DataSet.Entry> read = new ArrayList<>();
        DataSet.read(folder.resolve("survey.parquet"), read::add);

        assertThat(read).hasSize(8);
        assertThat(read.get(0))
                .isEqualTo(new DataSet.Entry("a/first", "encoder", 0, "Q", 3072, 768, Math.PI, Math.PI / (0.1 + 0.2)));
        assertThat(read.get(1).stableRank()).isNull();
        assertThat(read.get(2).layer()).isEqualTo(-1);
        assertThat(read.get(7).model()).isEqualTo("b/second");
    }

    /** As DuckDB writes where nothing else is asked of it. */
    @Test
    void pagesOfAnotherCodecAreNamed() throws Exception {
        write("org/a");
        Path copy = folder.resolve("copy.parquet");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute("COPY (SELECT * FROM read_parquet('" + folder + "/survey.parquet/**/*.parquet')) TO '"
                    + copy + "' (FORMAT parquet)");
        }
        assertThatThrownBy(() -> DataSet.read(copy, row -> {}))
                .isInstanceOf(UnreadableResultException.class)
                .hasMessage("not a data set of lowrank: " + copy
                        + ": its pages are compressed with SNAPPY, not with gzip; make it again with 'lowrank survey'");
    }

    @Test
    void whatIsNoDataSetIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("x.parquet"), "no parquet");
        assertThatThrownBy(() -> DataSet.read(file, entry -> {}))
                .isInstanceOf(UnreadableResultException.class)
                .hasMessage("not a data set of lowrank: " + file
                        + ": it is no Parquet file; make it again with 'lowrank survey'");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> DataSet.read(empty, entry -> {}))
                .hasMessage("no data set: " + empty
                        + ": there are no rows in it; give the directory survey.parquet that 'lowrank survey' wrote");
        assertThatThrownBy(() -> DataSet.read(folder.resolve("none"), entry -> {}))
                .isInstanceOf(UnreadableResultException.class)
                .hasMessage("cannot read: " + folder.resolve("none") + ": no such path; check the path");
    }
}
