package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.Arrays;

/**
 * The elements of an array in row-major order, computed from what is stored when they are asked for. A quantised matrix is
 * an expression of a few: {@code codes.minus(zeros.spread(…)).times(scales.spread(…))}.
 *
 * <p>Values are exact, except where a scheme itself computes in single precision ({@link #inSingle}): nothing is rounded to
 * the half precision some program computes in. Division, and sums that are not of
 * whole numbers, are rounded to double.
 */
public sealed interface Elements
        permits StoredElements,
                PackedElements,
                CodebookElements,
                LookupElements,
                SpreadElements,
                CombinedElements,
                ConstantElements,
                SingleElements,
                SliceNormElements,
                BilinearElements {
    /** Binary digits an element may need; up to 24 fit single precision. */
    int digits();

    /** Whether all elements are whole numbers. */
    boolean whole();

    /** Opens the files' parts this is computed from. */
    Reader open() throws IOException;

    /** Reads elements until closed. Not safe for several threads. */
    interface Reader extends AutoCloseable {
        /**
         * Elements index, index + step, …
         *
         * @param out receives {@code count} values from {@code at} on
         */
        void read(long index, long step, int count, double[] out, int at) throws IOException;

        @Override
        void close();
    }

    /** The elements as they are stored. */
    static Elements of(StoredTensor tensor) {
        return new StoredElements(tensor);
    }

    /** Codes of a few bits packed in the words of a stored tensor. */
    static Elements unpacked(StoredTensor words, PackedCodes packing) {
        return new PackedElements(words, packing);
    }

    /**
     * The norms of the slices of an array seen as before × count × after: element c is √Σ v²(b, c, a) over b and a.
     *
     * @param count 1 for the norm of all elements
     */
    static Elements sliceNorms(StoredTensor array, long count, long after) {
        return new SliceNormElements(array, count, after);
    }

    /** uᵀ W v, one number; W is read with its axes after the first taken together. */
    static Elements bilinear(StoredTensor left, StoredTensor matrix, StoredTensor right) {
        return new BilinearElements(left, matrix, right);
    }

    /** One value everywhere. */
    static Elements constant(double value) {
        return new ConstantElements(value);
    }

    /** Whole numbers, each element looked up in a table of what it stands for. */
    default Elements through(double... table) {
        return new CodebookElements(this, Arrays.stream(table).boxed().toList());
    }

    /** Whole numbers, each looked up in a stored table, which has to have an element for each. */
    default Elements through(StoredTensor table) {
        return new LookupElements(this, table);
    }

    /** Element by element a · b. */
    default Elements times(Elements other) {
        return new CombinedElements(CombinedElements.Operation.TIMES, this, other);
    }

    /** Element by element a / b. */
    default Elements over(Elements other) {
        return new CombinedElements(CombinedElements.Operation.OVER, this, other);
    }

    /** Element by element a + b. */
    default Elements plus(Elements other) {
        return new CombinedElements(CombinedElements.Operation.PLUS, this, other);
    }

    /** Element by element a − b. */
    default Elements minus(Elements other) {
        return new CombinedElements(CombinedElements.Operation.MINUS, this, other);
    }

    /** Each element rounded to single precision, for schemes whose definition computes in it. */
    default Elements inSingle() {
        return new SingleElements(this);
    }

    /** Each element of this for a block of elements of a larger array. */
    default Elements spread(Spread spread) {
        return new SpreadElements(this, spread);
    }
}
