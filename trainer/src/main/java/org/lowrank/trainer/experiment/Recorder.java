package org.lowrank.trainer.experiment;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.merge.MergeMechanism;
import org.lowrank.trainer.merge.NetworkMeasures;

/** Collects the curves of one draw and λ. */
final class Recorder {
    private record Key(String condition, double lambda, String metric) {}

    private final int draw;
    private final long[] steps;
    private final Map<Key, double[]> values = new LinkedHashMap<>();
    private int at;

    Recorder(int draw, long[] steps) {
        this.draw = draw;
        this.steps = steps;
    }

    /** How many of the steps are recorded. */
    int recorded() {
        return at;
    }

    /** The step to record next; only while {@link #recorded} is below their number. */
    long next() {
        return steps[at];
    }

    boolean complete() {
        return at == steps.length;
    }

    /** One number of the current step. */
    void put(String condition, double lambda, Metric metric, double value) {
        values.computeIfAbsent(new Key(condition, lambda, metric.text()), key -> new double[steps.length])[at] = value;
    }

    /** The loss and errors of a network on a task. */
    void put(String condition, double lambda, Subject subject, NetworkMeasures.Fit fit) {
        put(condition, lambda, Quantity.LOSS.of(subject), fit.loss());
        put(condition, lambda, Quantity.ERROR.of(subject), fit.error());
        put(condition, lambda, Quantity.MARGIN_ERROR.of(subject), fit.marginError());
    }

    /** One number per matrix, counted from 1. */
    void put(String condition, double lambda, Quantity quantity, Subject subject, double[] perMatrix) {
        for (int k = 0; k < perMatrix.length; k++) {
            put(condition, lambda, quantity.at(k + 1).of(subject), perMatrix[k]);
        }
    }

    /** What merging does to one network: {@code output_gap}, {@code activation_gap_h1…}, {@code projection_w1…} and so on. */
    void put(String condition, double lambda, Subject subject, MergeMechanism mechanism) {
        put(condition, lambda, Quantity.OUTPUT_GAP.of(subject), mechanism.outputGap());
        put(condition, lambda, Quantity.SIGNED_GAP.of(subject), mechanism.signedGap());
        for (int k = 0; k < mechanism.cosines().length; k++) {
            put(
                    condition,
                    lambda,
                    Quantity.ACTIVATION_GAP.at(k + 1).of(subject),
                    mechanism.activationGaps()[k]);
            put(
                    condition,
                    lambda,
                    Quantity.COSINE.at(k + 1).of(subject),
                    mechanism.cosines()[k]);
        }
        put(condition, lambda, Quantity.PROJECTION, subject, mechanism.projections());
    }

    /** The current step is complete. */
    void advance() {
        at++;
    }

    List<Curve> curves() {
        List<Curve> curves = new ArrayList<>();
        values.forEach(
                (key, series) -> curves.add(new Curve(key.condition, draw, key.lambda, key.metric, steps, series)));
        return curves;
    }

    void write(DataOutputStream out) throws IOException {
        out.writeInt(at);
        out.writeInt(values.size());
        for (Map.Entry<Key, double[]> entry : values.entrySet()) {
            out.writeUTF(entry.getKey().condition);
            out.writeDouble(entry.getKey().lambda);
            out.writeUTF(entry.getKey().metric);
            for (double value : entry.getValue()) {
                out.writeDouble(value);
            }
        }
    }

    void read(DataInputStream in) throws IOException {
        at = in.readInt();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            Key key = new Key(in.readUTF(), in.readDouble(), in.readUTF());
            double[] series = new double[steps.length];
            for (int j = 0; j < series.length; j++) {
                series[j] = in.readDouble();
            }
            values.put(key, series);
        }
    }
}
