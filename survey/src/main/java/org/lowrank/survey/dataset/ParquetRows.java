package org.lowrank.survey.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** Rows of one model as a Parquet file: all columns but {@code model}, which the directory's name tells. */
public final class ParquetRows {
    /** Keys of the file's own notes. */
    public static final String MODEL_KEY = "lowrank.model";

    /** What the model's measurement is known by. */
    public static final String IDENTITY_KEY = "lowrank.identity";

    private static final List<SurveyColumns.Column> COLUMNS = SurveyColumns.ALL.stream()
            .filter(column -> !column.name().equals(SurveyColumns.MODEL))
            .toList();

    private ParquetRows() {}

    /**
     * The file's bytes: equal rows and notes give equal bytes.
     *
     * @param notes kept in the footer
     */
    public static byte[] bytes(List<SurveyRow> rows, Map<String, String> notes) {
        Memory memory = new Memory();
        try (ParquetWriter<SurveyRow> writer = new Builder(memory, notes)
                .withConf(new PlainParquetConfiguration())
                .withCodecFactory(new Gzip())
                .withCompressionCodec(CompressionCodecName.GZIP)
                .build()) {
            for (SurveyRow row : rows) {
                writer.write(row);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e); // memory does not fail
        }
        return SettledFooter.of(memory.bytes.toByteArray());
    }

    static MessageType schema() {
        Types.MessageTypeBuilder schema = Types.buildMessage();
        for (SurveyColumns.Column column : COLUMNS) {
            Types.PrimitiveBuilder<PrimitiveType> type =
                    column.required() ? Types.required(stored(column)) : Types.optional(stored(column));
            schema.addField(
                    column.type() == SurveyColumns.Type.TEXT
                            ? type.as(LogicalTypeAnnotation.stringType()).named(column.name())
                            : type.named(column.name()));
        }
        return schema.named("matrix");
    }

    private static PrimitiveTypeName stored(SurveyColumns.Column column) {
        return switch (column.type()) {
            case TEXT -> PrimitiveTypeName.BINARY;
            case INTEGER -> PrimitiveTypeName.INT32;
            case LONG -> PrimitiveTypeName.INT64;
            case DOUBLE -> PrimitiveTypeName.DOUBLE;
        };
    }

    /** The writer hands each row over field by field. */
    private static final class Support extends WriteSupport<SurveyRow> {
        private final WriteContext context;
        private @Nullable RecordConsumer consumer;

        Support(Map<String, String> notes) {
            this.context = new WriteContext(schema(), notes);
        }

        @Override
        @SuppressWarnings("deprecation") // abstract: there is no other way yet
        public WriteContext init(Configuration configuration) {
            return context;
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return context;
        }

        @Override
        public void prepareForWrite(RecordConsumer given) {
            consumer = given;
        }

        @Override
        public void write(SurveyRow row) {
            RecordConsumer out = Objects.requireNonNull(consumer);
            SurveyColumns.Values values = SurveyColumns.Values.of(row);
            out.startMessage();
            for (int i = 0; i < COLUMNS.size(); i++) {
                SurveyColumns.Column column = COLUMNS.get(i);
                Object value = column.value().apply(values);
                if (value != null) {
                    out.startField(column.name(), i);
                    add(out, value);
                    out.endField(column.name(), i);
                }
            }
            out.endMessage();
        }

        private static void add(RecordConsumer out, Object value) {
            if (value instanceof String text) {
                out.addBinary(Binary.fromString(text));
            } else if (value instanceof Integer number) {
                out.addInteger(number);
            } else if (value instanceof Long number) {
                out.addLong(number);
            } else {
                out.addDouble((Double) value);
            }
        }
    }

    private static final class Builder extends ParquetWriter.Builder<SurveyRow, Builder> {
        private final Map<String, String> notes;

        Builder(OutputFile file, Map<String, String> notes) {
            super(file);
            this.notes = notes;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract: there is no other way yet
        protected WriteSupport<SurveyRow> getWriteSupport(Configuration configuration) {
            return new Support(notes);
        }

        @Override
        protected WriteSupport<SurveyRow> getWriteSupport(ParquetConfiguration configuration) {
            return new Support(notes);
        }
    }

    /** A file in memory: it is written to disk at once, whole. */
    private static final class Memory implements OutputFile {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return bytes.size();
                }

                @Override
                public void write(int b) {
                    bytes.write(b);
                }

                @Override
                public void write(byte[] b, int from, int length) {
                    bytes.write(b, from, length);
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }
}
