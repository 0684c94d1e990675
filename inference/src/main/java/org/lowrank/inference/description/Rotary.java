package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Angles of rotary positions (Su et al. 2021): position p turns pair i by p·θ^(−2i/r), stretched for long texts as
 * {@code scaling} says.
 *
 * @param theta the base
 * @param size r, how many entries of a head turn; an odd one is completed to a pair
 * @param scaling config.json's description of the stretching, or an empty object
 * @param trained longest sequence of the training before stretching
 * @param positions longest sequence after it
 */
public record Rotary(double theta, int size, JsonNode scaling, int trained, int positions) {
    /** Pairs that turn. */
    public int pairs() {
        return (size + 1) / 2;
    }

    /** The kinds of stretching that are described. */
    static boolean knows(String kind) {
        return switch (kind) {
            case "default", "linear", "dynamic", "llama3", "yarn", "longrope", "su" -> true;
            default -> false;
        };
    }

    private String kind() {
        return scaling.path("rope_type").asText(scaling.path("type").asText("default"));
    }

    /** Angle per position of each pair, for a sequence of this length. */
    public double[] frequencies(int length) {
        return switch (kind()) {
            case "linear" -> divided(plain(theta), scaling.path("factor").asDouble(1));
            case "dynamic" -> plain(dynamicBase(length));
            case "llama3" -> llama3();
            case "yarn" -> yarn();
            case "longrope", "su" -> longRope(length);
            default -> plain(theta);
        };
    }

    private double[] plain(double base) {
        double[] frequencies = new double[pairs()];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, -2.0 * i / size);
        }
        return frequencies;
    }

    private static double[] divided(double[] frequencies, double factor) {
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= factor;
        }
        return frequencies;
    }

    private double dynamicBase(int length) {
        double factor = scaling.path("factor").asDouble(1);
        double longer = factor * Math.max(length, positions) / positions - (factor - 1);
        return theta * Math.pow(longer, (double) size / (size - 2));
    }

    /** Long waves are slowed by the factor, short ones stay, those between are blended. */
    private double[] llama3() {
        double factor = scaling.path("factor").asDouble(1);
        double low = scaling.path("low_freq_factor").asDouble(1);
        double high = scaling.path("high_freq_factor").asDouble(4);
        double[] frequencies = plain(theta);
        for (int i = 0; i < frequencies.length; i++) {
            double turns = trained * frequencies[i] / (2 * Math.PI); // over the old length
            double kept = Math.max(0, Math.min(1, (turns - low) / (high - low)));
            frequencies[i] *= kept + (1 - kept) / factor;
        }
        return frequencies;
    }

    /** Peng et al. 2023: pairs that turn often keep their frequency, slow ones are interpolated. */
    private double[] yarn() {
        double factor = stretch();
        boolean whole = scaling.path("truncate").asBoolean(true);
        double low = yarnPair(scaling.path("beta_fast").asDouble(32));
        double high = yarnPair(scaling.path("beta_slow").asDouble(1));
        low = Math.max(0, whole ? Math.floor(low) : low);
        high = Math.min(size - 1.0, whole ? Math.ceil(high) : high);
        high = low == high ? high + 0.001 : high;
        double[] frequencies = plain(theta);
        for (int i = 0; i < frequencies.length; i++) {
            double interpolated = Math.max(0, Math.min(1, (i - low) / (high - low)));
            frequencies[i] *= interpolated / factor + (1 - interpolated);
        }
        return frequencies;
    }

    private double stretch() {
        return scaling.path("factor").asDouble((double) positions / trained);
    }

    /** The pair that turns this often over the old length. */
    private double yarnPair(double turns) {
        return size * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }

    private double[] longRope(int length) {
        JsonNode factors = scaling.path(length > trained ? "long_factor" : "short_factor");
        double[] frequencies = plain(theta);
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= factors.path(i).asDouble(1);
        }
        return frequencies;
    }

    /** Factor of cosines and sines. */
    public double amplitude() {
        if (scaling.path("attention_factor").isNumber()) {
            return scaling.path("attention_factor").asDouble();
        }
        return switch (kind()) {
            case "yarn" -> yarnAmplitude();
            case "longrope", "su" -> {
                double factor = stretch();
                yield factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
            }
            default -> 1;
        };
    }

    private double yarnAmplitude() {
        double factor = stretch();
        double scale = scaling.path("mscale").asDouble(0);
        double all = scaling.path("mscale_all_dim").asDouble(0);
        return scale != 0 && all != 0 ? magnitude(factor, scale) / magnitude(factor, all) : magnitude(factor, 1);
    }

    private static double magnitude(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }
}
