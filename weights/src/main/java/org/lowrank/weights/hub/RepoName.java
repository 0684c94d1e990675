package org.lowrank.weights.hub;

import java.util.Optional;
import java.util.regex.Pattern;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * A model repository as the user names it.
 *
 * @param id {@code org/name}, or {@code name} for those older than organisations
 * @param revision branch, tag, {@code refs/pr/N} or commit
 */
public record RepoName(String id, String revision) {
    static final String DEFAULT_REVISION = "main";

    private static final int LONGEST_NAME = 96;
    private static final Pattern PART = Pattern.compile("\\w|\\w[A-Za-z0-9_.-]*\\w");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern UNSAFE_IN_REVISION = Pattern.compile("[\\p{Cntrl}\\s\\\\:~^?*\\[<>|\"]");

    /**
     * Reads {@code org/name}, {@code name}, each with optional {@code @revision}.
     *
     * @param option the revision given apart from the name
     * @throws ModelNotFoundException if it cannot be the name of a repository, or two revisions are given
     */
    static RepoName parse(String reference, Optional<String> option) throws ModelNotFoundException {
        int at = reference.indexOf('@');
        String id = at < 0 ? reference : reference.substring(0, at);
        Optional<String> written = at < 0 ? Optional.empty() : Optional.of(reference.substring(at + 1));
        if (!isId(id)) {
            throw noName(reference);
        }
        if (written.isPresent() && option.isPresent() && !written.equals(option)) {
            throw new ModelNotFoundException("two revisions: " + id + ": " + printable(written.get()) + " and "
                    + printable(option.get()) + "; give only one");
        }
        String revision = written.or(() -> option).orElse(DEFAULT_REVISION);
        if (!isRevision(revision)) {
            throw new ModelNotFoundException("malformed revision: " + id + ": '" + printable(revision)
                    + "'; name a branch, a tag, refs/pr/N or a commit");
        }
        return new RepoName(id, revision);
    }

    /**
     * Checks a repository and the revision written with it.
     *
     * @param text as the user wrote it
     * @throws ModelNotFoundException if it cannot be the name of a repository, or the revision cannot be one
     */
    public static void check(String repository, Optional<String> revision, String text) throws ModelNotFoundException {
        if (!isId(repository)) {
            throw noName(text);
        }
        parse(revision.map(name -> repository + "@" + name).orElse(repository), Optional.empty());
    }

    private static ModelNotFoundException noName(String text) {
        return new ModelNotFoundException("model not found: " + printable(text)
                + ": no such path, and no name on the Hub looks like it; check the spelling, or name a directory, a"
                + " file, org/name or maven:group:artifact:version");
    }

    /** Whether it is {@code org/name} or {@code name} by the Hub's own rules for names. */
    static boolean isId(String id) {
        String[] parts = id.split("/", -1);
        boolean valid = parts.length <= 2
                && !id.contains("--")
                && !id.contains("..")
                && !id.endsWith(".git")
                && parts[parts.length - 1].length() <= LONGEST_NAME;
        for (String part : parts) {
            valid &= PART.matcher(part).matches();
        }
        return valid;
    }

    /** What git allows in a reference, which is also a safe relative file name for the cache's refs folder. */
    static boolean isRevision(String revision) {
        boolean valid =
                !revision.isEmpty() && !UNSAFE_IN_REVISION.matcher(revision).find() && !revision.contains("..");
        for (String segment : revision.split("/", -1)) {
            valid &= !segment.isEmpty() && !segment.startsWith(".");
        }
        return valid;
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /** The repository's folder in the cache. */
    String folder() {
        return "models--" + id.replace("/", "--");
    }
}
