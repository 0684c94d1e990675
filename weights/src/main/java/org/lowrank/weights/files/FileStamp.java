package org.lowrank.weights.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/**
 * What changes with a file's content without reading it: device, inode, both times of change and size. The time of the last
 * change can be set back; the time at which that was done cannot.
 */
public final class FileStamp {
    private static final String UNIX = "unix:dev,ino,ctime,lastModifiedTime,size";

    private FileStamp() {}

    /** As text, for comparison only. */
    public static String of(Path path) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            Map<String, Object> attributes = Files.readAttributes(path, UNIX);
            return new TreeMap<>(attributes).toString();
        }
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return attributes.lastModifiedTime() + " " + attributes.creationTime() + " " + attributes.size() + " "
                + attributes.fileKey();
    }
}
