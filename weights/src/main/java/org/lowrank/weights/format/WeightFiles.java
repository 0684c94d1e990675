package org.lowrank.weights.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which of a model's files may be its weights, by their names, best first. */
final class WeightFiles {
    private static final Pattern PLACED = Pattern.compile("(.*/)?(onnx|variables)/");
    private static final Pattern VARIANT = Pattern.compile(".*[-_.](fp16|bf16|fp32|ema|non_ema|pruned)[-_.].*");
    private static final Pattern FOREIGN = Pattern.compile(".*\\.(h5|hdf5|keras|msgpack|npz|ot|distcp|nemo)");

    private final List<String> names;

    private WeightFiles(List<String> names, String root) {
        this.names = names.stream().filter(name -> name.startsWith(root)).toList();
    }

    /**
     * Those at the top of a folder; formats that keep their weights in a folder of a fixed name ({@code onnx}, {@code
     * variables}) are at the top of the one above.
     *
     * @param root the folder with '/', empty for the whole model
     */
    static List<Candidate> at(String root, List<String> names) {
        return new WeightFiles(names, root)
                .candidates().stream()
                        .filter(candidate -> place(candidate).equals(root))
                        .toList();
    }

    /** Folders below one that have weights at their top. */
    static List<String> folders(String root, List<String> names) {
        Set<String> folders = new TreeSet<>();
        new WeightFiles(names, root)
                .candidates().stream()
                        .filter(candidate -> candidate.role() != FileRole.FOREIGN)
                        .forEach(candidate -> folders.add(place(candidate)));
        folders.remove(root);
        return List.copyOf(folders);
    }

    /** The file a user named, as what it is part of. */
    static Candidate named(String name, List<String> names) {
        List<String> all = new ArrayList<>(names);
        all.add(name);
        List<Candidate> found = new WeightFiles(all.stream().distinct().toList(), FileNames.folder(name)).candidates();
        return found.stream()
                .filter(candidate -> candidate.files().contains(name))
                .findFirst()
                .orElseGet(() -> one(name, FileRole.WEIGHTS, kind(name).orElse(new Kind(Candidate.Group.FOREIGN, 0))));
    }

    private static String place(Candidate candidate) {
        String folder = candidate.folder();
        if (candidate.role() == FileRole.SLICES && folder.matches("(.*/)?[^/]*rank[-_]?\\d+[^/]*/")) {
            return FileNames.folder(folder.substring(0, folder.length() - 1)); // mp_rank_00/model_optim_rng.pt
        }
        return PLACED.matcher(folder).matches() ? FileNames.folder(folder.substring(0, folder.length() - 1)) : folder;
    }

    private List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        List<String> weights = names.stream().filter(this::isWeights).toList();
        for (List<String> slices : ParallelParts.of(
                weights.stream().filter(name -> role(name) == FileRole.WEIGHTS).toList())) {
            kind(slices.get(0)).ifPresent(kind -> {
                candidates.add(new Candidate(slices.get(0), slices, kind.group, FileRole.SLICES, kind.rank));
                taken.addAll(slices);
            });
        }
        for (ShardSet set : ShardSet.of(weights)) {
            Kind kind = kind(set.files().get(0)).orElse(null);
            if (kind != null && set.files().stream().noneMatch(taken::contains)) {
                taken.addAll(set.files());
                String first = set.files().get(0);
                if (!hasIndex(first, kind.group)) {
                    candidates.add(new Candidate(first, set.files(), kind.group, role(first), kind.rank));
                }
            }
        }
        for (String name : weights) {
            if (!taken.contains(name)) {
                kind(name).ifPresent(kind -> candidates.add(one(name, role(name), kind)));
            }
        }
        candidates.sort(Candidate.BEST_FIRST);
        return candidates;
    }

    private static Candidate one(String name, FileRole role, Kind kind) {
        return new Candidate(name, List.of(name), kind.group, role, kind.rank);
    }

    private boolean isWeights(String name) {
        String base = FileNames.base(name);
        boolean described = base.endsWith(".bin") && names.contains(name.substring(0, name.length() - 4) + ".xml");
        return kind(name).isPresent() && !described && FileRole.of(base) != FileRole.NONE;
    }

    /** Shards are read through their index where there is one. */
    private boolean hasIndex(String shard, Candidate.Group group) {
        String folder = FileNames.folder(shard);
        return names.stream()
                .anyMatch(name -> FileNames.folder(name).equals(folder)
                        && kind(name)
                                .filter(kind -> kind.group == group && kind.index)
                                .isPresent());
    }

    private static FileRole role(String name) {
        if (FOREIGN.matcher(FileNames.base(name)).matches()) {
            return FileRole.FOREIGN;
        }
        FileRole role = FileRole.of(FileNames.base(name));
        // All but a few GGUF files are quantised: their order is that of precision.
        return role == FileRole.QUANTISED && FileNames.base(name).endsWith(".gguf") ? FileRole.WEIGHTS : role;
    }

    /**
     * A format by its file names.
     *
     * @param rank in the order in which transformers itself looks, shards through their index first, then the other formats
     */
    private record Kind(Candidate.Group group, int rank, boolean index) {
        Kind(Candidate.Group group, int rank) {
            this(group, rank, false);
        }
    }

    private static Optional<Kind> kind(String name) {
        String base = FileNames.base(name);
        int variant = VARIANT.matcher(base).matches() ? 5 : 0;
        boolean shard = ShardSet.isShard(name);
        if (base.matches(".*\\.safetensors\\.index(\\.[a-z0-9]+)?\\.json")) {
            int rank = base.equals("model.safetensors.index.json") ? 0 : 1;
            return Optional.of(new Kind(Candidate.Group.SAFETENSORS, rank + variant, true));
        }
        if (base.matches(".*\\.bin\\.index(\\.[a-z0-9]+)?\\.json")) {
            int rank = base.equals("pytorch_model.bin.index.json") ? 20 : 21;
            return Optional.of(new Kind(Candidate.Group.PYTORCH, rank + variant, true));
        }
        if (base.endsWith(".safetensors")) {
            int rank = base.equals("model.safetensors") ? 2 : shard ? 3 : base.startsWith("consolidated") ? 10 : 4;
            return Optional.of(new Kind(Candidate.Group.SAFETENSORS, rank + variant));
        }
        if (base.endsWith(".bin")) {
            int rank = base.equals("pytorch_model.bin") ? 22 : shard ? 23 : 24;
            return Optional.of(new Kind(Candidate.Group.PYTORCH, rank + variant));
        }
        if (base.matches(".*\\.(pt|pth|ckpt)")) {
            return Optional.of(new Kind(Candidate.Group.PYTORCH, base.equals("consolidated.00.pth") ? 30 : 31));
        }
        if (base.endsWith(".onnx")) {
            return Optional.of(new Kind(Candidate.Group.ONNX, (base.equals("model.onnx") ? 40 : 41) + variant));
        }
        if (base.endsWith(".gguf")) {
            return Optional.of(new Kind(Candidate.Group.GGUF, 50 + GgufPrecision.rank(base)));
        }
        if (base.endsWith(".index")) {
            return Optional.of(new Kind(Candidate.Group.TENSORFLOW, base.equals("variables.index") ? 70 : 71));
        }
        return FOREIGN.matcher(base).matches() ? Optional.of(new Kind(Candidate.Group.FOREIGN, 90)) : Optional.empty();
    }
}
