package org.lowrank.trainer.theory;

import java.util.List;
import java.util.Locale;
import org.lowrank.reports.CsvWriter;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Reading;
import org.lowrank.trainer.theory.claim.Verdict;

/** {@code verdicts.csv}: a row per reading with its verdict, where it was decided, and how far its bound is from the trivial one. */
final class VerdictTable {
    static final List<String> COLUMNS = List.of(
            "check",
            "part",
            "reading",
            "outcome",
            "margin",
            "condition",
            "draw",
            "lambda",
            "step_or_time",
            "runs_judged",
            "runs_undecided",
            "runs_not_judged",
            "sharpness",
            "vacuous_runs",
            "start");

    private VerdictTable() {}

    /** In the paper's order; times of gradient flow, steps of descent. */
    static String csv(List<CheckResult> checks) {
        CsvWriter csv = new CsvWriter(COLUMNS);
        for (CheckResult check : checks) {
            for (Reading reading : check.readings()) {
                csv.add(row(check, reading));
            }
        }
        return csv.toString();
    }

    static List<String> row(CheckResult check, Reading reading) {
        Verdict verdict = reading.verdict();
        return List.of(
                check.id(),
                reading.claim().part().name().toLowerCase(Locale.ROOT),
                reading.claim().id(),
                verdict.outcome().name().toLowerCase(Locale.ROOT),
                CsvWriter.number(verdict.margin()),
                verdict.at().condition(),
                Integer.toString(verdict.at().draw()),
                CsvWriter.number(verdict.at().lambda()),
                CsvWriter.number(verdict.at().step() * check.timePerStep()),
                Integer.toString(verdict.runs().judged()),
                Integer.toString(verdict.runs().undecided()),
                Integer.toString(verdict.runs().excluded()),
                CsvWriter.number(verdict.power().sharpness()),
                Integer.toString(verdict.power().vacuousRuns()),
                CsvWriter.number(verdict.power().start()));
    }
}
