package org.lowrank.weights.writing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lowrank.machine.files.WholeFile;

/** Writes the shards of a plan into a directory, and their index. */
public final class ModelWriter {
    private final Path directory;
    private final ShardPlan plan;
    private final List<ShardPlan.Shard> missing;

    private ModelWriter(Path directory, ShardPlan plan, List<ShardPlan.Shard> missing) {
        this.directory = directory;
        this.plan = plan;
        this.missing = missing;
    }

    /** Gives the values of one tensor. */
    @FunctionalInterface
    public interface Contents {
        /** Puts every element of {@code sink.tensor()} once. */
        void write(TensorSink sink) throws IOException;
    }

    /**
     * Makes the directory and checks that the files will fit; files of those names are replaced one by one.
     *
     * @throws WeightsWriteException if the disk has too little room or the directory cannot be made
     */
    public static ModelWriter open(Path directory, ShardPlan plan) throws WeightsWriteException {
        return open(directory, plan, plan.shards());
    }

    /** The same, keeping the whole shards of this very plan and content that an interrupted run has left. */
    static ModelWriter resume(Path directory, ShardPlan plan) throws WeightsWriteException {
        List<ShardPlan.Shard> missing = new ArrayList<>();
        for (ShardPlan.Shard shard : plan.shards()) {
            if (!isWhole(directory.resolve(shard.file()), shard)) {
                missing.add(shard);
            }
        }
        return open(directory, plan, missing);
    }

    private static ModelWriter open(Path directory, ShardPlan plan, List<ShardPlan.Shard> missing)
            throws WeightsWriteException {
        try {
            Files.createDirectories(directory);
            long needed = missing.stream().mapToLong(ShardPlan.Shard::bytes).sum();
            checkRoom(directory, needed, Files.getFileStore(directory).getUsableSpace());
        } catch (IOException e) {
            throw WeightsWriteException.of(directory, e);
        }
        return new ModelWriter(directory, plan, List.copyOf(missing));
    }

    private static void checkRoom(Path directory, long needed, long usable) throws WeightsWriteException {
        if (needed > usable) {
            throw new WeightsWriteException("disk is too small: " + directory + ": " + needed
                    + " bytes are to be written but " + usable
                    + " are free; make room, choose another directory with --out or a smaller --dtype");
        }
    }

    private static boolean isWhole(Path file, ShardPlan.Shard shard) throws WeightsWriteException {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) != shard.bytes()) {
                return false;
            }
            try (InputStream in = Files.newInputStream(file)) {
                return Arrays.equals(in.readNBytes(shard.header().length), shard.header());
            }
        } catch (IOException e) {
            throw WeightsWriteException.of(file, e);
        }
    }

    /** The shards still to be written. */
    public List<ShardPlan.Shard> missing() {
        return missing;
    }

    /** Starts a shard. The caller fills, commits and closes it. */
    public ShardWriter begin(ShardPlan.Shard shard) throws WeightsWriteException {
        return ShardWriter.begin(directory, shard);
    }

    /** Writes all missing shards, tensor after tensor, and the index. */
    public void write(Contents contents) throws IOException {
        for (ShardPlan.Shard shard : missing) {
            try (ShardWriter writer = begin(shard)) {
                for (ShardPlan.PlacedTensor placed : shard.tensors()) {
                    contents.write(writer.sink(placed.tensor()));
                }
                writer.commit();
            }
        }
        writeIndex();
    }

    /** Writes the index, where there are several shards. The last step: a reader that finds it finds the shards. */
    public void writeIndex() throws WeightsWriteException {
        if (plan.indexFile().isPresent()) {
            try (WholeFile<WeightsWriteException> file =
                    WholeFile.create(directory.resolve(plan.indexFile().get()), WeightsWriteException::of)) {
                file.write(ByteBuffer.wrap(plan.index()), 0);
                file.commit();
            }
        }
    }
}
