package org.lowrank.weights.files;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * The JVM reports a mapped file that was cut, or a disk that failed, as an internal error of its own wherever the bytes
 * happened to be read.
 */
public final class LostMemory {
    private LostMemory() {}

    /**
     * What really happened; anything else is thrown as it is.
     *
     * @param before the files that were read, as they were listed then
     */
    public static MalformedWeightsException named(
            InternalError error, ModelFiles files, Collection<ModelFiles.FileEntry> before)
            throws IOException, ModelNotFoundException {
        if (!String.valueOf(error.getMessage()).contains("unsafe memory access")) {
            throw error;
        }
        List<ModelFiles.FileEntry> now = files.list();
        for (ModelFiles.FileEntry entry : before) {
            long size = now.stream()
                    .filter(other -> other.name().equals(entry.name()))
                    .mapToLong(ModelFiles.FileEntry::size)
                    .findFirst()
                    .orElse(0);
            if (size < entry.size()) {
                return new MalformedWeightsException(
                        Flaw.INCOMPLETE,
                        "truncated file: " + entry.name() + ": shortened while being read, from " + entry.size()
                                + " to " + size + " bytes; restore it and run again",
                        error);
            }
        }
        return new MalformedWeightsException(
                "unreadable file: " + files.provenance().location()
                        + ": the disk or the network file system failed while it was read; check it and run again",
                error);
    }
}
