package org.lowrank.cli;

import java.util.List;
import java.util.Locale;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.survey.trace.TraceResult;

/** A trace for people. */
final class TraceSummary {
    private TraceSummary() {}

    /** The last checkpoint's card, how many there are, and the findings. */
    static String of(TraceResult result, Terminal terminal) {
        List<TraceResult.Checkpoint> all = result.checkpoints();
        var last = all.get(all.size() - 1).measured();
        StringBuilder text = new StringBuilder(TerminalSummary.card(
                last.model(),
                last.revision(),
                last.architecture(),
                last.provenance().source()));
        text.append(String.format(
                Locale.ROOT,
                "%n%d checkpoints from step %,d to %,d",
                all.size(),
                all.get(0).step(),
                all.get(all.size() - 1).step()));
        all.stream()
                .filter(one -> !one.hasOwnNumbers())
                .forEach(one -> text.append("\n  ")
                        .append(ForeignText.name(one.name()))
                        .append(" has the weights of ")
                        .append(ForeignText.name(String.valueOf(one.duplicateOf()))));
        text.append("\n\n");
        boolean stacks =
                result.findings().stream().map(Finding::stack).distinct().count() > 1;
        result.findings().forEach(finding -> text.append(TerminalSummary.finding(finding, stacks, terminal)));
        return text.append('\n').toString();
    }
}
