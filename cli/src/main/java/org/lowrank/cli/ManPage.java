package org.lowrank.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lowrank.machine.program.Program;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command's help as a manual page, in the macros of man(7). */
final class ManPage {
    private final CommandLine command;
    private final StringBuilder page = new StringBuilder();

    private ManPage(CommandLine command) {
        this.command = command;
    }

    /** The pages of a command and of all below it, by their file's name: {@code lowrank-experiment-sweep.1}. */
    static Map<String, String> all(CommandLine root) {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put(name(root) + ".1", new ManPage(root).text());
        root.getSubcommands().values().forEach(below -> pages.putAll(all(below)));
        return pages;
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName("-");
    }

    private String text() {
        CommandSpec spec = command.getCommandSpec();
        String[] description = spec.usageMessage().description();
        String summary = description.length == 0
                ? ""
                : description[0].replaceFirst("(?s)[.:] .*", "").replaceFirst("\\.$", "");
        page.append(".TH ")
                .append(name(command).toUpperCase(Locale.ROOT))
                .append(" 1 \"\" \"")
                .append(Program.NAME)
                .append(' ')
                .append(Program.version())
                .append("\" \"lowrank\"\n");
        section("NAME", List.of(name(command) + " - " + summary));
        page.append(".SH SYNOPSIS\n.nf\n");
        command.getHelp()
                .synopsis(0)
                .lines()
                .forEach(line -> page.append(escaped(Ansi.OFF.string(line))).append('\n'));
        page.append(".fi\n");
        section("DESCRIPTION", List.of(description));
        arguments(spec.positionalParameters());
        options(spec.options());
        commands();
        footer(spec.usageMessage().footer());
        String above = spec.parent() == null ? "" : spec.parent().qualifiedName("-");
        if (!above.isEmpty()) {
            page.append(".SH SEE ALSO\n.BR ").append(escaped(above)).append(" (1)\n");
        }
        return page.toString();
    }

    private void section(String title, List<String> paragraphs) {
        page.append(".SH ").append(title).append('\n');
        paragraphs.forEach(paragraph -> page.append(escaped(paragraph)).append('\n'));
    }

    private void arguments(List<PositionalParamSpec> parameters) {
        if (!parameters.isEmpty()) {
            page.append(".SH ARGUMENTS\n");
        }
        for (PositionalParamSpec parameter : parameters) {
            entry("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter.description());
        }
    }

    private void options(List<OptionSpec> options) {
        List<OptionSpec> shown =
                options.stream().filter(option -> !option.hidden()).toList();
        if (!shown.isEmpty()) {
            page.append(".SH OPTIONS\n");
        }
        for (OptionSpec option : shown) {
            List<String> names = new ArrayList<>();
            for (String name : option.names()) {
                names.add("\\fB" + escaped(name) + "\\fR");
            }
            String value = option.arity().max() > 0 ? "=\\fI" + escaped(option.paramLabel()) + "\\fR" : "";
            entry(String.join(", ", names) + value, option.description());
        }
    }

    private void commands() {
        if (!command.getSubcommands().isEmpty()) {
            page.append(".SH COMMANDS\n");
        }
        command.getSubcommands()
                .forEach((word, below) -> entry(
                        "\\fB" + escaped(word) + "\\fR",
                        below.getCommandSpec().usageMessage().description()));
    }

    private void entry(String term, String[] description) {
        page.append(".TP\n").append(term).append('\n');
        page.append(description.length == 0 ? "\\&" : escaped(String.join(" ", description)))
                .append('\n');
    }

    /** What help ends with, its lines as they are. */
    private void footer(String[] lines) {
        if (lines.length > 0) {
            page.append(".SH NOTES\n");
        }
        boolean listing = false;
        for (String line : lines) {
            if (line.startsWith("  ") != listing) {
                listing = !listing;
                page.append(listing ? ".nf\n" : ".fi\n");
            }
            page.append(line.isBlank() ? ".PP" : escaped(line)).append('\n');
            if (!listing && line.endsWith(":")) {
                page.append(".br\n");
            }
        }
        page.append(listing ? ".fi\n" : "");
    }

    /** Text of a line: what roff would take for a command, an escape or a hyphen. */
    private static String escaped(String text) {
        String plain = text.replace("\\", "\\e").replace("-", "\\-").replaceAll("\\R", " ");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
