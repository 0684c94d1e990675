package org.lowrank.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.RemoteFileSystem;

/** Models in any file system that Hadoop knows: {@code s3a:}, {@code hdfs:}, {@code file:}…. A service, see {@link RemoteFileSystem}. */
public final class HadoopModels implements RemoteFileSystem {
    /** For the service loader. */
    public HadoopModels() {}

    @Override
    public boolean serves(String scheme) {
        return true; // whether there is one, its own message tells best
    }

    @Override
    public ModelFiles open(String place, List<String> notes) throws IOException, ModelNotFoundException {
        try {
            Path path = new Path(place);
            FileSystem system = HadoopPlaces.of(path);
            FileStatus status = system.getFileStatus(path);
            return new HadoopModelFiles(system, status, notes);
        } catch (FileNotFoundException e) {
            throw notFound(place, "there is none", e);
        } catch (AccessControlException | AccessDeniedException e) {
            throw notFound(place, "it may not be read", e);
        } catch (UnsupportedFileSystemException e) {
            throw notFound(place, "Hadoop knows no such file system; add its jar with --packages", e);
        } catch (IllegalArgumentException e) {
            throw notFound(place, "not a path", e);
        }
    }

    private static ModelNotFoundException notFound(String place, String why, Exception cause) {
        return new ModelNotFoundException(
                "model not found: " + ForeignText.name(place) + ": " + why + "; check the path and the rights", cause);
    }
}
