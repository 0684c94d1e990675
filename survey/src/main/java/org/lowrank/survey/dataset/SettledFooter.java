package org.lowrank.survey.dataset;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;

/**
 * A Parquet file whose footer does not depend on the process that wrote it: parquet-java lists a column's encodings in the order of a
 * hash set of enum constants, whose hashes are those of objects, and the notes in that of the map they came in. The footer is the file's end: its Thrift, its length in 4 bytes, {@code
 * PAR1}.
 */
final class SettledFooter {
    private static final int TAIL = 8;

    private SettledFooter() {}

    static byte[] of(byte[] file) {
        int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - TAIL);
        int start = file.length - TAIL - length;
        try {
            FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(file, start, length));
            for (RowGroup group : footer.getRow_groups()) {
                for (ColumnChunk column : group.getColumns()) {
                    settle(column.getMeta_data());
                }
            }
            Collections.sort(footer.getKey_value_metadata());
            ByteArrayOutputStream thrift = new ByteArrayOutputStream(length);
            Util.writeFileMetaData(footer, thrift);
            return ByteBuffer.allocate(start + thrift.size() + TAIL)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(file, 0, start)
                    .put(thrift.toByteArray())
                    .putInt(thrift.size())
                    .put(file, file.length - TAIL / 2, TAIL / 2)
                    .array();
        } catch (IOException e) {
            throw new IllegalStateException(e); // it was written a moment ago
        }
    }

    private static void settle(ColumnMetaData column) {
        Collections.sort(column.getEncodings());
        if (column.isSetEncoding_stats()) {
            Collections.sort(column.getEncoding_stats());
        }
    }
}
