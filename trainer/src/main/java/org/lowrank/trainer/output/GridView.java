package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Preset;

/** Merging over widths, depths, overlaps and numbers of tasks; collapse over λ. */
final class GridView implements ExperimentView<GridSettings> {
    static final String ID = "grid";

    @Override
    public Class<GridSettings> settings() {
        return GridSettings.class;
    }

    @Override
    public String name(GridSettings settings) {
        return settings.axis().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String title(GridSettings settings) {
        return switch (settings.axis()) {
            case WIDTH -> "Merging over the width of the networks";
            case DEPTH -> "Merging over the depth of the networks";
            case OVERLAP -> "Merging over the overlap of the tasks' inputs";
            case TASKS -> "Merging many tasks";
            case TRANSITION -> "Collapse over weight decay, by depth";
        };
    }

    static String axis(GridSettings settings) {
        return switch (settings.axis()) {
            case WIDTH -> "width of the first hidden layer";
            case DEPTH, TRANSITION -> "number of layers K";
            case OVERLAP -> "overlap ρ of the tasks' inputs";
            case TASKS -> "number of tasks";
        };
    }

    @Override
    public List<Card> cards(GridSettings s) {
        return Protocols.cards(
                s,
                new Card(
                        "Values",
                        ExperimentReport.join(
                                s.values().stream().map(NumberText::exact).toList())),
                new Card(
                        "λ",
                        s.weightDecays().size() > 3
                                ? s.weightDecays().size() + " values"
                                : ExperimentReport.join(s.weightDecays().stream()
                                        .map(NumberText::exact)
                                        .toList())));
    }

    @Override
    public List<Finding> findings(GridSettings settings, CurveSet curves) {
        if (settings.axis() == GridSettings.Axis.TRANSITION) {
            return TransitionFindings.of(settings, curves);
        }
        List<Finding> findings = new ArrayList<>();
        if (RankFindings.apply(settings)) {
            findings.add(new RankFindings(settings, curves).held());
        }
        for (GridSlice slice : GridSlice.all(settings, curves)) {
            findings.addAll(GridFindings.of(slice));
        }
        return findings;
    }

    /** Of a transition, what kind it is at each depth. */
    @Override
    public List<Finding> leading(List<Finding> findings) {
        List<Finding> kinds = findings.stream()
                .filter(finding -> finding.id().endsWith("/transition"))
                .toList();
        return kinds.isEmpty() ? ExperimentView.super.leading(findings) : kinds.subList(0, Math.min(3, kinds.size()));
    }

    @Override
    public List<Section> figures(GridSettings settings, CurveSet curves, List<Finding> findings) {
        if (settings.axis() == GridSettings.Axis.TRANSITION) {
            return List.of(GridFigures.transition(settings, curves, findings));
        }
        List<Section> sections = new ArrayList<>();
        if (RankFindings.apply(settings)) {
            sections.add(new RankFindings(settings, curves).figure(findings));
        }
        for (GridSlice slice : GridSlice.all(settings, curves)) {
            sections.add(GridFigures.merging(slice, findings));
        }
        return sections;
    }

    @Override
    public List<String> notes(GridSettings settings) {
        List<String> notes = new ArrayList<>();
        if (settings.preset() == Preset.QUICK && settings.axis() != GridSettings.Axis.TRANSITION) {
            notes.add(
                    "This is the quick preset: small networks, few steps at a large λ, five draws. It shows how to ask the"
                            + " question, and what small networks answer; Figure 3's are larger and trained longer.");
        }
        notes.add("The paper makes no claim about this axis; findings say what was measured.");
        return notes;
    }
}
