package org.lowrank.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.lowrank.analyzer.layer.NothingSelectedException;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.trainer.merge.DivergedException;
import org.lowrank.trainer.task.MalformedDataException;
import org.lowrank.trainer.task.MissingDataException;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.UnavailableSourceException;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.writing.WeightsWriteException;
import picocli.CommandLine;

/** Exceptions to one line on stderr and an exit code. */
final class Failures {
    /** Wrong usage. */
    static final int USAGE = 2;
    /** The model was not found or may not be read. */
    static final int NOT_FOUND = 3;
    /** The weights are malformed, incomplete or of an unknown kind. */
    static final int MALFORMED = 4;
    /** Results cannot be written. */
    static final int NOT_WRITTEN = 5;
    /** Interrupted. */
    static final int INTERRUPTED = 130;
    /** Anything else. */
    static final int OTHER = 1;

    private Failures() {}

    /** Prints the failure and gives its exit code; the stack trace only with {@code --debug}. */
    static int report(Throwable failure, String... args) {
        return report(System.err, failure, Arrays.asList(args).contains("--debug"));
    }

    static int report(PrintStream err, Throwable thrown, boolean debug) {
        err.print("lowrank: ");
        return reportRest(err, thrown, debug);
    }

    /** The same where the line has begun with what it is about. */
    static int reportRest(PrintStream err, Throwable thrown, boolean debug) {
        Throwable failure = meaning(thrown);
        err.println(line(failure));
        if (debug) {
            thrown.printStackTrace(err);
        }
        return exitCode(failure);
    }

    /** What went wrong under the wrappers that libraries and other threads put around it: the innermost that we can explain. */
    private static Throwable meaning(Throwable thrown) {
        Throwable meaning = thrown;
        int depth = 0;
        for (Throwable cause = thrown; cause != null && depth < 50; cause = cause.getCause()) {
            depth++;
            if (isOurs(cause)) {
                return cause;
            }
            if (cause instanceof VirtualMachineError || cause instanceof InterruptedException) {
                meaning = cause;
            } else if (meaning instanceof RuntimeException && cause instanceof IOException) {
                meaning = cause;
            }
        }
        return meaning;
    }

    private static boolean isOurs(Throwable failure) {
        return failure instanceof ModelNotFoundException
                || failure instanceof MalformedWeightsException
                || failure instanceof UnavailableSourceException
                || failure instanceof MissingDataException
                || failure instanceof MalformedDataException
                || failure instanceof ReportWriteException
                || failure instanceof WeightsWriteException
                || failure instanceof UnreadableResultException
                || failure instanceof NothingSelectedException
                || failure instanceof DivergedException
                || failure instanceof UsageException;
    }

    static int exitCode(Throwable failure) {
        if (failure instanceof ModelNotFoundException
                || failure instanceof UnavailableSourceException
                || failure instanceof MissingDataException
                || failure instanceof AccessDeniedException) {
            return NOT_FOUND;
        }
        if (failure instanceof MalformedWeightsException || failure instanceof MalformedDataException) {
            return MALFORMED;
        }
        if (failure instanceof ReportWriteException || failure instanceof WeightsWriteException) {
            return NOT_WRITTEN;
        }
        if (failure instanceof InterruptedException) {
            return INTERRUPTED;
        }
        if (failure instanceof UsageException
                || failure instanceof UnreadableResultException
                || failure instanceof NothingSelectedException) {
            return USAGE;
        }
        return OTHER;
    }

    private static String line(Throwable failure) {
        String message = failure.getMessage();
        if (isOurs(failure) && message != null) {
            return oneLine(message) + Suggestion.ofModel(message);
        }
        if (failure instanceof InterruptedException) {
            return "interrupted";
        }
        if (failure instanceof OutOfMemoryError) {
            return String.valueOf(message).contains("native thread")
                    ? "no more threads: the system allows this user too few (ulimit -u); use fewer --threads, or raise it"
                    : "out of memory: " + oneLine(String.valueOf(message))
                            + "; use fewer --threads, or set LOWRANK_JAVA_OPTS=-Xmx8g";
        }
        if (failure instanceof StackOverflowError) {
            return "nested too deeply: a file of the model or the result; it is damaged or made to do harm, get another copy";
        }
        if (failure instanceof AccessDeniedException) {
            return "cannot read: " + oneLine(String.valueOf(message)) + ": permission denied; change its rights";
        }
        if (failure instanceof IOException && message != null) {
            return "cannot read or write: " + oneLine(message) + "; run again with --debug for the details";
        }
        return "unexpected failure: " + failure.getClass().getSimpleName() + ": " + oneLine(String.valueOf(message))
                + "; run again with --debug for the details, and report it";
    }

    /** A wrong option or argument: what is wrong and where help is, in one line. */
    static int reportUsage(CommandLine.ParameterException wrong, String... args) {
        CommandLine command = wrong.getCommandLine();
        String said = oneLine(String.valueOf(wrong.getMessage()));
        String message = wrongValue(wrong).orElseGet(() -> said + suggestion(wrong, command));
        System.err.println("lowrank: wrong usage: " + message + "; see '"
                + command.getCommandSpec().qualifiedName(" ") + " --help'");
        return USAGE;
    }

    /** Of an enumeration: the values there are as they are written, and the nearest. */
    private static Optional<String> wrongValue(CommandLine.ParameterException wrong) {
        if (!(wrong.getArgSpec() instanceof CommandLine.Model.OptionSpec option)
                || !(option.auxiliaryTypes()[0].isEnum())
                || wrong.getValue() == null) {
            return Optional.empty();
        }
        List<String> known = Arrays.stream(option.auxiliaryTypes()[0].getEnumConstants())
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                .toList();
        return Optional.of(option.longestName() + ": '" + wrong.getValue() + "': unknown value; choose from "
                + String.join(",", known) + Suggestion.of(wrong.getValue(), known));
    }

    /** What was meant by a command or option that does not exist. */
    private static String suggestion(CommandLine.ParameterException wrong, CommandLine command) {
        if (!(wrong instanceof CommandLine.UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        String word = unmatched.getUnmatched().get(0);
        if (!word.startsWith("-")) {
            return Suggestion.of(word, command.getSubcommands().keySet());
        }
        int value = word.indexOf('=');
        List<String> names = command.getCommandSpec().options().stream()
                .flatMap(option -> Arrays.stream(option.names()))
                .filter(name -> name.startsWith("--"))
                .toList();
        return Suggestion.of(value < 0 ? word : word.substring(0, value), names);
    }

    private static String oneLine(String text) {
        return ForeignText.line(text.replaceAll("\\s*\\R\\s*", " ").strip());
    }
}
