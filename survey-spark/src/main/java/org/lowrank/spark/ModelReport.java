package org.lowrank.spark;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.survey.population.ModelSurvey;
import org.lowrank.survey.population.SurveyedModel;
import org.lowrank.survey.work.WorkUnit;

/**
 * What an executor tells the driver of a model.
 *
 * @param index of the model in the list
 * @param model as JSON, empty where its units are left to be measured
 * @param reused whether it was saved before
 * @param exitCode what the command's exit code becomes by it
 * @param left units
 * @param kernels what it is measured with
 */
record ModelReport(int index, String model, boolean reused, int exitCode, List<WorkUnit> left, String kernels)
        implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String KIND = "surveyed-model";

    private record Carried(int schemaVersion, String kind, SurveyedModel model) {}

    static ModelReport of(int index, ModelSurvey.Outcome outcome, String kernels) {
        return new ModelReport(
                index,
                outcome.model()
                        .map(model -> ResultJson.writeCompact(new Carried(1, KIND, model)))
                        .orElse(""),
                outcome.reused(),
                outcome.failure().map(failure -> ExitCode.of(failure.cause())).orElse(0),
                outcome.left(),
                kernels);
    }

    boolean isDone() {
        return !model.isEmpty();
    }

    SurveyedModel surveyed() throws UnreadableResultException {
        Path called = Path.of(KIND);
        return ResultJson.as(ResultJson.parse(model, called), Carried.class, 1, called)
                .model();
    }
}
