package org.lowrank.weights.reference;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.hub.RepoName;
import org.lowrank.weights.maven.MavenCoordinates;

/**
 * What a user calls a model, read once; resolving, naming, revisions and default directories follow from it.
 *
 * <p>The grammar, in the order it is tried: an existing path (a directory, a weight file, the prefix of a TensorFlow
 * checkpoint) · {@code maven:group:artifact:version}, optionally {@code /folder} or {@code /file} · {@code org/name} or
 * {@code name} on the Hugging Face Hub, optionally {@code /folder} or {@code /file} inside it, optionally
 * {@code @revision} at the end · {@code BASE+ADAPTER}, each of them a reference of its own · {@code scheme:/…}, a path in a file
 * system that the program brings with it, {@link org.lowrank.weights.files.RemoteFileSystem}.
 */
public sealed interface ModelReference {
    /** A scheme and a path; an address of the web is none, nor is a drive of Windows. */
    Pattern REMOTE = Pattern.compile("(?!https?:)([a-z][a-z0-9.-]+):/+[^/].*");

    /** As the user wrote it. */
    String text();

    /** What results call it where nothing else is called so: the last path segment, {@code org/name}, the artifact. */
    String shortName();

    /** The same model, another file or folder of it; an empty one for the model itself. */
    ModelReference inside(String fileOrFolder) throws ModelNotFoundException;

    /**
     * An existing path.
     *
     * @param path absolute and normalised
     */
    record Local(String text, Path path) implements ModelReference {
        @Override
        public String shortName() {
            Path name = path.getFileName();
            return name == null ? "model" : name.toString();
        }

        @Override
        public ModelReference inside(String fileOrFolder) throws ModelNotFoundException {
            String longer = text + "/" + fileOrFolder;
            return existing(longer)
                    .<ModelReference>map(found -> new Local(longer, found))
                    .orElseThrow(() -> new ModelNotFoundException(
                            "no such file: " + printable(fileOrFolder) + ": not in " + path + "; see what is there"));
        }
    }

    /**
     * A jar on Maven Central.
     *
     * @param inside a folder or file of it, empty for the whole
     */
    record Maven(String text, MavenCoordinates coordinates, String inside) implements ModelReference {
        @Override
        public String shortName() {
            return inside.isEmpty() ? coordinates.artifact() : coordinates.artifact() + "/" + inside;
        }

        @Override
        public ModelReference inside(String fileOrFolder) throws ModelNotFoundException {
            return new Maven(text + "/" + fileOrFolder, coordinates, safe(text, fileOrFolder));
        }
    }

    /**
     * A repository on the Hugging Face Hub.
     *
     * @param repository {@code org/name}, or {@code name} for those older than organisations
     * @param revision branch, tag, {@code refs/pr/N} or commit, where the name gives one
     * @param inside a folder or file of it, empty for the whole
     */
    record Hub(String text, String repository, Optional<String> revision, String inside) implements ModelReference {
        @Override
        public String shortName() {
            return inside.isEmpty() ? repository : repository + "/" + inside;
        }

        @Override
        public ModelReference inside(String fileOrFolder) throws ModelNotFoundException {
            return new Hub(text + "/" + fileOrFolder, repository, revision, safe(text, fileOrFolder));
        }

        /** The repository with its revision, without what is inside. */
        public String repositoryAtRevision() {
            return revision.map(name -> repository + "@" + name).orElse(repository);
        }
    }

    /**
     * A directory or file in a file system that is not this machine's: {@code s3a://bucket/model}, {@code hdfs://…}, {@code file:///…}.
     *
     * @param scheme which file system
     */
    record Remote(String text, String scheme) implements ModelReference {
        @Override
        public String shortName() {
            String path = text.replaceFirst("/+$", "");
            return path.substring(path.lastIndexOf('/') + 1);
        }

        @Override
        public ModelReference inside(String fileOrFolder) throws ModelNotFoundException {
            return new Remote(text.replaceFirst("/+$", "") + "/" + safe(text, fileOrFolder), scheme);
        }
    }

