package org.lowrank.analyzer.output;

import static org.lowrank.analyzer.output.Cells.count;
import static org.lowrank.analyzer.output.Cells.number;
import static org.lowrank.analyzer.output.Cells.significant;
import static org.lowrank.analyzer.output.Cells.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.extraction.ExtractedMatrix;
import org.lowrank.analyzer.extraction.Extraction;
import org.lowrank.analyzer.extraction.ExtractionGoal;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** extract.csv and the page of an extraction, from its saved result alone. */
public final class ExtractionReport {
    private static final List<String> HEADER = List.of(
            "target",
            "rows",
            "cols",
            "rank",
            "frobenius_norm",
            "spectral_norm",
            "energy",
            "error_frobenius_norm",
            "error_spectral_norm_lower",
            "error_spectral_norm_upper",
            "error_upper_failure_probability",
            "error_relative_frobenius",
            "error_relative_spectral",
            "note");

    private ExtractionReport() {}

    /** The text of extract.csv. */
    public static String csv(Extraction extraction) {
        CsvWriter rows = new CsvWriter(HEADER);
        for (ExtractedMatrix one : extraction.matrices()) {
            rows.add(List.of(
                    one.target(),
                    Long.toString(one.rows()),
                    Long.toString(one.cols()),
                    Integer.toString(one.rank()),
                    CsvWriter.number(one.frobeniusNorm()),
                    CsvWriter.number(one.spectralNorm()),
                    CsvWriter.number(one.energy()),
                    CsvWriter.number(one.error().frobeniusNorm()),
                    CsvWriter.number(one.error().spectralNormLower()),
                    CsvWriter.number(one.error().spectralNormUpper()),
                    CsvWriter.number(one.error().upperFailureProbability()),
                    CsvWriter.number(one.relativeFrobeniusError()),
                    CsvWriter.number(one.relativeSpectralError()),
                    one.note()));
        }
        return rows.toString();
    }

    static Finding finding(Extraction extraction) {
        double squares = 0;
        double errors = 0;
        int largest = 0;
        double worst = 0;
        double nullWorst = 0;
        double nullHeld = 0;
        String where = "";
        for (ExtractedMatrix one : extraction.matrices()) {
            squares += one.frobeniusNorm() * one.frobeniusNorm();
            errors += one.error().frobeniusNorm() * one.error().frobeniusNorm();
            largest = Math.max(largest, one.rank());
            MarchenkoPastur.Head random = MarchenkoPastur.Head.of(one.rows(), one.cols(), one.rank());
            nullHeld += one.frobeniusNorm() * one.frobeniusNorm() * random.energy();
            nullWorst = Math.max(nullWorst, random.next());
            if (one.relativeSpectralError() > worst) {
                worst = one.relativeSpectralError();
                where = one.target();
            }
        }
        double energy = squares == 0 ? 1 : 1 - errors / squares;
        Map<String, Double> numbers = new LinkedHashMap<>();
        double none = squares == 0 ? 1 : nullHeld / squares;
        numbers.put("energy", energy);
        numbers.put("null_energy", none);
        numbers.put("largest_rank", (double) largest);
        numbers.put("largest_relative_spectral_error", worst);
        numbers.put("null_largest_relative_spectral_error", nullWorst);
        return Finding.of(
                "energy",
                Verdict.INFORMATION,
                String.format(Locale.ROOT, "%.1f %%", 100 * energy),
                "The adapter holds " + String.format(Locale.ROOT, "%.1f %%", 100 * energy)
                        + " of the energy of what changed in these matrices",
                "Σ(‖ΔW‖_F² − ‖ΔW − BA‖_F²)/Σ‖ΔW‖_F² over "
                        + extraction.matrices().size()
                        + " matrices, with ranks up to " + largest
                        + String.format(
                                Locale.ROOT, "; random changes of these sizes and ranks keep %.1f %%", 100 * none)
                        + (where.isEmpty()
                                ? ""
                                : String.format(
                                        Locale.ROOT, "; largest ‖ΔW − BA‖_2/‖ΔW‖_2 is %.3g, in %s", worst, where)),
                numbers);
    }

