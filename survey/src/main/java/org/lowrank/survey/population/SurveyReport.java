package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.output.Findings;
import org.lowrank.analyzer.output.ReportNotes;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.Lead;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.Sources;
import org.lowrank.reports.finding.Finding;

/** The page of a survey, from its saved result alone. */
final class SurveyReport {
    /** Rows of the page's table of models; models.csv has all of them. */
    private static final int MOST_MODELS = 2000;

    private static final int MOST_OUTLIERS = 300;

    private SurveyReport() {}

    /**
     * Builds the page.
     *
     * @param csv models.csv to offer for download
     * @param json result.json to offer for download
     */
    static Report of(SurveyResult result, String csv, String json) {
        Population population = new Population(result.models());
        List<Section> sections = new ArrayList<>();
        if (!population.subjects().isEmpty()) {
            sections.add(PopulationFigures.overDepth(population));
            sections.add(PopulationFigures.overSize(population));
            PopulationFigures.output(population).ifPresent(sections::add);
            sections.addAll(RelativesSection.of(population));
            outliers(result).ifPresent(sections::add);
        }
        sections.add(models(result));
        sections.add(method());
        sections.add(Sources.cite(result.tool().version()));
        return new Report(
                "Survey",
                title(result),
                "",
                cards(result),
                List.of(new FindingGroup(
                        "",
                        result.findings().stream()
                                .map(finding -> Findings.of(finding, evidence(finding)))
                                .toList())),
                sections,
                ReportNotes.run(result.tool(), result.started(), result.commandLine()),
                new Report.Download("models.csv", csv),
                new Report.Download("result.json", json),
                lead(result));
    }

    private static String title(SurveyResult result) {
        int models = result.measured().size();
        return NumberText.decimals(models, 0) + (models == 1 ? " model" : " models");
    }

    private static Lead lead(SurveyResult result) {
        List<String> sentences = new ArrayList<>();
        for (String id : List.of("population-low-rank", "population-share")) {
            result.findings().stream()
                    .filter(finding -> finding.id().equals(id))
                    .findFirst()
                    .ifPresent(finding -> sentences.add(finding.statement() + "."));
        }
        return new Lead(
                String.join(" ", sentences),
                "Share of the Gaussian baseline: the stable rank ‖A‖_F/‖A‖_2 of a matrix over that of a random matrix of its shape,"
                        + " so that models of all sizes compare; 1 is random."
                        + (new Population(result.models()).members().equals("models")
                                ? ""
                                : " Parts: encoder and decoder, or text and vision, of one model count apart."),
                List.of(),
                Sources.links(),
                "survey",
                Sources.footer(title(result), result.tool().version()));
    }

    private static List<Card> cards(SurveyResult result) {
        List<SurveyedModel> measured = result.measured();
        long matrices =
                measured.stream().mapToLong(model -> model.counts().matrices()).sum();
        double parameters = measured.stream()
                .map(SurveyedModel::architecture)
                .filter(card -> card != null)
                .mapToDouble(ArchitectureCard::parameters)
                .sum();
        long families = measured.stream()
                .map(SurveyedModel::architecture)
                .filter(card -> card != null)
                .map(ArchitectureCard::modelType)
                .distinct()
                .count();
        return List.of(
                new Card("Models measured", NumberText.decimals(measured.size(), 0)),
                new Card("Failed", NumberText.decimals(result.models().size() - measured.size(), 0)),
                new Card("Families", NumberText.decimals(families, 0)),
                new Card("Matrices", NumberText.decimals(matrices, 0)),
                new Card("Parameters", NumberText.decimals(parameters, 0)));
    }

    private static String evidence(Finding finding) {
        return switch (finding.id()) {
            case "population-output" -> "output";
            case "population-width" -> "size";
            case "population-relatives" -> "relatives";
            case "population-outliers" -> finding.number().startsWith("0 ") ? "" : "outliers";
            default -> "depth";
        };
    }

