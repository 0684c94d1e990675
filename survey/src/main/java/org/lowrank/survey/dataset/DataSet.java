package org.lowrank.survey.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.UnreadableResultException;

/** Reads the data set of a survey, wherever it was written. */
public final class DataSet {
    private static final List<String> WANTED =
            List.of("stack", "layer", "matrix", "rows", "cols", "frobenius_norm", "stable_rank");

    private static final String MODEL = "model";

    private DataSet() {}

    /**
     * What a population is made of.
     *
     * @param layer −1 where there is none
     * @param stableRank null for a zero matrix
     */
    public record Entry(
            String model,
            String stack,
            int layer,
            String matrix,
            long rows,
            long cols,
            double frobeniusNorm,
            @Nullable Double stableRank) {}

    /**
     * All rows, model by model in the order of their names.
     *
     * @param place the data set's directory, one file of it, or a file into which others put it, with its column {@code model}
     * @throws UnreadableResultException if it is none
     */
    public static void read(Path place, Consumer<Entry> each) throws UnreadableResultException {
        List<Path> files = files(place);
        if (files.isEmpty()) {
            throw new UnreadableResultException("no data set: " + place
                    + ": there are no rows in it; give the directory survey.parquet that 'lowrank survey' wrote");
        }
        for (Path file : files) {
            try {
                read(file, model(file), each);
            } catch (IOException | RuntimeException e) {
                throw new UnreadableResultException(
                        "not a data set of lowrank: " + file + ": " + reason(e)
                                + "; make it again with 'lowrank survey'",
                        e);
            }
        }
    }

    /** Parquet names a file by an object's identity, which says nothing. */
    private static String reason(Exception failure) {
        String said = String.valueOf(failure.getMessage());
        return said.contains("is not a Parquet file")
                ? "it is no Parquet file"
                : said.lines().findFirst().orElse("");
    }

    private static List<Path> files(Path place) throws UnreadableResultException {
        if (Files.isRegularFile(place)) {
            return List.of(place);
        }
        if (!Files.exists(place)) {
            throw new UnreadableResultException("cannot read: " + place + ": no such path; check the path");
        }
        try (Stream<Path> all = Files.walk(place, 3)) {
            return all.filter(path -> path.getFileName().toString().endsWith(".parquet"))
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UnreadableResultException(
                    "cannot read: " + place + ": " + e.getMessage() + "; check the path", e);
        }
    }

    /** Of the directory a file lies in; empty where it is no partition. */
    private static String model(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        return directory == null || directory.getFileName() == null
                ? ""
                : Partition.model(directory.getFileName().toString()).orElse("");
    }

    private static void read(Path file, String model, Consumer<Entry> each) throws IOException {
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new Gzip())
                .build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            var meta = reader.getFooter().getFileMetaData();
            String noted = meta.getKeyValueMetaData().getOrDefault(ParquetRows.MODEL_KEY, model);
            boolean hasModels = meta.getSchema().containsField(MODEL); // written together by others
            MessageType schema = new MessageType(
                    "matrix",
                    Stream.concat(WANTED.stream(), hasModels ? Stream.of(MODEL) : Stream.empty())
                            .map(name -> meta.getSchema().getType(name))
                            .toList());
            reader.setRequestedSchema(schema);
            MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
            for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
                RecordReader<Group> rows = columns.getRecordReader(pages, new GroupRecordConverter(schema));
                for (long i = 0; i < pages.getRowCount(); i++) {
                    Group row = rows.read();
                    each.accept(entry(hasModels ? row.getString(MODEL, 0) : noted, row));
                }
            }
        }
    }

    private static Entry entry(String model, Group row) {
        boolean inLayer = row.getFieldRepetitionCount("layer") > 0;
        boolean hasRank = row.getFieldRepetitionCount("stable_rank") > 0;
        return new Entry(
                model,
                row.getString("stack", 0),
                inLayer ? row.getInteger("layer", 0) : -1,
                row.getString("matrix", 0),
                row.getLong("rows", 0),
                row.getLong("cols", 0),
                row.getDouble("frobenius_norm", 0),
                hasRank ? (Double) row.getDouble("stable_rank", 0) : null);
    }
}
