package org.lowrank.weights.format;

/**
 * ONNX has no magic number: a file is taken for a ModelProto if it starts with ir_version, a small number, and goes on with
 * fields of that message, in its types and inside the file, as far as the first bytes tell.
 */
final class OnnxMagic {
    /** Wire type of each field of ModelProto, −1 where it has none (onnx.proto). */
    private static final int[] TYPES = new int[27];

    private static final long LATEST_VERSION = 64;

    static {
        java.util.Arrays.fill(TYPES, -1);
        TYPES[1] = Wire.VARINT; // ir_version
        TYPES[5] = Wire.VARINT; // model_version
        for (int text : new int[] {2, 3, 4, 6, 7, 8, 14, 20, 25, 26}) {
            TYPES[text] = Wire.BYTES;
        }
    }

    private final byte[] head;
    private int at;

    private OnnxMagic(byte[] head) {
        this.head = head;
    }

    static boolean isModel(byte[] head, long size) {
        return head.length > 2 && head[0] == 0x08 && new OnnxMagic(head).fieldsFit(size);
    }

    private boolean fieldsFit(long size) {
        for (int fields = 0; at < head.length; fields++) {
            long tag = varint();
            int field = (int) Math.min(TYPES.length, tag >>> 3);
            if (tag < 0 || field >= TYPES.length || TYPES[field] != (tag & 7)) {
                return false;
            }
            long value = varint();
            if (value < 0) {
                return fields > 0 && at >= head.length; // cut by the end of the first bytes
            }
            if (fields == 0 && (value == 0 || value > LATEST_VERSION)) {
                return false;
            }
            if (TYPES[field] == Wire.BYTES) {
                if (value > size - at) {
                    return false;
                }
                if (value > head.length - at) {
                    return true;
                }
                at += (int) value;
            }
        }
        return true;
    }

    /** −1 where the bytes end first or it is none. */
    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 63 && at < head.length; shift += 7) {
            byte b = head[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        return -1;
    }
}
