package org.lowrank.weights.format;

import java.util.Arrays;
import java.util.Random;

/** Seeded damage to a file: bytes flipped, set to extremes, cut out, inserted, or the end cut off. */
final class Damage {
    private static final int[] EXTREMES = {0x00, 0x01, 0x7f, 0x80, 0xff};

    private final Random random;

    Damage(long seed) {
        this.random = new Random(seed);
    }

    byte[] to(byte[] file) {
        byte[] damaged = file.clone();
        int wounds = 1 + random.nextInt(4);
        for (int i = 0; i < wounds && damaged.length > 0; i++) {
            damaged = wound(damaged);
        }
        return damaged;
    }

    private byte[] wound(byte[] file) {
        int at = random.nextInt(file.length);
        int length = 1 + random.nextInt(8);
        switch (random.nextInt(6)) {
            case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> file[at] = (byte) EXTREMES[random.nextInt(EXTREMES.length)];
            case 2 -> {
                byte value = (byte) EXTREMES[random.nextInt(EXTREMES.length)];
                Arrays.fill(file, at, Math.min(file.length, at + length), value);
            }
            case 3 -> {
                return joined(Arrays.copyOf(file, at), tail(file, at + length));
            }
            case 4 -> {
                byte[] inserted = new byte[length];
                random.nextBytes(inserted);
                return joined(joined(Arrays.copyOf(file, at), inserted), tail(file, at));
            }
            default -> {
                return Arrays.copyOf(file, at);
            }
        }
        return file;
    }

    private static byte[] tail(byte[] file, int from) {
        return from >= file.length ? new byte[0] : Arrays.copyOfRange(file, from, file.length);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
