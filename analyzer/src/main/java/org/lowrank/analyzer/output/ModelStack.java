package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.analyzer.measurement.MatrixMeasurement;

/** A model's stack, as named in titles. */
record ModelStack(String model, String revision, String stack, String title) {
    /** The matrices of every stack of a run, in the order of its models. */
    static Map<ModelStack, List<MatrixMeasurement>> of(AnalysisResult result) {
        Map<ModelStack, List<MatrixMeasurement>> stacks = new LinkedHashMap<>();
        List<String> names = AnalysisLead.shortNames(
                result.models().stream().map(AnalysisResult.Model::model).toList());
        for (AnalysisResult.Model model : result.models()) {
            String name = names.get(result.models().indexOf(model));
            List<MatrixMeasurement> rows = result.matricesOf(model).stream()
                    .filter(row -> row.id().kind() != MatrixKind.TENSOR) // a kind of its own each: no line over layers
                    .toList();
            boolean several =
                    rows.stream().map(MatrixMeasurement::stack).distinct().count() > 1;
            for (MatrixMeasurement row : rows) {
                String title = several ? name + " (" + row.stack() + ")" : name;
                stacks.computeIfAbsent(
                                new ModelStack(model.model(), model.revision(), row.stack(), title),
                                k -> new ArrayList<>())
                        .add(row);
            }
        }
        return stacks;
    }
}
