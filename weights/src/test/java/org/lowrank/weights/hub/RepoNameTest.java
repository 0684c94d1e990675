package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.files.ModelNotFoundException;

class RepoNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "google-bert/bert-base-uncased", "EleutherAI/gpt-j-6b", "a/b", "_a/b.c-d_e"})
    void hubsOwnNamesAreAccepted(String name) throws Exception {
        assertThat(RepoName.parse(name, Optional.empty())).isEqualTo(new RepoName(name, "main"));
    }

    /** The rules of huggingface_hub's validate_repo_id. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a/b/c", "a//b", "/a", "a/", "a--b/c", "a..b", "a/b.git", "-a/b", "a/b.", "a b", "a/b\n", "ä/b",
                "./a", "../a"
            })
    void otherNamesAreRefused(String name) {
        assertThatThrownBy(() -> RepoName.parse(name, Optional.empty()))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("model not found: ")
                .hasMessageContaining("no name on the Hub looks like it");
    }

    @Test
    void nameOf97CharactersIsTooLong() throws Exception {
        assertThat(RepoName.parse("o/" + "n".repeat(96), Optional.empty()).id()).hasSize(98);
        assertThatThrownBy(() -> RepoName.parse("o/" + "n".repeat(97), Optional.empty()))
                .isInstanceOf(ModelNotFoundException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1.0", "refs/pr/1", "feature/x", "0123456789012345678901234567890123456789"})
    void revisionFollowsAt(String revision) throws Exception {
        assertThat(RepoName.parse("org/name@" + revision, Optional.empty()))
                .isEqualTo(new RepoName("org/name", revision));
        assertThat(RepoName.parse("org/name", Optional.of(revision)).revision()).isEqualTo(revision);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/../b", "/a", "a//b", ".x", "a\\b", "c:d", "a b", "refs/.x"})
    void revisionThatCouldLeaveTheRefsFolderIsRefused(String revision) {
        assertThatThrownBy(() -> RepoName.parse("org/name@" + revision, Optional.empty()))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("malformed revision: org/name: '" + revision
                        + "'; name a branch, a tag, refs/pr/N or a commit");
    }

    @Test
    void twoRevisionsAreOneTooMany() {
        assertThatThrownBy(() -> RepoName.parse("org/name@a", Optional.of("b")))
                .hasMessage("two revisions: org/name: a and b; give only one");
    }

    @Test
    void folderHasTwoDashesForTheSlash() throws Exception {
        assertThat(RepoName.parse("org/name", Optional.empty()).folder()).isEqualTo("models--org--name");
        assertThat(RepoName.parse("gpt2", Optional.empty()).folder()).isEqualTo("models--gpt2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../x",
                "a/../b",
                "a\\..\\b",
                "/etc/x",
                "C:x",
                "c:\\x",
                "\\\\host\\share\\x",
                "a//b",
                "./a",
                "",
                "a\0b"
            })
    void fileNamesThatLeaveTheirFolderAreUnsafe(String name) {
        assertThat(HubFile.isSafe(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "onnx/model.onnx", "a..b", "...", "with space"})
    void ordinaryFileNamesAreSafe(String name) {
        assertThat(HubFile.isSafe(name)).isTrue();
    }
}
