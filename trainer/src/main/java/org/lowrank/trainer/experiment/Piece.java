package org.lowrank.trainer.experiment;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.lowrank.trainer.curve.Curve;

/** Independent work of an experiment: some networks of one draw, advanced in chunks so that it can stop and resume. */
public interface Piece {
    /** Unique in the experiment; names its checkpoint. */
    String name();

    /** Steps of all its networks. */
    long work();

    /** Steps of all its networks so far. */
    long done();

    /** Advances by a few seconds of work at most; false when everything is recorded. */
    boolean advance();

    /** Writes a state from which the same curves follow, perhaps a little older than now. */
    void save(DataOutputStream out) throws IOException;

    /** Goes back to a saved state. */
    void restore(DataInputStream in) throws IOException;

    /** The curves, once everything is recorded. */
    List<Curve> curves();
}
