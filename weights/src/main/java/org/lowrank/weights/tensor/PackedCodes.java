package org.lowrank.weights.tensor;

import java.util.List;

/**
 * How codes of a few bits lie in words: along one axis of the array the codes of consecutive indices fill a word from its
 * lowest bits up, and then the next word.
 *
 * @param shape of the array of codes
 * @param bits of a code, 1 to 8 and no more than a word has
 * @param wordBits 8, 16 or 32
 * @param axis along which codes share words
 * @param strides of the words along each axis, in words; along {@code axis} from one word to the next
 * @param order place in its word of each code of a word; empty where codes are one stream of bits that goes on across words
 */
public record PackedCodes(List<Long> shape, int bits, int wordBits, int axis, List<Long> strides, List<Integer> order) {
    public PackedCodes {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        order = List.copyOf(order);
        if (bits < 1 || bits > 8 || bits > wordBits || order.size() * bits > wordBits) {
            throw new IllegalArgumentException(bits + " bits in words of " + wordBits + ", order " + order);
        }
    }

    /** Words that {@code codes} codes along the axis take. */
    public long words(long codes) {
        return order.isEmpty()
                ? (Math.multiplyExact(codes, (long) bits) + wordBits - 1) / wordBits
                : (codes + order.size() - 1) / order.size();
    }
}
