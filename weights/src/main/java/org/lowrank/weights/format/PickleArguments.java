package org.lowrank.weights.format;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** The bytes of a pickle: opcodes and their arguments, with bounds (Python's pickletools). */
final class PickleArguments {
    private static final long LARGEST_TEXT = 64 << 20;
    private static final int LONGEST_LINE = 1000;

    private final Wire in;
    private final String file;
    private long text;

    PickleArguments(Wire in, String file) {
        this.in = in;
        this.file = file;
    }

    int octet() throws IOException {
        return in.octets(1)[0] & 0xff;
    }

    int int16() throws IOException {
        byte[] b = in.octets(2);
        return (b[0] & 0xff) | (b[1] & 0xff) << 8;
    }

    int int32() throws IOException {
        return in.fixed32();
    }

    void skip64() throws IOException {
        in.fixed64();
    }

    /** LONG1: a Long, or a BigInteger where it does not fit. */
    Object integer() throws IOException {
        byte[] littleEndian = in.octets(octet());
        if (littleEndian.length == 0) {
            return 0L;
        }
        byte[] big = new byte[littleEndian.length];
        for (int i = 0; i < big.length; i++) {
            big[i] = littleEndian[big.length - 1 - i];
        }
        BigInteger value = new BigInteger(big);
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    double bigEndianDouble() throws IOException {
        return Double.longBitsToDouble(Long.reverseBytes(in.fixed64()));
    }

    /** A text's length in four bytes. */
    int length32() throws IOException {
        int length = in.fixed32();
        if (length < 0 || length > in.remaining()) {
            throw bad("a text of " + Integer.toUnsignedString(length) + " bytes");
        }
        return length;
    }

    String utf8(int length) throws IOException {
        addText(length);
        return new String(in.octets(length), StandardCharsets.UTF_8);
    }

    /** Byte strings, which Python 2 used for text. */
    String latin1(int length) throws IOException {
        addText(length);
        return new String(in.octets(length), StandardCharsets.ISO_8859_1);
    }

    /** Up to the next line break. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = octet(); c != '\n'; c = octet()) {
            line.append((char) c);
            if (line.length() > LONGEST_LINE) {
                throw bad("a name of more than " + LONGEST_LINE + " characters");
            }
        }
        addText(line.length());
        return line.toString();
    }

    private void addText(int length) throws MalformedWeightsException {
        text += length;
        if (text > LARGEST_TEXT) {
            throw bad("more than " + LARGEST_TEXT + " bytes of text");
        }
    }

    MalformedWeightsException bad(String why) {
        return new MalformedWeightsException("bad PyTorch file: " + file + ": its pickle holds " + why + " (byte "
                + in.position() + "); save it again");
    }

    MalformedWeightsException refused(String global) {
        return new MalformedWeightsException(
                Flaw.REFUSED,
                "refused pickle: " + file + ": it asks for " + global.strip()
                        + ", which loading weights does not need and could run code; save the state_dict or use safetensors");
    }
}
