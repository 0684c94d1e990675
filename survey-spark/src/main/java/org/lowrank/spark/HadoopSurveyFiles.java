package org.lowrank.spark;

import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.survey.population.SurveyFiles;

/**
 * The files of a survey in a Hadoop file system. Each is written under a name of this attempt's own in {@code .passing/} and renamed, so
 * that an attempt that is lost leaves nothing, and of two attempts at the same file either's is whole.
 */
final class HadoopSurveyFiles implements SurveyFiles {
    private static final String PASSING = ".passing";

    private final FileSystem system;
    private final Path root;

    private HadoopSurveyFiles(FileSystem system, Path root) {
        this.system = system;
        this.root = root;
    }

    /** A directory that {@link #prepare} was called for. */
    static HadoopSurveyFiles of(String place) throws IOException {
        Path path = new Path(place);
        FileSystem system = HadoopPlaces.of(path);
        return new HadoopSurveyFiles(system, system.makeQualified(path));
    }

    /**
     * Makes the directory and proves that a file can be written; removes what earlier attempts left.
     *
     * @throws ReportWriteException if it cannot be written
     */
    static HadoopSurveyFiles prepare(String place) throws ReportWriteException {
        try {
            HadoopSurveyFiles files = of(place);
            files.delete(PASSING);
            files.write(PASSING + "/probe", new byte[0]);
            files.delete(PASSING);
            return files;
        } catch (ReportWriteException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw failure(place, e);
        }
    }

    @Override
    public String place() {
        return root.toString();
    }

    /** Nothing is being written any more. */
    void finish() throws IOException {
        delete(PASSING);
    }

    /** The directory as one of this machine's, where it is one. */
    Optional<java.nio.file.Path> local() {
        return "file".equals(root.toUri().getScheme())
                ? Optional.of(java.nio.file.Path.of(root.toUri().getPath()))
                : Optional.empty();
    }

    @Override
    public void write(String name, byte[] content) throws ReportWriteException {
        write(name, out -> out.write(content));
    }

    @Override
    public void write(String name, OutputDirectory.Content content) throws ReportWriteException {
        Path target = new Path(root, name);
        Path beside = new Path(new Path(root, PASSING), UUID.randomUUID().toString());
        try {
            try (OutputStream out = new BufferedOutputStream(system.create(beside, true))) {
                content.writeTo(out);
            }
            system.mkdirs(target.getParent());
            replace(beside, target);
        } catch (IOException e) {
            throw failure(target.toString(), e);
        }
    }

    /** Where a file system does not rename over a file that is there, that one goes first. */
    private void replace(Path from, Path to) throws IOException {
        if (renamed(from, to)) {
            return;
        }
        system.delete(to, false);
        if (renamed(from, to)) {
            return;
        }
        system.delete(from, false);
        if (!system.exists(to)) { // else another attempt was quicker, and what it wrote says the same
            throw new IOException("the file system does not rename " + from.getName() + " to it");
        }
    }

    private boolean renamed(Path from, Path to) throws IOException {
        try {
            return system.rename(from, to);
        } catch (org.apache.hadoop.fs.FileAlreadyExistsException inTheWay) {
            return false;
        }
    }

    @Override
    public Optional<byte[]> read(String name) throws IOException {
        try (InputStream in = system.open(new Path(root, name))) {
            return Optional.of(in.readAllBytes());
        } catch (FileNotFoundException none) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> list(String directory) throws IOException {
        try {
            return Arrays.stream(system.listStatus(new Path(root, directory)))
                    .map(status -> status.getPath().getName())
                    .sorted()
                    .toList();
        } catch (FileNotFoundException none) {
            return List.of();
        }
    }

    @Override
    public void delete(String name) throws IOException {
        system.delete(new Path(root, name), true);
    }

    private static ReportWriteException failure(String where, Exception e) {
        return new ReportWriteException(
                "cannot write results: " + where + ": "
                        + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                        + "; choose another directory with --out",
                e);
    }
}
