package org.lowrank.merge.finetuning;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lowrank.trainer.curve.Curve;

/** What an interrupted piece keeps. */
final class Saved {
    private Saved() {}

    static void write(Map<String, double[]> metrics, DataOutputStream out) throws IOException {
        out.writeInt(metrics.size());
        for (Map.Entry<String, double[]> entry : metrics.entrySet()) {
            out.writeUTF(entry.getKey());
            doubles(entry.getValue(), out);
        }
    }

    static Map<String, double[]> metrics(DataInputStream in) throws IOException {
        Map<String, double[]> metrics = new TreeMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            metrics.put(in.readUTF(), doubles(in));
        }
        return metrics;
    }

    static void write(EncoderWeights weights, DataOutputStream out) throws IOException {
        for (EncoderWeights.Values values : weights.tensors().values()) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.floats().length, Float.BYTES));
            bytes.asFloatBuffer().put(values.floats());
            out.write(bytes.array());
        }
    }

    /** Weights of the same shapes as others. */
    static EncoderWeights weights(EncoderWeights like, DataInputStream in) throws IOException {
        List<float[]> elements = new ArrayList<>();
        for (EncoderWeights.Values values : like.tensors().values()) {
            float[] floats = new float[values.floats().length];
            ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(floats.length, Float.BYTES));
            in.readFully(bytes.array());
            bytes.asFloatBuffer().get(floats);
            elements.add(floats);
        }
        return like.with(elements);
    }

    static void write(List<Curve> curves, DataOutputStream out) throws IOException {
        out.writeInt(curves.size());
        for (Curve curve : curves) {
            out.writeUTF(curve.condition());
            out.writeInt(curve.draw());
            out.writeDouble(curve.lambda());
            out.writeUTF(curve.metric());
            out.writeLong(curve.steps()[0]);
            out.writeDouble(curve.last());
        }
    }

    /** Curves of one point. */
    static List<Curve> curves(DataInputStream in) throws IOException {
        List<Curve> curves = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            curves.add(new Curve(
                    in.readUTF(),
                    in.readInt(),
                    in.readDouble(),
                    in.readUTF(),
                    new long[] {in.readLong()},
                    new double[] {in.readDouble()}));
        }
        return curves;
    }

    private static void doubles(double[] values, DataOutputStream out) throws IOException {
        out.writeInt(values.length);
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    private static double[] doubles(DataInputStream in) throws IOException {
        double[] values = new double[in.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readDouble();
        }
        return values;
    }
}
