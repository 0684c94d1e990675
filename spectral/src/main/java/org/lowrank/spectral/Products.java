package org.lowrank.spectral;

import java.util.List;
import org.lowrank.spectral.matrix.Operand;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/** Where and how the weights are multiplied, all in double. */
public interface Products {
    /** Makes the parts ready for many passes. */
    Session open(List<PackedMatrix> parts, Axis axis);

    /** The most additions one after another behind an element of AᵀAx, both products together. */
    double depth(Operand operand);

    /** For the report. */
    String description();

    /** The passes over a few matrices. */
    interface Session extends AutoCloseable {
        /** z += Aᵀ(Ax) for the vectors x of every process, where A is its operand. */
        void pass(List<Process> running);

        @Override
        void close();
    }
}
