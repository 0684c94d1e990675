package org.lowrank.trainer.output;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.ExperimentSettings;

/** The views there are, each bound to the settings of one result. */
final class ExperimentViews {
    private static final List<ExperimentView<?>> ALL = List.of(
            new SweepView(),
            new MergingView(),
            new MechanismView(),
            new GridView(),
            new VariantView(),
            new FinetuningView());

    private ExperimentViews() {}

    /** A view with its settings. */
    record Bound<S extends ExperimentSettings>(ExperimentView<S> view, S settings) {
        private static <S extends ExperimentSettings> @Nullable Bound<S> of(
                ExperimentView<S> view, ExperimentSettings settings) {
            return view.settings().isInstance(settings)
                    ? new Bound<>(view, view.settings().cast(settings))
                    : null;
        }

        String name() {
            return view.name(settings);
        }

        String title() {
            return view.title(settings);
        }

        List<Card> cards() {
            return view.cards(settings);
        }

        List<Finding> findings(List<Curve> curves) {
            return view.findings(settings, new CurveSet(curves));
        }

        List<Section> figures(List<Curve> curves, List<Finding> findings) {
            return view.figures(settings, new CurveSet(curves), findings);
        }

        List<Finding> leading(List<Finding> findings) {
            return view.leading(findings);
        }

        List<String> notes() {
            return view.notes(settings);
        }

        List<Fact> training() {
            return view.training(settings);
        }

        String labels() {
            return view.labels(settings);
        }
    }

    static Bound<?> of(ExperimentSettings settings) {
        for (ExperimentView<?> view : ALL) {
            Bound<?> bound = Bound.of(view, settings);
            if (bound != null) {
                return bound;
            }
        }
        throw new IllegalArgumentException("no view for " + settings.getClass());
    }
}
