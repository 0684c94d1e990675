package org.lowrank.analyzer.source.format;

import java.nio.ByteBuffer;
import org.lowrank.analyzer.tensor.DType;

/** Dequantisation of GGML's block types (gguf-py, quants.py): a block holds a few scales and packed integers. */
enum GgufBlocks {
    Q4_0(32, 18) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at);
            for (int i = 0; i < 16; i++) {
                int q = b.get(at + 2 + i);
                out[i] = d * ((q & 15) - 8);
                out[i + 16] = d * (((q >> 4) & 15) - 8);
            }
        }
    },
    Q4_1(32, 20) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at);
            float m = half(b, at + 2);
            for (int i = 0; i < 16; i++) {
                int q = b.get(at + 4 + i);
                out[i] = d * (q & 15) + m;
                out[i + 16] = d * ((q >> 4) & 15) + m;
            }
        }
    },
    Q5_0(32, 22) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at);
            int high = b.getInt(at + 2);
            for (int i = 0; i < 16; i++) {
                int q = b.get(at + 6 + i);
                out[i] = d * (((q & 15) | ((high >>> i & 1) << 4)) - 16);
                out[i + 16] = d * (((q >> 4 & 15) | ((high >>> (i + 16) & 1) << 4)) - 16);
            }
        }
    },
    Q5_1(32, 24) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at);
            float m = half(b, at + 2);
            int high = b.getInt(at + 4);
            for (int i = 0; i < 16; i++) {
                int q = b.get(at + 8 + i);
                out[i] = d * ((q & 15) | ((high >>> i & 1) << 4)) + m;
                out[i + 16] = d * ((q >> 4 & 15) | ((high >>> (i + 16) & 1) << 4)) + m;
            }
        }
    },
    Q8_0(32, 34) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at);
            for (int i = 0; i < 32; i++) {
                out[i] = d * b.get(at + 2 + i);
            }
        }
    },
    /** 16 bytes of 4-bit scales and minima, 64 bytes of 2-bit values, d, dmin. */
    Q2_K(256, 84) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at + 80);
            float min = half(b, at + 82);
            int o = 0;
            for (int half = 0; half < 2; half++) {
                for (int shift = 0; shift < 8; shift += 2) {
                    for (int part = 0; part < 2; part++) {
                        int scale = b.get(at + o / 16) & 0xff;
                        float dl = d * (scale & 15);
                        float ml = min * (scale >> 4);
                        for (int l = 0; l < 16; l++) {
                            int q = b.get(at + 16 + 32 * half + 16 * part + l) & 0xff;
                            out[o++] = dl * (q >> shift & 3) - ml;
                        }
                    }
                }
            }
        }
    },
    /** 32 bytes of high bits, 64 of 2-bit values, 12 of 6-bit scales, d. */
    Q3_K(256, 110) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at + 108);
            int o = 0;
            int bit = 0;
            for (int half = 0; half < 2; half++) {
                for (int shift = 0; shift < 8; shift += 2, bit++) {
                    for (int part = 0; part < 2; part++) {
                        float dl = d * (scale(b, at + 96, o / 16) - 32);
                        for (int l = 0; l < 16; l++) {
                            int low = b.get(at + 32 + 32 * half + 16 * part + l) >> shift & 3;
                            int high = b.get(at + 16 * part + l) >> bit & 1;
                            out[o++] = dl * (low - (high == 1 ? 0 : 4));
                        }
                    }
                }
            }
        }

        /** Scale j of 16: four low bits in the first eight bytes, two high bits in the last four. */
        private int scale(ByteBuffer b, int at, int j) {
            int low = j < 8 ? b.get(at + j) & 15 : b.get(at + j - 8) >> 4 & 15;
            int high = b.get(at + 8 + j % 4) >> (2 * (j / 4)) & 3;
            return low | high << 4;
        }
    },
    Q4_K(256, 144) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at);
            float min = half(b, at + 2);
            for (int j = 0; j < 8; j++) {
                float dl = d * kScale(b, at + 4, j);
                float ml = min * kMin(b, at + 4, j);
                for (int l = 0; l < 32; l++) {
                    int q = b.get(at + 16 + 32 * (j / 2) + l) >> (4 * (j % 2)) & 15;
                    out[32 * j + l] = dl * q - ml;
                }
            }
        }
    },
    /** As Q4_K with 32 bytes of fifth bits before the nibbles. */
    Q5_K(256, 176) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at);
            float min = half(b, at + 2);
            for (int j = 0; j < 8; j++) {
                float dl = d * kScale(b, at + 4, j);
                float ml = min * kMin(b, at + 4, j);
                for (int l = 0; l < 32; l++) {
                    int q = b.get(at + 48 + 32 * (j / 2) + l) >> (4 * (j % 2)) & 15;
                    int high = b.get(at + 16 + l) >> j & 1;
                    out[32 * j + l] = dl * (q | high << 4) - ml;
                }
            }
        }
    },
    /** 128 bytes of low nibbles, 64 of high bit pairs, 16 signed scales, d. */
    Q6_K(256, 210) {
        @Override
        void decode(ByteBuffer b, int at, float[] out) {
            float d = half(b, at + 208);
            for (int i = 0; i < 256; i++) {
                int half = i / 128;
                int within = i % 128;
                int quarter = within / 32;
                int l = within % 32;
                int low = b.get(at + 64 * half + 32 * (quarter % 2) + l) >> (4 * (quarter / 2)) & 15;
                int high = b.get(at + 128 + 32 * half + l) >> (2 * quarter) & 3;
                out[i] = d * b.get(at + 192 + i / 16) * ((low | high << 4) - 32);
            }
        }
    };

    final int elements;
    final int bytes;

    GgufBlocks(int elements, int bytes) {
        this.elements = elements;
        this.bytes = bytes;
    }

    /** One block starting at byte {@code at}. */
    abstract void decode(ByteBuffer b, int at, float[] out);

    static float half(ByteBuffer b, int at) {
        return SmallFloats.half(b.getShort(at));
    }

    /** The six-bit scale j of eight, packed with the minima in 12 bytes. */
    static int kScale(ByteBuffer b, int at, int j) {
        return j < 4 ? b.get(at + j) & 63 : (b.get(at + j + 4) & 15) | (b.get(at + j - 4) >> 6 & 3) << 4;
    }

    /** The six-bit minimum j of eight. */
    static int kMin(ByteBuffer b, int at, int j) {
        return j < 4 ? b.get(at + j + 4) & 63 : (b.get(at + j + 4) >> 4 & 15) | (b.get(at + j) >> 6 & 3) << 4;
    }

    static ElementDecoder decoder(DType dtype) {
        GgufBlocks type = valueOf(dtype.name());
        return (stored, first, count, out) -> {
            float[] block = new float[type.elements];
            for (long at = first; at < first + count; ) {
                long index = at / type.elements;
                int within = (int) (at % type.elements);
                type.decode(stored, Math.toIntExact(index * type.bytes), block);
                int taken = (int) Math.min(type.elements - within, first + count - at);
                System.arraycopy(block, within, out, (int) (at - first), taken);
                at += taken;
            }
        };
    }
}
