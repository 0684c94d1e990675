package org.lowrank.merge.method;

import java.io.IOException;
import java.util.Set;

/**
 * How several tensors become one. Everything is computed in double and rounded once, when it is written. Where mergekit has the
 * method, its published semantics decide (mergekit 0.1, {@code docs/merge_methods.md} and source); what differs is said.
 */
public interface MergeMethod {
    /** Its name in recipes. */
    String name();

    /** In words, for the report. */
    String title();

    /** Where it is described. */
    String reference();

    /** Its formula in one line. */
    String formula();

    /** Which models it takes. */
    Models models();

    /** The parameters it reads; others in a recipe have no effect and are refused. */
    Set<Parameter> parameters();

    /** Whether weights are divided by their sum unless a recipe says otherwise. */
    default boolean normalizes() {
        return false;
    }

    /** Whether thinned task vectors are rescaled unless a recipe says otherwise. */
    default TensorParameters.Rescale rescales() {
        return TensorParameters.Rescale.NONE;
    }

    /** Reads what must be known of the whole tensor, and gives the rule for its elements. */
    ElementRule prepare(TensorInputs inputs) throws IOException;

    /** What it merges. */
    enum Models {
        /** Models as they are; the base model, if given, lends names, config and tokenizer, and counts only where it is listed. */
        WEIGHTS,
        /** Differences from a base model. */
        TASK_VECTORS,
        /** The base model and one other. */
        BASE_AND_ONE
    }

    /** A parameter of a recipe. */
    enum Parameter {
        WEIGHT,
        DENSITY,
        NORMALIZE,
        RESCALE,
        CONSENSUS_METHOD,
        LAMBDA,
        T,
        RANK,
        SEED;

        /** As written in recipes. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