    private static java.util.Optional<TableSection> outliers(SurveyResult result) {
        List<List<Cell>> rows = new ArrayList<>();
        for (SurveyedModel model : result.measured()) {
            for (SurveyedModel.OutlierLayer one : model.outliers()) {
                if (rows.size() < MOST_OUTLIERS) {
                    rows.add(List.of(
                            text(model.model()),
                            text(one.stack()),
                            number(one.layer(), "" + one.layer()),
                            text(one.matrix()),
                            text(one.quantity()),
                            number(one.value(), NumberText.significant(one.value(), 4)),
                            number(one.median(), NumberText.significant(one.median(), 4)),
                            number(one.z(), NumberText.decimals(one.z(), 1))));
                }
            }
        }
        return rows.isEmpty()
                ? java.util.Optional.empty()
                : java.util.Optional.of(new TableSection(
                        "outliers",
                        "Outlier layers",
                        "Matrices six robust deviations and a factor of 1.25 from the median of their kind in the model, the furthest of"
                                + " each model first"
                                + (rows.size() == MOST_OUTLIERS ? "; the first " + MOST_OUTLIERS : "") + ".",
                        List.of(
                                new Column("Model", false),
                                new Column("Stack", false),
                                new Column("Layer", true),
                                new Column("Matrix", false),
                                new Column("Quantity", false),
                                new Column("Value", true),
                                new Column("Median", true),
                                new Column("z", true)),
                        rows,
                        true));
    }

    private static TableSection models(SurveyResult result) {
        List<List<Cell>> rows = new ArrayList<>();
        for (SurveyedModel model :
                result.models().subList(0, Math.min(MOST_MODELS, result.models().size()))) {
            ArchitectureCard card = model.architecture();
            if (card == null) {
                rows.add(List.of(
                        text(model.model()),
                        text("failed: " + model.reason()),
                        text(""),
                        text(""),
                        text(""),
                        text(""),
                        text(""),
                        text("")));
            } else {
                rows.add(List.of(
                        text(model.model()),
                        text("measured"),
                        text(card.modelType()),
                        count(card.layers()),
                        count(card.modelDimension()),
                        count(card.feedForwardDimension()),
                        count(card.parameters()),
                        count(model.counts().matrices())));
            }
        }
        return new TableSection(
                "models",
                "Models",
                "In the order of the list; revisions, places and fingerprints are in models.csv"
                        + (rows.size() < result.models().size() ? ", as are all but the first " + MOST_MODELS : "")
                        + ".",
                List.of(
                        new Column("Model", false),
                        new Column("Status", false),
                        new Column("Family", false),
                        new Column("Layers", true),
                        new Column("Width", true),
                        new Column("FF width", true),
                        new Column("Parameters", true),
                        new Column("Matrices", true)),
                rows,
                true);
    }

    private static NoteSection method() {
        return new NoteSection(
                "method",
                "Method",
                List.of(
                        new Fact(
                                "Gaussian baseline",
                                "√(rc) / (√r + √c): the stable rank of an r × c matrix with i.i.d. Gaussian entries.",
                                false),
                        new Fact(
                                "Relative depth",
                                "layer number over that of the stack's last layer; between layers lines are straight. Bands hold the"
                                        + " middle 80 % of the models at each depth.",
                                false),
                        new Fact("Size of an entry", "‖A‖_F / √(rc), the root mean square entry.", false),
                        new Fact(
                                "Distance of two models",
                                "root mean square, over the kinds of matrices both have and the depths of either's layers, of the"
                                        + " difference of the logarithms of the size of an entry.",
                                false),
                        new Fact(
                                "Layers in random order",
                                "the median of that distance over twenty random orders of one model's layers, the same for all its kinds:"
                                        + " what levels and trends alone give.",
                                false)),
                List.of(
                        "Each row of survey.csv and survey.parquet is that of lowrank analyze, to the last bit; its result.json is in"
                                + " models/."));
    }

    static Cell text(String text) {
        return new Cell(text, null);
    }

    static Cell number(double value, String text) {
        return Double.isNaN(value) ? text("") : new Cell(text, value);
    }

    private static Cell count(long value) {
        return new Cell(String.format(Locale.ROOT, "%s", NumberText.decimals(value, 0)), (double) value);
    }
}
