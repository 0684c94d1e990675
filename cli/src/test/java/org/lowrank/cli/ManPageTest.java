package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Manual pages, and the files of packages. */
class ManPageTest {
    private final Map<String, String> pages = ManPage.all(Main.commandLine());

    @Test
    void everyCommandHasAPageWithItsOptions() {
        assertThat(pages).containsKeys("lowrank.1", "lowrank-analyze.1", "lowrank-experiment-sweep.1");
        for (Map.Entry<String, Class<?>> command : LowrankCommand.COMMANDS) {
            String page = pages.get("lowrank-" + command.getKey() + ".1");
            assertThat(page).as(command.getKey()).startsWith(".TH LOWRANK-").contains(".SH NAME", ".SH SYNOPSIS");
        }
        assertThat(pages.get("lowrank-analyze.1"))
                .contains(".TP\n\\fB\\-\\-tolerance\\fR=\\fIEPS\\fR\n", "(default 1e\\-9)", ".BR lowrank (1)");
    }

    @Test
    void nothingIsTakenForACommandOfRoff() {
        assertThat(pages.values()).allSatisfy(page -> {
            assertThat(page).doesNotContain("${", "\u001b");
            assertThat(page.lines())
                    .filteredOn(line -> line.startsWith(".") || line.startsWith("'"))
                    .allMatch(line -> line.matches("\\.(TH|SH|TP|PP|BR|nf|fi|br)( .*)?"));
        });
    }

    @Test
    void namesInTheRegistryAreThoseOfTheCommands() {
        for (Map.Entry<String, Class<?>> command : LowrankCommand.COMMANDS) {
            assertThat(new CommandLine(command.getValue()).getCommandName()).isEqualTo(command.getKey());
        }
    }

    @Test
    void packagesFindTheirFilesWhereSystemsLook(@TempDir Path share) throws IOException {
        PackagedFiles.write(share);
        for (String file : new String[] {
            "man/man1/lowrank.1",
            "bash-completion/completions/lowrank",
            "zsh/site-functions/_lowrank",
            "fish/vendor_completions.d/lowrank.fish"
        }) {
            assertThat(Files.readString(share.resolve(file))).as(file).contains("lowrank");
        }
        for (String command : new String[] {"analyze", "experiment", "help"}) {
            assertThat(share.resolve("lowrank/help/lowrank-" + command))
                    .hasContent(Run.of("help", command).out());
        }
        assertThat(share.resolve("lowrank/help/lowrank")).hasContent(Run.of().out());
    }
}
