package org.lowrank.weights.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.Tensor;

/** The tensors of one candidate: of a file, of a set of shards, or of the files an index names. */
final class WeightReading {
    /** What shares its values with another tensor where weights are tied, and is then often saved once only. */
    private static final Pattern TIED = Pattern.compile(
            "(.*\\.)?(lm_head|embed_out|output_projection|proj_out|output|score|shared|embed_tokens|word_embeddings|wte"
                    + "|decoder|predictions)\\.(weight|bias)");

    private static final Pattern NUMBERED = Pattern.compile("(^|.*\\.)\\d+\\..*");

    private final ModelFiles files;
    private final OpenFiles opened;
    private final Set<String> present;

    WeightReading(ModelFiles files, OpenFiles opened, List<String> names) {
        this.files = files;
        this.opened = opened;
        this.present = new HashSet<>(names);
    }

    /**
     * Reads headers.
     *
     * @param formats told which formats were met
     * @param last whether there is nothing else that could be read instead
     */
    List<Tensor> tensors(Candidate candidate, Set<String> formats, boolean last)
            throws IOException, ModelNotFoundException {
        if (candidate.role() == FileRole.SLICES) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "tensor-parallel parts: " + candidate.name()
                            + ": every matrix is cut into as many slices as there are parts, which are not joined here; use the"
                            + " model's safetensors files");
        }
        if (candidate.isIndex()) {
            return readIndexed(candidate.name(), formats, last);
        }
        List<ShardSet> sets = ShardSet.of(candidate.files());
        Optional<String> flaw = sets.isEmpty() ? Optional.empty() : sets.get(0).flaw();
        if (flaw.isPresent()) {
            throw missingShard(candidate.name(), flaw.get(), last);
        }
        files.prefetch(candidate.files());
        List<Tensor> tensors = new ArrayList<>();
        for (String name : candidate.files()) {
            tensors.addAll(readOne(name, formats));
        }
        Set<String> seen = new HashSet<>();
        for (Tensor tensor : tensors) {
            if (!seen.add(tensor.name())) {
                throw new MalformedWeightsException("duplicate tensor: " + tensor.name() + " in " + tensor.file()
                        + ": it is stored twice; save the model again");
            }
        }
        return tensors;
    }

    private static IOException missingShard(String name, String flaw, boolean last) {
        MalformedWeightsException refusal = new MalformedWeightsException(
                Flaw.INCOMPLETE, "missing shard: " + name + ": " + flaw + "; download the rest of the model");
        return last ? refusal : new UnsuitableFileException("it is one of an incomplete set, " + flaw, refusal);
    }

    private List<Tensor> readOne(String name, Set<String> formats) throws IOException, ModelNotFoundException {
        ByteSource source = opened.open(files, name);
        WeightFormat format = Recognition.of(source);
        formats.add(format.title());
        return format.read(files, name, opened);
    }

    /** weight_map decides which file a tensor is read from; what it lacks or wrongly promises is said. */
    private List<Tensor> readIndexed(String index, Set<String> formats, boolean last)
            throws IOException, ModelNotFoundException {
        Map<String, String> fileOf = new LinkedHashMap<>();
        String folder = FileNames.folder(index);
        for (Map.Entry<String, String> entry : ModelJson.weightMap(files, index).entrySet()) {
            fileOf.put(entry.getKey(), folder + FileNames.bare(entry.getValue(), index));
        }
        opened.describedBy(index);
        Set<String> shards = new TreeSet<>(fileOf.values());
        List<String> missing = shards.stream().filter(s -> !present.contains(s)).toList();
        if (!missing.isEmpty()) {
            String flaw = FileNames.few(missing) + " (" + missing.size() + " of " + shards.size() + " files) not found";
            throw missingShard(index, flaw, last);
        }
        files.prefetch(List.copyOf(shards));
        Map<String, Tensor> found = new LinkedHashMap<>();
        for (String shard : shards) {
            List<String> unlisted = new ArrayList<>();
            for (Tensor tensor : readOne(shard, formats)) {
                String mapped = fileOf.get(tensor.name());
                if (mapped == null) {
                    unlisted.add(tensor.name());
                    found.putIfAbsent(tensor.name(), tensor);
                } else if (mapped.equals(shard)) {
                    found.put(tensor.name(), tensor);
                }
            }
            if (!unlisted.isEmpty()) {
                opened.warn((unlisted.size() == 1
                                ? "tensor " + unlisted.get(0) + " is in "
                                : unlisted.size() + " tensors, " + unlisted.get(0) + " among them, are in ")
                        + shard + " but not in " + index);
            }
        }
        checkPromises(index, fileOf, found.keySet());
        return List.copyOf(found.values());
    }

    private void checkPromises(String index, Map<String, String> fileOf, Set<String> found)
            throws MalformedWeightsException {
        List<String> tied = new ArrayList<>();
        for (Map.Entry<String, String> entry : fileOf.entrySet()) {
            String name = entry.getKey();
            if (found.contains(name)) {
                continue;
            }
            if (NUMBERED.matcher(name).matches() || !TIED.matcher(name).matches()) {
                throw new MalformedWeightsException("missing tensor: " + name + ": " + index + " maps it to "
                        + entry.getValue()
                        + ", which does not hold it; index and shards are of different versions, take"
                        + " both from one");
            }
            tied.add(name);
        }
        if (!tied.isEmpty()) {
            opened.warn(FileNames.few(tied) + (tied.size() == 1 ? " is" : " are") + " listed by " + index
                    + " but not in its files: tied to another tensor and saved once, most likely");
        }
    }
}
