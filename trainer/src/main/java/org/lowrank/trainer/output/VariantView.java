package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.VariantSettings;
import org.lowrank.trainer.variant.Variant;

/** Whether other training does as the paper's: ranks with decay against ranks without, and what merging costs. */
final class VariantView implements ExperimentView<VariantSettings> {
    private static final String ID = "training";

    @Override
    public Class<VariantSettings> settings() {
        return VariantSettings.class;
    }

    @Override
    public String name(VariantSettings settings) {
        return ID;
    }

    @Override
    public String title(VariantSettings settings) {
        return "Rank and merging under other training";
    }

    @Override
    public List<Card> cards(VariantSettings s) {
        return Protocols.cards(
                s,
                new Card("Hidden widths", ExperimentReport.join(s.hidden())),
                new Card(
                        "λ",
                        ExperimentReport.join(
                                s.weightDecays().stream().map(NumberText::exact).toList())));
    }

    private static List<Fate> fates(VariantSettings settings, CurveSet curves, Variant variant, double lambda) {
        return Fate.of(
                curves, variant.word(), lambda, Subject.ALONE, settings.hidden().size() + 1, variant.classes());
    }

    private static double[] last(
            VariantSettings settings, CurveSet curves, Variant variant, double lambda, Quantity quantity) {
        CurveSet.Draws draws = curves.get(variant.word(), lambda, quantity.alone());
        return Fate.only(draws.at(draws.last()), fates(settings, curves, variant, lambda), Fate.FITTED, Fate.MOVING);
    }

    private static double[] ratio(VariantSettings settings, CurveSet curves, Variant variant, double lambda) {
        double[] merged = last(settings, curves, variant, lambda, Quantity.MERGED_LOSS);
        double[] own = last(settings, curves, variant, lambda, Quantity.INDIVIDUAL_LOSS);
        for (int i = 0; i < merged.length; i++) {
            merged[i] /= own[i];
        }
        return merged;
    }

    @Override
    public List<Finding> findings(VariantSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        for (Variant variant : settings.variants()) {
            findings.add(finding(settings, curves, variant));
        }
        return findings;
    }

    /** From the smallest λ to the largest, draw by draw. */
    private static Finding finding(VariantSettings settings, CurveSet curves, Variant variant) {
        double least = settings.weightDecays().get(0);
        double most = settings.weightDecays().get(settings.weightDecays().size() - 1);
        double[] without = last(settings, curves, variant, least, Quantity.MEAN_INVERSE_STABLE_RANK);
        double[] with = last(settings, curves, variant, most, Quantity.MEAN_INVERSE_STABLE_RANK);
        double[] rise = with.clone();
        for (int i = 0; i < rise.length; i++) {
            rise[i] -= without[i];
        }
        Interval risen = Interval.of(rise);
        Interval ratio = Interval.geometric(ratio(settings, curves, variant, most));
        Interval ratioWithout = Interval.geometric(ratio(settings, curves, variant, least));
        String fates = "λ = " + NumberText.exact(least) + ": " + Fate.counts(fates(settings, curves, variant, least))
                + "; λ = " + NumberText.exact(most) + ": " + Fate.counts(fates(settings, curves, variant, most));
        String id = ID + "/" + variant.word();
        if (risen.draws() == 0) {
            return Finding.of(
                    id,
                    Verdict.UNDECIDED,
                    "–",
                    variant.word() + ": nothing to say: in every draw a network collapsed.",
                    fates + ".",
                    Map.of());
        }
        String change = risen.low() > 0 ? "higher" : risen.high() < 0 ? "lower" : "not clearly other";
        return Finding.of(
                id,
                risen.decides() ? Verdict.INFORMATION : Verdict.UNDECIDED,
                NumberText.of(risen.mean()),
                variant.word() + ": with λ = " + NumberText.exact(most) + " the mean inverse stable rank is " + change
                        + " than with λ = " + NumberText.exact(least) + " (" + NumberText.of(risen.mean())
                        + "); merged over individual loss is ×" + NumberText.of(ratio.mean()) + " against ×"
                        + NumberText.of(ratioWithout.mean()) + ".",
                "Mean inverse stable rank " + Interval.of(without).text() + " to "
                        + Interval.of(with).text()
                        + ", draw by draw " + risen.text() + "; loss ratio " + ratioWithout.text() + " to "
                        + ratio.text()
                        + "; individual loss "
                        + Interval.geometric(last(settings, curves, variant, least, Quantity.INDIVIDUAL_LOSS))
                                .text()
                        + " to "
                        + Interval.geometric(last(settings, curves, variant, most, Quantity.INDIVIDUAL_LOSS))
                                .text()
                        + ", merged error "
                        + NumberText.percent(Interval.of(last(settings, curves, variant, most, Quantity.MERGED_ERROR))
                                .mean())
                        + ". " + fates + ".",
                Map.of("rise", risen.mean(), "loss_ratio", ratio.mean(), "loss_ratio_without", ratioWithout.mean()));
    }

    @Override
    public List<Section> figures(VariantSettings settings, CurveSet curves, List<Finding> findings) {
        List<Panel> panels = new ArrayList<>();
        for (Variant variant : settings.variants()) {
            List<Series> series = new ArrayList<>();
            for (double lambda : settings.weightDecays()) {
                series.addAll(Lines.medians(
                        "λ = " + NumberText.exact(lambda),
                        curves.get(variant.word(), lambda, Quantity.MEAN_INVERSE_STABLE_RANK.alone()),
                        lambda == 0 ? Style.DASHED : Style.SOLID));
            }
            panels.add(new Panel(
                    ID + "-" + variant.word(),
                    variant.word(),
                    new Axis("step", true, false),
                    new Axis("mean inverse stable rank", false, false),
                    series));
        }
        return List.of(new FigureSection(
                ID,
                "Mean inverse stable rank over steps",
                "(1/K) Σ ‖W_k‖_2/‖W_k‖_F of the first network, median over " + settings.draws()
                        + " draws, band from the 10 % to the 90 % quantile, every draw thinly.",
                2,
                panels,
                MergingFigures.under(findings, ID)));
    }

    @Override
    public List<String> notes(VariantSettings settings) {
        List<String> notes = new ArrayList<>();
        if (settings.preset() == Preset.QUICK) {
            notes.add("This is the quick preset: small networks, few steps at a large λ, five draws.");
        }
        notes.add(
                "All variants decay weights by the factor 1 − ηλ a step. AdamW's is decoupled from its gradient's scale, so"
                        + " that λ is no coefficient of an objective that its points of rest are stationary for: the paper's"
                        + " Lemma 4 does not speak of them, nor of networks with biases or several outputs.");
        return notes;
    }

    @Override
    public String labels(VariantSettings settings) {
        return ExperimentView.super.labels(settings) + "; of ten classes the largest of ⟨w_c, x⟩, w_c from N(0, I)";
    }
}