    /**
     * A base model with an adapter merged into it, W + s·B·A, measured without being written.
     *
     * @param base the model
     * @param adapter what is added
     */
    record Merged(String text, ModelReference base, ModelReference adapter) implements ModelReference {
        @Override
        public String shortName() {
            return base.shortName() + "+" + adapter.shortName();
        }

        @Override
        public ModelReference inside(String fileOrFolder) throws ModelNotFoundException {
            throw new ModelNotFoundException("malformed model name: " + printable(text)
                    + ": a file inside two models is not one; write BASE/file+ADAPTER");
        }
    }

    /**
     * Reads a reference.
     *
     * @throws ModelNotFoundException if it is neither a path that exists nor looks like any other name
     */
    static ModelReference parse(String text) throws ModelNotFoundException {
        Optional<Path> path = existing(text);
        if (path.isPresent()) {
            return new Local(text, path.get());
        }
        int plus = text.indexOf('+');
        while (plus > 0 && plus < text.length() - 1) {
            Optional<ModelReference> merged = merged(text, plus);
            if (merged.isPresent()) {
                return merged.get();
            }
            plus = text.indexOf('+', plus + 1);
        }
        Matcher remote = REMOTE.matcher(text);
        if (remote.matches()) {
            return new Remote(text, remote.group(1));
        }
        return text.startsWith(MavenCoordinates.PREFIX) ? maven(text) : hub(text);
    }

    /** Where both sides of this plus are references; a Maven version may hold one of its own. */
    private static Optional<ModelReference> merged(String text, int plus) {
        try {
            ModelReference base = parse(text.substring(0, plus));
            ModelReference adapter = parse(text.substring(plus + 1));
            return Optional.of(new Merged(text, base, adapter));
        } catch (ModelNotFoundException notHere) {
            return Optional.empty();
        }
    }

    private static ModelReference maven(String text) throws ModelNotFoundException {
        int slash = text.indexOf('/');
        MavenCoordinates coordinates = MavenCoordinates.parse(slash < 0 ? text : text.substring(0, slash));
        return new Maven(text, coordinates, slash < 0 ? "" : safe(text, text.substring(slash + 1)));
    }

    private static ModelReference hub(String text) throws ModelNotFoundException {
        int at = text.indexOf('@');
        String name = at < 0 ? text : text.substring(0, at);
        Optional<String> revision = at < 0 ? Optional.empty() : Optional.of(text.substring(at + 1));
        int first = name.indexOf('/');
        int second = first < 0 ? -1 : name.indexOf('/', first + 1);
        String repository = second < 0 ? name : name.substring(0, second);
        if (first < 0 && name.matches("(?i).+\\.(safetensors|gguf|onnx|bin|pt|pth|ckpt|h5|pb|json|ya?ml|txt)")) {
            throw new ModelNotFoundException(
                    "model not found: " + printable(text) + ": no such file in this directory; check the path");
        }
        RepoName.check(repository, revision, text);
        return new Hub(text, repository, revision, second < 0 ? "" : safe(text, name.substring(second + 1)));
    }

    /** A relative path that stays inside. */
    private static String safe(String text, String inside) throws ModelNotFoundException {
        String plain = inside.replaceAll("/+$", "");
        for (String segment : plain.split("/", -1)) {
            if (segment.isEmpty()
                    || segment.equals(".")
                    || segment.equals("..")
                    || segment.matches(".*[\\p{Cntrl}\\\\].*")) {
                throw new ModelNotFoundException("malformed model name: " + printable(text) + ": " + printable(inside)
                        + " is no file or folder inside it; write for instance org/name/folder or org/name/file.gguf");
            }
        }
        return plain;
    }

    private static String printable(String text) {
        return ForeignText.name(text);
    }

    /** A path that exists, is a link (dangling ones are named as such), or is the prefix of a TensorFlow checkpoint. */
    private static Optional<Path> existing(String text) {
        try {
            Path path = Path.of(text);
            boolean exists = !text.isBlank()
                    && (Files.exists(path)
                            || Files.isSymbolicLink(path)
                            || (path.getFileName() != null
                                    && Files.isRegularFile(path.resolveSibling(path.getFileName() + ".index"))));
            return exists ? Optional.of(path.toAbsolutePath().normalize()) : Optional.empty();
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }
}