    /**
     * Builds the page.
     *
     * @param csv extract.csv to offer for download, or null
     * @param json result.json to offer for download, or null
     */
    public static Report of(ExtractionResult result, @Nullable String csv, @Nullable String json) {
        Extraction extraction = result.extraction();
        List<Section> sections = new ArrayList<>();
        sections.add(table(extraction));
        if (!extraction.leftOut().isEmpty()) {
            sections.add(leftOut(extraction));
        }
        sections.add(method(extraction));
        if (!result.warnings().isEmpty()) {
            sections.add(AnalysisReport.warnings(result.warnings()));
        }
        List<Fact> provenance = new ArrayList<>();
        List<String> titles = result.models().size() == 1 ? List.of("Adapter") : List.of("Base", "Tuned");
        for (int i = 0; i < result.models().size(); i++) {
            provenance.addAll(
                    ReportNotes.provenance(titles.get(i), result.models().get(i)));
        }
        provenance.addAll(ReportNotes.run(result.tool(), result.started(), result.commandLine()));
        return new Report(
                "Extracted adapter",
                result.models().stream().map(AnalysisResult.Model::model).collect(Collectors.joining(" → ")),
                "",
                List.of(
                        new Card("Modules written", count(extraction.written())),
                        new Card(
                                "Largest rank",
                                count(extraction.matrices().stream()
                                        .mapToInt(ExtractedMatrix::rank)
                                        .max()
                                        .orElse(0))),
                        new Card("Goal", goal(extraction.goal())),
                        new Card("Weights left out", count(extraction.leftOut().size()))),
                List.of(new FindingGroup(
                        "",
                        result.findings().stream()
                                .map(finding -> Findings.of(finding, "matrices"))
                                .toList())),
                sections,
                provenance,
                csv == null ? null : new Report.Download("extract.csv", csv),
                json == null ? null : new Report.Download("result.json", json));
    }

    private static String goal(ExtractionGoal goal) {
        return switch (goal.kind()) {
            case RANK -> String.format(Locale.ROOT, "rank ≤ %.0f", goal.value());
            case ENERGY -> String.format(Locale.ROOT, "energy ≥ %s", goal.value());
            case ERROR -> String.format(Locale.ROOT, "‖ΔW − BA‖₂ ≤ %s ‖ΔW‖₂", goal.value());
        };
    }

    private static TableSection table(Extraction extraction) {
        List<Column> columns = List.of(
                new Column("Target", false),
                new Column("Shape", false),
                new Column("Rank", true),
                new Column("‖ΔW‖_F", true, true),
                new Column("‖ΔW‖_2", true, true),
                new Column("Energy", true),
                new Column("‖ΔW − BA‖_F", true, true),
                new Column("‖ΔW − BA‖_2 at most", true, true),
                new Column("relative", true),
                new Column("Note", false));
        List<List<Cell>> rows = extraction.matrices().stream()
                .map(one -> List.of(
                        text(one.target()),
                        text(one.rows() + " × " + one.cols()),
                        number(one.rank(), 0),
                        significant(one.frobeniusNorm(), 5),
                        significant(one.spectralNorm(), 5),
                        number(one.energy(), 5),
                        significant(one.error().frobeniusNorm(), 4),
                        significant(one.error().spectralNormUpper(), 4),
                        significant(one.relativeSpectralError(), 3),
                        text(one.note())))
                .toList();
        return new TableSection(
                "matrices",
                "Matrices",
                "Errors are those of the factors as written, in F32, against ΔW in double.",
                columns,
                rows,
                true);
    }

    private static TableSection leftOut(Extraction extraction) {
        return new TableSection(
                "left-out",
                "Not in the adapter",
                "Weights the adapter does not change; where they differ, base and adapter are not the tuned model.",
                List.of(new Column("Weight", false), new Column("Reason", false)),
                extraction.leftOut().stream()
                        .map(left -> List.of(text(left.name()), text(left.reason())))
                        .toList(),
                true);
    }

    private static NoteSection method(Extraction extraction) {
        return new NoteSection(
                "method",
                "Method",
                List.of(
                        new Fact(
                                "BA",
                                "the leading singular triplets, B = U√Σ and A = √Σ Vᵀ: the best approximation of its rank in"
                                        + " both norms (Eckart and Young 1936); α = r, so that s = 1",
                                false),
                        new Fact(
                                "‖ΔW − BA‖_F",
                                "summed over all entries in double, relative error below 1e-12 of the sum",
                                false),
                        new Fact(
                                "‖ΔW − BA‖_2 at most",
                                "an upper bound of the residual's largest singular value; it fails with the probability in"
                                        + " extract.csv over the random start, 0 where it is proven (--certify, and always"
                                        + " where an adapter was shrunk)",
                                false)),
                List.of(
                        "Loading: PeftModel.from_pretrained(base, directory), where base is built by the class whose module"
                                + " paths are the base checkpoint's tensor names"
                                + (extraction.fanInFanOut()
                                        ? "; the base stores [in, out], so that fan_in_fan_out is set."
                                        : ".")));
    }
}
