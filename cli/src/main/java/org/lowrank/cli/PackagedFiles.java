package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;

/**
 * Writes what an archive holds beside the program, for packaging: manual pages and completions where systems look for them, and the
 * text of help, which its launcher prints without starting the program.
 */
final class PackagedFiles {
    private PackagedFiles() {}

    /** Takes the directory that becomes {@code share}. */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]));
    }

    static void write(Path share) throws IOException {
        CommandLine root = Main.commandLine();
        for (Map.Entry<String, String> page : ManPage.all(root).entrySet()) {
            put(share.resolve("man/man1").resolve(page.getKey()), page.getValue());
        }
        help(root, share.resolve("lowrank/help"));
        put(share.resolve("bash-completion/completions/lowrank"), AutoComplete.bash("lowrank", root));
        put(share.resolve("zsh/site-functions/_lowrank"), ShellCompletion.zsh(root));
        put(share.resolve("fish/vendor_completions.d/lowrank.fish"), ShellCompletion.fish(root));
    }

    /** As the program prints it where standard output is no terminal. */
    private static void help(CommandLine command, Path directory) throws IOException {
        command.setUsageHelpAutoWidth(false);
        put(
                directory.resolve(command.getCommandSpec().qualifiedName("-")),
                command.getUsageMessage(CommandLine.Help.Ansi.OFF));
        for (CommandLine below : command.getSubcommands().values()) {
            help(below, directory);
        }
    }

    private static void put(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
