package org.lowrank.survey.population;

import java.util.Optional;
import org.lowrank.weights.reference.ModelReference;

/**
 * A model to survey.
 *
 * @param reference as written, see {@link ModelReference}
 * @param name to report where its own would be that of another model of the survey
 */
public record SurveyTarget(String reference, Optional<String> name) {
    /** A model known by its own name. */
    public SurveyTarget(String reference) {
        this(reference, Optional.empty());
    }
}
