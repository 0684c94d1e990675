package org.lowrank.merge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import org.lowrank.machine.files.Sha256;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** What decides a merge's bytes: an interrupted run goes on only where all of it is the same. */
final class Fingerprint {
    private static final int BYTES = 8;

    private Fingerprint() {}

    static String of(MergePlan plan, Collection<OpenModel> models, long shardBytes, String version)
            throws IOException, ModelNotFoundException {
        MessageDigest digest = Sha256.digest();
        add(digest, version, Long.toString(shardBytes));
        plan.tensors().forEach(item -> {
            add(digest, item.output().toString(), item.copied());
            add(digest, java.util.Arrays.toString(item.parameters().weights()));
            add(digest, java.util.Arrays.toString(item.parameters().densities()));
            add(digest, numbers(item.parameters()));
        });
        add(digest, plan.recipe().method().name());
        for (OpenModel model : models) {
            add(
                    digest,
                    model.reference(),
                    model.provenance().revision(),
                    model.provenance().location());
            for (ModelFiles.FileEntry file : model.weightFiles()) {
                add(
                        digest,
                        file.name(),
                        Long.toString(file.size()),
                        file.sha256().orElse(""));
                add(digest, model.files().stamp(file.name()).orElse(""));
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
    }

    private static String numbers(org.lowrank.merge.method.TensorParameters p) {
        return p.normalize() + " " + p.rescale() + " " + p.consensus() + " " + p.lambda() + " " + p.t() + " " + p.rank()
                + " " + p.seed();
    }

    private static void add(MessageDigest digest, String... texts) {
        for (String text : texts) {
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
    }
}
