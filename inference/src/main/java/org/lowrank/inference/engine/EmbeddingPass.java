package org.lowrank.inference.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.description.Transformer;
import org.lowrank.inference.description.Transformer.Embedding;
import org.lowrank.inference.description.Transformer.PositionTable;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** From token ids to the residual stream. Only the rows used are read from the tables. */
final class EmbeddingPass implements AutoCloseable {
    private final Embedding form;
    private final Tensor tokens;
    private final Tensor.Values rows;
    private final int width;
    private final List<FloatStore> stores = new ArrayList<>();
    private final Parts.@Nullable Norm norm;
    private final Parts.@Nullable Linear projection;
    private final @Nullable FloatStore positions;
    private final float[] type;
    private final boolean randomised;

    EmbeddingPass(Transformer transformer, TensorNames names, WeightLoader loader, boolean randomised)
            throws IOException {
        this.randomised = randomised;
        form = transformer.embedding();
        tokens = names.first(form.tokens());
        if (tokens.shape().size() != 2) {
            throw new MalformedWeightsException("wrong shape: " + tokens.file() + ": " + tokens.name() + " is "
                    + tokens.shape() + ", no table of tokens; check config.json");
        }
        width = Math.toIntExact(tokens.shape().get(1));
        norm = form.norm().isPresent()
                ? loader.norm(form.norm().get().module(), form.norm().get().kind(), stores)
                : null;
        Optional<String> project =
                form.projection().filter(module -> names.find(module).isPresent());
        projection = project.isPresent()
                ? loader.plain(project.get(), transformer.sizes().width(), width, stores)
                : null;
        if (projection == null && width != transformer.sizes().width()) {
            throw new MalformedWeightsException(
                    "wrong shape: " + tokens.file() + ": " + tokens.name() + " is " + tokens.shape()
                            + " where the width is " + transformer.sizes().width() + "; check config.json");
        }
        positions = form.positions().isPresent()
                ? loader.table(names.get(form.positions().get().module()), stores)
                : null;
        type = form.types().isPresent() && names.find(form.types().get()).isPresent()
                ? firstRow(loader.table(names.get(form.types().get()), stores))
                : new float[0];
        rows = tokens.open();
    }

    private static float[] firstRow(FloatStore table) {
        float[] row = new float[table.cols];
        table.rows(0, 1).get(row);
        return row;
    }

    /** Number of tokens there are. */
    long vocabulary() {
        return tokens.shape().get(0);
    }

    /** The table of tokens, for heads that share it. */
    Tensor table() {
        return tokens;
    }

    /** The longest sequence the table of positions allows. */
    OptionalInt longest() {
        if (positions == null) {
            return OptionalInt.empty();
        }
        PositionTable table = form.positions().orElseThrow();
        int first = table.padding().isPresent() ? table.padding().getAsInt() + 1 : table.offset();
        return OptionalInt.of(positions.rows - first);
    }

    /** Fills a batch's residual stream. */
    void run(Batch batch, Device device, NDManager memory) throws IOException {
        try (FloatStore store = FloatStore.allocate(memory, batch.tokens(), width);
                NDManager scope = memory.newSubManager()) {
            look(batch, store);
            if (!form.projectFirst()) {
                add(batch, store);
            }
            NDArray x = store.copyOn(device, scope);
            x = norm == null ? x : Operations.norm(x, norm);
            x = projection == null ? x : Operations.linear(x, projection);
            batch.hidden().put(x, 0);
            if (form.projectFirst()) {
                add(batch, batch.hidden());
            }
        }
    }

    private void look(Batch batch, FloatStore store) throws IOException {
        FloatBuffer target = store.floats();
        for (int[] sequence : batch.sequences()) {
            for (int id : sequence) {
                int first = target.position();
                Widening.rows(rows, id, 1, width, target);
                if (randomised) {
                    GaussianFill.replace(target.slice(first, width), tokens.name() + " " + id);
                }
            }
        }
        if (form.scale() != 1) {
            for (int i = 0; i < target.limit(); i++) {
                target.put(i, (float) (target.get(i) * form.scale()));
            }
        }
    }

    /** Positions and the type of every token. */
    private void add(Batch batch, FloatStore store) {
        int token = 0;
        for (int[] sequence : batch.sequences()) {
            int[] places =
                    form.positions().map(table -> places(sequence, table)).orElse(new int[0]);
            for (int i = 0; i < sequence.length; i++, token++) {
                FloatBuffer row = store.rows(token, 1);
                if (positions != null) {
                    FloatBuffer position = positions.rows(places[i], 1);
                    for (int j = 0; j < store.cols; j++) {
                        row.put(j, row.get(j) + position.get(j));
                    }
                }
                for (int j = 0; j < type.length; j++) {
                    row.put(j, row.get(j) + type[j]);
                }
            }
        }
    }

    /** Rows of the table of positions. */
    private static int[] places(int[] sequence, PositionTable table) {
        int[] places = new int[sequence.length];
        int counted = 0;
        for (int i = 0; i < places.length; i++) {
            if (table.padding().isEmpty()) {
                places[i] = table.offset() + i;
            } else {
                int padding = table.padding().getAsInt();
                boolean counts = sequence[i] != padding;
                counted += counts ? 1 : 0;
                places[i] = padding + (counts ? counted : 0);
            }
        }
        return places;
    }

    @Override
    public void close() {
        rows.close();
        stores.forEach(FloatStore::close);
    }
}
