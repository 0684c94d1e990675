package org.lowrank.weights.files;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files below a directory, links followed. What vanishes, loops or may not be looked into is left out: nothing needs it
 * until it is opened by name. A link that leads nowhere is listed with size −1, so that opening it says where it leads.
 */
public final class DirectoryListing extends SimpleFileVisitor<Path> {
    private final Path directory;
    private final List<ModelFiles.FileEntry> entries = new ArrayList<>();

    private DirectoryListing(Path directory) {
        this.directory = directory;
    }

    /**
     * In name order.
     *
     * @param depth levels of folders, 1 for the directory's own files
     * @throws IOException if the directory itself cannot be read
     */
    public static List<ModelFiles.FileEntry> of(Path directory, int depth) throws IOException {
        DirectoryListing listing = new DirectoryListing(directory);
        Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), depth, listing);
        listing.entries.sort(Comparator.comparing(ModelFiles.FileEntry::name));
        return List.copyOf(listing.entries);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (attributes.isRegularFile() || attributes.isSymbolicLink()) {
            String name = directory.relativize(file).toString().replace('\\', '/');
            entries.add(new ModelFiles.FileEntry(
                    name, attributes.isRegularFile() ? attributes.size() : -1, Optional.empty()));
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (file.equals(directory)) {
            throw failure;
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
        return FileVisitResult.CONTINUE;
    }
}
