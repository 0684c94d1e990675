package org.lowrank.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.ResultJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lowrank doctor}: what a report of a problem needs. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Print what a report of a problem needs, and try the parts: program, machine, kernels, directories, "
                        + "environment. No tokens, no passwords, the home directory as ~. Exit code 1 where something does not work.",
        footer = {"", "Example: lowrank doctor --natives"})
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--natives", description = "Start PyTorch too, which takes seconds.")
    boolean natives;

    @Option(names = "--json", description = "Print JSON instead of a list.")
    boolean json;

    @Override
    public Integer call() {
        Doctor.Report report = Doctor.examine(System.getenv(), natives);
        System.out.print(json ? ResultJson.write(report) : text(report));
        return report.problems().isEmpty() ? 0 : Failures.OTHER;
    }

    private static String text(Doctor.Report report) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Map<String, String>> section : report.sections().entrySet()) {
            text.append(section.getKey()).append('\n');
            section.getValue()
                    .forEach(
                            (name, value) -> text.append(String.format("  %-20s %s%n", name, ForeignText.line(value))));
        }
        text.append(report.problems().isEmpty() ? "no problems found\n" : "problems\n");
        report.problems()
                .forEach(problem ->
                        text.append("  ").append(ForeignText.line(problem)).append('\n'));
        return text.toString();
    }
}
