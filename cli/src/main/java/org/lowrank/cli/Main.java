package org.lowrank.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/** Entry point: streams, exit codes, one-line errors. */
public final class Main {
    private static final Set<Class<?>> SPEAK_OF_ALL = Set.of(Help.class, CompletionCommand.class);

    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        findHome();
        StandardOutput out = openStreams();
        quietLibraries();
        int code = run(args);
        System.exit(code == 0 ? out.exitCode() : code);
    }

    /** Runs one command and returns its exit code. */
    static int run(String... args) {
        CommandLine commandLine = commandLine(args.length == 0 ? "" : args[0]);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> Failures.report(failure, args));
        commandLine.setParameterExceptionHandler(Failures::reportUsage);
        try {
            return commandLine.execute(args);
        } catch (Error error) { // picocli hands on exceptions only
            return Failures.report(error, args);
        }
    }

    /** The command with all its subcommands. */
    static CommandLine commandLine() {
        return commandLine("");
    }

    /** The command with the one subcommand that is named; with all where none is, or one that speaks of the others. */
    private static CommandLine commandLine(String named) {
        CommandLine commandLine = new CommandLine(new LowrankCommand());
        boolean alone = LowrankCommand.COMMANDS.stream()
                .anyMatch(command -> command.getKey().equals(named) && !SPEAK_OF_ALL.contains(command.getValue()));
        for (Map.Entry<String, Class<?>> command : LowrankCommand.COMMANDS) {
            if (!alone || command.getKey().equals(named)) {
                commandLine.addSubcommand(command.getKey(), command.getValue());
            }
        }
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUsageHelpAutoWidth(true);
        showVersion(commandLine);
        commandLine.setOut(new java.io.PrintWriter(System.out, true, StandardCharsets.UTF_8));
        commandLine.setErr(new java.io.PrintWriter(System.err, true, StandardCharsets.UTF_8));
        return commandLine;
    }

    private static void showVersion(CommandLine command) {
        command.getCommandSpec().versionProvider(new VersionProvider());
        command.getSubcommands().values().forEach(Main::showVersion);
    }

    /**
     * UTF-8 on both streams, to the descriptors the launcher names: it keeps the JVM's own streams apart, because the JVM writes a
     * warning about the Vector API to its standard error, and why it cannot start to its standard output.
     */
    private static StandardOutput openStreams() {
        Integer results = Integer.getInteger("lowrank.stdout");
        FileOutputStream standard = new FileOutputStream(FileDescriptor.out);
        StandardOutput out = new StandardOutput(
                results == null ? standard : results < 0 ? StandardOutput.closed() : opened(results, standard));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        FileOutputStream messages = new FileOutputStream(FileDescriptor.err);
        Integer descriptor = Integer.getInteger("lowrank.stderr");
        if (descriptor != null) {
            messages = opened(descriptor, messages);
        }
        System.setErr(new PrintStream(messages, true, StandardCharsets.UTF_8));
        return out;
    }

    /** A user without an entry in the system's list has the home "?", where caches must not go: HOME tells better. */
    private static void findHome() {
        String known = System.getProperty("user.home", "");
        String home = System.getenv("HOME");
        if (!Path.of(known).isAbsolute() && home != null && !home.isBlank()) {
            System.setProperty("user.home", home);
        }
    }

    private static FileOutputStream opened(int descriptor, FileOutputStream otherwise) {
        try {
            Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            return new FileOutputStream(constructor.newInstance(descriptor));
        } catch (ReflectiveOperationException | RuntimeException notOpened) {
            return reopened(descriptor, otherwise);
        }
    }

    private static FileOutputStream reopened(int descriptor, FileOutputStream otherwise) {
        for (String path : List.of("/dev/fd/" + descriptor, "/proc/self/fd/" + descriptor)) {
            try {
                return new FileOutputStream(path, true);
            } catch (IOException notThisOne) {
                continue;
            }
        }
        return otherwise;
    }

    /** Read by DJL and slf4j-simple when their classes load: no network of their own, no telemetry, no chatter. */
    static void quietLibraries() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        if (System.getProperty("org.slf4j.simpleLogger.defaultLogLevel") == null) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
        }
    }
}
