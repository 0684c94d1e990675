package org.lowrank.survey.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.HubFiles;
import org.lowrank.weights.hub.HubRevision;
import org.lowrank.weights.reference.ModelReference;

/**
 * The checkpoints of one training: branches and tags of a repository, or the folders a trainer wrote.
 *
 * @param model what results call it
 * @param source where it was found, for the report
 * @param revisions in the order of steps, at least one
 * @param notes what a user should know of the choice
 */
public record TrainingRun(String model, String source, List<TracedRevision> revisions, List<String> notes) {
    private static final int SHOWN = 8;
    private static final String FOLDERS = "checkpoint-*";

    /**
     * Finds them.
     *
     * @param reference a repository on the Hub, or a directory with a folder for each checkpoint
     * @throws ModelNotFoundException if there is no such model, or no checkpoint fits
     * @throws IllegalArgumentException in one line if the choice does not fit the reference
     */
    public static TrainingRun of(ModelReference reference, RevisionChoice choice, SourceOptions options)
            throws IOException, ModelNotFoundException {
        if (reference instanceof ModelReference.Hub hub) {
            return onHub(hub, choice, options);
        }
        if (reference instanceof ModelReference.Local local && Files.isDirectory(local.path())) {
            return inDirectory(local, choice);
        }
        throw new IllegalArgumentException("no training run: " + reference.text()
                + ": checkpoints are branches of a repository on the Hub, or folders of a directory; name one of them");
    }

    private static TrainingRun onHub(ModelReference.Hub hub, RevisionChoice choice, SourceOptions options)
            throws IOException, ModelNotFoundException {
        if (hub.revision().isPresent()) {
            throw new IllegalArgumentException("one revision: " + hub.text()
                    + ": a trace is of several; choose them with --revisions, as in --revisions 'step*'");
        }
        Map<String, String> commits = new LinkedHashMap<>();
        for (HubRevision revision : HubFiles.revisions(hub.repository(), options)) {
            commits.put(revision.name(), revision.commit());
        }
        if (choice.patterns().isEmpty()) {
            throw new IllegalArgumentException("no revisions: " + hub.text() + ": choose among its " + commits.size()
                    + " branches and tags (" + few(commits.keySet().stream().toList())
                    + ") with --revisions, as in --revisions 'step*'");
        }
        RevisionChoice.Chosen chosen = choice.among(commits.keySet(), Map.of());
        if (chosen.steps().isEmpty()) {
            throw new ModelNotFoundException("no revision fits: " + hub.repository() + ": none of its " + commits.size()
                    + " branches and tags (" + few(commits.keySet().stream().toList()) + ") is "
                    + String.join(" or ", choice.patterns()) + " and has a number; choose others with --revisions");
        }
        List<TracedRevision> revisions = new ArrayList<>();
        for (Map.Entry<String, Long> entry : chosen.steps().entrySet()) {
            String name = entry.getKey();
            String commit = commits.getOrDefault(name, "");
            boolean pinned = !commit.isEmpty() && options.downloadMode() != SourceOptions.DownloadMode.CACHE;
            ModelReference at = new ModelReference.Hub(
                    hub.text() + "@" + name, hub.repository(), Optional.of(pinned ? commit : name), hub.inside());
            revisions.add(new TracedRevision(name, entry.getValue(), commit, at));
        }
        return new TrainingRun(hub.shortName(), "Hugging Face Hub", List.copyOf(revisions), chosen.notes());
    }

    private static TrainingRun inDirectory(ModelReference.Local local, RevisionChoice choice)
            throws IOException, ModelNotFoundException {
        Map<String, Path> folders = new TreeMap<>();
        try (Stream<Path> inside = Files.list(local.path())) {
            inside.filter(Files::isDirectory).forEach(path -> folders.put(String.valueOf(path.getFileName()), path));
        }
        RevisionChoice asked = choice.patterns().isEmpty()
                ? new RevisionChoice(List.of(FOLDERS), choice.every(), choice.logSpaced())
                : choice;
        List<String> notes = new ArrayList<>();
        Map<String, Long> known = new LinkedHashMap<>();
        for (Map.Entry<String, Path> folder : folders.entrySet()) {
            OptionalLong step = TrainerState.step(folder.getValue(), notes);
            step.ifPresent(value -> known.put(folder.getKey(), value));
        }
        RevisionChoice.Chosen chosen = asked.among(folders.keySet(), known);
        if (chosen.steps().isEmpty()) {
            String there = folders.isEmpty()
                    ? "it holds no folder"
                    : "no folder " + String.join(" or ", asked.patterns()) + " among its " + folders.size()
                            + " folders (" + few(List.copyOf(folders.keySet())) + ")";
            throw new ModelNotFoundException("no checkpoints: " + local.path() + ": " + there
                    + "; name the trainer's output directory, or choose folders with --revisions");
        }
        List<TracedRevision> revisions = new ArrayList<>();
        for (Map.Entry<String, Long> entry : chosen.steps().entrySet()) {
            Path folder = local.path().resolve(entry.getKey());
            revisions.add(new TracedRevision(
                    entry.getKey(),
                    entry.getValue(),
                    "",
                    new ModelReference.Local(local.text() + "/" + entry.getKey(), folder)));
        }
        notes.addAll(chosen.notes());
        return new TrainingRun(local.shortName(), "local path", List.copyOf(revisions), List.copyOf(notes));
    }

    private static String few(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        return names.isEmpty() ? "there are none" : names.size() > SHOWN ? first + ", …" : first;
    }
}
