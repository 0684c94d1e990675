package org.lowrank.trainer.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Fashion-MNIST's training set (Xiao et al. 2017): 28 × 28 grey images of ten classes, from the four IDX files as published
 * or their unpacked form. Figure 5's tasks are made of it.
 *
 * @param images number of images
 * @param pixels of one image
 * @param grey images · pixels values 0 … 255
 * @param classes 0 … 9 of each image
 */
public record FashionMnist(int images, int pixels, byte[] grey, byte[] classes) {
    /** Where Debian's package dataset-fashion-mnist puts the files. */
    public static final Path DEBIAN = Path.of("/usr/share/datasets/fashion-mnist");

    private static final String IMAGES = "train-images-idx3-ubyte";
    private static final String LABELS = "train-labels-idx1-ubyte";

    /**
     * Reads images and classes of a directory and checks their counts against each other.
     *
     * @throws MissingDataException if a file is not there
     * @throws MalformedDataException if one is damaged
     */
    public static FashionMnist read(Path directory) throws IOException {
        IdxFile images = IdxFile.read(find(directory, IMAGES), 3);
        IdxFile labels = IdxFile.read(find(directory, LABELS), 1);
        int count = images.dimensions()[0];
        if (labels.dimensions()[0] != count) {
            throw new MalformedDataException("malformed data: " + directory + ": " + count + " images but "
                    + labels.dimensions()[0] + " labels; fetch the files again or choose another --data-dir");
        }
        for (byte label : labels.bytes()) {
            if (label < 0 || label > 9) {
                throw new MalformedDataException("malformed data: " + directory.resolve(LABELS) + ": class "
                        + (label & 0xff) + " is not in 0 to 9; fetch the file again or choose another --data-dir");
            }
        }
        return new FashionMnist(count, images.dimensions()[1] * images.dimensions()[2], images.bytes(), labels.bytes());
    }

    private static Path find(Path directory, String name) throws MissingDataException {
        for (String suffix : new String[] {".gz", ""}) {
            Path file = directory.resolve(name + suffix);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new MissingDataException("Fashion-MNIST not found: " + directory + ": no " + name
                + ".gz; install Debian's dataset-fashion-mnist or name the directory of its IDX files with --data-dir");
    }

    /**
     * Figure 5's orthogonal tasks of one draw: 784 zeros after the pixels of the first, before those of the second, whose
     * labels are inverted.
     */
    public TaskPair orthogonal(int samples, long seed, int draw) {
        return new TaskPair(task(samples, seed, draw, 0, 0, 1), task(samples, seed, draw, 1, pixels, -1));
    }

    /** The contrast: both tasks with the zeros after the pixels, fresh images, the second's labels inverted. */
    public TaskPair same(int samples, long seed, int draw) {
        return new TaskPair(task(samples, seed, draw, 0, 0, 1), task(samples, seed, draw, 2, 0, -1));
    }

    /** Classes 0–4 are −sign, 5–9 +sign; images of unit length, distinct within a task. */
    private Task task(int samples, long seed, int draw, int network, int offset, double sign) {
        if (samples > images) {
            throw new IllegalArgumentException("task: " + samples + " samples of " + images + " images");
        }
        RandomStream random = new RandomStream(Seeds.of(seed, draw, network, Seeds.Use.SAMPLE));
        int[] chosen = distinct(samples, random);
        int d = 2 * pixels;
        double[] x = new double[samples * d];
        double[] y = new double[samples];
        for (int i = 0; i < samples; i++) {
            double square = 0;
            for (int j = 0; j < pixels; j++) {
                double value = grey[chosen[i] * pixels + j] & 0xff;
                x[i * d + offset + j] = value;
                square += value * value;
            }
            for (int j = 0; j < pixels && square > 0; j++) {
                x[i * d + offset + j] /= Math.sqrt(square);
            }
            y[i] = classes[chosen[i]] < 5 ? -sign : sign;
        }
        return new Task(samples, d, x, y);
    }

    private int[] distinct(int count, RandomStream random) {
        int[] all = new int[images];
        Arrays.setAll(all, i -> i);
        for (int i = 0; i < count; i++) {
            int j = i + random.below(images - i);
            int swapped = all[i];
            all[i] = all[j];
            all[j] = swapped;
        }
        return Arrays.copyOf(all, count);
    }
}
