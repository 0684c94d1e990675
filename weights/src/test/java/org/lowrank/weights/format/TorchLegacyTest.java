package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.Pickle;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.checkpoints.TorchView;
import org.lowrank.weights.checkpoints.TorchWriter;
import org.lowrank.weights.tensor.DType;

class TorchLegacyTest extends WeightFormatContract {
    private static final String FILE = "pytorch_model.bin";
    private static final byte[] SIX =
            TestTensor.f32(List.of(6L), 0, 1, 2, 3, 4, 5).data();

    @Override
    Format format() {
        return Format.TORCH_LEGACY;
    }

    @Override
    String title() {
        return "PyTorch (before 1.6)";
    }

    @Override
    List<DType> types() {
        return List.of(
                DType.F64,
                DType.F32,
                DType.F16,
                DType.BF16,
                DType.I64,
                DType.I32,
                DType.I16,
                DType.I8,
                DType.U8,
                DType.BOOL);
    }

    @Test
    void storagesFollowInTheOrderOfTheKeyList() throws Exception {
        Map<String, Long> elements = new LinkedHashMap<>();
        elements.put("9", 1L);
        elements.put("10", 6L);
        byte[] root = Pickle.protocol2()
                .emptyDict()
                .mark()
                .text("a")
                .legacyTensor(new TorchView("10", DType.F32, 6, 1, List.of(2L, 2L), List.of(1L, 2L)))
                .text("b")
                .legacyTensor(new TorchView("9", DType.I64, 1, 0, List.of(), List.of()))
                .setItems()
                .stop();
        byte[] one = TestTensor.of(DType.I64, List.of(), -3).data();
        byte[] file = TorchWriter.legacy(root, Map.of("9", one, "10", SIX), elements);
        ReadBack read = ReadBack.of(FILE, file);
        // Element (i, j) is storage element 1 + i + 2 j.
        assertThat(read.values("a")).containsExactly(1, 3, 2, 4);
        assertThat(read.values("b")).containsExactly(-3);
    }

    /** The persistent id's sixth item: (key of the part, offset, elements), torch/serialization.py. */
    @Test
    void aStorageMayBeAPartOfAnother() throws Exception {
        byte[] file = TorchWriter.legacy(partOfSix(2, 3), Map.of("0", SIX), Map.of("0", 6L));
        assertThat(ReadBack.of(FILE, file).values("w")).containsExactly(3, 4);
        for (long[] outside : new long[][] {{4, 3}, {-1, 3}, {2, -1}, {Long.MAX_VALUE, 3}}) {
            byte[] bad = TorchWriter.legacy(partOfSix(outside[0], outside[1]), Map.of("0", SIX), Map.of("0", 6L));
            assertThatThrownBy(() -> ReadBack.of(FILE, bad))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith(
                            "bad PyTorch file: pytorch_model.bin: its pickle holds a view of storage 0 that leaves it");
        }
    }

    /** Elements 1 and 2 of the part [offset, offset + elements) of storage 0. */
    private static byte[] partOfSix(long offset, long elements) {
        Pickle pickle = Pickle.protocol2().emptyDict().mark().text("w").global("torch._utils", "_rebuild_tensor_v2");
        pickle.mark()
                .mark()
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .integer(6);
        pickle.mark()
                .text("part")
                .integer(offset)
                .integer(elements)
                .tuple()
                .tuple()
                .op('Q');
        pickle.integer(1)
                .integers(List.of(2L))
                .integers(List.of(1L))
                .op(0x89)
                .op('N')
                .tuple()
                .reduce();
        return pickle.setItems().stop();
    }

    /** Python 2 wrote SHORT_BINSTRING. */
    @Test
    void byteStringsOfPythonTwoAreNames() throws Exception {
        Pickle pickle = Pickle.protocol2().emptyDict().mark().op('U').op(1).raw((byte) 'w');
        pickle.global("torch._utils", "_rebuild_tensor").mark();
        pickle.mark().op('U').op(7).raw("storage".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        pickle.global("torch", "FloatStorage").op('U').op(1).raw((byte) '0');
        pickle.op('U')
                .op(3)
                .raw("cpu".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .integer(6);
        pickle.op('N')
                .tuple()
                .op('Q')
                .integer(0)
                .integers(List.of(6L))
                .integers(List.of(1L))
                .tuple()
                .reduce();
        byte[] file = TorchWriter.legacy(pickle.setItems().stop(), Map.of("0", SIX), Map.of("0", 6L));
        assertThat(ReadBack.of(FILE, file).values("w")).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void anElementCountBeyondTheFileIsATruncation() {
        byte[] file = TorchWriter.legacy(whole(6), Map.of("0", SIX), Map.of("0", 7L));
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("truncated file: pytorch_model.bin: storage 0 of 7 elements does not fit the 24 bytes left;"
                        + " copy or download it again");
        for (long lie : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 61}) {
            byte[] lying = TorchWriter.legacy(whole(6), Map.of("0", SIX), Map.of("0", lie));
            assertThatThrownBy(() -> ReadBack.of(FILE, lying))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("truncated file: pytorch_model.bin: storage 0 of " + lie + " elements");
        }
    }

    @Test
    void theTwoElementCountsMustAgree() {
        byte[] file = TorchWriter.legacy(whole(6), Map.of("0", SIX), Map.of("0", 5L));
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("bad PyTorch file: pytorch_model.bin: tensor w: its storage claims 6 elements but holds 20"
                        + " bytes; save it again");
    }

    @Test
    void aStorageListedButUnusedCannotBeSkipped() {
        Map<String, Long> elements = new LinkedHashMap<>();
        elements.put("7", 1L);
        elements.put("0", 6L);
        byte[] file = TorchWriter.legacy(whole(6), Map.of("0", SIX), elements);
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "bad PyTorch file: pytorch_model.bin: its list of storages names one that no tensor uses; save"
                                + " it again");
    }

    @Test
    void anotherPickleIsNoCheckpoint() {
        byte[] pickle = Pickle.protocol2().emptyDict().stop();
        assertThatThrownBy(() -> ReadBack.of(FILE, pickle))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "bad PyTorch file: pytorch_model.bin: it is a pickle but no PyTorch checkpoint; save it again");
    }

    @Test
    void aWholeModuleIsNotMade() {
        Pickle module = Pickle.protocol2()
                .global("transformers.modeling_bert", "BertModel")
                .emptyTuple()
                .op(0x81);
        byte[] file = TorchWriter.legacy(module.stop(), Map.of(), Map.of());
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("no tensors: pytorch_model.bin: the pickle holds no dictionary of tensors but an object of"
                        + " transformers.modeling_bert.BertModel; save model.state_dict() and not the module itself");
    }

    private static byte[] whole(long claimed) {
        return Pickle.protocol2()
                .emptyDict()
                .mark()
                .text("w")
                .legacyTensor(new TorchView("0", DType.F32, claimed, 0, List.of(5L), List.of(1L)))
                .setItems()
                .stop();
    }
}
