package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixIdTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Q",
                "cross:K",
                "QKV",
                "M1:E7",
                "M2:shared",
                "GATE",
                "QK:H3",
                "OV:H0",
                "embeddings.word",
                "M1:",
                "E3"
            })
    void textReadsBackAsItWasWritten(String matrix) {
        MatrixId id = MatrixId.parse("decoder", 3, matrix);
        assertThat(id.matrix()).isEqualTo(matrix);
        assertThat(id).isEqualTo(MatrixId.parse("decoder", 3, id.matrix()));
    }

    @ParameterizedTest
    @CsvSource({"M1:E7,M1", "cross:K,cross:K", "M2:shared,M2", "QK:H3,QK", "wte,wte"})
    void aFigureDrawsExpertsAndHeadsAsOneLine(String matrix, String family) {
        assertThat(MatrixId.parse("decoder", 0, matrix).family()).isEqualTo(family);
    }

    /** The order of product.md's rows: stack, layer, then whole matrices before expert by expert. */
    @Test
    void rowsAreOrderedByStackLayerAndMatrix() {
        List<MatrixId> ordered = List.of(
                MatrixId.parse("decoder", 0, "Q"),
                MatrixId.parse("decoder", 0, "QKV"),
                MatrixId.parse("decoder", 0, "O"),
                MatrixId.parse("decoder", 0, "cross:Q"),
                MatrixId.parse("decoder", 0, "cross:O"),
                MatrixId.parse("decoder", 0, "M1"),
                MatrixId.parse("decoder", 0, "GATE"),
                MatrixId.parse("decoder", 0, "M1:shared"),
                MatrixId.parse("decoder", 0, "M1:E0"),
                MatrixId.parse("decoder", 0, "M2:E0"),
                MatrixId.parse("decoder", 0, "M1:E2"),
                MatrixId.parse("decoder", 0, "M1:E10"),
                MatrixId.parse("decoder", 1, "Q"),
                MatrixId.parse("encoder", 0, "Q"));
        List<MatrixId> shuffled = new ArrayList<>(ordered);
        Collections.shuffle(shuffled, new java.util.Random(1));
        Collections.sort(shuffled);
        assertThat(shuffled).containsExactlyElementsOf(ordered);
    }

    @Test
    void jsonHoldsTheThreeColumns() throws Exception {
        ObjectMapper json = new ObjectMapper();
        MatrixId expert = MatrixId.parse("decoder", 3, "M1:E7");
        MatrixId none = MatrixId.tensor("other", MatrixId.NO_LAYER, "wte");
        assertThat(json.writeValueAsString(expert))
                .isEqualTo("{\"stack\":\"decoder\",\"layer\":3,\"matrix\":\"M1:E7\"}");
        assertThat(json.writeValueAsString(none)).isEqualTo("{\"stack\":\"other\",\"layer\":null,\"matrix\":\"wte\"}");
        assertThat(json.readValue(json.writeValueAsString(expert), MatrixId.class))
                .isEqualTo(expert);
        assertThat(json.readValue(json.writeValueAsString(none), MatrixId.class))
                .isEqualTo(none);
    }
}
