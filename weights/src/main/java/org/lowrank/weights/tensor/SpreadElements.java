package org.lowrank.weights.tensor;

import java.io.IOException;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** A value per group of elements, seen as a value per element. Only the groups a run of elements touches are read. */
record SpreadElements(Elements groups, Spread spread) implements Elements {
    @Override
    public int digits() {
        return groups.digits();
    }

    @Override
    public boolean whole() {
        return groups.whole();
    }

    @Override
    public Reader open() throws IOException {
        int[] columns = spread.columns().isPresent() ? columns(spread.columns().get()) : new int[0];
        return new Grouped(groups.open(), spread, columns);
    }

    /** The group of each column, checked against how many columns there are; the groups' own reader checks the rest. */
    private int[] columns(StoredTensor list) throws IOException {
        long width = spread.shape().get(spread.shape().size() - 1);
        int[] found = new int[Math.toIntExact(width)];
        double[] values = new double[found.length];
        try (Reader reader = Elements.of(list).open()) {
            reader.read(0, 1, found.length, values, 0);
        }
        long groupCount = spread.block().get(spread.block().size() - 1);
        for (int i = 0; i < found.length; i++) {
            if (!(values[i] >= 0 && values[i] < groupCount)) {
                throw new MalformedWeightsException("bad group: " + list.file() + ": " + list.name() + " puts column "
                        + i + " into group " + values[i] + " of " + groupCount + "; save or download the model again");
            }
            found[i] = (int) values[i];
        }
        return found;
    }

    private static final class Grouped implements Reader {
        private final Reader groups;
        private final Spread spread;
        private final int[] columns;
        private final int last;
        private double[] values = new double[0];

        Grouped(Reader groups, Spread spread, int[] columns) {
            this.groups = groups;
            this.spread = spread;
            this.columns = columns;
            this.last = spread.shape().size() - 1;
        }

        @Override
        public void read(long index, long step, int count, double[] out, int at) throws IOException {
            if (last < 0) {
                one(0, count, out, at);
                return;
            }
            Rows.forEach(
                    spread.shape(),
                    index,
                    step,
                    count,
                    (row, column, run, done) -> row(first(row), column, step, run, out, at + done));
        }

        /** Where the groups of a row begin. */
        private long first(long row) {
            long rest = row;
            long at = 0;
            for (int d = last - 1; d >= 0; d--) {
                long size = spread.shape().get(d);
                at += rest % size / spread.block().get(d) * spread.strides().get(d);
                rest /= size;
            }
            return at;
        }

        private void row(long first, long column, long step, int count, double[] out, int at) throws IOException {
            long from = columns.length > 0 ? 0 : group(column);
            long to = columns.length > 0 ? spread.block().get(last) - 1 : group(column + (count - 1) * step);
            long stride = spread.strides().get(last);
            if (from == to) {
                one(first + from * stride, count, out, at);
            } else if (to - from < 2L * count) {
                int found = (int) (to - from) + 1;
                values = values.length < found ? new double[found] : values;
                groups.read(first + from * stride, stride, found, values, 0);
                if (columns.length == 0 && step == 1) {
                    fill(column - from * spread.block().get(last), count, out, at);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    out[at + i] = values[(int) (group(column + i * step) - from)];
                }
            } else {
                for (int i = 0; i < count; i++) {
                    groups.read(first + group(column + i * step) * stride, 1, 1, out, at + i);
                }
            }
        }

        /** Neighbours, group by group, from the given element of the first group on. */
        private void fill(long inFirst, int count, double[] out, int at) {
            long block = spread.block().get(last);
            int done = 0;
            for (int g = 0; done < count; g++) {
                int end = (int) Math.min(count, (g + 1) * block - inFirst);
                java.util.Arrays.fill(out, at + done, at + end, values[g]);
                done = end;
            }
        }

        private long group(long column) {
            return columns.length > 0
                    ? columns[(int) column]
                    : column / spread.block().get(last);
        }

        private void one(long group, int count, double[] out, int at) throws IOException {
            groups.read(group, 1, 1, out, at);
            java.util.Arrays.fill(out, at, at + count, out[at]);
        }

        @Override
        public void close() {
            groups.close();
        }
    }
}
