package org.lowrank.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.functional.FutureIO;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.files.ModelFiles;

/** A directory in a Hadoop file system, or one file seen as a directory of itself and its neighbours. */
final class HadoopModelFiles implements ModelFiles {
    private static final int DEPTH = 3;

    private final FileSystem system;
    private final FileStatus asked;
    private final Path directory;
    private final List<String> notes;
    private final ConcurrentLinkedQueue<ByteSource> opened = new ConcurrentLinkedQueue<>();

    HadoopModelFiles(FileSystem system, FileStatus asked, List<String> notes) {
        this.system = system;
        this.asked = asked;
        this.directory = asked.isDirectory() ? asked.getPath() : asked.getPath().getParent();
        this.notes = notes;
    }

    @Override
    public Provenance provenance() {
        return new Provenance(
                asked.getPath().getName(),
                "",
                "Hadoop file system",
                asked.getPath().toString(),
                notes);
    }

    @Override
    public Optional<String> weightFile() {
        return asked.isDirectory()
                ? Optional.empty()
                : Optional.of(asked.getPath().getName());
    }

    @Override
    public List<FileEntry> list() throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        collect(directory, "", asked.isDirectory() ? DEPTH : 1, entries);
        entries.sort(Comparator.comparing(FileEntry::name));
        return entries;
    }

    private void collect(Path folder, String prefix, int depth, List<FileEntry> entries) throws IOException {
        for (FileStatus status : system.listStatus(folder)) {
            String name = prefix + status.getPath().getName();
            if (status.isFile()) {
                entries.add(new FileEntry(name, status.getLen(), Optional.empty()));
            } else if (depth > 1) {
                collect(status.getPath(), name + "/", depth - 1, entries);
            }
        }
    }

    @Override
    public ByteSource open(String name) throws IOException {
        Path path = path(name);
        try {
            FileStatus status = system.getFileStatus(path);
            ByteSource source = system instanceof RawLocalFileSystem disks
                    ? MappedFile.open(disks.pathToFile(path).toPath(), name) // not copied three times on the way
                    : new HadoopSource(name, path.toString(), status.getLen(), stream(path, status));
            opened.add(source);
            return source;
        } catch (FileNotFoundException e) {
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE, "missing file: " + path + ": named by the model but not there; copy it too", e);
        } catch (MalformedWeightsException e) {
            throw e;
        } catch (IOException e) {
            throw ReadFailure.of(path.toString(), e);
        }
    }

    private FSDataInputStream stream(Path path, FileStatus status) throws IOException {
        return FutureIO.awaitFuture(system.openFile(path)
                .opt(Options.OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY, "random")
                .withFileStatus(status)
                .build());
    }

    /** Names come from the model's index too. */
    private Path path(String name) throws MalformedWeightsException {
        for (String segment : name.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new MalformedWeightsException(
                        Flaw.REFUSED,
                        "unsafe file name: " + name + ": it leaves " + directory
                                + "; the model's index is not to be trusted");
            }
        }
        return new Path(directory.toString() + "/" + name);
    }

    /** Length, time of the last change and, where the store has one, the entity tag: on every machine the same. */
    @Override
    public Optional<String> stamp(String name) throws IOException {
        FileStatus status = system.getFileStatus(path(name));
        String tag = status instanceof EtagSource tagged && tagged.getEtag() != null ? tagged.getEtag() : "";
        return Optional.of(status.getLen() + " " + status.getModificationTime() + " " + tag);
    }

    @Override
    public void close() throws IOException {
        for (ByteSource source = opened.poll(); source != null; source = opened.poll()) {
            source.close();
        }
    }
}
