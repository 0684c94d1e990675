package org.lowrank.weights.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.files.LocalFiles;

class MalformedWeightsExceptionTest {
    /** Line feed, escape, next line (C1), line separator, right-to-left override. */
    @Test
    void namesFromAFileCannotForgeLinesOrColours() {
        assertThat(new MalformedWeightsException("bad: a\nb\u001b[31mc\u0085d\u2028e\u202ef; g"))
                .hasMessage("bad: a?b?[31mc?d?e?f; g");
        assertThat(new MalformedWeightsException("größe: …; ok")).hasMessage("größe: …; ok");
    }

    @Test
    void messagesKeepBeginningAndEndOfLongNames() {
        String message = new MalformedWeightsException("bad file: " + "x".repeat(1_000_000) + "; do this").getMessage();
        assertThat(message).hasSize(2003).startsWith("bad file: xxx").endsWith("xxx; do this");
    }

    @Test
    void aNameThatIsNoFileNameIsRefused(@TempDir Path directory) {
        try (LocalFiles files = LocalFiles.of(directory)) {
            assertThatThrownBy(() -> files.open("a\0b"))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage("missing file: a?b: no file can have that name (Nul character not allowed); the model's"
                            + " index is not to be trusted");
        }
    }
}
