package org.lowrank.survey.population;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;

/** The files of a survey in a directory of this machine. */
record LocalSurveyFiles(OutputDirectory out) implements SurveyFiles {
    @Override
    public String place() {
        return out.path().toString();
    }

    @Override
    public void write(String name, byte[] content) throws ReportWriteException {
        out.write(name, content);
    }

    @Override
    public void write(String name, OutputDirectory.Content content) throws ReportWriteException {
        out.write(name, content);
    }

    @Override
    public Optional<byte[]> read(String name) throws IOException {
        Path file = out.path().resolve(name);
        return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    @Override
    public List<String> list(String directory) throws IOException {
        Path place = out.path().resolve(directory);
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(place)) {
            return all.map(path -> String.valueOf(path.getFileName())).sorted().toList();
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Path place = out.path().resolve(name);
        if (!Files.exists(place)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> below = Files.walk(place)) {
            all = below.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
