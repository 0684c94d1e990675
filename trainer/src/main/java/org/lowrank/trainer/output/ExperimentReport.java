package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.Lead;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Shown;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.Sources;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** The page of an experiment, from its saved result alone. */
public final class ExperimentReport {
    private ExperimentReport() {}

    /**
     * Builds the page.
     *
     * @param csv summary.csv to offer for download, or null
     * @param json result.json to offer for download, or null
     */
    public static Report of(ExperimentResult result, @Nullable String csv, @Nullable String json) {
        ExperimentViews.Bound<?> view = ExperimentViews.of(result.settings());
        List<Section> sections = new ArrayList<>(view.figures(result.curves(), result.findings()));
        sections.add(notes(result, view));
        sections.add(method(view));
        sections.add(Sources.cite(result.environment().version()));
        return new Report(
                "Experiment",
                view.title(),
                origin(result),
                view.cards(),
                List.of(new FindingGroup(
                        "",
                        result.findings().stream()
                                .map(ExperimentReport::inShort)
                                .toList())),
                sections,
                provenance(result),
                csv == null ? null : new Report.Download("summary.csv", csv),
                json == null ? null : new Report.Download("result.json", json),
                lead(result, view));
    }

    private static Lead lead(ExperimentResult result, ExperimentViews.Bound<?> view) {
        String preset = result.settings().preset().name().toLowerCase(Locale.ROOT);
        return new Lead(
                view.leading(result.findings()).stream()
                        .map(ExperimentReport::sentence)
                        .collect(Collectors.joining(" ")),
                "Stable rank ‖W‖_F/‖W‖_2: over how many directions a matrix acts with about equal strength; 1 is a single one. "
                        + "Ranges in brackets: 95 % intervals over draws.",
                List.of(),
                Sources.links(),
                ResultFiles.fileName(view.name()),
                Sources.footer(
                        view.title() + ", preset " + preset,
                        result.environment().version()));
    }

    private static String sentence(Finding finding) {
        return finding.statement().endsWith(".") ? finding.statement() : finding.statement() + ".";
    }

    private static String origin(ExperimentResult result) {
        return "Preset " + result.settings().preset().name().toLowerCase(Locale.ROOT) + " · lowrank "
                + result.environment().version() + " · " + result.environment().started();
    }

    /** At the top of the page: the details stand under the figure. */
    private static Shown inShort(Finding f) {
        return new Shown(
                Finding.of(f.id(), f.verdict(), f.number(), f.statement(), "", f.numbers()), MergingFindings.figure(f));
    }

    static String join(List<?> items) {
        return String.join(", ", items.stream().map(String::valueOf).toList());
    }

    /** What a reader should know before quoting a number. */
    private static NoteSection notes(ExperimentResult result, ExperimentViews.Bound<?> view) {
        List<String> paragraphs = new ArrayList<>();
        for (Finding finding : result.findings()) {
            if (finding.verdict() == Verdict.EXCEPTION || finding.verdict() == Verdict.ROUGHLY) {
                String how = finding.verdict() == Verdict.EXCEPTION ? "Not reproduced here: " : "Only roughly: ";
                paragraphs.add(how + finding.statement());
            }
        }
        paragraphs.addAll(view.notes());
        return new NoteSection("notes", "What reproduces and what does not", List.of(), paragraphs);
    }

    private static NoteSection method(ExperimentViews.Bound<?> view) {
        List<Fact> facts = new ArrayList<>(view.training());
        facts.add(new Fact("Labels", view.labels(), false));
        facts.add(new Fact("Stable rank", "‖W‖_F / ‖W‖_2, the paper's convention", false));
        return new NoteSection("method", "Method", facts, List.of());
    }

    private static List<Fact> provenance(ExperimentResult result) {
        ExperimentResult.Environment environment = result.environment();
        return List.of(
                new Fact("Tool", "lowrank " + environment.version(), false),
                new Fact("Started", environment.started(), false),
                new Fact("Wall time", String.format(Locale.ROOT, "%.0f s", environment.seconds()), false),
                new Fact("Threads", Integer.toString(environment.threads()), false),
                new Fact("Java", environment.java(), false),
                new Fact("System", environment.os(), false),
                new Fact("Seed", Long.toString(result.settings().seed()), false),
                new Fact(
                        "Settings",
                        ResultJson.writeCompact(result.settings()).strip().replace(",\"", ", \""),
                        true),
                new Fact("Reproduce", String.join(" ", environment.commandLine()), true));
    }
}
