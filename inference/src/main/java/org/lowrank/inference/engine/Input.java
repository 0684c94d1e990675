package org.lowrank.inference.engine;

/**
 * Where in a model activations are taken: what a weight matrix multiplies, or the residual stream.
 *
 * @param site which matrices
 * @param expert number of the expert, −1 where there is none, {@link #SHARED} for the one every token goes to
 */
public record Input(Site site, int expert) {
    /** The expert every token goes to. */
    public static final int SHARED = -2;

    /** Matrices with a common input. */
    public enum Site {
        /** Of Q, K and V. */
        QKV,
        /** Of the attention's output matrix: the heads' outputs beside one another. */
        O,
        /** Of M1 and GATE. */
        M1,
        /** Of M2: the activation's output, times the gated branch. */
        M2,
        /** The residual stream after a layer; after the embedding it is layer −1. */
        HIDDEN,
        /** What the head reads: after the last norm and projection. */
        FINAL
    }

    static Input of(Site site) {
        return new Input(site, -1);
    }

    /** As in run.csv: {@code QKV}, {@code M2:E3}, {@code M2:shared}, {@code hidden}. */
    public String label() {
        String name = site == Site.HIDDEN || site == Site.FINAL
                ? site.name().toLowerCase(java.util.Locale.ROOT)
                : site.name();
        return expert >= 0 ? name + ":E" + expert : expert == SHARED ? name + ":shared" : name;
    }
}
