package org.lowrank.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lowrank.weights.maven.KnownModels;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Completion of commands, options and values, each with its description, for zsh and fish. */
final class ShellCompletion {
    /** Values that are lists of words, which no enum of the options tells. */
    private static final Map<String, List<String>> LISTS = Map.of(
            "--format", List.of("html", "csv", "json", "svg", "png", "card"),
            "--matrices", List.of("Q", "K", "V", "QKV", "O", "M1", "M2", "GATE", "all"));

    /** Names of the models in the Hub's cache, without starting a JVM: its folders are models--org--name. */
    private static final String CACHED =
            "sh -c 'ls \"${HF_HUB_CACHE:-${HF_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/huggingface}/hub}\""
                    + " 2>/dev/null | sed -n \"s/^models--//p\" | sed \"s|--|/|g\"'";

    private ShellCompletion() {}

    /** Puts model names before what picocli's script offers for the arguments of commands that take models. */
    static String bashModels(CommandLine root) {
        String commands = leaves(root).entrySet().stream()
                .filter(leaf -> takesModels(leaf.getValue()) && !leaf.getKey().contains(" "))
                .map(Map.Entry::getKey)
                .collect(java.util.stream.Collectors.joining("|"));
        return "\n_lowrank_models() {\n  _complete_lowrank \"$@\"\n  case \"${COMP_WORDS[1]}\" in\n    " + commands
                + ")\n      local word=\"${COMP_WORDS[COMP_CWORD]}\"\n      if [[ $COMP_CWORD -ge 2 && $word != -* ]]; then\n"
                + "        COMPREPLY+=($(compgen -W \""
                + String.join(" ", KnownModels.all().keySet()) + " $(" + CACHED
                + ")\" -- \"$word\"))\n      fi\n      ;;\n  esac\n}\n"
                + "complete -F _lowrank_models -o default lowrank\n";
    }

    /** All commands that do something, by their words: {@code experiment sweep}. */
    private static Map<String, CommandSpec> leaves(CommandLine root) {
        Map<String, CommandSpec> leaves = new LinkedHashMap<>();
        root.getSubcommands().forEach((name, command) -> {
            leaves.put(name, command.getCommandSpec());
            command.getSubcommands()
                    .forEach((below, nested) -> leaves.put(name + " " + below, nested.getCommandSpec()));
        });
        return leaves;
    }

    static String fish(CommandLine root) {
        StringBuilder script = new StringBuilder("complete -c lowrank -f -a '(__fish_complete_path)'\n");
        leaves(root).forEach((words, command) -> {
            String[] path = words.split(" ");
            String above = path.length == 1
                    ? "__fish_use_subcommand"
                    : "'__fish_seen_subcommand_from " + path[0] + "; and not __fish_seen_subcommand_from " + path[1]
                            + "'";
            script.append("complete -c lowrank -n ")
                    .append(above)
                    .append(" -a ")
                    .append(path[path.length - 1])
                    .append(" -d ")
                    .append(quoted(description(command.usageMessage().description())))
                    .append('\n');
            String in = "'__fish_seen_subcommand_from " + path[path.length - 1] + "'";
            for (OptionSpec option : command.options()) {
                script.append("complete -c lowrank -n ").append(in);
                for (String name : option.names()) {
                    script.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
                }
                List<String> values = values(option);
                if (option.arity().max() > 0) {
                    script.append(values.isEmpty() ? " -r" : " -x -a " + quoted(String.join(" ", values)));
                }
                script.append(" -d ")
                        .append(quoted(description(option.description())))
                        .append('\n');
            }
            if (takesModels(command)) {
                script.append("complete -c lowrank -n ")
                        .append(in)
                        .append(" -a ")
                        .append(quoted(String.join(" ", KnownModels.all().keySet())))
                        .append('\n')
                        .append("complete -c lowrank -n ")
                        .append(in)
                        .append(" -a '(")
                        .append(CACHED.replace("'", "\\'"))
                        .append(")' -d 'in the cache'\n");
            }
        });
        return script.toString();
    }

    static String zsh(CommandLine root) {
        StringBuilder script = new StringBuilder("#compdef lowrank\n\n");
        script.append("_lowrank_cached() {\n  ").append(CACHED).append("\n}\n\n");
        script.append("_lowrank() {\n  local -a commands\n  if (( CURRENT == 2 )); then\n    commands=(\n");
        root.getSubcommands()
                .forEach((name, command) -> script.append("      ")
                        .append(quoted(name + ":"
                                + description(command.getCommandSpec()
                                                .usageMessage()
                                                .description())
                                        .replace(":", "\\:")))
                        .append('\n'));
        script.append("    )\n    _describe command commands\n    return\n  fi\n  case \"$words[2] $words[3]\" in\n");
        List<Map.Entry<String, CommandSpec>> leaves =
                new ArrayList<>(leaves(root).entrySet());
        leaves.sort((a, b) ->
                Integer.compare(b.getKey().split(" ").length, a.getKey().split(" ").length));
        for (Map.Entry<String, CommandSpec> leaf : leaves) {
            script.append("    ")
                    .append(quoted(leaf.getKey()))
                    .append(leaf.getKey().contains(" ") ? ")" : "\\ *)");
            script.append(" _arguments");
            for (OptionSpec option : leaf.getValue().options()) {
                for (String name : option.names()) {
                    String values = values(option).isEmpty() ? "_files" : "(" + String.join(" ", values(option)) + ")";
                    script.append(" \\\n      ")
                            .append(quoted(name + "["
                                    + description(option.description())
                                            .replace("[", "(")
                                            .replace("]", ")") + "]"
                                    + (option.arity().max() > 0
                                            ? ":" + option.paramLabel().replaceAll("[:<>]", "") + ":" + values
                                            : "")));
                }
            }
            List<String> below = new ArrayList<>(leaf.getValue().subcommands().keySet());
            String words = !below.isEmpty()
                    ? "'1: :(" + leaf.getKey() + ")' '2:command:(" + String.join(" ", below) + ")'"
                    : takesModels(leaf.getValue())
                            ? "'*:model:{ compadd -- "
                                    + String.join(" ", KnownModels.all().keySet()) + " $(_lowrank_cached); _files }'"
                            : "'*:file:_files'";
            script.append(" \\\n      ").append(words).append(" ;;\n");
        }
        return script.append("  esac\n}\n\ncompdef _lowrank lowrank\n").toString();
    }

    private static boolean takesModels(CommandSpec command) {
        return command.positionalParameters().stream()
                .anyMatch(parameter -> parameter.paramLabel().contains("MODEL"));
    }

    /** In lower case where the option reads them so. */
    private static List<String> values(OptionSpec option) {
        for (String name : option.names()) {
            if (LISTS.containsKey(name)) {
                return LISTS.getOrDefault(name, List.of());
            }
        }
        Class<?> type = option.type();
        List<String> values = new ArrayList<>();
        if (type.isEnum()) {
            for (Object constant : type.getEnumConstants()) {
                values.add(((Enum<?>) constant).name().toLowerCase(Locale.ROOT));
            }
        } else if (option.completionCandidates() != null) {
            option.completionCandidates().forEach(values::add);
        }
        return values;
    }

    private static String description(String[] lines) {
        String line = lines.length == 0 ? "" : lines[0].replaceAll("\\s*\\(default \\$\\{DEFAULT-VALUE}\\)", "");
        return line.replaceAll("\\$\\{[^}]*}", "…").strip();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
