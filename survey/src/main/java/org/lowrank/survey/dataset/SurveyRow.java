package org.lowrank.survey.dataset;

import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.analyzer.measurement.MatrixMeasurement;

/**
 * A matrix and the model it belongs to.
 *
 * @param matrix what was measured
 * @param card the model's line of Table 1
 */
public record SurveyRow(MatrixMeasurement matrix, ModelLayers.ArchitectureCard card) {}
