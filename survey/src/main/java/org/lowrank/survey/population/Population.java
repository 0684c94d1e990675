package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.machine.text.ForeignText;

/** The stacks of layers of all models that were measured. */
final class Population {
    /** Kinds in the order of figures; others follow. */
    private static final List<String> ORDER = List.of("QKV", "O", "M1", "GATE", "M2", "Q", "K", "V");

    private final List<Subject> subjects = new ArrayList<>();

    Population(List<SurveyedModel> models) {
        for (SurveyedModel model : models) {
            ArchitectureCard card = model.architecture();
            if (card != null) {
                Map<String, Map<String, Profile>> stacks = new LinkedHashMap<>();
                for (Profile profile : model.profiles()) {
                    stacks.computeIfAbsent(profile.stack(), key -> new LinkedHashMap<>())
                            .put(profile.kind(), profile);
                }
                stacks.forEach((stack, kinds) -> subjects.add(new Subject(
                        ForeignText.name(stacks.size() == 1 ? model.model() : model.model() + ", " + stack),
                        model.model(),
                        stack,
                        card,
                        kinds)));
            }
        }
    }

    List<Subject> subjects() {
        return subjects;
    }

    /** What its subjects are, in the plural: a model of several stacks is as many of them. */
    String members() {
        long models = subjects.stream().map(Subject::model).distinct().count();
        return models == subjects.size() ? "models" : "model parts";
    }

    /** Those that have a kind of matrix. */
    List<Subject> with(String kind) {
        return subjects.stream().filter(subject -> subject.has(kind)).toList();
    }

    /** Kinds that a subject has. */
    List<String> kinds() {
        Set<String> kinds = new LinkedHashSet<>();
        ORDER.stream().filter(kind -> !with(kind).isEmpty()).forEach(kinds::add);
        subjects.forEach(subject -> kinds.addAll(subject.kinds().keySet()));
        return List.copyOf(kinds);
    }

    /** A quantile, at each depth of the grid, of curves of the subjects that have a kind. */
    double[] quantile(String kind, Function<Subject, Curve> curve, double p) {
        List<Curve> curves = with(kind).stream().map(curve).toList();
        return Arrays.stream(Curve.GRID)
                .map(x -> Quantiles.of(
                        p, curves.stream().mapToDouble(one -> one.at(x)).toArray()))
                .toArray();
    }
}
