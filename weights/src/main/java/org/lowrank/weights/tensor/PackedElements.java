package org.lowrank.weights.tensor;

import java.io.IOException;

/** Codes of a few bits out of the words they are packed in, as whole numbers from 0 on. */
record PackedElements(StoredTensor words, PackedCodes packing) implements Elements {
    @Override
    public int digits() {
        return packing.bits();
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public Reader open() throws IOException {
        return new Unpacking(Elements.of(words).open(), packing);
    }

    private static final class Unpacking implements Reader {
        private final Reader words;
        private final PackedCodes packing;
        private final int last;
        private final long mask;
        private final long wordMask;
        /** How far right each code of a word is shifted; empty where codes go on across words. */
        private final int[] shifts;

        private double[] fetched = new double[0];
        private double[] next = new double[0];

        Unpacking(Reader words, PackedCodes packing) {
            this.words = words;
            this.packing = packing;
            this.last = packing.shape().size() - 1;
            this.mask = (1L << packing.bits()) - 1;
            this.wordMask = (1L << packing.wordBits()) - 1;
            this.shifts = packing.order().stream()
                    .mapToInt(place -> place * packing.bits())
                    .toArray();
        }

        @Override
        public void read(long index, long step, int count, double[] out, int at) throws IOException {
            Rows.forEach(packing.shape(), index, step, count, (row, column, run, done) -> {
                if (packing.axis() == last) {
                    along(base(row), column, step, run, out, at + done);
                } else {
                    across(row, column, step, run, out, at + done);
                }
            });
        }

        /** The first word of a row's codes, the packed axis left out. */
        private long base(long row) {
            long rest = row;
            long at = 0;
            for (int d = last - 1; d >= 0; d--) {
                long size = packing.shape().get(d);
                at += d == packing.axis() ? 0 : rest % size * packing.strides().get(d);
                rest /= size;
            }
            return at;
        }

        private long packedIndex(long row) {
            long rest = row;
            for (int d = last - 1; d > packing.axis(); d--) {
                rest /= packing.shape().get(d);
            }
            return rest % packing.shape().get(packing.axis());
        }

        /** Codes that follow one another in a word. */
        private void along(long base, long column, long step, int count, double[] out, int at) throws IOException {
            long from = word(column);
            long to = wordAfter(column + (count - 1) * step);
            long stride = packing.strides().get(last);
            if (to - from > 2L * count + 2) {
                for (int i = 0; i < count; i++) {
                    along(base, column + i * step, 1, 1, out, at + i);
                }
                return;
            }
            int found = (int) (to - from);
            fetched = fetched.length < found ? new double[found] : fetched;
            words.read(base + from * stride, stride, found, fetched, 0);
            if (step == 1) {
                unpack(column, count, found, out, at);
                return;
            }
            for (int i = 0; i < count; i++) {
                long position = column + i * step;
                int word = (int) (word(position) - from);
                out[at + i] = code(shift(position), fetched[word], word + 1 < found ? fetched[word + 1] : 0);
            }
        }

        /** Neighbours, word by word. */
        private void unpack(long column, int count, int found, double[] out, int at) {
            int word = 0;
            if (shifts.length > 0) {
                int slot = (int) (column % shifts.length);
                for (int i = 0; i < count; i++) {
                    out[at + i] = bits(fetched[word]) >>> shifts[slot] & mask;
                    if (++slot == shifts.length) {
                        slot = 0;
                        word++;
                    }
                }
                return;
            }
            int shift = shift(column);
            for (int i = 0; i < count; i++) {
                out[at + i] = code(shift, fetched[word], word + 1 < found ? fetched[word + 1] : 0);
                shift += packing.bits();
                if (shift >= packing.wordBits()) {
                    shift -= packing.wordBits();
                    word++;
                }
            }
        }

        /** Codes that lie in the same place of neighbouring words. */
        private void across(long row, long column, long step, int count, double[] out, int at) throws IOException {
            long position = packedIndex(row);
            long axisStride = packing.strides().get(packing.axis());
            long stride = packing.strides().get(last);
            long first = base(row) + word(position) * axisStride + column * stride;
            boolean spans = wordAfter(position) - word(position) > 1;
            fetched = fetched.length < count ? new double[count] : fetched;
            next = spans && next.length < count ? new double[count] : next;
            words.read(first, step * stride, count, fetched, 0);
            if (spans) {
                words.read(first + axisStride, step * stride, count, next, 0);
            }
            int shift = shift(position);
            for (int i = 0; i < count; i++) {
                out[at + i] = code(shift, fetched[i], spans ? next[i] : 0);
            }
        }

        private long word(long position) {
            return shifts.length == 0 ? position * packing.bits() / packing.wordBits() : position / shifts.length;
        }

        private long wordAfter(long position) {
            return shifts.length == 0
                    ? (position * packing.bits() + packing.bits() - 1) / packing.wordBits() + 1
                    : word(position) + 1;
        }

        private int shift(long position) {
            return shifts.length == 0
                    ? (int) (position * packing.bits() % packing.wordBits())
                    : shifts[(int) (position % shifts.length)];
        }

        private long code(int shift, double word, double following) {
            long low = bits(word) >>> shift;
            int missing = packing.wordBits() - shift;
            return (missing < packing.bits() ? low | bits(following) << missing : low) & mask;
        }

        /** The word's bits, whether it was read as signed or unsigned. */
        private long bits(double word) {
            return (long) word & wordMask;
        }

        @Override
        public void close() {
            words.close();
        }
    }
}
