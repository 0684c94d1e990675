package org.lowrank.trainer.experiment;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.descent.Descent;
import org.lowrank.trainer.merge.NetworkMeasures;
import org.lowrank.trainer.network.ReluNetwork;

/** Some networks trained side by side, step by step, and measured together at the recorded steps. */
final class TrainingPiece implements Piece {
    /** Save periods of a descent between looks at the clock: a few seconds at most. */
    private static final int PERIODS = 16;

    private final String name;
    private final List<Descent> descents;
    private final List<byte[]> saved = new ArrayList<>();
    private final Recorder recorder;
    private final long steps;
    private final Measures measures;

    /** What is recorded of the networks at a step. */
    @FunctionalInterface
    interface Measures {
        void record(Recorder recorder, List<ReluNetwork> networks);
    }

    /**
     * A piece that begins at step 0.
     *
     * @param name unique in the experiment
     * @param steps to train, the last one recorded
     */
    TrainingPiece(String name, long steps, List<Descent> descents, Recorder recorder, Measures measures) {
        this.name = name;
        this.steps = steps;
        this.descents = List.copyOf(descents);
        this.recorder = recorder;
        this.measures = measures;
        descents.forEach(descent -> saved.add(descent.save()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long work() {
        return steps * descents.size();
    }

    @Override
    public long done() {
        return recorder.complete()
                ? work()
                : descents.stream().mapToLong(Descent::step).sum();
    }

    @Override
    public boolean advance() {
        if (recorder.complete()) {
            return false;
        }
        long target = recorder.next();
        for (int network = 0; network < descents.size(); network++) {
            Descent descent = descents.get(network);
            if (descent.step() < target) {
                int chunk = PERIODS * descent.savePeriod();
                // Up to the next multiple, where the state can be kept.
                descent.advanceTo(Math.min(target, (descent.step() / chunk + 1) * chunk));
                if (descent.step() % chunk == 0) {
                    saved.set(network, descent.save());
                }
                return true;
            }
        }
        List<ReluNetwork> networks = descents.stream().map(Descent::network).toList();
        networks.forEach(network -> NetworkMeasures.requireFinite(network, name + ", step " + target));
        measures.record(recorder, networks);
        recorder.advance();
        return !recorder.complete();
    }

    @Override
    public void save(DataOutputStream out) throws IOException {
        recorder.write(out);
        if (!recorder.complete()) {
            for (byte[] state : saved) {
                out.writeInt(state.length);
                out.write(state);
            }
        }
    }

    @Override
    public void restore(DataInputStream in) throws IOException {
        recorder.read(in);
        if (!recorder.complete()) {
            for (int network = 0; network < descents.size(); network++) {
                saved.set(network, in.readNBytes(in.readInt()));
                descents.get(network).restore(saved.get(network));
            }
        }
    }

    @Override
    public List<Curve> curves() {
        return recorder.curves();
    }
}
