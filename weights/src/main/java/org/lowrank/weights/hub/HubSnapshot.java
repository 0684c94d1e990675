package org.lowrank.weights.hub;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.machine.net.Patience;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** A repository at one commit, as the Hub describes it. */
final class HubSnapshot {
    private final HubApi api;
    private final HubApi.Commit commit;
    private final Map<String, HubFile> files = new LinkedHashMap<>();

    private HubSnapshot(HubApi api, HubApi.Commit commit, List<HubFile> files) {
        this.api = api;
        this.commit = commit;
        files.forEach(file -> this.files.put(file.path(), file));
    }

    /** Asks which commit the revision is and what it holds: two requests, or more where the list has pages. */
    static HubSnapshot of(HubApi api, Patience patience) throws IOException, ModelNotFoundException {
        HubApi.Commit commit = api.commit(patience);
        return new HubSnapshot(api, commit, api.tree(commit.sha()));
    }

    HubApi api() {
        return api;
    }

    String commit() {
        return commit.sha();
    }

    List<HubFile> files() {
        return List.copyOf(files.values());
    }

    Optional<HubFile> file(String name) {
        return Optional.ofNullable(files.get(name));
    }

    RemoteFile remote(HubFile file) {
        return new RemoteFile(api, commit.sha(), file);
    }

    VerifiedFiles verifiedFiles(TransferProgress progress) {
        return new VerifiedFiles(api.client().settings().own().resolve("hub-verified"), progress);
    }

    /** How a user would call a file or folder of it. */
    String naming(String path) {
        return api.repo().id() + "/" + path;
    }

    MalformedWeightsException missing(String name) {
        return new MalformedWeightsException(
                Flaw.INCOMPLETE,
                "missing file: " + api.repo().id() + ": " + name
                        + " is named by the model but not in its repository; choose another revision");
    }

    ModelFiles.Provenance provenance(String source, String location) {
        List<String> notes = new ArrayList<>();
        if (!commit.id().equals(api.repo().id()) && HubFile.isSafe(commit.id())) {
            notes.add("the Hub has " + api.repo().id() + " under the name "
                    + HubErrors.repeated(commit.id(), api.client().settings()));
        }
        api.client().warnings().values().forEach(warning -> notes.add("the Hub says: " + warning));
        return new ModelFiles.Provenance(api.repo().id(), commit.sha(), source, location, notes);
    }
}
