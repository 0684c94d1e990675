package org.lowrank.weights.files;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** A file system that models are read from beside this machine's own, which a program that knows one brings with it as a service. */
public interface RemoteFileSystem {
    /** Whether it reads paths of this scheme. */
    boolean serves(String scheme);

    /**
     * A directory or a weight file.
     *
     * @param place as the user wrote it
     * @param notes what a user should know about it
     * @throws ModelNotFoundException if there is none, or it may not be read
     */
    ModelFiles open(String place, List<String> notes) throws IOException, ModelNotFoundException;

    /** The one for a scheme, of those that the thread's class loader finds. */
    static Optional<RemoteFileSystem> serving(String scheme) {
        return ServiceLoader.load(RemoteFileSystem.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(one -> one.serves(scheme))
                .findFirst();
    }
}
